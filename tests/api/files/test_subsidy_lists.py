"""A subsidy list: every row is read or has a finding with its row and column; numbers are never guessed."""

import io

import openpyxl
import pytest

from api.files.findings import BadFile
from api.files.subsidy_list_profiles import load_subsidy_list_profile, subsidy_list_profile_names
from api.files.subsidy_lists import SubsidyListReading, SubsidyRow, read_subsidy_list

HEADERS = ["户号", "人员编号", "数量", "金额"]
GOOD = ["0101", None, 12.5, 1405.63]
PROFILE = load_subsidy_list_profile("subsidy-list")


def book(*rows: list[object], headers: list[str] = HEADERS) -> bytes:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for row in (headers, *rows):
        sheet.append(list(row))
    kept = io.BytesIO()
    made.save(kept)
    return kept.getvalue()


def read(*rows: list[object]) -> SubsidyListReading:
    return read_subsidy_list(book(*rows), PROFILE, file="名单.xlsx")


def test_rows_of_households_and_persons_are_read() -> None:
    reading = read(GOOD, [None, "M1", "1,200.05", None], [], [" 0102 ", "", 3, "￥1,000.00"])
    assert reading.findings == ()
    assert reading.row_count == 3
    assert reading.rows == (
        SubsidyRow(2, "0101", None, 12_500, 140_563),
        SubsidyRow(3, None, "M1", 1_200_050, None),
        SubsidyRow(5, "0102", None, 3_000, 100_000),
    )


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ([None, None, 1, None], "A 户号", "holder.one_of_two"),
        (["0101", "M1", 1, None], "A 户号", "holder.one_of_two"),
        (["0101 甲", None, 1, None], "A 户号", "source_ref.unreadable"),
        (["0101", None, None, None], "C 数量", "cell.missing"),
        (["0101", None, "一亩", None], "C 数量", "quantity.unreadable"),
        (["0101", None, 0, None], "C 数量", "quantity.unreadable"),
        (["0101", None, -1, None], "C 数量", "quantity.unreadable"),
        (["0101", None, 1.2345, None], "C 数量", "quantity.unreadable"),
        (["0101", None, 1, "一百"], "D 金额", "amount.unreadable"),
        (["0101", None, 1, 1.234], "D 金额", "amount.decimals"),
    ],
)
def test_a_bad_cell_is_told(row: list[object], column: str, code: str) -> None:
    reading = read(GOOD, row)
    assert [(one.row, one.column, one.code) for one in reading.findings] == [(3, column, code)]
    assert [one.row for one in reading.rows] == [2]


def test_a_list_without_rows_or_headers_is_told() -> None:
    assert [one.code for one in read().findings] == ["sheet.no_rows"]
    with pytest.raises(BadFile) as bad:
        read_subsidy_list(book(GOOD, headers=["户号", "人员编号", "面积", "金额"]), PROFILE, file="名单.xlsx")
    assert [one.code for one in bad.value.findings] == ["header.missing"]


def test_layouts_are_complete() -> None:
    assert subsidy_list_profile_names() == ["subsidy-list"]
    columns = {"household": "户号", "quantity": "数量"}
    for wrong in ({"household": "户号"}, {"quantity": "数量"}, {**columns, "amount": "数量"}):
        with pytest.raises(ValueError, match="columns"):
            type(PROFILE)(name="x", title="x", sheet=1, header_row=1, columns=wrong)  # type: ignore[arg-type]
