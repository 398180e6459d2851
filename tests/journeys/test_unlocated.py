"""A report with a position and no village: one is proposed to whoever reports, or the county finds it out."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import Browser, expect

from api.commands import county as commands
from api.commands.incidents import Report, Verdict, report, verify
from api.commands.shared import today
from domain.kernel.places import Division, Position
from journal.facts import Actor
from projections import incidents, reward_payments
from tests.api.web.county import COUNTY, OTHER_TOWNSHIP, SINCE, TOWNSHIP, VILLAGE, County, copied_county
from tests.api.web.test_county_pages import signed_in
from tests.journeys.test_in_a_browser import as_somebody, look
from tests.journeys.test_reporting import telephone
from tests.journeys.test_staff_pages import at, hidden, plain, rows, taken

HERE = Position(2_841_234, 11_760_456)
NEAR = {"latitude_e5": "2841434", "longitude_e5": "11760456"}  # 222 m to the north
FAR = {"latitude_e5": "2851234", "longitude_e5": "11760456"}
NEXT_VILLAGE = Division("361125001202")


@pytest.fixture(scope="module")
def county(cluster: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    """A county with a second village, a member of the whole of it, and one report confirmed in the first village."""
    with copied_county(cluster, rehearsal=True) as small:
        _complete(small)
        yield small


def _complete(county: County) -> None:
    app, admin, on = county.app, county.admin, today(county.app)
    new = [commands.NewPlace(NEXT_VILLAGE, "城西村")]
    commands.register_places(app, actor=admin, key=county.key(), new=new, since=SINCE, on=on)
    rider = uuid4()
    person = commands.NewPerson(person_id=rider, name="李磊", role="member", area=COUNTY, since=SINCE)
    commands.register_persons(app, actor=admin, key=county.key(), new=[person], on=on)
    county.people["lilei"] = Actor(rider, "member")
    known = told(county, VILLAGE, HERE)
    verdict = Verdict(known, True, "seen_on_site")
    county._shown(verify(app, actor=county.people["lihe"], key=county.key(), verdicts=[verdict], on=on))
    # Nobody has confirmed this one, however near it is.
    told(county, NEXT_VILLAGE, Position(2_841_424, 11_760_456))


def told(county: County, division: Division, position: Position | None, *, by: str = "zhangjianguo") -> UUID:
    actor, incident_id = county.people[by], uuid4()
    new = Report(
        incident_id,
        actor.person_id,
        "市容环境",
        division,
        f"第{incident_id.int % 10_000}号井盖不见了，晚上看不见，怕有人掉下去。",
        county.yesterday,
        "app",
        position=position,
    )
    county._shown(report(county.app, actor=actor, key=county.key(), reports=[new]))
    return incident_id


def test_the_village_of_a_position_is_proposed_to_whoever_reports(county: County) -> None:
    browser = signed_in(county, "zhangjianguo")
    page = browser.get("/staff/report").text
    assert "说不清哪个村，由工作人员定位" in page, "a township can be chosen, and what that means is said"
    token = {"form_token": re.findall(r'name="form_token" value="([^"]+)"', page)[0]}
    at_hand = browser.post("/staff/report/village", data={**token, **NEAR})
    assert at_hand.json() == {"division": VILLAGE, "name": "城东村"}
    assert at_hand.headers["cache-control"] == "no-store"
    assert browser.post("/staff/report/village", data={**token, **FAR}).json() == {"division": None}
    for wrong, status in (({**NEAR, "latitude_e5": "91.5"}, 422), ({"latitude_e5": "1"}, 422)):
        assert browser.post("/staff/report/village", data={**token, **wrong}).status_code == status
    assert browser.post("/staff/report/village", data=NEAR).status_code == 403
    stranger = signed_in(county, "qianduo")
    other = {"form_token": re.findall(r'name="form_token" value="([^"]+)"', stranger.get("/staff/report").text)[0]}
    assert stranger.post("/staff/report/village", data={**other, **NEAR}).json() == {"division": None}, OTHER_TOWNSHIP


def test_the_county_says_where_it_is_and_then_that_villages_worker_sees_it(county: County) -> None:
    position = Position(int(NEAR["latitude_e5"]), int(NEAR["longitude_e5"]))
    incident_id = told(county, COUNTY, position, by="lilei")
    worker, officer = signed_in(county, "lihe"), signed_in(county, "chenjing")
    assert str(incident_id) not in worker.get("/staff").text
    assert worker.get(at(incident_id)).status_code == 403

    waiting = officer.get("/staff/unlocated")
    assert rows(waiting.text) == [str(incident_id)]
    assert "北纬、东经 28.41434,117.60456" in plain(waiting.text)
    assert "城东村（222 米内）" in plain(waiting.text)
    assert "城西村" not in waiting.text
    form = officer.get(at(incident_id, "locate")).text
    offered = re.findall(r'<option value="(\d{12})"( selected)?>', form)
    assert offered == [(TOWNSHIP, ""), (VILLAGE, " selected"), (NEXT_VILLAGE, ""), (OTHER_TOWNSHIP, "")]
    done = taken(county, officer, incident_id, "locate", division=VILLAGE)
    assert "所在的村、社区：城东村" in plain(done.text)
    assert at(incident_id, "locate") not in done.text, "once is enough"
    assert rows(officer.get("/staff/unlocated").text) == []

    assert str(incident_id) in rows(worker.get("/staff").text)
    with county.app.reading.connection() as conn:
        moved = incidents.one(conn, incident_id)
    assert moved is not None
    assert (moved.division, moved.latitude_e5) == (VILLAGE, position.latitude_e5)
    again = county.post("zhouyu", f"/incidents/{incident_id}/acts", {"act": "locate", "division": NEXT_VILLAGE})
    assert (again.status_code, again.json()["code"]) == (409, "incident.already_located")


def test_it_is_paid_by_the_tariff_of_its_village_and_not_by_whoever_placed_it(county: County) -> None:
    incident_id = told(county, COUNTY, None, by="lilei")  # where no tariff is
    assert "没有坐标" in signed_in(county, "zhouyu").get("/staff/unlocated").text
    located = county.post("zhouyu", f"/incidents/{incident_id}/acts", {"act": "locate", "division": VILLAGE})
    assert located.status_code == 201, located.text
    seen = {"confirmed": True, "reason": "seen_on_site"}
    assert county.post("lihe", f"/incidents/{incident_id}/verification", seen).status_code == 201
    done = {"reply": None, "handled_at": county.app.journal.now().isoformat()}
    assert county.post("wangqiang", f"/incidents/{incident_id}/handling", done).status_code == 201
    decision = {"valid": True, "reason": "meets_catalogue"}
    same = county.post("zhouyu", f"/incidents/{incident_id}/validity", decision)
    assert (same.status_code, same.json()["code"]) == (403, "chain.acted_twice")
    assert county.post("chenjing", f"/incidents/{incident_id}/validity", decision).status_code == 201
    with county.app.reading.connection() as conn:
        reward = reward_payments.of_incident(conn, incident_id)
    assert reward is not None
    assert (reward.amount_fen, reward.division) == (1000, VILLAGE)


def test_what_must_not_be_said_of_its_place_is_refused_in_words(county: County) -> None:
    incident_id = told(county, TOWNSHIP, None)
    for login, body, status, code in (
        ("zhouyu", {"act": "locate", "division": OTHER_TOWNSHIP}, 409, "incident.place_not_within"),
        ("zhouyu", {"act": "locate", "division": TOWNSHIP}, 409, "incident.place_not_within"),
        ("zhouyu", {"act": "locate", "division": "361125001299"}, 404, "place.unknown"),
        ("zhouyu", {"act": "locate"}, 422, "request.malformed"),
        ("wangqiang", {"act": "locate", "division": VILLAGE}, 403, "authority.role_may_not"),
        ("qianduo", {"act": "locate", "division": VILLAGE}, 403, "authority.outside_area"),
    ):
        answer = county.post(login, f"/incidents/{incident_id}/acts", body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert signed_in(county, "wangqiang").get("/staff/unlocated").status_code == 403
    form = signed_in(county, "chenjing").get(at(incident_id, "locate")).text
    assert "form_token" in hidden(form)
    assert " selected>" not in form


def test_the_telephone_picks_the_village_and_asks_to_look(chromium: Browser, county: County) -> None:
    """It stands where `telephone` puts it: at the place of the confirmed report."""
    with telephone(chromium, county, "zhangjianguo") as page:
        page.get_by_role("button", name="用手机定位").click()
        expect(page.locator("#near")).to_contain_text("可能在城东村，已替您选上。请核对")
        expect(page.get_by_label("在哪个村")).to_have_value(VILLAGE)
        page.get_by_label("在哪个村").select_option(label="城西村")
        expect(page.locator("#near")).to_be_empty()
        page.get_by_role("button", name="用手机定位").click()
        expect(page.locator("#near")).to_contain_text("附近核实过的线索在城东村，您选的是城西村。请核对。")
        expect(page.get_by_label("在哪个村")).to_have_value(NEXT_VILLAGE)
        look(page, "report-village-proposed")


def test_the_list_and_the_form_of_a_place(chromium: Browser, county: County) -> None:
    incident_id = told(county, COUNTY, HERE, by="lilei")
    with as_somebody(chromium, county, "chenjing") as page:
        page.goto("/staff/unlocated")
        look(page, "unlocated")
        page.goto(at(incident_id, "locate"))
        expect(page.get_by_label("在哪个村")).to_have_value(VILLAGE)
        look(page, "locate")
