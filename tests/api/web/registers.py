"""Reports of a month that is over, decided valid: what stars are made of. And forms of staff pages, filled in."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx

from api.commands.incidents import Handling, Report, Verdict, decide_validity, handle, report, verify
from api.commands.shared import today
from api.exporting import export_package
from audit.verify import verify_package
from domain.kernel.places import Division
from tests.api.web.county import PASSWORD, VILLAGE, County


def month_before(county: County, years: int = 1) -> date:
    """The first day of October of an earlier year: over, whenever the test is run."""
    return date(today(county.app).year - years, 10, 1)


def valid_reports(
    county: County,
    count: int,
    *,
    by: str,
    on: date,
    category: str = "市容环境",
    division: Division = VILLAGE,
    reward: bool = False,
) -> list[UUID]:
    """So many reports of a day, as a grid worker wrote them down, decided valid; with their rewards if asked."""
    app, member = county.app, county.people[by]
    worker, handler, officer = (county.people[who] for who in ("lihe", "wangqiang", "chenjing"))
    at = datetime(on.year, on.month, on.day, 4, tzinfo=UTC)
    ids = [uuid4() for _ in range(count)]
    new = [Report(one, member.person_id, category, division, "路灯不亮", at, "wechat") for one in ids]
    report(app, actor=county.people["zhaomin"], key=county.key(), reports=new)
    seen = [Verdict(one, True, "seen_on_site") for one in ids]
    verify(app, actor=worker, key=county.key(), verdicts=seen, on=today(app))
    done = [Handling(one, handler.person_id, None, at + timedelta(hours=1)) for one in ids]
    handle(app, actor=handler, key=county.key(), handlings=done)
    valid = [Verdict(one, True, "meets_catalogue") for one in ids]
    receipt = decide_validity(app, actor=officer, key=county.key(), verdicts=valid, on=today(app), reward=reward)
    assert app.caught_up(receipt.position)
    return ids


def signed_in(county: County, login: str) -> httpx.Client:
    """A browser in which somebody has signed in."""
    browser = county.browser()
    token = re.search(r'name="form_token" value="([^"]+)"', browser.get("/staff/sign-in").text)
    assert token is not None
    browser.post("/staff/sign-in", data={"login": login, "password": PASSWORD, "form_token": token[1]})
    return browser


def sent(browser: httpx.Client, page: str, action: str, fields: dict[str, str]) -> httpx.Response:
    """A form of a page, filled in and sent to its address, which must be one of the page's."""
    html = browser.get(page).text
    form = re.search(rf'<form[^>]*method="post" action="{re.escape(action)}">.*?</form>', html, re.DOTALL)
    assert form is not None, html
    assert "将记入账本" in form[0], "says what it records before it does"
    names = set(re.findall(r'name="([a-zA-Z0-9_.-]+)"', form[0]))
    hidden = dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', form[0]))
    assert set(fields) <= names, names
    return browser.post(action, data={**hidden, **fields})


def recorded(browser: httpx.Client, answer: httpx.Response, kind: str) -> httpx.Response:
    """The page that a recorded form leads to; it names the event."""
    assert answer.status_code == 303, answer.text
    assert re.search(rf"recorded=(?:{kind})/", answer.headers["location"]), answer.headers["location"]
    page = browser.get(answer.headers["location"])
    assert page.status_code == 200, page.text
    assert "已记入账本" in page.text
    return page


def faults(county: County, folder: Path) -> list[str]:
    """What the offline check finds wrong in a package of everything so far."""
    export_package(county.app.settings, county.app.access, folder)
    return [
        f"{one.code} {one.place.event}" for one in verify_package(folder, processes=1).findings if not one.attention
    ]
