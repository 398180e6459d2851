"""Micro-projects: what a resolution allows, who builds it for how much, who has accepted it, and what it cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.affairs.projects import (
    ACCEPTERS_MIN,
    ProjectAccepted,
    ProjectClosed,
    ProjectContracted,
    ProjectProgressed,
    ProjectProposed,
    ProjectSentBack,
)
from domain.kernel.ids import EventName
from domain.kernel.places import Division, prefix
from journal.codec import Recorded
from projections.rows import MissingRow, WriteCursor, identity

NAME = "projects"

DDL = """
CREATE TABLE projects (
    project_id     uuid PRIMARY KEY,
    division       text NOT NULL,
    title          text NOT NULL,
    resolution     text NOT NULL,
    budget_fen     bigint NOT NULL,
    proposed_on    date NOT NULL,
    status         text NOT NULL,
    contractor     text,
    contractor_ids uuid[] NOT NULL,
    amount_fen     bigint,
    document       text,
    accepters      uuid[] NOT NULL,
    outcome        text,
    spent_fen      bigint,
    closed_on      date,
    event          text NOT NULL,
    last_event     text NOT NULL,
    log_index      bigint NOT NULL
);
-- How each stood after each of its events.
CREATE TABLE project_states (
    project_id uuid NOT NULL,
    day        date NOT NULL,
    standing   text NOT NULL,
    contractor text,
    amount_fen bigint,
    accepters  integer NOT NULL,
    spent_fen  bigint,
    log_index  bigint PRIMARY KEY
);
CREATE INDEX project_states_idx ON project_states (project_id, log_index);
CREATE INDEX projects_division_idx ON projects (division text_pattern_ops, log_index DESC);
CREATE INDEX projects_resolution_idx ON projects (resolution);
"""

TYPES = frozenset(
    {
        "project.proposed/1",
        "project.contracted/1",
        "project.progressed/1",
        "project.accepted/1",
        "project.sent_back/1",
        "project.closed/1",
    }
)

PROPOSE = """
INSERT INTO projects (project_id, division, title, resolution, budget_fen, proposed_on, status, contractor_ids,
    accepters, event, last_event, log_index)
VALUES (%s, %s, %s, %s, %s, %s, 'proposed', '{}', '{}', %s, %s, %s)
"""
CONTRACT = """
UPDATE projects SET status = 'contracted', contractor = %s, contractor_ids = %s, amount_fen = %s, document = %s,
    last_event = %s
WHERE project_id = %s
"""
NOTE = "UPDATE projects SET last_event = %s WHERE project_id = %s"
ACCEPT = """
UPDATE projects SET accepters = accepters || %s::uuid, last_event = %s,
    status = CASE WHEN cardinality(accepters) + 1 >= %s THEN 'accepted' ELSE status END
WHERE project_id = %s
"""
SEND_BACK = "UPDATE projects SET status = 'contracted', accepters = '{}', last_event = %s WHERE project_id = %s"
CLOSE = """
UPDATE projects SET status = 'closed', outcome = %s, spent_fen = %s, closed_on = %s, last_event = %s
WHERE project_id = %s
"""
STATE = """
INSERT INTO project_states
SELECT project_id, %s, coalesce(outcome, status), contractor, amount_fen, cardinality(accepters), spent_fen, %s
FROM projects WHERE project_id = %s
"""


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """A row a project, and one for how it stood after each event."""
    for recorded in events:
        stream, name, on = identity(recorded), recorded.name, recorded.line.on
        match recorded.event:
            case ProjectProposed() as event:
                head = (stream, event.division, event.title, event.resolution, event.budget_fen, on)
                cursor.execute(PROPOSE, (*head, name, name, recorded.index))
            case ProjectContracted() as event:
                whom = (event.contractor, list(event.contractor_ids), event.amount_fen, event.document)
                cursor.execute(CONTRACT, (*whom, name, stream))
            case ProjectProgressed():
                cursor.execute(NOTE, (name, stream))
            case ProjectAccepted(accepter_id=accepter):
                cursor.execute(ACCEPT, (accepter, name, ACCEPTERS_MIN, stream))
            case ProjectSentBack():
                cursor.execute(SEND_BACK, (name, stream))
            case ProjectClosed(outcome=outcome, spent_fen=spent_fen):
                cursor.execute(CLOSE, (outcome, spent_fen, on, name, stream))
            case other:
                raise TypeError(f"{type(other).__name__} is not an event of this read model")
        if cursor.rowcount != 1:
            raise MissingRow(f"projects: {name} speaks of a project that is not there")
        cursor.execute(STATE, (on, recorded.index, stream))


# Queries.


@dataclass(frozen=True, slots=True)
class Project:
    """A micro-project. `status`: proposed, contracted, accepted or closed (then `outcome` says how)."""

    project_id: UUID
    division: Division
    title: str
    resolution: EventName
    budget_fen: int
    proposed_on: date
    status: str
    contractor: str | None
    contractor_ids: list[UUID]
    amount_fen: int | None
    document: str | None
    accepters: list[UUID]
    outcome: str | None
    spent_fen: int | None
    closed_on: date | None
    event: EventName
    last_event: EventName
    log_index: int

    @property
    def standing(self) -> str:
        """The status, or how it ended."""
        return self.outcome or self.status


_PROJECT = """
SELECT project_id, division, title, resolution, budget_fen, proposed_on, status, contractor, contractor_ids, amount_fen,
    document, accepters, outcome, spent_fen, closed_on, event, last_event, log_index
FROM read.projects
"""
ONE = f"{_PROJECT} WHERE project_id = %s"
LISTING = f"""
{_PROJECT} WHERE division LIKE %(prefix)s AND (%(before)s::bigint IS NULL OR log_index < %(before)s)
ORDER BY log_index DESC LIMIT %(limit)s
"""
OF_RESOLUTIONS = f"{_PROJECT} WHERE resolution = ANY (%s) ORDER BY log_index"


def one(conn: Connection[Any], project_id: UUID) -> Project | None:
    """One micro-project, or None."""
    with conn.cursor(row_factory=class_row(Project)) as cursor:
        return cursor.execute(ONE, (project_id,)).fetchone()


def listing(conn: Connection[Any], area: Division, *, before: int | None = None, limit: int = 50) -> list[Project]:
    """The micro-projects of an area, the latest first; `before`: the last log index of the page before."""
    with conn.cursor(row_factory=class_row(Project)) as cursor:
        values = {"prefix": prefix(area) + "%", "before": before, "limit": limit}
        return cursor.execute(LISTING, values).fetchall()


def of_resolutions(conn: Connection[Any], events: Sequence[EventName]) -> list[Project]:
    """The micro-projects that rest on some resolutions."""
    with conn.cursor(row_factory=class_row(Project)) as cursor:
        return cursor.execute(OF_RESOLUTIONS, (list(events),)).fetchall()
