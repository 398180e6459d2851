"""The service catalogues of the county's divisions, for pages and for programs that show what may be reported.

Whether a report is taken is decided in `domain` from the streams; here stands what was admitted, and until when.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from domain.catalogues import ItemAdmitted, ItemWithdrawn
from domain.kernel.ids import EventName
from domain.kernel.places import Division, chain, prefix
from journal.codec import Recorded
from projections.rows import MissingRow, Row, Table, WriteCursor

NAME = "catalogues"

DDL = """
CREATE TABLE catalogue_items (
    log_index bigint PRIMARY KEY,
    event     text NOT NULL,
    division  text NOT NULL,
    code      text NOT NULL,
    title     text NOT NULL,
    category  text NOT NULL,
    sensitive boolean NOT NULL,
    since     date NOT NULL,
    document  text NOT NULL,
    last_day  date,
    reason    text
);
CREATE INDEX catalogue_items_division_idx ON catalogue_items (division text_pattern_ops, code, since);
"""

TYPES = frozenset({"catalogue.item_admitted/1", "catalogue.item_withdrawn/1"})

ITEMS = Table(
    "catalogue_items",
    "log_index",
    ("event", "division", "code", "title", "category", "sensitive", "since", "document"),
)

WITHDRAW = """
UPDATE catalogue_items SET last_day = %(last_day)s, reason = %(reason)s WHERE log_index = (
    SELECT max(log_index) FROM catalogue_items WHERE division = %(division)s AND code = %(code)s)
"""


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """One row an admission; a withdrawal ends the latest of its item."""
    admitted: list[Row] = []
    for recorded in events:
        match recorded.event:
            case ItemAdmitted() as event:
                admitted.append(_row(recorded, event))
            case ItemWithdrawn() as event:
                ITEMS.insert(cursor, admitted)
                admitted.clear()
                values = {"division": event.division, "code": event.code}
                cursor.execute(WITHDRAW, {**values, "last_day": event.last_day, "reason": event.reason})
                if cursor.rowcount != 1:
                    raise MissingRow(f"catalogue_items: {event.code} of {event.division}")
            case other:
                raise TypeError(f"{type(other).__name__} is not an event of this read model")
    ITEMS.insert(cursor, admitted)


def _row(recorded: Recorded, event: ItemAdmitted) -> Row:
    return {
        "log_index": recorded.index,
        "event": recorded.name,
        "division": event.division,
        "code": event.code,
        "title": event.title,
        "category": event.category,
        "sensitive": event.sensitive,
        "since": event.since,
        "document": event.document,
    }


# Queries.


@dataclass(frozen=True, slots=True)
class CatalogueItem:
    """An item as a division admitted it, from `since` until `last_day` (inclusive; None: without end)."""

    event: EventName
    division: Division
    code: str
    title: str
    category: str
    sensitive: bool
    since: date
    document: str
    last_day: date | None
    reason: str | None


_COLUMNS = "event, division, code, title, category, sensitive, since, document, last_day, reason"

# The codes of a chain sort narrowest last: a division's own code is greater than those above it.
IN_FORCE = f"""
SELECT {_COLUMNS} FROM (
    SELECT DISTINCT ON (code) * FROM read.catalogue_items
    WHERE division = ANY (%(chain)s) AND since <= %(on)s AND (last_day IS NULL OR last_day >= %(on)s)
    ORDER BY code, division DESC, since DESC
) item ORDER BY category, code
"""  # noqa: S608 - columns of ours

HISTORY = f"""
SELECT {_COLUMNS} FROM read.catalogue_items WHERE division LIKE %s ORDER BY division, category, code, since DESC
"""  # noqa: S608 - columns of ours


def in_force(conn: Connection[Any], division: Division, *, on: date) -> list[CatalogueItem]:
    """What may be reported in a division on a day, by class and code: of each item the narrowest division's version."""
    with conn.cursor(row_factory=class_row(CatalogueItem)) as cursor:
        return cursor.execute(IN_FORCE, {"chain": list(chain(division)), "on": on}).fetchall()


def within(conn: Connection[Any], area: Division) -> list[CatalogueItem]:
    """Everything that was ever admitted in an area, by division, class and code, the latest version first."""
    with conn.cursor(row_factory=class_row(CatalogueItem)) as cursor:
        return cursor.execute(HISTORY, (prefix(area) + "%",)).fetchall()
