"""A grid worker is owed an allowance for a month and a basis, once; a mistake is answered by a reversal."""

from domain import accounts, allowances
from domain.allowances import AllowanceGranted, AllowanceReversed, AllowanceScheduled, AllowanceUnscheduled
from domain.kernel.ids import derived
from domain.kernel.money import Fen
from domain.kernel.obligations import BudgetCharged
from tests.domain.samples import GRID_WORKER, OFFICER, VILLAGE
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(allowances.evolve)

PAYMENT, OTHER_PAYMENT, BUDGET = (derived("test", name) for name in "pob")
AMOUNT = Fen(60_000)
FACTS = {
    "payee_id": GRID_WORKER,
    "division": VILLAGE,
    "month": "2026-11",
    "this_month": "2026-12",
    "served": True,
    "amount_fen": AMOUNT,
    "basis": "岗位津贴",
    "document": "横委政法〔2026〕6号",
    "granter_id": OFFICER,
    "budget": BudgetCharged(BUDGET, 2026, accounts.EXPENSE),
}
GRANTED = AllowanceGranted(
    payee_id=GRID_WORKER,
    division=VILLAGE,
    month="2026-11",
    amount_fen=AMOUNT,
    basis="岗位津贴",
    document="横委政法〔2026〕6号",
    granter_id=OFFICER,
    budget_id=BUDGET,
    budget_year=2026,
    postings=accounts.reward_granted(GRID_WORKER, BUDGET, AMOUNT),
)
SCHEDULED = AllowanceScheduled(payment_id=PAYMENT)
UNSCHEDULED = AllowanceUnscheduled(payment_id=PAYMENT, reason="account_closed")
REVERSED = AllowanceReversed(reason="人数算错", postings=accounts.reward_reversed(GRID_WORKER, BUDGET, AMOUNT))
OPEN_ONLY = [
    row("allowance.unknown", given=()),
    row("allowance.already_reversed", given=(GRANTED, REVERSED)),
    row("allowance.already_scheduled", given=(GRANTED, SCHEDULED)),
]
TABLES = (
    Table(
        allowances.evolve,
        allowances.grant,
        (),
        FACTS,
        [
            row("allowance.already_granted", given=(GRANTED,)),
            row("allowance.amount_not_positive", amount_fen=Fen(0)),
            row("allowance.month_ahead", this_month="2026-10"),
            row("allowance.not_served", served=False),
            row("chain.acted_twice", granter_id=GRID_WORKER),
            row("allowance.no_budget", budget=None),
        ],
    ),
    Table(allowances.evolve, allowances.schedule, (GRANTED,), {"payment_id": OTHER_PAYMENT}, OPEN_ONLY),
    Table(
        allowances.evolve,
        allowances.unschedule,
        (GRANTED, SCHEDULED),
        {"payment_id": PAYMENT, "payment_status": "failed", "reason": "account_closed"},
        [
            row("allowance.unknown", given=()),
            row("allowance.not_scheduled", given=(GRANTED,)),
            row("allowance.not_scheduled", payment_id=OTHER_PAYMENT),
            *(
                row("allowance.payment_may_arrive", payment_status=status)
                for status in ("prepared", "approved", "unresolved", "settled")
            ),
        ],
    ),
    Table(
        allowances.evolve,
        allowances.reverse,
        (GRANTED,),
        {"reason": "人数算错"},
        [*OPEN_ONLY, row("reason.insufficient", reason="算错")],
    ),
)


def test_an_allowance_is_an_expense_and_a_promise_of_its_budget():
    given().when(allowances.grant, **FACTS).then(GRANTED)


def test_one_that_was_taken_back_can_be_granted_again_with_the_right_amount():
    given(GRANTED, REVERSED).when(allowances.grant, **FACTS).then(GRANTED)
    assert not given(GRANTED, REVERSED, GRANTED).state.reversed


def test_it_is_paid_again_when_its_payment_failed():
    given(GRANTED, SCHEDULED).when(
        allowances.unschedule, payment_id=PAYMENT, payment_status="failed", reason="account_closed"
    ).then(UNSCHEDULED)
    given(GRANTED, SCHEDULED, UNSCHEDULED).when(allowances.schedule, payment_id=OTHER_PAYMENT).then(
        AllowanceScheduled(payment_id=OTHER_PAYMENT)
    )


def test_a_reversal_mirrors_the_grant():
    given(GRANTED).when(allowances.reverse, reason="人数算错").then(REVERSED)
    assert {(account, commodity, -amount) for account, commodity, amount in GRANTED.postings} == set(REVERSED.postings)


def test_whoever_granted_it_neither_makes_nor_approves_its_payment():
    assert given(GRANTED).state.people() == {OFFICER}


def test_one_payee_month_and_basis_is_one_allowance():
    first = allowances.allowance_id(GRID_WORKER, "2026-11", "岗位津贴")
    assert first == allowances.allowance_id(GRID_WORKER, "2026-11", "岗位津贴")
    assert first != allowances.allowance_id(GRID_WORKER, "2026-11", "交通补助")


@every_row(*TABLES)
def test_refusals_in_the_order_of_the_checks(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_docstring_states_the_checks_and_their_order(table):
    table.check_accepted()
    table.check_documented()
