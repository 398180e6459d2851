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
from api.web.paging import Shown, moment_and_id, read_key, write_key
from domain.kernel.places import Division
from projections import course_queries, incident_courses
from projections.course_queries import Possible, PossibleKey, Worker, WorkKey
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
    missing_year: int | None
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
class Rows:
    """One page of a list, which of how many it shows, and the key after which the next one begins (None: the last)."""

    rows: list[Row]
    shown: Shown
    after: str | None


@dataclass(frozen=True, slots=True)
class Queue:
    """The work of one person in one role, as far as it fits on the first page."""

    waiting: Rows
    possible: Rows
    counts: list[Count]
    possible_counts: list[Count]


def queue_of(conn: Connection[Any], who: Acting, now: datetime) -> Queue:
    """The beginning of it; `conn` is a reader's, in one transaction."""
    free = course_queries.possible_counts(conn, worker(who))
    return Queue(
        waiting=waiting_rows(conn, who, now),
        possible=possible_rows(conn, who, now),
        counts=counts_of(conn, who.areas, role=who.role, now=now),
        possible_counts=[Count(one.act, one.count, 0, 0, age_told(one.oldest_since, now)) for one in free],
    )


def waiting_rows(
    conn: Connection[Any], who: Acting, now: datetime, *, act: str | None = None, after: str | None = None
) -> Rows:
    """What waits for the acting person, his own first, then the longest waiting. Refuses `page.unknown`."""
    one, key = worker(who), _work_key(after)
    total, passed = course_queries.work_counted(conn, one, act=act, after=key)
    found = course_queries.work(conn, one, act=act, after=key, limit=SHOWN_MAX)
    grids = course_queries.grids(conn, {row.incident_id for row in found})
    shown = Shown(total=total, first=passed + 1, count=len(found))
    last = write_key(*course_queries.work_key(found[-1], who.person_id)) if shown.more else None
    return Rows([_row(row, who, grids, now) for row in found], shown, last)


def possible_rows(
    conn: Connection[Any], who: Acting, now: datetime, *, act: str | None = None, after: str | None = None
) -> Rows:
    """Steps that nothing demands and the acting person may take, the oldest report first. Refuses `page.unknown`."""
    one, key = worker(who), _possible_key(after)
    counts = course_queries.possible_counts(conn, one, act=act, after=key)
    found = course_queries.possible(conn, one, act=act, after=key, limit=SHOWN_MAX)
    grids = course_queries.grids(conn, {row.incident_id for row in found})
    total, passed = sum(each.count for each in counts), sum(each.passed for each in counts)
    shown = Shown(total=total, first=passed + 1, count=len(found))
    last = write_key(found[-1].since, found[-1].incident_id, found[-1].act) if shown.more else None
    return Rows([_free(row, grids, now) for row in found], shown, last)


def around(conn: Connection[Any], who: Acting, now: datetime, incident_id: UUID) -> tuple[Row | None, Row | None]:
    """The one before and the one after a report in the work of the acting person."""
    found = course_queries.around(conn, worker(who), incident_id)
    before, after = (
        None if one is None else _free(one, {}, now) if isinstance(one, Possible) else _row(one, who, {}, now)
        for one in found
    )
    return before, after


def worker(who: Acting) -> Worker:
    """Whose work it is, for queries."""
    return Worker(who.areas, who.role, who.person_id)


def _work_key(text: str | None) -> WorkKey | None:
    if not text:
        return None
    others, moment, found = read_key(text, size=3)
    at, incident_id = moment_and_id(moment, found)
    return others == "True", at, incident_id


def _possible_key(text: str | None) -> PossibleKey | None:
    if not text:
        return None
    moment, found, act = read_key(text, size=3)
    return *moment_and_id(moment, found), act


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
        missing_year=row.missing_year,
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
        missing_year=None,
        claimed_by=None,
        mine=False,
        department=None,
    )
