"""What the administrator sets up on pages: recorded as the forms say, seen by those who may, refused in words."""

import re
from datetime import date, timedelta

import httpx
import pytest

from api.commands.shared import person_stream, today
from domain import persons
from domain.kernel.ids import parse_stream
from projections import places, tariffs
from tests.api.web.county import COUNTY, PASSWORD, TOWNSHIP, County

PAGES = ("/staff/places", "/staff/tariffs", "/staff/persons", "/staff/budget")


def signed_in(county: County, login: str) -> httpx.Client:
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
    names = set(re.findall(r'name="([a-z_]+)"', form[0]))
    hidden = dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', form[0]))
    assert set(fields) <= names
    return browser.post(action, data={**hidden, **fields})


def recorded(browser: httpx.Client, answer: httpx.Response, kind: str) -> httpx.Response:
    """The page that a recorded form leads to; it names the event."""
    assert answer.status_code == 303, answer.text
    assert re.search(rf"recorded=(?:{kind})/", answer.headers["location"]), answer.headers["location"]
    page = browser.get(answer.headers["location"])
    assert "已记入账本" in page.text
    return page


def test_a_division_is_registered(county: County) -> None:
    admin = signed_in(county, "admin")
    fields = {"code": "361125001202", "name": "城西村", "since": "2026-01-01"}
    page = recorded(admin, sent(admin, "/staff/places", "/staff/places", fields), "place")
    assert "城西村" in page.text
    with county.app.reading.connection() as conn:
        assert places.names(conn, ["361125001202"], on=date(2026, 1, 2)) == {"361125001202": "城西村"}  # type: ignore[list-item,comparison-overlap]
    again = sent(admin, "/staff/places", "/staff/places", fields)
    assert (again.status_code, "已登记为“城西村”" in again.text) == (409, True)


def test_a_person_is_registered_and_gets_a_role_and_an_account(county: County) -> None:
    admin = signed_in(county, "admin")
    fields = {"name": "周小兰", "role": "member", "area": TOWNSHIP, "since": "2026-01-01"}
    page = recorded(admin, sent(admin, "/staff/persons", "/staff/persons", fields), "person|key")
    at = page.url.path
    person = person_stream(parse_stream(f"person/{at.rpartition('/')[2]}")[1])
    assert "周*兰" in page.text
    assert "周小兰" not in page.text
    role = {"role": "grid_worker", "area": COUNTY, "since": "2026-02-01", "until": "2026-12-31"}
    assert "专职网格员" in recorded(admin, sent(admin, at, f"{at}/roles", role), "person|key").text
    account = {"holder": "周小兰", "number": "6222020200112233445", "bank": "横峰农商银行"}
    page = recorded(admin, sent(admin, at, f"{at}/payee-account", account), "person|key")
    assert "第 1 版" in page.text
    assert "6222020200112233445" not in page.text
    page = recorded(admin, sent(admin, at, f"{at}/payee-account", account), "person|key")
    assert "第 2 版" in page.text
    state = county.app.journal.state(person, persons.evolve)
    assert state is not None
    assert state.account is not None
    assert (state.account.version, [held.role for held in state.roles]) == (2, ["member", "grid_worker"])


def test_a_person_is_registered_with_an_account_or_with_none(county: County) -> None:
    admin = signed_in(county, "admin")
    fields = {"name": "吴芳", "role": "member", "area": TOWNSHIP, "since": "2026-01-01", "holder": "吴芳"}
    half = sent(admin, "/staff/persons", "/staff/persons", fields)
    assert half.status_code == 422
    assert "账号：缺少这一项" in half.text
    assert "开户行：缺少这一项" in half.text
    whole = {**fields, "number": "6222020200112233446", "bank": "横峰农商银行"}
    assert "第 1 版" in recorded(admin, sent(admin, "/staff/persons", "/staff/persons", whole), "person|key").text


def test_tariff_and_band_are_set_in_yuan(county: County) -> None:
    """A tariff that takes the place of one in force from tomorrow on; a band that excludes none, since March."""
    tomorrow = today(county.app) + timedelta(days=1)
    admin = signed_in(county, "admin")
    band = {
        "division": TOWNSHIP,
        "min_fen": "6",
        "max_fen": "15.50",
        "since": "2026-03-01",
        "document": "兴街办〔2026〕2号",
    }
    recorded(admin, sent(admin, "/staff/tariffs", "/staff/tariffs/bands", band), "tariff")
    tariff = {
        "division": TOWNSHIP,
        "category": "公共安全",
        "amount_fen": "12.5",
        "since": str(tomorrow),
        "document": "兴街办〔2026〕3号",
    }
    page = recorded(admin, sent(admin, "/staff/tariffs", "/staff/tariffs", tariff), "tariff")
    assert "12.50" in page.text
    with county.app.reading.connection() as conn:
        found = tariffs.tariffs_in_force(conn, TOWNSHIP, on=tomorrow)
        bands = tariffs.bands_in_force(conn, TOWNSHIP, on=date(2026, 3, 2))
    assert (found[0].category, found[0].amount_fen, bands[0].max_fen) == ("公共安全", 1250, 1550)
    at_once = {**tariff, "category": "市容环境", "since": str(today(county.app))}
    late = sent(admin, "/staff/tariffs", "/staff/tariffs", at_once)
    assert (late.status_code, "已有标准或区间在用" in late.text, str(tomorrow) in late.text) == (409, True, True)
    excluding = {**band, "min_fen": "11", "since": "2026-02-01"}
    refused = sent(admin, "/staff/tariffs", "/staff/tariffs/bands", excluding)
    assert (refused.status_code, "10.00 元的标准在用" in refused.text) == (409, True)
    above = sent(admin, "/staff/tariffs", "/staff/tariffs", {**tariff, "amount_fen": "16", "since": "2026-04-01"})
    assert (above.status_code, "6.00 至 15.50 元" in above.text) == (409, True)
    odd = sent(admin, "/staff/tariffs", "/staff/tariffs", {**tariff, "amount_fen": "十元"})
    assert (odd.status_code, "金额：金额以元计，应写作 10 或 10.50" in odd.text) == (422, True)


def test_whoever_holds_two_roles_that_a_chain_wants_apart_is_flagged(county: County) -> None:
    admin, both, one = signed_in(county, "admin"), county.people["zhaomin"], county.people["lihe"]
    listed = admin.get("/staff/persons").text
    assert "双重角色：专职网格员、移动网格员" in listed
    assert "这两个角色要由两个人担任" in admin.get(f"/staff/persons/{both.person_id}").text
    assert "双重角色" not in admin.get(f"/staff/persons/{one.person_id}").text


def test_money_is_appropriated_once_per_document(county: County) -> None:
    admin = signed_in(county, "admin")
    fields = {"year": "2027", "document": "横财行〔2027〕1号", "amount_fen": "50,000"}
    recorded(admin, sent(admin, "/staff/budget", "/staff/budget", fields), "budget")
    page = admin.get("/staff/budget?year=2027").text
    assert "50,000.00 元（伍万元整）" in page
    again = sent(admin, "/staff/budget", "/staff/budget", fields)
    assert (again.status_code, "已经登记过" in again.text) == (409, True)
    odd = sent(admin, "/staff/budget", "/staff/budget", {**fields, "year": "今年"})
    assert (odd.status_code, "预算年度：应当是整数" in odd.text) == (422, True)


@pytest.mark.parametrize("path", PAGES)
def test_others_see_the_pages_without_forms_or_not_at_all(county: County, path: str) -> None:
    for login in ("xuwei", "sunli"):
        page = signed_in(county, login).get(path)
        assert page.status_code == 200
        assert "将记入账本" not in page.text
    for login in ("lihe", "zhangjianguo"):
        assert signed_in(county, login).get(path).status_code == 403


def test_a_form_that_is_not_for_ones_role_is_refused(county: County) -> None:
    admin, officer = signed_in(county, "admin"), signed_in(county, "xuwei")
    assert f'href="{PAGES[0]}"' in admin.get("/staff").text
    token = re.search(r'name="form_token" value="([^"]+)"', officer.get("/staff").text)
    assert token is not None
    before = county.app.journal.position()
    for path, fields in (
        ("/staff/places", {"code": "361125001203", "name": "x", "since": "2026-01-01"}),
        ("/staff/budget", {"year": "2026", "document": "x", "amount_fen": "1"}),
    ):
        answer = officer.post(path, data={**fields, "form_token": token[1], "key": county.key()})
        assert (answer.status_code, "请换用有权的角色" in answer.text) == (403, True)
    assert county.app.journal.position() == before


def test_the_register_comes_in_pages_and_by_role(county: County) -> None:
    admin = signed_in(county, "admin")
    every = admin.get("/staff/persons").text
    assert "张*国" in every
    assert "系统管理员（横峰县）" in every
    officers = admin.get("/staff/persons?role=county_approver").text
    assert "孙*" in officers
    assert "张*国" not in officers
    assert admin.get("/staff/persons?after=9007199254740991").text.count("打开</a>") == 0
    unknown = admin.get("/staff/persons/0d4f3a52-5d0f-4b8e-9f6c-0a4a6b2d7c11")
    assert unknown.status_code == 404
