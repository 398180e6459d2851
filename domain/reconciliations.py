"""Reconciliation of one bank account: which statements it has, and which line is matched to which payments.

What must not be broken: neither a line nor a side of a payment is ever matched beyond its amount; what is matched by
hand, what is taken back and which statement counts instead of another took two people each; and no day is told by two
statements at once. One stream per account, so that two clerks never match the same payment twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TypeVar, assert_never
from uuid import UUID

from domain.kernel.events import Sha256, event
from domain.kernel.ids import StreamName, derived, stream_name
from domain.kernel.matches import BACK, OUT, EntryKey, Match, Part
from domain.kernel.money import Fen
from domain.kernel.reasons import require_reason
from domain.kernel.refusals import Refusal
from domain.kernel.separation import require_distinct
from domain.kernel.states import known

ALLOCATIONS_MAX = 300
"""Allocations in one event: its line then stays below the largest entry (65,535 bytes)."""
AUTOMATIC = frozenset({1, 2, 3})
PROPOSED, BY_HAND = 4, 5
K = TypeVar("K")
V = TypeVar("V")


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


@event("reconciliation.unmatch_proposed/1")
class UnmatchProposed:
    """One person wants to take back what a line was matched to; another has to agree."""

    statement_id: UUID
    entry: int
    reason: str
    proposer_id: UUID


@event("reconciliation.unmatched/1")
class Unmatched:
    """Everything that a line was matched to is taken back; it waits for a person from now on.

    `proposer_id`: who wanted it, where another confirmed it.
    """

    statement_id: UUID
    entry: int
    reason: str
    proposer_id: UUID | None = None


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
    """The proposal for a line, to match it or to take its match back, is dropped."""

    statement_id: UUID
    entry: int
    reason: str


@event("reconciliation.superseding_proposed/1")
class SupersedingProposed:
    """One person proposes that the bank's other statement counts, instead of those of the same days."""

    statement_id: UUID
    superseded: tuple[UUID, ...]
    reason: str
    proposer_id: UUID


@event("reconciliation.statement_superseded/1")
class StatementSuperseded:
    """These statements count no longer: what was matched to them by itself is free again. `statement_id` does."""

    statement_id: UUID
    superseded: tuple[UUID, ...]
    reason: str
    proposer_id: UUID


ReconciliationEvent = (
    StatementJoined
    | Matched
    | UnmatchProposed
    | Unmatched
    | MatchProposed
    | ProposalRejected
    | SupersedingProposed
    | StatementSuperseded
)
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


def overlapping(statements: Mapping[UUID, Joined], new: Joined) -> tuple[UUID, ...]:
    """The statements that tell of days which a new one tells of as well, the earliest first.

    Two that share one day only, and continue each other by their balances, are no contradiction.
    """
    found = [
        (one.since, one.until, identity)
        for identity, one in statements.items()
        if one.since <= new.until and new.since <= one.until and not (_continue(one, new) or _continue(new, one))
    ]
    return tuple(identity for _, _, identity in sorted(found))


def _continue(before: Joined, after: Joined) -> bool:
    known = before.closing_fen is not None and before.closing_fen == after.opening_fen
    return known and before.until == after.since and before.since < after.until


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
    """Add a statement to the account.

    Refused, in this order: `statement.already_recorded`, `statement.overlaps` (days that another statement tells).
    """
    before = reconciliation or Reconciliation()
    if statement_id in before.statements:
        raise Refusal("statement.already_recorded", since=since, until=until)
    new = Joined(since, until, opening_fen, closing_fen, file)
    if overlapping(before.statements, new):
        raise Refusal("statement.overlaps", since=since, until=until)
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

    Refused, in this order: `reconciliation.entry_taken`, `reason.insufficient`, `reconciliation.no_parts`,
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

    Refused, in this order: `reconciliation.already_proposed`, `reason.insufficient`,
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
    """Drop a proposal to match a line, or to take its match back.

    Refused, in this order: `reconciliation.not_proposed`, `reason.insufficient`.
    """
    if reconciliation is None or key not in reconciliation.releases:
        _proposed(reconciliation, key)
    require_reason(reason)
    return ProposalRejected(statement_id=key.statement_id, entry=key.number, reason=reason)


def propose_unmatch(
    reconciliation: Reconciliation | None, *, key: EntryKey, reason: str, proposer_id: UUID
) -> UnmatchProposed:
    """Propose to take back what a line was matched to.

    Refused, in this order: `reconciliation.not_matched`, `reconciliation.already_proposed`, `reason.insufficient`.
    """
    if reconciliation is None or key not in reconciliation.taken.by_entry:
        raise Refusal("reconciliation.not_matched", entry=key.number)
    if key in reconciliation.releases:
        raise Refusal("reconciliation.already_proposed", entry=key.number)
    require_reason(reason)
    return UnmatchProposed(statement_id=key.statement_id, entry=key.number, reason=reason, proposer_id=proposer_id)


def unmatch(reconciliation: Reconciliation | None, *, key: EntryKey, confirmer_id: UUID) -> Unmatched:
    """Another person agrees that what a line was matched to is taken back.

    Refused, in this order: `reconciliation.not_proposed`, `chain.acted_twice`.
    """
    if reconciliation is None or key not in reconciliation.releases:
        raise Refusal("reconciliation.not_proposed", entry=key.number)
    wanted = reconciliation.releases[key]
    require_distinct(confirmer_id, acting_as="confirmer", acted=[("proposer", wanted.proposer_id)])
    return Unmatched(
        statement_id=key.statement_id, entry=key.number, reason=wanted.reason, proposer_id=wanted.proposer_id
    )


def propose_superseding(
    reconciliation: Reconciliation | None, *, statement_id: UUID, new: Joined, reason: str, proposer_id: UUID
) -> SupersedingProposed:
    """Propose that a statement counts, instead of all those that tell of its days; a proposal before is replaced.

    Refused, in this order: `statement.not_in_conflict`, `reason.insufficient`, `statement.matched_by_hand`.
    """
    before = reconciliation or Reconciliation()
    others = overlapping(before.statements, new)
    if statement_id in before.statements or not others:
        raise Refusal("statement.not_in_conflict", since=new.since, until=new.until)
    require_reason(reason)
    _require_automatic(before, others)
    return SupersedingProposed(statement_id=statement_id, superseded=others, reason=reason, proposer_id=proposer_id)


def supersede(
    reconciliation: Reconciliation | None, *, statement_id: UUID, new: Joined, confirmer_id: UUID
) -> StatementSuperseded:
    """Another person agrees; the statement can be joined after this.

    Refused, in this order: `statement.not_proposed` (or other statements overlap by now), `chain.acted_twice`,
    `statement.matched_by_hand`.
    """
    before = reconciliation or Reconciliation()
    wanted = before.supersedings.get(statement_id)
    if wanted is None or wanted.superseded != overlapping(before.statements, new):
        raise Refusal("statement.not_proposed")
    require_distinct(confirmer_id, acting_as="confirmer", acted=[("proposer", wanted.proposer_id)])
    _require_automatic(before, wanted.superseded)
    return StatementSuperseded(
        statement_id=statement_id,
        superseded=wanted.superseded,
        reason=wanted.reason,
        proposer_id=wanted.proposer_id,
    )


def _require_automatic(reconciliation: Reconciliation, superseded: Sequence[UUID]) -> None:
    """What followed from references follows again on the other statement; a person's word has to be taken back."""
    for key, allocated in sorted(reconciliation.taken.by_entry.items()):
        if key.statement_id in superseded and any(one.tier not in AUTOMATIC for one in allocated):
            raise Refusal("statement.matched_by_hand", entry=key.number)


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


def _require_parts(parts: Sequence[Part], *, entry_fen: int, reason: str) -> None:
    require_reason(reason)
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
