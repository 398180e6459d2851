"""A month, a quarter and a year are words of one form each, and know their first and last day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.periods import KINDS, first_day, kind_of, last_day, period, period_of

DAYS = st.dates(date(1, 1, 1), date(9998, 12, 31))


@pytest.mark.parametrize(
    ("text", "kind", "first", "last"),
    [
        ("2026-11", "month", date(2026, 11, 1), date(2026, 11, 30)),
        ("2028-02", "month", date(2028, 2, 1), date(2028, 2, 29)),
        ("2026-12", "month", date(2026, 12, 1), date(2026, 12, 31)),
        ("2026-Q1", "quarter", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-Q4", "quarter", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026", "year", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_what_a_period_spans(text, kind, first, last):
    found = period(text)
    assert (kind_of(found), first_day(found), last_day(found)) == (kind, first, last)


@pytest.mark.parametrize(
    "text", ["", "26", "2026-00", "2026-13", "2026-Q0", "2026-Q5", "2026-q1", "2026-1", "0000", "二〇二六"]
)
def test_what_is_no_period(text):
    with pytest.raises(ValueError, match="a period is written"):
        period(text)


@given(DAYS, st.sampled_from(KINDS))
def test_every_day_lies_in_one_period_of_a_kind(day, kind):
    found = period_of(day, kind)
    assert kind_of(period(found)) == kind
    assert first_day(found) <= day <= last_day(found)
    assert period_of(last_day(found), kind) == found != period_of(last_day(found) + timedelta(days=1), kind)
