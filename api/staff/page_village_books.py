"""村账: the books of an area's villages, one village's book, its opening balances, its parties and its plan."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from psycopg import Connection
from pydantic import BaseModel, Field

from api.books.village_tables import WHICH, Names, names_of_book, names_of_chart
from api.commands.shared import today
from api.commands.village import books as commands
from api.commands.village.books import NewBook, NewParty, NewPlan
from api.staff.acting import Acting, ByCookie, Desk
from api.staff.fields import YEAR_MAX, YEAR_MIN, Code, Day, Line, MonthText
from api.staff.form_shapes import Yuan
from api.staff.forms import FormSent, show
from api.staff.office import Office
from api.staff.page_today import place_names
from api.staff.texts import names_of
from api.staff.village_forms import lines_of, plan_lines_of
from api.staff.village_shapes import Decision, MonthStep, NewVillageParty, resolution_of
from api.staff.village_steps import Asked, month_step, opening_decision
from api.staff.village_waiting import waiting_in
from api.web import village_words
from api.web.routes import Routes
from domain import authority
from domain.kernel.calendar import Month, first_day, last_day, month_of, next_month
from domain.kernel.places import Division, level
from domain.kernel.refusals import Refusal
from domain.kernel.village_lines import CHART_BOOK, PARTY
from projections import charts, meetings, places, village_books, village_statements
from projections.village_books import BookKept, Party

router = Routes(prefix="/staff/village-books", include_in_schema=False)

VOUCHERS_SHOWN: Final = 50
OPENING_ROWS: Final = 12
PLAN_ROWS: Final = 10


class BookForm(BaseModel):
    """A village's book."""

    division: Code
    chart: Line
    since: Day
    limit: Yuan
    document: Line


class LimitForm(BaseModel):
    """Another limit."""

    limit: Yuan
    document: Line


class Documented(BaseModel):
    """The paper that something rests on."""

    document: Line


class PlanForm(Documented):
    """A year's plan: its lines stand in fields of their own."""

    year: Annotated[int, Field(ge=YEAR_MIN, le=YEAR_MAX)]
    resolution: Line | None = None


class DecisionForm(BaseModel):
    """Agree or not; which button was pressed."""

    agrees: bool
    reason: Line | None = None


@router.get("")
def listing(request: Request, desk: Desk, who: ByCookie) -> HTMLResponse:
    """The books of the role's area, the vouchers whose turn the role is, and the form to open one."""
    who.require("village_books")
    on = today(desk.app)
    with desk.current(village_books, charts, places) as conn:
        kept = [one for area in who.areas for one in village_books.books_within(conn, area)]
        turn = [one for area in who.areas for one in waiting_in(conn, who, area)]
        opening = authority.may(who.role, "village_book.opened/1")
        known = [one for area in who.areas for one in places.within(conn, area, on=on)] if opening else []
        versions = [one.name for one in charts.published(conn) if one.code.startswith("village")] if opening else []
    having = {one.division for one in kept}
    villages = [one for one in known if level(one.code) == "village" and one.code not in having]
    values = {
        "books": kept,
        "turn": turn,
        "villages": villages,
        "charts": versions,
        "may_open": opening,
        "first": on.replace(day=1),
        "places": place_names(desk, having | {one.division for one in turn}),
        "said": village_words,
    }
    return show(request, desk, who, "village_books.html", values)


@router.post("")
def open_book(form: FormSent) -> RedirectResponse:
    """Open a village's book."""
    wanted = form.shaped(BookForm)
    new = NewBook(wanted.division, wanted.chart, wanted.since, wanted.limit, wanted.document)
    receipt = commands.open_book(form.app, actor=form.actor, key=form.key, new=new, on=form.on)
    return form.done(receipt, at=address(wanted.division))


@router.get("/{division}")
def page(
    request: Request,
    division: Code,
    desk: Desk,
    who: ByCookie,
    month: Annotated[MonthText | None, Query()] = None,
    before: Annotated[int | None, Query(ge=0, le=2**53)] = None,
) -> HTMLResponse:
    """A village's book: what waits, the months, the vouchers, what the role may do."""
    with desk.current(village_books, charts) as conn:
        book = readable_book(conn, who, division)
        months = village_books.months_of(conn, division)
        found = village_books.vouchers_of(conn, division, month=month, before=before, limit=VOUCHERS_SHOWN + 1)
        plans = village_books.plans_of(conn, division)
        turn = waiting_in(conn, who, division)
        names = names_of_book(conn, book)
        purse = [
            (
                names.get(account, (account, ""))[0],
                village_statements.balance_before(conn, division, account, day=date.max),
            )
            for account in ("101", "102")
        ]
    shown = found[:VOUCHERS_SHOWN]
    values = {
        "book": book,
        "months": months,
        "month": month,
        "vouchers": shown,
        "plans": plans,
        "turn": turn,
        "purse": purse,
        "next": _next(month, shown[-1].log_index) if len(found) > VOUCHERS_SHOWN else None,
        "closing": _closing(book, {one.month: one.status for one in months}, desk),
        "statements": WHICH,
        "span": (first_day(month), last_day(month)) if month else (book.since, today(desk.app)),
        **shared_values(desk, who, book, [one.handler_id for one in shown]),
    }
    return show(request, desk, who, "village_book.html", values)


@router.post("/{division}/limit")
def set_limit(division: Code, form: FormSent) -> RedirectResponse:
    """Set another limit."""
    wanted = form.shaped(LimitForm)
    receipt = commands.set_limit(
        form.app,
        actor=form.actor,
        key=form.key,
        division=division,
        limit_fen=wanted.limit,
        document=wanted.document,
        on=form.on,
    )
    return form.done(receipt, at=address(division))


@router.post("/{division}/months/{month}")
def close(division: Code, month: MonthText, form: FormSent) -> RedirectResponse:
    """Propose to close a month, close it, or take the proposal back."""
    receipt = month_step(_asked(form), division, month, form.shaped(MonthStep))
    return form.done(receipt, at=address(division))


@router.get("/{division}/opening")
def opening(request: Request, division: Code, desk: Desk, who: ByCookie) -> HTMLResponse:
    """The opening balances: what is proposed or recorded, and the form."""
    with desk.current(village_books, charts) as conn:
        book = readable_book(conn, who, division)
        names = names_of_book(conn, book)
        parties = village_books.parties_of(conn, division)
        accounts = accounts_offered(conn, book)
    values = {
        "book": book,
        "account_names": names,
        "accounts": accounts,
        "parties": parties,
        "rows": range(OPENING_ROWS),
        "references": {str(one.party_id): one.reference for one in parties},
        **shared_values(desk, who, book, [book.opening_proposer_id]),
    }
    return show(request, desk, who, "village_opening.html", values)


@router.post("/{division}/opening")
def propose_opening(division: Code, form: FormSent) -> RedirectResponse:
    """Say what the book begins with."""
    wanted = form.shaped(Documented)
    receipt = commands.propose_opening(
        form.app,
        actor=form.actor,
        key=form.key,
        division=division,
        lines=lines_of(form.fields),
        document=wanted.document,
        on=form.on,
    )
    return form.done(receipt, at=f"{address(division)}/opening")


@router.post("/{division}/opening/decision")
def decide_opening(division: Code, form: FormSent) -> RedirectResponse:
    """Agree to it as the second person, or not."""
    wanted = form.shaped(DecisionForm)
    decision = Decision(agrees=wanted.agrees, reason=wanted.reason)
    return form.done(opening_decision(_asked(form), division, decision), at=f"{address(division)}/opening")


@router.get("/{division}/parties")
def parties(request: Request, division: Code, desk: Desk, who: ByCookie) -> HTMLResponse:
    """With whom the village has accounts, and what stands open."""
    on = today(desk.app)
    with desk.current(village_books, charts) as conn:
        book = readable_book(conn, who, division)
        found = village_books.parties_of(conn, division)
        balances = village_statements.party_balances(conn, division, since=on, until=on)
        names = names_of_book(conn, book)
    values = {
        "book": book,
        "parties": found,
        "party_names": names_of(desk, [_named_under(one) for one in found]),
        "under": {one.party_id: _named_under(one) for one in found},
        "balances": {one.party_id: [b for b in balances if b.party_id == one.party_id] for one in found},
        "account_names": names,
        **shared_values(desk, who, book, []),
    }
    return show(request, desk, who, "village_parties.html", values)


@router.post("/{division}/parties")
def register_party(division: Code, form: FormSent) -> RedirectResponse:
    """Give somebody a number."""
    wanted = form.shaped(NewVillageParty)
    new = NewParty(division, wanted.reference, wanted.kind, wanted.name, wanted.person_id)
    receipt = commands.register_party(form.app, actor=form.actor, key=form.key, new=new, on=form.on)
    return form.done(receipt, at=f"{address(division)}/parties")


@router.get("/{division}/plans")
def plans(request: Request, division: Code, desk: Desk, who: ByCookie) -> HTMLResponse:
    """The plan of each year, and the form for one."""
    with desk.current(village_books, meetings) as conn:
        book = readable_book(conn, who, division)
        found = village_books.plans_of(conn, division)
        resolutions = meetings.passed(conn, division)
    values = {
        "book": book,
        "plans": found,
        "resolutions": resolutions,
        "rows": range(PLAN_ROWS),
        **shared_values(desk, who, book, []),
    }
    return show(request, desk, who, "village_plans.html", values)


@router.post("/{division}/plans")
def publish_plan(division: Code, form: FormSent) -> RedirectResponse:
    """Publish a year's plan."""
    wanted = form.shaped(PlanForm)
    new = NewPlan(wanted.year, plan_lines_of(form.fields), wanted.document, resolution_of(wanted.resolution))
    receipt = commands.publish_plan(form.app, actor=form.actor, key=form.key, division=division, new=new, on=form.on)
    return form.done(receipt, at=f"{address(division)}/plans")


# What the pages of a village's book share.


def address(division: Division) -> str:
    """The page of a village's book."""
    return f"/staff/village-books/{division}"


def readable_book(conn: Connection[Any], who: Acting, division: Division) -> BookKept:
    """The village's book, if it is in the reader's area. Refuses `access.*`, `village_book.unknown`."""
    who.require("village_books")
    who.require_area(division)
    book = village_books.book_of(conn, division)
    if book is None:
        raise Refusal("village_book.unknown")
    return book


def shared_values(desk: Office, who: Acting, book: BookKept, people: Iterable[UUID | None]) -> dict[str, Any]:
    """What every page of a village's book shows."""
    return {
        "place": place_names(desk, {book.division})[book.division],
        "at": address(book.division),
        "names": names_of(desk, [one for one in people if one is not None]),
        "today": today(desk.app),
        "may": lambda event_type: authority.may(who.role, event_type),
        "said": village_words,
    }


def accounts_offered(conn: Connection[Any], book: BookKept) -> list[tuple[str, str, bool]]:
    """The accounts of the book's chart: code, name, and whether it is kept by whom it is with."""
    listed = {one.account for one in charts.listed(conn) if one.chart == book.chart}
    names: Names = names_of_chart(conn, book.chart)
    return [(code, name, f"{CHART_BOOK}:{code}:{PARTY}" in listed) for code, (name, _) in names.items()]


def _closing(book: BookKept, statuses: Mapping[Month, str], desk: Office) -> Month | None:
    """The month that is to be closed next, if it is over."""
    month = month_of(book.since)
    while statuses.get(month) == "closed":
        month = next_month(month)
    return month if last_day(month) < today(desk.app) else None


def _named_under(party: Party) -> UUID:
    """Under whose id his name is kept."""
    return party.person_id or party.party_id


def _next(month: Month | None, before: int) -> str:
    return f"?{f'month={month}&' if month else ''}before={before}"


def _asked(form: FormSent) -> Asked:
    return Asked(form.app, form.actor, form.key, form.on)
