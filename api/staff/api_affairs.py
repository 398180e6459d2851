"""Notices, suggestions and public commitments over JSON."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from api.commands.affairs import commitments as promising
from api.commands.affairs import notices as posting
from api.commands.affairs import suggestions as suggesting
from api.commands.erasing_words import Grounds, erase_suggestion
from api.staff.acting import ByToken, Desk
from api.staff.affair_shapes import (
    CommitmentStep,
    NewCommitment,
    NewNotice,
    NewSuggestion,
    NoticeStep,
    SuggestionStep,
)
from api.staff.affairs_done import Asked, commitment_step, notice_step, suggestion_step
from api.staff.affairs_new import commitment_of, notice_of, suggestion_of
from api.staff.affairs_read import (
    CommitmentPage,
    NoticePage,
    SuggestionPage,
    commitment_page,
    notice_page,
    suggestion_page,
    words_of,
)
from api.staff.api_answers import RECORDED, Sending, Sent, once
from api.staff.api_tasks import Before, new_deed_id
from api.staff.erasure_shapes import Erasure
from api.staff.fields import Code, Identifier, Limit
from api.staff.shapes import ReceiptGiven
from api.web.routes import Routes
from projections import commitments, notices, suggestions
from projections.commitments import PublicCommitment
from projections.notices import Notice
from projections.suggestions import Suggestion

router = Routes(prefix="/api/v1", tags=["公告、意见和承诺"])

Area = Annotated[Code | None, Query()]


class AffairRecorded(BaseModel):
    """The new affair's id, and the receipt."""

    affair_id: UUID
    receipt: ReceiptGiven


class SuggestionText(BaseModel):
    """What somebody said, in his own words."""

    text: str


@router.get("/notices", operation_id="listNotices", summary="公告")
def list_notices(desk: Desk, who: ByToken, area: Area = None, before: Before = None, limit: Limit = 50) -> list[Notice]:
    """The notices of an area, the latest first."""
    who.require("affairs")
    within = who.area(desk, area)
    with desk.current(notices) as conn:
        return notices.listing(conn, within, before=before, limit=limit)


@router.post("/notices", status_code=201, responses=once(AffairRecorded), operation_id="postNotice", summary="发布公告")
def post_notice(wanted: NewNotice, sent: Sent) -> AffairRecorded:
    """Post a notice. Its id follows from the caller and the Idempotency-Key."""
    notice_id = new_deed_id(sent.desk, sent.who, "notice", sent.key)
    new = notice_of(wanted, notice_id)
    receipt = posting.post(sent.app, actor=sent.actor, key=sent.key, new=new, on=sent.on)
    return AffairRecorded(affair_id=notice_id, receipt=sent.recorded(receipt))


@router.get("/notices/{affair_id}", operation_id="readNotice", summary="一份公告")
def read_notice(affair_id: Identifier, desk: Desk, who: ByToken) -> NoticePage:
    """A notice and its history."""
    return notice_page(desk, who, affair_id)


@router.post("/notices/{affair_id}/steps", responses=RECORDED, operation_id="recordNoticeStep", summary="撤下公告")
def record_notice_step(affair_id: Identifier, wanted: NoticeStep, sent: Sent) -> ReceiptGiven:
    """Take a notice down."""
    return sent.recorded(notice_step(asked(sent, affair_id), wanted))


@router.get("/suggestions", operation_id="listSuggestions", summary="意见建议")
def list_suggestions(
    desk: Desk,
    who: ByToken,
    area: Area = None,
    waiting: Annotated[bool, Query(description="true：只要等受理、等答复的")] = False,
    before: Before = None,
    limit: Limit = 50,
) -> list[Suggestion]:
    """The suggestions of an area, the latest first."""
    who.require("affairs")
    within = who.area(desk, area)
    with desk.current(suggestions) as conn:
        return suggestions.listing(conn, within, before=before, waiting=waiting, limit=limit)


@router.post(
    "/suggestions",
    status_code=201,
    responses=once(AffairRecorded),
    operation_id="openSuggestion",
    summary="登记意见建议",
)
def open_suggestion(wanted: NewSuggestion, sent: Sent) -> AffairRecorded:
    """Take in what somebody said. The suggestion's id follows from the caller and the Idempotency-Key."""
    suggestion_id = new_deed_id(sent.desk, sent.who, "suggestion", sent.key)
    new = suggestion_of(wanted, suggestion_id)
    receipt = suggesting.open_one(sent.app, actor=sent.actor, key=sent.key, new=new, on=sent.on)
    return AffairRecorded(affair_id=suggestion_id, receipt=sent.recorded(receipt))


@router.get("/suggestions/{affair_id}", operation_id="readSuggestion", summary="一条意见建议")
def read_suggestion(affair_id: Identifier, desk: Desk, who: ByToken) -> SuggestionPage:
    """A suggestion and its history."""
    return suggestion_page(desk, who, affair_id)


@router.get("/suggestions/{affair_id}/text", operation_id="openSuggestionText", summary="打开意见原话")
def open_suggestion_text(affair_id: Identifier, desk: Desk, who: ByToken) -> SuggestionText:
    """What was said; who opened it is recorded."""
    return SuggestionText(text=words_of(desk, who, suggestion_page(desk, who, affair_id).suggestion))


@router.post(
    "/suggestions/{affair_id}/steps",
    responses=RECORDED,
    operation_id="recordSuggestionStep",
    summary="意见建议办一步",
)
def record_suggestion_step(affair_id: Identifier, wanted: SuggestionStep, sent: Sent) -> ReceiptGiven:
    """Take it on, answer it in public, or close it."""
    return sent.recorded(suggestion_step(asked(sent, affair_id), wanted))


@router.post(
    "/suggestions/{affair_id}/erasure",
    status_code=201,
    responses=RECORDED,
    operation_id="eraseSuggestionText",
    summary="依法删除意见原话",
)
def erase_suggestion_text(affair_id: Identifier, wanted: Erasure, sent: Sent) -> ReceiptGiven:
    """Destroy the words of somebody who is not registered; what was recorded and answered stays."""
    receipt = erase_suggestion(
        sent.app,
        actor=sent.actor,
        key=sent.key,
        suggestion_id=affair_id,
        grounds=Grounds(wanted.reason, wanted.legal_basis),
        on=sent.on,
    )
    return sent.recorded(receipt)


@router.get("/commitments", operation_id="listCommitments", summary="公开承诺")
def list_commitments(
    desk: Desk,
    who: ByToken,
    area: Area = None,
    running: Annotated[bool, Query(description="true：只要没有兑现、没有撤回的")] = False,
    before: Before = None,
    limit: Limit = 50,
) -> list[PublicCommitment]:
    """The commitments of an area, the latest first."""
    who.require("affairs")
    within = who.area(desk, area)
    with desk.current(commitments) as conn:
        return commitments.listing(conn, within, before=before, running=running, limit=limit)


@router.post(
    "/commitments",
    status_code=201,
    responses=once(AffairRecorded),
    operation_id="makeCommitment",
    summary="登记公开承诺",
)
def make_commitment(wanted: NewCommitment, sent: Sent) -> AffairRecorded:
    """Promise something in public. The commitment's id follows from the caller and the Idempotency-Key."""
    commitment_id = new_deed_id(sent.desk, sent.who, "commitment", sent.key)
    new = commitment_of(wanted, commitment_id)
    receipt = promising.make(sent.app, actor=sent.actor, key=sent.key, new=new, on=sent.on)
    return AffairRecorded(affair_id=commitment_id, receipt=sent.recorded(receipt))


@router.get("/commitments/{affair_id}", operation_id="readCommitment", summary="一项公开承诺")
def read_commitment(affair_id: Identifier, desk: Desk, who: ByToken) -> CommitmentPage:
    """A commitment and its history."""
    return commitment_page(desk, who, affair_id)


@router.post(
    "/commitments/{affair_id}/steps",
    responses=RECORDED,
    operation_id="recordCommitmentStep",
    summary="公开承诺办一步",
)
def record_commitment_step(affair_id: Identifier, wanted: CommitmentStep, sent: Sent) -> ReceiptGiven:
    """Report on it, or (another) say that it was kept or is withdrawn."""
    return sent.recorded(commitment_step(asked(sent, affair_id), wanted))


def asked(sent: Sending, affair_id: UUID) -> Asked:
    """A step as the commands take it."""
    return Asked(sent.app, sent.actor, sent.key, affair_id, sent.on)
