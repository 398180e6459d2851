"""Banks that speak XML: what goes out is read back to the fen, and what comes in means only what it says."""

import io
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from api.files.bank_profiles import load_bank_profile
from api.files.findings import BadFile
from api.files.payment_files import payment_suffix, read_payment_file, write_payment_file
from api.files.rehearsal_bank import answer
from api.files.return_files import check_against, read_return_file
from api.files.schema_validity import schema_check
from domain.kernel.money import Fen

CMB = load_bank_profile("cmb-daifa")
ISO = load_bank_profile("iso20022")
BOTH = pytest.mark.parametrize("profile", [CMB, ISO], ids=lambda profile: profile.name)
SCHEMAS = Path(__file__).parents[4] / "shared" / "data" / "bank" / "xsd"
BATCH = "361125000000202611001"


@pytest.fixture
def month(batch):
    """Return a function: how many lines -> a batch with the ids that batches really have."""

    def make(count=3, **changed):
        sent = batch(count, **changed)
        lines = [replace(line, end_to_end_id=f"{BATCH}{line.seq:08d}") for line in sent.lines]
        return replace(sent, batch=BATCH, lines=tuple(lines))

    return make


def codes(findings):
    return [(found.code, found.row, found.column) for found in findings]


# Out.
@BOTH
def test_what_is_written_is_read_back(month, profile):
    for rehearsal in (True, False):
        sent = month(5, rehearsal=rehearsal)
        content = write_payment_file(profile, sent)
        assert read_payment_file(profile, content) == sent
        assert write_payment_file(profile, sent) == content
        assert payment_suffix(profile, content) == ".xml"
        assert ("演练" in content.decode()) is rehearsal


@BOTH
def test_signs_of_xml_in_a_name_arrive_as_they_are(month, profile):
    sent = month(1)
    sent = replace(sent, lines=(replace(sent.lines[0], name='张&<建>]]>"国', bank="=招商银行", cnaps=""),))
    assert read_payment_file(profile, write_payment_file(profile, sent)) == sent


def test_the_upload_of_china_merchants_bank_is_exactly_this(month):
    sent = replace(month(2, rehearsal=False), on=date(2026, 12, 5))
    sent = replace(sent, lines=(replace(sent.lines[0], bank="招商银行上饶分行", cnaps=""), sent.lines[1]))
    assert (
        write_payment_file(CMB, sent).decode().split("<NTAGCAGCX1>")[1]
        == f"""
    <BEGTAG>Y</BEGTAG>
    <ENDTAG>Y</ENDTAG>
    <TTLAMT>21.50</TTLAMT>
    <TTLCNT>2</TTLCNT>
    <TTLNUM>1</TTLNUM>
    <CURAMT>21.50</CURAMT>
    <CURCNT>2</CURCNT>
    <CCYNBR>10</CCYNBR>
    <BBKNBR>69</BBKNBR>
    <ACCNBR>36001234500059000001</ACCNBR>
    <CCYMKT>0</CCYMKT>
    <TRSTYP>BYBC</TRSTYP>
    <NUSAGE>代发劳务收入</NUSAGE>
    <EPTDAT>20261205</EPTDAT>
    <YURREF>{BATCH}</YURREF>
    <GRTFLG>Y</GRTFLG>
  </NTAGCAGCX1>
  <NTAGCDTLY1>
    <TRXSEQ>00000001</TRXSEQ>
    <ACCNBR>0062220212345678001</ACCNBR>
    <ACCNAM>张建国</ACCNAM>
    <TRSAMT>10.50</TRSAMT>
    <TRSDSP>移动网格员奖励</TRSDSP>
    <BNKFLG>Y</BNKFLG>
    <EACBNK>招商银行上饶分行</EACBNK>
  </NTAGCDTLY1>
  <NTAGCDTLY1>
    <TRXSEQ>00000002</TRXSEQ>
    <ACCNBR>0062220212345678002</ACCNBR>
    <ACCNAM>张建国</ACCNAM>
    <TRSAMT>11.00</TRSAMT>
    <TRSDSP>移动网格员奖励</TRSDSP>
    <BNKFLG>N</BNKFLG>
    <EACBNK>横峰农商银行兴安支行</EACBNK>
    <EACCTY>本地</EACCTY>
    <RCVBNK>402433100014</RCVBNK>
  </NTAGCDTLY1>
</CMBSDKPGK>
"""
    )


def test_more_than_three_thousand_lines_go_out_in_parts(month):
    sent = month(6001)
    content = write_payment_file(CMB, sent)
    assert payment_suffix(CMB, content) == ".zip"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [archive.read(name).decode() for name in archive.namelist()]
    assert [part.count("<NTAGCDTLY1>") for part in parts] == [3000, 3000, 1]
    told = [
        [part.split(f"<{name}>")[1].split("<")[0] for name in ("BEGTAG", "ENDTAG", "TTLCNT", "TTLNUM", "CURCNT")]
        for part in parts
    ]
    assert told == [
        ["Y", "N", "6001", "3", "3000"],
        ["N", "N", "6001", "3", "3000"],
        ["N", "Y", "6001", "3", "1"],
    ]
    assert parts[1].split("<TRXSEQ>")[1].startswith("00003001")
    assert {part.split("<YURREF>")[1].split("<")[0] for part in parts} == {BATCH}
    assert read_payment_file(CMB, content) == sent
    assert write_payment_file(CMB, sent) == content


def test_a_batch_with_a_part_missing_or_altered_is_refused(month, monkeypatch):
    monkeypatch.setattr("api.files.xml_records.PARTS_MAX", 3)
    content = write_payment_file(replace(CMB, xml=replace(CMB.xml, lines_max=2)), month(5))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}

    def zipped(changed):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
            for name, part in changed.items():
                out.writestr(name, part)
        return buffer.getvalue()

    first, *others = members
    for changed, expected in (
        ({name: members[name] for name in others}, {"seq.order", "control.count", "control.total"}),
        (members | {others[0]: members[others[0]].replace(b"<TTLAMT>57.50", b"<TTLAMT>57.51")}, {"record.repeated"}),
        (members | {first: b"<!DOCTYPE d><CMBSDKPGK/>"}, {"file.doctype"}),
        (members | {first: b"<Document/>"}, {"xml.other_message"}),
        (members | {"4": b"<CMBSDKPGK/>"}, {"file.unpacked_too_large"}),
        ({first: b"0" * (21 * 2**20)}, {"file.unpacked_too_large"}),
    ):
        with pytest.raises(BadFile) as raised:
            read_payment_file(CMB, zipped(changed))
        assert {found.code for found in raised.value.findings} == expected


@pytest.mark.skipif(not SCHEMAS.exists(), reason="the ISO 20022 schemas are not at hand")
def test_the_payment_order_is_valid_by_its_schema(month):
    sent = month(3)
    for lines in (sent.lines, tuple(replace(line, cnaps="", bank="", purpose="") for line in sent.lines)):
        check = schema_check(write_payment_file(ISO, replace(sent, lines=lines)), folder=SCHEMAS)
        assert check is not None
        assert (check.result, check.places) == ("valid", ())
    wrong = schema_check(write_payment_file(ISO, sent).replace(b"TRF<", b"CASH<"), folder=SCHEMAS)
    assert wrong is not None
    assert [place.element for place in wrong.places] == ["PmtMtd"]


# In.
def cmb_result(*, status="S", paid="3", batch=BATCH, account="36001234500059000001"):
    return f"""<CMBSDKPGK><INFO><FUNNAM>NTAGCINY</FUNNAM><RETCOD>0</RETCOD></INFO>
<NTAGCINQZ><ACCNBR>{account}</ACCNBR><YURREF>{batch}</YURREF><STSCOD>{status}</STSCOD><SUCNUM>{paid}</SUCNUM>
<REQNBR>0000978052</REQNBR><OPRDAT>20261206</OPRDAT><ERRDSP>余额不足</ERRDSP></NTAGCINQZ></CMBSDKPGK>""".encode()


@pytest.mark.parametrize(
    ("status", "paid", "meaning"),
    [
        ("S", "3", ("settled", None, date(2026, 12, 6))),
        ("S", "2", ("unknown", None, None)),
        ("E", "0", ("failed", "付款方余额不足", None)),
        ("E", "1", ("unknown", None, None)),
        ("A", "0", ("accepted", None, None)),
        ("C", "0", ("failed", "付款方余额不足", None)),
        ("Q", "3", ("unknown", None, None)),
    ],
)
def test_the_result_of_a_batch_counts_for_all_lines_or_for_none(month, status, paid, meaning):
    returned = check_against(read_return_file(CMB, cmb_result(status=status, paid=paid)), month())
    assert returned.findings == ()
    assert [(line.status, line.reason, line.booked_on) for line in returned.lines] == [meaning] * 3
    assert [line.end_to_end_id[-1] for line in returned.lines] == ["1", "2", "3"]
    if status == "S" and paid == "3":
        assert [line.bank_ref for line in returned.lines] == [f"0000978052/{number}" for number in (1, 2, 3)]


def test_the_result_of_another_batch_or_payer_is_a_finding(month):
    other = read_return_file(CMB, cmb_result(batch="361125000000202611002", account="36001234500059000002"))
    found = {code for code, _, _ in codes(check_against(other, month()).findings)}
    assert found == {"answer.other_batch", "answer.other_payer"}
    nameless = read_return_file(CMB, cmb_result().replace(f"<YURREF>{BATCH}</YURREF>".encode(), b""))
    assert [code for code, _, _ in codes(nameless.findings)] == ["answer.without_batch"]


def test_the_answer_to_the_upload_accepts_and_never_pays(month):
    content = (
        """<CMBSDKPGK><INFO><FUNNAM>NTAGCAPY</FUNNAM><RETCOD>{}</RETCOD><ERRMSG>{}</ERRMSG></INFO>{}</CMBSDKPGK>"""
    )
    accepted = content.format("0", "", "<NTAGCAGCZ1><REQNBR>1</REQNBR><REQSTA>OPR</REQSTA></NTAGCAGCZ1>").encode()
    failed = content.format("-9", "超时", "").encode()
    for said, status in ((accepted, "accepted"), (failed, "unknown")):
        returned = check_against(read_return_file(CMB, said), month())
        assert (returned.findings, {line.status for line in returned.lines}) == ((), {status})


def test_a_late_return_names_line_amount_and_reason(month):
    content = f"""<CMBSDKPGK><INFO><FUNNAM>NTAGDRFD</FUNNAM><RETCOD>0</RETCOD></INFO>
<NTAGDRFDZ1><BTHDTL>00000002</BTHDTL><REQNBR>0030899420</REQNBR><RTNCOD>002</RTNCOD><RTNTXT>账号、户名不符</RTNTXT>
<STSCOD>E</STSCOD><TRSAMT>11.00</TRSAMT><TRSDAT>20270301</TRSDAT><YURREF>{BATCH}</YURREF></NTAGDRFDZ1></CMBSDKPGK>"""
    returned = check_against(read_return_file(CMB, content.encode()), month())
    (line,) = returned.lines
    assert returned.findings == ()
    assert (line.status, line.reason, line.amount_fen) == ("returned", "户名不符", 1100)
    assert (line.end_to_end_id, line.booked_on, line.bank_ref) == (BATCH + "00000002", date(2027, 3, 1), "0030899420")
    wrong = check_against(read_return_file(CMB, content.replace("11.00", "1.00").encode()), month())
    assert codes(wrong.findings) == [("answer.amount", 2, None)]
    with_zeros = read_return_file(CMB, content.replace("11.00", "11.0000").encode())
    assert [line.amount_fen for line in with_zeros.lines] == [1100]
    ruined = read_return_file(CMB, content.replace("11.00", "11.001").encode())
    assert codes(ruined.findings) == [("amount.decimals", 2, "NTAGDRFDZ1/TRSAMT")]


def pain_002(body: str, *, namespace: str = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10") -> bytes:
    return f"""<Document xmlns="{namespace}"><CstmrPmtStsRpt><GrpHdr><MsgId>M</MsgId></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>{BATCH}</OrgnlMsgId>{body}</CstmrPmtStsRpt></Document>""".encode()


@pytest.mark.parametrize("namespace", ["urn:iso:std:iso:20022:tech:xsd:pain.002.001.03", "urn:somebody:else"])
def test_a_rejected_group_without_lines_rejects_every_line(month, namespace):
    body = "<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>AM04</Cd></Rsn></StsRsnInf></OrgnlGrpInfAndSts>"
    returned = check_against(read_return_file(ISO, pain_002(body, namespace=namespace)), month())
    assert returned.findings == ()
    assert {(line.status, line.reason) for line in returned.lines} == {("failed", "付款方余额不足")}
    assert len(returned.lines) == 3


def test_a_rejected_group_with_lines_rejects_only_those(month):
    lines = f"""<GrpSts>PART</GrpSts></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>{BATCH}</OrgnlPmtInfId>
<PmtInfSts>RJCT</PmtInfSts><TxInfAndSts><OrgnlEndToEndId>{BATCH}00000003</OrgnlEndToEndId><TxSts>RJCT</TxSts>
<StsRsnInf><Rsn><Cd>BE01</Cd></Rsn></StsRsnInf></TxInfAndSts></OrgnlPmtInfAndSts>"""
    returned = check_against(read_return_file(ISO, pain_002(lines)), month())
    assert [(line.seq, line.status, line.reason, line.amount_fen) for line in returned.lines] == [
        (3, "failed", "户名不符", 1150)
    ]


def test_a_group_that_is_paid_without_a_booking_is_no_evidence():
    returned = read_return_file(ISO, pain_002("<GrpSts>ACSC</GrpSts></OrgnlGrpInfAndSts>"))
    assert returned.group is not None
    assert returned.group.status == "unknown"
    assert "answer.settled_without_booking" in {found.code for found in returned.findings}


def test_an_answer_that_is_none_is_refused_with_what_was_expected():
    for content in (b"<Other/>", b"<CMBSDKPGK><INFO><FUNNAM>NTQACINF</FUNNAM></INFO></CMBSDKPGK>"):
        (found,) = read_return_file(CMB, content).findings
        assert found.code == "xml.other_message"
        assert "退票 NTAGDRFD" in found.reason
    (found,) = read_return_file(ISO, pain_002("</OrgnlGrpInfAndSts>")).findings
    assert found.code == "lines.none"


def test_a_layout_without_a_reply_cannot_be_rehearsed(month):
    content = write_payment_file(CMB, month())
    with pytest.raises(BadFile, match="演练银行"):
        answer(content, CMB, seed=1, on=date(2026, 12, 6), rehearsal=True)


# A new bank is a new profile.
MADE_UP = """
name = "spring-bank"
title = "春天银行"
suffix = ".xml"
amount_unit = "fen"
date_format = "%Y/%m/%d"
settled = ["花开"]
failed = ["花落"]

[reasons]
"销户" = ["K7"]

[xml]
encoding = "GBK"
lines_max = 2

[xml.payment]
root = "春"
head = [
    ["头@批", "{batch}"],
    ["头/付", "{payer_account}"],
    ["头/数", "{count}"],
    ["头/额", "{total}"],
    ["头/日", "{date}"],
]
line_at = "身/笔"
line = [
    ["号", "{seq:4}"],
    ["名", "{name}"],
    ["账", "{account}"],
    ["额", "{amount}"],
    ["标", "{end_to_end_id}"],
]

[[xml.answers]]
title = "春天的回音"
mark = ["回音"]
lines = "回音/笔"

[xml.answers.fields]
end_to_end_id = ["标"]
status = ["果@词"]
code = ["果"]
bank_ref = ["流水"]
booked_on = ["日"]
"""
GOLDEN = """<?xml version="1.0" encoding="GBK"?>
<春>
  <头 批="HF202611-1">
    <付>36001234500059000001</付>
    <数>2</数>
    <额>2150</额>
    <日>2026/12/05</日>
  </头>
  <身>
    <笔>
      <号>0001</号>
      <名>张建国</名>
      <账>0062220212345678001</账>
      <额>1050</额>
      <标>HF202611-1/0001</标>
    </笔>
    <笔>
      <号>0002</号>
      <名>张建国</名>
      <账>0062220212345678002</账>
      <额>1100</额>
      <标>HF202611-1/0002</标>
    </笔>
  </身>
</春>
"""
ANSWER = """<?xml version="1.0" encoding="GBK"?><答><回音>
<笔><标>HF202611-1/0001</标><果 词="花开"/><流水>L1</流水><日>2026/12/06</日></笔>
<笔><标>HF202611-1/0002</标><果 词="花落">K7</果></笔></回音></答>"""


def test_a_made_up_bank_needs_a_profile_and_no_program(tmp_path, batch):
    (tmp_path / "spring-bank.toml").write_text(MADE_UP, "utf-8")
    bank = load_bank_profile(tmp_path / "spring-bank.toml")
    sent = replace(batch(2), rehearsal=False)
    sent = replace(sent, lines=tuple(replace(line, bank="", cnaps="", purpose="") for line in sent.lines))
    content = write_payment_file(bank, sent)
    assert content == GOLDEN.encode("gbk")
    assert read_payment_file(bank, content) == sent
    assert len(zipfile.ZipFile(io.BytesIO(write_payment_file(bank, batch(3)))).namelist()) == 2
    returned = check_against(read_return_file(bank, ANSWER.encode("gbk")), sent)
    assert returned.findings == ()
    paid, failed = returned.lines
    assert (paid.status, paid.bank_ref, paid.amount_fen) == ("settled", "L1", Fen(1050))
    assert (failed.status, failed.reason) == ("failed", "销户")
    with pytest.raises(BadFile) as raised:
        write_payment_file(bank, replace(sent, lines=(replace(sent.lines[0], name="𠮷"),)))
    assert codes(raised.value.findings) == [("cell.encoding", 1, "身/笔/名")]
