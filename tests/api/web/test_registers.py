"""Grid difficulty, trainings and facilities: recorded over JSON and on pages, refused in words, shown as recorded."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from api.commands import members as member_commands
from api.commands.duty import member_stream
from api.commands.shared import today
from api.staff.register_shapes import NewDifficultyRule, NewTraining
from api.web import register_words
from domain import award_rules, awards, facilities, members, trainings
from domain.kernel import periods, ranking
from tests.api.web.county import COUNTY, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, County
from tests.api.web.registers import faults, recorded, sent, signed_in

RULE: dict[str, Any] = NewDifficultyRule.model_config["json_schema_extra"]["examples"][0]  # type: ignore[index,call-overload]
TRAINING: dict[str, Any] = NewTraining.model_config["json_schema_extra"]["examples"][0]  # type: ignore[index,call-overload]


def code_of(answer: Any) -> str:
    code: str = answer.json()["code"]
    return code


def test_stored_words_have_chinese_words() -> None:
    pairs = [
        (register_words.PERIOD_KINDS, periods.KINDS),
        (register_words.COUNTS, award_rules.COUNTS),
        (register_words.TIES, ranking.TIES),
        (register_words.REVOCATION_REASONS, awards.REVOCATION_REASONS),
        (register_words.RESULTS, trainings.RESULTS),
        (register_words.WITHDRAWAL_REASONS, trainings.WITHDRAWAL_REASONS),
        (register_words.CLOSING_REASONS, facilities.CLOSING_REASONS),
        (register_words.INSPECTION_RESULTS, facilities.INSPECTION_RESULTS),
    ]
    for words, stored in pairs:
        assert set(words) == set(stored)
    assert trainings.LEVELS == members.LEVELS


@pytest.mark.parametrize(("minutes", "words"), [(45, "45 分"), (60, "1 小时"), (150, "2 小时 30 分")])
def test_hours_are_said_as_people_say_them(minutes: int, words: str) -> None:
    assert register_words.hours_words(minutes) == words


def test_a_grid_is_scored_by_the_rule_of_its_day(county: County) -> None:
    figures = {
        "division": VILLAGE,
        "grid": "第三网格",
        "measured_on": "2026-01-05",
        "inputs": [{"factor": "households", "value": 312}, {"factor": "shops", "value": 50}],
        "document": "网格台账",
    }
    assert code_of(county.post("chenjing", "/difficulty-inputs", figures)) == "difficulty.no_rule"
    assert county.post("admin", "/difficulty-rules", RULE).status_code == 201
    heavier = {**RULE, "factors": [{**RULE["factors"][0], "weight": 61}, RULE["factors"][1]]}
    assert code_of(county.post("admin", "/difficulty-rules", heavier)) == "difficulty_rule.weights_sum"
    assert county.post("chenjing", "/difficulty-inputs", figures).status_code == 201
    assert code_of(county.post("chenjing", "/difficulty-inputs", figures)) == "difficulty.day_reused"
    # Later the township has a rule of its own, by which the same figures weigh otherwise.
    own = {**RULE, "division": TOWNSHIP, "since": "2026-02-01", "staffing": [{"at_least": 0, "workers": 9}]}
    assert county.post("admin", "/difficulty-rules", own).status_code == 201
    later = {
        **figures,
        "measured_on": "2026-02-01",
        "inputs": [*figures["inputs"][:1], {"factor": "shops", "value": 0}],
    }
    assert county.post("chenjing", "/difficulty-inputs", later).status_code == 201
    client = county.program("xuwei")
    (listed,) = client.get("/api/v1/difficulty-scores").json()
    assert (listed["score"], listed["workers"]) == (60 * 100, 9)
    history = client.get(f"/api/v1/difficulty-scores/{listed['grid_id']}").json()
    assert [(one["score"]["score"], one["score"]["workers"]) for one in history] == [(6_000, 9), (9_200, 2)]
    assert [part["points"] for part in history[1]["parts"]] == [100, 80]
    page = signed_in(county, "xuwei").get(f"/staff/difficulty/{listed['grid_id']}").text
    assert "92.00 分，建议 2 人" in page
    assert "横综治〔2020〕4号" in page


def test_difficulty_on_pages(county: County) -> None:
    admin, officer = signed_in(county, "admin"), signed_in(county, "chenjing")
    rule = {
        "division": OTHER_TOWNSHIP,
        "since": "2025-01-01",
        "document": "岑阳〔2025〕1号",
        "factors": "households 常住户数 户 70 0:10 200:60\nflats 老旧小区 个 30 0:0 2:100\n",
        "staffing": "0:1 40:2",
    }
    page = recorded(admin, sent(admin, "/staff/difficulty", "/staff/difficulty/rules", rule), "difficulty_rule")
    assert "40.00 分起 2 人" in page.text
    for bad, said in (("households 户", "每行应写作"), ("a 甲 个 100 3=4", "分档应写作")):
        odd = sent(admin, "/staff/difficulty", "/staff/difficulty/rules", {**rule, "factors": bad})
        assert (odd.status_code, said in odd.text) == (422, True)
    at = f"/staff/difficulty?division={OTHER_TOWNSHIP}"
    figures = {
        "grid": "集镇一网格",
        "measured_on": "2026-03-01",
        "figure.households": "260",
        "figure.flats": "1",
        "document": "集镇台账",
    }
    page = recorded(officer, sent(officer, at, "/staff/difficulty", figures), "difficulty")
    assert "42.00 分，建议 2 人" in page.text
    odd = sent(officer, at, "/staff/difficulty", {**figures, "figure.flats": "一"})
    assert (odd.status_code, "应当填一个整数" in odd.text) == (422, True)
    assert "将记入账本" not in signed_in(county, "sunli").get(at).text
    assert signed_in(county, "lihe").get("/staff/difficulty").status_code == 403


def applied(county: County, login: str) -> UUID:
    """Somebody applies to be a mobile grid member, and another looks into it."""
    person = county.people[login].person_id
    application = member_commands.Application(person, TOWNSHIP, "courier", "13800000000")
    on = today(county.app)
    member_commands.apply(county.app, actor=county.admin, key=county.key(), applications=[application], on=on)
    officer = county.people["chenjing"]
    verdict = {"person_ids": [person], "passed": True, "reason": "meets_conditions"}
    member_commands.vet(county.app, actor=officer, key=county.key(), on=on, **verdict)  # type: ignore[arg-type]
    return person


def test_whoever_passed_is_a_trained_member_by_cause_of_the_record(county: County, tmp_path: Path) -> None:
    member = applied(county, "liuyang")
    worker, handler = county.people["lihe"].person_id, county.people["wangqiang"].person_id
    body = {**TRAINING, "trainer_id": str(handler)}
    held = county.post("chenjing", "/trainings", body, key="training-1")
    assert held.status_code == 201, held.text
    training = held.json()["training_id"]
    assert county.post("chenjing", "/trainings", body, key="training-1").json()["receipt"]["replayed"]
    given = [{"person_id": str(member), "result": "passed"}, {"person_id": str(worker), "result": "failed"}]
    path = f"/trainings/{training}/attendances"
    answer = county.post("chenjing", path, {"attendances": given})
    assert answer.status_code == 201, answer.text
    record, caused = answer.json()["events"]
    state = county.app.journal.state(member_stream(member), members.evolve)
    assert state is not None
    assert [level for level, _ in state.trained] == ["before_duty"]
    proof = county.program("chenjing").get("/api/v1/log/proof", params={"event": caused}).json()
    assert f'"cause":"{record}"' in proof["entry"]
    again = county.post("chenjing", path, {"attendances": given[:1]})
    assert code_of(again) == "training.result_recorded"
    trainer = county.post("chenjing", path, {"attendances": [{"person_id": str(handler), "result": "passed"}]})
    assert code_of(trainer) == "training.attendee_is_trainer"
    oneself = {"person_id": str(county.people["chenjing"].person_id), "result": "passed"}
    assert code_of(county.post("chenjing", path, {"attendances": [oneself]})) == "chain.acted_twice"
    stranger = {"person_id": "0d4f3a52-5d0f-4b8e-9f6c-0a4a6b2d7c11", "result": "passed"}
    assert code_of(county.post("chenjing", path, {"attendances": [stranger]})) == "person.unknown"
    client = county.program("chenjing")
    (listed,) = client.get("/api/v1/trainings?level=before_duty").json()
    assert (listed["passed"], listed["failed"], listed["absent"]) == (1, 1, 0)
    back = {"person_id": str(worker), "reason": "wrong_result"}
    assert county.post("chenjing", f"/trainings/{training}/withdrawals", back).status_code == 201
    page = client.get(f"/api/v1/trainings/{training}").json()
    assert (page["training"]["failed"], sum(one["withdrawn_on"] is not None for one in page["results"])) == (0, 1)
    assert faults(county, tmp_path / "package") == []


def test_trainings_on_pages(county: County) -> None:
    officer = signed_in(county, "chenjing")
    fields = {
        "title": "骨干轮训第一期",
        "level": "backbone",
        "division": TOWNSHIP,
        "held_on": "2026-03-10",
        "minutes": "150",
        "place": "兴安街道",
        "organiser": "横峰县委党校",
    }
    page = recorded(officer, sent(officer, "/staff/trainings", "/staff/trainings", fields), "training")
    assert "2 小时 30 分" in page.text
    assert "骨干轮训" in page.text
    at = page.url.path
    who = county.people["zhaomin"].person_id
    page = recorded(officer, sent(officer, at, f"{at}/attendances", {f"result.{who}": "passed"}), "training")
    assert "赵*" in page.text
    assert "合格 1 人" in page.text
    assert f"result.{who}" not in page.text, "who has a result is not offered again"
    back = {"person_id": str(who), "reason": "wrong_person"}
    page = recorded(officer, sent(officer, at, f"{at}/withdrawals", back), "training")
    assert "撤回：登记错了人" in page.text
    assert "将记入账本" not in signed_in(county, "xuwei").get(at).text
    empty = sent(officer, at, f"{at}/attendances", {})
    assert (empty.status_code, "没有可记录的内容" in empty.text) == (409, True)


def test_a_facility_of_a_listed_kind_opens_is_inspected_and_closes(county: County) -> None:
    home = {"code": "home", "name": "移动网格员之家", "document": "横综治〔2020〕5号"}
    place = {
        "kind": "home",
        "name": "城东之家",
        "division": VILLAGE,
        "address": "兴安大道18号",
        "services": ["饮水", "充电"],
    }
    assert code_of(county.post("chenjing", "/facilities", place)) == "facility.kind_unknown"
    assert code_of(county.post("chenjing", "/facility-kinds", home)) == "authority.role_may_not"
    assert county.post("admin", "/facility-kinds", home).status_code == 201
    assert code_of(county.post("admin", "/facility-kinds", home)) == "facility_kind.code_reused"
    answer = county.post("chenjing", "/facilities", place)
    assert answer.status_code == 201, answer.text
    at = f"/facilities/{answer.json()['facility_id']}"
    assert county.post("chenjing", f"{at}/openings", {"opened_on": "2026-01-15"}).status_code == 201
    assert code_of(county.post("chenjing", f"{at}/openings", {"opened_on": "2026-01-16"})) == "facility.already_open"
    found = {"inspected_on": "2026-02-01", "result": "to_improve"}
    assert code_of(county.post("lihe", f"{at}/inspections", found)) == "facility.note_missing"
    assert county.post("lihe", f"{at}/inspections", {**found, "note": "滤芯到期"}).status_code == 201
    assert code_of(county.post("qianduo", f"{at}/inspections", {**found, "note": "x"})) == "authority.outside_area"
    late = {"inspected_on": "2026-01-20", "result": "in_order"}
    assert county.post("lihe", f"{at}/inspections", late).status_code == 201
    client = county.program("lihe")
    assert client.get("/api/v1/facilities/counts").json() == [{"kind": "home", "count": 1, "open_count": 1}]
    closed = county.post("chenjing", f"{at}/closings", {"last_day": "2026-01-14", "reason": "moved"})
    assert code_of(closed) == "facility.before_last_change"
    assert county.post("chenjing", f"{at}/closings", {"last_day": "2026-11-01", "reason": "moved"}).status_code == 201
    page = client.get(f"/api/v1{at}").json()
    facility = page["facility"]
    assert (facility["status"], facility["result"], facility["inspected_on"]) == ("closed", "to_improve", "2026-02-01")
    assert [one["type"].partition("/")[0] for one in page["history"]] == [
        "facility.registered",
        "facility.opened",
        "facility.inspected",
        "facility.inspected",
        "facility.closed",
    ]
    assert county.program("qianduo").get(f"/api/v1{at}").status_code == 403
    assert county.post("admin", "/facility-kinds/home/withdrawal", {"last_day": "2020-01-01"}).status_code == 201
    assert code_of(county.post("chenjing", "/facilities", place)) == "facility.kind_unknown"


def test_facilities_on_pages(county: County) -> None:
    admin, worker = signed_in(county, "admin"), signed_in(county, "lihe")
    kind = {"code": "hall", "name": "议事堂", "document": "横综治〔2020〕6号"}
    page = recorded(admin, sent(admin, "/staff/facilities", "/staff/facilities/kinds", kind), "facility_kind")
    assert "议事堂" in page.text
    fields = {
        "kind": "hall",
        "name": "城东村议事堂",
        "division": VILLAGE,
        "address": "村委会一楼",
        "services": "议事、阅览",
    }
    page = recorded(admin, sent(admin, "/staff/facilities", "/staff/facilities", fields), "facility")
    at = page.url.path
    assert "议事、阅览" in page.text
    page = recorded(admin, sent(admin, at, f"{at}/openings", {"opened_on": "2026-03-01"}), "facility")
    assert "开放" in page.text
    found = {"inspected_on": "2026-03-05", "result": "in_order"}
    page = recorded(worker, sent(worker, at, f"{at}/inspections", found), "facility")
    assert "设施巡查：正常" in page.text
    assert "登记停用" not in page.text, "a grid worker looks, and closes nothing"
    shut = {"last_day": "2026-04-01", "reason": "rebuilding"}
    page = recorded(admin, sent(admin, at, f"{at}/closings", shut), "facility")
    assert "改建、维修" in page.text
    assert "城东村议事堂" in worker.get("/staff/facilities?kind=hall").text
    assert "/staff/facilities" in worker.get("/staff").text
    ended = {"code": "hall", "last_day": "2026-12-31"}
    page = recorded(
        admin, sent(admin, "/staff/facilities", "/staff/facilities/kinds/withdrawals", ended), "facility_kind"
    )
    assert "登记到 2026年12月31日止" in page.text
    assert admin.get("/staff/facilities/0d4f3a52-5d0f-4b8e-9f6c-0a4a6b2d7c11").status_code == 404
    assert signed_in(county, "zhangjianguo").get("/staff/facilities").status_code == 403
    assert COUNTY in admin.get("/staff/facilities").text
