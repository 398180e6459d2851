"""Money is appropriated to a budget by numbered documents."""

from datetime import date

import pytest

from domain import accounts, budgets
from domain.budgets import BudgetAdjusted, BudgetAppropriated, BudgetClosed
from domain.kernel.ids import derived
from domain.kernel.money import Fen
from domain.kernel.obligations import BudgetCharged
from domain.kernel.postings import mirror
from domain.kernel.refusals import Refusal
from tests.domain.samples import COUNTY
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(budgets.evolve)

BUDGET_ID = derived("budget", COUNTY, "移动网格员奖励", "行政支出", 2026)
FACTS = {
    "unit": COUNTY,
    "project": "移动网格员奖励",
    "spending_class": "行政支出",
    "year": 2026,
}


def appropriated(document, amount_fen):
    postings = accounts.budget_appropriated(BUDGET_ID, amount_fen)
    return BudgetAppropriated(**FACTS, document=document, amount_fen=amount_fen, postings=postings)


FIRST = appropriated("横财〔2026〕8号", Fen(5_000_000))
CLOSED = BudgetClosed(lapsed_fen=Fen(700), postings=accounts.budget_closed(BUDGET_ID, Fen(700)))
LAST_DAY = date(2026, 12, 31)


def adjusted(amount_fen, document="横财〔2026〕10号"):
    postings = accounts.budget_adjusted(BUDGET_ID, amount_fen)
    return BudgetAdjusted(document=document, amount_fen=amount_fen, reason="年中调整", postings=postings)


TABLE = Table(
    budgets.evolve,
    budgets.appropriate,
    (FIRST,),
    {**FACTS, "unit_known": True, "document": "横财〔2026〕9号", "amount_fen": Fen(1)},
    [
        row("place.unknown", unit_known=False),
        row("budget.amount_not_positive", amount_fen=Fen(0)),
        row("budget.amount_not_positive", amount_fen=Fen(-1)),
        row("budget.closed", given=(FIRST, CLOSED)),
        row("budget.document_reused", document="横财〔2026〕8号"),
    ],
)
ADJUST = Table(
    budgets.evolve,
    budgets.adjust,
    (FIRST,),
    {"document": "横财〔2026〕10号", "amount_fen": Fen(-1), "reason": "年中调整"},
    [
        row("budget.unknown", given=()),
        row("budget.adjusted_by_nothing", amount_fen=Fen(0)),
        row("budget.closed", given=(FIRST, CLOSED)),
        row("budget.document_reused", document="横财〔2026〕8号"),
        row("budget.document_reused", given=(FIRST, adjusted(Fen(5)))),
        row("reason.insufficient", reason="压减"),
    ],
)
CLOSE = Table(
    budgets.evolve,
    budgets.close,
    (FIRST,),
    {"available_fen": Fen(700), "on": LAST_DAY},
    [
        row("budget.unknown", given=()),
        row("budget.year_not_over", on=date(2026, 12, 30)),
        row("budget.nothing_to_lapse", given=(FIRST, CLOSED), available_fen=Fen(0)),
    ],
)
TABLES = (TABLE, ADJUST, CLOSE)


def test_a_budget_grows_with_every_document():
    second = appropriated("横财〔2026〕9号", Fen(250_000))
    facts = {**TABLE.facts, "amount_fen": Fen(250_000)}
    given(FIRST).when(budgets.appropriate, **facts).then(second)
    budget = given(FIRST, second).state
    assert budget.appropriated_fen == 5_250_000
    assert budget.documents == {"横财〔2026〕8号", "横财〔2026〕9号"}
    assert budget.id == BUDGET_ID


@every_row(*TABLES)
def test_refusals_in_the_order_of_the_checks(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_docstring_states_the_checks_and_their_order(table):
    table.check_accepted()
    table.check_documented()


@pytest.mark.parametrize("amount_fen", [Fen(250_000), Fen(-250_000)])
def test_an_adjustment_moves_what_an_appropriation_moves_or_takes_it_back(amount_fen):
    event = adjusted(amount_fen)
    given(FIRST).when(budgets.adjust, document=event.document, amount_fen=amount_fen, reason="年中调整").then(event)
    assert given(FIRST, event).state.appropriated_fen == 5_000_000 + amount_fen
    more = accounts.budget_appropriated(BUDGET_ID, Fen(250_000))
    assert event.postings == (more if amount_fen > 0 else mirror(more))


def test_what_is_still_available_lapses_when_the_year_is_closed():
    given(FIRST).when(budgets.close, available_fen=Fen(700), on=LAST_DAY).then(CLOSED)
    assert given(FIRST, CLOSED).state.closed
    assert {account for account, _, _ in CLOSED.postings} == {accounts.available(BUDGET_ID), accounts.lapsed(BUDGET_ID)}


def test_a_budget_without_anything_left_is_closed_too_and_what_comes_back_lapses_later():
    empty = BudgetClosed(lapsed_fen=Fen(0), postings=())
    given(FIRST).when(budgets.close, available_fen=Fen(0), on=LAST_DAY).then(empty)
    given(FIRST, empty).when(budgets.close, available_fen=Fen(700), on=date(2027, 3, 1)).then(CLOSED)


def test_a_grant_is_charged_to_a_budget_of_its_own_year():
    assert budgets.charge(given(FIRST).state, on=LAST_DAY) == BudgetCharged(BUDGET_ID, 2026, accounts.EXPENSE)
    assert budgets.charge(None, on=LAST_DAY) is None
    for day in (date(2025, 12, 31), date(2027, 1, 1)):
        with pytest.raises(Refusal, match=r"budget\.other_year"):
            budgets.charge(given(FIRST, CLOSED).state, on=day)


def test_a_closed_budget_takes_nothing_more():
    with pytest.raises(Refusal, match=r"budget\.closed"):
        budgets.charge(given(FIRST, CLOSED).state, on=LAST_DAY)


OWN = accounts.BudgetAccounts(
    "gov-own/1", "fin:1002", "fin:4001", "fin:5101", "bud:6001", "bud:7201", "bud:8001", "bud:8101"
)


def test_a_budget_keeps_the_accounts_that_it_began_with():
    """Whatever the chart says later: what left an account comes back to it."""
    first = budgets.appropriate(None, **{**TABLE.facts, "of": OWN})
    assert first.accounts == OWN
    assert {account for account, _, _ in first.postings} >= {"fin:1002", "fin:4001", "bud:8001", "bud:6001"}
    begun = given(first).state
    second = budgets.appropriate(begun, **{**TABLE.facts, "document": "another", "of": accounts.SHIPPED})
    assert second.accounts is None
    assert second.postings == accounts.budget_appropriated(BUDGET_ID, second.amount_fen, of=OWN)
    less = budgets.adjust(given(first, second).state, document="third", amount_fen=Fen(-5), reason="压减经费")
    assert {account for account, _, _ in less.postings if account.startswith("fin:")} == {"fin:1002", "fin:4001"}
    assert budgets.charge(begun, on=LAST_DAY) == BudgetCharged(BUDGET_ID, 2026, "fin:5101")


def test_a_budget_is_paid_out_of_one_account():
    begun = given(budgets.appropriate(None, **{**TABLE.facts, "of": OWN})).state
    for same in (None, "fin:1002"):
        budgets.require_funds(begun, funds=same)
    with pytest.raises(Refusal, match=r"budget\.other_funds"):
        budgets.require_funds(begun, funds="fin:1011")
