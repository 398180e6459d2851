"""Goods at a station: received, counted, and what a second person confirms of differences and losses."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from api.commands.shared import require
from api.commands.stations import station_of
from api.context import App
from domain.kernel.money import Fen
from domain.kernel.refusals import Refusal
from domain.stations import donation_slips, stations, stocks
from domain.stations.stations import Station
from domain.stations.stocks import Stock, StockEvent, stock_stream
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading


@dataclass(frozen=True, slots=True)
class NewGoods:
    """Goods that came in: how many, what a piece cost, from where (stocks.ORIGINS), and by which paper.

    `reason`: why the paper of a donation brings goods in here, after it has done so at another station.
    """

    sku: str
    quantity: int
    unit_cost_fen: Fen
    origin: str
    document: str
    reason: str | None = None


def receive(app: App, *, actor: Actor, key: str, station_id: UUID, new: NewGoods, on: date) -> Receipt:
    """Put goods on the shelf. Refused as `stocks.receive`; for a donation then as `donation_slips.use`."""
    stream = stock_stream(station_id, new.sku)

    def decide(read: Reading) -> Iterator[Fact]:
        station = _serving(read, actor, station_id, "stock.received/1", on)
        event = stocks.receive(
            read.state(stream, stocks.evolve),
            station_id=station_id,
            sku=new.sku,
            sku_known=station.knows(new.sku),
            quantity=new.quantity,
            unit_cost_fen=new.unit_cost_fen,
            origin=new.origin,
            document=new.document,
        )
        cause = None
        if new.origin == "donation":
            slip = donation_slips.slip_stream(new.document)
            used = donation_slips.use(
                read.state(slip, donation_slips.evolve),
                document=new.document,
                station_id=station_id,
                division=station.division,
                sku=new.sku,
                reason=new.reason,
            )
            yield Fact(slip, used, on)
            cause = read.next_event(slip)
        yield Fact(stream, event, on, cause)

    inputs = {
        "command": "stock.receive",
        "station": str(station_id),
        "sku": new.sku,
        "quantity": new.quantity,
        "unit_cost_fen": new.unit_cost_fen,
        "origin": new.origin,
        "document": new.document,
        **({"reason": new.reason} if new.reason else {}),
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def count(
    app: App, *, actor: Actor, key: str, station_id: UUID, sku: str, counted: int, reason: str | None, on: date
) -> Receipt:
    """Say what was counted; a difference waits for a second person."""

    def decided(stock: Stock | None) -> StockEvent:
        return stocks.count(stock, counted=counted, reason=reason, counter_id=actor.person_id, counted_on=on)

    inputs = {"command": "stock.count", "counted": counted, "reason": reason}
    return _next(app, actor, key, station_id, sku, ("stock.counted/1",), inputs, on, decided)


def propose_write_off(
    app: App, *, actor: Actor, key: str, station_id: UUID, sku: str, quantity: int, reason: str, on: date
) -> Receipt:
    """Say that goods are lost or spoilt; it waits for a second person."""

    def decided(stock: Stock | None) -> StockEvent:
        return stocks.propose_write_off(stock, quantity=quantity, reason=reason, proposer_id=actor.person_id)

    inputs = {"command": "stock.propose_write_off", "quantity": quantity, "reason": reason}
    return _next(app, actor, key, station_id, sku, ("stock.write_off_proposed/1",), inputs, on, decided)


def confirm(app: App, *, actor: Actor, key: str, station_id: UUID, sku: str, quantity: int, on: date) -> Receipt:
    """Agree, as the second person, to the difference or loss that waits and was shown; it is booked."""

    def decided(stock: Stock | None) -> StockEvent:
        return stocks.confirm(stock, quantity=quantity, second_id=actor.person_id)

    types = ("stock.adjusted/1", "stock.written_off/1")
    inputs = {"command": "stock.confirm", "quantity": quantity}
    return _next(app, actor, key, station_id, sku, types, inputs, on, decided)


def reject(app: App, *, actor: Actor, key: str, station_id: UUID, sku: str, reason: str, on: date) -> Receipt:
    """Drop, as the second person, the difference or loss that waits."""

    def decided(stock: Stock | None) -> StockEvent:
        return stocks.reject(stock, reason=reason, second_id=actor.person_id)

    inputs = {"command": "stock.reject", "reason": reason}
    return _next(app, actor, key, station_id, sku, ("stock.proposal_rejected/1",), inputs, on, decided)


def _next(
    app: App,
    actor: Actor,
    key: str,
    station_id: UUID,
    sku: str,
    event_types: tuple[str, ...],
    inputs: Mapping[str, object],
    on: date,
    decided: Callable[[Stock | None], StockEvent],
) -> Receipt:
    stream = stock_stream(station_id, sku)

    def decide(read: Reading) -> Iterator[Fact]:
        for event_type in event_types:
            _serving(read, actor, station_id, event_type, on)
        stock = read.state(stream, stocks.evolve)
        if stock is None:
            raise Refusal("stock.unknown")
        yield Fact(stream, decided(stock), on)

    asked = {**inputs, "station": str(station_id), "sku": sku}
    return app.journal.execute(actor=actor, key=key, inputs=asked, decide=decide)


def _serving(read: Reading, actor: Actor, station_id: UUID, event_type: str, on: date) -> Station:
    """The open station, if the actor may cause the event there; a keeper only at a station that he keeps."""
    station = stations.require_open(station_of(read, station_id))
    require(read, actor, event_type, division=station.division, on=on)
    if actor.role == stations.KEEPER:
        stations.require_keeper(station, actor.person_id, on=on)
    return station
