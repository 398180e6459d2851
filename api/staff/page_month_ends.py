"""Closing a month on pages: ledger, batches and bank side by side, what stands against it, and the two people it takes.

What must not be broken: both forms carry the digest of the figures on the same page, so that nobody proposes or seals
what he was not shown.
"""

from datetime import timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.books.names import names
from api.commands import periods as commands
from api.commands.shared import today
from api.staff.acting import ByCookie, Desk
from api.staff.fields import MonthText
from api.staff.forms import FormSent, show
from api.staff.shapes import Approval, WithReason
from api.staff.texts import names_of
from api.web import money_words
from api.web.routes import Routes
from domain.kernel.calendar import Month, first_day, last_day, month_of, next_month
from domain.periods import Periods
from projections import charts, ledger_entries, month_ends, reconciliation

router = Routes(prefix="/staff/close", include_in_schema=False)
MonthPath = Annotated[MonthText, Path()]

_REASON = "reason."
ITEMS_SHOWN = 50
"""So many items stand on the page, and all in its files."""


@router.get("")
def next_to_close(desk: Desk, who: ByCookie) -> RedirectResponse:
    """The month that is to be closed next: the one after the last seal, else the one before this."""
    who.require("ledgers")
    state = commands.periods_of(desk.app)
    return RedirectResponse(f"/staff/close/{_next(state, month_of(today(desk.app)))}", status_code=303)


@router.get("/{month}")
def page(request: Request, month: MonthPath, desk: Desk, who: ByCookie) -> HTMLResponse:
    """The month end: the figures, the differences with their reasons, and the form of whoever is next."""
    who.require("ledgers")
    with desk.current(charts, ledger_entries, month_ends, reconciliation) as conn:
        found, called = commands.month_end(desk.app, month), names(conn)
    state = commands.periods_of(desk.app)
    proposal = state.proposal if state and state.proposal and state.proposal.figures.month == month else None
    sealed = bool(state and state.sealed and month <= state.sealed)
    told = found.sealed or proposal
    explained = told.figures.explained if told else found.figures.explained
    people = {one for each in explained for one in (each.proposer_id, each.confirmer_id) if one is not None}
    people |= {told.proposer_id} if told and told.proposer_id else set()
    values = {
        "month": month,
        "found": found,
        "proposal": proposal,
        "sealed": sealed,
        "over": today(desk.app) > last_day(month),
        "due": state is None or state.sealed is None or month == next_month(state.sealed),
        "next": _next(state, month_of(today(desk.app))),
        "differences": money_words.DIFFERENCE_WORDS,
        "figures": money_words.FIGURES,
        "about": money_words.FIGURES_ABOUT,
        "funds": money_words.FUNDS,
        "item_kinds": money_words.ITEMS,
        "account_name": called.of,
        "told": told,
        "reasoned": [one for one in explained if one.proposer_id is None],
        "by_two": [one for one in explained if one.proposer_id is not None],
        "items_shown": ITEMS_SHOWN,
        "item_at": _item_at,
        "names": names_of(desk, people),
    }
    return show(request, desk, who, "month_end.html", values)


@router.post("/{month}/propose")
def propose(month: MonthPath, form: FormSent) -> RedirectResponse:
    """Propose to close the month with the reasons that were written beside its differences."""
    reasons = {
        name.removeprefix(_REASON): value.strip()
        for name, value in form.fields.items()
        if name.startswith(_REASON) and value.strip()
    }
    receipt = commands.propose(
        form.app,
        actor=form.actor,
        key=form.key,
        month=month,
        reasons=reasons,
        on=form.on,
        shown_digest=form.shaped(Approval).shown_digest,
    )
    return form.done(receipt, at=f"/staff/close/{month}")


@router.post("/{month}/withdraw")
def withdraw(month: MonthPath, form: FormSent) -> RedirectResponse:
    """Take the proposal back, with a reason."""
    reason = form.shaped(WithReason).reason
    receipt = commands.withdraw(form.app, actor=form.actor, key=form.key, month=month, reason=reason, on=form.on)
    return form.done(receipt, at=f"/staff/close/{month}")


@router.post("/{month}/seal")
def seal(month: MonthPath, form: FormSent) -> RedirectResponse:
    """Seal exactly the figures whose digest stood on the page; whoever is signed in is the second person."""
    shown = form.shaped(Approval).shown_digest
    receipt = commands.seal(form.app, actor=form.actor, key=form.key, month=month, shown_digest=shown, on=form.on)
    return form.done(receipt, at=f"/staff/close/{month}")


def _item_at(about: str) -> str:
    """The page of an item that only one side has."""
    kind, _, rest = about.partition("/")
    if kind == "statement":
        statement, _, line = rest.partition("/")
        return f"/staff/reconcile/statements/{statement}/lines/{line}"
    if kind == "payment":
        return f"/staff/payments/{rest}"
    return f"/staff/books/voucher?{urlencode({'event': about})}"


def _next(state: Periods | None, this_month: Month) -> Month:
    if state is not None and state.proposal is not None:
        return state.proposal.figures.month
    if state is not None and state.sealed is not None:
        return next_month(state.sealed)
    return month_of(first_day(this_month) - timedelta(days=1))
