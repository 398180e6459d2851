"""A bank account, its statements that count, and everything that is matched on it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TypeVar, assert_never
from uuid import UUID

from domain.kernel.events import Sha256
from domain.kernel.ids import StreamName, derived, stream_name
from domain.kernel.matches import BACK, OUT, EntryKey
from domain.kernel.money import Fen
from domain.reconciliations.events import (
    Allocation,
    Matched,
    MatchProposed,
    ProposalRejected,
    ReconciliationEvent,
    StatementJoined,
    StatementSuperseded,
    SupersedingProposed,
    Unmatched,
    UnmatchProposed,
)

K = TypeVar("K")
V = TypeVar("V")
_Step = Matched | Unmatched | StatementSuperseded


@dataclass(frozen=True, slots=True)
class Joined:
    """A statement's days and balances."""

    since: date
    until: date
    opening_fen: Fen | None
    closing_fen: Fen | None
    file: Sha256


@dataclass(frozen=True)
class Reconciliation:
    """An account and everything matched on it. `steps` are folded when somebody asks (`taken`)."""

    statements: Mapping[UUID, Joined] = field(default_factory=dict)
    proposals: Mapping[EntryKey, MatchProposed] = field(default_factory=dict)
    steps: tuple[_Step, ...] = ()
    releases: Mapping[EntryKey, UnmatchProposed] = field(default_factory=dict)
    supersedings: Mapping[UUID, SupersedingProposed] = field(default_factory=dict)
    superseded: frozenset[UUID] = frozenset()

    @cached_property
    def taken(self) -> "Taken":
        """What is matched now."""
        taken = Taken()
        for step in self.steps:
            taken.fold(step)
        return taken


@dataclass(slots=True)
class Taken:
    """Lines and payments' sides with what is given to them. `released`: lines unmatched by a person."""

    by_entry: dict[EntryKey, tuple[Allocation, ...]] = field(default_factory=dict)
    by_side: defaultdict[tuple[UUID, int], int] = field(default_factory=lambda: defaultdict(int))
    released: set[EntryKey] = field(default_factory=set)

    def fold(self, step: _Step) -> None:
        """Take one event into account."""
        match step:
            case Matched(allocations=allocations):
                for one in allocations:
                    key = EntryKey(one.statement_id, one.entry)
                    self.by_entry[key] = (*self.by_entry.get(key, ()), one)
                    self.by_side[side_of(one)] += abs(one.amount_fen)
            case Unmatched(statement_id=statement_id, entry=entry):
                key = EntryKey(statement_id, entry)
                self.released.add(key)
                self._free(key)
            case StatementSuperseded(superseded=superseded):
                for key in [one for one in self.by_entry if one.statement_id in superseded]:
                    self._free(key)

    def _free(self, key: EntryKey) -> None:
        for one in self.by_entry.pop(key, ()):
            self.by_side[side_of(one)] -= abs(one.amount_fen)

    def of_entry(self, key: EntryKey) -> int:
        """How much of a line is matched, with its sign."""
        return sum(one.amount_fen for one in self.by_entry.get(key, ()))


def side_of(allocation: Allocation) -> tuple[UUID, int]:
    """The payment, and whether it left or came back."""
    return allocation.payment_id, OUT if allocation.amount_fen < 0 else BACK


def stream(account_digest: Sha256) -> StreamName:
    """The stream of an account."""
    return stream_name("reconciliation", derived("reconciliation", account_digest))


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(reconciliation: Reconciliation | None, event: ReconciliationEvent) -> Reconciliation:
    """The account after an event."""
    before = reconciliation or Reconciliation()
    match event:
        case StatementJoined():
            one = Joined(event.since, event.until, event.opening_fen, event.closing_fen, event.file)
            return replace(before, statements={**before.statements, event.statement_id: one})
        case Matched():
            matched = {EntryKey(one.statement_id, one.entry) for one in event.allocations}
            left = {key: one for key, one in before.proposals.items() if key not in matched}
            return replace(before, proposals=left, steps=(*before.steps, event))
        case UnmatchProposed():
            key = EntryKey(event.statement_id, event.entry)
            return replace(before, releases={**before.releases, key: event})
        case Unmatched():
            key = EntryKey(event.statement_id, event.entry)
            return replace(before, releases=_without(before.releases, key), steps=(*before.steps, event))
        case MatchProposed():
            key = EntryKey(event.statement_id, event.entry)
            return replace(before, proposals={**before.proposals, key: event})
        case ProposalRejected():
            key = EntryKey(event.statement_id, event.entry)
            proposals, releases = _without(before.proposals, key), _without(before.releases, key)
            return replace(before, proposals=proposals, releases=releases)
        case SupersedingProposed():
            return replace(before, supersedings={**before.supersedings, event.statement_id: event})
        case StatementSuperseded():
            return _superseded(before, event)
        case _:
            assert_never(event)


def _superseded(before: Reconciliation, event: StatementSuperseded) -> Reconciliation:
    gone = frozenset(event.superseded)
    return replace(
        before,
        statements={identity: one for identity, one in before.statements.items() if identity not in gone},
        proposals={key: one for key, one in before.proposals.items() if key.statement_id not in gone},
        releases={key: one for key, one in before.releases.items() if key.statement_id not in gone},
        supersedings=_without(before.supersedings, event.statement_id),
        superseded=before.superseded | gone,
        steps=(*before.steps, event),
    )


def _without(mapping: Mapping[K, V], key: K) -> dict[K, V]:
    return {other: one for other, one in mapping.items() if other != key}
