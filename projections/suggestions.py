"""Suggestions: what waits to be taken on, what waits for its answer and since when, and what was answered in public.

What must not be broken: the words themselves are not here. Public pages show the gist, the answer and its day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.affairs.suggestion_box import (
    SuggestionAccepted,
    SuggestionAnswered,
    SuggestionClosed,
    SuggestionOpened,
    SuggestionTextErased,
)
from domain.kernel.events import Commitment
from domain.kernel.ids import EventName
from domain.kernel.places import Division, prefix
from journal.codec import Recorded
from projections.rows import MissingRow, WriteCursor, identity

NAME = "suggestions"

DDL = """
CREATE TABLE suggestions (
    suggestion_id uuid PRIMARY KEY,
    division      text NOT NULL,
    channel       text NOT NULL,
    text_commitment text NOT NULL,
    author_id     uuid,
    slip          text,
    opened_on     date NOT NULL,
    status        text NOT NULL,
    gist          text,
    due_on        date,
    outcome       text,
    answer        text,
    answered_on   date,
    reason        text,
    erased_on     date,
    erasure_basis text,
    event         text NOT NULL,
    last_event    text NOT NULL,
    log_index     bigint NOT NULL
);
CREATE INDEX suggestions_division_idx ON suggestions (division text_pattern_ops, log_index DESC);
CREATE INDEX suggestions_waiting_idx ON suggestions (division text_pattern_ops) WHERE status IN ('opened', 'accepted');
"""

TYPES = frozenset(
    {
        "suggestion.opened/1",
        "suggestion.accepted/1",
        "suggestion.answered/1",
        "suggestion.closed/1",
        "suggestion.text_erased/1",
    }
)

OPEN = """
INSERT INTO suggestions (suggestion_id, division, channel, text_commitment, author_id, slip, opened_on, status, event,
    last_event, log_index)
VALUES (%s, %s, %s, %s, %s, %s, %s, 'opened', %s, %s, %s)
"""
ACCEPT = """
UPDATE suggestions SET status = 'accepted', gist = %s, due_on = %s, last_event = %s WHERE suggestion_id = %s
"""
ANSWER = """
UPDATE suggestions SET status = 'answered', outcome = %s, answer = %s, answered_on = coalesce(answered_on, %s),
    last_event = %s
WHERE suggestion_id = %s
"""
CLOSE = "UPDATE suggestions SET status = 'closed', reason = %s, last_event = %s WHERE suggestion_id = %s"
ERASE = "UPDATE suggestions SET erased_on = %s, erasure_basis = %s, last_event = %s WHERE suggestion_id = %s"


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """A row a suggestion."""
    for recorded in events:
        stream, name, on = identity(recorded), recorded.name, recorded.line.on
        match recorded.event:
            case SuggestionOpened() as event:
                head = (stream, event.division, event.channel, event.text, event.author_id, event.slip)
                cursor.execute(OPEN, (*head, on, name, name, recorded.index))
                continue
            case SuggestionAccepted(gist=gist, due_on=due_on):
                cursor.execute(ACCEPT, (gist, due_on, name, stream))
            case SuggestionAnswered(outcome=outcome, answer=answer):
                cursor.execute(ANSWER, (outcome, answer, on, name, stream))
            case SuggestionClosed(reason=reason):
                cursor.execute(CLOSE, (reason, name, stream))
            case SuggestionTextErased(legal_basis=legal_basis):
                cursor.execute(ERASE, (on, legal_basis, name, stream))
            case other:
                raise TypeError(f"{type(other).__name__} is not an event of this read model")
        if cursor.rowcount != 1:
            raise MissingRow(f"suggestions: {name} changes what is not there")


# Queries.


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A suggestion. `text_commitment` stands for its words; `gist` is what it says in public, once it is taken on.

    `answered_on` is the day of the first answer; a later one replaced its words. `erased_on`: the day on which the
    words were destroyed by themselves, by the rule `erasure_basis`.
    """

    suggestion_id: UUID
    division: Division
    channel: str
    text_commitment: Commitment
    author_id: UUID | None
    slip: str | None
    opened_on: date
    status: str
    gist: str | None
    due_on: date | None
    outcome: str | None
    answer: str | None
    answered_on: date | None
    reason: str | None
    erased_on: date | None
    erasure_basis: str | None
    event: EventName
    last_event: EventName
    log_index: int

    def late_on(self, day: date) -> bool:
        """Whether its answer is, or was, later than it was to come."""
        return self.due_on is not None and (self.answered_on or day) > self.due_on and self._owed()

    def _owed(self) -> bool:
        return self.answered_on is not None or self.status == "accepted"


_SUGGESTION = """
SELECT suggestion_id, division, channel, text_commitment, author_id, slip, opened_on, status, gist, due_on, outcome,
    answer, answered_on, reason, erased_on, erasure_basis, event, last_event, log_index
FROM read.suggestions
"""
ONE = f"{_SUGGESTION} WHERE suggestion_id = %s"
LISTING = f"""
{_SUGGESTION} WHERE division LIKE %(prefix)s AND (%(before)s::bigint IS NULL OR log_index < %(before)s)
    AND (NOT %(waiting)s OR status IN ('opened', 'accepted')) AND (NOT %(public)s OR gist IS NOT NULL)
ORDER BY log_index DESC LIMIT %(limit)s
"""
WAITING = """
SELECT count(*), min(coalesce(due_on, opened_on)) FROM read.suggestions
WHERE division LIKE %s AND status IN ('opened', 'accepted')
"""
RECEIVED = """
SELECT count(*), min(opened_on) FROM read.suggestions WHERE division LIKE %s AND status = 'opened'
"""


def one(conn: Connection[Any], suggestion_id: UUID) -> Suggestion | None:
    """One suggestion, or None."""
    with conn.cursor(row_factory=class_row(Suggestion)) as cursor:
        return cursor.execute(ONE, (suggestion_id,)).fetchone()


def listing(
    conn: Connection[Any],
    area: Division,
    *,
    before: int | None = None,
    waiting: bool = False,
    public: bool = False,
    limit: int = 50,
) -> list[Suggestion]:
    """The suggestions of an area, the latest first; `before`: the last log index of the page before.

    `waiting`: only those that wait to be taken on or answered; `public`: only those that have a public line.
    """
    values = {"prefix": prefix(area) + "%", "before": before, "waiting": waiting, "public": public, "limit": limit}
    with conn.cursor(row_factory=class_row(Suggestion)) as cursor:
        return cursor.execute(LISTING, values).fetchall()


def waiting(conn: Connection[Any], area: Division) -> tuple[int, date | None]:
    """How many of an area wait, and the earliest day on which one came or is due."""
    return _counted(conn, WAITING, area)


def received(conn: Connection[Any], area: Division) -> tuple[int, date | None]:
    """How many of an area nobody has taken on yet, and the day on which the first of them came."""
    return _counted(conn, RECEIVED, area)


def _counted(conn: Connection[Any], query: LiteralString, area: Division) -> tuple[int, date | None]:
    found = conn.execute(query, (prefix(area) + "%",)).fetchone()
    return (found[0], found[1]) if found is not None else (0, None)
