"""The payment file: what leaves for the bank is what was approved, to the fen and to the digit."""

import io
from dataclasses import replace
from datetime import date
from unicodedata import normalize

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.files import bank_tables
from api.files.bank_profiles import load_bank_profile
from api.files.findings import BadFile
from api.files.payment_files import PaymentFile, PaymentLine, read_payment_file, write_payment_file

NEUTRAL = load_bank_profile("neutral-csv")
WORKBOOK = load_bank_profile("generic-xlsx")
PROFILES = pytest.mark.parametrize("profile", [NEUTRAL, WORKBOOK], ids=lambda profile: profile.name)


def refusal_of(act, *arguments):
    with pytest.raises(BadFile) as raised:
        act(*arguments)
    return [(found.code, found.row, found.column) for found in raised.value.findings]


# Writing.
def test_the_neutral_file_is_exactly_this(batch):
    sent = replace(batch(2), rehearsal=False)
    assert write_payment_file(NEUTRAL, sent).decode() == (
        "H|HF202611-1|36001234500059000001|2|2150|2026-12-05\r\n"
        "D|1|张建国|0062220212345678001|横峰农商银行兴安支行|402433100014|1050|移动网格员奖励|HF202611-1/0001\r\n"
        "D|2|张建国|0062220212345678002|横峰农商银行兴安支行|402433100014|1100|移动网格员奖励|HF202611-1/0002\r\n"
        "T|2|2150\r\n"
    )


@PROFILES
def test_a_rehearsal_says_so_at_the_head_and_a_payment_does_not(batch, profile):
    for rehearsal in (True, False):
        content = write_payment_file(profile, batch(rehearsal=rehearsal))
        assert read_payment_file(profile, content).rehearsal is rehearsal
    assert write_payment_file(NEUTRAL, batch()).decode().startswith("#演练文件，不得用于真实付款\r\n")


def test_every_cell_of_the_workbook_is_text(batch):
    book = openpyxl.load_workbook(io.BytesIO(write_payment_file(WORKBOOK, batch(2))))
    lines, totals = book["代发明细"], book["汇总"]
    assert [cell.value for cell in lines[2]] == [
        "1", "张建国", "0062220212345678001", "横峰农商银行兴安支行", "402433100014", "10.50", "移动网格员奖励",
        "HF202611-1/0001",
    ]  # fmt: skip
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} == {"s"}
    assert lines["C2"].number_format == "@"
    assert {row[0].value: row[1].value for row in totals.iter_rows()} == {
        "批次号": "HF202611-1",
        "付款账号": "36001234500059000001",
        "笔数": "2",
        "总金额（元）": "21.50",
        "日期": "2026-12-05",
        "备注": "演练文件，不得用于真实付款",
    }


@PROFILES
def test_the_same_batch_gives_the_same_bytes(batch, profile):
    assert write_payment_file(profile, batch()) == write_payment_file(profile, batch())
    assert write_payment_file(profile, batch(3)) != write_payment_file(profile, batch(4))


@PROFILES
@pytest.mark.parametrize(
    ("changed", "code", "title"),
    [
        ({"name": ""}, "cell.missing", "户名"),
        ({"name": "张三\u200b"}, "cell.control_character", "户名"),
        ({"name": "=cmd()"}, "cell.formula_like", "户名"),
        ({"name": "@张三"}, "cell.formula_like", "户名"),
        ({"purpose": "-奖励"}, "cell.formula_like", "用途"),
        ({"bank": "+86"}, "cell.formula_like", "开户行"),
        ({"account": "6.22E+18"}, "account.ruined", "账号"),
        ({"account": "6222 张三"}, "account.unreadable", "账号"),
        ({"account": ""}, "cell.missing", "账号"),
        ({"cnaps": "12"}, "cnaps.unreadable", "联行号"),
        ({"amount_fen": 0}, "amount.not_positive", "金额"),
        ({"amount_fen": -500}, "amount.not_positive", "金额"),
        ({"end_to_end_id": "编号"}, "id.unreadable", "端到端标识"),
        ({"end_to_end_id": "HF202611-1/0001"}, "id.duplicate", "端到端标识"),
        ({"seq": 1}, "seq.duplicate", "序号"),
        ({"seq": 4}, "seq.order", "序号"),
    ],
)
def test_what_cannot_be_sent_is_named_with_its_line(batch, profile, changed, code, title):
    good = batch(3)
    bad = replace(good, lines=(good.lines[0], replace(good.lines[1], **changed), good.lines[2]))
    (found, *_) = refusal_of(write_payment_file, profile, bad)
    assert found[:2] == (code, 2)
    assert title in found[2]


def test_all_that_cannot_be_sent_is_named_at_once(batch):
    good = batch(3)
    lines = [replace(line, name="", account="6.22E+18") for line in good.lines]
    assert len(refusal_of(write_payment_file, NEUTRAL, replace(good, lines=tuple(lines)))) == 6


def test_a_separator_in_a_name_is_refused_where_it_separates(batch):
    sent = replace(batch(1), lines=(replace(batch(1).lines[0], name="张|三"),))
    assert refusal_of(write_payment_file, NEUTRAL, sent) == [("cell.separator", 1, "户名")]
    assert read_payment_file(WORKBOOK, write_payment_file(WORKBOOK, sent)) == sent


def test_a_newline_in_a_name_becomes_a_space_as_everywhere(batch):
    sent = replace(batch(1), lines=(replace(batch(1).lines[0], name="Li\nSi ", account="6222 0212 3456"),))
    for profile in (NEUTRAL, WORKBOOK):
        (line,) = read_payment_file(profile, write_payment_file(profile, sent)).lines
        assert (line.name, line.account) == ("Li Si", "622202123456")


def test_a_name_that_the_encoding_lacks_is_refused(batch):
    assert NEUTRAL.text is not None
    gbk = replace(NEUTRAL, text=replace(NEUTRAL.text, encoding="gbk"))
    sent = replace(batch(1), lines=(replace(batch(1).lines[0], name="张𠮷"),))
    assert refusal_of(write_payment_file, gbk, sent) == [("cell.encoding", 1, "户名")]


@PROFILES
def test_an_empty_batch_is_refused(batch, profile):
    assert refusal_of(write_payment_file, profile, batch(0)) == [("lines.none", 1, "文件头")]


@PROFILES
def test_a_bad_head_is_refused(batch, profile):
    bad = replace(batch(1), batch="", payer_account="6.22E+18")
    assert [code for code, _, _ in refusal_of(write_payment_file, profile, bad)] == ["cell.missing", "account.ruined"]


# Reading what others wrote.
def edited(old: str, new: str, batch) -> bytes:
    text = write_payment_file(NEUTRAL, batch(3)).decode()
    assert old in text
    return text.replace(old, new, 1).encode()


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        ("|3|3300|", "|4|3300|", ["control.count"]),
        ("|3|3300|", "|3|3301|", ["control.total"]),
        ("T|3|3300", "T|2|3200", ["control.count", "control.total"]),
        ("T|3|3300\r\n", "", ["record.missing"]),
        ("T|3|3300\r\n", "T|3|3300\r\nT|3|3300\r\n", ["record.repeated"]),
        ("H|HF202611-1|", "D|HF202611-1|", ["record.repeated"] * 5),
        ("D|1|张建国", "X|1|张建国", ["record.kind"]),
        ("D|1|张建国", "D|1|张建国|x", ["record.fields"]),
        ("|1050|", "|10.50|", ["amount.unreadable"]),
        ("|0062220212345678001|", "|6.22E+18|", ["account.ruined"]),
        ("|2026-12-05", "|2026-13-05", ["date.unreadable"]),
        ("D|2|", "D|3|", ["seq.order", "seq.duplicate"]),
        ("/0002", "/0001", ["id.duplicate"]),
    ],
)
def test_what_is_wrong_in_a_text_file_is_named(batch, old, new, codes):
    found = refusal_of(read_payment_file, NEUTRAL, edited(old, new, batch))
    assert [code for code, _, _ in found][: len(codes)] == codes


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("gb18030"),
        lambda text: text.replace("\r\n", "\n").encode(),
        lambda text: text.replace("\r\n", "\r").encode(),
        lambda text: text.replace("|1050|", "|１,０５０|").replace("D|1|", "D|0001|").encode(),
        lambda text: text.replace("|", " | ").encode(),
        lambda text: text.replace("\r\n", "|\r\n").encode(),
        lambda text: text.replace("2026-12-05", "20261205").encode(),
        lambda text: ("\r\n" + text + "\r\n\r\n").encode(),
    ],
    ids=["bom", "gb18030", "lf", "cr", "full-width", "padded", "trailing separator", "date", "blank lines"],
)
def test_other_spellings_of_the_same_file_are_read(batch, change):
    assert read_payment_file(NEUTRAL, change(write_payment_file(NEUTRAL, batch(3)).decode())) == batch(3)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file.empty"),
        (b"\xff\xff\xff", "file.encoding"),
        (b"PK\x03\x04\0\0", "file.not_text"),
        (b"\n\n", "record.missing"),
    ],
)
def test_what_is_no_text_file_is_named(content, code):
    assert refusal_of(read_payment_file, NEUTRAL, content)[0][0] == code


def test_a_text_file_is_no_workbook(batch):
    assert refusal_of(read_payment_file, WORKBOOK, write_payment_file(NEUTRAL, batch()))[0][0] == "file.not_xlsx"


def workbook_with(batch, change) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(write_payment_file(WORKBOOK, batch(2))))
    change(book["代发明细"], book["汇总"])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def put(place, value):
    return lambda lines, _: lines.__setitem__(place, value)


def error_in_c2(lines, _):
    lines["C2"].value, lines["C2"].data_type = "#REF!", "e"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (put("C2", 6.22e18), ("account.number_cell", 2, "C 收款人账号")),
        (put("C3", "6.22E+18"), ("account.ruined", 3, "C 收款人账号")),
        (put("C2", "=A1"), ("cell.formula", 2, "C")),
        (put("C1", "账号"), ("header.missing", 1, None)),
        (put("H1", "用途"), ("header.duplicate", 1, None)),
        (put("F2", 10.505), ("amount.decimals", 2, "F 金额（元）")),
        (put("F2", 99), ("control.total", 4, "B 总金额（元）")),
        (error_in_c2, ("cell.error", 2, "C 收款人账号")),
        (lambda lines, _: lines.merge_cells("B2:B3"), ("cell.merged", 2, None)),
        (lambda _, totals: totals.__setitem__("A9", "笔数"), ("record.repeated", 9, None)),
        (lambda _, totals: totals.__setitem__("B3", "5"), ("control.count", 3, "B 笔数")),
        (lambda lines, _: setattr(lines, "title", "明细"), ("sheet.missing", None, None)),
    ],
)
def test_what_is_wrong_in_a_workbook_is_named(batch, change, found):
    assert found in refusal_of(read_payment_file, WORKBOOK, workbook_with(batch, change))


def test_numbers_instead_of_texts_are_read_where_no_digit_can_be_lost(batch):
    def change(lines, totals):
        lines["A2"], lines["F2"], lines["E2"] = 1, 10.5, 402433100014
        totals["B3"], totals["B4"], totals["B5"] = 2, 21.5, date(2026, 12, 5)

    assert read_payment_file(WORKBOOK, workbook_with(batch, change)) == batch(2)


def test_the_number_of_lines_is_limited(batch, monkeypatch):
    monkeypatch.setattr(bank_tables, "LINES_MAX", 2)
    for profile in (NEUTRAL, WORKBOOK):
        content = write_payment_file(profile, batch(3))
        assert refusal_of(read_payment_file, profile, content) == [("file.too_many_rows", None, None)]


# Whatever can be written is read back.
LETTERS = st.characters(blacklist_categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp", "Mn"])
TEXTS = st.text(LETTERS, max_size=30)
ACCOUNTS = st.from_regex(r"[0-9A-Za-z][0-9A-Za-z-]{4,33}", fullmatch=True)
IDS = st.from_regex(r"[0-9A-Za-z][0-9A-Za-z._/-]{0,34}", fullmatch=True)
LINES = st.builds(
    PaymentLine,
    seq=st.just(0),
    name=st.text(LETTERS, min_size=1, max_size=30),
    account=ACCOUNTS,
    bank=TEXTS,
    cnaps=st.from_regex(r"([0-9]{12})?", fullmatch=True),
    amount_fen=st.integers(1, 10**12),
    purpose=TEXTS,
    end_to_end_id=IDS,
)
BATCHES = st.builds(
    lambda batch, payer, on, lines, rehearsal: PaymentFile(
        batch=batch,
        payer_account=payer,
        on=on,
        lines=tuple(replace(line, seq=seq) for seq, line in enumerate(lines, 1)),
        rehearsal=rehearsal,
    ),
    IDS,
    ACCOUNTS,
    st.dates(date(1949, 1, 1), date(2099, 12, 31)),
    st.lists(LINES, min_size=1, max_size=5, unique_by=lambda line: line.end_to_end_id),
    st.booleans(),
)
HARMLESS = {"cell.formula_like", "cell.separator", "account.ruined"}


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(BATCHES, st.sampled_from([NEUTRAL, WORKBOOK]))
def test_what_is_written_is_read_back_equal(sent, profile):
    try:
        content = write_payment_file(profile, sent)
    except BadFile as bad:
        refused = {found.code for found in bad.findings}
    else:
        assert read_payment_file(profile, content) == normal(sent)
        refused = set()
    assert refused <= HARMLESS


def normal(sent: PaymentFile) -> PaymentFile:
    def line(one: PaymentLine) -> PaymentLine:
        texts = {field: normalize("NFC", getattr(one, field)) for field in ("name", "bank", "purpose")}
        return replace(one, **texts)

    return replace(sent, lines=tuple(map(line, sent.lines)))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: f"H|{text}\nD|{text}".encode(errors="ignore")))
def test_junk_is_refused_with_findings(content):
    codes = refusal_of(read_payment_file, NEUTRAL, content)
    assert codes
