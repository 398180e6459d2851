"""The finance office closes a month and grants allowances on pages: seen first, recorded by two, refused in words."""

import io
import re
from datetime import date, timedelta

import httpx
import openpyxl
import pytest

from api.commands import budgets
from api.commands.shared import today
from domain.kernel.calendar import Month, month_of
from domain.kernel.money import Fen
from projections import allowances
from tests.api.web.county import COUNTY, County
from tests.api.web.test_county_pages import recorded, sent, signed_in


def last_month(county: County) -> Month:
    return month_of(today(county.app).replace(day=1) - timedelta(days=1))


def test_a_month_is_proposed_by_one_and_sealed_by_another(county: County) -> None:
    month = last_month(county)
    at = f"/staff/close/{month}"
    maker, checker = signed_in(county, "chenjing"), signed_in(county, "sunli")
    assert maker.get("/staff/close").headers["location"] == at
    page = recorded(maker, sent(maker, at, f"{at}/propose", {}), "period")
    assert "待封账" in page.text
    assert f"{at}/seal" not in page.text, "the form is the approver's"
    shown = checker.get(at).text
    digest = re.search(r'name="shown_digest" value="([0-9a-f]{64})"', shown)
    assert digest is not None
    assert digest[1] in re.sub(r"<input[^>]*>", "", shown), "what is sealed can be read"
    assert "已封账" in recorded(checker, sent(checker, at, f"{at}/seal", {}), "period").text
    this_month = f"/staff/close/{month_of(today(county.app))}"
    assert maker.get("/staff/close").headers["location"] == this_month
    assert "还没有过完" in maker.get(this_month).text
    answer = county.post("chenjing", f"/month-ends/{month}/propose", {"reasons": []})
    assert (answer.status_code, answer.json()["code"]) == (409, "period.not_next")


def workbook(rows: list[list[object]]) -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    sheet = book.create_sheet("津贴", 0)
    for row in rows:
        sheet.append(row)
    book.save(file)
    return file.getvalue()


def read_in(county: County, browser: httpx.Client, rows: list[list[object]]) -> str:
    """The page after a workbook was read into its form."""
    html = browser.get("/staff/allowances").text
    token = re.search(r'name="form_token" value="([^"]+)"', html)
    assert token is not None
    fields = {"form_token": token[1], "key": county.key(), "month": month_of(today(county.app))}
    return browser.post("/staff/allowances/read", data=fields, files={"file": ("津贴.xlsx", workbook(rows))}).text


def test_a_list_fills_in_the_form_and_says_what_fits_nobody(county: County) -> None:
    """Nothing is recorded before the form is sent; the sum comes from the budget that is named in the settings."""
    purpose = budgets.purpose_of(county.app, "allowance")
    on = today(county.app)
    budgets.appropriate(
        county.app,
        actor=county.admin,
        key="allowances",
        year=on.year,
        document="横财行〔2026〕77号",
        amount_fen=Fen(1_000_000),
        purpose=purpose,
        on=on,
    )
    officer, position = signed_in(county, "chenjing"), county.app.journal.position()
    rows: list[list[object]] = [["姓名", "金额（元）"], ["李荷", 600], ["没有人", "1"], ["李荷", 1], ["赵敏", "六百"]]
    html = read_in(county, officer, rows)
    worker = county.people["lihe"].person_id
    assert f'name="amount.{worker}" inputmode="decimal" maxlength="16" value="600.00"' in html
    for said in ("这个月没有叫这个名字的网格员", "不止一次"):
        assert said in html
    assert "没有人" not in html, "a finding repeats no name"
    assert county.app.journal.position() == position
    token = re.search(r'name="form_token" value="([^"]+)"', html)
    assert token is not None
    month = month_of(on)
    fields = {
        "form_token": token[1],
        "key": county.key(),
        "month": month,
        "basis": "岗位津贴",
        f"amount.{worker}": "600",
    }
    page = recorded(officer, officer.post("/staff/allowances", data=fields), "allowance")
    assert "未到账" in page.text
    with county.app.reading.connection() as conn:
        (granted,) = allowances.of_month(conn, COUNTY, month)
    assert (granted.payee_id, granted.amount_fen, granted.state) == (worker, 60_000, "not_arrived")
    odd = officer.post("/staff/allowances", data={**fields, "key": county.key(), f"amount.{worker}": "很多"})
    assert odd.status_code == 422


def test_a_budget_is_adjusted_on_its_page(county: County) -> None:
    admin = signed_in(county, "admin")
    at = re.search(r'action="(/staff/budget/[0-9a-f-]{36}/adjust)"', admin.get("/staff/budget").text)
    assert at is not None
    fields = {"document": "横财行〔2026〕88号", "amount_fen": "-10", "reason": "压减经费"}
    page = recorded(admin, sent(admin, "/staff/budget", at[1], fields), "budget")
    assert "追减 10.00 元" in page.text
    assert "各项相加等于下达数" in page.text
    too_much = sent(admin, "/staff/budget", at[1], {**fields, "document": "x", "amount_fen": "-99999999"})
    assert (too_much.status_code, "可用指标只剩" in too_much.text) == (409, True)
    assert admin.get(at[1].removesuffix("/adjust")).status_code == 200
    assert county.browser().get("/staff/close").status_code in (302, 303)


@pytest.mark.parametrize("path", ["/staff/close", "/staff/allowances", "/staff/budget"])
def test_a_grid_worker_sees_none_of_it(county: County, path: str) -> None:
    assert signed_in(county, "lihe").get(path).status_code == 403


def test_the_year_of_a_budget_is_not_closed_before_its_last_day(county: County) -> None:
    on = today(county.app)
    answer = county.program("admin").get("/api/v1/budgets").json()
    identity = answer[0]["budget"]["budget_id"]
    closed = county.post("admin", f"/budgets/{identity}/close")
    if on < date(on.year, 12, 31):
        assert (closed.status_code, closed.json()["code"]) == (409, "budget.year_not_over")
    else:
        assert closed.status_code == 201
