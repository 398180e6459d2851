"""The finance office reconciles on pages: a file is read, what does not agree is cleared up by two people, and all of
it leaves as tables.
"""

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from api.commands import payouts
from api.commands.shared import today
from api.files import rehearsal_bank
from api.files.bank_profiles import load_bank_profile
from api.files.statement_files import write_statement
from api.files.statement_profiles import StatementProfile, load_statement_profile
from api.files.statements import StatementEntry
from api.rehearsal.bank_statements import entries_of, statement_of
from domain.payout_batches.signals import Acknowledgement
from projections import payout_batches
from projections import reconciliation_queries as queries
from tests.api.web.county import COUNTY, PASSWORD, County
from tests.api.web.registers import recorded, sent, signed_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ACCOUNT = "361125010000000088"
NEUTRAL = load_statement_profile("neutral-statement")
HOME = "/staff/reconcile"


@pytest.fixture
def paid(county: County) -> list[StatementEntry]:
    """Two members were paid; what the bank booked of it."""
    app, maker, checker = county.app, county.people["zhouyu"], county.people["sunli"]
    for member in ("zhangjianguo", "ouyang"):
        county.rewarded(by=member)
    on = today(app)
    step: dict[str, Any] = {"on": on}
    _, batch_id = payouts.freeze(app, actor=maker, key="f", division=COUNTY, month=county.month, **step)
    app.runner.catch_up()
    with app.reading.connection() as conn:
        batch, signals = payout_batches.one(conn, batch_id), payout_batches.signals_of_batch(conn, batch_id)
    assert batch is not None
    lines = {code: tuple(one.line for one in signals if one.code == code) for code in {one.code for one in signals}}
    said = [Acknowledgement(code, "演练，已核对", numbers) for code, numbers in sorted(lines.items())]
    step |= {"batch_id": batch_id}
    for actor in (maker, checker):
        shown = {"shown_digest": batch.shown_digest, "acknowledgements": said}
        payouts.acknowledge(app, actor=actor, key=f"k{actor.role}", **shown, **step)
    payouts.approve(app, actor=checker, key="a", shown_digest=batch.shown_digest, **step)
    profile = load_bank_profile("neutral-csv")
    _, file = payouts.export(app, actor=maker, key="e", profile=profile, **step)
    answer = rehearsal_bank.answer(file, profile, seed="s", on=on, rehearsal=True)
    payouts.record_answer(app, actor=maker, key="r", profile=profile, content=answer, file="回盘", **step)
    app.runner.catch_up()
    with app.reading.connection() as conn:
        return entries_of(queries.free_payments(conn))


def said_by_the_bank(entries: list[StatementEntry], on: date) -> bytes:
    statement = statement_of(ACCOUNT, entries, number="1", since=on.replace(day=1), until=on, opening_fen=5_000_00)
    return write_statement(NEUTRAL, statement)


def uploaded(browser: Any, content: bytes, profile: StatementProfile = NEUTRAL) -> Any:
    hidden = dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', browser.get(HOME).text))
    files = {"file": ("对账单.csv", content)}
    return browser.post(f"{HOME}/statements", data={**hidden, "profile": profile.name}, files=files)


def test_from_the_banks_file_to_the_last_difference(county: County, paid: list[StatementEntry]) -> None:
    first, second = paid
    bare = replace(second, end_to_end_id=None, bank_ref=None, batch_ref=None, text="代发工资")
    on = today(county.app)
    officer, approver = signed_in(county, "zhouyu"), signed_in(county, "sunli")
    page = recorded(officer, uploaded(officer, said_by_the_bank([first, bare], on)), "(statement|exception)")
    at = str(page.url.path)
    assert "T1 1 笔" in page.text
    assert "来源不明的出账" in officer.get(f"{at}?shown=waiting").text
    assert "没有找到" in officer.get(f"{at}/suggestions").text, "the file names nobody here"

    by_hand = {"end_to_end_id": second.end_to_end_id or "", "amount_fen": "10.00", "reason": "电话向银行核实"}
    recorded(officer, sent(officer, f"{at}/lines/2", f"{at}/lines/2/propose", by_hand), "reconciliation")
    assert f"{at}/lines/2/confirm" not in officer.get(f"{at}/lines/2").text, "nobody confirms his own"
    assert "等第二人确认" in approver.get(HOME).text
    matched = recorded(approver, sent(approver, f"{at}/lines/2", f"{at}/lines/2/confirm", {}), "(recon|exc)[a-z]+")
    assert "T5 人工勾对（两人）：电话向银行核实" in matched.text
    home = officer.get(HOME).text
    assert "没有未了结的差异" in home
    assert "100 %（" in home
    assert "银行与账面一致，全部勾对" in home

    why = {"reason": "认错了笔"}
    recorded(approver, sent(approver, f"{at}/lines/2", f"{at}/lines/2/propose-unmatch", why), "reconciliation")
    assert f"{at}/lines/2/unmatch" not in approver.get(f"{at}/lines/2").text, "nobody takes it back alone"
    recorded(officer, sent(officer, f"{at}/lines/2", f"{at}/lines/2/unmatch", {}), "(recon|exc)[a-z]+")
    listed = officer.get(f"{HOME}/exceptions?kind=debit_without_origin").text
    (difference,) = set(re.findall(rf"{HOME}/exceptions/[0-9a-f-]{{36}}", listed))
    owner = {"owner_id": str(county.people["sunli"].person_id)}
    recorded(officer, sent(officer, difference, f"{difference}/assign", owner), "exception")
    assert difference in approver.get(f"{HOME}/exceptions?whose=mine").text
    cleared = {"outcome": "explained", "reason": "手续费"}
    too_short = sent(approver, difference, f"{difference}/explain", cleared)
    assert (too_short.status_code, "理由至少写 4 个字" in too_short.text) == (409, True)
    said = {"outcome": "explained", "reason": "银行手续费"}
    assert (
        "须由另一位同事确认"
        in recorded(approver, sent(approver, difference, f"{difference}/explain", said), "exception").text
    )
    assert "手续费" in recorded(officer, sent(officer, difference, f"{difference}/resolve", {}), "exception").text

    csv = officer.get(f"{HOME}/files{at.removeprefix(HOME)}.csv")
    assert csv.text.count("\r\n") == 3
    assert "T1 付款编号与金额" in csv.text
    assert "手续费" in officer.get(f"{HOME}/files/exceptions.csv?settled=true").text


def test_every_table_leaves_as_a_workbook(county: County, paid: list[StatementEntry], tmp_path: Any) -> None:
    officer = signed_in(county, "zhouyu")
    page = recorded(officer, uploaded(officer, said_by_the_bank(paid, today(county.app))), "[a-z]+")
    answer = officer.get(f"{HOME}/files{str(page.url.path).removeprefix(HOME)}.xlsx")
    path = tmp_path / "lines.xlsx"
    path.write_bytes(answer.content)
    rows = list(load_workbook(path).worksheets[0].iter_rows(values_only=True))
    assert [row[2] for row in rows] == ["金额（元）", -10, -10]
    refused = uploaded(officer, b"nothing of the kind")
    assert refused.status_code == 400


def test_a_statement_in_xml_says_whether_it_follows_its_schema(county: County, paid: list[StatementEntry]) -> None:
    officer, on = signed_in(county, "zhouyu"), today(county.app)
    camt = load_statement_profile("camt.053")
    statement = statement_of(ACCOUNT, paid, number="2", since=on.replace(day=1), until=on, opening_fen=5_000_00)
    page = recorded(officer, uploaded(officer, write_statement(camt, statement), camt), "[a-z]+")
    assert "<dt>格式定义</dt><dd>没有核对，没有这种报文的格式定义</dd>" in page.text
    assert "T1 2 笔" in page.text


def test_it_fits_a_telephone_and_keys_move_along(
    county: County, paid: list[StatementEntry], chromium: "Browser"
) -> None:
    officer = signed_in(county, "zhouyu")
    at = str(recorded(officer, uploaded(officer, said_by_the_bank(paid, today(county.app))), "[a-z]+").url.path)
    with chromium.new_context(base_url=county.url, locale="zh-CN") as context:
        page = context.new_page()
        page.goto("/staff/sign-in")
        page.fill("[name=login]", "zhouyu")
        page.fill("[name=password]", PASSWORD)
        with page.expect_navigation():
            page.click("main button")
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            for path in (HOME, at, f"{at}/lines/1", f"{HOME}/exceptions"):
                page.goto(path)
                assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        page.goto(at)
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url("**/lines/1")
        page.keyboard.press("j")
        page.wait_for_url("**/lines/2")
