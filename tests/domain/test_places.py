"""A place is registered once, may be renamed, ends in its successors, and is judged by the day."""

from datetime import date

import pytest

from domain import places
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.places import (
    SUCCESSIONS,
    Place,
    PlaceRegistered,
    PlaceRenamed,
    PlaceSucceeded,
    PlaceTracedBack,
    Predecessor,
)
from tests.domain.samples import COUNTY, TOWNSHIP, VILLAGE
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

RAISED, OTHER = Division("361125108000"), Division("361125109000")
SINCE, CHANGED = date(2020, 1, 1), date(2026, 3, 1)
DOCUMENT = "赣民字〔2026〕8号"
REGISTERED = PlaceRegistered(code=TOWNSHIP, name="柏树乡", since=SINCE)
FOLLOWING = Place(RAISED, "柏树镇", CHANGED, CHANGED)
RENAMED = PlaceRenamed(code=TOWNSHIP, name="柏树新乡", since=date(2022, 1, 1), document=DOCUMENT)
SUCCEEDED = PlaceSucceeded(code=TOWNSHIP, kind="raised", successors=(RAISED,), since=CHANGED, document=DOCUMENT)
BEFORE = Predecessor(Division("361126001000"), "柏树公社", date(1983, 12, 31))
TRACED = PlaceTracedBack(code=TOWNSHIP, since=date(1984, 1, 1), predecessors=(BEFORE,), document=DOCUMENT)

REGISTER = {"code": TOWNSHIP, "name": "柏树乡", "since": SINCE}
RENAME = {"code": TOWNSHIP, "name": "柏树新乡", "since": date(2022, 1, 1), "document": DOCUMENT}
SUCCEED = {
    "code": TOWNSHIP,
    "county": COUNTY,
    "kind": "raised",
    "successors": {RAISED: FOLLOWING},
    "since": CHANGED,
    "document": DOCUMENT,
}
TRACE = {"code": TOWNSHIP, "since": date(1984, 1, 1), "predecessors": (BEFORE,), "document": DOCUMENT}
TABLES = (
    Table(places.evolve, places.register_place, (), REGISTER, [row("place.already_registered", given=(REGISTERED,))]),
    Table(
        places.evolve,
        places.rename,
        (REGISTERED,),
        RENAME,
        [
            row("place.unknown", given=()),
            row("place.ended", given=(REGISTERED, SUCCEEDED)),
            row("place.name_unchanged", name="柏树乡"),
            row("place.since_too_early", since=SINCE),
        ],
    ),
    Table(
        places.evolve,
        places.succeed,
        (REGISTERED,),
        SUCCEED,
        [
            row("place.unknown", given=()),
            row("place.ended", given=(REGISTERED, SUCCEEDED)),
            row("place.is_the_county", county=TOWNSHIP),
            row("place.kind_unknown", kind="moved"),
            row("place.successor_count", successors={}),
            row("place.since_too_early", since=SINCE),
            row("place.level_differs", successors={VILLAGE: Place(VILLAGE, "新村", SINCE, SINCE)}),
            row("place.succeeds_itself", successors={TOWNSHIP: Place(TOWNSHIP, "柏树乡", SINCE, SINCE)}),
            row("place.successor_not_valid", successors={RAISED: None}),
            row("place.successor_not_valid", successors={RAISED: Place(RAISED, "柏树镇", date(2026, 3, 2), CHANGED)}),
        ],
    ),
    Table(
        places.evolve,
        places.trace_back,
        (REGISTERED,),
        TRACE,
        [
            row("place.unknown", given=()),
            row("place.traced_already", given=(REGISTERED, TRACED)),
            row("place.not_earlier", since=date(2020, 1, 2)),
            row("place.predecessor_overlaps", predecessors=(BEFORE, BEFORE)),
        ],
    ),
)


@every_row(*TABLES)
def test_refusals_in_the_order_of_the_checks(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_docstring_states_the_checks_and_their_order(table):
    table.check_accepted()
    table.check_documented()


def test_a_place_is_known_by_its_code_from_a_day_on():
    scenarios(places.evolve)().when(places.register_place, **REGISTER).then(REGISTERED)
    assert places.evolve(None, REGISTERED) == Place(TOWNSHIP, "柏树乡", SINCE, SINCE)


def test_a_township_that_is_raised_ends_on_the_day_before():
    given = scenarios(places.evolve)
    given(REGISTERED, RENAMED).when(places.succeed, **SUCCEED).then(SUCCEEDED)
    ended = given(REGISTERED, RENAMED, SUCCEEDED).state
    assert (ended.name, ended.last_day, ended.successors) == ("柏树新乡", date(2026, 2, 28), (RAISED,))
    days = (date(2019, 12, 31), SINCE, date(2026, 2, 28), CHANGED)
    assert [ended.valid_on(day) for day in days] == [False, True, True, False]
    assert [FOLLOWING.valid_on(day) for day in days] == [False, False, False, True]


@pytest.mark.parametrize(
    ("kind", "counts"),
    [("recoded", {1}), ("raised", {1}), ("merged", {1}), ("split", {2, 3}), ("abolished", {0})],
)
def test_each_kind_has_its_number_of_successors(kind, counts):
    codes = [RAISED, OTHER, Division("361125110000")]
    accepted = set()
    for count in range(4):
        successors = {code: Place(code, "某镇", SINCE, SINCE) for code in codes[:count]}
        outcome = scenarios(places.evolve)(REGISTERED).when(
            places.succeed, **{**SUCCEED, "kind": kind, "successors": successors}
        )
        if outcome.refusal is None:
            accepted.add(count)
        else:
            outcome.refused("place.successor_count", succession=kind, count=count)
    assert accepted == counts
    assert kind in SUCCESSIONS


def test_a_place_may_be_older_than_was_registered():
    traced = scenarios(places.evolve)(REGISTERED, TRACED).state
    assert (traced.since, traced.named_since, traced.predecessors) == (date(1984, 1, 1), date(1984, 1, 1), (BEFORE,))
    renamed = scenarios(places.evolve)(REGISTERED, RENAMED, TRACED).state
    assert (renamed.since, renamed.named_since) == (date(1984, 1, 1), date(2022, 1, 1))
    without = {**TRACE, "predecessors": (), "since": SINCE}
    scenarios(places.evolve)(REGISTERED).when(places.trace_back, **without).refused(
        "place.not_earlier", since=SINCE, known=SINCE
    )


def refused(lineage, code, on):
    try:
        places.require_valid(lineage, code=code, county=COUNTY, on=on)
    except Refusal as refusal:
        return refusal.code
    return None


def test_what_is_reported_is_judged_by_the_code_of_its_day():
    village = Place(VILLAGE, "新村", SINCE, SINCE)
    township = scenarios(places.evolve)(REGISTERED, SUCCEEDED).state
    assert refused([None, township], VILLAGE, CHANGED) == "place.unknown"
    assert refused([village, None], VILLAGE, date(2019, 12, 31)) == "place.not_valid_on"
    assert refused([village, township], VILLAGE, date(2026, 2, 28)) is None
    assert refused([village, township], VILLAGE, CHANGED) == "place.not_valid_on", "it ended with its township"
    assert refused([village, None], VILLAGE, CHANGED) is None
    younger = Place(TOWNSHIP, "柏树乡", date(2026, 1, 1), date(2026, 1, 1))
    assert refused([village, younger], VILLAGE, SINCE) is None, "only the end of what lies above counts"
    assert refused([], COUNTY, date(1949, 10, 1)) is None, "the county is as old as need be"
