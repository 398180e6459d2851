"""A county's place register from the real lists: complete, valid in time, the same again changes nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from api.commands import county as commands
from api.commands.incidents import Report, report
from api.context import App, make_ready, open_app
from api.custody.wrapping import REHEARSAL
from api.files.findings import BadFile
from api.files.place_lists import PlaceReading, read_places
from api.files.place_profiles import load_place_profile
from api.place_importing import PlacesImported, import_places
from api.settings import read_settings
from domain.kernel.calendar import CHINA, day_in_china
from domain.kernel.places import Division, level
from domain.kernel.refusals import Refusal
from journal.facts import Actor
from projections import places
from tests.conftest import temporary_home

if TYPE_CHECKING:
    from tests.conftest import Cluster

DIVISIONS = Path(__file__).parents[3] / "shared" / "data" / "admin_divisions"
CHENGKOU, RUYANG = Division("500229000000"), Division("410326000000")
OLD, RAISED = Division("410326200000"), Division("410326108000")
OLD_VILLAGE, NEW_VILLAGE = Division("410326200200"), Division("410326108200")
SINCE, CHANGED = date(2020, 1, 1), date(2024, 7, 1)
HEADER = "变更日期,种类,原代码,原名称,新代码,新名称,文号\n"

needs_divisions = pytest.mark.skipif(not DIVISIONS.exists(), reason=f"the code lists are not here: {DIVISIONS}")


@contextmanager
def county(cluster: "Cluster", division: Division, name: str) -> Iterator[tuple[App, Actor]]:
    """A rehearsal of a real county that has just begun."""
    access = cluster.new_database()
    with temporary_home() as home:
        settings = read_settings({"MINGZHANG_HOME": str(home)})
        make_ready(access)
        beginning = commands.Beginning(f"mingzhang.example/{division[:6]}", division, name, "演练主任", True)
        founder = commands.begin(settings, access, beginning, secret="演练-secret-of-all", cost=REHEARSAL)
        with open_app(settings, access=access) as app:
            yield app, founder
            app.runner.close()
    cluster.drop(access)


def read(county: Division, *files: Path) -> PlaceReading:
    return read_places(files, load_place_profile("china-division"), county=county)


def imported(app: App, actor: Actor, reading: PlaceReading) -> PlacesImported:
    done = import_places(app, actor=actor, reading=reading, since=SINCE)
    app.runner.catch_up()
    return done


@needs_divisions
def test_chengkou_has_exactly_204_village_level_units(cluster: "Cluster") -> None:
    names = ("areas.csv", "streets_all.csv", "villages_seed_counties.csv", "quhua_historical_changes_v1.json")
    reading = read(CHENGKOU, *(DIVISIONS / name for name in names))
    with county(cluster, CHENGKOU, "城口县") as (app, actor):
        done = imported(app, actor, reading)
        assert (done.registered, done.traced, done.unchanged, done.findings) == (229, 1, 1, [])
        with app.reading.connection() as conn:
            known = places.within(conn, CHENGKOU, on=date(2023, 7, 1))
            standing = places.standing(conn, CHENGKOU, on=date(2023, 7, 1))
        levels = [level(place.code) for place in known]
        assert (levels.count("village"), levels.count("township"), levels.count("county")) == (204, 25, 1)
        assert standing is not None
        before = [(one["code"], one["last_day"]) for one in standing.predecessors]
        assert before == [("511228000000", "1996-12-31"), ("512229000000", "1991-12-31")]
        position = app.journal.position()
        again = imported(app, actor, reading)
        assert (again.changed, again.unchanged, again.findings) == (False, 232, [])
        assert app.journal.position() == position


def changes(folder: Path, *rows: str) -> Path:
    path = folder / "本县变更表.csv"
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows), "utf-8")
    return path


@needs_divisions
def test_a_township_that_was_raised_is_valid_in_time(cluster: "Cluster", tmp_path: Path) -> None:
    """柏树乡 410326200 became 柏树镇 under another code, and a village of it took the new prefix."""
    lists = [DIVISIONS / name for name in ("streets_all.csv", "villages_seed_counties.csv")]
    table = changes(
        tmp_path,
        "2024-07-01,升格,410326200,柏树乡,410326108,柏树镇,豫民行批〔2024〕1号",
        "2024/7/1,改码,410326200200,柏树村村民委员会,410326108200,柏树村村民委员会,豫民行批〔2024〕1号",
        "2024-07-01,升格,610523100,某乡,610523101,某镇,别县",
    )
    reading = read(RUYANG, *lists, table)
    with county(cluster, RUYANG, "汝阳县") as (app, actor):
        done = imported(app, actor, reading)
        assert (done.registered, done.succeeded, done.findings) == (220 + 14 + 2, 2, [])
        position = app.journal.position()
        again = imported(app, actor, reading)
        assert (again.changed, again.findings, app.journal.position()) == (False, [], position)
        with app.reading.connection() as conn:
            codes = {
                on: {place.code: place.name for place in places.within(conn, RUYANG, on=on)}
                for on in (CHANGED - timedelta(days=1), CHANGED)
            }
        before, after = codes.values()
        assert (before.get(OLD), before.get(RAISED)) == ("柏树乡", None)
        assert (after.get(OLD), after.get(RAISED)) == (None, "柏树镇")
        assert after[NEW_VILLAGE] == before[OLD_VILLAGE] == "柏树村村民委员会"
        assert OLD_VILLAGE not in after
        below = [code for code in before if code.startswith(OLD[:9])]
        assert len(below) > 2
        assert not any(code in after for code in below), "the others ended with their township"
        _reports_are_judged_by_their_day(app, actor)


def _reports_are_judged_by_their_day(app: App, actor: Actor) -> None:
    """The code as of the report's time: the old one until the day before, the new one from that day on."""
    author = uuid4()
    new = commands.NewPerson(author, "留言用户", "member", RUYANG, SINCE, pseudonymous=True, signs=False)
    today = day_in_china(app.journal.now())
    commands.register_persons(app, actor=actor, key="author", new=[new], on=today)

    def refused(division: Division, on: date) -> str | None:
        at = datetime(on.year, on.month, on.day, 9, tzinfo=CHINA)
        one = Report(uuid4(), author, "民生服务", division, "路灯不亮", at, "register")
        try:
            report(app, actor=actor, key=str(uuid4()), reports=[one])
        except Refusal as refusal:
            return refusal.code
        return None

    last = CHANGED - timedelta(days=1)
    assert [refused(OLD_VILLAGE, last), refused(OLD_VILLAGE, CHANGED)] == [None, "place.not_valid_on"]
    assert [refused(NEW_VILLAGE, last), refused(NEW_VILLAGE, CHANGED)] == ["place.not_valid_on", None]
    assert refused(Division("410326200999"), CHANGED) == "place.unknown"
    assert refused(RUYANG, date(2011, 1, 1)) is None, "the county is as old as need be"


def small_lists(folder: Path) -> list[Path]:
    streets = folder / "streets.csv"
    streets.write_text(
        "code,name,areaCode\n410326100,城关镇,410326\n410326200,柏树乡,410326\n410326200,柏树,410326\n4103262x,甲,410326\n"
    )
    villages = folder / "villages.csv"
    villages.write_bytes(
        "code,name,streetCode\n410326200200,柏树村,410326200\n410326300201,孤村,410326300\n"
        "410326200201,,410326200\n410326100201,某村,410326200\n410326100000,非村,410326100\n".encode("gb18030")
    )
    return [streets, villages]


def test_every_row_that_cannot_be_taken_is_a_finding(cluster: "Cluster", tmp_path: Path) -> None:
    table = changes(
        tmp_path,
        "2024-07-01,搬家,410326200,柏树乡,410326108,柏树镇,文",
        "2024-07-01,升格,410326200,柏树乡,,,文",
        "2024-07-01,撤销,410326999,无此乡,,,文",
        "2024-07-01,改名,410326100,城关镇,410326100,城关新镇,文",
        "2024-13-01,撤销,410326200,柏树乡,,,文",
    )
    with county(cluster, RUYANG, "汝阳县") as (app, actor):
        done = imported(app, actor, read(RUYANG, *small_lists(tmp_path), table))
        assert (done.registered, done.renamed, done.succeeded) == (3, 1, 0)
        assert sorted((one.file, one.row, one.code) for one in done.findings) == [
            ("streets.csv", 4, "code.repeated"),
            ("streets.csv", 5, "code.unreadable"),
            ("villages.csv", 3, "code.orphan"),
            ("villages.csv", 4, "cell.missing"),
            ("villages.csv", 5, "code.above"),
            ("villages.csv", 6, "code.level"),
            ("本县变更表.csv", 2, "change.kind"),
            ("本县变更表.csv", 3, "cell.missing"),  # the new code
            ("本县变更表.csv", 3, "cell.missing"),  # and its name
            ("本县变更表.csv", 4, "change.refused"),
            ("本县变更表.csv", 6, "date.unreadable"),
        ]
        assert all(one.column for one in done.findings), "each finding names its column"
        renamed = tmp_path / "renamed.csv"
        renamed.write_text("code,name,areaCode\n410326200,柏树新乡,410326\n410326100,城关镇,410326\n")
        position = app.journal.position()
        differing = imported(app, actor, read(RUYANG, renamed))
        assert [(one.row, one.code) for one in differing.findings] == [(2, "recorded.name")]
        assert (differing.unchanged, app.journal.position()) == (1, position), "renamed since the list was made"


def test_another_county_and_another_file_are_said(cluster: "Cluster", tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="没有 500229000000 的任何区划"):
        read(CHENGKOU, *small_lists(tmp_path)[1:])
    odd = tmp_path / "odd.csv"
    odd.write_text("a,b\n1,2\n")
    with pytest.raises(BadFile, match="表头应当有"):
        read(CHENGKOU, odd)
    binary = tmp_path / "binary.csv"
    binary.write_bytes(b"a\0b")
    with pytest.raises(BadFile) as refused:
        read(RUYANG, odd, binary, *small_lists(tmp_path))
    told = [(one.file, one.code) for one in refused.value.findings]
    assert told[:2] == [("odd.csv", "places.layout"), ("binary.csv", "file.not_text")]
    assert ("villages.csv", "code.level") in told, "what is wrong with the other files is told at once"
    odd.write_text('{"events": 7}')
    with pytest.raises(BadFile, match="认不出这份文件"):
        read(CHENGKOU, odd)
    odd.write_text("{")
    with pytest.raises(BadFile, match="已损坏"):
        read(CHENGKOU, odd)
    with county(cluster, CHENGKOU, "城口县") as (app, actor):
        reading = read(RUYANG, *small_lists(tmp_path))
        with pytest.raises(Refusal, match=r"authority\.outside_area"):
            import_places(app, actor=actor, reading=reading)
