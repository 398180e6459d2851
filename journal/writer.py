"""The writer: concurrent appends share one transaction, one head and one signature; each gets its own outcome.

One thread takes all that waits, commits it under the head-row lock, has the new head signed, and only then tells the
callers. Nothing is acknowledged before it is durable and signed, nothing durable is outside the tree, and after an
integrity error nothing more is written. Signing while the next batch commits was slower: it halves the batches.
"""

import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

import psycopg

from domain.kernel.refusals import Refusal
from journal import merkle, transaction
from journal.batch import Outcome
from journal.edge import Edge, NodeNotAtEdge
from journal.errors import Busy, IntegrityError, Unavailable
from journal.facts import Append
from journal.merkle import NodeReader
from journal.signer import LogSigner
from journal.transaction import Done, LimitOf, Remembered

BATCH_APPENDS_MAX: Final = 512
BATCH_BYTES_MAX: Final = 16 * 1024 * 1024
QUEUE_APPENDS_MAX: Final = 10_000

ASKED_AFTER_S: Final = 0.25
"""A connection that was idle for longer is asked whether it lives, before an append depends on it."""

# Whatever the server's default is, an append that was acknowledged must survive the loss of its power.
_DURABLE = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"


@dataclass(frozen=True)
class Committed:
    """One append's outcome and the signed head over it, with the nodes for its proof."""

    outcome: Outcome
    checkpoint: bytes
    size: int
    nodes: NodeReader


class Answer:
    """What one caller waits for: what became of its append."""

    __slots__ = ("_committed", "_error", "_waiting")

    def __init__(self) -> None:
        self._committed: Committed | None = None
        self._error: Exception | None = None
        self._waiting = threading.Lock()  # a whole Future costs more than the signature
        self._waiting.acquire()

    def tell(self, committed: Committed) -> None:
        """Let the caller go on. Once, and instead of `fail`."""
        self._committed = committed
        self._waiting.release()

    def fail(self, error: Exception) -> None:
        """Raise the error at the caller, unless it has its answer."""
        if self._committed is None and self._error is None:
            self._error = error
            self._waiting.release()

    def result(self, timeout_s: float) -> Committed:
        """Wait for the outcome. Raises what the append failed with, TimeoutError if it is not known in time."""
        if not self._waiting.acquire(timeout=timeout_s):
            raise TimeoutError
        self._waiting.release()
        if self._committed is None:
            raise self._error or Unavailable("the append was given up")
        return self._committed


Draft = Callable[[], Append]
"""An append that is still to be encoded and signed. It raises LineError, NoteError, Refusal or IntegrityError."""


@dataclass(slots=True)
class _Waiting:
    asked: Append | Draft
    answer: Answer


@dataclass(slots=True)
class _Ready:
    append: Append
    answer: Answer


class Writer:
    """Group commit over one connection of its own. `append` may be called from any thread.

    `connect` opens a connection as the writer role; `stored_nodes(size)` reads nodes left of the edge; `limit_of`
    says how an account is limited. Call `start` first, `close` last.
    """

    def __init__(
        self,
        *,
        connect: Callable[[], psycopg.Connection[Any]],
        signer: LogSigner,
        stored_nodes: Callable[[int], NodeReader],
        limit_of: LimitOf,
    ) -> None:
        self._connect = connect
        self._signer = signer
        self._stored_nodes = stored_nodes
        self._limit_of = limit_of
        self._appends: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._broken: Exception | None = None
        self._entering = threading.Lock()
        self._closed = False
        self._connection: psycopg.Connection[Any] | None = None
        self._used_at = 0.0
        self._remembered: Remembered | None = None
        self._foreseeing = True
        self._group: list[_Ready] = []
        self._preparing: _Waiting | None = None
        self._thread = threading.Thread(target=self._work, name="journal-writer", daemon=True)

    def start(self) -> Self:
        """Check that the database, the tree and the signer's memory agree, then begin to work.

        Raises IntegrityError where they do not, psycopg.Error where the database cannot be reached.
        """
        connection = self._open_connection()
        try:
            with connection.transaction():
                remembered = transaction.open_head(connection)
                # Under the head lock, or another process could sign a larger head between the two looks.
                self._signer.check(size=remembered.edge.size, root=remembered.root)
            if remembered.edge.size:  # what was committed but not signed when the last process died is signed now
                self._seal(remembered.edge, remembered.root)
        except BaseException:
            connection.close()
            raise
        self._remembered = remembered
        self._thread.start()
        return self

    def append(self, append: Append | Draft) -> Answer:
        """Hand over one append. Raises Busy when the queue is full, IntegrityError after the journal broke.

        Drafts are made here, one after the other: many small ones cost half of what they do in a thread each.
        """
        waiting = _Waiting(append, Answer())
        with self._entering:  # nothing may enter behind the end
            if self._broken is not None:
                raise self._broken
            if self._closed:
                raise Unavailable("the writer is closed")
            if self._appends.qsize() >= QUEUE_APPENDS_MAX:
                raise Busy(f"{QUEUE_APPENDS_MAX} appends are waiting")
            self._appends.put(waiting)
        return waiting.answer

    def last_checkpoint(self) -> bytes:
        """The newest signed checkpoint. Raises Unavailable before the first."""
        checkpoint = self._signer.last()
        if checkpoint is None:
            raise Unavailable("no checkpoint has been signed yet")
        return checkpoint

    def close(self) -> None:
        """Finish what waits, then stop."""
        with self._entering:
            if self._closed:
                return
            self._closed = True
            self._appends.put(None)
        if self._thread.is_alive():
            self._thread.join()
        if self._connection is not None:
            self._connection.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # The thread.

    def _work(self) -> None:
        ending = False
        try:
            while not ending:
                ending = self._gather()
                if self._group:
                    self._write(self._group)
                    self._group = []
        finally:
            if not ending:
                self._stop_everything()

    def _gather(self) -> bool:
        """Make all that waits now ready, up to the limits of one transaction; whether the end was among it."""
        size, waiting = 0, self._appends.get()
        while waiting is not None:
            self._preparing = waiting
            ready = _prepared(waiting)
            self._preparing = None
            if ready is not None:
                self._group.append(ready)
                size += sum(len(entry.note) for entry in ready.append.entries)
            if len(self._group) >= BATCH_APPENDS_MAX or size >= BATCH_BYTES_MAX:
                return False
            try:
                waiting = self._appends.get_nowait()
            except queue.Empty:
                return False
        return True

    def _write(self, group: list[_Ready]) -> None:
        """Commit, sign, tell."""
        if self._broken is not None:
            _fail_all(group, self._broken)
            return
        try:
            done = self._commit(self._open_connection(), [waiting.append for waiting in group])
            self._remembered = done.remembered
            note, size, nodes = self._seal(done.edge, done.root)
        except IntegrityError as error:
            self._broken = error
            _fail_all(group, error)
        except (psycopg.IntegrityError, psycopg.DataError) as error:
            self._write_singly(group, error)
        except psycopg.Error as error:
            self._remembered = None
            _fail_all(group, Unavailable(f"the database did not take the append: {error}"))
        except (OSError, Unavailable) as error:
            # Unsigned heads stay unacknowledged; the next signature covers them or refuses.
            _fail_all(group, Unavailable(f"the head could not be signed: {error}"))
        else:
            for waiting, outcome in zip(group, done.outcomes, strict=True):
                waiting.answer.tell(Committed(outcome, note, size, nodes))

    def _commit(self, connection: psycopg.Connection[Any], appends: Sequence[Append]) -> Done:
        """With one call while nobody else writes; else look first, under the lock."""
        remembered = self._remembered
        if remembered is not None and self._foreseeing:
            done = transaction.commit_as_foreseen(connection, appends, remembered=remembered, limit_of=self._limit_of)
            if done is not None:
                return done
        done = transaction.commit(connection, appends, remembered=remembered, limit_of=self._limit_of)
        self._foreseeing = done.alone
        return done

    def _write_singly(self, group: list[_Ready], error: psycopg.Error) -> None:
        """One append of the batch broke a rule of the tables: find it, so that its neighbours do not pay for it."""
        if len(group) == 1:
            _fail_all(group, IntegrityError(f"the tables refused the append: {error}"))
            return
        for waiting in group:
            self._write([waiting])

    def _open_connection(self) -> psycopg.Connection[Any]:
        idle_s, self._used_at = time.monotonic() - self._used_at, time.monotonic()
        if self._connection is not None and idle_s > ASKED_AFTER_S and not _answers(self._connection):
            self._connection.close()
        if self._connection is None or self._connection.closed:
            self._remembered = None
            self._connection = self._connect()
            self._connection.autocommit = True
            self._connection.execute(_DURABLE)
        return self._connection

    def _seal(self, edge: Edge, root: bytes) -> tuple[bytes, int, NodeReader]:
        """The signed checkpoint over the edge, its size (larger, if another process signed more), its nodes."""
        nodes = _Nodes(edge, self._stored_nodes, size=edge.size)
        note = self._signer.seal(
            size=edge.size,
            root=root,
            prove=lambda first, second: merkle.consistency_proof(nodes, first=first, second=second),
        )
        size = int(note.split(b"\n", 2)[1])
        return note, size, nodes if size == edge.size else _Nodes(edge, self._stored_nodes, size=size)

    def _stop_everything(self) -> None:
        """A fault of the program ends the thread: nobody may wait for an answer that cannot come."""
        with self._entering:
            self._broken = error = Unavailable("the writer stopped at a fault of the program; start again")
        _fail_all(self._group, error)
        if self._preparing is not None:
            self._preparing.answer.fail(error)
        while not self._appends.empty():
            if (waiting := self._appends.get()) is not None:
                waiting.answer.fail(error)


class _Nodes:
    """Nodes at the edge from memory, the others from storage."""

    def __init__(self, edge: Edge, stored: Callable[[int], NodeReader], *, size: int) -> None:
        self._edge = edge
        self._size = size
        self._open = stored
        self._stored: NodeReader | None = None

    def __call__(self, level: int, index: int) -> bytes:
        try:
            return self._edge.node(level, index)
        except NodeNotAtEdge:
            if self._stored is None:
                self._stored = self._open(self._size)
            return self._stored(level, index)


def _prepared(waiting: _Waiting) -> _Ready | None:
    """The append, encoded and signed; None if it cannot be, which its caller is told."""
    if isinstance(waiting.asked, Append):
        return _Ready(waiting.asked, waiting.answer)
    try:
        return _Ready(waiting.asked(), waiting.answer)
    except (ValueError, Refusal, IntegrityError) as error:
        waiting.answer.fail(error)
        return None


def _fail_all(group: Iterable[_Ready], error: Exception) -> None:
    for waiting in group:
        waiting.answer.fail(error)


def _answers(connection: psycopg.Connection[Any]) -> bool:
    try:
        connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True
