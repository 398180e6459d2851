"""Days and months are those of China; moments are written in UTC with microseconds."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.calendar import (
    Month,
    day_in_china,
    first_day,
    instant,
    instant_text,
    last_day,
    month,
    month_of,
    next_month,
)

MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis asks for naive ends
DAYS = st.dates(date(1970, 1, 1), date(2200, 1, 1))


def test_a_day_in_china_begins_at_16_o_clock_utc():
    assert day_in_china(datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)) == date(2026, 12, 31)
    assert day_in_china(datetime(2026, 12, 31, 16, 0, tzinfo=UTC)) == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("of", "first", "last", "following"),
    [
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28), "2026-03"),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29), "2028-03"),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31), "2027-01"),
    ],
)
def test_the_ends_of_a_month(of, first, last, following):
    assert (first_day(Month(of)), last_day(Month(of)), next_month(Month(of))) == (first, last, following)


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "2026-1", "202611", "2026-11-01", "２０２６-11", ""])
def test_anything_else_is_no_month(text):
    with pytest.raises(ValueError, match="YYYY-MM"):
        month(text)


@given(day=DAYS)
def test_every_day_lies_in_its_month_and_months_follow_without_a_gap(day):
    of = month_of(day)
    assert month(of) == of
    assert first_day(of) <= day <= last_day(of)
    assert first_day(next_month(of)) == last_day(of) + timedelta(days=1)


@given(moment=MOMENTS)
def test_a_moment_is_written_and_read_back_and_text_sorts_as_time(moment):
    assert instant(instant_text(moment)) == moment
    assert instant_text(moment) < instant_text(moment + timedelta(microseconds=1))


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T04:51:38Z",
        "2026-11-22T04:51:38.000Z",
        "2026-11-22 04:51:38.000000Z",
        "2026-11-22T12:51:38.000000+08:00",
        "2026-1-22T04:51:38.000000Z",
        "",
    ],
)
def test_a_moment_has_one_form_only(text):
    with pytest.raises(ValueError, match=r"not an instant|does not match"):
        instant(text)
