"""Everything that the workbench shows, as CSV and xlsx: statements, lines, differences, suspense, proposals."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from fastapi.responses import StreamingResponse

from api.commands.shared import today
from api.files.table_files import Column, Row, Table
from api.staff.acting import ByCookie, Desk
from api.staff.book_files import Suffix, sent
from api.staff.fields import Identifier
from api.staff.texts import names_of
from api.web import reconciliation_words as said
from api.web import words
from api.web.routes import Routes
from domain.kernel.refusals import Refusal
from projections import reconciliation
from projections import reconciliation_queries as queries
from projections.reconciliation import BankStatement
from projections.reconciliation_queries import Difference, EntryRow, Shown, Totals

router = Routes(prefix="/staff/reconcile/files", include_in_schema=False)

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
    Column("银行的说法"),
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


STATEMENT_COLUMNS = (
    Column("编号"),
    Column("起"),
    Column("止"),
    Column("期初余额（元）", "fen"),
    Column("期末余额（元）", "fen"),
    Column("笔数", "number"),
    Column("支出（元）", "fen"),
    Column("收入（元）", "fen"),
    Column("已勾对（笔）", "number"),
    Column("已勾对（元）", "fen"),
    Column("版式"),
    Column("登记日"),
    Column("文件指纹"),
)
SUSPENSE_COLUMNS = (
    Column("付款编号"),
    Column("收款人"),
    Column("金额（元）", "fen"),
    Column("到账日"),
    Column("退回日"),
    Column("天数", "number"),
    Column("银行流水号"),
    Column("原因"),
)
PROPOSAL_COLUMNS = (
    Column("银行日"),
    Column("对账单序号", "number"),
    Column("金额（元）", "fen"),
    Column("依据"),
    Column("提出人"),
    Column("提出日"),
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
    return sent([table], title=f"对账单-{found.since}-{found.until}", suffix=suffix)


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
    return sent([Table("对账差异", DIFFERENCE_COLUMNS, rows, note=f"截至 {on}")], title=f"对账差异-{on}", suffix=suffix)


@router.get("/statements.{suffix}")
def statements(suffix: Suffix, desk: Desk, who: ByCookie) -> StreamingResponse:
    """Every statement, with its totals and how much of it is matched."""
    who.require("payouts")
    with desk.current(reconciliation) as conn:
        found = queries.statements(conn, limit=EVERYTHING)
        totals = {one.statement_id: queries.totals(conn, one.statement_id) for one in found}
    rows = (_statement(one, totals[one.statement_id]) for one in found)
    return sent([Table("对账单目录", STATEMENT_COLUMNS, rows)], title=f"对账单目录-{today(desk.app)}", suffix=suffix)


@router.get("/suspense.{suffix}")
def suspense(suffix: Suffix, desk: Desk, who: ByCookie) -> StreamingResponse:
    """Money that came back and is not decided on, one by one, with its age."""
    who.require("payouts")
    on = today(desk.app)
    with desk.current(reconciliation) as conn:
        found = queries.returned(conn)
    names = names_of(desk, {one.payee_id for one in found})
    rows = (
        (
            one.end_to_end_id,
            names[one.payee_id],
            one.amount_fen,
            str(one.paid_on or ""),
            str(one.back_on or ""),
            max((on - one.back_on).days, 0) if one.back_on else None,
            one.back_ref or "",
            words.FAILURE_REASONS.get(one.back_reason or "", one.back_reason or ""),
        )
        for one in found
    )
    return sent(
        [Table("退票待处理", SUSPENSE_COLUMNS, rows, note=f"截至 {on}")], title=f"退票待处理-{on}", suffix=suffix
    )


@router.get("/proposals.{suffix}")
def proposals(suffix: Suffix, desk: Desk, who: ByCookie) -> StreamingResponse:
    """What waits for a second person."""
    who.require("payouts")
    with desk.current(reconciliation) as conn:
        found = queries.proposals(conn)
    names = names_of(desk, {one.proposer_id for one in found})
    rows = (
        (str(one.booked_on), one.entry, one.amount_fen, one.reason, names[one.proposer_id], str(one.proposed_on))
        for one in found
    )
    title = f"等第二人确认-{today(desk.app)}"
    return sent([Table("等第二人确认", PROPOSAL_COLUMNS, rows)], title=title, suffix=suffix)


def _statement(one: BankStatement, sums: Totals) -> Row:
    return (
        one.number,
        str(one.since),
        str(one.until),
        one.opening_fen,
        one.closing_fen,
        sums.entries,
        sums.debits_fen,
        sums.credits_fen,
        sums.matched,
        sums.matched_fen,
        one.profile,
        str(one.recorded_on),
        one.file_sha256,
    )


def _line(row: EntryRow) -> Row:
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
        said.ENTRY_KINDS.get(row.kind or "", ""),
        "、".join(said.EXCEPTION_KINDS[kind] for kind in row.differences or ()),
    )


def _difference(one: Difference) -> Row:
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
