"""Single payments over JSON: what came back, what the bank contradicts, and payees whose payments are on hold."""

from datetime import date
from typing import Annotated, Protocol
from uuid import UUID

from fastapi import File, Form, Query, UploadFile
from pydantic import BaseModel

from api.commands import payouts as commands
from api.context import App
from api.staff.acting import ByToken, Desk
from api.staff.api_answers import RECORDED, Sending, Sent
from api.staff.fields import Code, Day, Identifier
from api.staff.payments_seen import payment_seen
from api.staff.payout_shapes import RETURN_REASONS, BankReference, HoldWanted, PaidAgain, Recovery, WriteOffWanted
from api.staff.shapes import ReceiptGiven, WithReason
from api.web.routes import Routes
from journal.facts import Actor, Receipt
from projections import payee_holds, payout_batches
from projections.payee_holds import PayeeHold
from projections.payout_batches import Payment

router = Routes(prefix="/api/v1", tags=["发放"])


class ToDecide(BaseModel):
    """The payments that came back, or about which the bank contradicts itself."""

    payments: list[Payment]


class HoldsRead(BaseModel):
    """The holds that stand."""

    holds: list[PayeeHold]


@router.get("/payments/to-decide", operation_id="listPaymentsToDecide", summary="退票和疑点")
def to_decide(desk: Desk, who: ByToken, area: Annotated[Code | None, Query()] = None) -> ToDecide:
    """What somebody has to decide on."""
    who.require("payouts")
    with desk.app.reading.connection() as conn:
        return ToDecide(payments=payout_batches.to_decide(conn, area=who.area(desk, area)))


@router.get("/payments/{payment_id}", operation_id="readPayment", summary="一笔付款")
def read(payment_id: Identifier, desk: Desk, who: ByToken) -> Payment:
    """One line of a batch, and how far it has come."""
    payment, _ = payment_seen(desk, who, payment_id)
    return payment


@router.post(
    "/payments/{payment_id}/returns",
    status_code=201,
    responses=RECORDED,
    operation_id="recordReturn",
    summary="登记退票",
)
def came_back(
    payment_id: Identifier,
    booked_on: Annotated[Day, Form(description="银行的记账日")],
    bank_ref: Annotated[BankReference, Form(description="银行流水号")],
    file: Annotated[UploadFile, File(description="银行的退票通知")],
    sent: Sent,
    reason: Annotated[str, Form(max_length=32, pattern=r"^[a-z][a-z_]*$", description=RETURN_REASONS)] = "other",
) -> ReceiptGiven:
    """Record money that came back; the bank's notice is kept beside it."""
    payment_seen(sent.desk, sent.who, payment_id)
    receipt = commands.record_return(
        sent.app,
        actor=sent.actor,
        key=sent.key,
        payment_id=payment_id,
        answer=sent.app.vault.put_file(file.file.read(), kind="return_notice").sha256,
        booked_on=booked_on,
        bank_ref=bank_ref,
        reason=reason,
        on=sent.on,
    )
    return sent.recorded(receipt)


@router.post(
    "/payments/{payment_id}/reissue",
    status_code=201,
    responses=RECORDED,
    operation_id="reissuePayment",
    summary="退票重新列入",
)
def reissue(payment_id: Identifier, sent: Sent) -> ReceiptGiven:
    """What came back is paid in the next batch."""
    receipt = commands.reissue(sent.app, actor=sent.actor, key=sent.key, payment_id=payment_id, on=sent.on)
    return sent.recorded(receipt)


@router.post(
    "/payments/{payment_id}/recovery",
    status_code=201,
    responses=RECORDED,
    operation_id="recoverPayment",
    summary="登记追回",
)
def recover(payment_id: Identifier, wanted: Recovery, sent: Sent) -> ReceiptGiven:
    """Money paid in error came in again; its rewards are taken back."""
    receipt = commands.recover(
        sent.app,
        actor=sent.actor,
        key=sent.key,
        payment_id=payment_id,
        booked_on=wanted.booked_on,
        bank_ref=wanted.bank_ref,
        reason=wanted.reason,
        on=sent.on,
    )
    return sent.recorded(receipt)


@router.post(
    "/payments/{payment_id}/write-back",
    status_code=201,
    responses=RECORDED,
    operation_id="writeBackPayment",
    summary="退票不再发放",
)
def write_back(payment_id: Identifier, wanted: WithReason, sent: Sent) -> ReceiptGiven:
    """What came back is given up; its rewards are taken back."""
    return _with_reason(commands.write_back, payment_id, wanted, sent)


@router.post(
    "/payments/{payment_id}/upholding",
    status_code=201,
    responses=RECORDED,
    operation_id="upholdPayment",
    summary="银行说法查清",
)
def uphold(payment_id: Identifier, wanted: WithReason, sent: Sent) -> ReceiptGiven:
    """The bank was asked: what stood before it contradicted itself is true."""
    return _with_reason(commands.uphold, payment_id, wanted, sent)


@router.post(
    "/payments/{payment_id}/confirmation",
    status_code=201,
    responses=RECORDED,
    operation_id="confirmPaymentPaid",
    summary="查实已付",
)
def confirm_paid(payment_id: Identifier, wanted: WithReason, sent: Sent) -> ReceiptGiven:
    """The bank was asked: it did pay what it had called failed."""
    return _with_reason(commands.confirm_paid, payment_id, wanted, sent)


@router.post(
    "/payments/{payment_id}/paid-again",
    status_code=201,
    responses=RECORDED,
    operation_id="recordPaidAgain",
    summary="登记重复付款",
)
def paid_again(payment_id: Identifier, wanted: PaidAgain, sent: Sent) -> ReceiptGiven:
    """The bank paid it once more: the amount is claimed back, as a payment of its own."""
    receipt = commands.pay_again(
        sent.app,
        actor=sent.actor,
        key=sent.key,
        payment_id=payment_id,
        booked_on=wanted.booked_on,
        bank_ref=wanted.bank_ref,
        entry=wanted.line,
        reason=wanted.reason,
        on=sent.on,
    )
    return sent.recorded(receipt)


@router.post(
    "/payments/{payment_id}/write-off",
    status_code=201,
    responses=RECORDED,
    operation_id="proposeWriteOff",
    summary="提出核销多付款",
)
def propose_write_off(payment_id: Identifier, wanted: WriteOffWanted, sent: Sent) -> ReceiptGiven:
    """What was paid without being owed cannot be recovered; another person has to agree."""
    receipt = commands.propose_write_off(
        sent.app,
        actor=sent.actor,
        key=sent.key,
        payment_id=payment_id,
        document=wanted.document,
        reason=wanted.reason,
        on=sent.on,
    )
    return sent.recorded(receipt)


@router.post(
    "/payments/{payment_id}/write-off/confirm",
    status_code=201,
    responses=RECORDED,
    operation_id="confirmWriteOff",
    summary="同意核销多付款",
)
def confirm_write_off(payment_id: Identifier, sent: Sent) -> ReceiptGiven:
    """Agree as another person: the claim is given up."""
    receipt = commands.write_off(sent.app, actor=sent.actor, key=sent.key, payment_id=payment_id, on=sent.on)
    return sent.recorded(receipt)


@router.post(
    "/payments/{payment_id}/write-off/reject",
    status_code=201,
    responses=RECORDED,
    operation_id="rejectWriteOff",
    summary="不同意核销多付款",
)
def reject_write_off(payment_id: Identifier, wanted: WithReason, sent: Sent) -> ReceiptGiven:
    """The claim stands."""
    return _with_reason(commands.reject_write_off, payment_id, wanted, sent)


@router.get("/payee-holds", operation_id="listPayeeHolds", summary="暂停付款的人")
def holds(desk: Desk, who: ByToken) -> HoldsRead:
    """Whose payments are on hold, since when and why."""
    who.require("payouts")
    with desk.app.reading.connection() as conn:
        return HoldsRead(holds=payee_holds.in_force(conn))


@router.post("/payee-holds", status_code=201, responses=RECORDED, operation_id="placePayeeHold", summary="暂停付款")
def place_hold(wanted: HoldWanted, sent: Sent) -> ReceiptGiven:
    """Put payments to a payee on hold."""
    receipt = commands.place_hold(
        sent.app,
        actor=sent.actor,
        key=sent.key,
        payee_id=UUID(str(wanted.payee_id)),
        reason=wanted.reason,
        document=wanted.document or None,
        on=sent.on,
    )
    return sent.recorded(receipt)


@router.post(
    "/payee-holds/{payee_id}/lifting",
    status_code=201,
    responses=RECORDED,
    operation_id="liftPayeeHold",
    summary="解除暂停付款",
)
def lift_hold(payee_id: Identifier, wanted: WithReason, sent: Sent) -> ReceiptGiven:
    """Let a payee be paid again."""
    receipt = commands.lift_hold(
        sent.app, actor=sent.actor, key=sent.key, payee_id=payee_id, reason=wanted.reason, on=sent.on
    )
    return sent.recorded(receipt)


class _Decision(Protocol):
    """A command about one payment that takes a reason and nothing else."""

    def __call__(self, app: App, *, actor: Actor, key: str, payment_id: UUID, reason: str, on: date) -> Receipt: ...


def _with_reason(decide: _Decision, payment_id: UUID, wanted: WithReason, sent: Sending) -> ReceiptGiven:
    receipt = decide(sent.app, actor=sent.actor, key=sent.key, payment_id=payment_id, reason=wanted.reason, on=sent.on)
    return sent.recorded(receipt)
