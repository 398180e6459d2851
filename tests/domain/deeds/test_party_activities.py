"""A party member's service counts when his unit and the community have both confirmed it, by two different persons."""

from datetime import date

from domain.deeds import party_activities
from domain.deeds.party_activities import (
    PartyActivityCommunityConfirmed,
    PartyActivityRecorded,
    PartyActivityRejected,
    PartyActivityUnitConfirmed,
    PartyActivityWithdrawn,
    party_activity_id,
)
from tests.domain.samples import CLERK, DEPARTMENT, GRID_WORKER, OFFICER, RIDER, TODAY, VILLAGE
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(party_activities.evolve)

RECORDED = PartyActivityRecorded(
    division=VILLAGE,
    person_id=RIDER,
    unit="县水利局",
    title="防汛值守",
    item="party_activity",
    held_on=TODAY,
    minutes=120,
    recorder_id=CLERK,
)
UNIT = PartyActivityUnitConfirmed(confirmer_id=DEPARTMENT)
COMMUNITY = PartyActivityCommunityConfirmed(confirmer_id=GRID_WORKER)
REJECTED = PartyActivityRejected(rejecter_id=GRID_WORKER, reason="not_done")
WITHDRAWN = PartyActivityWithdrawn(withdrawer_id=OFFICER, reason="untrue")
RECORD = {
    "division": VILLAGE,
    "division_known": True,
    "person_id": RIDER,
    "person_known": True,
    "unit": "县水利局",
    "confirmers": 1,
    "title": "防汛值守",
    "item": "party_activity",
    "item_in_force": True,
    "held_on": TODAY,
    "minutes": 120,
    "today": TODAY,
    "actor_id": CLERK,
}
TABLES = (
    Table(
        party_activities.evolve,
        party_activities.record,
        (),
        RECORD,
        [
            row("party_activity.already_recorded", given=(RECORDED,)),
            row("place.unknown", division_known=False),
            row("person.unknown", person_known=False),
            row("party_activity.nobody_may_confirm", confirmers=0),
            row("deed.day_in_future", held_on=date(2026, 11, 23)),
            row("deed.minutes_out_of_range", minutes=0),
            row("deed.minutes_out_of_range", minutes=721),
            row("deed.item_unknown", item_in_force=False),
        ],
    ),
    Table(
        party_activities.evolve,
        party_activities.confirm_unit,
        (RECORDED, COMMUNITY),
        {"actor_id": DEPARTMENT, "departments": frozenset({"县水利局"})},
        [
            row("party_activity.unknown", given=()),
            row("party_activity.not_recorded", given=(RECORDED, REJECTED)),
            row("party_activity.side_confirmed", given=(RECORDED, UNIT)),
            row("party_activity.other_unit", departments=frozenset({"县教育局"})),
            row("chain.acted_twice", actor_id=RIDER),
            row("chain.acted_twice", actor_id=CLERK),
            row("chain.acted_twice", actor_id=GRID_WORKER, given=(RECORDED, COMMUNITY)),
        ],
    ),
    Table(
        party_activities.evolve,
        party_activities.confirm_community,
        (RECORDED, UNIT),
        {"actor_id": GRID_WORKER},
        [
            row("party_activity.unknown", given=()),
            row("party_activity.not_recorded", given=(RECORDED, UNIT, COMMUNITY)),
            row("party_activity.side_confirmed", given=(RECORDED, COMMUNITY)),
            row("chain.acted_twice", actor_id=DEPARTMENT, given=(RECORDED, UNIT)),
        ],
    ),
    Table(
        party_activities.evolve,
        party_activities.reject,
        (RECORDED, UNIT),
        {"actor_id": GRID_WORKER, "reason": "not_done"},
        [
            row("party_activity.unknown", given=()),
            row("party_activity.not_recorded", given=(RECORDED, REJECTED)),
            row("deed.reason_unknown", reason="mood"),
            row("chain.acted_twice", actor_id=RIDER),
        ],
    ),
    Table(
        party_activities.evolve,
        party_activities.withdraw,
        (RECORDED, UNIT, COMMUNITY),
        {"actor_id": OFFICER, "reason": "untrue"},
        [
            row("party_activity.unknown", given=()),
            row("party_activity.not_confirmed", given=(RECORDED, UNIT)),
            row("deed.reason_unknown", reason="mood"),
            row("chain.acted_twice", actor_id=RIDER),
        ],
    ),
)


def test_it_counts_when_both_have_confirmed_whoever_was_first():
    assert given(RECORDED, UNIT).state.status == "recorded"
    assert given(RECORDED, UNIT, COMMUNITY).state.status == "confirmed"
    assert given(RECORDED, COMMUNITY, UNIT).state.status == "confirmed"
    assert given(RECORDED, COMMUNITY, UNIT, WITHDRAWN).state.status == "withdrawn"


def test_one_service_is_counted_once_and_recorded_anew_where_it_was_not_confirmed():
    for ended in ((RECORDED, REJECTED), (RECORDED, UNIT, COMMUNITY, WITHDRAWN)):
        given(*ended).when(party_activities.record, **RECORD).then(RECORDED)
    first = party_activity_id(RIDER, "县水利局", "防汛值守", TODAY)
    assert first == party_activity_id(RIDER, " 县水利局", "防汛 值守", TODAY)
    assert first != party_activity_id(RIDER, "县水利局", "防汛值守（夜间）", TODAY)


@every_row(*TABLES)
def test_refusals(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_tables_own_facts_are_accepted_and_documented(table):
    table.check_accepted()
    table.check_documented()
