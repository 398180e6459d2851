"""The signer's process: it alone holds the log's key, and signs for whoever runs the journal on this machine.

One process at a time over one memory: it holds a lock for its life. It listens in a folder that is its owner's alone
and asks the kernel who calls. Started by another process (`run_from_stdin`) it ends by itself when it has had no
client for some seconds, so that none is left behind by a parent that was killed.
"""

import fcntl
import json
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

from journal.checkpoint import Checkpoint
from journal.keys import KeyFileError
from journal.log_keys import LogKeys
from journal.note import VerifierKey
from journal.signer import LogSigner
from journal.signer_protocol import (
    KEYS,
    MALFORMED,
    MESSAGE_BYTES_MAX,
    UNAVAILABLE,
    Inbox,
    ProtocolError,
    address_of,
    encode,
    peer_uid,
)
from journal.signer_service import SignerService

if TYPE_CHECKING:
    from journal.stored_entries import StoredEntries

BACKLOG: Final = 64
ANSWER_TIMEOUT_S: Final = 5.0
SERVED: Final = "served"
LOCKED: Final = "locked"


class SignerRuns(Exception):
    """Another signer holds this memory; the message names its process."""


@dataclass(frozen=True)
class Place:
    """Where a signer finds its keys, keeps its memory and listens; `dsn` says how the database is reached now.

    `database`: a name of it, by which clients of another one are told apart; empty if there can be no other.
    """

    keys: Path
    state: Path
    socket: Path
    dsn: Callable[[], str]
    database: str = ""


class Running:
    """A signer that is locked and listens. `serve` answers until it is stopped."""

    def __init__(self, place: Place, listening: socket.socket) -> None:
        keys = LogKeys(place.keys)
        self._place = place
        self._stored: StoredEntries | None = None
        self.signer = LogSigner(keys, place.state, examine=self._examine)
        self.service = SignerService(self.signer, keys=keys, examine=self._examine, database=place.database)
        self._listening = listening
        self._clients: dict[socket.socket, Inbox] = {}
        self._stopping = False
        self._selector = selectors.DefaultSelector()
        self._selector.register(listening, selectors.EVENT_READ)

    def stored(self) -> "StoredEntries":
        """What is in the database. PostgreSQL's client is loaded here, after the socket is there: it takes longest."""
        if self._stored is None:
            from journal.stored_entries import StoredEntries, connection_of

            self._stored = StoredEntries(lambda: connection_of(self._place.dsn()), origin=self.signer.origin)
        return self._stored

    def check_database(self) -> None:
        """Compare the memory with the database. Raises IntegrityError, or Unavailable where it cannot be reached."""
        size, root = self.stored().head()
        self.service.check(size=size, root=root)

    def serve(self, *, idle_s: float | None) -> None:
        """Answer until SIGTERM or Ctrl-C, or until nobody has been connected for `idle_s` seconds."""
        self.stored()
        alone_since = time.monotonic()
        with self._stopped_by_signals():
            while not self._stopping:
                ready = self._selector.select(None if idle_s is None or self._clients else idle_s / 4)
                for key, _ in ready:
                    self._attend(key.fileobj)
                if self._clients:
                    alone_since = time.monotonic()
                elif idle_s is not None and (self._useless() or time.monotonic() - alone_since >= idle_s):
                    break
        self._close()

    def _useless(self) -> bool:
        """Nobody would miss it: a signer that was started as needed makes way for one that can be of use."""
        return self.service.broken is not None or self.service.in_the_way

    def _examine(self, last: Checkpoint, head: Checkpoint) -> tuple[VerifierKey, ...] | None:
        return self.stored().examine(last, head)

    def _attend(self, ready: Any) -> None:
        if ready is self._listening:
            self._welcome()
        elif ready in self._clients:
            self._listen_to(ready)
        else:  # a signal has come
            self._stopping = True

    def _welcome(self) -> None:
        connection, _ = self._listening.accept()
        if peer_uid(connection) not in {os.geteuid(), 0}:
            connection.close()
            return
        connection.settimeout(ANSWER_TIMEOUT_S)
        self._clients[connection] = Inbox()
        self._selector.register(connection, selectors.EVENT_READ)

    def _listen_to(self, client: socket.socket) -> None:
        try:
            received = client.recv(MESSAGE_BYTES_MAX)
            for question in self._clients[client].take(received):
                client.sendall(encode(self.service.answer(question)))
        except ProtocolError as error:
            with suppress(OSError):
                client.sendall(encode({"error": MALFORMED, "text": str(error)}))
            received = b""
        except OSError:  # gone, or it does not take its answer
            received = b""
        if not received:
            self._selector.unregister(client)
            del self._clients[client]
            client.close()

    @contextmanager
    def _stopped_by_signals(self) -> Iterator[None]:
        """SIGTERM and Ctrl-C end the loop between two answers, never within one."""
        woken, wakes = socket.socketpair()
        wakes.setblocking(False)
        self._selector.register(woken, selectors.EVENT_READ)
        before = signal.set_wakeup_fd(wakes.fileno())
        handlers = {number: signal.signal(number, _nothing) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(before)
            self._selector.unregister(woken)
            woken.close()
            wakes.close()

    def _close(self) -> None:
        for client in self._clients:
            client.close()
        self._selector.close()
        if self._stored is not None:
            self._stored.close()


@contextmanager
def running(place: Place) -> Iterator[Running]:
    """A signer over its memory, listening. Raises SignerRuns, KeyFileError, OSError."""
    with ExitStack() as stack:
        stack.enter_context(locked(place.state))
        stack.enter_context(_private(place.socket.parent))
        listening = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        place.socket.unlink(missing_ok=True)  # left behind by one that was killed; the lock says it is gone
        with address_of(place.socket) as address:
            listening.bind(address)
        place.socket.chmod(0o600)
        stack.callback(place.socket.unlink, missing_ok=True)
        made = Running(place, listening)
        listening.listen(BACKLOG)
        yield made


@contextmanager
def locked(state: Path) -> Iterator[None]:
    """Be the only signer over a memory. Raises SignerRuns."""
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(state / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SignerRuns(os.pread(descriptor, 32, 0).decode(errors="replace").strip()) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        try:
            yield
        finally:
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


@contextmanager
def _private(folder: Path) -> Iterator[None]:
    """The socket's folder: whoever can enter it can ask for signatures, so nobody but its owner may."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = folder.stat()
    if found.st_uid != os.geteuid():
        raise KeyFileError(f"{folder} belongs to another account: choose a folder of the signer's own")
    if found.st_mode & 0o077:
        raise KeyFileError(f"{folder} is open to others (mode {found.st_mode & 0o777:o}): chmod 700 {folder}")
    yield


def run_from_stdin() -> int:
    """Be the signer that a client starts: what it needs comes on standard input, one line of JSON answers.

    The caller gets `served`, `locked`, or an error of the protocol. The process goes on by itself, child of nobody.
    """
    given = json.loads(sys.stdin.readline())
    if os.fork():
        os._exit(0)
    place = Place(
        keys=Path(given["keys"]),
        state=Path(given["state"]),
        socket=Path(given["socket"]),
        dsn=lambda: str(given["dsn"]),
        database=str(given["database"]),
    )
    try:
        with running(place) as signer:
            _tell({"ready": SERVED})
            signer.serve(idle_s=float(given["idle_s"]))
    except SignerRuns:
        _tell({"ready": LOCKED})
    except KeyFileError as error:
        _tell({"error": KEYS, "text": str(error)})
        return 1
    except OSError as error:
        _tell({"error": UNAVAILABLE, "text": str(error)})
        return 1
    return 0


def _tell(message: dict[str, object]) -> None:
    """Answer whoever started us, and let go of him."""
    with suppress(OSError):
        os.write(1, json.dumps(message).encode() + b"\n")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    os.close(null)


def _nothing(_number: int, _frame: FrameType | None) -> None:
    """A signal is read from the wake-up socket; without a handler of Python's it would end the process at once."""


if __name__ == "__main__":
    sys.exit(run_from_stdin())
