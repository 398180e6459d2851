"""A village has one station; who keeps it is named, and a price that has begun is never replaced."""

from datetime import date, timedelta

import pytest

from domain.kernel.refusals import Refusal
from domain.stations import stations
from domain.stations.stations import (
    StationClosed,
    StationItemListed,
    StationItemWithdrawn,
    StationKeeperNamed,
    StationKeeperReleased,
    StationOpened,
)
from tests.domain.samples import CLERK, COUNTY, GRID_WORKER, TODAY, VILLAGE
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(stations.evolve)

TOMORROW, YESTERDAY = TODAY + timedelta(days=1), TODAY - timedelta(days=1)
OPENED = StationOpened(division=VILLAGE, name="红骑兵驿站", opened_on=date(2026, 1, 5))
KEPT = StationKeeperNamed(keeper_id=CLERK, since=date(2026, 1, 5))
LISTED = StationItemListed(
    sku="YUSAN-01", title="雨伞", unit="把", points_price=60, return_days=7, since=date(2026, 1, 6)
)
DEARER = StationItemListed(sku="YUSAN-01", title="雨伞", unit="把", points_price=80, return_days=7, since=TOMORROW)
CLOSED = StationClosed(last_day=TODAY, reason="merged")
LISTING = {
    "sku": "YUSAN-01",
    "title": "雨伞",
    "unit": "把",
    "points_price": 80,
    "cash_price_fen": 1800,
    "return_days": 7,
    "since": TOMORROW,
    "on": TODAY,
}

TABLES = (
    Table(
        stations.evolve,
        stations.open_,
        (),
        {"division": VILLAGE, "division_known": True, "name": "驿站", "opened_on": TODAY, "on": TODAY},
        [
            row("place.unknown", division_known=False),
            row("station.not_in_a_village", division=COUNTY),
            row("station.already_open", given=(OPENED,)),
            row("station.day_in_future", opened_on=TOMORROW),
            row("station.before_last_change", given=(OPENED, CLOSED)),
        ],
    ),
    Table(
        stations.evolve,
        stations.name_keeper,
        (OPENED,),
        {"keeper_id": CLERK, "holds_role": True, "since": TODAY, "on": TODAY},
        [
            row("station.unknown", given=()),
            row("station.closed", given=(OPENED, CLOSED)),
            row("station.in_the_past", since=YESTERDAY),
            row("station.keeper_without_role", holds_role=False),
            row("station.keeper_already", given=(OPENED, KEPT)),
        ],
    ),
    Table(
        stations.evolve,
        stations.release_keeper,
        (OPENED, KEPT),
        {"keeper_id": CLERK, "last_day": TODAY, "on": TODAY},
        [
            row("station.unknown", given=()),
            row("station.closed", given=(OPENED, KEPT, CLOSED)),
            row("station.keeper_not_named", keeper_id=GRID_WORKER),
            row("station.in_the_past", last_day=YESTERDAY),
        ],
    ),
    Table(
        stations.evolve,
        stations.list_item,
        (OPENED, LISTED),
        LISTING,
        [
            row("station.unknown", given=()),
            row("station.closed", given=(OPENED, LISTED, CLOSED)),
            row("station.sku_malformed", sku="PTS"),
            row("station.sku_malformed", sku="雨伞"),
            row("station.price_unsuited", points_price=0),
            row("station.cash_price_unsuited", cash_price_fen=-500),
            row("station.return_days_unsuited", return_days=-1),
            row("station.in_the_past", since=YESTERDAY),
            row("station.listed_later", given=(OPENED, LISTED, DEARER), since=TODAY),
            row("station.price_replaces_today", since=TODAY),
        ],
    ),
    Table(
        stations.evolve,
        stations.withdraw_item,
        (OPENED, LISTED),
        {"sku": "YUSAN-01", "last_day": TODAY, "on": TODAY},
        [
            row("station.unknown", given=()),
            row("station.closed", given=(OPENED, LISTED, CLOSED)),
            row("station.in_the_past", last_day=YESTERDAY),
            row("station.item_not_listed", sku="DIANFANBAO"),
        ],
    ),
    Table(
        stations.evolve,
        stations.close,
        (OPENED, LISTED),
        {"last_day": TODAY, "reason": "no_keeper", "left": [("YUSAN-01", 0)], "on": TODAY},
        [
            row("station.unknown", given=()),
            row("station.closed", given=(OPENED, CLOSED)),
            row("station.reason_unknown", reason="rain"),
            row("station.day_in_future", last_day=TOMORROW),
            row("station.before_last_change", last_day=date(2026, 1, 4)),
            row("station.stock_left", left=[("YUSAN-01", 3)]),
        ],
    ),
)


def test_a_price_holds_until_the_day_before_the_next():
    station = given(OPENED, LISTED, DEARER).state
    assert station.listing("YUSAN-01", date(2026, 1, 5)) is None
    assert station.listing("YUSAN-01", TODAY).points_price == 60
    dearer = station.listing("YUSAN-01", TOMORROW)
    assert dearer.points_price == 80
    assert station.listed_as(dearer.name) is dearer


def test_a_price_that_has_not_begun_gives_way_to_another_from_the_same_day_on():
    corrected = StationItemListed(
        sku="YUSAN-01", title="雨伞", unit="把", points_price=70, return_days=7, since=TOMORROW
    )
    wanted = {**LISTING, "points_price": 70, "cash_price_fen": None}
    given(OPENED, LISTED, DEARER).when(stations.list_item, **wanted).then(corrected)
    station = given(OPENED, LISTED, DEARER, corrected).state
    assert [station.listing("YUSAN-01", day).points_price for day in (TODAY, TOMORROW)] == [60, 70]
    begun = {**wanted, "on": TOMORROW}
    given(OPENED, LISTED, DEARER).when(stations.list_item, **begun).refused("station.price_replaces_today")


def test_what_was_withdrawn_is_offered_again_from_the_next_day_on():
    withdrawn = StationItemWithdrawn(sku="YUSAN-01", last_day=TODAY)
    station = given(OPENED, LISTED, withdrawn)
    assert station.state.listing("YUSAN-01", TOMORROW) is None
    assert station.state.knows("YUSAN-01")
    station.when(stations.list_item, **LISTING).then(
        StationItemListed(**{k: v for k, v in LISTING.items() if k != "on"})
    )


def test_a_keeper_keeps_it_on_his_days_and_the_names_of_events_are_those_of_the_log():
    station = given(OPENED, KEPT, LISTED, StationKeeperReleased(keeper_id=CLERK, last_day=TODAY)).state
    assert station.kept_by(CLERK, TODAY)
    assert not station.kept_by(CLERK, TOMORROW)
    assert not station.kept_by(CLERK, date(2026, 1, 4))
    name = f"{stations.station_stream(stations.station_id(VILLAGE))}@3"
    assert station.listing("YUSAN-01", TODAY).name == name


def test_only_a_keeper_of_its_own_serves_there():
    station = given(OPENED, KEPT).state
    stations.require_keeper(station, CLERK, on=TODAY)
    with pytest.raises(Refusal) as refused:
        stations.require_keeper(station, GRID_WORKER, on=TODAY)
    assert refused.value.code == "station.not_its_keeper"


def test_it_opens_again_with_everything_it_had():
    reopened = StationOpened(division=VILLAGE, name="新驿站", opened_on=TOMORROW)
    station = given(OPENED, KEPT, LISTED, CLOSED, reopened).state
    assert (station.status, station.name, station.turned_on) == ("open", "新驿站", TOMORROW)
    assert station.kept_by(CLERK, TOMORROW)


@every_row(*TABLES)
def test_refusals_in_the_order_of_the_checks(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_docstring_states_the_checks_and_their_order(table):
    table.check_accepted()
    table.check_documented()
