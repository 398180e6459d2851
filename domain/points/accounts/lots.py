"""Lots: the points of an account by their last day, the first to expire in front.

All points of one last day are one lot, so an account has about as many lots as the months in which its points expire.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final

from domain.kernel.calendar import last_day, month_of, next_month
from domain.points.accounts.events import Lot

Lots = tuple[Lot, ...]

_FOR_EVER: Final = date.max


def last_day_of_points(credited_on: date, *, months: int | None) -> date | None:
    """Until when points can be used: the last day of the month so many months after the one they are credited in."""
    if months is None:
        return None
    month = month_of(credited_on)
    for _ in range(months):
        month = next_month(month)
    return last_day(month)


def total(lots: Iterable[Lot]) -> int:
    """The points of all of them."""
    return sum(lot.points for lot in lots)


def added(lots: Lots, more: Iterable[Lot]) -> Lots:
    """The lots with others laid to them."""
    sums: dict[date | None, int] = {lot.expires_on: lot.points for lot in lots}
    for lot in more:
        sums[lot.expires_on] = sums.get(lot.expires_on, 0) + lot.points
    return _sorted(Lot(points, expires_on) for expires_on, points in sums.items() if points)


def without(lots: Lots, taken: Iterable[Lot]) -> Lots:
    """The lots less what was taken of them; what was never there stays as a lot below zero, for all to see."""
    return added(lots, (Lot(-lot.points, lot.expires_on) for lot in taken))


def taken(lots: Iterable[Lot], points: int) -> Lots:
    """So many points of the first lots, or all there are."""
    parts: list[Lot] = []
    for lot in lots:
        part = min(lot.points, points)
        if part > 0:
            parts.append(Lot(part, lot.expires_on))
            points -= part
    return tuple(parts)


def overdue(lots: Iterable[Lot], *, on: date) -> Lots:
    """The lots whose last day has passed."""
    return tuple(lot for lot in lots if lot.expires_on is not None and lot.expires_on < on)


def after(lots: Iterable[Lot], points: int) -> Lots:
    """What is left when so many points were taken of the first lots: what a debt leaves of points that come in."""
    ordered = _sorted(lots)
    return without(ordered, taken(ordered, points))


def _sorted(lots: Iterable[Lot]) -> Lots:
    return tuple(sorted(lots, key=lambda lot: lot.expires_on or _FOR_EVER))
