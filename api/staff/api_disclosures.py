"""Disclosures over JSON: computing, drafting, reviewing, posting, objecting and answering; settings and committees."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from api.commands.disclosing import computing, disclosures, objections, settling
from api.commands.erasing_words import Grounds, erase_objection
from api.commands.shared import today
from api.staff.acting import ByToken, Desk
from api.staff.api_answers import RECORDED, Sent, once
from api.staff.disclosing_done import Asked, committee_step, objection_of, settings_of, step
from api.staff.disclosing_read import document_of, owed, readable, text_of, whole
from api.staff.disclosing_shapes import (
    CommitteeStep,
    Computation,
    DisclosureStep,
    NewDisclosure,
    NewDisclosureSettings,
    NewObjectionSent,
    ObjectionAnswer,
)
from api.staff.erasure_shapes import Erasure
from api.staff.fields import Code, CommandKey, Identifier
from api.staff.shapes import ReceiptGiven
from api.web.routes import Routes
from domain import authority
from domain.disclosures.settings import Settings
from domain.kernel.refusals import Refusal
from projections import committees as committees_model
from projections import disclosure_queries
from projections import disclosures as disclosures_model
from projections.committees import Kin, Seat
from projections.disclosure_calendar import Due
from projections.disclosure_queries import Disclosure, Objection, Poster, Version

router = Routes(prefix="/api/v1", tags=["村务公开"])


class DisclosureRead(BaseModel):
    """A disclosure, every version of it, its objections and its printed sheets."""

    disclosure: Disclosure
    versions: list[Version]
    objections: list[Objection]
    posters: list[Poster]


class ComputedRead(BaseModel):
    """A document that was computed, and the digest that it is kept under."""

    digest: str
    document: dict[str, Any]


class DisclosureDrafted(BaseModel):
    """The disclosure's id, and the receipt."""

    disclosure_id: UUID
    receipt: ReceiptGiven


class ObjectionTaken(BaseModel):
    """The objection's id, and the receipt."""

    objection_id: UUID
    receipt: ReceiptGiven


class ObjectionText(BaseModel):
    """What somebody objected, in his own words."""

    text: str


class CommitteesRead(BaseModel):
    """Who sits or sat where, and which near relatives were declared."""

    seats: list[Seat]
    kin: list[Kin]


@router.get("/disclosures", operation_id="listDisclosures", summary="公开内容")
def list_disclosures(
    desk: Desk,
    who: ByToken,
    area: Annotated[Code | None, Query()] = None,
    before: Annotated[int | None, Query(ge=0, le=2**53)] = None,
) -> list[Disclosure]:
    """What is disclosed in an area, begun last first."""
    who.require("disclosures")
    within = who.area(desk, area)
    with desk.current(disclosures_model) as conn:
        return disclosure_queries.within(conn, within, on=today(desk.app), before=before)


@router.get("/disclosures/due", operation_id="listDisclosuresDue", summary="应公开的")
def list_due(desk: Desk, who: ByToken, area: Annotated[Code | None, Query()] = None) -> list[Due]:
    """What is owed in an area, what is late, and what was posted."""
    who.require("disclosures")
    return owed(desk, who.area(desk, area))


@router.post("/disclosures/computations", operation_id="computeDisclosure", summary="计算公开内容")
def compute(wanted: Computation, _key: CommandKey, desk: Desk, who: ByToken) -> ComputedRead:
    """Compute what is to be disclosed; nothing is recorded, so that what is asked decides, not the key."""
    if not authority.may(who.role, "disclosure.drafted/1"):
        raise Refusal("authority.role_may_not", role=who.role, event_type="disclosure.drafted/1")
    who.area(desk, wanted.division)
    found = computing.compute(
        desk.app, division=wanted.division, kind=wanted.kind, period=wanted.period, on=today(desk.app)
    )
    return ComputedRead(digest=found.digest, document=found.document.plain())


@router.post(
    "/disclosures",
    status_code=201,
    responses=once(DisclosureDrafted),
    operation_id="draftDisclosure",
    summary="拟定公开内容",
)
def draft(wanted: NewDisclosure, sent: Sent) -> DisclosureDrafted:
    """Draft what was computed: the first version, or a corrected one."""
    identity, receipt = disclosures.draft(
        sent.app, actor=sent.actor, key=sent.key, digest=wanted.document, reason=wanted.reason, on=sent.on
    )
    return DisclosureDrafted(disclosure_id=identity, receipt=sent.recorded(receipt))


@router.get("/disclosures/{disclosure_id}", operation_id="readDisclosure", summary="一期公开内容")
def read(disclosure_id: Identifier, desk: Desk, who: ByToken) -> DisclosureRead:
    """A disclosure and all that was recorded of it."""
    found = whole(desk, readable(desk, who, disclosure_id))
    return DisclosureRead(
        disclosure=found.disclosure, versions=found.versions, objections=found.objections, posters=found.posters
    )


@router.get(
    "/disclosures/{disclosure_id}/versions/{version}", operation_id="readDisclosedDocument", summary="一版的内容"
)
def read_document(disclosure_id: Identifier, version: int, desk: Desk, who: ByToken) -> dict[str, Any]:
    """The document of a version, as data; its digest is in the journal."""
    found = whole(desk, readable(desk, who, disclosure_id))
    for one in found.versions:
        if one.version == version:
            return document_of(desk, one.document).plain()
    raise Refusal("disclosure.version_unknown", version=version)


@router.post(
    "/disclosures/{disclosure_id}/steps",
    responses=RECORDED,
    operation_id="recordDisclosureStep",
    summary="公开内容办一步",
)
def record_step(disclosure_id: Identifier, wanted: DisclosureStep, sent: Sent) -> ReceiptGiven:
    """Review, post, close or archive."""
    found = readable(sent.desk, sent.who, disclosure_id)
    return sent.recorded(step(Asked(sent.app, sent.actor, sent.key, sent.on), found, wanted))


@router.post(
    "/disclosures/{disclosure_id}/objections",
    status_code=201,
    responses=once(ObjectionTaken),
    operation_id="raiseObjection",
    summary="登记异议",
)
def raise_objection(disclosure_id: Identifier, wanted: NewObjectionSent, sent: Sent) -> ObjectionTaken:
    """Write down what somebody objects to. The id follows from the caller and the Idempotency-Key."""
    found = readable(sent.desk, sent.who, disclosure_id)
    identity, receipt = objections.raise_one(
        sent.app, actor=sent.actor, key=sent.key, new=objection_of(found, wanted), on=sent.on
    )
    return ObjectionTaken(objection_id=identity, receipt=sent.recorded(receipt))


@router.get(
    "/disclosures/{disclosure_id}/objections/{objection_id}/text",
    operation_id="openObjectionText",
    summary="打开异议原话",
)
def open_objection_text(disclosure_id: Identifier, objection_id: Identifier, desk: Desk, who: ByToken) -> ObjectionText:
    """What was objected; who opened it is recorded."""
    return ObjectionText(text=text_of(desk, who, whole(desk, readable(desk, who, disclosure_id)), objection_id))


@router.post(
    "/disclosures/{disclosure_id}/objections/{objection_id}/answer",
    responses=RECORDED,
    operation_id="answerObjection",
    summary="答复异议",
)
def answer(disclosure_id: Identifier, objection_id: Identifier, wanted: ObjectionAnswer, sent: Sent) -> ReceiptGiven:
    """Answer an objection, in public."""
    found = readable(sent.desk, sent.who, disclosure_id)
    receipt = objections.answer(
        sent.app,
        actor=sent.actor,
        key=sent.key,
        disclosure_id=found.disclosure_id,
        objection_id=objection_id,
        upheld=wanted.upheld,
        text=wanted.answer,
        on=sent.on,
    )
    return sent.recorded(receipt)


@router.post(
    "/disclosures/{disclosure_id}/objections/{objection_id}/erasure",
    status_code=201,
    responses=RECORDED,
    operation_id="eraseObjectionText",
    summary="依法删除异议原话",
)
def erase_objection_text(
    disclosure_id: Identifier, objection_id: Identifier, wanted: Erasure, sent: Sent
) -> ReceiptGiven:
    """Destroy the words of an objector who is not registered; what was recorded and answered stays."""
    receipt = erase_objection(
        sent.app,
        actor=sent.actor,
        key=sent.key,
        disclosure_id=disclosure_id,
        objection_id=objection_id,
        grounds=Grounds(wanted.reason, wanted.legal_basis),
        on=sent.on,
    )
    return sent.recorded(receipt)


@router.get("/disclosure-settings", operation_id="readDisclosureSettings", summary="公开办法")
def read_settings(desk: Desk, who: ByToken, division: Annotated[Code | None, Query()] = None) -> Settings:
    """What holds in a place today, of the narrowest area around it that has settings."""
    who.require("disclosures")
    where = who.area(desk, division)
    with desk.current(disclosures_model) as conn:
        return disclosure_queries.settings(conn, [where]).on(where, today(desk.app))


@router.post(
    "/disclosure-settings",
    status_code=201,
    responses=RECORDED,
    operation_id="makeDisclosureSettings",
    summary="制定公开办法",
)
def make_settings(wanted: NewDisclosureSettings, sent: Sent) -> ReceiptGiven:
    """Settle how an area discloses from a day on."""
    receipt = settling.make(sent.app, actor=sent.actor, key=sent.key, new=settings_of(wanted), on=sent.on)
    return sent.recorded(receipt)


@router.get("/committees/{division}", operation_id="readCommittees", summary="村两委任职")
def read_committees(division: Code, desk: Desk, who: ByToken) -> CommitteesRead:
    """Who sits or sat in the committees of a place, and which near relatives were declared."""
    who.require("disclosures")
    where = who.area(desk, division)
    with desk.current(committees_model) as conn:
        return CommitteesRead(seats=committees_model.seats(conn, where), kin=committees_model.kin(conn, where))


@router.post(
    "/committees/{division}/steps",
    responses=RECORDED,
    operation_id="recordCommitteeStep",
    summary="登记任职、离任、近亲属",
)
def record_committee_step(division: Code, wanted: CommitteeStep, sent: Sent) -> ReceiptGiven:
    """Seat somebody, let him leave, write a kinship down or take it back."""
    return sent.recorded(committee_step(Asked(sent.app, sent.actor, sent.key, sent.on), division, wanted))
