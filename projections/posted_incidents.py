"""The results that were made public (公示) and whose period lasts: what the public page of a division lists.

What must not be broken: a sensitive report is never among them, whatever was recorded; and of a report only its code,
class, place, days, result and rating are read, nothing that anybody wrote.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.kernel.places import Division, prefix
from projections import incidents, tracking_codes

MODELS = (incidents, tracking_codes)

Result = Literal["handled", "again", "not_confirmed", "open"]
"""已办结; 重新办理; 核查不属实; 办理中: what a posted report has come to by now, also after it was posted."""

_LATEST = """
FROM read.incident_postings AS posting JOIN read.incidents AS incident USING (incident_id)
WHERE incident.division LIKE %(prefix)s AND NOT incident.sensitive AND NOT EXISTS (
    SELECT FROM read.incident_postings AS later
    WHERE later.incident_id = posting.incident_id AND later.log_index > posting.log_index)
"""

LISTED = f"""
SELECT posting.log_index, incident_id, code.code, incident.division, incident.category, incident.reported_on,
    incident.handled_on, posting.posted_on, posting.last_day, incident.valid, incident.stars,
    CASE WHEN incident.ended = 'reopened' AND incident.handled IS NOT TRUE THEN 'again'
        WHEN incident.handled THEN 'handled' WHEN NOT incident.confirmed THEN 'not_confirmed' ELSE 'open' END AS result
{_LATEST.replace("WHERE", "JOIN read.tracking_codes AS code USING (incident_id) WHERE", 1)}
    AND posting.last_day >= %(on)s AND (%(before)s::bigint IS NULL OR posting.log_index < %(before)s)
ORDER BY posting.log_index DESC LIMIT %(limit)s
"""

COUNTED = f"""
SELECT count(*) FILTER (WHERE posting.last_day >= %(on)s) AS standing,
    count(*) FILTER (WHERE posting.last_day < %(on)s) AS over,
    count(*) FILTER (WHERE posting.last_day >= %(on)s AND posting.log_index >= %(before)s::bigint) AS passed,
    (SELECT position FROM read.positions WHERE model = 'incidents') AS position
{_LATEST}
"""  # noqa: S608 - text of ours

PERIODS = "SELECT log_index, last_day FROM read.incident_postings WHERE incident_id = %s"


@dataclass(frozen=True, slots=True)
class Posted:
    """One result as it is made public; `log_index` is the entry that made it so, both days of the period included."""

    log_index: int
    incident_id: UUID
    code: str
    division: Division
    category: str
    reported_on: date
    handled_on: date | None
    posted_on: date
    last_day: date
    valid: bool | None
    stars: int | None
    result: Result


@dataclass(frozen=True, slots=True)
class Counted:
    """How many stand, how many were taken down when their period was over, and as of which position.

    `passed` are those that stand before the asked page.
    """

    standing: int
    over: int
    passed: int
    position: int


def listed(
    conn: Connection[Any], area: Division, *, on: date, before: int | None = None, limit: int = 50
) -> list[Posted]:
    """What is public on a day in an area, the latest posting first; `before` is the last index of the page before."""
    values = {"prefix": prefix(area) + "%", "on": on, "before": before, "limit": limit}
    with conn.cursor(row_factory=class_row(Posted)) as cursor:
        return cursor.execute(LISTED, values).fetchall()


def counted(conn: Connection[Any], area: Division, *, on: date, before: int | None = None) -> Counted:
    """The counts of the same list; each report counts once, by its latest posting."""
    with conn.cursor(row_factory=class_row(Counted)) as cursor:
        found = cursor.execute(COUNTED, {"prefix": prefix(area) + "%", "on": on, "before": before}).fetchone()
    assert found is not None  # noqa: S101 - an aggregate always gives one row
    return found


def periods(conn: Connection[Any], incident_id: UUID) -> dict[int, date]:
    """Each posting of one report, by its place in the log, and its last day."""
    return dict(conn.execute(PERIODS, (incident_id,)).fetchall())
