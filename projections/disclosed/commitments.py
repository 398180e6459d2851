"""What the village promised in public, as it is disclosed: how each promise stands, and what became of it.

What must not be broken: every promise that was made by the end of the period, and had not ended before it began, stands
in exactly one row, in the order of the log, as it stood on the period's last day.
Twin: `audit.rules.disclosed.commitments`.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from domain.kernel.disclosed import span
from domain.kernel.documents import Column, Document, Row, Table
from domain.kernel.places import Division, prefix
from projections import commitments
from projections.commitments import PublicCommitment
from projections.disclosed.frame import Made, Parameters

QUERY: Final = "commitments/1"
MODELS: Final = (commitments,)
COLUMNS: Final = (
    Column("place", "place"),
    Column("title", "text"),
    Column("responsible", "text"),
    Column("made_on", "date"),
    Column("due_on", "date"),
    Column("state", "code"),
    Column("fulfilled_on", "date"),
    Column("note", "text"),
)
STATES: Final = ("fulfilled", "late", "running", "due", "overdue", "withdrawn")

STANDING = """
SELECT commitment_id, division, title, responsible, made_on, due_on,
    CASE WHEN coalesce(fulfilled_on, ended_on) <= %(last)s THEN status ELSE 'made' END AS status, told.note, noted_on,
    CASE WHEN fulfilled_on <= %(last)s THEN fulfilled_on END AS fulfilled_on, reason, ended_on, maker_id, event,
    last_event, log_index
FROM read.commitments promise
LEFT JOIN LATERAL (
    SELECT note FROM read.commitment_notes word
    WHERE word.commitment_id = promise.commitment_id AND day <= %(last)s ORDER BY log_index DESC LIMIT 1
) told ON true
WHERE division LIKE %(prefix)s AND made_on <= %(last)s AND (ended_on IS NULL OR ended_on >= %(first)s)
ORDER BY log_index
"""


def document(conn: Connection[Any], *, division: Division, period: str, parameters: Parameters, position: int) -> Made:
    """The promises of a division, or below it, that stood in a month, quarter or year."""
    first, last = span(period)
    with conn.cursor(row_factory=class_row(PublicCommitment)) as cursor:
        values = {"prefix": prefix(division) + "%", "first": first, "last": last}
        found = cursor.execute(STANDING, values).fetchall()
    rows = tuple(_row(one, first, last) for one in found)
    made = Document(
        kind="commitments",
        division=division,
        period=period,
        query=QUERY,
        parameters=parameters,
        position=position,
        sentence=_sentence(rows),
        tables=(Table("commitments", COLUMNS, rows),),
    )
    return Made(made)


def _row(one: PublicCommitment, first: date, last: date) -> Row:
    fulfilled = one.fulfilled_on.isoformat() if one.fulfilled_on is not None else None
    days = (one.made_on.isoformat(), one.due_on.isoformat())
    return one.division, one.title, one.responsible, *days, _state(one, first, last), fulfilled, one.note


def _state(one: PublicCommitment, first: date, last: date) -> str:
    """What is not kept yet is overdue where its day came before the period, due where it lies in it."""
    if one.fulfilled_on is not None:
        return "late" if one.fulfilled_on > one.due_on else "fulfilled"
    if one.status != "made":
        return one.status
    if one.due_on < first:
        return "overdue"
    return "due" if one.due_on <= last else "running"


def _sentence(rows: Sequence[Row]) -> dict[str, int]:
    states = [row[5] for row in rows]
    return {"count": len(rows), **{state: states.count(state) for state in STATES}}
