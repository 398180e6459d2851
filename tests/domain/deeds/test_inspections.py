"""Two or more look at a home, one writes down what they saw and another confirms it: once a month."""

from datetime import date

from domain.deeds import inspections
from domain.deeds.inspections import (
    InspectionConfirmed,
    InspectionDisputed,
    InspectionRecorded,
    InspectionWithdrawn,
    inspection_id,
)
from domain.kernel.calendar import Month
from domain.kernel.ids import derived
from tests.domain.samples import APPROVER, CLERK, GRID_WORKER, OFFICER, RIDER, TODAY, VILLAGE
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(inspections.evolve)

HOUSEHOLD = derived("test", "household")
INSPECTORS = (GRID_WORKER, CLERK)
RECORDED = InspectionRecorded(
    division=VILLAGE,
    household_id=HOUSEHOLD,
    month=Month("2026-11"),
    inspected_on=TODAY,
    inspectors=INSPECTORS,
    result="clean",
    item="clean_household",
    recorder_id=GRID_WORKER,
)
CONFIRMED = InspectionConfirmed(confirmer_id=CLERK)
DISPUTED = InspectionDisputed(disputer_id=CLERK, reason="wrong_result")
WITHDRAWN = InspectionWithdrawn(withdrawer_id=OFFICER, reason="untrue")
RECORD = {
    "division": VILLAGE,
    "household_id": HOUSEHOLD,
    "living_there": frozenset({RIDER}),
    "inspected_on": TODAY,
    "today": TODAY,
    "inspectors": INSPECTORS,
    "unknown": 0,
    "confirmers": 1,
    "result": "clean",
    "item": "clean_household",
    "item_in_force": True,
    "actor_id": GRID_WORKER,
}
TABLES = (
    Table(
        inspections.evolve,
        inspections.record,
        (),
        RECORD,
        [
            row("inspection.already_recorded", given=(RECORDED,)),
            row("inspection.already_recorded", given=(RECORDED, CONFIRMED)),
            row("deed.day_in_future", inspected_on=date(2026, 11, 23)),
            row("inspection.result_unknown", result="spotless"),
            row("inspection.too_few_inspectors", inspectors=(GRID_WORKER,)),
            row("inspection.too_few_inspectors", inspectors=(GRID_WORKER, GRID_WORKER)),
            row("person.unknown", unknown=1),
            row("inspection.recorder_no_inspector", actor_id=OFFICER),
            row("inspection.nobody_may_confirm", confirmers=0),
            row("inspection.inspector_lives_there", inspectors=(GRID_WORKER, RIDER)),
            row("deed.item_unknown", item_in_force=False),
        ],
    ),
    Table(
        inspections.evolve,
        inspections.confirm,
        (RECORDED,),
        {"actor_id": CLERK},
        [
            row("inspection.unknown", given=()),
            row("inspection.not_recorded", given=(RECORDED, CONFIRMED)),
            row("inspection.confirmer_no_inspector", actor_id=APPROVER),
            row("chain.acted_twice", actor_id=GRID_WORKER),
        ],
    ),
    Table(
        inspections.evolve,
        inspections.dispute,
        (RECORDED,),
        {"actor_id": CLERK, "reason": "wrong_result"},
        [
            row("inspection.unknown", given=()),
            row("inspection.not_recorded", given=(RECORDED, DISPUTED)),
            row("inspection.confirmer_no_inspector", actor_id=APPROVER),
            row("chain.acted_twice", actor_id=GRID_WORKER),
            row("deed.reason_unknown", reason="mood"),
        ],
    ),
    Table(
        inspections.evolve,
        inspections.withdraw,
        (RECORDED, CONFIRMED),
        {"living_there": frozenset({RIDER}), "actor_id": OFFICER, "reason": "untrue"},
        [
            row("inspection.unknown", given=()),
            row("inspection.not_confirmed", given=(RECORDED,)),
            row("deed.reason_unknown", reason="mood"),
            row("chain.acted_twice", actor_id=RIDER),
        ],
    ),
)


def test_what_two_do_not_agree_on_is_recorded_anew():
    given(RECORDED, DISPUTED).when(inspections.record, **RECORD).then(RECORDED)
    given(RECORDED, CONFIRMED, WITHDRAWN).when(inspections.record, **RECORD).then(RECORDED)


def test_a_household_has_one_inspection_a_month():
    assert inspection_id(HOUSEHOLD, Month("2026-11")) != inspection_id(HOUSEHOLD, Month("2026-12"))


@every_row(*TABLES)
def test_refusals(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_tables_own_facts_are_accepted_and_documented(table):
    table.check_accepted()
    table.check_documented()
