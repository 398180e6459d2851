"""Somebody with every key changes afterwards what reports earn, or says that he was first."""

import pytest

from domain.kernel.ids import derived, stream_name
from tests.audit.story import COUNTY, TOWNSHIP, VILLAGE


def codes(report):
    return {finding.code for finding in report.findings}


@pytest.mark.parametrize(
    ("division", "changes"),
    [
        (TOWNSHIP, {"since": "2025-12-31", "category": "环境保护"}),  # there is one for anything
        (TOWNSHIP, {"since": "2026-01-01", "item": "hb-05"}),
        (VILLAGE, {"since": "2025-06-01"}),  # the township's own counted there
        (VILLAGE, {"since": "2025-12-31", "category": "环境保护"}),
        (VILLAGE, {"since": "2025-12-31", "item": "hb-05"}),
    ],
)
def test_a_tariff_that_takes_the_place_of_one_that_was_in_force(verdict_on, county, division, changes):
    data = {**county.story.find("tariff.set/1").data, "division": division, **changes}
    county.admin(stream_name("tariff", derived("tariff", division)), "tariff.set/1", data)
    assert codes(verdict_on(county.story)) == {"tariffs.backdated"}


@pytest.mark.parametrize(
    ("division", "changes"),
    [
        (TOWNSHIP, {"since": "2025-06-01"}),  # until the first one
        (COUNTY, {"since": "2025-06-01"}),  # the township's own stands before it
        (TOWNSHIP, {"since": "2026-01-02"}),  # from tomorrow on
        (VILLAGE, {"since": "2026-01-02", "item": "hb-05"}),
    ],
)
def test_a_tariff_that_fills_a_gap_or_is_for_coming_days(verdict_on, county, division, changes):
    data = {**county.story.find("tariff.set/1").data, "division": division, **changes}
    county.admin(stream_name("tariff", derived("tariff", division)), "tariff.set/1", data)
    assert codes(verdict_on(county.story)) == set()


@pytest.mark.parametrize(
    ("division", "changes", "expected"),
    [
        (COUNTY, {"since": "2025-06-01"}, set()),
        (COUNTY, {"since": "2026-01-02", "max_fen": 900}, {"tariffs.outside_band"}),  # the reward that comes after
        (TOWNSHIP, {"since": "2026-01-01"}, set()),  # every amount lies within it
        (TOWNSHIP, {"since": "2026-01-01", "min_fen": 1001}, {"tariffs.band_excludes", "tariffs.outside_band"}),
        (VILLAGE, {"since": "2026-01-01", "max_fen": 999}, {"tariffs.band_excludes", "tariffs.outside_band"}),
    ],
)
def test_a_band_for_days_that_had_come(verdict_on, county, division, changes, expected):
    """What it excludes is named once when it is set, and at every reward that is granted afterwards."""
    data = {**county.story.find("tariff.band_set/1").data, "division": division, **changes}
    stream = stream_name("tariff", derived("tariff", division))
    band = county.admin(stream, "tariff.band_set/1", data)
    county.story.drafts.remove(band)
    county.story.drafts.insert(county.story.index(county.story.find("tariff.set/1")) + 1, band)
    assert codes(verdict_on(county.story)) == expected


def test_a_band_that_takes_the_place_of_one_that_was_in_force(verdict_on, county):
    data = {**county.story.find("tariff.band_set/1").data, "since": "2026-01-01", "max_fen": 2500}
    again = {**data, "since": "2025-12-31"}
    for one in (again, data):
        county.admin(stream_name("tariff", derived("tariff", COUNTY)), "tariff.band_set/1", one)
    found = [finding.code for finding in verdict_on(county.story).findings]
    assert found == ["tariffs.band_backdated"]  # the first only fills the day before


@pytest.mark.parametrize(
    ("claimed", "expected"),
    [("2025-12-20T02:00:00.000000Z", {"duties.claimed_long_ago"}), ("2025-12-29T02:00:00.000000Z", set())],
)
def test_a_report_of_ones_own_that_claims_to_be_old(verdict_on, county, claimed, expected):
    """The fourth report was not confirmed, and earned nothing: only its time is wrong."""
    county.story.find("incident.reported/1", 3).data["reported_at"] = claimed
    assert codes(verdict_on(county.story)) == expected


def test_whoever_writes_down_anothers_words_may_name_an_earlier_time(verdict_on, county):
    county.story.find("incident.reported/1", 4).data["reported_at"] = "2024-05-01T02:00:00.000000Z"
    assert codes(verdict_on(county.story)) == set()


@pytest.mark.parametrize(
    ("number", "changes", "expected"),
    [
        (3, {"source": "wechat"}, {"duties.source"}),
        (3, {"source": "hotline", "source_ref": "12345-7"}, {"duties.source"}),
        (4, {"source": "app"}, {"duties.source"}),
        (4, {"source": "hotline", "source_ref": "12345-7"}, set()),
        (4, {"source": "hotline", "source_ref": " "}, {"duties.no_ticket"}),
    ],
)
def test_where_a_report_came_from_agrees_with_who_recorded_it(verdict_on, county, number, changes, expected):
    county.story.find("incident.reported/1", number).data.update(changes)
    assert codes(verdict_on(county.story)) == expected
