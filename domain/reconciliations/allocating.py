"""What a line is matched to: found by reference, accepted or said by people, and taken back by two.

What must not be broken: neither a line nor a side of a payment is ever matched beyond its amount.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID

from domain.kernel.matches import BACK, OUT, EntryKey, Match, Part
from domain.kernel.money import Fen
from domain.kernel.reasons import require_reason
from domain.kernel.refusals import Refusal
from domain.kernel.two_people import seconded
from domain.reconciliations.events import (
    Allocation,
    Matched,
    MatchProposed,
    ProposalRejected,
    Unmatched,
    UnmatchProposed,
)
from domain.reconciliations.state import Reconciliation, Taken

ALLOCATIONS_MAX: Final = 300
"""Allocations in one event: its line then stays below the largest entry (65,535 bytes)."""
AUTOMATIC: Final = frozenset({1, 2, 3})
PROPOSED: Final = 4
BY_HAND: Final = 5


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
    before = reconciliation or Reconciliation()
    proposed = seconded(before.proposals.get(key), by=confirmer_id, otherwise=_not_proposed(key))
    taken = before.taken
    parts = [Part(one.payment_id, one.amount_fen) for one in proposed.allocations]
    _require_room(taken, key=key, entry_fen=entry_fen, parts=parts)
    _require_free(taken, parts, amounts)
    return Matched(allocations=proposed.allocations, reason=proposed.reason, proposer_id=proposed.proposer_id)


def reject(reconciliation: Reconciliation | None, *, key: EntryKey, reason: str) -> ProposalRejected:
    """Drop a proposal to match a line, or to take its match back.

    Refused, in this order: `reconciliation.not_proposed`, `reason.insufficient`.
    """
    if reconciliation is None or (key not in reconciliation.releases and key not in reconciliation.proposals):
        raise _not_proposed(key)
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
    before = reconciliation or Reconciliation()
    wanted = seconded(before.releases.get(key), by=confirmer_id, otherwise=_not_proposed(key))
    return Unmatched(
        statement_id=key.statement_id, entry=key.number, reason=wanted.reason, proposer_id=wanted.proposer_id
    )


def allocations_of(key: EntryKey, tier: int, parts: Iterable[Part]) -> Iterator[Allocation]:
    """A line's parts as they are recorded."""
    for part in parts:
        amount_fen = Fen(part.amount_fen)
        yield Allocation(key.statement_id, key.number, tier, part.payment_id, amount_fen, part.document)


def _in_events(allocations: Iterable[Allocation], *, reason: str | None = None) -> Iterator[Matched]:
    every = tuple(allocations)
    for start in range(0, len(every), ALLOCATIONS_MAX):
        yield Matched(allocations=every[start : start + ALLOCATIONS_MAX], reason=reason)


def _not_proposed(key: EntryKey) -> Refusal:
    return Refusal("reconciliation.not_proposed", entry=key.number)


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
