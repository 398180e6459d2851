"""Months, quarters and years as words of one form: `2026-11`, `2026-Q4`, `2026`. Days are China's."""

import re
from datetime import date, timedelta
from typing import Literal, NewType, get_args

Period = NewType("Period", str)
PeriodKind = Literal["month", "quarter", "year"]

KINDS: tuple[PeriodKind, ...] = get_args(PeriodKind)

_FORMS: dict[PeriodKind, re.Pattern[str]] = {
    "month": re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])", re.ASCII),
    "quarter": re.compile(r"[0-9]{4}-Q[1-4]", re.ASCII),
    "year": re.compile(r"[0-9]{4}", re.ASCII),
}


def period(text: str) -> Period:
    """Return the text if it is a period of a year from 1 on; raise ValueError if not."""
    if text[:4] == "0000" or not any(form.fullmatch(text) for form in _FORMS.values()):
        raise ValueError(f"a period is written 2026-11, 2026-Q4 or 2026: {text!r}")
    return Period(text)


def kind_of(of: Period) -> PeriodKind:
    """Whether it is a month, a quarter or a year."""
    return next(kind for kind, form in _FORMS.items() if form.fullmatch(of))


def period_of(day: date, kind: str) -> Period:
    """The month, quarter or year that a day belongs to. Raises KeyError for another kind."""
    year = f"{day.year:04d}"
    quarter = f"{year}-Q{(day.month + 2) // 3}"
    return Period({"month": f"{year}-{day.month:02d}", "quarter": quarter, "year": year}[kind])


def first_day(of: Period) -> date:
    """The first day of a period."""
    kind, year = kind_of(of), int(of[:4])
    if kind == "month":
        return date(year, int(of[5:]), 1)
    return date(year, 3 * int(of[6:]) - 2 if kind == "quarter" else 1, 1)


def last_day(of: Period) -> date:
    """The last day of a period."""
    month, year = _last_month(of), int(of[:4])
    return date(year, 12, 31) if month == 12 else date(year, month + 1, 1) - timedelta(days=1)


def _last_month(of: Period) -> int:
    kind = kind_of(of)
    if kind == "month":
        return int(of[5:])
    return 3 * int(of[6:]) if kind == "quarter" else 12
