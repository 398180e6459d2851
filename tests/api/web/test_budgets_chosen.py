"""Where a year has more than one budget for rewards, whoever decides chooses; the four days; the tables as files."""

import csv
import html
import io
import re
from uuid import UUID, uuid4

import httpx
import pytest
from python_calamine import CalamineWorkbook

from api.commands import budgets
from api.commands.budgets import Purpose
from api.commands.shared import today
from domain.budgets import budget_id
from domain.kernel.calendar import month_of
from domain.kernel.money import Fen
from projections import budget_executions, reward_payments
from tests.api.web.county import COUNTY, County
from tests.api.web.registers import recorded, sent, signed_in

OTHER = Purpose("市级补助", "2299999")


def plain(page: httpx.Response) -> str:
    """What stands on a page, without its marks."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page.text)).split())


@pytest.fixture(scope="module")
def other(county: County) -> UUID:
    """A second budget of this year for rewards, and one for allowances, which no reward is charged to."""
    on = today(county.app)
    for number, purpose in enumerate((OTHER, budgets.purpose_of(county.app, "allowance"))):
        receipt = budgets.appropriate(
            county.app,
            actor=county.admin,
            key=f"other-{number}",
            year=on.year,
            document=f"饶财〔{on.year}〕{number + 30}号",
            amount_fen=Fen(50_000),
            purpose=purpose,
            on=on,
        )
    assert county.app.caught_up(receipt.position)
    return budget_id(COUNTY, OTHER.project, OTHER.spending_class, on.year)


def charged(county: County, incident_id: UUID) -> UUID:
    with county.app.reading.connection() as conn:
        found = reward_payments.of_incident(conn, incident_id)
    assert found is not None
    return found.budget_id


def test_nobody_is_asked_where_there_is_one(county: County) -> None:
    """Runs before or after the second budget came: the question follows from what there is."""
    on = today(county.app)
    with county.app.reading.connection() as conn:
        found = [one for one in budget_executions.of_year(conn, on.year, area=COUNTY) if one.project == OTHER.project]
    page = signed_in(county, "chenjing").get(f"/staff/incidents/{county.handled()}/acts/decide").text
    assert ('name="budget_id"' in page) == bool(found)


def test_the_form_offers_them_and_the_page_before_says_which(county: County, other: UUID) -> None:
    officer, incident_id = signed_in(county, "chenjing"), county.handled()
    at = f"/staff/incidents/{incident_id}/acts/decide"
    offered = re.findall(r'<option value="([0-9a-f-]{36})">([^<]*)', officer.get(at).text)
    assert [identity for identity, _ in offered][1:] == [str(other)], "the setting's own first, the allowances' never"
    assert "不另选就是这一项" in offered[0][1]
    fields = {"reason": "meets_catalogue", "budget_id": str(other)}
    asked = checked(officer, at, fields)
    assert f"占用 {today(county.app).year} 年 {OTHER.project}" in plain(asked)
    hidden = dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', asked.text))
    assert hidden["budget_id"] == str(other)
    recorded(officer, officer.post(at, data=hidden), "reward")
    assert charged(county, incident_id) == other
    unknown = checked(officer, f"/staff/incidents/{county.handled()}/acts/decide", {**fields, "budget_id": str(COUNTY)})
    assert unknown.status_code == 422
    nowhere = checked(
        officer, f"/staff/incidents/{county.handled()}/acts/decide", {**fields, "budget_id": str(uuid4())}
    )
    assert (nowhere.status_code, "没有这项预算" in nowhere.text) == (404, True)


def checked(officer: httpx.Client, at: str, fields: dict[str, str]) -> httpx.Response:
    form = officer.get(at).text
    hidden = dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', form))
    return officer.post(f"{at}/check", data={**hidden, **fields})


def test_a_reward_that_comes_later_is_charged_to_the_chosen_one(county: County, other: UUID) -> None:
    (incident_id, second, third) = county.valid_without_reward(3)
    officer, at = signed_in(county, "chenjing"), f"/staff/incidents/{incident_id}"
    recorded(officer, sent(officer, at, f"{at}/grant", {"budget_id": str(other)}), "reward")
    assert charged(county, incident_id) == other
    body = {"incident_ids": [str(second)], "budget_id": str(other)}
    assert county.post("chenjing", "/rewards", body).status_code == 201
    assert county.post("chenjing", "/rewards", {"incident_ids": [str(third)]}).status_code == 201
    assert charged(county, second) == other
    assert charged(county, third) != other


def test_a_program_names_the_budget_of_a_decision(county: County, other: UUID) -> None:
    incident_id = county.handled()
    body = {"valid": True, "reason": "meets_catalogue", "budget_id": str(other)}
    path = f"/incidents/{incident_id}/validity"
    refused = county.post("chenjing", path, {**body, "budget_id": str(uuid4())})
    assert (refused.status_code, refused.json()["code"]) == (404, "budget.unknown")
    assert county.post("chenjing", path, body).status_code == 201
    assert charged(county, incident_id) == other


def test_the_four_days_stand_with_the_reward_for_staff_and_member(county: County) -> None:
    incident_id = county.rewarded()
    on = today(county.app)
    said = plain(signed_in(county, "chenjing").get(f"/staff/incidents/{incident_id}"))
    assert re.search(r"四个日期 \S+ 上报；\S+ 认定入账；还没有审批发放；银行还没有付", said), said
    mine = signed_in(county, "zhangjianguo").get("/staff/reports").text
    row = re.search(rf"<tr>(?:(?!<tr>).)*{incident_id}.*?</tr>", mine, re.DOTALL)
    assert row is not None
    booked = re.search(r'data-label="认定入账">([^<]*)<', row[0])
    assert booked is not None
    assert str(on.day) in booked[1]
    assert 'data-label="审批发放">—<' in row[0]


def test_budget_and_month_end_as_files(county: County, other: UUID) -> None:
    county.rewarded()
    office, year, month = signed_in(county, "xuwei"), today(county.app).year, month_of(today(county.app))
    page = office.get("/staff/budget").text
    files = re.findall(r'href="(/staff/budget/files/[^"]+)"', page)
    assert len(files) == 5
    for path in files:
        assert office.get(path).status_code == 200, path
    rows = list(csv.reader(io.StringIO(office.get(f"/staff/budget/files/budgets.csv?year={year}").text[1:])))
    assert rows[0][:4] == ["区划", "项目", "支出分类", "年度"]
    (own,) = (row for row in rows if row[1] == OTHER.project)
    assert (own[3], own[4]) == (str(year), "500.00")
    book = CalamineWorkbook.from_filelike(io.BytesIO(office.get("/staff/budget/files/budget.xlsx").content))
    assert book.sheet_names == ["预算执行", "下达和调整", "分月执行", "四个日期", "说明"]
    taken = office.get(f"/staff/budget/{other}/files/charged.csv")
    assert (taken.status_code, taken.text[1:].splitlines()[0]) == (
        200,
        "类,收款人,区划,归属月份,金额（元）,上报,入账,审批,银行到账",
    )
    assert office.get(f"/staff/budget/{uuid4()}/files/charged.csv").status_code == 404

    shown = office.get(f"/staff/close/{month}").text
    assert f'href="/staff/close/{month}/files/month-end.xlsx"' in shown
    book = CalamineWorkbook.from_filelike(io.BytesIO(office.get(f"/staff/close/{month}/files/month-end.xlsx").content))
    assert book.sheet_names == ["月末核对", "银行收付和余额", "未达账项", "差异", "科目余额", "说明"]
    compared = list(csv.reader(io.StringIO(office.get(f"/staff/close/{month}/files/compared.csv").text[1:])))
    assert (compared[1][0], compared[1][4]) == ("应付未付", "一致")
    assert compared[1][1] == compared[1][2] != "0.00"
    assert signed_in(county, "lihe").get("/staff/budget/files/budget.xlsx").status_code == 403
