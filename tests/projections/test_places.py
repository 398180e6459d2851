"""Codes of divisions: the name of the day, what is valid on it, what came before and after."""

from datetime import date

import psycopg

from domain.kernel.ids import derived
from domain.kernel.places import Division
from domain.places import PlaceEvent, PlaceRegistered, PlaceRenamed, PlaceSucceeded, PlaceTracedBack, Predecessor
from migrations.roles import Access
from projections import places
from projections.rebuild import rebuild
from projections.runner import Runner
from tests.projections.conftest import all_rows, roles_of
from tests.projections.story import CODEC, COUNTY, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, Story

SINCE, BEFORE, AFTER = date(2020, 1, 1), date(2026, 1, 31), date(2026, 2, 1)
RAISED, NEW_VILLAGE = Division("361125108000"), Division("361125108201")
OLD_COUNTY = Division("362324000000")


def record(story: Story, *events: PlaceEvent) -> Story:
    for event in events:
        story.record("place", derived("place", event.code), event)
    return story


def raised() -> Story:
    """A township is renamed, then raised; its village gets no code of its own for the time being."""
    before = Predecessor(OLD_COUNTY, "横峰县", date(2000, 12, 31))
    return record(
        Story().opened(),
        PlaceRegistered(code=COUNTY, name="横峰县", since=SINCE),
        PlaceRegistered(code=TOWNSHIP, name="柏树乡", since=SINCE),
        PlaceRegistered(code=VILLAGE, name="柏树村", since=SINCE),
        PlaceTracedBack(code=COUNTY, since=date(2001, 1, 1), predecessors=(before,), document="国函"),
        PlaceRenamed(code=TOWNSHIP, name="柏树新乡", since=date(2025, 1, 1), document="文一"),
        PlaceRegistered(code=RAISED, name="柏树镇", since=AFTER),
        PlaceSucceeded(code=TOWNSHIP, kind="raised", successors=(RAISED,), since=AFTER, document="文二"),
    )


def within(reader: psycopg.Connection, area: Division, on: date) -> list[str]:
    return [place.name for place in places.within(reader, area, on=on)]


def test_a_code_has_the_name_of_the_day(installed: Access, runner: Runner, reader: psycopg.Connection) -> None:
    raised().append_to(installed.writer)
    runner.catch_up()
    assert places.names(reader, [COUNTY, TOWNSHIP, RAISED], on=date(2019, 1, 1)) == {COUNTY: "横峰县"}
    assert places.names(reader, [TOWNSHIP], on=date(2024, 12, 31)) == {TOWNSHIP: "柏树乡"}
    assert places.names(reader, [TOWNSHIP, RAISED], on=BEFORE) == {TOWNSHIP: "柏树新乡"}
    ended = places.names(reader, [TOWNSHIP, RAISED], on=AFTER)
    assert ended == {TOWNSHIP: "柏树新乡", RAISED: "柏树镇"}, "an old code keeps its last name"
    assert [(one.name, one.since) for one in places.names_of(reader, TOWNSHIP)] == [
        ("柏树乡", SINCE),
        ("柏树新乡", date(2025, 1, 1)),
    ]


def test_pickers_offer_what_is_valid_on_the_day(installed: Access, runner: Runner, reader: psycopg.Connection) -> None:
    raised().append_to(installed.writer)
    runner.catch_up()
    assert within(reader, COUNTY, BEFORE) == ["横峰县", "柏树新乡", "柏树村"]
    assert within(reader, COUNTY, AFTER) == ["横峰县", "柏树镇"], "the village ended with its township"
    assert within(reader, TOWNSHIP, AFTER) == []
    assert within(reader, OTHER_TOWNSHIP, AFTER) == []
    valid = {one.code: one.valid for one in places.standings(reader, COUNTY, on=AFTER)}
    assert valid == {COUNTY: True, TOWNSHIP: False, VILLAGE: False, RAISED: True}


def test_a_code_tells_what_came_before_and_after(installed: Access, runner: Runner, reader: psycopg.Connection) -> None:
    raised().append_to(installed.writer)
    runner.catch_up()
    old = places.standing(reader, TOWNSHIP, on=AFTER)
    assert old is not None
    assert (old.last_day, old.ended_as, old.successors) == (BEFORE, "raised", [RAISED])
    assert places.followed_by(reader, RAISED) == [TOWNSHIP]
    county = places.standing(reader, COUNTY, on=AFTER)
    assert county is not None
    assert county.since == date(2001, 1, 1)
    assert county.predecessors == [{"code": OLD_COUNTY, "name": "横峰县", "last_day": "2000-12-31"}]
    assert [one.type for one in places.events_of(reader, TOWNSHIP)] == [
        "place.registered/1",
        "place.renamed/1",
        "place.succeeded/1",
    ]
    assert places.standing(reader, OTHER_TOWNSHIP, on=AFTER) is None


def test_places_rebuilt_are_the_live_ones(installed: Access, runner: Runner) -> None:
    raised().append_to(installed.writer)
    runner.catch_up()
    live = all_rows(installed)
    assert len(live["place_names"]) == 5
    rebuild(installed.projector, CODEC, roles=roles_of(installed), batch=3)
    assert all_rows(installed) == live
