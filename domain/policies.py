"""Whenever this, then that: where the streams meet.

Pure functions from states of several streams to the facts or the event of another; nothing is decided here
that a stream does not check again.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from domain.budgets import Budget
from domain.caps import Allowance, Counted
from domain.incidents import Incident
from domain.kernel.bands import Band
from domain.kernel.refusals import Refusal
from domain.payments import Payment, RewardToPay
from domain.payout_batches import BatchLine
from domain.rewards import (
    BudgetCharged,
    Chain,
    Reward,
    RewardGranted,
    RewardUnscheduled,
    TariffApplied,
    ValidIncident,
    grant,
    unschedule,
)
from domain.tariffs import TariffInForce, Tariffs


def bands_in_force(tariffs: Iterable[Tariffs | None], *, on: date) -> tuple[Band, ...]:
    """Every band in force on a day, of a division and all above it: an amount must lie in each."""
    bands = (entry.band(on) for entry in tariffs if entry is not None)
    return tuple(band for band in bands if band is not None)


def tariff_in_force(
    tariffs: Iterable[Tariffs | None], *, category: str, on: date, item: str | None = None
) -> TariffInForce | None:
    """The tariff of the narrowest division that has one in force: for the item, else the category, else for anything.

    `tariffs` are in the order of `places.chain`.
    """
    found = (entry.in_force(category, on, item=item) for entry in tariffs if entry is not None)
    return next((tariff for tariff in found if tariff is not None), None)


def valid_incident(incident: Incident | None, *, incident_id: UUID) -> ValidIncident:
    """The incident as a reward needs it: decided valid, with everybody who acted.

    Refused, in this order: `incident.unknown`, `incident.not_decided`, `reward.incident_not_valid`,
    `incident.not_verified`, `incident.not_handled`.
    """
    if incident is None:
        raise Refusal("incident.unknown")
    if incident.validity is None:
        raise Refusal("incident.not_decided")
    if not incident.validity.valid:
        raise Refusal("reward.incident_not_valid", incident_id=incident_id, reason=incident.validity.reason)
    if incident.verification is None:
        raise Refusal("incident.not_verified")
    if incident.handling is None:
        raise Refusal("incident.not_handled")
    transcribers = (incident.transcribed_by, incident.handling.transcribed_by)
    chain = Chain(
        reporter_id=incident.reporter_id,
        verifier_id=incident.verification.verifier_id,
        handler_id=incident.handling.handler_id,
        decider_id=incident.validity.decider_id,
        transcriber_ids=tuple(dict.fromkeys(person for person in transcribers if person is not None)),
    )
    return ValidIncident(
        incident_id=incident_id,
        division=incident.division,
        category=incident.category,
        reported_on=incident.reported_on,
        chain=chain,
        item=incident.item,
        sensitive=incident.course.sensitive,
    )


def reward_for_validity(
    *,
    reward: Reward | None,
    incident_id: UUID,
    incident: Incident | None,
    tariffs: Sequence[Tariffs | None],
    budget: Budget | None,
) -> RewardGranted:
    """Whenever a report was decided valid, its reporter is owed what the tariff of that day gives.

    `incident` is the state after the decision; `tariffs` are those of `places.chain(incident.division)`,
    narrowest first; `budget` is what the reward is charged to. Refused as `valid_incident`, then as
    `rewards.grant`.
    """
    valid = valid_incident(incident, incident_id=incident_id)
    tariff = tariff_in_force(tariffs, category=valid.category, on=valid.reported_on, item=valid.item)
    return grant(
        reward,
        incident=valid,
        tariff=TariffApplied(tariff.name, tariff.amount_fen) if tariff else None,
        bands=bands_in_force(tariffs, on=valid.reported_on),
        budget=BudgetCharged(budget.id, budget.year) if budget else None,
    )


def over_cap(reached: Iterable[Allowance], *, used: Mapping[UUID, int]) -> Allowance | None:
    """The first cap under which as many reports were rewarded as it lets; None if there is room under all.

    `used`: quota id -> reports rewarded so far.
    """
    return next((one for one in reached if used.get(one.quota_id, 0) >= one.cap.reports_max), None)


def counted(valid: ValidIncident) -> Counted:
    """What a cap looks at in a report that counts."""
    return Counted(valid.chain.reporter_id, valid.category, valid.division, valid.reported_on)


def reward_to_pay(reward: Reward, *, reward_id: UUID) -> RewardToPay:
    """What a payment needs to know of a reward."""
    return RewardToPay(reward_id, reward.payee_id, reward.division, reward.amount_fen, reward.budget_id)


def batch_line(payment: Payment, *, payment_id: UUID) -> BatchLine:
    """A payment as a line of its batch."""
    return BatchLine(
        line=payment.line,
        payment_id=payment_id,
        payee_id=payment.payee_id,
        amount_fen=payment.amount_fen,
        account=payment.account,
        end_to_end_id=payment.end_to_end_id,
        budget_id=payment.budget_id,
        rewards=payment.rewards,
    )


def people_in(rewards: Iterable[Reward]) -> frozenset[UUID]:
    """Everybody who acted before any of these rewards: none of them makes or approves their payment."""
    return frozenset().union(*(reward.chain.people() for reward in rewards))


def rewards_released(
    payment: Payment, *, payment_id: UUID, rewards: Mapping[UUID, Reward | None]
) -> dict[UUID, RewardUnscheduled]:
    """Whenever a payment failed or was cancelled, its rewards can be paid again: reward id -> event.

    `payment` is the state after its failure; `rewards` holds the state of each reward in it. Refused as
    `rewards.unschedule`.
    """
    reason = payment.detail or payment.status
    return {
        reward_id: unschedule(rewards[reward_id], payment_id=payment_id, payment_status=payment.status, reason=reason)
        for reward_id in payment.rewards
    }
