"""Members over JSON: applications, vetting, appointment, training, suspension, exit, and the file of each."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response
from pydantic import BaseModel

from api.commands import members as commands
from api.commands.county import Account
from api.commands.shared import today
from api.staff.acting import Acting, ByToken, Desk, by_token
from api.staff.api_answers import RECORDED, once, recorded
from api.staff.api_county import new_person_id
from api.staff.fields import Code, CommandKey, Identifier, Limit, Reason
from api.staff.member_file import Contact, MemberFile, contact_of, dual_roles, file_of
from api.staff.member_shapes import (
    ExitGiven,
    NewApplications,
    NewAppointments,
    ReinstatementGiven,
    SuspensionGiven,
    TrainingDone,
    VettingDone,
)
from api.staff.office import Office
from api.staff.shapes import ReceiptGiven
from api.web import words
from api.web.routes import Routes
from domain.members import VETTING_REASONS
from projections import members
from projections.members import Member

router = Routes(prefix="/api/v1", tags=["成员"])


class Applied(BaseModel):
    """The applicants' ids in the order of the request, and the receipt."""

    person_ids: list[UUID]
    receipt: ReceiptGiven


class DualRoles(BaseModel):
    """A member who holds other roles where he reports."""

    person_id: UUID
    roles: list[str]


@router.get("/members", operation_id="listMembers", summary="成员")
def list_members(
    desk: Desk,
    who: ByToken,
    area: Annotated[Code | None, Query()] = None,
    status: Annotated[Reason | None, Query(description="状态，见“成员用语”；不给就是全部")] = None,
    after: Annotated[int, Query(ge=-1, le=2**53, description="上一页最后一人的 log_index")] = -1,
    limit: Limit = 50,
) -> list[Member]:
    """The members and applicants of an area in the order of application."""
    who.require("members")
    within = who.area(desk, area)
    with desk.app.reading.connection() as conn:
        return members.listing(conn, within, on=today(desk.app), status=status, after=after, limit=limit)


class Word(BaseModel):
    """A word that never changes, in Chinese, and (for a reason) which outcome it stands for."""

    code: str
    word: str
    outcome: bool | None = None


class MemberWords(BaseModel):
    """The closed lists of members and households."""

    occupations: list[Word]
    statuses: list[Word]
    levels: list[Word]
    vetting: list[Word]
    suspension: list[Word]
    exit: list[Word]
    joining: list[Word]
    leaving: list[Word]


@router.get("/members/words", operation_id="listMemberWords", summary="成员用语", dependencies=[Depends(by_token)])
def list_words() -> MemberWords:
    """Every word that requests about members and households may use."""
    return MemberWords(
        occupations=_words(words.OCCUPATIONS),
        statuses=_words(words.MEMBER_STATUSES),
        levels=_words(words.TRAINING_LEVELS),
        vetting=_words(words.VETTING_REASONS, outcomes=VETTING_REASONS),
        suspension=_words(words.SUSPENSION_REASONS),
        exit=_words(words.EXIT_REASONS),
        joining=_words(words.JOINING_REASONS),
        leaving=_words(words.LEAVING_REASONS),
    )


@router.get("/members/dual-roles", operation_id="listDualRoles", summary="双重角色")
def list_dual_roles(desk: Desk, who: ByToken, area: Annotated[Code | None, Query()] = None) -> list[DualRoles]:
    """Who holds other roles today where he is a member."""
    who.require("members")
    found = dual_roles(desk, who.area(desk, area))
    return [DualRoles(person_id=person_id, roles=roles) for person_id, roles in found.items()]


@router.post("/members", status_code=201, responses=once(Applied), operation_id="applyForMember", summary="申请")
def apply(wanted: NewApplications, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> Applied:
    """Record applications: one's own, or written down for others. New persons' ids follow from caller and key."""
    applications = applications_of(desk, who, wanted, key)
    receipt = commands.apply(desk.app, actor=who.actor, key=key, applications=applications, on=today(desk.app))
    ids = [one.person_id for one in applications]
    return Applied(person_ids=ids, receipt=recorded(desk, receipt, response))


@router.post("/members/vettings", responses=RECORDED, operation_id="vetMembers", summary="审核申请")
def vet(wanted: VettingDone, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> ReceiptGiven:
    """Say whether applications pass; the caller is the vetter."""
    receipt = commands.vet(
        desk.app,
        actor=who.actor,
        key=key,
        person_ids=wanted.person_ids,
        passed=wanted.passed,
        reason=wanted.reason,
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


@router.post("/members/appointments", responses=RECORDED, operation_id="appointMembers", summary="选聘")
def appoint(wanted: NewAppointments, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> ReceiptGiven:
    """Appoint who passed; the role and a key in the server's custody come with it."""
    appointments = [
        commands.Appointment(
            person_id=one.person_id,
            since=one.since,
            until=one.until,
            area=one.area,
            acknowledged=tuple(one.acknowledged_roles),
            document=one.document,
        )
        for one in wanted.appointments
    ]
    receipt = commands.appoint(desk.app, actor=who.actor, key=key, appointments=appointments, on=today(desk.app))
    return recorded(desk, receipt, response)


@router.post("/members/trainings", responses=RECORDED, operation_id="trainMembers", summary="登记成员培训")
def train(wanted: TrainingDone, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> ReceiptGiven:
    """Record that members took part in a training of a level."""
    receipt = commands.train(
        desk.app,
        actor=who.actor,
        key=key,
        person_ids=wanted.person_ids,
        level=wanted.level,
        trained_on=wanted.trained_on,
        document=wanted.document,
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


@router.get("/members/{person_id}", operation_id="readMember", summary="一位成员")
def read_member(person_id: Identifier, desk: Desk, who: ByToken) -> MemberFile:
    """A member, every step of his membership, his roles and his households."""
    return file_of(desk, who, person_id)


@router.get("/members/{person_id}/contact", operation_id="openMemberContact", summary="打开姓名和电话")
def open_contact(person_id: Identifier, desk: Desk, who: ByToken) -> Contact:
    """The member's name and phone out of the vault; who opened them is recorded."""
    return contact_of(desk, who, person_id)


@router.post("/members/{person_id}/suspension", responses=RECORDED, operation_id="suspendMember", summary="暂停资格")
def suspend(
    person_id: Identifier, wanted: SuspensionGiven, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Let a member report nothing for a time."""
    receipt = commands.suspend(
        desk.app,
        actor=who.actor,
        key=key,
        person_id=person_id,
        reason=wanted.reason,
        since=wanted.since,
        until=wanted.until,
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


@router.post(
    "/members/{person_id}/reinstatement", responses=RECORDED, operation_id="reinstateMember", summary="恢复资格"
)
def reinstate(
    person_id: Identifier, wanted: ReinstatementGiven, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """End a suspension."""
    receipt = commands.reinstate(
        desk.app, actor=who.actor, key=key, person_id=person_id, since=wanted.since, on=today(desk.app)
    )
    return recorded(desk, receipt, response)


@router.post("/members/{person_id}/exit", responses=RECORDED, operation_id="endMembership", summary="退出")
def leave(
    person_id: Identifier, wanted: ExitGiven, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """End a membership; what was earned is still paid."""
    receipt = commands.leave(
        desk.app,
        actor=who.actor,
        key=key,
        person_id=person_id,
        reason=wanted.reason,
        last_day=wanted.last_day,
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


def _words(table: Mapping[str, str], *, outcomes: Mapping[str, bool] | None = None) -> list[Word]:
    return [Word(code=code, word=word, outcome=(outcomes or {}).get(code)) for code, word in table.items()]


def applications_of(desk: Office, who: Acting, wanted: NewApplications, key: str) -> list[commands.Application]:
    """Applications as the command takes them; whoever is new gets an id that a second attempt gives again."""
    return [
        commands.Application(
            person_id=one.person_id or new_person_id(desk.app.journal.origin, who.person_id, key, number),
            area=one.area,
            occupation=one.occupation,
            phone=one.phone,
            name=one.name,
            account=Account(one.account.holder, one.account.number, one.account.bank) if one.account else None,
        )
        for number, one in enumerate(wanted.applications)
    ]
