"""A member applies, is vetted and appointed by others, is trained, is suspended for a time, and leaves."""

from contextlib import suppress
from datetime import date, timedelta
from functools import reduce
from itertools import pairwise

import pytest
from hypothesis import given as with_any
from hypothesis import strategies as st

from domain import members
from domain.kernel.refusals import Refusal
from domain.members import (
    MemberApplied,
    MemberAppointed,
    MemberExited,
    MemberReinstated,
    MemberSuspended,
    MemberTrained,
    MemberVetted,
)
from domain.refusal_codes import CODES
from tests.domain.samples import APPROVER, CLERK, GRID_WORKER, OFFICER, RIDER, TEXT, TODAY, TOWNSHIP
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(members.evolve)

DAY = timedelta(days=1)
YESTERDAY, TOMORROW = TODAY - DAY, TODAY + DAY
APPLIED = MemberApplied(person_id=RIDER, area=TOWNSHIP, occupation="courier", phone=TEXT, transcribed_by=CLERK)
PASSED = MemberVetted(vetter_id=GRID_WORKER, passed=True, reason="meets_conditions")
REJECTED = MemberVetted(vetter_id=GRID_WORKER, passed=False, reason="works_elsewhere")
APPOINTED = MemberAppointed(appointer_id=OFFICER, area=TOWNSHIP, since=YESTERDAY)
TRAINED = MemberTrained(level="before_duty", trained_on=YESTERDAY, trainer_id=OFFICER)
SUSPENDED = MemberSuspended(reason="under_inquiry", since=TODAY)
FOR_A_WEEK = MemberSuspended(reason="conduct", since=TODAY, until=TODAY + 7 * DAY)
REINSTATED = MemberReinstated(since=TOMORROW)
EXITED = MemberExited(reason="moved_away", last_day=TODAY)
ON_DUTY = (APPLIED, PASSED, APPOINTED, TRAINED)

APPLICATION = {
    "person_id": RIDER,
    "actor_id": CLERK,
    "area": TOWNSHIP,
    "area_known": True,
    "occupation": "courier",
    "phone": TEXT,
}
APPOINTMENT = {
    "actor_id": OFFICER,
    "area": TOWNSHIP,
    "area_known": True,
    "since": YESTERDAY,
    "until": None,
    "other_roles": (),
    "acknowledged": (),
}
SUSPENSION = {"actor_id": OFFICER, "reason": "under_inquiry", "since": TODAY, "until": None, "on": TODAY}

TABLES = (
    Table(
        members.evolve,
        members.apply,
        (),
        APPLICATION,
        [
            row("member.already_applied", given=(APPLIED,)),
            row("place.unknown", area_known=False),
            row("member.occupation_unknown", occupation="emperor"),
        ],
    ),
    Table(
        members.evolve,
        members.vet,
        (APPLIED,),
        {"actor_id": GRID_WORKER, "passed": True, "reason": "meets_conditions"},
        [
            row("member.unknown", given=()),
            row("member.already_vetted", given=(APPLIED, REJECTED)),
            row("member.reason_unknown", reason="a friend of mine"),
            row("member.reason_contradicts", reason="withdrawn"),
            row("chain.acted_twice", actor_id=RIDER),
            row("chain.acted_twice", actor_id=CLERK),
        ],
    ),
    Table(
        members.evolve,
        members.appoint,
        (APPLIED, PASSED),
        APPOINTMENT,
        [
            row("member.unknown", given=()),
            row("member.not_vetted", given=(APPLIED,)),
            row("place.unknown", area_known=False),
            row("member.ends_before_start", until=YESTERDAY - DAY),
            row("member.dual_roles", other_roles=("grid_worker",)),
            row("chain.acted_twice", actor_id=GRID_WORKER),
            row("chain.acted_twice", actor_id=CLERK),
            row("chain.acted_twice", actor_id=RIDER),
        ],
    ),
    Table(
        members.evolve,
        members.train,
        (APPLIED, PASSED, TRAINED),
        {"actor_id": OFFICER, "level": "on_duty", "trained_on": TODAY, "on": TODAY},
        [
            row("member.unknown", given=()),
            row("member.level_unknown", level="after_duty"),
            row("member.not_vetted", given=(APPLIED,)),
            row("member.day_in_future", trained_on=TOMORROW),
            row("member.already_trained", given=(APPLIED, PASSED, TRAINED), level="before_duty"),
            row("member.not_trained", given=(APPLIED, PASSED), level="on_duty"),
            row("chain.acted_twice", actor_id=RIDER),
        ],
    ),
    Table(
        members.evolve,
        members.suspend,
        ON_DUTY,
        SUSPENSION,
        [
            row("member.unknown", given=()),
            row("member.not_appointed", given=(APPLIED, PASSED)),
            row("member.reason_unknown", reason="I dislike him"),
            row("member.day_in_past", since=YESTERDAY),
            row("member.ends_before_start", until=TODAY - 9 * DAY),
            row("member.suspended", given=(*ON_DUTY, FOR_A_WEEK)),
            row("chain.acted_twice", actor_id=RIDER),
        ],
    ),
    Table(
        members.evolve,
        members.reinstate,
        (*ON_DUTY, SUSPENDED),
        {"actor_id": OFFICER, "since": TOMORROW, "on": TODAY},
        [
            row("member.unknown", given=()),
            row("member.not_appointed", given=(*ON_DUTY, EXITED)),
            row("member.day_in_past", since=YESTERDAY),
            row("member.not_suspended", given=ON_DUTY),
            row("chain.acted_twice", actor_id=RIDER),
        ],
    ),
    Table(
        members.evolve,
        members.leave,
        ON_DUTY,
        {"actor_id": OFFICER, "reason": "moved_away", "last_day": TODAY, "on": TODAY},
        [
            row("member.unknown", given=()),
            row("member.not_appointed", given=(APPLIED,)),
            row("member.reason_unknown", reason="tired"),
            row("member.day_in_past", last_day=YESTERDAY),
            row("chain.acted_twice", actor_id=RIDER),
        ],
    ),
)


def off_duty(on: date, *events: object) -> str | None:
    """The code by which a report of that day is refused; None if it is taken."""
    member = reduce(members.evolve, events, None)
    try:
        members.refuse_off_duty(member, on=on)
    except Refusal as refusal:
        return refusal.code if tuple(refusal.facts) == CODES[refusal.code] else "facts differ"
    return None


def test_somebody_writes_the_application_down_or_nobody_does():
    given().when(members.apply, **APPLICATION).then(APPLIED)
    own = MemberApplied(person_id=RIDER, area=TOWNSHIP, occupation="courier", phone=TEXT)
    given().when(members.apply, **{**APPLICATION, "actor_id": RIDER}).then(own)


def test_whoever_was_rejected_or_left_may_apply_again_and_begins_anew():
    given(APPLIED, REJECTED).when(members.apply, **APPLICATION).then(APPLIED)
    given(*ON_DUTY, EXITED).when(members.apply, **APPLICATION).then(APPLIED)
    assert given(*ON_DUTY, EXITED, APPLIED).state.trained == ()


def test_an_application_that_did_not_pass_cannot_be_appointed():
    given(APPLIED, REJECTED).when(members.appoint, **APPOINTMENT).refused("member.not_vetted", status="rejected")


def test_the_other_roles_are_recorded_as_acknowledged():
    facts = {**APPOINTMENT, "other_roles": ("station_keeper", "grid_worker")}
    vetted = given(APPLIED, PASSED)
    vetted.when(members.appoint, **facts).refused("member.dual_roles", roles="grid_worker、station_keeper")
    (event,) = vetted.when(members.appoint, **{**facts, "acknowledged": ("grid_worker", "station_keeper")}).events
    assert event.other_roles == ("grid_worker", "station_keeper")


def test_what_is_acknowledged_and_not_so_is_refused_too():
    facts = {**APPOINTMENT, "acknowledged": ("grid_worker",)}
    given(APPLIED, PASSED).when(members.appoint, **facts).refused("member.dual_roles", roles="")


def test_trainings_on_duty_come_again_and_the_first_only_once():
    facts = {"actor_id": OFFICER, "level": "backbone", "on": TODAY}
    backbone = MemberTrained(level="backbone", trained_on=YESTERDAY, trainer_id=OFFICER)
    held = given(*ON_DUTY, backbone)
    held.when(members.train, **facts, trained_on=TODAY).then(
        MemberTrained(level="backbone", trained_on=TODAY, trainer_id=OFFICER)
    )
    held.when(members.train, **facts, trained_on=YESTERDAY).refused("member.already_trained")
    held.when(members.train, **facts, trained_on=YESTERDAY - DAY).refused("member.not_trained")


@pytest.mark.parametrize(
    ("events", "on", "code"),
    [
        ((), TODAY, None),
        ((APPLIED, PASSED), TODAY, None),
        ((APPLIED, PASSED, APPOINTED), TODAY, "member.not_trained"),
        (ON_DUTY, YESTERDAY - DAY, "member.not_trained"),
        (ON_DUTY, YESTERDAY, None),
        ((*ON_DUTY, SUSPENDED), YESTERDAY, None),
        ((*ON_DUTY, SUSPENDED), TODAY, "member.suspended"),
        ((*ON_DUTY, SUSPENDED), TODAY + 999 * DAY, "member.suspended"),
        ((*ON_DUTY, FOR_A_WEEK), TODAY + 7 * DAY, "member.suspended"),
        ((*ON_DUTY, FOR_A_WEEK), TODAY + 8 * DAY, None),
        ((*ON_DUTY, SUSPENDED, REINSTATED), TODAY, "member.suspended"),
        ((*ON_DUTY, SUSPENDED, REINSTATED), TOMORROW, None),
        ((*ON_DUTY, SUSPENDED, MemberReinstated(since=TODAY)), TODAY, None),
        ((*ON_DUTY, EXITED), TOMORROW, None),
    ],
)
def test_a_suspended_or_untrained_member_reports_nothing(events, on, code):
    assert off_duty(on, *events) == code


def test_a_member_is_suspended_again_after_a_suspension_ended_by_itself():
    later = {**SUSPENSION, "since": TODAY + 8 * DAY, "on": TODAY + 8 * DAY}
    given(*ON_DUTY, FOR_A_WEEK).when(members.suspend, **later).then(
        MemberSuspended(reason="under_inquiry", since=TODAY + 8 * DAY)
    )
    over = given(*ON_DUTY, FOR_A_WEEK)
    reinstatement = {"actor_id": OFFICER, "since": TODAY + 8 * DAY, "on": TODAY + 8 * DAY}
    over.when(members.reinstate, **reinstatement).refused("member.not_suspended")


def test_a_suspended_member_may_leave():
    facts = {"actor_id": OFFICER, "reason": "moved_away", "last_day": TODAY, "on": TODAY}
    given(*ON_DUTY, SUSPENDED).when(members.leave, **facts).then(EXITED)


PEOPLE = (RIDER, CLERK, GRID_WORKER, OFFICER, APPROVER)
STEPS = ("apply", "vet", "appoint", "train", "suspend", "reinstate", "leave")


def decided(member, step: str, actor_id, on: date, choice: int):
    """One step as somebody might try it on a day."""
    match step:
        case "apply":
            return members.apply(member, **{**APPLICATION, "actor_id": actor_id})
        case "vet":
            passed = bool(choice % 4)
            reason = "meets_conditions" if passed else "withdrawn"
            return members.vet(member, actor_id=actor_id, passed=passed, reason=reason)
        case "appoint":
            return members.appoint(member, **{**APPOINTMENT, "actor_id": actor_id, "since": on})
        case "train":
            level = members.LEVELS[choice % 3]
            return members.train(member, actor_id=actor_id, level=level, trained_on=on, on=on)
        case "suspend":
            until = None if choice % 2 else on + choice * DAY
            return members.suspend(member, actor_id=actor_id, reason="conduct", since=on, until=until, on=on)
        case "reinstate":
            return members.reinstate(member, actor_id=actor_id, since=on, on=on)
        case _:
            return members.leave(member, actor_id=actor_id, reason="moved_away", last_day=on, on=on)


@with_any(
    st.lists(
        st.tuples(st.sampled_from(STEPS), st.sampled_from(PEOPLE), st.integers(0, 2), st.integers(0, 5)), max_size=40
    )
)
def test_whatever_is_tried_nobody_acts_twice_and_history_replays(tries):
    member, history, on = None, [], TODAY
    for step, actor_id, days, choice in tries:
        on += days * DAY
        with suppress(Refusal):
            event = decided(member, step, actor_id, on, choice)
            history.append(event)
            member = members.evolve(member, event)
        if member is not None and member.status == "appointed":
            named = [person for _, person in member.parts() if person is not None]
            assert len(named) == len(set(named))
            assert member.vetter_id is not None
            begun = sorted(member.suspensions, key=lambda one: one.since)
            assert list(member.suspensions) == begun
            assert all(one.until is not None and one.until < later.since for one, later in pairwise(begun))
    assert reduce(members.evolve, history, None) == member


@every_row(*TABLES)
def test_refusals_in_the_order_of_the_checks(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_docstring_states_the_checks_and_their_order(table):
    table.check_accepted()
    table.check_documented()
