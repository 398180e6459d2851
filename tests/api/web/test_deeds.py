"""Tasks, activities, praise, clean homes and services bring points when another person confirms them, and only then."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.commands.shared import today
from api.web import deed_words
from domain import points_shares
from domain.deeds import inspections, titles
from domain.kernel import deeds
from domain.points.accounts import account_id
from tests.api.web.county import COUNTY, TOWNSHIP, VILLAGE, County
from tests.api.web.deeds import account, at_work, done, held, household, one_of_each, post, publish_rule, step, unit
from tests.api.web.registers import faults, recorded, sent

TASK: dict[str, Any] = {"division": VILLAGE, "title": "清扫文化广场", "place": "文化广场", "item": "task", "seats": 2}


@pytest.fixture(scope="module", autouse=True)
def rule(county: County) -> None:
    publish_rule(county)


def code_of(answer: Any) -> str:
    code: str = answer.json()["code"]
    return code


def test_stored_words_have_chinese_words() -> None:
    pairs = [
        (deed_words.SENDING_BACK_REASONS, deeds.SENDING_BACK_REASONS),
        (deed_words.CORRECTION_REASONS, deeds.CORRECTION_REASONS),
        (deed_words.CALLING_OFF_REASONS, deeds.CALLING_OFF_REASONS),
        (deed_words.GIVING_UP_REASONS, deeds.GIVING_UP_REASONS),
        (deed_words.DISPUTE_REASONS, inspections.DISPUTE_REASONS),
        (deed_words.RESULTS, inspections.RESULTS),
        (deed_words.TITLE_REASONS, titles.REVOCATION_REASONS),
        (deed_words.SHARE_REASONS, points_shares.REASONS),
        (deed_words.REJECTION_REASONS, points_shares.REJECTION_REASONS),
    ]
    for words, stored in pairs:
        assert set(words) == set(stored)


def test_a_task_brings_points_when_another_confirms_it(county: County) -> None:
    rider = county.people["zhangjianguo"].person_id
    on, before = today(county.app), held(county, "person", rider)
    offered = {**TASK, "due_on": on.isoformat()}
    assert code_of(post(county, "lihe", "/tasks", {**offered, "item": "volunteer_hour"})) == "deed.item_unknown"
    task = done(post(county, "lihe", "/tasks", offered))["deed_id"]
    path = f"/tasks/{task}"
    (near,) = [
        one for one in county.program("zhangjianguo").get("/api/v1/offers").json()["offered"] if one["deed_id"] == task
    ]
    assert (near["seats"], near["taken"]) == (2, 0)
    other = {"step": "accept", "person_id": str(county.people["ouyang"].person_id)}
    assert code_of(step(county, "zhangjianguo", path, **other)) == "authority.only_for_oneself"
    done(step(county, "zhangjianguo", path, step="accept"))
    done(step(county, "zhangjianguo", path, step="finish"))
    for login in ("lihe", "zhangjianguo"):
        refused = step(county, login, path, step="confirm", person_id=str(rider))
        assert code_of(refused) in ("chain.acted_twice", "authority.role_may_not")
    assert held(county, "person", rider) == before
    receipt = done(step(county, "zhaomin", path, step="confirm", person_id=str(rider)))
    assert [name.partition("/")[0] for name in receipt["events"]][-1] == "points_account"
    earned = held(county, "person", rider) - before
    assert earned > 0
    done(step(county, "chenjing", path, step="withdraw_confirmation", person_id=str(rider), reason="untrue"))
    assert held(county, "person", rider) == before
    again = step(county, "zhaomin", path, step="confirm", person_id=str(rider))
    assert code_of(again) == "task.not_done"
    # A neighbour reads his own part alone; staff read all of it.
    assert [one["status"] for one in county.program("zhangjianguo").get(f"/api/v1{path}").json()["parts"]] == [
        "annulled"
    ]
    assert county.program("ouyang").get(f"/api/v1{path}").json()["parts"] == []


def test_hours_bring_points_by_the_minute_and_are_taken_back_alone(county: County) -> None:
    riders = [county.people[who].person_id for who in ("zhangjianguo", "ouyang")]
    before = [held(county, "person", one) for one in riders]
    new = {
        "division": VILLAGE,
        "title": "河道清洁",
        "place": "村口",
        "item": "volunteer_hour",
        "held_on": today(county.app).isoformat(),
        "minutes": 120,
        "seats": 2,
        "organiser": "城东村村委会",
    }
    path = f"/activities/{done(post(county, 'lihe', '/activities', new))['deed_id']}"
    done(step(county, "zhangjianguo", path, step="sign_up"))
    assert code_of(step(county, "zhaomin", path, step="check_in")) == "command.nothing_to_record"
    done(step(county, "zhaomin", path, step="check_in", person_ids=[str(one) for one in riders]))
    served = [{"person_id": str(one), "minutes": minutes} for one, minutes in zip(riders, (120, 60), strict=True)]
    assert code_of(step(county, "zhaomin", path, step="confirm_hours", served=served)) == "chain.acted_twice"
    done(step(county, "chenjing", path, step="confirm_hours", served=served))
    first, second = (held(county, "person", one) - had for one, had in zip(riders, before, strict=True))
    assert first == 2 * second > 0
    done(step(county, "zhouyu", path, step="withdraw_hours", person_id=str(riders[0]), reason="wrong_amount"))
    assert [held(county, "person", one) for one in riders] == [before[0], before[1] + second]


def test_a_day_has_no_more_hours_than_a_day_for_one_person(county: County) -> None:
    rider = str(county.people["liuyang"].person_id)
    new = {"division": VILLAGE, "place": "村口", "item": "volunteer_hour", "held_on": today(county.app).isoformat()}
    new |= {"seats": 2, "organiser": "城东村村委会", "minutes": 600}
    assert code_of(post(county, "lihe", "/activities", {**new, "title": "守夜", "minutes": 721})) == (
        "deed.minutes_out_of_range"
    )
    paths = []
    for title in ("护林", "巡河"):
        paths.append(f"/activities/{done(post(county, 'lihe', '/activities', {**new, 'title': title}))['deed_id']}")
        done(step(county, "zhaomin", paths[-1], step="check_in", person_ids=[rider]))
    served = {"step": "confirm_hours", "served": [{"person_id": rider, "minutes": 600}]}
    done(step(county, "chenjing", paths[0], **served))
    refused = step(county, "chenjing", paths[1], **served)
    assert code_of(refused) == "deed.day_full"
    assert "已确认 600 分钟" in refused.json()["detail"]
    undone = {"step": "withdraw_hours", "person_id": rider, "reason": "wrong_amount"}
    done(step(county, "zhouyu", paths[0], **undone))
    done(step(county, "chenjing", paths[1], **served))
    done(step(county, "zhouyu", paths[1], **undone))


def test_praise_counts_when_another_has_seen_the_document(county: County) -> None:
    house, people = household(county, "101", "吴大山")
    praise = {
        "division": VILLAGE,
        "holder_kind": "household",
        "holder_id": str(house),
        "title": "最美庭院",
        "item": "commendation_village",
        "document": "城东村〔2026〕3号",
        "issuer": "城东村村委会",
        "issued_on": today(county.app).isoformat(),
    }
    deed = done(post(county, "lihe", "/commendations", praise))["deed_id"]
    assert code_of(post(county, "zhaomin", "/commendations", praise)) == "commendation.already_recorded"
    assert code_of(step(county, "lihe", f"/commendations/{deed}", step="confirm")) == "chain.acted_twice"
    done(step(county, "zhaomin", f"/commendations/{deed}", step="confirm"))
    earned = held(county, "household", house)
    assert earned > 0
    done(step(county, "chenjing", f"/commendations/{deed}", step="withdraw", reason="wrong_person"))
    assert held(county, "household", house) == 0
    # What was recorded wrongly is recorded anew, and earns anew.
    assert done(post(county, "lihe", "/commendations", praise))["deed_id"] == deed
    done(step(county, "zhaomin", f"/commendations/{deed}", step="confirm"))
    assert held(county, "household", house) == earned
    assert people


def test_two_inspectors_make_a_clean_household_and_unmake_it(county: County) -> None:
    house, _ = household(county, "102", "郑小河")
    on = today(county.app)
    inspectors = [str(county.people[who].person_id) for who in ("lihe", "zhaomin")]
    seen = {
        "household_id": str(house),
        "inspected_on": (on - timedelta(days=40)).isoformat(),
        "inspectors": inspectors,
        "result": "clean",
        "item": "clean_household",
    }
    assert code_of(post(county, "qianduo", "/inspections", seen)) == "authority.outside_area"
    deed = done(post(county, "lihe", "/inspections", seen))["deed_id"]
    assert code_of(step(county, "lihe", f"/inspections/{deed}", step="confirm")) == "chain.acted_twice"
    receipt = done(step(county, "zhaomin", f"/inspections/{deed}", step="confirm"))
    assert {"inspection", "title", "points_account"} <= {name.partition("/")[0] for name in receipt["events"]}
    assert held(county, "household", house) > 0
    (title,) = [one for one in county.program("lihe").get("/api/v1/titles").json() if one["household_id"] == str(house)]
    assert title["until"] is None
    refused = post(
        county, "chenjing", f"/titles/{uuid4()}/revoke", {"last_day": on.isoformat(), "reason": "rules_broken"}
    )
    assert code_of(refused) == "title.not_held"
    later = done(
        post(county, "zhaomin", "/inspections", {**seen, "inspected_on": on.isoformat(), "result": "to_improve"})
    )["deed_id"]
    done(step(county, "lihe", f"/inspections/{later}", step="confirm"))
    assert str(house) not in {one["household_id"] for one in county.program("lihe").get("/api/v1/titles").json()}
    done(step(county, "chenjing", f"/inspections/{deed}", step="withdraw", reason="untrue"))
    assert held(county, "household", house) == 0


def test_a_title_is_taken_back_for_another_reason_too(county: County) -> None:
    house, _ = household(county, "108", "褚卫")
    on = today(county.app).isoformat()
    inspectors = [str(county.people[who].person_id) for who in ("lihe", "zhaomin")]
    seen = {"household_id": str(house), "inspected_on": on, "inspectors": inspectors, "result": "clean"}
    deed = done(post(county, "lihe", "/inspections", {**seen, "item": "clean_household"}))["deed_id"]
    done(step(county, "zhaomin", f"/inspections/{deed}", step="confirm"))
    revoked = {"last_day": on, "reason": "rules_broken"}
    done(post(county, "chenjing", f"/titles/{house}/revoke", revoked))
    assert code_of(post(county, "chenjing", f"/titles/{house}/revoke", revoked)) == "title.not_held"
    assert held(county, "household", house) > 0, "the home was clean on that day"


def test_a_service_counts_when_unit_and_community_have_confirmed_it(county: County) -> None:
    rider = county.people["ouyang"].person_id
    before = held(county, "person", rider)
    new = {
        "division": VILLAGE,
        "unit": unit(county, "县教育局"),
        "title": "防汛值守",
        "item": "party_activity",
        "held_on": today(county.app).isoformat(),
        "minutes": 120,
    }
    path = f"/party-activities/{done(post(county, 'ouyang', '/party-activities', new))['deed_id']}"
    assert code_of(step(county, "wangqiang", path, step="confirm_unit")) == "party_activity.other_unit"
    done(step(county, "lihe", path, step="confirm_community"))
    assert code_of(step(county, "zhaomin", path, step="confirm_community")) == "party_activity.side_confirmed"
    assert held(county, "person", rider) == before
    done(step(county, "lihe", path, step="reject", reason="not_done"))
    assert code_of(step(county, "zhaomin", path, step="confirm_community")) == "party_activity.not_recorded"
    unheard = post(county, "ouyang", "/party-activities", {**new, "unit": "县教育厅"})
    assert code_of(unheard) == "party_activity.nobody_may_confirm"
    # What was not confirmed is recorded anew and waits for both sides again; twice it is not.
    again = done(post(county, "ouyang", "/party-activities", {**new, "minutes": 90}))
    assert path.endswith(again["deed_id"])
    service = county.program("lihe").get(f"/api/v1{path}").json()["deed"]
    assert (service["status"], service["minutes"], service["community_by"]) == ("recorded", 90, None)
    twice = post(county, "ouyang", "/party-activities", {**new, "title": "防汛 值守"})
    assert code_of(twice) == "party_activity.already_recorded"


def test_a_training_that_was_passed_brings_points_once(county: County) -> None:
    rider = county.people["liuyang"].person_id
    new = {
        "title": "骨干轮训",
        "level": "backbone",
        "division": TOWNSHIP,
        "held_on": today(county.app).isoformat(),
        "place": "街道会议室",
        "minutes": 90,
        "organiser": "县委党校",
    }
    training = done(post(county, "chenjing", "/trainings", new))["training_id"]
    passed = {"attendances": [{"person_id": str(rider), "result": "passed"}]}
    wrong = {"person_id": str(rider), "reason": "wrong_result"}
    done(post(county, "chenjing", f"/trainings/{training}/attendances", passed))
    earned = held(county, "person", rider)
    assert earned > 0
    done(post(county, "chenjing", f"/trainings/{training}/withdrawals", wrong))
    assert held(county, "person", rider) == 0
    done(post(county, "chenjing", f"/trainings/{training}/attendances", passed))
    assert held(county, "person", rider) == earned


def test_points_move_when_a_household_merges_with_another(county: County) -> None:
    giver, (husband,) = household(county, "103", "冯春")
    taker, (wife,) = household(county, "104", "陈秋")
    praise = {
        "division": VILLAGE,
        "holder_kind": "household",
        "holder_id": str(giver),
        "title": "好邻居",
        "item": "commendation_village",
        "document": "城东村〔2026〕4号",
        "issuer": "城东村村委会",
        "issued_on": today(county.app).isoformat(),
    }
    deed = done(post(county, "lihe", "/commendations", praise))["deed_id"]
    done(step(county, "zhaomin", f"/commendations/{deed}", step="confirm"))
    points = held(county, "household", giver)
    share = {
        "reason": "merged",
        "giver": {"kind": "household", "holder_id": str(giver)},
        "taker": {"kind": "household", "holder_id": str(taker)},
        "agreed_by": str(wife),
        "document": "结婚并户协议",
    }
    assert code_of(post(county, "lihe", "/points-shares", share)) == "points_share.nobody_went_over"
    move = {
        "person_ids": [str(husband)],
        "to_id": str(taker),
        "since": today(county.app).isoformat(),
        "reason": "merged",
    }
    done(post(county, "lihe", f"/households/{giver}/moves", move))
    assert code_of(post(county, "lihe", "/points-shares", {**share, "agreed_by": str(husband)})) == (
        "points_share.not_the_head"
    )
    proposed = done(post(county, "lihe", "/points-shares", share))["points_share_id"]
    path = f"/points-shares/{proposed}"
    assert code_of(step(county, "lihe", path, step="confirm")) == "chain.acted_twice"
    (waiting,) = county.program("lihe").get("/api/v1/points-shares").json()
    assert (waiting["points_share_id"], waiting["points"], waiting["status"]) == (proposed, None, "proposed")
    done(step(county, "zhaomin", path, step="confirm"))
    assert county.program("lihe").get(f"/api/v1{path}").json()["status"] == "confirmed"
    assert held(county, "household", taker) == points > 0
    gone = account(county, "household", giver)
    assert gone is not None
    assert gone.closed
    # What still comes for the household that is no more goes where its points went.
    done(step(county, "chenjing", f"/commendations/{deed}", step="withdraw", reason="untrue"))
    assert held(county, "household", taker) == 0


def test_a_split_gives_a_share_and_a_death_everything(county: County) -> None:
    old, (father, son) = household(county, "105", "蒋福", "蒋生")
    new, _ = household(county, "106", "沈梅")
    praise = {
        "division": VILLAGE,
        "holder_kind": "household",
        "holder_id": str(old),
        "title": "好邻居",
        "item": "commendation_village",
        "document": "城东村〔2026〕5号",
        "issuer": "城东村村委会",
        "issued_on": today(county.app).isoformat(),
    }
    deed = done(post(county, "lihe", "/commendations", praise))["deed_id"]
    done(step(county, "zhaomin", f"/commendations/{deed}", step="confirm"))
    points = held(county, "household", old)
    move = {"person_ids": [str(son)], "to_id": str(new), "since": today(county.app).isoformat(), "reason": "split"}
    done(post(county, "lihe", f"/households/{old}/moves", move))
    share = {
        "reason": "split",
        "giver": {"kind": "household", "holder_id": str(old)},
        "taker": {"kind": "household", "holder_id": str(new)},
        "agreed_by": str(father),
        "document": "分户协议",
    }
    assert code_of(post(county, "lihe", "/points-shares", share)) == "points_share.somebody_left"
    more = {**share, "points": points + 1}
    assert code_of(post(county, "lihe", "/points-shares", more)) == "points_share.share_out_of_range"
    proposed = done(post(county, "lihe", "/points-shares", {**share, "points": 1}))["points_share_id"]
    done(step(county, "zhaomin", f"/points-shares/{proposed}", step="confirm"))
    assert (held(county, "household", old), held(county, "household", new)) == (points - 1, 1)


def test_whoever_works_on_pages_finds_every_step(county: County) -> None:
    clerk, other, rider = (at_work(county, who) for who in ("lihe", "zhaomin", "zhangjianguo"))
    on = today(county.app).isoformat()
    fields = {
        "division": VILLAGE,
        "title": "给独居老人送菜",
        "place": "城东",
        "item": "task",
        "due_on": on,
        "seats": "1",
    }
    page = recorded(clerk, sent(clerk, "/staff/tasks", "/staff/tasks", fields), "task")
    task = page.url.path.rpartition("/")[2]
    assert "给独居老人送菜" in rider.get("/staff/offers").text
    at = f"/staff/offers/tasks/{task}"
    recorded(rider, sent(rider, "/staff/offers", at, {"step": "accept"}), "task")
    shown = recorded(rider, sent(rider, "/staff/offers", at, {"step": "finish"}), "task").text
    assert "已完成，待确认" in shown
    person = {"step": "confirm", "person_id": str(county.people["zhangjianguo"].person_id)}
    assert "等另一位确认" in clerk.get(f"/staff/tasks/{task}").text
    shown = recorded(
        other, sent(other, f"/staff/tasks/{task}", f"/staff/tasks/{task}/steps", person), "points_account"
    ).text
    assert "已确认" in shown
    house, _ = household(county, "107", "韩冬")
    fields = {
        "division": VILLAGE,
        "reference": "107",
        "inspected_on": on,
        "result": "clean",
        "item": "clean_household",
        f"person.{county.people['zhaomin'].person_id}": "1",
    }
    recorded(clerk, sent(clerk, "/staff/inspections", "/staff/inspections", fields), "inspection")
    path = re.findall('href="(/staff/inspections/[0-9a-f-]{36})"', other.get("/staff/inspections").text)[0]
    shown = recorded(other, sent(other, path, f"{path}/steps", {"step": "confirm"}), "points_account|title").text
    assert "清洁户称号" in shown
    assert "清洁户" in clerk.get(f"/staff/households/{house}").text
    assert rider.get("/staff/tasks").status_code == 403
    assert rider.get(f"/staff/tasks/{uuid4()}").status_code == 404


def test_people_are_called_by_their_names_and_papers_by_their_numbers(county: County) -> None:
    """A namesake is told apart by the head of his number; the same paper in other brackets is the same paper."""
    clerk, rider = at_work(county, "lihe"), county.people["zhangjianguo"].person_id
    on, at = today(county.app).isoformat(), "/staff/commendations"
    paper = {
        "division": VILLAGE,
        "title": "邻里互助",
        "item": "commendation_village",
        "issuer": "城东村",
        "issued_on": on,
    }
    fields = {**paper, "person_id": "张 建国", "document": "城东村［2026］31号"}
    deed = recorded(clerk, sent(clerk, at, at, fields), "commendation").url.path.rpartition("/")[2]
    assert "没有叫这个名字的人" in sent(clerk, at, at, {**fields, "person_id": "查无此人"}).text
    again = {**paper, "holder_kind": "person", "holder_id": str(rider), "document": "城东村(２０２６) 31 号"}
    assert code_of(post(county, "zhaomin", "/commendations", again)) == "commendation.already_recorded"
    done(step(county, "zhaomin", f"/commendations/{deed}", step="confirm"))
    _, (namesake,) = household(county, "131", "张建国")
    other = {**fields, "document": "城东村〔2026〕32号"}
    shown = sent(clerk, at, at, other).text
    assert "同名的有 2 人" in shown
    assert namesake.hex[:8] in shown
    recorded(clerk, sent(clerk, at, at, {**other, "person_id": f"张建国 {namesake.hex[:8]}"}), "commendation")
    recorded(
        clerk,
        sent(clerk, at, at, {**fields, "person_id": f"张*国 {rider.hex[:8]}", "document": "城东村〔2026〕33号"}),
        "commendation",
    )


def checked(browser: httpx.Client, page: str, action: str, fields: dict[str, str]) -> httpx.Response:
    """A form that records nothing yet, sent to its address: what the next page shows."""
    html = browser.get(page).text
    form = re.search(rf'<form[^>]*action="{re.escape(action)}"[^>]*>.*?</form>', html, re.DOTALL)
    assert form is not None, html
    hidden = dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', form[0]))
    return browser.post(action, data={**hidden, **fields})


def test_points_are_taken_by_an_item_of_the_rule_and_a_paper(county: County) -> None:
    clerk, (house, _) = at_work(county, "lihe"), household(county, "132", "卫国")
    praise = {"division": VILLAGE, "holder_kind": "household", "holder_id": str(house), "title": "最美庭院"}
    praise |= {"item": "commendation_village", "document": "城东村〔2026〕41号", "issuer": "城东村"}
    deed = done(post(county, "lihe", "/commendations", {**praise, "issued_on": today(county.app).isoformat()}))
    done(step(county, "zhaomin", f"/commendations/{deed['deed_id']}", step="confirm"))
    before, at = held(county, "household", house), f"/staff/points-accounts/{account_id('household', house)}"
    slip = {"item": "littering", "quantity": "1", "deed_on": today(county.app).isoformat(), "document": "巡查单-7"}
    many = checked(clerk, at, f"{at}/deductions/check", {**slip, "quantity": "100"})
    assert "一次最多扣 10 次" in many.text
    tried = checked(clerk, at, f"{at}/deductions/check", slip).text
    assert "照规则要扣" in tried
    assert held(county, "household", house) == before
    kept = dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', tried))
    assert slip.items() <= kept.items()
    shown = recorded(clerk, clerk.post(f"{at}/deductions", data=kept), "points_account").text
    assert "乱倒垃圾" in shown
    left = held(county, "household", house)
    assert left < before
    assert f"<dt>扣后可用</dt><dd><b>{left:,} 分</b>" in tried
    again = checked(clerk, at, f"{at}/deductions/check", slip)
    assert "按“巡查单-7”已经扣过“乱倒垃圾" in again.text
    others = at_work(county, "zhangjianguo").get(f"/staff/my-points?account={account_id('household', house)}")
    assert "您只能查看自己和自家的积分账户" in others.text


def test_a_rule_for_a_day_that_has_come_is_tried_and_not_offered_for_publishing(county: County) -> None:
    officer, on = at_work(county, "chenjing"), today(county.app)
    asked = {"rule": "red-riders", "division": COUNTY, "document": "试", "tried_from": on, "tried_until": on}
    for days, offered in ((0, False), (9, True)):
        wanted = {**asked, "since": on + timedelta(days=days)}
        fields = {name: str(value) for name, value in wanted.items()}
        shown = checked(officer, "/staff/points-rules", "/staff/points-rules/check", fields).text
        assert ("<button>公布</button>" in shown, "这一版不能公布：规则不能从" in shown) == (offered, not offered)


def test_what_is_wrong_says_what_is_right(county: County) -> None:
    """A reason that is none names those that are; an inspection that nobody could confirm is not begun."""
    wrong = step(county, "chenjing", f"/commendations/{_confirmed(county)}", step="withdraw", reason="because")
    assert code_of(wrong) == "deed.reason_unknown"
    assert "untrue（" in wrong.json()["detail"]
    house, _ = household(county, "134", "蒋门")
    inspectors = [str(county.people[who].person_id) for who in ("lihe", "zhangjianguo")]
    seen = {"household_id": str(house), "inspectors": inspectors, "result": "clean", "item": "clean_household"}
    refused = post(county, "lihe", "/inspections", {**seen, "inspected_on": today(county.app).isoformat()})
    assert code_of(refused) == "inspection.nobody_may_confirm"


def _confirmed(county: County) -> str:
    """Praise of a household of its own, confirmed."""
    house, _ = household(county, "133", "沈安")
    praise = {"division": VILLAGE, "holder_kind": "household", "holder_id": str(house), "title": "最美庭院"}
    praise |= {"item": "commendation_village", "document": "城东村〔2026〕42号", "issuer": "城东村"}
    deed = done(post(county, "lihe", "/commendations", {**praise, "issued_on": today(county.app).isoformat()}))
    done(step(county, "zhaomin", f"/commendations/{deed['deed_id']}", step="confirm"))
    return str(deed["deed_id"])


def test_a_household_that_everybody_left_is_on_no_ranking(county: County) -> None:
    house, (head,) = household(county, "152", "甄有德")
    on = today(county.app)
    inspectors = [str(county.people[who].person_id) for who in ("lihe", "zhaomin")]
    seen = {"household_id": str(house), "inspectors": inspectors, "result": "clean", "item": "clean_household"}
    deed = done(post(county, "lihe", "/inspections", {**seen, "inspected_on": (on - timedelta(days=5)).isoformat()}))
    done(step(county, "zhaomin", f"/inspections/{deed['deed_id']}", step="confirm"))
    address = f"/v/{VILLAGE}/points"
    assert county.browser().get(address).text.count("甄*德家") == 3, "his title, the month and the year"
    titled = county.browser().get(f"/v/{TOWNSHIP}/points").text
    gone = {"person_id": str(head), "last_day": (on - timedelta(days=1)).isoformat(), "reason": "moved_out"}
    done(county.post("lihe", f"/households/{house}/departures", gone))
    ranking = county.browser().get(address).text
    assert "甄*德" not in ranking
    assert "（未具名）家" not in ranking
    fewer = county.browser().get(f"/v/{TOWNSHIP}/points").text
    before, after = (int(re.findall(r"(\d+) 户有称号", page)[0]) for page in (titled, fewer))
    assert before == after + 1


def test_whoever_lives_with_the_doer_neither_offers_nor_records_nor_confirms(county: County) -> None:
    """The household's account would gain by it, as with points that are written by hand."""
    rider, kin = (county.people[who].person_id for who in ("zhangjianguo", "zhaomin"))
    on, since = today(county.app).isoformat(), (today(county.app) - timedelta(days=30)).isoformat()
    joining = {"since": since, "reason": "registered"}
    people = [{"person_id": str(rider), "head": True, **joining}, {"person_id": str(kin), **joining}]
    new = {"division": VILLAGE, "reference": "150", "persons": people}
    done(county.post("lihe", "/households", new))
    offered = {**TASK, "title": "清理河岸", "due_on": on}
    task = f"/tasks/{done(post(county, 'lihe', '/tasks', offered))['deed_id']}"
    his = f"/tasks/{done(post(county, 'zhaomin', '/tasks', offered))['deed_id']}"
    assert code_of(step(county, "zhangjianguo", his, step="accept")) == "chain.acted_twice"
    done(step(county, "zhangjianguo", task, step="accept"))
    assert code_of(step(county, "zhaomin", task, step="finish", person_id=str(rider))) == "chain.acted_twice"
    done(step(county, "zhangjianguo", task, step="finish"))
    refused = step(county, "zhaomin", task, step="confirm", person_id=str(rider))
    assert code_of(refused) == "chain.acted_twice"
    assert "同户" in refused.json()["detail"]
    activity = {"division": VILLAGE, "title": "护林", "place": "村口", "item": "volunteer_hour", "held_on": on}
    activity |= {"minutes": 60, "seats": 2, "organiser": "城东村村委会"}
    path = f"/activities/{done(post(county, 'chenjing', '/activities', activity))['deed_id']}"
    came = {"step": "check_in", "person_ids": [str(rider)]}
    assert code_of(step(county, "zhaomin", path, **came)) == "chain.acted_twice"
    done(step(county, "lihe", path, **came))
    served = [{"person_id": str(rider), "minutes": 60}]
    assert code_of(step(county, "zhaomin", path, step="confirm_hours", served=served)) == "chain.acted_twice"
    praise = {"division": VILLAGE, "holder_kind": "person", "holder_id": str(rider), "title": "见义勇为"}
    praise |= {"item": "commendation_village", "document": "城东村〔2026〕51号", "issuer": "城东村村委会"}
    praise["issued_on"] = on
    assert code_of(post(county, "zhaomin", "/commendations", praise)) == "chain.acted_twice"
    deed = done(post(county, "lihe", "/commendations", praise))["deed_id"]
    assert code_of(step(county, "zhaomin", f"/commendations/{deed}", step="confirm")) == "chain.acted_twice"
    service = {"division": VILLAGE, "unit": unit(county, "县水利局"), "title": "护堤", "item": "party_activity"}
    service |= {"held_on": on, "minutes": 60}
    for_him = {**service, "person_id": str(rider)}
    assert code_of(post(county, "zhaomin", "/party-activities", for_him)) == "chain.acted_twice"
    path = f"/party-activities/{done(post(county, 'zhangjianguo', '/party-activities', service))['deed_id']}"
    assert code_of(step(county, "zhaomin", path, step="confirm_community")) == "chain.acted_twice"


def test_the_auditor_finds_no_fault_with_any_of_it(county: County, tmp_path: Path) -> None:
    one_of_each(county)
    assert faults(county, tmp_path / "package") == []
