"""Stations: where points become goods, who keeps each, and what it offers at which price since when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.kernel.ids import EventName
from domain.kernel.places import Division, prefix
from domain.stations.stations import (
    StationClosed,
    StationItemListed,
    StationItemWithdrawn,
    StationKeeperNamed,
    StationKeeperReleased,
    StationOpened,
)
from journal.codec import Recorded
from projections.rows import MissingRow, WriteCursor, identity

NAME = "stations"

DDL = """
-- `log_index` is where it opened for the first time.
CREATE TABLE stations (
    station_id     uuid PRIMARY KEY,
    division       text NOT NULL,
    name           text NOT NULL,
    status         text NOT NULL,
    turned_on      date NOT NULL,
    closing_reason text,
    event          text NOT NULL,
    log_index      bigint NOT NULL
);
CREATE INDEX stations_division_idx ON stations (division text_pattern_ops);

CREATE TABLE station_keepers (
    log_index  bigint PRIMARY KEY,
    station_id uuid NOT NULL,
    keeper_id  uuid NOT NULL,
    since      date NOT NULL,
    until      date,
    event      text NOT NULL
);
CREATE INDEX station_keepers_station_idx ON station_keepers (station_id);
CREATE INDEX station_keepers_keeper_idx ON station_keepers (keeper_id);

CREATE TABLE station_listings (
    log_index      bigint PRIMARY KEY,
    station_id     uuid NOT NULL,
    sku            text NOT NULL,
    title          text NOT NULL,
    unit           text NOT NULL,
    points_price   bigint NOT NULL,
    cash_price_fen bigint,
    return_days    integer NOT NULL,
    since          date NOT NULL,
    until          date,
    event          text NOT NULL
);
CREATE INDEX station_listings_station_idx ON station_listings (station_id, sku);
"""

TYPES = frozenset(
    {
        "station.opened/1",
        "station.keeper_named/1",
        "station.keeper_released/1",
        "station.item_listed/1",
        "station.item_withdrawn/1",
        "station.closed/1",
    }
)

OPEN = """
INSERT INTO stations AS stored (station_id, division, name, status, turned_on, event, log_index)
VALUES (%(station)s, %(division)s, %(name)s, 'open', %(day)s, %(event)s, %(index)s)
ON CONFLICT (station_id) DO UPDATE SET name = EXCLUDED.name, status = 'open', turned_on = EXCLUDED.turned_on,
    closing_reason = NULL, event = EXCLUDED.event
"""
CLOSE = """
UPDATE stations SET status = 'closed', turned_on = %(day)s, closing_reason = %(reason)s, event = %(event)s
WHERE station_id = %(station)s
"""
NAME_KEEPER = """
INSERT INTO station_keepers (log_index, station_id, keeper_id, since, event)
VALUES (%(index)s, %(station)s, %(keeper)s, %(day)s, %(event)s)
"""
RELEASE = """
UPDATE station_keepers SET until = %(day)s
WHERE station_id = %(station)s AND keeper_id = %(keeper)s AND until IS NULL
"""
END_LISTING = """
UPDATE station_listings SET until = %(day)s WHERE station_id = %(station)s AND sku = %(sku)s AND until IS NULL
"""
LIST = """
INSERT INTO station_listings (log_index, station_id, sku, title, unit, points_price, cash_price_fen, return_days,
    since, event)
VALUES (%(index)s, %(station)s, %(sku)s, %(title)s, %(unit)s, %(points)s, %(cash)s, %(days)s, %(since)s, %(event)s)
"""


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """One or two statements an event: a station has a few in a month."""
    for recorded in events:
        known: dict[str, object] = {
            "station": identity(recorded),
            "index": recorded.index,
            "event": recorded.name,
        }
        match recorded.event:
            case StationOpened(division=division, name=name, opened_on=day):
                cursor.execute(OPEN, {**known, "division": division, "name": name, "day": day})
            case StationKeeperNamed(keeper_id=keeper, since=since):
                cursor.execute(NAME_KEEPER, {**known, "keeper": keeper, "day": since})
            case StationKeeperReleased(keeper_id=keeper, last_day=day):
                cursor.execute(RELEASE, {**known, "keeper": keeper, "day": day})
                _changed(cursor, recorded)
            case StationItemListed() as event:
                # The price before holds until the day before, as the station's own state has it.
                cursor.execute(END_LISTING, {**known, "sku": event.sku, "day": event.since - timedelta(days=1)})
                cursor.execute(LIST, {**known, **_listing(event)})
            case StationItemWithdrawn(sku=sku, last_day=day):
                cursor.execute(END_LISTING, {**known, "sku": sku, "day": day})
                _changed(cursor, recorded)
            case StationClosed(last_day=day, reason=reason):
                cursor.execute(CLOSE, {**known, "day": day, "reason": reason})
                _changed(cursor, recorded)
            case other:
                raise TypeError(f"{type(other).__name__} is not an event of this read model")


def _listing(event: StationItemListed) -> dict[str, object]:
    return {
        "sku": event.sku,
        "title": event.title,
        "unit": event.unit,
        "points": event.points_price,
        "cash": event.cash_price_fen,
        "days": event.return_days,
        "since": event.since,
    }


def _changed(cursor: WriteCursor, recorded: Recorded) -> None:
    if not cursor.rowcount:
        raise MissingRow(f"stations: {recorded.name} changes what is not there")


# Queries.


@dataclass(frozen=True, slots=True)
class Station:
    """A station as it stands; `event` opened or closed it last, on `turned_on`."""

    station_id: UUID
    division: Division
    name: str
    status: str
    turned_on: date
    closing_reason: str | None
    event: EventName


@dataclass(frozen=True, slots=True)
class Keeper:
    """Somebody's time as a keeper, both days included; `until` None: still."""

    station_id: UUID
    keeper_id: UUID
    since: date
    until: date | None
    event: EventName


@dataclass(frozen=True, slots=True)
class Listing:
    """A price of an article and the days for which it holds, both included; `until` None: still."""

    station_id: UUID
    sku: str
    title: str
    unit: str
    points_price: int
    cash_price_fen: int | None
    return_days: int
    since: date
    until: date | None
    event: EventName


_STATION = "SELECT station_id, division, name, status, turned_on, closing_reason, event FROM read.stations"
ONE = f"{_STATION} WHERE station_id = %s"
WITHIN = f"{_STATION} WHERE division LIKE %s ORDER BY division"
KEPT_BY = f"""
{_STATION} WHERE status = 'open' AND station_id IN (SELECT station_id FROM read.station_keepers
    WHERE keeper_id = %(keeper)s AND since <= %(on)s AND (until IS NULL OR until >= %(on)s)) ORDER BY division
"""  # noqa: S608 - text of ours
KEEPERS = """
SELECT station_id, keeper_id, since, until, event FROM read.station_keepers WHERE station_id = ANY (%s)
ORDER BY log_index
"""
_LISTING = """
SELECT station_id, sku, title, unit, points_price, cash_price_fen, return_days, since, until, event
FROM read.station_listings
"""
OFFERED = f"""
{_LISTING} WHERE station_id = %(station)s AND since <= %(on)s AND (until IS NULL OR until >= %(on)s)
ORDER BY points_price, sku
"""
TITLES = """
SELECT DISTINCT ON (sku) sku, title FROM read.station_listings JOIN read.stations USING (station_id)
WHERE division LIKE %s ORDER BY sku, station_listings.log_index DESC
"""
PRICES = f"{_LISTING} WHERE station_id = %(station)s ORDER BY sku, log_index DESC"


def one(conn: Connection[Any], station_id: UUID) -> Station | None:
    """A station, or None."""
    with conn.cursor(row_factory=class_row(Station)) as cursor:
        return cursor.execute(ONE, (station_id,)).fetchone()


def within(conn: Connection[Any], area: Division) -> list[Station]:
    """The stations of an area, open and closed, by division."""
    with conn.cursor(row_factory=class_row(Station)) as cursor:
        return cursor.execute(WITHIN, (prefix(area) + "%",)).fetchall()


def kept_by(conn: Connection[Any], keeper_id: UUID, *, on: date) -> list[Station]:
    """The open stations that somebody keeps on a day."""
    with conn.cursor(row_factory=class_row(Station)) as cursor:
        return cursor.execute(KEPT_BY, {"keeper": keeper_id, "on": on}).fetchall()


def keepers(conn: Connection[Any], station_ids: Iterable[UUID]) -> list[Keeper]:
    """Everybody who kept one of these stations, in the order of naming."""
    with conn.cursor(row_factory=class_row(Keeper)) as cursor:
        return cursor.execute(KEEPERS, (list(station_ids),)).fetchall()


def offered(conn: Connection[Any], station_id: UUID, *, on: date) -> list[Listing]:
    """What a station offers on a day, the cheapest first."""
    with conn.cursor(row_factory=class_row(Listing)) as cursor:
        return cursor.execute(OFFERED, {"station": station_id, "on": on}).fetchall()


def titles(conn: Connection[Any], area: Division) -> dict[str, str]:
    """What the stations of an area call their articles, by number; where they differ, as the latest listing does."""
    return dict(conn.execute(TITLES, (prefix(area) + "%",)).fetchall())


def prices(conn: Connection[Any], station_id: UUID) -> list[Listing]:
    """Every price that a station ever had, by article, the latest first."""
    with conn.cursor(row_factory=class_row(Listing)) as cursor:
        return cursor.execute(PRICES, {"station": station_id}).fetchall()
