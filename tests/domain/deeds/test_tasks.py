"""A community task: somebody takes it on, does it, and another person confirms that he did."""

from datetime import date

from domain.deeds import tasks
from domain.deeds.tasks import (
    TaskAccepted,
    TaskConfirmationWithdrawn,
    TaskConfirmed,
    TaskDone,
    TaskGivenUp,
    TaskOffered,
    TaskSentBack,
    TaskWithdrawn,
)
from tests.domain.samples import CLERK, GRID_WORKER, OFFICER, OTHER_RIDER, RIDER, TODAY, VILLAGE
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(tasks.evolve)

YESTERDAY, TOMORROW = date(2026, 11, 21), date(2026, 11, 23)
OFFERED = TaskOffered(
    division=VILLAGE,
    title="清扫文化广场",
    place="文化广场",
    item="task",
    due_on=TOMORROW,
    seats=1,
    offerer_id=GRID_WORKER,
)
ACCEPTED = TaskAccepted(person_id=RIDER, accepted_on=YESTERDAY)
DONE = TaskDone(person_id=RIDER, done_on=TODAY, recorder_id=CLERK)
CONFIRMED = TaskConfirmed(person_id=RIDER, confirmer_id=OFFICER)
ANNULLED = TaskConfirmationWithdrawn(person_id=RIDER, withdrawer_id=OFFICER, reason="untrue")
WITHDRAWN = TaskWithdrawn(reason="no_longer_needed")
OFFER = {
    "division": VILLAGE,
    "division_known": True,
    "title": OFFERED.title,
    "place": OFFERED.place,
    "item": "task",
    "item_in_force": True,
    "due_on": TOMORROW,
    "seats": 1,
    "today": TODAY,
    "actor_id": GRID_WORKER,
}
TABLES = (
    Table(
        tasks.evolve,
        tasks.offer,
        (),
        OFFER,
        [
            row("task.already_offered", given=(OFFERED,)),
            row("place.unknown", division_known=False),
            row("deed.item_unknown", item_in_force=False),
            row("deed.seats_out_of_range", seats=0),
            row("deed.seats_out_of_range", seats=10_001),
            row("task.due_in_past", due_on=YESTERDAY),
        ],
    ),
    Table(
        tasks.evolve,
        tasks.accept,
        (OFFERED,),
        {"person_id": OTHER_RIDER, "person_known": True, "today": TODAY},
        [
            row("task.unknown", given=()),
            row("person.unknown", person_known=False),
            row("task.is_withdrawn", given=(OFFERED, ACCEPTED, WITHDRAWN)),
            row("task.is_over", today=date(2026, 11, 24)),
            row("task.accepted_already", given=(OFFERED, ACCEPTED), person_id=RIDER),
            row("task.no_seat_left", given=(OFFERED, ACCEPTED)),
            row("chain.acted_twice", person_id=GRID_WORKER),
        ],
    ),
    Table(
        tasks.evolve,
        tasks.give_up,
        (OFFERED, ACCEPTED),
        {"person_id": RIDER, "reason": "no_time"},
        [
            row("task.unknown", given=()),
            row("task.not_accepted", given=(OFFERED, ACCEPTED, DONE)),
            row("deed.reason_unknown", reason="mood"),
        ],
    ),
    Table(
        tasks.evolve,
        tasks.finish,
        (OFFERED, ACCEPTED),
        {"person_id": RIDER, "done_on": TODAY, "today": TODAY, "actor_id": RIDER},
        [
            row("task.unknown", given=()),
            row("task.not_accepted", person_id=OTHER_RIDER),
            row("deed.day_in_future", done_on=TOMORROW),
            row("task.done_before_accepted", done_on=date(2026, 11, 20)),
        ],
    ),
    Table(
        tasks.evolve,
        tasks.send_back,
        (OFFERED, ACCEPTED, DONE),
        {"person_id": RIDER, "actor_id": OFFICER, "reason": "partly_done"},
        [
            row("task.unknown", given=()),
            row("task.not_done", given=(OFFERED, ACCEPTED)),
            row("deed.reason_unknown", reason="mood"),
            row("chain.acted_twice", actor_id=RIDER),
        ],
    ),
    Table(
        tasks.evolve,
        tasks.confirm,
        (OFFERED, ACCEPTED, DONE),
        {"person_id": RIDER, "actor_id": OFFICER},
        [
            row("task.unknown", given=()),
            row("task.not_done", given=(OFFERED, ACCEPTED, DONE, CONFIRMED)),
            row("chain.acted_twice", actor_id=RIDER),
            row("chain.acted_twice", actor_id=CLERK),
            row("chain.acted_twice", actor_id=GRID_WORKER),
        ],
    ),
    Table(
        tasks.evolve,
        tasks.withdraw_confirmation,
        (OFFERED, ACCEPTED, DONE, CONFIRMED),
        {"person_id": RIDER, "actor_id": OFFICER, "reason": "untrue"},
        [
            row("task.unknown", given=()),
            row("task.not_confirmed", given=(OFFERED, ACCEPTED, DONE, CONFIRMED, ANNULLED)),
            row("deed.reason_unknown", reason="mood"),
            row("chain.acted_twice", actor_id=RIDER),
        ],
    ),
    Table(
        tasks.evolve,
        tasks.withdraw,
        (OFFERED, ACCEPTED),
        {"reason": "bad_weather"},
        [
            row("task.unknown", given=()),
            row("task.is_withdrawn", given=(OFFERED, WITHDRAWN)),
            row("deed.reason_unknown", reason="mood"),
        ],
    ),
)


def test_a_task_that_was_given_up_is_free_for_another():
    given_up = TaskGivenUp(person_id=RIDER, reason="ill")
    outcome = given(OFFERED, ACCEPTED, given_up).when(
        tasks.accept, person_id=OTHER_RIDER, person_known=True, today=TODAY
    )
    outcome.then(TaskAccepted(person_id=OTHER_RIDER, accepted_on=TODAY))


def test_what_was_sent_back_is_done_once_more():
    sent_back = TaskSentBack(person_id=RIDER, sender_id=OFFICER, reason="partly_done")
    task = given(OFFERED, ACCEPTED, DONE, sent_back)
    task.when(tasks.finish, person_id=RIDER, done_on=TODAY, today=TODAY, actor_id=CLERK).then(DONE)


def test_what_was_done_before_the_task_was_withdrawn_is_still_confirmed():
    given(OFFERED, ACCEPTED, DONE, WITHDRAWN).when(tasks.confirm, person_id=RIDER, actor_id=OFFICER).then(CONFIRMED)


@every_row(*TABLES)
def test_refusals(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_tables_own_facts_are_accepted_and_documented(table):
    table.check_accepted()
    table.check_documented()
