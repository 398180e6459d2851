"""One payment on a page, and what can come of it after it was paid; payees whose payments are on hold."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import File, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands import payouts as commands
from api.staff.acting import ByCookie, Desk
from api.staff.fields import Identifier
from api.staff.forms import FormSent, show
from api.staff.page_today import place_names
from api.staff.payments_seen import payment_seen
from api.staff.payout_shapes import CameBack, HoldWanted, PaidAgain, Recovery, WriteOffWanted
from api.staff.shapes import WithReason
from api.staff.texts import names_of
from api.web import words
from api.web.routes import Routes
from api.web.templates import day
from domain.payout_batches import reference
from projections import payee_holds, payout_batches
from projections.payout_batches import Payment

router = Routes(prefix="/staff/payments", include_in_schema=False)

_SAID: Final = {"settled": "已付款", "returned": "钱退回来了"}


@router.get("")
def listing(request: Request, desk: Desk, who: ByCookie) -> HTMLResponse:
    """What came back, what the bank contradicts, and whose payments are on hold."""
    who.require("payouts")
    with desk.current(payout_batches, payee_holds) as conn:
        waiting = payout_batches.to_decide(conn, area=who.areas[0])
        held = payee_holds.in_force(conn)
    people = [*(one.payee_id for one in waiting), *(one.payee_id for one in held), *(one.placed_by for one in held)]
    values = {"payments": waiting, "holds": held, "names": names_of(desk, people)}
    return show(request, desk, who, "payments.html", values)


@router.get("/holds/{payee_id}")
def hold(request: Request, payee_id: Identifier, desk: Desk, who: ByCookie) -> HTMLResponse:
    """Whether payments to somebody are on hold, and the way to place or lift that."""
    who.require("payouts")
    with desk.current(payee_holds) as conn:
        found = payee_holds.of_payee(conn, payee_id)
    people = [payee_id, *((found.placed_by, found.lifted_by) if found is not None else ())]
    values = {"payee_id": payee_id, "hold": found, "names": names_of(desk, people)}
    return show(request, desk, who, "payee_hold.html", values)


@router.post("/holds/{payee_id}")
def place_hold(payee_id: Identifier, form: FormSent) -> RedirectResponse:
    """Put payments to somebody on hold."""
    wanted = form.shaped(HoldWanted)
    receipt = commands.place_hold(
        form.app,
        actor=form.actor,
        key=form.key,
        payee_id=payee_id,
        reason=wanted.reason,
        document=wanted.document or None,
        on=form.on,
    )
    return form.done(receipt, at=f"/staff/payments/holds/{payee_id}")


@router.post("/holds/{payee_id}/lift")
def lift_hold(payee_id: Identifier, form: FormSent) -> RedirectResponse:
    """Let somebody be paid again."""
    reason = form.shaped(WithReason).reason
    receipt = commands.lift_hold(form.app, actor=form.actor, key=form.key, payee_id=payee_id, reason=reason, on=form.on)
    return form.done(receipt, at=f"/staff/payments/holds/{payee_id}")


@router.get("/{payment_id}")
def page(request: Request, payment_id: Identifier, desk: Desk, who: ByCookie) -> HTMLResponse:
    """One line, and what can be done about it now."""
    payment, batch = payment_seen(desk, who, payment_id)
    with desk.app.reading.connection() as conn:
        again = payout_batches.paid_again(conn, payment_id)
    proposer = UUID(payment.write_off["proposer_id"]) if payment.write_off else None
    values = {
        "payment": payment,
        "again": again,
        "said_later": said_later(payment),
        "said_again": _said_again(payment),
        "proposer_id": proposer,
        "batch": batch,
        "reference": reference(batch.division, batch.month, batch.number),
        "names": names_of(desk, [payment.payee_id, *([proposer] if proposer else [])]),
        "places": place_names(desk, {batch.division}),
    }
    return show(request, desk, who, "payment.html", values)


@router.post("/{payment_id}/return")
def came_back(payment_id: Identifier, form: FormSent, file: Annotated[UploadFile, File()]) -> RedirectResponse:
    """Record money that came back; the bank's notice is kept."""
    said = form.shaped(CameBack)
    payment_seen(form.desk, form.who, payment_id)
    receipt = commands.record_return(
        form.app,
        actor=form.actor,
        key=form.key,
        payment_id=payment_id,
        answer=form.app.vault.put_file(file.file.read(), kind="return_notice").sha256,
        booked_on=said.booked_on,
        bank_ref=said.bank_ref,
        reason=said.reason,
        on=form.on,
    )
    return form.done(receipt, at=_at(payment_id))


@router.post("/{payment_id}/reissue")
def reissue(payment_id: Identifier, form: FormSent) -> RedirectResponse:
    """Let what came back be paid again."""
    receipt = commands.reissue(form.app, actor=form.actor, key=form.key, payment_id=payment_id, on=form.on)
    return form.done(receipt, at=_at(payment_id))


@router.post("/{payment_id}/write-back")
def write_back(payment_id: Identifier, form: FormSent) -> RedirectResponse:
    """Give up paying what came back."""
    reason = form.shaped(WithReason).reason
    receipt = commands.write_back(
        form.app, actor=form.actor, key=form.key, payment_id=payment_id, reason=reason, on=form.on
    )
    return form.done(receipt, at=_at(payment_id))


@router.post("/{payment_id}/recover")
def recover(payment_id: Identifier, form: FormSent) -> RedirectResponse:
    """Record that money paid in error came in again."""
    said = form.shaped(Recovery)
    receipt = commands.recover(
        form.app,
        actor=form.actor,
        key=form.key,
        payment_id=payment_id,
        booked_on=said.booked_on,
        bank_ref=said.bank_ref,
        reason=said.reason,
        on=form.on,
    )
    return form.done(receipt, at=_at(payment_id))


@router.post("/{payment_id}/uphold")
def uphold(payment_id: Identifier, form: FormSent) -> RedirectResponse:
    """Say that what stood before the bank contradicted itself is true."""
    reason = form.shaped(WithReason).reason
    receipt = commands.uphold(
        form.app, actor=form.actor, key=form.key, payment_id=payment_id, reason=reason, on=form.on
    )
    return form.done(receipt, at=_at(payment_id))


@router.post("/{payment_id}/confirm-paid")
def confirm_paid(payment_id: Identifier, form: FormSent) -> RedirectResponse:
    """Say that the bank did pay what it had called failed."""
    reason = form.shaped(WithReason).reason
    receipt = commands.confirm_paid(
        form.app, actor=form.actor, key=form.key, payment_id=payment_id, reason=reason, on=form.on
    )
    return form.done(receipt, at=_at(payment_id))


@router.post("/{payment_id}/paid-again")
def paid_again(payment_id: Identifier, form: FormSent) -> RedirectResponse:
    """Say that the bank paid it once more, as its answer says."""
    said = form.shaped(PaidAgain)
    receipt = commands.pay_again(
        form.app,
        actor=form.actor,
        key=form.key,
        payment_id=payment_id,
        booked_on=said.booked_on,
        bank_ref=said.bank_ref,
        reason=said.reason,
        on=form.on,
    )
    return form.done(receipt, at=_at(payment_id))


@router.post("/{payment_id}/write-off")
def propose_write_off(payment_id: Identifier, form: FormSent) -> RedirectResponse:
    """Propose to give a claim up."""
    wanted = form.shaped(WriteOffWanted)
    receipt = commands.propose_write_off(
        form.app,
        actor=form.actor,
        key=form.key,
        payment_id=payment_id,
        document=wanted.document,
        reason=wanted.reason,
        on=form.on,
    )
    return form.done(receipt, at=_at(payment_id))


@router.post("/{payment_id}/write-off/confirm")
def write_off(payment_id: Identifier, form: FormSent) -> RedirectResponse:
    """Agree to it as another person."""
    receipt = commands.write_off(form.app, actor=form.actor, key=form.key, payment_id=payment_id, on=form.on)
    return form.done(receipt, at=_at(payment_id))


@router.post("/{payment_id}/write-off/reject")
def reject_write_off(payment_id: Identifier, form: FormSent) -> RedirectResponse:
    """The claim stands."""
    reason = form.shaped(WithReason).reason
    receipt = commands.reject_write_off(
        form.app, actor=form.actor, key=form.key, payment_id=payment_id, reason=reason, on=form.on
    )
    return form.done(receipt, at=_at(payment_id))


def said_later(payment: Payment) -> str:
    """What the bank said against its own answer, in words: `已付款，2026年11月23日，流水 YL000001`."""
    status, _, detail = (payment.contradiction or "").partition(" ")
    if status == "failed":
        return f"没有付成，{words.FAILURE_REASONS.get(detail, detail)}"
    on, _, bank_ref = detail.partition(" ")
    if status not in _SAID or not on:
        return words.STATUSES.get(status, status)
    return f"{_SAID[status]}，{day(date.fromisoformat(on))}，{f'流水 {bank_ref}' if bank_ref else '没有流水号'}"


def _said_again(payment: Payment) -> tuple[str, str] | None:
    """Day and reference under which the bank's answer says that it paid a line once more."""
    if not payment.contradicted or payment.booked_on is None or payment.contradiction is None:
        return None
    status, _, booking = payment.contradiction.partition(" ")
    day, _, bank_ref = booking.partition(" ")
    return (day, bank_ref) if status == "settled" else None


def _at(payment_id: UUID) -> str:
    return f"/staff/payments/{payment_id}"
