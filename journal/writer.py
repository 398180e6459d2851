"""The writer: concurrent appends share one transaction, one head and one signature; each gets its own outcome.

Two threads take turns in carrying groups of appends through two gates, in the order of arrival: at the first a group is
made ready and committed under the head-row lock, at the second its head is sealed; only then are the callers told, all
at once. Nothing is acknowledged before it is durable and sealed, nothing durable is outside the tree, and after an
integrity error nothing more is written.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self

import psycopg

from domain.kernel.refusals import Refusal
from journal import merkle, transaction
from journal.answers import Answer, Committed, LoopAnswer, ThreadAnswer, Told, tell_all
from journal.edge import Edge, NodeNotAtEdge
from journal.errors import Busy, IntegrityError, Unavailable
from journal.facts import Append
from journal.merkle import NodeReader
from journal.paths import Paths
from journal.sealing import Sealer
from journal.transaction import Done, LimitOf, Remembered

BATCH_APPENDS_MAX: Final = 512
BATCH_BYTES_MAX: Final = 16 * 1024 * 1024
IN_FLIGHT_APPENDS_MAX: Final = 10_000
CARRIERS: Final = 2
"""Threads that carry a group each: one is committed while one is sealed. More would only wait for the interpreter."""

SHARES: Final = 2
"""Into so many groups goes what is in flight: more would halve the batches, one would leave database or signer idle."""

ROUND_S_MAX: Final = 0.1
"""So long is waited for the end of a loop's round, in which more may come; a loop that ended has none."""

ASKED_AFTER_S: Final = 0.25
"""A connection that was idle for longer is asked whether it lives, before an append depends on it."""

# Whatever the server's default is, an append that was acknowledged must survive the loss of its power.
_DURABLE = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"

Draft = Callable[[], Append]
"""An append that is still to be signed. It raises LineError, NoteError, Refusal or IntegrityError."""


@dataclass(slots=True)
class _Group:
    """Appends that share a transaction, and who waits for each. `taken`: those who are to be made ready, in order."""

    appends: list[Append] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    taken: deque[tuple[Append | Draft, Answer]] = field(default_factory=deque)


@dataclass(frozen=True, slots=True)
class _Unsealed:
    """What was committed and waits for the seal over it."""

    answers: Sequence[Answer]
    done: Done


class _Here(threading.local):
    """In this thread: the event loop at the end of whose round somebody will knock."""

    knocking: asyncio.AbstractEventLoop | None = None


class Writer:
    """Group commit over one connection of its own. Appends may be handed over from any thread or event loop.

    `connect` opens a connection as the writer role; `stored_nodes(size)` reads nodes left of the edge; `limit_of`
    says how an account is limited. Call `start` first, `close` last.
    """

    def __init__(
        self,
        *,
        connect: Callable[[], psycopg.Connection[Any]],
        signer: Sealer,
        stored_nodes: Callable[[int], NodeReader],
        limit_of: LimitOf,
    ) -> None:
        self._connect = connect
        self._signer = signer
        self._stored_nodes = stored_nodes
        self._limit_of = limit_of
        self._lock = threading.Lock()  # guards all until the gates
        self._knocked = threading.Condition(self._lock)
        self._appends: deque[tuple[Append | Draft, Answer]] = deque()
        self._in_flight = 0
        self._most_in_flight = 0  # lately
        self._rounds: set[asyncio.AbstractEventLoop] = set()  # that go on, and in which somebody came
        self._listening = False
        self._here = _Here()
        self._broken: Exception | None = None
        self._closed = False
        # The gates. Whoever is at one holds its lock, and what stands below it is his.
        self._committing = threading.Lock()
        self._connection: psycopg.Connection[Any] | None = None
        self._used_at = 0.0
        self._remembered: Remembered | None = None
        self._foreseeing = True
        self._sealing = threading.Lock()
        self._unsealed: deque[_Unsealed] = deque()
        self._threads = [
            threading.Thread(target=self._work, name=f"journal-writer-{number}", daemon=True)
            for number in range(CARRIERS)
        ]

    def start(self) -> Self:
        """Check that the database, the tree and the sealer's memory agree, then begin to work.

        Raises IntegrityError where they do not, psycopg.Error where the database cannot be reached.
        """
        connection = self._open_connection()
        try:
            with connection.transaction():
                remembered = transaction.open_head(connection)
                # Under the head lock, or another process could seal a larger head between the two looks.
                self._signer.check(size=remembered.edge.size, root=remembered.root)
            if remembered.edge.size:  # what was committed but not sealed when the last process died is sealed now
                self._seal(remembered.edge, remembered.root)
        except BaseException:
            connection.close()
            raise
        self._remembered = remembered
        for thread in self._threads:
            thread.start()
        return self

    def append(self, append: Append | Draft) -> ThreadAnswer:
        """Hand over one append. Raises Busy when too many are in flight, IntegrityError after the journal broke.

        Drafts are signed here, one after the other: many small ones cost half of what they do in a thread each.
        """
        answer = ThreadAnswer()
        self._enter(append, answer)
        return answer

    def append_soon(self, append: Append | Draft) -> LoopAnswer:
        """The same for a task of the running event loop, which waits without holding a thread."""
        answer = LoopAnswer()
        self._enter(append, answer)
        if self._here.knocking is not answer.loop:  # once for all who come in one round of the loop
            self._here.knocking = answer.loop
            answer.loop.call_soon(self._knock, answer.loop)
        return answer

    def last_checkpoint(self) -> bytes:
        """The newest signed checkpoint. Raises Unavailable before the first."""
        checkpoint = self._signer.last()
        if checkpoint is None:
            raise Unavailable("no checkpoint has been signed yet")
        return checkpoint

    def stop(self, error: IntegrityError) -> None:
        """Write nothing more: what waits and whoever comes is told `error`. The first reason stays."""
        with self._lock:
            self._broken = self._broken or error
            self._knocked.notify_all()

    def close(self) -> None:
        """Finish what waits, then stop."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._knocked.notify_all()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()
        if self._connection is not None:
            self._connection.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _enter(self, append: Append | Draft, answer: Answer) -> None:
        with self._lock:  # nothing may enter behind the end
            if self._broken is not None:
                raise self._broken
            if self._closed:
                raise Unavailable("the writer is closed")
            if self._in_flight >= IN_FLIGHT_APPENDS_MAX:
                raise Busy(f"{IN_FLIGHT_APPENDS_MAX} appends are waiting")
            self._in_flight += 1
            self._most_in_flight = max(self._most_in_flight, self._in_flight)
            self._appends.append((append, answer))
            if answer.loop is None:
                self._wake()
            else:
                self._rounds.add(answer.loop)

    def _knock(self, loop: asyncio.AbstractEventLoop) -> None:
        """All who came in this round of the loop are there."""
        self._here.knocking = None
        with self._lock:
            self._rounds.discard(loop)
            self._wake()

    def _tell(self, told: Iterable[tuple[Answer, Told]]) -> None:
        told = list(told)
        with self._lock:
            self._in_flight -= len(told)
            self._wake()
        tell_all(told)

    def _wake(self) -> None:
        """Under the lock: let whoever listens go on, if what waits is a group."""
        if self._listening and self._is_group:
            self._knocked.notify()

    @property
    def _is_group(self) -> bool:
        """Whether enough waits: while others are under way, a share of what was in flight lately.

        So the next is gathered while one is under way, and a lone one never waits.
        """
        waiting = len(self._appends)
        under_way = self._in_flight > waiting
        return waiting >= _share(self._most_in_flight if under_way else waiting) > 0

    # The threads.

    def _work(self) -> None:
        while self._carry():
            continue

    def _carry(self) -> bool:
        """Take one group through the gates; whether there may be another."""
        group = _Group()
        try:
            with self._committing:
                if not self._gather(group):
                    return False
                self._make_ready(group)
                if group.appends:
                    self._write(group.appends, group.answers)
            with self._sealing:
                self._seal_what_is_committed()
        except BaseException:
            self._stop_everything(group)
            raise
        return True

    def _gather(self, group: _Group) -> bool:
        """Wait for a group's share of what is in flight and take it; False when there will be nothing more.

        A round that goes on is waited for: its loop is busy, so to go earlier would only tear its group into two.
        """
        with self._lock:
            while self._rounds or not self._is_group:
                if self._closed or self._broken is not None:
                    break
                self._listening = True
                if not self._knocked.wait(ROUND_S_MAX if self._rounds else None):
                    self._rounds.clear()
                self._listening = False
            for _ in range(min(_share(self._most_in_flight), len(self._appends))):
                group.taken.append(self._appends.popleft())
            self._most_in_flight = max(self._in_flight, self._most_in_flight * 7 // 8)
        return bool(group.taken)

    def _make_ready(self, group: _Group) -> None:
        """Sign what is not signed yet. What is too much for one transaction goes back to the head of the line."""
        size = 0
        while group.taken and size < BATCH_BYTES_MAX:
            asked, answer = group.taken[0]
            try:
                append = asked if isinstance(asked, Append) else asked()
            except (ValueError, Refusal, IntegrityError) as error:  # its caller's matter alone
                self._tell([(answer, error)])
            else:
                group.appends.append(append)
                group.answers.append(answer)
                size += sum([len(entry.note) for entry in append.entries])
            group.taken.popleft()
        if group.taken:
            with self._lock:
                self._appends.extendleft(reversed(group.taken))
            group.taken.clear()

    def _write(self, appends: Sequence[Append], answers: Sequence[Answer]) -> None:
        """Commit; what went wrong is told, what went in waits for its seal."""
        if self._broken is not None:
            self._fail(answers, self._broken)
            return
        try:
            done = self._commit(self._open_connection(), appends)
        except IntegrityError as error:
            self._broken = error
            self._fail(answers, error)
        except (psycopg.IntegrityError, psycopg.DataError) as error:
            self._write_singly(appends, answers, error)
        except psycopg.Error as error:
            self._remembered = None
            self._fail(answers, Unavailable(f"the database did not take the append: {error}"))
        else:
            self._remembered = done.remembered
            self._unsealed.append(_Unsealed(answers, done))

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

    def _write_singly(self, appends: Sequence[Append], answers: Sequence[Answer], error: psycopg.Error) -> None:
        """One append of the batch broke a rule of the tables: find it, so that its neighbours do not pay for it."""
        if len(appends) == 1:
            self._fail(answers, IntegrityError(f"the tables refused the append: {error}"))
            return
        for append, answer in zip(appends, answers, strict=True):
            self._write([append], [answer])

    def _open_connection(self) -> psycopg.Connection[Any]:
        idle_s, self._used_at = time.monotonic() - self._used_at, time.monotonic()
        if self._connection is not None and idle_s > ASKED_AFTER_S and not _answers(self._connection):
            self._connection.close()
        if self._connection is None or self._connection.closed:
            self._remembered = None
            self._connection = self._connect()
            self._connection.autocommit = True
            self._connection.prepare_threshold = None
            self._connection.execute(_DURABLE)
        return self._connection

    def _seal_what_is_committed(self) -> None:
        """One seal for every group that was committed by now, perhaps by another thread; then tell their callers."""
        groups: list[_Unsealed] = []
        while self._unsealed:
            groups.append(self._unsealed.popleft())
        if groups:
            self._seal_groups(groups)

    def _seal_groups(self, groups: Sequence[_Unsealed]) -> None:
        answers = [answer for group in groups for answer in group.answers]
        if isinstance(self._broken, IntegrityError):
            self._fail(answers, self._broken)
            return
        newest = groups[-1].done
        try:
            checkpoint, nodes, size = self._seal(newest.edge, newest.root, [group.done.edge for group in groups[:-1]])
        except IntegrityError as error:
            self._broken = error
            self._fail(answers, error)
        except (OSError, Unavailable) as error:
            # Unsealed heads stay unacknowledged; the next seal covers them or refuses.
            self._fail(answers, Unavailable(f"the head could not be signed: {error}"))
        except BaseException:
            self._fail(answers, _fault())
            raise
        else:
            paths = Paths(nodes, size=size)
            outcomes = [outcome for group in groups for outcome in group.done.outcomes]
            self._tell(
                (answer, Committed(outcome, checkpoint, paths))
                for answer, outcome in zip(answers, outcomes, strict=True)
            )

    def _seal(self, edge: Edge, root: bytes, earlier: Sequence[Edge] = ()) -> tuple[bytes, NodeReader, int]:
        """The signed checkpoint over the edge, the nodes below it, its size (larger if another process sealed more)."""
        nodes = _Nodes((edge, *earlier), self._stored_nodes, size=edge.size)
        checkpoint = self._signer.seal(
            size=edge.size,
            root=root,
            prove=lambda first, second: merkle.consistency_proof(nodes, first=first, second=second),
        )
        size = int(checkpoint.split(b"\n", 2)[1])
        return checkpoint, nodes if size == edge.size else _Nodes((edge,), self._stored_nodes, size=size), size

    def _fail(self, answers: Iterable[Answer], error: Exception) -> None:
        self._tell((answer, error) for answer in answers)

    def _stop_everything(self, group: _Group) -> None:
        """A fault of the program ends the threads: nobody may wait for an answer that cannot come."""
        fault = _fault()
        with self._lock:
            self._broken = self._broken or fault
            waiting = [*group.answers, *(answer for _, answer in (*group.taken, *self._appends))]
            self._appends.clear()
            self._knocked.notify_all()
        self._fail(waiting, fault)


def _share(in_flight: int) -> int:
    """So many of these make a group: more would halve the batches, fewer leave database or signer idle."""
    return min(-(-in_flight // SHARES), BATCH_APPENDS_MAX)


class _Nodes:
    """Nodes at the edges from memory, the others from storage."""

    def __init__(self, edges: Sequence[Edge], stored: Callable[[int], NodeReader], *, size: int) -> None:
        self._edges = edges
        self._size = size
        self._open = stored
        self._stored: NodeReader | None = None

    def __call__(self, level: int, index: int) -> bytes:
        for edge in self._edges:
            try:
                return edge.node(level, index)
            except NodeNotAtEdge:
                continue
        if self._stored is None:
            self._stored = self._open(self._size)
        return self._stored(level, index)


def _fault() -> Unavailable:
    return Unavailable("the writer stopped at a fault of the program; start again")


def _answers(connection: psycopg.Connection[Any]) -> bool:
    try:
        connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True
