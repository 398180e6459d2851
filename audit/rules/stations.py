"""Stations and their goods: prices never change for days that have come, and what is left follows from what happened.

What must not be broken: a difference or a loss is booked as one person said it and another confirmed it, whoever signed
each; goods are counted here from the events themselves, and what they cost by the moving average.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, ClassVar, NamedTuple

from audit.book import Book
from audit.entries import Entry, day_of
from audit.findings import Check, Findings
from domain.kernel.document_numbers import compared
from domain.kernel.places import Division, level
from domain.kernel.reasons import suffices

KEEPER = "station_keeper"
_FOR_EVER = "9999-12-31"


@dataclass(slots=True)
class Price:
    """What an article costs in points (and would in fen) from a day to a day, by the event that said so."""

    name: str
    sku: str
    points: int
    cash_fen: int | None
    return_days: int
    since: str
    until: str = _FOR_EVER

    def covers(self, on: str) -> bool:
        """Whether it is in force on that day."""
        return self.since <= on <= self.until


@dataclass(slots=True)
class Station:
    """A station: where, whether it is open, who kept it when, and every price."""

    division: str
    open: bool = True
    keepings: list[tuple[str, str, str]] = field(default_factory=list)  # keeper, first day, last day
    prices: list[Price] = field(default_factory=list)

    def kept_by(self, person: str, on: str) -> bool:
        """Whether the person keeps it on that day."""
        return any(who == person and since <= on <= until for who, since, until in self.keepings)

    def price(self, sku: str, on: str) -> Price | None:
        """The price of an article in force on a day."""
        return next((one for one in self.prices if one.sku == sku and one.covers(on)), None)


class Waiting(NamedTuple):
    """What one person said and another has to confirm."""

    kind: str
    quantity: int
    reason: str
    proposer: str


@dataclass(slots=True)
class Shelf:
    """An article at a station: pieces, what they cost together, and what waits for a second person."""

    station: str
    sku: str
    pieces: int = 0
    value_fen: int = 0
    unit_cost_fen: int = 0
    waiting: Waiting | None = None
    slips: set[str] = field(default_factory=set)

    def cost_of(self, quantity: int) -> int:
        """What so many pieces had cost."""
        return self.value_fen * quantity // self.pieces if self.pieces else self.unit_cost_fen * quantity


class Stations:
    """Check 28, of stations and goods; `Exchanges` judges what was handed over, and asks here."""

    types: ClassVar[frozenset[str] | None] = frozenset(
        {
            "station.opened/1",
            "station.keeper_named/1",
            "station.keeper_released/1",
            "station.item_listed/1",
            "station.item_withdrawn/1",
            "station.closed/1",
            "stock.received/1",
            "stock.issued/1",
            "stock.taken_back/1",
            "stock.counted/1",
            "stock.adjusted/1",
            "stock.write_off_proposed/1",
            "stock.written_off/1",
            "stock.proposal_rejected/1",
            "donation_slip.used/1",
        }
    )
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self.stations: dict[str, Station] = {}
        self.shelves: dict[str, Shelf] = {}
        self._slips: dict[str, Mapping[str, Any]] = {}  # by the name of the event that said why
        self._given_at: dict[str, set[str]] = {}  # the paper of a donation -> the stations where it brought goods in

    def see(self, entry: Entry, book: Book) -> None:
        """Judge an event of a station or of its goods, and remember it."""
        if entry.category == "station":
            self._station(entry, book)
            return
        if entry.category == "donation_slip":
            self._slips[entry.name] = entry.data
            return
        shelf = self.shelves.get(entry.identity)
        if shelf is None:
            if entry.type != "stock.received/1":
                self._findings.add("stations.no_goods", entry.place, type=entry.type)
                return
            shelf = self.shelves[entry.identity] = Shelf(entry.data["station_id"], entry.data["sku"])
        self._served(entry, shelf)
        self._goods(entry, shelf)
        if shelf.pieces < 0 or shelf.value_fen < 0:
            self._findings.add("stations.below_zero", entry.place, sku=shelf.sku, pieces=shelf.pieces)

    # Stations.

    def _station(self, entry: Entry, book: Book) -> None:
        data, station = entry.data, self.stations.get(entry.identity)
        if entry.type == "station.opened/1":
            self._opened(entry, station)
        elif station is None or not station.open:
            self._findings.add("stations.not_open", entry.place, type=entry.type)
        elif entry.type == "station.keeper_named/1":
            if not book.holds(data["keeper_id"], KEEPER, data["since"], station.division):
                self._findings.add("stations.keeper_without_role", entry.place, person=data["keeper_id"])
            station.keepings.append((data["keeper_id"], data["since"], _FOR_EVER))
        elif entry.type == "station.keeper_released/1":
            station.keepings = [
                (who, since, data["last_day"])
                if (who, until) == (data["keeper_id"], _FOR_EVER)
                else (who, since, until)
                for who, since, until in station.keepings
            ]
        elif entry.type == "station.item_listed/1":
            self._listed(entry, station)
        elif entry.type == "station.item_withdrawn/1":
            self._not_backdated(entry, data["last_day"])
            _end(station, data["sku"], data["last_day"])
        else:
            station.open = False
            for shelf in self.shelves.values():
                if shelf.station == entry.identity and shelf.pieces:
                    self._findings.add("stations.closed_with_goods", entry.place, sku=shelf.sku, pieces=shelf.pieces)

    def _opened(self, entry: Entry, station: Station | None) -> None:
        division = entry.data["division"]
        if level(Division(division)) != "village":
            self._findings.add("stations.not_a_village", entry.place, division=division)
        if station is not None and station.open:
            self._findings.add("stations.second", entry.place, division=division)
        if station is None:
            self.stations[entry.identity] = Station(division)
        else:
            station.open = True

    def _listed(self, entry: Entry, station: Station) -> None:
        data = entry.data
        self._not_backdated(entry, data["since"])
        before = station.price(data["sku"], data["since"])
        if before is not None and data["since"] == day_of(entry.at):
            self._findings.add("stations.price_replaced", entry.place, sku=data["sku"], earlier=before.name)
        _end(station, data["sku"], str(date.fromisoformat(data["since"]) - timedelta(days=1)))
        price = Price(
            entry.name,
            data["sku"],
            data["points_price"],
            data.get("cash_price_fen"),
            data["return_days"],
            data["since"],
        )
        station.prices.append(price)

    def _not_backdated(self, entry: Entry, since: str) -> None:
        if since < entry.on:
            self._findings.add("stations.backdated", entry.place, since=since, on=entry.on)

    # Goods.

    def _served(self, entry: Entry, shelf: Shelf) -> None:
        """The station is open, and a keeper acts only where he keeps it."""
        station = self.stations.get(shelf.station)
        if station is None or not station.open:
            self._findings.add("stations.not_open", entry.place, type=entry.type)
        elif entry.role == KEEPER and not station.kept_by(entry.by, entry.on):
            self._findings.add("stations.not_its_keeper", entry.place, person=entry.by)

    def _brought(self, entry: Entry, shelf: Shelf) -> None:
        """An invoice, or the slip of a donation, brings an article in once; a slip elsewhere again with a reason."""
        slip = compared(entry.data["document"])
        if slip in shelf.slips:
            self._findings.add("stations.slip_twice", entry.place, document=entry.data["document"])
        shelf.slips.add(slip)
        if entry.data["origin"] == "donation":
            self._given(entry, shelf, slip)

    def _given(self, entry: Entry, shelf: Shelf, slip: str) -> None:
        stations = self._given_at.setdefault(slip, set())
        said = self._slips.get(entry.cause or "", {})
        meant = (compared(said.get("document", "")), said.get("station_id"), said.get("sku"))
        explained = meant == (slip, shelf.station, shelf.sku) and suffices(said.get("reason") or "")
        if stations - {shelf.station} and not explained:
            self._findings.add("stations.slip_elsewhere", entry.place, document=entry.data["document"])
        stations.add(shelf.station)

    def _goods(self, entry: Entry, shelf: Shelf) -> None:
        data = entry.data
        match entry.type:
            case "stock.received/1":
                self._brought(entry, shelf)
                shelf.pieces += data["quantity"]
                shelf.value_fen += data["quantity"] * data["unit_cost_fen"]
                shelf.unit_cost_fen = data["unit_cost_fen"]
            case "stock.issued/1":
                self._cost(entry, shelf.cost_of(data["quantity"]))
                shelf.pieces -= data["quantity"]
                shelf.value_fen -= data["cost_fen"]
            case "stock.taken_back/1":
                shelf.pieces += data["quantity"]
                shelf.value_fen += data["cost_fen"]
            case "stock.counted/1":
                self._counted(entry, shelf)
            case "stock.write_off_proposed/1":
                self._proposed(entry, shelf, Waiting("write_off", data["quantity"], data["reason"], entry.by))
            case _:
                self._seconded(entry, shelf)

    def _counted(self, entry: Entry, shelf: Shelf) -> None:
        data = entry.data
        if data["difference"] != data["counted"] - shelf.pieces:
            expected = data["counted"] - shelf.pieces
            self._findings.add("stations.difference", entry.place, found=data["difference"], expected=expected)
        self._oneself(entry, data["counter_id"])
        if data["difference"]:
            reason = data.get("reason", "")
            self._proposed(entry, shelf, Waiting("difference", data["difference"], reason, entry.by))

    def _proposed(self, entry: Entry, shelf: Shelf, waiting: Waiting) -> None:
        self._oneself(entry, entry.data.get("proposer_id", entry.by))
        if not suffices(waiting.reason):
            self._findings.add("stations.no_reason", entry.place)
        if shelf.waiting is not None:
            self._findings.add("stations.waits_already", entry.place, sku=shelf.sku)
        shelf.waiting = waiting

    def _seconded(self, entry: Entry, shelf: Shelf) -> None:
        """Confirmed or dropped: what waits, as it was said, by another person."""
        data, waiting = entry.data, shelf.waiting
        shelf.waiting = None
        self._oneself(entry, data["second_id"])
        if waiting is None or waiting.proposer == entry.by:
            self._findings.add("stations.one_person", entry.place, sku=shelf.sku)
        if entry.type == "stock.proposal_rejected/1":
            return
        kind, quantity = ("difference", data["difference"]) if "difference" in data else ("write_off", data["quantity"])
        if waiting is not None and Waiting(kind, quantity, data["reason"], data["proposer_id"]) != waiting:
            self._findings.add("stations.not_as_proposed", entry.place, sku=shelf.sku)
        change = quantity if kind == "difference" else -quantity
        cost = shelf.cost_of(abs(change))
        if kind == "difference":
            self._cost(entry, cost if change > 0 else -cost)
            shelf.value_fen += data["cost_fen"]
        else:
            self._cost(entry, cost)
            shelf.value_fen -= data["cost_fen"]
        shelf.pieces += change

    def _cost(self, entry: Entry, expected: int) -> None:
        if entry.data["cost_fen"] != expected:
            self._findings.add("stations.cost", entry.place, found=entry.data["cost_fen"], expected=expected)

    def _oneself(self, entry: Entry, named: Any) -> None:
        if named != entry.by:
            self._findings.add("stations.signed_by_another", entry.place, person=str(named), by=entry.by)

    def finish(self, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Count what was seen; `Exchanges` adds what it saw."""
        pieces = sum(shelf.pieces for shelf in self.shelves.values())
        self._findings.summarise(Check.STATIONS, stations=len(self.stations), pieces=pieces)


def _end(station: Station, sku: str, last_day: str) -> None:
    for price in station.prices:
        if price.sku == sku and price.until == _FOR_EVER:
            price.until = last_day
