"""Working calendars: which days and hours count when a limit says "three working days".

One stream a year and division; what is published last for a year holds, and what was published before stays readable.
"""

from dataclasses import dataclass, replace
from datetime import date

from domain.kernel.events import event
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.kernel.working_time import DAY_MINUTES, Span, Year


@event("calendar.published/1")
class CalendarPublished:
    """The working calendar of a year. `document`: the notice that says so.

    `hours` are minutes of the day; `weekend` counts Monday as 0; `workdays` are worked although they fall on it.
    """

    division: Division
    year: int
    hours: tuple[Span, ...]
    weekend: tuple[int, ...]
    holidays: tuple[date, ...]
    workdays: tuple[date, ...]
    document: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """The calendar in force for a year, after `editions` publications."""

    division: Division
    year: Year
    document: str
    editions: int = 1


# Decide: what may happen, judged by the rules in force.


def publish(
    calendar: Calendar | None,
    *,
    division: Division,
    division_known: bool,
    year: Year,
    document: str,
) -> CalendarPublished:
    """Publish a year's calendar, or another edition of it.

    Refused, in this order: `place.unknown`, `calendar.hours_wrong` (none, overlapping or outside the day),
    `calendar.day_outside_year`, `calendar.day_twice` (a holiday that is also a make-up workday),
    `calendar.nothing_changed`.
    """
    if not division_known:
        raise Refusal("place.unknown", division=division)
    if not _in_order(year.hours):
        raise Refusal("calendar.hours_wrong", year=year.year)
    for day in (*year.holidays, *year.workdays):
        if day.year != year.year:
            raise Refusal("calendar.day_outside_year", day=day, year=year.year)
    for day in year.holidays:
        if day in year.workdays:
            raise Refusal("calendar.day_twice", day=day)
    if calendar is not None and calendar.year == year:
        raise Refusal("calendar.nothing_changed", year=year.year)
    return CalendarPublished(
        division=division,
        year=year.year,
        hours=year.hours,
        weekend=year.weekend,
        holidays=year.holidays,
        workdays=year.workdays,
        document=document,
    )


def _in_order(hours: tuple[Span, ...]) -> bool:
    bounds = [bound for span in hours for bound in (span.from_minute, span.to_minute)]
    return bool(bounds) and bounds == sorted(set(bounds)) and bounds[0] >= 0 and bounds[-1] <= DAY_MINUTES


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(calendar: Calendar | None, event: CalendarPublished) -> Calendar:
    """The calendar after an event."""
    year = Year(event.year, event.hours, event.weekend, event.holidays, event.workdays)
    if calendar is None:
        return Calendar(event.division, year, event.document)
    return replace(calendar, year=year, document=event.document, editions=calendar.editions + 1)
