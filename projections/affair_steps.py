"""The history of the village's affairs: every step of a suggestion, commitment, meeting or micro-project, in order.

What must not be broken: here stands only what everybody may read; the words of a suggestion are not among it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.kernel.ids import EventName
from journal.codec import Recorded
from projections.rows import WriteCursor, identity

NAME = "affair_steps"

DDL = """
CREATE TABLE affair_steps (
    affair_id uuid NOT NULL,
    seq       integer NOT NULL,
    type      text NOT NULL,
    stepped_on date NOT NULL,
    by_id     uuid NOT NULL,
    role      text NOT NULL,
    reason    text,
    said      text,
    event     text NOT NULL,
    PRIMARY KEY (affair_id, seq)
);
"""

TYPES = frozenset(
    {
        "notice.posted/1",
        "notice.withdrawn/1",
        "suggestion.opened/1",
        "suggestion.accepted/1",
        "suggestion.answered/1",
        "suggestion.closed/1",
        "suggestion.text_erased/1",
        "commitment.made/1",
        "commitment.progressed/1",
        "commitment.fulfilled/1",
        "commitment.withdrawn/1",
        "meeting.called/1",
        "meeting.held/1",
        "meeting.sheet_kept/1",
        "meeting.eligible_explained/1",
        "meeting.spending_allowed/1",
        "meeting.resolved/1",
        "meeting.cancelled/1",
        "project.proposed/1",
        "project.contracted/1",
        "project.progressed/1",
        "project.accepted/1",
        "project.sent_back/1",
        "project.closed/1",
    }
)

_SAID: Final = {
    "suggestion.accepted/1": "gist",
    "suggestion.answered/1": "answer",
    "suggestion.text_erased/1": "legal_basis",
    "commitment.progressed/1": "note",
    "commitment.fulfilled/1": "note",
    "commitment.withdrawn/1": "note",
    "meeting.resolved/1": "title",
    "project.contracted/1": "contractor",
    "project.progressed/1": "note",
    "project.accepted/1": "opinion",
    "project.sent_back/1": "note",
}
"""Type -> its public words that the history quotes."""

ADD = """
INSERT INTO affair_steps (affair_id, seq, type, stepped_on, by_id, role, reason, said, event)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """A row a step."""
    for recorded in events:
        said = _SAID.get(recorded.type)
        who = (recorded.line.by, recorded.role)
        what = (getattr(recorded.event, "reason", None), getattr(recorded.event, said) if said is not None else None)
        head = (identity(recorded), recorded.line.seq, recorded.type, recorded.line.on)
        cursor.execute(ADD, (*head, *who, *what, recorded.name))


# Queries.


@dataclass(frozen=True, slots=True)
class Step:
    """One step: who did it in which role, for which reason, with which public words."""

    seq: int
    type: str
    stepped_on: date
    by_id: UUID
    role: str
    reason: str | None
    said: str | None
    event: EventName


OF_ONE = """
SELECT seq, type, stepped_on, by_id, role, reason, said, event FROM read.affair_steps WHERE affair_id = %s ORDER BY seq
"""


def of_one(conn: Connection[Any], affair_id: UUID) -> list[Step]:
    """Every step of one affair, in order."""
    with conn.cursor(row_factory=class_row(Step)) as cursor:
        return cursor.execute(OF_ONE, (affair_id,)).fetchall()
