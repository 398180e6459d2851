"""The register of what villages own: each asset as it stands, what waits for a second person, and every change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.kernel.ids import EventName
from domain.kernel.places import Division, prefix
from domain.village.assets import (
    AssetAcquired,
    AssetCountConfirmed,
    AssetCounted,
    AssetCountRejected,
    AssetDisposalProposed,
    AssetDisposalRejected,
    AssetDisposed,
    AssetLeasedOut,
    AssetLeaseEnded,
    AssetWrittenOff,
)
from journal.codec import Recorded
from projections.rows import MissingRow, WriteCursor, identity

NAME = "village_assets"

DDL = """
CREATE TABLE village_assets (
    asset_id       uuid PRIMARY KEY,
    division       text NOT NULL,
    number         text COLLATE "C" NOT NULL,
    title          text NOT NULL,
    category       text NOT NULL,
    how            text NOT NULL,
    unit           text NOT NULL,
    quantity_milli bigint NOT NULL,
    cost_fen       bigint NOT NULL,
    acquired_on    date NOT NULL,
    place          text NOT NULL,
    document       text,
    voucher        text,
    recorder_id    uuid NOT NULL,
    counted_on     date,
    counted_milli  bigint,
    count_reason   text,
    counter_id     uuid,
    last_count_on  date,
    leaving_how    text,
    leaving_reason text,
    leaving_fen    bigint,
    resolution     text,
    proposer_id    uuid,
    left_on        date,
    left_how       text,
    proceeds_fen   bigint,
    left_by        uuid,
    left_voucher   text,
    event          text NOT NULL,
    last_event     text NOT NULL,
    log_index      bigint NOT NULL
);
CREATE UNIQUE INDEX village_assets_number_idx ON village_assets (division text_pattern_ops, number);

CREATE TABLE asset_leases (
    asset_id    uuid NOT NULL,
    contract_id uuid NOT NULL,
    since       date NOT NULL,
    until       date NOT NULL,
    PRIMARY KEY (asset_id, contract_id)
);

CREATE TABLE asset_changes (
    asset_id       uuid NOT NULL,
    division       text NOT NULL,
    day            date NOT NULL,
    change         text NOT NULL,
    quantity_milli bigint NOT NULL,
    amount_fen     bigint NOT NULL,
    event          text PRIMARY KEY,
    log_index      bigint NOT NULL
);
CREATE INDEX asset_changes_day_idx ON asset_changes (division text_pattern_ops, day);
"""

TYPES: Final = frozenset(
    {
        "asset.acquired/1",
        "asset.leased_out/1",
        "asset.lease_ended/1",
        "asset.counted/1",
        "asset.count_confirmed/1",
        "asset.count_rejected/1",
        "asset.disposal_proposed/1",
        "asset.disposal_rejected/1",
        "asset.disposed/1",
        "asset.written_off/1",
    }
)

ACQUIRE = """
INSERT INTO village_assets (asset_id, division, number, title, category, how, unit, quantity_milli, cost_fen,
    acquired_on, place, document, voucher, recorder_id, event, last_event, log_index)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
CHANGED = """
INSERT INTO asset_changes (asset_id, division, day, change, quantity_milli, amount_fen, event, log_index)
SELECT asset_id, division, %(day)s, %(change)s, %(quantity)s, %(amount)s, %(event)s, %(index)s
FROM village_assets WHERE asset_id = %(asset)s
"""
LEASE = "INSERT INTO asset_leases (asset_id, contract_id, since, until) VALUES (%s, %s, %s, %s)"
LEASE_ENDED = "UPDATE asset_leases SET until = %s WHERE asset_id = %s AND contract_id = %s"
COUNT = """
UPDATE village_assets SET counted_on = %s, counted_milli = %s, count_reason = %s, counter_id = %s, last_event = %s
WHERE asset_id = %s
"""
# The change is the difference that the count has found; what it was before stands in the row until now.
COUNT_CONFIRMED = """
WITH before AS (SELECT asset_id, quantity_milli, cost_fen, counted_on FROM village_assets WHERE asset_id = %(asset)s),
    after AS (
        UPDATE village_assets SET quantity_milli = %(quantity)s, cost_fen = %(cost)s, last_count_on = counted_on,
            counted_on = NULL, counted_milli = NULL, count_reason = NULL, counter_id = NULL, last_event = %(event)s
        WHERE asset_id = %(asset)s RETURNING asset_id, division
    )
INSERT INTO asset_changes (asset_id, division, day, change, quantity_milli, amount_fen, event, log_index)
SELECT asset_id, division, before.counted_on, 'counted', %(quantity)s - before.quantity_milli,
    %(cost)s - before.cost_fen, %(event)s, %(index)s
FROM before JOIN after USING (asset_id)
"""
LEAVING = """
UPDATE village_assets SET leaving_how = %s, leaving_reason = %s, leaving_fen = %s, resolution = %s, proposer_id = %s,
    last_event = %s
WHERE asset_id = %s
"""
LEFT = """
UPDATE village_assets SET left_on = %(day)s, left_how = %(change)s, proceeds_fen = %(amount)s, left_by = %(by)s,
    left_voucher = %(voucher)s, leaving_how = NULL, counted_on = NULL, counted_milli = NULL, count_reason = NULL,
    counter_id = NULL, last_event = %(event)s
WHERE asset_id = %(asset)s RETURNING quantity_milli
"""


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """A row for each asset, for each of its leases, and for each change of what the village owns."""
    for recorded in events:
        asset, name, index = identity(recorded), recorded.name, recorded.index
        match recorded.event:
            case AssetAcquired() as event:
                _acquired(cursor, recorded, event)
                continue
            case AssetLeasedOut() as event:
                cursor.execute(LEASE, (asset, event.contract_id, event.since, event.until))
            case AssetLeaseEnded() as event:
                cursor.execute(LEASE_ENDED, (event.last_day, asset, event.contract_id))
            case AssetCounted() as event:
                values = (event.counted_on, event.quantity_milli, event.reason, event.counter_id, name, asset)
                cursor.execute(COUNT, values)
            case AssetCountConfirmed() as event:
                confirmed = {"quantity": event.quantity_milli, "cost": event.cost_fen, "event": name, "index": index}
                cursor.execute(COUNT_CONFIRMED, {**confirmed, "asset": asset})
            case AssetCountRejected():
                cursor.execute(COUNT, (None, None, None, None, name, asset))
            case AssetDisposalProposed() as event:
                what = (event.how, event.reason, event.proceeds_fen, event.resolution, event.proposer_id)
                cursor.execute(LEAVING, (*what, name, asset))
            case AssetDisposalRejected():
                cursor.execute(LEAVING, (None, None, None, None, None, name, asset))
            case AssetDisposed() | AssetWrittenOff() as event:
                _left(cursor, recorded, event)
                continue
            case other:
                raise TypeError(f"{type(other).__name__} is not an event of this read model")
        if cursor.rowcount != 1:
            raise MissingRow(f"village_assets: {name} changes what is not there")


def _acquired(cursor: WriteCursor, recorded: Recorded, event: AssetAcquired) -> None:
    asset, name, index = identity(recorded), recorded.name, recorded.index
    what = (asset, event.division, event.number, event.title, event.category, event.how, event.unit)
    much = (event.quantity_milli, event.cost_fen, event.acquired_on, event.place, event.document, event.voucher)
    cursor.execute(ACQUIRE, (*what, *much, event.recorder_id, name, name, index))
    change = {"day": event.acquired_on, "change": event.how, "quantity": event.quantity_milli}
    cursor.execute(CHANGED, {**change, "amount": event.cost_fen, "event": name, "index": index, "asset": asset})


def _left(cursor: WriteCursor, recorded: Recorded, event: AssetDisposed | AssetWrittenOff) -> None:
    day = event.disposed_on if isinstance(event, AssetDisposed) else event.written_off_on
    values = {
        "asset": identity(recorded),
        "day": day,
        "change": event.how,
        "amount": event.proceeds_fen,
        "by": event.confirmer_id,
        "voucher": event.voucher,
        "event": recorded.name,
        "index": recorded.index,
    }
    row = cursor.execute(LEFT, values).fetchone()
    if row is None:
        raise MissingRow(f"village_assets: {recorded.name} changes what is not there")
    cursor.execute(CHANGED, {**values, "quantity": -row[0]})


# Queries.


@dataclass(frozen=True, slots=True)
class VillageAsset:
    """An asset as the register has it. `leased_until`: until when it is let today; `counted_*` and `leaving_*`: what
    waits for a second person; `left_*`: how it left the register. Quantities are in thousandths of the unit.
    """

    asset_id: UUID
    division: Division
    number: str
    title: str
    category: str
    how: str
    unit: str
    quantity_milli: int
    cost_fen: int
    acquired_on: date
    place: str
    document: str | None
    voucher: EventName | None
    recorder_id: UUID
    counted_on: date | None
    counted_milli: int | None
    count_reason: str | None
    counter_id: UUID | None
    last_count_on: date | None
    leaving_how: str | None
    leaving_reason: str | None
    leaving_fen: int | None
    resolution: EventName | None
    proposer_id: UUID | None
    left_on: date | None
    left_how: str | None
    proceeds_fen: int | None
    left_by: UUID | None
    left_voucher: EventName | None
    event: EventName
    last_event: EventName
    log_index: int
    leased_until: date | None
    contract_id: UUID | None


@dataclass(frozen=True, slots=True)
class AssetChange:
    """One change of what the village owns: by how much, and how much money it cost or brought."""

    day: date
    change: str
    quantity_milli: int
    amount_fen: int
    event: EventName


@dataclass(frozen=True, slots=True)
class CategorySum:
    """How much stands in the register of one category: how many assets, at what cost, how many of them are let."""

    category: str
    count: int
    cost_fen: int
    leased: int


_ASSET = """
SELECT asset.*, lease.until AS leased_until, lease.contract_id
FROM (SELECT asset_id, division, number, title, category, how, unit, quantity_milli, cost_fen, acquired_on, place,
    document, voucher, recorder_id, counted_on, counted_milli, count_reason, counter_id, last_count_on, leaving_how,
    leaving_reason, leaving_fen, resolution, proposer_id, left_on, left_how, proceeds_fen, left_by, left_voucher, event,
    last_event, log_index FROM read.village_assets) asset
LEFT JOIN LATERAL (
    SELECT until, contract_id FROM read.asset_leases
    WHERE asset_leases.asset_id = asset.asset_id AND since <= %(on)s AND %(on)s <= until ORDER BY since LIMIT 1
) lease ON true
"""
ONE = f"{_ASSET} WHERE asset_id = %(asset)s"
LISTING = f"""
{_ASSET} WHERE division LIKE %(prefix)s AND (left_on IS NULL OR %(left)s)
    AND (%(category)s::text IS NULL OR category = %(category)s)
    AND (NOT %(waiting)s OR counted_on IS NOT NULL OR leaving_how IS NOT NULL)
    AND (%(after)s::text IS NULL OR (division, number) > (%(after_division)s, %(after)s))
ORDER BY division, number LIMIT %(limit)s
"""
CHANGES = """
SELECT day, change, quantity_milli, amount_fen, event FROM read.asset_changes WHERE asset_id = %s ORDER BY log_index
"""
SUMS = """
SELECT category, count(*) AS count, sum(cost_fen)::bigint AS cost_fen, count(*) FILTER (WHERE EXISTS (
    SELECT FROM read.asset_leases lease
    WHERE lease.asset_id = asset.asset_id AND since <= %(on)s AND %(on)s <= until)) AS leased
FROM read.village_assets asset WHERE division LIKE %(prefix)s AND left_on IS NULL GROUP BY category ORDER BY category
"""


def one(conn: Connection[Any], asset_id: UUID, *, on: date) -> VillageAsset | None:
    """An asset, or None; `on`: the day for which it is said whether it is let."""
    with conn.cursor(row_factory=class_row(VillageAsset)) as cursor:
        return cursor.execute(ONE, {"asset": asset_id, "on": on}).fetchone()


def listing(
    conn: Connection[Any],
    area: Division,
    *,
    on: date,
    category: str | None = None,
    left: bool = False,
    only_waiting: bool = False,
    after: tuple[Division, str] | None = None,
    limit: int = 50,
) -> list[VillageAsset]:
    """The assets of an area by village and number; `left`: those too that have left the register; `after`: the last
    of the page before.
    """
    values = {
        "prefix": prefix(area) + "%",
        "on": on,
        "category": category,
        "left": left,
        "waiting": only_waiting,
        "after_division": after[0] if after else None,
        "after": after[1] if after else None,
        "limit": limit,
    }
    with conn.cursor(row_factory=class_row(VillageAsset)) as cursor:
        return cursor.execute(LISTING, values).fetchall()


def changes(conn: Connection[Any], asset_id: UUID) -> list[AssetChange]:
    """Every change of one asset, in the order of recording."""
    with conn.cursor(row_factory=class_row(AssetChange)) as cursor:
        return cursor.execute(CHANGES, (asset_id,)).fetchall()


def sums(conn: Connection[Any], area: Division, *, on: date) -> list[CategorySum]:
    """What stands in the register of an area, by category."""
    with conn.cursor(row_factory=class_row(CategorySum)) as cursor:
        return cursor.execute(SUMS, {"prefix": prefix(area) + "%", "on": on}).fetchall()
