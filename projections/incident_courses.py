"""Where each report stands in its workflow: the step it waits for, who may take it, until when.

Overdue and due soon are questions put to a clock when somebody looks, never events. A limit runs from the step before,
on the working calendar of the narrowest division that has one. A year that has none yet is counted Monday to Friday,
and said to be (`missing_year`); its calendar, once published, counts again what was counted so, and nothing else.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, datetime, time, timedelta
from operator import attrgetter
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.incidents import Course, IncidentReported, next_step
from domain.incidents.events import IncidentExtended, IncidentHandled, IncidentLocated
from domain.incidents.state import ACT_OF, advance
from domain.incidents.turns import part_of, parts_beside
from domain.kernel.calendar import CHINA, instant, instant_text
from domain.kernel.ids import EventName
from domain.kernel.places import Division, chain, prefix
from domain.kernel.workflow_steps import ACTS, KERNEL, STEPS, Beside, Limit, Step, Workflow
from domain.kernel.working_time import Span, WorkingCalendar, Year
from domain.workflows import WorkflowPublished
from domain.working_calendars import CalendarPublished
from journal.codec import Recorded
from projections.rows import MissingRow, Row, WriteCursor, identity, to_json

NAME = "incident_courses"

DDL = """
CREATE TABLE incident_courses (
    incident_id  uuid PRIMARY KEY,
    division     text NOT NULL,
    item         text,
    category     text NOT NULL,
    sensitive    boolean NOT NULL,
    reporter_id  uuid NOT NULL,
    reported_at  timestamptz NOT NULL,
    workflow     text,
    workflow_title text NOT NULL,
    course       jsonb NOT NULL,
    parts        jsonb NOT NULL,
    next_act     text,
    next_stage   text,
    next_roles   text[] NOT NULL,
    next_parts   text[] NOT NULL,
    waits_since  timestamptz NOT NULL,
    due_at       timestamptz,
    missing_year integer,
    clock        jsonb NOT NULL,
    suspended_at timestamptz,
    ended        text,
    merged_into  uuid,
    department   text,
    handler_id   uuid,
    claimed_by   uuid
);
CREATE INDEX incident_courses_queue_idx ON incident_courses (next_act, waits_since) WHERE next_act IS NOT NULL;
CREATE INDEX incident_courses_due_idx ON incident_courses (due_at) WHERE next_act IS NOT NULL;
CREATE INDEX incident_courses_missing_idx ON incident_courses (missing_year) WHERE missing_year IS NOT NULL;
CREATE INDEX incident_courses_merged_idx ON incident_courses (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE course_steps (
    log_index   bigint PRIMARY KEY,
    incident_id uuid NOT NULL,
    division    text NOT NULL,
    act         text NOT NULL,
    stage       text NOT NULL,
    taken_at    timestamptz NOT NULL,
    due_at      timestamptz,
    missing_year integer
);
CREATE INDEX course_steps_incident_idx ON course_steps (incident_id, log_index);

CREATE TABLE course_workflows (name text PRIMARY KEY, workflow jsonb NOT NULL);
CREATE TABLE course_years (division text, year integer, definition jsonb NOT NULL, PRIMARY KEY (division, year));
"""

TYPES = frozenset({"incident.reported/1", *ACTS.values(), "workflow.published/1", "calendar.published/1"})

_COLUMNS = (
    "incident_id, division, item, category, sensitive, reporter_id, reported_at, workflow, workflow_title, course,"
    " parts, next_act, next_stage, next_roles, next_parts, waits_since, due_at, missing_year, clock,"
    " suspended_at, ended, merged_into, department, handler_id, claimed_by"
)


@dataclass(frozen=True, slots=True)
class IncidentCourse:
    """A report's place in its workflow.

    `parts`: part -> who has played it. `waits_since` is when the step before happened, by its own word. `due_at` is
    None where nothing limits the step; `missing_year` is the first year of its counting that has no calendar; `clock`
    is what it was counted from: the limit, extensions, suspensions.
    """

    incident_id: UUID
    division: Division
    item: str | None
    category: str
    sensitive: bool
    reporter_id: UUID
    reported_at: datetime
    workflow: EventName | None
    workflow_title: str
    course: dict[str, Any]
    parts: dict[str, list[str]]
    next_act: str | None
    next_stage: str | None
    next_roles: list[str]
    next_parts: list[str]
    waits_since: datetime
    due_at: datetime | None
    missing_year: int | None
    clock: list[list[Any]]
    suspended_at: datetime | None
    ended: str | None
    merged_into: UUID | None
    department: str | None
    handler_id: UUID | None
    claimed_by: UUID | None

    def overdue(self, now: datetime) -> bool:
        """Whether the step that it waits for is late."""
        return self.next_act is not None and self.due_at is not None and self.due_at < now


@dataclass
class _Ground:
    """What a batch of events is applied on: the rows that it touches, the workflows and the calendars.

    `courses`: where reports stand after what was applied; a row's own `course` follows when it is written.
    """

    rows: dict[str, IncidentCourse]
    workflows: dict[str, Workflow]
    years: dict[tuple[str, int], Year]
    changed: dict[str, None] = field(default_factory=dict)
    steps: list[Row] = field(default_factory=list)
    courses: dict[str, Course] = field(default_factory=dict)
    _calendars: dict[Division, WorkingCalendar] = field(default_factory=dict)
    _alike: dict[tuple[tuple[str, int], ...], WorkingCalendar] = field(default_factory=dict)
    _ends: dict[tuple[int, datetime, int, str], datetime] = field(default_factory=dict)

    def workflow(self, name: EventName | None) -> Workflow:
        if name is None:
            return KERNEL
        if name not in self.workflows:
            raise MissingRow(f"course_workflows: {name}")
        return self.workflows[name]

    def calendar(self, division: Division) -> WorkingCalendar:
        """For each year, the one of the narrowest division."""
        calendar = self._calendars.get(division)
        if calendar is None:
            found: dict[int, tuple[str, int]] = {}
            for area in reversed(chain(division)):
                found |= {year: (owner, year) for owner, year in self.years if owner == area}
            known = tuple(found.values())
            if known not in self._alike:
                self._alike[known] = WorkingCalendar(tuple(self.years[one] for one in known))
            calendar = self._calendars[division] = self._alike[known]
        return calendar

    def due(self, calendar: WorkingCalendar, since: datetime, limit: Limit) -> datetime:
        """When a limit is over, counted once for all that was recorded together."""
        asked = (id(calendar), since, limit.amount, limit.unit)
        if asked not in self._ends:
            self._ends[asked] = calendar.due(since, limit)
        return self._ends[asked]

    def keep_year(self, division: Division, year: Year) -> None:
        self.years[division, year.year] = year
        for counted in (self._calendars, self._alike, self._ends):
            counted.clear()

    def put(self, row: IncidentCourse) -> None:
        self.rows[str(row.incident_id)] = row
        self.changed[str(row.incident_id)] = None


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """Move each report on, and note when its next step is due."""
    ground = _loaded(cursor, events)
    for recorded in events:
        match recorded.event:
            case WorkflowPublished() as event:
                new = Workflow(event.code, event.title, event.version, event.steps, event.besides)
                ground.workflows[recorded.name] = new
                cursor.execute(_PUT_WORKFLOW, (recorded.name, json.dumps(asdict(new))))
            case CalendarPublished() as event:
                _calendar(cursor, ground, event)
            case IncidentReported() as event:
                ground.put(_reported(ground, recorded, event))
            case _:
                ground.put(_moved(ground, recorded))
    stored = [_stored(ground.rows[key], ground.courses.get(key)) for key in ground.changed]
    cursor.execute(_UPSERT, (to_json(stored),))
    cursor.execute(_INSERT_STEPS, (to_json(ground.steps),))


def _reported(ground: _Ground, recorded: Recorded, event: IncidentReported) -> IncidentCourse:
    workflow, course = ground.workflow(event.workflow), Course(sensitive=event.sensitive)
    row = IncidentCourse(
        incident_id=UUID(identity(recorded)),
        division=event.division,
        item=event.item,
        category=event.category,
        sensitive=event.sensitive,
        reporter_id=event.reporter_id,
        reported_at=event.reported_at,
        workflow=event.workflow,
        workflow_title=workflow.title,
        course={},
        parts=_with(_with({}, "reporter", event.reporter_id), "transcriber", event.transcribed_by),
        next_act=None,
        next_stage=None,
        next_roles=[],
        next_parts=[],
        waits_since=_happened(recorded),
        due_at=None,
        missing_year=None,
        clock=[],
        suspended_at=None,
        ended=None,
        merged_into=None,
        department=None,
        handler_id=None,
        claimed_by=None,
    )
    ground.courses[str(row.incident_id)] = course
    return _with_changes(row, _waiting(ground, row, course, recorded))


def _moved(ground: _Ground, recorded: Recorded) -> IncidentCourse:
    """The row after an event that is not the report itself."""
    key = identity(recorded)
    row = ground.rows.get(key)
    if row is None:
        raise MissingRow(f"incident_courses: {recorded.stream}")
    event, at, act = recorded.event, recorded.at, ACT_OF[recorded.type]
    before = ground.courses[key] if key in ground.courses else _course(row.course)
    course = ground.courses[key] = advance(before, event)
    if act in STEPS:
        ground.steps.append(_step_row(ground, recorded, row, act))
    changes: Row = {
        "parts": _parts(row, recorded, act),
        "ended": course.ended,
        "merged_into": course.merged_into,
        "department": course.department,
        "handler_id": course.handler_id,
        "claimed_by": course.claimed_by,
    }
    if isinstance(event, IncidentLocated):
        changes["division"] = event.division
    elif act == "suspend":
        changes["suspended_at"] = at
    elif act == "resume":
        return _resumed(ground, _with_changes(row, changes), at)
    elif isinstance(event, IncidentExtended):
        return _extended(ground, _with_changes(row, changes), event.longer)
    elif (course.done, course.ended, course.round) != (before.done, before.ended, before.round):
        changes |= _waiting(ground, row, course, recorded)
    return _with_changes(row, changes)


def _with_changes(row: IncidentCourse, changes: Row) -> IncidentCourse:
    return replace(row, **changes)  # type: ignore[arg-type]


def _waiting(ground: _Ground, row: IncidentCourse, course: Course, recorded: Recorded) -> Row:
    """What changes in the row with the step that it now waits for; one that it waited for already keeps its limit.

    It waits since what was recorded happened; its limit runs from the record, so that nobody gains or loses office
    hours by the day that he states.
    """
    workflow = ground.workflow(row.workflow)
    step = next_step(workflow, course)
    if step is not None and step.act == row.next_act:
        return {}
    named: Row = {
        "next_act": None if step is None else step.act,
        "next_stage": None if step is None else step.stage,
        "next_roles": [] if step is None else list(step.roles),
        "next_parts": [] if step is None else sorted(parts_beside(step.act, workflow)),
        "waits_since": _happened(recorded),
        "due_at": None,
        "missing_year": None,
        "clock": [],
    }
    if step is None or step.limit is None:
        return named
    limit = ["limit", instant_text(recorded.at), step.limit.amount, step.limit.unit]
    return named | _counted_on(ground, row.division, [], None, limit)


def _happened(recorded: Recorded) -> datetime:
    """When it happened: a report's and a handling's own moment; of what was recorded for an earlier day, its end."""
    match recorded.event:
        case IncidentReported(reported_at=moment) | IncidentHandled(handled_at=moment):
            return min(moment, recorded.at)
        case _:
            day_over = datetime.combine(date.fromisoformat(recorded.line.on) + timedelta(days=1), time(), CHINA)
            return min(day_over, recorded.at)


def _counted(ground: _Ground, row: IncidentCourse, *added: list[Any]) -> IncidentCourse:
    """The row with its clock moved on. Only what is added is counted: a new edition moves nothing that stands."""
    return _with_changes(row, _counted_on(ground, row.division, row.clock, row.due_at, *added))


def _counted_on(
    ground: _Ground, division: Division, before: Sequence[list[Any]], due: datetime | None, *added: list[Any]
) -> Row:
    """What changes in a row whose clock moves on from `before` and ended at `due`."""
    calendar, clock = ground.calendar(division), [*before, *added]
    for entry in added:
        due = _after(ground, calendar, due, entry)
    return {"clock": clock, "due_at": due, "missing_year": _missing(calendar, clock, due)}


def _after(ground: _Ground, calendar: WorkingCalendar, due: datetime | None, entry: Sequence[Any]) -> datetime | None:
    """The end after one entry of a clock: its limit, an extension, or a time in which it stood still."""
    match entry:
        case ["limit", since, amount, unit]:
            return ground.due(calendar, instant(since), Limit(amount, unit))
        case ["longer", amount, unit] if due is not None:
            return calendar.due(due, Limit(amount, unit))
        case ["stopped", since, until] if due is not None and due > instant(since):
            stopped, going = instant(since), instant(until)
            left = calendar.worked_between(stopped, due)
            return calendar.after(going, left) if left else going + (due - stopped)
        case _:
            return due


def _missing(calendar: WorkingCalendar, clock: Iterable[Sequence[Any]], due: datetime | None) -> int | None:
    """The first year that was counted without a calendar; plain hours and days need none."""
    entries = list(clock)
    if due is None or not any(entry[0] == "stopped" or entry[-1].startswith("working") for entry in entries):
        return None
    return calendar.first_missing(instant(entries[0][1]), due)


def _extended(ground: _Ground, row: IncidentCourse, by: Limit) -> IncidentCourse:
    return row if row.due_at is None else _counted(ground, row, ["longer", by.amount, by.unit])


def _resumed(ground: _Ground, row: IncidentCourse, at: datetime) -> IncidentCourse:
    """The office hours that were left when the clock stopped are left again."""
    stopped, due = row.suspended_at, row.due_at
    going = replace(row, suspended_at=None)
    if stopped is None or due is None or due <= stopped:
        return going
    return _counted(ground, going, ["stopped", instant_text(stopped), instant_text(at)])


def _calendar(cursor: WriteCursor, ground: _Ground, event: CalendarPublished) -> None:
    """Keep the year, and count again the reports whose limit reached into it."""
    year = Year(event.year, event.hours, event.weekend, event.holidays, event.workdays)
    ground.keep_year(event.division, year)
    definition = json.dumps(asdict(year), default=str)
    cursor.execute(_PUT_YEAR, (event.division, event.year, definition))
    cursor.execute(_MISSING, (event.year,))
    waiting = {str(row[0]): IncidentCourse(*row) for row in cursor.fetchall()}
    for row in {**waiting, **ground.rows}.values():
        if row.missing_year == event.year and row.next_act is not None:
            ground.put(_counted(ground, replace(row, clock=[], due_at=None), *row.clock))


def _step_row(ground: _Ground, recorded: Recorded, row: IncidentCourse, act: str) -> Row:
    step = ground.workflow(row.workflow).step(act)
    return {
        "log_index": recorded.index,
        "incident_id": str(row.incident_id),
        "division": row.division,
        "act": act,
        "stage": step.stage if step is not None else "",
        "taken_at": recorded.at,
        "due_at": row.due_at if act == row.next_act else None,
        "missing_year": row.missing_year if act == row.next_act else None,
    }


def _parts(row: IncidentCourse, recorded: Recorded, act: str) -> dict[str, list[str]]:
    """Who has played which part; whoever was only sent something has played none."""
    if isinstance(recorded.event, IncidentHandled):
        handled = _with(row.parts, "handler", recorded.event.handler_id)
        return _with(handled, "transcriber", recorded.event.transcribed_by)
    part = part_of(act, by_reporter=recorded.by == row.reporter_id)
    return row.parts if part is None else _with(row.parts, part, recorded.by)


def _with(parts: Mapping[str, list[str]], part: str, person_id: UUID | None) -> dict[str, list[str]]:
    if person_id is None or str(person_id) in parts.get(part, ()):
        return dict(parts)
    return {**parts, part: [*parts.get(part, ()), str(person_id)]}


def _loaded(cursor: WriteCursor, events: Sequence[Recorded]) -> _Ground:
    """The rows that a batch touches, and every workflow and calendar: a county has few."""
    named = {identity(recorded) for recorded in events if recorded.type in _OF_INCIDENTS}
    cursor.execute(_TOUCHED, (list(named),))
    rows = {str(row[0]): IncidentCourse(*row) for row in cursor.fetchall()}
    cursor.execute("SELECT name, workflow FROM course_workflows")
    workflows = {name: workflow_from(found) for name, found in cursor.fetchall()}
    cursor.execute("SELECT division, definition FROM course_years")
    years = {(division, found["year"]): _year(found) for division, found in cursor.fetchall()}
    return _Ground(rows, workflows, years)


_OF_INCIDENTS = frozenset({"incident.reported/1", *ACTS.values()})

_TOUCHED = f"SELECT {_COLUMNS} FROM incident_courses WHERE incident_id = ANY(%s::uuid[])"  # noqa: S608 - columns of ours
_MISSING = f"SELECT {_COLUMNS} FROM incident_courses WHERE missing_year = %s"  # noqa: S608 - columns of ours

_UPSERT = f"""
INSERT INTO incident_courses SELECT {_COLUMNS} FROM json_populate_recordset(NULL::incident_courses, %s)
ON CONFLICT (incident_id) DO UPDATE SET ({_COLUMNS}) = ROW (EXCLUDED.*)
"""  # noqa: S608 - columns of ours

_INSERT_STEPS = "INSERT INTO course_steps SELECT * FROM json_populate_recordset(NULL::course_steps, %s)"

_PUT_WORKFLOW = "INSERT INTO course_workflows (name, workflow) VALUES (%s, %s)"

_PUT_YEAR = """
INSERT INTO course_years (division, year, definition) VALUES (%s, %s, %s)
ON CONFLICT (division, year) DO UPDATE SET definition = EXCLUDED.definition
"""


def _stored(row: IncidentCourse, course: Course | None) -> Row:
    stored: Row = dict(zip(_ROW_FIELDS, _row_values(row), strict=True))
    if course is not None:
        stored["course"] = _course_json(course)
    return stored


def _course_json(course: Course) -> dict[str, Any]:
    found = dict(zip(_COURSE_FIELDS, _course_values(course), strict=True))
    return {**found, "extended": [[longer.amount, longer.unit] for longer in course.extended]}


def _course(found: Mapping[str, Any]) -> Course:
    people = {name: UUID(str(found[name])) if found[name] else None for name in _PEOPLE}
    lists = {name: tuple(found[name]) for name in ("done", "besides", "called")}
    extended = tuple(Limit(amount, unit) for amount, unit in found["extended"])
    return Course(**{**found, **people, **lists, "extended": extended})


_PEOPLE = ("handler_id", "claimed_by", "merged_into")
# Both are flat: `asdict` would copy every value deeply, for each event.
_ROW_FIELDS = tuple(one.name for one in fields(IncidentCourse))
_COURSE_FIELDS = tuple(one.name for one in fields(Course))
_row_values, _course_values = attrgetter(*_ROW_FIELDS), attrgetter(*_COURSE_FIELDS)


def workflow_from(found: Mapping[str, Any]) -> Workflow:
    """A workflow as this table keeps it."""
    steps = tuple(
        Step(
            one["act"],
            one["stage"],
            tuple(one["roles"]),
            one["mandatory"],
            Limit(**one["limit"]) if one["limit"] is not None else None,
            one["apart"],
        )
        for one in found["steps"]
    )
    besides = tuple(
        Beside(one["act"], one["stage"], tuple(one["roles"]), one["times_max"], one["percent_max"])
        for one in found["besides"]
    )
    return Workflow(found["code"], found["title"], found["version"], steps, besides)


def _year(found: Mapping[str, Any]) -> Year:
    return Year(
        found["year"],
        tuple(Span(**span) for span in found["hours"]),
        tuple(found["weekend"]),
        tuple(date.fromisoformat(day) for day in found["holidays"]),
        tuple(date.fromisoformat(day) for day in found["workdays"]),
    )


# Queries.


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many reports wait for an act, how many of them are late or soon will be, and since when the oldest waits."""

    act: str
    waiting: int
    overdue: int
    due_soon: int
    oldest_since: datetime


@dataclass(frozen=True, slots=True)
class Timeliness:
    """Of the steps that had a limit and were taken in a period, how many were in time; as of a log position.

    `assumed`: how many of them were counted Monday to Friday, because a year's calendar was not published yet.
    """

    limited: int
    in_time: int
    assumed: int
    position: int


ONE = f"SELECT {_COLUMNS} FROM read.incident_courses WHERE incident_id = %s"  # noqa: S608 - columns of ours

WORKFLOW = "SELECT workflow FROM read.course_workflows WHERE name = %s"

OF_DEPARTMENT = """(course ->> 'bound' = 'false' OR %(role)s = 'department_handler' AND department IN (
    SELECT held.department FROM read.person_roles AS held
    WHERE held.person_id = %(actor_id)s AND held.role = 'department_handler'))"""
"""What is bound to a department waits for its handlers alone; that the role is held today, whoever asks has seen."""

QUEUE = f"""
SELECT {_COLUMNS} FROM read.incident_courses
WHERE next_act IS NOT NULL AND division LIKE %(prefix)s AND %(role)s = ANY(next_roles)
    AND (%(act)s::text IS NULL OR next_act = %(act)s)
    AND suspended_at IS NULL AND NOT EXISTS (SELECT FROM jsonb_each(parts) AS part
        WHERE part.key <> ALL (next_parts) AND part.value ? %(actor)s)
    AND (next_act NOT IN ('claim', 'handle')
        OR coalesce(claimed_by, handler_id, %(actor_id)s) = %(actor_id)s AND {OF_DEPARTMENT})
    AND (%(after_at)s::timestamptz IS NULL
        OR (waits_since, incident_id) > (%(after_at)s::timestamptz, %(after_id)s::uuid))
ORDER BY waits_since, incident_id LIMIT %(limit)s
"""  # noqa: S608 - columns of ours

_LATE = """
FROM read.incident_courses
WHERE next_act IS NOT NULL AND division LIKE %(prefix)s AND suspended_at IS NULL AND due_at < %(before)s
    AND (%(act)s::text IS NULL OR next_act = %(act)s)
"""

LATE = f"""
SELECT {_COLUMNS} {_LATE}
    AND (%(after_at)s::timestamptz IS NULL
        OR (due_at, incident_id) > (%(after_at)s::timestamptz, %(after_id)s::uuid))
ORDER BY due_at, incident_id LIMIT %(limit)s
"""

LATE_COUNT = f"""
SELECT count(*), count(*) FILTER (WHERE %(after_at)s::timestamptz IS NOT NULL
    AND (due_at, incident_id) <= (%(after_at)s::timestamptz, %(after_id)s::uuid)) {_LATE}
"""

WAITING = """
SELECT next_act AS act, count(*) AS waiting,
    count(*) FILTER (WHERE due_at < %(now)s AND suspended_at IS NULL) AS overdue,
    count(*) FILTER (WHERE due_at >= %(now)s AND due_at < %(soon)s AND suspended_at IS NULL) AS due_soon,
    min(waits_since) AS oldest_since
FROM read.incident_courses
WHERE next_act IS NOT NULL AND division LIKE %(prefix)s AND (%(role)s::text IS NULL OR %(role)s = ANY(next_roles))
GROUP BY next_act ORDER BY min(waits_since)
"""

TIMELINESS = """
SELECT count(due_at) AS limited, count(*) FILTER (WHERE taken_at <= due_at) AS in_time,
    count(missing_year) FILTER (WHERE due_at IS NOT NULL) AS assumed,
    (SELECT position FROM read.positions WHERE model = 'incident_courses') AS position
FROM read.course_steps WHERE division LIKE %(prefix)s AND taken_at >= %(since)s AND taken_at < %(until)s
"""

MERGED = "SELECT incident_id FROM read.incident_courses WHERE merged_into = %s ORDER BY reported_at, incident_id"


def one(conn: Connection[Any], incident_id: UUID) -> IncidentCourse | None:
    """One report's place, or None."""
    with conn.cursor(row_factory=class_row(IncidentCourse)) as cursor:
        return cursor.execute(ONE, (incident_id,)).fetchone()


def course_of(row: IncidentCourse) -> Course:
    """The course as the rules read it."""
    return _course(row.course)


def workflow_of(conn: Connection[Any], row: IncidentCourse) -> Workflow:
    """The workflow that a report follows."""
    if row.workflow is None:
        return KERNEL
    found = conn.execute(WORKFLOW, (row.workflow,)).fetchone()
    if found is None:
        raise MissingRow(f"course_workflows: {row.workflow}")
    return workflow_from(found[0])


def queue(
    conn: Connection[Any],
    *,
    area: Division,
    role: str,
    actor_id: UUID,
    act: str | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[IncidentCourse]:
    """What waits for somebody in this role, the longest first.

    Without what another was sent or has claimed to handle, and without chains in which one has played another part.
    """
    values = {
        "prefix": prefix(area) + "%",
        "role": role,
        "actor_id": actor_id,
        "actor": str(actor_id),
        "act": act,
        "limit": limit,
        "after_at": after[0] if after else None,
        "after_id": after[1] if after else None,
    }
    with conn.cursor(row_factory=class_row(IncidentCourse)) as cursor:
        return cursor.execute(QUEUE, values).fetchall()


def late(
    conn: Connection[Any],
    *,
    area: Division,
    before: datetime,
    act: str | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[IncidentCourse]:
    """Reports whose step is due before a moment (now: overdue; tomorrow: also due soon), the latest due last.

    `after` is when the last one of the page before is due, and its id.
    """
    values = {**_late(area, before, act, after), "limit": limit}
    with conn.cursor(row_factory=class_row(IncidentCourse)) as cursor:
        return cursor.execute(LATE, values).fetchall()


def late_counted(
    conn: Connection[Any],
    *,
    area: Division,
    before: datetime,
    act: str | None = None,
    after: tuple[datetime, UUID] | None = None,
) -> tuple[int, int]:
    """How many such reports there are, and how many of them up to and with `after`."""
    found = conn.execute(LATE_COUNT, _late(area, before, act, after)).fetchone()
    return (int(found[0]), int(found[1])) if found else (0, 0)


def _late(area: Division, before: datetime, act: str | None, after: tuple[datetime, UUID] | None) -> Row:
    at, incident_id = after or (None, None)
    return {"prefix": prefix(area) + "%", "before": before, "act": act, "after_at": at, "after_id": incident_id}


def waiting(
    conn: Connection[Any], *, area: Division, now: datetime, soon: datetime, role: str | None = None
) -> list[Waiting]:
    """How much waits for each act in an area, for one role or for all."""
    values = {"prefix": prefix(area) + "%", "now": now, "soon": soon, "role": role}
    with conn.cursor(row_factory=class_row(Waiting)) as cursor:
        return cursor.execute(WAITING, values).fetchall()


def timeliness(conn: Connection[Any], *, area: Division, since: datetime, until: datetime) -> Timeliness:
    """Steps taken from `since` (inclusive) to `until` (exclusive): with a limit, and in time."""
    with conn.cursor(row_factory=class_row(Timeliness)) as cursor:
        values = {"prefix": prefix(area) + "%", "since": since, "until": until}
        found = cursor.execute(TIMELINESS, values).fetchone()
    assert found is not None  # noqa: S101 - an aggregate always gives one row
    return found


def merged_into(conn: Connection[Any], incident_id: UUID) -> list[UUID]:
    """The later reports that were linked to this one."""
    return [row[0] for row in conn.execute(MERGED, (incident_id,)).fetchall()]
