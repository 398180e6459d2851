"""The caps that were set, and the reports that count and earn nothing because of them.

Whether a report is over a cap is decided in `domain` from the streams; a page only shows what was set and recorded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.caps import CapSet
from domain.kernel.ids import EventName
from domain.kernel.places import Division, prefix
from domain.withholdings import WithholdingRecorded
from journal.codec import Recorded
from projections.rows import Row, Table, WriteCursor

NAME = "caps"

DDL = """
CREATE TABLE caps (
    log_index   bigint PRIMARY KEY,
    event       text NOT NULL,
    division    text NOT NULL,
    kind        text NOT NULL,
    category    text,
    reports_max bigint NOT NULL,
    since       date NOT NULL,
    document    text NOT NULL
);

CREATE TABLE withheld_rewards (
    incident_id uuid PRIMARY KEY,
    event       text NOT NULL,
    payee_id    uuid NOT NULL,
    division    text NOT NULL,
    category    text NOT NULL,
    cap         text NOT NULL,
    used        bigint NOT NULL,
    recorded_on date NOT NULL
);
CREATE INDEX withheld_rewards_payee_idx ON withheld_rewards (payee_id, recorded_on);
"""

TYPES = frozenset({"cap.set/1", "withholding.recorded/1"})

CAPS = Table("caps", "log_index", ("event", "division", "kind", "category", "reports_max", "since", "document"))
WITHHELD = Table(
    "withheld_rewards",
    "incident_id",
    ("event", "payee_id", "division", "category", "cap", "used", "recorded_on"),
)


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """One row an event."""
    caps: list[Row] = []
    withheld: list[Row] = []
    for recorded in events:
        match recorded.event:
            case CapSet() as event:
                caps.append(_cap_row(recorded, event))
            case WithholdingRecorded() as event:
                withheld.append(_withheld_row(recorded, event))
            case other:
                raise TypeError(f"{type(other).__name__} is not an event of this read model")
    CAPS.insert(cursor, caps)
    WITHHELD.insert(cursor, withheld)


def _cap_row(recorded: Recorded, event: CapSet) -> Row:
    return {
        "log_index": recorded.index,
        "event": recorded.name,
        "division": event.division,
        "kind": event.kind,
        "category": event.category,
        "reports_max": event.reports_max,
        "since": event.since,
        "document": event.document,
    }


def _withheld_row(recorded: Recorded, event: WithholdingRecorded) -> Row:
    return {
        "incident_id": event.incident_id,
        "event": recorded.name,
        "payee_id": event.payee_id,
        "division": event.division,
        "category": event.category,
        "cap": event.cap,
        "used": event.used,
        "recorded_on": recorded.line.on,
    }


# Queries.


@dataclass(frozen=True, slots=True)
class Cap:
    """So many reports of a person, class or place (`kind`) are rewarded in a division since a day."""

    event: EventName
    division: Division
    kind: str
    category: str | None
    reports_max: int
    since: date
    document: str


@dataclass(frozen=True, slots=True)
class WithheldReward:
    """A report that counts and earns nothing: under the cap (`cap` is its event) `used` were rewarded before."""

    incident_id: UUID
    event: EventName
    payee_id: UUID
    division: Division
    category: str
    cap: EventName
    used: int
    recorded_on: date


WITHIN = """
SELECT event, division, kind, category, reports_max, since, document FROM read.caps
WHERE division LIKE %s ORDER BY division, kind, category NULLS FIRST, since DESC, log_index DESC
"""

OF_INCIDENT = f"SELECT {WITHHELD.all_columns} FROM read.withheld_rewards WHERE incident_id = %s"  # noqa: S608 - ours


def within(conn: Connection[Any], area: Division) -> list[Cap]:
    """The caps that were ever set in an area, by division, kind and class, the latest first."""
    with conn.cursor(row_factory=class_row(Cap)) as cursor:
        return cursor.execute(WITHIN, (prefix(area) + "%",)).fetchall()


def withheld_of(conn: Connection[Any], incident_id: UUID) -> WithheldReward | None:
    """The record that a report earns nothing, or None."""
    with conn.cursor(row_factory=class_row(WithheldReward)) as cursor:
        return cursor.execute(OF_INCIDENT, (incident_id,)).fetchone()
