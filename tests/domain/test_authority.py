"""A role lets its holder cause some events, in its area, on the days it is held."""

from datetime import timedelta

import pytest

from domain import authority, streams
from domain.kernel.refusals import Refusal
from domain.persons import ROLES, PersonRegistered, RoleGranted, evolve
from domain.refusal_codes import CODES
from tests.domain.samples import COUNTY, ELSEWHERE, TEXT, TODAY, TOWNSHIP, VILLAGE


def holder(*roles):
    person = evolve(None, PersonRegistered(name=TEXT, pseudonymous=False))
    for role in roles:
        person = evolve(person, RoleGranted(role=role, area=TOWNSHIP, since=TODAY, until=TODAY))
    return person


FACTS = {"role": "grid_worker", "event_type": "incident.verified/1", "division": VILLAGE, "on": TODAY}
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


def refusal_of(person, **changes):
    with pytest.raises(Refusal) as refused:
        authority.require(person, **{**FACTS, **changes})
    assert tuple(refused.value.facts) == CODES[refused.value.code]
    return refused.value.code


def test_whoever_holds_the_role_there_may():
    authority.require(holder("grid_worker"), **FACTS)


@pytest.mark.parametrize("on", [YESTERDAY, TOMORROW])
def test_a_role_is_needed_and_held_on_the_day(on):
    assert refusal_of(None) == "authority.role_not_held"
    assert refusal_of(holder()) == "authority.role_not_held"
    assert refusal_of(holder("member")) == "authority.role_not_held"
    assert refusal_of(holder("grid_worker"), on=on) == "authority.role_not_held"


def test_a_role_may_cause_only_its_own_events_and_no_unknown_one():
    person = holder("grid_worker")
    assert refusal_of(person, event_type="payout_batch.approved/1") == "authority.role_may_not"
    assert refusal_of(person, event_type="incident.verified/2") == "authority.role_may_not"


@pytest.mark.parametrize("division", [COUNTY, ELSEWHERE])
def test_a_role_ends_at_the_border_of_its_area(division):
    assert refusal_of(holder("grid_worker"), division=division) == "authority.outside_area"


def test_a_member_reports_only_for_himself_and_a_grid_worker_also_for_others():
    person = holder("member", "grid_worker")
    report = {**FACTS, "event_type": "incident.reported/1"}
    authority.require(person, **{**report, "role": "member"})
    authority.require(person, **{**report, "role": "grid_worker"}, for_oneself=False)
    code = refusal_of(person, role="member", event_type="incident.reported/1", for_oneself=False)
    assert code == "authority.only_for_oneself"


def test_the_checks_come_in_the_order_that_is_stated():
    wrong = {"event_type": "incident.reported/1", "division": ELSEWHERE, "for_oneself": False}
    assert refusal_of(holder(), role="member", **wrong) == "authority.role_not_held"
    assert (
        refusal_of(holder("member"), role="member", **{**wrong, "event_type": "place.registered/1"})
        == "authority.role_may_not"
    )
    assert refusal_of(holder("member"), role="member", **wrong) == "authority.only_for_oneself"
    assert refusal_of(holder("member"), role="member", **{**wrong, "for_oneself": True}) == "authority.outside_area"


def test_every_event_type_has_somebody_who_may_cause_it_and_nothing_else_is_listed():
    assert set(authority.MAY) == set(streams.event_types())
    assert all(roles and roles <= ROLES for roles in authority.MAY.values())


def test_nobody_may_both_make_and_check_a_batch_by_one_role():
    made, checked = authority.MAY["payout_batch.frozen/1"], authority.MAY["payout_batch.approved/1"]
    assert not made & checked


def test_reading_roles_cause_nothing():
    assert not any({"auditor", "witness"} & roles for roles in authority.MAY.values())
