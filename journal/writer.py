"""The writer: concurrent appends share one transaction, one head and one signature; each gets its own outcome.

Two threads in a row. The first takes all that waits and commits it under the head-row lock; the second signs the
heads in order and only then are the callers told. Nothing is acknowledged before it is durable, nothing durable is
outside the tree, and after an integrity error nothing more is written.
"""

import contextlib
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self
from uuid import UUID

import psycopg

from journal import batch, merkle
from journal.batch import KnownCommand, Outcome, Plan, Seen
from journal.edge import Edge, NodeNotAtEdge, TileRoot
from journal.errors import Busy, IntegrityError, Unavailable
from journal.facts import Append
from journal.merkle import NodeReader
from journal.signer import LogSigner

BATCH_APPENDS_MAX: Final = 512
BATCH_BYTES_MAX: Final = 16 * 1024 * 1024
QUEUE_APPENDS_MAX: Final = 10_000

_BEGIN = "SELECT size, root, versions, known, amounts FROM journal.begin_append(%s, %s, %s, %s, %s)"
_FINISH = (
    "SELECT journal.finish_append(%s, %s, %s::uuid[], %s::bigint[], %s::text[], %s::bytea[],"
    " %s::smallint[], %s::bigint[], %s::bytea[], %s::text[], %s::text[], %s::bigint[], %s::smallint[],"
    " %s::uuid[], %s::text[], %s::bytea[], %s::bigint[], %s::bigint[])"
)
_LEAVES_FROM = "SELECT leaf FROM journal.events WHERE notification_id > %s ORDER BY notification_id"
_TREE_FROM = "SELECT hash FROM journal.tree WHERE level = %s AND index >= %s ORDER BY index"


@dataclass(frozen=True)
class Committed:
    """One append's outcome and, if it went in, the signed head over it and the nodes for its proof."""

    outcome: Outcome
    checkpoint: bytes = b""
    size: int = 0
    nodes: NodeReader | None = None


@dataclass
class _Waiting:
    append: Append
    done: Future[Committed]


@dataclass
class _Group:
    """A committed batch whose head waits for its signature."""

    waiting: list[_Waiting]
    outcomes: list[Outcome]
    edge: Edge
    root: bytes


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
        limit_of: Callable[[str], int],
    ) -> None:
        self._connect = connect
        self._signer = signer
        self._stored_nodes = stored_nodes
        self._limit_of = limit_of
        self._appends: queue.Queue[_Waiting | None] = queue.Queue(QUEUE_APPENDS_MAX)
        self._groups: queue.Queue[_Group | None] = queue.Queue(8)
        self._broken: IntegrityError | None = None
        self._closed = False
        self._connection: psycopg.Connection[Any] | None = None
        self._edge: Edge | None = None
        self._threads = [
            threading.Thread(target=self._commit_all, name="journal-commit", daemon=True),
            threading.Thread(target=self._sign_all, name="journal-sign", daemon=True),
        ]

    def start(self) -> Self:
        """Check that the database, the tree and the signer's memory agree, then begin to work.

        Raises IntegrityError where they do not, psycopg.Error where the database cannot be reached.
        """
        self._connection = self._connect()
        with self._connection.transaction():
            size, root = self._connection.execute("SELECT size, root FROM journal.head FOR UPDATE").fetchone() or (
                0,
                b"",
            )
            last = self._connection.execute("SELECT max(notification_id) FROM journal.events").fetchone()
            self._edge = load_edge(self._connection, size=size, root=root)
        if last is None or (last[0] or 0) != size:
            raise IntegrityError(f"the head says {size} entries, the last stored one is number {last and last[0]}")
        self._signer.check(size=size, root=root)
        if size:  # what was committed but not signed when the last process died is signed now
            nodes = self._stored_nodes(size)
            self._signer.seal(
                size=size,
                root=root,
                prove=lambda first, second: merkle.consistency_proof(nodes, first=first, second=second),
            )
        for thread in self._threads:
            thread.start()
        return self

    def append(self, append: Append, *, timeout_s: float = 0.0) -> "Future[Committed]":
        """Hand over one append. Raises Busy when the queue stays full, IntegrityError after the journal broke."""
        if self._broken is not None:
            raise self._broken
        if self._closed:
            raise Unavailable("the writer is closed")
        waiting = _Waiting(append, Future())
        try:
            self._appends.put(waiting, timeout=timeout_s) if timeout_s else self._appends.put_nowait(waiting)
        except queue.Full:
            raise Busy(f"{QUEUE_APPENDS_MAX} appends are waiting") from None
        return waiting.done

    def last_checkpoint(self) -> bytes:
        """The newest signed checkpoint. Raises Unavailable before the first."""
        checkpoint = self._signer.last()
        if checkpoint is None:
            raise Unavailable("no checkpoint has been signed yet")
        return checkpoint

    def close(self) -> None:
        """Finish what waits, then stop."""
        if self._closed:
            return
        self._closed = True
        if self._threads[0].is_alive():
            self._appends.put(None)
            for thread in self._threads:
                thread.join()
        if self._connection is not None:
            self._connection.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # The committing thread.

    def _commit_all(self) -> None:
        while True:
            first = self._appends.get()
            group, ending = self._gather(first)
            if group:
                self._commit_group(group)
            if ending:
                self._groups.put(None)
                return

    def _gather(self, first: _Waiting | None) -> tuple[list[_Waiting], bool]:
        """All that waits now, up to the limits of one transaction; and whether the end was among it."""
        group: list[_Waiting] = []
        size, waiting = 0, first
        while waiting is not None:
            group.append(waiting)
            size += sum(len(entry.note) for entry in waiting.append.entries)
            if len(group) >= BATCH_APPENDS_MAX or size >= BATCH_BYTES_MAX:
                return group, False
            try:
                waiting = self._appends.get_nowait()
            except queue.Empty:
                return group, False
        return group, True

    def _commit_group(self, group: list[_Waiting]) -> None:
        if self._broken is not None:
            self._tell_all(group, self._broken)
            return
        try:
            connection = self._open_connection()
            outcomes, edge, root = commit(
                connection, [waiting.append for waiting in group], edge=self._edge, limit_of=self._limit_of
            )
        except IntegrityError as error:
            self._break(error, group)
        except (psycopg.IntegrityError, psycopg.DataError) as error:
            self._commit_singly(group, error)
        except psycopg.Error as error:
            self._edge = None
            self._tell_all(group, Unavailable(f"the database did not take the append: {error}"))
        else:
            self._edge = edge.trimmed()
            self._groups.put(_Group(group, outcomes, edge, root))

    def _commit_singly(self, group: list[_Waiting], error: psycopg.Error) -> None:
        """One append of the batch broke a rule of the tables: find it, so that its neighbours do not pay for it."""
        if len(group) == 1:
            self._tell_all(group, IntegrityError(f"the tables refused the append: {error}"))
            return
        for waiting in group:
            self._commit_group([waiting])

    def _open_connection(self) -> psycopg.Connection[Any]:
        if self._connection is None or self._connection.closed:
            self._connection, self._edge = self._connect(), None
        return self._connection

    # The signing thread.

    def _sign_all(self) -> None:
        while (group := self._groups.get()) is not None:
            if self._broken is not None:
                self._tell_all(group.waiting, self._broken)
                continue
            try:
                self._sign_group(group)
            except IntegrityError as error:
                self._break(error, group.waiting)
            except (psycopg.Error, OSError) as error:
                # Unsigned heads stay unacknowledged; the next signature covers them or refuses.
                self._tell_all(group.waiting, Unavailable(f"the head could not be signed: {error}"))

    def _sign_group(self, group: _Group) -> None:
        nodes = _Nodes(group.edge, self._stored_nodes)
        note = self._signer.seal(
            size=group.edge.size,
            root=group.root,
            prove=lambda first, second: merkle.consistency_proof(nodes, first=first, second=second),
        )
        size = int(note.split(b"\n", 2)[1])
        if size > group.edge.size:  # another process has signed more by now; its head covers ours
            nodes = _Nodes(group.edge, self._stored_nodes, size=size)
        for waiting, outcome in zip(group.waiting, group.outcomes, strict=True):
            waiting.done.set_result(Committed(outcome, note, size, nodes))

    def _break(self, error: IntegrityError, group: Sequence[_Waiting]) -> None:
        self._broken = error
        self._tell_all(group, error)

    @staticmethod
    def _tell_all(group: Sequence[_Waiting], error: Exception) -> None:
        for waiting in group:
            waiting.done.set_exception(error)


class _Nodes:
    """Nodes at the edge from memory, the others from storage."""

    def __init__(self, edge: Edge, stored: Callable[[int], NodeReader], *, size: int | None = None) -> None:
        self._edge = edge
        self._size = size or edge.size
        self._open = stored
        self._stored: NodeReader | None = None

    def __call__(self, level: int, index: int) -> bytes:
        with contextlib.suppress(NodeNotAtEdge):
            return self._edge.node(level, index)
        if self._stored is None:
            self._stored = self._open(self._size)
        return self._stored(level, index)


def load_edge(connection: psycopg.Connection[Any], *, size: int, root: bytes) -> Edge:
    """Read the right edge of a tree of `size` leaves. Raises IntegrityError unless its root is the head's."""
    rows: list[tuple[bytes, ...]] = []
    starts: list[int] = []
    count, level = size, 0
    while count or not rows:
        start = count - count % 256
        query, parameters = (_LEAVES_FROM, (start,)) if level == 0 else (_TREE_FROM, (level, start))
        rows.append(tuple(hash_ for (hash_,) in connection.execute(query, parameters, binary=True)))
        starts.append(start)
        count, level = count // 256, level + 1
    edge = Edge(size, tuple(rows), tuple(starts))
    try:
        computed = edge.root()
    except NodeNotAtEdge as error:
        raise IntegrityError(f"the tree has no node {error}") from None
    if computed != root:
        raise IntegrityError(f"the stored entries do not give the root of the head at size {size}")
    return edge


def commit(
    connection: psycopg.Connection[Any],
    appends: Sequence[Append],
    *,
    edge: Edge | None,
    limit_of: Callable[[str], int],
    before: Callable[[psycopg.Connection[Any]], None] | None = None,
) -> tuple[list[Outcome], Edge, bytes]:
    """Append a batch in one transaction: outcomes in order, the new edge (untrimmed) and the root.

    `before` runs first inside the transaction (the library's tracking). Raises IntegrityError where the stored
    tree is not what the head says, psycopg.Error where the database fails; then nothing was written.
    """
    with connection.transaction():
        if before is not None:
            before(connection)
        seen = _see(connection, appends)
        if edge is None or edge.size != seen.size or (edge.size and edge.root() != seen.root):
            edge = load_edge(connection, size=seen.size, root=seen.root)
        plan = batch.plan(appends, seen, limit_of=limit_of)
        entries = [entry for append in plan.accepted for entry in append.entries]
        if not entries:
            return plan.outcomes, edge, seen.root
        leaves = [merkle.leaf_hash(entry.note) for entry in entries]
        grown, filled = edge.grown(leaves)
        root = grown.root()
        stored = _write(connection, plan, seen.size, root, filled, limit_of)
        if stored != leaves:
            raise IntegrityError("the database stored other bytes than it was given")
    return plan.outcomes, grown, root


def _see(connection: psycopg.Connection[Any], appends: Sequence[Append]) -> Seen:
    streams = sorted(
        {stream for append in appends for stream in append.expected}
        | {entry.stream_id for append in appends for entry in append.entries}
    )
    commands = [(append.actor_id, append.key) for append in appends if append.actor_id is not None]
    accounts = sorted(batch.accounts_of(appends))
    row = connection.execute(
        _BEGIN,
        (
            streams,
            [actor for actor, _ in commands],
            [key for _, key in commands],
            [account for account, _ in accounts],
            [commodity for _, commodity in accounts],
        ),
        binary=True,
    ).fetchone()
    if row is None:
        raise IntegrityError("the journal has no head")
    size, root, versions, known, amounts = row
    return Seen(
        size=size,
        root=root,
        versions=dict(zip(streams, versions or (), strict=True)),
        commands={
            commands[number]: KnownCommand(bytes.fromhex(digest), first - 1, last - 1)
            for number, digest, first, last in known
        },
        balances=dict(zip(accounts, amounts or (), strict=True)),
    )


def _write(
    connection: psycopg.Connection[Any],
    plan: Plan,
    size: int,
    root: bytes,
    filled: Sequence[TileRoot],
    limit_of: Callable[[str], int],
) -> list[bytes]:
    """Write what the plan accepted and return the leaves as PostgreSQL computed them."""
    entries = [entry for append in plan.accepted for entry in append.entries]
    changed = sorted(plan.balances)
    commands: list[tuple[UUID, str]] = sorted(plan.commands)
    row = connection.execute(
        _FINISH,
        (
            size,
            root,
            [entry.stream_id for entry in entries],
            [entry.seq for entry in entries],
            [entry.type for entry in entries],
            [entry.note for entry in entries],
            [tile.level for tile in filled],
            [tile.index for tile in filled],
            [tile.hash for tile in filled],
            [account for account, _ in changed],
            [commodity for _, commodity in changed],
            [plan.balances[key] for key in changed],
            [limit_of(account) for account, _ in changed],
            [actor for actor, _ in commands],
            [key for _, key in commands],
            [plan.commands[command].input_digest for command in commands],
            [plan.commands[command].first_index + 1 for command in commands],
            [plan.commands[command].last_index + 1 for command in commands],
        ),
        binary=True,
    ).fetchone()
    return list(row[0]) if row is not None else []
