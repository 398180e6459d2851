"""Subsidy lists as they are disclosed: both ways to compute them agree, and a sensitive programme names nobody."""

from datetime import date

import psycopg
import pytest

from api.web.disclosed.kinds import title_of
from domain.kernel.documents import reference_of
from domain.kernel.ids import EventName, derived
from domain.kernel.money import Fen
from domain.kernel.periods import Period
from domain.kernel.places import Division
from domain.subsidies.lists import (
    Line,
    SubsidyListConfirmed,
    SubsidyListLinesAdded,
    SubsidyListProposed,
    SubsidyListRejected,
    lines_digest,
    list_id,
)
from domain.subsidies.programmes import (
    SubsidyProgrammeEnded,
    SubsidyProgrammePublished,
    SubsidyProgrammeStandardSet,
    programme_id,
)
from migrations.roles import Access
from projections import subsidies
from projections.disclosed.frame import Subject
from projections.disclosed.titles import titles
from projections.rebuild import rebuild
from projections.runner import Runner
from tests.projections.conftest import all_rows, roles_of
from tests.projections.disclosed.agreeing import agree
from tests.projections.story import CODEC, COUNTY, NEXT_VILLAGE, TOWNSHIP, VILLAGE, Story, person

ONE, OTHER = person("accountant"), person("supervisor")
LAND, AGED, POOR = (programme_id(COUNTY, reference) for reference in ("gengdi", "gaoling", "linshi"))
HOUSES = sorted(derived("test", "house", n) for n in range(3))


def published(reference: str, title: str, *, sensitive: bool = False) -> SubsidyProgrammePublished:
    return SubsidyProgrammePublished(
        division=COUNTY,
        reference=reference,
        title=title,
        document="1号文",
        issuer="县农业农村局",
        unit="亩",
        standard_fen=Fen(100),
        since=date(2026, 1, 1),
        sensitive=sensitive,
        publisher_id=ONE,
    )


@pytest.fixture
def paid(installed: Access, runner: Runner) -> Story:
    """A list in two versions, one that is sensitive and long enough, one that is short, one that waits."""
    story = Story().opened()
    for programme, event in (
        (LAND, published("gengdi", "耕地补贴")),
        (AGED, published("gaoling", "高龄补贴", sensitive=True)),
        (POOR, published("linshi", "临时救助", sensitive=True)),
    ):
        story.record("subsidy_programme", programme, event)
    raised = SubsidyProgrammeStandardSet(standard_fen=Fen(120), document="9号文", since=date(2026, 2, 1), setter_id=ONE)
    story.record("subsidy_programme", LAND, raised)
    story.record("subsidy_programme", POOR, SubsidyProgrammeEnded(last_day=date(2026, 12, 31), ender_id=ONE))
    standard = EventName(f"subsidy_programme/{LAND}@2")

    def proposed(
        programme: object,
        village: Division,
        period: str,
        *lines: Line,
        version: int = 1,
        standard: EventName = standard,
    ) -> object:
        identity = list_id(programme, village, Period(period))  # type: ignore[arg-type]
        first, rest = lines[:2], lines[2:]
        event = SubsidyListProposed(
            division=village,
            programme_id=programme,  # type: ignore[arg-type]
            period=Period(period),
            version=version,
            standard=standard,
            standard_fen=Fen(120),
            line_count=len(lines),
            total_fen=Fen(sum(one.amount_fen for one in lines)),
            lines_digest=lines_digest(lines),
            lines=first,
            proposer_id=ONE,
        )
        story.record("subsidy_list", identity, event)
        if rest:
            story.record("subsidy_list", identity, SubsidyListLinesAdded(version=version, lines=rest))
        return identity

    def confirmed(identity: object, version: int = 1) -> None:
        story.record("subsidy_list", identity, SubsidyListConfirmed(version=version, confirmer_id=OTHER))  # type: ignore[arg-type]

    lines = [Line("household", house, 1_000 * n, Fen(120 * n)) for n, house in enumerate(HOUSES, start=1)]
    own = Line("person", person("rider"), 500, Fen(60))
    land = proposed(LAND, VILLAGE, "2026", *lines[:1])
    confirmed(land)
    proposed(LAND, VILLAGE, "2026", lines[0], own, version=2)
    story.record("subsidy_list", land, SubsidyListRejected(version=2, rejecter_id=OTHER, reason="wrong_figures"))  # type: ignore[arg-type]
    proposed(LAND, VILLAGE, "2026", *lines, own, version=3)
    confirmed(land, 3)
    confirmed(proposed(AGED, VILLAGE, "2026-03", *lines, standard=EventName(f"subsidy_programme/{AGED}@1")))
    confirmed(proposed(POOR, VILLAGE, "2026-03", own, standard=EventName(f"subsidy_programme/{POOR}@1")))
    confirmed(proposed(LAND, NEXT_VILLAGE, "2026-Q1", own))
    proposed(LAND, NEXT_VILLAGE, "2026", own)
    story.append_to(installed.writer)
    runner.catch_up()
    return story


def _a_village_payee_by_payee(paid: Story, reader: psycopg.Connection) -> None:
    made = agree(reader, paid, "subsidies", division=VILLAGE, period="2026")
    lists, payees = made.document.tables
    assert lists.rows == (
        (VILLAGE, "耕地补贴", "9号文", "2026", 3, 120, "亩", 4, 780),
        (VILLAGE, "高龄补贴", "1号文", "2026-03", 1, 120, "亩", 3, 720),
    )
    assert [(row[2], row[3], row[4]) for row in payees.rows] == [
        *((reference_of(house), f"{n} 亩", 120 * n) for n, house in enumerate(HOUSES, start=1)),
        (reference_of(person("rider")), "0.5 亩", 60),
    ]
    assert made.subjects["payees"][0] == Subject("household", HOUSES[0])
    assert made.subjects["payees"][-1] == Subject("person", person("rider"))
    assert made.document.sentence == {"lists": 2, "count": 7, "fen": 1_500}
    assert made.document.withheld == {"sensitive_below": 3, "sensitive_count": 3, "sensitive_fen": 720}


def _what_is_disclosed_at_once_and_larger_places(paid: Story, reader: psycopg.Connection) -> None:
    land = list_id(LAND, VILLAGE, Period("2026"))
    once = agree(reader, paid, "subsidies", division=VILLAGE, period=f"once-{land}").document
    assert [row[1] for row in once.tables[0].rows] == ["耕地补贴"]
    assert len(once.tables[1].rows) == 4
    aged, poor = (list_id(one, VILLAGE, Period("2026-03")) for one in (AGED, POOR))
    periods = [f"once-{land}", f"once-{aged}", f"once-{poor}", "2026"]
    assert titles(reader, periods) == {f"once-{land}": "耕地补贴"}, "none of what is nobody's business"
    made = [agree(reader, paid, "subsidies", division=VILLAGE, period=period).document for period in periods]
    assert [title_of(document) for document in made] == ["耕地补贴", None, None, None], "as a sheet says it"
    township = agree(reader, paid, "subsidies", division=TOWNSHIP, period="2026").document
    (lists,) = township.tables
    assert [(row[0], row[3], row[-1]) for row in lists.rows] == [
        (VILLAGE, "2026", 780),
        (VILLAGE, "2026-03", 720),
        (NEXT_VILLAGE, "2026-Q1", 60),
    ]
    for period, count in (("2026-Q1", 1), ("2026-03", 0), ("2025", 0)):
        found = agree(reader, paid, "subsidies", division=NEXT_VILLAGE, period=period).document
        assert found.sentence["lists"] == count
        assert found.withheld == {}


def test_both_ways_agree_and_a_rebuild_gives_the_same_rows(
    paid: Story, installed: Access, reader: psycopg.Connection
) -> None:
    """One database for all of it: to fill one takes longer than to ask it everything."""
    _a_village_payee_by_payee(paid, reader)
    _what_is_disclosed_at_once_and_larger_places(paid, reader)
    land = list_id(LAND, VILLAGE, Period("2026"))
    assert [one.status for one in subsidies.versions(reader, land)] == ["holding", "rejected", "superseded"]
    assert [one.title for one in subsidies.programmes(reader, VILLAGE, on=date(2026, 3, 1))] == [
        "临时救助",
        "高龄补贴",
        "耕地补贴",
    ]
    ended = subsidies.programme(reader, POOR, on=date(2027, 1, 1))
    assert ended is not None
    assert ended.standard_fen is None
    before = all_rows(installed)
    rebuild(installed.projector, CODEC, roles=roles_of(installed))
    assert all_rows(installed) == before
