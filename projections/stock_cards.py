"""Goods at stations: what lies there, what it cost, the stock card (物资卡) of each article, and the costs by month.

What must not be broken: a card's balances are the sums of its rows, in pieces and in fen; the cost of every piece that
went out is the one that its event says.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.kernel.calendar import Month, month_of
from domain.kernel.ids import EventName
from domain.kernel.places import Division, prefix
from domain.stations.stocks import (
    StockAdjusted,
    StockCounted,
    StockIssued,
    StockProposalRejected,
    StockReceived,
    StockTakenBack,
    StockWriteOffProposed,
    StockWrittenOff,
)
from journal.codec import Recorded
from projections.rows import MissingRow, Row, WriteCursor, identity, to_json

NAME = "stock_cards"

DDL = """
-- `proposed` is what waits for a second person: pieces, and below zero where too few were counted.
CREATE TABLE stocks (
    stock_id        uuid PRIMARY KEY,
    station_id      uuid NOT NULL,
    sku             text NOT NULL,
    on_hand         bigint NOT NULL,
    value_fen       bigint NOT NULL,
    unit_cost_fen   bigint NOT NULL,
    proposed_kind   text,
    proposed        bigint,
    proposed_reason text,
    proposer_id     uuid,
    counted_on      date
);
CREATE INDEX stocks_station_idx ON stocks (station_id, sku);

-- The stock card: `quantity` and `cost_fen` with the sign of their direction, and what was left after it.
CREATE TABLE stock_movements (
    log_index   bigint PRIMARY KEY,
    stock_id    uuid NOT NULL,
    event       text NOT NULL,
    type        text NOT NULL,
    day         date NOT NULL,
    quantity    bigint NOT NULL,
    cost_fen    bigint NOT NULL,
    on_hand     bigint NOT NULL,
    value_fen   bigint NOT NULL,
    counted     bigint,
    origin      text,
    document    text,
    reason      text,
    exchange_id uuid,
    actor_id    uuid NOT NULL,
    proposer_id uuid
);
CREATE INDEX stock_movements_stock_idx ON stock_movements (stock_id, log_index);

-- What goods of a station cost that moved in a month, by the type of event, with the sign of their direction.
CREATE TABLE stock_months (
    station_id uuid NOT NULL,
    month      text NOT NULL,
    type       text NOT NULL,
    cost_fen   bigint NOT NULL,
    PRIMARY KEY (station_id, month, type)
);
"""

TYPES = frozenset(
    {
        "stock.received/1",
        "stock.issued/1",
        "stock.taken_back/1",
        "stock.counted/1",
        "stock.adjusted/1",
        "stock.write_off_proposed/1",
        "stock.written_off/1",
        "stock.proposal_rejected/1",
    }
)

KNOWN = "SELECT row_to_json(stored) FROM stocks stored WHERE stock_id = ANY (%s::uuid[])"
WRITE = """
INSERT INTO stocks SELECT * FROM json_populate_recordset(NULL::stocks, %s)
ON CONFLICT (stock_id) DO UPDATE SET on_hand = EXCLUDED.on_hand, value_fen = EXCLUDED.value_fen,
    unit_cost_fen = EXCLUDED.unit_cost_fen, proposed_kind = EXCLUDED.proposed_kind, proposed = EXCLUDED.proposed,
    proposed_reason = EXCLUDED.proposed_reason, proposer_id = EXCLUDED.proposer_id, counted_on = EXCLUDED.counted_on
"""
ADD_MOVEMENTS = "INSERT INTO stock_movements SELECT * FROM json_populate_recordset(NULL::stock_movements, %s)"
ADD_MONTHS = """
INSERT INTO stock_months AS stored SELECT * FROM json_populate_recordset(NULL::stock_months, %s)
ON CONFLICT (station_id, month, type) DO UPDATE SET cost_fen = stored.cost_fen + EXCLUDED.cost_fen
"""

_NOTHING_WAITS: Row = {"proposed_kind": None, "proposed": None, "proposed_reason": None, "proposer_id": None}
_TOLD = ("counted", "origin", "document", "reason", "exchange_id", "proposer_id")


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """Every event is a row of a card; what lies there is what the rows add up to."""
    touched = list({identity(recorded) for recorded in events})
    stocks: dict[str, dict[str, Any]] = {row["stock_id"]: row for (row,) in cursor.execute(KNOWN, (touched,))}
    movements: list[Row] = []
    months: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for recorded in events:
        own, event = identity(recorded), recorded.event
        if isinstance(event, StockReceived) and own not in stocks:
            stocks[own] = _new(own, event)
        if own not in stocks:
            raise MissingRow(f"stock_cards: {recorded.name} speaks of goods that never came in")
        stock = stocks[own]
        quantity, cost_fen = _moved(event)
        stock["on_hand"] += quantity
        stock["value_fen"] += cost_fen
        stock |= _waiting(recorded)
        movements.append(_movement(recorded, stock, quantity, cost_fen))
        if cost_fen:
            months[str(stock["station_id"]), month_of(recorded.on), recorded.type] += cost_fen
    cursor.execute(WRITE, (to_json(stocks.values()),))
    cursor.execute(ADD_MOVEMENTS, (to_json(movements),))
    rows = [
        {"station_id": station, "month": month, "type": kind, "cost_fen": cost_fen}
        for (station, month, kind), cost_fen in sorted(months.items())
    ]
    if rows:
        cursor.execute(ADD_MONTHS, (to_json(rows),))


def _new(own: str, event: StockReceived) -> dict[str, Any]:
    return {
        "stock_id": own,
        "station_id": event.station_id,
        "sku": event.sku,
        "on_hand": 0,
        "value_fen": 0,
        "unit_cost_fen": 0,
        **_NOTHING_WAITS,
        "counted_on": None,
    }


def _moved(event: object) -> tuple[int, int]:
    """Pieces and fen that came, or went (below zero)."""
    match event:
        case StockReceived(quantity=quantity, unit_cost_fen=unit_cost_fen):
            return quantity, quantity * unit_cost_fen
        case StockIssued(quantity=quantity, cost_fen=cost_fen) | StockWrittenOff(quantity=quantity, cost_fen=cost_fen):
            return -quantity, -cost_fen
        case StockTakenBack(quantity=quantity, cost_fen=cost_fen):
            return quantity, cost_fen
        case StockAdjusted(difference=difference, cost_fen=cost_fen):
            return difference, cost_fen
        case StockCounted() | StockWriteOffProposed() | StockProposalRejected():
            return 0, 0
        case other:
            raise TypeError(f"{type(other).__name__} is not an event of this read model")


def _waiting(recorded: Recorded) -> Row:
    """What the event changes of a stock besides its sums."""
    match recorded.event:
        case StockReceived(unit_cost_fen=unit_cost_fen):
            return {"unit_cost_fen": unit_cost_fen}
        case StockCounted() as event:
            waits = ("difference", event.difference, event.reason, event.counter_id)
            return {"counted_on": event.counted_on, **(_proposed(*waits) if event.difference else {})}
        case StockWriteOffProposed() as event:
            return _proposed("write_off", event.quantity, event.reason, event.proposer_id)
        case StockAdjusted() | StockWrittenOff() | StockProposalRejected():
            return _NOTHING_WAITS
        case _:
            return {}


def _proposed(kind: str, quantity: int, reason: str | None, proposer_id: UUID) -> Row:
    return {"proposed_kind": kind, "proposed": quantity, "proposed_reason": reason, "proposer_id": proposer_id}


def _movement(recorded: Recorded, stock: dict[str, Any], quantity: int, cost_fen: int) -> Row:
    return {
        "log_index": recorded.index,
        "stock_id": stock["stock_id"],
        "event": recorded.name,
        "type": recorded.type,
        "day": recorded.line.on,
        "quantity": quantity,
        "cost_fen": cost_fen,
        "on_hand": stock["on_hand"],
        "value_fen": stock["value_fen"],
        **{name: getattr(recorded.event, name, None) for name in _TOLD},
        "actor_id": recorded.line.by,
    }


# Queries.


@dataclass(frozen=True, slots=True)
class StockStanding:
    """What lies of an article at a station, and what all of it cost; `proposed` waits for a second person."""

    stock_id: UUID
    station_id: UUID
    sku: str
    on_hand: int
    value_fen: int
    unit_cost_fen: int
    proposed_kind: str | None
    proposed: int | None
    proposed_reason: str | None
    proposer_id: UUID | None
    counted_on: date | None


@dataclass(frozen=True, slots=True)
class Movement:
    """One row of a stock card."""

    log_index: int
    event: EventName
    type: str
    day: date
    quantity: int
    cost_fen: int
    on_hand: int
    value_fen: int
    counted: int | None
    origin: str | None
    document: str | None
    reason: str | None
    exchange_id: UUID | None
    actor_id: UUID
    proposer_id: UUID | None


@dataclass(frozen=True, slots=True)
class MonthOfGoods:
    """What goods cost that moved at a station in a month, by the type of event."""

    station_id: UUID
    month: Month
    type: str
    cost_fen: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for a second person at a station."""

    station_id: UUID
    division: Division
    name: str
    sku: str
    title: str
    unit: str
    proposed_kind: str
    proposed: int
    proposer_id: UUID


_STANDING = """
SELECT stock_id, station_id, sku, on_hand, value_fen, unit_cost_fen, proposed_kind, proposed, proposed_reason,
    proposer_id, counted_on
FROM read.stocks
"""
OF_STATIONS = f"{_STANDING} WHERE station_id = ANY (%s) ORDER BY station_id, sku"
ONE = f"{_STANDING} WHERE stock_id = %s"
CARD = """
SELECT log_index, event, type, day, quantity, cost_fen, on_hand, value_fen, counted, origin, document, reason,
    exchange_id, actor_id, proposer_id
FROM read.stock_movements
WHERE stock_id = %(stock)s AND (%(before)s::bigint IS NULL OR log_index < %(before)s)
ORDER BY log_index DESC LIMIT %(limit)s
"""
CARD_COUNTED = """
SELECT count(*), count(*) FILTER (WHERE log_index >= %(before)s::bigint)
FROM read.stock_movements WHERE stock_id = %(stock)s
"""
MONTHS = """
SELECT station_id, month, type, cost_fen FROM read.stock_months JOIN read.stations USING (station_id)
WHERE division LIKE %(prefix)s AND month BETWEEN %(first)s AND %(last)s ORDER BY station_id, month, type
"""
WAITING = """
SELECT station_id, division, name, sku, listed.title, listed.unit, proposed_kind, proposed, proposer_id
FROM read.stocks JOIN read.stations USING (station_id)
JOIN LATERAL (SELECT title, unit FROM read.station_listings listing
    WHERE listing.station_id = stocks.station_id AND listing.sku = stocks.sku ORDER BY log_index DESC LIMIT 1) listed
    ON true
WHERE division LIKE %s AND proposed_kind IS NOT NULL ORDER BY division, sku
"""


def of_stations(conn: Connection[Any], station_ids: Sequence[UUID]) -> list[StockStanding]:
    """What lies at these stations, by article."""
    with conn.cursor(row_factory=class_row(StockStanding)) as cursor:
        return cursor.execute(OF_STATIONS, (list(station_ids),)).fetchall()


def one(conn: Connection[Any], stock_id: UUID) -> StockStanding | None:
    """An article at a station, or None where none ever came in."""
    with conn.cursor(row_factory=class_row(StockStanding)) as cursor:
        return cursor.execute(ONE, (stock_id,)).fetchone()


def card(conn: Connection[Any], stock_id: UUID, *, before: int | None = None, limit: int = 50) -> list[Movement]:
    """The stock card, the latest row first; `before`: the log index of the last row of the page before."""
    with conn.cursor(row_factory=class_row(Movement)) as cursor:
        return cursor.execute(CARD, {"stock": stock_id, "before": before, "limit": limit}).fetchall()


def card_counted(conn: Connection[Any], stock_id: UUID, *, before: int | None = None) -> tuple[int, int]:
    """How many rows a card has, and how many of them the pages before have shown."""
    found = conn.execute(CARD_COUNTED, {"stock": stock_id, "before": before}).fetchone()
    return (int(found[0]), int(found[1])) if found else (0, 0)


def months(conn: Connection[Any], area: Division, *, first: Month, last: Month) -> list[MonthOfGoods]:
    """What goods cost that moved in the months of an area, both included, by station and type."""
    values = {"prefix": prefix(area) + "%", "first": first, "last": last}
    with conn.cursor(row_factory=class_row(MonthOfGoods)) as cursor:
        return cursor.execute(MONTHS, values).fetchall()


def waiting(conn: Connection[Any], area: Division) -> list[Waiting]:
    """What waits for a second person at the stations of an area."""
    with conn.cursor(row_factory=class_row(Waiting)) as cursor:
        return cursor.execute(WAITING, (prefix(area) + "%",)).fetchall()
