"""The finance office at the command line: budgets, allowances paid as a payroll of their own, a month closed."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import openpyxl
import pytest

from api.command_line.opening import acting
from api.commands import county as commands
from api.commands.shared import today
from api.context import open_app
from api.custody.enrolling import enrol
from api.custody.wrapping import REHEARSAL
from api.settings import read_settings
from api.web import accounts
from domain.kernel.calendar import Month, day_in_china, month_of
from journal.journal import now
from migrations.embedded import attach_or_start
from tests.journeys.commands import Commands, ok, refused

SINCE = date(2025, 1, 1)
OFFICERS = {"liebiao": "county_officer", "jingban": "county_officer", "shenpi": "county_approver"}
WORKERS = ("吴网格", "郑网格")
DOCUMENT = "演练财〔2026〕1号"


@pytest.fixture
def mingzhang(home: Path) -> Iterator[Commands]:
    """A county with three officers, whose keys one secret opens, and two grid workers with accounts."""
    line = Commands(home)
    assert line.init().returncode == 0
    with attach_or_start(home):
        _people(line)
        yield line


def _people(line: Commands) -> None:
    settings, secret = read_settings(line.environment), line.secret_file.read_text("utf-8")
    with open_app(settings) as app:
        on, officers = today(app), [(uuid4(), role) for role in OFFICERS.values()]
        founder = acting(app, None, role="administrator")
        new = [commands.NewPerson(one, "演练人员", role, app.log.division, SINCE) for one, role in officers]
        for number, name in enumerate(WORKERS):
            account = commands.Account(name, f"62220000000000000{number}", "演练银行")
            area = app.log.division
            new.append(commands.NewPerson(uuid4(), name, "grid_worker", area, SINCE, account=account))
        commands.register_persons(app, actor=founder, key="persons", new=new, on=on)
        enrol(app, administrator=founder, officers=officers, secret=secret, on=on, cost=REHEARSAL)
        for login, (person_id, _) in zip(OFFICERS, officers, strict=True):
            accounts.set_account(app.writing, login=login, person_id=person_id, password=secret, cost=REHEARSAL)
        app.runner.close()


def _list(path: Path, *rows: tuple[str, object]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("姓名", "金额（元）"), *rows):
        sheet.append(list(row))
    book.save(path)
    return path


def test_a_budget_an_allowance_its_payroll_and_a_closed_month(mingzhang: Commands, tmp_path: Path) -> None:
    """One journey, because every command opens the journal anew."""
    on = day_in_china(now())
    _budget(mingzhang, on)
    _allowances(mingzhang, month_of(on), tmp_path)
    _payroll(mingzhang, month_of(on))
    _close(mingzhang, month_of(on.replace(day=1) - timedelta(days=1)))


def _budget(mingzhang: Commands, on: date) -> None:
    project, spending_class = read_settings(mingzhang.environment).allowance_budget
    of = ("--year", on.year, "--project", project, "--class", spending_class)
    ok(mingzhang("budget", "appropriate", *of, "--document", DOCUMENT, "--amount", "2000"))
    assert "--reason" in refused(mingzhang("budget", "adjust", *of, "--document", "另", "--amount=-500"), 2)
    adjusted = ok(mingzhang("budget", "adjust", *of, "--document", "另", "--amount=-500", "--reason", "压减经费"))
    assert adjusted.splitlines()[-1].split()[2:5] == ["1500.00", "-500.00", "1500.00"]


def _allowances(mingzhang: Commands, month: Month, folder: Path) -> None:
    granting = ("allowance", "grant", month)
    bad = _list(folder / "错.xlsx", (WORKERS[0], 600), ("没有人", 1))
    assert "没有叫这个名字" in refused(mingzhang(*granting, bad, "--as", "liebiao"), 1)
    good = _list(folder / "对.xlsx", *((name, 600) for name in WORKERS))
    assert "已登记 2 笔，合计 1200.00 元" in ok(mingzhang(*granting, good, "--as", "liebiao"))
    assert ok(mingzhang("allowance", "list", month)).count("未到账") == 2


def _payroll(mingzhang: Commands, month: Month) -> None:
    refused(mingzhang("payout", "propose", "--month", month), 1)
    frozen = ok(mingzhang("payout", "freeze", "--month", month, "--payroll", "allowance", "--as", "jingban"))
    batch, digest = re.search(r"\d{18}501", frozen), re.search(r"[0-9a-f]{64}", frozen)
    assert batch is not None
    assert digest is not None
    bound = (batch[0], "--digest", digest[0])
    for login in ("jingban", "shenpi"):
        ok(mingzhang("payout", "acknowledge", *bound, "--reason", "first_payment=本月新进", "--as", login))
    assert "1200.00 元" in ok(mingzhang("payout", "approve", *bound, "--as", "shenpi"))


def _close(mingzhang: Commands, month: Month) -> None:
    propose = ("close", "propose", month, "--as", "jingban")
    assert "种类=原因" in refused(mingzhang(*propose, "--reason", "没有等号"), 2)
    ok(mingzhang(*propose))
    assert "已撤回" in ok(mingzhang("close", "withdraw", month, "--reason", "再看看账", "--as", "jingban"))
    refused(mingzhang("close", "seal", month, "--as", "shenpi"), 1)
    ok(mingzhang(*propose))
    refused(mingzhang("close", "seal", month, "--as", "jingban"), 1)
    sealed = ok(mingzhang("close", "seal", month, "--as", "shenpi"))
    assert re.search(r"待封账，数字摘要 [0-9a-f]{64}", sealed)
    assert f"已封账：{month}" in sealed
    assert f"已封账到 {month}" in ok(mingzhang("close", "show", month))
