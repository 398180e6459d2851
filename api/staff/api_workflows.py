"""Workflows over JSON: the steps of a report, what waits for whom, what is late; templates and calendars."""

from datetime import timedelta
from typing import Annotated

from fastapi import Query, Response
from pydantic import BaseModel

from api.commands import filing as filing_commands
from api.commands import workflows as commands
from api.commands.shared import today
from api.files.workflow_templates import calendar_names, load_template, load_year, template_names
from api.staff.act_offers import case_of, offers
from api.staff.act_shapes import ActName, ActTaken, NewAdoption, NewCalendars, NewTemplates
from api.staff.acting import Acting, ByToken, Desk
from api.staff.api_answers import RECORDED, recorded
from api.staff.api_incidents import Cursor, read_cursor, write_position
from api.staff.fields import Code, CommandKey, Identifier, Limit
from api.staff.office import Office
from api.staff.shapes import ReceiptGiven
from api.web.routes import Routes
from domain.kernel.refusals import Refusal
from projections import incident_courses, workflows
from projections.incident_courses import IncidentCourse, Waiting
from projections.workflows import AdoptedWorkflow, PublishedWorkflow, WorkingYear

router = Routes(prefix="/api/v1", tags=["流程"])

SOON = timedelta(days=1)
"""What is due within this time is shown as due soon."""


class StepShown(BaseModel):
    """A step of a report's workflow: done or not, and whether it has to be."""

    act: str
    stage: str
    roles: list[str]
    mandatory: bool
    done: bool


class CourseRead(BaseModel):
    """Where a report stands: its steps, the one that is due, and what the caller may do now."""

    course: IncidentCourse
    steps: list[StepShown]
    open_acts: list[str]
    overdue: bool


class CoursePage(BaseModel):
    """Reports that wait, the longest first, and where the next page begins (None: there is no more)."""

    courses: list[IncidentCourse]
    next: str | None


class WaitingShown(BaseModel):
    """How much waits for each act in an area."""

    waiting: list[Waiting]


class Workflows(BaseModel):
    """Published versions, and which of them are in force where."""

    published: list[PublishedWorkflow]
    adopted: list[AdoptedWorkflow]
    shipped: list[str]


class Calendars(BaseModel):
    """The working calendars in force, and the years that come with the program."""

    calendars: list[WorkingYear]
    shipped: list[str]


@router.post("/incidents/{incident_id}/acts", responses=RECORDED, operation_id="takeAct", summary="办理流程中的一步")
def take(
    incident_id: Identifier, wanted: ActTaken, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Take one step of the report's workflow, or one beside it."""
    receipt = filing_commands.take(
        desk.app, actor=who.actor, key=key, incident_id=incident_id, given=wanted.filing(), on=today(desk.app)
    )
    return recorded(desk, receipt, response)


@router.get("/incidents/{incident_id}/course", operation_id="readCourse", summary="一条线索走到了哪一步")
def course(incident_id: Identifier, desk: Desk, who: ByToken) -> CourseRead:
    """The steps of its workflow, the limit of the one that is due, and what the caller may do now."""
    case = case_of(desk, who, incident_id)
    return CourseRead(
        course=case.row,
        steps=[
            StepShown(
                act=step.act,
                stage=step.stage,
                roles=list(step.roles),
                mandatory=step.mandatory,
                done=step.act in case.course.done,
            )
            for step in case.workflow.steps
        ],
        open_acts=[offer.act for offer in offers(who, case) if offer.refusal is None],
        overdue=case.row.overdue(desk.app.journal.now()),
    )


@router.get("/courses", operation_id="listWaiting", summary="轮到我办的线索")
def waiting(
    desk: Desk,
    who: ByToken,
    area: Annotated[Code | None, Query()] = None,
    act: Annotated[ActName | None, Query()] = None,
    after: Cursor | None = None,
    limit: Limit = 50,
) -> CoursePage:
    """What waits for a step of the caller's role, the longest first, without chains in which he played another part."""
    with desk.app.reading.connection() as conn:
        found = incident_courses.queue(
            conn,
            area=who.area(desk, area),
            role=who.role,
            actor_id=who.person_id,
            act=act,
            after=read_cursor(after) if after else None,
            limit=limit,
        )
    last = write_position(found[-1].waits_since, found[-1].incident_id) if len(found) == limit else None
    return CoursePage(courses=found, next=last)


@router.get("/courses/late", operation_id="listLate", summary="超期和将到期的线索")
def late(
    desk: Desk,
    who: ByToken,
    area: Annotated[Code | None, Query()] = None,
    soon: bool = False,
    after: Cursor | None = None,
    limit: Limit = 50,
) -> CoursePage:
    """What is overdue by the clock of this moment, the worst first; with `soon` also what is due within a day."""
    where = _reading_area(desk, who, area)
    before = desk.app.journal.now() + (SOON if soon else timedelta())
    with desk.app.reading.connection() as conn:
        key = read_cursor(after) if after else None
        found = incident_courses.late(conn, area=where, before=before, after=key, limit=limit)
    due_at = found[-1].due_at if len(found) == limit else None
    return CoursePage(courses=found, next=write_position(due_at, found[-1].incident_id) if due_at else None)


@router.get("/courses/counts", operation_id="countWaiting", summary="各步骤待办、超期的件数")
def counts(desk: Desk, who: ByToken, area: Annotated[Code | None, Query()] = None) -> WaitingShown:
    """How many reports wait for each act, how many are late or soon will be, and since when the oldest waits."""
    where, now = _reading_area(desk, who, area), desk.app.journal.now()
    with desk.app.reading.connection() as conn:
        return WaitingShown(waiting=incident_courses.waiting(conn, area=where, now=now, soon=now + SOON))


@router.get("/workflows", operation_id="listWorkflows", summary="流程及其启用情况")
def listing(desk: Desk, who: ByToken, area: Annotated[Code | None, Query()] = None) -> Workflows:
    """Every published version, every choice that concerns the area, and the templates that come with the program."""
    where = _reading_area(desk, who, area)
    with desk.app.reading.connection() as conn:
        published, adopted = workflows.published(conn), workflows.adopted(conn, area=where)
    return Workflows(published=published, adopted=adopted, shipped=template_names())


@router.post("/workflows", responses=RECORDED, operation_id="publishWorkflows", summary="发布随程序提供的流程")
def publish(wanted: NewTemplates, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> ReceiptGiven:
    """Publish the next version of each template that differs from what was published last."""
    _require_shipped(wanted.templates, template_names())
    new = [load_template(name) for name in wanted.templates]
    receipt = commands.publish(desk.app, actor=who.actor, key=key, new=new, on=today(desk.app))
    return recorded(desk, receipt, response)


@router.post("/workflows/adoptions", responses=RECORDED, operation_id="adoptWorkflow", summary="启用流程")
def adopt(wanted: NewAdoption, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> ReceiptGiven:
    """Let reports made in a division from a day on follow a version."""
    receipt = commands.adopt(
        desk.app,
        actor=who.actor,
        key=key,
        division=wanted.division,
        code=wanted.code,
        version=wanted.version,
        item=wanted.item,
        since=wanted.since,
        document=wanted.document,
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


@router.get("/calendars", operation_id="listCalendars", summary="工作日历")
def calendars(desk: Desk, who: ByToken) -> Calendars:
    """The calendar in force of each division and year."""
    _reading_area(desk, who, None)
    with desk.app.reading.connection() as conn:
        return Calendars(calendars=workflows.calendars(conn), shipped=calendar_names())


@router.post("/calendars", responses=RECORDED, operation_id="publishCalendars", summary="发布随程序提供的工作日历")
def publish_years(wanted: NewCalendars, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> ReceiptGiven:
    """Publish the working calendars of years; those that are published already as they are, are left out."""
    names = [str(year) for year in wanted.years]
    _require_shipped(names, calendar_names())
    years = {int(name): load_year(name) for name in names}
    receipt = commands.publish_calendars(
        desk.app, actor=who.actor, key=key, division=wanted.division, years=years, on=today(desk.app)
    )
    return recorded(desk, receipt, response)


def _reading_area(desk: Office, who: Acting, area: Code | None) -> Code:
    who.require("incidents")
    if who.only_own:
        raise Refusal("access.may_not_read", role=who.role)
    return who.area(desk, area)


def _require_shipped(names: list[str], shipped: list[str]) -> None:
    for name in names:
        if name not in shipped:
            raise Refusal("workflow.not_shipped", name=name)
