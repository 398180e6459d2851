"""What pages ask of the courses: what one has taken on oneself, what one may do besides, where one stands in a queue.

Steps that a template does not demand are waited for by nobody, and would be forgotten if they were not looked for here.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.incidents.turns import parts_for
from domain.kernel.places import Division, prefix
from domain.kernel.workflow_steps import NOTHING_TO_HANDLE
from projections.incident_courses import IncidentCourse

KERNEL_NEEDS = {"decide": frozenset({"verify", "handle"})}
"""Act -> what the kernel itself wants done before, whatever the template says."""


@dataclass(frozen=True, slots=True)
class Possible:
    """A step that may be taken and need not be; `since` is when the report was made."""

    incident_id: UUID
    division: Division
    item: str | None
    category: str
    sensitive: bool
    act: str
    stage: str
    since: datetime


@dataclass(frozen=True, slots=True)
class PossibleCount:
    """How many reports could take such a step, and since when the oldest of them exists."""

    act: str
    count: int
    oldest_since: datetime


OWN = """
SELECT course.* FROM read.incident_courses AS course
WHERE next_act IS NOT NULL AND division LIKE %(prefix)s AND %(role)s = ANY(next_roles)
    AND coalesce(claimed_by, handler_id) = %(actor_id)s AND suspended_at IS NULL
ORDER BY waits_since, incident_id LIMIT %(limit)s
"""

POSSIBLE = """
FROM read.incident_courses AS course
JOIN jsonb_to_recordset(%(wanted)s::jsonb) AS wanted(workflow text, act text, stage text, needed jsonb, parts jsonb)
    USING (workflow)
CROSS JOIN LATERAL (SELECT (course.course -> 'done')
    || CASE WHEN course.course ->> 'confirmed' = 'false' THEN %(nothing_to_handle)s::jsonb ELSE '[]' END
    || CASE WHEN course.sensitive THEN '["post"]'::jsonb ELSE '[]' END AS done) AS passed
WHERE course.division LIKE %(prefix)s AND course.ended IS NULL AND course.suspended_at IS NULL
    AND course.next_act IS DISTINCT FROM wanted.act
    AND NOT passed.done ? wanted.act AND passed.done @> wanted.needed
    AND (wanted.act NOT IN ('claim', 'handle')
        OR coalesce(course.claimed_by, course.handler_id, %(actor_id)s) = %(actor_id)s)
    AND NOT EXISTS (SELECT FROM jsonb_each(course.parts) AS part
        WHERE NOT wanted.parts ? part.key AND part.value ? %(actor)s)
"""

POSSIBLE_ROWS = f"""
SELECT incident_id, division, item, category, sensitive, wanted.act, wanted.stage, reported_at AS since {POSSIBLE}
ORDER BY reported_at, incident_id LIMIT %(limit)s
"""

POSSIBLE_COUNTS = f"""
SELECT wanted.act, count(*) AS count, min(reported_at) AS oldest_since {POSSIBLE}
GROUP BY wanted.act ORDER BY min(reported_at)
"""

WORKFLOWS = "SELECT name, workflow FROM read.course_workflows ORDER BY name"

GRIDS = "SELECT incident_id, grid FROM read.incidents WHERE incident_id = ANY (%s) AND grid IS NOT NULL"

DEPARTMENTS = """
SELECT department FROM read.incident_courses WHERE department IS NOT NULL AND division LIKE %s
GROUP BY department ORDER BY count(*) DESC, department LIMIT 50
"""


def own(conn: Connection[Any], *, area: Division, role: str, actor_id: UUID, limit: int = 50) -> list[IncidentCourse]:
    """What somebody has claimed, or was sent by name, and what waits for him in this role; the longest first."""
    values = {"prefix": prefix(area) + "%", "role": role, "actor_id": actor_id, "limit": limit}
    with conn.cursor(row_factory=class_row(IncidentCourse)) as cursor:
        return cursor.execute(OWN, values).fetchall()


def possible(conn: Connection[Any], *, area: Division, role: str, actor_id: UUID, limit: int = 50) -> list[Possible]:
    """Reports with a step that this person may take in this role and that nothing demands; the oldest first."""
    values = {**_possible(conn, area=area, role=role, actor_id=actor_id), "limit": limit}
    with conn.cursor(row_factory=class_row(Possible)) as cursor:
        return cursor.execute(POSSIBLE_ROWS, values).fetchall()


def possible_counts(conn: Connection[Any], *, area: Division, role: str, actor_id: UUID) -> list[PossibleCount]:
    """How many of them there are, by act."""
    with conn.cursor(row_factory=class_row(PossibleCount)) as cursor:
        return cursor.execute(POSSIBLE_COUNTS, _possible(conn, area=area, role=role, actor_id=actor_id)).fetchall()


def grids(conn: Connection[Any], incident_ids: Collection[UUID]) -> dict[UUID, str]:
    """The grid of each report that names one."""
    return {row[0]: row[1] for row in conn.execute(GRIDS, (list(incident_ids),)).fetchall()}


def departments(conn: Connection[Any], *, area: Division) -> list[str]:
    """The departments to which reports of an area are with now, the most frequent first: what a form proposes."""
    return [row[0] for row in conn.execute(DEPARTMENTS, (prefix(area) + "%",)).fetchall()]


def _possible(conn: Connection[Any], *, area: Division, role: str, actor_id: UUID) -> dict[str, Any]:
    wanted = [
        {"workflow": name, **step}
        for name, workflow in conn.execute(WORKFLOWS).fetchall()
        for step in _optional(workflow["steps"], role)
    ]
    return {
        "wanted": json.dumps(wanted),
        "nothing_to_handle": json.dumps(sorted(NOTHING_TO_HANDLE)),
        "prefix": prefix(area) + "%",
        "actor_id": actor_id,
        "actor": str(actor_id),
    }


def _optional(steps: Sequence[dict[str, Any]], role: str) -> list[dict[str, Any]]:
    """The steps of a template that a role may take and need not, with what has to be done before each."""
    found = []
    for number, step in enumerate(steps):
        if step["mandatory"] or role not in step["roles"]:
            continue
        needed = {before["act"] for before in steps[:number] if before["mandatory"]}
        found.append(
            {
                "act": step["act"],
                "stage": step["stage"],
                "needed": sorted(needed | KERNEL_NEEDS.get(step["act"], frozenset())),
                "parts": sorted(parts_for(step["act"])),
            }
        )
    return found
