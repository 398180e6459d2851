"""Money is appropriated to a budget by numbered documents."""

from domain import accounts, budgets
from domain.budgets import BudgetAppropriated
from domain.kernel.ids import derived
from domain.kernel.money import Fen
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
TABLE = Table(
    budgets.evolve,
    budgets.appropriate,
    (FIRST,),
    {**FACTS, "unit_known": True, "document": "横财〔2026〕9号", "amount_fen": Fen(1)},
    [
        row("place.unknown", unit_known=False),
        row("budget.amount_not_positive", amount_fen=Fen(0)),
        row("budget.amount_not_positive", amount_fen=Fen(-1)),
        row("budget.document_reused", document="横财〔2026〕8号"),
    ],
)


def test_a_budget_grows_with_every_document():
    second = appropriated("横财〔2026〕9号", Fen(250_000))
    facts = {**TABLE.facts, "amount_fen": Fen(250_000)}
    given(FIRST).when(budgets.appropriate, **facts).then(second)
    budget = given(FIRST, second).state
    assert budget.appropriated_fen == 5_250_000
    assert budget.documents == {"横财〔2026〕8号", "横财〔2026〕9号"}
    assert budget.id == BUDGET_ID


@every_row(TABLE)
def test_refusals_in_the_order_of_the_checks(table, position):
    table.check_row(position)


@every_table(TABLE)
def test_the_docstring_states_the_checks_and_their_order(table):
    table.check_accepted()
    table.check_documented()
