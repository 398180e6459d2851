"""Commendations, inspections of homes, titles and party members' service over JSON."""

from typing import Annotated

from fastapi import Query

from api.commands.deeds import commendations, inspections, party_activities
from api.staff.acting import NEIGHBOURS, ByToken, Desk
from api.staff.api_answers import RECORDED, Sending, Sent, once
from api.staff.api_tasks import Before, OnlyWaiting, Recorded
from api.staff.deed_shapes import (
    CommendationStep,
    InspectionStep,
    NewCommendation,
    NewHomeInspection,
    NewPartyActivity,
    PartyActivityStep,
    TitleRevocation,
)
from api.staff.deeds_done import Asked, commendation_step, inspection_step, party_activity_step
from api.staff.deeds_read import DeedPage, deed_page, deeds_of
from api.staff.fields import Code, Identifier, Limit
from api.staff.shapes import ReceiptGiven
from api.web.routes import Routes
from domain.deeds.commendations import commendation_id
from domain.deeds.inspections import inspection_id
from domain.kernel.calendar import month_of
from domain.kernel.refusals import Refusal
from projections import titles
from projections.deed_queries import Deed
from projections.titles import Title

router = Routes(prefix="/api/v1", tags=["表扬、清洁户和在职党员"])


@router.get("/commendations", operation_id="listCommendations", summary="表扬")
def list_commendations(
    desk: Desk,
    who: ByToken,
    area: Annotated[Code | None, Query()] = None,
    waiting: OnlyWaiting = False,
    before: Before = None,
    limit: Limit = 50,
) -> list[Deed]:
    """The commendations of an area, the latest first."""
    return deeds_of(desk, who, "commendation", area=area, before=before, only_waiting=waiting, limit=limit)


@router.post(
    "/commendations", status_code=201, responses=once(Recorded), operation_id="recordCommendation", summary="登记表扬"
)
def record_commendation(wanted: NewCommendation, sent: Sent) -> Recorded:
    """Record a commendation; its id follows from holder and document."""
    receipt = commended(sent, wanted)
    return Recorded(deed_id=commendation_id(wanted.holder_id, wanted.document), receipt=receipt)


@router.get("/commendations/{deed_id}", operation_id="readCommendation", summary="一份表扬")
def read_commendation(deed_id: Identifier, desk: Desk, who: ByToken) -> DeedPage:
    """A commendation and whose it is."""
    return deed_page(desk, who, "commendation", deed_id)


@router.post(
    "/commendations/{deed_id}/steps", responses=RECORDED, operation_id="recordCommendationStep", summary="表扬办一步"
)
def record_commendation_step(deed_id: Identifier, wanted: CommendationStep, sent: Sent) -> ReceiptGiven:
    """Confirm it or take it back."""
    return sent.recorded(commendation_step(_asked(sent, deed_id), wanted))


@router.get("/inspections", operation_id="listInspections", summary="清洁户评比")
def list_inspections(
    desk: Desk,
    who: ByToken,
    area: Annotated[Code | None, Query()] = None,
    waiting: OnlyWaiting = False,
    before: Before = None,
    limit: Limit = 50,
) -> list[Deed]:
    """The inspections of an area, the latest first."""
    return deeds_of(desk, who, "inspection", area=area, before=before, only_waiting=waiting, limit=limit)


@router.post(
    "/inspections", status_code=201, responses=once(Recorded), operation_id="recordInspection", summary="登记评比"
)
def record_inspection(wanted: NewHomeInspection, sent: Sent) -> Recorded:
    """Record an inspection; its id follows from household and month."""
    new = inspections.NewInspection(
        household_id=wanted.household_id,
        inspected_on=wanted.inspected_on,
        inspectors=tuple(wanted.inspectors),
        result=wanted.result,
        item=wanted.item,
    )
    receipt = inspections.record(sent.app, actor=sent.actor, key=sent.key, new=new, on=sent.on)
    deed_id = inspection_id(wanted.household_id, month_of(wanted.inspected_on))
    return Recorded(deed_id=deed_id, receipt=sent.recorded(receipt))


@router.get("/inspections/{deed_id}", operation_id="readInspection", summary="一次评比")
def read_inspection(deed_id: Identifier, desk: Desk, who: ByToken) -> DeedPage:
    """An inspection and which household's it is."""
    return deed_page(desk, who, "inspection", deed_id)


@router.post(
    "/inspections/{deed_id}/steps", responses=RECORDED, operation_id="recordInspectionStep", summary="评比办一步"
)
def record_inspection_step(deed_id: Identifier, wanted: InspectionStep, sent: Sent) -> ReceiptGiven:
    """Confirm it, dispute it or take it back."""
    return sent.recorded(inspection_step(_asked(sent, deed_id), wanted))


@router.get("/titles", operation_id="listTitles", summary="清洁户称号")
def list_titles(
    desk: Desk,
    who: ByToken,
    area: Annotated[Code | None, Query()] = None,
    after: Annotated[int, Query(ge=-1, le=2**53, description="上一页最后一条的 log_index")] = -1,
    limit: Limit = 50,
) -> list[Title]:
    """The titles that households of an area hold, the first granted first."""
    who.require("deeds")
    if who.role in NEIGHBOURS:
        raise Refusal("access.may_not_read", role=who.role)
    within = who.area(desk, area)
    with desk.current(titles) as conn:
        return titles.held(conn, within, after=after, limit=limit)


@router.post("/titles/{household_id}/revoke", responses=RECORDED, operation_id="revokeTitle", summary="取消清洁户称号")
def revoke_title(household_id: Identifier, wanted: TitleRevocation, sent: Sent) -> ReceiptGiven:
    """Take a household's title back for another reason than an inspection."""
    receipt = inspections.revoke_title(
        sent.app,
        actor=sent.actor,
        key=sent.key,
        household_id=household_id,
        last_day=wanted.last_day,
        reason=wanted.reason,
        on=sent.on,
    )
    return sent.recorded(receipt)


@router.get("/party-activities", operation_id="listPartyActivities", summary="在职党员服务")
def list_party_activities(
    desk: Desk,
    who: ByToken,
    area: Annotated[Code | None, Query()] = None,
    waiting: OnlyWaiting = False,
    before: Before = None,
    limit: Limit = 50,
) -> list[Deed]:
    """The services in an area, the latest first."""
    return deeds_of(desk, who, "party_activity", area=area, before=before, only_waiting=waiting, limit=limit)


@router.post(
    "/party-activities",
    status_code=201,
    responses=once(Recorded),
    operation_id="recordPartyActivity",
    summary="登记在职党员服务",
)
def record_party_activity(wanted: NewPartyActivity, sent: Sent) -> Recorded:
    """Write a service down. Its id follows from who served, for which unit, with what, and on which day."""
    new = party_activities.NewPartyActivity(
        division=wanted.division,
        person_id=wanted.person_id or sent.who.person_id,
        unit=wanted.unit,
        title=wanted.title,
        item=wanted.item,
        held_on=wanted.held_on,
        minutes=wanted.minutes,
    )
    receipt = party_activities.record(sent.app, actor=sent.actor, key=sent.key, new=new, on=sent.on)
    return Recorded(deed_id=new.party_activity_id, receipt=sent.recorded(receipt))


@router.get("/party-activities/{deed_id}", operation_id="readPartyActivity", summary="一次在职党员服务")
def read_party_activity(deed_id: Identifier, desk: Desk, who: ByToken) -> DeedPage:
    """A service and whose it is."""
    return deed_page(desk, who, "party_activity", deed_id)


@router.post(
    "/party-activities/{deed_id}/steps",
    responses=RECORDED,
    operation_id="recordPartyActivityStep",
    summary="在职党员服务办一步",
)
def record_party_activity_step(deed_id: Identifier, wanted: PartyActivityStep, sent: Sent) -> ReceiptGiven:
    """Confirm one side, reject it or take it back."""
    return sent.recorded(party_activity_step(_asked(sent, deed_id), wanted))


def commended(sent: Sending, wanted: NewCommendation) -> ReceiptGiven:
    """Record a commendation as it was asked for."""
    new = commendations.NewCommendation(
        division=wanted.division,
        holder_kind=wanted.holder_kind,
        holder_id=wanted.holder_id,
        title=wanted.title,
        item=wanted.item,
        document=wanted.document,
        issuer=wanted.issuer,
        issued_on=wanted.issued_on,
    )
    return sent.recorded(commendations.record(sent.app, actor=sent.actor, key=sent.key, new=new, on=sent.on))


def _asked(sent: Sending, deed_id: Identifier) -> Asked:
    return Asked(sent.app, sent.actor, sent.key, deed_id, sent.on)
