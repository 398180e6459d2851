"""Exchanges: who agreed to each, which goods went out for how many points, what came back, and the sums by month."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.kernel.calendar import Month, month_of
from domain.kernel.ids import EventName
from domain.kernel.places import Division, prefix
from domain.stations.exchanges import (
    ExchangeAuthorised,
    ExchangeCancelled,
    ExchangeMade,
    ExchangeReturned,
    ExchangeWithdrawn,
)
from journal.codec import Recorded
from projections.rows import MissingRow, Row, WriteCursor, identity, to_json

NAME = "exchanges"

DDL = """
-- `points_back` and `cash_back_fen`: what went back to the holder by a cancelling or by returns.
CREATE TABLE exchanges (
    exchange_id   uuid PRIMARY KEY,
    account_id    uuid NOT NULL,
    authoriser_id uuid NOT NULL,
    channel       text NOT NULL,
    valid_until   timestamptz NOT NULL,
    points_max    bigint,
    status        text NOT NULL,
    station_id    uuid,
    keeper_id     uuid,
    collector_id  uuid,
    made_on       date,
    made_at       timestamptz,
    points        bigint NOT NULL,
    points_back   bigint NOT NULL,
    cash_fen      bigint NOT NULL,
    cash_back_fen bigint NOT NULL,
    reason        text,
    event         text NOT NULL,
    made_index    bigint
);
CREATE INDEX exchanges_station_idx ON exchanges (station_id, made_index) WHERE made_index IS NOT NULL;
CREATE INDEX exchanges_account_idx ON exchanges (account_id);

CREATE TABLE exchange_lines (
    exchange_id uuid NOT NULL,
    number      integer NOT NULL,
    sku         text NOT NULL,
    quantity    bigint NOT NULL,
    points_each bigint NOT NULL,
    listing     text NOT NULL,
    cost_fen    bigint NOT NULL,
    returned    bigint NOT NULL,
    PRIMARY KEY (exchange_id, number)
);

-- What came back of an exchange, and when.
CREATE TABLE exchange_backs (
    exchange_id uuid NOT NULL,
    sku         text NOT NULL,
    day         date NOT NULL,
    quantity    bigint NOT NULL
);
CREATE INDEX exchange_backs_idx ON exchange_backs (exchange_id);

-- What a station exchanged in a month; points and cash less what went back in it.
CREATE TABLE exchange_months (
    station_id uuid NOT NULL,
    month      text NOT NULL,
    made       bigint NOT NULL,
    points     bigint NOT NULL,
    cash_fen   bigint NOT NULL,
    PRIMARY KEY (station_id, month)
);
"""

TYPES = frozenset(
    {
        "exchange.authorised/1",
        "exchange.withdrawn/1",
        "exchange.made/1",
        "exchange.cancelled/1",
        "exchange.returned/1",
    }
)

KNOWN = "SELECT row_to_json(stored) FROM exchanges stored WHERE exchange_id = ANY (%s::uuid[])"
WRITE = """
INSERT INTO exchanges SELECT * FROM json_populate_recordset(NULL::exchanges, %s)
ON CONFLICT (exchange_id) DO UPDATE SET status = EXCLUDED.status, station_id = EXCLUDED.station_id,
    keeper_id = EXCLUDED.keeper_id, collector_id = EXCLUDED.collector_id, made_on = EXCLUDED.made_on,
    made_at = EXCLUDED.made_at, points = EXCLUDED.points, points_back = EXCLUDED.points_back,
    cash_fen = EXCLUDED.cash_fen, cash_back_fen = EXCLUDED.cash_back_fen, reason = EXCLUDED.reason,
    event = EXCLUDED.event, made_index = EXCLUDED.made_index
"""
ADD_LINES = "INSERT INTO exchange_lines SELECT * FROM json_populate_recordset(NULL::exchange_lines, %s)"
ALL_TOLD_BACK = """
INSERT INTO exchange_backs
SELECT exchange_id, sku, %s, quantity - returned FROM exchange_lines WHERE exchange_id = %s AND quantity > returned
"""
ALL_BACK = "UPDATE exchange_lines SET returned = quantity WHERE exchange_id = %s"
TOLD_BACK = "INSERT INTO exchange_backs (day, quantity, exchange_id, sku) VALUES (%s, %s, %s, %s)"
BACK = "UPDATE exchange_lines SET returned = returned + %s WHERE exchange_id = %s AND sku = %s"
ADD_MONTHS = """
INSERT INTO exchange_months AS stored SELECT * FROM json_populate_recordset(NULL::exchange_months, %s)
ON CONFLICT (station_id, month) DO UPDATE SET made = stored.made + EXCLUDED.made,
    points = stored.points + EXCLUDED.points, cash_fen = stored.cash_fen + EXCLUDED.cash_fen
"""


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """Exchanges and their lines; what came back is added where it stands."""
    touched = list({identity(recorded) for recorded in events})
    exchanges: dict[str, dict[str, Any]] = {row["exchange_id"]: row for (row,) in cursor.execute(KNOWN, (touched,))}
    lines: list[Row] = []
    back: list[tuple[str, tuple[object, ...]]] = []
    months: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for recorded in events:
        own, event = identity(recorded), recorded.event
        if isinstance(event, ExchangeAuthorised):
            exchanges[own] = _authorised(recorded, event)
            continue
        if own not in exchanges:
            raise MissingRow(f"exchanges: {recorded.name} was never authorised")
        row = exchanges[own]
        if isinstance(event, ExchangeWithdrawn):
            row |= {"status": "withdrawn", "event": recorded.name}
            continue
        if isinstance(event, ExchangeMade):
            row |= _made(recorded, event)
            lines += _lines(own, event)
            moved = (1, event.points, event.cash_fen or 0)
        elif isinstance(event, ExchangeCancelled | ExchangeReturned):
            row |= _back(row, recorded, event)
            back += _lines_back(own, recorded.on, event)
            # An exchange is cancelled on its own day, so it is not counted in the month in which it was.
            undone = -1 if isinstance(event, ExchangeCancelled) else 0
            moved = (undone, -event.points, -(event.cash_fen or 0))
        else:
            raise TypeError(f"{type(event).__name__} is not an event of this read model")
        sums = months[str(row["station_id"]), month_of(recorded.on)]
        sums[:] = [before + more for before, more in zip(sums, moved, strict=True)]
    cursor.execute(WRITE, (to_json(exchanges.values()),))
    if lines:
        cursor.execute(ADD_LINES, (to_json(lines),))
    for statement, values in back:
        cursor.execute(statement, values)
    rows = [
        {"station_id": station, "month": month, "made": made, "points": points, "cash_fen": cash_fen}
        for (station, month), (made, points, cash_fen) in sorted(months.items())
    ]
    if rows:
        cursor.execute(ADD_MONTHS, (to_json(rows),))


def _authorised(recorded: Recorded, event: ExchangeAuthorised) -> dict[str, Any]:
    return {
        "exchange_id": identity(recorded),
        "account_id": event.account_id,
        "authoriser_id": event.authoriser_id,
        "channel": event.channel,
        "valid_until": event.valid_until,
        "points_max": event.points_max,
        "status": "authorised",
        "points": 0,
        "points_back": 0,
        "cash_fen": 0,
        "cash_back_fen": 0,
        "reason": event.reason,
        "event": recorded.name,
    }


def _made(recorded: Recorded, event: ExchangeMade) -> Row:
    return {
        "status": "made",
        "station_id": event.station_id,
        "keeper_id": event.keeper_id,
        "collector_id": event.collector_id,
        "made_on": event.made_on,
        "made_at": recorded.line.at,
        "points": event.points,
        "cash_fen": event.cash_fen or 0,
        "event": recorded.name,
        "made_index": recorded.index,
    }


def _lines(own: str, event: ExchangeMade) -> list[Row]:
    return [
        {
            "exchange_id": own,
            "number": number,
            "sku": line.sku,
            "quantity": line.quantity,
            "points_each": line.points_each,
            "listing": line.listing,
            "cost_fen": line.cost_fen,
            "returned": 0,
        }
        for number, line in enumerate(event.lines, 1)
    ]


def _back(row: dict[str, Any], recorded: Recorded, event: ExchangeCancelled | ExchangeReturned) -> Row:
    return {
        "status": "cancelled" if isinstance(event, ExchangeCancelled) else "returned",
        "points_back": row["points_back"] + event.points,
        "cash_back_fen": row["cash_back_fen"] + (event.cash_fen or 0),
        "reason": event.reason,
        "event": recorded.name,
    }


def _lines_back(
    own: str, day: date, event: ExchangeCancelled | ExchangeReturned
) -> list[tuple[str, tuple[object, ...]]]:
    if isinstance(event, ExchangeCancelled):
        return [(ALL_TOLD_BACK, (day, own)), (ALL_BACK, (own,))]
    taken: list[tuple[str, tuple[object, ...]]] = []
    for line in event.lines:
        taken += [(TOLD_BACK, (day, line.quantity, own, line.sku)), (BACK, (line.quantity, own, line.sku))]
    return taken


# Queries.


@dataclass(frozen=True, slots=True)
class Exchange:
    """An exchange as it stands; `event` is its latest record, `reason` why staff authorised or what came back."""

    exchange_id: UUID
    account_id: UUID
    authoriser_id: UUID
    channel: str
    valid_until: datetime
    points_max: int | None
    status: str
    station_id: UUID | None
    keeper_id: UUID | None
    collector_id: UUID | None
    made_on: date | None
    made_at: datetime | None
    points: int
    points_back: int
    cash_fen: int
    cash_back_fen: int
    reason: str | None
    event: EventName
    made_index: int | None


@dataclass(frozen=True, slots=True)
class ExchangeLine:
    """Pieces of one article; `title` and `unit` as the listing has them at which it was exchanged."""

    exchange_id: UUID
    number: int
    sku: str
    title: str
    unit: str
    quantity: int
    points_each: int
    cost_fen: int
    returned: int
    return_days: int

    @property
    def left(self) -> int:
        """How many have not come back."""
        return self.quantity - self.returned


@dataclass(frozen=True, slots=True)
class MonthOfStation:
    """What a station exchanged in a month, less what went back in it."""

    station_id: UUID
    month: Month
    made: int
    points: int
    cash_fen: int


_EXCHANGE = """
SELECT exchange_id, account_id, authoriser_id, channel, valid_until, points_max, status, station_id, keeper_id,
    collector_id, made_on, made_at, points, points_back, cash_fen, cash_back_fen, reason, event, made_index
FROM read.exchanges
"""
ONE = f"{_EXCHANGE} WHERE exchange_id = %s"
OF_STATION = f"""
{_EXCHANGE} WHERE station_id = %(station)s AND made_index IS NOT NULL
    AND (%(before)s::bigint IS NULL OR made_index < %(before)s)
ORDER BY made_index DESC LIMIT %(limit)s
"""
COUNTED = """
SELECT count(*), count(*) FILTER (WHERE made_index >= %(before)s::bigint)
FROM read.exchanges WHERE station_id = %(station)s AND made_index IS NOT NULL
"""
LINES = """
SELECT exchange_id, number, line.sku, title, unit, quantity, points_each, cost_fen, returned, return_days
FROM read.exchange_lines line JOIN read.exchanges USING (exchange_id)
    JOIN read.station_listings listing ON listing.station_id = exchanges.station_id AND listing.event = line.listing
WHERE exchange_id = ANY (%s) ORDER BY exchange_id, number
"""
MONTHS = """
SELECT station_id, month, made, points, cash_fen FROM read.exchange_months JOIN read.stations USING (station_id)
WHERE division LIKE %(prefix)s AND month BETWEEN %(first)s AND %(last)s ORDER BY month, division
"""


def one(conn: Connection[Any], exchange_id: UUID) -> Exchange | None:
    """An exchange, or None."""
    with conn.cursor(row_factory=class_row(Exchange)) as cursor:
        return cursor.execute(ONE, (exchange_id,)).fetchone()


def of_station(
    conn: Connection[Any], station_id: UUID, *, before: int | None = None, limit: int = 50
) -> list[Exchange]:
    """What was exchanged at a station, the latest first; `before`: the `made_index` of the last of the page before."""
    with conn.cursor(row_factory=class_row(Exchange)) as cursor:
        return cursor.execute(OF_STATION, {"station": station_id, "before": before, "limit": limit}).fetchall()


def counted(conn: Connection[Any], station_id: UUID, *, before: int | None = None) -> tuple[int, int]:
    """How many exchanges a station made, and how many of them the pages before have shown."""
    found = conn.execute(COUNTED, {"station": station_id, "before": before}).fetchone()
    return (int(found[0]), int(found[1])) if found else (0, 0)


def lines(conn: Connection[Any], exchange_ids: Sequence[UUID]) -> dict[UUID, list[ExchangeLine]]:
    """The goods of these exchanges."""
    found: dict[UUID, list[ExchangeLine]] = {exchange_id: [] for exchange_id in exchange_ids}
    with conn.cursor(row_factory=class_row(ExchangeLine)) as cursor:
        for line in cursor.execute(LINES, (list(exchange_ids),)):
            found[line.exchange_id].append(line)
    return found


def months(conn: Connection[Any], area: Division, *, first: Month, last: Month) -> list[MonthOfStation]:
    """What the stations of an area exchanged in some months, both included."""
    values = {"prefix": prefix(area) + "%", "first": first, "last": last}
    with conn.cursor(row_factory=class_row(MonthOfStation)) as cursor:
        return cursor.execute(MONTHS, values).fetchall()
