"""A county that pays out of a bank account: its chart says so, and every step follows it, from grant to late return."""

import shutil
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from beancount import loader

from api.beginning import publish_shipped
from api.commands import charts as chart_commands
from api.commands import payouts
from api.commands.shared import today
from api.context import App
from api.files.chart_profiles import load_chart
from domain.charts import ChartAccount, Use
from domain.kernel.events import Sha256
from domain.kernel.refusals import Refusal
from projections import payout_batches, trial_balances
from tests.journeys.conftest import People
from tests.journeys.test_year_end import (
    DECEMBER,
    IN_JANUARY,
    appropriate,
    budget_of,
    pay,
    require_whole,
    reward,
)


def publish_own(app: App, people: People) -> None:
    """The next version: another account for the expense and for the spending, and the bank account stays first."""
    shipped = load_chart("gov-2019")
    other = {"expense": "fin:5101", "budget_spending": "bud:7201"}
    called = {"fin:5101": "单位管理费用", "bud:7201": "事业支出"}
    accounts = (*shipped.accounts, *(ChartAccount(one, called[one], "debit") for one in other.values()))
    uses = tuple(Use(use.role, other.get(use.role, use.account)) for use in reversed(shipped.uses))
    assert next(use for use in uses if use.role == "funds").account == "fin:1002"
    own = replace(shipped, accounts=accounts, uses=uses)
    chart_commands.publish(app, actor=people.administrator, key="own-chart", new=[own], on=today(app))


def balances(app: App) -> dict[str, int]:
    app.runner.catch_up()
    with app.reading.connection() as conn:
        return {one.account: one.balance for one in trial_balances.controls(conn, as_of=date(9999, 1, 1))}


def test_money_leaves_and_comes_back_to_the_account_that_the_chart_names(
    app: App, people: People, tmp_path: Path
) -> None:
    publish_shipped(app, actor=people.administrator, key="begin", on=today(app), funds="fin:1002")
    publish_own(app, people)
    before = balances(app)  # the budget of 2025 began without a chart
    assert before["fin:1011"] == 100_000

    appropriate(app, people, 2026, "演练〔2026〕1号")
    with pytest.raises(Refusal, match=r"budget\.other_funds"):
        appropriate(app, people, 2026, "演练〔2026〕2号", funds="fin:1011")
    with pytest.raises(Refusal, match=r"chart\.funds_unmarked"):
        appropriate(app, people, 2027, "演练〔2027〕1号", funds="fin:2307")
    assert balances(app)["fin:1002"] == 200_000
    budget = budget_of(app, 2026)
    assert (budget.chart, budget.funds) == ("gov-2019/2", "fin:1002")
    assert (budget_of(app, 2025).chart, budget_of(app, 2025).funds) == ("gov-2019/1", "fin:1011")

    for number in (0, 1):
        reward(app, people, on=IN_JANUARY, member=number)
    paid = pay(app, people, DECEMBER, on=IN_JANUARY)  # the reports are of December
    after = balances(app)
    assert (after["fin:1002"], after["fin:5101"], after["bud:7201"]) == (198_000, 2_000, 2_000)
    assert after["fin:1011"] == before["fin:1011"]
    assert {"fin:5001", "bud:7101"} & after.keys() == set()

    with app.reading.connection() as conn:
        line = payout_batches.payments_of_batch(conn, paid)[0]
    payouts.record_return(
        app,
        actor=people.maker,
        key=str(uuid4()),
        payment_id=line.payment_id,
        answer=Sha256("e" * 64),
        booked_on=date(2026, 2, 3),
        bank_ref="R1",
        reason="account_closed",
        on=today(app),
    )
    back = balances(app)
    assert (back["fin:1002"], back["bud:7201"], back["fin:2307:returned"]) == (199_000, 1_000, -1_000)
    with app.reading.connection() as conn:
        check = payout_batches.three_way(conn, paid)
    assert check is not None
    assert check.agrees
    require_whole(app, tmp_path / "package")
    listed = (tmp_path / "package" / "ledgers" / "accounts.csv").read_text(encoding="utf-8-sig")
    assert {"fin:5101,CNY,fin,单位管理费用", "bud:7201,CNY,bud,事业支出"} <= {
        line.rsplit(",", 2)[0] for line in listed.splitlines()
    }
    require_named(tmp_path / "package" / "ledgers")


def require_named(ledgers: Path) -> None:
    """Accounts that only the county's own chart has are named in the journals, which their programs still read."""
    beancount = ledgers / "journal.beancount"
    assert 'open Expenses:Fin:5101\n  name: "单位管理费用"\n' in beancount.read_text(encoding="utf-8")
    assert "account Expenses:Fin:5101  ; 单位管理费用\n" in (ledgers / "journal.hledger").read_text(encoding="utf-8")
    assert loader.load_file(str(beancount))[1] == []
    if (program := shutil.which("hledger")) is not None:
        words = [program, "-f", str(ledgers / "journal.hledger"), "check", "-s", "ordereddates", "payees"]
        subprocess.run(words, check=True, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
