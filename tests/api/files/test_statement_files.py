"""Account statements in every layout: written and read back the same, and refused with their place where wrong."""

import io
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from typing import Literal

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.files import grids
from api.files.findings import BadFile
from api.files.statement_files import read_statement, read_statements, write_statement
from api.files.statement_profiles import load_statement_profile, statement_profile_names
from api.files.statements import BankStatement, StatementEntry
from domain.kernel.events import Sha256
from domain.kernel.ids import derived
from domain.kernel.matches import EntryKey
from domain.kernel.money import Fen
from domain.matching import Entry, Payable, match, missing
from domain.suggestions import Known, contradicts

PROFILES = {name: load_statement_profile(name) for name in statement_profile_names()}
NEUTRAL = PROFILES["neutral-statement"]
EVERY = pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
BATCH = "361125000000202611001"
FIRST = date(2026, 12, 5)


def statement(amounts: list[int], *, opening: int = 1_000_000, account: str = "36001234500059000001") -> BankStatement:
    """Payments with our ids, and for every credit the return of the first one."""
    entries, balance = [], opening
    for number, amount in enumerate(amounts, 1):
        balance += amount
        own = f"{BATCH}{number:08d}"
        entries.append(
            StatementEntry(
                number=number,
                booked_on=FIRST + timedelta(days=number // 3),
                amount_fen=Fen(amount),
                end_to_end_id=own if amount < 0 else None,
                bank_ref=f"L{number}",
                batch_ref=None,
                counter_name="张建国",
                counter_account="6222****0001",
                text="退汇" if amount > 0 else "代发",
                return_of=f"{BATCH}00000001" if amount > 0 else None,
                row=0,
                balance_fen=Fen(balance),
            )
        )
    days = [entry.booked_on for entry in entries] or [FIRST]
    return BankStatement(
        account=account,
        currency="CNY",
        number="7",
        since=min(days),
        until=max(days),
        opening_fen=Fen(opening),
        closing_fen=Fen(balance),
        entries=tuple(entries),
        digest=Sha256("0" * 64),
    )


def meaning(said: BankStatement) -> list[tuple[object, ...]]:
    return [
        (entry.number, entry.booked_on, entry.amount_fen, entry.end_to_end_id, entry.return_of)
        for entry in said.entries
    ]


def refusal(profile, content):
    with pytest.raises(BadFile) as raised:
        read_statement(profile, content, file="f")
    return [(found.code, found.row, found.column) for found in raised.value.findings]


AMOUNTS = st.lists(st.integers(-(10**9), 10**9).filter(bool), min_size=1, max_size=12)


@EVERY
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(amounts=AMOUNTS)
def test_what_is_written_in_a_layout_is_read_back_from_it(profile, amounts):
    written = statement(amounts)
    read = read_statement(profile, write_statement(profile, written))
    assert meaning(read) == meaning(written)
    assert (read.since, read.until) == (written.since, written.until)
    assert read.account in ("", written.account)
    assert read.opening_fen in (None, written.opening_fen)
    assert read.closing_fen in (None, written.closing_fen)


@EVERY
def test_a_statement_of_our_own_batch_reconciles_to_zero_in_every_layout(profile):
    """What was paid, what failed and was given back, and what came back late: each line finds its payment, and each
    payment its line, with the payee's name and account where the layout shows them.
    """
    payments = [_payable(line, 1_000 + line, "paid") for line in range(1, 9)] + [_payable(9, 700, "failed")]
    late = [replace(payments[2], back_on=FIRST + timedelta(days=3), back_ref="TH3")]
    payments[2] = late[0]
    moved = [(one, -one.amount_fen) for one in payments] + [(one, one.amount_fen) for one in (payments[-1], *late)]
    written = statement([amount for _, amount in moved])
    entries = tuple(
        replace(
            entry,
            end_to_end_id=one.end_to_end_id if entry.amount_fen < 0 else None,
            return_of=one.end_to_end_id if entry.amount_fen > 0 else None,
            counter_name="张建国",
            counter_account="6222****0001",
        )
        for entry, (one, _) in zip(written.entries, moved, strict=True)
    )
    read = read_statement(profile, write_statement(profile, replace(written, entries=entries)))
    lines = [
        Entry(EntryKey(derived("statement"), said.number), said.booked_on, said.amount_fen, said.end_to_end_id,
              said.bank_ref, said.batch_ref, said.return_of)
        for said in read.entries
    ]  # fmt: skip
    found = match(lines, payments)
    assert {one.tier for one in found.matches} == {1}
    assert (len(found.matches), found.late_returns, found.exceptions) == (len(moved), (), ())
    matched_fen = sum(part.amount_fen for one in found.matches for part in one.parts)
    assert matched_fen == sum(said.amount_fen for said in read.entries)
    taken = {(part.payment_id, part.amount_fen < 0) for one in found.matches for part in one.parts}
    after = [
        replace(one, out_taken=(one.payment_id, True) in taken, back_taken=(one.payment_id, False) in taken)
        for one in payments
    ]
    assert missing(after, until=date(2099, 1, 1)) == {}
    payee = Known("张建国", "6222000000000001")
    assert not any(contradicts(Known(e.counter_name or "", e.counter_account or ""), payee) for e in read.entries)


def _payable(line: int, amount_fen: int, state: Literal["paid", "failed"]) -> Payable:
    return Payable(
        payment_id=derived("payment", line),
        batch_id=derived("batch"),
        batch_reference=BATCH,
        end_to_end_id=f"{BATCH}{line:08d}",
        amount_fen=amount_fen,
        state=state,
        paid_on=FIRST if state == "paid" else None,
    )


@EVERY
def test_the_same_statement_gives_the_same_bytes(profile):
    assert write_statement(profile, statement([-100, 5])) == write_statement(profile, statement([-100, 5]))


@pytest.mark.parametrize("name", ["neutral-statement", "camt.053"])
def test_a_statement_that_names_everything_keeps_everything(name):
    profile, written = PROFILES[name], statement([-1050, -1100, 1050])
    read = read_statement(profile, write_statement(profile, written))
    assert (read.account, read.number, read.opening_fen) == (written.account, "7", written.opening_fen)
    assert [(e.bank_ref, e.counter_name, e.counter_account) for e in read.entries] == [
        (f"L{number}", "张建国", "6222****0001") for number in (1, 2, 3)
    ]
    assert len({entry.row for entry in read.entries}) == 3


def test_a_batch_booking_without_our_ids_keeps_the_batch_number():
    one = statement([-2150])
    one = replace(one, entries=(replace(one.entries[0], end_to_end_id=None, batch_ref=BATCH),))
    for profile in PROFILES.values():
        (entry,) = read_statement(profile, write_statement(profile, one)).entries
        assert (entry.batch_ref, entry.end_to_end_id) == (BATCH, None)


# What stands in cells.
TITLES = "记账日期,收入,支出,余额,对方户名,对方账号,摘要,端到端标识,批次号,银行流水号,退回的标识"
HEAD = f"账号,36001234500059000001\n{TITLES}\n"


@pytest.mark.parametrize(
    ("row", "fen"),
    [
        ("2026-12-05,,10.50,,,,,,,,", -1050),
        ("２０２６年１２月５日,,１０.５０,,,,,,,,", -1050),
        ("  20261205\t,0.00,\"  1,234,567.80 \",,,,,,,,", -123456780),
        ("2026/12/5,¥ 10,-,,,,,,,,", 1000),
        ("2026-12-05 08:30:00,￥10.5,/,，***.**,,,,,,,", 1050),
    ],
)  # fmt: skip
def test_cells_as_banks_write_them_are_read(row, fen):
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        (entry,) = read_statement(NEUTRAL, (HEAD + row).encode(encoding)).entries
        assert (entry.amount_fen, entry.booked_on, entry.row) == (fen, date(2026, 12, 5), 3)


def test_zeros_behind_the_fen_are_read_in_every_layout_and_nothing_is_rounded():
    """`8.850` is 8.85; `8.855` is no amount. Each layout says where."""
    written = {name: write_statement(profile, statement([-885])) for name, profile in PROFILES.items()}
    for name, profile in PROFILES.items():
        with_zeros = _in_cells(written[name], "8.85", "8.850")
        assert read_statement(profile, with_zeros).entries[0].amount_fen == -885, name
        assert "amount.decimals" in {code for code, *_ in refusal(profile, _in_cells(written[name], "8.85", "8.855"))}


def _in_cells(content: bytes, old: str, new: str) -> bytes:
    """The file with another text in its cells; all of them may be text."""
    if not content.startswith(b"PK"):
        assert old.encode() in content
        return content.replace(old.encode(), new.encode())
    book = openpyxl.load_workbook(io.BytesIO(content))
    for row in book.active.iter_rows():
        for cell in row:
            if isinstance(cell.value, str):
                cell.value = cell.value.replace(old, new)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("2026-12-05,,10.50,,张三,6.22E+18,,,,,", [("account.ruined", 3, "F 对方账号")]),
        ("2026-12-05,,10.505,,,,,,,,", [("amount.decimals", 3, "C 支出")]),
        ("2026-12-05,,1O.5,,,,,,,,", [("amount.unreadable", 3, "C 支出")]),
        ("2026-12-05,5,10.50,,,,,,,,", [("amount.both_sides", 3, "B 收入")]),
        ("2026-12-05,,,,,,,,,,", [("amount.both_sides", 3, "B 收入")]),
        ("2026-13-05,,10.50,,,,,,,,", [("date.unreadable", 3, "A 记账日期")]),
        ("2026-13-05,,10.x,,,6.22E+18,,,,,", [
            ("date.unreadable", 3, "A 记账日期"),
            ("amount.unreadable", 3, "C 支出"),
            ("account.ruined", 3, "F 对方账号"),
        ]),
        ("2026-12-05,,1,100,,,,,,,\n2026-12-06,,1,98,,,,,,,", [("statement.balance", 4, "D 余额")]),
        ("合计,,1,,,,,,,,", [("date.unreadable", 3, "A 记账日期")]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found_with_row_and_column_all_at_once(row, found):
    assert [one for one in refusal(NEUTRAL, (HEAD + row).encode()) if one[0] != "statement.no_entries"] == found


def test_a_ruined_number_of_the_account_itself_is_refused():
    content = HEAD.replace("36001234500059000001", "3.60E+19") + "2026-12-05,,1,,,,,,,,"
    assert refusal(NEUTRAL, content.encode()) == [("account.ruined", 1, "账号")]


def test_a_row_that_moves_nothing_is_no_entry():
    content = HEAD + "2026-12-05,0.00,0.00,5,,,结息,,,,\n2026-12-06,,1,4,,,,,,,"
    (entry,) = read_statement(NEUTRAL, content.encode()).entries
    assert (entry.number, entry.row) == (1, 4)


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ("笔数,2\n", ("statement.count", 1, "笔数")),
        ("期初余额,5.00,期末余额,5.00\n", ("statement.closing", 1, "期末余额")),
        ("起始日期,2026-12-06,终止日期,2026-12-07\n", ("statement.outside", 4, "A 记账日期")),
        ("起始日期,2026-12-07,终止日期,2026-12-01\n", ("statement.span", 1, "文件头")),
        ("币种,人民比\n", ("currency.unreadable", 1, "币种")),
    ],
)
def test_what_the_head_says_must_hold(head, found):
    assert found in refusal(NEUTRAL, (head + HEAD + "2026-12-05,,1,,,,,,,,").encode())


def test_no_entries_and_no_days_are_no_statement():
    assert refusal(NEUTRAL, HEAD.encode()) == [("statement.no_entries", 2, "文件头")]
    empty = read_statement(NEUTRAL, ("起始日期,2026-12-06,终止日期,2026-12-07\n" + HEAD).encode())
    assert (empty.entries, empty.since) == ((), date(2026, 12, 6))


# Workbooks.
def workbook(change=lambda _: None) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(write_statement(PROFILES["ccb-xls"], statement([-1050, 500]))))
    change(book.active)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_workbook_is_read_where_a_csv_was_expected_and_the_other_way_round():
    ccb = PROFILES["ccb-xls"]
    assert len(read_statement(ccb, workbook()).entries) == 2
    rows = openpyxl.load_workbook(io.BytesIO(workbook())).active.iter_rows(values_only=True)
    text = "\n".join(",".join(cell or "" for cell in row) for row in rows)
    assert len(read_statement(ccb, text.encode("gb18030")).entries) == 2


@pytest.mark.parametrize(
    ("cell", "value", "found"),
    [
        ("I7", 6222021234567890123, ("account.number_cell", 7, "I 对方账号")),
        ("I7", "6.22E+18", ("account.ruined", 7, "I 对方账号")),
        ("D7", "=1+1", ("cell.formula", 7, "D")),
        ("E8", "#N/A", ("cell.error", 8, "E")),
        ("G8", "美元", ("currency.unreadable", 8, "G 币种")),
        ("G8", "USD", ("currency.differs", 8, "G 币种")),
        ("D7", 10.505, ("amount.decimals", 7, "D 支出")),
    ],
)
def test_cells_that_a_spreadsheet_has_ruined_are_refused(cell, value, found):
    def change(sheet):
        sheet[cell] = value

    assert found in refusal(PROFILES["ccb-xls"], workbook(change))


def test_bombs_macros_and_broken_files_are_refused():
    def packed(**members):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(name.replace("__", "/") + ".xml", content)
        return buffer.getvalue()

    bomb = packed(xl__workbook="<a/>", xl__sharedStrings=b" " * (60 * 2**20))
    assert refusal(NEUTRAL, bomb) == [("file.ratio", None, None)]
    entity = packed(xl__workbook='<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>')
    assert refusal(NEUTRAL, entity) == [("file.doctype", None, None)]
    assert refusal(NEUTRAL, b"PK\x03\x04junk")[0][0] == "file.damaged"
    assert refusal(NEUTRAL, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"junk" * 200) == [("file.not_xls", None, None)]
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    assert refusal(NEUTRAL, locked) == [("file.encrypted", None, None)]
    assert refusal(NEUTRAL, b"") == [("file.empty", None, None)]
    assert refusal(NEUTRAL, b"a\0b") == [("file.not_text", None, None)]
    assert refusal(NEUTRAL, b'"' + b"x" * 200_000 + b'"')[0][0] == "file.damaged"


def test_rows_columns_and_bytes_are_limited(monkeypatch):
    assert refusal(NEUTRAL, b"," * 60) == [("file.too_many_columns", 1, None)]
    monkeypatch.setattr(grids, "ROWS_MAX", 2)
    assert refusal(NEUTRAL, (HEAD + "2026-12-05,,1,,,,,,,,\n").encode()) == [("file.too_many_rows", None, None)]
    monkeypatch.setattr(grids, "GRID_BYTES_MAX", 10)
    assert refusal(NEUTRAL, HEAD.encode()) == [("file.too_large", None, None)]


def test_nothing_that_is_written_is_run_as_a_formula():
    one = statement([-100])
    one = replace(one, entries=(replace(one.entries[0], counter_name='=HYPERLINK("x")', text="@SUM(1)"),))
    for profile in PROFILES.values():
        if profile.suffix == ".csv":
            for line in (
                write_statement(profile, one).decode("gb18030" if profile.name == "alipay" else "utf-8").split(",")
            ):
                assert not line.lstrip('"').startswith(("=", "@"))


# Messages.
CAMT = PROFILES["camt.053"]


def camt(change=("", "")) -> bytes:
    text = write_statement(CAMT, statement([-1050, -1100, 1050])).decode()
    assert change[0] in text
    return text.replace(change[0], change[1], 1).encode()


NTRY = "Document/BkToCstmrStmt/Stmt/Ntry"


CLOSING = "Document/BkToCstmrStmt/Stmt/Bal[2]"
PARTY = "NtryDtls/TxDtls/RltdPties/CdtrAcct/Id/Othr/Id"


@pytest.mark.parametrize(
    ("old", "new", "code", "path"),
    [
        ('Amt Ccy="CNY">10.50', 'Amt Ccy="CNY">10.50001', "amount.decimals", "Amt"),
        ('Amt Ccy="CNY">10.50', 'Amt Ccy="USD">10.50', "currency.differs", "Amt"),
        ('Amt Ccy="CNY">10.50', "Amt>10.50", "currency.unreadable", "Amt"),
        ("DBIT", "DEBT", "amount.direction", "CdtDbtInd"),
        ("2026-12-05</Dt>\n        </BookgDt>", "5.12.2026</Dt>\n        </BookgDt>", "date.unreadable", "BookgDt/Dt"),
        ("6222****0001", "6.22E+18", "account.ruined", PARTY),
    ],
)
def test_what_is_wrong_in_a_message_is_found_with_line_and_path(old, new, code, path):
    content = camt((old, new))
    lines = content.decode().splitlines()
    line = next(number for number, text in enumerate(lines, 1) if new.partition("\n")[0] in text)
    assert (code, line, f"{NTRY}[1]/{path}") in refusal(CAMT, content)


def test_a_message_without_an_amount_or_with_a_wrong_one_does_not_pass():
    missing = camt(('<Amt Ccy="CNY">10.50</Amt>', ""))
    line = missing.decode().split("<Ntry>")[0].count("\n") + 1
    assert ("cell.missing", line, f"{NTRY}[1]") in refusal(CAMT, missing)
    assert refusal(CAMT, camt(("10.50", "10.51"))) == [("statement.closing", 35, CLOSING)]


def test_pending_entries_are_no_bookings():
    content = camt(("<Cd>BOOK</Cd>", "<Cd>PDNG</Cd>"))
    assert refusal(CAMT, content) == [("statement.closing", 35, CLOSING)]
    assert len(read_statement(CAMT, content.replace(b"9989.00", b"9999.50")).entries) == 2


def test_a_batch_booking_is_split_only_where_its_parts_add_up():
    def booked(first: str, second: str) -> bytes:
        details = "".join(
            f"<TxDtls><Refs><EndToEndId>{BATCH}0000000{n}</EndToEndId></Refs><Amt Ccy='CNY'>{a}</Amt></TxDtls>"
            for n, a in ((1, first), (2, second))
        )
        return f"""<Document><BkToCstmrStmt><Stmt><Id>1</Id><Acct><Id><Othr><Id>1</Id></Othr></Id><Ccy>CNY</Ccy></Acct>
<Ntry><Amt Ccy="CNY">21.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-12-05</Dt></BookgDt>
<NtryDtls><Btch><PmtInfId>{BATCH}</PmtInfId></Btch>{details}</NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>""".encode()

    split = read_statement(CAMT, booked("10.50", "11.00"))
    assert [(entry.amount_fen, entry.end_to_end_id, entry.batch_ref) for entry in split.entries] == [
        (-1050, f"{BATCH}00000001", BATCH),
        (-1100, f"{BATCH}00000002", BATCH),
    ]
    (whole,) = read_statement(CAMT, booked("10.50", "10.00")).entries
    assert (whole.amount_fen, whole.end_to_end_id, whole.batch_ref) == (-2150, None, BATCH)


def test_a_notification_has_no_balances_and_no_namespace_matters():
    profile = PROFILES["camt.054"]
    content = write_statement(profile, statement([-1050])).replace(b"camt.054.001.08", b"camt.054.001.02")
    read = read_statement(profile, content)
    assert (read.opening_fen, read.closing_fen, len(read.entries)) == (None, None, 1)
    assert refusal(CAMT, content)[0][0] == "xml.other_message"


# A new bank is a new profile.
MADE_UP = """
name = "spring-statement"
title = "春天银行对账单"
suffix = ".csv"

[table]
encoding = "gb18030"
newest_first = true
header = ["日", "向", "额", "言"]
texts = ["言"]
references = ["言"]
date_format = "%Y%m%d"
head_lines = [["春天银行"], ["户：{account}"]]
foot_lines = [["以上共{count}笔"]]
notes = ["以上共"]

[table.head]
account = '户：([0-9]+)'

[table.directions]
credit = ["来"]
debit = ["去"]

[table.columns]
booked_on = "日"
direction = "向"
amount = "额"
"""


def test_a_made_up_bank_needs_a_profile_and_no_program(tmp_path):
    (tmp_path / "spring.toml").write_text(MADE_UP, "utf-8")
    bank = load_statement_profile(tmp_path / "spring.toml")
    written = statement([-1050, -1100, 1050])
    content = write_statement(bank, written)
    assert content.decode("gb18030") == (
        "春天银行\r\n户：36001234500059000001\r\n日,向,额,言\r\n"
        f"20261206,来,10.50,退汇 {BATCH}00000001\r\n"
        f"20261205,去,11.00,代发 {BATCH}00000002\r\n"
        f"20261205,去,10.50,代发 {BATCH}00000001\r\n"
        "以上共3笔\r\n"
    )
    read = read_statement(bank, content)
    assert meaning(read) == meaning(written)
    assert read.account == written.account
    assert refusal(bank, content.replace("去".encode("gb18030"), "飞".encode("gb18030"), 1)) == [
        ("amount.direction", 5, "B 向")
    ]


def test_balances_in_the_head_may_have_thousands_separators() -> None:
    """As a workbook saved for people writes them: quoted in csv, or they would be two cells."""
    written = statement([-100_00, -200_00], opening=99_949_923_00)
    content = write_statement(NEUTRAL, written).decode("utf-8-sig")
    head = "期初余额,99949923.00,期末余额,99949623.00"
    assert head in content
    grouped = content.replace(head, '期初余额,"99,949,923.00",期末余额,"99,949,623.00"')
    found = read_statement(NEUTRAL, grouped.encode("utf-8-sig"), file="x.csv")
    assert (found.opening_fen, found.closing_fen) == (99_949_923_00, 99_949_623_00)


@EVERY
def test_days_that_have_not_come_are_findings_with_their_place(profile):
    written = statement([-1_000, -2_000, -3_000])
    last = written.entries[-1].booked_on
    content = write_statement(profile, written)
    assert read_statements(profile, content, today=last)
    with pytest.raises(BadFile) as refused:
        read_statements(profile, content, today=last - timedelta(days=1))
    (found,) = refused.value.findings
    assert (found.code, found.value) == ("statement.booked_in_future", str(last))
    assert found.row is not None
    assert found.column is not None


@pytest.mark.parametrize("name", ["neutral-statement", "camt.053"])
def test_a_span_that_is_not_over_is_a_finding_at_the_head(name):
    written = replace(statement([-1_000, -2_000]), until=FIRST + timedelta(days=9))
    content = write_statement(PROFILES[name], written)
    with pytest.raises(BadFile) as refused:
        read_statements(PROFILES[name], content, today=FIRST + timedelta(days=8))
    (found,) = refused.value.findings
    assert (found.code, found.value) == ("statement.until_in_future", str(written.until))
    assert found.row is not None
    assert found.column in ("终止日期", "Document/BkToCstmrStmt/Stmt/FrToDt/ToDtTm")
    assert read_statements(PROFILES[name], content, today=written.until)
