"""Subsidy programmes and lists over JSON."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from api.commands import subsidies
from api.commands.shared import today
from api.staff.acting import ByToken, Desk
from api.staff.api_answers import RECORDED, Sent, once
from api.staff.api_property import Before, Status
from api.staff.fields import Code, Identifier, Limit
from api.staff.property_done import Asked, list_of, list_step, programme_of, programme_step
from api.staff.property_read import ListPage, ProgrammePage, list_page, programme_page
from api.staff.property_shapes import NewProgramme, NewSubsidyList, ProgrammeStep, SubsidyListStep
from api.staff.shapes import ReceiptGiven
from api.web.routes import Routes
from domain.subsidies.programmes import programme_id
from projections import subsidies as subsidies_read
from projections.subsidies import SubsidyListVersion, SubsidyProgramme

router = Routes(prefix="/api/v1", tags=["补贴"])


class ProgrammeRecorded(BaseModel):
    """The programme's id, and the receipt."""

    programme_id: UUID
    receipt: ReceiptGiven


class ListRecorded(BaseModel):
    """The list's id, and the receipt."""

    list_id: UUID
    receipt: ReceiptGiven


@router.get("/subsidy-programmes", operation_id="listSubsidyProgrammes", summary="补贴项目")
def list_programmes(
    desk: Desk, who: ByToken, area: Annotated[Code | None, Query()] = None, limit: Limit = 50
) -> list[SubsidyProgramme]:
    """The programmes that run in an area, with today's standard."""
    who.require("property")
    within = who.area(desk, area)
    with desk.current(subsidies_read) as conn:
        return subsidies_read.programmes(conn, within, on=today(desk.app), limit=limit)


@router.post(
    "/subsidy-programmes",
    status_code=201,
    responses=once(ProgrammeRecorded),
    operation_id="publishSubsidyProgramme",
    summary="公布补贴项目",
)
def publish_programme(wanted: NewProgramme, sent: Sent) -> ProgrammeRecorded:
    """Publish a programme; its id follows from place and reference."""
    receipt = subsidies.publish(sent.app, actor=sent.actor, key=sent.key, new=programme_of(wanted), on=sent.on)
    identity = programme_id(wanted.division, wanted.reference)
    return ProgrammeRecorded(programme_id=identity, receipt=sent.recorded(receipt))


@router.get("/subsidy-programmes/{programme_id}", operation_id="readSubsidyProgramme", summary="一个补贴项目")
def read_programme(programme_id: Identifier, desk: Desk, who: ByToken) -> ProgrammePage:
    """A programme and every standard that it ever had."""
    return programme_page(desk, who, programme_id)


@router.post(
    "/subsidy-programmes/{programme_id}/steps",
    responses=RECORDED,
    operation_id="recordSubsidyProgrammeStep",
    summary="补贴项目办一步",
)
def record_programme_step(programme_id: Identifier, wanted: ProgrammeStep, sent: Sent) -> ReceiptGiven:
    """Set another standard, or end it."""
    asked = Asked(sent.app, sent.actor, sent.key, programme_id, sent.on)
    return sent.recorded(programme_step(asked, wanted))


@router.get("/subsidy-lists", operation_id="listSubsidyLists", summary="补贴名单")
def list_lists(
    desk: Desk,
    who: ByToken,
    area: Annotated[Code | None, Query()] = None,
    programme: Annotated[Identifier | None, Query(description="只列这个项目的")] = None,
    status: Status = None,
    before: Before = None,
    limit: Limit = 50,
) -> list[SubsidyListVersion]:
    """The versions of lists of an area, the latest first."""
    who.require("property")
    within = who.area(desk, area)
    with desk.current(subsidies_read) as conn:
        return subsidies_read.listing(conn, within, programme_id=programme, status=status, before=before, limit=limit)


@router.post(
    "/subsidy-lists",
    status_code=201,
    responses=once(ListRecorded),
    operation_id="proposeSubsidyList",
    summary="提出补贴名单",
)
def propose_list(wanted: NewSubsidyList, sent: Sent) -> ListRecorded:
    """Propose a version; the list's id follows from programme, village and period."""
    new = list_of(wanted)
    receipt = subsidies.propose(sent.app, actor=sent.actor, key=sent.key, new=new, on=sent.on)
    return ListRecorded(list_id=new.list_id, receipt=sent.recorded(receipt))


@router.get("/subsidy-lists/{list_id}", operation_id="readSubsidyList", summary="一份补贴名单")
def read_list(
    list_id: Identifier,
    desk: Desk,
    who: ByToken,
    version: Annotated[int | None, Query(ge=1, le=1_000_000, description="第几版；不给就是最新的")] = None,
    after: Annotated[Identifier | None, Query(description="上一页最后一行的 payee_id")] = None,
    limit: Limit = 50,
) -> ListPage:
    """A version of a list, its lines by payee."""
    return list_page(desk, who, list_id, version=version, after=after, limit=limit)


@router.post(
    "/subsidy-lists/{list_id}/steps",
    responses=RECORDED,
    operation_id="recordSubsidyListStep",
    summary="补贴名单办一步",
)
def record_list_step(list_id: Identifier, wanted: SubsidyListStep, sent: Sent) -> ReceiptGiven:
    """Confirm the version that waits, or send it back."""
    return sent.recorded(list_step(Asked(sent.app, sent.actor, sent.key, list_id, sent.on), wanted))
