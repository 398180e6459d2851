"""Every page can be read without eyes and used without a mouse: axe-core finds nothing serious on any of them.

The pages are found by following links as seven people do, in a county where everything has happened at least once, and
looked at as a telephone and as a desk show them; the forms of acts by taking reports through four workflows.
"""

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page

from api.beginning import adopt_shipped
from api.commands.county import NewPlace, register_places
from api.commands.shared import today
from api.staff.act_forms import FORM_FIELDS
from domain.kernel.places import Division
from tests.api.web.county import PASSWORD, SINCE, TOWNSHIP, VILLAGE, County, copied_county
from tests.journeys.adopted import add_officer
from tests.journeys.everything import READERS, fill, reached

WIDTHS: Final = ((360, 740), (1280, 900))

AXE: Final = """async () => (await axe.run(document, {
        resultTypes: ['violations'], selectors: false, iframes: false, preload: false,
    })).violations
    .filter(found => ['serious', 'critical'].includes(found.impact))
    .map(found => `${found.id} (${found.impact}): ${found.nodes.map(node => node.html.slice(0, 160)).join(' | ')}`)"""


WORKFLOWS: Final = {
    VILLAGE: "jiamusi-8",
    Division("361125001211"): "hotline-8",
    Division("361125001212"): "tuesday-6",
    Division("361125001213"): "wangcheng-4",
}
"""Where which template is followed; together they have every act."""

TAKERS: Final = ("gaofei", "lihe", "hongmei", "wangqiang", "linshu", "chenjing", "zhouyu", "hanmei", "zhangjianguo")
FACTS: Final[dict[str, dict[str, object]]] = {
    "deliberate": {"present": 5},
    "dispatch": {"department": "县城管局"},
    "whistle": {"departments": ["县城管局", "县应急管理局"]},
    "arrive": {"department": "县城管局"},
    "suspend": {"reason": "waits_for_weather"},
    "feed_back": {"channel": "telephone"},
    "close": {"solved": True, "reason": "solved_on_site"},
    "call_back": {"outcome": "satisfied"},
    "rate": {"stars": 5},
    "post": {"days": 7},
}


@pytest.fixture(scope="module")
def county(cluster: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    """A county with something on every page."""
    with copied_county(cluster, rehearsal=True) as small:
        fill(small)
        yield small


def serious(page: Page) -> list[str]:
    """What axe-core finds that keeps somebody from using the page, on a telephone or at a desk."""
    page.evaluate(AXE_SCRIPT)
    found: list[str] = []
    for width, height in WIDTHS:
        page.set_viewport_size({"width": width, "height": height})
        found += [f"{width} px: {one}" for one in page.evaluate(AXE)]
    return found


def context_of(chromium: Browser, county: County, login: str | None) -> BrowserContext:
    """A browser, signed in."""
    context = chromium.new_context(base_url=county.url, locale="zh-CN")
    if login is not None:
        page = context.new_page()
        page.goto("/staff")
        page.get_by_label("账号").fill(login)
        page.get_by_label("密码").fill(PASSWORD)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        page.close()
    return context


def test_no_page_has_a_serious_fault(chromium: Browser, county: County) -> None:
    found, missing = reached(county)
    assert missing == set(), "nobody reaches these pages in the county of this test"
    faults: dict[str, list[str]] = {}
    for login in (None, *READERS):
        mine = [one for one in found if one.login == login]
        if not mine:
            continue
        context = context_of(chromium, county, login)
        page = context.new_page()
        for one in mine:
            page.goto(one.path)
            if seen := serious(page):
                faults[f"{login} {one.path}"] = seen
        context.close()
    assert faults == {}


PAPER_PX: Final = 690
"""A4 less its margins, at 96 dots an inch: narrower than the screens on which tables are laid out as cards."""


def test_a_village_ledger_on_paper_is_a_table_with_its_book_and_room_to_sign(chromium: Browser, county: County) -> None:
    context = context_of(chromium, county, "chenjing")
    page = context.new_page()
    page.set_viewport_size({"width": PAPER_PX, "height": 900})
    for path in (f"/staff/village-books/{VILLAGE}", f"/staff/village-books/{VILLAGE}/statements/balances"):
        page.goto(path)
        assert page.locator(".onpaper").first.is_hidden()
        page.emulate_media(media="print")
        assert page.get_by_text(f"账簿 vil-{VILLAGE}").is_visible()
        assert page.get_by_text("村务监督委员会：").is_visible()
        assert page.locator("main table").first.evaluate("table => getComputedStyle(table).display") == "table"
        assert page.locator("thead").first.evaluate("head => getComputedStyle(head).position") == "static"
        for gone in ("header.bar", "main .tabs", "main form", "main .button"):
            assert page.locator(gone).count() == 0 or page.locator(gone).first.is_hidden(), gone
        assert page.evaluate("document.documentElement.scrollWidth") <= PAPER_PX
        page.emulate_media(media="screen")
    context.close()


def test_a_fault_would_be_found(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content("<html lang=zh><title>页</title><main><h1>页</h1><input><p style='color:#ccc'>看不清</p></main>")
    faults = " ".join(serious(page))
    page.close()
    assert "label (critical)" in faults
    assert "color-contrast (serious)" in faults


def test_no_form_of_an_act_has_a_serious_fault(chromium: Browser, county: County) -> None:
    """Reports go from step to step; each act's form is looked at when it is first open to somebody."""
    _settle_villages(county)
    pages = {login: context_of(chromium, county, login).new_page() for login in TAKERS}
    seen: set[str] = set()
    faults: dict[str, list[str]] = {}
    for village in WORKFLOWS:
        incident_id = county.reported(division=village)
        for act, login in _open_acts(county, incident_id, wanted=set(FORM_FIELDS), seen=seen):
            pages[login].goto(f"/staff/incidents/{incident_id}/acts/{act}")
            assert pages[login].locator("form.step").count() == 1, act
            if found := serious(pages[login]):
                faults[act] = found
    pages["gaofei"].goto(f"/staff/incidents/{county.reported(division=TOWNSHIP)}/acts/locate")
    if found := serious(pages["gaofei"]):
        faults["locate"] = found
    for page in pages.values():
        page.context.close()
    assert seen == set(FORM_FIELDS) - {"locate"}, "which is open only where no village is named"
    assert faults == {}


def _settle_villages(county: County) -> None:
    """Other villages, and a second reviewer: whoever keeps a file asks nobody afterwards."""
    add_officer(county, "hanmei", "韩梅", "township_reviewer")
    on = today(county.app)
    others = {village: code for village, code in WORKFLOWS.items() if village != VILLAGE}
    new = [NewPlace(village, f"第{number}村") for number, village in enumerate(others, 1)]
    register_places(county.app, actor=county.admin, key=county.key(), new=new, since=SINCE, on=on)
    for village, code in others.items():
        adopting = {"code": code, "division": village, "since": SINCE, "on": on}
        adopt_shipped(county.app, actor=county.admin, key=county.key(), **adopting)
    assert county.app.caught_up(county.app.journal.position())


def _open_acts(county: County, incident_id: UUID, *, wanted: set[str], seen: set[str]) -> Iterator[tuple[str, str]]:
    """Each act not seen yet with somebody to whom it is open; then the report goes on to its next step, to its end."""
    programs = {login: county.program(login) for login in TAKERS}
    while True:
        courses = {login: programs[login].get(f"/api/v1/incidents/{incident_id}/course") for login in TAKERS}
        told = {login: answer.json() for login, answer in courses.items() if answer.status_code == 200}
        for login, one in told.items():
            for act in set(one["open_acts"]) & wanted - seen:
                seen.add(act)
                yield act, login
        course = next(iter(told.values()))["course"]
        if "suspend" in seen and "resume" not in seen and not course["ended"] and not course["suspended_at"]:
            act = "suspend"
        else:
            act = "resume" if course["suspended_at"] else course["next_act"]
        if act is None:
            return
        open_to = [login for login, one in told.items() if act in one["open_acts"]]
        assert any(_take(county, login, incident_id, act) for login in open_to), (act, open_to)


def _take(county: County, login: str, incident_id: UUID, act: str) -> bool:
    """Whether it was recorded: who has had another part in the chain is refused."""
    bodies: dict[str, tuple[str, dict[str, object]]] = {
        "verify": ("verification", {"confirmed": True, "reason": "seen_on_site"}),
        "handle": ("handling", {"reply": "已修好。", "handled_at": county.app.journal.now().isoformat()}),
        "decide": ("validity", {"valid": True, "reason": "meets_catalogue", "reward": False}),
    }
    path, body = bodies.get(act, ("acts", {"act": act, **FACTS.get(act, {})}))
    answer = county.post(login, f"/incidents/{incident_id}/{path}", body)
    assert answer.status_code == 201 or answer.json()["code"] == "chain.acted_twice", (act, answer.text)
    return bool(answer.status_code == 201)


def test_the_page_that_asks_again_and_the_page_that_refuses(chromium: Browser, county: County) -> None:
    """Two pages that no link leads to."""
    incident_id = county.reported()
    context = context_of(chromium, county, "gaofei")
    page = context.new_page()
    page.goto(f"/staff/incidents/{incident_id}/acts/decline")
    page.get_by_label("没有实际内容").check()
    with page.expect_navigation():
        page.get_by_role("button", name="下一步：看将记入什么").click()
    assert serious(page) == []
    page.goto(f"/staff/incidents/{uuid4()}")
    assert serious(page) == []
    context.close()
