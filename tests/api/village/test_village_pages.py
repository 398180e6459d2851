"""The pages of a village's book: what each of the four is offered, and what his form records."""

import io
import re
from typing import Any
from zipfile import ZipFile

import httpx
import openpyxl

from tests.api.web.county import VILLAGE, County
from tests.api.web.registers import recorded, sent, signed_in
from tests.village import CHART, Village, village_with_book, with_logins

LISTING = "/staff/village-books"
PAGE = f"{LISTING}/{VILLAGE}"
PAPER = ("发票.pdf", b"%PDF-1.4 one", "application/pdf")


def test_from_the_form_to_the_statement(county: County) -> None:
    village = village_with_book(county.app, admin=county.admin, division=VILLAGE, opened=False)
    with_logins(village)
    browsers = {word: signed_in(county, word) for word in village.staff}
    begun(county, village, browsers)

    drafted = upload(browsers["handler"], f"{PAGE}/vouchers/new", f"{PAGE}/vouchers", bill(village), "papers", PAPER)
    voucher = drafted.headers["location"].partition("?")[0]
    assert "附件 1" in browsers["handler"].get(voucher).text
    file = re.search(rf'href="({re.escape(voucher)}/files/[0-9a-f]+)"', browsers["reviewer"].get(voucher).text)
    assert file is not None
    paper = browsers["reviewer"].get(file[1])
    assert (paper.content, paper.headers["content-type"]) == (PAPER[1], "application/pdf")
    assert browsers["reviewer"].get(file[1][:-64] + "0" * 64).status_code == 404

    assert "等您办的村账凭证" in browsers["reviewer"].get("/staff").text
    step(browsers["reviewer"], voucher, "send_back", {"reason": "日期不清楚"})
    page = browsers["handler"].get(voucher).text
    assert "已退回，待经手人重填" in page
    assert "保留附件 1" in page
    again = {**bill(village), "purpose": "村道路灯电费 10 月"}
    kept = dict(re.findall(r'name="(kept\.[0-9a-f]+)" value="(1)"', page))
    more = ("合同.pdf", b"%PDF-1.4 two", "application/pdf")
    revised = upload(browsers["handler"], voucher, f"{voucher}/revision", {**again, **kept}, "papers", more)
    recorded(browsers["handler"], revised, "village_voucher")
    for word, action in (("reviewer", "review"), ("approver", "approve"), ("booker", "book")):
        assert "等您办的凭证" in browsers[word].get(LISTING).text
        step(browsers[word], voucher, action, {})
    page = browsers["handler"].get(voucher).text
    assert f"{village.month}-0001" in page
    assert "附件 2" in page, "the paper that stayed, and the one that was added"
    red = {"day": village.since.isoformat(), "purpose": "冲销记错的电费"}
    recorded(browsers["handler"], sent(browsers["handler"], voucher, f"{voucher}/reversal", red), "village_voucher")

    for which in ("balances", "income", "sheet", "result", "parties", "journal", "vouchers"):
        assert browsers["second"].get(f"{PAGE}/statements/{which}").status_code == 200, which
    assert "公益支出" in browsers["second"].get(f"{PAGE}/statements/income").text
    csv = browsers["second"].get(f"{PAGE}/statements/files/journal.csv").text
    assert "村道路灯电费 10 月" in csv
    with ZipFile(io.BytesIO(browsers["second"].get(f"{PAGE}/statements/files/balances.xlsx").content)) as book:
        assert "xl/worksheets/sheet7.xml" in book.namelist(), "all statements in one workbook"
    imports(browsers["booker"], village)
    member = signed_in(county, "zhangjianguo")
    assert [member.get(path).status_code for path in (LISTING, PAGE, f"{PAGE}/import", voucher)] == [403] * 4


def begun(county: County, village: Village, browsers: dict[str, httpx.Client]) -> None:
    """The book is opened by the county, planned by the committee, begun by two."""
    admin = signed_in(county, "admin")
    opening = {
        "division": VILLAGE,
        "chart": CHART,
        "since": village.since.isoformat(),
        "limit": "5000",
        "document": "城东村财务制度第8条",
    }
    recorded(admin, sent(admin, LISTING, LISTING, opening), "village_book")
    recorded(admin, sent(admin, PAGE, f"{PAGE}/limit", {"limit": "3000.50", "document": "第9条"}), "village_book")
    booker = browsers["booker"]
    party = {"reference": "D001", "kind": "person", "name": "赵承包"}
    shown = recorded(booker, sent(booker, f"{PAGE}/parties", f"{PAGE}/parties", party), "village_party").text
    assert "赵*包" in shown
    lines = {"account.0": "102", "debit.0": "8,000", "account.1": "311", "credit.1": "8000.00"}
    opened = sent(booker, f"{PAGE}/opening", f"{PAGE}/opening", {**lines, "document": "年末余额表"})
    recorded(booker, opened, "village_book")
    reviewer = browsers["reviewer"]
    wrong = {**lines, "credit.0": "1", "document": "年末余额表"}
    assert sent(booker, f"{PAGE}/opening", f"{PAGE}/opening", wrong).status_code == 422
    answer = sent(reviewer, f"{PAGE}/opening", f"{PAGE}/opening/decision", {})
    recorded(reviewer, answer, "village_book")
    plan = {
        "year": str(village.since.year),
        "document": "年度计划",
        "side.0": "income",
        "title.0": "鱼塘发包",
        "amount.0": "6000",
    }
    approver = browsers["approver"]
    recorded(approver, sent(approver, f"{PAGE}/plans", f"{PAGE}/plans", plan), "village_book")


def bill(village: Village) -> dict[str, str]:
    return {
        "day": village.since.isoformat(),
        "purpose": "村道路灯电费",
        "account.0": "514",
        "debit.0": "120",
        "account.1": "102",
        "credit.1": "120.00",
    }


def upload(
    browser: httpx.Client, page: str, action: str, fields: dict[str, str], name: str, file: tuple[str, bytes, str]
) -> httpx.Response:
    """A form with a file in it."""
    html = browser.get(page).text
    form = re.search(rf'<form[^>]*method="post" action="{re.escape(action)}"[^>]*>.*?</form>', html, re.DOTALL)
    assert form is not None, html
    hidden = dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', form[0]))
    return browser.post(action, data={**hidden, **fields}, files={name: file})


def step(browser: httpx.Client, voucher: str, action: str, fields: dict[str, str]) -> None:
    """One of a voucher's steps: there may be several forms for it on the page."""
    html = browser.get(voucher).text
    forms = re.findall(rf'<form[^>]*action="{re.escape(voucher)}/steps">.*?</form>', html, re.DOTALL)
    (form,) = [one for one in forms if f'name="step" value="{action}"' in one]
    assert "将记入账本" in form
    hidden = dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', form))
    recorded(browser, browser.post(f"{voucher}/steps", data={**hidden, **fields}), "village_voucher|village_month")


def imports(browser: httpx.Client, village: Village) -> None:
    """A journal is shown before anything of it is recorded."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(["日期", "摘要", "对方科目", "往来户编号", "收入", "支出", "余额"])
    sheet.append([village.today, "鱼塘发包收入", "501", None, 600, None, 8600])
    file = io.BytesIO()
    book.save(file)
    asked = {"account": "102", "profile": "cash-journal"}
    journal = ("存款日记账.xlsx", file.getvalue(), "application/octet-stream")
    page = upload(browser, f"{PAGE}/import", f"{PAGE}/import", asked, "journal", journal)
    assert "将填写凭证 <b>1</b> 张" in page.text
    form = re.search(rf'<form[^>]*action="{re.escape(PAGE)}/import/record">.*?</form>', page.text, re.DOTALL)
    assert form is not None
    hidden = dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', form[0]))
    done = browser.post(f"{PAGE}/import/record", data=hidden)
    assert "填写凭证 <b>1</b> 张" in done.text
    bad = ("日记账.xlsx", b"no workbook", "application/octet-stream")
    refused = upload(browser, f"{PAGE}/import", f"{PAGE}/import", asked, "journal", bad)
    assert (refused.status_code, "这个文件不能导入" in refused.text) == (400, True)
