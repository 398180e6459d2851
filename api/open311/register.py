"""The register of incidents as anybody may read it: what, roughly where, since when, and whether it is done.

What must not be broken: no text, no name and no number of a person is read here, and no row of what is sensitive.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from api.open311.asking import Asked
from domain.kernel.places import Division

Progress = Literal["reported", "processing", "suspended", "handled", "unconfirmed", "declined", "merged", "archived"]
"""How far a report has come, as far as it concerns everybody; whether it earns a reward does not."""

CLOSED: Final = ("handled", "unconfirmed", "declined", "merged", "archived")
BULK_ROWS: Final = 1000
"""So many rows of a bulk export are read at once."""


@dataclass(frozen=True, slots=True)
class Request:
    """One report without anything personal. `service_code` is its item's code, or its category where it has no item.

    `updated_at` is the moment of closing once it is closed; `expected_at` is when its handling is due, where a workflow
    says so; `department` is who handles it. The position is in units of 1e-5 degrees, None where there is none.
    """

    incident_id: UUID
    division: Division
    category: str
    service_code: str
    source: str
    reported_at: datetime
    progress: Progress
    updated_at: datetime
    expected_at: datetime | None
    department: str | None
    latitude_e5: int | None
    longitude_e5: int | None

    @property
    def closed(self) -> bool:
        """Whether nothing more is to be done about the matter itself."""
        return self.progress in CLOSED


_SHOWN = """
WITH known AS (
    SELECT incident.incident_id, incident.division, incident.category, incident.source, incident.reported_at,
        coalesce(incident.item, incident.category) AS service_code, incident.handled_at, course.department,
        CASE WHEN course.next_act = 'handle' THEN course.due_at END AS expected_at,
        incident.latitude_e5, incident.longitude_e5,
        CASE
            WHEN incident.ended IN ('declined', 'merged') THEN incident.ended
            WHEN incident.handled THEN 'handled'
            WHEN NOT incident.confirmed THEN 'unconfirmed'
            WHEN incident.ended = 'archived' THEN 'archived'
            WHEN course.suspended_at IS NOT NULL THEN 'suspended'
            WHEN incident.confirmed OR course.department IS NOT NULL THEN 'processing'
            ELSE 'reported' END AS progress
    FROM read.incidents AS incident LEFT JOIN read.incident_courses AS course USING (incident_id)
    WHERE NOT incident.sensitive AND NOT incident.category = ANY (%(hidden)s)
        AND (incident.item IS NULL OR NOT incident.item = ANY (%(hidden)s))
)
SELECT incident_id, division, category, service_code, source, reported_at, progress, expected_at, department,
    latitude_e5, longitude_e5,
    CASE WHEN progress = 'handled' THEN handled_at ELSE (
        SELECT max(recorded_at) FROM read.incident_events AS happened
        WHERE happened.incident_id = known.incident_id AND type <> 'incident.validity_decided/1'
    ) END AS updated_at
FROM known
"""

_BY_ID = f"{_SHOWN} WHERE incident_id = ANY (%(ids)s)"

_WANTED = """(%(codes)s::text[] IS NULL OR service_code = ANY (%(codes)s))
    AND (%(closed)s::boolean IS NULL OR (progress = ANY (%(closed_words)s)) = %(closed)s)
"""

_MATCHING = f"{_SHOWN} WHERE reported_at BETWEEN %(since)s AND %(until)s AND {_WANTED}"

_PAGE = " ORDER BY reported_at DESC, incident_id DESC LIMIT %(limit)s OFFSET %(offset)s"

_PART = f"""{_SHOWN} WHERE (%(since)s::timestamptz IS NULL OR reported_at >= %(since)s)
    AND (%(until)s::timestamptz IS NULL OR reported_at <= %(until)s)
    AND (%(after_at)s::timestamptz IS NULL
        OR (reported_at, incident_id) > (%(after_at)s::timestamptz, %(after_id)s::uuid))
    AND {_WANTED}
ORDER BY reported_at, incident_id LIMIT %(limit)s
"""


def matching(conn: Connection[Any], asked: Asked, *, hidden: frozenset[str]) -> list[Request]:
    """The requests of a query, the latest report first; `hidden` are classes and items that nobody is shown."""
    page = {"limit": asked.page_size, "offset": (asked.page - 1) * asked.page_size}
    if asked.ids is not None:
        return _requests(conn, _BY_ID + _PAGE, {**page, "ids": list(asked.ids)}, hidden)
    return _requests(conn, _MATCHING + _PAGE, {**page, **_values(asked)}, hidden)


def one(conn: Connection[Any], incident_id: UUID, *, hidden: frozenset[str]) -> Request | None:
    """One request; None if there is none that may be shown."""
    found = _requests(conn, _BY_ID, {"ids": [incident_id]}, hidden)
    return found[0] if found else None


def part_after(
    conn: Connection[Any],
    last: Request | None,
    asked: Asked,
    *,
    hidden: frozenset[str],
) -> list[Request]:
    """The next rows of a bulk export, the earliest report first; nothing once all were read."""
    values = {
        **_values(asked),
        "after_at": last.reported_at if last else None,
        "after_id": last.incident_id if last else None,
        "limit": BULK_ROWS,
    }
    return _requests(conn, _PART, values, hidden)


def _values(asked: Asked) -> dict[str, Any]:
    """What a query asks for, as its SQL names it."""
    return {
        "since": asked.since,
        "until": asked.until,
        "codes": None if asked.service_codes is None else list(asked.service_codes),
        "closed": None if asked.status is None else asked.status == "closed",
        "closed_words": list(CLOSED),
    }


def _requests(conn: Connection[Any], query: str, values: dict[str, Any], hidden: frozenset[str]) -> list[Request]:
    with conn.cursor(row_factory=class_row(Request)) as cursor:
        return cursor.execute(query, {**values, "hidden": sorted(hidden)}).fetchall()
