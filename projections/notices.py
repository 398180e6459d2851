"""The village's notices: what is posted now, what was, and what was taken down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.affairs.notices import NoticePosted, NoticeWithdrawn
from domain.kernel.ids import EventName
from domain.kernel.places import Division, chain, prefix
from journal.codec import Recorded
from projections.rows import MissingRow, WriteCursor, identity

NAME = "notices"

DDL = """
CREATE TABLE notices (
    notice_id uuid PRIMARY KEY,
    division  text NOT NULL,
    title     text NOT NULL,
    text      text NOT NULL,
    since     date NOT NULL,
    until     date NOT NULL,
    status    text NOT NULL,
    reason    text,
    poster_id uuid NOT NULL,
    event     text NOT NULL,
    log_index bigint NOT NULL
);
CREATE INDEX notices_division_idx ON notices (division text_pattern_ops, log_index DESC);
"""

TYPES = frozenset({"notice.posted/1", "notice.withdrawn/1"})

POST = """
INSERT INTO notices (notice_id, division, title, text, since, until, status, poster_id, event, log_index)
VALUES (%s, %s, %s, %s, %s, %s, 'posted', %s, %s, %s)
"""
WITHDRAW = "UPDATE notices SET status = 'withdrawn', reason = %s WHERE notice_id = %s"


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """A row a notice."""
    for recorded in events:
        match recorded.event:
            case NoticePosted() as event:
                head = (identity(recorded), event.division, event.title, event.text, event.since, event.until)
                cursor.execute(POST, (*head, event.poster_id, recorded.name, recorded.index))
            case NoticeWithdrawn(reason=reason):
                cursor.execute(WITHDRAW, (reason, identity(recorded)))
                if cursor.rowcount != 1:
                    raise MissingRow(f"notices: {recorded.name} withdraws what is not there")
            case other:
                raise TypeError(f"{type(other).__name__} is not an event of this read model")


# Queries.


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice; it is read by everybody from `since` to `until`, unless its status is withdrawn."""

    notice_id: UUID
    division: Division
    title: str
    text: str
    since: date
    until: date
    status: str
    reason: str | None
    poster_id: UUID
    event: EventName
    log_index: int

    def shown_on(self, day: date) -> bool:
        """Whether it hangs out on a day."""
        return self.status == "posted" and self.since <= day <= self.until


_NOTICE = """
SELECT notice_id, division, title, text, since, until, status, reason, poster_id, event, log_index FROM read.notices
"""
ONE = f"{_NOTICE} WHERE notice_id = %s"
LISTING = f"""
{_NOTICE} WHERE division LIKE %(prefix)s AND (%(before)s::bigint IS NULL OR log_index < %(before)s)
ORDER BY log_index DESC LIMIT %(limit)s
"""
SHOWN = f"""
{_NOTICE} WHERE division = ANY (%(divisions)s) AND status = 'posted' AND since <= %(on)s AND until >= %(on)s
ORDER BY since DESC, log_index DESC LIMIT %(limit)s
"""


def one(conn: Connection[Any], notice_id: UUID) -> Notice | None:
    """One notice, or None."""
    with conn.cursor(row_factory=class_row(Notice)) as cursor:
        return cursor.execute(ONE, (notice_id,)).fetchone()


def listing(conn: Connection[Any], area: Division, *, before: int | None = None, limit: int = 50) -> list[Notice]:
    """The notices of an area, the latest first; `before`: the last log index of the page before."""
    with conn.cursor(row_factory=class_row(Notice)) as cursor:
        values = {"prefix": prefix(area) + "%", "before": before, "limit": limit}
        return cursor.execute(LISTING, values).fetchall()


def shown(conn: Connection[Any], division: Division, *, on: date, limit: int = 50) -> list[Notice]:
    """What hangs out in a division on a day: its own notices and those of every division above it."""
    with conn.cursor(row_factory=class_row(Notice)) as cursor:
        return cursor.execute(SHOWN, {"divisions": list(chain(division)), "on": on, "limit": limit}).fetchall()
