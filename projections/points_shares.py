"""What households agreed about their points when people moved, married, split up or died, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.kernel.ids import EventName
from domain.kernel.places import Division, prefix
from domain.points_shares import PointsShareConfirmed, PointsShareProposed, PointsShareRejected
from journal.codec import Recorded
from projections.rows import MissingRow, WriteCursor, identity

NAME = "points_shares"

DDL = """
CREATE TABLE points_shares (
    points_share_id uuid PRIMARY KEY,
    division        text NOT NULL,
    reason          text NOT NULL,
    giver_kind      text NOT NULL,
    giver_id        uuid NOT NULL,
    taker_kind      text NOT NULL,
    taker_id        uuid NOT NULL,
    points          integer,
    agreed_by       uuid NOT NULL,
    document        text NOT NULL,
    proposer_id     uuid NOT NULL,
    proposed_on     date NOT NULL,
    status          text NOT NULL,
    decided_by      uuid,
    decided_on      date,
    rejection       text,
    event           text NOT NULL,
    last_event      text NOT NULL,
    log_index       bigint NOT NULL
);
CREATE INDEX points_shares_giver_idx ON points_shares (giver_id);
CREATE INDEX points_shares_taker_idx ON points_shares (taker_id);
CREATE INDEX points_shares_waiting_idx ON points_shares (division text_pattern_ops) WHERE status = 'proposed';
"""

TYPES = frozenset({"points_share.proposed/1", "points_share.confirmed/1", "points_share.rejected/1"})

PROPOSE = """
INSERT INTO points_shares (points_share_id, division, reason, giver_kind, giver_id, taker_kind, taker_id, points,
    agreed_by, document, proposer_id, proposed_on, status, event, last_event, log_index)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'proposed', %s, %s, %s)
"""
DECIDE = """
UPDATE points_shares SET status = %s, decided_by = %s, decided_on = %s, rejection = %s, last_event = %s
WHERE points_share_id = %s
"""


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """A row for each proposal."""
    for recorded in events:
        match recorded.event:
            case PointsShareProposed() as event:
                head = (identity(recorded), event.division, event.reason, event.giver.kind, event.giver.holder_id)
                middle = (event.taker.kind, event.taker.holder_id, event.points, event.agreed_by, event.document)
                tail = (event.proposer_id, recorded.line.on, recorded.name, recorded.name, recorded.index)
                cursor.execute(PROPOSE, (*head, *middle, *tail))
            case PointsShareConfirmed(confirmer_id=decider):
                _decided(cursor, recorded, "confirmed", decider)
            case PointsShareRejected(rejecter_id=decider, reason=reason):
                _decided(cursor, recorded, "rejected", decider, reason)
            case other:
                raise TypeError(f"{type(other).__name__} is not an event of this read model")


def _decided(cursor: WriteCursor, recorded: Recorded, status: str, decider: UUID, rejection: str | None = None) -> None:
    values = (status, decider, recorded.line.on, rejection, recorded.name, identity(recorded))
    cursor.execute(DECIDE, values)
    if cursor.rowcount != 1:
        raise MissingRow(f"points_shares: {recorded.name} decides what is not there")


# Queries.


@dataclass(frozen=True, slots=True)
class PointsShare:
    """A proposal. `points` None: everything, with the debt; `agreed_by` spoke for the household."""

    points_share_id: UUID
    division: Division
    reason: str
    giver_kind: str
    giver_id: UUID
    taker_kind: str
    taker_id: UUID
    points: int | None
    agreed_by: UUID
    document: str
    proposer_id: UUID
    proposed_on: date
    status: str
    decided_by: UUID | None
    decided_on: date | None
    rejection: str | None
    event: EventName
    last_event: EventName


_SHARE = """
SELECT points_share_id, division, reason, giver_kind, giver_id, taker_kind, taker_id, points, agreed_by, document,
    proposer_id, proposed_on, status, decided_by, decided_on, rejection, event, last_event FROM read.points_shares
"""
ONE = f"{_SHARE} WHERE points_share_id = %s"
OF_HOLDER = f"{_SHARE} WHERE giver_id = %(holder)s OR taker_id = %(holder)s ORDER BY log_index"
WAITING = f"{_SHARE} WHERE status = 'proposed' AND division LIKE %s ORDER BY log_index LIMIT %s"


def one(conn: Connection[Any], points_share_id: UUID) -> PointsShare | None:
    """One proposal, or None."""
    with conn.cursor(row_factory=class_row(PointsShare)) as cursor:
        return cursor.execute(ONE, (points_share_id,)).fetchone()


def of_holder(conn: Connection[Any], holder_id: UUID) -> list[PointsShare]:
    """The proposals that a person or a household gives or takes by, in order."""
    with conn.cursor(row_factory=class_row(PointsShare)) as cursor:
        return cursor.execute(OF_HOLDER, {"holder": holder_id}).fetchall()


def waiting(conn: Connection[Any], area: Division, *, limit: int = 100) -> list[PointsShare]:
    """The proposals of an area that wait for another clerk, the first first."""
    with conn.cursor(row_factory=class_row(PointsShare)) as cursor:
        return cursor.execute(WAITING, (prefix(area) + "%", limit)).fetchall()
