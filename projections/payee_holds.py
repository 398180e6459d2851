"""Payees under review: whose payments are on hold, since when, by whom and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.payee_holds import PayeeHoldLifted, PayeeHoldPlaced, hold_id
from journal.codec import Recorded
from projections.rows import Pending, Table, WriteCursor, identity

NAME = "payee_holds"

DDL = """
CREATE TABLE payee_holds (
    hold_id     uuid PRIMARY KEY,
    payee_id    uuid NOT NULL,
    in_force    boolean NOT NULL,
    reason      text NOT NULL,
    document    text NOT NULL,
    placed_by   uuid NOT NULL,
    placed_on   date NOT NULL,
    log_index   bigint NOT NULL,
    lift_reason text,
    lifted_by   uuid,
    lifted_on   date
);
"""

TYPES = frozenset({"payee_hold.placed/1", "payee_hold.lifted/1"})


@dataclass(frozen=True, slots=True)
class PayeeHold:
    """The last hold on a payee; what lifted the one before stays beside a new one. `document` may be empty."""

    hold_id: UUID
    payee_id: UUID
    in_force: bool
    reason: str
    document: str
    placed_by: UUID
    placed_on: date
    log_index: int
    lift_reason: str | None
    lifted_by: UUID | None
    lifted_on: date | None


HOLDS = Table.of("payee_holds", PayeeHold)

# A second hold on the same payee takes the first one's row.
PLACE = f"""
INSERT INTO payee_holds ({HOLDS.all_columns})
VALUES (%(hold_id)s, %(payee_id)s, true, %(reason)s, %(document)s, %(placed_by)s, %(placed_on)s, %(log_index)s,
    NULL, NULL, NULL)
ON CONFLICT (hold_id) DO UPDATE SET in_force = true, reason = EXCLUDED.reason, document = EXCLUDED.document,
    placed_by = EXCLUDED.placed_by, placed_on = EXCLUDED.placed_on, log_index = EXCLUDED.log_index
"""  # noqa: S608 - columns of ours


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """One row a payee; holds are few, so each event is a statement of its own."""
    for recorded in events:
        hold, on = identity(recorded), recorded.line.on
        match recorded.event:
            case PayeeHoldPlaced() as event:
                placed = {"payee_id": event.payee_id, "reason": event.reason, "document": event.document or ""}
                signed = {"placed_by": recorded.line.by, "placed_on": on, "log_index": recorded.index}
                cursor.execute(PLACE, {"hold_id": hold, **placed, **signed})
            case PayeeHoldLifted(reason=reason):
                lifted = Pending(HOLDS)
                signed = {"lift_reason": reason, "lifted_by": recorded.line.by, "lifted_on": on}
                lifted.change(hold, {"in_force": False, **signed})
                lifted.write(cursor)
            case other:
                raise TypeError(f"{type(other).__name__} is not an event of this read model")


# Queries.

_HOLD = f"SELECT {HOLDS.all_columns} FROM read.payee_holds"  # noqa: S608 - columns of ours
IN_FORCE = f"{_HOLD} WHERE in_force ORDER BY log_index DESC"
ONE = f"{_HOLD} WHERE hold_id = %s"


def in_force(conn: Connection[Any]) -> list[PayeeHold]:
    """Every hold that stands, the latest first."""
    with conn.cursor(row_factory=class_row(PayeeHold)) as cursor:
        return cursor.execute(IN_FORCE).fetchall()


def of_payee(conn: Connection[Any], payee_id: UUID) -> PayeeHold | None:
    """The last hold on a payee, in force or not; None if there was none."""
    with conn.cursor(row_factory=class_row(PayeeHold)) as cursor:
        return cursor.execute(ONE, (hold_id(payee_id),)).fetchone()
