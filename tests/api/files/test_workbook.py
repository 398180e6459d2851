"""Workbooks that are none, or hold more than values: refused before the parser sees them, with the place."""

import io
import random
import re
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.files import workbook
from api.files.findings import BadFile
from api.files.workbook import Workbook, column_letters
from api.files.xlsx_parts import reference


def refused(content: bytes, *, sheet: str | int = 1) -> list[tuple[str, int | None, str | None]]:
    with pytest.raises(BadFile) as raised:
        Workbook(content, file="x.xlsx").sheet(sheet)
    return [(found.code, found.row, found.column) for found in raised.value.findings]


def repacked(content: bytes, *, compression: int = zipfile.ZIP_DEFLATED, **changed: bytes | None) -> bytes:
    """Return the package with members replaced, added or (None) left out; `__` in a name stands for `/`."""
    changes = {name.replace("__", "/").replace("_DOT_", "."): value for name, value in changed.items()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", compression) as new:
        for name in [*old.namelist(), *(name for name in changes if name not in old.namelist())]:
            value = changes.get(name, old.read(name) if name in old.namelist() else None)
            if value is not None:
                new.writestr(name, value)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "file.empty", "空"),
        ("留言编号,留言用户\r\n1,2\r\n".encode(), "file.not_xlsx", "CSV"),
        ("编号\n".encode("gb18030"), "file.not_xlsx", "CSV"),
        (b"%PDF-1.7\n...", "file.not_xlsx", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "file.not_xlsx", ".xls"),
        (b"\xd0\xcf\x11\xe0" + bytes(9) + "EncryptedPackage".encode("utf-16-le"), "file.encrypted", "密码"),
        (b"<html><table><tr><td>1", "file.not_xlsx", "网页"),
        (b"\x89PNG\r\n\x1a\n\0\0", "file.not_xlsx", "别的"),
        (b"PK\x03\x04 and nothing more", "file.damaged", "损坏"),
    ],
)
def test_a_wrong_type_is_named(content, code, words):
    with pytest.raises(BadFile) as raised:
        Workbook(content, file="登记簿.xlsx")
    (found,) = raised.value.findings
    assert found.code == code
    assert words in found.reason
    assert str(found).startswith("登记簿.xlsx")


def test_another_kind_of_package_is_no_workbook():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert refused(buffer.getvalue()) == [("file.not_xlsx", None, None)]


def test_a_workbook_with_macros_is_refused(raw_workbook):
    assert refused(repacked(raw_workbook(), xl__vbaProject_DOT_bin=b"MZ")) == [("file.macros", None, None)]


def test_a_package_with_a_member_twice_is_refused(raw_workbook):
    content = repacked(raw_workbook(), **{"xl/Worksheets/Sheet1.xml": b"<other/>"})
    assert refused(content) == [("file.damaged", None, None)]


def test_a_package_whose_main_part_is_another_is_refused(raw_workbook):
    with zipfile.ZipFile(io.BytesIO(raw_workbook())) as archive:
        moved = archive.read("_rels/.rels").replace(b"xl/workbook.xml", b"xl/other.xml")
        book = archive.read("xl/workbook.xml")
    content = repacked(raw_workbook(), **{"_rels/.rels": moved, "xl/other.xml": book})
    assert refused(content) == [("file.damaged", None, None)]


def test_a_zip_bomb_is_refused_unread(raw_workbook):
    content = repacked(raw_workbook(), xl__media__huge_DOT_bin=bytes(30 * 2**20))
    assert len(content) < 50_000
    assert refused(content) == [("file.ratio", None, None)]


def test_the_unpacked_size_is_limited(raw_workbook, monkeypatch):
    monkeypatch.setattr(workbook, "UNPACKED_BYTES_MAX", 500)
    assert refused(raw_workbook()) == [("file.unpacked_too_large", None, None)]


def test_the_packed_size_is_limited(raw_workbook, monkeypatch, tmp_path):
    monkeypatch.setattr(workbook, "FILE_BYTES_MAX", 1000)
    assert refused(raw_workbook() + bytes(1000)) == [("file.too_large", None, None)]
    (tmp_path / "big.xlsx").write_bytes(bytes(2000))
    with pytest.raises(BadFile, match="文件超过"):
        workbook.read_bytes(tmp_path / "big.xlsx", bytes_max=1999)


@pytest.mark.parametrize("part", ["shared", "styles", "book"])
def test_a_doctype_is_refused_in_every_part(raw_workbook, part):
    lol = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    assert refused(raw_workbook(**{part: lol})) == [("file.doctype", None, None)]


def test_a_doctype_is_refused_in_a_sheet_and_in_any_encoding(raw_workbook):
    assert refused(raw_workbook(head="<!DOCTYPE worksheet>")) == [("file.doctype", None, None)]
    hidden = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x><x/>'.encode("utf-16")
    assert refused(repacked(raw_workbook(), xl__styles_DOT_xml=hidden)) == [("file.doctype", None, None)]


def test_ten_megabytes_in_a_cell_are_refused_with_the_place(raw_workbook):
    """The text varies, so that the compression ratio alone does not give it away."""
    text = random.Random(1).randbytes(6 * 2**20).hex()
    assert len(text) > 10 * 2**20
    inline = f'<row r="3"><c r="B3" t="inlineStr"><is><t>{text}</t></is></c></row>'
    assert refused(raw_workbook(inline)) == [("cell.too_long", 3, "B")]
    shared = f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{text}</t></si></sst>'
    used = '<row r="2"><c r="C2" t="s"><v>0</v></c></row>'
    assert refused(raw_workbook(used, shared=shared)) == [("cell.too_long", 2, "C")]


def test_the_longest_text_that_a_cell_can_hold_is_read(raw_workbook):
    text = "字" * 32_767
    inline = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{text}</t></is></c></row>'
    assert Workbook(raw_workbook(inline), file="x").sheet(1).rows == [[text]]


def test_one_cell_far_out_does_not_fill_the_memory(raw_workbook):
    cell = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert refused(raw_workbook(cell)) == [
        ("file.too_many_rows", None, None),
        ("file.too_many_columns", None, None),
    ]


def test_every_formula_is_named(table):
    def change(sheet):
        sheet["B2"], sheet["D3"] = "=1+1", '=HYPERLINK("http://x")'

    assert refused(table([[1, 2, 3, 4], [1, 2, 3, 4]], headers=list("abcd"), change=change)) == [
        ("cell.formula", 2, "B"),
        ("cell.formula", 3, "D"),
    ]


def test_a_missing_sheet_is_named_with_those_that_are_there(table):
    with pytest.raises(BadFile, match="没有找到工作表“台账”，文件里有：Sheet"):
        Workbook(table([]), file="x.xlsx").sheet("台账")
    assert refused(table([]), sheet=2) == [("sheet.missing", None, None)]


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="1A"><v>1</v></c></row>',
        '<row r="x"><c><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>x</v></c></row>',
        '<row r="1"><c r="A1"></row>',
    ],
)
def test_broken_sheets_are_damaged_files(raw_workbook, rows):
    assert refused(raw_workbook(rows)) == [("file.damaged", None, None)]


def test_cells_without_references_are_counted_on(raw_workbook):
    rows = "<row><c><v>1</v></c><c><f>2</f><v>2</v></c></row><row><c><v>1</v></c><c><v>1</v></c><c><f>3</f></c></row>"
    assert refused(raw_workbook(rows)) == [("cell.formula", 1, "B"), ("cell.formula", 2, "C")]


@given(st.integers(1, 16384))
def test_column_letters_are_those_of_references(column):
    letters = column_letters(column)
    assert re.fullmatch("[A-Z]{1,3}", letters)
    assert reference(f"{letters}7") == (7, column)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(changes=st.lists(st.tuples(st.floats(0, 0.9999), st.integers(0, 255)), min_size=1, max_size=6))
def test_a_damaged_workbook_never_ends_in_a_traceback(raw_workbook, changes):
    content = bytearray(raw_workbook('<row r="1"><c r="A1"><v>1</v></c></row>'))
    for where, byte in changes:
        content[4 + int(where * (len(content) - 4))] = byte
    try:
        outcome = Workbook(bytes(content), file="x").sheet(1).rows
    except BadFile as bad:
        outcome = bad.findings
    assert all(isinstance(found, list) or found.reason for found in outcome)


def test_a_workbook_cut_anywhere_is_refused(raw_workbook):
    content = raw_workbook('<row r="1"><c r="A1"><v>1</v></c></row>')
    for length in range(0, len(content) - 1, 7):
        assert refused(content[:length])


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_a_damaged_part_never_ends_in_a_traceback(raw_workbook, data):
    """The same inside the package, where no checksum catches it."""
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>x</t></is></c></row>'
    merges = '<mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells>'
    shared = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>hello</t></si></sst>'
    whole = raw_workbook(rows, after=merges, shared=shared)
    name = data.draw(st.sampled_from(["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"]))
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        part = bytearray(archive.read(name))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(part) - 1))
        part[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    try:
        outcome = Workbook(repacked(whole, **{name: bytes(part)}), file="x").sheet(1).rows
    except BadFile as bad:
        outcome = bad.findings
    assert all(isinstance(found, list) or found.reason for found in outcome)
