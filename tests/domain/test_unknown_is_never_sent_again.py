"""Whatever the bank says, in whatever order: what may have been paid is in no second payment."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from domain import payments, rewards
from domain.accounts import EXPENSE
from domain.kernel.money import Fen
from domain.kernel.refusals import Refusal
from domain.payments import Payment
from domain.rewards import Chain, Reward
from tests.domain.samples import ANSWER, APPROVER, COUNTY, OFFICER, PAYMASTER, RIDER, VILLAGE
from tests.domain.test_payments import ACCOUNT, APPROVED, BATCH, BUDGET, FIRST, PREPARE_FACTS, PREPARED, REFERENCE

DAY = date(2026, 12, 3)
PAYMENT = PREPARED.batch_id
WORDS = ("settled", "settled otherwise", "failed", "accepted", "unknown", "returned")
DECISIONS = ("reissue", "uphold")


def said(payment: Payment, word: str) -> Payment:
    """The payment after the bank has said something, or somebody has decided something; a refusal changes nothing."""
    try:
        match word:
            case "settled":
                events = payments.settle(payment, answer=ANSWER, booked_on=DAY, bank_ref="N1")
            case "settled otherwise":
                events = payments.settle(payment, answer=ANSWER, booked_on=DAY, bank_ref="N2")
            case "failed":
                events = payments.fail(payment, answer=ANSWER, reason="other")
            case "accepted":
                events = payments.accept(payment, answer=ANSWER, status="ACSP")
            case "unknown":
                events = payments.leave_unresolved(payment, answer=ANSWER, status="time-out")
            case "returned":
                events = payments.return_late(
                    payment, answer=ANSWER, booked_on=DAY, bank_ref="R", reason="other", on=DAY
                )
            case "reissue":
                events = [payments.reissue(payment, actor_id=OFFICER)]
            case _:
                events = [payments.uphold(payment, actor_id=APPROVER, maker_id=PAYMASTER, acted=(), reason="asked")]
    except Refusal:
        return payment
    for event in events:
        payment = payments.evolve(payment, event)
    return payment


def may_be_sent_again(payment: Payment) -> bool:
    """Whether the reward in the payment can get into another one: taken out, scheduled, and prepared."""
    chain = Chain(RIDER, *[OFFICER] * 3)
    reward = Reward(RIDER, VILLAGE, "x", Fen(1_000), "2026-11", BUDGET, 2026, chain, EXPENSE, PAYMENT)
    try:
        free = rewards.evolve(
            reward, rewards.unschedule(reward, payment_id=PAYMENT, payment_status=payment.status, reason="x")
        )
        rewards.schedule(free, payment_id=BATCH)
        payments.prepare(
            None,
            batch_id=BATCH,
            batch_division=COUNTY,
            batch_reference=REFERENCE,
            line=1,
            payee_id=RIDER,
            rewards=PREPARE_FACTS["rewards"],
            account=ACCOUNT,
            replaced=((PAYMENT, payment),),
        )
    except Refusal as refusal:
        if refusal.code not in ("reward.payment_may_arrive", "payment.replaced_may_arrive"):
            raise
        return False
    return True


@settings(max_examples=300, deadline=None)
@given(words=st.lists(st.sampled_from(WORDS + DECISIONS), max_size=12))
def test_only_a_definite_no_frees_a_reward(words: list[str]) -> None:
    payment = payments.evolve(payments.evolve(None, PREPARED), APPROVED)
    assert FIRST in payment.rewards
    for count, word in enumerate(words, start=1):
        payment = said(payment, word)
        if not may_be_sent_again(payment):
            continue
        heard = [one for one in words[:count] if one.startswith(("settled", "failed"))]
        came_back = "returned" in words[:count] and "reissue" in words[:count]
        cleared = "uphold" in words[:count]
        # The first definite word was "failed" and nothing spoke against it since, or the money is back.
        assert came_back or (heard and heard[0] == "failed" and (cleared or set(heard) == {"failed"}))


def test_silence_frees_nothing() -> None:
    payment = payments.evolve(payments.evolve(None, PREPARED), APPROVED)
    assert not may_be_sent_again(payment)
    for word in ("accepted", "unknown", "accepted"):
        payment = said(payment, word)
        assert not may_be_sent_again(payment)
    assert may_be_sent_again(said(payment, "failed"))
    assert not may_be_sent_again(said(said(payment, "failed"), "settled"))
