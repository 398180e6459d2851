"""Making a line and letting it be sent: one payee, one account, exactly the rewards it lists."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from domain import accounts
from domain.kernel.ids import EventName
from domain.kernel.money import Fen
from domain.kernel.places import Division, contains
from domain.kernel.refusals import Refusal
from domain.payments.events import PaymentApproved, PaymentCancelled, PaymentPrepared
from domain.payments.state import Payment, existing

LINE_MAX: Final = 99_999_999


@dataclass(frozen=True, slots=True)
class RewardToPay:
    """What a payment needs to know of a reward."""

    reward_id: UUID
    payee_id: UUID
    division: Division
    amount_fen: Fen
    budget_id: UUID


def end_to_end_id(batch_reference: str, line: int) -> str:
    """The id that the bank gives back.

    The batch's reference and eight digits of line number; 29 characters.
    """
    return f"{batch_reference}{line:08d}"


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
    replaced: Sequence[tuple[UUID, Payment | None]] = (),
) -> PaymentPrepared:
    """Make a line: one payee, all of `rewards`, on one account (`persons.account_event` names it).

    `batch_reference` is `payout_batches.reference(...)`; `replaced` are the payments that the rewards were in before.
    Refused, in this order: `payment.already_prepared`, `payment.line_out_of_range`, `payment.no_rewards`,
    `payment.reward_of_another`, `payment.reward_outside_division`, `payment.mixed_budgets`,
    `payment.reward_twice`, `payment.amount_not_positive`, `payment.no_account`,
    `payment.replaced_may_arrive` (the bank contradicts itself: perhaps it was paid after all).
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
    for payment_id, before in replaced:
        if before is not None and before.contradicted:
            raise Refusal("payment.replaced_may_arrive", payment_id=payment_id)
    return PaymentPrepared(
        batch_id=batch_id,
        payee_id=payee_id,
        line=line,
        amount_fen=amount_fen,
        rewards=tuple(reward.reward_id for reward in rewards),
        account=account,
        end_to_end_id=end_to_end_id(batch_reference, line),
        budget_id=rewards[0].budget_id,
        replaces=tuple(payment_id for payment_id, _ in replaced),
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


def refuse_held(payee_ids: Collection[UUID], *, held: Collection[UUID]) -> None:
    """Refuse (`payment.payee_held`) a list in which somebody stands whose payments are on hold."""
    for payee_id in payee_ids:
        if payee_id in held:
            raise Refusal("payment.payee_held", payee_id=payee_id)


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


def _prepared(payment: Payment | None) -> Payment:
    there = existing(payment)
    if there.status != "prepared":
        raise Refusal("payment.not_prepared", status=there.status)
    return there
