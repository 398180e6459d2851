"""Using points: exchanged at a station, come back from there, or expired unused."""

from datetime import date
from uuid import UUID

from domain.kernel.refusals import Refusal
from domain.points.accounts import lots as of_lots
from domain.points.accounts import postings
from domain.points.accounts.events import PointsExpired, PointsRedeemed, PointsRestored
from domain.points.accounts.keeping import existing, open_for_points
from domain.points.accounts.state import Account, Redemption


def expire(account: Account | None, *, on: date) -> PointsExpired | None:
    """What nobody used until its last day; None where nothing is overdue. Refused: `points_account.unknown`."""
    standing = existing(account)
    lots = of_lots.overdue(standing.lots, on=on)
    points = of_lots.total(lots)
    if not points:
        return None
    return PointsExpired(
        points=points,
        lots=lots,
        postings=postings.going_out(standing.id, of_held=points, to_debt=0, target=postings.EXPIRED),
    )


def redeem(account: Account | None, *, exchange_id: UUID, station_id: UUID, points: int, on: date) -> PointsRedeemed:
    """Exchange points for goods, those that expire first; what is overdue cannot be used.

    Refused, in this order: `points_account.unknown`, `points_account.closed`, `points.not_positive`,
    `points.exchange_twice`, `points.too_few`.
    """
    standing = open_for_points(account)
    if points < 1:
        raise Refusal("points.not_positive", points=points)
    if any(one.exchange_id == exchange_id for one in standing.redemptions):
        raise Refusal("points.exchange_twice", exchange_id=exchange_id)
    if standing.spendable(on) < points:
        raise Refusal("points.too_few", held=standing.spendable(on), wanted=points)
    overdue = of_lots.overdue(standing.lots, on=on)
    lots = of_lots.taken(of_lots.without(standing.lots, overdue), points)
    return PointsRedeemed(
        exchange_id=exchange_id,
        station_id=station_id,
        points=points,
        lots=lots,
        postings=postings.going_out(standing.id, of_held=points, to_debt=0, target=postings.redeemed(station_id)),
    )


def restore(account: Account | None, *, exchange_id: UUID, points: int) -> PointsRestored:
    """Bring points of an exchange back, those with the longest time first; a debt is repaid first.

    Refused, in this order: `points_account.unknown`, `points.exchange_unknown`, `points.not_positive`,
    `points.restored_too_many`.
    """
    standing = existing(account)
    redemption = next((one for one in standing.redemptions if one.exchange_id == exchange_id), None)
    if redemption is None:
        raise Refusal("points.exchange_unknown", exchange_id=exchange_id)
    if points < 1:
        raise Refusal("points.not_positive", points=points)
    if redemption.restored + points > redemption.points:
        raise Refusal("points.restored_too_many", left=redemption.points - redemption.restored, wanted=points)
    repaid = min(standing.debt, points)
    return PointsRestored(
        exchange_id=exchange_id,
        station_id=redemption.station_id,
        points=points,
        repaid=repaid,
        lots=of_lots.after(_coming_back(redemption, points), repaid),
        postings=postings.coming_in(
            standing.id, points, repaid=repaid, source=postings.redeemed(redemption.station_id)
        ),
    )


def _coming_back(redemption: Redemption, points: int) -> of_lots.Lots:
    longest_first = tuple(reversed(redemption.lots))
    back_already = of_lots.taken(longest_first, redemption.restored)
    left = reversed(of_lots.without(redemption.lots, back_already))
    return of_lots.taken(tuple(left), points)
