"""What a village announces, is told, promises, decides and builds: over the API, on pages, and by the offline check."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from api.commands.shared import today
from api.exporting import export_package
from api.package_contents import Authority, HandOver
from api.web import affair_words
from audit.verify import verify_package
from domain.affairs import commitments, meetings, notices, projects, suggestion_box
from domain.kernel import quorums
from domain.kernel.quorums import Share
from tests.api.web.affairs import CAME, MEETING, RULE, SHEET, VOTE, done, kept, made, post, refused, resolved, step
from tests.api.web.county import COUNTY, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, County, copied_county
from tests.api.web.registers import faults, recorded, sent, signed_in
from tests.audit.packages import list_again
from tests.journeys.adopted import add_officer

if TYPE_CHECKING:
    from tests.conftest import Cluster


PICTURE = b"\x89PNG\r\n\x1a\n0000"


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
    public = county.browser().get(f"/v/{VILLAGE}/suggestions").text
    assert "已经收到、还没有受理的：1 条" in public, "a village cannot let it lie unseen"
    assert words not in public
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
    page = recorded(telling, sent(telling, at, f"{at}/steps", {**vote, "limit_fen": "50000"}), "meeting")
    assert "授权支出不超过 50,000.00 元" in page.text
    again = step(county, "fengjie", at.removeprefix("/staff"), **VOTE)
    assert refused(again) == "meeting.voted_already", "a lost vote is not repeated until it is won"
    lost = {**VOTE, "title": "公益岗位", "agreed": 11, "opposed": 11, "abstained": 0}
    other = step(county, "fengjie", at.removeprefix("/staff"), **{**VOTE, "title": "购置设备", "limit_fen": 100})
    assert refused(other) == "meeting.not_on_agenda"
    (failed,) = done(step(county, "fengjie", at.removeprefix("/staff"), **lost, limit_fen=100))["events"]
    page = telling.get(at)
    assert page.text.count("未通过，不授权支出") == page.text.count("决议授权支出") == 1
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
    meeting = f"/meetings/{passed['meeting_id']}"
    digest, own = (kept(county, "fengjie", meeting, SHEET + one) for one in (b"1", b"2"))
    calling = signed_in(county, "zengli")
    proposal = {"resolution": passed["event"], "title": "三组道路硬化", "budget_fen": "50000"}
    wanted = {**proposal, "division": VILLAGE, "budget_fen": 5_000_000}
    done(step(county, "fengjie", meeting, step="keep_sheet", files=[own]))
    assert refused(post(county, "zengli", "/projects", wanted)) == "meeting.resolution_unwitnessed"
    done(step(county, "hanbing", meeting, step="keep_sheet", files=[digest]))
    dear = sent(calling, "/staff/projects", "/staff/projects", {**proposal, "budget_fen": "50000.01"})
    assert "超过了决议授权的数" in dear.text
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


def test_the_sheet_that_people_signed_is_kept_with_the_meeting(county: County) -> None:
    meeting, vote = resolved(county, setter="gaofei", caller="zengli", recorder="hanbing", teller="fengjie")
    path, counting = f"/meetings/{meeting}", signed_in(county, "hanbing")
    page = counting.get(f"/staff{path}").text
    form = page[page.index("存入签到表") :]
    hidden = dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', form[: form.index("</form>")]))
    assert "将记入账本" in form
    address, scans = f"/staff{path}/steps", [("papers", ("一.png", PICTURE)), ("papers", ("二.pdf", SHEET))]
    page = recorded(counting, counting.post(address, data=hidden, files=scans), "meeting").text
    first, second = re.findall(rf'href="(/staff{path}/sheets/[0-9a-f]{{64}})"', page)
    opened = counting.get(second)
    assert (opened.content, opened.headers["content-type"]) == (SHEET, "application/pdf")
    assert county.app.vault.openings(limit=1)[0].reason == "meeting.read as village_accountant"
    assert signed_in(county, "lihe").get(first).status_code == 403, "reads of meetings, but keeps no sheets"
    assert "sheets/" not in signed_in(county, "xuwei").get(f"/staff{path}").text
    assert refused(step(county, "hanbing", path, step="keep_sheet")) == "meeting.sheet_files_unsuited"
    again = [first.rpartition("/")[2]]
    assert refused(step(county, "hanbing", path, step="keep_sheet", files=again)) == "meeting.sheet_files_unsuited"
    assert refused(step(county, "hanbing", path, step="keep_sheet", files=["a" * 64])) == "village_file.unknown"
    wrong = counting.post(address, data={**hidden, "key": county.key()}, files=[("papers", ("签到.txt", b"text"))])
    assert "只收 PDF" in wrong.text
    assert [one["sha256"] for one in read(county, "xuwei", path)["sheets"]] == [
        one.rpartition("/")[2] for one in (first, second)
    ]
    jobs = {**VOTE, "title": "公益岗位", "agreed": 20, "opposed": 0, "limit_fen": 100}
    later = done(step(county, "fengjie", path, **jobs))["events"][0]
    new = {"division": VILLAGE, "title": "公益岗位", "budget_fen": 100}
    assert refused(post(county, "zengli", "/projects", {**new, "resolution": vote})) == "project.above_resolution"
    made(county, "zengli", "/projects", {**new, "resolution": later})
    assert refused(post(county, "zengli", "/projects", {**new, "resolution": f"meeting/{meeting}@4"})) == (
        "meeting.resolution_unknown"
    ), "the sheet is no resolution"


def test_a_sheet_of_another_village_is_not_opened_by_its_digest(county: County) -> None:
    on = today(county.app).isoformat()
    own = made(county, "zengli", "/meetings", {**MEETING, "held_on": on})
    digest = kept(county, "hanbing", f"/meetings/{own}", SHEET + b"2")
    done(step(county, "hanbing", f"/meetings/{own}", **CAME, files=[digest]))
    done(post(county, "chenjing", "/meeting-rules", {**RULE, "kind": "households", "since": on}))
    new = {**MEETING, "division": OTHER_TOWNSHIP, "kind": "households", "held_on": on}
    other = made(county, "chenjing", "/meetings", new)
    assert refused(step(county, "chenjing", f"/meetings/{other}", **CAME, files=[digest])) == "village_file.unknown"
    outside = county.program("hanbing").post(
        f"/api/v1/meetings/{other}/sheet-files",
        files={"file": ("a.pdf", SHEET)},
        headers={"idempotency-key": county.key()},
    )
    assert refused(outside) == "access.outside_area"


def packed(county: County, folder: Path) -> set[str]:
    """A package with files, by authority; the files in it."""
    hand_over = HandOver(Authority(county.app.log.founder_id, "县审计局 2026-7 号通知书"), True, opened=False)
    export_package(county.app.settings, county.app.access, folder, hand_over=hand_over)
    return {path.name for path in (folder / "attachments").iterdir()} - {"digests.csv"}


def found(package: Path) -> set[tuple[str, str]]:
    """What the offline check finds, and where."""
    report = verify_package(package, processes=1)
    return {(one.code, one.place.event or one.place.file or "") for one in report.findings if not one.attention}


def test_sheets_go_into_the_package_with_authority_and_are_compared(county: County, tmp_path: Path) -> None:
    """A sheet is its digest, until somebody asks by name and with a reason; whoever was erased takes his along."""
    meeting, _ = resolved(county, setter="gaofei", caller="zengli", recorder="hanbing", teller="fengjie")
    held = made(county, "zengli", "/meetings", {**MEETING, "held_on": today(county.app).isoformat()})
    digest, his = (kept(county, "hanbing", f"/meetings/{one}", SHEET + one.encode()) for one in (meeting, held))
    event = done(step(county, "hanbing", f"/meetings/{meeting}", step="keep_sheet", files=[digest]))["events"][0]
    leaving = county.people["qianduo"].person_id
    done(step(county, "hanbing", f"/meetings/{held}", **CAME, person_ids=[str(leaving)], files=[his]))
    assert faults(county, tmp_path / "digests") == []
    assert {path.name for path in (tmp_path / "digests/attachments").iterdir()} == {"digests.csv"}
    assert {digest, his} <= packed(county, tmp_path / "before")
    erased = county.post("admin", f"/persons/{leaving}/erasure", {"reason": "unlawful", "legal_basis": "书面申请"})
    assert erased.status_code == 201, erased.text
    assert signed_in(county, "hanbing").get(f"/staff/meetings/{held}/sheets/{his}").status_code == 409
    package = tmp_path / "package"
    files = packed(county, package)
    assert (digest in files, his in files) == (True, False)
    assert found(package) == set()
    (package / "attachments" / digest).write_bytes(SHEET[::-1])
    list_again(package)
    path = f"attachments/{digest}"
    assert ("attachments.bytes", path) in found(package)
    assert ("attachments.length", event) in found(package)
    (package / "attachments" / digest).unlink()
    list_again(package)
    assert ("attachments.differs", event) in found(package)
