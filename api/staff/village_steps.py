"""One step of a voucher, of a month, of the opening balances: the same for the page and for the API."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from api import village_files
from api.commands.village import books, months, vouchers
from api.context import App
from api.staff.village_shapes import ContentGiven, Decision, MonthStep, VoucherStep, resolution_of
from domain.kernel.calendar import Month
from domain.kernel.places import Division
from domain.village.vouchers import Content
from journal.facts import Actor, Receipt


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for it, under which key, on which day."""

    app: App
    actor: Actor
    key: str
    on: date


def content_of(app: App, given: ContentGiven, *, division: Division) -> Content:
    """The content of a village's voucher as the domain has it. Refuses `village_file.unknown`."""
    return Content(
        given.day,
        given.kind,
        given.purpose,
        tuple(one.line() for one in given.lines),
        village_files.kept(app, given.attachments, division=division),
    )


def voucher_step(asked: Asked, voucher_id: UUID, wanted: VoucherStep) -> Receipt:
    """Review, approve, book, send back or withdraw a voucher."""
    return _VOUCHER[wanted.step](asked, voucher_id, wanted)


def month_step(asked: Asked, division: Division, month: Month, wanted: MonthStep) -> Receipt:
    """Propose to close a month, close it, or take the proposal back."""
    app, actor, key, on = asked.app, asked.actor, asked.key, asked.on
    if wanted.step == "propose_close":
        return months.propose_close(app, actor=actor, key=key, division=division, month=month, on=on)
    if wanted.step == "close":
        return months.close(app, actor=actor, key=key, division=division, month=month, on=on)
    reason = wanted.reason or ""
    return months.withdraw_close(app, actor=actor, key=key, division=division, month=month, reason=reason, on=on)


def opening_decision(asked: Asked, division: Division, wanted: Decision) -> Receipt:
    """Agree to the opening balances, or not."""
    app, actor, key, on = asked.app, asked.actor, asked.key, asked.on
    if wanted.agrees:
        return books.confirm_opening(app, actor=actor, key=key, division=division, on=on)
    return books.reject_opening(app, actor=actor, key=key, division=division, reason=wanted.reason or "", on=on)


def _review(asked: Asked, voucher_id: UUID, _wanted: VoucherStep) -> Receipt:
    return vouchers.review(asked.app, actor=asked.actor, key=asked.key, voucher_id=voucher_id, on=asked.on)


def _approve(asked: Asked, voucher_id: UUID, wanted: VoucherStep) -> Receipt:
    resolution = resolution_of(wanted.resolution)
    return vouchers.approve(
        asked.app, actor=asked.actor, key=asked.key, voucher_id=voucher_id, resolution=resolution, on=asked.on
    )


def _book(asked: Asked, voucher_id: UUID, _wanted: VoucherStep) -> Receipt:
    return vouchers.book(asked.app, actor=asked.actor, key=asked.key, voucher_id=voucher_id, on=asked.on)


def _send_back(asked: Asked, voucher_id: UUID, wanted: VoucherStep) -> Receipt:
    reason = wanted.reason or ""
    return vouchers.send_back(
        asked.app, actor=asked.actor, key=asked.key, voucher_id=voucher_id, reason=reason, on=asked.on
    )


def _withdraw(asked: Asked, voucher_id: UUID, wanted: VoucherStep) -> Receipt:
    reason = wanted.reason or ""
    return vouchers.withdraw(
        asked.app, actor=asked.actor, key=asked.key, voucher_id=voucher_id, reason=reason, on=asked.on
    )


_VOUCHER: Final[Mapping[str, Callable[[Asked, UUID, VoucherStep], Receipt]]] = {
    "review": _review,
    "approve": _approve,
    "book": _book,
    "send_back": _send_back,
    "withdraw": _withdraw,
}
