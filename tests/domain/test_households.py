"""A household is registered in a village; persons join and leave it, and nobody belongs to two."""

from contextlib import suppress
from datetime import timedelta
from functools import reduce

import pytest
from hypothesis import given as with_any
from hypothesis import strategies as st

from domain import households, residences
from domain.households import HouseholdHeadNamed, HouseholdPersonJoined, HouseholdPersonLeft, HouseholdRegistered
from domain.kernel.refusals import Refusal
from domain.residences import ResidenceGivenUp, ResidenceTaken
from tests.domain.samples import CLERK, OTHER_RIDER, RIDER, TODAY, TOWNSHIP, VILLAGE
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(households.evolve)
DAY = timedelta(days=1)
YESTERDAY, TOMORROW = TODAY - DAY, TODAY + DAY

HOUSE, OTHER_HOUSE = (households.household_id(VILLAGE, number) for number in ("017", "018"))
REGISTERED = HouseholdRegistered(division=VILLAGE, reference="017")
JOINED = HouseholdPersonJoined(person_id=RIDER, since=YESTERDAY, reason="registered")
OTHER_JOINED = HouseholdPersonJoined(person_id=OTHER_RIDER, since=YESTERDAY, reason="moved_in")
HEAD = HouseholdHeadNamed(head_id=RIDER, since=YESTERDAY)
LEFT = HouseholdPersonLeft(person_id=RIDER, last_day=TODAY, reason="moved_out")
TAKEN = ResidenceTaken(person_id=RIDER, household_id=HOUSE, since=YESTERDAY)
GIVEN_UP = ResidenceGivenUp(household_id=HOUSE, last_day=TODAY)

TABLES = (
    Table(
        households.evolve,
        households.register,
        (),
        {"division": VILLAGE, "division_known": True, "reference": "017"},
        [
            row("household.already_registered", given=(REGISTERED,)),
            row("place.unknown", division_known=False),
            row("household.not_in_a_village", division=TOWNSHIP),
        ],
    ),
    Table(
        households.evolve,
        households.join,
        (REGISTERED,),
        {"person_id": RIDER, "person_known": True, "since": YESTERDAY, "reason": "registered", "on": TODAY},
        [
            row("household.unknown", given=()),
            row("person.unknown", person_known=False),
            row("household.reason_unknown", reason="won it"),
            row("household.day_in_future", since=TOMORROW),
        ],
    ),
    Table(
        households.evolve,
        households.leave,
        (REGISTERED, JOINED),
        {"person_id": RIDER, "last_day": TODAY, "reason": "moved_out", "on": TODAY},
        [
            row("household.unknown", given=()),
            row("household.reason_unknown", reason="lost it"),
            row("household.day_in_future", last_day=TOMORROW),
            row("household.not_in_it", given=(REGISTERED, OTHER_JOINED)),
            row("household.not_in_it", last_day=YESTERDAY - DAY),
            row("household.not_in_it", given=(REGISTERED, JOINED, LEFT)),
        ],
    ),
    Table(
        households.evolve,
        households.name_head,
        (REGISTERED, JOINED),
        {"head_id": RIDER, "since": TODAY, "on": TODAY},
        [
            row("household.unknown", given=()),
            row("household.day_in_future", since=TOMORROW),
            row("household.not_in_it", head_id=CLERK),
            row("household.head_already", given=(REGISTERED, JOINED, HEAD)),
        ],
    ),
    Table(
        residences.evolve,
        residences.take,
        (),
        {"person_id": RIDER, "household_id": OTHER_HOUSE, "since": TODAY},
        [
            row("residence.already_taken", given=(TAKEN,)),
            row("residence.already_taken", given=(TAKEN, GIVEN_UP)),
        ],
    ),
    Table(
        residences.evolve,
        residences.give_up,
        (TAKEN,),
        {"household_id": HOUSE, "last_day": TODAY},
        [
            row("residence.not_taken", given=()),
            row("residence.not_taken", household_id=OTHER_HOUSE),
            row("residence.not_taken", last_day=YESTERDAY - DAY),
            row("residence.not_taken", given=(TAKEN, GIVEN_UP)),
        ],
    ),
)


def test_the_same_number_in_a_village_is_the_same_household():
    assert households.household_id(VILLAGE, "017") == HOUSE != OTHER_HOUSE


def test_who_belongs_to_it_depends_on_the_day():
    house = given(REGISTERED, JOINED, OTHER_JOINED, HEAD, LEFT).state
    assert house.persons_on(TODAY) == (RIDER, OTHER_RIDER)
    assert house.persons_on(TOMORROW) == (OTHER_RIDER,)
    assert (house.head_on(TODAY), house.head_on(TOMORROW)) == (RIDER, None)


def test_a_new_head_leaves_the_old_one_in_history():
    second = HouseholdHeadNamed(head_id=OTHER_RIDER, since=TODAY)
    house = given(REGISTERED, JOINED, OTHER_JOINED, HEAD, second).state
    assert (house.head_on(YESTERDAY), house.head_on(TODAY)) == (RIDER, OTHER_RIDER)


def test_nobody_records_who_lives_with_him_or_that_he_comes_or_goes():
    house = given(REGISTERED, JOINED, OTHER_JOINED, LEFT).state
    households.require_outsider(house, recorder_id=CLERK, person_ids=[RIDER], on=TODAY)
    households.require_outsider(None, recorder_id=CLERK, person_ids=[RIDER], on=TODAY)
    households.require_outsider(house, recorder_id=RIDER, on=TOMORROW)
    for who, persons in ((CLERK, [RIDER, CLERK]), (OTHER_RIDER, [RIDER]), (RIDER, [OTHER_RIDER])):
        with pytest.raises(Refusal, match=r"chain\.acted_twice"):
            households.require_outsider(house, recorder_id=who, person_ids=persons, on=TODAY)


def test_whoever_died_does_not_live_there_on_his_last_day_either_unless_it_was_a_mistake():
    died = HouseholdPersonLeft(person_id=RIDER, last_day=TODAY, reason="died")
    house = given(REGISTERED, JOINED, died).state
    assert (house.persons_on(TODAY), house.living_on(TODAY), house.has_lost(RIDER)) == ((RIDER,), (), True)
    back = HouseholdPersonJoined(person_id=RIDER, since=TOMORROW, reason="correction")
    house = given(REGISTERED, JOINED, died, back).state
    assert (house.living_on(TOMORROW), house.has_lost(RIDER), house.has_lost(CLERK)) == ((RIDER,), False, False)


def test_a_person_may_come_back_and_has_to_be_named_head_anew():
    again = HouseholdPersonJoined(person_id=RIDER, since=TOMORROW, reason="moved_in")
    house = given(REGISTERED, JOINED, HEAD, LEFT, again).state
    assert (house.head_on(TODAY), house.head_on(TOMORROW)) == (RIDER, None)
    assert [one.until for one in house.belongings] == [TODAY, None]
    scenarios(residences.evolve)(TAKEN, GIVEN_UP).when(
        residences.take, person_id=RIDER, household_id=HOUSE, since=TOMORROW
    ).then(ResidenceTaken(person_id=RIDER, household_id=HOUSE, since=TOMORROW))


@with_any(
    st.lists(st.tuples(st.booleans(), st.sampled_from([HOUSE, OTHER_HOUSE]), st.integers(0, 12)), max_size=30),
)
def test_nobody_ever_belongs_to_two_households_on_one_day(tries):
    residence, history = None, []
    for joins, house, offset in tries:
        on = TODAY + offset * DAY
        with suppress(Refusal):
            if joins:
                event = residences.take(residence, person_id=RIDER, household_id=house, since=on)
            else:
                event = residences.give_up(residence, household_id=house, last_day=on)
            history.append(event)
            residence = residences.evolve(residence, event)
    for day in (TODAY + number * DAY for number in range(14)):
        spans = residence.spans if residence else ()
        assert sum(span.since <= day and (span.until is None or day <= span.until) for span in spans) <= 1
    assert reduce(residences.evolve, history, None) == residence


@every_row(*TABLES)
def test_refusals_in_the_order_of_the_checks(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_docstring_states_the_checks_and_their_order(table):
    table.check_accepted()
    table.check_documented()
