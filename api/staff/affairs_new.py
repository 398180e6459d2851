"""A new affair as pages and programs ask for it, as its command takes it."""

from uuid import UUID

from api.commands.affairs import commitments, meetings, notices, projects, suggestions
from api.commands.said import signed
from api.staff.affair_shapes import (
    NewCommitment,
    NewMeeting,
    NewMeetingRule,
    NewNotice,
    NewProject,
    NewSuggestion,
    ShareGiven,
)
from domain.kernel.ids import EventName
from domain.kernel.quorums import Share


def notice_of(wanted: NewNotice, notice_id: UUID) -> notices.NewNotice:
    """A notice."""
    return notices.NewNotice(
        notice_id=notice_id,
        division=wanted.division,
        title=wanted.title,
        text=wanted.text,
        since=wanted.since,
        until=wanted.until,
    )


def suggestion_of(wanted: NewSuggestion, suggestion_id: UUID) -> suggestions.NewSuggestion:
    """A suggestion."""
    return suggestions.NewSuggestion(
        suggestion_id=suggestion_id,
        division=wanted.division,
        channel=wanted.channel,
        text=signed(wanted.text, contact=wanted.contact or ""),
        author_id=wanted.author_id,
        slip=wanted.slip,
    )


def commitment_of(wanted: NewCommitment, commitment_id: UUID) -> commitments.NewCommitment:
    """A commitment."""
    return commitments.NewCommitment(
        commitment_id=commitment_id,
        division=wanted.division,
        title=wanted.title,
        responsible=wanted.responsible,
        made_on=wanted.made_on,
        due_on=wanted.due_on,
    )


def rule_of(wanted: NewMeetingRule) -> meetings.NewRule:
    """A rule of meetings."""
    return meetings.NewRule(
        division=wanted.division,
        kind=wanted.kind,
        quorum=_share(wanted.quorum),
        passing=_share(wanted.passing),
        passed_by=wanted.passed_by,
        since=wanted.since,
        document=wanted.document,
    )


def meeting_of(wanted: NewMeeting, meeting_id: UUID) -> meetings.NewMeeting:
    """A meeting."""
    return meetings.NewMeeting(
        meeting_id=meeting_id,
        division=wanted.division,
        kind=wanted.kind,
        title=wanted.title,
        agenda=tuple(wanted.agenda),
        held_on=wanted.held_on,
        place=wanted.place,
    )


def project_of(wanted: NewProject, project_id: UUID) -> projects.NewProject:
    """A micro-project."""
    return projects.NewProject(
        project_id=project_id,
        division=wanted.division,
        title=wanted.title,
        resolution=EventName(wanted.resolution),
        budget_fen=wanted.budget_fen,
    )


def _share(given: ShareGiven) -> Share:
    return Share(given.part, given.of, given.more)
