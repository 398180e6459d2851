"""Places on pages and over the API: their history is shown, their changes recorded; pickers offer what is valid."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from api.commands.shared import today
from domain.kernel.places import Division
from projections import places
from tests.api.web.county import COUNTY, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, County
from tests.api.web.test_county_pages import recorded, sent, signed_in

RAISED, RAISED_VILLAGE = Division("361125108000"), Division("361125108201")


@dataclass(frozen=True)
class Raised:
    """The county after the change, and a report that stands at the old code."""

    county: County
    report: UUID


@pytest.fixture(scope="module")
def changed(county: County) -> Raised:
    """兴安街道 got another code today, and its village with it, by the form; one report stands at the old code."""
    old = county.reported(division=VILLAGE)
    at = f"/staff/places/{TOWNSHIP}"
    admin = signed_in(county, "admin")
    fields = {
        "kind": "recoded",
        "successors": RAISED,
        "new_name": "兴安新街道",
        "since": today(county.app).isoformat(),
        "document": "赣民字〔2026〕8号",
        "carry_below": "true",
    }
    page = recorded(admin, sent(admin, at, f"{at}/end", fields), "place")
    assert "只改代码" in page.text
    return Raised(county, old)


def options(page: str, name: str) -> set[str]:
    found = re.search(rf'<select[^>]*name="{name}".*?</select>', page, re.DOTALL)
    assert found is not None, page
    return set(re.findall(r'<option value="([^"]*)"', found[0]))


@pytest.fixture
def raised(changed: Raised) -> County:
    """The county alone."""
    return changed.county


def test_the_old_code_tells_its_successor_and_what_is_still_bound_to_it(raised: County) -> None:
    admin = signed_in(raised, "admin")
    old = admin.get(f"/staff/places/{TOWNSHIP}").text
    yesterday = today(raised.app) - timedelta(days=1)
    assert f"到 {yesterday.year}年{yesterday.month}月{yesterday.day}日 止" in old
    assert f'href="/staff/places/{RAISED}"' in old
    assert "仍属旧代码的" in old
    assert "李*" in old
    assert "奖励标准" in old
    assert 'action="/staff/places/361125001000/end"' not in old, "it ends once"
    new = admin.get(f"/staff/places/{RAISED}").text
    assert f'href="/staff/places/{TOWNSHIP}"' in new
    everything = admin.get("/staff/places?ended=1").text
    assert TOWNSHIP in everything
    assert TOWNSHIP not in admin.get("/staff/places").text.replace(f"/staff/places/{TOWNSHIP}", "")
    assert 'name="kind"' not in signed_in(raised, "xuwei").get(f"/staff/places/{RAISED}").text


def test_pickers_offer_only_what_is_valid(raised: County) -> None:
    admin = signed_in(raised, "admin")
    offered = options(admin.get("/staff/tariffs").text, "division")
    assert {COUNTY, RAISED, RAISED_VILLAGE, OTHER_TOWNSHIP} <= offered
    assert not offered & {TOWNSHIP, VILLAGE}


def test_nobody_reports_at_an_old_code_and_an_old_role_does_not_cover_the_new_one(raised: County) -> None:
    def report(division: Division, at: str) -> Any:
        body = {"category": "市容环境", "division": division, "text": "路灯不亮", "source": "app", "reported_at": at}
        return raised.post("zhangjianguo", "/incidents", body)

    now = raised.app.journal.now()
    answer = report(VILLAGE, now.isoformat())
    assert (answer.status_code, answer.json()["code"]) == (409, "place.not_valid_on")
    assert "请选当天有效的区划" in answer.json()["detail"]
    assert report(VILLAGE, (now - timedelta(days=1)).isoformat()).status_code == 201, "what was seen before counts"
    answer = report(RAISED_VILLAGE, now.isoformat())
    assert (answer.status_code, answer.json()["code"]) == (403, "authority.outside_area")


def test_an_old_report_is_finished_under_its_old_code(changed: Raised) -> None:
    raised, incident_id = changed.county, changed.report
    verdict = {"confirmed": True, "reason": "seen_on_site"}
    answer = raised.post("lihe", f"/incidents/{incident_id}/verification", verdict)
    assert answer.status_code == 201, answer.text
    listed = raised.program("chenjing").get(f"/api/v1/incidents?area={TOWNSHIP}").json()
    assert str(incident_id) in str(listed), "the area of an old code still filters"


def test_a_program_reads_renames_and_ends(raised: County) -> None:
    program = raised.program("admin")
    found = program.get(f"/api/v1/places/{TOWNSHIP}").json()
    assert (found["standing"]["ended_as"], found["standing"]["successors"]) == ("recoded", [RAISED])
    assert program.get("/api/v1/places/361125777000").status_code == 404
    on = today(raised.app).isoformat()
    named = {"name": "岑阳新镇", "since": on, "document": "横政〔2026〕5号"}
    assert raised.post("admin", f"/places/{OTHER_TOWNSHIP}/name", named).status_code == 201
    with raised.app.reading.connection() as conn:
        assert places.names(conn, [OTHER_TOWNSHIP], on=today(raised.app)) == {OTHER_TOWNSHIP: "岑阳新镇"}
        before = places.names(conn, [OTHER_TOWNSHIP], on=today(raised.app) - timedelta(days=1))
    assert before == {OTHER_TOWNSHIP: "岑阳镇"}
    again = raised.post("admin", f"/places/{OTHER_TOWNSHIP}/name", named)
    assert again.json()["code"] == "place.name_unchanged"
    county = {"kind": "recoded", "successors": [RAISED], "since": on, "document": "文"}
    assert raised.post("admin", f"/places/{COUNTY}/end", county).json()["code"] == "place.is_the_county"
    assert raised.post("lihe", f"/places/{RAISED}/end", county).status_code == 403
    split = {"kind": "split", "successors": [OTHER_TOWNSHIP], "since": on, "document": "文"}
    answer = raised.post("admin", f"/places/{RAISED}/end", split)
    assert "拆分" in answer.json()["detail"]


def test_a_villager_still_finds_the_old_code(raised: County) -> None:
    assert raised.browser().get(f"/v/{TOWNSHIP}").status_code == 200
    county = raised.browser().get("/").text
    assert "已终止的代码" in county
    assert f'href="/v/{TOWNSHIP}"' in county
