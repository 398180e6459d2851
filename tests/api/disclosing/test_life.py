"""A village posts what it paid: reviewed, objected to, answered, corrected, closed; and all of it is checked."""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from api.command_line import disclose
from api.command_line.catalogue import CATALOGUE, load
from api.command_line.parsing import parser_of
from api.commands.disclosing import committees, computing, disclosures, naming, objections, settling
from api.commands.disclosing.objections import NewObjection
from api.commands.disclosing.settling import NewSettings
from api.exporting import export_package
from audit.findings import Check
from audit.rules.disclosed.folds import folds
from audit.strict import entry_shown
from audit.verify import verify_package
from domain.disclosures.settings import FIRST_BACK, KindRule
from domain.disclosures.state import disclosure_id
from domain.kernel.disclosed import KINDS
from domain.kernel.documents import NUMBERED, referred
from domain.kernel.refusals import Refusal
from journal import disclosed_documents, shown_rows
from projections import disclosure_calendar, disclosure_queries, places
from projections.disclosed import frame
from projections.disclosed.makers import MAKERS
from tests.api.web.county import COUNTY, VILLAGE, County, small_county
from tests.api.web.registers import valid_reports
from tests.conftest import temporary_home
from tests.stations import SOAP, Counter, opened_station

if TYPE_CHECKING:
    from tests.conftest import Cluster

DAY = timedelta(days=1)


@dataclass
class Village:
    """The county, the village's people, and the month that is disclosed."""

    county: County
    counter: Counter
    month: str

    @property
    def today(self) -> date:
        return self.counter.today


@pytest.fixture(scope="module")
def village(cluster: "Cluster") -> Iterator[Village]:
    """A village with a supervision committee, settings, two rewards of last month, and something exchanged."""
    access = cluster.new_database()
    with temporary_home() as home, small_county(access, home, rehearsal=True) as county:
        counter = opened_station(county.app, admin=county.admin, village=VILLAGE)
        app, on = county.app, counter.today
        last = on.replace(day=1) - DAY
        valid_reports(county, 2, by="zhangjianguo", on=last, reward=True)
        counter.give_points(("person", counter.villagers["old"].person_id), 100)
        counter.receive(SOAP, 3)
        counter.exchange(counter.code("old"), (SOAP, 1))
        committees.seat(
            app,
            actor=county.admin,
            key=county.key(),
            division=VILLAGE,
            person_id=counter.staff["supervisor"].person_id,
            body="supervision",
            since=date(2021, 1, 1),
            on=on,
        )
        rules = (KindRule("rewards", "monthly", "full"), KindRule("meetings", "never", "masked"))
        settings = NewSettings(COUNTY, on - FIRST_BACK, "横民〔2021〕1号", 1, 10, 10, 3, rules)
        settling.make(app, actor=county.admin, key=county.key(), new=settings, on=on)
        yield Village(county, counter, f"{last:%Y-%m}")
    cluster.drop(access)


def draft(village: Village, *, reason: str | None = None, on: date) -> UUID:
    app = village.county.app
    found = computing.compute(app, division=VILLAGE, kind="rewards", period=village.month, on=on)
    accountant = village.counter.staff["accountant"]
    return disclosures.draft(
        app, actor=accountant, key=village.county.key(), digest=found.digest, reason=reason, on=on
    )[0]


def review(village: Village, identity: UUID, version: int, *, passed: bool = True, by: str = "supervisor") -> None:
    disclosures.review(
        village.county.app,
        actor=village.counter.staff[by],
        key=village.county.key(),
        disclosure_id=identity,
        version=version,
        passed=passed,
        opinion="" if passed else "请核对人数",
        on=village.today - DAY,
    )


def publish(village: Village, identity: UUID, version: int) -> None:
    disclosures.publish(
        village.county.app,
        actor=village.counter.staff["accountant"],
        key=village.county.key(),
        disclosure_id=identity,
        version=version,
        on=village.today - DAY,
    )


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as said:
        call()
    return said.value.code


def test_from_draft_to_archive(village: Village, tmp_path: Path) -> None:
    county, counter, app = village.county, village.counter, village.county.app
    yesterday = village.today - DAY
    identity = draft(village, on=yesterday)
    assert identity == disclosure_id(VILLAGE, "rewards", village.month)
    assert code_of(lambda: draft(village, on=yesterday)) == "disclosure.awaits_review"
    assert code_of(lambda: review(village, identity, 1, by="accountant")) == "authority.role_may_not"
    review(village, identity, 1, passed=False)
    valid_reports(county, 1, by="zhangjianguo", on=yesterday.replace(day=1) - DAY, reward=True)
    assert draft(village, on=yesterday) == identity
    review(village, identity, 2)
    publish(village, identity, 2)
    with app.reading.connection() as conn:
        names = disclosed_documents.names_of(conn, identity, 2)
    assert [shown.name for shown in names.values()] == ["张建国"], "the recorded setting shows full names of this kind"
    who = county.people["zhangjianguo"].person_id
    made = shown_rows.references(app.vault)
    assert names["payees:1"].reference in made.lines(
        made.own(who), division=VILLAGE, kind="rewards", period=village.month
    )

    told = NewObjection(identity, 2, "第一行的钱数不对", "web", row="payees:1")
    objected, _ = objections.raise_one(app, actor=counter.villagers["young"], key="o1", new=told, on=yesterday)
    wrong_row = NewObjection(identity, 2, "不对", "web", row="payees:9")
    assert (
        code_of(
            lambda: objections.raise_one(app, actor=counter.villagers["old"], key="o2", new=wrong_row, on=yesterday)
        )
        == "objection.row_unknown"
    )
    close = {"actor": counter.staff["accountant"], "disclosure_id": identity, "on": village.today}
    assert code_of(lambda: disclosures.close(app, key="c1", **close)) == "objection.unanswered"
    objections.answer(
        app,
        actor=county.people["zhouyu"],
        key="a1",
        disclosure_id=identity,
        objection_id=objected,
        upheld=True,
        text="核对后属实，已更正",
        on=yesterday,
    )
    assert code_of(lambda: disclosures.close(app, key="c2", **close)) == "disclosure.correction_due"
    assert code_of(lambda: draft(village, reason="漏了一笔", on=yesterday)) == "disclosure.same_again"
    again = computing.compute(app, division=VILLAGE, kind="rewards", period=village.month, on=yesterday)
    posting = {"actor": counter.staff["accountant"], "disclosure_id": identity, "posted": 2, "on": yesterday}
    assert naming.same_names(app, **posting, digest=again.digest, names="full")
    assert not naming.same_names(app, **posting, digest=again.digest, names="masked"), (
        "names alone are something to correct"
    )
    valid_reports(county, 1, by="ouyang", on=yesterday.replace(day=1) - DAY, reward=True)
    assert code_of(lambda: draft(village, on=yesterday)) == "disclosure.reason_missing"
    draft(village, reason="漏了一笔", on=yesterday)
    review(village, identity, 3)
    publish(village, identity, 3)
    last = disclosures.close(app, key="c3", **close)
    last = disclosures.archive(app, key="c4", **close)
    assert app.caught_up(last.position)
    _shown(village, identity)
    _whole(village, tmp_path / "package")


def _shown(village: Village, identity: UUID) -> None:
    """What pages can say of it."""
    app, today = village.county.app, village.today
    with app.reading.connection() as conn:
        found = disclosure_queries.one(conn, identity, on=today)
        assert found is not None
        assert (found.state, found.posted, found.objections, found.unanswered) == ("archived", 3, 1, 0)
        assert (found.shown, found.correction_due) == (False, False)
        history = disclosure_queries.versions(conn, identity)
        assert [(one.version, one.passed, one.corrects) for one in history] == [
            (1, False, None),
            (2, True, None),
            (3, True, 2),
        ]
        assert [one.version for one in disclosure_queries.latest(conn, VILLAGE)] == [3, 2]
        assert [one.kind for one in disclosure_queries.of_place(conn, VILLAGE, on=today)] == ["rewards"]
        villages = [one.code for one in places.within(conn, VILLAGE, on=today)]
        owed = disclosure_calendar.calendar(conn, VILLAGE, villages, county=COUNTY, today=today)
        done = [one for one in owed if (one.kind, one.period) == ("rewards", village.month)]
        assert [one.posted_on for one in done] == [today - DAY]
        assert {one.kind for one in owed if one.open} >= {"rewards", "village_finances"}
        assert "meetings" not in {one.kind for one in owed}, "a kind that the setting never asks for is not owed"
    rules = tuple(KindRule(kind, "never", "masked") for kind in KINDS)
    nothing = NewSettings(COUNTY, today + DAY, "横民〔2026〕9号", 1, 10, 10, 3, rules)
    county = village.county
    with pytest.raises(Refusal, match="settings_backdated"):
        settling.make(app, actor=county.admin, key=county.key(), new=replace(nothing, since=today - DAY), on=today)
    settling.make(app, actor=county.admin, key=county.key(), new=nothing, on=today)
    app.runner.catch_up()
    with app.reading.connection() as conn:
        after = disclosure_calendar.calendar(conn, VILLAGE, villages, county=COUNTY, today=today + DAY)
    assert after == owed, "settings excuse nothing that was owed before them"


def _whole(village: Village, folder: Path) -> None:
    """The package of it has no finding; a figure changed on the way is one."""
    app = village.county.app
    export_package(app.settings, app.access, folder)
    report = verify_package(folder, processes=1)
    assert [one for one in report.findings if not one.attention] == []
    (result,) = [one for one in report.checks if one.check is Check.DISCLOSURES]
    assert result.summary is not None
    assert result.summary["documents"] == 3
    changed, gone, named = sorted((folder / "disclosures/documents").iterdir())
    changed.write_bytes(changed.read_bytes().replace(b'"v":1', b'"v":2'))
    gone.unlink()
    named.with_name("0" * 64 + ".json").write_bytes(b"{}")
    found = {one.code for one in verify_package(folder, processes=1).findings if not one.attention}
    assert found >= {
        "disclosures.document_changed",
        "disclosures.document_missing",
        "disclosures.document_unnamed",
    }


@pytest.mark.parametrize("kind", ["rewards", "points", "budget"])
def test_the_journal_alone_gives_the_same_bytes(village: Village, kind: str) -> None:
    app = village.county.app
    assert app.caught_up(app.journal.position())
    period, parameters = f"{village.today:%Y-%m}", {**NUMBERED, "small_count_min": "3"}
    with app.reading.connection() as conn:
        made = frame.make(conn, MAKERS[kind], division=COUNTY, period=period, parameters=parameters).document
    fold = folds()[kind]
    for index, note in app.journal.store.entries(0, stop=made.position):
        entry = entry_shown(index, note)
        assert entry is not None
        if entry.type in fold.types:
            fold.apply(entry)
    other = referred(fold.document(division=COUNTY, period=period, parameters=parameters, position=made.position))
    assert other == made
    assert any(table.rows for table in made.tables) or kind == "rewards"


def test_points_are_disclosed_from_a_console(village: Village, capsys: pytest.CaptureFixture[str]) -> None:
    app, counter = village.county.app, village.counter
    named = next(one for one in CATALOGUE if one.name == "disclose")

    def asked(*words: str) -> argparse.Namespace:
        return parser_of(named, load(named)).parse_args([*words])

    about = ("--division", VILLAGE, "--kind", "points", "--period", village.month)
    disclose.look(app, asked("compute", *about))
    assert "积分没有变动" in capsys.readouterr().out
    disclose.take(app, asked("draft", *about), actor=counter.staff["accountant"])
    disclose.take(app, asked("review", *about, "--text", "账实相符"), actor=counter.staff["supervisor"])
    disclose.take(app, asked("publish", *about), actor=counter.staff["accountant"])
    capsys.readouterr()
    disclose.look(app, asked("show", *about))
    assert "公示中" in capsys.readouterr().out
    disclose.look(app, asked("due", "--division", VILLAGE))
    assert "超期" in capsys.readouterr().out
    with pytest.raises(argparse.ArgumentTypeError):
        disclose.run(asked("show"))
