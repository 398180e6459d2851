"""A payment pays one person, once, and believes only a definite answer."""

from dataclasses import replace
from datetime import date

import pytest

from domain import accounts, payments, payout_batches
from domain.kernel.calendar import Month
from domain.kernel.events import Sha256
from domain.kernel.ids import derived, event_name, stream_name
from domain.kernel.money import Fen
from domain.kernel.refusals import Refusal
from domain.payments import (
    LINE_MAX,
    PaymentAccepted,
    PaymentApproved,
    PaymentCancelled,
    PaymentClaimed,
    PaymentClaimRecovered,
    PaymentConfirmedPaid,
    PaymentContradicted,
    PaymentFailed,
    PaymentPrepared,
    PaymentRecovered,
    PaymentReissued,
    PaymentReturned,
    PaymentSettled,
    PaymentUnresolved,
    PaymentUpheld,
    PaymentWrittenBack,
    RewardToPay,
)
from tests.domain.samples import (
    ANSWER,
    APPROVER,
    COUNTY,
    ELSEWHERE,
    OFFICER,
    OTHER_RIDER,
    PAYMASTER,
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
ACCEPTED = PaymentAccepted(answer=ANSWER, status="ACSP")
SAYS_FAILED = PaymentContradicted(answer=ANSWER, status="failed", detail="account_closed")
SAYS_PAID = PaymentContradicted(answer=ANSWER, status="settled", detail="2026-12-03 N1")
UPHELD = PaymentUpheld(reason="the bank was asked")
CONFIRMED = PaymentConfirmedPaid(
    booked_on=date(2026, 12, 3),
    bank_ref="N1",
    reason="the bank was asked",
    postings=accounts.payment_confirmed_paid(RIDER, BUDGET, Fen(3_000)),
)
CLAIMED = PaymentClaimed(
    booked_on=date(2026, 12, 3),
    bank_ref="N1",
    reason="the bank was asked",
    postings=accounts.payment_claimed(RIDER, Fen(3_000)),
)


def returned(*, same_year=True):
    return PaymentReturned(
        answer=ANSWER,
        booked_on=date(2026, 12, 20),
        bank_ref="R1",
        reason="account_closed",
        same_year=same_year,
        postings=accounts.payment_returned(RIDER, BUDGET, Fen(3_000), same_year=same_year),
    )


def recovered(*, same_year=True):
    return PaymentRecovered(
        booked_on=date(2026, 12, 20),
        bank_ref="Q1",
        reason="paid twice",
        same_year=same_year,
        postings=accounts.payment_recovered(RIDER, BUDGET, Fen(3_000), same_year=same_year),
    )


RETURNED = returned()
RECOVERED = recovered()
REISSUED = PaymentReissued(postings=accounts.payment_reissued(RIDER, Fen(3_000)))
WRITTEN_BACK = PaymentWrittenBack(reason="not found", postings=accounts.payment_reissued(RIDER, Fen(3_000)))

PREPARE_FACTS = {
    "batch_id": BATCH,
    "batch_division": COUNTY,
    "batch_reference": REFERENCE,
    "line": 7,
    "payee_id": RIDER,
    "rewards": (reward(FIRST), reward(SECOND, TWENTY_YUAN)),
    "account": ACCOUNT,
    "replaced": ((FAILED_BEFORE, None),),
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
PAID = (*SENT, SETTLED)
BACK = (*PAID, RETURNED)
RETURN_FACTS = {
    "answer": ANSWER,
    "booked_on": date(2026, 12, 20),
    "bank_ref": "R1",
    "reason": "account_closed",
    "on": date(2026, 12, 21),
}
RECOVER_FACTS = {
    "actor_id": OFFICER,
    "booked_on": date(2026, 12, 20),
    "bank_ref": "Q1",
    "reason": "paid twice",
    "on": date(2026, 12, 21),
}
CHECKED_FACTS = {"actor_id": APPROVER, "maker_id": PAYMASTER, "acted": (OFFICER,), "reason": "not found"}
CONFIRM_FACTS = {**CHECKED_FACTS, "reason": "the bank was asked", "owed": True, "listed_again": None}
RETURNED_ONLY = [
    row("payment.unknown", given=()),
    row("payment.not_returned", given=PAID),
    row("payment.not_returned", given=(*BACK, REISSUED)),
    row("payment.contradicted", given=(*BACK, PaymentContradicted(answer=ANSWER, status="settled", detail="N9"))),
]

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
            row(
                "payment.replaced_may_arrive",
                replaced=((FAILED_BEFORE, given(*SENT, FAILED, SAYS_PAID).state),),
            ),
        ],
    ),
    Table(payments.evolve, payments.approve, (PREPARED,), {}, PREPARED_ONLY),
    Table(payments.evolve, payments.cancel, (PREPARED,), {"reason": "wrong month"}, PREPARED_ONLY),
    Table(
        payments.evolve,
        payments.settle,
        SENT,
        SETTLE_FACTS,
        SENT_ONLY,
    ),
    Table(
        payments.evolve,
        payments.fail,
        SENT,
        FAIL_FACTS,
        [*SENT_ONLY, row("payment.failure_reason_unknown", reason="no luck")],
    ),
    Table(payments.evolve, payments.accept, SENT, {"answer": ANSWER, "status": "ACSP"}, SENT_ONLY),
    Table(
        payments.evolve,
        payments.return_late,
        PAID,
        RETURN_FACTS,
        [
            *SENT_ONLY,
            row("payment.failure_reason_unknown", reason="no luck"),
            row("payment.not_settled", given=SENT),
            row("payment.not_settled", given=(*SENT, FAILED)),
            row("payment.not_settled", given=(*SENT, UNRESOLVED)),
        ],
    ),
    Table(
        payments.evolve,
        payments.reissue,
        BACK,
        {"actor_id": OFFICER},
        [*RETURNED_ONLY, row("chain.acted_twice", actor_id=RIDER)],
    ),
    Table(
        payments.evolve,
        payments.write_back,
        BACK,
        CHECKED_FACTS,
        [
            *RETURNED_ONLY,
            row("chain.acted_twice", actor_id=PAYMASTER),
            row("chain.acted_twice", actor_id=RIDER),
            row("chain.acted_twice", actor_id=OFFICER),
            row("reason.insufficient", reason="ok"),
        ],
    ),
    Table(
        payments.evolve,
        payments.recover,
        PAID,
        RECOVER_FACTS,
        [
            *SENT_ONLY,
            row("payment.not_settled", given=SENT),
            row("payment.not_settled", given=BACK),
            row("payment.not_settled", given=(*PAID, RECOVERED), bank_ref="Q2"),
            row("chain.acted_twice", actor_id=RIDER),
            row("reason.insufficient", reason="ok"),
        ],
    ),
    Table(
        payments.evolve,
        payments.uphold,
        (*PAID, SAYS_FAILED),
        CHECKED_FACTS,
        [
            row("payment.unknown", given=()),
            row("payment.not_contradicted", given=PAID),
            row("payment.not_contradicted", given=(*PAID, SAYS_FAILED, UPHELD)),
            row("chain.acted_twice", actor_id=PAYMASTER),
            row("chain.acted_twice", actor_id=RIDER),
            row("chain.acted_twice", actor_id=OFFICER),
            row("reason.insufficient", reason="ok"),
        ],
    ),
    Table(
        payments.evolve,
        payments.confirm_paid,
        (*SENT, FAILED, SAYS_PAID),
        CONFIRM_FACTS,
        [
            row("payment.unknown", given=()),
            row("payment.not_said_paid", given=(*SENT, FAILED)),
            row("payment.not_said_paid", given=(*PAID, SAYS_FAILED)),
            row("payment.not_said_paid", given=(*SENT, FAILED, SAYS_PAID, UPHELD)),
            row("payment.listed_again", listed_again="36112500000020261200100000001"),
            row("chain.acted_twice", actor_id=PAYMASTER),
            row("chain.acted_twice", actor_id=RIDER),
            row("chain.acted_twice", actor_id=OFFICER),
            row("reason.insufficient", reason="ok"),
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


@pytest.mark.parametrize(
    "before",
    [(), (UNRESOLVED,), (ACCEPTED,), (ACCEPTED, UNRESOLVED, ACCEPTED)],
    ids=["at once", "after no definite answer", "after it was accepted", "after all of it"],
)
def test_the_bank_answers_definitely(before):
    given(*SENT, *before).when(payments.settle, **SETTLE_FACTS).then(SETTLED)
    given(*SENT, *before).when(payments.fail, **FAIL_FACTS).then(FAILED)


def test_the_same_answer_again_changes_nothing():
    given(*SENT, SETTLED).when(payments.settle, **{**SETTLE_FACTS, "answer": Sha256("9" * 64)}).then()
    given(*SENT, FAILED).when(payments.fail, **{**FAIL_FACTS, "reason": "other"}).then()
    given(*SENT, UNRESOLVED).when(payments.leave_unresolved, answer=ANSWER, status="PDNG").then()
    given(*SENT, ACCEPTED).when(payments.accept, answer=ANSWER, status="ACSP").then()


@pytest.mark.parametrize("final", [SETTLED, FAILED], ids=["settled", "failed"])
def test_no_definite_answer_contradicts_nothing(final):
    given(*SENT, final).when(payments.leave_unresolved, answer=ANSWER, status="PDNG").then()
    given(*SENT, final).when(payments.accept, answer=ANSWER, status="ACSP").then()


def test_another_word_of_the_bank_is_recorded_too():
    other_word = PaymentUnresolved(answer=ANSWER, status="timeout")
    given(*SENT, UNRESOLVED).when(payments.leave_unresolved, answer=ANSWER, status="timeout").then(other_word)


def test_a_contradiction_is_recorded_and_moves_nothing():
    given(*PAID).when(payments.fail, **FAIL_FACTS).then(SAYS_FAILED)
    given(*SENT, FAILED).when(payments.settle, **SETTLE_FACTS).then(SAYS_PAID)
    twice = PaymentContradicted(answer=ANSWER, status="settled", detail="2026-12-04 N2")
    given(*PAID).when(payments.settle, answer=ANSWER, booked_on=date(2026, 12, 4), bank_ref="N2").then(twice)
    other = PaymentContradicted(answer=ANSWER, status="returned", detail="2026-12-20 R2")
    given(*BACK).when(payments.return_late, **{**RETURN_FACTS, "bank_ref": "R2"}).then(other)
    given(*PAID, RECOVERED).when(payments.return_late, **RETURN_FACTS).then(replace(other, detail="2026-12-20 R1"))
    payment = given(*PAID, SAYS_FAILED).state
    assert (payment.status, payment.contradicted) == ("settled", True)


def test_the_same_contradiction_again_is_no_event():
    given(*PAID, SAYS_FAILED).when(payments.fail, **FAIL_FACTS).then()
    given(*SENT, FAILED, SAYS_PAID).when(payments.settle, **SETTLE_FACTS).then()


def test_a_second_person_says_what_the_bank_confirmed():
    given(*PAID, SAYS_FAILED).when(payments.uphold, **{**CHECKED_FACTS, "reason": "the bank was asked"}).then(UPHELD)
    assert not given(*PAID, SAYS_FAILED, UPHELD).state.contradicted
    given(*PAID, SAYS_FAILED, UPHELD).when(payments.fail, **FAIL_FACTS).then(SAYS_FAILED)


def test_what_failed_and_was_paid_after_all_is_paid_once():
    """The day and the reference are the bank's; its first answer stays what the closed batch has."""
    said = given(*SENT, FAILED, SAYS_PAID)
    said.when(payments.confirm_paid, **CONFIRM_FACTS).then(CONFIRMED)
    after = given(*SENT, FAILED, SAYS_PAID, CONFIRMED)
    assert (after.state.status, after.state.outcome, after.state.contradicted) == ("settled", "failed", False)
    assert (after.state.booked_on, after.state.bank_ref) == (date(2026, 12, 3), "N1")
    after.when(payments.settle, **SETTLE_FACTS).then()
    after.when(payments.fail, **FAIL_FACTS).then(SAYS_FAILED)
    after.when(payments.return_late, **RETURN_FACTS).then(returned(same_year=True))


def test_what_was_paid_twice_is_claimed_back():
    said = given(*SENT, FAILED, SAYS_PAID)
    said.when(payments.confirm_paid, **{**CONFIRM_FACTS, "owed": False}).then(CLAIMED)
    claimed = given(*SENT, FAILED, SAYS_PAID, CLAIMED)
    assert (claimed.state.status, claimed.state.outcome) == ("claimed", "failed")
    claimed.when(payments.settle, **SETTLE_FACTS).then()
    claimed.when(payments.fail, **FAIL_FACTS).then(SAYS_FAILED)
    came_in = PaymentClaimRecovered(
        booked_on=RECOVER_FACTS["booked_on"],
        bank_ref=RECOVER_FACTS["bank_ref"],
        reason=RECOVER_FACTS["reason"],
        same_year=True,
        postings=accounts.claim_recovered(RIDER, Fen(3_000), same_year=True),
    )
    claimed.when(payments.recover, **RECOVER_FACTS).then(came_in)
    given(*SENT, FAILED, SAYS_PAID, CLAIMED, came_in).when(payments.recover, **RECOVER_FACTS).then()
    outcome = claimed.when(payments.return_late, **RETURN_FACTS)
    assert [type(event) for event in outcome.events] == [PaymentClaimRecovered]
    assert not {one.account for one in CLAIMED.postings} & {accounts.payable(RIDER), accounts.committed(BUDGET)}


def test_a_second_booking_still_contradicts_what_was_confirmed():
    again = PaymentContradicted(answer=ANSWER, status="settled", detail="2026-12-09 N2")
    said = given(*SENT, FAILED, SAYS_PAID, again)
    said.when(payments.confirm_paid, **CONFIRM_FACTS).then(CONFIRMED, again)
    assert given(*SENT, FAILED, SAYS_PAID, again, CONFIRMED, again).state.contradicted


def test_a_late_return_explains_the_failure_that_the_bank_spoke_of():
    assert not given(*PAID, SAYS_FAILED, RETURNED).state.contradicted
    kept = given(*PAID, SAYS_PAID, RETURNED).state
    assert [said.status for said in kept.contradictions] == ["settled"]


@pytest.mark.parametrize("day", [date(2026, 12, 31), date(2027, 1, 1)])
def test_money_comes_back_in_the_year_of_the_payment_or_later(day):
    same_year = day.year == 2026
    given(*PAID).when(payments.return_late, **{**RETURN_FACTS, "on": day}).then(returned(same_year=same_year))
    given(*PAID).when(payments.recover, **{**RECOVER_FACTS, "on": day}).then(recovered(same_year=same_year))
    accounts_moved = {posting.account for posting in returned(same_year=same_year).postings}
    assert (accounts.BUDGET_CARRIED_OVER in accounts_moved) is not same_year
    assert (accounts.BUDGET_SPENDING in accounts_moved) is same_year


def test_the_same_return_or_recovery_again_changes_nothing():
    again = {**RETURN_FACTS, "answer": Sha256("9" * 64), "reason": "other"}
    for after in ((), (REISSUED,), (WRITTEN_BACK,)):
        given(*BACK, *after).when(payments.return_late, **again).then()
        given(*BACK, *after).when(payments.fail, **FAIL_FACTS).then()
        given(*BACK, *after).when(payments.settle, **SETTLE_FACTS).then()
    given(*PAID, RECOVERED).when(payments.recover, **RECOVER_FACTS).then()


def test_what_came_back_is_paid_again_or_given_up():
    given(*BACK).when(payments.reissue, actor_id=OFFICER).then(REISSUED)
    given(*BACK).when(payments.write_back, **CHECKED_FACTS).then(WRITTEN_BACK)
    payment = given(*BACK).state
    assert (payment.status, payment.back_on, payment.back_ref) == ("returned", date(2026, 12, 20), "R1")
    assert (payment.bank_ref, payment.outcome) == ("N1", "settled")


def test_a_payee_under_review_stands_in_no_list():
    payments.refuse_held([OTHER_RIDER], held={RIDER})
    with pytest.raises(Refusal) as refused:
        payments.refuse_held([OTHER_RIDER, RIDER], held={RIDER})
    assert (refused.value.code, refused.value.facts) == ("payment.payee_held", {"payee_id": str(RIDER)})


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


def test_no_bank_has_booked_on_a_day_that_has_not_come():
    today = date(2026, 12, 6)
    payments.require_booked(today, today=today)
    with pytest.raises(Refusal) as refused:
        payments.require_booked(date(2026, 12, 7), today=today)
    assert refused.value.code == "payment.booked_in_future"
