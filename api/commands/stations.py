"""Stations: opening and closing them, who keeps them, what they offer at which price."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from api.commands.shared import person_stream, place_known, record_next, require
from api.context import App
from domain import persons
from domain.kernel.money import Fen
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.stations import stations, stocks
from domain.stations.stations import Station, StationEvent, station_stream
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading


@dataclass(frozen=True, slots=True)
class NewListing:
    """An article and its price from a day on; `cash_price_fen` None: for points alone."""

    sku: str
    title: str
    unit: str
    points_price: int
    return_days: int
    since: date
    cash_price_fen: Fen | None = None


def open_station(
    app: App, *, actor: Actor, key: str, division: Division, name: str, opened_on: date, on: date
) -> Receipt:
    """Open a village's station, or open it again."""
    stream = station_stream(stations.station_id(division))

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "station.opened/1", division=division, on=on)
        event = stations.open_(
            read.state(stream, stations.evolve),
            division=division,
            division_known=place_known(read, division),
            name=name,
            opened_on=opened_on,
            on=on,
        )
        yield Fact(stream, event, on)

    inputs = {"command": "station.open", "division": division, "name": name, "opened_on": opened_on.isoformat()}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def name_keeper(
    app: App, *, actor: Actor, key: str, station_id: UUID, keeper_id: UUID, since: date, on: date
) -> Receipt:
    """Name a keeper; he must be a station keeper of the area on that day."""
    stream = station_stream(station_id)

    def decide(read: Reading) -> Iterator[Fact]:
        station = station_of(read, station_id)
        require(read, actor, "station.keeper_named/1", division=station.division, on=on)
        person = read.state(person_stream(keeper_id), persons.evolve)
        if person is None:
            raise Refusal("person.unknown")
        persons.refuse_erased(person)
        holds = person.holds(stations.KEEPER, station.division, since)
        event = stations.name_keeper(station, keeper_id=keeper_id, holds_role=holds, since=since, on=on)
        yield Fact(stream, event, on)

    inputs = {
        "command": "station.name_keeper",
        "station": str(station_id),
        "keeper": str(keeper_id),
        "since": since.isoformat(),
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def release_keeper(
    app: App, *, actor: Actor, key: str, station_id: UUID, keeper_id: UUID, last_day: date, on: date
) -> Receipt:
    """Let a keeper keep it no longer after a day."""

    def decided(station: Station) -> StationEvent:
        return stations.release_keeper(station, keeper_id=keeper_id, last_day=last_day, on=on)

    inputs = {"command": "station.release_keeper", "keeper": str(keeper_id), "last_day": last_day.isoformat()}
    return _next(app, actor, key, station_id, "station.keeper_released/1", inputs, on, decided)


def list_item(app: App, *, actor: Actor, key: str, station_id: UUID, new: NewListing, on: date) -> Receipt:
    """Offer an article at a price from a day on."""

    def decided(station: Station) -> StationEvent:
        return stations.list_item(
            station,
            sku=new.sku,
            title=new.title,
            unit=new.unit,
            points_price=new.points_price,
            cash_price_fen=new.cash_price_fen,
            return_days=new.return_days,
            since=new.since,
            on=on,
        )

    inputs = {
        "command": "station.list_item",
        "sku": new.sku,
        "title": new.title,
        "unit": new.unit,
        "points_price": new.points_price,
        "cash_price_fen": new.cash_price_fen,
        "return_days": new.return_days,
        "since": new.since.isoformat(),
    }
    return _next(app, actor, key, station_id, "station.item_listed/1", inputs, on, decided)


def withdraw_item(app: App, *, actor: Actor, key: str, station_id: UUID, sku: str, last_day: date, on: date) -> Receipt:
    """Offer an article no longer after a day."""

    def decided(station: Station) -> StationEvent:
        return stations.withdraw_item(station, sku=sku, last_day=last_day, on=on)

    inputs = {"command": "station.withdraw_item", "sku": sku, "last_day": last_day.isoformat()}
    return _next(app, actor, key, station_id, "station.item_withdrawn/1", inputs, on, decided)


def close_station(
    app: App, *, actor: Actor, key: str, station_id: UUID, last_day: date, reason: str, on: date
) -> Receipt:
    """Close a station where nothing lies any more."""
    stream = station_stream(station_id)

    def decide(read: Reading) -> Iterator[Fact]:
        station = station_of(read, station_id)
        require(read, actor, "station.closed/1", division=station.division, on=on)
        shelves = {sku: stocks.stock_stream(station_id, sku) for sku in station.skus}
        found = read.states(shelves.values(), stocks.evolve)
        standing = ((sku, found[shelf]) for sku, shelf in shelves.items())
        left = [(sku, stock.on_hand) for sku, stock in standing if stock is not None]
        yield Fact(stream, stations.close(station, last_day=last_day, reason=reason, left=left, on=on), on)

    inputs = {
        "command": "station.close",
        "station": str(station_id),
        "last_day": last_day.isoformat(),
        "reason": reason,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def station_of(read: Reading, station_id: UUID) -> Station:
    """The station, open or closed. Refused: `station.unknown`."""
    station = read.state(station_stream(station_id), stations.evolve)
    if station is None:
        raise Refusal("station.unknown")
    return station


def _next(
    app: App,
    actor: Actor,
    key: str,
    station_id: UUID,
    event_type: str,
    inputs: Mapping[str, object],
    on: date,
    decided: Callable[[Station], StationEvent],
) -> Receipt:
    return record_next(
        app,
        actor=actor,
        key=key,
        stream=station_stream(station_id),
        evolve=stations.evolve,
        event_type=event_type,
        inputs={**inputs, "station": str(station_id)},
        on=on,
        unknown=Refusal("station.unknown"),
        decided=decided,
    )
