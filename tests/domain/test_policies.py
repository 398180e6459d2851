"""Where the streams meet: a valid report earns the tariff of its day; a failed payment frees its rewards."""

from dataclasses import replace
from datetime import date
from itertools import cycle, islice

import pytest

from domain import budgets, incidents, payments, policies, rewards, tariffs
from domain.incidents import IncidentHandled, IncidentReported, IncidentVerified, ValidityDecided
from domain.kernel.bands import Band
from domain.kernel.ids import derived
from domain.kernel.money import Fen, yuan
from domain.kernel.obligations import BudgetCharged
from domain.kernel.places import chain
from domain.kernel.refusals import Refusal
from domain.rewards import RewardScheduled, RewardUnscheduled
from tests.domain.samples import (
    CITY,
    CLERK,
    COUNTY,
    DEPARTMENT,
    FIVE_YUAN,
    GRID_WORKER,
    LATER,
    NOON,
    OFFICER,
    RIDER,
    TEN_YUAN,
    TEXT,
    TOWNSHIP,
    TWENTY_YUAN,
    VILLAGE,
)
from tests.domain.scenarios import scenarios
from tests.domain.test_payments import APPROVED, FAILED, FIRST, PREPARED, SECOND, UNRESOLVED

INCIDENT = derived("test", "incident")
NEW_YEAR = date(2026, 1, 1)

REPORTED = IncidentReported(
    reporter_id=RIDER,
    category="环境保护",
    division=VILLAGE,
    text=TEXT,
    source="register",
    reported_at=NOON,
    transcribed_by=CLERK,
)
CONFIRMED = IncidentVerified(verifier_id=GRID_WORKER, confirmed=True, reason="seen_on_site")
HANDLED = IncidentHandled(handler_id=DEPARTMENT, handled_at=LATER, transcribed_by=CLERK)
VALID = ValidityDecided(decider_id=OFFICER, valid=True, reason="meets_catalogue")
INVALID = ValidityDecided(decider_id=OFFICER, valid=False, reason="duplicate")


def incident(*events):
    return scenarios(incidents.evolve)(*events).state


def tariffs_of(division, *, band=None, amount_fen=None):
    facts = {"division": division, "division_known": True, "since": NEW_YEAR, "document": "1号", "today": NEW_YEAR}
    state = None
    if band:
        state = tariffs.evolve(state, tariffs.set_band(state, min_fen=band[0], max_fen=band[1], **facts))
    if amount_fen:
        event = tariffs.set_tariff(state, category=None, amount_fen=amount_fen, bands=(), **facts)
        state = tariffs.evolve(state, event)
    return state


CITY_BAND = tariffs_of(CITY, band=(FIVE_YUAN, TWENTY_YUAN))
BUDGET = budgets.evolve(
    None,
    budgets.appropriate(
        None,
        unit=COUNTY,
        unit_known=True,
        project="奖励",
        spending_class="行政",
        year=2026,
        document="8号",
        amount_fen=Fen(1_000_000),
    ),
)


def facts(*, township=None, county=None, city=CITY_BAND, **changes):
    by_division = {TOWNSHIP: township, COUNTY: county, CITY: city}
    return {
        "reward": None,
        "incident_id": INCIDENT,
        "incident": incident(REPORTED, CONFIRMED, HANDLED, VALID),
        "tariffs": [by_division.get(division) for division in chain(VILLAGE)],
        "budget": BudgetCharged(BUDGET.id, BUDGET.year, BUDGET.accounts.expense),
        **changes,
    }


def test_the_narrowest_division_that_has_a_tariff_gives_the_amount():
    county, township = tariffs_of(COUNTY, amount_fen=FIVE_YUAN), tariffs_of(TOWNSHIP, amount_fen=TEN_YUAN)
    granted = policies.reward_for_validity(**facts(township=township, county=county))
    assert (granted.amount_fen, granted.tariff) == (TEN_YUAN, township.in_force("", NEW_YEAR).name)
    granted = policies.reward_for_validity(**facts(county=county))
    assert (granted.amount_fen, granted.tariff) == (FIVE_YUAN, county.in_force("", NEW_YEAR).name)


def test_the_reward_names_everybody_who_acted_the_clerk_once():
    granted = policies.reward_for_validity(**facts(county=tariffs_of(COUNTY, amount_fen=TEN_YUAN)))
    assert granted.payee_id == RIDER
    assert granted.chain == rewards.Chain(
        reporter_id=RIDER,
        verifier_id=GRID_WORKER,
        handler_id=DEPARTMENT,
        decider_id=OFFICER,
        transcriber_ids=(CLERK,),
    )
    assert (granted.accrual_month, granted.budget_year, granted.budget_id) == ("2026-11", 2026, BUDGET.id)


def test_a_tariff_that_began_after_the_report_does_not_apply():
    early = replace(REPORTED, reported_at=NOON.replace(year=2025))
    with pytest.raises(Refusal, match=r"reward\.no_tariff"):
        policies.reward_for_validity(
            **facts(
                county=tariffs_of(COUNTY, amount_fen=TEN_YUAN),
                incident=incident(early, CONFIRMED, HANDLED, VALID),
            )
        )


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("incident.unknown", {"incident": None}),
        ("incident.not_decided", {"incident": incident(REPORTED, CONFIRMED, HANDLED)}),
        ("reward.incident_not_valid", {"incident": incident(REPORTED, CONFIRMED, HANDLED, INVALID)}),
        ("incident.not_verified", {"incident": incident(REPORTED, HANDLED, VALID)}),
        ("incident.not_handled", {"incident": incident(REPORTED, CONFIRMED, VALID)}),
        ("reward.no_tariff", {"county": None}),
        ("reward.outside_band", {"city": tariffs_of(CITY, band=(FIVE_YUAN, Fen(999)))}),
        ("reward.outside_band", {"township": tariffs_of(TOWNSHIP, band=(Fen(1_001), TWENTY_YUAN))}),
        ("reward.no_budget", {"budget": None}),
    ],
)
def test_no_reward_without_a_valid_report_a_tariff_inside_every_band_and_a_budget(code, changes):
    with pytest.raises(Refusal) as refused:
        policies.reward_for_validity(**facts(**{"county": tariffs_of(COUNTY, amount_fen=TEN_YUAN), **changes}))
    assert refused.value.code == code


def test_the_second_grant_meets_the_first():
    county = tariffs_of(COUNTY, amount_fen=TEN_YUAN)
    first = rewards.evolve(None, policies.reward_for_validity(**facts(county=county)))
    with pytest.raises(Refusal, match=r"reward\.already_granted"):
        policies.reward_for_validity(**facts(county=county, reward=first))


def test_every_band_above_a_place_counts():
    states = [tariffs_of(TOWNSHIP, band=(TEN_YUAN, TEN_YUAN)), None, CITY_BAND]
    assert policies.bands_in_force(states, on=NEW_YEAR) == (
        Band(TEN_YUAN, TEN_YUAN),
        Band(FIVE_YUAN, TWENTY_YUAN),
    )
    assert policies.bands_in_force(states, on=date(2025, 12, 31)) == ()


@pytest.mark.parametrize(
    ("amounts", "total"),
    [
        ([FIVE_YUAN], "1750.00"),
        ([TWENTY_YUAN], "7000.00"),
        ([FIVE_YUAN, TEN_YUAN, TWENTY_YUAN], None),
    ],
)
def test_350_valid_reports_pay_between_1750_and_7000_yuan(amounts, total):
    paid = 0
    for number, amount_fen in enumerate(islice(cycle(amounts), 350)):
        county = tariffs_of(COUNTY, amount_fen=amount_fen)
        granted = policies.reward_for_validity(**facts(county=county, incident_id=derived("incident", number)))
        paid += granted.amount_fen
    assert total in (None, yuan(paid))
    assert 175_000 <= paid <= 700_000


def test_a_failed_payment_frees_each_of_its_rewards_and_says_why():
    granted = policies.reward_for_validity(**facts(county=tariffs_of(COUNTY, amount_fen=TEN_YUAN)))
    payment_id = derived("test", "payment")
    scheduled = scenarios(rewards.evolve)(granted, RewardScheduled(payment_id=payment_id)).state
    states = {FIRST: scheduled, SECOND: scheduled}
    failed = scenarios(payments.evolve)(PREPARED, APPROVED, FAILED).state
    freed = RewardUnscheduled(payment_id=payment_id, reason="account_closed")
    assert policies.rewards_released(failed, payment_id=payment_id, rewards=states) == {
        FIRST: freed,
        SECOND: freed,
    }
    unresolved = scenarios(payments.evolve)(PREPARED, APPROVED, UNRESOLVED).state
    with pytest.raises(Refusal, match=r"reward\.payment_may_arrive"):
        policies.rewards_released(unresolved, payment_id=payment_id, rewards=states)


def test_a_payment_is_shown_as_the_line_that_it_is():
    payment = payments.evolve(None, PREPARED)
    line = policies.batch_line(payment, payment_id=derived("test", "payment"))
    assert (line.line, line.amount_fen, line.rewards) == (7, 3_000, (FIRST, SECOND))
    assert (line.account, line.end_to_end_id) == (PREPARED.account, PREPARED.end_to_end_id)
    assert line.payment_id == derived("test", "payment")


def test_a_reward_is_shown_to_a_payment_as_what_is_owed():
    granted = policies.reward_for_validity(**facts(county=tariffs_of(COUNTY, amount_fen=TEN_YUAN)))
    reward = rewards.evolve(None, granted)
    shown = policies.reward_to_pay(reward, reward_id=FIRST)
    assert shown == payments.RewardToPay(FIRST, RIDER, VILLAGE, TEN_YUAN, BUDGET.id)
    assert policies.people_in([reward]) == {RIDER, GRID_WORKER, DEPARTMENT, OFFICER, CLERK}
    assert policies.people_in([]) == frozenset()
