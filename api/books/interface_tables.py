"""Tables with the element names of GB/T 24589 (财经信息技术 会计核算软件数据接口), "24589-style".

They are for programs of auditors that look for these names. No conformity with the standard is claimed: codes,
formats and the tables that do not concern us are not those of its files.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from psycopg import Connection

from api.books.asked import Asked
from api.books.names import Names, standing, subsidiary_of
from api.books.tables import shown, voucher_number
from api.files.table_files import Column, Table, Value
from api.web import words
from domain.kernel.calendar import Month, first_day, last_day, month_of, next_month
from domain.kernel.postings import book_of
from projections import ledger_queries, trial_balances

CLAIM: Final = (
    "各表采用 GB/T 24589《财经信息技术 会计核算软件数据接口》的数据元素名称，仅供采集时对照，不声明符合该标准。"
)
VOUCHER_TYPE: Final = ("1", "记账凭证", "记")
_KINDS: Final = {
    ("fin", "1"): "资产",
    ("fin", "2"): "负债",
    ("fin", "3"): "净资产",
    ("fin", "4"): "收入",
    ("fin", "5"): "费用",
    ("bud", "6"): "预算收入",
    ("bud", "7"): "预算支出",
    ("bud", "8"): "预算结余",
}
"""The first digit of a code says its element; 财会〔2017〕25号, 第二部分."""


def interface_tables(
    conn: Connection[Any], asked: Asked, names: Names, *, book: str, unit: str, version: str
) -> list[Table]:
    """The seven tables of one book over whole months: `unit` keeps the books, `version` is the program's.

    `asked` must begin with the first day of a month and end in the same year.
    """
    return [
        _book(asked, book, unit, version),
        _periods(asked),
        Table("凭证类型", _texts("记账凭证类型编号", "记账凭证类型名称", "记账凭证类型简称"), [VOUCHER_TYPE]),
        _accounts(names, book),
        _balances(conn, asked, names, book),
        _vouchers(conn, asked, book),
        _entries(conn, asked, names, book),
    ]


def _book(asked: Asked, book: str, unit: str, version: str) -> Table:
    columns = _texts("电子账簿编号", "电子账簿名称", "会计核算单位", "开发单位", "版本号", "本位币", "会计年度")
    row = (book, words.BOOKS.get(book, book), unit, "明账 Mingzhang", version, "人民币", str(asked.on.year))
    return Table("电子账簿", columns, [row])


def _periods(asked: Asked) -> Table:
    columns = _texts("会计年度", "会计期间号", "会计期间起始日期", "会计期间结束日期")
    rows = [(*_period(of), *(f"{day:%Y%m%d}" for day in _days_of(of))) for of in _months(asked)]
    return Table("会计期间", columns, rows)


def _accounts(names: Names, book: str) -> Table:
    columns = _texts("科目编号", "科目名称", "科目级次", "科目类型", "余额方向")
    listed = [one for account, one in sorted(names.accounts.items()) if book_of(account) == book]
    rows = [
        (
            names.code(one.account),
            one.name,
            str(_level(one.account, names)),
            _KINDS.get((book, names.code(one.account)[:1]), "其他"),
            names.side(one.account),
        )
        for one in listed
    ]
    return Table("会计科目", columns, rows)


def _balances(conn: Connection[Any], asked: Asked, names: Names, book: str) -> Table:
    columns = (
        *_texts("科目编号", "期初余额方向", "期末余额方向", "币种编码", "会计年度", "会计期间号"),
        *(Column(title, "fen") for title in ("期初本币余额", "借方本币金额", "贷方本币金额", "期末本币余额")),
    )

    def rows() -> Iterator[tuple[Value, ...]]:
        for of in _months(asked):
            since, until = _days_of(of)
            lines = trial_balances.period(conn, since=since, as_of=until, book=book, known_at=asked.known_at)
            for one in lines:
                sides = _side(one.account, one.opening, names), _side(one.account, one.closing, names)
                amounts = abs(one.opening), one.debit, one.credit, abs(one.closing)
                fixed = (names.code(one.account), *sides, one.commodity, *_period(of))
                yield (*fixed, *(shown(amount, one.commodity) for amount in amounts))

    return Table("科目余额及发生额", columns, rows())


def _vouchers(conn: Connection[Any], asked: Asked, book: str) -> Table:
    columns = (
        *_texts("记账凭证日期", "会计年度", "会计期间号", "记账凭证类型编号", "记账凭证编号", "记账凭证摘要"),
        Column("分录行数", "number"),
        Column("记账标志"),
        Column("记录"),
    )
    rows = (
        (
            *_dated(one.day),
            VOUCHER_TYPE[0],
            voucher_number(one.log_index),
            words.EVENTS.get(one.type, one.type),
            one.entries,
            "1",
            one.event,
        )
        for one in ledger_queries.all_vouchers_of(
            conn, book, since=asked.since, as_of=asked.on, known_at=asked.known_at
        )
    )
    return Table("记账凭证", columns, rows)


def _entries(conn: Connection[Any], asked: Asked, names: Names, book: str) -> Table:
    columns = (
        *_texts("记账凭证日期", "会计年度", "会计期间号", "记账凭证编号"),
        Column("记账凭证行号", "number"),
        *_texts("记账凭证摘要", "科目编号", "辅助项编号", "币种编码"),
        Column("借方本币金额", "fen"),
        Column("贷方本币金额", "fen"),
    )
    rows = (
        (
            *_dated(one.day),
            voucher_number(one.log_index),
            one.number,
            words.EVENTS.get(one.type, one.type),
            names.code(one.account),
            subsidiary_of(one.account),
            one.commodity,
            shown(one.debit, one.commodity),
            shown(one.credit, one.commodity),
        )
        for one in ledger_queries.all_of_journal(conn, book, since=asked.since, as_of=asked.on, known_at=asked.known_at)
    )
    return Table("记账凭证分录", columns, rows)


def _texts(*titles: str) -> tuple[Column, ...]:
    return tuple(Column(title) for title in titles)


def _months(asked: Asked) -> list[Month]:
    months = [month_of(asked.since)]
    while months[-1] < month_of(asked.on):
        months.append(next_month(months[-1]))
    return months


def _days_of(of: Month) -> tuple[date, date]:
    return first_day(of), last_day(of)


def _period(of: Month) -> tuple[str, str]:
    return of[:4], str(int(of[5:]))


def _dated(day: date) -> tuple[str, str, str]:
    return f"{day:%Y%m%d}", str(day.year), str(day.month)


def _side(account: str, balance: int, names: Names) -> str:
    """Where a balance stands; the account's own side where there is none."""
    return standing(balance) if balance else names.side(account) or standing(balance)


def _level(account: str, names: Names) -> int:
    parent = names.accounts[account].parent
    return 1 if parent is None else 1 + _level(parent, names)
