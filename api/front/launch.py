"""The program's side of the door: its process is begun, begun again where it dies, and whom it lets in is taken over.

What must not be broken: there is always one at the door while the program serves and none afterwards, however either of
them ends: the lane between them is the only thing that holds them together, and its end is noticed at once.
"""

import asyncio
import logging
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from api.front.lane import MESSAGE_BYTES_MAX, STOP

LOOK_S: Final = 0.1
"""How often it is looked whether pages may still be handed out, and whether anybody stands at the door."""
YOUNG_S: Final = 5.0
PAUSE_S: Final = 0.5
"""Between one that died young and the next: whatever kills it must not take all the time there is."""
LEAVE_S: Final = 15.0

_MODULE: Final = "api.front.door"
_ROOT: Final = Path(__file__).parents[2]

log = logging.getLogger(__name__)


class Front:
    """The process at the door of a listening socket. All is called in one event loop.

    `well`: whether what was made before may be handed out; once it may not, nothing is again.
    """

    def __init__(self, listening: socket.socket, *, well: Callable[[], bool]) -> None:
        self._listening, self._well = listening, well
        self._process: subprocess.Popen[bytes] | None = None
        self._lane: socket.socket | None = None
        self._stopped = False
        self._keeping: asyncio.Task[None] | None = None

    def begin(self, take_over: Callable[[socket.socket], None]) -> None:
        """Have one at the door from now on; `take_over` gets each connection that the program is to serve."""
        self._keeping = asyncio.get_running_loop().create_task(self._keep(take_over))

    def tell(self, told: bytes) -> None:
        """Say something of `api.front.lane` to it; when this returns, nothing is handed out as if it were unsaid."""
        if self._lane is None or self._process is None:
            return
        try:
            self._lane.send(told[:MESSAGE_BYTES_MAX])
        except OSError:  # it is dead or does not hear: the next one has nothing to forget
            self._process.kill()

    async def end(self, *, at_once: Callable[[], bool] = lambda: False) -> None:
        """Let nobody in any more; whoever waits for a page still gets it, within LEAVE_S and unless it is `at_once`."""
        if self._keeping is None:
            return
        self._keeping.cancel()
        with suppress(asyncio.CancelledError):
            await self._keeping
        if self._lane is not None:
            with suppress(OSError):  # it has died meanwhile
                self._lane.shutdown(socket.SHUT_WR)
        until = asyncio.get_running_loop().time() + LEAVE_S
        while self._runs() and not at_once() and asyncio.get_running_loop().time() < until:
            await asyncio.sleep(LOOK_S / 10)
        self._bury()

    async def _keep(self, take_over: Callable[[socket.socket], None]) -> None:
        while True:
            began = time.monotonic()
            try:
                self._start(take_over)
            except OSError as error:
                log.error("nobody can be put at the door: %s", error)
            while self._runs():
                if not self._stopped and not self._well():
                    self._stopped = True
                    self.tell(STOP)
                await asyncio.sleep(LOOK_S)
            log.warning("the process at the door is gone and is started again")
            self._bury()
            if time.monotonic() - began < YOUNG_S:
                await asyncio.sleep(PAUSE_S)

    def _start(self, take_over: Callable[[socket.socket], None]) -> None:
        lane, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        lane.setblocking(False)
        self._lane = lane
        with theirs:
            numbers = (theirs.fileno(), self._listening.fileno())
            # It faces everybody, so it is told nothing: no setting, no secret, no folder of ours.
            self._process = subprocess.Popen(  # noqa: S603 (our own program, no shell, no user input)
                [sys.executable, "-m", _MODULE, *(str(number) for number in numbers)],
                pass_fds=numbers,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                cwd="/",
                env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "PYTHONPATH": str(_ROOT)},
            )
        asyncio.get_running_loop().add_reader(lane, _let_in, lane, take_over)
        if self._stopped:
            self.tell(STOP)

    def _runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _bury(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        if self._lane is not None:
            asyncio.get_running_loop().remove_reader(self._lane)
            self._lane.close()
            self._lane = None


def _let_in(lane: socket.socket, take_over: Callable[[socket.socket], None]) -> None:
    """All who came through the lane meanwhile."""
    with suppress(BlockingIOError):
        while True:
            try:
                told, descriptors, _, _ = socket.recv_fds(lane, MESSAGE_BYTES_MAX, 1)
            except ConnectionError:
                told, descriptors = b"", []
            if not told:
                asyncio.get_running_loop().remove_reader(lane)
                return
            if not descriptors:
                log.error("a connection was lost: this process has too many open files")
            for number in descriptors:
                take_over(socket.socket(fileno=number))
