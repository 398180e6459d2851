"""Staff work through a queue on pages: what waits, what will be recorded, who may not and why, and the whole history.

With MINGZHANG_TEST_SHOTS set to a folder, the pages of the journeys are also photographed there at two widths.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from playwright.sync_api import Browser, Page

from api.commands.incidents import Report, report
from api.staff.act_forms import FORM_FIELDS
from api.staff.act_shapes import ASKED
from api.uploads import upload
from api.web import act_words, words
from domain.incidents import Photo
from domain.incidents.events import DifferenceHash
from domain.kernel.events import Sha256
from domain.kernel.places import Position
from domain.kernel.workflow_steps import ACTS
from tests.api.test_photos import picture, written
from tests.api.web.county import TOWNSHIP, VILLAGE, County, copied_county
from tests.api.web.test_county_pages import recorded, sent, signed_in
from tests.journeys.adopted import adopted_county
from tests.journeys.test_in_a_browser import as_somebody, look, press
from tests.journeys.test_in_a_browser import recorded as recorded_in_browser


@pytest.fixture(scope="module")
def county(cluster: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    """A county that follows 佳木斯八步; each test reports what it needs."""
    with adopted_county(cluster.new_database(), tmp_path_factory.mktemp("staff"), rehearsal=True) as small:
        yield small


@pytest.fixture
def people(county: County) -> dict[str, httpx.Client]:
    """Browsers, signed in when they are first asked for."""
    return Signed(county)


class Signed(dict[str, httpx.Client]):
    """One browser a login."""

    def __init__(self, county: County) -> None:
        super().__init__()
        self._county = county

    def __missing__(self, login: str) -> httpx.Client:
        self[login] = signed_in(self._county, login)
        return self[login]


def at(incident_id: UUID, act: str = "") -> str:
    return f"/staff/incidents/{incident_id}" + (f"/acts/{act}" if act else "")


def hidden(html: str) -> dict[str, str]:
    form = re.search(r'<form class="step.*?</form>', html, re.DOTALL)
    assert form is not None, html
    found = re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', form[0])
    return {name: unescape(value) for name, value in found}


def plain(html: str) -> str:
    """What is read of a page: without its tags."""
    spaced = re.sub(r"<(br|dt|dd|li|p|td|tr|div|blockquote|h[1-3])\b", r" <\1", html)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", spaced)))


def checked(browser: httpx.Client, incident_id: UUID, act: str, **fields: str) -> httpx.Response:
    """The page that says what an act will record, by way of the act's form."""
    form = browser.get(at(incident_id, act))
    assert form.status_code == 200, form.text
    return browser.post(at(incident_id, act) + "/check", data={**hidden(form.text), **fields})


def taken(county: County, browser: httpx.Client, incident_id: UUID, act: str, **fields: str) -> httpx.Response:
    """An act over its three pages; the second records nothing. The answer is the page that the record leads to."""
    before = county.app.journal.position()
    page = checked(browser, incident_id, act, **fields)
    assert page.status_code == 200, page.text
    assert county.app.journal.position() == before
    answer = browser.post(at(incident_id, act), data=hidden(page.text))
    assert county.app.journal.position() > before
    return recorded(browser, answer, "incident|reward")


def rows(html: str) -> list[str]:
    """The reports of a queue, in order."""
    return re.findall(r'<a class="button" data-row href="/staff/incidents/([0-9a-f-]{36})/acts/', html)


def test_every_act_has_a_form_words_and_consequences() -> None:
    assert set(FORM_FIELDS) == set(ACTS) == set(act_words.FOLLOWS) == set(words.ACTS)
    for act, (needed, possible) in ASKED.items():
        assert set(FORM_FIELDS[act]) == {*needed, *possible} - {"solved"}
        assert bool(act_words.reasons_of(act)) is ("reason" in needed or "outcome" in needed), act


def test_the_eight_steps_on_pages(county: County, people: Signed) -> None:
    incident_id = county.reported()
    longer = {"amount": "2", "unit": "working_hours", "reason": "complex"}
    assert "延长：2 个工作时；理由：情况复杂" in plain(
        taken(county, people["gaofei"], incident_id, "extend", **longer).text
    )
    taken(county, people["gaofei"], incident_id, "accept")
    taken(county, people["lihe"], incident_id, "verify", reason="seen_on_site")
    taken(county, people["gaofei"], incident_id, "dispatch", department="县城管局")
    taken(county, people["wangqiang"], incident_id, "claim")
    handled_at = (county.app.journal.now() + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M")
    assert (
        "已换灯泡。"
        in taken(county, people["wangqiang"], incident_id, "handle", text="已换灯泡。", handled_at=handled_at).text
    )
    assert at(incident_id, "decide") in people["chenjing"].get("/staff").text
    said = plain(checked(people["chenjing"], incident_id, "decide", reason="meets_catalogue").text)
    assert "同时记入应付 张*国 奖励 10.00 元（壹拾元整）" in said
    taken(county, people["chenjing"], incident_id, "decide", reason="meets_catalogue")
    own = plain(people["wangqiang"].get(at(incident_id)).text)
    assert "您在这件事里已是办理人，“结果反馈”请由没有经手过的同事办理。" in own
    taken(county, people["hongmei"], incident_id, "feed_back", channel="telephone", text="灯亮了。")
    taken(county, people["zhangjianguo"], incident_id, "rate", stars="5")
    taken(county, people["gaofei"], incident_id, "post", days="7")
    page = taken(county, people["gaofei"], incident_id, "archive")
    told = plain(page.text)
    for line in (
        "事项受理（受理） 高*（乡镇审核人）",
        "分类转办（派遣） 部门：县城管局",
        "事项核查（核查） 结论：属实；理由：现场看过，情况属实 李*（专职网格员）",
        "有效认定 结论：有效，发奖励；理由：符合事项清单",
        "结果反馈（反馈） 方式：电话 灯亮了。",
        "打分评价（评价） 评价：5 星（很满意）；报告人本人评价",
        "信息公示（公示） 公示：7 天",
    ):
        assert line in told, told[told.find(line[:6]) :][:120]
    assert page.text.count("/log/proof/") == 12
    assert told.count("已办") == 10
    assert not re.findall(r'<ul class="acts">.*?accept', page.text, re.DOTALL)
    own = plain(people["zhangjianguo"].get(at(incident_id)).text)
    assert "李*" not in own
    assert "专职网格员 · 记录于" in own, "a member reads the role"


def test_a_page_says_what_it_will_record(county: County, people: Signed) -> None:
    incident_id = county.reported()
    said = plain(checked(people["gaofei"], incident_id, "decline", reason="outside_area").text)
    for line in (
        "高*，以“乡镇审核人”的身份",
        "不予受理 incident.declined/1",
        "市容环境，城东村",
        "理由 不在本辖区",
        "不再办理，也不发奖励",
        "您在这一条里是“经办人”，不能再担任别的角色",
        "记入后不能修改",
    ):
        assert line in said, said
    said = plain(checked(people["lihe"], incident_id, "accept").text)
    assert "下一步是“核查”，时限 8 个工作时" in said


def test_what_is_not_open_is_refused_in_words(county: County, people: Signed) -> None:
    incident_id = county.reported()
    page = plain(people["gaofei"].get(at(incident_id)).text)
    assert "归档销号：还不能“归档”：按流程要先“受理”。请等前一步办完。" in page
    early = people["gaofei"].get(at(incident_id, "archive"))
    assert (early.status_code, "还不能“归档”" in early.text) == (409, True)
    taken(county, people["lihe"], incident_id, "accept")
    twice = people["lihe"].get(at(incident_id, "verify"))
    assert twice.status_code == 403
    assert "不能再" in twice.text or "经手" in twice.text
    assert f"{at(incident_id)}/acts/verify" not in people["lihe"].get(at(incident_id)).text
    assert f"{at(incident_id)}/acts/verify" in people["hongmei"].get(at(incident_id)).text
    assert people["wangqiang"].get(at(incident_id, "verify")).status_code == 409
    assert people["gaofei"].get(at(incident_id, "nothing")).status_code == 404
    assert people["qianduo"].get(at(incident_id, "accept")).status_code == 403, "another township's"
    assert people["xuwei"].get(at(incident_id)).status_code == 200
    assert "您现在可以办" not in people["xuwei"].get(at(incident_id)).text


def test_a_wrong_form_says_what_is_wrong(county: County, people: Signed) -> None:
    incident_id = county.reported()
    for act, fields, wrong in (
        ("decline", {}, "理由"),
        ("extend", {"amount": "many", "unit": "days", "reason": "complex"}, "应当是整数"),
        ("suspend", {"reason": "waits_for_weather", "until": "tomorrow"}, "到哪天止"),
    ):
        answer = checked(people["gaofei"], incident_id, act, **fields)
        assert answer.status_code == 422, act
        assert wrong in answer.text, act
    answer = checked(people["lihe"], incident_id, "merge", into_id="2345-6789", ground_near_text="1")
    assert (answer.status_code, "没有这个短号" in answer.text) == (404, True)


def test_ones_own_comes_first_then_the_oldest(county: County, people: Signed) -> None:
    first, second, third = (county.reported() for _ in range(3))
    for incident_id in (first, second, third):
        taken(county, people["gaofei"], incident_id, "accept")
        taken(county, people["lihe"], incident_id, "verify", reason="seen_on_site")
    named = {"department": "县城管局", "handler_id": str(county.people["linshu"].person_id)}
    for incident_id, fields in (
        (first, {"department": "县城管局"}),
        (second, {"department": "县水利局"}),
        (third, named),
    ):
        taken(county, people["gaofei"], incident_id, "dispatch", **fields)
    page = people["linshu"].get("/staff")
    waiting = [one for one in rows(page.text) if one in {str(first), str(second), str(third)}]
    assert waiting == [str(third), str(first), str(second)]
    assert "指定给我" in page.text
    assert "待签收、认领" in plain(page.text)
    assert str(third) not in rows(people["wangqiang"].get("/staff").text), "sent to another by name"
    taken(county, people["linshu"], second, "claim")
    page = people["linshu"].get("/staff")
    waiting = [one for one in rows(page.text) if one in {str(first), str(second), str(third)}]
    assert waiting == [str(third), str(second), str(first)]
    assert "我已签收" in page.text
    done = {"reply": None, "handled_at": county.app.journal.now().isoformat()}
    assert county.post("linshu", f"/incidents/{second}/handling", done).status_code == 201
    assert at(second, "decide") in people["chenjing"].get("/staff").text, "what one has handled waits for others"
    assert "督促落实（办理）" in page.text


def test_nothing_is_sent_or_archived_unseen(county: County, people: Signed) -> None:
    """The eight steps demand a verification before the dispatch, and a decision before the file is closed."""
    incident_id = county.reported()
    assert str(incident_id) in rows(people["lihe"].get("/staff").text), "it waits for being accepted"
    taken(county, people["gaofei"], incident_id, "accept")
    page = people["lihe"].get("/staff").text
    assert f"/staff/incidents/{incident_id}/acts/verify" in page
    early = people["gaofei"].get(at(incident_id, "dispatch"))
    assert (early.status_code, "按流程要先“核查”" in early.text) == (409, True)
    late = people["gaofei"].get(at(incident_id, "archive"))
    assert late.status_code == 409
    assert f"/staff/incidents/{incident_id}/acts/decide" not in people["chenjing"].get("/staff").text


def test_a_repeated_report_is_merged_from_the_page_that_compares_it(county: County, people: Signed) -> None:
    text = f"东门桥头第{uuid4().int % 1000}号路灯连续三天晚上不亮，老人摸黑过桥很危险。"
    first, second = county.reported(text=text), county.reported(by="ouyang", text=text)
    accepting = people["gaofei"].get(at(second, "accept")).text
    assert accepting.count(text) == 2, "whoever is to take it on sees it too"
    taken(county, people["gaofei"], second, "accept")
    page = people["lihe"].get(at(second, "verify")).text
    assert "疑似重复" in page
    assert "文字相近（" in page
    assert page.count(text) == 2, "both texts are side by side"
    assert re.search(r"报告人近 30 天上报 [1-9]\d* 条；本县同期 20 条起即提示。", page), "how often he reports"
    link = re.search(rf'href="([^"]*/acts/merge\?into={first})"', page)
    assert link is not None
    form = people["lihe"].get(link[1])
    assert f'value="{first}"' in form.text
    assert re.search(r'name="ground_near_text" value="1" checked', form.text)
    fields = {**hidden(form.text), "into_id": str(first), "ground_near_text": "1", "ground_same_matter": "1"}
    check = people["lihe"].post(at(second, "merge") + "/check", data=fields)
    assert "文字相近、看过内容，是同一件事" in check.text
    done = recorded(people["lihe"], people["lihe"].post(at(second, "merge"), data=hidden(check.text)), "incident")
    assert f'href="/staff/incidents/{first}"' in done.text
    assert f'href="/staff/incidents/{second}"' in people["lihe"].get(at(first)).text


def test_what_is_late_is_asked_of_the_clock(county: County, people: Signed, monkeypatch: pytest.MonkeyPatch) -> None:
    incident_id = county.reported()
    taken(county, people["gaofei"], incident_id, "accept")
    at_once = people["gaofei"].get("/staff/late")
    assert str(incident_id) not in at_once.text
    later = county.app.journal.now() + timedelta(days=20)
    monkeypatch.setattr(county.app.journal, "_clock", lambda: later)
    page = people["gaofei"].get(f"/staff/late?area={TOWNSHIP}&act=verify&soon=false")
    assert str(incident_id) in page.text
    assert "已超期" in page.text
    assert str(incident_id) not in people["gaofei"].get("/staff/late?act=archive").text
    assert "超期 " in plain(people["gaofei"].get("/staff").text)
    assert people["gaofei"].get(f"/staff/late?area={VILLAGE}").status_code == 200
    assert people["qianduo"].get(f"/staff/late?area={TOWNSHIP}").status_code == 403
    assert people["zhangjianguo"].get("/staff/late").status_code == 403
    assert people["gaofei"].get("/staff/late?act=merge").status_code == 404


def test_the_kernel_alone_has_a_queue_too(cluster: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A county that has adopted nothing works in three steps; its administrator then publishes and adopts on pages."""
    with copied_county(cluster) as small:
        incident_id = small.reported()
        worker = signed_in(small, "lihe")
        assert rows(worker.get("/staff").text) == [str(incident_id)]
        assert "没有启用流程" in worker.get(at(incident_id)).text
        taken(small, worker, incident_id, "verify", reason="photo_matches")
        assert rows(worker.get("/staff").text) == []
        assert rows(signed_in(small, "wangqiang").get("/staff").text) == [str(incident_id)]
        admin = signed_in(small, "admin")
        assert "还没有启用任何流程" in admin.get("/staff/workflows").text
        calendar = {"year": "2026", "division": small.app.log.division}
        page = recorded(admin, sent(admin, "/staff/calendars", "/staff/calendars", calendar), "calendar")
        assert "08:30—12:00" in page.text
        chosen = {"template": "ruyang-3"}
        publications = "/staff/workflows/publications"
        page = recorded(admin, sent(admin, "/staff/workflows", publications, chosen), "workflow")
        assert "汝阳三步 第 1 版" in page.text
        again = sent(admin, "/staff/workflows", publications, chosen)
        assert (again.status_code, "与已登记的完全一样" in again.text) == (409, True)
        wanted = {"workflow": "ruyang-3/1", "division": small.app.log.division, "document": "横综治〔2026〕8号"}
        page = recorded(
            admin,
            sent(admin, "/staff/workflows", "/staff/workflows/adoptions", {**wanted, "since": "2020-01-01"}),
            "adoption|workflow",
        )
        assert "横综治〔2026〕8号" in page.text
        assert "汝阳三步" in worker.get(at(small.reported())).text
        assert "发布流程" not in worker.get("/staff/workflows").text


# In a browser, at the widths of a cheap telephone and of a desk.


def photographed(county: County) -> UUID:
    """A report with a photo and a position, and an earlier one like it, both accepted."""
    text = "西街菜市场门口的窨井盖碎了一半，夜里没有灯，已经有人绊倒。"
    ids = [county.reported(by="ouyang", text=text)]
    member = county.people["zhangjianguo"]
    kept = upload(county.app, person_id=member.person_id, content=written(picture((800, 600), seed=41)))
    photo = Photo(Sha256(kept.sha256), len(kept.jpeg), DifferenceHash(kept.difference_hash))
    ids.append(uuid4())
    new = Report(
        ids[1],
        member.person_id,
        "市容环境",
        VILLAGE,
        text,
        county.app.journal.now() - timedelta(minutes=5),
        "app",
        grid="第三网格",
        position=Position(2_841_000, 11_760_000),
        photos=(photo,),
    )
    assert county.app.caught_up(report(county.app, actor=member, key=county.key(), reports=[new]).position)
    for one in ids:
        assert county.post("gaofei", f"/incidents/{one}/acts", {"act": "accept"}).status_code == 201
    return ids[1]


def key(page: Page, pressed: str) -> None:
    """A key that leads to another page."""
    with page.expect_navigation():
        page.keyboard.press(pressed)


def test_a_grid_worker_verifies_with_keys(chromium: Browser, county: County) -> None:
    incident_id = photographed(county)
    with as_somebody(chromium, county, "lihe") as page:
        look(page, "today-grid-worker")
        page.goto(at(incident_id, "verify"))
        page.locator(".photos img").first.scroll_into_view_if_needed()
        look(page, "verify")
        assert page.locator("a[href^='geo:28.41000,117.60000']").is_visible()
        assert page.locator(".alike > li").count() >= 1
        page.keyboard.press("?")
        assert page.locator("#keys[open]").count() == 1
        page.keyboard.press("2")
        assert page.get_by_label("照片与现场一致").is_checked()
        key(page, "Enter")
        look(page, "verify-check")
        assert "照片与现场一致" in page.locator("form.step").inner_text()
        before = county.app.journal.position()
        key(page, "Enter")
        recorded_in_browser(page)
        assert county.app.journal.position() == before + 1
        look(page, "verified")
        page.goto("/staff")
        page.keyboard.press("j")
        assert page.evaluate("document.activeElement.matches('[data-row]')")
        page.locator("#keys summary").click()
        page.get_by_label("使用快捷键").uncheck()
        page.reload()
        page.keyboard.press("?")
        assert page.locator("#keys[open]").count() == 0, "keys can be switched off"


def test_the_same_without_a_script(chromium: Browser, county: County) -> None:
    incident_id = photographed(county)
    context = chromium.new_context(
        base_url=county.url, java_script_enabled=False, viewport={"width": 360, "height": 740}
    )
    try:
        page = context.new_page()
        page.goto("/staff")
        page.get_by_label("账号").fill("hongmei")
        page.get_by_label("密码").fill("演练-password-1")
        press(page, "button", "登录")
        page.goto(at(incident_id, "verify"))
        assert not page.locator("kbd").first.is_visible()
        page.get_by_label("现场看过，情况属实").check()
        press(page, "button", "下一步：看将记入什么")
        press(page, "button", "记入账本")
        recorded_in_browser(page)
    finally:
        context.close()


def test_a_department_takes_what_waits(chromium: Browser, county: County) -> None:
    incident_id = county.reported()
    assert county.post("gaofei", f"/incidents/{incident_id}/acts", {"act": "accept"}).status_code == 201
    seen = {"confirmed": True, "reason": "seen_on_site"}
    assert county.post("lihe", f"/incidents/{incident_id}/verification", seen).status_code == 201
    sent = {"act": "dispatch", "department": "县城管局"}
    assert county.post("gaofei", f"/incidents/{incident_id}/acts", sent).status_code == 201
    with as_somebody(chromium, county, "wangqiang") as page:
        look(page, "today-department")
        with page.expect_navigation():
            page.locator(f"a[data-row][href='{at(incident_id, 'claim')}']").click()
        look(page, "claim")
        key(page, "Enter")
        look(page, "claim-check")
        press(page, "button", "记入账本")
        recorded_in_browser(page)
        press(page, "link", "督促落实（办理）")
        page.get_by_label("做了什么").fill("已修好。")
        look(page, "handle")
        press(page, "button", "下一步：看将记入什么")
        look(page, "handle-check")
        press(page, "button", "记入账本")
        recorded_in_browser(page)
        look(page, "handled")
        assert "已修好。" in page.locator("blockquote").last.inner_text()


def test_a_county_officer_returns_to_work_and_looks_back(chromium: Browser, county: County) -> None:
    incident_id = county.reported()
    with as_somebody(chromium, county, "chenjing") as page:
        look(page, "today-county-officer")
        page.goto(at(incident_id))
        look(page, "incident-open")
        page.get_by_text("现在还不能办的").click()
        assert page.get_by_text("按流程要先").first.is_visible()
        press(page, "link", "督办")
        page.get_by_label("文号").fill("横综治督〔2026〕1号")
        page.get_by_label("批示").fill("请本周办结。")
        look(page, "supervise")
        press(page, "button", "下一步：看将记入什么")
        look(page, "supervise-check")
        press(page, "button", "记入账本")
        recorded_in_browser(page)
        assert "请本周办结。" in page.locator("ol.timeline").inner_text()
        look(page, "incident-supervised")
        press(page, "link", "超期")
        look(page, "late")
    with as_somebody(chromium, county, "admin") as page:
        for name in ("workflows", "calendars"):
            page.goto(f"/staff/{name}")
            page.locator("details summary").first.click()
            look(page, name)
