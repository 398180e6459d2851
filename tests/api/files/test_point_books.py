"""A points book: every row is read or has a finding with its row and column; numbers are never guessed."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from api.files.findings import BadFile
from api.files.point_book_profiles import load_point_book_profile, point_book_profile_names
from api.files.point_books import BookReading, BookRow, read_point_book

HEADERS = ["村（社区）", "户号", "人员编号", "积分余额", "截至日期"]
GOOD = ["演练村", "0001", None, 320, date(2025, 12, 31)]
PROFILE = load_point_book_profile("point-book")


def book(path: Path, *rows: list[object], headers: list[str] = HEADERS) -> Path:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for row in (headers, *rows):
        sheet.append(list(row))
    made.save(path)
    return path


def told(reading: BookReading) -> list[tuple[int | None, str | None, str]]:
    return [(one.row, one.column, one.code) for one in reading.findings]


def test_rows_of_households_and_persons_are_read(tmp_path: Path) -> None:
    path = book(tmp_path / "b.xlsx", GOOD, [" 990101001001 ", None, "M1", "1,200", "2025年6月30日"], [], [*GOOD[:3], 0])
    reading = read_point_book(path, PROFILE)
    assert reading.findings == ()
    assert reading.rows == (
        BookRow(2, "演练村", "0001", None, 320, date(2025, 12, 31)),
        BookRow(3, "990101001001", None, "M1", 1_200, date(2025, 6, 30)),
        BookRow(5, "演练村", "0001", None, 0, None),
    )


def changed(**cells: object) -> list[object]:
    """The good row with some cells changed, by header."""
    return [cells.get(header, cell) for header, cell in zip(HEADERS, GOOD, strict=True)]


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"村（社区）": None}, "A 村（社区）", "cell.missing"),
        ({"户号": None}, "B 户号", "holder.one_of_two"),
        ({"人员编号": "M1"}, "B 户号", "holder.one_of_two"),
        ({"户号": "0001 甲"}, "B 户号", "source_ref.unreadable"),
        ({"积分余额": None}, "D 积分余额", "cell.missing"),
        ({"积分余额": "三百二十"}, "D 积分余额", "points.unreadable"),
        ({"积分余额": "320分"}, "D 积分余额", "points.unreadable"),
        ({"积分余额": 320.5}, "D 积分余额", "points.unreadable"),
        ({"积分余额": 1_000_000_000}, "D 积分余额", "points.unreadable"),
        ({"积分余额": -20}, "D 积分余额", "points.below_zero"),
        ({"积分余额": "-20"}, "D 积分余额", "points.below_zero"),
        ({"积分余额": True}, "D 积分余额", "cell.not_text"),
        ({"截至日期": "去年底"}, "E 截至日期", "date.unreadable"),
    ],
)
def test_a_bad_cell_is_told(tmp_path: Path, cells: dict[str, object], column: str, code: str) -> None:
    reading = read_point_book(book(tmp_path / "b.xlsx", GOOD, changed(**cells)), PROFILE)
    assert told(reading) == [(3, column, code)]
    assert [row.row for row in reading.rows] == [2]
    assert [row.row for row in reading.unread] == [3]


def test_everything_wrong_with_a_row_is_told_at_once(tmp_path: Path) -> None:
    reading = read_point_book(book(tmp_path / "b.xlsx", ["", "0 1", None, "多", "某日"]), PROFILE)
    assert [code for _, _, code in told(reading)] == [
        "cell.missing",
        "source_ref.unreadable",
        "points.unreadable",
        "date.unreadable",
    ]


def test_a_hostile_workbook_is_refused_as_a_whole(tmp_path: Path) -> None:
    path = book(tmp_path / "b.xlsx", GOOD)
    made = openpyxl.load_workbook(path)
    made.active.merge_cells("B1:C1")
    made.save(path)
    with pytest.raises(BadFile) as refused:
        read_point_book(path, PROFILE)
    assert [one.code for one in refused.value.findings] == ["header.merged", "header.missing"]


def test_formulas_are_told_together_with_everything_else(tmp_path: Path) -> None:
    """Also those outside the table's columns: nothing of such a book is imported before they are values."""
    rows = [*GOOD, "=SUM(D2:D3)"], [*GOOD[:3], "=D2+1", "某日"], ["演练村", "=B2", "M1", 5, GOOD[4]], changed(户号=None)
    reading = read_point_book(book(tmp_path / "f.xlsx", *rows), PROFILE)
    assert sorted(told(reading)) == [
        (2, "F", "cell.formula"),
        (3, "D", "cell.formula"),
        (3, "E 截至日期", "date.unreadable"),
        (4, "B", "cell.formula"),
        (5, "B 户号", "holder.one_of_two"),
    ]
    assert [row.row for row in reading.rows] == [2]
    with pytest.raises(BadFile) as refused:
        read_point_book(book(tmp_path / "g.xlsx", [*GOOD[:3], "=1"], headers=HEADERS[:4]), PROFILE)
    assert [one.code for one in refused.value.findings] == ["cell.formula", "header.missing"]


def test_merged_rows_are_told_and_not_read(tmp_path: Path) -> None:
    path = book(tmp_path / "b.xlsx", GOOD, [*GOOD[:1], "0002", *GOOD[2:]])
    made = openpyxl.load_workbook(path)
    made.active.merge_cells("D2:D3")
    made.save(path)
    reading = read_point_book(path, PROFILE)
    assert told(reading) == [(2, "D 积分余额", "cell.merged"), (3, "D 积分余额", "cell.merged")]
    assert reading.rows == ()


def test_a_book_without_rows_is_a_finding(tmp_path: Path) -> None:
    reading = read_point_book(book(tmp_path / "b.xlsx"), PROFILE)
    assert [one.code for one in reading.findings] == ["sheet.no_rows"]


OURS = """
name = "ours"
title = "某县台账"
sheet = 1
header_row = 1
[columns]
area = "村"
household = "户"
points = "分"
"""


def test_another_county_writes_its_own_layout(tmp_path: Path) -> None:
    ours = tmp_path / "ours.toml"
    ours.write_text(OURS)
    path = book(tmp_path / "b.xlsx", ["甲村", "7", 12], headers=["村", "户", "分"])
    reading = read_point_book(path, load_point_book_profile(ours))
    assert reading.rows == (BookRow(2, "甲村", "7", None, 12, None),)
    assert point_book_profile_names() == ["point-book"]


@pytest.mark.parametrize(
    ("line", "instead"),
    [('points = "分"', ""), ('household = "户"', ""), ('points = "分"', 'points = "村"')],
)
def test_a_wrong_layout_is_told(tmp_path: Path, line: str, instead: str) -> None:
    ours = tmp_path / "ours.toml"
    ours.write_text(OURS.replace(line, instead))
    with pytest.raises(BadFile) as refused:
        load_point_book_profile(ours)
    assert [one.code for one in refused.value.findings] == ["profile.entry"]
