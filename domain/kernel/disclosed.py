"""What a village owes its people to see: the kinds, the periods that they are about, and how often each falls due.

Source: the Organic Law of Villagers' Committees asks for disclosure each quarter at least, each month where finances
are busy, and at once for what is weighty; which of them holds for a kind is a recorded setting.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final, Literal, NewType, get_args

from domain.kernel.calendar import Month, month_of, next_month
from domain.kernel.periods import Period, first_day, last_day, period, period_of

Kind = Literal["rewards", "points", "budget", "village_finances", "assets", "subsidies", "commitments", "meetings"]
DisclosedPeriod = NewType("DisclosedPeriod", str)
"""A month, a quarter, a year (`2026-11`, `2026-Q4`, `2026`), or what happened once: `once-<uuid>` of its stream."""

Frequency = Literal["monthly", "quarterly", "at_once", "never"]
Names = Literal["masked", "full"]

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
FREQUENCIES: Final[tuple[Frequency, ...]] = get_args(Frequency)
NAMES: Final[tuple[Names, ...]] = get_args(Names)

ONCE: Final = "once-"
_ONCE = re.compile(r"once-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


def disclosed_period(text: str) -> DisclosedPeriod:
    """Return the text if a disclosure can be about it; raise ValueError if not."""
    if not _ONCE.fullmatch(text):
        period(text)
    return DisclosedPeriod(text)


def is_period(text: str) -> bool:
    """Whether a disclosure can be about it."""
    try:
        disclosed_period(text)
    except ValueError:
        return False
    return True


def once(text: str) -> str | None:
    """The UUID of what happened once, where the period names it; else None."""
    return text.removeprefix(ONCE) if text.startswith(ONCE) else None


def span(text: str) -> tuple[date, date]:
    """The first and the last day of a period that has them. Raises ValueError for what happened once."""
    found = period(text)
    return first_day(found), last_day(found)


def months(text: str) -> tuple[Month, ...]:
    """The months of a period, in order. Raises ValueError for what happened once."""
    first, last = span(text)
    found, end = [month_of(first)], month_of(last)
    while found[-1] != end:
        found.append(next_month(found[-1]))
    return tuple(found)


def falling_due(frequency: str, *, since: date, today: date) -> Iterator[Period]:
    """The months or quarters that began on `since` or later and are over before today."""
    if frequency not in ("monthly", "quarterly"):
        return
    kind = "month" if frequency == "monthly" else "quarter"
    day = since
    while True:
        one = period_of(day, kind)
        if last_day(one) >= today:
            return
        if first_day(one) >= since:
            yield one
        last = last_day(one)
        day = date.fromordinal(last.toordinal() + 1)
