"""Nobody sits in both committees, and no near relative of a member of the one reviews for the other."""

from datetime import date

from domain import committees
from domain.committees import CommitteeLeft, CommitteeSeated, KinshipDeclared, KinshipWithdrawn
from tests.domain.samples import CLERK, GRID_WORKER, OTHER_RIDER, RIDER, TODAY, TOWNSHIP, VILLAGE
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(committees.evolve)
SINCE, EARLIER = date(2026, 1, 5), date(2025, 7, 1)
HEAD = CommitteeSeated(division=VILLAGE, person_id=CLERK, body="villagers", since=SINCE)
WATCHES = CommitteeSeated(division=VILLAGE, person_id=GRID_WORKER, body="supervision", since=SINCE)
KIN = KinshipDeclared(division=VILLAGE, person_id=RIDER, other_id=CLERK, kinship="spouse")
BOTH = CommitteeSeated(division=VILLAGE, person_id=GRID_WORKER, body="villagers", since=SINCE)
LEFT = CommitteeLeft(person_id=CLERK, body="villagers", last_day=date(2026, 6, 30))
SEAT = {"division": VILLAGE, "person_id": RIDER, "person_known": True, "body": "supervision", "since": SINCE}
DECLARE = {"division": VILLAGE, "person_id": RIDER, "other_id": CLERK, "kinship": "spouse"}


def reviewer(state, **facts):
    """Whether somebody may review, as a decision of a table: it records nothing."""
    committees.require_reviewer(state, **facts)
    return []


reviewer.__doc__ = committees.require_reviewer.__doc__

TABLES = (
    Table(
        committees.evolve,
        committees.seat,
        (HEAD,),
        SEAT,
        [
            row("committee.not_a_village", division=TOWNSHIP),
            row("committee.body_unknown", body="council"),
            row("person.unknown", person_known=False),
            row("committee.seated_already", given=(HEAD, WATCHES), person_id=GRID_WORKER),
            row("committee.seated_already", given=(HEAD, WATCHES), person_id=GRID_WORKER, since=EARLIER),
            row("committee.sits_in_both", given=(HEAD,), person_id=CLERK),
            row("committee.sits_in_both", given=(HEAD,), person_id=CLERK, since=EARLIER),
            row("committee.near_relative", given=(HEAD, KIN), person_id=RIDER),
            row("committee.near_relative", given=(HEAD, KIN), person_id=RIDER, since=EARLIER),
        ],
    ),
    Table(
        committees.evolve,
        committees.leave,
        (HEAD,),
        {"person_id": CLERK, "body": "villagers", "last_day": TODAY},
        [
            row("committee.not_seated", given=(HEAD, LEFT)),
            row("committee.left_before_seated", last_day=date(2026, 1, 4)),
        ],
    ),
    Table(
        committees.evolve,
        committees.declare_kinship,
        (HEAD,),
        DECLARE,
        [
            row("committee.not_a_village", division=TOWNSHIP),
            row("committee.kinship_unknown", kinship="friend"),
            row("committee.kin_of_oneself", person_id=RIDER, other_id=RIDER),
            row("committee.kinship_declared_already", given=(HEAD, KIN), person_id=CLERK, other_id=RIDER),
        ],
    ),
    Table(
        committees.evolve,
        committees.withdraw_kinship,
        (HEAD, KIN),
        {"person_id": CLERK, "other_id": RIDER},
        [row("committee.kinship_not_declared", other_id=OTHER_RIDER)],
    ),
    Table(
        committees.evolve,
        reviewer,
        (HEAD, WATCHES),
        {"person_id": GRID_WORKER, "on": TODAY},
        [
            row("committee.not_in_supervision", on=date(2026, 1, 4)),
            row(
                "committee.sits_in_both",
                given=(HEAD, WATCHES, BOTH),
            ),
            row(
                "committee.near_relative",
                given=(
                    HEAD,
                    WATCHES,
                    KinshipDeclared(division=VILLAGE, person_id=CLERK, other_id=GRID_WORKER, kinship="sibling"),
                ),
            ),
        ],
    ),
)


@every_row(*TABLES)
def test_refusals(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_tables_own_facts_are_accepted_and_documented(table):
    table.check_accepted()
    table.check_documented()


def test_whoever_has_left_stands_in_nobodys_way():
    given(HEAD, LEFT, KIN).when(committees.seat, **{**SEAT, "since": TODAY}).then(
        CommitteeSeated(division=VILLAGE, person_id=RIDER, body="supervision", since=TODAY)
    )


def test_what_was_declared_in_error_can_be_taken_back():
    withdrawn = KinshipWithdrawn(person_id=RIDER, other_id=CLERK)
    given(HEAD, KIN).when(committees.withdraw_kinship, person_id=RIDER, other_id=CLERK).then(withdrawn)
    given(HEAD, KIN, withdrawn).when(committees.seat, **SEAT).then(
        CommitteeSeated(division=VILLAGE, person_id=RIDER, body="supervision", since=SINCE)
    )
