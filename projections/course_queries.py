"""What pages ask of the courses: what one has taken on oneself, what one may do besides, where one stands in a queue.

Steps that a template does not demand are waited for by nobody, and would be forgotten if they were not looked for here.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.incidents.turns import parts_beside
from domain.kernel.places import Division, prefix
from domain.kernel.workflow_steps import NOTHING_TO_HANDLE, Workflow
from projections.incident_courses import OF_DEPARTMENT, IncidentCourse, workflow_from

KERNEL_NEEDS = {"decide": frozenset({"verify", "handle"})}
"""Act -> what the kernel itself wants done before, whatever the template says."""


WorkKey = tuple[bool, datetime, UUID]
"""Whether it is not one's own, since when it waits, its id: the order of somebody's work."""

PossibleKey = tuple[datetime, UUID, str]
"""When it was reported, its id, the act: the order of what may be done besides."""


@dataclass(frozen=True, slots=True)
class Worker:
    """Whose work is asked for: a person acting in a role, in some areas."""

    areas: tuple[Division, ...]
    role: str
    actor_id: UUID


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
    """How many reports could take such a step, and since when the oldest of them exists.

    `passed`: how many of them came up to the key that was asked about.
    """

    act: str
    count: int
    oldest_since: datetime
    passed: int


# Whose step it is: what nobody else is to handle, and no other department, in chains in which one has played no other
# part; what one has claimed or was sent comes first.
_WORK = f"""
FROM read.incident_courses AS course
WHERE next_act IS NOT NULL AND division LIKE ANY (%(prefixes)s) AND %(role)s = ANY(next_roles)
    AND suspended_at IS NULL AND (%(act)s::text IS NULL OR next_act = %(act)s)
    AND (next_act NOT IN ('claim', 'handle')
        OR coalesce(claimed_by, handler_id, %(actor_id)s) = %(actor_id)s AND {OF_DEPARTMENT})
    AND NOT EXISTS (SELECT FROM jsonb_each(parts) AS part
        WHERE part.key <> ALL (next_parts) AND part.value ? %(actor)s)
"""
_WORK_KEY = "(coalesce(claimed_by, handler_id) IS DISTINCT FROM %(actor_id)s, waits_since, incident_id)"
_WORK_AFTER = "(%(others)s::boolean, %(since)s::timestamptz, %(after_id)s::uuid)"

WORK = f"""
SELECT course.* {_WORK} AND (%(after_id)s::uuid IS NULL OR {_WORK_KEY} > {_WORK_AFTER})
ORDER BY coalesce(claimed_by, handler_id) IS DISTINCT FROM %(actor_id)s, waits_since, incident_id LIMIT %(limit)s
"""  # noqa: S608 - text of ours

WORK_BEFORE = f"""
SELECT course.* {_WORK} AND (%(after_id)s::uuid IS NULL OR {_WORK_KEY} < {_WORK_AFTER})
ORDER BY coalesce(claimed_by, handler_id) IS DISTINCT FROM %(actor_id)s DESC, waits_since DESC, incident_id DESC LIMIT 1
"""  # noqa: S608 - text of ours

WORK_COUNT = f"""
SELECT count(*) AS total,
    count(*) FILTER (WHERE %(after_id)s::uuid IS NOT NULL AND {_WORK_KEY} <= {_WORK_AFTER}) AS passed {_WORK}
"""

IN_WORK = f"SELECT course.* {_WORK} AND incident_id = %(incident_id)s"

POSSIBLE = f"""
FROM read.incident_courses AS course
JOIN jsonb_to_recordset(%(wanted)s::jsonb) AS wanted(workflow text, act text, stage text, needed jsonb, parts jsonb)
    USING (workflow)
CROSS JOIN LATERAL (SELECT (course.course -> 'done')
    || CASE WHEN course.course ->> 'confirmed' = 'false' THEN %(nothing_to_handle)s::jsonb ELSE '[]' END
    || CASE WHEN course.sensitive THEN '["post"]'::jsonb ELSE '[]' END AS done) AS passed
WHERE course.division LIKE ANY (%(prefixes)s) AND course.ended IS NULL AND course.suspended_at IS NULL
    AND course.next_act IS DISTINCT FROM wanted.act
    AND NOT passed.done ? wanted.act AND passed.done @> wanted.needed
    AND NOT (wanted.act IN ('dispatch', 'claim') AND passed.done ? 'handle') -- nobody takes on what has been handled
    AND (wanted.act NOT IN ('claim', 'handle')
        OR coalesce(course.claimed_by, course.handler_id, %(actor_id)s) = %(actor_id)s AND {OF_DEPARTMENT})
    AND NOT EXISTS (SELECT FROM jsonb_each(course.parts) AS part
        WHERE NOT wanted.parts ? part.key AND part.value ? %(actor)s)
"""  # noqa: S608 - text of ours

_POSSIBLE_KEY = "(reported_at, incident_id, wanted.act)"
_POSSIBLE_AFTER = "(%(since)s::timestamptz, %(after_id)s::uuid, %(after_act)s::text)"
_POSSIBLE_COLUMNS = (
    "incident_id, division, item, category, sensitive, wanted.act, wanted.stage, reported_at AS since"  # of Possible
)

POSSIBLE_ROWS = f"""
SELECT {_POSSIBLE_COLUMNS} {POSSIBLE} AND (%(after_id)s::uuid IS NULL OR {_POSSIBLE_KEY} > {_POSSIBLE_AFTER})
ORDER BY reported_at, incident_id, wanted.act LIMIT %(limit)s
"""

POSSIBLE_BEFORE = f"""
SELECT {_POSSIBLE_COLUMNS} {POSSIBLE} AND {_POSSIBLE_KEY} < {_POSSIBLE_AFTER} AND incident_id <> %(after_id)s
ORDER BY reported_at DESC, incident_id DESC, wanted.act DESC LIMIT 1
"""

POSSIBLE_AFTER = f"""
SELECT {_POSSIBLE_COLUMNS} {POSSIBLE} AND {_POSSIBLE_KEY} > {_POSSIBLE_AFTER} AND incident_id <> %(after_id)s
ORDER BY reported_at, incident_id, wanted.act LIMIT 1
"""

IN_POSSIBLE = f"""
SELECT {_POSSIBLE_COLUMNS} {POSSIBLE} AND incident_id = %(incident_id)s ORDER BY wanted.act LIMIT 1
"""

POSSIBLE_COUNTS = f"""
SELECT wanted.act, count(*) AS count, min(reported_at) AS oldest_since,
    count(*) FILTER (WHERE %(after_id)s::uuid IS NOT NULL AND {_POSSIBLE_KEY} <= {_POSSIBLE_AFTER}) AS passed
{POSSIBLE} GROUP BY wanted.act ORDER BY min(reported_at)
"""

WORKFLOWS = "SELECT name, workflow FROM read.course_workflows ORDER BY name"

GRIDS = "SELECT incident_id, grid FROM read.incidents WHERE incident_id = ANY (%s) AND grid IS NOT NULL"

DEPARTMENTS = """
SELECT department FROM read.incident_courses WHERE department IS NOT NULL AND division LIKE %s
GROUP BY department ORDER BY count(*) DESC, department LIMIT 50
"""


def work(
    conn: Connection[Any], one: Worker, *, act: str | None = None, after: WorkKey | None = None, limit: int = 50
) -> list[IncidentCourse]:
    """What waits for somebody: his own first (claimed, or sent to him by name), then the longest waiting.

    `after` is the key of the last one of the page before.
    """
    with conn.cursor(row_factory=class_row(IncidentCourse)) as cursor:
        return cursor.execute(WORK, {**_work(one, act, after), "limit": limit}).fetchall()


def work_counted(
    conn: Connection[Any], one: Worker, *, act: str | None = None, after: WorkKey | None = None
) -> tuple[int, int]:
    """How many there are, and how many of them up to and with `after`."""
    found = conn.execute(WORK_COUNT, _work(one, act, after)).fetchone()
    return (int(found[0]), int(found[1])) if found else (0, 0)


def work_key(row: IncidentCourse, actor_id: UUID) -> WorkKey:
    """Where a report stands in somebody's work."""
    return (row.claimed_by or row.handler_id) != actor_id, row.waits_since, row.incident_id


def possible(
    conn: Connection[Any], one: Worker, *, act: str | None = None, after: PossibleKey | None = None, limit: int = 50
) -> list[Possible]:
    """Reports with a step that this person may take in this role and that nothing demands; the oldest first."""
    values = {**_possible(conn, one, act), **_after_possible(after), "limit": limit}
    with conn.cursor(row_factory=class_row(Possible)) as cursor:
        return cursor.execute(POSSIBLE_ROWS, values).fetchall()


def possible_counts(
    conn: Connection[Any], one: Worker, *, act: str | None = None, after: PossibleKey | None = None
) -> list[PossibleCount]:
    """How many of them there are, by act, and how many of them up to and with `after`."""
    with conn.cursor(row_factory=class_row(PossibleCount)) as cursor:
        values = {**_possible(conn, one, act), **_after_possible(after)}
        return cursor.execute(POSSIBLE_COUNTS, values).fetchall()


def around(
    conn: Connection[Any], one: Worker, incident_id: UUID
) -> tuple[IncidentCourse | Possible | None, IncidentCourse | Possible | None]:
    """What comes before and after a report in somebody's work, and then in what he may do besides.

    Of one that is in neither: None and the first.
    """
    asked = {**_work(one, None, None), "incident_id": incident_id}
    with conn.cursor(row_factory=class_row(IncidentCourse)) as cursor:
        here = cursor.execute(IN_WORK, asked).fetchone()
        if here is not None:
            key = work_key(here, one.actor_id)
            before = cursor.execute(WORK_BEFORE, _work(one, None, key)).fetchone()
            after = next(iter(work(conn, one, after=key, limit=1)), None)
            return before, after or next((each for each in possible(conn, one, limit=2) if _not(each, here)), None)
        last = cursor.execute(WORK_BEFORE, _work(one, None, None)).fetchone()
    asked = {**_possible(conn, one, None), **_after_possible(None), "incident_id": incident_id}
    with conn.cursor(row_factory=class_row(Possible)) as cursor:
        free = cursor.execute(IN_POSSIBLE, asked).fetchone()
        if free is not None:
            asked |= _after_possible((free.since, free.incident_id, free.act))
            before_it = cursor.execute(POSSIBLE_BEFORE, asked).fetchone()
            return before_it or last, cursor.execute(POSSIBLE_AFTER, asked).fetchone()
    first = next(iter(work(conn, one, limit=1)), None)
    return None, first or next(iter(possible(conn, one, limit=1)), None)


def _not(one: Possible, here: IncidentCourse) -> bool:
    return one.incident_id != here.incident_id


def grids(conn: Connection[Any], incident_ids: Collection[UUID]) -> dict[UUID, str]:
    """The grid of each report that names one."""
    return {row[0]: row[1] for row in conn.execute(GRIDS, (list(incident_ids),)).fetchall()}


def departments(conn: Connection[Any], *, area: Division) -> list[str]:
    """The departments to which reports of an area are with now, the most frequent first: what a form proposes."""
    return [row[0] for row in conn.execute(DEPARTMENTS, (prefix(area) + "%",)).fetchall()]


def _work(one: Worker, act: str | None, after: WorkKey | None) -> dict[str, Any]:
    others, since, incident_id = after or (None, None, None)
    return {**_asked(one, act), "others": others, "since": since, "after_id": incident_id}


def _after_possible(after: PossibleKey | None) -> dict[str, Any]:
    since, incident_id, act = after or (None, None, None)
    return {"since": since, "after_id": incident_id, "after_act": act}


def _possible(conn: Connection[Any], one: Worker, act: str | None) -> dict[str, Any]:
    wanted = [
        {"workflow": name, **step}
        for name, workflow in conn.execute(WORKFLOWS).fetchall()
        for step in _optional(workflow_from(workflow), one.role)
        if act in (None, step["act"])
    ]
    nothing_to_handle = json.dumps(sorted(NOTHING_TO_HANDLE))
    return {**_asked(one, act), "wanted": json.dumps(wanted), "nothing_to_handle": nothing_to_handle}


def _asked(one: Worker, act: str | None) -> dict[str, Any]:
    return {
        "prefixes": [prefix(area) + "%" for area in one.areas],
        "role": one.role,
        "actor_id": one.actor_id,
        "actor": str(one.actor_id),
        "act": act,
    }


def _optional(workflow: Workflow, role: str) -> list[dict[str, Any]]:
    """The steps of a template that a role may take and need not, with what has to be done before each."""
    found = []
    for number, step in enumerate(workflow.steps):
        if step.mandatory or role not in step.roles:
            continue
        needed = {before.act for before in workflow.steps[:number] if before.mandatory}
        found.append(
            {
                "act": step.act,
                "stage": step.stage,
                "needed": sorted(needed | KERNEL_NEEDS.get(step.act, frozenset())),
                "parts": sorted(parts_beside(step.act, workflow)),
            }
        )
    return found
