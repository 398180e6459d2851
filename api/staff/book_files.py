"""The books as files: whatever a page of the books shows, as CSV or xlsx, and the tables for auditors' programs.

Nothing personal is in them: payees, batches and budgets stand there by their ids, as in the journal.
"""

import tempfile
from collections.abc import Iterator, Sequence
from typing import Annotated, Final, Literal
from urllib.parse import quote

from fastapi import Query
from fastapi.responses import StreamingResponse

from api.books import interface_tables, tables
from api.books.asked import Asked
from api.command_line.catalogue import version
from api.files.table_files import CSV_TYPE, XLSX_TYPE, Table, csv_parts, xlsx_parts
from api.staff.acting import ByCookie, Desk
from api.staff.books_asked import AccountAsked, Books, CommodityAsked
from api.web import words
from api.web.routes import Routes
from domain.kernel.postings import CNY
from projections import charts

router = Routes(prefix="/staff/ledgers", include_in_schema=False)

Suffix = Literal["csv", "xlsx"]
_PIECE: Final = 1 << 16
_KEPT_IN_MEMORY: Final = 1 << 20


# These three before the last route, whose pattern their addresses fit too.
@router.get("/files/interface.xlsx")
def interface(
    desk: Desk, who: ByCookie, books: Books, year: Annotated[int | None, Query(ge=1949, le=2099)] = None
) -> StreamingResponse:
    """The 24589-style tables of one book for a year, until today if it is this one."""
    who.require("ledgers")
    book = books.book or "fin"
    first = books.on.replace(year=year or books.on.year, month=1, day=1)
    last = min(books.on, first.replace(month=12, day=31)) if first <= books.on else first.replace(month=12, day=31)
    with books.reading() as (conn, shown, names):
        asked = Asked(first, last, shown.known_at, shown.position)
        found = interface_tables.interface_tables(
            conn, asked, names, book=book, unit=desk.app.log.county_name, version=version()
        )
        title = f"24589式账表-{words.BOOKS[book]}-{asked.file_part}.xlsx"
        parts = xlsx_parts(found, about=(interface_tables.CLAIM, asked.span))
        return download(parts, title=title, media_type=XLSX_TYPE)


@router.get("/files/charts.{suffix}")
def published(suffix: Suffix, desk: Desk, who: ByCookie) -> StreamingResponse:
    """Every account of every version of every chart, and what each is used for."""
    who.require("ledgers")
    with desk.current(charts) as conn:
        table = tables.charts_of(charts.published(conn), charts.listed(conn))
    return sent([table], title="科目表", suffix=suffix)


@router.get("/files/invariants.{suffix}")
def invariants(suffix: Suffix, desk: Desk, who: ByCookie) -> StreamingResponse:
    """The twenty-five sentences and how each stands now, with the records that break it."""
    who.require("ledgers")
    return sent([tables.invariants_of(desk.invariants.standing)], title="账本恒等式", suffix=suffix)


@router.get("/files/{which}.{suffix}")
def file(
    which: tables.Which,
    suffix: Suffix,
    who: ByCookie,
    books: Books,
    account: AccountAsked = "fin:1011",
    commodity: CommodityAsked = CNY,
) -> StreamingResponse:
    """One of the books as a file: `account` and `commodity` are for those of one account, `book` for a whole book."""
    who.require("ledgers")
    with books.reading() as (conn, asked, names):
        table = tables.table_of(which, conn, asked, names, book=books.book, account_asked=account, commodity=commodity)
        title = f"{table.title}-{asked.file_part}"
        return sent([table], title=title, suffix=suffix)


def sent(tables: Sequence[Table], *, title: str, suffix: Suffix) -> StreamingResponse:
    """Tables as a download: one as CSV, or all as the sheets of a workbook. `title` is without the suffix."""
    if suffix == "csv":
        return download(csv_parts(tables[0]), title=f"{title}.csv", media_type=CSV_TYPE)
    return download(xlsx_parts(tables), title=f"{title}.xlsx", media_type=XLSX_TYPE)


def download(parts: Iterator[bytes], *, title: str, media_type: str) -> StreamingResponse:
    """The whole file is made while the connection is held, so that all of it is of one moment; then it is sent."""
    kept = tempfile.SpooledTemporaryFile(max_size=_KEPT_IN_MEMORY)  # noqa: SIM115 - closed when it has been sent
    try:
        for part in parts:
            kept.write(part)
    except BaseException:
        kept.close()
        raise
    kept.seek(0)

    def sent() -> Iterator[bytes]:
        with kept:
            while piece := kept.read(_PIECE):
                yield piece

    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(title)}",
        "cache-control": "no-store",
    }
    return StreamingResponse(sent(), media_type=media_type, headers=headers)
