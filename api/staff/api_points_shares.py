"""Moving persons between households, and what becomes of the points, over JSON."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from api.commands import household_moves, points_shares
from api.staff.acting import Acting, ByToken, Desk
from api.staff.api_answers import RECORDED, Sent, once
from api.staff.deed_shapes import HouseholdMove, NewPointsShare, PointsShareStep
from api.staff.fields import Code, Identifier
from api.staff.office import Office
from api.staff.shapes import ReceiptGiven
from api.web.routes import Routes
from domain.kernel.ids import derived
from domain.kernel.refusals import Refusal
from domain.points_shares import Holder
from projections import points_shares as read_model
from projections.points_shares import PointsShare

router = Routes(prefix="/api/v1", tags=["户"])


class ShareProposed(BaseModel):
    """The proposal's id, and the receipt."""

    points_share_id: UUID
    receipt: ReceiptGiven


@router.post(
    "/households/{household_id}/moves", responses=RECORDED, operation_id="moveBetweenHouseholds", summary="迁到另一户"
)
def move(household_id: Identifier, wanted: HouseholdMove, sent: Sent) -> ReceiptGiven:
    """Let persons of this household belong to another from a day on, all or none."""
    receipt = household_moves.move(
        sent.app,
        actor=sent.actor,
        key=sent.key,
        person_ids=wanted.person_ids,
        from_id=household_id,
        to_id=wanted.to_id,
        since=wanted.since,
        reason=wanted.reason,
        on=sent.on,
    )
    return sent.recorded(receipt)


@router.get("/points-shares", operation_id="listPointsShares", summary="待确认的积分分割")
def list_points_shares(desk: Desk, who: ByToken, area: Annotated[Code | None, Query()] = None) -> list[PointsShare]:
    """The proposals of an area that wait for another clerk."""
    who.require("households")
    within = who.area(desk, area)
    with desk.current(read_model) as conn:
        return read_model.waiting(conn, within)


@router.post(
    "/points-shares",
    status_code=201,
    responses=once(ShareProposed),
    operation_id="proposePointsShare",
    summary="提出积分分割",
)
def propose(wanted: NewPointsShare, sent: Sent) -> ShareProposed:
    """Write down what a household agreed to. The id follows from the caller and the Idempotency-Key."""
    share_id = new_share_id(sent.desk, sent.who, sent.key)
    new = share_of(wanted, share_id)
    receipt = points_shares.propose(sent.app, actor=sent.actor, key=sent.key, new=new, on=sent.on)
    return ShareProposed(points_share_id=share_id, receipt=sent.recorded(receipt))


@router.get("/points-shares/{points_share_id}", operation_id="readPointsShare", summary="一份积分分割")
def read(points_share_id: Identifier, desk: Desk, who: ByToken) -> PointsShare:
    """A proposal and what came of it."""
    who.require("households")
    with desk.current(read_model) as conn:
        found = read_model.one(conn, points_share_id)
    if found is None:
        raise Refusal("points_share.unknown")
    who.require_area(found.division)
    return found


@router.post(
    "/points-shares/{points_share_id}/steps",
    responses=RECORDED,
    operation_id="recordPointsShareStep",
    summary="积分分割办一步",
)
def record_step(points_share_id: Identifier, wanted: PointsShareStep, sent: Sent) -> ReceiptGiven:
    """Confirm it, so that the points move, or reject it."""
    if wanted.step == "confirm":
        receipt = points_shares.confirm(
            sent.app, actor=sent.actor, key=sent.key, points_share_id=points_share_id, on=sent.on
        )
    else:
        receipt = points_shares.reject(
            sent.app,
            actor=sent.actor,
            key=sent.key,
            points_share_id=points_share_id,
            reason=wanted.reason or "",
            on=sent.on,
        )
    return sent.recorded(receipt)


def new_share_id(desk: Office, who: Acting, key: str) -> UUID:
    """The id of what is proposed with this key: a second attempt meets the first."""
    return derived("points_share", desk.app.journal.origin, who.person_id, key)


def share_of(wanted: NewPointsShare, share_id: UUID) -> points_shares.NewPointsShare:
    """A proposal as the command takes it."""
    return points_shares.NewPointsShare(
        points_share_id=share_id,
        reason=wanted.reason,
        giver=Holder(wanted.giver.kind, wanted.giver.holder_id),
        taker=Holder(wanted.taker.kind, wanted.taker.holder_id),
        points=wanted.points,
        agreed_by=wanted.agreed_by,
        document=wanted.document,
    )
