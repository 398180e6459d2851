"""Valid reports as deeds that a points rule may be worth something for, with the household of their reporter that day.

Queries only: the rows are those of the registers of incidents and households.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.kernel.places import Division, prefix

VALID_REPORTS = """
SELECT incident.incident_id, incident.reporter_id, incident.item, incident.category, incident.division,
    incident.reported_on,
    (SELECT person.household_id FROM read.household_persons person
     WHERE person.person_id = incident.reporter_id AND person.since <= incident.reported_on
       AND (person.until IS NULL OR incident.reported_on <= person.until)
     ORDER BY person.log_index LIMIT 1) AS household_id
FROM read.incidents incident
WHERE incident.valid AND incident.division LIKE %(prefix)s
  AND incident.reported_on BETWEEN %(since)s AND %(until)s
ORDER BY incident.log_index
"""


@dataclass(frozen=True, slots=True)
class ReportDeed:
    """A report that counts. `household_id`: to which its reporter belonged on its day, if to one."""

    incident_id: UUID
    reporter_id: UUID
    item: str | None
    category: str
    division: Division
    reported_on: date
    household_id: UUID | None


def valid_reports(conn: Connection[Any], *, division: Division, since: date, until: date) -> list[ReportDeed]:
    """The valid reports of these days, both included, in a division or below it, in log order."""
    values = {"prefix": prefix(division) + "%", "since": since, "until": until}
    with conn.cursor(row_factory=class_row(ReportDeed)) as cursor:
        return cursor.execute(VALID_REPORTS, values).fetchall()
