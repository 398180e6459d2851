"""Meetings, their rules, and the micro-projects that rest on their resolutions, over JSON."""

from typing import Annotated

from fastapi import File, UploadFile

from api import village_files
from api.commands.affairs import meetings as meeting
from api.commands.affairs import projects as building
from api.staff.acting import ByToken, Desk
from api.staff.affair_shapes import MeetingStep, NewMeeting, NewMeetingRule, NewProject, ProjectStep
from api.staff.affairs_done import meeting_step, project_step
from api.staff.affairs_new import meeting_of, project_of, rule_of
from api.staff.affairs_read import MeetingPage, ProjectPage, meeting_page, project_page, require_sheet_keeper
from api.staff.api_affairs import AffairRecorded, Area, asked
from api.staff.api_answers import RECORDED, Sent, once
from api.staff.api_tasks import Before, new_deed_id
from api.staff.api_village_books import FileKept
from api.staff.fields import CommandKey, Identifier, Limit
from api.staff.shapes import ReceiptGiven
from api.web.routes import Routes
from projections import meetings, projects
from projections.meetings import Meeting, Resolution, Rule
from projections.projects import Project

router = Routes(prefix="/api/v1", tags=["会议和微项目"])


@router.get("/meeting-rules", operation_id="listMeetingRules", summary="议事规则")
def list_meeting_rules(desk: Desk, who: ByToken, area: Area = None) -> list[Rule]:
    """Every rule of an area and of the divisions above it."""
    who.require("affairs")
    within = who.area(desk, area)
    with desk.current(meetings) as conn:
        return meetings.rules(conn, within)


@router.post("/meeting-rules", responses=RECORDED, operation_id="setMeetingRule", summary="登记议事规则")
def set_meeting_rule(wanted: NewMeetingRule, sent: Sent) -> ReceiptGiven:
    """Say how many must come to a kind of meeting, and how many must agree."""
    return sent.recorded(meeting.set_rule(sent.app, actor=sent.actor, key=sent.key, new=rule_of(wanted), on=sent.on))


@router.get("/meetings", operation_id="listMeetings", summary="会议")
def list_meetings(
    desk: Desk, who: ByToken, area: Area = None, before: Before = None, limit: Limit = 50
) -> list[Meeting]:
    """The meetings of an area, the latest first."""
    who.require("affairs")
    within = who.area(desk, area)
    with desk.current(meetings) as conn:
        return meetings.listing(conn, within, before=before, limit=limit)


@router.post(
    "/meetings", status_code=201, responses=once(AffairRecorded), operation_id="callMeeting", summary="召集会议"
)
def call_meeting(wanted: NewMeeting, sent: Sent) -> AffairRecorded:
    """Call a meeting. Its id follows from the caller and the Idempotency-Key."""
    meeting_id = new_deed_id(sent.desk, sent.who, "meeting", sent.key)
    new = meeting_of(wanted, meeting_id)
    receipt = meeting.call(sent.app, actor=sent.actor, key=sent.key, new=new, on=sent.on)
    return AffairRecorded(affair_id=meeting_id, receipt=sent.recorded(receipt))


@router.get("/resolutions", operation_id="listResolutions", summary="通过的决议")
def list_resolutions(desk: Desk, who: ByToken, area: Area = None, limit: Limit = 50) -> list[Resolution]:
    """The passed resolutions of an area, the latest first."""
    who.require("affairs")
    within = who.area(desk, area)
    with desk.current(meetings) as conn:
        return meetings.passed(conn, within, limit=limit)


@router.get("/meetings/{affair_id}", operation_id="readMeeting", summary="一次会议")
def read_meeting(affair_id: Identifier, desk: Desk, who: ByToken) -> MeetingPage:
    """A meeting, its votes and what rests on them."""
    return meeting_page(desk, who, affair_id)


@router.post("/meetings/{affair_id}/steps", responses=RECORDED, operation_id="recordMeetingStep", summary="会议办一步")
def record_meeting_step(affair_id: Identifier, wanted: MeetingStep, sent: Sent) -> ReceiptGiven:
    """Write down who came, keep the sheet that they signed, write down a vote, or that it was not held."""
    division = meeting_page(sent.desk, sent.who, affair_id).meeting.division
    return sent.recorded(meeting_step(asked(sent, affair_id), wanted, division=division))


@router.post(
    "/meetings/{affair_id}/sheet-files",
    status_code=201,
    operation_id="keepMeetingSheet",
    summary="上传会议签到表",
)
def keep_sheet(
    affair_id: Identifier,
    file: Annotated[UploadFile, File(description="签到表：PDF、JPEG、PNG 或 xlsx，最大 10 MB")],
    _key: CommandKey,
    desk: Desk,
    who: ByToken,
) -> FileKept:
    """Keep a file of the attendance sheet, so that a step can name it. What is sent decides, not the key."""
    require_sheet_keeper(desk, who, affair_id)
    kept = village_files.keep(desk.app, file.file.read(), kind=village_files.OF_MEETING)
    return FileKept(sha256=kept.sha256, length=kept.length)


@router.get("/projects", operation_id="listProjects", summary="微项目")
def list_projects(
    desk: Desk, who: ByToken, area: Area = None, before: Before = None, limit: Limit = 50
) -> list[Project]:
    """The micro-projects of an area, the latest first."""
    who.require("affairs")
    within = who.area(desk, area)
    with desk.current(projects) as conn:
        return projects.listing(conn, within, before=before, limit=limit)


@router.post(
    "/projects", status_code=201, responses=once(AffairRecorded), operation_id="proposeProject", summary="微项目立项"
)
def propose_project(wanted: NewProject, sent: Sent) -> AffairRecorded:
    """Propose a micro-project. Its id follows from the caller and the Idempotency-Key."""
    project_id = new_deed_id(sent.desk, sent.who, "project", sent.key)
    new = project_of(wanted, project_id)
    receipt = building.propose(sent.app, actor=sent.actor, key=sent.key, new=new, on=sent.on)
    return AffairRecorded(affair_id=project_id, receipt=sent.recorded(receipt))


@router.get("/projects/{affair_id}", operation_id="readProject", summary="一个微项目")
def read_project(affair_id: Identifier, desk: Desk, who: ByToken) -> ProjectPage:
    """A micro-project and the resolution that it rests on."""
    return project_page(desk, who, affair_id)


@router.post(
    "/projects/{affair_id}/steps", responses=RECORDED, operation_id="recordProjectStep", summary="微项目办一步"
)
def record_project_step(affair_id: Identifier, wanted: ProjectStep, sent: Sent) -> ReceiptGiven:
    """Contract, report, accept, send back or close."""
    return sent.recorded(project_step(asked(sent, affair_id), wanted))
