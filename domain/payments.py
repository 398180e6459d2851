"""Payments: one line to one payee in one batch, for exactly the rewards it lists.

A time-out is unknown, and unknown is never sent again before a definite answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, assert_never
from uuid import UUID

from domain import accounts
from domain.kernel.events import Sha256, event
from domain.kernel.ids import EventName
from domain.kernel.money import Fen
from domain.kernel.places import Division, contains
from domain.kernel.postings import Postings
from domain.kernel.refusals import Refusal
from domain.kernel.states import known


@event("payment.prepared/1")
class PaymentPrepared:
    """A line of a frozen batch.

    `account` names the event that set the payee's account; `replaces` a failed payment.
    """

    batch_id: UUID
    payee_id: UUID
    line: int
    amount_fen: Fen
    rewards: tuple[UUID, ...]
    account: EventName
    end_to_end_id: str
    budget_id: UUID
    replaces: tuple[UUID, ...] = ()


@event("payment.approved/1")
class PaymentApproved:
    """The line may be sent: what was payable to the payee is now in transit."""

    postings: Postings


@event("payment.cancelled/1")
class PaymentCancelled:
    """The batch was rejected before sending; nothing moved."""

    reason: str


@event("payment.settled/1")
class PaymentSettled:
    """The bank confirmed the payment."""

    answer: Sha256
    booked_on: date
    bank_ref: str
    postings: Postings


@event("payment.failed/1")
class PaymentFailed:
    """The bank confirmed that nothing was paid; the amount is payable again.

    `reason` is from the closed list.
    """

    answer: Sha256
    reason: str
    postings: Postings


@event("payment.unresolved/1")
class PaymentUnresolved:
    """The bank gave no definite answer; the line stays in transit."""

    answer: Sha256
    status: str


PaymentEvent = PaymentPrepared | PaymentApproved | PaymentCancelled | PaymentSettled | PaymentFailed | PaymentUnresolved
Status = Literal["prepared", "approved", "cancelled", "settled", "failed", "unresolved"]

FAILURE_REASONS = frozenset(
    {
        "name_mismatch",  # 户名不符
        "account_not_found",  # 账号不存在
        "account_closed",  # 销户
        "account_frozen",  # 冻结/久悬
        "over_limit",  # 超限额
        "payer_short_of_funds",  # 付款方余额不足
        "malformed",  # 格式
        "risk_control",  # 风控
        "other",
    }
)
LINE_MAX = 99_999_999


@dataclass(frozen=True, slots=True)
class RewardToPay:
    """What a payment needs to know of a reward."""

    reward_id: UUID
    payee_id: UUID
    division: Division
    amount_fen: Fen
    budget_id: UUID


@dataclass(frozen=True, slots=True)
class Payment:
    """A line and how far it has come. `detail`: the bank's reference, its reason or its status."""

    batch_id: UUID
    payee_id: UUID
    line: int
    amount_fen: Fen
    rewards: tuple[UUID, ...]
    account: EventName
    end_to_end_id: str
    budget_id: UUID
    replaces: tuple[UUID, ...]
    status: Status = "prepared"
    booked_on: date | None = None
    detail: str | None = None

    @property
    def is_final(self) -> bool:
        """Whether the bank's answer is definite."""
        return self.status in ("settled", "failed")


def end_to_end_id(batch_reference: str, line: int) -> str:
    """The id that the bank gives back.

    The batch's reference and eight digits of line number; 29 characters.
    """
    return f"{batch_reference}{line:08d}"


# Decide: what may happen, judged by the rules in force.


def prepare(
    payment: Payment | None,
    *,
    batch_id: UUID,
    batch_division: Division,
    batch_reference: str,
    line: int,
    payee_id: UUID,
    rewards: Sequence[RewardToPay],
    account: EventName | None,
    replaces: tuple[UUID, ...] = (),
) -> PaymentPrepared:
    """Make a line: one payee, all of `rewards`, on one account (`persons.account_event` names it).

    `batch_reference` is `payout_batches.reference(...)`. Refused, in this order:
    `payment.already_prepared`, `payment.line_out_of_range`, `payment.no_rewards`,
    `payment.reward_of_another`, `payment.reward_outside_division`, `payment.mixed_budgets`,
    `payment.reward_twice`, `payment.amount_not_positive`, `payment.no_account`.
    """
    if payment is not None:
        raise Refusal("payment.already_prepared", end_to_end_id=payment.end_to_end_id)
    if not 1 <= line <= LINE_MAX:
        raise Refusal("payment.line_out_of_range", line=line)
    _require_payable_together(rewards, payee_id=payee_id, division=batch_division)
    amount_fen = Fen(sum(reward.amount_fen for reward in rewards))
    if amount_fen <= 0:
        raise Refusal("payment.amount_not_positive", amount_fen=amount_fen)
    if account is None:
        raise Refusal("payment.no_account", payee_id=payee_id)
    return PaymentPrepared(
        batch_id=batch_id,
        payee_id=payee_id,
        line=line,
        amount_fen=amount_fen,
        rewards=tuple(reward.reward_id for reward in rewards),
        account=account,
        end_to_end_id=end_to_end_id(batch_reference, line),
        budget_id=rewards[0].budget_id,
        replaces=replaces,
    )


def approve(payment: Payment | None) -> PaymentApproved:
    """Let the line be sent. Refused, in this order: `payment.unknown`, `payment.not_prepared`."""
    prepared = _prepared(payment)
    postings = accounts.payment_approved(prepared.payee_id, prepared.batch_id, prepared.amount_fen)
    return PaymentApproved(postings=postings)


def cancel(payment: Payment | None, *, reason: str) -> PaymentCancelled:
    """Drop the line before it is approved.

    Refused, in this order: `payment.unknown`, `payment.not_prepared`.
    """
    _prepared(payment)
    return PaymentCancelled(reason=reason)


def settle(payment: Payment | None, *, answer: Sha256, booked_on: date, bank_ref: str) -> list[PaymentSettled]:
    """Record that the bank paid; the same answer again is no event.

    Refused, in this order: `payment.unknown`, `payment.not_sent`, `payment.already_final` (the bank now
    says otherwise, or names another booking: perhaps it paid twice).
    """
    sent = _sent(payment)
    if sent.is_final:
        _require_agreement(sent, status="settled", same=(sent.booked_on, sent.detail) == (booked_on, bank_ref))
        return []
    postings = accounts.payment_settled(sent.batch_id, sent.budget_id, sent.amount_fen)
    return [PaymentSettled(answer=answer, booked_on=booked_on, bank_ref=bank_ref, postings=postings)]


def fail(payment: Payment | None, *, answer: Sha256, reason: str) -> list[PaymentFailed]:
    """Record that the bank paid nothing, for a reason of the closed list; a second failure is no event.

    Refused, in this order: `payment.unknown`, `payment.not_sent`, `payment.failure_reason_unknown`,
    `payment.already_final`.
    """
    sent = _sent(payment)
    if reason not in FAILURE_REASONS:
        raise Refusal("payment.failure_reason_unknown", reason=reason)
    if sent.is_final:
        _require_agreement(sent, status="failed", same=True)
        return []
    postings = accounts.payment_failed(sent.payee_id, sent.batch_id, sent.amount_fen)
    return [PaymentFailed(answer=answer, reason=reason, postings=postings)]


def leave_unresolved(payment: Payment | None, *, answer: Sha256, status: str) -> list[PaymentUnresolved]:
    """Record that the bank said nothing definite, in its own word `status`.

    The same word again is no event, and neither is any after a definite answer: it contradicts nothing.
    Refused, in this order: `payment.unknown`, `payment.not_sent`.
    """
    sent = _sent(payment)
    if sent.is_final or (sent.status, sent.detail) == ("unresolved", status):
        return []
    return [PaymentUnresolved(answer=answer, status=status)]


def _require_payable_together(rewards: Sequence[RewardToPay], *, payee_id: UUID, division: Division) -> None:
    """Refuse rewards that one line of a division's batch cannot pay."""
    if not rewards:
        raise Refusal("payment.no_rewards", payee_id=payee_id)
    for reward in rewards:
        if reward.payee_id != payee_id:
            raise Refusal("payment.reward_of_another", reward_id=reward.reward_id, payee_id=payee_id)
        if not contains(division, reward.division):
            raise Refusal("payment.reward_outside_division", reward_id=reward.reward_id, division=division)
        if reward.budget_id != rewards[0].budget_id:
            raise Refusal("payment.mixed_budgets", payee_id=payee_id)
    if len({reward.reward_id for reward in rewards}) < len(rewards):
        raise Refusal("payment.reward_twice", payee_id=payee_id)


def _existing(payment: Payment | None) -> Payment:
    if payment is None:
        raise Refusal("payment.unknown")
    return payment


def _prepared(payment: Payment | None) -> Payment:
    existing = _existing(payment)
    if existing.status != "prepared":
        raise Refusal("payment.not_prepared", status=existing.status)
    return existing


def _sent(payment: Payment | None) -> Payment:
    """The payment, if the bank can have an answer to it."""
    existing = _existing(payment)
    if existing.status in ("prepared", "cancelled"):
        raise Refusal("payment.not_sent", status=existing.status)
    return existing


def _require_agreement(payment: Payment, *, status: Status, same: bool) -> None:
    if payment.status != status or not same:
        raise Refusal("payment.already_final", status=payment.status, answered=status)


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(payment: Payment | None, event: PaymentEvent) -> Payment:
    """The payment after an event."""
    match event:
        case PaymentPrepared():
            return Payment(
                event.batch_id,
                event.payee_id,
                event.line,
                event.amount_fen,
                event.rewards,
                event.account,
                event.end_to_end_id,
                event.budget_id,
                event.replaces,
            )
        case PaymentApproved():
            return replace(known(payment), status="approved")
        case PaymentCancelled():
            return replace(known(payment), status="cancelled", detail=event.reason)
        case PaymentSettled():
            return replace(known(payment), status="settled", booked_on=event.booked_on, detail=event.bank_ref)
        case PaymentFailed():
            return replace(known(payment), status="failed", detail=event.reason)
        case PaymentUnresolved():
            return replace(known(payment), status="unresolved", detail=event.status)
        case _:
            assert_never(event)
