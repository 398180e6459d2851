"""What a village announces, is told, promises, decides and builds: over the API, on pages, and by the offline check."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from api.commands.shared import today
from api.web import affair_words
from domain.affairs import commitments, meetings, notices, projects, suggestion_box
from domain.kernel import quorums
from domain.kernel.quorums import Share
from tests.api.web.affairs import CAME, MEETING, RULE, VOTE, done, made, post, refused, resolved, step
from tests.api.web.county import COUNTY, TOWNSHIP, VILLAGE, County, copied_county
from tests.api.web.registers import faults, recorded, sent, signed_in
from tests.journeys.adopted import add_officer

if TYPE_CHECKING:
    from tests.conftest import Cluster


@pytest.fixture(scope="module")
def county(cluster: "Cluster") -> Iterator[County]:
    """A county with a village's committee, accountant and supervisor, and those above them."""
    with copied_county(cluster) as small:
        for login, name, role in (
            ("gaofei", "高飞", "township_reviewer"),
            ("songwei", "宋伟", "grid_leader"),
            ("hanbing", "韩冰", "village_accountant"),
            ("fengjie", "冯洁", "village_supervisor"),
            ("zengli", "曾丽", "village_committee"),
        ):
            add_officer(small, login, name, role)
        yield small


def read(county: County, login: str, path: str) -> Any:
    answer = county.program(login).get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_stored_words_have_chinese_words() -> None:
    pairs = [
        (affair_words.NOTICE_REASONS, notices.WITHDRAWAL_REASONS),
        (affair_words.SUGGESTION_CHANNELS, suggestion_box.CHANNELS),
        (affair_words.SUGGESTION_OUTCOMES, suggestion_box.OUTCOMES),
        (affair_words.CLOSING_REASONS, suggestion_box.CLOSING_REASONS),
        (affair_words.COMMITMENT_REASONS, commitments.WITHDRAWAL_REASONS),
        (affair_words.MEETING_KINDS, quorums.MEETING_KINDS),
        (affair_words.CANCELLING_REASONS, meetings.CANCELLING_REASONS),
        (affair_words.PASSED_BY, quorums.PASSED_BY),
        (affair_words.PROJECT_OUTCOMES, projects.OUTCOMES),
        (affair_words.SENDING_BACK_REASONS, projects.SENDING_BACK_REASONS),
    ]
    for words, stored in pairs:
        assert set(words) == set(stored)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (Share(1, 2, more=True), "过半数"),
        (Share(2, 3, more=False), "三分之二以上"),
        (Share(1, 10, more=True), "超过十分之一"),
        (Share(17, 30, more=False), "17/30以上"),
    ],
)
def test_shares_are_said_as_people_say_them(share: Share, words: str) -> None:
    assert affair_words.share_words(share) == words


def test_a_notice_hangs_out_until_it_is_taken_down(county: County) -> None:
    on = today(county.app)
    days = {"since": on.isoformat(), "until": (on + timedelta(days=3)).isoformat()}
    browser = signed_in(county, "hanbing")
    form = {"title": "停水通知", "text": "周三上午停水。\n请提前接水。", "division": VILLAGE, **days}
    page = recorded(browser, sent(browser, "/staff/notices", "/staff/notices", form), "notice")
    assert "请提前接水。" in page.text
    (notice,) = read(county, "zengli", "/notices")
    path = f"/notices/{notice['notice_id']}"
    assert refused(step(county, "lihe", path, step="withdraw", reason="mistaken")) == "authority.role_may_not"
    assert refused(step(county, "zengli", path, step="withdraw", reason="tired")) == "affair.reason_unknown"
    at = f"/staff{path}"
    page = recorded(browser, sent(browser, at, f"{at}/steps", {"reason": "names_somebody"}), "notice")
    assert "写了个人信息" in page.text
    assert refused(step(county, "zengli", path, step="withdraw", reason="mistaken")) == "notice.not_posted"
    assert read(county, "xuwei", path)["notice"]["status"] == "withdrawn"
    assert refused(county.program("zhangjianguo").get(f"/api/v1{path}")) == "access.may_not_read"


def test_what_a_villager_says_is_answered_in_public_and_kept_in_the_vault(county: County) -> None:
    words = "张三家的猪圈挨着水井，味道很大。"
    browser = signed_in(county, "fengjie")
    form = {"text": words, "division": VILLAGE, "channel": "slip", "slip": "017", "author_id": ""}
    page = recorded(browser, sent(browser, "/staff/suggestions", "/staff/suggestions", form), "suggestion")
    assert words not in page.text, "who may not answer does not read the words"
    (waiting,) = read(county, "zengli", "/suggestions?waiting=true")
    assert "1 条意见等受理、等答复" in signed_in(county, "zengli").get("/staff").text
    assert "条意见等受理" not in browser.get("/staff").text, "it waits for who may answer"
    path = f"/suggestions/{waiting['suggestion_id']}"
    assert refused(county.program("fengjie").get(f"/api/v1{path}/text")) == "access.may_not_read"
    assert read(county, "zengli", f"{path}/text") == {"text": words}
    mine = signed_in(county, "zengli")
    at = f"/staff{path}"
    assert words in mine.get(at).text
    due = (today(county.app) + timedelta(days=10)).isoformat()
    recorded(mine, sent(mine, at, f"{at}/steps", {"gist": "养殖离水井太近", "due_on": due}), "suggestion")
    assert refused(step(county, "zengli", path, step="close", reason="answered")) == "suggestion.not_answered"
    done(step(county, "zengli", path, step="answer", outcome="adopted", answer="已责成本月内搬迁。"))
    done(step(county, "gaofei", path, step="answer", outcome="adopted", answer="已搬迁，井水检测合格。"))
    done(step(county, "zengli", path, step="close", reason="answered"))
    found = read(county, "xuwei", path)
    assert (found["suggestion"]["answer"], found["suggestion"]["status"]) == ("已搬迁，井水检测合格。", "closed")
    assert [one["said"] for one in found["steps"]] == [
        None,
        "养殖离水井太近",
        "已责成本月内搬迁。",
        "已搬迁，井水检测合格。",
        None,
    ]
    assert words not in str(found)


def test_nobody_answers_himself_and_the_same_key_is_the_same_suggestion(county: County) -> None:
    author = county.people["zengli"].person_id
    said = {"division": VILLAGE, "channel": "staff", "text": "建议加装路灯。", "author_id": str(author)}
    key = county.key()
    first = done(county.post("lihe", "/suggestions", said, key=key))
    again = county.post("lihe", "/suggestions", said, key=key)
    assert (again.status_code, again.json()["affair_id"]) == (200, first["affair_id"])
    due = today(county.app).isoformat()
    path = f"/suggestions/{first['affair_id']}"
    answer = step(county, "zengli", path, step="accept", gist="加装路灯", due_on=due)
    assert refused(answer) == "chain.acted_twice"
    assert "提意见的人" in answer.json()["detail"]
    done(step(county, "songwei", path, step="close", reason="repeated"))


def test_another_says_that_a_promise_was_kept(county: County) -> None:
    on = today(county.app)
    browser = signed_in(county, "zengli")
    form = {
        "title": "硬化三组道路",
        "division": VILLAGE,
        "responsible": "村民委员会",
        "made_on": (on - timedelta(days=40)).isoformat(),
        "due_on": (on - timedelta(days=1)).isoformat(),
    }
    page = recorded(browser, sent(browser, "/staff/commitments", "/staff/commitments", form), "commitment")
    assert "已过期限，未完成" in page.text
    (promise,) = read(county, "fengjie", "/commitments?running=true")
    assert "1 项公开承诺过了期限" in signed_in(county, "fengjie").get("/staff").text
    path = f"/commitments/{promise['commitment_id']}"
    done(step(county, "hanbing", path, step="progress", note="路基已完成。"))
    assert refused(step(county, "zengli", path, step="fulfil", note="通车了。")) == "authority.role_may_not"
    supervisor, at = signed_in(county, "fengjie"), f"/staff{path}"
    fields = {"note": "已通车。", "fulfilled_on": on.isoformat()}
    page = recorded(supervisor, sent(supervisor, at, f"{at}/steps", fields), "commitment")
    assert "已兑现（晚于期限）" in page.text
    late = step(county, "gaofei", path, step="withdraw", reason="impossible", note="晚了。")
    assert refused(late) == "commitment.is_over"


def test_without_a_rule_nothing_is_called_and_without_a_quorum_nothing_decided(county: County) -> None:
    on = today(county.app).isoformat()
    new = {**MEETING, "kind": "group", "held_on": on}
    assert refused(post(county, "zengli", "/meetings", new)) == "meeting_rule.not_set"
    done(post(county, "chenjing", "/meeting-rules", {**RULE, "kind": "group", "since": on}))
    meeting = f"/meetings/{made(county, 'zengli', '/meetings', new)}"
    few = {**CAME, "on_sheet": 19}
    answer = step(county, "hanbing", meeting, **few)
    assert refused(answer) == "meeting.no_quorum"
    assert "应到 30 人，到会 19 人" in answer.json()["detail"]
    assert refused(step(county, "hanbing", meeting, **VOTE)) == "meeting.not_held"
    browser, at = signed_in(county, "zengli"), f"/staff{meeting}"
    page = browser.get(at).text
    assert "三分之二以上应到的人到会，到会人数过半数同意" in page
    done(step(county, "zengli", meeting, step="cancel", reason="no_quorum"))
    assert "到会人数不够" in browser.get(at).text


def test_a_project_goes_from_the_vote_to_the_acceptance_of_two(county: County) -> None:
    setting = signed_in(county, "gaofei")
    on = today(county.app)
    rule = {
        "division": TOWNSHIP,
        "kind": "representatives",
        "quorum": "2/3",
        "passing": ">1/2",
        "passed_by": "present",
        "since": on.isoformat(),
        "document": "兴街〔2026〕3号",
    }
    recorded(setting, sent(setting, "/staff/meetings", "/staff/meetings/rules", rule), "meeting_rule")
    calling = signed_in(county, "zengli")
    agenda = {**{name: MEETING[name] for name in ("kind", "title", "place")}, "agenda": "三组道路硬化\n\n公益岗位\n"}
    fields = {**agenda, "division": VILLAGE, "held_on": on.isoformat()}
    page = recorded(calling, sent(calling, "/staff/meetings", "/staff/meetings", fields), "meeting")
    at = str(page.url.path)
    counting = signed_in(county, "hanbing")
    came = {"eligible": "30", "on_sheet": "20", "sheet": "签到册 4", "person_ids": "冯洁、曾丽"}
    page = recorded(counting, sent(counting, at, f"{at}/steps", came), "meeting")
    assert "<b>22</b> 人，应到 30 人" in page.text
    assert refused(step(county, "hanbing", at.removeprefix("/staff"), **VOTE)) == "chain.acted_twice"
    telling = signed_in(county, "fengjie")
    vote = {name: str(value) for name, value in VOTE.items() if name != "step"}
    page = recorded(telling, sent(telling, at, f"{at}/steps", vote), "meeting")
    assert "通过" in page.text
    lost = {**VOTE, "title": "公益岗位", "agreed": 11, "opposed": 11, "abstained": 0}
    failed = done(step(county, "fengjie", at.removeprefix("/staff"), **lost))["events"][0]
    new = {"division": VILLAGE, "title": "公益岗位", "resolution": failed, "budget_fen": 100}
    assert refused(post(county, "zengli", "/projects", new)) == "meeting.resolution_not_passed"
    unknown = {**new, "resolution": failed.rpartition("@")[0] + "@9"}
    assert refused(post(county, "zengli", "/projects", unknown)) == "meeting.resolution_unknown"
    elsewhere = {**new, "division": TOWNSHIP, "resolution": failed}
    assert refused(post(county, "gaofei", "/projects", elsewhere)) == "meeting.resolution_elsewhere"
    _built(county)


def _built(county: County) -> None:
    """The project that the vote allows, on pages where people do it, to the end."""
    (passed,) = read(county, "xuwei", "/resolutions")
    calling = signed_in(county, "zengli")
    proposal = {"resolution": passed["event"], "title": "三组道路硬化", "budget_fen": "50000"}
    page = recorded(calling, sent(calling, "/staff/projects", "/staff/projects", proposal), "project")
    at = str(page.url.path)
    path = at.removeprefix("/staff")
    keeping = signed_in(county, "hanbing")
    contract = {"contractor": "村民承包", "contractor_ids": "宋伟", "amount_fen": "48000.50", "document": "村建 2 号"}
    page = recorded(keeping, sent(keeping, at, f"{at}/steps", contract), "project")
    assert "48,000.50" in page.text
    assert refused(step(county, "songwei", path, step="accept", note="好。")) == "chain.acted_twice"
    assert refused(step(county, "hanbing", path, step="accept", note="好。")) == "chain.acted_twice"
    done(step(county, "zengli", path, step="progress", note="路基已完成。"))
    done(step(county, "fengjie", path, step="accept", note="平整。"))
    done(step(county, "gaofei", path, step="send_back", reason="defects", note="有两处裂缝。"))
    for login in ("fengjie", "lihe"):
        done(step(county, login, path, step="accept", note="裂缝已补。"))
    over = step(county, "zengli", path, step="close", outcome="completed", spent_fen=5_000_001)
    assert refused(over) == "project.over_budget"
    recorded(calling, sent(calling, at, f"{at}/steps", {"note": "资料已归档。"}), "project")
    done(step(county, "zengli", path, step="close", outcome="completed", spent_fen=4_790_000))
    page = calling.get(at).text
    assert "已完成" in page
    assert "资料已归档。" in page
    assert [one["outcome"] for one in read(county, "xuwei", "/projects")] == ["completed"]
    assert read(county, "xuwei", f"/meetings/{passed['meeting_id']}")["projects"][0]["spent_fen"] == 4_790_000


def test_pages_show_only_ones_own_area(county: County) -> None:
    on = today(county.app)
    days = {"since": on.isoformat(), "until": on.isoformat()}
    notice = made(county, "chenjing", "/notices", {"division": COUNTY, "title": "县公告", "text": "全县。", **days})
    assert refused(county.program("hanbing").get(f"/api/v1/notices/{notice}")) == "access.outside_area"
    assert signed_in(county, "hanbing").get(f"/staff/notices/{notice}").status_code == 403
    for kind in ("notices", "suggestions", "commitments", "meetings", "projects"):
        assert signed_in(county, "xuwei").get(f"/staff/{kind}").status_code == 200
        assert county.program("zhangjianguo").get(f"/api/v1/{kind}").status_code == 403


def test_the_offline_check_finds_nothing_wrong(county: County, tmp_path: Path) -> None:
    resolved(county, setter="gaofei", caller="zengli", recorder="hanbing", teller="fengjie")
    assert faults(county, tmp_path / "package") == []
