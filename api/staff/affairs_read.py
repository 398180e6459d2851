"""Who sees what of the village's affairs: its staff and those above all of it, in their area; the words of a suggestion
only whoever may answer it, and each opening of them is recorded.
"""

from uuid import UUID

from pydantic import BaseModel

from api.staff.acting import Acting
from api.staff.office import Office
from api.web.names import ERASED
from domain import authority
from domain.kernel.events import Attachment
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from projections import affair_steps, commitments, meetings, notices, projects, suggestions
from projections.affair_steps import Step
from projections.commitments import PublicCommitment
from projections.meetings import Meeting, Resolution, Rule
from projections.notices import Notice
from projections.projects import Project
from projections.suggestions import Suggestion

ANSWERS = "suggestion.answered/1"
KEEPS_SHEET = "meeting.sheet_kept/1"


class NoticePage(BaseModel):
    """A notice and its history."""

    notice: Notice
    steps: list[Step]


class SuggestionPage(BaseModel):
    """A suggestion and its history; its words are opened apart."""

    suggestion: Suggestion
    steps: list[Step]


class CommitmentPage(BaseModel):
    """A commitment and its history."""

    commitment: PublicCommitment
    steps: list[Step]


class MeetingPage(BaseModel):
    """A meeting, its signed sheet, its votes, the rule that it was called under, what rests on it, and its history."""

    meeting: Meeting
    sheets: list[Attachment]
    rule: Rule | None
    resolutions: list[Resolution]
    projects: list[Project]
    steps: list[Step]


class ProjectPage(BaseModel):
    """A micro-project, the resolution that it rests on, and its history."""

    project: Project
    resolution: Resolution | None
    steps: list[Step]


def notice_page(desk: Office, who: Acting, notice_id: UUID) -> NoticePage:
    """A notice. Refuses `access.*`, `notice.unknown`."""
    who.require("affairs")
    with desk.current(notices, affair_steps) as conn:
        found = notices.one(conn, notice_id)
        if found is None:
            raise Refusal("notice.unknown")
        who.require_area(found.division)
        return NoticePage(notice=found, steps=affair_steps.of_one(conn, notice_id))


def suggestion_page(desk: Office, who: Acting, suggestion_id: UUID) -> SuggestionPage:
    """A suggestion. Refuses `access.*`, `suggestion.unknown`."""
    who.require("affairs")
    with desk.current(suggestions, affair_steps) as conn:
        found = suggestions.one(conn, suggestion_id)
        if found is None:
            raise Refusal("suggestion.unknown")
        who.require_area(found.division)
        return SuggestionPage(suggestion=found, steps=affair_steps.of_one(conn, suggestion_id))


def words_of(desk: Office, who: Acting, suggestion: Suggestion) -> str:
    """What was said, in the words it was said in; who opened them is recorded. Refuses `access.may_not_read`."""
    if not authority.may(who.role, ANSWERS):
        raise Refusal("access.may_not_read", role=who.role)
    reason = f"suggestion.read as {who.role}"
    opened = desk.app.vault.open([suggestion.text_commitment], by=str(who.person_id), reason=reason)
    return opened.get(suggestion.text_commitment, ERASED)


def commitment_page(desk: Office, who: Acting, commitment_id: UUID) -> CommitmentPage:
    """A commitment. Refuses `access.*`, `commitment.unknown`."""
    who.require("affairs")
    with desk.current(commitments, affair_steps) as conn:
        found = commitments.one(conn, commitment_id)
        if found is None:
            raise Refusal("commitment.unknown")
        who.require_area(found.division)
        return CommitmentPage(commitment=found, steps=affair_steps.of_one(conn, commitment_id))


def meeting_page(desk: Office, who: Acting, meeting_id: UUID) -> MeetingPage:
    """A meeting. Refuses `access.*`, `meeting.unknown`."""
    who.require("affairs")
    with desk.current(meetings, projects, affair_steps) as conn:
        found = meetings.one(conn, meeting_id)
        if found is None:
            raise Refusal("meeting.unknown")
        who.require_area(found.division)
        votes = meetings.resolutions(conn, meeting_id)
        return MeetingPage(
            meeting=found,
            sheets=meetings.sheets(conn, meeting_id),
            rule=meetings.rule(conn, found.rule),
            resolutions=votes,
            projects=projects.of_resolutions(conn, [one.event for one in votes]),
            steps=affair_steps.of_one(conn, meeting_id),
        )


def require_sheet_keeper(desk: Office, who: Acting, meeting_id: UUID) -> Division:
    """The village whose meeting it is, for whoever may keep its sheet. Refuses `authority.role_may_not`, and as
    `meeting_page`.
    """
    if not authority.may(who.role, KEEPS_SHEET):
        raise Refusal("authority.role_may_not", role=who.role, event_type=KEEPS_SHEET)
    return meeting_page(desk, who, meeting_id).meeting.division


def project_page(desk: Office, who: Acting, project_id: UUID) -> ProjectPage:
    """A micro-project. Refuses `access.*`, `project.unknown`."""
    who.require("affairs")
    with desk.current(projects, meetings, affair_steps) as conn:
        found = projects.one(conn, project_id)
        if found is None:
            raise Refusal("project.unknown")
        who.require_area(found.division)
        return ProjectPage(
            project=found,
            resolution=meetings.named(conn, [found.resolution]).get(found.resolution),
            steps=affair_steps.of_one(conn, project_id),
        )
