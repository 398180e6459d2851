"""What the village's meetings decided, as it is disclosed: who came, every vote, and what is built upon it.

What must not be broken: every meeting of the period stands in exactly one row, and so does every vote of it and every
micro-project that rests on such a vote, each in the order of the log. Twin: `audit.rules.disclosed.meetings`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.kernel.disclosed import once, span
from domain.kernel.documents import Column, Document, Row, Table
from domain.kernel.places import Division, prefix
from projections import meetings, projects
from projections.disclosed.frame import Made, Parameters
from projections.meetings import Meeting, Resolution

QUERY: Final = "meetings/1"
MODELS: Final = (meetings, projects)
MEETINGS: Final = (
    Column("place", "place"),
    Column("held_on", "date"),
    Column("kind", "code"),
    Column("title", "text"),
    Column("state", "code"),
    Column("eligible", "int"),
    Column("present", "int"),
    Column("eligible_reason", "text"),
)
RESOLUTIONS: Final = (
    Column("place", "place"),
    Column("held_on", "date"),
    Column("title", "text"),
    Column("text", "text"),
    Column("agreed", "int"),
    Column("opposed", "int"),
    Column("abstained", "int"),
    Column("result", "code"),
)
PROJECTS: Final = (
    Column("place", "place"),
    Column("title", "text"),
    Column("state", "code"),
    Column("budget_fen", "fen"),
    Column("contractor", "text"),
    Column("amount_fen", "fen"),
    Column("accepters", "int"),
    Column("spent_fen", "fen"),
)
FENS: Final = ("budget_fen", "amount_fen", "spent_fen")

OF_PERIOD = """
SELECT meeting_id, division, kind, title, agenda, held_on, place, rule, status, eligible, present, on_sheet, sheet,
    reason, recorder_id, eligible_before, eligible_reason, event, log_index
FROM read.meetings
WHERE division LIKE %(prefix)s AND (meeting_id = %(once)s OR held_on BETWEEN %(first)s AND %(last)s)
ORDER BY log_index
"""
VOTES = """
SELECT event, meeting_id, division, number, title, text, agreed, opposed, abstained, passed, held_on, limit_fen,
    log_index
FROM read.resolutions WHERE meeting_id = ANY (%s) ORDER BY log_index
"""
PROJECTS_ON = """
SELECT division, title, standing, budget_fen, state.contractor, state.amount_fen, state.accepters, state.spent_fen
FROM read.projects project JOIN LATERAL (
    SELECT standing, contractor, amount_fen, accepters, spent_fen FROM read.project_states state
    WHERE state.project_id = project.project_id AND (%(last)s::date IS NULL OR day <= %(last)s)
    ORDER BY state.log_index DESC LIMIT 1
) state ON true
WHERE resolution = ANY (%(votes)s) ORDER BY project.log_index
"""


@dataclass(frozen=True, slots=True)
class _Project:
    """A micro-project as it stood on a day."""

    division: Division
    title: str
    standing: str
    budget_fen: int
    contractor: str | None
    amount_fen: int | None
    accepters: int
    spent_fen: int | None


def document(conn: Connection[Any], *, division: Division, period: str, parameters: Parameters, position: int) -> Made:
    """The meetings of a division, or below it, in a period; or one meeting, by its id (`once-<uuid>`)."""
    happened = once(period)
    first, last = span(period) if happened is None else (None, None)
    values = {"prefix": prefix(division) + "%", "once": happened, "first": first, "last": last}
    with conn.cursor(row_factory=class_row(Meeting)) as cursor:
        found = cursor.execute(OF_PERIOD, values).fetchall()
    votes = _votes(conn, [one.meeting_id for one in found])
    built = _built(conn, votes, last)
    made = Document(
        kind="meetings",
        division=division,
        period=period,
        query=QUERY,
        parameters=parameters,
        position=position,
        sentence=_sentence(found, votes, built),
        tables=(
            Table("meetings", MEETINGS, tuple(map(_meeting_row, found))),
            Table("resolutions", RESOLUTIONS, tuple(map(_vote_row, votes))),
            Table("projects", PROJECTS, tuple(map(_project_row, built)), _sums(built)),
        ),
    )
    return Made(made)


def _votes(conn: Connection[Any], meeting_ids: Sequence[UUID]) -> list[Resolution]:
    with conn.cursor(row_factory=class_row(Resolution)) as cursor:
        return cursor.execute(VOTES, (list(meeting_ids),)).fetchall()


def _built(conn: Connection[Any], votes: Sequence[Resolution], last: date | None) -> list[_Project]:
    """The micro-projects that rest on some votes, as they stood on a day; None: as they stand now."""
    with conn.cursor(row_factory=class_row(_Project)) as cursor:
        return cursor.execute(PROJECTS_ON, {"votes": [one.event for one in votes], "last": last}).fetchall()


def _meeting_row(one: Meeting) -> Row:
    came = (one.eligible, one.present, one.eligible_reason)
    return one.division, one.held_on.isoformat(), one.kind, one.title, one.status, *came


def _vote_row(one: Resolution) -> Row:
    votes = (one.agreed, one.opposed, one.abstained)
    result = "passed" if one.passed else "not_passed"
    return one.division, one.held_on.isoformat(), one.title, one.text, *votes, result


def _project_row(one: _Project) -> Row:
    contract = (one.contractor, one.amount_fen)
    return one.division, one.title, one.standing, one.budget_fen, *contract, one.accepters, one.spent_fen


def _sums(built: Sequence[_Project]) -> dict[str, int]:
    return {name: sum(getattr(one, name) or 0 for one in built) for name in FENS}


def _sentence(found: Sequence[Meeting], votes: Sequence[Resolution], built: Sequence[_Project]) -> dict[str, int]:
    return {
        "count": len(found),
        "held": sum(one.status == "held" for one in found),
        "resolutions": len(votes),
        "passed": sum(one.passed for one in votes),
        "projects": len(built),
        "budget_fen": sum(one.budget_fen for one in built),
    }
