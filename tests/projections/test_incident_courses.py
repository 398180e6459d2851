"""Where a report stands, until when its next step is due, and whose turn it is."""

from dataclasses import asdict
from datetime import date, datetime, timedelta

import psycopg
import pytest

from api.files.workflow_templates import load_template, load_year
from domain import workflows
from domain.incidents.events import (
    IncidentAccepted,
    IncidentArchived,
    IncidentClaimed,
    IncidentDispatched,
    IncidentExtended,
    IncidentReported,
    IncidentResumed,
    IncidentSuspended,
    IncidentVerified,
)
from domain.kernel.calendar import CHINA
from domain.kernel.events import Commitment
from domain.kernel.ids import derived
from domain.kernel.workflow_steps import Limit
from domain.workflows import WorkflowPublished
from domain.working_calendars import CalendarPublished
from migrations.roles import Access
from projections import incident_courses
from projections.incident_courses import IncidentCourse
from projections.runner import Runner
from tests.projections.story import CLERK, COUNTY, HANDLER, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, WORKER, Story, person

CODE = "jiamusi-8"
RIDER = person("rider")


def at(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=CHINA)


class Office(Story):
    """A county that follows the default template."""

    def published(self) -> None:
        new = load_template(CODE)
        event = WorkflowPublished(
            code=CODE,
            title=new.title,
            version=1,
            steps=new.steps,
            besides=new.besides,
            document=new.document,
        )
        self.record("workflow", derived("workflow", CODE), event)

    def calendar(self, name: str) -> None:
        year, document = load_year(name)
        event = CalendarPublished(**asdict(year) | {"hours": year.hours}, division=COUNTY, document=document)
        self.record("calendar", derived("calendar", COUNTY, year.year), event)

    def bound(self, number: int = 0, *, division: str = VILLAGE) -> None:
        event = IncidentReported(
            reporter_id=RIDER,
            category="市容环境",
            division=division,
            text=Commitment("c" * 64),
            source="app",
            reported_at=at(f"{self.today} 08:0{number}"),
            workflow=workflows.version_name(CODE, 1),
        )
        self.named[str(number)] = derived("bound", number)
        self.record("incident", self.named[str(number)], event, by=RIDER)

    def does(self, event: object, *, by: object = CLERK, number: int = 0) -> None:
        self.record("incident", self.named[str(number)], event, by=by)  # type: ignore[arg-type]


@pytest.fixture
def office(installed: Access) -> Office:
    story = Office()
    story.opened()
    story.published()
    story.calendar("2026")
    story.today = date(2026, 2, 13)
    story.bound()
    return story


def shown(
    office: Office, access: Access, runner: Runner, reader: psycopg.Connection, number: int = 0
) -> IncidentCourse:
    office.append_to(access.writer)
    runner.catch_up()
    found = incident_courses.one(reader, office.named[str(number)])
    assert found is not None
    return found


def test_limits_run_in_office_hours_from_the_step_before(office, installed, runner, reader):
    begun = shown(office, installed, runner, reader)
    assert (begun.next_act, begun.next_stage, begun.workflow_title) == ("accept", "事项受理", "佳木斯八步")
    assert begun.due_at.replace(microsecond=0) == at("2026-02-13 15:30"), "four hours from nine, without noon"
    office.does(IncidentAccepted(actor_id=CLERK))
    assert shown(office, installed, runner, reader).next_act == "verify"
    office.does(IncidentVerified(verifier_id=WORKER, confirmed=True, reason="seen_on_site"), by=WORKER)
    office.today = date(2026, 2, 14)
    office.does(IncidentDispatched(actor_id=CLERK, department="县城管局"))
    sent = shown(office, installed, runner, reader)
    assert (sent.next_act, sent.department) == ("claim", "县城管局")
    assert sent.due_at.replace(microsecond=0) == at("2026-02-24 10:00"), (
        "eight hours: a worked Saturday, then nine days off"
    )
    office.does(IncidentClaimed(handler_id=HANDLER), by=HANDLER)
    claimed = shown(office, installed, runner, reader)
    assert (claimed.next_act, claimed.claimed_by) == ("handle", HANDLER)
    assert claimed.due_at == at("2026-02-28 18:00"), "five working days after the holiday, a Saturday among them"


def test_a_suspended_report_has_its_time_left_when_it_goes_on(office, installed, runner, reader):
    before = shown(office, installed, runner, reader)
    office.does(IncidentSuspended(actor_id=CLERK, reason="waits_for_weather"))
    stopped = shown(office, installed, runner, reader)
    assert stopped.suspended_at is not None
    assert incident_courses.late(reader, area=COUNTY, before=before.due_at + timedelta(days=99)) == []
    office.today = date(2026, 3, 2)
    office.does(IncidentResumed(actor_id=CLERK))
    going = shown(office, installed, runner, reader)
    assert going.suspended_at is None
    assert going.due_at.astimezone(CHINA).date() == date(2026, 3, 2)
    assert going.due_at.astimezone(CHINA).hour == 15, "three hours and a half were left after noon, and still are"


def test_a_year_without_a_calendar_is_counted_for_now_said_and_counted_again(office, installed, runner, reader):
    """On the eve of the Dragon Boat Festival of 2025: until its calendar is there, the Monday off counts as worked."""
    office.today = date(2025, 5, 30)
    office.bound(1)
    office.does(IncidentExtended(actor_id=CLERK, longer=Limit(4, "working_hours"), reason="complex"), number=1)
    waiting = shown(office, installed, runner, reader, 1)
    assert waiting.missing_year == 2025
    assert waiting.due_at.astimezone(CHINA).date() == date(2025, 6, 2), "a Monday"
    assert waiting.overdue(waiting.due_at + timedelta(seconds=1)), "it is late when it is late, calendar or not"
    office.does(IncidentAccepted(actor_id=CLERK), number=1)
    office.bound(2)
    office.does(IncidentExtended(actor_id=CLERK, longer=Limit(4, "working_hours"), reason="complex"), number=2)
    shown(office, installed, runner, reader, 1)
    found = incident_courses.timeliness(reader, area=COUNTY, since=at("2025-01-01 00:00"), until=at("2025-12-31 00:00"))
    assert (found.limited, found.in_time, found.assumed) == (1, 1, 1)
    office.calendar("2025")
    answered = shown(office, installed, runner, reader, 2)
    assert answered.missing_year is None
    assert answered.due_at.astimezone(CHINA).date() == date(2025, 6, 3), "after the festival, extension and all"


def test_whose_turn_it_is(office, installed, runner, reader):
    office.bound(1, division=OTHER_TOWNSHIP)
    shown(office, installed, runner, reader)

    def queue(role: str, actor: object, area: str = COUNTY) -> list[object]:
        found = incident_courses.queue(reader, area=area, role=role, actor_id=actor)  # type: ignore[arg-type]
        return [one.incident_id for one in found]

    first, second = office.named["0"], office.named["1"]
    assert queue("grid_worker", CLERK) == [first, second]
    assert queue("grid_worker", CLERK, TOWNSHIP) == [first]
    assert queue("grid_worker", RIDER) == [], "who reported accepts nothing of his own"
    assert queue("department_handler", HANDLER) == []
    office.does(IncidentAccepted(actor_id=CLERK))
    shown(office, installed, runner, reader)
    assert queue("grid_worker", CLERK) == [second], "whoever accepted it does not verify it"
    assert queue("grid_worker", WORKER) == [second, first], "the longest first"
    office.does(IncidentVerified(verifier_id=WORKER, confirmed=True, reason="seen_on_site"), by=WORKER)
    office.does(IncidentDispatched(actor_id=CLERK, department="县城管局", handler_id=HANDLER))
    shown(office, installed, runner, reader)
    assert queue("department_handler", HANDLER) == [first]
    assert queue("department_handler", person("another handler")) == [], "it was sent to one person"
    assert queue("grid_worker", CLERK) == [second], "whoever dispatched it does not handle it"
    now = at("2026-02-14 08:00")
    waiting = incident_courses.waiting(reader, area=COUNTY, now=now, soon=now + timedelta(days=1))
    found = {one.act: (one.waiting, one.overdue, one.due_soon) for one in waiting}
    assert found == {"accept": (1, 1, 0), "claim": (1, 0, 1)}


def test_steps_in_time_are_counted_with_their_denominator(office, installed, runner, reader):
    office.does(IncidentAccepted(actor_id=CLERK))
    office.does(IncidentVerified(verifier_id=WORKER, confirmed=True, reason="seen_on_site"), by=WORKER)
    office.today = date(2026, 3, 9)
    office.does(IncidentDispatched(actor_id=CLERK, department="县城管局"))
    office.does(IncidentArchived(actor_id=CLERK))
    ended = shown(office, installed, runner, reader)
    assert (ended.next_act, ended.ended) == (None, "archived")
    found = incident_courses.timeliness(reader, area=COUNTY, since=at("2026-01-01 00:00"), until=at("2026-12-31 00:00"))
    assert (found.limited, found.in_time, found.assumed, found.position) == (3, 2, 0, len(office.entries))
