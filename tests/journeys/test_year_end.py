"""The turn of a year: what was granted on its last day is paid in January from the old budget, closed as it is.

A report of December that is decided in January is charged to the new year; the four days of each stand apart.
"""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.commands import allowances, budgets, county, incidents, payouts, periods
from api.commands.allowances import NewAllowance
from api.commands.incidents import Handling, Report, Verdict
from api.commands.shared import today
from api.context import App
from api.exporting import export_package
from api.files import rehearsal_bank
from api.files.bank_profiles import load_bank_profile
from audit.verify import verify_package
from domain import accounts
from domain.budgets import budget_id
from domain.kernel.calendar import Month
from domain.kernel.money import Fen
from domain.kernel.obligations import Payroll
from domain.kernel.refusals import Refusal
from domain.payout_batches.signals import CODES, Signal, by_kind
from projections import budget_dates, budget_executions, payout_batches, reward_payments, trial_balances
from tests.journeys.conftest import COUNTY, VILLAGE, People

DECEMBER, JANUARY = Month("2025-12"), Month("2026-01")
LAST_DAY, IN_JANUARY = date(2025, 12, 31), date(2026, 1, 8)


def reward(app: App, people: People, *, on: date, member: int) -> None:
    """A report of December, decided on a day."""
    incident_id, reported = uuid4(), datetime(2025, 12, 20, 1, tzinfo=UTC)
    new = Report(incident_id, people.members[member], "市容环境", VILLAGE, "路灯不亮", reported, "register")
    incidents.report(app, actor=people.administrator, key=f"report-{incident_id}", reports=[new])
    seen = [Verdict(incident_id, True, "seen_on_site")]
    incidents.verify(app, actor=people.verifier, key=f"verify-{incident_id}", verdicts=seen, on=on)
    done = [Handling(incident_id, people.handler.person_id, "已修好", reported)]
    incidents.handle(app, actor=people.handler, key=f"handle-{incident_id}", handlings=done)
    valid = [Verdict(incident_id, True, "meets_catalogue")]
    incidents.decide_validity(app, actor=people.decider, key=f"decide-{incident_id}", verdicts=valid, on=on)


def pay(app: App, people: People, month: Month, *, on: date, payroll: Payroll = "reward") -> UUID:
    """A batch from the list to the bank's last answer; its id."""
    app.runner.catch_up()
    key = f"{payroll}-{month}-{uuid4()}"
    _, batch_id = payouts.freeze(
        app, actor=people.maker, key=f"f{key}", division=COUNTY, month=month, payroll=payroll, on=on
    )
    app.runner.catch_up()
    with app.reading.connection() as conn:
        found = payout_batches.page(conn, batch_id)
    assert found is not None
    said = by_kind([Signal(one.line, one.code) for one in found.signals], dict.fromkeys(CODES, "看过，可以发"))
    for actor in (people.maker, people.checker) if said else ():
        payouts.acknowledge(
            app,
            actor=actor,
            key=f"a{key}",
            batch_id=batch_id,
            shown_digest=found.batch.shown_digest,
            acknowledgements=said,
            on=on,
        )
    payouts.approve(
        app, actor=people.checker, key=f"k{key}", batch_id=batch_id, shown_digest=found.batch.shown_digest, on=on
    )
    profile = load_bank_profile("neutral-csv")
    _, file = payouts.export(app, actor=people.maker, key=f"e{key}", batch_id=batch_id, profile=profile, on=on)
    for name, answering in (("first", rehearsal_bank.answer), ("second", rehearsal_bank.answer_again)):
        payouts.record_answer(
            app,
            actor=people.maker,
            key=f"{name}{key}",
            batch_id=batch_id,
            profile=profile,
            content=answering(file, profile, seed="year", on=on, rehearsal=True),
            file=f"{name}.csv",
            on=on,
        )
    app.runner.catch_up()
    return batch_id


def budget_of(app: App, year: int) -> budget_executions.Budget:
    purpose = budgets.purpose_of(app, "reward")
    identity = budget_id(COUNTY, purpose.project, purpose.spending_class, year)
    with app.reading.connection() as conn:
        found = budget_executions.one(conn, identity)
    assert found is not None
    return found


def appropriate(app: App, people: People, year: int, document: str, **given: Any) -> None:
    budgets.appropriate(
        app,
        actor=people.administrator,
        key=f"appropriate-{uuid4()}",
        year=year,
        document=document,
        amount_fen=Fen(200_000),
        on=today(app),
        **given,
    )


def require_whole(app: App, folder: Path) -> None:
    app.runner.catch_up()
    export_package(app.settings, app.access, folder)
    report = verify_package(folder, processes=1)
    assert [finding for finding in report.findings if not finding.attention] == []


def test_december_is_paid_in_january(app: App, people: People, tmp_path: Path) -> None:
    appropriate(app, people, 2026, "演练〔2026〕1号")
    reward(app, people, on=LAST_DAY, member=0)
    app.runner.catch_up()
    old = budget_of(app, 2025)
    on = today(app)
    budgets.close(app, actor=people.administrator, key="close-2025", budget=old.budget_id, on=on)
    reward(app, people, on=IN_JANUARY, member=1)
    with pytest.raises(Refusal, match=r"budget\.closed"):
        reward(app, people, on=LAST_DAY, member=2)

    for batch in (pay(app, people, DECEMBER, on=IN_JANUARY), pay(app, people, DECEMBER, on=IN_JANUARY)):
        with app.reading.connection() as conn:
            three_way = payout_batches.three_way(conn, batch)
        assert three_way is not None
        assert three_way.agrees
    old, new = budget_of(app, 2025), budget_of(app, 2026)
    assert (old.spent_fen, old.committed_fen, old.available_fen, old.lapsed_fen) == (1_000, 0, 0, 99_000)
    assert (new.spent_fen, new.committed_fen, new.available_fen) == (1_000, 0, 199_000)
    assert old.balanced
    assert new.balanced
    with app.reading.connection() as conn:
        (december,) = budget_dates.of_budget(conn, old.budget_id, limit=10)
        (january,) = budget_dates.of_budget(conn, new.budget_id, limit=10)
    for row, granted_on in ((december, LAST_DAY), (january, IN_JANUARY)):
        assert (row.accrual_month, row.reported_on, row.granted_on) == (DECEMBER, date(2025, 12, 20), granted_on)
        assert (row.approved_on, row.paid_on) == (IN_JANUARY, IN_JANUARY)
    require_whole(app, tmp_path / "package")


def test_what_is_taken_back_after_the_close_lapses_by_closing_once_more(app: App, people: People) -> None:
    reward(app, people, on=LAST_DAY, member=0)
    app.runner.catch_up()
    old, on = budget_of(app, 2025), today(app)
    closing: dict[str, Any] = {"actor": people.administrator, "budget": old.budget_id, "on": on}
    budgets.close(app, key="first", **closing)
    with pytest.raises(Refusal, match=r"budget\.nothing_to_lapse"):
        budgets.close(app, key="again", **closing)
    with app.reading.connection() as conn:
        (one,) = reward_payments.to_schedule(conn, COUNTY, DECEMBER)
    incidents.reverse_reward(
        app, actor=people.decider, key="back", incident_id=one.incident_id, reason="重复上报", on=IN_JANUARY
    )
    budgets.close(app, key="second", **closing)
    app.runner.catch_up()
    assert (budget_of(app, 2025).lapsed_fen, budget_of(app, 2025).available_fen) == (100_000, 0)


def test_documents_change_a_budget_and_nobody_takes_back_what_was_promised(app: App, people: People) -> None:
    reward(app, people, on=LAST_DAY, member=0)
    app.runner.catch_up()
    budget, on = budget_of(app, 2025).budget_id, today(app)
    changing: dict[str, Any] = {"actor": people.administrator, "budget": budget, "reason": "年中调整", "on": on}
    with pytest.raises(Refusal, match=r"budget\.exceeded"):
        budgets.adjust(app, key="too-much", document="减1号", amount_fen=Fen(-99_001), **changing)
    budgets.adjust(app, key="all", document="减2号", amount_fen=Fen(-99_000), **changing)
    budgets.adjust(app, key="more", document="增1号", amount_fen=Fen(500), **changing)
    app.runner.catch_up()
    found = budget_of(app, 2025)
    assert (found.appropriated_fen, found.available_fen, found.committed_fen) == (1_500, 500, 1_000)
    with app.reading.connection() as conn:
        funds = {one.account: one.balance for one in trial_balances.controls(conn, as_of=on)}
    assert (funds[accounts.FUNDS], funds[accounts.BUDGET_FUNDS]) == (1_500, 1_500)


def test_allowances_are_a_payroll_of_their_own_from_a_budget_that_is_named(
    app: App, people: People, tmp_path: Path
) -> None:
    """Two payrolls of one month: neither list holds the other's, and the public page shows rewards alone."""
    own = budgets.Purpose("专职网格员津贴", "对个人和家庭的补助")
    appropriate(app, people, 2026, "演练〔2026〕1号")
    appropriate(app, people, 2026, "演练〔2026〕2号", purpose=own)
    named = budget_id(COUNTY, own.project, own.spending_class, 2026)
    worker = people.verifier.person_id
    give_account(app, people, worker)
    new = [NewAllowance(worker, VILLAGE, DECEMBER, Fen(60_000), "岗位津贴", "演练〔2025〕8号")]
    granting: dict[str, Any] = {"actor": people.decider, "new": new, "on": IN_JANUARY}
    with pytest.raises(Refusal, match=r"allowance\.no_budget"):
        allowances.grant(app, key="no-budget", **granting)
    allowances.grant(app, key="grant", budget=named, **granting)
    with pytest.raises(Refusal, match=r"allowance\.already_granted"):
        allowances.grant(app, key="twice", budget=named, **granting)
    reward(app, people, on=IN_JANUARY, member=0)
    app.runner.catch_up()

    proposed = payouts.propose(app, division=COUNTY, month=DECEMBER, payroll="allowance", on=IN_JANUARY)
    assert ({*proposed.by_payee}, proposed.number, proposed.total_fen) == ({worker}, 501, 60_000)
    with pytest.raises(Refusal, match=r"chain\.acted_twice"):
        payouts.freeze(
            app,
            actor=people.decider,
            key="own",
            division=COUNTY,
            month=DECEMBER,
            payroll="allowance",
            on=IN_JANUARY,
        )
    pay(app, people, DECEMBER, on=IN_JANUARY, payroll="allowance")
    pay(app, people, DECEMBER, on=IN_JANUARY)
    with app.reading.connection() as conn:
        page = reward_payments.for_month(conn, COUNTY, DECEMBER)
        spent = {one.project: one.spent_fen for one in budget_executions.of_year(conn, 2026, area=COUNTY)}
    assert (page.payee_count, page.total.amount_fen) == (1, 1_000)
    assert spent[own.project] == 60_000
    require_whole(app, tmp_path / "package")


def test_two_countings_of_a_month_agree(app: App, people: People) -> None:
    reward(app, people, on=LAST_DAY, member=0)
    pay(app, people, DECEMBER, on=LAST_DAY)
    reward(app, people, on=LAST_DAY, member=1)
    app.runner.catch_up()
    shown = periods.month_end(app, DECEMBER)
    figures = {one.kind: (one.ledger_fen, one.batches_fen) for one in shown.reconciled}
    assert figures == {"payable": (1_000,) * 2, "in_transit": (0, 0), "returned": (0, 0), "paid": (1_000,) * 2}
    assert shown.blocking == ()


def give_account(app: App, people: People, person_id: UUID) -> None:
    """An account on which a grid worker is paid."""
    account = county.Account("演练0", "622200000000000099", "演练银行")
    county.set_payee_account(
        app,
        actor=people.administrator,
        key="account",
        person_id=person_id,
        version=1,
        account=account,
        on=today(app),
    )
