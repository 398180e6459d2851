"""One transaction: lock the head, judge the appends of a batch, write those that go in, and grow the tree.

Either everything of an append is in the table, in the balances and under the root, or nothing. Whoever wrote last may
foresee what the lock will show, and then one call does it all; the database writes nothing unless it is as foreseen.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar
from uuid import UUID

import psycopg

from journal import batch, merkle
from journal.arrays import Blobs, Column, Numbers, Texts, Uuids, numbers_in
from journal.batch import KnownCommand, Outcome, Plan, Seen, Stored
from journal.edge import Edge, NodeNotAtEdge
from journal.errors import IntegrityError
from journal.facts import AccountKey, Append, Entry
from journal.statement import Statement, call_of

K = TypeVar("K")
LimitOf = Callable[[str], int]
Before = Callable[[psycopg.Connection[Any]], None]

BALANCES_KEPT_MAX: Final = 100_000
CAUGHT_UP_MAX: Final = 10_000
"""Where others appended more than this since, the edge of the tree is read anew."""

_SEE = Statement(
    "see_before_append",
    "SELECT size, root, versions, known::text, amounts FROM journal.see_before_append($1, $2, $3, $4, $5)",
)
_WRITE = call_of("journal.write_batch", arguments=23)
_WRITE_FORESEEN = call_of("journal.write_foreseen", arguments=26)
_HEAD = "SELECT size, root FROM journal.head FOR UPDATE"
_LAST = "SELECT coalesce(max(notification_id), 0) FROM journal.events"
_TYPE_AT = "SELECT topic FROM journal.events WHERE notification_id = %s"
_SINCE = "SELECT leaf, topic FROM journal.events WHERE notification_id > %s ORDER BY notification_id"
_LEAVES_FROM = "SELECT leaf FROM journal.events WHERE notification_id > %s ORDER BY notification_id"
_TREE_FROM = "SELECT hash FROM journal.tree WHERE level = %s AND index >= %s ORDER BY index"


@dataclass(frozen=True)
class Remembered:
    """The journal as the last commit here left it; it stays true while the head is the same."""

    edge: Edge
    root: bytes
    balances: dict[AccountKey, int] = field(default_factory=dict)
    closed: bool = False


@dataclass(frozen=True)
class Done:
    """The outcome of every append, in order; the tree after them; what to remember.

    `alone`: nobody else had written since what was remembered.
    """

    outcomes: Sequence[Outcome]
    edge: Edge
    root: bytes
    remembered: Remembered
    alone: bool


@dataclass(frozen=True)
class _Prepared:
    """What is to be written, computed before it is."""

    plan: Plan
    entries: Sequence[Entry]
    edge: Edge
    root: bytes
    arguments: tuple[bytes | Column, ...]


def commit(
    connection: psycopg.Connection[Any],
    appends: Sequence[Append],
    *,
    remembered: Remembered | None,
    limit_of: LimitOf,
    before: Before | None = None,
) -> Done:
    """Append a batch. The connection must be in autocommit mode.

    `before` runs first inside the transaction (the library's tracking); what it writes stays only if every append
    goes in. Raises IntegrityError where the stored tree is not what the head says or other bytes were stored than
    were given, psycopg.Error where the database fails; then nothing was written, unless the connection broke while
    committing.
    """
    with connection.transaction():
        if before is not None:
            before(connection)
        seen = _see(connection, appends)
        alone = remembered is not None and (remembered.edge.size, remembered.root) == (seen.size, seen.root)
        if remembered is not None and not alone:
            remembered = _caught_up(connection, remembered, size=seen.size, root=seen.root)
        if remembered is None:
            remembered = _load(connection, size=seen.size, root=seen.root)
        seen = replace(seen, closed=remembered.closed)
        plan = batch.plan(appends, seen, limit_of=limit_of)
        prepared = _prepare(plan, seen, remembered.edge, limit_of)
        if before is not None and len(plan.accepted) < len(appends):
            raise psycopg.Rollback
        if prepared.entries:
            _run(connection, _WRITE, prepared.arguments)
    if not prepared.entries:
        return Done(plan.outcomes, remembered.edge, remembered.root, remembered, alone=alone)
    return _done(prepared, remembered, seen.balances, alone=alone)


def commit_as_foreseen(
    connection: psycopg.Connection[Any], appends: Sequence[Append], *, remembered: Remembered, limit_of: LimitOf
) -> Done | None:
    """The same with a single call, if everything is as it was left and every append goes in; None if not.

    Raises as `commit` does. After None nothing was written, and `commit` decides.
    """
    seen = _foresee(appends, remembered)
    if seen is None:
        return None
    plan = batch.plan(appends, seen, limit_of=limit_of)
    if not all(isinstance(outcome, Stored) and not outcome.replayed for outcome in plan.outcomes):
        return None
    prepared = _prepare(plan, seen, remembered.edge, limit_of)
    begun = {entry.stream_id for entry in prepared.entries if entry.seq == 1}
    held = [stream_id for stream_id, version in seen.versions.items() if version or stream_id not in begun]
    foreseen = (seen.root, Uuids(held), Numbers([seen.versions[stream_id] for stream_id in held]))
    if not _run(connection, _WRITE_FORESEEN, (*foreseen, *prepared.arguments)):
        return None
    return _done(prepared, remembered, {}, alone=True)


def open_head(connection: psycopg.Connection[Any]) -> Remembered:
    """The journal under the head lock, checked against itself. Call it inside a transaction.

    Raises IntegrityError where head, events and tree do not agree.
    """
    row = connection.execute(_HEAD, binary=True).fetchone()
    last = connection.execute(_LAST, binary=True).fetchone()
    if row is None or last is None:
        raise IntegrityError("the journal has no head")
    size, root = row
    if last[0] != size:
        raise IntegrityError(f"the head says {size} entries, the last stored one is number {last[0]}")
    return _load(connection, size=size, root=root)


def _load(connection: psycopg.Connection[Any], *, size: int, root: bytes) -> Remembered:
    """Under the head lock. Whether the journal is closed is read off its last entry, so no writer can miss it."""
    last = connection.execute(_TYPE_AT, (size,)).fetchone()
    closed = last is not None and last[0] == batch.LAST_TYPE
    return Remembered(load_edge(connection, size=size, root=root), root, closed=closed)


def _caught_up(
    connection: psycopg.Connection[Any], remembered: Remembered, *, size: int, root: bytes
) -> Remembered | None:
    """Under the head lock: what was remembered with what others appended since; None if that is not the head's tree."""
    begun = remembered.edge.size
    if not begun < size <= begun + CAUGHT_UP_MAX:
        return None
    rows = connection.execute(_SINCE, (begun,), binary=True).fetchall()
    edge, _ = remembered.edge.grown([leaf for leaf, _ in rows])
    if (edge.size, edge.root()) != (size, root):
        return None
    return Remembered(edge, root, closed=rows[-1][1] == batch.LAST_TYPE)


def load_edge(connection: psycopg.Connection[Any], *, size: int, root: bytes) -> Edge:
    """Read the right edge of a tree of `size` leaves. Raises IntegrityError unless its root is the head's."""
    rows: list[list[bytes]] = []
    count, level = size, 0
    while count or not rows:
        start = count - count % 256
        query, parameters = (_LEAVES_FROM, (start,)) if level == 0 else (_TREE_FROM, (level, start))
        rows.append([hash_ for (hash_,) in connection.execute(query, parameters, binary=True)])
        count, level = count // 256, level + 1
    edge = Edge.of_tiles(size, rows)
    try:
        computed = edge.root()
    except NodeNotAtEdge as error:
        raise IntegrityError(f"the tree has no node {error}") from None
    if computed != root:
        raise IntegrityError(f"the stored entries do not give the root of the head at size {size}")
    return edge


def _see(connection: psycopg.Connection[Any], appends: Sequence[Append]) -> Seen:
    streams = list(
        {stream for append in appends for stream in append.expected}
        | {entry.stream_id for append in appends for entry in append.entries}
    )
    commands = [(append.actor_id, append.key) for append in appends if append.actor_id is not None]
    accounts = sorted(batch.accounts_of(appends))
    answer = _SEE.run(
        connection,
        (
            Uuids(streams),
            Uuids([actor for actor, _ in commands]),
            Texts([key for _, key in commands]),
            Texts([account for account, _ in accounts]),
            Texts([commodity for _, commodity in accounts]),
        ),
    )
    size, root, versions, known, amounts = [answer.get_value(0, column) for column in range(5)]
    if size is None or root is None:
        raise IntegrityError("the journal has no head")
    return Seen(
        size=int.from_bytes(size, "big"),
        root=root,
        versions=_known(streams, versions),
        commands={
            commands[number]: KnownCommand(bytes.fromhex(digest), first - 1, last - 1)
            for number, digest, first, last in json.loads(known or b"[]")
        },
        balances=_known(accounts, amounts),
    )


def _known(of: Sequence[K], numbers: bytes | None) -> dict[K, int]:
    """Those of which there is a number in the column."""
    return {one: number for one, number in zip(of, numbers_in(numbers), strict=True) if number is not None}


def _foresee(appends: Sequence[Append], remembered: Remembered) -> Seen | None:
    """What the lock will show if nothing but our own commits happened since, and every decision read the truth."""
    if remembered.closed:
        return None
    versions: dict[UUID, int] = {}
    for append in appends:
        if append.actor_id is None or not append.entries:
            return None
        for stream_id, version in append.expected.items():
            versions.setdefault(stream_id, version)
        for entry in append.entries:
            if entry.stream_id not in versions:
                return None
    known = remembered.balances
    balances = {account: known[account] for append in appends for account in append.changes if account in known}
    return Seen(remembered.edge.size, remembered.root, versions, {}, balances)


def _prepare(plan: Plan, seen: Seen, edge: Edge, limit_of: LimitOf) -> _Prepared:
    entries = [entry for append in plan.accepted for entry in append.entries]
    leaves = [merkle.leaf_hash(entry.note) for entry in entries]
    grown, filled = edge.grown(leaves)
    root = grown.root()
    # In one order always, so that two processes never wait for each other's rows.
    touched = sorted(plan.balances)
    known = [account for account in touched if account in seen.balances]
    new = [account for account in touched if account not in seen.balances] if len(known) < len(touched) else []
    commands = plan.commands
    arguments = (
        seen.size.to_bytes(8, "big"),
        root,
        Uuids([entry.stream_id for entry in entries]),
        Numbers([entry.seq for entry in entries]),
        Texts([entry.type for entry in entries]),
        Blobs([entry.note for entry in entries]),
        b"".join(leaves),
        Numbers([tile.level for tile in filled]),
        Numbers([tile.index for tile in filled]),
        Blobs([tile.hash for tile in filled]),
        Texts([account for account, _ in new]),
        Texts([commodity for _, commodity in new]),
        Numbers([plan.balances[account] for account in new]),
        Numbers([limit_of(account) for account, _ in new]),
        Texts([account for account, _ in known]),
        Texts([commodity for _, commodity in known]),
        Numbers([seen.balances[account] for account in known]),
        Numbers([plan.balances[account] for account in known]),
        Uuids([actor for actor, _ in commands]),
        Texts([key for _, key in commands]),
        Blobs([command.input_digest for command in commands.values()]),
        Numbers([command.first_index + 1 for command in commands.values()]),
        Numbers([command.last_index + 1 for command in commands.values()]),
    )
    return _Prepared(plan, entries, grown, root, arguments)


def _run(connection: psycopg.Connection[Any], call: Statement, arguments: Sequence[bytes | Column]) -> bool:
    """Whether the call wrote. Raises IntegrityError where the database did not store what it was given."""
    try:
        return call.run(connection, arguments).get_value(0, 0) == b"\x01"  # true
    except psycopg.errors.DataCorrupted as error:
        raise IntegrityError(f"the database refused the batch: {error.diag.message_primary}") from error


def _done(prepared: _Prepared, remembered: Remembered, seen_balances: Mapping[AccountKey, int], *, alone: bool) -> Done:
    balances = {} if len(remembered.balances) > BALANCES_KEPT_MAX else remembered.balances
    balances.update(seen_balances)
    balances.update(prepared.plan.balances)
    closed = remembered.closed or prepared.entries[-1].type == batch.LAST_TYPE
    kept = Remembered(prepared.edge, prepared.root, balances, closed)
    return Done(prepared.plan.outcomes, prepared.edge, prepared.root, kept, alone)
