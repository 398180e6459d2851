"""What became of an append, told to whoever waits for it: a thread that stands still, or a task of an event loop."""

import asyncio
import threading
from collections.abc import Iterable
from heapq import heappop, heappush
from itertools import count
from typing import Final, NamedTuple, Protocol

from journal.batch import Outcome
from journal.errors import Unavailable
from journal.paths import Paths


class Committed(NamedTuple):
    """One append's outcome and the signed head over it, with the paths that lead to that head."""

    outcome: Outcome
    checkpoint: bytes
    paths: Paths

    @property
    def size(self) -> int:
        """The size of the tree that the checkpoint signs."""
        return self.paths.size


Told = Committed | Exception


class Answer(Protocol):
    """Somebody who waits for one append."""

    @property
    def loop(self) -> asyncio.AbstractEventLoop | None:
        """The event loop that he waits in, if he does."""

    def tell(self, told: Told) -> None:
        """Let him go on, with the outcome or with an error; the first word counts. In his loop, if he has one."""


class ThreadAnswer:
    """What one thread waits for."""

    __slots__ = ("_told", "_waiting")
    loop: None = None

    def __init__(self) -> None:
        self._told: Told | None = None
        self._waiting = threading.Lock()  # a whole Future costs more than the signature
        self._waiting.acquire()

    def tell(self, told: Told) -> None:
        """Once for each append; what comes after the first is not heard."""
        if self._told is None:
            self._told = told
            self._waiting.release()

    def result(self, timeout_s: float) -> Committed:
        """Wait for the outcome. Raises what the append failed with, Unavailable if it is not known in time."""
        if not self._waiting.acquire(timeout=timeout_s):
            raise late(timeout_s)
        self._waiting.release()
        if isinstance(self._told, Committed):
            return self._told
        raise self._told or Unavailable("the append was given up")


class LoopAnswer:
    """What one task of an event loop waits for. Made in that loop."""

    __slots__ = ("_future", "loop")

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._future: asyncio.Future[Committed] = self.loop.create_future()

    @property
    def told(self) -> bool:
        """Whether he heard, or gave up."""
        return self._future.done()

    def tell(self, told: Told) -> None:
        """In the loop's thread. Whoever gave up waiting is not told."""
        if self._future.done():
            return
        if isinstance(told, Committed):
            self._future.set_result(told)
        else:
            self._future.set_exception(told)

    async def result(self, timeout_s: float) -> Committed:
        """As `ThreadAnswer.result`, without holding a thread."""
        if not self._future.done():
            _deadlines_in(self.loop).add(self, timeout_s)
        return await self._future


class _Deadlines:
    """Until when those who wait in one loop do so: one timer for all of them, because most are told long before."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._waiting: list[tuple[float, int, float, LoopAnswer]] = []
        self._numbers = count()
        self._timer: asyncio.TimerHandle | None = None

    def add(self, answer: LoopAnswer, timeout_s: float) -> None:
        waiting = self._waiting
        while waiting and waiting[0][-1].told:
            heappop(waiting)
        until = self.loop.time() + timeout_s
        heappush(waiting, (until, next(self._numbers), timeout_s, answer))
        if self._timer is None or until < self._timer.when():
            self._ring_at(until)

    def _ring_at(self, until: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.loop.call_at(until, self._ring)

    def _ring(self) -> None:
        self._timer = None
        now, waiting = self.loop.time(), self._waiting
        while waiting and (waiting[0][0] <= now or waiting[0][-1].told):
            _, _, timeout_s, answer = heappop(waiting)
            answer.tell(late(timeout_s))
        if waiting:
            self._ring_at(waiting[0][0])


class _Here(threading.local):
    """Those of the event loop that runs in this thread."""

    deadlines: _Deadlines | None = None


_HERE: Final = _Here()


def _deadlines_in(loop: asyncio.AbstractEventLoop) -> _Deadlines:
    deadlines = _HERE.deadlines
    if deadlines is None or deadlines.loop is not loop:
        deadlines = _HERE.deadlines = _Deadlines(loop)
    return deadlines


def late(timeout_s: float) -> Unavailable:
    """Nothing is known: it may have been recorded or not."""
    return Unavailable(f"no answer within {timeout_s:.0f} s; the same key tells what became of it")


def tell_all(told: Iterable[tuple[Answer, Told]]) -> None:
    """Tell everybody; a loop is woken once for all who wait in it. Callable from any thread."""
    loops: dict[asyncio.AbstractEventLoop, list[tuple[Answer, Told]]] = {}
    for answer, word in told:
        if answer.loop is None:
            answer.tell(word)
        else:
            loops.setdefault(answer.loop, []).append((answer, word))
    for loop, waiting in loops.items():
        try:
            loop.call_soon_threadsafe(_tell_here, waiting)
        except RuntimeError:  # the loop was closed, so nobody waits there any more
            continue


def _tell_here(told: list[tuple[Answer, Told]]) -> None:
    for answer, word in told:
        answer.tell(word)
