"""Public commitments: what was promised, by when, how far it is, and what is overdue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.affairs.commitments import (
    CommitmentFulfilled,
    CommitmentMade,
    CommitmentProgressed,
    CommitmentWithdrawn,
)
from domain.kernel.ids import EventName
from domain.kernel.places import Division, prefix
from journal.codec import Recorded
from projections.rows import MissingRow, WriteCursor, identity

NAME = "commitments"

DDL = """
CREATE TABLE commitments (
    commitment_id uuid PRIMARY KEY,
    division      text NOT NULL,
    title         text NOT NULL,
    responsible   text NOT NULL,
    made_on       date NOT NULL,
    due_on        date NOT NULL,
    status        text NOT NULL,
    note          text,
    noted_on      date,
    fulfilled_on  date,
    reason        text,
    ended_on      date,
    maker_id      uuid NOT NULL,
    event         text NOT NULL,
    last_event    text NOT NULL,
    log_index     bigint NOT NULL
);
-- Every public word on one, with the day that it is about.
CREATE TABLE commitment_notes (
    commitment_id uuid NOT NULL,
    day           date NOT NULL,
    note          text NOT NULL,
    log_index     bigint PRIMARY KEY
);
CREATE INDEX commitment_notes_idx ON commitment_notes (commitment_id, log_index);
CREATE INDEX commitments_division_idx ON commitments (division text_pattern_ops, log_index DESC);
CREATE INDEX commitments_due_idx ON commitments (division text_pattern_ops, due_on) WHERE status = 'made';
"""

TYPES = frozenset({"commitment.made/1", "commitment.progressed/1", "commitment.fulfilled/1", "commitment.withdrawn/1"})

MAKE = """
INSERT INTO commitments (commitment_id, division, title, responsible, made_on, due_on, status, maker_id, event,
    last_event, log_index)
VALUES (%s, %s, %s, %s, %s, %s, 'made', %s, %s, %s, %s)
"""
CHANGE = """
UPDATE commitments SET status = coalesce(%(status)s, status), note = %(note)s, noted_on = %(on)s,
    fulfilled_on = %(fulfilled_on)s, reason = %(reason)s, last_event = %(event)s,
    ended_on = CASE WHEN %(status)s::text IS NULL THEN NULL ELSE %(on)s::date END
WHERE commitment_id = %(commitment)s
"""
NOTE = "INSERT INTO commitment_notes (commitment_id, day, note, log_index) VALUES (%s, %s, %s, %s)"


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """A row a commitment, and one for each public word on it."""
    for recorded in events:
        match recorded.event:
            case CommitmentMade() as event:
                head = (identity(recorded), event.division, event.title, event.responsible, event.made_on)
                tail = (event.maker_id, recorded.name, recorded.name, recorded.index)
                cursor.execute(MAKE, (*head, event.due_on, *tail))
            case CommitmentProgressed(note=note):
                _changed(cursor, recorded, note)
            case CommitmentFulfilled(note=note, fulfilled_on=fulfilled_on):
                _changed(cursor, recorded, note, status="fulfilled", fulfilled_on=fulfilled_on)
            case CommitmentWithdrawn(note=note, reason=reason):
                _changed(cursor, recorded, note, status="withdrawn", reason=reason)
            case other:
                raise TypeError(f"{type(other).__name__} is not an event of this read model")


def _changed(
    cursor: WriteCursor,
    recorded: Recorded,
    note: str,
    *,
    status: str | None = None,
    fulfilled_on: date | None = None,
    reason: str | None = None,
) -> None:
    values = {"status": status, "note": note, "fulfilled_on": fulfilled_on, "reason": reason}
    more = {"on": recorded.line.on, "event": recorded.name, "commitment": identity(recorded)}
    cursor.execute(CHANGE, {**values, **more})
    if cursor.rowcount != 1:
        raise MissingRow(f"commitments: {recorded.name} changes what is not there")
    cursor.execute(NOTE, (identity(recorded), fulfilled_on or recorded.line.on, note, recorded.index))


# Queries.


@dataclass(frozen=True, slots=True)
class PublicCommitment:
    """A commitment. `note` is the latest public word on it; `ended_on` the day on which its end was recorded."""

    commitment_id: UUID
    division: Division
    title: str
    responsible: str
    made_on: date
    due_on: date
    status: str
    note: str | None
    noted_on: date | None
    fulfilled_on: date | None
    reason: str | None
    ended_on: date | None
    maker_id: UUID
    event: EventName
    last_event: EventName
    log_index: int

    def standing(self, on: date) -> str:
        """How it stands on a day: made, overdue, fulfilled, late (fulfilled after its day) or withdrawn."""
        if self.status == "made":
            return "overdue" if on > self.due_on else "made"
        if self.fulfilled_on is not None and self.fulfilled_on > self.due_on:
            return "late"
        return self.status


_COMMITMENT = """
SELECT commitment_id, division, title, responsible, made_on, due_on, status, note, noted_on, fulfilled_on, reason,
    ended_on, maker_id, event, last_event, log_index
FROM read.commitments
"""
ONE = f"{_COMMITMENT} WHERE commitment_id = %s"
LISTING = f"""
{_COMMITMENT} WHERE division LIKE %(prefix)s AND (%(before)s::bigint IS NULL OR log_index < %(before)s)
    AND (NOT %(running)s OR status = 'made')
ORDER BY log_index DESC LIMIT %(limit)s
"""
OVERDUE = (
    "SELECT count(*), min(due_on) FROM read.commitments WHERE division LIKE %s AND status = 'made' AND due_on < %s"
)


def one(conn: Connection[Any], commitment_id: UUID) -> PublicCommitment | None:
    """One commitment, or None."""
    with conn.cursor(row_factory=class_row(PublicCommitment)) as cursor:
        return cursor.execute(ONE, (commitment_id,)).fetchone()


def listing(
    conn: Connection[Any], area: Division, *, before: int | None = None, running: bool = False, limit: int = 50
) -> list[PublicCommitment]:
    """The commitments of an area, the latest first; `running`: only those that are neither kept nor withdrawn."""
    values = {"prefix": prefix(area) + "%", "before": before, "running": running, "limit": limit}
    with conn.cursor(row_factory=class_row(PublicCommitment)) as cursor:
        return cursor.execute(LISTING, values).fetchall()


def overdue(conn: Connection[Any], area: Division, *, on: date) -> tuple[int, date | None]:
    """How many of an area are overdue on a day, and since when the first is."""
    found = conn.execute(OVERDUE, (prefix(area) + "%", on)).fetchone()
    return (found[0], found[1]) if found is not None else (0, None)
