"""`mingzhang payout`, after the money has left: what comes back, what the bank contradicts, and payees under review."""

import argparse
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Protocol
from uuid import UUID

from api.command_line.console import say
from api.command_line.opening import acting
from api.command_line.payout_arguments import needed, one_reason, step_key
from api.commands import payouts
from api.commands.shared import today
from api.context import App
from api.web import words
from domain.kernel.calendar import Month
from domain.kernel.matches import EntryKey
from domain.kernel.money import yuan
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.payout_batches import batch_id
from journal.facts import Actor, Receipt
from projections import payout_batches
from projections.payout_batches import Payment

PAYMENT_CHARS = 29


def _return(app: App, arguments: argparse.Namespace) -> None:
    payment, on, actor = _asked(app, arguments, "county_officer")
    notice: Path = needed(arguments, "source", flag="--from")
    reason = arguments.reason[-1] if arguments.reason else "other"
    payouts.record_return(
        app,
        actor=actor,
        key=step_key("return", arguments.batch, arguments.again, on, reason, arguments.bank_ref),
        payment_id=payment.payment_id,
        answer=app.vault.put_file(notice.read_bytes(), kind="return_notice").sha256,
        booked_on=needed(arguments, "booked_on"),
        bank_ref=needed(arguments, "bank_ref"),
        reason=reason,
        on=on,
    )
    _say(app, payment)


def _reissue(app: App, arguments: argparse.Namespace) -> None:
    payment, on, actor = _asked(app, arguments, "county_officer")
    key = step_key("reissue", arguments.batch, on)
    payouts.reissue(app, actor=actor, key=key, payment_id=payment.payment_id, on=on)
    _say(app, payment)


def _recover(app: App, arguments: argparse.Namespace) -> None:
    payment, on, actor = _asked(app, arguments, "county_officer")
    payouts.recover(
        app,
        actor=actor,
        key=step_key("recover", arguments.batch, arguments.again, on, arguments.bank_ref),
        payment_id=payment.payment_id,
        booked_on=needed(arguments, "booked_on"),
        bank_ref=needed(arguments, "bank_ref"),
        reason=one_reason(arguments),
        on=on,
    )
    _say(app, payment)


class _Decision(Protocol):
    """A command about one payment that takes a reason and nothing else."""

    def __call__(self, app: App, *, actor: Actor, key: str, payment_id: UUID, reason: str, on: date) -> Receipt: ...


def _decided(decide: _Decision) -> Callable[[App, argparse.Namespace], None]:
    """A step in which the approver decides about one payment, with a reason."""

    def step(app: App, arguments: argparse.Namespace) -> None:
        payment, on, actor = _asked(app, arguments, "county_approver")
        reason = one_reason(arguments)
        key = step_key(arguments.step, arguments.batch, arguments.again, on, reason)
        decide(app, actor=actor, key=key, payment_id=payment.payment_id, reason=reason, on=on)
        _say(app, payment)

    return step


def _paid_again(app: App, arguments: argparse.Namespace) -> None:
    payment, on, actor = _asked(app, arguments, "county_approver")
    entry: EntryKey | None = arguments.line
    booked_on = None if entry else needed(arguments, "booked_on")
    bank_ref = "" if entry else needed(arguments, "bank_ref")
    reason = one_reason(arguments)
    payouts.pay_again(
        app,
        actor=actor,
        key=step_key("paid-again", arguments.batch, booked_on, bank_ref, entry, on, reason),
        payment_id=payment.payment_id,
        booked_on=booked_on,
        bank_ref=bank_ref,
        entry=entry,
        reason=reason,
        on=on,
    )
    _say(app, payment)


def _propose_write_off(app: App, arguments: argparse.Namespace) -> None:
    payment, on, actor = _asked(app, arguments, "county_officer")
    document, reason = needed(arguments, "document"), one_reason(arguments)
    payouts.propose_write_off(
        app,
        actor=actor,
        key=step_key("write-off", arguments.batch, arguments.again, document, on, reason),
        payment_id=payment.payment_id,
        document=document,
        reason=reason,
        on=on,
    )
    say(f"已提出核销 {yuan(payment.amount_fen)} 元（{document}），等另一位同事同意。")


def _write_off(app: App, arguments: argparse.Namespace) -> None:
    payment, on, actor = _asked(app, arguments, "county_approver")
    key = step_key("confirm-write-off", arguments.batch, arguments.again, on)
    payouts.write_off(app, actor=actor, key=key, payment_id=payment.payment_id, on=on)
    _say(app, payment)


def _hold(app: App, arguments: argparse.Namespace) -> None:
    payee, on, reason = _person(arguments), today(app), one_reason(arguments)
    payouts.place_hold(
        app,
        actor=acting(app, needed(arguments, "login"), role="county_approver"),
        key=step_key("hold", payee, on, reason),
        payee_id=payee,
        reason=reason,
        document=arguments.document,
        on=on,
    )
    say(f"已暂停对 {payee} 的付款：{reason}")


def _lift(app: App, arguments: argparse.Namespace) -> None:
    payee, on, reason = _person(arguments), today(app), one_reason(arguments)
    actor = acting(app, needed(arguments, "login"), role="county_approver")
    payouts.lift_hold(app, actor=actor, key=step_key("lift", payee, on, reason), payee_id=payee, reason=reason, on=on)
    say(f"已解除对 {payee} 的暂停付款")


STEPS: Mapping[str, Callable[[App, argparse.Namespace], None]] = {
    "return": _return,
    "reissue": _reissue,
    "write-back": _decided(payouts.write_back),
    "recover": _recover,
    "uphold": _decided(payouts.uphold),
    "confirm-paid": _decided(payouts.confirm_paid),
    "paid-again": _paid_again,
    "write-off": _propose_write_off,
    "confirm-write-off": _write_off,
    "reject-write-off": _decided(payouts.reject_write_off),
    "hold": _hold,
    "lift": _lift,
}


def _asked(app: App, arguments: argparse.Namespace, role: str) -> tuple[Payment, date, Actor]:
    """The payment that is meant, today, and who acts. Refuses `payment.unknown`."""
    payment = _payment(app, needed(arguments, "batch"), again=arguments.again)
    return payment, today(app), acting(app, needed(arguments, "login"), role=role)


def _payment(app: App, named: str, *, again: str | None = None) -> Payment:
    """The payment of a 29-digit number; `again`: what the bank paid once more of it, by its reference."""
    if len(named) != PAYMENT_CHARS or not (named.isascii() and named.isdigit()):
        raise argparse.ArgumentTypeError(f"付款编号应为 {PAYMENT_CHARS} 位数字：{named}")
    batch = batch_id(Division(named[:12]), Month(f"{named[12:16]}-{named[16:18]}"), int(named[18:21]))
    with app.reading.connection() as connection:
        listed = payout_batches.payments_of_batch(connection, batch)
        found = next((one for one in listed if one.end_to_end_id == named), None)
        if found is not None and again is not None:
            repeated = payout_batches.paid_again(connection, found.payment_id)
            found = next((one for one in repeated if one.bank_ref == again), None)
    if found is None:
        raise Refusal("payment.unknown")
    return found


def _person(arguments: argparse.Namespace) -> UUID:
    named = needed(arguments, "batch")
    try:
        return UUID(named)
    except ValueError:
        raise argparse.ArgumentTypeError(f"应为人员编号：{named}") from None


def _say(app: App, payment: Payment) -> None:
    app.runner.catch_up()
    with app.reading.connection() as connection:
        now = payout_batches.one_payment(connection, payment.payment_id)
    if now is not None:
        say(f"{now.end_to_end_id}：{yuan(now.amount_fen)} 元，{words.STATUSES[now.state]}")
