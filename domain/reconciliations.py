"""Reconciliation of one bank account: which statements it has, and which line is matched to which payments.

What must not be broken: neither a line nor a side of a payment is ever matched beyond its amount, and what is matched
by hand took two people. One stream per account, so that two clerks never match the same payment twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import assert_never
from uuid import UUID

from domain.kernel.events import Sha256, event
from domain.kernel.ids import StreamName, derived, stream_name
from domain.kernel.matches import BACK, OUT, EntryKey, Match, Part
from domain.kernel.money import Fen
from domain.kernel.refusals import Refusal
from domain.kernel.separation import require_distinct
from domain.kernel.states import known

ALLOCATIONS_MAX = 300
"""Allocations in one event: its line then stays below the largest entry (65,535 bytes)."""
AUTOMATIC = frozenset({1, 2, 3})
PROPOSED, BY_HAND = 4, 5


@dataclass(frozen=True, slots=True)
class Allocation:
    """Some of a line's amount, given to one side of a payment: below zero what left, above what came back.

    `tier` is 1 to 5, see `domain.matching`; 4 a proposal that a person accepted, 5 by hand.
    """

    statement_id: UUID
    entry: int
    tier: int
    payment_id: UUID
    amount_fen: Fen


@event("reconciliation.statement_joined/1")
class StatementJoined:
    """A statement of this account was recorded, with these days and balances."""

    statement_id: UUID
    file: Sha256
    since: date
    until: date
    opening_fen: Fen | None = None
    closing_fen: Fen | None = None
    entry_count: int


@event("reconciliation.matched/1")
class Matched:
    """Lines and payments agree. `reason` and `proposer_id` only where a person said so (tiers 4 and 5)."""

    allocations: tuple[Allocation, ...]
    reason: str | None = None
    proposer_id: UUID | None = None


@event("reconciliation.unmatched/1")
class Unmatched:
    """Everything that a line was matched to is taken back; it waits for a person from now on."""

    statement_id: UUID
    entry: int
    reason: str


@event("reconciliation.proposed/1")
class MatchProposed:
    """One person proposes what a line is matched to; another has to agree."""

    statement_id: UUID
    entry: int
    allocations: tuple[Allocation, ...]
    reason: str
    proposer_id: UUID


@event("reconciliation.proposal_rejected/1")
class ProposalRejected:
    """The proposal for a line is dropped."""

    statement_id: UUID
    entry: int
    reason: str


ReconciliationEvent = StatementJoined | Matched | Unmatched | MatchProposed | ProposalRejected
_Step = Matched | Unmatched


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


def gaps(statements: Mapping[UUID, Joined]) -> dict[UUID, int]:
    """Statements whose opening balance is not the closing balance before -> by how much it is more, in fen.

    Statements follow each other by their days; one without balances neither continues nor breaks the row.
    """
    found: dict[UUID, int] = {}
    closing: Fen | None = None
    for identity, one in sorted(statements.items(), key=lambda item: (item[1].since, item[1].until, item[0])):
        if one.opening_fen is not None and closing is not None and one.opening_fen != closing:
            found[identity] = one.opening_fen - closing
        if one.closing_fen is not None:
            closing = one.closing_fen
    return found


# Decide: what may happen, judged by the rules in force.


def join(
    reconciliation: Reconciliation | None,
    *,
    statement_id: UUID,
    file: Sha256,
    since: date,
    until: date,
    opening_fen: Fen | None,
    closing_fen: Fen | None,
    entry_count: int,
) -> StatementJoined:
    """Add a statement to the account. Refused: `statement.already_recorded`."""
    if reconciliation is not None and statement_id in reconciliation.statements:
        raise Refusal("statement.already_recorded", since=since, until=until)
    return StatementJoined(
        statement_id=statement_id,
        file=file,
        since=since,
        until=until,
        opening_fen=opening_fen,
        closing_fen=closing_fen,
        entry_count=entry_count,
    )


def match_automatically(
    reconciliation: Reconciliation | None, *, matches: Sequence[Match], amounts: Mapping[UUID, int]
) -> list[Matched]:
    """Record what the first three tiers matched; `amounts` of the payments in fen.

    Refused, in this order: `reconciliation.tier_not_automatic`, `reconciliation.entry_taken`,
    `reconciliation.beyond_payment`.
    """
    taken = (reconciliation or Reconciliation()).taken
    for found in matches:
        if found.tier not in AUTOMATIC:
            raise Refusal("reconciliation.tier_not_automatic", tier=found.tier)
        if found.key in taken.by_entry:
            raise Refusal("reconciliation.entry_taken", entry=found.key.number)
        _require_free(taken, found.parts, amounts)
    allocations = [one for found in matches for one in allocations_of(found.key, found.tier, found.parts)]
    return list(_in_events(allocations))


def accept(
    reconciliation: Reconciliation | None,
    *,
    key: EntryKey,
    entry_fen: int,
    parts: Sequence[Part],
    amounts: Mapping[UUID, int],
    reason: str,
) -> list[Matched]:
    """Accept what was proposed by account, name and amount (tier 4): the whole line, exactly.

    Refused, in this order: `reconciliation.entry_taken`, `reconciliation.reason_missing`, `reconciliation.no_parts`,
    `reconciliation.part_of_other_sign`, `reconciliation.amount_differs`, `reconciliation.beyond_payment`.
    """
    taken = (reconciliation or Reconciliation()).taken
    if key in taken.by_entry:
        raise Refusal("reconciliation.entry_taken", entry=key.number)
    _require_parts(parts, entry_fen=entry_fen, reason=reason)
    if sum(part.amount_fen for part in parts) != entry_fen:
        raise Refusal("reconciliation.amount_differs", entry_fen=entry_fen)
    _require_free(taken, parts, amounts)
    return list(_in_events(allocations_of(key, PROPOSED, parts), reason=reason))


def propose(
    reconciliation: Reconciliation | None,
    *,
    key: EntryKey,
    entry_fen: int,
    parts: Sequence[Part],
    amounts: Mapping[UUID, int],
    reason: str,
    proposer_id: UUID,
) -> MatchProposed:
    """Propose by hand what a line, or some of it, is matched to (tier 5).

    Refused, in this order: `reconciliation.already_proposed`, `reconciliation.reason_missing`,
    `reconciliation.no_parts`, `reconciliation.too_many_parts`, `reconciliation.part_of_other_sign`,
    `reconciliation.beyond_entry`, `reconciliation.beyond_payment`.
    """
    before = reconciliation or Reconciliation()
    if key in before.proposals:
        raise Refusal("reconciliation.already_proposed", entry=key.number)
    _require_parts(parts, entry_fen=entry_fen, reason=reason)
    _require_room(before.taken, key=key, entry_fen=entry_fen, parts=parts)
    _require_free(before.taken, parts, amounts)
    allocations = tuple(allocations_of(key, BY_HAND, parts))
    return MatchProposed(
        statement_id=key.statement_id,
        entry=key.number,
        allocations=allocations,
        reason=reason,
        proposer_id=proposer_id,
    )


def confirm(
    reconciliation: Reconciliation | None,
    *,
    key: EntryKey,
    entry_fen: int,
    amounts: Mapping[UUID, int],
    confirmer_id: UUID,
) -> Matched:
    """Another person agrees to a proposal.

    Refused, in this order: `reconciliation.not_proposed`, `chain.acted_twice`, `reconciliation.beyond_entry`,
    `reconciliation.beyond_payment` (something was matched meanwhile).
    """
    proposed = _proposed(reconciliation, key)
    require_distinct(confirmer_id, acting_as="confirmer", acted=[("proposer", proposed.proposer_id)])
    taken = known(reconciliation).taken
    parts = [Part(one.payment_id, one.amount_fen) for one in proposed.allocations]
    _require_room(taken, key=key, entry_fen=entry_fen, parts=parts)
    _require_free(taken, parts, amounts)
    return Matched(allocations=proposed.allocations, reason=proposed.reason, proposer_id=proposed.proposer_id)


def reject(reconciliation: Reconciliation | None, *, key: EntryKey, reason: str) -> ProposalRejected:
    """Drop a proposal. Refused, in this order: `reconciliation.not_proposed`, `reconciliation.reason_missing`."""
    _proposed(reconciliation, key)
    _require_reason(reason)
    return ProposalRejected(statement_id=key.statement_id, entry=key.number, reason=reason)


def unmatch(reconciliation: Reconciliation | None, *, key: EntryKey, reason: str) -> Unmatched:
    """Take back what a line was matched to.

    Refused, in this order: `reconciliation.not_matched`, `reconciliation.reason_missing`.
    """
    if reconciliation is None or key not in reconciliation.taken.by_entry:
        raise Refusal("reconciliation.not_matched", entry=key.number)
    _require_reason(reason)
    return Unmatched(statement_id=key.statement_id, entry=key.number, reason=reason)


def allocations_of(key: EntryKey, tier: int, parts: Iterable[Part]) -> Iterator[Allocation]:
    """A line's parts as they are recorded."""
    for part in parts:
        yield Allocation(key.statement_id, key.number, tier, part.payment_id, Fen(part.amount_fen))


def _in_events(allocations: Iterable[Allocation], *, reason: str | None = None) -> Iterator[Matched]:
    every = tuple(allocations)
    for start in range(0, len(every), ALLOCATIONS_MAX):
        yield Matched(allocations=every[start : start + ALLOCATIONS_MAX], reason=reason)


def _proposed(reconciliation: Reconciliation | None, key: EntryKey) -> MatchProposed:
    if reconciliation is None or key not in reconciliation.proposals:
        raise Refusal("reconciliation.not_proposed", entry=key.number)
    return reconciliation.proposals[key]


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Refusal("reconciliation.reason_missing")


def _require_parts(parts: Sequence[Part], *, entry_fen: int, reason: str) -> None:
    _require_reason(reason)
    if not parts:
        raise Refusal("reconciliation.no_parts")
    if len(parts) > ALLOCATIONS_MAX:
        raise Refusal("reconciliation.too_many_parts", parts=len(parts), parts_max=ALLOCATIONS_MAX)
    if any(part.amount_fen == 0 or (part.amount_fen < 0) != (entry_fen < 0) for part in parts):
        raise Refusal("reconciliation.part_of_other_sign", entry_fen=entry_fen)


def _require_room(taken: Taken, *, key: EntryKey, entry_fen: int, parts: Sequence[Part]) -> None:
    given_fen = taken.of_entry(key) + sum(part.amount_fen for part in parts)
    if abs(given_fen) > abs(entry_fen):
        raise Refusal("reconciliation.beyond_entry", given_fen=given_fen, entry_fen=entry_fen)


def _require_free(taken: Taken, parts: Sequence[Part], amounts: Mapping[UUID, int]) -> None:
    """No side of a payment is given more than the payment's amount. A payment that is not in `amounts` has none."""
    more: defaultdict[tuple[UUID, int], int] = defaultdict(int)
    for part in parts:
        side = part.payment_id, OUT if part.amount_fen < 0 else BACK
        more[side] += abs(part.amount_fen)
        if taken.by_side.get(side, 0) + more[side] > amounts.get(part.payment_id, 0):
            raise Refusal("reconciliation.beyond_payment", payment_id=part.payment_id)


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
        case Unmatched():
            return replace(before, steps=(*before.steps, event))
        case MatchProposed():
            key = EntryKey(event.statement_id, event.entry)
            return replace(before, proposals={**before.proposals, key: event})
        case ProposalRejected():
            key = EntryKey(event.statement_id, event.entry)
            left = {other: one for other, one in before.proposals.items() if other != key}
            return replace(before, proposals=left)
        case _:
            assert_never(event)
