"""A roster is imported as applications: once, whatever is done twice; what cannot be or was changed is told."""

from pathlib import Path

import openpyxl
import pytest

from api.commands import erasure, members
from api.commands.shared import person_stream, today
from api.context import App
from api.files.member_lists import read_roster
from api.files.member_profiles import load_member_profile
from api.member_importing import MembersImported, import_members, roster_person_id
from domain import persons
from domain.kernel.refusals import Refusal
from journal.facts import Actor
from projections import members as shown
from tests.journeys.commands import Commands, refused
from tests.journeys.conftest import COUNTY, People

HEADERS = ["编号", "姓名", "联系电话", "职业", "所在地方", "户名", "银行账号", "开户行"]
FIRST = ["M1", "马超", "13800001234", "快递员", "演练镇", "马超", "6222020200112299999", "演练银行"]
SECOND = ["M2", "李勇", "13800001235", "外卖骑手", "990101001001", None, None, None]


def roster(path: Path, *rows: list[object]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEADERS, *rows):
        sheet.append(list(row))
    book.save(path)
    return path


def imported(app: App, actor: Actor, path: Path) -> MembersImported:
    app.runner.catch_up()
    reading = read_roster(path, load_member_profile("member-roster"))
    return import_members(app, actor=actor, reading=reading)


def told(done: MembersImported) -> list[tuple[int | None, str | None, str]]:
    return [(one.row, one.column, one.code) for one in done.findings]


def test_a_roster_is_imported_once(app: App, people: People, tmp_path: Path) -> None:
    path = roster(tmp_path / "r.xlsx", FIRST, SECOND, ["M3", "王五", "13800001236", "快递员", "没有的村"])
    done = imported(app, people.maker, path)
    assert (done.rows, done.applied, done.unchanged, done.differing) == (3, 2, 0, 0)
    assert told(done) == [(4, "E 所在地方", "place.not_known")]
    before = app.journal.position()
    again = imported(app, people.maker, path)
    assert (again.applied, again.unchanged, again.differing) == (0, 2, 0)
    assert app.journal.position() == before
    app.runner.catch_up()
    on = today(app)
    with app.reading.connection() as connection:
        found = shown.listing(connection, COUNTY, on=on)
    assert [(one.status, one.transcribed_by) for one in found] == [("applied", people.maker.person_id)] * 2
    ids = [roster_person_id(app.journal.origin, "member-roster", ref) for ref in ("M1", "M2")]
    assert [one.person_id for one in found] == ids
    account = app.journal.state(person_stream(ids[0]), persons.evolve).account
    assert (account.version, account.set_by) == (1, people.maker.person_id)

    with pytest.raises(Refusal, match=r"chain\.acted_twice"):
        members.vet(app, actor=people.maker, key="own", person_ids=ids, passed=True, reason="meets_conditions", on=on)
    members.vet(app, actor=people.decider, key="vet", person_ids=ids, passed=True, reason="meets_conditions", on=on)
    appointments = [members.Appointment(person_id, on) for person_id in ids]
    members.appoint(app, actor=people.administrator, key="appoint", appointments=appointments, on=on)
    assert imported(app, people.maker, path).unchanged == 2


def test_a_changed_row_is_told_and_changes_nothing(app: App, people: People, tmp_path: Path) -> None:
    imported(app, people.maker, roster(tmp_path / "r.xlsx", FIRST, SECOND))
    before = app.journal.position()
    account = ["马超", "6222020200112288888", "演练银行"]
    changed = ["M1", "马起", "13800009999", "其他", "演练村", *account]
    with_account = [*SECOND[:5], "李勇", "6222020200112277777", "演练银行"]
    done = imported(app, people.maker, roster(tmp_path / "s.xlsx", changed, with_account))
    assert told(done) == [
        (2, "B 姓名", "recorded.personal"),
        (2, "C 联系电话", "recorded.personal"),
        (2, "D 职业", "recorded.value"),
        (2, "E 所在地方", "recorded.value"),
        (2, "G 银行账号", "recorded.personal"),
        (3, "G 银行账号", "recorded.no_account"),
    ]
    assert (done.applied, done.unchanged, done.differing) == (0, 0, 2)
    assert app.journal.position() == before
    assert all("马" not in one.reason and "138" not in one.reason + one.value for one in done.findings)


def test_whoever_was_erased_is_not_brought_back(app: App, people: People, tmp_path: Path) -> None:
    path = roster(tmp_path / "r.xlsx", FIRST)
    imported(app, people.maker, path)
    erasure.erase_person(
        app,
        actor=people.administrator,
        key="erase",
        person_id=roster_person_id(app.journal.origin, "member-roster", "M1"),
        reason="consent_withdrawn",
        legal_basis="本人书面申请",
        on=today(app),
    )
    assert told(imported(app, people.maker, path)) == [(2, "B 姓名", "person.erased")]


def test_the_command_imports_and_says_what_it_did(tmp_path: Path) -> None:
    command = Commands(tmp_path / "home")
    command.init()
    path = roster(tmp_path / "r.xlsx", [*FIRST[:4], "横峰县", *FIRST[5:]], [*SECOND[:2], "x", *SECOND[3:]])
    done = command("import-members", path, "--findings", tmp_path / "findings.csv")
    assert done.returncode == 1
    assert "新登记申请 1 份" in done.stdout
    lines = (tmp_path / "findings.csv").read_text("utf-8-sig").splitlines()
    assert "phone.unreadable" in lines[1]
    assert "没有变化（1 行此前已导入）" in command("import-members", path).stdout
    assert "第 1 行没有“编号”这一列" in refused(command("import-members", _without_header(tmp_path)), 1)


def _without_header(folder: Path) -> Path:
    book = openpyxl.Workbook()
    book.save(folder / "empty.xlsx")
    return folder / "empty.xlsx"
