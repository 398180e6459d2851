"""A points book goes into the journal as opening balances: once, whole or not at all, and never over what is there."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import openpyxl
import pytest

from api.commands import county, households, points
from api.commands.points import Opening, account_stream
from api.commands.shared import today
from api.context import App, make_ready, open_app
from api.custody.enrolling import enrol
from api.custody.wrapping import REHEARSAL
from api.files.point_book_profiles import load_point_book_profile
from api.files.point_books import read_point_book
from api.point_book_importing import PointsImported, import_points
from api.settings import read_settings
from domain.households import household_id
from domain.kernel.calendar import month_of
from domain.kernel.ids import derived
from domain.kernel.refusals import Refusal
from domain.points import accounts
from domain.points.accounts import account_id
from domain.points.rules import Category, Content, Item
from journal.facts import Actor
from projections import points_queries
from tests.conftest import temporary_home
from tests.journeys.commands import Commands
from tests.journeys.conftest import COUNTY, SECRET, SINCE, TOWNSHIP, VILLAGE

if TYPE_CHECKING:
    from tests.conftest import Cluster

HEADERS = ["村（社区）", "户号", "人员编号", "积分余额", "截至日期"]
HELD_ON = date(2025, 12, 31)
PERSON = derived("test", "book", "person")
RULE = Content(
    holder="household",
    categories=(Category("volunteer", "参加志愿服务"),),
    items=(Item("volunteer_hour", "volunteer", "志愿服务", 10, "hour"),),
    expires_after_months=24,
)


@pytest.fixture
def founded(cluster: "Cluster") -> Iterator[tuple[App, Actor]]:
    """A rehearsal with a points rule, a village with three households, and a person: all by the administrator."""
    access = cluster.new_database()
    with temporary_home() as home:
        settings = read_settings({"MINGZHANG_HOME": str(home)})
        make_ready(access)
        beginning = county.Beginning("mingzhang.example/book", COUNTY, "演练县", "演练主任", True)
        actor = county.begin(settings, access, beginning, secret=SECRET, cost=REHEARSAL)
        with open_app(settings, access=access) as app:
            on = today(app)
            new = [county.NewPlace(TOWNSHIP, "演练镇"), county.NewPlace(VILLAGE, "演练村")]
            county.register_places(app, actor=actor, key="places", new=new, since=SINCE, on=on)
            person = county.NewPerson(PERSON, "马超", "member", VILLAGE, SINCE)
            county.register_persons(app, actor=actor, key="person", new=[person], on=on)
            for number in ("0001", "0002", "0003"):
                households.register(app, actor=actor, key=number, division=VILLAGE, reference=number, on=on)
            asked = {"division": COUNTY, "content": RULE, "since": SINCE, "document": "演练〔2025〕1号", "on": on}
            points.publish(app, actor=actor, key="rule", **asked)
            app.runner.catch_up()
            yield app, actor
            app.runner.close()
    cluster.drop(access)


def book(path: Path, *rows: list[object]) -> Path:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for row in (HEADERS, *rows):
        sheet.append(list(row))
    made.save(path)
    return path


def imported(app: App, actor: Actor, path: Path, *, as_of: date | None = HELD_ON) -> PointsImported:
    reading = read_point_book(path, load_point_book_profile("point-book"))
    return import_points(app, actor=actor, reading=reading, document="2025年纸质台账", as_of=as_of)


def told(done: PointsImported) -> list[tuple[int | None, str | None, str]]:
    return [(one.row, one.column, one.code) for one in done.findings]


def held(app: App, kind: str, holder: UUID) -> int | None:
    account = app.journal.state(account_stream(account_id(kind, holder)), accounts.evolve)
    return account.held if account is not None else None


def house(number: str) -> UUID:
    return household_id(VILLAGE, number)


FIRST = ["演练村", "0001", None, 320]
SECOND = [str(VILLAGE), "0002", None, "1,200", "2025/6/30"]
THIRD = ["演练村", None, str(PERSON), 45]


def test_a_book_is_recorded_once(village: tuple[App, Actor], tmp_path: Path) -> None:
    app, actor = village
    path = book(tmp_path / "b.xlsx", FIRST, SECOND, THIRD, ["演练村", "0003", None, 0])
    done = imported(app, actor, path)
    assert (done.rows, done.recorded, done.points, done.unchanged, done.empty) == (4, 3, 1_565, 0, 1)
    assert done.findings == ()
    assert [held(app, "household", house(one)) for one in ("0001", "0002", "0003")] == [320, 1_200, None]
    assert held(app, "person", PERSON) == 45
    position = app.journal.position()
    again = imported(app, actor, path)
    assert (again.recorded, again.unchanged, again.empty, again.findings) == (0, 3, 1, ())
    assert app.journal.position() == position


def test_one_fault_keeps_everything_out(village: tuple[App, Actor], tmp_path: Path) -> None:
    app, actor = village
    position = app.journal.position()
    tomorrow = today(app) + timedelta(days=1)
    path = book(
        tmp_path / "b.xlsx",
        FIRST,
        [str(VILLAGE), "0001", None, 5],
        ["没有的村", "0002", None, 5],
        ["演练村", "0404", None, 5],
        ["演练村", None, "M404", 5],
        ["演练村", "0002", None, -5],
        ["演练村", "0003", None, 5, tomorrow],
        ["没有的村", "0003", None, "五分"],
    )
    done = imported(app, actor, path)
    assert told(done) == [
        (3, "B 户号", "holder.duplicate"),
        (4, "A 村（社区）", "place.not_known"),
        (5, "B 户号", "household.not_known"),
        (6, "C 人员编号", "person.not_known"),
        (7, "D 积分余额", "points.below_zero"),
        (8, "E 截至日期", "time.in_future"),
        (9, "A 村（社区）", "place.not_known"),
        (9, "D 积分余额", "points.unreadable"),
    ]
    assert (done.recorded, app.journal.position()) == (0, position)
    without_day = imported(app, actor, book(tmp_path / "d.xlsx", FIRST), as_of=None)
    assert told(without_day) == [(2, "E 截至日期", "cell.missing")]


def test_what_the_journal_holds_is_never_written_over(village: tuple[App, Actor], tmp_path: Path) -> None:
    app, actor = village
    imported(app, actor, book(tmp_path / "b.xlsx", FIRST, SECOND))
    asked = {"kind": "household", "division": VILLAGE, "as_of": HELD_ON, "document": "另一本"}
    opening = Opening(holder_id=house("0003"), points=7, **asked)
    points.record_openings(app, actor=actor, key="other", openings=[opening], on=today(app))
    position = app.journal.position()
    changed = [[*FIRST[:3], 321], [*SECOND[:4], "2025/7/1"], ["演练村", "0003", None, 7], THIRD]
    done = imported(app, actor, book(tmp_path / "c.xlsx", *changed))
    assert told(done) == [(2, "D 积分余额", "recorded.balance"), (3, "E 截至日期", "recorded.value")]
    assert (done.unchanged, app.journal.position()) == (1, position)
    assert held(app, "person", PERSON) is None


def test_a_wrong_balance_is_taken_back_by_another_and_the_corrected_book_comes_in(
    founded: tuple[App, Actor], village: tuple[App, Actor], tmp_path: Path
) -> None:
    app, actor = village
    first = book(tmp_path / "b.xlsx", ["演练村", "0001户", None, 320], SECOND)
    assert imported(app, actor, first).recorded == 2
    account = account_id("household", house("0001"))
    assert held(app, "household", house("0001")) == 320, "the number as pages show it is the household's"
    wrong = {"app": app, "account_id": account, "number": 2, "reason": "看错一位", "on": today(app)}
    with pytest.raises(Refusal, match=r"chain\.acted_twice"):
        points.take_back(**wrong, actor=actor, key="oneself")
    points.take_back(**wrong, actor=founded[1], key="another")
    corrected = book(tmp_path / "c.xlsx", ["演练村", "0001", None, 32], SECOND)
    done = imported(app, actor, corrected)
    assert (done.recorded, done.points, done.unchanged, done.findings) == (1, 32, 1, ())
    assert held(app, "household", house("0001")) == 32
    again = imported(app, actor, corrected)
    assert (again.recorded, again.unchanged) == (0, 2)
    app.runner.catch_up()
    with app.reading.connection() as conn:
        earned = points_queries.earned(conn, COUNTY, first=month_of(today(app)), last=month_of(today(app)))
    assert earned == [], "what a book brought was not earned, and is not lost"


@pytest.fixture
def village(founded: tuple[App, Actor]) -> tuple[App, Actor]:
    """The same, with an officer who registered nobody in it: he brings the books in."""
    app, administrator = founded
    return app, another(app, administrator)


def another(app: App, actor: Actor) -> Actor:
    """A county officer with a key of his own."""
    officer = Actor(derived("test", "book", "officer"), "county_officer")
    new = county.NewPerson(officer.person_id, "李四", officer.role, COUNTY, SINCE)
    county.register_persons(app, actor=actor, key="officer", new=[new], on=today(app))
    roles = [(officer.person_id, officer.role)]
    (acting,) = enrol(app, administrator=actor, officers=roles, secret=SECRET, on=today(app), cost=REHEARSAL)
    return acting


def test_no_balance_of_millions_and_none_by_whoever_made_its_holder_known(
    founded: tuple[App, Actor], village: tuple[App, Actor], tmp_path: Path
) -> None:
    app, administrator = founded
    position = app.journal.position()
    many = book(
        tmp_path / "m.xlsx", ["演练村", "0001", None, 999_999_999], ["演练村", None, str(PERSON), 20_001], SECOND
    )
    assert told(imported(app, village[1], many)) == [
        (2, "D 积分余额", "points.above_most"),
        (3, "D 积分余额", "points.above_most"),
    ]
    own = book(tmp_path / "o.xlsx", FIRST, ["演练村", None, str(PERSON), 5])
    assert told(imported(app, administrator, own)) == [
        (2, "B 户号", "holder.one_officer"),
        (3, "C 人员编号", "holder.one_officer"),
    ]
    asked = {"division": VILLAGE, "as_of": HELD_ON, "document": "册子"}
    for code, who, kind, holder, balance in (
        ("chain.acted_twice", administrator, "household", house("0001"), 5),
        ("chain.acted_twice", administrator, "person", PERSON, 5),
        ("points.opening_too_large", village[1], "household", house("0001"), 20_001),
    ):
        opening = Opening(kind=kind, holder_id=holder, points=balance, **asked)
        with pytest.raises(Refusal, match=code.replace(".", r"\.")):
            points.record_openings(app, actor=who, key="own", openings=[opening], on=today(app))
    assert app.journal.position() == position


def test_who_may_not_record_openings_records_none(village: tuple[App, Actor], tmp_path: Path) -> None:
    app, _ = village
    position = app.journal.position()
    with pytest.raises(Refusal, match=r"authority\."):
        imported(app, Actor(PERSON, "member"), book(tmp_path / "b.xlsx", FIRST))
    assert app.journal.position() == position


def test_the_command_tells_what_is_wrong(tmp_path: Path) -> None:
    command = Commands(tmp_path / "home")
    command.init()
    path = book(tmp_path / "b.xlsx", ["没有的村", "0001", None, "多"])
    findings = tmp_path / "findings.csv"
    done = command("import-points", path, "--document", "台账", "--as-of", "2025-12-31", "--findings", findings)
    assert done.returncode == 1
    assert "没有导入任何一行" in done.stdout
    assert "b.xlsx  2   D 积分余额" in done.stderr
    assert "积分应当是不超过九位的整数" in done.stderr
    assert len(findings.read_text("utf-8-sig").splitlines()) == 3
