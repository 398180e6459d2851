"""Rewards over a cap or held back without need, and reports of what was not admitted: sealed rightly, and caught."""

from typing import Any

import pytest

from domain.kernel.ids import derived, stream_name
from tests.audit.story import COUNTY, VILLAGE, County, Draft, codes

DAY = "2026-02-03"
CAP_STREAM = stream_name("cap", derived("cap", COUNTY))


def cap(county: County, reports_max: int, *, kind: str = "person_day", since: str = "2026-02-03") -> Draft:
    """A cap, set before anything was reported."""
    data = {
        "division": COUNTY,
        "kind": kind,
        "reports_max": reports_max,
        "since": since,
        "document": "横网格〔2026〕9号",
    }
    draft = county.admin(CAP_STREAM, "cap.set/1", data)
    county.story.drafts.remove(draft)
    county.story.drafts.insert(county.story.index(county.story.find("budget.appropriated/1")), draft)
    return draft


def count(county: County, reward: Draft, subject: str, *, kind: str = "person_day") -> Draft:
    """The count that belongs to a reward, in its append."""
    data = {
        "division": COUNTY,
        "kind": kind,
        "subject": subject,
        "cap": f"{CAP_STREAM}@1",
        "incident_id": reward.data["incident_id"],
    }
    stream = stream_name("quota", derived("quota", COUNTY, kind, "", subject))
    draft = county.step(stream, "quota.used/1", data, county.officer, "county_officer", cmd=reward.cmd)
    county.story.drafts.remove(draft)
    county.story.drafts.insert(county.story.index(reward), draft)
    return draft


def rewards(county: County) -> list[Draft]:
    return [draft for draft in county.story.drafts if draft.type == "reward.granted/1"]


def counted(county: County, *, kind: str = "person_day") -> None:
    """Every reward counted, as the program would."""
    for reward in rewards(county):
        whose = reward.data["payee_id"] if kind.startswith("person") else VILLAGE
        count(county, reward, f"{whose} {DAY if kind.endswith('day') else DAY[:7]}", kind=kind)


def withhold(county: County, incident: str, **changes: Any) -> Draft:
    """The record that a report earns nothing: said of the rider's, after the member's two were rewarded."""
    data = {
        "incident_id": incident,
        "payee_id": county.rider,
        "division": VILLAGE,
        "category": "环境保护",
        "cap": f"{CAP_STREAM}@1",
        "subject": f"{VILLAGE} {DAY}",
        "used": 2,
        **changes,
    }
    stream = stream_name("withholding", derived("withholding", incident))
    return county.step(stream, "withholding.recorded/1", data, county.officer, "county_officer")


def test_rewards_within_their_cap_and_counted_are_right(verdict_on, county):
    cap(county, 2)
    counted(county)
    assert codes(verdict_on(county.story)) == set()


@pytest.mark.parametrize("kind", ["person_day", "person_month", "place_day"])
def test_a_reward_over_a_cap(verdict_on, county, kind):
    """The member's second, or the third at the place."""
    cap(county, 1 if kind != "place_day" else 2, kind=kind, since="2026-02-01")
    counted(county, kind=kind)
    report = verdict_on(county.story)
    assert codes(report) == {"tariffs.cap_passed"}
    over = rewards(county)[2 if kind == "place_day" else 1]
    assert [finding.place.event for finding in report.findings if not finding.attention] == [county.story.name_of(over)]


def test_a_reward_that_is_not_counted_and_a_count_without_a_reward(verdict_on, county):
    cap(county, 9)
    counted(county)
    first, second, _ = (draft for draft in county.story.drafts if draft.type == "quota.used/1")
    county.story.drafts.remove(second)
    assert codes(verdict_on(county.story)) == {"tariffs.not_counted"}
    first.data["incident_id"] = county.incidents[4]
    assert codes(verdict_on(county.story)) == {"tariffs.not_counted", "tariffs.counted_for_nothing"}


@pytest.mark.parametrize(
    ("kind", "since", "code"),
    [
        ("person_day", "2026-01-01", "tariffs.cap_backdated"),
        ("person_month", "2026-02-02", "tariffs.cap_month"),
    ],
)
def test_a_cap_for_days_that_had_passed_or_for_half_a_month(verdict_on, county, kind, since, code):
    cap(county, 9, kind=kind, since=since)
    counted(county, kind=kind)
    assert codes(verdict_on(county.story)) == {code}


def no_reward_for_the_rider(county: County) -> str:
    """The story ends before the third report is rewarded."""
    reward = rewards(county)[2]
    del county.story.drafts[county.story.index(reward) :]
    return str(reward.data["incident_id"])


def test_a_report_without_a_reward_is_withheld_by_a_cap_that_is_full(verdict_on):
    def judged(**changes: Any) -> set[str]:
        county = County()
        cap(county, 2, kind="place_day")
        incident = no_reward_for_the_rider(county)
        counted(county, kind="place_day")
        withhold(county, incident, **changes)
        return codes(verdict_on(county.story))

    assert judged() == set()
    assert judged(used=1) == {"tariffs.room_left"}
    assert judged(cap=f"{CAP_STREAM}@2") == {"tariffs.room_left"}
    assert judged(category="道路交通") == {"tariffs.withheld_differs"}


def test_a_reward_is_withheld_without_need_or_beside_a_reward(verdict_on, county):
    cap(county, 9, kind="place_day")
    counted(county, kind="place_day")
    withhold(county, county.incidents[2], used=3)
    assert codes(verdict_on(county.story)) == {"tariffs.room_left", "tariffs.withheld_after"}


def test_what_does_not_count_is_not_withheld(verdict_on, county):
    withhold(county, county.incidents[3])
    assert codes(verdict_on(county.story)) == {"tariffs.withheld_not_valid"}


# The catalogue.


def admitted(county: County, **changes: Any) -> Draft:
    data = {
        "division": COUNTY,
        "code": "hb-05",
        "title": "噪声扰民",
        "category": "环境保护",
        "sensitive": False,
        "since": "2026-01-01",
        "document": "横网格〔2026〕9号",
        **changes,
    }
    draft = county.admin(stream_name("catalogue", derived("catalogue", COUNTY)), "catalogue.item_admitted/1", data)
    county.story.drafts.remove(draft)
    county.story.drafts.insert(county.story.index(county.story.find("budget.appropriated/1")), draft)
    return draft


def of_the_item(county: County) -> None:
    """The first report names the item, and so does its reward."""
    county.story.find("incident.reported/1").data["item"] = "hb-05"
    county.story.find("reward.granted/1").data["item"] = "hb-05"


def test_a_report_of_an_item(verdict_on, county):
    admitted(county)
    of_the_item(county)
    assert codes(verdict_on(county.story)) == set()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"since": "2026-02-04"}, "tariffs.item_not_admitted"),
        ({"code": "hb-06"}, "tariffs.item_not_admitted"),
        ({"category": "民生服务"}, "tariffs.item_differs"),
        ({"sensitive": True}, "tariffs.item_differs"),
    ],
)
def test_a_report_of_what_the_catalogue_does_not_have(verdict_on, county, changes, code):
    admitted(county, **changes)
    of_the_item(county)
    assert codes(verdict_on(county.story)) == {code}


def test_a_sensitive_report_with_a_position_and_a_reward_that_hides_it(verdict_on, county):
    admitted(county, sensitive=True)
    of_the_item(county)
    county.story.find("incident.reported/1").data.update(
        sensitive=True, position={"latitude_e5": 2841234, "longitude_e5": 11760456}
    )
    assert codes(verdict_on(county.story)) == {"tariffs.position_of_sensitive", "duties.differs"}


def test_an_items_own_tariff_counts(verdict_on, county):
    admitted(county)
    of_the_item(county)
    tariff = county.story.find("tariff.set/1")
    data = {**tariff.data, "item": "hb-05", "amount_fen": 1600, "since": "2026-02-01"}
    own = county.admin(tariff.stream, "tariff.set/1", data)
    county.story.drafts.remove(own)
    county.story.drafts.insert(county.story.index(tariff) + 1, own)
    assert codes(verdict_on(county.story)) == {"tariffs.other", "tariffs.amount"}
