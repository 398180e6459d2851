"""Days and months as the county counts them: China Standard Time, without summer time.

`at` is when a fact was recorded (UTC, microseconds); `on` is the day it takes effect in the books.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import NewType

Month = NewType("Month", str)

_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z", re.ASCII)

CHINA = timezone(timedelta(hours=8), "CST")


def month(text: str) -> Month:
    """Return `"YYYY-MM"` if it is one; raise ValueError if not."""
    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", text, re.ASCII):
        raise ValueError(f"a month is written YYYY-MM: {text!r}")
    return Month(text)


def month_of(day: date) -> Month:
    """The month that a day belongs to."""
    return Month(f"{day.year:04d}-{day.month:02d}")


def next_month(of: Month) -> Month:
    """The month after."""
    return month_of(date(int(of[:4]), int(of[5:]), 28) + timedelta(days=4))


def first_day(of: Month) -> date:
    """The first day of a month."""
    return date(int(of[:4]), int(of[5:]), 1)


def last_day(of: Month) -> date:
    """The last day of a month."""
    return first_day(next_month(of)) - timedelta(days=1)


def day_in_china(moment: datetime) -> date:
    """The calendar day of an aware moment, in China."""
    return moment.astimezone(CHINA).date()


def instant_text(moment: datetime) -> str:
    """An aware moment as `2026-11-22T04:51:38.000000Z`: always UTC, always microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def instant(text: str) -> datetime:
    """The inverse of `instant_text`; raises ValueError on any other form."""
    if not _INSTANT.fullmatch(text):
        raise ValueError(f"not an instant in UTC with microseconds: {text!r}")
    return datetime.fromisoformat(text)
