"""The budgets of a year as tables for files: how each was used, month by month, and the four days of what it paid."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, assert_never
from uuid import UUID

from psycopg import Connection

from api.files.table_files import Column, Row, Table
from api.web.money_words import PAYROLLS
from domain.kernel.places import Division
from projections import budget_dates, budget_executions
from projections.budget_dates import Charged
from projections.budget_executions import Budget

Which = Literal["budgets", "documents", "months", "dates"]
WHICH: Final[tuple[Which, ...]] = ("budgets", "documents", "months", "dates")

_BUDGET: Final = (Column("区划"), Column("项目"), Column("支出分类"), Column("年度", "number"))


def table_of(which: Which, conn: Connection[Any], year: int, *, area: Division) -> Table:
    """One of the tables of a year; `conn` reads the models of budgets, rewards, allowances, reports and batches."""
    found = budget_executions.of_year(conn, year, area=area)
    note = f"{year} 年，按账本前 {found[0].position} 条记录。" if found else f"{year} 年还没有下达指标。"
    match which:
        case "budgets":
            return Table(
                "预算执行",
                (*_BUDGET, *_USED, Column("结账日期"), Column("用款账户"), Column("科目表")),
                list(map(_used, found)),
                note,
            )
        case "documents":
            columns = (*_BUDGET, Column("日期"), Column("文号"), Column("金额（元）", "fen"), Column("原因"))
            return Table("下达和调整", columns, [row for one in found for row in _documents(one)], note)
        case "months":
            return Table("分月执行", (*_BUDGET, *_MONTHLY), [row for one in found for row in _months(conn, one)], note)
        case "dates":
            return Table("四个日期", (*_BUDGET, *_DATES), [row for one in found for row in _dates(conn, one)], note)
        case _:
            assert_never(which)


def charged(budget: Budget, rows: list[Charged], *, names: Mapping[UUID, str]) -> Table:
    """What one budget was charged with, one by one; `names`: its payees as the page shows them."""
    columns = (
        *(Column(title) for title in ("类", "收款人", "区划", "归属月份")),
        Column("金额（元）", "fen"),
        *(Column(title) for title in ("上报", "入账", "审批", "银行到账")),
    )
    found = [
        (
            PAYROLLS[one.payroll],
            names[one.payee_id],
            one.division,
            one.accrual_month,
            one.amount_fen,
            *(str(day) if day else None for day in (one.reported_on, one.granted_on, one.approved_on, one.paid_on)),
        )
        for one in rows
    ]
    said = (
        f"{budget.year} 年 {budget.project} {budget.spending_class}，按账本前 {budget.position} 条记录，已冲正的不列。"
    )
    return Table("预算明细", columns, found, said)


_USED: Final = tuple(Column(title, "fen") for title in ("下达", "其中调整", "还可用", "已占用", "已支出", "结账注销"))
_MONTHLY: Final = (
    Column("月份"),
    *(Column(title, "fen") for title in ("下达", "新占用", "支出", "月末可用", "月末占用", "累计支出")),
)
_DATES: Final = (
    *(Column(title) for title in ("上报月份", "入账月份", "审批月份", "银行到账月份")),
    Column("笔数", "number"),
    Column("金额（元）", "fen"),
)


def _of(budget: Budget) -> Row:
    return budget.unit, budget.project, budget.spending_class, budget.year


def _used(budget: Budget) -> Row:
    return (
        *_of(budget),
        budget.appropriated_fen,
        budget.adjusted_fen,
        budget.available_fen,
        budget.committed_fen,
        budget.spent_fen,
        budget.lapsed_fen,
        str(budget.closed_on) if budget.closed_on else None,
        budget.funds,
        budget.chart,
    )


def _documents(budget: Budget) -> Iterator[Row]:
    for one in budget.documents:
        yield (*_of(budget), str(one["on"]), one["document"], one["amount_fen"], one.get("reason"))


def _months(conn: Connection[Any], budget: Budget) -> Iterator[Row]:
    for one in budget_executions.months(conn, budget.budget_id):
        yield (
            *_of(budget),
            one.month,
            one.appropriated_fen,
            one.committed_fen + one.spent_fen,
            one.spent_fen,
            one.available_to_date_fen,
            one.committed_to_date_fen,
            one.spent_to_date_fen,
        )


def _dates(conn: Connection[Any], budget: Budget) -> Iterator[Row]:
    for one in budget_dates.by_month(conn, budget.budget_id):
        yield (*_of(budget), one.reported, one.granted, one.approved, one.paid, one.count, one.amount_fen)
