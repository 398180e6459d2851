"""A bank's XML beside its schema: what follows it, what does not and where, and that nothing depends on it."""

import io
import zipfile
from pathlib import Path

import pytest

from api.diagnosis import diagnose
from api.files.findings import BadFile
from api.files.schema_validity import PLACES_MAX, broken_schemas, schema_check
from api.files.statement_files import read_statements
from api.files.statement_profiles import load_statement_profile
from api.web.schema_words import schema_said
from domain.bank_files import SchemaCheck, SchemaPlace

BANK = Path(__file__).parents[4] / "shared" / "data" / "bank"
XSD, SAMPLES = BANK / "xsd", BANK / "iso20022"
CAMT = load_statement_profile("camt.053")
by_iso = pytest.mark.skipif(not XSD.exists(), reason="the ISO 20022 schemas and samples are not at hand")

SPRING = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" {target} elementFormDefault="qualified">
<xs:element name="答"><xs:complexType><xs:sequence><xs:element name="笔" maxOccurs="unbounded"><xs:simpleType>
<xs:restriction base="xs:string"><xs:enumeration value="成"/></xs:restriction></xs:simpleType></xs:element>
</xs:sequence></xs:complexType></xs:element></xs:schema>"""


@pytest.fixture
def folder(tmp_path):
    """A folder with the schema of a made-up bank, whose messages have no namespace."""
    (tmp_path / "银行 格式").mkdir()
    (tmp_path / "银行 格式" / "spring.xsd").write_text(SPRING.format(target=""), "utf-8")
    return tmp_path / "银行 格式"


def answer(*lines, head="", encoding="UTF-8"):
    body = "".join(f"\n<笔>{line}</笔>" for line in lines)
    return f'<?xml version="1.0" encoding="{encoding}"?>{head}<答>{body}\n</答>'.encode(encoding)


def test_what_follows_its_schema_is_valid_in_any_encoding(folder):
    for encoding in ("UTF-8", "GBK", "GB18030"):
        check = schema_check(answer("成", "成", encoding=encoding), folder=folder)
        assert check is not None
        assert (check.result, check.places) == ("valid", ())
        assert check.xsd is not None


def test_what_does_not_is_invalid_with_its_first_places_and_none_of_its_words(folder):
    check = schema_check(answer("成", "张建国", "成", "张建国"), folder=folder)
    assert check is not None
    assert (check.result, check.places) == ("invalid", (SchemaPlace(3, "笔"), SchemaPlace(5, "笔")))
    # A name that the schema does not know is a stranger's word, and is not kept.
    strange = schema_check(answer("成").replace("<笔>".encode(), "<张建国/><笔>".encode()), folder=folder)
    assert strange is not None
    assert strange.places == (SchemaPlace(2, ""),)
    many = schema_check(answer(*["败"] * 50_000), folder=folder)
    assert many is not None
    assert [place.line for place in many.places] == list(range(2, 2 + PLACES_MAX))


def zipped(**parts):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(f"{name}.xml", content)
    return buffer.getvalue()


def test_an_archive_of_messages_is_as_good_as_its_worst_part(folder):
    """As a batch goes out in several uploads. A workbook is no such archive, though its parts are XML too."""
    good, bad = answer("成"), answer("成", "败")
    check = schema_check(zipped(a=good, b=good), folder=folder)
    assert check is not None
    assert (check.result, check.places) == ("valid", ())
    assert check == schema_check(good, folder=folder)
    check = schema_check(zipped(a=good, b=bad), folder=folder)
    assert check is not None
    assert (check.result, check.places) == ("invalid", (SchemaPlace(3, "笔", part=2),))
    assert schema_said(check) == "不符合（第 2 部分第 3 行 笔），不影响登记"
    strange = schema_check(zipped(a=good, b=b"<other/>"), folder=folder)
    assert strange == SchemaCheck(result="no_schema")
    for none in (zipped(a=good, b=b"text"), zipped(**{"[Content_Types]": good}), zipped(a=good, b=b"<!DOCTYPE a><a/>")):
        assert schema_check(none, folder=folder) is None


def test_a_message_on_one_line_is_judged_piece_by_piece(folder, monkeypatch):
    monkeypatch.setattr("api.files.schema_validity.PIECE_BYTES_MAX", 100)
    for said, expected in (("成", ()), ("败", (SchemaPlace(1, "笔"),))):
        check = schema_check(answer(*["成"] * 1_000, said).replace(b"\n", b""), folder=folder)
        assert check is not None
        assert check.places == expected


def test_a_document_without_a_schema_is_not_judged(folder):
    assert schema_check(answer("成"), folder=None) == SchemaCheck("no_schema")
    assert schema_check(answer("成"), folder=folder / "nowhere") == SchemaCheck("no_schema")
    assert schema_check(b"<Other/>", folder=folder) == SchemaCheck("no_schema")
    assert schema_check(b'<Document xmlns="urn:somebody:else"/>', folder=folder) == SchemaCheck("no_schema")


@pytest.mark.parametrize(
    "content",
    [
        b"H|1|2\nD|1",
        b"PK\x03\x04",
        b"",
        b"<open>",
        answer("&x;", head='<!DOCTYPE d [<!ENTITY x "y">]>'),
        b"<a>" * 50 + b"</a>" * 50,
    ],
    ids=["text", "zip", "empty", "malformed", "doctype", "deep"],
)
def test_what_is_no_xml_or_is_not_safe_never_reaches_the_schema(folder, content):
    assert schema_check(content, folder=folder) is None


def test_a_document_cannot_name_a_schema_of_its_own(folder):
    """What it names would make the validity fail if it were ever opened: it is no schema."""
    (folder / "spring.txt").write_text("no schema", "utf-8")
    instance = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    for location in (
        f'xsi:noNamespaceSchemaLocation="{folder / "spring.txt"}"',
        f'xsi:schemaLocation="urn:a {folder / "spring.txt"}"',
    ):
        content = answer("成").replace("<答>".encode(), f"<答 {instance} {location}>".encode())
        check = schema_check(content, folder=folder)
        assert check is not None
        assert check.result == "valid"


def test_the_message_is_found_by_its_version_where_the_namespace_is_the_banks_own(tmp_path):
    for version in ("08", "02"):
        namespace = f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"
        schema = SPRING.format(target=f'targetNamespace="{namespace}" xmlns="{namespace}"')
        (tmp_path / f"{version}.XSD").write_text(schema, "utf-8")
    own, banks, newer = (
        schema_check(answer("成").replace("<答>".encode(), f'<答 xmlns="{namespace}">'.encode()), folder=tmp_path)
        for namespace in (
            "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02",
            "urn:spring-bank:camt.053.001.02",
            "urn:iso:std:iso:20022:tech:xsd:camt.053.001.13",
        )
    )
    assert own is not None
    assert banks is not None
    assert (own.result, banks.result, own.xsd == banks.xsd) == ("valid", "invalid", True)
    assert newer == SchemaCheck("no_schema")


# A folder that is not whole.
def test_broken_schemas_are_findings_and_judge_nothing(folder):
    assert broken_schemas(folder) == []
    (folder / "cut.xsd").write_text(SPRING.format(target="")[:200], "utf-8")
    (folder / "no-schema.xsd").write_text("<答/>", "utf-8")
    (folder / "unfinished.xsd").write_text(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="答" type="nobody"/></xs:schema>'
    )
    (folder / "folder.xsd").mkdir()
    found = broken_schemas(folder)
    assert [(one.code, one.file) for one in found] == [
        ("schema.broken", name) for name in ("cut.xsd", "folder.xsd", "no-schema.xsd", "unfinished.xsd")
    ]
    # The whole one among them still judges.
    check = schema_check(answer("成"), folder=folder)
    assert check is not None
    assert check.result == "valid"
    (folder / "spring.xsd").unlink()
    assert schema_check(answer("成"), folder=folder) == SchemaCheck("no_schema")


def test_doctor_tells_of_a_broken_folder(tmp_path, folder):
    def told(place):
        items = diagnose({"MINGZHANG_HOME": str(tmp_path / "home"), "MINGZHANG_BANK_SCHEMAS": str(place)})
        return [(item.state, item.text) for item in items if item.section == "银行文件"]

    assert [state for state, _ in told(folder)] == ["ok"]
    (folder / "cut.xsd").write_text("<xs:schema", "utf-8")
    ((state, text),) = told(folder)
    assert (state, text.startswith("cut.xsd：不是可用的格式定义（XSD）：")) == ("bad", True)
    for place in (tmp_path / "nowhere", tmp_path / "home"):
        ((state, text),) = told(place)
        assert (state, "请" in text) == ("bad", True)
    (tmp_path / "empty").mkdir()
    ((state, text),) = told(tmp_path / "empty")
    assert (state, "没有 .xsd 文件" in text) == ("bad", True)
    assert not told("")


# The banks' own samples.
@by_iso
def test_samples_follow_their_schemas_whether_or_not_they_add_up():
    """Validity says nothing of whether a file can be used, one way or the other: it is evidence and no gate."""
    results = {}
    for path in sorted(SAMPLES.glob("*.xml")):
        check = schema_check(path.read_bytes(), folder=XSD)
        assert check is not None
        results[path.name] = (check.result, check.places)
    assert results.pop("iso_camt053.v2.wrong.xml") == ("invalid", (SchemaPlace(8, "BkToCstmrStmt"),))
    assert len(results) == 9
    assert set(results.values()) == {("valid", ())}
    refused = SAMPLES / "camt053.v2.five.decimals.xml"  # its balances do not add up
    with pytest.raises(BadFile):
        read_statements(CAMT, refused.read_bytes(), file=refused.name)


@by_iso
@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        (b"<Bal>", b"<Bal><Kind/>", SchemaPlace(44, "")),
        (b"<Ccy>EUR", b"<Ccy>EUR</Ccy><Ccy>EUR", SchemaPlace(34, "Ccy")),
        (b"001.02", b"001.99", None),
        (b"urn:iso:std:iso:20022:tech:xsd:", b"urn:nordbank:", SchemaPlace(3, "Document")),
    ],
)
def test_what_is_invalid_is_read_all_the_same(before, after, place):
    content = (SAMPLES / "ing__example_camt.xml").read_bytes()
    changed = content.replace(before, after, 1)
    check = schema_check(changed, folder=XSD)
    assert check is not None
    assert (check.result, check.places[:1]) == (("invalid", (place,)) if place else ("no_schema", ()))
    (was,), (now,) = read_statements(CAMT, content, file="a"), read_statements(CAMT, changed, file="a")
    assert (now.entries, now.closing_fen) == (was.entries, was.closing_fen)
