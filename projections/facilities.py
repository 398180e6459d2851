"""The county's facilities: what there is of each kind and where, whether it is open, and what inspections found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from domain.facilities import FacilityClosed, FacilityInspected, FacilityOpened, FacilityRegistered
from domain.facility_kinds import FacilityKindAdmitted, FacilityKindWithdrawn
from domain.kernel.ids import EventName
from domain.kernel.places import Division, prefix
from journal.codec import Recorded
from projections.rows import MissingRow, WriteCursor, identity

NAME = "facilities"

DDL = """
CREATE TABLE facility_kinds (
    list_id   uuid NOT NULL,
    code      text NOT NULL,
    name      text NOT NULL,
    document  text NOT NULL,
    last_day  date,
    event     text NOT NULL,
    log_index bigint NOT NULL,
    PRIMARY KEY (list_id, code)
);

CREATE TABLE facilities (
    facility_id  uuid PRIMARY KEY,
    event        text NOT NULL,
    log_index    bigint NOT NULL,
    kind         text NOT NULL,
    name         text NOT NULL,
    division     text NOT NULL,
    address      text NOT NULL,
    services     jsonb NOT NULL,
    status       text NOT NULL,
    turned_on    date,
    inspected_on date,
    result       text
);
CREATE INDEX facilities_division_idx ON facilities (division text_pattern_ops, kind);

CREATE TABLE facility_history (
    log_index   bigint PRIMARY KEY,
    facility_id uuid NOT NULL,
    event       text NOT NULL,
    type        text NOT NULL,
    day         date NOT NULL,
    word        text,
    note        text,
    actor_id    uuid NOT NULL
);
CREATE INDEX facility_history_facility_idx ON facility_history (facility_id);
"""

TYPES = frozenset(
    {
        "facility_kind.admitted/1",
        "facility_kind.withdrawn/1",
        "facility.registered/1",
        "facility.opened/1",
        "facility.closed/1",
        "facility.inspected/1",
    }
)

ADMIT = """
INSERT INTO facility_kinds (list_id, code, name, document, event, log_index) VALUES (%s, %s, %s, %s, %s, %s)
"""
WITHDRAW = "UPDATE facility_kinds SET last_day = %s WHERE list_id = %s AND code = %s"
REGISTER = """
INSERT INTO facilities (facility_id, event, log_index, kind, name, division, address, services, status)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 'registered')
"""
TURN = "UPDATE facilities SET status = %s, turned_on = %s WHERE facility_id = %s"
# An inspection that is recorded late does not hide a later one.
INSPECT = """
UPDATE facilities SET result = CASE WHEN inspected_on > %(day)s THEN result ELSE %(result)s END,
    inspected_on = greatest(inspected_on, %(day)s) WHERE facility_id = %(facility_id)s
"""
HISTORY = """
INSERT INTO facility_history (log_index, facility_id, event, type, day, word, note, actor_id)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """Kinds and facilities as they come; they are few."""
    for recorded in events:
        match recorded.event:
            case FacilityKindAdmitted() as event:
                kind = (identity(recorded), event.code, event.name, event.document)
                cursor.execute(ADMIT, (*kind, recorded.name, recorded.index))
            case FacilityKindWithdrawn(code=code, last_day=last_day):
                cursor.execute(WITHDRAW, (last_day, identity(recorded), code))
                _changed(cursor, recorded)
            case FacilityRegistered() as event:
                head = (identity(recorded), recorded.name, recorded.index, event.kind, event.name, event.division)
                cursor.execute(REGISTER, (*head, event.address, Jsonb(list(event.services))))
                _history(cursor, recorded, date.fromisoformat(recorded.line.on))
            case FacilityOpened(opened_on=day):
                _turn(cursor, recorded, "open", day)
            case FacilityClosed(last_day=day, reason=reason):
                _turn(cursor, recorded, "closed", day, reason)
            case FacilityInspected(inspected_on=day, result=result, note=note):
                cursor.execute(INSPECT, {"day": day, "result": result, "facility_id": identity(recorded)})
                _changed(cursor, recorded)
                _history(cursor, recorded, day, result, note)
            case other:
                raise TypeError(f"{type(other).__name__} is not an event of this read model")


def _turn(cursor: WriteCursor, recorded: Recorded, status: str, day: date, reason: str | None = None) -> None:
    cursor.execute(TURN, (status, day, identity(recorded)))
    _changed(cursor, recorded)
    _history(cursor, recorded, day, reason)


def _changed(cursor: WriteCursor, recorded: Recorded) -> None:
    if cursor.rowcount != 1:
        raise MissingRow(f"facilities: {recorded.name} changes what is not there")


def _history(
    cursor: WriteCursor, recorded: Recorded, day: date, word: str | None = None, note: str | None = None
) -> None:
    head = (recorded.index, identity(recorded), recorded.name, recorded.type)
    cursor.execute(HISTORY, (*head, day, word, note, recorded.line.by))


# Queries.


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind on the county's list; `last_day` is the last on which one can be registered, None without an end."""

    code: str
    name: str
    document: str
    last_day: date | None
    event: EventName


@dataclass(frozen=True, slots=True)
class Facility:
    """A facility as it stands; `result` is what the latest inspection found, on `inspected_on`."""

    facility_id: UUID
    event: EventName
    kind: str
    name: str
    division: Division
    address: str
    services: list[str]
    status: str
    turned_on: date | None
    inspected_on: date | None
    result: str | None


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of a facility: `word` is the reason of a closing or the result of an inspection."""

    event: EventName
    type: str
    day: date
    word: str | None
    note: str | None
    actor_id: UUID


@dataclass(frozen=True, slots=True)
class Count:
    """How many facilities of a kind an area has, and how many of them are open."""

    kind: str
    count: int
    open_count: int


KINDS = "SELECT code, name, document, last_day, event FROM read.facility_kinds ORDER BY log_index"

_FACILITY = """SELECT facility_id, event, kind, name, division, address, services, status, turned_on, inspected_on,
    result FROM read.facilities"""

ONE = f"{_FACILITY} WHERE facility_id = %s"

LISTING = f"""
{_FACILITY} WHERE division LIKE %(prefix)s AND (%(kind)s::text IS NULL OR kind = %(kind)s)
    AND (%(status)s::text IS NULL OR status = %(status)s)
ORDER BY division, kind, log_index
"""

HAPPENINGS = """
SELECT event, type, day, word, note, actor_id FROM read.facility_history WHERE facility_id = %s ORDER BY log_index
"""

COUNTS = """
SELECT kind, count(*) AS count, count(*) FILTER (WHERE status = 'open') AS open_count
FROM read.facilities WHERE division LIKE %s GROUP BY kind ORDER BY kind
"""


def kinds(conn: Connection[Any]) -> list[Kind]:
    """The county's list, in the order of admission."""
    with conn.cursor(row_factory=class_row(Kind)) as cursor:
        return cursor.execute(KINDS).fetchall()


def one(conn: Connection[Any], facility_id: UUID) -> Facility | None:
    """One facility, or None."""
    with conn.cursor(row_factory=class_row(Facility)) as cursor:
        return cursor.execute(ONE, (facility_id,)).fetchone()


def listing(
    conn: Connection[Any], area: Division, *, kind: str | None = None, status: str | None = None
) -> list[Facility]:
    """The facilities of an area, of one kind or status if it is given, by division."""
    values = {"prefix": prefix(area) + "%", "kind": kind, "status": status}
    with conn.cursor(row_factory=class_row(Facility)) as cursor:
        return cursor.execute(LISTING, values).fetchall()


def history(conn: Connection[Any], facility_id: UUID) -> list[Happening]:
    """The events of a facility, in log order."""
    with conn.cursor(row_factory=class_row(Happening)) as cursor:
        return cursor.execute(HAPPENINGS, (facility_id,)).fetchall()


def counts(conn: Connection[Any], area: Division) -> list[Count]:
    """How many there are of each kind in an area, by the kind's code."""
    with conn.cursor(row_factory=class_row(Count)) as cursor:
        return cursor.execute(COUNTS, (prefix(area) + "%",)).fetchall()
