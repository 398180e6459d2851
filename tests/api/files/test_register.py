"""A county's register: the real one, and every way in which a clerk's may differ."""

from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from api.files.findings import BadFile
from api.files.register import read_register
from api.files.register_profiles import load_register_profile

CHINA = timezone(timedelta(hours=8))
REAL = Path(__file__).parents[4] / "shared/data/messages/messages_with_replies.xlsx"
HEADERS = ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "答复意见", "答复时间"]


def row(**changed: object) -> list[object]:
    """Return one good row of the register, with changes by our field names."""
    fields = {
        "source_ref": "12",
        "author": "A0001",
        "title": "路灯不亮",
        "reported_at": "2019/4/25 9:32:09",
        "body": "村口路灯不亮",
        "reply": "已修好",
        "handled_at": "2019/4/26 10:00:00",
    }
    assert changed.keys() <= fields.keys()
    return list((fields | changed).values())


def findings_of(content, profile):
    reading = read_register(content, profile)
    return [(found.code, found.row, found.column) for found in reading.findings], reading


def refusal_of(content, profile):
    with pytest.raises(BadFile) as raised:
        read_register(content, profile)
    return [(found.code, found.row, found.column) for found in raised.value.findings]


# The real file.
@pytest.fixture(scope="module")
def real():
    if not REAL.exists():
        pytest.skip("the shared data folder with the citizens' messages is not beside this checkout")
    return read_register(REAL, load_register_profile("messages-with-replies"))


def test_the_real_register_is_read_whole(real):
    assert real.row_count == len(real.rows) == 2816
    assert [read.row for read in real.rows] == list(range(2, 2818))
    assert len({read.source_ref for read in real.rows}) == 2816
    assert real.file == "messages_with_replies.xlsx"
    assert real.digest == "ee0d6205bf0b8e59c6712133d054e7be6057c68ec307784338787f2d6aa5486b"
    assert real.ignored_headers == ()


def test_the_one_unreadable_reply_time_is_found_and_costs_only_the_reply(real):
    (found,) = real.findings
    assert (found.code, found.row, found.column, found.value) == ("time.day_only", 1141, "G 答复时间", "2018/4/24")
    assert found.reason == "只有日期，没有几点几分；请补上时间，如 2026/4/24 09:30；这条答复没有读入"
    (unanswered,) = [read for read in real.rows if read.handled_at is None]
    assert unanswered.row == 1141
    assert unanswered.reply is None
    assert unanswered.body


def test_ids_texts_and_times_of_the_real_register_are_clean(real):
    for read in real.rows:
        assert read.source_ref.isdigit()
        assert read.body == read.body.strip() != ""
        assert "\r" not in read.body
        assert read.reported_at.utcoffset() == timedelta(hours=8)
        assert read.handled_at is None or read.handled_at >= read.reported_at
    first = real.rows[0]
    assert (first.source_ref, first.author) == ("2549", "A00045581")
    assert first.reported_at == datetime(2019, 4, 25, 9, 32, 9, tzinfo=CHINA)
    assert first.body.startswith("2019年4月以来")
    # Row 7 alone holds its time as a date cell.
    assert real.rows[5].reported_at == datetime(2019, 4, 8, 8, 37, 20, tzinfo=CHINA)


def test_the_latency_of_the_real_register_is_the_published_one(real):
    days = sorted(
        (read.handled_at - read.reported_at) / timedelta(days=1) for read in real.rows if read.handled_at is not None
    )
    assert round(days[len(days) // 2], 1) == 11.2
    assert round(100 * sum(day <= 15 for day in days) / len(days), 1) == 61.5


def test_the_real_register_is_the_same_from_bytes(real):
    again = read_register(REAL.read_bytes(), load_register_profile("messages-with-replies"), file=real.file)
    assert again == real


# Rows.
def test_a_row_is_read_with_its_profile_s_defaults(table, profile):
    (read,) = read_register(table([row()]), profile).rows
    assert read.row == 2
    assert (read.source_ref, read.author, read.title, read.body) == ("12", "A0001", "路灯不亮", "村口路灯不亮")
    assert read.reported_at == datetime(2019, 4, 25, 9, 32, 9, tzinfo=CHINA)
    assert (read.reply, read.handled_at) == ("已修好", datetime(2019, 4, 26, 10, tzinfo=CHINA))
    assert (read.category, read.division) == ("民生服务", None)


@pytest.mark.parametrize(
    ("changed", "finding"),
    [
        ({"source_ref": ""}, ("cell.missing", 2, "A 留言编号")),
        ({"source_ref": 2.5}, ("cell.not_text", 2, "A 留言编号")),
        ({"source_ref": 6.22e18}, ("cell.not_text", 2, "A 留言编号")),
        ({"source_ref": "x" * 65}, ("source_ref.unreadable", 2, "A 留言编号")),
        ({"source_ref": "1 2"}, ("source_ref.unreadable", 2, "A 留言编号")),
        ({"author": "  "}, ("cell.missing", 2, "B 留言用户")),
        ({"author": date(2020, 1, 1)}, ("cell.not_text", 2, "B 留言用户")),
        ({"title": "字" * 201}, ("cell.too_long", 2, "C 留言主题")),
        ({"reported_at": None}, ("cell.missing", 2, "D 留言时间")),
        ({"reported_at": "昨天"}, ("time.unreadable", 2, "D 留言时间")),
        ({"reported_at": "2019/4/25"}, ("time.day_only", 2, "D 留言时间")),
        ({"reported_at": date(2019, 4, 25)}, ("time.day_only", 2, "D 留言时间")),
        ({"body": "\n\t\n"}, ("cell.missing", 2, "E 留言详情")),
        ({"body": True}, ("cell.not_text", 2, "E 留言详情")),
    ],
)
def test_a_row_that_cannot_be_read_is_a_finding_and_the_others_come(table, profile, changed, finding):
    found, reading = findings_of(table([row(**changed), row(source_ref="13")]), profile)
    assert found == [finding]
    assert [read.source_ref for read in reading.rows] == ["13"]
    assert reading.row_count == 2


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({"handled_at": "2018/4/24"}, ["time.day_only"]),
        ({"handled_at": "2019/4/24 9:00:00"}, ["handling.before_report"]),
        ({"handled_at": None}, ["handling.without_time"]),
        ({"reply": 1.5}, ["cell.not_text"]),
        ({"reply": None, "handled_at": None}, []),
    ],
)
def test_a_reply_that_cannot_be_read_is_left_out_and_the_message_comes(table, profile, changed, codes):
    found, reading = findings_of(table([row(**changed)]), profile)
    assert [code for code, _, _ in found] == codes
    (read,) = reading.rows
    assert (read.reply, read.handled_at) == (None, None)


def test_a_reply_may_be_a_time_without_words(table, profile):
    (read,) = read_register(table([row(reply=None)]), profile).rows
    assert read.reply is None
    assert read.handled_at is not None


def test_all_findings_of_a_row_come_at_once(table, profile):
    found, _ = findings_of(table([row(source_ref="", author="", reported_at="?")]), profile)
    assert [code for code, _, _ in found] == ["cell.missing", "cell.missing", "time.unreadable"]


def test_a_number_used_twice_is_a_finding_at_the_second_place(table, profile):
    found, reading = findings_of(table([row(), row(source_ref=12, body="别的")]), profile)
    assert found == [("source_ref.duplicate", 3, "A 留言编号")]
    assert "第 2 行" in reading.findings[0].reason
    assert [read.body for read in reading.rows] == ["村口路灯不亮"]


def test_empty_rows_and_cells_outside_the_columns_count_for_nothing(table, profile):
    def change(sheet):
        sheet["J9"] = "注"

    found, reading = findings_of(table([row(), [None] * 7, ["  "] * 7, row(source_ref="13")], change=change), profile)
    assert found == []
    assert [read.row for read in reading.rows] == [2, 5]
    assert reading.row_count == 2


def test_an_error_value_is_a_finding(table, profile):
    def change(sheet):
        sheet["C2"].value = "#N/A"
        sheet["C2"].data_type = "e"

    found, reading = findings_of(table([row(), row(source_ref="13")], change=change), profile)
    assert found == [("cell.error", 2, "C 留言主题")]
    assert [read.row for read in reading.rows] == [3]


def test_a_finding_never_shows_a_personal_text(table, profile):
    name, phone, account = "张建国", "13800138000", "6222021234567890123"
    rows = [
        row(title=name * 80, reply=f"{name}的电话是{phone}", handled_at=None),
        row(source_ref="13", reported_at=name, handled_at=phone),
        row(source_ref=f"{name} {phone}", reported_at=account),
    ]
    reading = read_register(table(rows), profile)
    assert len(reading.findings) == 6
    shown = "\n".join(map(str, reading.findings))
    assert not any(secret in shown for secret in (name, phone, account))


# Structure.
def test_columns_may_stand_in_any_order_and_headers_be_broken_over_lines(table, profile):
    headers = [" 答复时间", "留言\n编号", "备注", *HEADERS[1:6]]
    values = row()
    moved = [values[6], values[0], "无", *values[1:6]]
    reading = read_register(table([moved], headers=headers), profile)
    assert reading.findings == ()
    assert reading.rows[0].source_ref == "12"
    assert reading.ignored_headers == ("备注",)


def test_missing_and_doubled_headers_refuse_the_file_all_at_once(table, profile):
    headers = ["留言编号", "留言编号", "留言主题", "留言时间", "留言详情", "答复意见", "时间"]
    assert refusal_of(table([row()], headers=headers), profile) == [
        ("header.duplicate", 1, "B"),
        ("header.missing", 1, None),
        ("header.missing", 1, None),
    ]
    with pytest.raises(BadFile, match="第 1 行没有“留言用户”这一列"):
        read_register(table([row()], headers=headers), profile)


def test_a_merged_header_refuses_the_file(table, profile):
    content = table([row()], change=lambda sheet: sheet.merge_cells("B1:C1"))
    assert refusal_of(content, profile)[0] == ("header.merged", 1, "B")


def test_merged_cells_cost_the_rows_that_they_touch_and_no_other(table, profile):
    def change(sheet):
        sheet.merge_cells("D3:D4")  # over two rows
        sheet.merge_cells("B6:C6")  # within one
        sheet.merge_cells("J2:K2")  # outside the register's columns

    rows = [row(source_ref=str(number)) for number in range(10, 16)]
    found, reading = findings_of(table(rows, change=change), profile)
    assert found == [
        ("cell.merged", 3, "D 留言时间"),
        ("cell.merged", 4, "D 留言时间"),
        ("cell.merged", 6, "B 留言用户"),
    ]
    assert "D3:D4" in reading.findings[0].reason
    assert [read.row for read in reading.rows] == [2, 5, 7]
    assert reading.row_count == 6


def test_a_line_merged_over_all_columns_is_one_finding(table, profile):
    rows = [row(), ["以下为四月", *[None] * 6], row(source_ref="13")]
    found, reading = findings_of(table(rows, change=lambda sheet: sheet.merge_cells("A3:G3")), profile)
    assert found == [("cell.merged", 3, "A 留言编号")]
    assert [read.row for read in reading.rows] == [2, 4]


def test_more_merged_cells_than_anybody_can_list_refuse_the_file(table, profile):
    def change(sheet):
        for number in range(3, 2_003):
            sheet.merge_cells(f"J{number}:K{number}")

    assert refusal_of(table([row()], change=change), profile) == [("cell.merged_often", None, None)]


def test_a_header_without_a_row_is_a_finding(table, profile):
    found, reading = findings_of(table([]), profile)
    assert found == [("sheet.no_rows", None, None)]
    assert (reading.row_count, reading.rows) == (0, ())
    assert "没有内容" in reading.findings[0].reason


def test_an_empty_sheet_lacks_every_header(table, profile):
    assert [code for code, _, _ in refusal_of(table([], headers=[]), profile)] == ["header.missing"] * 7


def test_a_formula_refuses_the_file(table, profile):
    assert refusal_of(table([row(title='=HYPERLINK("http://x","y")')]), profile) == [("cell.formula", 2, "C")]


def test_a_csv_renamed_to_xlsx_is_named(tmp_path, profile):
    path = tmp_path / "登记簿.xlsx"
    path.write_text(",".join(HEADERS), encoding="gb18030")
    with pytest.raises(BadFile, match=r"登记簿\.xlsx：这不是 xlsx 工作簿（看起来是文本或 CSV）"):
        read_register(path, profile)


def test_a_missing_file_and_a_folder_are_findings(tmp_path, profile):
    with pytest.raises(BadFile, match="找不到这个文件"):
        read_register(tmp_path / "nowhere.xlsx", profile)
    with pytest.raises(BadFile, match="打不开"):
        read_register(tmp_path, profile)


# Another county.
ANOTHER = """
name = "hotline-2026"
title = "12345 工单"
source = "hotline"
sheet = "工单"
header_row = 3
utc_offset = "+08:00"
timestamp_spellings = ["%Y年%m月%d日 %H时%M分"]
pseudonymous = false
category = "其他"
division = "361125000000"
[columns]
source_ref = "工单号"
author = "来电人"
body = "诉求"
reported_at = "来电时间"
category = "类别"
division = "区划代码"
"""


def test_another_county_s_register_is_another_profile(table, tmp_path):
    (tmp_path / "hotline.toml").write_text(ANOTHER, "utf-8")

    def change(sheet):
        sheet.title = "工单"
        sheet.insert_rows(1, 2)
        sheet["A1"] = "2026年工单一览"
        sheet.merge_cells("A1:F1")

    rows = [
        ["热〔2026〕1号", "李 四", "井盖缺失", "2026年3月1日 08时05分", "公共安全", "361125001000"],
        ["热〔2026〕2号", "王五", "噪声", "2026年3月2日 23时59分", None, None],
        ["热〔2026〕3号", "王五", "噪声", "2026年3月2日 23时59分", None, "3611"],
    ]
    headers = ["工单号", "来电人", "诉求", "来电时间", "类别", "区划代码"]
    reading = read_register(
        table(rows, headers=headers, change=change), load_register_profile(tmp_path / "hotline.toml")
    )
    assert [(found.code, found.row) for found in reading.findings] == [("division.unreadable", 6)]
    first, second = reading.rows
    assert (first.row, first.author, first.category, first.division) == (4, "李 四", "公共安全", "361125001000")
    assert (second.category, second.division, second.title) == ("其他", "361125000000", None)
    assert second.reported_at == datetime(2026, 3, 2, 23, 59, tzinfo=CHINA)
