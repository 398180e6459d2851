"""A payee under review is paid nothing until another person says that he may be."""

from domain import payee_holds
from domain.payee_holds import PayeeHoldLifted, PayeeHoldPlaced, held
from tests.domain.samples import APPROVER, OTHER_RIDER, RIDER
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(payee_holds.evolve)

PLACED = PayeeHoldPlaced(payee_id=RIDER, reason="reports repeat", document="2026-7")
LIFTED = PayeeHoldLifted(reason="nothing found")
PLACE_FACTS = {"payee_id": RIDER, "payee_known": True, "reason": "reports repeat", "document": "2026-7"}
LIFT_FACTS = {"actor_id": APPROVER, "reason": "nothing found"}

TABLES = (
    Table(
        payee_holds.evolve,
        payee_holds.place_hold,
        (),
        PLACE_FACTS,
        [
            row("person.unknown", payee_known=False),
            row("payee_hold.already_placed", given=(PLACED,)),
            row("payee_hold.already_placed", given=(PLACED, LIFTED, PLACED)),
            row("reason.insufficient", reason="……"),
        ],
    ),
    Table(
        payee_holds.evolve,
        payee_holds.lift_hold,
        (PLACED,),
        LIFT_FACTS,
        [
            row("payee_hold.not_placed", given=()),
            row("payee_hold.not_placed", given=(PLACED, LIFTED)),
            row("chain.acted_twice", actor_id=RIDER),
            row("reason.insufficient", reason="……"),
        ],
    ),
)


def test_a_hold_is_placed_lifted_and_placed_again():
    given().when(payee_holds.place_hold, **PLACE_FACTS).then(PLACED)
    given(PLACED).when(payee_holds.lift_hold, **LIFT_FACTS).then(LIFTED)
    given(PLACED, LIFTED).when(payee_holds.place_hold, **PLACE_FACTS).then(PLACED)


def test_who_is_held():
    placed, lifted = given(PLACED).state, given(PLACED, LIFTED).state
    assert held({RIDER: placed, OTHER_RIDER: None}) == {RIDER}
    assert held({RIDER: lifted}) == frozenset()


@every_row(*TABLES)
def test_refusals_in_the_order_of_the_checks(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_docstring_states_the_checks_and_their_order(table):
    table.check_accepted()
    table.check_documented()
