"""Allowances of grid workers on pages: a month's list, a form for all at once, an xlsx that fills it in, taking back.

What must not be broken: a file records nothing; it fills in the form, and what is sent is what was shown.
"""

import re
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import File, Query, Request, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel

from api.allowance_listing import matched, serving
from api.commands import allowances as commands
from api.commands.allowances import NewAllowance
from api.commands.shared import today
from api.files.allowance_lists import read_list
from api.files.findings import BadFile
from api.staff.acting import Acting, ByCookie, Desk
from api.staff.fields import Identifier, Line, MonthText
from api.staff.form_shapes import Yuan
from api.staff.forms import FormSent, shaped, show
from api.staff.office import Office
from api.staff.page_today import place_names
from api.staff.shapes import WithReason
from api.staff.texts import names_of
from api.web import money_words
from api.web.routes import Routes
from domain.kernel.calendar import Month, month_of
from domain.kernel.money import Fen, yuan
from domain.kernel.places import Division
from projections import allowances, payout_batches

router = Routes(prefix="/staff/allowances", include_in_schema=False)

LIST_BYTES_MAX: Final = 2_000_000
_AMOUNT: Final = re.compile(r"amount\.([0-9a-f-]{36})")


class ListSent(BaseModel):
    """For which month, on which basis and document."""

    month: MonthText
    basis: Line
    document: Line | None = None


class MonthChosen(BaseModel):
    """For which month a file is read."""

    month: MonthText


class OneAmount(BaseModel):
    """An amount beside a name."""

    amount_fen: Yuan


@router.get("")
def page(
    request: Request, desk: Desk, who: ByCookie, month: Annotated[MonthText | None, Query()] = None
) -> HTMLResponse:
    """What was granted for a month and where it is; the form for whoever has none yet."""
    who.require("payouts")
    return _page(request, desk, who, month or month_of(today(desk.app)))


@router.post("/read")
def read(request: Request, form: FormSent, file: Annotated[UploadFile, File()]) -> HTMLResponse:
    """Fill in the form from a workbook; what is wrong with it is shown, and nothing is recorded."""
    form.who.require("payouts")
    month = form.shaped(MonthChosen).month
    people = serving(form.app, month=month, area=form.who.areas[0])
    try:
        reading = read_list(file.file.read(LIST_BYTES_MAX + 1), file=file.filename or "津贴名单.xlsx")
    except BadFile as bad:
        return _page(request, form.desk, form.who, month, findings=bad.findings)
    amounts, findings = matched(form.app, reading, people=people, by=form.who.person_id)
    filled = {person_id: yuan(amount_fen) for person_id, amount_fen in amounts.items()}
    return _page(request, form.desk, form.who, month, filled=filled, findings=findings)


@router.post("")
def grant(form: FormSent) -> RedirectResponse:
    """Grant what stands beside each name; who has no amount is left out."""
    wanted = form.shaped(ListSent)
    people = {one.person_id: one for one in serving(form.app, month=wanted.month, area=form.who.areas[0])}
    new = [
        NewAllowance(person_id, people[person_id].area, wanted.month, amount_fen, wanted.basis, wanted.document)
        for person_id, amount_fen in _amounts(form.fields)
        if person_id in people
    ]
    receipt = commands.grant(form.app, actor=form.actor, key=form.key, new=new, on=form.on)
    return form.done(receipt, at="/staff/allowances")


@router.post("/{allowance_id}/reverse")
def reverse(allowance_id: Identifier, form: FormSent) -> RedirectResponse:
    """Take one back before it is paid, with a reason."""
    reason = form.shaped(WithReason).reason
    receipt = commands.reverse(
        form.app, actor=form.actor, key=form.key, allowance=allowance_id, reason=reason, on=form.on
    )
    return form.done(receipt, at="/staff/allowances")


def _amounts(fields: Any) -> list[tuple[UUID, Fen]]:
    """Person and amount of every field that has one. Raises RequestValidationError for what is no amount."""
    found = []
    for name, value in fields.items():
        person = _AMOUNT.fullmatch(name)
        if person is not None and value.strip():
            try:
                person_id = UUID(person[1])
            except ValueError:
                raise RequestValidationError([]) from None
            found.append((person_id, Fen(shaped(OneAmount, {"amount_fen": value}).amount_fen)))
    return found


def _page(
    request: Request, desk: Office, who: Acting, month: Month, *, filled: Any = None, findings: Any = ()
) -> HTMLResponse:
    area: Division = who.areas[0]
    with desk.current(allowances, payout_batches) as conn:
        granted = allowances.of_month(conn, area, month)
        months = allowances.months(conn, area)
    people = serving(desk.app, month=month, area=area)
    values = {
        "month": month,
        "months": months,
        "granted": granted,
        "people": people,
        "filled": filled or {},
        "findings": findings,
        "has": {one.payee_id for one in granted if one.state != "reversed"},
        "states": money_words.ALLOWANCE_STATES,
        "area": area,
        "names": names_of(desk, [*(one.payee_id for one in granted), *(one.person_id for one in people)]),
        "places": place_names(desk, {*(one.division for one in granted), *(one.area for one in people)}),
        "total_fen": sum(one.amount_fen for one in granted if one.state != "reversed"),
    }
    return show(request, desk, who, "allowances.html", values)
