"""Every page can be read without eyes and used without a mouse: axe-core finds nothing serious on any of them.

The pages are found by following links as seven people do, in a county where everything has happened at least once; a
page that nobody reaches fails the test, because it would be looked at by nobody.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from typing import Any, Final
from uuid import uuid4

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from fastapi.routing import APIRoute
from playwright.sync_api import Browser, BrowserContext, Page
from starlette.routing import Match

from api.commands.shared import today
from projections import incidents, tracking_codes
from projections.incidents import Filter
from tests.api.web.county import COUNTY, PASSWORD, TOWNSHIP, VILLAGE, County, small_county
from tests.api.web.registers import month_before, signed_in, valid_reports
from tests.api.web.test_awards import RULE as AWARD_RULE
from tests.api.web.test_registers import RULE as DIFFICULTY_RULE
from tests.api.web.test_registers import TRAINING
from tests.journeys.adopted import adopt

READERS: Final = ("admin", "chenjing", "sunli", "gaofei", "lihe", "wangqiang", "zhangjianguo")
"""Administrator, officer, approver, reviewer, grid worker, handler, member: the first who reaches a page reads it."""

NO_PAGES: Final = re.compile(
    r"^/healthz$|/(log|open311)/|/static/|/staff/(proof|entry|find)$|/payment-file$|/photos/\{|^/report$|^/staff/incidents/\{[^/]*\}/photos"
)
"""What answers a GET with a file, or leads elsewhere."""

FROM: Final = (
    "/",
    "/t",
    "/static/verify.html",
    "/api/v1/docs",
    "/staff/sign-in",
    "/staff/invitation",
    "/nothing",
    f"/v/{VILLAGE}",
    f"/v/{VILLAGE}/rates",
    f"/v/{TOWNSHIP}?large=1",
)
"""Pages that one comes to by an address, and not by a link."""

OF_EACH: Final = ("/staff", "/staff/incidents/{incident_id}", "/staff/incidents/{incident_id}/acts/{act}")
"""Pages that look different to every role, and are looked at in each."""

AXE: Final = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
    .filter(found => ['serious', 'critical'].includes(found.impact))
    .map(found => `${found.id} (${found.impact}): ${found.nodes.map(node => node.html.slice(0, 160)).join(' | ')}`)"""


@dataclass(frozen=True)
class Reached:
    """A page, and somebody who reaches it (None: everybody)."""

    path: str
    login: str | None


@pytest.fixture(scope="module")
def county(cluster: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    """A county with something on every page."""
    with small_county(cluster.new_database(), tmp_path_factory.mktemp("axe"), rehearsal=True) as small:
        _registers(small)
        _payout(small)
        adopt(small)
        _work(small)
        assert small.app.caught_up(small.app.journal.position())
        yield small


def _done(answer: Any) -> Any:
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def _registers(county: County) -> None:
    """One of each: award, difficulty score, training, facility, household, applicant."""
    day, on = month_before(county), today(county.app).isoformat()
    valid_reports(county, 2, by="zhangjianguo", on=day, category="公共安全")
    _done(county.post("admin", "/award-rules", AWARD_RULE))
    award = _done(county.post("chenjing", "/awards", {"division": TOWNSHIP, "period": f"{day:%Y-%m}"}))["award_id"]
    digest = county.program("sunli").get(f"/api/v1/awards/{award}").json()["award"]["stars_digest"]
    _done(county.post("sunli", f"/awards/{award}/grant", {"shown_digest": digest}))
    _done(county.post("admin", "/difficulty-rules", DIFFICULTY_RULE))
    figures = {
        "division": VILLAGE,
        "grid": "第三网格",
        "measured_on": "2026-01-05",
        "inputs": [{"factor": "households", "value": 312}, {"factor": "shops", "value": 50}],
        "document": "网格台账",
    }
    _done(county.post("chenjing", "/difficulty-inputs", figures))
    trainer = str(county.people["wangqiang"].person_id)
    _done(county.post("chenjing", "/trainings", {**TRAINING, "trainer_id": trainer}))
    kind = {"code": "home", "name": "移动网格员之家", "document": "横综治〔2020〕5号"}
    _done(county.post("admin", "/facility-kinds", kind))
    place = {"kind": "home", "name": "城东之家", "division": VILLAGE, "address": "兴安大道18号", "services": ["饮水"]}
    _done(county.post("chenjing", "/facilities", place))
    head = {"name": "张大山", "since": on, "reason": "registered", "head": True}
    _done(county.post("lihe", "/households", {"division": VILLAGE, "reference": "017", "persons": [head]}))
    person_id = str(county.people["liuyang"].person_id)
    applicant = {"person_id": person_id, "area": TOWNSHIP, "occupation": "courier", "phone": "13800001234"}
    _done(county.post("lihe", "/members", {"applications": [applicant]}))


def _payout(county: County) -> None:
    """A reward of last month in a batch that waits for its approval."""
    last = today(county.app).replace(day=1) - timedelta(days=1)
    valid_reports(county, 1, by="ouyang", on=last, reward=True)
    _done(county.post("zhouyu", "/payout-batches", {"division": COUNTY, "month": f"{last:%Y-%m}"}))


def _work(county: County) -> None:
    """Reports that wait at several steps, two of them alike."""
    text = "东门桥头的路灯连续三天晚上不亮，老人摸黑过桥很危险。"
    county.reported(text=text)
    waiting = county.reported(by="ouyang", text=text)
    for body in ({"act": "accept"}, {"act": "dispatch", "department": "县城管局"}):
        _done(county.post("gaofei", f"/incidents/{waiting}/acts", body))


def reached(county: County) -> tuple[list[Reached], set[str]]:
    """One address for each page, some for each role; and the pages that nobody reaches."""
    pages = _pages(county)
    found = {("", path): Reached(path, None) for path in ("/static/verify.html", "/nothing")}
    for login in (None, *READERS):
        client = signed_in(county, login) if login else county.browser()
        begun = ["/staff", *_told(county, login)] if login else [*FROM, *_told(county, None)]
        waiting, seen = list(begun), set(begun)
        while waiting:
            path = waiting.pop()
            made_by = _route(path, pages)
            key = (login if login and made_by in OF_EACH else "", made_by or "")
            if path not in begun and (made_by is None or key in found):
                continue
            answer = client.get(path)
            if answer.status_code != 200 or "text/html" not in answer.headers["content-type"]:
                continue
            if made_by is not None:
                found.setdefault(key, Reached(path, login))
            links = {unescape(link) for link in re.findall(r'href="(/[^"#]*)', answer.text)}
            waiting += sorted(link for link in links - seen if not link.startswith(("/static", "/log", "/open311")))
            seen |= links
    return list(found.values()), set(pages) - {made_by for _, made_by in found}


def _told(county: County, login: str | None) -> list[str]:
    """Pages that somebody comes to by a form, a code, or a choice of roles."""
    with county.app.reading.connection() as conn:
        member = county.people["zhangjianguo"].person_id
        (mine, *_) = incidents.listing(conn, Filter(area=COUNTY, reporter_id=member), limit=1)
        code = tracking_codes.codes_of(conn, [mine.incident_id])[mine.incident_id]
    standings = f"/staff/awards/standings?division={TOWNSHIP}&period={month_before(county):%Y-%m}"
    told = {None: [f"/t/{code}"], "chenjing": [standings, "/staff/role"]}
    return told.get(login, [f"/staff/reports/{mine.incident_id}"] if login == "zhangjianguo" else [])


def _pages(county: County) -> dict[str, APIRoute]:
    """Everything that answers a browser with a page, by its path."""
    included = [getattr(one, "original_router", one) for one in county.web.routes]
    routes = [route for one in included for route in getattr(one, "routes", [one])]
    pages = {
        route.path: route
        for route in routes
        if isinstance(route, APIRoute)
        and "GET" in (route.methods or ())
        and not NO_PAGES.search(route.path)
        and (not route.path.startswith("/api/") or route.path == "/api/v1/docs")
    }
    assert {"/", "/staff", "/t/{code}", "/api/v1/docs"} <= set(pages), "the framework hides its routes elsewhere now"
    return pages


def _route(path: str, pages: dict[str, APIRoute]) -> str | None:
    scope = {"type": "http", "method": "GET", "path": path.partition("?")[0], "headers": []}
    return next((name for name, route in pages.items() if route.matches(scope)[0] is Match.FULL), None)


def serious(page: Page) -> list[str]:
    """What axe-core finds that keeps somebody from using the page."""
    page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(AXE)
    return found


def context_of(chromium: Browser, county: County, login: str | None) -> BrowserContext:
    """A telephone, signed in."""
    context = chromium.new_context(base_url=county.url, locale="zh-CN", viewport={"width": 360, "height": 740})
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


def test_a_fault_would_be_found(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content("<html lang=zh><title>页</title><main><h1>页</h1><input><p style='color:#ccc'>看不清</p></main>")
    faults = " ".join(serious(page))
    page.close()
    assert "label (critical)" in faults
    assert "color-contrast (serious)" in faults


def test_the_page_that_asks_again_and_the_page_that_refuses(chromium: Browser, county: County) -> None:
    """Two pages that no link leads to; and the fields of acts that have more of them than reasons."""
    incident_id = county.reported()
    context = context_of(chromium, county, "gaofei")
    page = context.new_page()
    for act in ("extend", "suspend", "supervise"):
        page.goto(f"/staff/incidents/{incident_id}/acts/{act}")
        assert serious(page) == [], act
    page.goto(f"/staff/incidents/{incident_id}/acts/decline")
    page.get_by_label("没有实际内容").check()
    with page.expect_navigation():
        page.get_by_role("button", name="下一步：看将记入什么").click()
    assert serious(page) == []
    page.goto(f"/staff/incidents/{uuid4()}")
    assert serious(page) == []
    context.close()
