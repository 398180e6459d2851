"""A roster of members: every row is read or has a finding with its row and column, which repeats nothing personal."""

from pathlib import Path

import openpyxl
import pytest

from api.files.findings import BadFile
from api.files.member_lists import RosterAccount, RosterReading, RosterRow, read_roster
from api.files.member_profiles import load_member_profile, member_profile_names

HEADERS = ["编号", "姓名", "联系电话", "职业", "所在地方", "户名", "银行账号", "开户行"]
GOOD = ["M1", "马超", "138 0000 1234", "快递员", "兴安街道", "马超", "6222020200112299999", "横峰农商银行"]
PROFILE = load_member_profile("member-roster")


def roster(path: Path, *rows: list[object], headers: list[str] = HEADERS) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (headers, *rows):
        sheet.append(list(row))
    book.save(path)
    return path


def told(reading: RosterReading) -> list[tuple[int | None, str | None, str]]:
    return [(one.row, one.column, one.code) for one in reading.findings]


def test_a_row_becomes_a_person(tmp_path: Path) -> None:
    reading = read_roster(
        roster(tmp_path / "r.xlsx", GOOD, ["M2", "李勇", 13800001235, "其他", "361125001201"]), PROFILE
    )
    account = RosterAccount("马超", "6222020200112299999", "横峰农商银行")
    assert reading.rows == (
        RosterRow(2, "M1", "马超", "138 0000 1234", "courier", "兴安街道", account),
        RosterRow(3, "M2", "李勇", "13800001235", "other", "361125001201", None),
    )
    assert reading.findings == ()


def changed(**cells: object) -> list[object]:
    """The good row with some cells changed, by header."""
    return [cells.get(header, cell) for header, cell in zip(HEADERS, GOOD, strict=True)]


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"编号": ""}, "A 编号", "cell.missing"),
        ({"编号": "36112519900101123X"}, "A 编号", "source_ref.personal"),
        ({"编号": "13800001234"}, "A 编号", "source_ref.personal"),
        ({"编号": "M 1"}, "A 编号", "source_ref.unreadable"),
        ({"姓名": ""}, "B 姓名", "cell.missing"),
        ({"姓名": "某" * 41}, "B 姓名", "cell.too_long"),
        ({"联系电话": "问他妈妈"}, "C 联系电话", "phone.unreadable"),
        ({"职业": "皇帝"}, "D 职业", "occupation.unknown"),
        ({"所在地方": None}, "E 所在地方", "cell.missing"),
        ({"户名": None}, "F 户名", "account.incomplete"),
        ({"银行账号": 6222020200112299999}, "G 银行账号", "account.number_cell"),
        ({"银行账号": "6.2E+18"}, "G 银行账号", "account.ruined"),
    ],
)
def test_what_cannot_be_read_is_told_with_row_and_column(
    tmp_path: Path, cells: dict[str, object], column: str, code: str
) -> None:
    reading = read_roster(roster(tmp_path / "r.xlsx", changed(**cells), changed(编号="M9")), PROFILE)
    assert told(reading) == [(2, column, code)]
    assert [row.ref for row in reading.rows] == ["M9"]
    hidden = [str(cell) for cell in cells.values() if len(str(cell)) > 8]  # a ruined number is no number any more
    assert not any(cell in f"{one.value}{one.reason}" for cell in hidden for one in reading.findings)


def test_every_finding_of_a_row_comes_at_once(tmp_path: Path) -> None:
    reading = read_roster(roster(tmp_path / "r.xlsx", changed(姓名="", 联系电话="x", 职业="皇帝"), GOOD, GOOD), PROFILE)
    assert told(reading) == [
        (2, "B 姓名", "cell.missing"),
        (2, "C 联系电话", "phone.unreadable"),
        (2, "D 职业", "occupation.unknown"),
        (3, "A 编号", "source_ref.duplicate"),
        (4, "A 编号", "source_ref.duplicate"),
    ]
    assert reading.row_count == 3


def test_a_header_that_is_missing_refuses_the_file(tmp_path: Path) -> None:
    path = roster(tmp_path / "r.xlsx", GOOD, headers=["编号", "姓名", "电话", *HEADERS[3:]])
    with pytest.raises(BadFile) as bad:
        read_roster(path, PROFILE)
    assert [one.code for one in bad.value.findings] == ["header.missing"]


def test_an_empty_roster_says_so(tmp_path: Path) -> None:
    assert [one.code for one in read_roster(roster(tmp_path / "r.xlsx"), PROFILE).findings] == ["sheet.no_rows"]


def test_a_wrong_profile_is_a_bad_file(tmp_path: Path) -> None:
    assert member_profile_names() == ["member-roster"]
    text = (Path("api/files/profiles/members") / "member-roster.toml").read_text("utf-8")
    for old, new in (('"other"', '"emperor"'), ('phone = "联系电话"', ""), ('bank = "开户行"', ""), ("姓名", "编号")):
        wrong = tmp_path / "wrong.toml"
        wrong.write_text(text.replace(old, new), "utf-8")
        with pytest.raises(BadFile):
            load_member_profile(wrong)
