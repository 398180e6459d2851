"""The workflows that were published, which of them are in force where, and the working calendars."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from domain.kernel.places import Division, prefix
from domain.workflows import WorkflowAdopted, WorkflowPublished
from domain.working_calendars import CalendarPublished
from journal.codec import Recorded
from projections.rows import Row, Table, WriteCursor

NAME = "workflows"

DDL = """
CREATE TABLE workflows (
    event        text PRIMARY KEY,
    code         text NOT NULL,
    title        text NOT NULL,
    version      integer NOT NULL,
    steps        jsonb NOT NULL,
    besides      jsonb NOT NULL,
    document     text NOT NULL,
    published_on date NOT NULL,
    UNIQUE (code, version)
);
CREATE TABLE workflow_adoptions (
    log_index  bigint PRIMARY KEY,
    event      text NOT NULL,
    division   text NOT NULL,
    item       text,
    workflow   text NOT NULL,
    since      date NOT NULL,
    document   text NOT NULL
);
CREATE TABLE working_years (
    log_index    bigint PRIMARY KEY,
    event        text NOT NULL,
    division     text NOT NULL,
    year         integer NOT NULL,
    hours        jsonb NOT NULL,
    weekend      jsonb NOT NULL,
    holidays     jsonb NOT NULL,
    workdays     jsonb NOT NULL,
    document     text NOT NULL,
    published_on date NOT NULL
);
"""

TYPES = frozenset({"workflow.published/1", "workflow.adopted/1", "calendar.published/1"})


@dataclass(frozen=True, slots=True)
class PublishedWorkflow:
    """A version of a template. `steps` and `besides` are as the event has them."""

    event: str
    code: str
    title: str
    version: int
    steps: list[dict[str, Any]]
    besides: list[dict[str, Any]]
    document: str
    published_on: date


@dataclass(frozen=True, slots=True)
class AdoptedWorkflow:
    """Which version reports follow from a day on, in a division, for an item or (None) for any."""

    log_index: int
    event: str
    division: Division
    item: str | None
    workflow: str
    since: date
    document: str


@dataclass(frozen=True, slots=True)
class WorkingYear:
    """One edition of a year's calendar; the last one of a division and year holds."""

    log_index: int
    event: str
    division: Division
    year: int
    hours: list[dict[str, int]]
    weekend: list[int]
    holidays: list[str]
    workdays: list[str]
    document: str
    published_on: date


WORKFLOWS = Table.of("workflows", PublishedWorkflow)
ADOPTIONS = Table.of("workflow_adoptions", AdoptedWorkflow)
YEARS = Table.of("working_years", WorkingYear)


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """Add versions, choices and calendars; nothing is ever changed."""
    for recorded in events:
        match recorded.event:
            case WorkflowPublished() as event:
                WORKFLOWS.insert(cursor, [{**asdict(event), "event": recorded.name, "published_on": recorded.line.on}])
            case WorkflowAdopted() as event:
                ADOPTIONS.insert(cursor, [_row(recorded, asdict(event))])
            case CalendarPublished() as event:
                YEARS.insert(cursor, [{**_row(recorded, asdict(event)), "published_on": recorded.line.on}])
            case other:
                raise TypeError(f"{type(other).__name__} is not an event of this read model")


def _row(recorded: Recorded, fields: Row) -> Row:
    return {**fields, "log_index": recorded.index, "event": recorded.name}


# Queries.

PUBLISHED = f"SELECT {WORKFLOWS.all_columns} FROM read.workflows ORDER BY code, version DESC"  # noqa: S608 - columns of ours

ADOPTED = f"""
SELECT {ADOPTIONS.all_columns} FROM read.workflow_adoptions
WHERE division LIKE %(prefix)s OR position(rtrim(division, '0') IN %(area)s) = 1
ORDER BY since DESC, log_index DESC
"""  # noqa: S608 - columns of ours

CALENDARS = f"""
SELECT DISTINCT ON (division, year) {YEARS.all_columns} FROM read.working_years
ORDER BY division, year DESC, log_index DESC
"""  # noqa: S608 - columns of ours


COUNTY_YEARS = "SELECT DISTINCT year FROM read.working_years WHERE division LIKE '%%000000' AND year >= %s"

ANY = "SELECT EXISTS (SELECT FROM read.workflows)"


def published(conn: Connection[Any]) -> list[PublishedWorkflow]:
    """Every version of every template, the newest of each first."""
    with conn.cursor(row_factory=class_row(PublishedWorkflow)) as cursor:
        return cursor.execute(PUBLISHED).fetchall()


def adopted(conn: Connection[Any], *, area: Division) -> list[AdoptedWorkflow]:
    """Every choice that concerns an area: of the area, of what lies in it, and of what lies above; the latest first."""
    with conn.cursor(row_factory=class_row(AdoptedWorkflow)) as cursor:
        return cursor.execute(ADOPTED, {"prefix": prefix(area) + "%", "area": area}).fetchall()


def uncounted_from(conn: Connection[Any], *, on: date) -> date | None:
    """The first day from a day on for which the county has no calendar; None where no workflow asks for one."""
    found = conn.execute(ANY).fetchone()
    if found is None or not found[0]:
        return None
    known, year = {row[0] for row in conn.execute(COUNTY_YEARS, (on.year,)).fetchall()}, on.year
    while year in known:
        year += 1
    return max(on, date(year, 1, 1))


def calendars(conn: Connection[Any]) -> list[WorkingYear]:
    """The calendar in force of each division and year, the newest year first."""
    with conn.cursor(row_factory=class_row(WorkingYear)) as cursor:
        return cursor.execute(CALENDARS).fetchall()
