"""Who sits in a village's committees since when, and which near relatives were declared."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.committees import CommitteeLeft, CommitteeSeated, KinshipDeclared, KinshipWithdrawn
from domain.kernel.ids import EventName
from domain.kernel.places import Division, prefix
from journal.codec import Recorded
from projections.rows import MissingRow, WriteCursor, identity

NAME: Final = "committees"

DDL = """
CREATE TABLE committee_seats (
    log_index    bigint PRIMARY KEY,
    committee_id uuid NOT NULL,
    division     text NOT NULL,
    person_id    uuid NOT NULL,
    body         text NOT NULL,
    since        date NOT NULL,
    until        date,
    event        text NOT NULL
);
CREATE INDEX committee_seats_place_idx ON committee_seats (division text_pattern_ops);
CREATE UNIQUE INDEX committee_seats_held_idx ON committee_seats (committee_id, person_id, body) WHERE until IS NULL;

CREATE TABLE committee_kin (
    log_index    bigint PRIMARY KEY,
    committee_id uuid NOT NULL,
    division     text NOT NULL,
    person_id    uuid NOT NULL,
    other_id     uuid NOT NULL,
    kinship      text NOT NULL,
    event        text NOT NULL,
    withdrawn    text
);
CREATE INDEX committee_kin_place_idx ON committee_kin (division text_pattern_ops) WHERE withdrawn IS NULL;
"""

TYPES = frozenset(
    {
        "committee.seated/1",
        "committee.left/1",
        "committee.kinship_declared/1",
        "committee.kinship_withdrawn/1",
    }
)

SEAT: Final = """
INSERT INTO committee_seats (log_index, committee_id, division, person_id, body, since, event)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
LEAVE: Final = """
UPDATE committee_seats SET until = %s WHERE committee_id = %s AND person_id = %s AND body = %s AND until IS NULL
"""
DECLARE: Final = """
INSERT INTO committee_kin (log_index, committee_id, division, person_id, other_id, kinship, event)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
WITHDRAW: Final = """
UPDATE committee_kin SET withdrawn = %(event)s WHERE committee_id = %(committee)s AND withdrawn IS NULL
    AND (person_id, other_id) IN ((%(one)s, %(other)s), (%(other)s, %(one)s))
"""


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """A row each time that somebody is seated, and for each kinship."""
    for recorded in events:
        own = identity(recorded)
        match recorded.event:
            case CommitteeSeated() as event:
                head = (recorded.index, own, event.division, event.person_id, event.body)
                cursor.execute(SEAT, (*head, event.since, recorded.name))
                continue
            case KinshipDeclared() as event:
                head = (recorded.index, own, event.division, event.person_id, str(event.other_id))
                cursor.execute(DECLARE, (*head, event.kinship, recorded.name))
                continue
            case CommitteeLeft() as event:
                cursor.execute(LEAVE, (event.last_day, own, event.person_id, event.body))
            case KinshipWithdrawn() as event:
                people = {"one": event.person_id, "other": event.other_id}
                cursor.execute(WITHDRAW, {"event": recorded.name, "committee": own, **people})
            case other:
                raise TypeError(f"{type(other).__name__} is not an event of this read model")
        if cursor.rowcount != 1:
            raise MissingRow(f"committees: {recorded.name} ends what has not begun")


# Queries.


@dataclass(frozen=True, slots=True)
class Seat:
    """Who sits in which body of which village, from when to when (both included; `until` None: still)."""

    division: Division
    person_id: UUID
    body: str
    since: date
    until: date | None
    event: EventName


@dataclass(frozen=True, slots=True)
class Kin:
    """Two near relatives: `person_id` is the `kinship` of `other_id`."""

    division: Division
    person_id: UUID
    other_id: UUID
    kinship: str
    event: EventName


SEATS: Final = """
SELECT division, person_id, body, since, until, event FROM read.committee_seats
WHERE division LIKE %s ORDER BY division, until IS NOT NULL, body DESC, since, log_index
"""
KIN: Final = """
SELECT division, person_id, other_id, kinship, event FROM read.committee_kin
WHERE division LIKE %s AND withdrawn IS NULL ORDER BY division, log_index
"""


def seats(conn: Connection[Any], area: Division) -> list[Seat]:
    """Everybody who ever sat in a committee of an area; those who still do come first."""
    with conn.cursor(row_factory=class_row(Seat)) as cursor:
        return cursor.execute(SEATS, (prefix(area) + "%",)).fetchall()


def kin(conn: Connection[Any], area: Division) -> list[Kin]:
    """The kinships declared in an area."""
    with conn.cursor(row_factory=class_row(Kin)) as cursor:
        return cursor.execute(KIN, (prefix(area) + "%",)).fetchall()
