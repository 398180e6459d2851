"""A county in which everything has happened at least once, and every page of it as somebody comes to it by links.

What must not be broken: the pages are found in the routes; one that nobody reaches is told, because it would be looked
at by nobody.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from typing import Any, Final
from uuid import uuid4

from fastapi.routing import APIRoute
from starlette.routing import Match

from api.commands import exchanges, stocks
from api.commands.affairs import suggestions
from api.commands.affairs.suggestions import NewSuggestion
from api.commands.shared import today
from api.custody.wrapping import REHEARSAL
from api.files.statement_files import write_statement
from api.files.statement_profiles import load_statement_profile
from api.files.statements import StatementEntry
from api.hearing.agent import open_box
from api.rehearsal.bank_statements import statement_of
from api.web import accounts
from domain.kernel.money import Fen
from domain.points.accounts import account_id
from projections import incidents, tracking_codes
from projections.incidents import Filter
from tests.api.public.disclosing import answered, last_month, objected, posted, seat_reviewer
from tests.api.web import affairs
from tests.api.web.county import COUNTY, PASSWORD, TOWNSHIP, VILLAGE, County
from tests.api.web.deeds import one_of_each
from tests.api.web.registers import month_before, signed_in, valid_reports
from tests.api.web.test_awards import RULE as AWARD_RULE
from tests.api.web.test_registers import RULE as DIFFICULTY_RULE
from tests.api.web.test_registers import TRAINING
from tests.journeys.adopted import adopt
from tests.property import one_of_each as property_of_each
from tests.stations import UMBRELLA, opened_station

READERS: Final = ("admin", "chenjing", "sunli", "gaofei", "lihe", "wangqiang", "zhangjianguo", "keeper", "handler")
"""Administrator, officer, approver, reviewer, grid worker, handler, member, keeper, the village's own committee: the
first to reach it reads it.
"""

NO_PAGES: Final = re.compile(
    r"^/healthz$|/(log|open311)/|/static/|/staff/(proof|entry|find)$|/payment-file$|/photos/\{|/sheets/\{|^/report$|/report-worker\.js$|/files/|^/staff/close$|^/staff/incidents/\{[^/]*\}/photos"
    r"|/data/\{file\}$|/feed\.|\.pdf$|^/robots\.txt$"
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
    f"/v/{VILLAGE}/incidents",
    f"/v/{TOWNSHIP}?large=1",
)
"""Pages that one comes to by an address, and not by a link."""

SAID: Final = {
    "objection": "SELECT objection_id FROM read.disclosure_objections LIMIT 1",
    "suggestion": "SELECT suggestion_id FROM read.suggestions LIMIT 1",
}
"""What somebody said -> how one of them is found; only whoever said it knows the address."""

SHOWN_CODE: Final = "shown-code"
"""The key under which a member got a code for the counter."""

OF_EACH: Final = (
    "/staff",
    "/staff/incidents/{incident_id}",
    "/staff/incidents/{incident_id}/acts/{act}",
    "/staff/reconcile",
    "/staff/reconcile/statements/{statement_id}",
)
"""Pages that look different to every role, and are looked at in each."""


@dataclass(frozen=True)
class Reached:
    """A page, somebody who reaches it (None: everybody), and what it says to him."""

    path: str
    login: str | None
    html: str


def fill(county: County) -> None:
    """Let everything happen."""
    fill_registers(county)
    one_of_each(county)
    _payout(county)
    _disclosed(county)
    adopt(county)
    affairs.one_of_each(county)
    _work(county)
    _points(county)
    property_of_each(county)
    statement_told(county)
    assert county.app.caught_up(county.app.journal.position())


def _done(answer: Any) -> Any:
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def fill_registers(county: County) -> None:
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


def statement_told(county: County) -> None:
    """A statement with a debit that nobody knows: a line, and a difference to clear up."""
    on = today(county.app)
    entry = StatementEntry(
        number=1,
        booked_on=on,
        amount_fen=Fen(-300),
        end_to_end_id=None,
        bank_ref="B1",
        batch_ref=None,
        counter_name=None,
        counter_account=None,
        text="手续费",
        return_of=None,
        row=1,
        balance_fen=None,
    )
    layout = load_statement_profile("neutral-statement")
    days = {"since": on.replace(day=1), "until": on}
    told = statement_of("361125010000000088", [entry], number="1", **days, opening_fen=5_000_00)
    officer, home = signed_in(county, "zhouyu"), "/staff/reconcile"
    hidden = dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', officer.get(home).text))
    files = {"file": ("对账单.csv", write_statement(layout, told))}
    answer = officer.post(f"{home}/statements", data={**hidden, "profile": layout.name}, files=files)
    assert answer.status_code == 303, answer.text


def _work(county: County) -> None:
    """Reports that wait at several steps, two of them alike."""
    text = "东门桥头的路灯连续三天晚上不亮，老人摸黑过桥很危险。"
    county.reported(text=text)
    waiting = county.reported(by="ouyang", text=text)
    _done(county.post("gaofei", f"/incidents/{waiting}/acts", {"act": "accept"}))
    seen = {"confirmed": True, "reason": "seen_on_site"}
    _done(county.post("lihe", f"/incidents/{waiting}/verification", seen))
    _done(county.post("gaofei", f"/incidents/{waiting}/acts", {"act": "dispatch", "department": "县城管局"}))


def _points(county: County) -> None:
    """A station with its keeper, points, an exchange, a count that waits; and a code that a member may show."""
    counter = opened_station(county.app, admin=county.admin, village=VILLAGE)
    keeper = counter.staff["keeper"]
    signing_in = {"person_id": keeper.person_id, "password": PASSWORD, "cost": REHEARSAL}
    accounts.set_account(county.app.writing, login="keeper", **signing_in)
    counter.receive(UMBRELLA, 9, unit_cost_fen=1250)
    counter.give_points(("household", counter.household), 200)
    member = county.people["zhangjianguo"]
    counter.give_points(("person", member.person_id), 200)
    asked = {"account_id": account_id("person", member.person_id), "on": counter.today}
    exchanges.authorise(county.app, actor=member, key=SHOWN_CODE, **asked)
    made = exchanges.authorise(county.app, actor=member, key=county.key(), **asked)
    counter.exchange(made.code, (UMBRELLA, 1))
    counting = {"sku": UMBRELLA, "counted": 7, "reason": "雨天借出未还", "on": counter.today}
    stocks.count(county.app, actor=keeper, key=county.key(), station_id=counter.station, **counting)


def _disclosed(county: County) -> None:
    """Last month's rewards of a village, posted, objected to and corrected; a suggestion; the public box is open."""
    period = f"{last_month(county):%Y-%m}"
    seat_reviewer(county)
    own, version = posted(county, period)
    answered(county, own, objected(county, own, version), upheld=True, text="少了一笔，已更正。")
    valid_reports(county, 1, by="liuyang", on=last_month(county), reward=True)
    own, version = posted(county, period, reason="少了一笔")
    objected(county, own, version, row="payees:1")
    open_box(county.app, administrator=county.admin)
    suggested = NewSuggestion(uuid4(), VILLAGE, "staff", "村口装一盏灯")
    worker = county.people["lihe"]
    suggestions.open_one(county.app, actor=worker, key=county.key(), new=suggested, on=today(county.app))


def reached(county: County) -> tuple[list[Reached], set[str]]:
    """One address for each page, some for each role; and the pages that nobody reaches."""
    pages = page_routes(county)
    plain = county.browser()
    found = {("", path): Reached(path, None, plain.get(path).text) for path in ("/static/verify.html", "/nothing")}
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
                found.setdefault(key, Reached(path, login, answer.text))
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
        said = [
            f"/said/{kind}/{identity}"
            for kind, sql in SAID.items()
            for (identity,) in conn.execute(sql.encode()).fetchall()
        ]
    standings = f"/staff/awards/standings?division={TOWNSHIP}&period={month_before(county):%Y-%m}"
    closing = f"/staff/close/{today(county.app).replace(day=1) - timedelta(days=1):%Y-%m}"
    own = ["/staff/report/offline", f"/staff/reports/{mine.incident_id}", f"/staff/my-points/codes/{SHOWN_CODE}"]
    told = {
        None: [f"/t/{code}", *said],
        "chenjing": [standings, "/staff/role", closing, "/staff/subsidies/import"],
        "zhangjianguo": own,
        "handler": [f"/staff/village-books/{VILLAGE}"],
    }
    return told.get(login, [])


def page_routes(county: County) -> dict[str, APIRoute]:
    """Everything that answers a browser with a page, by its path."""
    pages = {
        route.path: route
        for route in county.web.routes
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
