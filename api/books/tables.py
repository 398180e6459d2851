"""Each of the books as one table: the same rows for the page, the file and the command line.

Debit and credit have columns of their own and a balance has its side beside it, so no amount is negative.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final, Literal, assert_never

from psycopg import Connection

from api.books.accounts_asked import account_meant
from api.books.asked import BOOKS, Asked
from api.books.names import Names, standing, subsidiary_of
from api.files.table_files import Column, Row, Table, Value
from api.invariants import Standing
from api.web import words
from api.web.words import INVARIANT_STATES
from audit import wording
from audit.invariants import INVARIANTS
from domain.kernel.calendar import month_of
from domain.kernel.postings import CNY, book_of
from domain.trial_balance import control_of
from projections import ledger_queries, trial_balances
from projections.charts import AccountNamed, PublishedChart
from projections.ledger_queries import Entry, Voucher
from projections.trial_balances import PeriodLine

Which = Literal["balances", "subsidiaries", "general", "account", "days", "journal", "vouchers"]
"""Every book that can be had as a file."""

_CODE: Final = (Column("账簿"), Column("科目编号"), Column("科目名称"))
_SIX: Final = tuple(
    Column(title, "fen") for title in ("期初借方", "期初贷方", "本期借方", "本期贷方", "期末借方", "期末贷方")
)
_EVENT: Final = (Column("日期"), Column("凭证号"), Column("摘要"))


def table_of(
    which: Which,
    conn: Connection[Any],
    asked: Asked,
    names: Names,
    *,
    book: str | None,
    account_asked: str,
    commodity: str = CNY,
) -> Table:
    """One of the books. Where it is of one book and none is named, that is the first; see each for what it needs.

    Refuses `ledger.account_unknown`.
    """
    match which:
        case "balances":
            return balances(conn, asked, names, book=book)
        case "subsidiaries":
            return subsidiaries(conn, asked, names, control=control_of(account_meant(conn, names, account_asked)))
        case "general":
            return general(conn, asked, names, book=book)
        case "account":
            return account(conn, asked, names, of=account_meant(conn, names, account_asked), commodity=commodity)
        case "days":
            return days(conn, asked, names, of=account_meant(conn, names, account_asked), commodity=commodity)
        case "journal":
            return journal(conn, asked, names, book=book or BOOKS[0])
        case "vouchers":
            return vouchers(conn, asked, book=book or BOOKS[0])
        case _:
            assert_never(which)


def balances(conn: Connection[Any], asked: Asked, names: Names, *, book: str | None = None) -> Table:
    """科目余额表: every control account of a book, or of all; each book ends with its totals."""
    lines = trial_balances.period(conn, since=asked.since, as_of=asked.on, book=book, known_at=asked.known_at)
    return Table("科目余额表", (*_CODE, Column("币种"), *_SIX), list(_balance_rows(lines, names)), asked.span)


def subsidiaries(conn: Connection[Any], asked: Asked, names: Names, *, control: str) -> Table:
    """明细科目余额表: every account below a control account."""
    lines = trial_balances.subsidiaries(conn, control, since=asked.since, as_of=asked.on, known_at=asked.known_at)
    rows = [(*_code(one.account, names), subsidiary_of(one.account), one.commodity, *_six(one)) for one in lines]
    columns = (*_CODE, Column("明细编号"), Column("币种"), *_SIX)
    return Table("明细科目余额表", columns, rows, asked.span)


def general(conn: Connection[Any], asked: Asked, names: Names, *, book: str | None = None) -> Table:
    """总账: every control account month by month, with what moved since the beginning of the year."""
    lines = trial_balances.period(conn, since=asked.since, as_of=asked.on, book=book, known_at=asked.known_at)
    columns = (
        *_CODE,
        Column("币种"),
        Column("月份"),
        *(Column(title, "fen") for title in ("借方", "贷方", "本年累计借方", "本年累计贷方")),
        Column("方向"),
        Column("余额", "fen"),
    )
    rows = (row for line in lines for row in _general_rows(conn, asked, names, line))
    return Table("总账", columns, rows, asked.span)


def _general_rows(conn: Connection[Any], asked: Asked, names: Names, line: PeriodLine) -> Iterator[Row]:
    head = (*_code(line.account, names), line.commodity)
    year = asked.since.replace(month=1, day=1)
    months = trial_balances.months(
        conn, line.account, commodity=line.commodity, since=year, as_of=asked.on, known_at=asked.known_at
    )
    first = month_of(asked.since)
    for _, of_year in groupby(months, key=lambda one: one.month[:4]):
        debit = credit = 0
        for one in of_year:
            debit, credit = debit + one.debit, credit + one.credit
            if one.month >= first:
                moved = [shown(amount, line.commodity) for amount in (one.debit, one.credit, debit, credit)]
                yield (*head, one.month, *moved, standing(one.closing), shown(abs(one.closing), line.commodity))


def account(conn: Connection[Any], asked: Asked, names: Names, *, of: str, commodity: str) -> Table:
    """明细账: every posting to an account, or to all below a control account, with the balance after each."""
    columns = (
        *_EVENT,
        Column("对方科目"),
        Column("明细编号"),
        Column("借方", "fen"),
        Column("贷方", "fen"),
        Column("方向"),
        Column("余额", "fen"),
        Column("记录"),
    )
    opening = ledger_queries.opening(conn, of, commodity=commodity, since=asked.since, known_at=asked.known_at)
    carried = standing(opening), shown(abs(opening), commodity)
    first: Row = (str(asked.since), "", "期初余额", "", "", None, None, *carried, "")

    def rows() -> Iterator[Row]:
        yield first
        for one in ledger_queries.all_entries_of(
            conn, of, commodity=commodity, since=asked.since, as_of=asked.on, known_at=asked.known_at
        ):
            yield (
                *_event(one.day, one.log_index, one.type),
                names.listed(one.contra),
                subsidiary_of(one.account),
                *_moved(one),
                standing(one.balance),
                shown(abs(one.balance), commodity),
                one.event,
            )

    return Table("明细账", columns, rows(), f"{names.of(of)}，{asked.span}")


def days(conn: Connection[Any], asked: Asked, names: Names, *, of: str, commodity: str) -> Table:
    """按日汇总: an account day by day, as the book of cash and bank is read."""
    columns = (
        Column("日期"),
        *(Column(title, "fen") for title in ("日初余额", "借方", "贷方", "日末余额")),
        Column("方向"),
    )
    found = trial_balances.days(
        conn, of, commodity=commodity, since=asked.since, as_of=asked.on, known_at=asked.known_at
    )
    rows = [
        (
            str(one.day),
            *(shown(amount, commodity) for amount in (abs(one.opening), one.debit, one.credit, abs(one.closing))),
            standing(one.closing),
        )
        for one in found
    ]
    return Table("日记账按日汇总", columns, rows, f"{names.of(of)}，{asked.span}")


def journal(conn: Connection[Any], asked: Asked, names: Names, *, book: str) -> Table:
    """日记账（序时账）: every posting of a book in the order of days."""
    columns = (
        *_EVENT,
        Column("分录号", "number"),
        *_CODE[1:],
        Column("明细编号"),
        Column("币种"),
        Column("借方", "fen"),
        Column("贷方", "fen"),
        Column("记录"),
    )
    rows = (
        (
            *_event(one.day, one.log_index, one.type),
            one.number,
            *_code(one.account, names)[1:],
            subsidiary_of(one.account),
            one.commodity,
            *_moved(one),
            one.event,
        )
        for one in ledger_queries.all_of_journal(conn, book, since=asked.since, as_of=asked.on, known_at=asked.known_at)
    )
    return Table("日记账", columns, rows, f"{words.book_name(book)}，{asked.span}")


def vouchers(conn: Connection[Any], asked: Asked, *, book: str) -> Table:
    """凭证目录: every event that moved something in a book."""
    columns = (*_EVENT, Column("分录笔数", "number"), Column("币种"), Column("金额", "fen"), Column("记录"))
    rows = (
        (*_event(one.day, one.log_index, one.type), one.entries, one.commodity, _total(one), one.event)
        for one in ledger_queries.all_vouchers_of(
            conn, book, since=asked.since, as_of=asked.on, known_at=asked.known_at
        )
    )
    return Table("凭证目录", columns, rows, f"{words.book_name(book)}，{asked.span}")


def _balance_rows(lines: list[PeriodLine], names: Names) -> Iterator[Row]:
    for (book, commodity), found in groupby(
        sorted(lines, key=lambda one: (book_of(one.account), one.commodity, one.account)),
        key=lambda one: (book_of(one.account), one.commodity),
    ):
        sums = [0] * len(_SIX)
        for one in found:
            sums = [total + amount for total, amount in zip(sums, _sides(one), strict=True)]
            yield (*_code(one.account, names), commodity, *_six(one))
        yield (words.book_name(book), "", "合计", commodity, *(shown(total, commodity) for total in sums))


def _code(of: str, names: Names) -> tuple[str, str, str]:
    book = book_of(of)
    return words.book_name(book), names.code(of), names.of(of)


def _sides(one: PeriodLine) -> tuple[int, ...]:
    opening, closing = one.opening, one.closing
    return max(opening, 0), max(-opening, 0), one.debit, one.credit, max(closing, 0), max(-closing, 0)


def charts_of(published: Sequence[PublishedChart], accounts: Sequence[AccountNamed]) -> Table:
    """Every account of every version of the charts, with what postings use it for."""
    uses = {(one.name, use["account"], use["role"]) for one in published for use in one.uses}
    told = {one.name: one for one in published}
    rows = (
        (
            one.chart,
            told[one.chart].system,
            str(told[one.chart].published_on),
            one.account,
            one.name,
            {"debit": "借", "credit": "贷"}[one.side],
            one.parent or "",
            "、".join(sorted(role for chart, account, role in uses if (chart, account) == (one.chart, one.account))),
        )
        for one in accounts
    )
    titles = ("科目表", "制度", "发布日", "账本里的写法", "名称", "方向", "上级", "用途")
    return Table("科目表", tuple(map(Column, titles)), rows)


def invariants_of(standing: Standing) -> Table:
    """A row an invariant, and one more for each record that breaks it."""
    rows: list[Row] = []
    for one in INVARIANTS:
        title, state = wording.INVARIANTS[one.number], INVARIANT_STATES[standing.state(one)]
        broken = [each for each in standing.broken if each.number == one.number]
        rows += [(one.number, title, state, each.event, wording.sentence(each.finding)) for each in broken]
        if not broken:
            rows.append((one.number, title, state, "", ""))
    columns = (Column("条", "number"), Column("内容"), Column("现在"), Column("记录"), Column("怎么不成立"))
    return Table("账本恒等式", columns, rows, f"核对到第 {standing.size} 条记录。")


def _six(one: PeriodLine) -> tuple[Value, ...]:
    return tuple(shown(amount, one.commodity) if amount else None for amount in _sides(one))


def shown(amount: int, commodity: str) -> Value:
    """An amount in a column of money: fen as they are, whole units of anything else as a text."""
    return amount if commodity == CNY else str(amount)


def _moved(one: Entry) -> tuple[Value, Value]:
    debit, credit = (shown(amount, one.commodity) if amount else None for amount in (one.debit, one.credit))
    return debit, credit


def _total(one: Voucher) -> Value:
    return None if one.amount is None else shown(one.amount, one.commodity)


def _event(day: object, log_index: int, event_type: str) -> tuple[str, str, str]:
    """Day, voucher number and what happened: a voucher is an event, so its log index is its number for ever."""
    return str(day), voucher_number(log_index), words.EVENTS.get(event_type, event_type)


def voucher_number(log_index: int) -> str:
    """`记-1234`."""
    return f"记-{log_index}"
