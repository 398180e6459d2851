"""Everything that the workbench shows, as CSV and xlsx: a statement's lines, the differences, the suspense account."""

from collections.abc import Iterator
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from api.commands.shared import today
from api.files.table_files import CSV_TYPE, XLSX_TYPE, Column, Table, csv_parts, xlsx_parts
from api.staff.acting import ByCookie, Desk
from api.staff.book_files import download
from api.staff.fields import Identifier
from api.web import reconciliation_words as said
from domain.kernel.refusals import Refusal
from projections import reconciliation
from projections import reconciliation_queries as queries
from projections.reconciliation_queries import Difference, EntryRow, Shown

router = APIRouter(prefix="/staff/reconcile/files", include_in_schema=False)

Suffix = Literal["csv", "xlsx"]
EVERYTHING = 10_000_000

LINE_COLUMNS = (
    Column("序号", "number"),
    Column("记账日"),
    Column("金额（元）", "fen"),
    Column("已勾对（元）", "fen"),
    Column("勾对方式"),
    Column("勾对日"),
    Column("付款编号"),
    Column("银行流水号"),
    Column("批次号"),
    Column("退回的付款编号"),
    Column("差异"),
)
DIFFERENCE_COLUMNS = (
    Column("种类"),
    Column("影响"),
    Column("银行日"),
    Column("天数", "number"),
    Column("金额（元）", "fen"),
    Column("对账单序号", "number"),
    Column("登记日"),
    Column("经办人编号"),
    Column("了结"),
    Column("原因"),
    Column("编号"),
)


@router.get("/statements/{statement_id}.{suffix}")
def statement_lines(
    statement_id: Identifier, suffix: Suffix, desk: Desk, who: ByCookie, shown: Shown = "all"
) -> StreamingResponse:
    """A statement's lines, as many as it has."""
    who.require("payouts")
    with desk.current(reconciliation) as conn:
        found = queries.statement(conn, statement_id)
        if found is None:
            raise Refusal("statement.unknown")
        rows = queries.entries(conn, statement_id, shown=shown, limit=EVERYTHING)
    table = Table(
        "对账单",
        LINE_COLUMNS,
        map(_line, rows),
        note=f"{found.since} 至 {found.until}，文件指纹 {found.file_sha256}",
    )
    return _sent(table, f"对账单-{found.since}-{found.until}.{suffix}", suffix)


@router.get("/exceptions.{suffix}")
def differences(
    suffix: Suffix,
    desk: Desk,
    who: ByCookie,
    kind: Annotated[str, Query(max_length=40)] = "",
    settled: Annotated[bool, Query()] = False,
) -> StreamingResponse:
    """Differences: those open, or those settled."""
    who.require("payouts")
    on = today(desk.app)
    with desk.current(reconciliation) as conn:
        found = queries.exceptions(conn, is_open=not settled, kind=kind or None, limit=EVERYTHING)
    rows = ((*_difference(one)[:3], max((on - one.day).days, 0), *_difference(one)[3:]) for one in found)
    return _sent(Table("对账差异", DIFFERENCE_COLUMNS, rows, note=f"截至 {on}"), f"对账差异-{on}.{suffix}", suffix)


def _line(row: EntryRow) -> tuple[str | int | None, ...]:
    return (
        row.number,
        str(row.booked_on),
        row.amount_fen,
        row.matched_fen,
        said.TIERS.get(row.tier or 0, ""),
        str(row.matched_on or ""),
        row.end_to_end_id,
        row.bank_ref,
        row.batch_ref,
        row.return_of,
        "、".join(said.EXCEPTION_KINDS[kind] for kind in row.differences or ()),
    )


def _difference(one: Difference) -> tuple[str | int | None, ...]:
    return (
        said.EXCEPTION_KINDS[one.kind],
        said.BLOCKING[one.blocking],
        str(one.day),
        one.amount_fen,
        one.entry,
        str(one.opened_on),
        _text(one.owner_id),
        said.OUTCOMES.get(one.outcome or "", ""),
        one.reason or "",
        str(one.exception_id),
    )


def _text(identity: UUID | None) -> str:
    return str(identity) if identity is not None else ""


def _sent(table: Table, title: str, suffix: Suffix) -> StreamingResponse:
    parts: Iterator[bytes] = csv_parts(table) if suffix == "csv" else xlsx_parts([table])
    return download(parts, title=title, media_type=CSV_TYPE if suffix == "csv" else XLSX_TYPE)
