"""The short code of every report: what its reporter keeps, and everybody may look up.

Codes are given in the order of the log, so a rebuild gives each report the same one again.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.kernel.short_codes import candidates
from journal.codec import Recorded
from projections.rows import Table, WriteCursor, identity

NAME = "tracking_codes"

DDL = """
CREATE TABLE tracking_codes (
    code        text PRIMARY KEY,
    incident_id uuid NOT NULL UNIQUE
);
"""

TYPES = frozenset({"incident.reported/1"})

CODES = Table("tracking_codes", "code", ("incident_id",))

TAKEN = "SELECT code FROM tracking_codes WHERE code = ANY (%s)"


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """A code for each report: its first candidate that no earlier report has."""
    ids = [UUID(identity(recorded)) for recorded in events]
    taken = _taken(cursor, [next(candidates(incident_id)) for incident_id in ids])
    rows: list[dict[str, object]] = []
    for incident_id in ids:
        for attempt, code in enumerate(candidates(incident_id)):
            if code not in taken and (attempt == 0 or not _taken(cursor, [code])):
                break
        taken.add(code)
        rows.append({"code": code, "incident_id": incident_id})
    CODES.insert(cursor, rows)


def _taken(cursor: WriteCursor, codes: list[str]) -> set[str]:
    return {code for (code,) in cursor.execute(TAKEN, (codes,)).fetchall()}


# Queries.

INCIDENT = "SELECT incident_id FROM read.tracking_codes WHERE code = %s"
OF_INCIDENTS = "SELECT incident_id, code FROM read.tracking_codes WHERE incident_id = ANY (%s)"


def incident_of(conn: Connection[Any], code: str) -> UUID | None:
    """The report that has a code (as `domain.kernel.short_codes.read_code` gives it), or None."""
    found = conn.execute(INCIDENT, (code,)).fetchone()
    return found[0] if found else None


def codes_of(conn: Connection[Any], incident_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The codes of some reports."""
    return dict(conn.execute(OF_INCIDENTS, (list(incident_ids),)).fetchall())
