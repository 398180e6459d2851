"""Working time: when a limit in working hours or days ends, on a calendar with holidays and make-up workdays (调休).

Pure arithmetic over a published calendar; moments are aware, days and minutes are China's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Final

from domain.kernel.calendar import CHINA
from domain.kernel.workflow_steps import Limit

DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Span:
    """Office hours from one minute of the day (inclusive) to another (exclusive)."""

    from_minute: int
    to_minute: int


@dataclass(frozen=True, slots=True)
class Year:
    """One year's calendar: office hours, days off in the week (Monday is 0), holidays, and make-up workdays."""

    year: int
    hours: tuple[Span, ...]
    weekend: tuple[int, ...]
    holidays: tuple[date, ...]
    workdays: tuple[date, ...]

    def works_on(self, day: date) -> bool:
        """Whether a day of this year is a working day; a make-up workday is one although it is a Sunday."""
        if day in self.workdays:
            return True
        return day not in self.holidays and day.weekday() not in self.weekend


OFFICE_HOURS: Final = (Span(8 * 60 + 30, 12 * 60), Span(14 * 60 + 30, 18 * 60))
"""The hours that are assumed where no year's calendar says any."""


def assumed(year: int, *, hours: tuple[Span, ...] = OFFICE_HOURS) -> Year:
    """What is counted on until a year's calendar is published: Monday to Friday, without holidays.

    The State Council announces the days off of a year in the last weeks of the one before; a limit that had no end
    until then would be forgotten. Whoever shows an end that was counted so says so.
    """
    return Year(year, hours, weekend=(5, 6), holidays=(), workdays=())


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """The calendars of several years; a year that has none is counted as `assumed`, with the last known hours."""

    years: Sequence[Year]

    def due(self, since: datetime, limit: Limit) -> datetime:
        """When a limit that began at `since` is over.

        A limit of working days ends at the close of the last of them, the day of the start not counted (the usual
        rule of Chinese public law); one of working hours runs only in office hours.
        """
        match limit.unit:
            case "hours":
                return since + timedelta(hours=limit.amount)
            case "days":
                return since + timedelta(days=limit.amount)
            case "working_hours":
                return self.after(since, timedelta(hours=limit.amount))
            case _:
                return self._after_days(since, limit.amount)

    def first_missing(self, since: datetime, until: datetime) -> int | None:
        """The first year between two moments, both included, that has no calendar of its own."""
        known = {one.year for one in self.years}
        years = range(since.astimezone(CHINA).year, until.astimezone(CHINA).year + 1)
        return next((year for year in years if year not in known), None)

    def after(self, since: datetime, worked: timedelta) -> datetime:
        """The moment when so much of office hours has passed."""
        left = worked
        for start, end in self._spans(since):
            if left <= end - start:
                return start + left
            left -= end - start
        raise AssertionError("spans never end")

    def worked_between(self, since: datetime, until: datetime) -> timedelta:
        """How much of office hours lies between two moments."""
        passed = timedelta()
        for start, end in self._spans(since):
            if start >= until:
                return passed
            passed += min(end, until) - start
        raise AssertionError("spans never end")

    def _after_days(self, since: datetime, amount: int) -> datetime:
        left, day = amount, since.astimezone(CHINA).date()
        while left:
            day += timedelta(days=1)
            left -= self._year(day).works_on(day)
        closing = max(span.to_minute for span in self._year(day).hours)
        return _at(day, closing)

    def _spans(self, since: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Office hours from a moment on, the first one cut; without end."""
        first = since.astimezone(CHINA).date()
        for number in count():
            day = first + timedelta(days=number)
            year = self._year(day)
            if not year.works_on(day):
                continue
            for span in year.hours:
                start, end = _at(day, span.from_minute), _at(day, span.to_minute)
                if end > since:
                    yield max(start, since), end

    def _year(self, day: date) -> Year:
        for year in self.years:
            if year.year == day.year:
                return year
        latest = max(self.years, key=lambda one: one.year, default=None)
        return assumed(day.year) if latest is None else assumed(day.year, hours=latest.hours)


def _at(day: date, minute: int) -> datetime:
    return datetime.combine(day, time(), CHINA) + timedelta(minutes=minute)
