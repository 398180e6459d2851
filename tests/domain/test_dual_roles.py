"""Whoever holds two roles that a chain wants apart is flagged, where the two can meet."""

from itertools import combinations

import pytest

from domain import authority
from domain.dual_roles import PARTS_OF_ROLE, dual_roles
from domain.kernel.places import division
from domain.persons import ROLES
from tests.domain.samples import COUNTY, TOWNSHIP, VILLAGE

ELSEWHERE = division("361125200000")
EVENT_OF = {
    "reporter": "incident.reported/1",
    "verifier": "incident.closed/1",
    "handler": "incident.handled/1",
    "decider": "incident.validity_decided/1",
    "maker": "payout_batch.frozen/1",
    "checker": "payout_batch.approved/1",
}


@pytest.mark.parametrize(
    ("held", "flagged"),
    [
        ([("member", VILLAGE)], ()),
        ([("member", VILLAGE), ("grid_worker", TOWNSHIP)], (("grid_worker", "member"),)),
        ([("grid_worker", TOWNSHIP), ("member", VILLAGE)], (("grid_worker", "member"),)),
        ([("member", ELSEWHERE), ("grid_worker", TOWNSHIP)], ()),  # no report lies in both areas
        ([("member", VILLAGE), ("member", TOWNSHIP)], ()),
        ([("grid_worker", TOWNSHIP), ("grid_leader", TOWNSHIP)], ()),  # both look whether it is so
        ([("auditor", COUNTY), ("member", VILLAGE), ("administrator", COUNTY)], ()),
        ([("county_officer", COUNTY), ("county_approver", COUNTY)], (("county_approver", "county_officer"),)),
        (
            [("member", VILLAGE), ("department_handler", COUNTY), ("county_officer", COUNTY), ("member", ELSEWHERE)],
            (("county_officer", "department_handler"), ("county_officer", "member"), ("department_handler", "member")),
        ),
    ],
)
def test_two_roles_that_meet_in_a_chain(held, flagged):
    assert dual_roles(held) == flagged


def test_a_role_may_do_what_it_is_there_for_and_every_part_is_somebodys():
    for role, parts in PARTS_OF_ROLE.items():
        assert all(authority.may(role, EVENT_OF[part]) for part in parts)
    assert frozenset().union(*PARTS_OF_ROLE.values()) == set(EVENT_OF)


def test_whoever_may_take_two_parts_by_two_roles_is_flagged():
    """Read from the table of who may do what: administrators only write down what others say."""
    may = {part: authority.MAY[event] - {"administrator"} for part, event in EVENT_OF.items()}
    for role, other in combinations(sorted(ROLES), 2):
        own = {part for part, roles in may.items() if role in roles}
        others = {part for part, roles in may.items() if other in roles}
        if own and others and own != others and {role, other} != {"grid_leader", "grid_worker"}:
            assert dual_roles([(role, COUNTY), (other, VILLAGE)]) == ((role, other),)
