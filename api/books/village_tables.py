"""A village's book as tables: the same rows for the page, for the CSV and for the workbook.

What must not be broken: amounts are fen until the file is written, and no table holds a name of anybody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, assert_never

from psycopg import Connection

from api.files.table_files import Column, Row, Table
from api.web.village_words import CLASSES, VOUCHER_KINDS, VOUCHER_STATUSES
from domain.kernel.places import Division
from domain.kernel.village_lines import CHART_BOOK
from projections import charts, village_books, village_statements
from projections.village_books import BookKept, Voucher
from projections.village_statements import AccountSums, Section

Which = Literal["balances", "income", "sheet", "result", "parties", "journal", "vouchers"]
WHICH: Final[Mapping[Which, str]] = {
    "balances": "科目余额表",
    "income": "收支明细表",
    "sheet": "资产负债表",
    "result": "收益及收益分配表",
    "parties": "债权债务明细表",
    "journal": "序时账",
    "vouchers": "凭证清单",
}

Names = Mapping[str, tuple[str, str]]
"""Code -> name, and the side on which its balance usually stands."""

_ROWS_MAX: Final = 100_000
_AMOUNT: Final = (Column("编号"), Column("项目"), Column("金额（元）", "fen"))


@dataclass(frozen=True, slots=True)
class Asked:
    """Which village's book, and the days that are asked for, both included."""

    division: Division
    since: date
    until: date


def names_of_chart(conn: Connection[Any], chart: str) -> Names:
    """The accounts of a chart's version by their codes, in the chart's order."""
    listed = [one for one in charts.listed(conn) if one.chart == chart]
    codes = {one.account.removeprefix(f"{CHART_BOOK}:"): (one.name, one.side) for one in listed}
    return {code: named for code, named in codes.items() if ":" not in code}


def table_of(which: Which, conn: Connection[Any], asked: Asked, *, names: Names) -> Table:
    """One of the tables. Rows are sections with their sums, where the statement has any."""
    columns, rows = _columns(which), _rows(which, conn, asked, names)
    return Table(WHICH[which], columns, rows, f"{asked.since} 至 {asked.until}。")


def _columns(which: Which) -> tuple[Column, ...]:
    match which:
        case "balances":
            amounts = ("期初借方", "期初贷方", "本期借方", "本期贷方", "期末借方", "期末贷方")
            return (Column("编号"), Column("科目"), Column("类别"), *(Column(f"{one}（元）", "fen") for one in amounts))
        case "income" | "sheet" | "result":
            return _AMOUNT
        case "parties":
            return (
                Column("科目"),
                Column("往来户"),
                *(Column(f"{one}（元）", "fen") for one in ("期初应收", "期初应付", "期末应收", "期末应付")),
            )
        case "journal":
            return (
                Column("日期"),
                Column("凭证号"),
                Column("摘要"),
                Column("编号"),
                Column("科目"),
                Column("借方（元）", "fen"),
                Column("贷方（元）", "fen"),
            )
        case "vouchers":
            return (
                Column("月份"),
                Column("凭证号"),
                Column("日期"),
                Column("种类"),
                Column("摘要"),
                Column("金额（元）", "fen"),
                Column("附件", "number"),
                Column("状态"),
            )
        case _:
            assert_never(which)


def _rows(which: Which, conn: Connection[Any], asked: Asked, names: Names) -> list[Row]:
    days: dict[str, Any] = {"since": asked.since, "until": asked.until}
    match which:
        case "balances":
            return _balances(village_statements.sums(conn, asked.division, **days), names)
        case "income":
            earned = village_statements.sums(conn, asked.division, **days, earned=True)
            income, expense = village_statements.earned_and_spent(earned, names=names)
            net = income.total_fen - expense.total_fen
            return [*_section(income), *_section(expense), ("", "收支差额", net)]
        case "sheet":
            found = village_statements.sums(conn, asked.division, **days)
            assets, debts, equity = village_statements.balance_sheet(found, names=names)
            both = debts.total_fen + equity.total_fen
            return [*_section(assets), *_section(debts), *_section(equity), ("", "负债和所有者权益合计", both)]
        case "result":
            return _result(conn, asked, names)
        case "parties":
            return [
                (_called(one.account, names), one.reference, *_sides(one.opening_fen), *_sides(one.closing_fen))
                for one in village_statements.party_balances(conn, asked.division, **days)
                if one.opening_fen or one.closing_fen
            ]
        case "journal":
            return [
                (
                    str(one.day),
                    f"{one.number:04d}" if one.number is not None else "期初",
                    one.purpose or "期初余额",
                    one.account,
                    _called(one.account, names),
                    one.debit_fen or None,
                    one.credit_fen or None,
                )
                for one in village_statements.items(conn, asked.division, **days)
            ]
        case "vouchers":
            found_ = village_books.vouchers_of(conn, asked.division, limit=_ROWS_MAX)
            return [_voucher(one) for one in reversed(found_) if asked.since <= one.day <= asked.until]
        case _:
            assert_never(which)


def _balances(sums: Sequence[AccountSums], names: Names) -> list[Row]:
    rows: list[Row] = []
    totals = [0] * 6
    for one in sums:
        name, _ = names.get(one.account, (one.account, ""))
        amounts = (*_sides(one.opening_fen), one.debit_fen, one.credit_fen, *_sides(one.closing_fen))
        totals = [total + (amount or 0) for total, amount in zip(totals, amounts, strict=True)]
        rows.append((one.account, name, CLASSES.get(one.account[:1], ""), *amounts))
    return [*rows, ("", "合计", "", *totals)] if rows else []


def _result(conn: Connection[Any], asked: Asked, names: Names) -> list[Row]:
    """收益及收益分配: what was earned from the first of the year to the last day asked for, and what became of it."""
    first = asked.until.replace(month=1, day=1)
    earned = village_statements.sums(conn, asked.division, since=first, until=asked.until, earned=True)
    income, expense = village_statements.earned_and_spent(earned, names=names)
    whole = village_statements.sums(conn, asked.division, since=first, until=asked.until)
    distributed = [one for one in whole if one.account == "322"]
    before = -sum(one.opening_fen for one in distributed)
    given = sum(one.debit_fen for one in distributed)
    taken = sum(one.credit_fen for one in distributed)
    net = income.total_fen - expense.total_fen
    return [
        *_section(income),
        *_section(expense),
        ("", "本年收益", net),
        ("322", "年初未分配收益", before),
        ("322", "本年转入收益分配", taken),
        ("322", "本年分配", given),
        ("322", "期末未分配收益（收益分配科目）", before + taken - given),
    ]


def _section(section: Section) -> list[Row]:
    return [*section.rows, ("", f"{section.title}合计", section.total_fen)]


def _sides(balance_fen: int) -> tuple[int | None, int | None]:
    """A balance on the side where it stands."""
    return (balance_fen, None) if balance_fen > 0 else (None, -balance_fen) if balance_fen < 0 else (None, None)


def _called(account: str, names: Names) -> str:
    return names.get(account, (account, ""))[0]


def _voucher(one: Voucher) -> Row:
    return (
        one.month,
        f"{one.number:04d}" if one.number is not None else "",
        str(one.day),
        VOUCHER_KINDS[one.kind] + ("（红字）" if one.reverses else ""),
        one.purpose,
        one.amount_fen,
        len(one.attachments),
        VOUCHER_STATUSES[one.status],
    )


def names_of_book(conn: Connection[Any], book: BookKept) -> Names:
    """The accounts of the chart that a book keeps."""
    return names_of_chart(conn, book.chart)
