"""Volunteers sign up, are checked in at the place, and another person confirms how long each of them served."""

from dataclasses import replace
from datetime import date

from domain.deeds import activities
from domain.deeds.activities import (
    ActivityCancelled,
    ActivityCheckedIn,
    ActivityHoursConfirmed,
    ActivityHoursWithdrawn,
    ActivityPublished,
    ActivitySignedUp,
    ActivitySignUpWithdrawn,
    Served,
)
from tests.domain.samples import APPROVER, CLERK, GRID_WORKER, OFFICER, OTHER_RIDER, RIDER, TODAY, VILLAGE
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(activities.evolve)

YESTERDAY, TOMORROW = date(2026, 11, 21), date(2026, 11, 23)
PUBLISHED = ActivityPublished(
    division=VILLAGE,
    title="河道清洁",
    place="村口",
    item="volunteer_hour",
    held_on=TODAY,
    minutes=120,
    seats=1,
    organiser="城东村村委会",
    publisher_id=GRID_WORKER,
)
SIGNED_UP = ActivitySignedUp(person_id=RIDER)
CHECKED_IN = ActivityCheckedIn(person_ids=(RIDER,), recorder_id=CLERK)
CONFIRMED = ActivityHoursConfirmed(served=(Served(RIDER, 90),), confirmer_id=OFFICER)
HOURS_WITHDRAWN = ActivityHoursWithdrawn(person_id=RIDER, withdrawer_id=OFFICER, reason="wrong_amount")
CANCELLED = ActivityCancelled(reason="bad_weather")
PUBLISH = {
    "division": VILLAGE,
    "division_known": True,
    "title": PUBLISHED.title,
    "place": PUBLISHED.place,
    "item": "volunteer_hour",
    "item_in_force": True,
    "held_on": TODAY,
    "minutes": 120,
    "seats": 1,
    "organiser": PUBLISHED.organiser,
    "today": TODAY,
    "actor_id": GRID_WORKER,
}
CAME = (PUBLISHED, SIGNED_UP, CHECKED_IN)
TABLES = (
    Table(
        activities.evolve,
        activities.publish,
        (),
        PUBLISH,
        [
            row("activity.already_published", given=(PUBLISHED,)),
            row("place.unknown", division_known=False),
            row("deed.item_unknown", item_in_force=False),
            row("deed.seats_out_of_range", seats=0),
            row("deed.minutes_out_of_range", minutes=0),
            row("deed.minutes_out_of_range", minutes=721),
            row("activity.held_in_past", held_on=YESTERDAY),
        ],
    ),
    Table(
        activities.evolve,
        activities.sign_up,
        (PUBLISHED,),
        {"person_id": OTHER_RIDER, "person_known": True, "today": TODAY},
        [
            row("activity.unknown", given=()),
            row("activity.is_cancelled", given=(PUBLISHED, SIGNED_UP, CANCELLED)),
            row("person.unknown", person_known=False),
            row("activity.is_over", today=TOMORROW),
            row("activity.signed_up_already", given=(PUBLISHED, SIGNED_UP), person_id=RIDER),
            row("activity.no_seat_left", given=(PUBLISHED, SIGNED_UP)),
        ],
    ),
    Table(
        activities.evolve,
        activities.withdraw_sign_up,
        (PUBLISHED, SIGNED_UP),
        {"person_id": RIDER},
        [row("activity.unknown", given=()), row("activity.not_signed_up", given=CAME)],
    ),
    Table(
        activities.evolve,
        activities.check_in,
        (PUBLISHED, SIGNED_UP),
        {"person_ids": (RIDER,), "unknown": 0, "today": TODAY, "actor_id": CLERK},
        [
            row("activity.unknown", given=()),
            row("activity.is_cancelled", given=(PUBLISHED, SIGNED_UP, CANCELLED)),
            row("person.unknown", unknown=1),
            row("activity.not_begun", today=YESTERDAY),
            row("activity.checked_in_already", given=CAME, person_ids=(RIDER,)),
            row("activity.no_seat_left", person_ids=(OTHER_RIDER,)),
            row("chain.acted_twice", actor_id=RIDER),
        ],
    ),
    Table(
        activities.evolve,
        activities.confirm_hours,
        CAME,
        {"served": (Served(RIDER, 90),), "actor_id": OFFICER},
        [
            row("activity.unknown", given=()),
            row("activity.is_cancelled", given=(*CAME, CANCELLED)),
            row("activity.not_checked_in", given=(*CAME, CONFIRMED)),
            row("activity.not_checked_in", served=(Served(RIDER, 90), Served(RIDER, 30))),
            row("deed.minutes_out_of_range", served=(Served(RIDER, 121),)),
            row("chain.acted_twice", actor_id=RIDER),
            row("chain.acted_twice", actor_id=CLERK),
            row("chain.acted_twice", actor_id=GRID_WORKER),
        ],
    ),
    Table(
        activities.evolve,
        activities.withdraw_hours,
        (*CAME, CONFIRMED),
        {"person_id": RIDER, "actor_id": OFFICER, "reason": "untrue"},
        [
            row("activity.unknown", given=()),
            row("activity.not_confirmed", given=(*CAME, CONFIRMED, HOURS_WITHDRAWN)),
            row("deed.reason_unknown", reason="mood"),
            row("chain.acted_twice", actor_id=RIDER),
        ],
    ),
    Table(
        activities.evolve,
        activities.cancel,
        (PUBLISHED, SIGNED_UP),
        {"reason": "too_few"},
        [
            row("activity.unknown", given=()),
            row("activity.is_cancelled", given=(PUBLISHED, CANCELLED)),
            row("activity.has_hours", given=(*CAME, CONFIRMED)),
            row("deed.reason_unknown", reason="mood"),
        ],
    ),
)


def test_a_seat_that_was_given_back_is_free():
    back = ActivitySignUpWithdrawn(person_id=RIDER)
    outcome = given(PUBLISHED, SIGNED_UP, back).when(
        activities.sign_up, person_id=OTHER_RIDER, person_known=True, today=TODAY
    )
    outcome.then(ActivitySignedUp(person_id=OTHER_RIDER))


def test_who_comes_without_having_signed_up_takes_a_free_seat():
    outcome = given(replace(PUBLISHED, seats=2), SIGNED_UP).when(
        activities.check_in, person_ids=(OTHER_RIDER,), unknown=0, today=TODAY, actor_id=CLERK
    )
    outcome.then(ActivityCheckedIn(person_ids=(OTHER_RIDER,), recorder_id=CLERK))


def test_what_does_not_count_any_more_is_no_hour():
    assert given(*CAME, CONFIRMED).state.served == {RIDER: 90}
    assert given(*CAME, CONFIRMED, HOURS_WITHDRAWN).state.served == {}


def test_whoever_served_confirms_nobodys_hours():
    both = ActivityCheckedIn(person_ids=(RIDER, APPROVER), recorder_id=CLERK)
    outcome = given(replace(PUBLISHED, seats=2), both).when(
        activities.confirm_hours, served=(Served(RIDER, 90),), actor_id=APPROVER
    )
    outcome.refused("chain.acted_twice", person_id=APPROVER)


@every_row(*TABLES)
def test_refusals(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_tables_own_facts_are_accepted_and_documented(table):
    table.check_accepted()
    table.check_documented()
