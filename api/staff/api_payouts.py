"""The monthly payout over JSON: propose, freeze, approve or reject, export, answer, close."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import File, Query, Response, UploadFile
from pydantic import BaseModel, Field

from api.commands import payouts as commands
from api.commands.shared import today
from api.staff.acting import ByToken, Desk
from api.staff.api_answers import RECORDED, once, recorded
from api.staff.batch_files import payment_file, profile_named, record_answer
from api.staff.fields import Code, CommandKey, Identifier, Limit, MonthText
from api.staff.payout_shapes import Acknowledged
from api.staff.shapes import AnswerKept, Approval, ExportWanted, NewBatch, ReceiptGiven, WithReason
from api.web.routes import Routes
from api.wording import yuan_in_words
from domain.kernel.obligations import Payroll
from domain.kernel.refusals import Refusal
from domain.payout_batches.signals import Acknowledgement
from projections import payout_batches
from projections.payout_batches import (
    AcknowledgementShown,
    Answer,
    Batch,
    Payment,
    SignalShown,
    Status,
    ThreeWay,
)

router = Routes(prefix="/api/v1/payout-batches", tags=["发放"])


class PayeeProposed(BaseModel):
    """One line of the next batch."""

    payee_id: UUID
    amount_fen: int
    rewards: list[UUID]


class PayeeWaiting(BaseModel):
    """A payee who changed his account a short while ago, and the first day on which it may be paid on."""

    payee_id: UUID
    payable_from: date


class ProposalRead(BaseModel):
    """What the next batch of a month would hold, and who is left out.

    `shown_digest` is what freezing it binds to. `without_account`, `cooling`: no account, or a fresh one; `held`:
    payments are on hold; `doubtful`: the bank says two things about an earlier payment of the same.
    """

    division: str = Field(examples=["361125000000"])
    month: str = Field(examples=["2026-03"])
    number: int = Field(examples=[1])
    total_fen: int = Field(examples=[123_000])
    total_words: str = Field(examples=["壹仟贰佰叁拾元整"])
    shown_digest: str = Field(examples=["ab" * 32])
    payees: list[PayeeProposed]
    without_account: list[UUID]
    cooling: list[PayeeWaiting]
    held: list[UUID]
    doubtful: list[UUID]


class BatchRead(BaseModel):
    """A batch with its lines, what stands out in them, the bank's answers and the three-way check.

    `shown_digest` is what an approval binds to; `agrees`: all three say the same.
    """

    batch: Batch
    shown_digest: str
    signals: list[SignalShown]
    acknowledgements: list[AcknowledgementShown]
    total_words: str
    payments: list[Payment]
    answers: list[Answer]
    three_way: ThreeWay
    agrees: bool


class Frozen(BaseModel):
    """The new batch's id and its receipt."""

    batch_id: UUID
    receipt: ReceiptGiven


class Exported(BaseModel):
    """The payment file as it was written; `receipt` is None if it had been written before."""

    receipt: ReceiptGiven | None
    sha256: str
    length: int


@router.get("/proposal", operation_id="proposeBatch", summary="拟发名单")
def propose(
    desk: Desk,
    who: ByToken,
    division: Annotated[Code, Query()],
    month: Annotated[MonthText, Query()],
    payroll: Annotated[Payroll, Query()] = "reward",
) -> ProposalRead:
    """What a payroll owes for a month and can pay now, one payee a line."""
    who.require("payouts")
    found = commands.propose(desk.app, division=who.area(desk, division), month=month, payroll=payroll)
    payees = [
        PayeeProposed(
            payee_id=payee_id,
            amount_fen=sum(reward.amount_fen for reward in held),
            rewards=[reward.reward_id for reward in held],
        )
        for payee_id, held in sorted(found.by_payee.items())
    ]
    return ProposalRead(
        division=found.division,
        month=found.month,
        number=found.number,
        total_fen=found.total_fen,
        total_words=yuan_in_words(found.total_fen),
        shown_digest=found.shown_digest,
        payees=payees,
        without_account=list(found.without_account),
        cooling=[PayeeWaiting(payee_id=payee, payable_from=day) for payee, day in sorted(found.cooling.items())],
        held=list(found.held),
        doubtful=list(found.doubtful),
    )


@router.post("", status_code=201, responses=once(Frozen), operation_id="freezeBatch", summary="冻结名单并提交审批")
def freeze(wanted: NewBatch, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> Frozen:
    """Freeze the month's list, where a digest is given only as it was shown; the caller is the maker."""
    receipt, batch_id = commands.freeze(
        desk.app,
        actor=who.actor,
        key=key,
        division=wanted.division,
        month=wanted.month,
        payroll=wanted.payroll,
        shown_digest=wanted.shown_digest,
        on=today(desk.app),
    )
    return Frozen(batch_id=batch_id, receipt=recorded(desk, receipt, response))


@router.get("", operation_id="listBatches", summary="批次列表")
def listing(
    desk: Desk,
    who: ByToken,
    area: Annotated[Code | None, Query()] = None,
    month: Annotated[MonthText | None, Query()] = None,
    status: Status | None = None,
    before: Annotated[int | None, Query(ge=0, le=2**53, description="上一页最后一批的 log_index")] = None,
    limit: Limit = 50,
) -> list[Batch]:
    """The latest batch first."""
    who.require("payouts")
    where = who.area(desk, area)
    with desk.app.reading.connection() as conn:
        return payout_batches.listing(conn, area=where, month=month, status=status, before=before, limit=limit)


@router.get("/{batch_id}", operation_id="readBatch", summary="一个批次和三方核对")
def read(batch_id: Identifier, desk: Desk, who: ByToken) -> BatchRead:
    """The batch with everything that maker and checker see."""
    who.require("payouts")
    with desk.app.reading.connection() as conn:
        found = payout_batches.page(conn, batch_id)
    if found is None:
        raise Refusal("payout_batch.unknown")
    who.require_area(found.batch.division)
    return BatchRead(
        batch=found.batch,
        shown_digest=found.batch.shown_digest,
        signals=found.signals,
        acknowledgements=found.acknowledgements,
        total_words=yuan_in_words(found.batch.total_fen),
        payments=found.payments,
        answers=found.answers,
        three_way=found.three_way,
        agrees=found.three_way.agrees,
    )


@router.post(
    "/{batch_id}/acknowledgements",
    status_code=201,
    responses=RECORDED,
    operation_id="acknowledgeSignals",
    summary="说明提示",
)
def acknowledge(
    batch_id: Identifier, wanted: Acknowledged, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Say of every signal why the list may be paid: the maker does, and so does the checker."""
    receipt = commands.acknowledge(
        desk.app,
        actor=who.actor,
        key=key,
        batch_id=batch_id,
        shown_digest=wanted.shown_digest,
        acknowledgements=[Acknowledgement(one.code, one.reason, tuple(one.lines)) for one in wanted.acknowledgements],
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


@router.post("/{batch_id}/approval", responses=RECORDED, operation_id="approveBatch", summary="审批通过")
def approve(
    batch_id: Identifier, wanted: Approval, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Approve exactly the list whose digest was shown; the caller is the checker."""
    receipt = commands.approve(
        desk.app,
        actor=who.actor,
        key=key,
        batch_id=batch_id,
        shown_digest=wanted.shown_digest,
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


@router.post("/{batch_id}/rejection", responses=RECORDED, operation_id="rejectBatch", summary="驳回")
def reject(
    batch_id: Identifier, wanted: WithReason, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Send the batch back; its rewards can be paid again."""
    receipt = commands.reject(
        desk.app, actor=who.actor, key=key, batch_id=batch_id, reason=wanted.reason, on=today(desk.app)
    )
    return recorded(desk, receipt, response)


@router.post(
    "/{batch_id}/export", status_code=201, responses=once(Exported), operation_id="exportBatch", summary="导出代发文件"
)
def export(
    batch_id: Identifier, wanted: ExportWanted, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> Exported:
    """Write the payment file in a bank's layout; written before, it stays as it is."""
    profile = profile_named(wanted.profile)
    who.require("files")
    receipt, _ = commands.export(
        desk.app, actor=who.actor, key=key, batch_id=batch_id, profile=profile, on=today(desk.app)
    )
    if receipt is None:
        response.status_code = 200
    given = recorded(desk, receipt, response) if receipt is not None else None
    _, kept = payment_file(desk, who, batch_id)
    return Exported(receipt=given, sha256=kept.sha256, length=kept.length)


@router.get(
    "/{batch_id}/payment-file",
    operation_id="downloadPaymentFile",
    summary="下载代发文件（留痕）",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}},
)
def download(batch_id: Identifier, desk: Desk, who: ByToken) -> Response:
    """The file for the bank. It holds names and account numbers; who downloaded it is recorded."""
    content, kept = payment_file(desk, who, batch_id)
    return Response(content, media_type="application/octet-stream", headers=kept.headers)


@router.post(
    "/{batch_id}/answers",
    status_code=201,
    responses=once(AnswerKept),
    operation_id="recordAnswer",
    summary="上传回盘文件",
)
def answer(
    batch_id: Identifier,
    file: Annotated[UploadFile, File(description="银行的回盘文件")],
    key: CommandKey,
    desk: Desk,
    who: ByToken,
    response: Response,
) -> AnswerKept:
    """Record the bank's answer. With any finding nothing is recorded; the same file again changes nothing."""
    receipt = record_answer(desk, who, batch_id, key=key, content=file.file.read(), file=file.filename)
    if receipt is None:
        response.status_code = 200
        return AnswerKept(recorded=False, receipt=None)
    return AnswerKept(recorded=True, receipt=recorded(desk, receipt, response))


@router.post("/{batch_id}/closing", responses=RECORDED, operation_id="closeBatch", summary="关闭批次")
def close(batch_id: Identifier, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> ReceiptGiven:
    """Close a batch in which every line is final."""
    receipt = commands.close(desk.app, actor=who.actor, key=key, batch_id=batch_id, on=today(desk.app))
    return recorded(desk, receipt, response)
