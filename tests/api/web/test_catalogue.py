"""The service catalogue and the caps, over the API and on pages: what may be reported, and how many are rewarded."""

from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from api.commands.shared import today
from api.files.catalogue_profiles import catalogue_profile_names, load_catalogue_profile, shipped_classes
from tests.api.web.county import COUNTY, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, County
from tests.api.web.test_county_pages import sent, signed_in


@pytest.fixture(scope="module")
def now(county: County) -> date:
    return today(county.app)


def item(now: date, **changes: Any) -> dict[str, Any]:
    """A new item of the other township, which nothing else here reports in."""
    return {
        "division": OTHER_TOWNSHIP,
        "code": "nm-01",
        "title": "农贸市场积水",
        "category": "市容环境",
        "since": now.isoformat(),
        "document": "岑镇〔2026〕1号",
        **changes,
    }


def read(county: County, **asked: str) -> dict[str, Any]:
    answer = county.program("lihe").get("/api/v1/catalogue", params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_the_classes_of_digital_city_and_lookout_are_shipped(county: County) -> None:
    offered = county.program("lihe").get("/api/v1/catalogue/offered").json()
    assert (
        [one["name"] for one in offered] == catalogue_profile_names() == ["digital-city", "lookout", "mobile-members"]
    )
    by_name = {one["name"]: one for one in offered}
    digital = ["市容环境", "宣传广告", "施工管理", "街面秩序", "突发事件", "其他"]
    lookout = ["社会治安", "公共安全", "城市管理", "环境保护", "民生服务", "文明城市"]
    assert (by_name["digital-city"]["classes"], by_name["lookout"]["classes"]) == (digital, lookout)
    codes = [one.code for name in by_name for _, one in load_catalogue_profile(name).items()]
    assert len(codes) == len(set(codes)) == sum(one["items"] for one in offered)


def test_a_county_without_a_catalogue_reports_by_class(county: County) -> None:
    found = read(county, division=VILLAGE, on="2020-01-01")
    assert (found["published"], found["items"], found["classes"]) == (False, [], list(shipped_classes()))


def test_an_item_is_admitted_reported_and_withdrawn(county: County, now: date) -> None:
    assert county.post("admin", "/catalogue/items", item(now)).status_code == 201
    again = county.post("admin", "/catalogue/items", item(now))
    assert (again.status_code, again.json()["code"]) == (409, "catalogue.already_admitted")
    assert [one["code"] for one in read(county, division=OTHER_TOWNSHIP)["items"]] == ["nm-01"]
    assert read(county, division=TOWNSHIP)["items"] == []

    report = {
        "item": "nm-01",
        "division": OTHER_TOWNSHIP,
        "text": "市场门口积水",
        "source": "wechat",
        "reported_at": county.app.journal.now().isoformat(),
        "reporter_id": str(county.people["ouyang"].person_id),
    }
    reported = county.post("qianduo", "/incidents", report)
    assert reported.status_code == 201, reported.text
    incident = county.program("chenjing").get(f"/api/v1/incidents/{reported.json()['incident_id']}").json()["incident"]
    assert (incident["item"], incident["category"], incident["sensitive"]) == ("nm-01", "市容环境", False)
    unknown = county.post("qianduo", "/incidents", {**report, "item": "nm-99"})
    assert (unknown.status_code, unknown.json()["code"]) == (409, "catalogue.item_not_admitted")

    withdrawal = {"division": OTHER_TOWNSHIP, "last_day": now.isoformat(), "reason": "由市场自行巡查"}
    assert county.post("admin", "/catalogue/items/nm-01/withdrawal", withdrawal).status_code == 201
    tomorrow = (now + timedelta(days=1)).isoformat()
    assert [one["last_day"] for one in read(county, division=OTHER_TOWNSHIP)["items"]] == [now.isoformat()]
    assert read(county, division=OTHER_TOWNSHIP, on=tomorrow)["items"] == []
    missing = county.post("admin", "/catalogue/items/nm-98/withdrawal", withdrawal)
    assert (missing.status_code, missing.json()["code"]) == (404, "catalogue.item_unknown")


def test_only_an_administrator_changes_the_catalogue_and_the_caps(county: County, now: date) -> None:
    cap = {"division": COUNTY, "kind": "person_day", "reports_max": 3, "since": "2099-01-01", "document": "1号"}
    for path, body in (("/catalogue/items", item(now, code="nm-02")), ("/caps", cap)):
        refused = county.post("chenjing", path, body)
        assert (refused.status_code, refused.json()["code"]) == (403, "authority.role_may_not")


def test_a_catalogue_is_published_with_one_command_and_once(county: County, now: date) -> None:
    wanted = {"division": OTHER_TOWNSHIP, "profile": "lookout", "since": now.isoformat(), "document": "岑镇〔2026〕2号"}
    own = item(now, code="za-01", title="可疑人员", category="社会治安")
    assert county.post("admin", "/catalogue/items", own).status_code == 201
    answer = county.post("admin", "/catalogue/publications", wanted)
    expected = {one.code for _, one in load_catalogue_profile("lookout").items()}
    assert (answer.status_code, len(answer.json()["events"])) == (201, len(expected) - 1)
    found = {one["code"]: one for one in read(county, division=OTHER_TOWNSHIP)["items"]}
    assert set(found) - {"nm-01"} == expected
    assert found["za-01"]["title"] == "可疑人员", "what was admitted stays as it is"
    assert found["za-07"]["sensitive"] is True
    again = county.post("admin", "/catalogue/publications", wanted)
    assert (again.status_code, again.json()["code"]) == (409, "catalogue.all_admitted")
    unknown = county.post("admin", "/catalogue/publications", {**wanted, "profile": "no-such"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "catalogue.profile_unknown")


def test_a_sensitive_report_carries_no_position(county: County, now: date) -> None:
    wanted = item(now, code="mf-07", title="家庭纠纷", category="矛盾纠纷", sensitive=True, division=TOWNSHIP)
    assert county.post("admin", "/catalogue/items", wanted).status_code == 201
    report = {
        "item": "mf-07",
        "division": VILLAGE,
        "text": "两户争吵",
        "source": "app",
        "reported_at": county.app.journal.now().isoformat(),
    }
    position = {"latitude_e5": 2841234, "longitude_e5": 11760456}
    refused = county.post("ouyang", "/incidents", {**report, "position": position})
    assert refused.json()["code"] == "incident.position_of_sensitive"
    assert county.post("ouyang", "/incidents", report).status_code == 201


def test_caps_are_set_for_coming_days_and_listed(county: County, now: date) -> None:
    tomorrow = (now + timedelta(days=1)).isoformat()
    cap = {
        "division": COUNTY,
        "kind": "person_day",
        "reports_max": 3,
        "since": tomorrow,
        "document": "横网格〔2026〕9号",
    }
    assert county.post("admin", "/caps", cap).status_code == 201
    for changes, code in (
        ({"since": now.isoformat()}, "cap.since_not_future"),
        ({}, "cap.since_reused"),
        ({"kind": "person_month", "since": "2099-02-02"}, "cap.since_not_month_start"),
    ):
        refused = county.post("admin", "/caps", {**cap, **changes})
        assert (refused.status_code, refused.json()["code"]) == (409, code)
    (found,) = county.program("xuwei").get("/api/v1/caps").json()
    assert (found["kind"], found["reports_max"], found["since"], found["category"]) == ("person_day", 3, tomorrow, None)


# Pages.


def test_the_page_shows_the_catalogue_of_a_day_and_offers_to_publish(county: County, now: date) -> None:
    page = signed_in(county, "admin").get(f"/staff/catalogue?division={TOWNSHIP}&on=2020-01-01").text
    assert "还没有公布事项清单，只能按大类上报" in page
    assert "公布随程序提供的清单" in page
    officer = signed_in(county, "lihe").get(f"/staff/catalogue?division={TOWNSHIP}&on=2020-01-01").text
    assert "请管理员公布" in officer
    assert '<form class="step" method="post"' not in officer


def test_an_administrator_admits_publishes_withdraws_and_caps_on_pages(county: County, now: date) -> None:
    admin = signed_in(county, "admin")
    wanted = {**item(now, code="nm-10", title="占道经营早市", division=TOWNSHIP), "sensitive": "on"}
    answer = sent(admin, "/staff/catalogue", "/staff/catalogue/items", wanted)
    shown = admin.get(answer.headers["location"]).text
    assert "已记入账本" in shown
    listed = admin.get(f"/staff/catalogue?division={TOWNSHIP}").text
    assert "占道经营早市" in listed
    assert "涉及隐私，不公开" in listed
    published = {
        "division": TOWNSHIP,
        "profile": "digital-city",
        "since": now.isoformat(),
        "document": "兴街办〔2026〕3号",
    }
    sent(admin, "/staff/catalogue", "/staff/catalogue/publications", published)
    assert "暴露垃圾" in admin.get(f"/staff/catalogue?division={TOWNSHIP}").text
    gone = {"item": f"{TOWNSHIP} nm-10", "last_day": now.isoformat(), "reason": "并入街面秩序"}
    sent(admin, "/staff/catalogue", "/staff/catalogue/withdrawals", gone)
    assert "并入街面秩序" in admin.get("/staff/catalogue").text
    cap = {
        "division": TOWNSHIP,
        "kind": "class_day",
        "category": "市容环境",
        "reports_max": "20",
        "since": (now + timedelta(days=1)).isoformat(),
        "document": "兴街办〔2026〕4号",
    }
    sent(admin, "/staff/caps", "/staff/caps", cap)
    shown = admin.get("/staff/caps").text
    assert "每类每天" in shown
    assert "未到" in shown


def test_a_tariff_of_an_item_is_set_and_shown(county: County, now: date) -> None:
    admin = signed_in(county, "admin")
    own = item(now, code="nm-20", title="井盖松动", category="突发事件", division=COUNTY)
    assert county.post("admin", "/catalogue/items", own).status_code == 201
    tariff = {
        "division": TOWNSHIP,
        "item": "nm-20",
        "amount_fen": "16.00",
        "since": str(now + timedelta(days=1)),
        "document": "兴街办〔2026〕5号",
    }
    sent(admin, "/staff/tariffs", "/staff/tariffs", tariff)
    assert "事项 nm-20 井盖松动" in admin.get("/staff/tariffs").text
    both = county.post("admin", "/tariffs", {**tariff, "category": "突发事件", "amount_fen": 1600, "document": "6号"})
    assert (both.status_code, both.json()["code"]) == (409, "tariff.item_and_category")


def test_whoever_is_not_signed_in_sees_neither(county: County) -> None:
    with httpx.Client(base_url=county.url, timeout=30) as stranger:
        for path in ("/staff/catalogue", "/staff/caps"):
            assert stranger.get(path).status_code == 303
        assert stranger.get("/api/v1/catalogue").status_code == 401
