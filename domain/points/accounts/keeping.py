"""Keeping accounts: opening, closing, and moving what they hold or owe to another one."""

from datetime import date
from uuid import UUID

from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.points.accounts import lots as of_lots
from domain.points.accounts import postings
from domain.points.accounts.events import (
    KINDS,
    MOVING_REASONS,
    PointsAccountClosed,
    PointsAccountOpened,
    PointsMovedIn,
    PointsMovedOut,
)
from domain.points.accounts.state import Account


def open_account(
    account: Account | None,
    *,
    kind: str,
    holder_id: UUID,
    holder_known: bool,
    division: Division,
    division_known: bool,
) -> PointsAccountOpened:
    """Open the one account of a person or a household.

    Refused, in this order: `points_account.already_open`, `points_account.kind_unknown`,
    `points_account.holder_unknown`, `place.unknown`.
    """
    if account is not None:
        raise Refusal("points_account.already_open")
    if kind not in KINDS:
        raise Refusal("points_account.kind_unknown", account_kind=kind)
    if not holder_known:
        raise Refusal("points_account.holder_unknown")
    if not division_known:
        raise Refusal("place.unknown", division=division)
    return PointsAccountOpened(kind=kind, holder_id=holder_id, division=division)


def close(
    account: Account | None, *, successor_id: UUID | None, successor: Account | None, reason: str, document: str
) -> PointsAccountClosed:
    """Close an empty account; what still comes for it goes to the successor.

    Refused, in this order: `points_account.unknown`, `points_account.closed`, `points_account.reason_unknown`,
    `points_account.not_empty`, `points_account.successor_unusable` (itself, unknown or closed).
    """
    standing = open_for_points(account)
    _require_reason(reason)
    if standing.held or standing.debt:
        raise Refusal("points_account.not_empty", held=standing.held, debt=standing.debt)
    if successor_id is not None and (successor is None or successor.closed or successor_id == standing.id):
        raise Refusal("points_account.successor_unusable")
    return PointsAccountClosed(reason=reason, document=document, successor_id=successor_id)


def move_out(
    account: Account | None, *, to: UUID, points: int | None, reason: str, document: str, on: date
) -> PointsMovedOut:
    """Send points to another account, those that expire first; None: everything, the debt too.

    A closed account sends on what came to it late. Refused, in this order: `points_account.unknown`,
    `points_account.reason_unknown`, `points.same_account`, `points.not_positive`, `points.too_few`,
    `points.nothing_to_move`.
    """
    standing = existing(account)
    _require_reason(reason)
    if to == standing.id:
        raise Refusal("points.same_account")
    usable = of_lots.without(standing.lots, of_lots.overdue(standing.lots, on=on))
    held = of_lots.total(usable)
    if points is not None and points < 1:
        raise Refusal("points.not_positive", points=points)
    if points is not None and points > held:
        raise Refusal("points.too_few", held=held, wanted=points)
    moved = held if points is None else points
    debt = standing.debt if points is None else 0
    if not moved and not debt:
        raise Refusal("points.nothing_to_move")
    leaving = postings.going_out(standing.id, of_held=moved, to_debt=0, target=postings.MOVED)
    return PointsMovedOut(
        other_account_id=to,
        points=moved,
        lots=of_lots.taken(usable, moved),
        debt=debt,
        reason=reason,
        document=document,
        postings=(*leaving, *postings.debt_leaving(standing.id, debt)),
    )


def move_in(account: Account | None, *, sender_id: UUID, moved: PointsMovedOut) -> PointsMovedIn:
    """Take in what another account sends in the same append: points repay a debt, a debt takes what is held.

    Refused, in this order: `points_account.unknown`, `points_account.closed`.
    """
    standing = open_for_points(account)
    repaid = min(standing.debt, moved.points)
    settled = of_lots.taken(standing.lots, moved.debt)
    of_held = of_lots.total(settled)
    arriving = postings.coming_in(standing.id, moved.points, repaid=repaid, source=postings.MOVED)
    owing = postings.going_out(standing.id, of_held=of_held, to_debt=moved.debt - of_held, target=postings.MOVED)
    return PointsMovedIn(
        other_account_id=sender_id,
        points=moved.points,
        repaid=repaid,
        lots=of_lots.after(moved.lots, repaid),
        debt=moved.debt,
        settled=settled,
        reason=moved.reason,
        document=moved.document,
        postings=(*arriving, *owing),
    )


def existing(account: Account | None) -> Account:
    """The account, open or closed. Refused: `points_account.unknown`."""
    if account is None:
        raise Refusal("points_account.unknown")
    return account


def open_for_points(account: Account | None) -> Account:
    """The account, to which something comes. Refused: `points_account.unknown`, `points_account.closed`."""
    standing = existing(account)
    if standing.closed:
        raise Refusal("points_account.closed")
    return standing


def _require_reason(reason: str) -> None:
    if reason not in MOVING_REASONS:
        raise Refusal("points_account.reason_unknown", reason=reason, choices="、".join(sorted(MOVING_REASONS)))
