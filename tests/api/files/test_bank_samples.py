"""Every real sample of a bank is read, or refused with the right finding at the right place.

The banks' own samples of statements were shortened by whoever published them: counts, sums and balances are not those
of the rows that are left, and saying so is right. Put right in memory, the same bytes are read whole.
"""

import json
from datetime import date
from pathlib import Path

import pytest

from api.files.bank_profiles import load_bank_profile
from api.files.findings import BadFile
from api.files.payment_files import read_payment_file
from api.files.return_files import read_return_file
from api.files.schema_validity import broken_schemas
from api.files.statement_files import read_statement, read_statements
from api.files.statement_profiles import load_statement_profile, statement_profile_names
from domain.kernel.money import yuan

BANK = Path(__file__).parents[4] / "shared" / "data" / "bank"

pytestmark = pytest.mark.skipif(not BANK.exists(), reason="the banks' own samples are not at hand")

ALIPAY, WECHAT = "cn_example-alipay-records.csv", "cn_example-wechat-records.csv"
ICBC_1, ICBC_2 = "cn_example-icbc-debit-v1-records.csv", "cn_example-icbc-debit-v2-records.csv"
ABC, CCB = "cn_example-abc_debit-records.csv", "cn_ccb_statement.xls"
READ: list[tuple[str, int | None, str | None]] = []
STATEMENT = "Document/BkToCstmrStmt/Stmt"
OUTSIDE_ALIPAY = [27, 30, 34, 35]
OUTSIDE_WECHAT = [20, 21, 22, *range(34, 45)]

STATEMENTS = {
    ABC: ("abc-debit", [("statement.balance", row, "E 本次余额") for row in (3, 4, 5)]),
    ICBC_1: ("icbc-debit-v1", [("statement.sum", 20, "I 记账金额(收入)"), ("statement.sum", 20, "J 记账金额(支出)")]),
    ICBC_2: ("icbc-debit-v2", [("statement.sum", 20, "J 记账金额(收入)"), ("statement.sum", 20, "K 记账金额(支出)")]),
    CCB: ("ccb-xls", [("statement.balance", 10, "F 账户余额")]),
    ALIPAY: (
        "alipay",
        [("statement.count", 8, "笔数"), *(("statement.outside", row, "A 交易时间") for row in OUTSIDE_ALIPAY)],
    ),
    WECHAT: (
        "wechat",
        [
            ("statement.count", 7, "笔数"),
            ("statement.sum", 8, "收入合计"),
            ("statement.sum", 9, "支出合计"),
            *(("statement.outside", row, "A 交易时间") for row in OUTSIDE_WECHAT),
        ],
    ),
    "iso20022/camt053.v2.five.decimals.xml": (
        "camt.053",
        # Zeros behind the fen are read (18.150, 8.850); what is left is that 18.15 + 8.85 is not 27.05.
        [("statement.closing", 49, f"{STATEMENT}/Bal[2]")],
    ),
    "iso20022/goldman_sachs__camt_053_us_v2_sample.xml": (
        "camt.053",
        [("currency.differs", 462, f"{STATEMENT}/Ntry[8]/Amt")],
    ),
    "iso20022/ing__example_camt.xml": ("camt.053", READ),
    "iso20022/iso_camt053.v2.all-balance-types.xml": (
        "camt.053",
        [("statement.closing", 68, f"{STATEMENT}/Bal[4]")],
    ),
    "iso20022/iso_camt053.v2.minimal.xml": ("camt.053", [("currency.differs", 60, f"{STATEMENT}/Bal[2]/Amt")]),
    "iso20022/iso_camt053.v2.multi.statement.xml": ("camt.053", READ),
    "iso20022/iso_camt053.v2.wrong.xml": ("camt.053", [("statement.none", 3, STATEMENT)]),
}
ANSWERS = {
    "cmb-daifa/1_submit_NTAGCAPY_request.xml": ("cmb-daifa", [("xml.other_message", 1, None)], None),
    "cmb-daifa/2_submit_NTAGCAPY_response.xml": ("cmb-daifa", READ, "accepted"),
    "cmb-daifa/3_batch_result_NTAGCINY_all_failed.xml": ("cmb-daifa", READ, "failed"),
    "cmb-daifa/4_refund_NTAGDRFD_name_mismatch.xml": ("cmb-daifa", READ, "returned"),
    "iso20022/goldman_sachs__pain_002_v3_payment_accepted.xml": ("iso20022", READ, "accepted"),
    "iso20022/nordea__pain_002_v3_group_reject.xml": ("iso20022", READ, "failed"),
    "iso20022/nordea__pain_002_v3_txn_reject.xml": ("iso20022", READ, "failed"),
}


def places(findings):
    return [(found.code, found.row, found.column) for found in findings]


SCHEMAS = {f"xsd/{name}.xsd" for name in ("camt.053.001.02", "camt.053.001.08", "camt.054.001.08")} | {
    f"xsd/{name}.xsd" for name in ("pain.001.001.09", "pain.002.001.03")
}
CODES = {
    # The only words of ISO 20022 that mean anything definite or that the bank is at work; every other is unknown.
    "code-sets/external_payment_transaction_status_code.json": {
        "ACTC": "accepted", "ACCP": "accepted", "ACSP": "accepted", "PDNG": "accepted", "ACSC": "settled",
        "ACCC": "settled", "RJCT": "failed", "CANC": "cancelled",
    },
    "code-sets/external_payment_group_status_code.json": {
        "ACTC": "accepted", "ACCP": "accepted", "ACSP": "accepted", "PDNG": "accepted", "ACSC": "settled",
        "ACCC": "settled", "RJCT": "failed",
    },
    # Of the lists of other things no code is taken for a status; a pending entry is a pending payment.
    "code-sets/external_balance_type_code.json": {},
    "code-sets/external_category_purpose_code.json": {},
    "code-sets/external_clearing_system_identification_code.json": {},
    "code-sets/external_entry_status_code.json": {"PDNG": "accepted"},
    "code-sets/external_purpose_code.json": {},
    "code-sets/external_return_reason_code.json": {},
    "code-sets/external_status_reason_code.json": {},
}  # fmt: skip


def test_no_sample_is_forgotten():
    samples = {str(path.relative_to(BANK)) for path in BANK.rglob("*") if path.is_file()}
    assert samples == STATEMENTS.keys() | ANSWERS.keys() | SCHEMAS | CODES.keys()


def test_every_schema_can_be_used():
    assert broken_schemas(BANK / "xsd") == []


@pytest.mark.parametrize("name", CODES)
def test_a_code_of_iso_means_what_we_say_or_nothing(name):
    codes = json.loads((BANK / name).read_text("utf-8"))["codes"]
    assert codes
    statuses = load_bank_profile("iso20022").statuses
    assert {code: statuses[code] for code in codes if code in statuses} == CODES[name]


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_is_read_or_refused_with_its_place(name):
    profile, expected = STATEMENTS[name]
    found = []
    try:
        read_statements(load_statement_profile(profile), (BANK / name).read_bytes(), file=name)
    except BadFile as refused:
        found = places(refused.findings)
    assert found == expected


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_read_or_refused_with_its_place(name):
    profile, expected, status = ANSWERS[name]
    returned = read_return_file(load_bank_profile(profile), (BANK / name).read_bytes(), file=name)
    assert places(returned.findings) == expected
    said = [returned.group] if returned.group else returned.lines
    assert {line.status for line in said} == ({status} if status else set())


def test_the_first_part_of_a_foreign_upload_does_not_pass_for_a_whole_batch():
    with pytest.raises(BadFile) as raised:
        read_payment_file(
            load_bank_profile("cmb-daifa"), (BANK / "cmb-daifa/1_submit_NTAGCAPY_request.xml").read_bytes()
        )
    assert places(raised.value.findings) == [("cell.missing", 1, "NTAGCAGCX1/EPTDAT")]
    dated = (BANK / "cmb-daifa/1_submit_NTAGCAPY_request.xml").read_bytes()
    with pytest.raises(BadFile) as raised:
        read_payment_file(
            load_bank_profile("cmb-daifa"), dated.replace(b"<YURREF>", b"<EPTDAT>20150402</EPTDAT><YURREF>")
        )
    assert [code for code, _, _ in places(raised.value.findings)] == ["control.count", "control.total"]


@pytest.mark.parametrize("name", [name for name, (profile, _) in STATEMENTS.items() if profile != "camt.053"])
def test_a_file_under_another_layout_is_refused_by_its_header(name):
    own = STATEMENTS[name][0]
    # The newer form of ICBC has all columns of the older one, in other places: titles, not places, count.
    same = {"icbc-debit-v1", "icbc-debit-v2"} if own == "icbc-debit-v2" else {own}
    for profile in set(statement_profile_names()) - same:
        with pytest.raises(BadFile) as raised:
            read_statements(load_statement_profile(profile), (BANK / name).read_bytes())
        assert {found.code for found in raised.value.findings} & {
            "header.not_found",
            "xml.malformed",
            "file.encoding",
            "file.doctype",
        }


# The same bytes, put right.
def test_icbc_is_read_whole_once_its_summary_is_right():
    for name, profile, account in ((ICBC_1, "icbc-debit-v1", None), (ICBC_2, "icbc-debit-v2", "1234****9876")):
        head, title, foot = (BANK / name).read_text("utf-8").rpartition("人民币合计")
        content = head + title + foot.replace("1,234.56", "2,841.74").replace("9,876.54", "4,241.08")
        statement = read_statement(load_statement_profile(profile), content.encode())
        assert (statement.account, statement.currency, len(statement.entries)) == ("1234****9876", "CNY", 11)
        assert (statement.since, statement.until) == (date(2023, 2, 8), date(2023, 5, 2))
        assert (statement.opening_fen, statement.closing_fen) == (None, None)
        first, last = statement.entries[0], statement.entries[-1]
        assert (first.number, first.row, yuan(first.amount_fen)) == (1, 18, "1.04")
        assert (last.row, yuan(last.amount_fen), last.text) == (8, "-13.40", "消费 广东三元麦当劳食品有")
        assert last.counter_name == "深圳市财付通支付科技有限公司"
        assert last.counter_account == account


def test_ccb_is_read_whole_up_to_where_rows_are_missing():
    with pytest.raises(BadFile) as raised:
        read_statement(load_statement_profile("ccb-xls"), (BANK / CCB).read_bytes())
    (found,) = raised.value.findings
    assert (found.value, "1625.11" in found.reason) == ("1579.11", True)


def test_abc_is_read_once_its_balances_continue():
    lines = (BANK / ABC).read_text("utf-8").splitlines()
    content = "\n".join([lines[0], lines[1], lines[2].replace(",11000.00,", ",10990.00,"), ""])
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        statement = read_statement(load_statement_profile("abc-debit"), content.encode(encoding))
        assert (statement.account, statement.opening_fen, statement.closing_fen) == ("", 100000, 1099000)
        credit, debit = statement.entries
        assert (yuan(credit.amount_fen), credit.counter_name, credit.bank_ref) == ("10000.00", "哈哈", "369396693")
        assert (yuan(debit.amount_fen), debit.booked_on) == ("-10.00", date(2024, 1, 2))
        assert debit.text == "财付通 UA01234123412341234微信支付-北京一卡通"


def test_wallets_are_read_once_their_heads_are_right():
    text = (BANK / WECHAT).read_text("utf-8")
    text = (
        text.replace("共43笔", "共27笔").replace("1笔 0.35元", "5笔 28.49元").replace("1笔 28.16元", "11笔 2904.53元")
    )
    text = text.replace("[2019-08-01", "[2017-01-01").replace("[2019-09-30", "[2024-12-31")
    statement = read_statement(load_statement_profile("wechat"), text.encode())
    assert sum(entry.amount_fen > 0 for entry in statement.entries) == 5
    assert yuan(-sum(entry.amount_fen for entry in statement.entries if entry.amount_fen < 0)) == "2904.53"
    text = (BANK / ALIPAY).read_bytes().decode("gb18030")
    text = text.replace("共66笔", "共10笔").replace("[2023-02-10", "[2023-01-01").replace("[2023-02-13", "[2023-12-31")
    statement = read_statement(load_statement_profile("alipay"), text.encode("gb18030"))
    assert statement.account == "xx@gmail.com"
    # What was closed moved nothing, and neither did what the wallet itself counts as neither.
    amounts = [yuan(entry.amount_fen) for entry in statement.entries]
    assert amounts == ["-82.00", "-9.90", "222228.50", "-20.00", "-49.74"]


def test_the_dutch_statement_adds_up_and_its_batches_are_split():
    (statement,) = read_statements(
        load_statement_profile("camt.053"), (BANK / "iso20022/ing__example_camt.xml").read_bytes()
    )
    assert (statement.account, statement.currency, statement.number) == ("NL08INGB0000001234", "EUR", "03")
    assert (statement.opening_fen, statement.closing_fen) == (100000, 160500)
    assert sum(entry.amount_fen for entry in statement.entries) == 60500
    assert [entry.number for entry in statement.entries] == list(range(1, len(statement.entries) + 1))
    assert statement.entries[2].end_to_end_id == "20140103E2EIdA1INGBankNV"


def test_a_message_of_two_statements_gives_both():
    content = (BANK / "iso20022/iso_camt053.v2.multi.statement.xml").read_bytes()
    one, two = read_statements(load_statement_profile("camt.053"), content)
    assert (one.closing_fen, two.opening_fen, two.closing_fen) == (2700, 2700, 2000)
    with pytest.raises(BadFile, match="有 2 份对账单"):
        read_statement(load_statement_profile("camt.053"), content)
