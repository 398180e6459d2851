"""The process at the door: it takes everybody in, hands out public pages, and lets the program have everybody else.

A page that was made before and may still be handed out is never waited for, whatever the program is busy with: nothing
here computes. What must not be broken: it has no key, no password, no connection to a database; what it does not
recognise it has not even read, so that the program meets each of its visitors as if there were no door.

`python -m api.front.door LANE LISTENING` with the numbers of two descriptors; of the lane, `api.front.lane` tells.
"""

import asyncio
import logging
import resource
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Final

from api.front.answers import Answer, Answers, parsed
from api.front.lane import CHANGED, EVERYTHING, MESSAGE_BYTES_MAX, SERVE, STOP
from api.front.requests import HEAD_BYTES_MAX, Asked, Key, question, read

AT_ONCE_MAX: Final = 16
"""So many pages are asked for at once."""
AHEAD_MAX: Final = 8
"""So many of them may be such as nobody waits for."""
ASKED_S: Final = 60.0
IDLE_S: Final = 15.0
SEND_S: Final = 60.0
LEAVE_S: Final = 15.0
CROWDED_S: Final = 0.2

log = logging.getLogger("mingzhang.front")


class Door:
    """`serve` until the lane ends. Both sockets are its own."""

    def __init__(
        self, listening: socket.socket, lane: socket.socket, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        for each in (listening, lane):
            each.setblocking(False)
        self._listening, self._lane, self._clock = listening, lane, clock
        self._answers = Answers()
        self._asking: dict[Key, asyncio.Task[Answer | None]] = {}
        self._ahead: set[Key] = set()
        self._forgotten = 0  # how often something was: what was asked for before is not kept
        self._idle: dict[socket.socket, float] = {}
        self._let_in: deque[socket.socket] = deque()
        self._at_once = asyncio.Semaphore(AT_ONCE_MAX)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._keeps = True
        self._ended = asyncio.Event()

    async def serve(self) -> None:
        """Until the program ends the lane, or dies. Who waits for a page then still gets it where it can be had."""
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._lane, self._hear)
        self._loop.add_reader(self._listening, self._welcome)
        while not self._ended.is_set():
            try:
                await asyncio.wait_for(self._ended.wait(), IDLE_S / 3)
            except TimeoutError:
                self._dismiss_idle(IDLE_S)
        self._loop.remove_reader(self._listening)
        self._listening.close()
        self._dismiss_idle(0.0)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=LEAVE_S)

    # The lane.

    def _hear(self) -> None:
        """What the program has to say; all of it is heard before a page is handed out."""
        while not self._ended.is_set():
            try:
                told = self._lane.recv(MESSAGE_BYTES_MAX)
            except BlockingIOError:
                return
            except OSError:
                told = b""
            if not told:
                self._loop.remove_reader(self._lane)
                self._ended.set()
                return
            self._asking.clear()  # what is asked for from now on is asked anew
            if told == CHANGED:
                self._answers.changed(self._clock())
                continue
            self._keeps = self._keeps and told != STOP
            self._forgotten += 1
            self._answers.forget(EVERYTHING if told == STOP else told)

    def _hand_over(self, connection: socket.socket) -> None:
        """The program serves it from now on."""
        self._let_in.append(connection)
        self._let_go()

    def _let_go(self) -> None:
        while self._let_in:
            try:
                socket.send_fds(self._lane, [SERVE], [self._let_in[0].fileno()])
            except BlockingIOError:  # it has much to do: as soon as it takes more
                self._loop.add_writer(self._lane, self._let_go)
                return
            except OSError:  # it is gone
                self._ended.set()
            self._let_in.popleft().close()
        self._loop.remove_writer(self._lane)

    # Visitors.

    def _welcome(self) -> None:
        while True:
            try:
                visitor, _ = self._listening.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError as error:
                self._crowded(error)
                return
            visitor.setblocking(False)
            visitor.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._attend(visitor)

    def _crowded(self, error: OSError) -> None:
        """No more connections can be had: whoever says nothing goes, and the others wait outside for a moment."""
        log.warning("nobody can come in: %s", error)
        self._dismiss_idle(CROWDED_S)
        self._loop.remove_reader(self._listening)
        self._loop.call_later(CROWDED_S, self._open_again)

    def _open_again(self) -> None:
        if not self._ended.is_set():
            self._loop.add_reader(self._listening, self._welcome)

    def _attend(self, visitor: socket.socket) -> None:
        """Wait for what he asks (next)."""
        if self._ended.is_set():
            visitor.close()
            return
        self._idle[visitor] = self._clock()
        self._loop.add_reader(visitor, self._listen_to, visitor)

    def _leave_alone(self, visitor: socket.socket) -> None:
        self._idle.pop(visitor, None)
        self._loop.remove_reader(visitor)

    def _dismiss(self, visitor: socket.socket) -> None:
        self._leave_alone(visitor)
        visitor.close()

    def _dismiss_idle(self, idle_s: float) -> None:
        now = self._clock()
        for visitor in [visitor for visitor, since in self._idle.items() if now - since >= idle_s]:
            self._dismiss(visitor)

    def _listen_to(self, visitor: socket.socket) -> None:
        try:
            seen = visitor.recv(HEAD_BYTES_MAX, socket.MSG_PEEK)
            if not seen:
                self._dismiss(visitor)
                return
            self._hear()
            asked = read(seen) if self._keeps else None
            if asked is not None:
                visitor.recv(asked.size)
        except BlockingIOError:
            return
        except OSError:
            self._dismiss(visitor)
            return
        if asked is not None:
            self._answer(visitor, asked)
        else:
            self._leave_alone(visitor)
            self._hand_over(visitor)

    def _answer(self, visitor: socket.socket, asked: Asked) -> None:
        now = self._clock()
        kept, due = self._answers.found(asked.key, now)
        if kept is None:
            self._leave_alone(visitor)
            self._begin(self._answer_later(visitor, asked))
            return
        if due and asked.key not in self._ahead and len(self._ahead) < AHEAD_MAX:
            self._ahead.add(asked.key)
            self._ask_for_all(asked).add_done_callback(lambda _: self._ahead.discard(asked.key))
        self._send(visitor, kept.written(asked, now), last=asked.last)

    async def _answer_later(self, visitor: socket.socket, asked: Asked) -> None:
        answer = await self._asked(asked)
        if answer is None:
            visitor.close()
            return
        self._attend(visitor)
        self._send(visitor, answer.written(asked, self._clock()), last=asked.last)

    def _send(self, visitor: socket.socket, content: bytes, *, last: bool) -> None:
        try:
            sent = visitor.send(content)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._dismiss(visitor)
            return
        if sent < len(content):
            self._leave_alone(visitor)
            self._begin(self._send_rest(visitor, content[sent:], last=last))
        elif last:
            self._dismiss(visitor)
        else:
            self._idle[visitor] = self._clock()

    async def _send_rest(self, visitor: socket.socket, content: bytes, *, last: bool) -> None:
        try:
            async with asyncio.timeout(SEND_S):
                await self._loop.sock_sendall(visitor, content)
        except (OSError, TimeoutError):
            last = True
        if last:
            visitor.close()
        else:
            self._attend(visitor)

    # Asking the program.

    async def _asked(self, asked: Asked) -> Answer | None:
        """The program's answer, made once for all who ask meanwhile if it is for everybody; None where it is gone."""
        shared = self._asking.get(asked.key)
        if shared is None:
            return await self._ask_for_all(asked)
        answer = await shared
        return answer if answer is None or answer.for_everybody else await self._ask(asked)

    def _ask_for_all(self, asked: Asked) -> asyncio.Task[Answer | None]:
        task = self._asking[asked.key] = self._begin(self._ask(asked))
        task.add_done_callback(lambda done: self._asking.get(asked.key) is done and self._asking.pop(asked.key))
        return task

    async def _ask(self, asked: Asked) -> Answer | None:
        async with self._at_once:
            forgotten, made_at = self._forgotten, self._clock()
            try:
                async with asyncio.timeout(ASKED_S):
                    answer = parsed(await self._told(question(asked)), made_at=made_at)
            except (OSError, TimeoutError, ValueError) as error:
                log.warning("no answer of the program: %s", error)
                return None
        if forgotten == self._forgotten:
            if answer.for_everybody:
                self._answers.keep(asked.key, answer)
            else:
                self._answers.drop(asked.key)
        return answer

    async def _told(self, words: bytes) -> bytes:
        """A connection of our own is handed over like any other, and asked."""
        ours, theirs = socket.socketpair()
        self._hand_over(theirs)
        reader, writer = await asyncio.open_connection(sock=ours)
        try:
            writer.write(words)
            return await reader.read()
        finally:
            writer.close()

    def _begin(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def main() -> None:
    """Stand at the door. Signals are the program's affair: Ctrl-C and a service's end reach the whole group."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    lane, listening = (socket.socket(fileno=int(number)) for number in sys.argv[1:3])
    asyncio.run(_stand(listening, lane))


async def _stand(listening: socket.socket, lane: socket.socket) -> None:
    await Door(listening, lane).serve()


if __name__ == "__main__":
    main()
