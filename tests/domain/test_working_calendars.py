"""Working time on real calendars: make-up workdays are worked, holidays are not, and a missing year is said."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given as with_values
from hypothesis import settings
from hypothesis import strategies as st

from api.files.workflow_templates import load_year
from domain import working_calendars
from domain.kernel.calendar import CHINA
from domain.kernel.workflow_steps import Limit
from domain.kernel.working_time import Span, WorkingCalendar
from tests.domain.samples import COUNTY
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(working_calendars.evolve)

YEAR, DOCUMENT = load_year("2026")
CALENDAR = WorkingCalendar((load_year("2025")[0], YEAR))
PUBLISHED = working_calendars.publish(None, division=COUNTY, division_known=True, year=YEAR, document=DOCUMENT)
LONGER = replace(YEAR, hours=(Span(480, 1080),))
FACTS = {"division": COUNTY, "division_known": True, "year": LONGER, "document": "县政办〔2026〕1号"}
FIRST = date(2026, 1, 1)

TABLES = (
    Table(
        working_calendars.evolve,
        working_calendars.publish,
        (PUBLISHED,),
        FACTS,
        [
            row("place.unknown", division_known=False),
            row("calendar.hours_wrong", year=replace(LONGER, hours=())),
            row("calendar.hours_wrong", year=replace(LONGER, hours=(Span(480, 720), Span(700, 1080)))),
            row("calendar.hours_wrong", year=replace(LONGER, hours=(Span(480, 1441),))),
            row("calendar.day_outside_year", year=replace(LONGER, holidays=(date(2027, 1, 1),))),
            row("calendar.day_twice", year=replace(LONGER, holidays=(FIRST,), workdays=(FIRST,))),
            row("calendar.nothing_changed", year=YEAR),
        ],
    ),
)


@every_row(*TABLES)
def test_refusals_in_the_order_of_the_checks(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_docstring_states_the_checks_and_their_order(table):
    table.check_accepted()
    table.check_documented()


def test_a_later_edition_replaces_an_earlier_one():
    again = working_calendars.publish(given(PUBLISHED).state, **FACTS)
    assert given(PUBLISHED, again).state.year == LONGER
    assert given(PUBLISHED, again).state.editions == 2


def at(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=CHINA)


@pytest.mark.parametrize(
    ("since", "limit", "due"),
    [
        # Saturday 14 February 2026 is worked for the Spring Festival, which lasts until the 23rd.
        ("2026-02-13 17:00", Limit(4, "working_hours"), "2026-02-14 11:30"),
        ("2026-02-14 17:00", Limit(2, "working_hours"), "2026-02-24 09:30"),
        ("2026-02-13 10:00", Limit(1, "working_days"), "2026-02-14 18:00"),
        ("2026-02-13 10:00", Limit(2, "working_days"), "2026-02-24 18:00"),
        # Over noon, over night, and from before the office opens.
        ("2026-03-02 11:00", Limit(2, "working_hours"), "2026-03-02 15:30"),
        ("2026-03-02 17:30", Limit(1, "working_hours"), "2026-03-03 09:00"),
        ("2026-03-02 03:00", Limit(1, "working_hours"), "2026-03-02 09:30"),
        ("2026-03-06 20:00", Limit(1, "working_hours"), "2026-03-09 09:30"),
        # A whole day of seven hours ends with the day, not with the next morning.
        ("2026-03-02 08:30", Limit(7, "working_hours"), "2026-03-02 18:00"),
        # Over the end of a year, and by the clock alone.
        ("2025-12-31 17:00", Limit(2, "working_hours"), "2026-01-04 09:30"),
        ("2026-02-14 17:00", Limit(30, "hours"), "2026-02-15 23:00"),
        ("2026-02-14 17:00", Limit(7, "days"), "2026-02-21 17:00"),
    ],
)
def test_when_a_limit_is_over(since, limit, due):
    assert CALENDAR.due(at(since), limit) == at(due)


@pytest.mark.parametrize(
    ("since", "limit", "due"),
    [
        ("2026-12-31 17:00", Limit(2, "working_hours"), "2027-01-01 09:30"),
        ("2026-12-30 17:00", Limit(5, "working_days"), "2027-01-06 18:00"),
        ("2027-02-05 17:00", Limit(1, "working_days"), "2027-02-08 18:00"),
    ],
)
def test_a_year_without_a_calendar_is_counted_monday_to_friday_and_named(since, limit, due):
    """A limit never ends nowhere: 2027 has no published days off yet, so even New Year's Day is a Friday."""
    found = CALENDAR.due(at(since), limit)
    assert found == at(due)
    assert CALENDAR.first_missing(at(since), found) == 2027
    assert CALENDAR.first_missing(at("2026-01-01 00:00"), at("2026-12-31 23:59")) is None


def test_with_no_calendar_at_all_office_hours_are_assumed():
    bare = WorkingCalendar(())
    assert bare.due(at("2026-11-20 17:30"), Limit(1, "working_hours")) == at("2026-11-23 09:00")
    assert bare.first_missing(at("2026-11-20 17:30"), at("2026-11-23 09:00")) == 2026


@settings(max_examples=60, deadline=None)
@with_values(
    since=st.datetimes(datetime(2026, 1, 1), datetime(2026, 10, 1)).map(lambda moment: moment.replace(tzinfo=CHINA)),  # noqa: DTZ001
    hours=st.integers(1, 60),
)
def test_between_a_start_and_its_due_moment_lies_exactly_the_limit(since, hours):
    due = CALENDAR.due(since, Limit(hours, "working_hours"))
    assert CALENDAR.worked_between(since, due) == timedelta(hours=hours)
    assert CALENDAR.due(since, Limit(hours + 1, "working_hours")) > due
