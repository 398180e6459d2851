"""What one transaction writes: which appends of a batch go in, and what each of the others is told.

Pure: it judges what the locked head showed, in the order of arrival, so that one append's refusal never touches its
neighbours. The order of the checks: key, whether the journal is closed, versions, limits.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from journal.facts import AccountKey, Append

NO_EVENT = -1
"""The version of a stream that has no event."""

LAST_TYPE = "log.closed/1"
"""The type of event behind which nothing may stand."""


@dataclass(frozen=True, slots=True)
class Stored:
    """The append went in at these log indexes, or had gone in before (`replayed`)."""

    first_index: int
    last_index: int
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """A stream that the decision read has moved; decide again."""

    stream_id: UUID


@dataclass(frozen=True, slots=True)
class KeyReused:
    """The idempotency key was used before with another input."""

    key: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The journal has had its last event."""


@dataclass(frozen=True, slots=True)
class BelowLimit:
    """A limited account would pass zero."""

    account: str
    commodity: str
    balance: int
    change: int


Outcome = Stored | Moved | KeyReused | Closed | BelowLimit


class KnownCommand(NamedTuple):
    """An earlier use of an idempotency key."""

    input_digest: bytes
    first_index: int
    last_index: int


@dataclass(frozen=True)
class Seen:
    """What the database showed under the head lock. `balances`: of the accounts that have one."""

    size: int
    root: bytes
    versions: Mapping[UUID, int]
    commands: Mapping[tuple[UUID, str], KnownCommand]
    balances: Mapping[AccountKey, int]
    closed: bool = False


@dataclass
class Plan:
    """The outcome of every append, in order, and what is to be written for those that go in."""

    outcomes: list[Outcome] = field(default_factory=list)
    accepted: list[Append] = field(default_factory=list)
    balances: dict[AccountKey, int] = field(default_factory=dict)
    commands: dict[tuple[UUID, str], KnownCommand] = field(default_factory=dict)


def accounts_of(appends: Iterable[Append]) -> set[AccountKey]:
    """Every account and commodity that the appends touch."""
    return {account for append in appends for account in append.changes}


def plan(appends: Sequence[Append], seen: Seen, *, limit_of: Callable[[str], int]) -> Plan:
    """Judge each append against what was seen and what its predecessors in the batch will have done."""
    result = Plan(commands=dict(seen.commands))
    versions, balances, size, closed = dict(seen.versions), dict(seen.balances), seen.size, seen.closed
    for append in appends:
        changes = append.changes
        outcome = _judge(append, changes, result.commands, versions, balances, size, closed, limit_of)
        result.outcomes.append(outcome)
        if not isinstance(outcome, Stored) or outcome.replayed:
            continue
        result.accepted.append(append)
        size = outcome.last_index + 1
        for entry in append.entries:
            versions[entry.stream_id] = entry.seq
            closed = closed or entry.type == LAST_TYPE
        for account, change in changes.items():
            balances[account] = result.balances[account] = balances.get(account, 0) + change
        if append.actor_id is not None:
            result.commands[append.actor_id, append.key] = KnownCommand(
                append.input_digest, outcome.first_index, outcome.last_index
            )
    for command in seen.commands:
        del result.commands[command]
    return result


def _judge(
    append: Append,
    changes: Mapping[AccountKey, int],
    commands: Mapping[tuple[UUID, str], KnownCommand],
    versions: Mapping[UUID, int],
    balances: Mapping[AccountKey, int],
    size: int,
    closed: bool,
    limit_of: Callable[[str], int],
) -> Outcome:
    known = commands.get((append.actor_id, append.key)) if append.actor_id is not None else None
    if known is not None:
        if known.input_digest != append.input_digest:
            return KeyReused(append.key)
        return Stored(known.first_index, known.last_index, replayed=True)
    if closed or LAST_TYPE in [entry.type for entry in append.entries[:-1]]:
        return Closed()
    moved = _moved(append, versions)
    if moved is not None:
        return Moved(moved)
    for (account, commodity), change in changes.items():
        balance = balances.get((account, commodity), 0)
        side = limit_of(account)
        if side * (balance + change) < 0:
            return BelowLimit(account, commodity, balance, change)
    return Stored(size, size + len(append.entries) - 1)


def _moved(append: Append, versions: Mapping[UUID, int]) -> UUID | None:
    """The first stream that is not where the decision saw it, or that an entry would not continue."""
    for stream_id, expected in append.expected.items():
        version = versions[stream_id]
        if version != expected and (expected or version != NO_EVENT):
            return stream_id
    if len(append.entries) == 1:
        (entry,) = append.entries
        return entry.stream_id if entry.seq <= versions[entry.stream_id] else None
    last: dict[UUID, int] = {}
    for entry in append.entries:
        if entry.seq <= last.get(entry.stream_id, versions[entry.stream_id]):
            return entry.stream_id
        last[entry.stream_id] = entry.seq
    return None
