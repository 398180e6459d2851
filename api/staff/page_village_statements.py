"""村账报表: 科目余额表, 收支明细表, 资产负债表, 收益及收益分配表 of any days, on a page and as files."""

from datetime import date
from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, StreamingResponse
from psycopg import Connection

from api.books.village_tables import WHICH, Asked, Which, names_of_book, table_of
from api.commands.shared import today
from api.files.table_files import Table
from api.staff.acting import ByCookie, Desk
from api.staff.book_files import Suffix, sent
from api.staff.fields import Code, Day
from api.staff.forms import show
from api.staff.office import Office
from api.staff.page_village_books import readable_book, shared_values
from api.web.routes import Routes
from projections import charts, village_books
from projections.village_books import BookKept

router = Routes(prefix="/staff/village-books", include_in_schema=False)

Since = Annotated[Day | None, Query()]


@router.get("/{division}/statements/files/{which}.{suffix}")
def file(
    division: Code, which: Which, suffix: Suffix, desk: Desk, who: ByCookie, since: Since = None, until: Since = None
) -> StreamingResponse:
    """One statement as CSV, or all of them as a workbook."""
    with desk.current(village_books, charts) as conn:
        book = readable_book(conn, who, division)
        asked = _asked(desk, book, since, until)
        wanted = [which] if suffix == "csv" else list(WHICH)
        tables = [_table(conn, book, one, asked) for one in wanted]
    title = f"{tables[0].title if suffix == 'csv' else '村账'}-{division}-{asked.since}-{asked.until}"
    return sent(tables, title=title, suffix=suffix)


@router.get("/{division}/statements/{which}")
def page(
    request: Request, division: Code, which: Which, desk: Desk, who: ByCookie, since: Since = None, until: Since = None
) -> HTMLResponse:
    """One statement for some days."""
    with desk.current(village_books, charts) as conn:
        book = readable_book(conn, who, division)
        asked = _asked(desk, book, since, until)
        table = _table(conn, book, which, asked)
    values: dict[str, Any] = {
        "book": book,
        "which": which,
        "statements": WHICH,
        "table": table,
        "asked": asked,
        **shared_values(desk, who, book, []),
    }
    return show(request, desk, who, "village_statement.html", values)


def _table(conn: Connection[Any], book: BookKept, which: Which, asked: Asked) -> Table:
    return table_of(which, conn, asked, names=names_of_book(conn, book))


def _asked(desk: Office, book: BookKept, since: date | None, until: date | None) -> Asked:
    """The days asked for; from the first of the book until today where nothing is said."""
    return Asked(book.division, since or book.since, until or today(desk.app))
