"""The books on pages: 科目余额表, 总账, 明细账, 日记账, 凭证 - each figure leads down to its events."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import HTMLResponse

from api.books.accounts_asked import account_meant
from api.books.asked import in_order
from api.books.names import standing, subsidiary_of
from api.books.tables import voucher_number
from api.staff.acting import Acting, ByCookie, Desk
from api.staff.books_asked import AccountAsked, After, Books, BooksAsked, CommodityAsked, next_of, place_of
from api.staff.evidence import EVENT_NAME, entry_of
from api.staff.forms import show
from api.staff.texts import names_of
from api.staff.whose_accounts import whose
from api.web.routes import Routes
from domain.kernel.calendar import last_day, month
from domain.kernel.postings import CNY, book_of
from domain.trial_balance import control_of
from projections import ledger_queries, trial_balances

router = Routes(prefix="/staff/ledgers", include_in_schema=False)

FIRST_BOOK: Final = "fin"
BELOW_MAX: Final = 200
"""So many accounts below a control account stand on its page, the largest balances first; the file has all."""


@router.get("")
def balances(request: Request, desk: Desk, who: ByCookie, books: Books) -> HTMLResponse:
    """科目余额表: each control account of a period, as it was known at a position."""
    who.require("ledgers")
    with books.reading() as (conn, asked, names):
        lines = trial_balances.period(conn, since=asked.since, as_of=asked.on, book=books.book, known_at=asked.known_at)
        totals = trial_balances.books(conn, as_of=asked.on, known_at=asked.known_at)
        digest = trial_balances.digest(conn, as_of=asked.on, known_at=asked.known_at)
    grouped = {book: [one for one in lines if book_of(one.account) == book] for book in _books_of(lines)}
    values = {
        "grouped": grouped,
        "whole": {total.book: total.balance == 0 for total in totals},
        "digest": digest,
        "position": asked.position,
        "names": names,
    }
    return _shown(request, desk, who, books, "books_balances.html", values)


@router.get("/general")
def general(
    request: Request, desk: Desk, who: ByCookie, books: Books, account: AccountAsked, commodity: CommodityAsked = CNY
) -> HTMLResponse:
    """总账: one control account month by month."""
    who.require("ledgers")
    year = books.since.replace(month=1, day=1)
    with books.reading() as (conn, asked, names):
        of = control_of(account_meant(conn, names, account))
        opening = ledger_queries.opening(conn, of, commodity=commodity, since=year, known_at=asked.known_at)
        months = trial_balances.months(
            conn, of, commodity=commodity, since=year, as_of=asked.on, known_at=asked.known_at
        )
        below = trial_balances.subsidiaries(conn, of, since=year, as_of=asked.on, known_at=asked.known_at)
    below = [one for one in below if one.account != of and one.commodity == commodity]
    largest = sorted(below, key=lambda one: (-abs(one.closing), one.account))[:BELOW_MAX]
    values = {
        "account": of,
        "commodity": commodity,
        "year": year,
        "opening": opening,
        "months": months,
        "below": largest,
        "below_count": len(below),
        "position": asked.position,
        "names": names,
        "whose": whose(desk, [one.account for one in largest]),
    }
    return _shown(request, desk, who, books, "books_general.html", values)


@router.get("/account")
def account_entries(
    request: Request,
    desk: Desk,
    who: ByCookie,
    books: Books,
    account: AccountAsked,
    commodity: CommodityAsked = CNY,
    after: After = None,
) -> HTMLResponse:
    """明细账: the postings to an account with the balance after each."""
    who.require("ledgers")
    place = place_of(after, books.since)
    with books.reading() as (conn, asked, names):
        account = account_meant(conn, names, account)
        entries = ledger_queries.entries_of(
            conn, account, commodity=commodity, as_of=asked.on, after=place, known_at=asked.known_at
        )
        opening = ledger_queries.balance_after(conn, account, commodity=commodity, place=place, known_at=asked.known_at)
    values = {
        "account": account,
        "commodity": commodity,
        "opening": opening,
        "continued": after is not None,
        "entries": entries,
        "next": next_of(entries),
        "position": asked.position,
        "names": names,
        "whose": whose(desk, [account, *(one.account for one in entries)]),
    }
    return _shown(request, desk, who, books, "books_account.html", values)


@router.get("/journal")
def journal(request: Request, desk: Desk, who: ByCookie, books: Books, after: After = None) -> HTMLResponse:
    """日记账: every posting of a book, day by day."""
    who.require("ledgers")
    book = books.book or FIRST_BOOK
    with books.reading() as (conn, asked, names):
        entries = ledger_queries.journal_of(
            conn, book, as_of=asked.on, after=place_of(after, books.since), known_at=asked.known_at
        )
    values = {
        "book": book,
        "entries": entries,
        "next": next_of(entries),
        "position": asked.position,
        "names": names,
        "whose": whose(desk, [one.account for one in entries]),
    }
    return _shown(request, desk, who, books, "books_journal.html", values)


@router.get("/vouchers")
def vouchers(request: Request, desk: Desk, who: ByCookie, books: Books, after: After = None) -> HTMLResponse:
    """凭证目录: the events that moved something in a book."""
    who.require("ledgers")
    book = books.book or FIRST_BOOK
    with books.reading() as (conn, asked, names):
        found = ledger_queries.vouchers_of(
            conn, book, as_of=asked.on, after=place_of(after, books.since), known_at=asked.known_at
        )
    values = {"book": book, "vouchers": found, "next": next_of(found), "position": asked.position, "names": names}
    return _shown(request, desk, who, books, "books_vouchers.html", values)


@router.get("/voucher")
def voucher(
    request: Request,
    desk: Desk,
    who: ByCookie,
    books: Books,
    event: Annotated[str, Query(pattern=EVENT_NAME, max_length=120)],
) -> HTMLResponse:
    """记账凭证: one event's postings in every book, who recorded it and when, and its proof."""
    who.require("ledgers")
    recorded, _ = entry_of(desk, event)
    with books.reading() as (conn, asked, names):
        entries = ledger_queries.voucher(conn, event, log_index=recorded.index)
    by_book = {book: [one for one in entries if one.book == book] for book in in_order([one.book for one in entries])}
    values = {
        "recorded_event": recorded,
        "by_name": names_of(desk, [recorded.by])[recorded.by],
        "by_book": by_book,
        "position": asked.position,
        "names": names,
        "whose": whose(desk, [one.account for one in entries]),
    }
    return _shown(request, desk, who, books, "books_voucher.html", values)


def _shown(
    request: Request, desk: Desk, who: Acting, books: BooksAsked, template: str, values: dict[str, Any]
) -> HTMLResponse:
    helpers = {
        "asked": books,
        "standing": standing,
        "subsidiary_of": subsidiary_of,
        "subsidiary_id": lambda account: UUID(subsidiary_of(account)[:36]) if subsidiary_of(account) else None,
        "last_day_of": lambda of: last_day(month(of)),
        "voucher_number": voucher_number,
        "control_of": control_of,
        "book_of": book_of,
    }
    return show(request, desk, who, template, {**helpers, **values})


def _books_of(lines: list[Any]) -> list[str]:
    return list(dict.fromkeys(in_order([book_of(one.account) for one in lines])))
