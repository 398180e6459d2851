"""A report without a village is given one, once and inwards, by somebody who has no other hand in deciding on it."""

from dataclasses import replace
from functools import reduce

import pytest

from domain import incidents
from domain.incidents import IncidentReported, Turn, locating, next_step
from domain.incidents.events import IncidentLocated
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.kernel.workflow_steps import BESIDES, KERNEL, STEPS
from tests.domain.incident_acts import take
from tests.domain.samples import CLERK, COUNTY, GRID_WORKER, NOON, OFFICER, RIDER, TEXT, TOWNSHIP, VILLAGE
from tests.domain.workflow_templates import shipped

TEMPLATE = shipped("jiamusi-8")
TURN = Turn(TEMPLATE, "county_officer")
ELSEWHERE = Division("361126001201")
WIDE = IncidentReported(
    reporter_id=RIDER, category="市容环境", division=COUNTY, text=TEXT, source="app", reported_at=NOON
)


def located(division=VILLAGE, actor=CLERK):
    return IncidentLocated(actor_id=actor, division=division)


def state(*events):
    return reduce(incidents.evolve, events, None)


def test_the_report_belongs_to_the_village_from_then_on_and_its_course_stays():
    before = state(WIDE)
    event = locating.locate(before, turn=TURN, actor_id=CLERK, division=VILLAGE)
    after = incidents.evolve(before, event)
    assert (event, after.division) == (located(), VILLAGE)
    assert next_step(TEMPLATE, after.course) == next_step(TEMPLATE, before.course)


def test_the_county_names_the_township_and_the_township_the_village():
    township = state(WIDE, located(TOWNSHIP))
    assert locating.locate(township, turn=TURN, actor_id=OFFICER, division=VILLAGE) == located(actor=OFFICER)


@pytest.mark.parametrize(
    ("code", "incident", "changes"),
    [
        ("incident.unknown", None, {}),
        ("incident.ended", "declined", {}),
        ("incident.already_verified", "verified", {}),
        ("incident.already_located", state(WIDE, located()), {}),
        ("incident.place_not_within", state(WIDE), {"division": COUNTY}),
        ("incident.place_not_within", state(WIDE), {"division": ELSEWHERE}),
        ("incident.place_not_within", state(replace(WIDE, division=TOWNSHIP)), {"division": COUNTY}),
        ("chain.acted_twice", state(WIDE), {"actor_id": RIDER}),
    ],
)
def test_each_way_of_being_refused(code, incident, changes):
    if isinstance(incident, str):
        act, actor, role = {
            "declined": ("decline", OFFICER, "county_officer"),
            "verified": ("verify", GRID_WORKER, "grid_worker"),
        }[incident]
        begun = (
            state(WIDE)
            if act == "decline"
            else state(WIDE, take(state(WIDE), "accept", workflow=TEMPLATE, role="county_officer", actor_id=OFFICER))
        )
        incident = incidents.evolve(begun, take(begun, act, workflow=TEMPLATE, role=role, actor_id=actor))
    with pytest.raises(Refusal) as refused:
        locating.locate(incident, **{"turn": TURN, "actor_id": CLERK, "division": VILLAGE, **changes})
    assert refused.value.code == code


def test_whoever_said_where_it_is_does_not_verify_it():
    for workflow in (TEMPLATE, KERNEL):
        incident = state(WIDE, located(actor=GRID_WORKER))
        if workflow is TEMPLATE:
            accepted = take(incident, "accept", workflow=workflow, role="county_officer", actor_id=OFFICER)
            incident = incidents.evolve(incident, accepted)
        with pytest.raises(Refusal, match=r"chain\.acted_twice"):
            take(incident, "verify", workflow=workflow, role="grid_worker", actor_id=GRID_WORKER)


def test_no_template_names_the_act():
    assert "locate" not in {*STEPS, *BESIDES}
