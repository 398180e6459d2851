"""The bands and tariffs that were set, for pages that show what one valid report earns.

Which of them applies to a report is decided in `domain` from the streams; a page only shows what is in force on a day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.kernel.ids import EventName
from domain.kernel.places import Division, chain, prefix
from domain.tariffs import TariffBandSet, TariffSet
from journal.codec import Recorded
from projections.rows import Row, Table, WriteCursor

NAME = "tariffs"

DDL = """
CREATE TABLE tariffs (
    log_index  bigint PRIMARY KEY,
    event      text NOT NULL,
    division   text NOT NULL,
    item       text,
    category   text,
    amount_fen bigint NOT NULL,
    since      date NOT NULL,
    document   text NOT NULL,
    set_by     uuid NOT NULL
);
CREATE INDEX tariffs_division_idx ON tariffs (division, item, category, since);

CREATE TABLE tariff_bands (
    log_index bigint PRIMARY KEY,
    event     text NOT NULL,
    division  text NOT NULL,
    min_fen   bigint NOT NULL,
    max_fen   bigint NOT NULL,
    since     date NOT NULL,
    document  text NOT NULL,
    set_by    uuid NOT NULL
);
CREATE INDEX tariff_bands_division_idx ON tariff_bands (division, since);
"""

TYPES = frozenset({"tariff.band_set/1", "tariff.set/1"})

TARIFFS = Table(
    "tariffs", "log_index", ("event", "division", "item", "category", "amount_fen", "since", "document", "set_by")
)
BANDS = Table(
    "tariff_bands",
    "log_index",
    ("event", "division", "min_fen", "max_fen", "since", "document", "set_by"),
)


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """One row an event."""
    tariffs: list[Row] = []
    bands: list[Row] = []
    for recorded in events:
        envelope: Row = {
            "log_index": recorded.index,
            "event": recorded.name,
            "division": recorded.event.division,
            "since": recorded.event.since,
            "document": recorded.event.document,
            "set_by": recorded.line.by,
        }
        match recorded.event:
            case TariffSet(item=item, category=category, amount_fen=amount_fen):
                tariffs.append({**envelope, "item": item, "category": category, "amount_fen": amount_fen})
            case TariffBandSet(min_fen=min_fen, max_fen=max_fen):
                bands.append({**envelope, "min_fen": min_fen, "max_fen": max_fen})
            case other:
                raise TypeError(f"{type(other).__name__} is not an event of this read model")
    TARIFFS.insert(cursor, tariffs)
    BANDS.insert(cursor, bands)


# Queries.


@dataclass(frozen=True, slots=True)
class Tariff:
    """What a valid report of an item, of a category, or (both None) of anything earns in a division since a day."""

    event: EventName
    division: Division
    item: str | None
    category: str | None
    amount_fen: int
    since: date
    document: str
    set_by: UUID


@dataclass(frozen=True, slots=True)
class Band:
    """The least and the most that a tariff in a division may give since a day, and by which document."""

    event: EventName
    division: Division
    min_fen: int
    max_fen: int
    since: date
    document: str
    set_by: UUID


TARIFFS_IN_FORCE = """
SELECT DISTINCT ON (division, item, category)
    event, division, item, category, amount_fen, since, document, set_by
FROM read.tariffs WHERE division = ANY (%s) AND since <= %s
ORDER BY division DESC, item NULLS LAST, category NULLS LAST, since DESC, log_index DESC
"""

BANDS_IN_FORCE = """
SELECT DISTINCT ON (division) event, division, min_fen, max_fen, since, document, set_by
FROM read.tariff_bands WHERE division = ANY (%s) AND since <= %s
ORDER BY division DESC, since DESC, log_index DESC
"""

TARIFFS_WITHIN = """
SELECT event, division, item, category, amount_fen, since, document, set_by FROM read.tariffs
WHERE division LIKE %s ORDER BY division, item NULLS FIRST, category NULLS FIRST, since DESC, log_index DESC
"""

BANDS_WITHIN = """
SELECT event, division, min_fen, max_fen, since, document, set_by FROM read.tariff_bands
WHERE division LIKE %s ORDER BY division, since DESC, log_index DESC
"""


def tariffs_within(conn: Connection[Any], area: Division) -> list[Tariff]:
    """Everything that was ever set in an area, by division, item and category, the latest first."""
    with conn.cursor(row_factory=class_row(Tariff)) as cursor:
        return cursor.execute(TARIFFS_WITHIN, (prefix(area) + "%",)).fetchall()


def bands_within(conn: Connection[Any], area: Division) -> list[Band]:
    """The bands that were ever set in an area, by division, the latest first."""
    with conn.cursor(row_factory=class_row(Band)) as cursor:
        return cursor.execute(BANDS_WITHIN, (prefix(area) + "%",)).fetchall()


def tariffs_in_force(conn: Connection[Any], division: Division, *, on: date) -> list[Tariff]:
    """What is in force on a day in a division and above it: the narrowest first, items, then categories, then "any"."""
    with conn.cursor(row_factory=class_row(Tariff)) as cursor:
        return cursor.execute(TARIFFS_IN_FORCE, (list(chain(division)), on)).fetchall()


def bands_in_force(conn: Connection[Any], division: Division, *, on: date) -> list[Band]:
    """The bands in force on a day in a division and above it, the narrowest first."""
    with conn.cursor(row_factory=class_row(Band)) as cursor:
        return cursor.execute(BANDS_IN_FORCE, (list(chain(division)), on)).fetchall()
