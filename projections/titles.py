"""Which household holds which title, since when, by which inspection; and every time that it held it before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.deeds.titles import TitleGranted, TitleRevoked
from domain.kernel.ids import EventName
from domain.kernel.places import Division, prefix
from journal.codec import Recorded
from projections.rows import MissingRow, WriteCursor, identity

NAME = "titles"

DDL = """
CREATE TABLE household_titles (
    log_index     bigint PRIMARY KEY,
    title_id      uuid NOT NULL,
    household_id  uuid NOT NULL,
    kind          text NOT NULL,
    division      text NOT NULL,
    since         date NOT NULL,
    inspection    text NOT NULL,
    event         text NOT NULL,
    until         date,
    reason        text,
    revoked_event text
);
CREATE INDEX household_titles_household_idx ON household_titles (household_id);
CREATE INDEX household_titles_division_idx ON household_titles (division text_pattern_ops) WHERE until IS NULL;
CREATE UNIQUE INDEX household_titles_held_idx ON household_titles (title_id) WHERE revoked_event IS NULL;
"""

TYPES = frozenset({"title.granted/1", "title.revoked/1"})

GRANT = """
INSERT INTO household_titles (log_index, title_id, household_id, kind, division, since, inspection, event)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""
REVOKE = """
UPDATE household_titles SET until = %s, reason = %s, revoked_event = %s WHERE title_id = %s AND revoked_event IS NULL
"""


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """A row each time that a title is granted."""
    for recorded in events:
        match recorded.event:
            case TitleGranted() as event:
                head = (recorded.index, identity(recorded), event.household_id, event.kind, event.division)
                cursor.execute(GRANT, (*head, event.since, event.inspection, recorded.name))
            case TitleRevoked(last_day=last_day, reason=reason):
                cursor.execute(REVOKE, (last_day, reason, recorded.name, identity(recorded)))
                if cursor.rowcount != 1:
                    raise MissingRow(f"titles: {recorded.name} takes what is not held")
            case other:
                raise TypeError(f"{type(other).__name__} is not an event of this read model")


# Queries.


@dataclass(frozen=True, slots=True)
class Title:
    """A household's title and its days, both included; `until` None: still."""

    household_id: UUID
    kind: str
    division: Division
    since: date
    inspection: EventName
    event: EventName
    until: date | None
    reason: str | None
    log_index: int


_TITLE = """
SELECT household_id, kind, division, since, inspection, event, until, reason, log_index FROM read.household_titles
"""
HELD = f"""
{_TITLE} WHERE until IS NULL AND division LIKE %(prefix)s AND log_index > %(after)s
    AND household_id <> ALL (%(without)s::uuid[]) ORDER BY log_index LIMIT %(limit)s
"""
OF_HOUSEHOLD = f"{_TITLE} WHERE household_id = %s ORDER BY log_index"
COUNTED = """
SELECT division, count(*) FROM read.household_titles
WHERE until IS NULL AND division LIKE %(prefix)s AND household_id <> ALL (%(without)s::uuid[]) GROUP BY division
"""


def held(
    conn: Connection[Any], area: Division, *, without: Iterable[UUID] = (), after: int = -1, limit: int = 50
) -> list[Title]:
    """The titles that households of an area hold, the first granted first; `after`: the last of the page before.

    `without`: households that are left out.
    """
    values = {"prefix": prefix(area) + "%", "without": list(without), "after": after, "limit": limit}
    with conn.cursor(row_factory=class_row(Title)) as cursor:
        return cursor.execute(HELD, values).fetchall()


def of_household(conn: Connection[Any], household_id: UUID) -> list[Title]:
    """Every time that a household held a title, in order."""
    with conn.cursor(row_factory=class_row(Title)) as cursor:
        return cursor.execute(OF_HOUSEHOLD, (household_id,)).fetchall()


def counted(conn: Connection[Any], area: Division, *, without: Iterable[UUID] = ()) -> dict[Division, int]:
    """How many households, but for those `without`, hold a title, for each division of an area that has any."""
    values = {"prefix": prefix(area) + "%", "without": list(without)}
    return {Division(str(row[0])): int(row[1]) for row in conn.execute(COUNTED, values).fetchall()}
