"""A report on its way through the default template, over HTTP: whose turn it is, what is late, who came second."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from api.beginning import adopt_shipped
from api.commands.county import NewPlace, register_places
from api.commands.shared import today
from domain.kernel.places import Division
from migrations.roles import Access
from projections import incident_courses
from tests.api.web.county import COUNTY, SINCE, TOWNSHIP, County
from tests.api.web.registers import signed_in
from tests.journeys.adopted import add_officer, adopted_county


@pytest.fixture(scope="module")
def county(cluster: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    """A county that follows 佳木斯八步, with a reviewer and a second handler."""
    access: Access = cluster.new_database()
    with adopted_county(access, tmp_path_factory.mktemp("workflows")) as small:
        yield small


def act(county: County, login: str, incident_id: UUID, name: str, **facts: object) -> Any:
    """One act as somebody."""
    return county.post(login, f"/incidents/{incident_id}/acts", {"act": name, **facts})


def dispatched(county: County, incident_id: UUID, *, department: str = "县城管局") -> None:
    """Accepted and sent by 高飞, verified by 李河 in between."""
    assert act(county, "gaofei", incident_id, "accept").status_code == 201
    seen = {"confirmed": True, "reason": "seen_on_site"}
    assert county.post("lihe", f"/incidents/{incident_id}/verification", seen).status_code == 201
    answer = act(county, "gaofei", incident_id, "dispatch", department=department)
    assert answer.status_code == 201, answer.text


def course(county: County, login: str, incident_id: UUID) -> Any:
    """Where a report stands, for somebody."""
    return county.program(login).get(f"/api/v1/incidents/{incident_id}/course").json()


def test_the_eight_steps(county: County) -> None:
    incident_id = county.reported()
    begun = course(county, "gaofei", incident_id)
    assert begun["course"]["workflow_title"] == "佳木斯八步"
    assert (begun["course"]["next_act"], begun["course"]["next_stage"]) == ("accept", "事项受理")
    assert not begun["overdue"]
    assert {"accept", "decline"} <= set(begun["open_acts"])
    early = act(county, "gaofei", incident_id, "archive")
    assert (early.status_code, early.json()["code"]) == (409, "workflow.out_of_turn")
    assert early.json()["detail"] == "还不能“归档”：按流程要先“受理”。请等前一步办完。"
    dispatched(county, incident_id)
    assert act(county, "wangqiang", incident_id, "claim").status_code == 201
    assert course(county, "linshu", incident_id)["course"]["claimed_by"] == str(county.people["wangqiang"].person_id)
    done = {"reply": "已修好。", "handled_at": county.app.journal.now().isoformat()}
    second = county.post("linshu", f"/incidents/{incident_id}/handling", done)
    assert (second.status_code, second.json()["code"]) == (409, "incident.claimed_by_another")
    assert county.post("wangqiang", f"/incidents/{incident_id}/handling", done).status_code == 201
    valid = {"valid": True, "reason": "meets_catalogue", "reward": False}
    assert county.post("chenjing", f"/incidents/{incident_id}/validity", valid).status_code == 201
    told = {"channel": "telephone", "text": "路灯已修好。"}
    for login in ("gaofei", "wangqiang", "lihe", "chenjing"):
        own = act(county, login, incident_id, "feed_back", **told)
        assert (own.status_code, own.json()["code"]) == (403, "chain.acted_twice"), login
    for login, name, facts in (
        ("hongmei", "feed_back", told),
        ("zhangjianguo", "rate", {"stars": 5}),
        ("gaofei", "post", {"days": 7}),
        ("gaofei", "archive", {}),
    ):
        answer = act(county, login, incident_id, name, **facts)
        assert answer.status_code == 201, answer.text
    ended = course(county, "gaofei", incident_id)
    assert (ended["course"]["ended"], ended["course"]["next_act"]) == ("archived", None)
    assert all(step["done"] for step in ended["steps"])
    timeline = county.program("lihe").get(f"/api/v1/incidents/{incident_id}").json()["timeline"]
    assert len(timeline) == 11


def test_nobody_acts_in_a_second_part(county: County) -> None:
    incident_id = county.reported()
    assert act(county, "lihe", incident_id, "accept").status_code == 201
    seen = {"confirmed": True, "reason": "seen_on_site"}
    refused = county.post("lihe", f"/incidents/{incident_id}/verification", seen)
    assert (refused.status_code, refused.json()["code"]) == (403, "chain.acted_twice")
    waiting = county.program("lihe").get("/api/v1/courses").json()["courses"]
    assert str(incident_id) not in {row["incident_id"] for row in waiting}, "what waits is the verification, by others"
    page = signed_in(county, "lihe").get(f"/staff/incidents/{incident_id}").text
    assert "您在这件事里已是受理人，“事项核查”请由没有经手过的同事办理。" in page
    assert county.post("hongmei", f"/incidents/{incident_id}/verification", seen).status_code == 201


def test_the_first_claim_wins_and_every_other_hears_whose_it_is(county: County) -> None:
    incident_id = county.reported()
    dispatched(county, incident_id)
    claimants = ["wangqiang", "linshu", "hongmei"]
    clients = [county.program(login) for login in claimants]
    keys = [county.key() for _ in claimants]

    def claim(number: int) -> Any:
        path = f"/api/v1/incidents/{incident_id}/acts"
        return clients[number].post(path, json={"act": "claim"}, headers={"idempotency-key": keys[number]})

    with ThreadPoolExecutor(len(claimants)) as threads:
        answers = list(threads.map(claim, range(len(claimants))))
    won = [login for login, answer in zip(claimants, answers, strict=True) if answer.status_code == 201]
    assert len(won) == 1
    for answer in answers:
        if answer.status_code != 201:
            assert answer.json()["code"] == "incident.claimed_by_another"
            assert answer.json()["facts"]["claimant_id"] == str(county.people[won[0]].person_id)


def test_what_is_sent_to_a_department_waits_for_its_handlers_alone(county: County) -> None:
    """王强 and 林枢 handle for no department that is recorded; 水利局 gets a handler of its own."""
    page = signed_in(county, "admin").get(f"/staff/persons/{county.people['wangqiang'].person_id}").text
    assert 'name="department"' in page
    add_officer(county, "shuili", "高水", "department_handler", department="县水利局")
    incident_id = county.reported(text="渠道堵了，水漫到路上。")
    dispatched(county, incident_id, department="县水利局")
    for login in ("wangqiang", "hongmei"):
        refused = act(county, login, incident_id, "claim")
        assert (refused.status_code, refused.json()["code"]) == (409, "incident.other_department"), login
        assert "派给“县水利局”" in refused.json()["detail"]
        waiting = county.program(login).get("/api/v1/courses").json()["courses"]
        assert str(incident_id) not in {row["incident_id"] for row in waiting}
    shown = signed_in(county, "wangqiang").get(f"/staff/incidents/{incident_id}").text
    assert "派给“县水利局”" in shown
    assert "/acts/claim" not in shown
    waiting = county.program("shuili").get("/api/v1/courses").json()["courses"]
    assert str(incident_id) in {row["incident_id"] for row in waiting}
    assert f"/staff/incidents/{incident_id}/acts/claim" in signed_in(county, "shuili").get("/staff").text
    named = {"department": "县水利局", "handler_id": str(county.people["linshu"].person_id)}
    moved = act(county, "gaofei", incident_id, "reassign", reason="not_their_duty", **named)
    assert moved.json()["code"] == "incident.other_department", "nobody is named who is of another"
    assert act(county, "shuili", incident_id, "claim").status_code == 201


def test_a_member_reads_what_he_is_to_claim_and_what_he_has_claimed_and_nothing_else(county: County) -> None:
    """大荔四步: 张建国 reports, 刘洋 takes it on, 欧阳明月 comes too late."""
    village, on = Division("361125001202"), today(county.app)
    new = [NewPlace(village, "城西村")]
    register_places(county.app, actor=county.admin, key=county.key(), new=new, since=SINCE, on=on)
    adopting = {"code": "dali-4", "division": village, "since": SINCE, "on": on}
    adopt_shipped(county.app, actor=county.admin, key="dali", **adopting)
    incident_id = county.reported(division=village, text="渠边护栏断了一截")

    def told(login: str, path: str = "/texts") -> tuple[int, str]:
        answer = county.program(login).get(f"/api/v1/incidents/{incident_id}{path}")
        return answer.status_code, answer.text

    assert "access.not_yours" in told("liuyang")[1]
    dispatched(county, incident_id, department="城西村党员")
    for login in ("liuyang", "ouyang"):
        assert told(login)[0] == told(login, "/course")[0] == 200
        assert "渠边护栏" in told(login)[1]
    assert "access.not_yours" in told("liuyang", "")[1]  # who reported it is nothing to him
    page = signed_in(county, "liuyang").get(f"/staff/incidents/{incident_id}").text
    assert ("渠边护栏" in page, "张*" in page, str(county.people["zhangjianguo"].person_id) in page) == (
        True,
        False,
        False,
    )

    claimed = act(county, "liuyang", incident_id, "claim")
    assert claimed.status_code == 201
    again = act(county, "liuyang", incident_id, "claim")
    assert (again.status_code, again.json()["code"]) == (409, "incident.claimed_by_oneself")
    assert again.json()["detail"] == "这件事您自己已经认领，不用再认领一次，也不会因此转给别人。请接着办理。"
    assert act(county, "ouyang", incident_id, "claim").json()["code"] == "incident.claimed_by_another"
    assert "access.not_yours" in told("ouyang")[1]
    assert told("liuyang")[0] == 200
    reader = str(county.people["liuyang"].person_id)
    assert (reader, "incident.read as member") in {(one.actor, one.reason) for one in county.app.vault.openings()}

    done = {"reply": "已修好。", "handled_at": county.app.journal.now().isoformat()}
    assert county.post("liuyang", f"/incidents/{incident_id}/handling", done).status_code == 201
    assert "access.not_yours" in told("liuyang")[1]
    proof = {"event": claimed.json()["events"][0]}
    assert county.program("liuyang").get("/api/v1/log/proof", params=proof).status_code == 200
    assert county.program("ouyang").get("/api/v1/log/proof", params=proof).status_code == 403


def test_what_an_act_does_not_ask_is_refused_before_anything_happens(county: County) -> None:
    incident_id = county.reported()
    for wanted in ({"act": "accept", "stars": 3}, {"act": "decline"}, {"act": "verify"}, {"act": "nothing"}):
        answer = county.post("gaofei", f"/incidents/{incident_id}/acts", wanted)
        assert answer.status_code == 422, answer.text


def test_late_is_a_question_to_the_clock(county: County) -> None:
    incident_id = county.reported()
    now = county.app.journal.now()
    with county.app.reading.connection() as connection:
        row = incident_courses.one(connection, incident_id)
        assert row is not None
        assert row.due_at is not None
        assert now < row.due_at < now + timedelta(days=12), "four working hours, over the longest holiday"
        assert not row.overdue(now)
        assert row.overdue(row.due_at + timedelta(seconds=1))
        before = incident_courses.late(connection, area=COUNTY, before=row.due_at)
        after = incident_courses.late(connection, area=COUNTY, before=row.due_at + timedelta(seconds=1))
    assert incident_id not in {one.incident_id for one in before}
    assert incident_id in {one.incident_id for one in after}
    counts = county.program("gaofei").get("/api/v1/courses/counts").json()["waiting"]
    assert {one["act"] for one in counts} >= {"accept"}


def test_suspension_stops_the_clock_and_extension_moves_it(county: County) -> None:
    incident_id = county.reported()
    assert act(county, "gaofei", incident_id, "suspend", reason="waits_for_weather").status_code == 201
    stopped = act(county, "gaofei", incident_id, "accept")
    assert (stopped.status_code, stopped.json()["code"]) == (409, "incident.suspended")
    assert act(county, "gaofei", incident_id, "resume").status_code == 201
    before = course(county, "gaofei", incident_id)["course"]["due_at"]
    for amount, unit in ((5, "working_hours"), (1, "days"), (9_999, "working_days")):
        beyond = act(county, "gaofei", incident_id, "extend", longer={"amount": amount, "unit": unit}, reason="complex")
        assert (beyond.status_code, beyond.json()["code"]) == (409, "incident.extension_beyond")
    assert "最多是 4 个工作时" in beyond.json()["detail"]
    longer = {"longer": {"amount": 4, "unit": "working_hours"}, "reason": "complex"}
    assert act(county, "gaofei", incident_id, "extend", **longer).status_code == 201
    assert course(county, "gaofei", incident_id)["course"]["due_at"] > before
    again = act(
        county, "gaofei", incident_id, "extend", longer={"amount": 1, "unit": "working_hours"}, reason="complex"
    )
    assert again.json()["code"] == "incident.extension_beyond"


def test_a_repeated_report_is_linked_and_earns_nothing(county: County, tmp_path: Path) -> None:
    first, second = county.reported(), county.reported(by="ouyang")
    grounds = {"into_id": str(first), "grounds": ["near_text"]}
    backwards = act(county, "chenjing", first, "merge", into_id=str(second), grounds=["near_text"])
    assert (backwards.status_code, backwards.json()["code"]) == (409, "incident.merge_target")
    assert act(county, "chenjing", second, "merge", **grounds).status_code == 201
    shown = county.program("lihe").get(f"/api/v1/incidents/{second}").json()["incident"]
    assert (shown["status"], shown["merged_into"]) == ("merged", str(first))
    seen = {"confirmed": True, "reason": "seen_on_site"}
    refused = county.post("lihe", f"/incidents/{second}/verification", seen)
    assert (refused.status_code, refused.json()["code"]) == (409, "incident.ended")


def test_another_version_does_not_touch_what_was_reported_before(county: County) -> None:
    before = county.reported()
    admin = county.program("admin")
    body = {
        "division": TOWNSHIP,
        "code": "ruyang-3",
        "version": 1,
        "since": SINCE.isoformat(),
        "document": "兴综治〔2026〕1号",
    }
    answer = admin.post("/api/v1/workflows/adoptions", json=body, headers={"idempotency-key": county.key()})
    assert answer.status_code == 201, answer.text
    after = county.reported()
    titles = [course(county, "gaofei", one)["course"]["workflow_title"] for one in (before, after)]
    assert titles == ["佳木斯八步", "汝阳三步"]
    listed = admin.get("/api/v1/workflows").json()
    assert {one["code"] for one in listed["published"]} == set(listed["shipped"])
    assert listed["adopted"][0]["workflow"].startswith("workflow/")
