"""A payment pays one person, once, and believes only a definite answer."""

from dataclasses import replace
from datetime import date

import pytest

from domain import accounts, payments, payout_batches
from domain.kernel.calendar import Month
from domain.kernel.events import Sha256
from domain.kernel.ids import derived, event_name, stream_name
from domain.kernel.money import Fen
from domain.payments import (
    LINE_MAX,
    PaymentApproved,
    PaymentCancelled,
    PaymentFailed,
    PaymentPrepared,
    PaymentSettled,
    PaymentUnresolved,
    RewardToPay,
)
from tests.domain.samples import (
    ANSWER,
    COUNTY,
    ELSEWHERE,
    OTHER_RIDER,
    RIDER,
    TEN_YUAN,
    TWENTY_YUAN,
    VILLAGE,
)
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(payments.evolve)

BUDGET, OTHER_BUDGET, FIRST, SECOND, FAILED_BEFORE = (derived("test", name) for name in "bo12f")
BATCH = payout_batches.batch_id(COUNTY, Month("2026-11"), 1)
REFERENCE = payout_batches.reference(COUNTY, Month("2026-11"), 1)
ACCOUNT = event_name(stream_name("person", RIDER), 3)


def reward(reward_id, amount_fen=TEN_YUAN, *, payee_id=RIDER, division=VILLAGE, budget_id=BUDGET):
    return RewardToPay(reward_id, payee_id, division, amount_fen, budget_id)


PREPARED = PaymentPrepared(
    batch_id=BATCH,
    payee_id=RIDER,
    line=7,
    amount_fen=Fen(3_000),
    rewards=(FIRST, SECOND),
    account=ACCOUNT,
    end_to_end_id="36112500000020261100100000007",
    budget_id=BUDGET,
    replaces=(FAILED_BEFORE,),
)
APPROVED = PaymentApproved(postings=accounts.payment_approved(RIDER, BATCH, Fen(3_000)))
CANCELLED = PaymentCancelled(reason="wrong month")
SETTLED = PaymentSettled(
    answer=ANSWER,
    booked_on=date(2026, 12, 3),
    bank_ref="N1",
    postings=accounts.payment_settled(BATCH, BUDGET, Fen(3_000)),
)
FAILED = PaymentFailed(
    answer=ANSWER, reason="account_closed", postings=accounts.payment_failed(RIDER, BATCH, Fen(3_000))
)
UNRESOLVED = PaymentUnresolved(answer=ANSWER, status="PDNG")

PREPARE_FACTS = {
    "batch_id": BATCH,
    "batch_division": COUNTY,
    "batch_reference": REFERENCE,
    "line": 7,
    "payee_id": RIDER,
    "rewards": (reward(FIRST), reward(SECOND, TWENTY_YUAN)),
    "account": ACCOUNT,
    "replaces": (FAILED_BEFORE,),
}
SETTLE_FACTS = {"answer": ANSWER, "booked_on": date(2026, 12, 3), "bank_ref": "N1"}
FAIL_FACTS = {"answer": ANSWER, "reason": "account_closed"}
PREPARED_ONLY = [
    row("payment.unknown", given=()),
    row("payment.not_prepared", given=(PREPARED, APPROVED)),
    row("payment.not_prepared", given=(PREPARED, CANCELLED)),
]
SENT_ONLY = [
    row("payment.unknown", given=()),
    row("payment.not_sent", given=(PREPARED,)),
    row("payment.not_sent", given=(PREPARED, CANCELLED)),
]
SENT = (PREPARED, APPROVED)

TABLES = (
    Table(
        payments.evolve,
        payments.prepare,
        (),
        PREPARE_FACTS,
        [
            row("payment.already_prepared", given=(PREPARED,)),
            row("payment.line_out_of_range", line=0),
            row("payment.line_out_of_range", line=LINE_MAX + 1),
            row("payment.no_rewards", rewards=()),
            row("payment.reward_of_another", rewards=(reward(FIRST, payee_id=OTHER_RIDER),)),
            row("payment.reward_outside_division", rewards=(reward(FIRST, division=ELSEWHERE),)),
            row("payment.mixed_budgets", rewards=(reward(FIRST), reward(SECOND, budget_id=OTHER_BUDGET))),
            row("payment.reward_twice", rewards=(reward(FIRST), reward(FIRST))),
            row("payment.amount_not_positive", rewards=(reward(FIRST, Fen(0)),)),
            row("payment.no_account", account=None),
        ],
    ),
    Table(payments.evolve, payments.approve, (PREPARED,), {}, PREPARED_ONLY),
    Table(payments.evolve, payments.cancel, (PREPARED,), {"reason": "wrong month"}, PREPARED_ONLY),
    Table(
        payments.evolve,
        payments.settle,
        SENT,
        SETTLE_FACTS,
        [
            *SENT_ONLY,
            row("payment.already_final", given=(*SENT, FAILED)),
            row("payment.already_final", given=(*SENT, SETTLED), bank_ref="N2"),
            row("payment.already_final", given=(*SENT, SETTLED), booked_on=date(2026, 12, 4)),
        ],
    ),
    Table(
        payments.evolve,
        payments.fail,
        SENT,
        FAIL_FACTS,
        [
            *SENT_ONLY,
            row("payment.failure_reason_unknown", reason="no luck"),
            row("payment.already_final", given=(*SENT, SETTLED)),
        ],
    ),
    Table(payments.evolve, payments.leave_unresolved, SENT, {"answer": ANSWER, "status": "PDNG"}, SENT_ONLY),
)


def test_a_line_pays_the_sum_of_its_rewards_under_an_id_the_bank_gives_back():
    given().when(payments.prepare, **PREPARE_FACTS).then(PREPARED)
    assert len(PREPARED.end_to_end_id) == 29


@pytest.mark.parametrize("line", [1, LINE_MAX])
def test_lines_are_numbered_from_1_in_eight_digits(line):
    numbered = replace(PREPARED, line=line, end_to_end_id=f"{REFERENCE}{line:08d}")
    given().when(payments.prepare, **{**PREPARE_FACTS, "line": line}).then(numbered)


def test_a_line_is_approved_or_cancelled():
    given(PREPARED).when(payments.approve).then(APPROVED)
    given(PREPARED).when(payments.cancel, reason="wrong month").then(CANCELLED)


@pytest.mark.parametrize("before", [(), (UNRESOLVED,)], ids=["at once", "after no definite answer"])
def test_the_bank_answers_definitely(before):
    given(*SENT, *before).when(payments.settle, **SETTLE_FACTS).then(SETTLED)
    given(*SENT, *before).when(payments.fail, **FAIL_FACTS).then(FAILED)


def test_the_same_answer_again_changes_nothing():
    given(*SENT, SETTLED).when(payments.settle, **{**SETTLE_FACTS, "answer": Sha256("9" * 64)}).then()
    given(*SENT, FAILED).when(payments.fail, **{**FAIL_FACTS, "reason": "other"}).then()
    given(*SENT, UNRESOLVED).when(payments.leave_unresolved, answer=ANSWER, status="PDNG").then()


@pytest.mark.parametrize("final", [SETTLED, FAILED], ids=["settled", "failed"])
def test_no_definite_answer_contradicts_nothing(final):
    given(*SENT, final).when(payments.leave_unresolved, answer=ANSWER, status="PDNG").then()


def test_another_word_of_the_bank_is_recorded_too():
    other_word = PaymentUnresolved(answer=ANSWER, status="timeout")
    given(*SENT, UNRESOLVED).when(payments.leave_unresolved, answer=ANSWER, status="timeout").then(other_word)


def test_a_contradiction_says_what_stands_and_what_was_answered():
    given(*SENT, SETTLED).when(payments.fail, **FAIL_FACTS).refused(
        "payment.already_final", status="settled", answered="failed"
    )


def test_a_settled_payment_remembers_the_banks_booking():
    payment = given(*SENT, UNRESOLVED, SETTLED).state
    assert (payment.status, payment.booked_on, payment.detail) == ("settled", date(2026, 12, 3), "N1")
    assert payment.is_final
    assert not given(*SENT, UNRESOLVED).state.is_final


@every_row(*TABLES)
def test_refusals_in_the_order_of_the_checks(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_docstring_states_the_checks_and_their_order(table):
    table.check_accepted()
    table.check_documented()
