"""The divisions that this county knows, by code: how pages turn a code into a name.

A code may have had several names; the one of a day is the latest that had begun.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from domain.kernel.places import Division, prefix
from domain.places import PlaceRegistered
from journal.codec import Recorded
from projections.rows import Table, WriteCursor

NAME = "places"

DDL = """
CREATE TABLE places (
    log_index bigint PRIMARY KEY,
    code      text NOT NULL,
    name      text NOT NULL,
    since     date NOT NULL
);
CREATE INDEX places_code_idx ON places (code text_pattern_ops, since);
"""

TYPES = frozenset({"place.registered/1"})

PLACES = Table("places", "log_index", ("code", "name", "since"))


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """One row an event."""
    PLACES.insert(cursor, [_row(recorded, recorded.event) for recorded in events])


def _row(recorded: Recorded, event: PlaceRegistered) -> dict[str, object]:
    return {"log_index": recorded.index, "code": event.code, "name": event.name, "since": event.since}


# Queries.


@dataclass(frozen=True, slots=True)
class Place:
    """A division under the name it has on the day asked for."""

    code: Division
    name: str
    since: date


WITHIN = """
SELECT DISTINCT ON (code) code, name, since FROM read.places
WHERE code LIKE %s AND since <= %s ORDER BY code, since DESC, log_index DESC
"""

NAMES = """
SELECT DISTINCT ON (code) code, name, since FROM read.places
WHERE code = ANY (%s) AND since <= %s ORDER BY code, since DESC, log_index DESC
"""


def within(conn: Connection[Any], area: Division, *, on: date) -> list[Place]:
    """The divisions in an area (itself included) that exist on a day, by code."""
    with conn.cursor(row_factory=class_row(Place)) as cursor:
        return cursor.execute(WITHIN, (prefix(area) + "%", on)).fetchall()


def names(conn: Connection[Any], codes: Collection[Division], *, on: date) -> dict[Division, str]:
    """The names of some divisions on a day; a code that is not known then is left out."""
    with conn.cursor(row_factory=class_row(Place)) as cursor:
        found = cursor.execute(NAMES, (list(codes), on)).fetchall()
    return {place.code: place.name for place in found}
