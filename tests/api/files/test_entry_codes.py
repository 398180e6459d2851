"""What a bank's codes and words say of a booking: the layout's own lists first, then those of every bank."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from api.files.entry_codes import EntryCodes
from api.files.statement_files import read_statement, write_statement
from api.files.statement_profiles import load_statement_profile
from api.files.statements import BankStatement, StatementEntry
from domain.kernel.events import Sha256
from domain.kernel.money import Fen

DAY = date(2026, 3, 5)
ENTRY = StatementEntry(
    number=1,
    booked_on=DAY,
    amount_fen=Fen(1_000),
    end_to_end_id=None,
    bank_ref=None,
    batch_ref=None,
    counter_name=None,
    counter_account=None,
    text="",
    return_of=None,
    row=1,
    balance_fen=None,
)
OURS = "36112500000020260300100000007"


def read(profile: str, text: str, **changes: Any) -> StatementEntry:
    """The entry as it is read again from a file of the layout."""
    layout = load_statement_profile(profile)
    (found,) = read_statement(layout, write_statement(layout, statement(replace(ENTRY, text=text, **changes)))).entries
    return found


def statement(entry: StatementEntry) -> BankStatement:
    return BankStatement(
        account="",
        currency="CNY",
        number=None,
        since=DAY,
        until=DAY,
        opening_fen=None,
        closing_fen=None,
        entries=(entry,),
        digest=Sha256("0" * 64),
    )


@pytest.mark.parametrize(
    ("profile", "text", "kind"),
    [
        ("icbc-debit-v2", "批量代付", "payment"),
        ("icbc-debit-v2", "结息", "interest"),
        ("icbc-debit-v2", "财政授权支付额度到账通知", "funding"),
        ("icbc-debit-v2", "退汇手续费", "fee"),
        ("icbc-debit-v2", "消费", None),
        ("wechat", "转账", "payment"),
        ("camt.053", "账户管理费", "payment"),  # the code counts before the words
    ],
)
def test_a_layout_says_what_a_booking_is(profile: str, text: str, kind: str | None) -> None:
    assert read(profile, text).kind == kind


def test_a_return_says_why_where_a_list_has_the_word() -> None:
    told = read("icbc-debit-v2", "退汇 收款人户名不符", return_of=OURS)
    assert (told.kind, told.reason, told.return_of) == ("returned", "户名不符", OURS)
    assert read("icbc-debit-v2", "退汇", return_of=OURS).reason is None
    assert read("camt.053", "", return_of=OURS).kind == "returned"


def test_a_state_that_no_list_of_the_layout_has_is_told() -> None:
    codes = EntryCodes(booked=["支付成功"])
    assert codes.knows("支付成功", void=["交易关闭"])
    assert codes.knows("交易关闭", void=["交易关闭"])
    assert not codes.knows("处理中", void=["交易关闭"])
    layout = load_statement_profile("wechat")
    assert layout.table is not None
    odd = replace(layout, table=replace(layout.table, fixed={"当前状态": "等待对方确认"}))
    (found,) = read_statement(layout, write_statement(odd, statement(ENTRY))).entries
    assert (found.unknown, found.amount_fen) == ("6 字", 1_000)  # how long it is: who knows what a bank writes there


def test_a_code_has_one_meaning() -> None:
    with pytest.raises(ValueError, match="both fee and interest"):
        EntryCodes(kinds={"fee": ["利息"], "interest": ["利息"]})
