"""One step of an affair as pages and programs ask for it: which command it is, and what it needs."""

from dataclasses import dataclass
from datetime import date
from typing import assert_never
from uuid import UUID

from api import village_files
from api.commands.affairs import commitments, meetings, notices, projects, suggestions
from api.context import App
from api.staff.affair_shapes import CommitmentStep, MeetingStep, NoticeStep, ProjectStep, SuggestionStep
from domain.kernel.places import Division
from journal.facts import Actor, Receipt


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for a step of which affair, under which key, today."""

    app: App
    actor: Actor
    key: str
    affair_id: UUID
    on: date


def notice_step(asked: Asked, wanted: NoticeStep) -> Receipt:
    """Take a notice down."""
    return notices.withdraw(
        asked.app, actor=asked.actor, key=asked.key, notice_id=asked.affair_id, reason=wanted.reason, on=asked.on
    )


def suggestion_step(asked: Asked, wanted: SuggestionStep) -> Receipt:
    """A step of a suggestion; a text that is not given is refused as one that says nothing."""
    match wanted.step:
        case "accept":
            return suggestions.accept(
                asked.app,
                actor=asked.actor,
                key=asked.key,
                suggestion_id=asked.affair_id,
                gist=wanted.gist or "",
                due_on=wanted.due_on or asked.on,
                on=asked.on,
            )
        case "answer":
            return suggestions.answer(
                asked.app,
                actor=asked.actor,
                key=asked.key,
                suggestion_id=asked.affair_id,
                outcome=wanted.outcome or "",
                answer=wanted.answer or "",
                on=asked.on,
            )
        case "close":
            return suggestions.close(
                asked.app,
                actor=asked.actor,
                key=asked.key,
                suggestion_id=asked.affair_id,
                reason=wanted.reason or "",
                on=asked.on,
            )
        case _:
            assert_never(wanted.step)


def commitment_step(asked: Asked, wanted: CommitmentStep) -> Receipt:
    """A step of a commitment."""
    match wanted.step:
        case "progress":
            return commitments.progress(
                asked.app,
                actor=asked.actor,
                key=asked.key,
                commitment_id=asked.affair_id,
                note=wanted.note,
                on=asked.on,
            )
        case "fulfil":
            return commitments.fulfil(
                asked.app,
                actor=asked.actor,
                key=asked.key,
                commitment_id=asked.affair_id,
                fulfilled_on=wanted.fulfilled_on or asked.on,
                note=wanted.note,
                on=asked.on,
            )
        case "withdraw":
            return commitments.withdraw(
                asked.app,
                actor=asked.actor,
                key=asked.key,
                commitment_id=asked.affair_id,
                reason=wanted.reason or "",
                note=wanted.note,
                on=asked.on,
            )
        case _:
            assert_never(wanted.step)


def meeting_step(asked: Asked, wanted: MeetingStep, *, division: Division) -> Receipt:
    """A step of a village's meeting. Refuses `village_file.unknown` for a sheet that is not kept here."""
    files = village_files.kept(asked.app, wanted.files, division=division)
    match wanted.step:
        case "hold":
            who = tuple(wanted.person_ids)
            came = meetings.Attendance(
                wanted.eligible, who, wanted.on_sheet, wanted.sheet, files, wanted.eligible_reason
            )
            return meetings.hold(
                asked.app, actor=asked.actor, key=asked.key, meeting_id=asked.affair_id, came=came, on=asked.on
            )
        case "keep_sheet":
            return meetings.keep_sheet(
                asked.app, actor=asked.actor, key=asked.key, meeting_id=asked.affair_id, files=files, on=asked.on
            )
        case "resolve":
            votes = (wanted.agreed, wanted.opposed, wanted.abstained)
            vote = meetings.Vote(wanted.title or "", wanted.text or "", *votes, wanted.limit_fen)
            return meetings.resolve(
                asked.app, actor=asked.actor, key=asked.key, meeting_id=asked.affair_id, vote=vote, on=asked.on
            )
        case "cancel":
            return meetings.cancel(
                asked.app,
                actor=asked.actor,
                key=asked.key,
                meeting_id=asked.affair_id,
                reason=wanted.reason or "",
                on=asked.on,
            )
        case _:
            assert_never(wanted.step)


def project_step(asked: Asked, wanted: ProjectStep) -> Receipt:
    """A step of a micro-project."""
    note = wanted.note or ""
    match wanted.step:
        case "contract":
            contract = projects.Contract(
                contractor=wanted.contractor or "",
                contractor_ids=tuple(wanted.contractor_ids),
                amount_fen=wanted.amount_fen,
                document=wanted.document or "",
            )
            return projects.contract(
                asked.app, actor=asked.actor, key=asked.key, project_id=asked.affair_id, new=contract, on=asked.on
            )
        case "progress":
            return projects.progress(
                asked.app, actor=asked.actor, key=asked.key, project_id=asked.affair_id, note=note, on=asked.on
            )
        case "accept":
            return projects.accept(
                asked.app, actor=asked.actor, key=asked.key, project_id=asked.affair_id, opinion=note, on=asked.on
            )
        case "send_back":
            return projects.send_back(
                asked.app,
                actor=asked.actor,
                key=asked.key,
                project_id=asked.affair_id,
                reason=wanted.reason or "",
                note=note,
                on=asked.on,
            )
        case "close":
            return projects.close(
                asked.app,
                actor=asked.actor,
                key=asked.key,
                project_id=asked.affair_id,
                outcome=wanted.outcome or "",
                spent_fen=wanted.spent_fen,
                on=asked.on,
            )
        case _:
            assert_never(wanted.step)
