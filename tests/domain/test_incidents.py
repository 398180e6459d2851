"""Verified, handled and valid are three decisions by three people; nobody acts twice in one chain."""

from datetime import UTC, datetime, timedelta

import pytest

from domain import incidents
from domain.incidents import (
    DifferenceHash,
    IncidentHandled,
    IncidentReported,
    IncidentVerified,
    Photo,
    Turn,
    ValidityDecided,
)
from domain.incidents.events import IncidentClaimed, IncidentDispatched
from domain.incidents.reasons import OWN_SOURCES
from domain.kernel.events import Sha256
from domain.kernel.places import Position
from domain.kernel.workflow_steps import KERNEL
from tests.domain.samples import (
    CLERK,
    DEPARTMENT,
    GRID_WORKER,
    LATER,
    NOON,
    NOW,
    OFFICER,
    RIDER,
    TEXT,
    VILLAGE,
)
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(incidents.evolve)

REPORT = {"category": "环境保护", "division": VILLAGE, "text": TEXT, "reported_at": NOON}
REPORTED = IncidentReported(reporter_id=RIDER, source="app", **REPORT)
FROM_REGISTER = IncidentReported(reporter_id=RIDER, source="register", transcribed_by=CLERK, **REPORT)
CONFIRMED = IncidentVerified(verifier_id=GRID_WORKER, confirmed=True, reason="seen_on_site")
NOT_CONFIRMED = IncidentVerified(verifier_id=GRID_WORKER, confirmed=False, reason="not_found")
HANDLED = IncidentHandled(handler_id=DEPARTMENT, reply=TEXT, handled_at=LATER)
HANDLED_FROM_REGISTER = IncidentHandled(handler_id=DEPARTMENT, reply=TEXT, handled_at=LATER, transcribed_by=CLERK)
VALID = ValidityDecided(decider_id=OFFICER, valid=True, reason="meets_catalogue")

PHOTO = Photo(Sha256("b" * 64), 1_024, DifferenceHash("0123456789abcdef"))
REPORT_FACTS = {
    **REPORT,
    "reporter_id": RIDER,
    "actor_id": RIDER,
    "division_known": True,
    "source": "app",
    "now": NOW,
}
NOT_OWN = incidents.SOURCES - OWN_SOURCES
VERIFY_FACTS = {
    "turn": Turn(KERNEL, "grid_worker"),
    "actor_id": GRID_WORKER,
    "confirmed": True,
    "reason": "seen_on_site",
}
HANDLE_FACTS = {
    "turn": Turn(KERNEL, "department_handler"),
    "handler_id": DEPARTMENT,
    "actor_id": DEPARTMENT,
    "reply": TEXT,
    "handled_at": LATER,
    "now": NOW,
}
SENT = IncidentDispatched(actor_id=CLERK, department="县城管局", bound=True)
DECIDE_FACTS = {"turn": Turn(KERNEL, "county_officer"), "actor_id": OFFICER, "valid": True, "reason": "meets_catalogue"}

TABLES = (
    Table(
        incidents.evolve,
        incidents.report,
        (),
        REPORT_FACTS,
        [
            row("incident.already_reported", given=(REPORTED,)),
            row("incident.source_unknown", source="rumour"),
            row("place.unknown", division_known=False),
            row("incident.position_of_sensitive", sensitive=True, position=Position(2_800_000, 11_700_000)),
            row("incident.position_wrong", sensitive=False, position=Position(9_000_001, 0)),
            row("incident.photo_twice", photos=(PHOTO, PHOTO)),
            row("incident.reported_in_future", reported_at=NOW + timedelta(microseconds=1)),
            row("chain.not_oneself", actor_id=CLERK, source="app"),
            row("chain.not_oneself", actor_id=CLERK, source="open311"),
            *(row("incident.source_not_own", actor_id=RIDER, source=source) for source in sorted(NOT_OWN)),
            row(
                "incident.reported_too_late",
                actor_id=RIDER,
                source="app",
                reported_at=NOW - timedelta(hours=72, microseconds=1),
            ),
            row("incident.ticket_missing", actor_id=CLERK, source="hotline"),
            row("incident.ticket_missing", actor_id=CLERK, source="hotline", source_ref=" "),
        ],
    ),
    Table(
        incidents.evolve,
        incidents.verify,
        (FROM_REGISTER, HANDLED),
        VERIFY_FACTS,
        [
            row("incident.unknown", given=()),
            row("incident.already_verified", given=(FROM_REGISTER, NOT_CONFIRMED)),
            row("incident.reason_unknown", reason="because"),
            row("incident.reason_contradicts", reason="not_found"),
            row("chain.acted_twice", actor_id=RIDER),
            row("chain.acted_twice", actor_id=CLERK),
            row("chain.acted_twice", actor_id=DEPARTMENT),
        ],
    ),
    Table(
        incidents.evolve,
        incidents.record_handling,
        (REPORTED, CONFIRMED),
        HANDLE_FACTS,
        [
            row("incident.unknown", given=()),
            row("incident.already_handled", given=(REPORTED, HANDLED)),
            row("incident.handled_in_future", handled_at=NOW + timedelta(microseconds=1)),
            row("incident.handled_before_reported", handled_at=NOON - timedelta(microseconds=1)),
            row("incident.claimed_by_another", given=(REPORTED, CONFIRMED, IncidentClaimed(handler_id=OFFICER))),
            row("incident.other_department", given=(REPORTED, CONFIRMED, SENT)),
            row("chain.not_oneself", actor_id=CLERK),
            row("chain.acted_twice", handler_id=RIDER, actor_id=RIDER),
            row("chain.acted_twice", handler_id=GRID_WORKER, actor_id=GRID_WORKER),
        ],
    ),
    Table(
        incidents.evolve,
        incidents.decide_validity,
        (FROM_REGISTER, CONFIRMED, HANDLED_FROM_REGISTER),
        DECIDE_FACTS,
        [
            row("incident.unknown", given=()),
            row("incident.already_decided", given=(REPORTED, CONFIRMED, HANDLED, VALID)),
            row("incident.not_verified", given=(REPORTED, HANDLED)),
            row("incident.not_handled", given=(REPORTED, CONFIRMED)),
            row("incident.reason_unknown", reason="because"),
            row("incident.reason_contradicts", reason="duplicate"),
            row("incident.not_confirmed", given=(FROM_REGISTER, NOT_CONFIRMED, HANDLED_FROM_REGISTER)),
            *(row("chain.acted_twice", actor_id=person) for person in (RIDER, CLERK, GRID_WORKER, DEPARTMENT)),
        ],
    ),
)


def test_a_member_reports_in_the_app_for_himself():
    given().when(incidents.report, **REPORT_FACTS).then(REPORTED)


def test_a_draft_of_three_days_ago_is_still_a_report_of_ones_own():
    at = {"reported_at": NOW - timedelta(hours=72)}
    event = IncidentReported(reporter_id=RIDER, source="app", **{**REPORT, **at})
    given().when(incidents.report, **{**REPORT_FACTS, **at}).then(event)


@pytest.mark.parametrize("source", sorted(NOT_OWN))
def test_whoever_writes_down_anothers_words_may_give_an_earlier_time(source):
    facts = {"source": source, "source_ref": "12345-0007", "reported_at": NOON - timedelta(days=900)}
    event = IncidentReported(reporter_id=RIDER, transcribed_by=CLERK, **{**REPORT, **facts})
    given().when(incidents.report, **{**REPORT_FACTS, **facts, "actor_id": CLERK}).then(event)


def test_a_report_may_be_of_this_moment_and_be_handled_in_the_same():
    at_once = IncidentReported(reporter_id=RIDER, source="app", **{**REPORT, "reported_at": NOW})
    given().when(incidents.report, **{**REPORT_FACTS, "reported_at": NOW}).then(at_once)
    handled = IncidentHandled(handler_id=DEPARTMENT, reply=TEXT, handled_at=NOW)
    given(at_once).when(incidents.record_handling, **{**HANDLE_FACTS, "handled_at": NOW}).then(handled)


def test_the_clerk_who_writes_down_a_register_is_named_in_the_report():
    facts = {**REPORT_FACTS, "source": "register", "actor_id": CLERK}
    given().when(incidents.report, **facts).then(FROM_REGISTER)


@pytest.mark.parametrize("events", [(REPORTED,), (REPORTED, HANDLED)], ids=["before", "after"])
def test_it_is_verified_before_or_after_it_was_handled(events):
    given(*events).when(incidents.verify, **VERIFY_FACTS).then(CONFIRMED)


@pytest.mark.parametrize("events", [(REPORTED,), (REPORTED, CONFIRMED)], ids=["before", "after"])
def test_it_is_handled_before_or_after_it_was_verified(events):
    given(*events).when(incidents.record_handling, **HANDLE_FACTS).then(HANDLED)


def test_one_clerk_may_write_down_both_the_report_and_the_handling_of_a_register():
    facts = {**HANDLE_FACTS, "actor_id": CLERK}
    given(FROM_REGISTER).when(incidents.record_handling, **facts).then(HANDLED_FROM_REGISTER)


@pytest.mark.parametrize(("clerk", "part"), [(RIDER, "reporter"), (GRID_WORKER, "verifier")])
def test_whoever_reported_or_verified_cannot_write_down_the_handling(clerk, part):
    facts = {**HANDLE_FACTS, "actor_id": clerk}
    given(FROM_REGISTER, CONFIRMED).when(incidents.record_handling, **facts).refused(
        "chain.acted_twice", person_id=clerk, acted_as=part, acting_as="transcriber"
    )


def test_the_clerk_who_wrote_down_the_report_does_not_handle_it():
    facts = {**HANDLE_FACTS, "handler_id": CLERK, "actor_id": CLERK}
    given(FROM_REGISTER).when(incidents.record_handling, **facts).refused(
        "chain.acted_twice", acted_as="transcriber", acting_as="handler"
    )


def test_ones_own_report_cannot_be_verified():
    given(REPORTED).when(incidents.verify, **{**VERIFY_FACTS, "actor_id": RIDER}).refused(
        "chain.acted_twice", person_id=RIDER, acted_as="reporter", acting_as="verifier"
    )


def test_it_counts_once_it_was_confirmed_and_handled():
    given(REPORTED, CONFIRMED, HANDLED).when(incidents.decide_validity, **DECIDE_FACTS).then(VALID)
    given(REPORTED, HANDLED, CONFIRMED).when(incidents.decide_validity, **DECIDE_FACTS).then(VALID)


def test_what_was_not_confirmed_is_found_invalid_without_anything_to_handle():
    facts = {**DECIDE_FACTS, "valid": False, "reason": "not_confirmed"}
    invalid = ValidityDecided(decider_id=OFFICER, valid=False, reason="not_confirmed")
    given(REPORTED, NOT_CONFIRMED).when(incidents.decide_validity, **facts).then(invalid)


def test_the_day_of_a_report_is_the_day_in_china():
    before_midnight = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)
    late = IncidentReported(reporter_id=RIDER, source="app", **{**REPORT, "reported_at": before_midnight})
    assert given(late).state.reported_on.isoformat() == "2026-11-30"
    early = IncidentReported(
        reporter_id=RIDER, source="app", **{**REPORT, "reported_at": before_midnight + timedelta(minutes=1)}
    )
    assert given(early).state.reported_on.isoformat() == "2026-12-01"


def test_history_outlives_todays_rules():
    """A report that its reporter verified, from before the rule, still replays, and can still be handled."""
    own = IncidentVerified(verifier_id=RIDER, confirmed=True, reason="a reason of those days")
    given(REPORTED, own).when(incidents.record_handling, **HANDLE_FACTS).then(HANDLED)


@every_row(*TABLES)
def test_refusals_in_the_order_of_the_checks(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_docstring_states_the_checks_and_their_order(table):
    table.check_accepted()
    table.check_documented()
