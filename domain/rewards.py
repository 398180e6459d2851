"""Rewards: the 5-20 yuan thanks for one valid report.

Nothing is edited: a mistake is answered by a reversal, because auditors replay this stream as written.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never
from uuid import UUID

from domain import accounts
from domain.kernel.bands import Band
from domain.kernel.calendar import Month, month_of
from domain.kernel.events import event
from domain.kernel.ids import EventName
from domain.kernel.money import Fen
from domain.kernel.obligations import GONE, BudgetCharged
from domain.kernel.places import Division
from domain.kernel.postings import Postings
from domain.kernel.reasons import require_reason
from domain.kernel.refusals import Refusal
from domain.kernel.states import known


@dataclass(frozen=True, slots=True)
class Chain:
    """Who acted before the reward: none of them may make or approve its payment.

    `transcriber_ids`: who wrote down the report or the handling for another (代录), if somebody did.
    """

    reporter_id: UUID
    verifier_id: UUID
    handler_id: UUID
    decider_id: UUID
    transcriber_ids: tuple[UUID, ...] = ()

    def people(self) -> frozenset[UUID]:
        """Everybody who acted."""
        named = (self.reporter_id, self.verifier_id, self.handler_id, self.decider_id)
        return frozenset((*named, *self.transcriber_ids))


@event("reward.granted/1")
class RewardGranted:
    """An amount is owed to the reporter. `tariff` is the event whose tariff gave the amount.

    A `sensitive` one stands in no row of a public page: pages show its amount in a sum.
    """

    incident_id: UUID
    payee_id: UUID
    division: Division
    category: str
    item: str | None = None
    sensitive: bool
    amount_fen: Fen
    tariff: EventName
    accrual_month: Month
    budget_id: UUID
    budget_year: int
    chain: Chain
    postings: Postings


@event("reward.scheduled/1")
class RewardScheduled:
    """The reward is in a payment; it can be in no other until that one has failed or was cancelled."""

    payment_id: UUID


@event("reward.unscheduled/1")
class RewardUnscheduled:
    """The payment failed or was cancelled; the reward can be paid again."""

    payment_id: UUID
    reason: str


@event("reward.reversed/1")
class RewardReversed:
    """The reward is taken back before it was paid, for a reason; expense and commitment are mirrored."""

    reason: str
    postings: Postings


RewardEvent = RewardGranted | RewardScheduled | RewardUnscheduled | RewardReversed


@dataclass(frozen=True, slots=True)
class ValidIncident:
    """A report that was decided valid (`policies.valid_incident`); `reported_on` is its day in China."""

    incident_id: UUID
    division: Division
    category: str
    reported_on: date
    chain: Chain
    item: str | None = None
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class TariffApplied:
    """The event whose tariff gives the amount."""

    name: EventName
    amount_fen: Fen


@dataclass(frozen=True, slots=True)
class Reward:
    """What is owed for one report. `payment_id`: the payment that it is in, paid or on its way."""

    payee_id: UUID
    division: Division
    category: str
    amount_fen: Fen
    accrual_month: Month
    budget_id: UUID
    budget_year: int
    chain: Chain
    expense: str
    payment_id: UUID | None = None
    reversed: bool = False
    incident_id: UUID | None = None

    def people(self) -> frozenset[UUID]:
        """Everybody who acted before it."""
        return self.chain.people()


# Decide: what may happen, judged by the rules in force.


def grant(
    reward: Reward | None,
    *,
    incident: ValidIncident,
    tariff: TariffApplied | None,
    bands: Iterable[Band],
    budget: BudgetCharged | None,
) -> RewardGranted:
    """Owe the reporter what the tariff gives; tariff and bands are those in force on the day of the report.

    Refused, in this order: `reward.already_granted` (even after a reversal: one report, one reward),
    `reward.no_tariff`, `reward.outside_band`, `reward.no_budget`. Whether the budget has
    enough left is decided where it is known without a race: by the limit on its account.
    """
    if reward is not None:
        raise Refusal("reward.already_granted", incident_id=incident.incident_id)
    if tariff is None:
        raise Refusal("reward.no_tariff", division=incident.division, on=incident.reported_on)
    amount_fen = tariff.amount_fen
    for band in bands:
        if not band.holds(amount_fen):
            raise Refusal("reward.outside_band", amount_fen=amount_fen, min_fen=band.min_fen, max_fen=band.max_fen)
    if budget is None:
        raise Refusal("reward.no_budget", division=incident.division)
    payee_id = incident.chain.reporter_id
    return RewardGranted(
        incident_id=incident.incident_id,
        payee_id=payee_id,
        division=incident.division,
        category=incident.category,
        item=incident.item,
        sensitive=incident.sensitive,
        amount_fen=amount_fen,
        tariff=tariff.name,
        accrual_month=month_of(incident.reported_on),
        budget_id=budget.budget_id,
        budget_year=budget.year,
        chain=incident.chain,
        postings=accounts.reward_granted(payee_id, budget.budget_id, amount_fen, expense=budget.expense),
    )


def schedule(reward: Reward | None, *, payment_id: UUID) -> RewardScheduled:
    """Put the reward in a payment.

    Refused, in this order: `reward.unknown`, `reward.already_reversed`, `reward.already_scheduled`.
    """
    _unscheduled(reward)
    return RewardScheduled(payment_id=payment_id)


def unschedule(reward: Reward | None, *, payment_id: UUID, payment_status: str, reason: str) -> RewardUnscheduled:
    """Take the reward out of a payment that failed, was cancelled or came back; `payment_status` is that payment's.

    Refused, in this order: `reward.unknown`, `reward.not_scheduled` (or in another payment),
    `reward.payment_may_arrive`.
    """
    granted = _existing(reward)
    if granted.payment_id != payment_id:
        raise Refusal("reward.not_scheduled", payment_id=payment_id)
    if payment_status not in GONE:
        raise Refusal("reward.payment_may_arrive", payment_id=payment_id, status=payment_status)
    return RewardUnscheduled(payment_id=payment_id, reason=reason)


def reverse(reward: Reward | None, *, reason: str) -> RewardReversed:
    """Take the reward back before it is paid (冲正).

    Refused, in this order: `reward.unknown`, `reward.already_reversed`, `reward.already_scheduled`,
    `reason.insufficient`.
    """
    granted = _unscheduled(reward)
    require_reason(reason)
    postings = accounts.reward_reversed(
        granted.payee_id, granted.budget_id, granted.amount_fen, expense=granted.expense
    )
    return RewardReversed(reason=reason, postings=postings)


def _existing(reward: Reward | None) -> Reward:
    if reward is None:
        raise Refusal("reward.unknown")
    return reward


def _unscheduled(reward: Reward | None) -> Reward:
    granted = _existing(reward)
    if granted.reversed:
        raise Refusal("reward.already_reversed")
    if granted.payment_id is not None:
        raise Refusal("reward.already_scheduled", payment_id=granted.payment_id)
    return granted


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(reward: Reward | None, event: RewardEvent) -> Reward:
    """The reward after an event."""
    match event:
        case RewardGranted():
            return Reward(
                event.payee_id,
                event.division,
                event.category,
                event.amount_fen,
                event.accrual_month,
                event.budget_id,
                event.budget_year,
                event.chain,
                accounts.expense_of(event.postings),
                incident_id=event.incident_id,
            )
        case RewardScheduled():
            return replace(known(reward), payment_id=event.payment_id)
        case RewardUnscheduled():
            return replace(known(reward), payment_id=None)
        case RewardReversed():
            return replace(known(reward), reversed=True)
        case _:
            assert_never(event)
