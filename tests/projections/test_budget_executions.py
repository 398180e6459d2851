"""How far a budget is used, from the ledger's own postings."""

from datetime import date

import psycopg

from domain import accounts
from domain.budgets import BudgetAdjusted, BudgetClosed
from domain.kernel.money import Fen
from domain.rewards import RewardReversed
from migrations.roles import Access
from projections import budget_executions
from projections.budget_executions import BudgetMonth
from projections.runner import Runner
from tests.projections.story import COUNTY, FIRST_DAY, OTHER_TOWNSHIP, Story, person


def test_a_budget_and_its_months(told: Story, reader: psycopg.Connection) -> None:
    budget = budget_executions.one(reader, told.budget_id)
    assert budget is not None
    assert (budget.unit, budget.project, budget.spending_class, budget.year) == (
        COUNTY,
        "移动网格员奖励",
        "其他支出",
        2026,
    )
    assert (budget.appropriated_fen, budget.available_fen, budget.committed_fen, budget.spent_fen) == (
        10_000_000,
        9_993_300,
        4_700,
        2_000,
    )
    assert (budget.balanced, budget.position) == (True, len(told.entries))
    assert budget.documents == [{"document": "财指〔2026〕1号", "amount_fen": 10_000_000, "on": FIRST_DAY.isoformat()}]
    january, february = budget_executions.months(reader, told.budget_id)
    assert january == BudgetMonth("2026-01", 10_000_000, 6_000, 0, 0, 9_994_000, 6_000, 0)  # type: ignore[arg-type]
    assert february == BudgetMonth("2026-02", 0, -1_300, 2_000, 0, 9_993_300, 4_700, 2_000)  # type: ignore[arg-type]


def test_a_second_appropriation_adds_up(
    installed: Access, told: Story, runner: Runner, reader: psycopg.Connection
) -> None:
    told.appropriate(Fen(500))
    told.today = date(2027, 1, 4)
    told.appropriate(Fen(900))
    told.append_to(installed.writer)
    runner.catch_up()
    (budget,) = budget_executions.of_year(reader, 2026, area=COUNTY)
    assert (budget.appropriated_fen, len(budget.documents), budget.balanced) == (10_000_500, 2, True)
    (next_year,) = budget_executions.of_year(reader, 2027, area=COUNTY)
    assert (next_year.appropriated_fen, next_year.available_fen) == (900, 900)
    assert budget_executions.of_year(reader, 2026, area=OTHER_TOWNSHIP) == []
    assert budget_executions.one(reader, person("nobody")) is None


def test_what_documents_took_back_and_what_lapsed_stand_apart(
    installed: Access, told: Story, runner: Runner, reader: psycopg.Connection
) -> None:
    """5 yuan are taken back by a document; at the end of the year everything that nobody was promised lapses."""
    budget_id = told.budget_id
    for amount_fen, document in ((Fen(-500), "减1号"), (Fen(300), "增2号")):
        postings = accounts.budget_adjusted(budget_id, amount_fen)
        event = BudgetAdjusted(document=document, amount_fen=amount_fen, reason="年中调整", postings=postings)
        told.record("budget", budget_id, event)
    told.today = date(2026, 12, 31)
    for lapsed_fen in (Fen(9_993_100), Fen(0)):
        postings = accounts.budget_closed(budget_id, lapsed_fen)
        told.record("budget", budget_id, BudgetClosed(lapsed_fen=lapsed_fen, postings=postings))
        told.today = date(2027, 1, 2)
    told.append_to(installed.writer)
    runner.catch_up()
    budget = budget_executions.one(reader, budget_id)
    assert budget is not None
    assert (budget.appropriated_fen, budget.adjusted_fen, budget.available_fen) == (9_999_800, -200, 0)
    assert (budget.lapsed_fen, budget.closed_on, budget.balanced) == (9_993_100, date(2026, 12, 31), True)
    assert [one["document"] for one in budget.documents[1:]] == ["减1号", "增2号"]


def test_a_posting_to_a_budget_that_was_never_appropriated_stops_the_model(
    installed: Access, told: Story, runner: Runner
) -> None:
    postings = accounts.reward_reversed(person("rider"), person("no budget"), Fen(100))
    told.record("reward", told.rewards[0].id, RewardReversed(reason="untrue", postings=postings))
    size = told.append_to(installed.writer)
    assert runner.catch_up() == size
    (stopped,) = [one for one in runner.status() if one.stopped_event]
    assert (stopped.model, stopped.position) == ("budget_executions", size - 1)
