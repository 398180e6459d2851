"""What became of an append, told to whoever waits for it: a thread that stands still, or a task of an event loop."""

import asyncio
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Protocol

from journal.batch import Outcome
from journal.errors import Unavailable
from journal.paths import Paths

TOLD_AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True)
class Committed:
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
        timer = self.loop.call_later(timeout_s, self.tell, late(timeout_s))
        try:
            return await self._future
        finally:
            timer.cancel()


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
            loop.call_soon_threadsafe(_tell_here, loop, waiting)
        except RuntimeError:  # the loop was closed, so nobody waits there any more
            continue


def _tell_here(loop: asyncio.AbstractEventLoop, told: list[tuple[Answer, Told]]) -> None:
    """A few, then those who wait for the interpreter (the writer's threads, other tasks), then the next few."""
    for answer, word in told[:TOLD_AT_ONCE]:
        answer.tell(word)
    if len(told) > TOLD_AT_ONCE:
        loop.call_soon(_tell_here, loop, told[TOLD_AT_ONCE:])
