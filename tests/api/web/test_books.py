"""The books over HTTP: as of a day, as known at a position, down to the events; every page also as a file."""

import csv
import io
import re
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from python_calamine import CalamineWorkbook

from api.commands.shared import today
from api.files.chart_profiles import load_chart
from domain.trial_balance import trial_balance_digest
from tests.api.web.county import County
from tests.api.web.registers import sent, signed_in

PAGES = ("", "/journal", "/vouchers", "/charts", "/general?account=fin:2307:payee", "/account?account=fin:1011")
FILES = ("balances", "subsidiaries", "general", "account", "days", "journal", "vouchers")
PAYEES = "fin:2307:payee"


@pytest.fixture(scope="module")
def before_and_after(county: County) -> tuple[int, int]:
    """The position before a reward of ten yuan was granted, and after it."""
    before = county.app.journal.position()
    county.rewarded()
    return before, county.app.journal.position()


def read(county: County, path: str, **parameters: object) -> Any:
    answer = county.program("xuwei").get(f"/api/v1{path}", params={k: str(v) for k, v in parameters.items()})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_trial_balance_as_known_before_and_after(county: County, before_and_after: tuple[int, int]) -> None:
    before, after = (read(county, "/trial-balance", known_at=position) for position in before_and_after)
    assert (before["position"], after["position"]) == before_and_after
    assert PAYEES not in {one["account"] for one in before["accounts"]}
    (owed,) = (one for one in after["accounts"] if one["account"] == PAYEES)
    assert (owed["debit"], owed["credit"], owed["balance"]) == (0, 1_000, -1_000)
    (moved,) = (one for one in after["period"] if one["account"] == PAYEES)
    assert (moved["opening"], moved["credit"], moved["closing"]) == (0, 1_000, -1_000)
    assert {one["balance"] for one in after["books"]} == {0}
    rows = [(one["account"], one["commodity"], one["debit"], one["credit"]) for one in after["accounts"]]
    assert after["digest"] == trial_balance_digest(rows) != before["digest"]
    yesterday = county.yesterday.date()
    assert read(county, "/trial-balance", on=yesterday, known_at=after["position"])["accounts"] == []
    one_book = read(county, "/trial-balance", book="ind")
    assert {one["account"].partition(":")[0] for one in one_book["accounts"]} == {"ind"}
    assert [one["book"] for one in one_book["books"]] == ["ind"]


def test_a_position_beyond_the_log_is_refused(county: County) -> None:
    answer = county.program("xuwei").get("/api/v1/trial-balance", params={"known_at": 10**9})
    assert answer.json()["code"] == "ledger.position_outside"
    assert "请核对记录位置" in answer.json()["detail"]


def test_from_a_balance_to_its_events(county: County, before_and_after: tuple[int, int]) -> None:
    page = read(county, "/ledger-entries", account=PAYEES, known_at=before_and_after[1])
    assert (page["opening"], page["next"]) == (0, None)
    (entry,) = page["entries"]
    assert (entry["amount"], entry["balance"], entry["contra"]) == (-1_000, -1_000, ["fin:5001"])
    whole = read(county, "/voucher", event=entry["event"])
    assert (whole["type"], whole["index"]) == ("reward.granted/1", entry["log_index"])
    assert [one["account"].split(":")[:2] for one in whole["entries"]] == [
        ["fin", "5001"],
        ["fin", "2307"],
        ["ind", "committed"],
        ["ind", "available"],
    ]
    assert read(county, "/log/proof", event=entry["event"])["index"] == entry["log_index"]
    own = read(county, "/ledger-entries", account=entry["account"], known_at=before_and_after[1])
    assert [one["event"] for one in own["entries"]] == [entry["event"]]
    last = f"{entry['day']}.{entry['log_index']}.{entry['number']}"
    after = read(county, "/ledger-entries", account=PAYEES, after=last, known_at=before_and_after[1])
    assert (after["opening"], after["entries"]) == (-1_000, [])


@pytest.mark.parametrize("after", ["2026-13-01.1.1", "2026-01-01.1", "x"])
def test_a_place_that_is_none_is_a_malformed_request(county: County, after: str) -> None:
    answer = county.program("xuwei").get("/api/v1/ledger-entries", params={"account": "fin:1011", "after": after})
    assert (answer.status_code, answer.json()["code"]) == (422, "request.malformed")


def test_an_account_by_the_number_that_tables_print(county: County, before_and_after: tuple[int, int]) -> None:
    by_name, by_number = (
        read(county, "/ledger-entries", account=account, known_at=before_and_after[1])
        for account in (PAYEES, "fin:2307.payee")
    )
    assert by_number == by_name
    browser = signed_in(county, "xuwei")
    for path in ("account", "general"):
        assert "其他应付款—应付网格员</h1>" in browser.get(f"/staff/ledgers/{path}?account=fin:2307.payee").text
    empty = browser.get("/staff/ledgers/account?account=bud:8101")
    assert empty.status_code == 200, "an account of the chart to which nothing was posted is zero indeed"


@pytest.mark.parametrize(
    ("account", "choices"),
    [
        ("fin:2307", "fin:2307:payee、fin:2307:returned、fin:2307:transit"),
        ("fin:230709", "fin:2307:payee、fin:2307:returned、fin:2307:transit"),
        ("fin:9999", "fin:1002、fin:1011"),
        ("xyz:1", "bud:6001"),
    ],
)
def test_an_account_that_nothing_knows_is_not_shown_as_zero(county: County, account: str, choices: str) -> None:
    answer = county.program("xuwei").get("/api/v1/ledger-entries", params={"account": account})
    assert (answer.status_code, answer.json()["code"]) == (404, "ledger.account_unknown")
    assert answer.json()["facts"]["choices"].startswith(choices)
    browser = signed_in(county, "xuwei")
    for path in ("account", "general", "files/subsidiaries.csv", "files/days.xlsx"):
        refused = browser.get(f"/staff/ledgers/{path}", params={"account": account})
        assert refused.status_code == 404, path
        assert f"没有科目 {account}，" in refused.text


def test_pages_lead_from_the_balance_down_to_the_proof(county: County, before_and_after: tuple[int, int]) -> None:
    browser = signed_in(county, "xuwei")
    page = browser.get("/staff/ledgers").text
    assert page.count("✔ 平衡") == 3
    for text in ("总账：其他应付款—应付网格员", "明细账：其他应付款—应付网格员", "记账凭证 记-"):
        label = {"总": "其他应付款—应付网格员", "明": "明细账", "记": "记-[0-9]+"}[text[0]]
        (link, *_) = re.findall(rf'<a href="(/staff/ledgers/[^"]+)">{label}</a>', page)
        page = browser.get(link.replace("&amp;", "&")).text
        assert f"<h1>{text}" in page, text
    assert "奖励入账" in page
    assert "壹拾元整" in page
    (proof,) = re.findall(r'href="(/staff/proof\?event=[^"]+)"', page)
    assert browser.get(proof).headers["content-type"].startswith("text/plain")
    assert "张*国" in page or "编号" in page, "a payee is masked"
    assert "张建国" not in page


@pytest.mark.parametrize("path", PAGES)
def test_who_may_not_see_the_books_is_told(county: County, path: str) -> None:
    for login, status in (("xuwei", 200), ("chenjing", 200), ("lihe", 403), ("zhangjianguo", 403)):
        assert signed_in(county, login).get(f"/staff/ledgers{path}").status_code == status, login


def test_fields_left_empty_are_not_asked_for(county: County) -> None:
    page = signed_in(county, "xuwei").get("/staff/ledgers?book=&since=&on=&known_at=")
    assert page.status_code == 200
    assert "财务会计" in page.text


def opened(answer: httpx.Response) -> dict[str, list[list[Any]]]:
    """A downloaded file as its program reads it: rows by sheet, the heading first."""
    assert answer.status_code == 200, answer.text
    name = unquote(answer.headers["content-disposition"].partition("''")[2])
    if name.endswith(".csv"):
        return {name: list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))}
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    return {sheet: book.get_sheet_by_name(sheet).to_python() for sheet in book.sheet_names}


@pytest.mark.parametrize("which", FILES)
def test_every_book_is_downloaded_as_it_is_shown(county: County, which: str, before_and_after: tuple[int, int]) -> None:
    browser = signed_in(county, "xuwei")
    asked = {"known_at": str(before_and_after[1]), "account": PAYEES, "book": "fin"}
    as_csv = opened(browser.get(f"/staff/ledgers/files/{which}.csv", params=asked))
    as_xlsx = opened(browser.get(f"/staff/ledgers/files/{which}.xlsx", params=asked))
    ((name, rows),) = as_csv.items()
    assert f"前{before_and_after[1]}条" in name
    sheet, about = as_xlsx.values()
    assert len(rows) == len(sheet) > 1
    assert rows[0] == sheet[0]
    cells = [
        (one, other)
        for row, of_sheet in zip(rows, sheet, strict=True)
        for one, other in zip(row, of_sheet, strict=True)
    ]
    assert [pair for pair in cells if not same(*pair)] == []
    assert f"按账本前 {before_and_after[1]} 条记录" in about[0][0]
    assert "10.00" in {cell for row in rows for cell in row}, "the reward of ten yuan"


def same(from_csv: str, from_xlsx: object) -> bool:
    """An amount is a text of yuan in CSV and a number in xlsx."""
    return float(from_csv) == from_xlsx if isinstance(from_xlsx, float) else from_csv == from_xlsx


def test_24589_style_tables_name_their_elements_and_balance(county: County, before_and_after: tuple[int, int]) -> None:
    browser = signed_in(county, "xuwei")
    asked = {"book": "fin", "known_at": str(before_and_after[1])}
    tables = opened(browser.get("/staff/ledgers/files/interface.xlsx", params=asked))
    assert list(tables) == [
        "电子账簿",
        "会计期间",
        "凭证类型",
        "会计科目",
        "科目余额及发生额",
        "记账凭证",
        "记账凭证分录",
        "说明",
    ]
    assert "不声明符合该标准" in tables["说明"][0][0]
    assert tables["电子账簿"][1][:3] == ["fin", "财务会计", "横峰县"]
    assert len(tables["会计期间"]) == today(county.app).month + 1
    heading, *entries = tables["记账凭证分录"]
    sides = [heading.index(title) for title in ("借方本币金额", "贷方本币金额")]
    debit, credit = (round(sum(row[side] * 100 for row in entries)) for side in sides)
    assert debit == credit == 101_000, "appropriated 1,000 yuan, granted 10"
    numbers = {row[tables["记账凭证"][0].index("记账凭证编号")] for row in tables["记账凭证"][1:]}
    assert {row[heading.index("记账凭证编号")] for row in entries} == numbers


def test_a_chart_is_published_and_names_the_accounts(county: County) -> None:
    chart = load_chart("gov-2019")
    body = {
        "code": chart.code,
        "system": chart.system,
        "document": chart.document,
        "accounts": [
            {
                "account": one.account,
                "name": "零余额账户（改名）" if one.account == "fin:1011" else one.name,
                "side": one.side,
                **({"parent": one.parent} if one.parent else {}),
            }
            for one in chart.accounts
        ],
        "uses": [{"role": one.role, "account": one.account} for one in chart.uses],
    }
    position = county.app.journal.position()
    answer = county.post("admin", "/charts", body)
    assert answer.status_code == 201, answer.text
    assert county.post("admin", "/charts", body).json()["code"] == "chart.nothing_changed"
    assert county.post("admin", "/charts", {**body, "uses": []}).json()["code"] == "chart.role_missing"
    listed = read(county, "/charts")
    assert [(one["name"], len(one["uses"])) for one in listed["published"]] == [("gov-2019/1", 14)]
    browser = signed_in(county, "xuwei")
    assert "零余额账户（改名）" in browser.get("/staff/ledgers").text
    assert "零余额账户用款额度" in browser.get(f"/staff/ledgers?known_at={position}").text, "as it was known then"
    admin = signed_in(county, "admin")
    done = sent(admin, "/staff/ledgers/charts", "/staff/ledgers/charts", {"chart": "gov-2019"})
    assert done.status_code == 303, done.text
    page = admin.get(done.headers["location"]).text
    assert ("gov-2019/2" in page, "已由新版接替" in page) == (True, True)
