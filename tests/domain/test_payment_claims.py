"""What the bank paid once more is claimed back; a claim that cannot be recovered is given up by two people."""

from dataclasses import replace
from datetime import date

import pytest

from domain import accounts, payments
from domain.kernel.ids import derived
from domain.kernel.matches import EntryKey
from domain.kernel.money import Fen
from domain.payments import (
    PaymentClaimRecovered,
    PaymentClaimWrittenOff,
    PaymentContradicted,
    PaymentPaidAgain,
    PaymentUpheld,
    PaymentWriteOffProposed,
    PaymentWriteOffRejected,
)
from tests.domain.samples import ANSWER, APPROVER, OFFICER, PAYMASTER, RIDER
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios
from tests.domain.test_payments import BACK, BATCH, BUDGET, PAID, PREPARED, SENT

given = scenarios(payments.evolve)

PAYMENT = derived("payment", "paid twice")
TWICE = given(*PAID).state
LINE = EntryKey(derived("statement", 1), 12)
DAY = date(2026, 12, 5)
AGAIN = PaymentPaidAgain(
    repeats=PAYMENT,
    batch_id=BATCH,
    payee_id=RIDER,
    line=7,
    amount_fen=Fen(3_000),
    account=PREPARED.account,
    end_to_end_id=PREPARED.end_to_end_id,
    budget_id=BUDGET,
    booked_on=DAY,
    bank_ref="N2",
    statement_id=LINE.statement_id,
    entry=12,
    reason="the bank was asked",
    postings=accounts.payment_claimed(RIDER, Fen(3_000)),
)
AGAIN_FACTS = {
    "payment_id": PAYMENT,
    "payment": TWICE,
    "booked_on": DAY,
    "bank_ref": "N2",
    "entry": LINE,
    "said": True,
    "actor_id": APPROVER,
    "maker_id": PAYMASTER,
    "acted": frozenset({OFFICER}),
    "reason": "the bank was asked",
}
DOCUMENT = "横财〔2027〕3号"
PROPOSED = PaymentWriteOffProposed(document=DOCUMENT, reason="the payee has died", proposer_id=PAYMASTER)
WRITTEN_OFF = PaymentClaimWrittenOff(
    document=DOCUMENT,
    reason="the payee has died",
    proposer_id=PAYMASTER,
    postings=accounts.claim_written_off(RIDER, Fen(3_000)),
)
REJECTED = PaymentWriteOffRejected(reason="his heirs will pay")
PROPOSE_FACTS = {"document": DOCUMENT, "reason": "the payee has died", "proposer_id": PAYMASTER}
CONFIRM_FACTS = {"confirmer_id": APPROVER, "maker_id": RIDER, "acted": frozenset({OFFICER})}
CAME_IN = {
    "actor_id": OFFICER,
    "booked_on": date(2027, 3, 1),
    "bank_ref": "Q9",
    "reason": "his heirs paid",
    "on": date(2027, 3, 1),
}

TABLES = (
    Table(
        payments.evolve,
        payments.pay_again,
        (),
        AGAIN_FACTS,
        [
            row("payment.unknown", payment=None),
            row("payment.not_settled", payment=given(*SENT).state),
            row("payment.not_settled", payment=given(AGAIN).state),
            row("payment.own_booking", bank_ref="N1"),
            row("payment.not_said_again", said=False),
            row("payment.again_recorded", given=(AGAIN,)),
            row("chain.acted_twice", actor_id=PAYMASTER),
            row("chain.acted_twice", actor_id=RIDER),
            row("chain.acted_twice", actor_id=OFFICER),
            row("reason.insufficient", reason="ok"),
        ],
    ),
    Table(
        payments.evolve,
        payments.propose_write_off,
        (AGAIN,),
        PROPOSE_FACTS,
        [
            row("payment.unknown", given=()),
            row("payment.not_claimed", given=PAID),
            row("payment.not_claimed", given=(AGAIN, PROPOSED, WRITTEN_OFF)),
            row("chain.acted_twice", proposer_id=RIDER),
            row("payment.write_off_without_document", document="〔〕-"),
            row("reason.insufficient", reason="ok"),
        ],
    ),
    Table(
        payments.evolve,
        payments.write_off,
        (AGAIN, PROPOSED),
        {**CONFIRM_FACTS, "maker_id": OFFICER},
        [
            row("payment.unknown", given=()),
            row("payment.not_claimed", given=PAID),
            row("payment.write_off_not_proposed", given=(AGAIN,)),
            row("payment.write_off_not_proposed", given=(AGAIN, PROPOSED, REJECTED)),
            row("chain.acted_twice", confirmer_id=PAYMASTER),
            row("chain.acted_twice", confirmer_id=OFFICER),
            row("chain.acted_twice", confirmer_id=RIDER),
        ],
    ),
    Table(
        payments.evolve,
        payments.reject_write_off,
        (AGAIN, PROPOSED),
        {"reason": "his heirs will pay"},
        [
            row("payment.unknown", given=()),
            row("payment.not_claimed", given=BACK),
            row("payment.write_off_not_proposed", given=(AGAIN,)),
            row("reason.insufficient", reason="ok"),
        ],
    ),
)


def test_what_the_bank_paid_once_more_is_a_claim_and_pays_for_nothing():
    given().when(payments.pay_again, **AGAIN_FACTS).then(AGAIN)
    claim = given(AGAIN).state
    assert (claim.status, claim.rewards, claim.repeats, claim.booked_on) == ("claimed", (), PAYMENT, DAY)
    moved = {(one.account, one.amount) for one in AGAIN.postings}
    assert moved == {
        (accounts.claim(RIDER), 3_000),
        (accounts.FUNDS, -3_000),
        (accounts.BUDGET_SPENDING, 3_000),
        (accounts.BUDGET_FUNDS, -3_000),
    }
    assert not given(*PAID).state.contradicted


def test_each_second_booking_is_one_claim_whoever_tells_of_it():
    by_answer = payments.again_id(PAYMENT, bank_ref="N2", entry=None)
    assert by_answer == payments.again_id(PAYMENT, bank_ref="N2", entry=LINE)
    unnamed = [payments.again_id(PAYMENT, bank_ref="", entry=replace_line(number)) for number in (12, 13)]
    assert len({by_answer, *unnamed}) == 3


def replace_line(number):
    return LINE._replace(number=number)


def test_what_else_the_bank_said_against_its_answer_still_stands():
    said = PaymentContradicted(answer=ANSWER, status="settled", detail="2026-12-05 N2")
    other = PaymentContradicted(answer=ANSWER, status="failed", detail="account_closed")
    booking = {"booked_on": DAY, "bank_ref": "N2", "reason": "the bank was asked"}
    upheld = PaymentUpheld(reason="the bank was asked")
    assert payments.cleared_up(given(*PAID, said).state, **booking) == [upheld]
    assert payments.cleared_up(given(*PAID, said, other).state, **booking) == [upheld, other]
    assert payments.cleared_up(given(*PAID, other).state, **booking) == []


def test_a_claim_is_given_up_by_two_people_under_a_document():
    given(AGAIN).when(payments.propose_write_off, **PROPOSE_FACTS).then(PROPOSED)
    given(AGAIN, PROPOSED).when(payments.write_off, **{**CONFIRM_FACTS, "maker_id": OFFICER}).then(WRITTEN_OFF)
    given(AGAIN, PROPOSED).when(payments.reject_write_off, reason="his heirs will pay").then(REJECTED)
    gone = given(AGAIN, PROPOSED, WRITTEN_OFF).state
    assert (gone.status, gone.write_off) == ("claim_written_off", None)
    assert {one.account: one.amount for one in WRITTEN_OFF.postings} == {
        "fin:5301": 3_000,
        accounts.claim(RIDER): -3_000,
    }


@pytest.mark.parametrize("how", [payments.recover, payments.return_late])
def test_what_comes_in_of_a_claim_that_was_given_up_is_income(how):
    """A fact of the bank is never refused, whatever was decided before."""
    facts = CAME_IN if how is payments.recover else {**CAME_IN, "answer": ANSWER, "reason": "other"}
    if how is payments.return_late:
        del facts["actor_id"]
    outcome = given(AGAIN, PROPOSED, WRITTEN_OFF).when(how, **facts)
    assert [type(event) for event in outcome.events] == [PaymentClaimRecovered]
    moved = {one.account: one.amount for one in outcome.events[0].postings}
    assert moved == {"fin:1011": 3_000, "fin:4609": -3_000, "bud:8001": 3_000, "bud:6609": -3_000}


def test_a_budget_whose_chart_names_other_accounts_uses_those():
    own = replace(accounts.SHIPPED, claim_loss="fin:5901", other_income="fin:4699", budget_other_income="bud:6699")
    lost = payments.write_off(given(AGAIN, PROPOSED).state, **{**CONFIRM_FACTS, "maker_id": OFFICER}, of=own)
    assert [one.account for one in lost.postings if one.amount > 0] == ["fin:5901"]
    found = accounts.written_off_recovered(Fen(5), of=own)
    assert {one.account for one in found if one.amount < 0} == {"fin:4699", "bud:6699"}


@every_row(*TABLES)
def test_refusals_in_the_order_of_the_checks(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_docstring_states_the_checks_and_their_order(table):
    table.check_accepted()
    table.check_documented()
