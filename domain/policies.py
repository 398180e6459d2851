"""Whenever this, then that: where the streams meet.

Pure functions from states of several streams to the facts or the event of another; nothing is decided here
that a stream does not check again.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from domain.caps import Allowance, Counted
from domain.incidents import Incident
from domain.kernel.bands import Band
from domain.kernel.calendar import Month, first_day, last_day
from domain.kernel.obligations import BudgetCharged, Owed
from domain.kernel.places import Division, contains
from domain.kernel.refusals import Refusal
from domain.payments import Payment, RewardToPay
from domain.payout_batches import BatchLine, LineOutcome
from domain.persons import Person
from domain.rewards import (
    Chain,
    Reward,
    RewardGranted,
    RewardReversed,
    RewardUnscheduled,
    TariffApplied,
    ValidIncident,
    grant,
    reverse,
    unschedule,
)
from domain.rewards import evolve as evolve_reward
from domain.tariffs import TariffInForce, Tariffs

SERVING = frozenset({"grid_worker", "grid_leader"})
"""Who is paid an allowance for serving: the professional grid workers and their leaders."""


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
    budget: BudgetCharged | None,
) -> RewardGranted:
    """Whenever a report was decided valid, its reporter is owed what the tariff of that day gives.

    `incident` is the state after the decision; `tariffs` are those of `places.chain(incident.division)`,
    narrowest first; `budget` is what the reward is charged to (`budgets.charge`). Refused as `valid_incident`, then as
    `rewards.grant`.
    """
    valid = valid_incident(incident, incident_id=incident_id)
    tariff = tariff_in_force(tariffs, category=valid.category, on=valid.reported_on, item=valid.item)
    return grant(
        reward,
        incident=valid,
        tariff=TariffApplied(tariff.name, tariff.amount_fen) if tariff else None,
        bands=bands_in_force(tariffs, on=valid.reported_on),
        budget=budget,
    )


def over_cap(reached: Iterable[Allowance], *, used: Mapping[UUID, int]) -> Allowance | None:
    """The first cap under which as many reports were rewarded as it lets; None if there is room under all.

    `used`: quota id -> reports rewarded so far.
    """
    return next((one for one in reached if used.get(one.quota_id, 0) >= one.cap.reports_max), None)


def counted(valid: ValidIncident) -> Counted:
    """What a cap looks at in a report that counts."""
    return Counted(valid.chain.reporter_id, valid.category, valid.division, valid.reported_on)


def reward_to_pay(reward: Owed, *, reward_id: UUID) -> RewardToPay:
    """What a payment needs to know of a reward, or of an allowance."""
    return RewardToPay(reward_id, reward.payee_id, reward.division, reward.amount_fen, reward.budget_id)


def served(person: Person | None, *, division: Division, month: Month) -> bool:
    """Whether somebody was a grid worker or grid leader, on some day of the month, around the division."""
    since, until = first_day(month), last_day(month)
    return person is not None and any(
        held.role in SERVING and contains(held.area, division) and held.overlaps(since, until) for held in person.roles
    )


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


def people_in(owed: Iterable[Owed]) -> frozenset[UUID]:
    """Everybody who acted before any of these was owed: none of them makes or approves the payment."""
    return frozenset().union(*(one.people() for one in owed))


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


def rewards_taken_back(
    payment: Payment, *, payment_id: UUID, rewards: Mapping[UUID, Reward | None], reason: str
) -> dict[UUID, tuple[RewardUnscheduled, RewardReversed]]:
    """Whenever a payment was written back or recovered, its rewards are taken back: reward id -> events.

    `payment` is the state after it. Refused as `rewards.unschedule`, then as `rewards.reverse`.
    """
    released = rewards_released(payment, payment_id=payment_id, rewards=rewards)
    return {
        reward_id: (event, reverse(evolve_reward(rewards[reward_id], event), reason=reason))
        for reward_id, event in released.items()
    }


def line_outcome(payment: Payment, *, payment_id: UUID) -> LineOutcome:
    """A payment as its batch closes on it: paid or failed, whatever came back later."""
    line = batch_line(payment, payment_id=payment_id)
    return LineOutcome(line, payment.outcome or payment.status, payment.contradicted)
