"""A grid is measured for every factor of the rule in force; weights sum to 100 and bands rise."""

from dataclasses import replace
from datetime import date

import pytest

from domain import difficulty, difficulty_rules
from domain.difficulty import DifficultyInputsRecorded
from domain.difficulty_rules import DifficultyRulePublished
from domain.kernel.ids import derived, event_name, stream_name
from domain.kernel.scoring import Factor, FactorBand, Measured, StaffingBand
from tests.domain.samples import COUNTY, TODAY, VILLAGE
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(difficulty_rules.evolve)

NEW_YEAR, JULY = date(2026, 1, 1), date(2026, 7, 1)
HOUSEHOLDS = Factor("households", "常住户数", "户", 60, (FactorBand(0, 20), FactorBand(300, 100)))
SHOPS = Factor("shops", "沿街商铺", "家", 40, (FactorBand(0, 0), FactorBand(50, 80)))
FACTORS = (HOUSEHOLDS, SHOPS)
STAFFING = (StaffingBand(0, 1), StaffingBand(6_000, 2))
RULE = event_name(stream_name("difficulty_rule", derived("difficulty_rule", COUNTY)), 1)
INPUTS = (Measured("households", 310), Measured("shops", 12))


def published(since=NEW_YEAR):
    return DifficultyRulePublished(
        division=COUNTY, since=since, document="常新〔2026〕1号", factors=FACTORS, staffing=STAFFING
    )


RECORDED = DifficultyInputsRecorded(
    division=VILLAGE, grid="第三网格", measured_on=NEW_YEAR, rule=RULE, inputs=INPUTS, document="台账1"
)
RULE_FACTS = {
    "division": COUNTY,
    "division_known": True,
    "since": JULY,
    "document": "常新〔2026〕2号",
    "factors": FACTORS,
    "staffing": STAFFING,
}
FACTS = {
    "division": VILLAGE,
    "division_known": True,
    "grid": "第三网格",
    "measured_on": TODAY,
    "today": TODAY,
    "rule": RULE,
    "factors": FACTORS,
    "inputs": INPUTS,
    "document": "台账2",
}


def factors(**changes):
    return (replace(HOUSEHOLDS, **changes), SHOPS)


TABLES = (
    Table(
        difficulty_rules.evolve,
        difficulty_rules.publish,
        (published(),),
        RULE_FACTS,
        [
            row("place.unknown", division_known=False),
            row("difficulty_rule.factor_twice", factors=(SHOPS, SHOPS)),
            row("difficulty_rule.weight_not_positive", factors=factors(weight=0)),
            row("difficulty_rule.weights_sum", factors=factors(weight=61)),
            row("difficulty_rule.weights_sum", factors=()),
            row("difficulty_rule.bands_missing", factors=factors(bands=())),
            row("difficulty_rule.bands_not_rising", factors=factors(bands=(FactorBand(5, 1), FactorBand(5, 101)))),
            row("difficulty_rule.bands_not_rising", factors=factors(bands=(FactorBand(-1, 101),))),
            row("difficulty_rule.points_out_of_range", factors=factors(bands=(FactorBand(0, 101),))),
            row("difficulty_rule.points_out_of_range", factors=factors(bands=(FactorBand(0, -1),))),
            row("difficulty_rule.staffing_missing", staffing=()),
            row("difficulty_rule.staffing_not_rising", staffing=(StaffingBand(20_000, 2), StaffingBand(1, 1))),
            row("difficulty_rule.staffing_out_of_range", staffing=(StaffingBand(10_001, 2),)),
            row("difficulty_rule.staffing_out_of_range", staffing=(StaffingBand(0, -1),)),
            row("difficulty_rule.since_reused", since=NEW_YEAR),
        ],
    ),
    Table(
        difficulty.evolve,
        difficulty.record_inputs,
        (RECORDED,),
        FACTS,
        [
            row("place.unknown", division_known=False),
            row("difficulty.measured_in_future", measured_on=date(2026, 11, 23)),
            row("difficulty.no_rule", rule=None),
            row("difficulty.factor_unknown", inputs=(*INPUTS, Measured("dogs", 1))),
            row("difficulty.factor_twice", inputs=(Measured("households", -1), Measured("households", -1))),
            row("difficulty.factor_missing", inputs=(Measured("households", -1),)),
            row("difficulty.value_out_of_range", inputs=(Measured("households", -1), INPUTS[1])),
            row("difficulty.value_out_of_range", inputs=(Measured("households", 10**9 + 1), INPUTS[1])),
            row("difficulty.day_reused", measured_on=NEW_YEAR),
        ],
    ),
)


def test_the_figures_name_the_rule_and_hold_no_score():
    scenarios(difficulty.evolve)().when(difficulty.record_inputs, **FACTS).then(
        replace(RECORDED, measured_on=TODAY, document="台账2")
    )


@pytest.mark.parametrize(
    ("on", "seq"), [(date(2025, 12, 31), None), (NEW_YEAR, 2), (date(2026, 6, 30), 2), (JULY, 1), (TODAY, 1)]
)
def test_the_latest_rule_that_had_begun_applies(on, seq):
    """Recorded in another order than that of their days: the day decides."""
    found = given(published(JULY), published(NEW_YEAR)).state.in_force(on)
    assert (found and int(found.name.rpartition("@")[2])) == seq


@every_row(*TABLES)
def test_refusals_in_the_order_of_the_checks(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_docstring_states_the_checks_and_their_order(table):
    table.check_accepted()
    table.check_documented()
