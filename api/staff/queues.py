"""What waits for somebody in his role: his own first, then the longest waiting; and what he may do besides."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from api.staff.acting import Acting
from api.staff.api_workflows import SOON
from api.web.act_words import age_told, due_told
from domain.kernel.places import Division
from projections import course_queries, incident_courses
from projections.course_queries import Possible
from projections.incident_courses import IncidentCourse

WORKERS: Final = frozenset({"grid_worker", "department_handler", "grid_leader", "township_reviewer", "county_officer"})
"""Roles that take steps in workflows. A member takes his own part on the pages of his reports."""

SHOWN_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One report that waits. `urgency` is late, soon or none; `due` says it in words, None where nothing limits it."""

    incident_id: UUID
    act: str
    stage: str
    division: Division
    grid: str | None
    item: str | None
    category: str
    age: str
    urgency: str
    due: str | None
    due_at: datetime | None
    claimed_by: UUID | None
    mine: bool
    department: str | None


@dataclass(frozen=True, slots=True)
class Count:
    """How much waits for an act: in the area for the role, late, soon, and how old the oldest is."""

    act: str
    waiting: int
    overdue: int
    due_soon: int
    oldest: str


@dataclass(frozen=True, slots=True)
class Queue:
    """The work of one person in one role."""

    rows: list[Row]
    possible: list[Row]
    counts: list[Count]
    possible_counts: list[Count]


def queue_of(conn: Connection[Any], who: Acting, now: datetime) -> Queue:
    """All of it; `conn` is a reader's, in one transaction."""
    own: dict[UUID, IncidentCourse] = {}
    others: dict[UUID, IncidentCourse] = {}
    besides: dict[tuple[UUID, str], Possible] = {}
    asked: dict[str, Any] = {"role": who.role, "actor_id": who.person_id}
    for area in who.areas:
        own |= {row.incident_id: row for row in course_queries.own(conn, area=area, **asked, limit=SHOWN_MAX)}
        others |= {row.incident_id: row for row in incident_courses.queue(conn, area=area, **asked, limit=SHOWN_MAX)}
        found = course_queries.possible(conn, area=area, **asked, limit=SHOWN_MAX)
        besides |= {(one.incident_id, one.act): one for one in found}
    first = sorted(own.values(), key=lambda row: row.waits_since)
    rest = sorted((row for key, row in others.items() if key not in own), key=lambda row: row.waits_since)
    waiting = [*first, *rest][:SHOWN_MAX]
    free = sorted(besides.values(), key=lambda one: one.since)[:SHOWN_MAX]
    grids = course_queries.grids(conn, {row.incident_id for row in waiting} | {one.incident_id for one in free})
    return Queue(
        rows=[_row(row, who, grids, now) for row in waiting],
        possible=[_free(one, grids, now) for one in free],
        counts=counts_of(conn, who.areas, role=who.role, now=now),
        possible_counts=_possible_counts(conn, who, now),
    )


def counts_of(conn: Connection[Any], areas: Iterable[Division], *, role: str | None, now: datetime) -> list[Count]:
    """How much waits for each act in some areas, for one role or for all; the oldest first."""
    found: dict[str, list[incident_courses.Waiting]] = {}
    for area in areas:
        for one in incident_courses.waiting(conn, area=area, now=now, soon=now + SOON, role=role):
            found.setdefault(one.act, []).append(one)
    return [
        Count(
            act,
            sum(one.waiting for one in parts),
            sum(one.overdue for one in parts),
            sum(one.due_soon for one in parts),
            age_told(min(one.oldest_since for one in parts), now),
        )
        for act, parts in sorted(found.items(), key=lambda pair: min(one.oldest_since for one in pair[1]))
    ]


def beside(queue: Queue, incident_id: UUID) -> tuple[Row | None, Row | None]:
    """The one before and the one after a report in a queue; of one that is not in it: None and the first."""
    rows = [*queue.rows, *queue.possible]
    at = next((number for number, row in enumerate(rows) if row.incident_id == incident_id), None)
    if at is None:
        return None, rows[0] if rows else None
    after = [row for row in rows[at + 1 :] if row.incident_id != incident_id]
    return rows[at - 1] if at else None, after[0] if after else None


def shown_row(row: IncidentCourse, *, grid: str | None, now: datetime, me: UUID | None = None) -> Row:
    """A report as lists show it. `me`: whose own work is marked."""
    due_at = row.due_at
    urgency = "none"
    if due_at is not None:
        urgency = "late" if due_at < now else "soon" if due_at < now + SOON else "none"
    return Row(
        incident_id=row.incident_id,
        act=row.next_act or "",
        stage=row.next_stage or "",
        division=row.division,
        grid=grid,
        item=row.item,
        category=row.category,
        age=age_told(row.waits_since, now),
        urgency=urgency,
        due=due_told(due_at, now) if due_at is not None else None,
        due_at=due_at,
        claimed_by=row.claimed_by,
        mine=me is not None and me in (row.claimed_by, row.handler_id),
        department=row.department,
    )


def _row(row: IncidentCourse, who: Acting, grids: Mapping[UUID, str], now: datetime) -> Row:
    return shown_row(row, grid=grids.get(row.incident_id), now=now, me=who.person_id)


def _free(one: Possible, grids: Mapping[UUID, str], now: datetime) -> Row:
    return Row(
        incident_id=one.incident_id,
        act=one.act,
        stage=one.stage,
        division=one.division,
        grid=grids.get(one.incident_id),
        item=one.item,
        category=one.category,
        age=age_told(one.since, now),
        urgency="none",
        due=None,
        due_at=None,
        claimed_by=None,
        mine=False,
        department=None,
    )


def _possible_counts(conn: Connection[Any], who: Acting, now: datetime) -> list[Count]:
    found: dict[str, list[course_queries.PossibleCount]] = {}
    for area in who.areas:
        for one in course_queries.possible_counts(conn, area=area, role=who.role, actor_id=who.person_id):
            found.setdefault(one.act, []).append(one)
    return [
        Count(act, sum(one.count for one in parts), 0, 0, age_told(min(one.oldest_since for one in parts), now))
        for act, parts in found.items()
    ]
