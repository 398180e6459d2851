"""The share of steps in time is shown by place and period, with numerator, denominator and log position."""

import re
from datetime import date, timedelta

import pytest

from api.commands.shared import today
from domain.kernel.periods import period_of
from projections import incident_courses
from tests.api.web.county import COUNTY, TOWNSHIP, County
from tests.api.web.registers import signed_in
from tests.journeys.adopted import adopt


def test_a_county_officer_sees_what_was_in_time(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    adopt(county)
    quick, slow = county.reported(), county.reported()
    assert county.post("gaofei", f"/incidents/{quick}/acts", {"act": "accept"}).status_code == 201
    later = county.app.journal.now() + timedelta(days=20)
    monkeypatch.setattr(county.app.journal, "_clock", lambda: later)
    assert county.post("gaofei", f"/incidents/{slow}/acts", {"act": "accept"}).status_code == 201
    assert county.app.caught_up(county.app.journal.position())
    browser = signed_in(county, "chenjing")
    years = {(later - timedelta(days=20)).year, today(county.app).year}
    rates = {year: told(browser.get(f"/staff/timeliness?of={year}").text) for year in years}
    assert (sum(rate[0] for rate in rates.values()), sum(rate[1] for rate in rates.values())) == (1, 2)
    with county.app.reading.connection() as conn:
        found = incident_courses.timeliness(conn, area=COUNTY, since=later - timedelta(30), until=later + timedelta(1))
    assert {rate[2] for rate in rates.values()} == {found.position}
    this_year = browser.get(f"/staff/timeliness?of={today(county.app).year}").text
    assert f'<a href="?area={TOWNSHIP}&amp;of=' in this_year
    assert "尚未公布" not in this_year, "every step was counted on a published calendar"
    assert "起没有工作日历：到那时的时限暂按周一至周五计算" in browser.get("/staff/calendars").text
    township = browser.get(f"/staff/timeliness?area={TOWNSHIP}&of={today(county.app).year}").text
    assert told(township) == rates[today(county.app).year]


def told(page: str) -> tuple[int, int, int]:
    found = re.search(r"（([\d,]+) / ([\d,]+)，截至账本第 ([\d,]+) 条）", page)
    assert found is not None, page
    in_time, limited, position = (int(one.replace(",", "")) for one in found.groups())
    return in_time, limited, position


def test_a_period_without_steps_has_no_rate(county: County) -> None:
    browser = signed_in(county, "chenjing")
    page = browser.get("/staff/timeliness?of=2001-Q2").text
    assert re.search(r"<p class=\"lead\">—（0 / 0，截至账本第 [\d,]+ 条）</p>", page)
    assert all(f"of={one}" in page for one in ("2001-Q1", "2001-Q3", "2001", "2001-06"))
    this_month = period_of(today(county.app), "month")
    now = browser.get("/staff/timeliness").text
    assert f"of={period_of(date.fromisoformat(this_month + '-01') - timedelta(days=1), 'month')}" in now
    assert "›</a>" not in now.partition("<h1>")[2].partition("<table")[0], "nothing is still to come"


def test_it_is_for_the_county_and_for_real_periods(county: County) -> None:
    assert signed_in(county, "lihe").get("/staff/timeliness").status_code == 403
    browser = signed_in(county, "sunli")
    assert browser.get("/staff/timeliness").status_code == 200
    for of in ("2026-13", "1000", "x"):
        assert browser.get(f"/staff/timeliness?of={of}").status_code == 404
    assert browser.get("/staff/timeliness?area=990101000000").status_code == 404
