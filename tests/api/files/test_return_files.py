"""The return file: only what the bank says in plain words is settled or failed; all else stays unknown."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.files.bank_profiles import load_bank_profile
from api.files.bank_words import FAILURE_REASONS
from api.files.findings import FINDINGS_MAX
from api.files.payment_files import write_payment_file
from api.files.rehearsal_bank import answer
from api.files.return_files import ReturnFile, check_against, check_days, read_return_file, unanswered

NEUTRAL = load_bank_profile("neutral-csv")
WORKBOOK = load_bank_profile("generic-xlsx")
SETTLED = "SUCCESS|||YL1|2026-12-06"


def answered(*answers: str, count: int | None = None, total: int | None = None, head: str = "HF202611-1") -> bytes:
    """Return a neutral return file to the `batch` fixture's lines, one answer (`status|code|reason|ref|day`) a line."""
    amounts = [1000 + 50 * number for number in range(1, len(answers) + 1)]
    stated = len(answers) if count is None else count, sum(amounts) if total is None else total
    lines = [
        f"D|{number}|张建国|0062220212345678{number:03d}|横峰农商银行兴安支行|402433100014|{amount}|移动网格员奖励"
        f"|HF202611-1/{number:04d}|{answer}"
        for number, (amount, answer) in enumerate(zip(amounts, answers, strict=True), 1)
    ]
    ends = f"H|{head}|36001234500059000001|{stated[0]}|{stated[1]}|2026-12-06", f"T|{stated[0]}|{stated[1]}"
    return "\r\n".join([ends[0], *lines, ends[1], ""]).encode()


def codes(returned: ReturnFile) -> list[tuple[str, int | None]]:
    return [(found.code, found.row) for found in returned.findings]


def test_settled_failed_and_unknown():
    returned = read_return_file(NEUTRAL, answered(SETTLED, "FAIL|R03|账户已销户||", "PROCESSING||||"))
    assert returned.findings == ()
    assert (returned.batch, returned.payer_account) == ("HF202611-1", "36001234500059000001")
    assert (returned.on, returned.rehearsal) == (date(2026, 12, 6), False)
    paid, failed, unknown = returned.lines
    assert (paid.status, paid.bank_ref, paid.booked_on) == ("settled", "YL1", date(2026, 12, 6))
    assert (paid.row, paid.seq, paid.end_to_end_id, paid.amount_fen) == (2, 1, "HF202611-1/0001", 1050)
    assert (failed.status, failed.reason, failed.code) == ("failed", "销户", "R03")
    assert (unknown.status, unknown.bank_status, unknown.reason) == ("accepted", "PROCESSING", None)
    assert returned.having("failed") == (failed,)


def test_a_booking_day_that_has_not_come_is_a_finding_at_its_cell():
    late = "SUCCESS|||YL2|2027-01-05"
    returned = read_return_file(NEUTRAL, answered(SETTLED, late, "FAIL|R03|账户已销户||", late))
    found = check_days(returned, today=date(2026, 12, 6)).findings
    assert [(one.code, one.row, one.column, one.value) for one in found] == [
        ("answer.booked_in_future", 3, "记账日期", "2027-01-05"),
        ("answer.booked_in_future", 5, "记账日期", "2027-01-05"),
    ]
    assert check_days(returned, today=date(2027, 1, 5)).findings == ()


# The status words, as a bank may spell them.
@pytest.mark.parametrize("word", ["ACSC", "ACCC", "S", "SUCCESS", "90", "成功", " success ", "９０", "Ａcsc", "成 功"])
def test_words_that_settle(word):
    (line,) = read_return_file(NEUTRAL, answered(f"{word}|||YL1|20261206")).lines
    assert line.status == "settled"


@pytest.mark.parametrize("word", ["RJCT", "E", "FAIL", "91", "失败"])
def test_words_that_fail(word):
    (line,) = read_return_file(NEUTRAL, answered(f"{word}||||")).lines
    assert (line.status, line.reason) == ("failed", "其他")


@pytest.mark.parametrize("word", ["CANC", "C", "CLOSED"])
def test_what_the_bank_cancelled_it_did_not_pay(word):
    (line,) = read_return_file(NEUTRAL, answered(f"{word}||||")).lines
    assert (line.status, line.reason) == ("failed", "其他")


PENDING_WORDS = "ACTC ACCP ACSP PDNG A I WAIT_PAY ACCEPTED PROCESSING"


@pytest.mark.parametrize("word", PENDING_WORDS.split())
def test_words_that_say_that_the_bank_is_at_work(word):
    (line,) = read_return_file(NEUTRAL, answered(f"{word}|||YL1|2026-12-06")).lines
    assert (line.status, line.bank_ref, line.booked_on, line.reason) == ("accepted", None, None, None)


@pytest.mark.parametrize("word", ["RtrInf", "RvslInd", "NTAGDRFD", "退汇"])
def test_words_that_send_money_back_need_the_booking(word):
    (line,) = read_return_file(NEUTRAL, answered(f"{word}|R01||YL1|2026-12-06")).lines
    assert (line.status, line.reason, line.bank_ref) == ("returned", "户名不符", "YL1")
    returned = read_return_file(NEUTRAL, answered(f"{word}|R01|||"))
    assert returned.lines[0].status == "unknown"
    assert ("answer.settled_without_booking", 2) in codes(returned)


OPEN_WORDS = "SUCCESSFUL 成功? 不成功 未成功 900 0 S1 SS ACWC PART 处理完毕"


@pytest.mark.parametrize("word", ["", *OPEN_WORDS.split()])
def test_every_other_word_is_unknown_even_with_a_reference(word):
    returned = read_return_file(NEUTRAL, answered(f"{word}|||YL1|2026-12-06"))
    (line,) = returned.lines
    assert (line.status, line.bank_ref, line.booked_on) == ("unknown", None, None)
    assert returned.findings == ()


@given(st.text(st.characters(blacklist_characters="|\r\n", blacklist_categories=["Cc", "Cs"]), max_size=20))
def test_no_other_word_ever_settles(word):
    listed = {"".join(one.split()).upper() for one in NEUTRAL.words("settled")}
    for line in read_return_file(NEUTRAL, answered(f"{word}|||YL1|2026-12-06")).lines:
        half = "".join(chr(ord(c) - 0xFEE0) if 0xFF01 <= ord(c) < 0xFF5F else c for c in word)
        assert (line.status == "settled") <= ("".join(half.split()).upper() in listed)


@pytest.mark.parametrize("answer", ["SUCCESS||||", "SUCCESS|||YL1|", "SUCCESS||||2026-12-06", "SUCCESS|||YL1|未记账"])
def test_success_without_evidence_is_a_finding_and_unknown(answer):
    returned = read_return_file(NEUTRAL, answered(answer))
    assert returned.lines[0].status == "unknown"
    assert ("answer.settled_without_booking", 2) in codes(returned)


@pytest.mark.parametrize(
    ("code", "text", "reason"),
    [
        ("R01", "", "户名不符"),
        ("", "账号、户名不符", "户名不符"),
        ("AC04", "whatever", "销户"),
        ("ac06", "", "冻结/久悬"),
        ("", "余额不足", "付款方余额不足"),
        ("ZZ", "格式错误", "格式"),
        ("", "风控", "风控"),
        ("ZZ", "想不到的原因", "其他"),
        ("", "", "其他"),
    ],
)
def test_reasons_come_from_the_closed_list(code, text, reason):
    (line,) = read_return_file(NEUTRAL, answered(f"FAIL|{code}|{text}||")).lines
    assert line.reason == reason
    assert reason in FAILURE_REASONS


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (answered(SETTLED, count=2), [("control.count", 1), ("control.count", 3)]),
        (answered(SETTLED, total=1051), [("control.total", 1), ("control.total", 3)]),
        (answered(SETTLED).replace(b"T|1|1050", b"T|1|1"), [("control.total", 3)]),
        (answered(SETTLED, SETTLED).replace(b"/0002", b"/0001"), [("id.duplicate", 3)]),
        (answered(SETTLED, SETTLED).replace(b"D|2", b"D|1"), [("seq.duplicate", 3)]),
        (answered(SETTLED).replace(b"0062220212345678001", b"6.22E+18"), [("account.ruined", 2)]),
        (answered(SETTLED).replace(b"|1050|", b"|-1050|"), [("amount.not_positive", 2)]),
        (answered(SETTLED).replace(b"|YL1", b""), [("record.fields", 2), ("answer.settled_without_booking", 2)]),
        (answered(head="批次"), [("id.unreadable", 1)]),
        (b"", [("file.empty", None)]),
        (b"<html>", [("file.not_bank_file", None)]),
    ],
)
def test_what_is_wrong_is_a_finding_with_its_row(content, found):
    assert [one for one in codes(read_return_file(NEUTRAL, content)) if one[0] != "cell.missing"] == found


def test_findings_carry_the_value_and_no_name():
    content = answered(SETTLED, "SUCCESS||||", count=7, total=9).replace(b"D|1", b"X|1")
    shown = {(found.code, found.row): found.value for found in read_return_file(NEUTRAL, content).findings}
    assert shown["record.kind", 2] == "X"
    assert shown["answer.settled_without_booking", 3] == "SUCCESS"
    assert (shown["control.count", 1], shown["control.total", 1]) == ("7", "0.09")
    (found,) = read_return_file(NEUTRAL, "张建国,男\n李四,女\n".encode()).findings
    assert (found.code, found.value) == ("file.not_bank_file", "5 字")


def test_a_payment_file_is_no_return_file(batch):
    for profile, code in ((NEUTRAL, "record.fields"), (WORKBOOK, "header.missing")):
        returned = read_return_file(profile, write_payment_file(profile, batch(2)))
        assert code in {found.code for found in returned.findings}
        assert returned.having("settled") == ()


def test_a_file_of_endless_nonsense_lists_a_thousand_findings():
    returned = read_return_file(NEUTRAL, answered(SETTLED) + b"x\n" * 50_000)
    assert len(returned.findings) == FINDINGS_MAX + 1
    assert returned.findings[-1].code == "file.more_findings"


# Against what was sent.
def test_an_answer_to_what_was_sent_has_no_findings(batch):
    returned = check_against(read_return_file(NEUTRAL, answered(SETTLED, "PDNG||||")), batch(3))
    assert returned.findings == ()
    assert [line.seq for line in unanswered(returned, batch(3))] == [3]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (b"H|HF202611-1|", b"H|HF202610-1|", [("answer.other_batch", 1)]),
        (b"|36001234500059000001|", b"|36001234500059000002|", [("answer.other_payer", 1)]),
        (b"/0002", b"/0009", [("answer.not_sent", 3)]),
        (b"D|2|", b"D|9|", [("answer.seq", 3)]),
        (b"|1050|", b"|1051|", [("control.total", 1), ("control.total", 4), ("answer.amount", 2)]),
    ],
)
def test_what_was_not_sent_so_is_a_finding(batch, old, new, found):
    content = answered(SETTLED, SETTLED)
    assert old in content
    assert codes(check_against(read_return_file(NEUTRAL, content.replace(old, new)), batch(2))) == found


def test_an_amount_off_by_a_fen_is_found_even_where_the_totals_agree(batch):
    content = answered(SETTLED, SETTLED).replace(b"|1050|", b"|1051|").replace(b"|1100|", b"|1099|")
    assert codes(check_against(read_return_file(NEUTRAL, content), batch(2))) == [
        ("answer.amount", 2),
        ("answer.amount", 3),
    ]


# Any bytes.
@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([NEUTRAL, WORKBOOK]))
def test_junk_has_findings_and_no_traceback(content, profile):
    returned = read_return_file(profile, content)
    assert returned.findings
    assert returned.having("settled") == ()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 0.9999), st.binary(max_size=4)), min_size=1, max_size=5))
def test_a_damaged_file_is_read_or_found_wrong(changes):
    content = bytearray(answered(SETTLED, "FAIL|R01|||", "PDNG||||"))
    for where, piece in changes:
        at = int(where * len(content))
        content[at : at + len(piece)] = piece
    returned = read_return_file(NEUTRAL, bytes(content))
    assert all(found.reason and found.file for found in returned.findings)
    for line in returned.having("settled"):
        assert line.bank_ref
        assert line.booked_on


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.floats(0, 0.9999), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_damaged_workbook_is_found_wrong_or_says_the_same(batch, changes):
    sent = write_payment_file(WORKBOOK, batch(9))
    content = answer(sent, WORKBOOK, seed=1, on=date(2026, 12, 6), rehearsal=True)
    damaged = bytearray(content)
    for where, byte in changes:
        damaged[int(where * len(content))] = byte
    returned = read_return_file(WORKBOOK, bytes(damaged))
    assert returned.findings or returned.lines == read_return_file(WORKBOOK, content).lines


def test_a_return_file_is_frozen_evidence():
    content = answered(SETTLED)
    one, other = read_return_file(NEUTRAL, content), read_return_file(NEUTRAL, content + b"\r\n")
    assert one.digest != other.digest
    assert replace(one, digest=other.digest) == other
