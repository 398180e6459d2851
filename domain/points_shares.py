"""Shares in points (积分分割): what becomes of a household's points when people move, marry, split up or die.

What must not be broken: the household agrees by its head, one clerk proposes and another confirms, and nothing moves
before that. Who belongs where is written in `domain.households`; here is only what it means for the points.
"""

from dataclasses import dataclass, replace
from typing import Final, assert_never
from uuid import UUID

from domain.kernel.deeds import require_reason
from domain.kernel.events import event
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.kernel.separation import require_distinct
from domain.kernel.states import known

HOLDER_KINDS: Final = frozenset({"person", "household"})
REASONS: Final = frozenset({"moved", "merged", "split", "died"})
REJECTION_REASONS: Final = frozenset({"not_agreed", "wrong_share", "wrong_household", "document_missing"})


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose account: a person's or a household's."""

    kind: str
    holder_id: UUID


@event("points_share.proposed/1")
class PointsShareProposed:
    """Points are to go from one account to another because people moved, merged, split up or died.

    `points` None: everything, with the debt, and the account is closed. `agreed_by` speaks for the household that gives
    (for the one that takes, where nobody is left in the other); `document` is the paper that he signed.
    """

    division: Division
    reason: str
    giver: Holder
    taker: Holder
    points: int | None = None
    agreed_by: UUID
    document: str
    proposer_id: UUID


@event("points_share.confirmed/1")
class PointsShareConfirmed:
    """Another clerk has seen the paper: the points move in the same append."""

    confirmer_id: UUID


@event("points_share.rejected/1")
class PointsShareRejected:
    """It does not come to that, for a reason."""

    rejecter_id: UUID
    reason: str


PointsShareEvent = PointsShareProposed | PointsShareConfirmed | PointsShareRejected


@dataclass(frozen=True, slots=True)
class PointsShare:
    """A proposal. `status`: proposed, confirmed or rejected."""

    division: Division
    reason: str
    giver: Holder
    taker: Holder
    points: int | None
    agreed_by: UUID
    document: str
    proposer_id: UUID
    status: str = "proposed"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the households' own records say on the day: who is left with the giver, and who went over to the taker.

    `heads`: who may speak for it, that is the head of the giver, or of the taker where nobody is left. `involved`:
    everybody of either, who therefore is no clerk in it.
    """

    left: frozenset[UUID]
    gone_over: frozenset[UUID]
    heads: frozenset[UUID]
    involved: frozenset[UUID]


# Decide: what may happen, judged by the rules in force.


def propose(
    share: PointsShare | None,
    *,
    division: Division,
    reason: str,
    giver: Holder,
    taker: Holder,
    found: Circumstances,
    held: int,
    points: int | None,
    agreed_by: UUID,
    document: str,
    actor_id: UUID,
) -> PointsShareProposed:
    """Propose where points go; `held` is what the giver holds today.

    Refused, in this order: `points_share.already_proposed`, `deed.reason_unknown`, `points_share.same_holder`,
    `points_share.nobody_went_over`, `points_share.somebody_left` (everything goes only from where nobody is left),
    `points_share.share_out_of_range`, `points_share.not_the_head`, `chain.acted_twice` (nobody writes down his own).
    """
    if share is not None:
        raise Refusal("points_share.already_proposed")
    require_reason(reason, of=REASONS)
    if giver == taker:
        raise Refusal("points_share.same_holder")
    if not found.gone_over:
        raise Refusal("points_share.nobody_went_over", reason=reason)
    _require_share(found, points=points, held=held)
    if agreed_by not in found.heads:
        raise Refusal("points_share.not_the_head")
    _require_other(actor_id, "proposer", found)
    return PointsShareProposed(
        division=division,
        reason=reason,
        giver=giver,
        taker=taker,
        points=points,
        agreed_by=agreed_by,
        document=document,
        proposer_id=actor_id,
    )


def confirm(share: PointsShare | None, *, found: Circumstances, actor_id: UUID) -> PointsShareConfirmed:
    """Confirm it, after a look at the paper.

    Refused, in this order: `points_share.unknown`, `points_share.not_proposed`, `points_share.somebody_left` (came back
    since), `chain.acted_twice` (the proposer, or somebody of either household).
    """
    existing = _proposed(share)
    if existing.points is None and found.left:
        raise Refusal("points_share.somebody_left", count=len(found.left))
    require_distinct(actor_id, acting_as="confirmer", acted=[("proposer", existing.proposer_id)])
    _require_other(actor_id, "confirmer", found)
    return PointsShareConfirmed(confirmer_id=actor_id)


def reject(share: PointsShare | None, *, actor_id: UUID, reason: str) -> PointsShareRejected:
    """Let it not come to that; the proposer may do so himself.

    Refused, in this order: `points_share.unknown`, `points_share.not_proposed`, `deed.reason_unknown`.
    """
    _proposed(share)
    require_reason(reason, of=REJECTION_REASONS)
    return PointsShareRejected(rejecter_id=actor_id, reason=reason)


def _require_share(found: Circumstances, *, points: int | None, held: int) -> None:
    if points is None and found.left:
        raise Refusal("points_share.somebody_left", count=len(found.left))
    if points is not None and not 1 <= points <= held:
        raise Refusal("points_share.share_out_of_range", points=points, held=held)


def _require_other(actor_id: UUID, acting_as: str, found: Circumstances) -> None:
    require_distinct(actor_id, acting_as=acting_as, acted=[("holder", one) for one in sorted(found.involved)])


def _proposed(share: PointsShare | None) -> PointsShare:
    if share is None:
        raise Refusal("points_share.unknown")
    if share.status != "proposed":
        raise Refusal("points_share.not_proposed", status=share.status)
    return share


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(share: PointsShare | None, event: PointsShareEvent) -> PointsShare:
    """The proposal after an event."""
    match event:
        case PointsShareProposed():
            return PointsShare(
                event.division,
                event.reason,
                event.giver,
                event.taker,
                event.points,
                event.agreed_by,
                event.document,
                event.proposer_id,
            )
        case PointsShareConfirmed():
            return replace(known(share), status="confirmed")
        case PointsShareRejected():
            return replace(known(share), status="rejected")
        case _:
            assert_never(event)
