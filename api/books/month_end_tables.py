"""A month end as tables for files: ledger, batches and bank side by side, what differs and why, the balances."""

from collections.abc import Iterator, Mapping
from typing import Final, Literal, assert_never

from api.books.names import Names, standing
from api.books.tables import shown
from api.commands.periods import MonthEnd
from api.files.table_files import Column, Table
from api.web.money_words import DIFFERENCE_WORDS, FIGURES, ITEMS
from domain.kernel.bank_sides import BankSide
from domain.periods import Blocking, Reconciled

Which = Literal["compared", "bank", "items", "differences", "accounts"]
WHICH: Final[tuple[Which, ...]] = ("compared", "bank", "items", "differences", "accounts")

_COMPARED: Final = (
    Column("截至月末"),
    *(Column(title, "fen") for title in ("账本（元）", "批次和名单（元）", "银行（元）")),
    Column("一致"),
)
_DIFFERENCES: Final = (
    Column("处理"),
    Column("事项"),
    Column("件数", "number"),
    Column("金额（元）", "fen"),
    Column("原因"),
)
_BANK: Final = (Column("银行收付和余额"), Column("笔数", "number"), Column("金额（元）", "fen"))
_ITEMS: Final = (Column("未达账项"), Column("日期"), Column("金额（元）", "fen"), Column("编号"))
_ACCOUNTS: Final = (
    Column("科目"),
    Column("名称"),
    Column("币种"),
    *(Column(title, "fen") for title in ("借方发生（元）", "贷方发生（元）", "余额（元）")),
    Column("方向"),
)


def table_of(which: Which, found: MonthEnd, *, reasons: Mapping[str, str], called: Names) -> Table:
    """One of the tables; `reasons`: why each kind of difference may stand, where somebody has said so; `called`: what
    the charts in force call the accounts.
    """
    note = f"{found.figures.month} 月末，按账本前 {found.figures.position} 条记录。"
    match which:
        case "compared":
            return Table("月末核对", _COMPARED, list(map(_compared, found.reconciled)), note)
        case "bank":
            return Table("银行收付和余额", _BANK, list(_bank(found.bank)) if found.bank else [], note)
        case "items":
            items = [
                (ITEMS[one.has, one.amount_fen > 0], str(one.on), one.amount_fen, one.about)
                for one in found.items or ()
            ]
            return Table("未达账项", _ITEMS, items, note)
        case "differences":
            rows = [
                (said, DIFFERENCE_WORDS.get(one.kind, one.kind), one.count, one.amount_fen, reasons.get(one.kind))
                for said, one in _standing_open(found)
            ]
            rows += [
                ("两人说明", DIFFERENCE_WORDS.get(one.kind, one.kind), one.count, one.amount_fen, one.reason)
                for one in found.figures.explained
                if one.proposer_id is not None
            ]
            return Table("差异", _DIFFERENCES, rows, note)
        case "accounts":
            lines = [
                (
                    one.account,
                    called.of(one.account),
                    one.commodity,
                    *(shown(amount, one.commodity) for amount in (one.debit, one.credit, abs(one.balance))),
                    standing(one.balance),
                )
                for one in found.accounts
            ]
            return Table("科目余额", _ACCOUNTS, lines, note)
        case _:
            assert_never(which)


def _bank(bank: BankSide) -> Iterator[tuple[str, int | None, int]]:
    for word, side in (("支出", bank.debits), ("收入", bank.credits)):
        yield word, side.count, side.total_fen
        yield f"{word}：已勾对", None, side.matched_fen
        yield f"{word}：两人说明", None, side.explained_fen
        yield f"{word}：没有了结", side.open_count, side.open_fen
    yield f"账面余额（{bank.on}）", None, bank.books_fen
    yield "加减：银行已记，单位未记", None, bank.bank_items_fen
    yield "调节后账面余额", None, bank.adjusted_books_fen
    yield f"银行余额（{bank.on}）", None, bank.bank_fen
    yield "加减：单位已记，银行未记", None, bank.books_items_fen
    yield "调节后银行余额", None, bank.adjusted_bank_fen


def _compared(one: Reconciled) -> tuple[str, int, int, int | None, str]:
    sides = {one.ledger_fen, one.batches_fen} | ({one.bank_fen} if one.bank_fen is not None else set())
    return FIGURES[one.kind], one.ledger_fen, one.batches_fen, one.bank_fen, "一致" if len(sides) == 1 else "不一致"


def _standing_open(found: MonthEnd) -> list[tuple[str, Blocking]]:
    return [*(("要先处理", one) for one in found.blocking), *(("要说明", one) for one in found.differences)]
