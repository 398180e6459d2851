"""The register of facilities over JSON: the list of kinds, what there is, and what inspections found."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response
from pydantic import BaseModel

from api.commands import facilities as commands
from api.commands.shared import today
from api.staff.acting import Acting, ByToken, Desk
from api.staff.api_answers import RECORDED, once, recorded
from api.staff.fields import Code, CommandKey, Identifier
from api.staff.office import Office
from api.staff.register_shapes import (
    FacilityClosing,
    FacilityOpening,
    KindWithdrawal,
    NewFacility,
    NewFacilityKind,
    NewInspection,
    ShortCode,
)
from api.staff.shapes import ReceiptGiven
from api.web.routes import Routes
from domain.kernel.ids import derived
from domain.kernel.refusals import Refusal
from projections import facilities
from projections.facilities import Count, Facility, Happening, Kind

router = Routes(prefix="/api/v1", tags=["设施"])

_Kind = Annotated[ShortCode | None, Query(description="设施种类的代码；不给就是全部")]


class FacilityPage(BaseModel):
    """A facility and its history."""

    facility: Facility
    history: list[Happening]


class Registered(BaseModel):
    """The new facility's id, and the receipt."""

    facility_id: UUID
    receipt: ReceiptGiven


@router.get("/facility-kinds", operation_id="listFacilityKinds", summary="设施种类")
def list_kinds(desk: Desk, who: ByToken) -> list[Kind]:
    """The county's list of kinds."""
    who.require("facilities")
    with desk.app.reading.connection() as conn:
        return facilities.kinds(conn)


@router.post("/facility-kinds", responses=RECORDED, operation_id="admitFacilityKind", summary="种类列入清单")
def admit_kind(wanted: NewFacilityKind, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> ReceiptGiven:
    """Put a kind on the county's list."""
    receipt = commands.admit_kind(
        desk.app,
        actor=who.actor,
        key=key,
        code=wanted.code,
        name=wanted.name,
        document=wanted.document,
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


@router.post(
    "/facility-kinds/{code}/withdrawal",
    responses=RECORDED,
    operation_id="withdrawFacilityKind",
    summary="种类退出清单",
)
def withdraw_kind(
    code: Annotated[ShortCode, Path(description="设施种类的代码", examples=["home"])],
    wanted: KindWithdrawal,
    key: CommandKey,
    desk: Desk,
    who: ByToken,
    response: Response,
) -> ReceiptGiven:
    """Close a kind for new facilities."""
    receipt = commands.withdraw_kind(
        desk.app, actor=who.actor, key=key, code=code, last_day=wanted.last_day, on=today(desk.app)
    )
    return recorded(desk, receipt, response)


@router.get("/facilities", operation_id="listFacilities", summary="设施")
def list_facilities(
    desk: Desk, who: ByToken, area: Annotated[Code | None, Query()] = None, kind: _Kind = None
) -> list[Facility]:
    """The facilities of an area, by division."""
    who.require("facilities")
    with desk.app.reading.connection() as conn:
        return facilities.listing(conn, who.area(desk, area), kind=kind)


@router.get("/facilities/counts", operation_id="countFacilities", summary="设施数量")
def count_facilities(desk: Desk, who: ByToken, area: Annotated[Code | None, Query()] = None) -> list[Count]:
    """How many of each kind an area has, and how many of them are open."""
    who.require("facilities")
    with desk.app.reading.connection() as conn:
        return facilities.counts(conn, who.area(desk, area))


@router.post(
    "/facilities", status_code=201, responses=once(Registered), operation_id="registerFacility", summary="登记设施"
)
def register(wanted: NewFacility, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> Registered:
    """Register a facility. Its id follows from the caller and the Idempotency-Key."""
    facility_id = new_facility_id(desk, who, key)
    receipt = commands.register(
        desk.app, actor=who.actor, key=key, new=facility_of(wanted, facility_id), on=today(desk.app)
    )
    return Registered(facility_id=facility_id, receipt=recorded(desk, receipt, response))


@router.get("/facilities/{facility_id}", operation_id="readFacility", summary="一个设施")
def read_facility(facility_id: Identifier, desk: Desk, who: ByToken) -> FacilityPage:
    """A facility and everything that happened to it."""
    return facility_page(desk, who, facility_id)


@router.post("/facilities/{facility_id}/openings", responses=RECORDED, operation_id="openFacility", summary="设施启用")
def open_(
    facility_id: Identifier, wanted: FacilityOpening, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Open a facility to the public, or open it again."""
    receipt = commands.open_(
        desk.app,
        actor=who.actor,
        key=key,
        facility_id=facility_id,
        opened_on=wanted.opened_on,
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


@router.post("/facilities/{facility_id}/closings", responses=RECORDED, operation_id="closeFacility", summary="设施停用")
def close(
    facility_id: Identifier, wanted: FacilityClosing, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Close a facility to the public."""
    receipt = commands.close(
        desk.app,
        actor=who.actor,
        key=key,
        facility_id=facility_id,
        last_day=wanted.last_day,
        reason=wanted.reason,
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


@router.post(
    "/facilities/{facility_id}/inspections",
    responses=RECORDED,
    operation_id="inspectFacility",
    summary="设施巡查",
)
def inspect(
    facility_id: Identifier, wanted: NewInspection, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Record an inspection; the caller is the inspector."""
    found = commands.Inspection(wanted.inspected_on, wanted.result, wanted.note)
    receipt = commands.inspect(
        desk.app, actor=who.actor, key=key, facility_id=facility_id, found=found, on=today(desk.app)
    )
    return recorded(desk, receipt, response)


def new_facility_id(desk: Office, who: Acting, key: str) -> UUID:
    """The id of the facility registered with this key: a second attempt meets the first."""
    return derived("facility", desk.app.journal.origin, who.person_id, key)


def facility_of(wanted: NewFacility, facility_id: UUID) -> commands.NewFacility:
    """A facility as the command takes it."""
    return commands.NewFacility(
        facility_id=facility_id,
        kind=wanted.kind,
        name=wanted.name,
        division=wanted.division,
        address=wanted.address,
        services=tuple(wanted.services),
    )


def facility_page(desk: Office, who: Acting, facility_id: UUID) -> FacilityPage:
    """A facility with its history. Refuses `access.*`, `facility.unknown`."""
    who.require("facilities")
    with desk.current(facilities) as conn:
        facility = facilities.one(conn, facility_id)
        if facility is None:
            raise Refusal("facility.unknown")
        who.require_area(facility.division)
        return FacilityPage(facility=facility, history=facilities.history(conn, facility_id))
