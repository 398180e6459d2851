"""What a deed gives or takes, once; and taking that back, also when the points are spent."""

from datetime import date
from typing import Final
from uuid import UUID

from domain.kernel.refusals import Refusal
from domain.points.accounts import lots as of_lots
from domain.points.accounts import postings
from domain.points.accounts.events import (
    OPENING,
    Lot,
    PointsDeducted,
    PointsGivenBack,
    PointsGranted,
    PointsOpeningRecorded,
    PointsReversed,
    PointsWithheld,
)
from domain.points.accounts.keeping import existing, open_for_points
from domain.points.accounts.state import Account, Deed, Settled

TIMES_MAX: Final = 10
"""So often at most is something counted when points are taken by hand: who means more has another paper for it."""
MINUTES_OF_HOUR: Final = 60
OPENING_MAX: Final = 20_000
"""So many points at most does a paper book bring in: more than a household gathers in years; it is a sum to be paid."""


def grant(
    account: Account | None, *, deed: Deed, room: int | None, expires_on: date | None
) -> PointsGranted | PointsWithheld:
    """Credit what a deed earns, as far as the caps leave room (None: there is no cap); a debt is repaid first.

    Refused, in this order: `points_account.unknown`, `points_account.closed`, `points.already_settled`,
    `points.nothing_earned`.
    """
    standing = _unsettled(account, deed)
    if deed.points < 1:
        raise Refusal("points.nothing_earned", item=deed.item)
    points = deed.points if room is None else max(0, min(deed.points, room))
    if points == 0:
        return PointsWithheld(
            category=deed.category,
            item=deed.item,
            quantity=deed.quantity,
            factor_percent=deed.factor_percent,
            by_rule=deed.points,
            division=deed.division,
            deed_on=deed.on,
            beneficiary_id=deed.beneficiary_id,
            rule=deed.rule,
            cause=deed.cause,
        )
    repaid = min(standing.debt, points)
    return PointsGranted(
        category=deed.category,
        item=deed.item,
        quantity=deed.quantity,
        factor_percent=deed.factor_percent,
        by_rule=deed.points,
        points=points,
        division=deed.division,
        deed_on=deed.on,
        beneficiary_id=deed.beneficiary_id,
        rule=deed.rule,
        cause=deed.cause,
        expires_on=expires_on,
        repaid=repaid,
        postings=postings.coming_in(standing.id, points, repaid=repaid, source=postings.granted(deed.category)),
    )


def record_opening(
    account: Account | None,
    *,
    points: int,
    as_of: date,
    document: str,
    expires_on: date | None,
    recorder_id: UUID,
    on: date,
) -> PointsOpeningRecorded:
    """Bring in what a paper book says an account holds: before anything else, or in place of one that was reversed.

    A debt that taking back the wrong one has left is repaid first.

    Refused, in this order: `points_account.unknown`, `points_account.closed`, `points.opening_twice`,
    `points.opening_too_late`, `points.not_positive`, `points.opening_too_large`, `points.day_in_future`.
    """
    standing = open_for_points(account)
    if standing.opening:
        raise Refusal("points.opening_twice")
    if not standing.takes_opening:
        raise Refusal("points.opening_too_late")
    if points < 1:
        raise Refusal("points.not_positive", points=points)
    if points > OPENING_MAX:
        raise Refusal("points.opening_too_large", points=points, most=OPENING_MAX)
    if as_of > on:
        raise Refusal("points.day_in_future", day=as_of)
    repaid = min(standing.debt, points)
    return PointsOpeningRecorded(
        points=points,
        as_of=as_of,
        document=document,
        expires_on=expires_on,
        repaid=repaid or None,
        recorder_id=recorder_id,
        postings=postings.coming_in(standing.id, points, repaid=repaid, source=postings.granted(OPENING)),
    )


def deduct(account: Account | None, *, deed: Deed, debt_allowed: bool) -> PointsDeducted:
    """Take what a deed costs, as far as held; the rest is owed if the rule says so, and else waived.

    Refused, in this order: `points_account.unknown`, `points_account.closed`, `points.already_settled`,
    `points.nothing_deducted`.
    """
    standing = _unsettled(account, deed)
    if deed.points > -1:
        raise Refusal("points.nothing_deducted", item=deed.item)
    points = -deed.points
    lots = of_lots.taken(standing.lots, points)
    of_held = of_lots.total(lots)
    to_debt = points - of_held if debt_allowed else 0
    return PointsDeducted(
        category=deed.category,
        item=deed.item,
        quantity=deed.quantity,
        points=points,
        division=deed.division,
        deed_on=deed.on,
        beneficiary_id=deed.beneficiary_id,
        rule=deed.rule,
        cause=deed.cause,
        lots=lots,
        to_debt=to_debt,
        postings=postings.going_out(
            standing.id, of_held=of_held, to_debt=to_debt, target=postings.deducted(deed.category)
        ),
    )


def reverse(account: Account | None, *, granted: int, reason: str) -> PointsReversed:
    """Take a grant or a balance back whole: of its own lot, what of it expired unused, other lots; the rest is owed.

    Refused, in this order: `points_account.unknown`, `points.grant_unknown`, `points.already_reversed`.
    """
    standing = existing(account)
    grant_made = _settled(standing, granted, deducted=False)
    expires_on, points = grant_made.lots[0].expires_on, grant_made.points
    own = of_lots.taken((lot for lot in standing.lots if lot.expires_on == expires_on), points)
    missing = points - of_lots.total(own)
    from_expired = min(missing, sum(lot.points for lot in standing.expired if lot.expires_on == expires_on))
    others = (lot for lot in standing.lots if lot.expires_on != expires_on)
    lots = of_lots.added(own, of_lots.taken(others, missing - from_expired))
    of_held = of_lots.total(lots)
    to_debt = points - from_expired - of_held
    return PointsReversed(
        granted=granted,
        points=points,
        lots=lots,
        from_expired=from_expired,
        to_debt=to_debt,
        reason=reason,
        postings=postings.reversed_grant(
            standing.id,
            category=grant_made.category,
            of_held=of_held,
            from_expired=from_expired,
            to_debt=to_debt,
        ),
    )


def give_back(account: Account | None, *, deducted: int, reason: str, expires_on: date | None) -> PointsGivenBack:
    """Take a deduction back: what it took comes again, to be used until `expires_on`, and repays a debt first.

    Refused, in this order: `points_account.unknown`, `points.deduction_unknown`, `points.already_reversed`.
    """
    standing = existing(account)
    made = _settled(standing, deducted, deducted=True)
    repaid = min(standing.debt, made.points)
    lots = (Lot(made.points - repaid, expires_on),) if made.points > repaid else ()
    return PointsGivenBack(
        deducted=deducted,
        points=made.points,
        repaid=repaid,
        lots=lots,
        reason=reason,
        postings=postings.coming_in(standing.id, made.points, repaid=repaid, source=postings.deducted(made.category)),
    )


def require_few(*, quantity: int, unit: str) -> None:
    """Refuse (`points.too_many_times`) a deduction by hand of more than TIMES_MAX times, hours or persons at once."""
    most = TIMES_MAX * (MINUTES_OF_HOUR if unit == "hour" else 1)
    if quantity > most:
        raise Refusal("points.too_many_times", quantity=quantity, most=most)


def _unsettled(account: Account | None, deed: Deed) -> Account:
    standing = open_for_points(account)
    if standing.has_settled(deed.key):
        raise Refusal("points.already_settled", item=deed.item, cause=deed.cause)
    return standing


def _settled(account: Account, seq: int, *, deducted: bool) -> Settled:
    found = next((one for one in account.settled if one.seq == seq and one.deducted == deducted), None)
    if found is None or not found.points:
        if deducted:
            raise Refusal("points.deduction_unknown", number=seq)
        raise Refusal("points.grant_unknown", number=seq)
    if found.taken_back:
        raise Refusal("points.already_reversed", number=seq)
    return found
