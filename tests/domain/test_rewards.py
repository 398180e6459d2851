"""One valid report is thanked once; a mistake is answered by a reversal."""

from datetime import date

import pytest

from domain import accounts, rewards
from domain.kernel.bands import Band
from domain.kernel.ids import derived, event_name, stream_name
from domain.kernel.money import Fen
from domain.rewards import (
    BudgetCharged,
    Chain,
    RewardGranted,
    RewardReversed,
    RewardScheduled,
    RewardUnscheduled,
    TariffApplied,
    ValidIncident,
)
from tests.domain.samples import (
    CLERK,
    DEPARTMENT,
    FIVE_YUAN,
    GRID_WORKER,
    OFFICER,
    RIDER,
    TEN_YUAN,
    TOWNSHIP,
    TWENTY_YUAN,
    VILLAGE,
)
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(rewards.evolve)

INCIDENT, PAYMENT, OTHER_PAYMENT, BUDGET = (derived("test", name) for name in "ipob")
TARIFF = event_name(stream_name("tariff", derived("tariff", TOWNSHIP)), 1)
CHAIN = Chain(
    reporter_id=RIDER,
    verifier_id=GRID_WORKER,
    handler_id=DEPARTMENT,
    decider_id=OFFICER,
    transcriber_ids=(CLERK,),
)
FACTS = {
    "incident": ValidIncident(INCIDENT, VILLAGE, "环境保护", date(2026, 12, 31), CHAIN),
    "tariff": TariffApplied(TARIFF, TEN_YUAN),
    "bands": (Band(FIVE_YUAN, TWENTY_YUAN),),
    "budget": BudgetCharged(BUDGET, 2027, accounts.EXPENSE),
}


def granted(amount_fen=TEN_YUAN):
    return RewardGranted(
        incident_id=INCIDENT,
        payee_id=RIDER,
        division=VILLAGE,
        category="环境保护",
        sensitive=False,
        amount_fen=amount_fen,
        tariff=TARIFF,
        accrual_month="2026-12",
        budget_id=BUDGET,
        budget_year=2027,
        chain=CHAIN,
        postings=accounts.reward_granted(RIDER, BUDGET, amount_fen),
    )


GRANTED = granted()
SCHEDULED = RewardScheduled(payment_id=PAYMENT)
UNSCHEDULED = RewardUnscheduled(payment_id=PAYMENT, reason="account_closed")
REVERSED = RewardReversed(reason="untrue", postings=accounts.reward_reversed(RIDER, BUDGET, TEN_YUAN))
OPEN_ONLY = [
    row("reward.unknown", given=()),
    row("reward.already_reversed", given=(GRANTED, REVERSED)),
    row("reward.already_scheduled", given=(GRANTED, SCHEDULED)),
]

TABLES = (
    Table(
        rewards.evolve,
        rewards.grant,
        (),
        FACTS,
        [
            row("reward.already_granted", given=(GRANTED,)),
            row("reward.already_granted", given=(GRANTED, REVERSED)),
            row("reward.no_tariff", tariff=None),
            row("reward.outside_band", tariff=TariffApplied(TARIFF, Fen(499))),
            row("reward.outside_band", tariff=TariffApplied(TARIFF, Fen(2_001))),
            row("reward.no_budget", budget=None),
        ],
    ),
    Table(rewards.evolve, rewards.schedule, (GRANTED,), {"payment_id": OTHER_PAYMENT}, OPEN_ONLY),
    Table(
        rewards.evolve,
        rewards.unschedule,
        (GRANTED, SCHEDULED),
        {"payment_id": PAYMENT, "payment_status": "failed", "reason": "account_closed"},
        [
            row("reward.unknown", given=()),
            row("reward.not_scheduled", given=(GRANTED,)),
            row("reward.not_scheduled", payment_id=OTHER_PAYMENT),
            *(
                row("reward.payment_may_arrive", payment_status=status)
                for status in ("prepared", "approved", "unresolved", "settled")
            ),
        ],
    ),
    Table(
        rewards.evolve,
        rewards.reverse,
        (GRANTED,),
        {"reason": "untrue"},
        [*OPEN_ONLY, row("reason.insufficient", reason="no")],
    ),
)


def test_a_report_of_december_charged_to_next_years_budget_accrues_in_december():
    given().when(rewards.grant, **FACTS).then(GRANTED)


def test_a_report_is_rewarded_once():
    given(GRANTED).when(rewards.grant, **FACTS).refused("reward.already_granted", incident_id=INCIDENT)


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_reward_whose_payment_failed_can_be_paid_by_another(status):
    facts = {"payment_id": PAYMENT, "payment_status": status, "reason": "account_closed"}
    given(GRANTED, SCHEDULED).when(rewards.unschedule, **facts).then(UNSCHEDULED)
    given(GRANTED, SCHEDULED, UNSCHEDULED).when(rewards.schedule, payment_id=OTHER_PAYMENT).then(
        RewardScheduled(payment_id=OTHER_PAYMENT)
    )


def test_a_reversal_mirrors_the_grant():
    given(GRANTED).when(rewards.reverse, reason="untrue").then(REVERSED)
    mirrored = {(account, commodity, -amount) for account, commodity, amount in GRANTED.postings}
    assert set(REVERSED.postings) == mirrored


def test_history_outlives_todays_limits():
    """A 1-yuan reward from before the band existed still replays, and can still be reversed."""
    one_yuan = Fen(100)
    mirror = accounts.reward_reversed(RIDER, BUDGET, one_yuan)
    given(granted(one_yuan)).when(rewards.reverse, reason="untrue").then(
        RewardReversed(reason="untrue", postings=mirror)
    )


def test_everybody_who_acted_is_in_the_chain():
    assert CHAIN.people() == {RIDER, GRID_WORKER, DEPARTMENT, OFFICER, CLERK}


@every_row(*TABLES)
def test_refusals_in_the_order_of_the_checks(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_docstring_states_the_checks_and_their_order(table):
    table.check_accepted()
    table.check_documented()
