"""The divisions that this county knows, by code: their names, since when and until when each code is valid.

A code may have had several names; the one of a day is the latest that had begun. A code that has ended keeps its last
name, so that what was reported there can still be read; pickers offer only what is valid.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from domain.kernel.places import Division, prefix
from domain.places import PlaceRegistered, PlaceRenamed, PlaceSucceeded, PlaceTracedBack
from journal.codec import Recorded
from projections.rows import Pending, Row, Table, WriteCursor

NAME = "places"

DDL = """
-- `prefix` holds the digits of the code that say something: what lies in a place begins with them.
CREATE TABLE places (
    code         text PRIMARY KEY,
    prefix       text NOT NULL,
    since        date NOT NULL,
    last_day     date,
    ended_as     text,
    successors   jsonb NOT NULL,
    predecessors jsonb NOT NULL
);
CREATE INDEX places_code_idx ON places (code text_pattern_ops);
CREATE INDEX places_ended_idx ON places (prefix) WHERE last_day IS NOT NULL;

-- The first name of a code is its name from the beginning, whenever that was.
CREATE TABLE place_names (
    log_index bigint PRIMARY KEY,
    code      text NOT NULL,
    name      text NOT NULL,
    since     date,
    event     text NOT NULL
);
CREATE INDEX place_names_code_idx ON place_names (code, since);

CREATE TABLE place_events (
    log_index bigint PRIMARY KEY,
    code      text NOT NULL,
    event     text NOT NULL,
    type      text NOT NULL,
    since     date NOT NULL,
    document  text
);
CREATE INDEX place_events_code_idx ON place_events (code, log_index);
"""

TYPES = frozenset({"place.registered/1", "place.renamed/1", "place.succeeded/1", "place.traced_back/1"})

PLACES = Table("places", "code", ("prefix", "since", "last_day", "ended_as", "successors", "predecessors"))
NAMES_OF = Table("place_names", "log_index", ("code", "name", "since", "event"))
EVENTS = Table("place_events", "log_index", ("code", "event", "type", "since", "document"))


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """A place for each registered code, its names, and what happened to it."""
    places = Pending(PLACES)
    named: list[Row] = []
    for recorded in events:
        row: Row = {"log_index": recorded.index, "event": recorded.name}
        match recorded.event:
            case PlaceRegistered() as event:
                found: Row = {"prefix": prefix(event.code), "since": event.since}
                places.add(event.code, {**found, "successors": [], "predecessors": []})
                named.append({**row, "code": event.code, "name": event.name, "since": None})
            case PlaceRenamed() as event:
                named.append({**row, "code": event.code, "name": event.name, "since": event.since})
            case PlaceSucceeded() as event:
                last_day = event.since - timedelta(days=1)
                ended: Row = {"last_day": last_day, "ended_as": event.kind, "successors": list(event.successors)}
                places.change(event.code, ended)
            case PlaceTracedBack() as event:
                before = [_before(one.code, one.name, one.last_day) for one in event.predecessors]
                places.change(event.code, {"since": event.since, "predecessors": before})
            case other:
                raise TypeError(f"{type(other).__name__} is not an event of this read model")
    places.write(cursor)
    NAMES_OF.insert(cursor, named)
    EVENTS.insert(cursor, [_event_row(recorded, recorded.event) for recorded in events])


def _before(code: Division, name: str, last_day: date) -> dict[str, str]:
    return {"code": code, "name": name, "last_day": last_day.isoformat()}


def _event_row(recorded: Recorded, event: Any) -> Row:
    return {
        "log_index": recorded.index,
        "code": event.code,
        "event": recorded.name,
        "type": recorded.type,
        "since": event.since,
        "document": getattr(event, "document", None),
    }


# Queries.


@dataclass(frozen=True, slots=True)
class Place:
    """A division under the name it has on the day asked for."""

    code: Division
    name: str
    since: date


@dataclass(frozen=True, slots=True)
class Standing:
    """A code with its latest name and its validity: from `since` until `last_day`, both included (None: no end).

    `valid` says whether it is, on the day asked for; a code ends with any that it lies in. `ended_as` is a word of
    `domain.places.SUCCESSIONS`; `predecessors` are {code, name, last_day}.
    """

    code: Division
    name: str
    since: date
    last_day: date | None
    ended_as: str | None
    successors: list[Division]
    predecessors: list[dict[str, str]]
    valid: bool


@dataclass(frozen=True, slots=True)
class Named:
    """A name of a code from a day on (the first: from its beginning), by the event that gave it."""

    name: str
    since: date
    event: str


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of a place, in log order."""

    event: str
    type: str
    since: date
    document: str | None
    log_index: int


_VALID = """p.since <= %(on)s AND NOT EXISTS (
    SELECT FROM read.places AS above WHERE above.last_day < %(on)s AND starts_with(p.code, above.prefix))"""

WITHIN = f"""
SELECT DISTINCT ON (p.code) p.code, n.name, p.since
FROM read.places AS p JOIN read.place_names AS n USING (code)
WHERE p.code LIKE %(within)s AND {_VALID} AND coalesce(n.since, p.since) <= %(on)s
ORDER BY p.code, coalesce(n.since, p.since) DESC, n.log_index DESC
"""  # noqa: S608 - text of ours

NAMES = """
SELECT DISTINCT ON (p.code) p.code, n.name, p.since
FROM read.places AS p JOIN read.place_names AS n USING (code)
WHERE p.code = ANY (%(codes)s) AND coalesce(n.since, p.since) <= %(on)s
ORDER BY p.code, coalesce(n.since, p.since) DESC, n.log_index DESC
"""

STANDINGS = f"""
SELECT DISTINCT ON (p.code) p.code, n.name, p.since, p.last_day, p.ended_as, p.successors, p.predecessors,
    {_VALID} AS valid
FROM read.places AS p JOIN read.place_names AS n USING (code)
WHERE p.code LIKE %(within)s AND (%(code)s::text IS NULL OR p.code = %(code)s)
ORDER BY p.code, coalesce(n.since, p.since) DESC, n.log_index DESC
"""  # noqa: S608 - text of ours

NAMES_OF_ONE = """
SELECT n.name, coalesce(n.since, p.since) AS since, n.event
FROM read.place_names AS n JOIN read.places AS p USING (code) WHERE n.code = %s ORDER BY n.log_index
"""

EVENTS_OF_ONE = """
SELECT event, type, since, document, log_index FROM read.place_events WHERE code = %s ORDER BY log_index
"""

FOLLOWING = "SELECT code FROM read.places WHERE successors ? %s ORDER BY code"


def within(conn: Connection[Any], area: Division, *, on: date) -> list[Place]:
    """The divisions in an area (itself included) that are valid on a day, by code: what a picker offers."""
    with conn.cursor(row_factory=class_row(Place)) as cursor:
        return cursor.execute(WITHIN, {"within": prefix(area) + "%", "on": on}).fetchall()


def names(conn: Connection[Any], codes: Collection[Division], *, on: date) -> dict[Division, str]:
    """The names of some divisions on a day, of codes that have ended the last; one not known then is left out."""
    with conn.cursor(row_factory=class_row(Place)) as cursor:
        found = cursor.execute(NAMES, {"codes": list(codes), "on": on}).fetchall()
    return {place.code: place.name for place in found}


def standings(conn: Connection[Any], area: Division, *, on: date) -> list[Standing]:
    """Every code in an area that was ever valid, by code, and whether it is on that day."""
    return _standings(conn, within=area, code=None, on=on)


def standing(conn: Connection[Any], code: Division, *, on: date) -> Standing | None:
    """One code, or None if it was never registered."""
    return next(iter(_standings(conn, within=code, code=code, on=on)), None)


def names_of(conn: Connection[Any], code: Division) -> list[Named]:
    """Every name that a code has had, in the order of recording."""
    with conn.cursor(row_factory=class_row(Named)) as cursor:
        return cursor.execute(NAMES_OF_ONE, (code,)).fetchall()


def events_of(conn: Connection[Any], code: Division) -> list[Happened]:
    """What was recorded of a code, in log order."""
    with conn.cursor(row_factory=class_row(Happened)) as cursor:
        return cursor.execute(EVENTS_OF_ONE, (code,)).fetchall()


def followed_by(conn: Connection[Any], code: Division) -> list[Division]:
    """The codes that ended in this one, by code."""
    return [Division(row[0]) for row in conn.execute(FOLLOWING, (code,)).fetchall()]


def _standings(conn: Connection[Any], *, within: Division, code: Division | None, on: date) -> list[Standing]:
    with conn.cursor(row_factory=class_row(Standing)) as cursor:
        return cursor.execute(STANDINGS, {"within": prefix(within) + "%", "code": code, "on": on}).fetchall()
