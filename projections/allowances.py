"""Allowances of grid workers: what was granted for a month, by which basis and document, and whether it arrived.

A payroll of its own: no page of rewards counts any of it. Where the money of one is, `payout_batches` says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.allowances import AllowanceGranted, AllowanceReversed, AllowanceScheduled, AllowanceUnscheduled
from domain.kernel.calendar import Month
from domain.kernel.places import Division, prefix
from journal.codec import Recorded
from projections.rows import WriteCursor, identity, to_json

State = Literal["arrived", "in_progress", "not_arrived", "to_verify", "reversed"]

NAME = "allowances"

DDL = """
CREATE TABLE allowances (
    allowance_id uuid PRIMARY KEY,
    payee_id     uuid NOT NULL,
    division     text NOT NULL,
    month        text NOT NULL,
    amount_fen   bigint NOT NULL,
    basis        text NOT NULL,
    document     text,
    granter_id   uuid NOT NULL,
    budget_id    uuid NOT NULL,
    granted_on   date NOT NULL,
    log_index    bigint NOT NULL,
    scheduled    boolean NOT NULL,
    payment_id   uuid,
    reversed_on  date
);
CREATE INDEX allowances_month_idx ON allowances (month, division text_pattern_ops);
CREATE INDEX allowances_payee_idx ON allowances (payee_id, month);
"""

TYPES = frozenset({"allowance.granted/1", "allowance.scheduled/1", "allowance.unscheduled/1", "allowance.reversed/1"})

# One that was taken back may be granted again, with the right amount, in the same stream.
WRITE = """
INSERT INTO allowances SELECT * FROM json_populate_recordset(NULL::allowances, %s)
ON CONFLICT (allowance_id) DO UPDATE SET
    payee_id = EXCLUDED.payee_id, division = EXCLUDED.division, month = EXCLUDED.month,
    amount_fen = EXCLUDED.amount_fen, basis = EXCLUDED.basis, document = EXCLUDED.document,
    granter_id = EXCLUDED.granter_id, budget_id = EXCLUDED.budget_id, granted_on = EXCLUDED.granted_on,
    log_index = EXCLUDED.log_index, scheduled = EXCLUDED.scheduled, payment_id = EXCLUDED.payment_id,
    reversed_on = EXCLUDED.reversed_on
"""

CHANGED = "SELECT row_to_json(stored) FROM allowances stored WHERE allowance_id = ANY (%s::uuid[])"


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """Each event makes or changes the row of its own stream."""
    wanted = list({identity(recorded) for recorded in events})
    rows: dict[str, dict[str, Any]] = {row["allowance_id"]: row for (row,) in cursor.execute(CHANGED, (wanted,))}
    for recorded in events:
        own = identity(recorded)
        match recorded.event:
            case AllowanceGranted() as event:
                rows[own] = {"allowance_id": own, **_granted(recorded, event)}
            case AllowanceScheduled(payment_id=payment_id):
                rows[own] |= {"scheduled": True, "payment_id": payment_id}
            case AllowanceUnscheduled():
                rows[own] |= {"scheduled": False}
            case AllowanceReversed():
                rows[own] |= {"reversed_on": recorded.line.on}
            case other:
                raise TypeError(f"{type(other).__name__} is not an event of this read model")
    cursor.execute(WRITE, (to_json(rows.values()),))


def _granted(recorded: Recorded, event: AllowanceGranted) -> dict[str, Any]:
    return {
        "payee_id": event.payee_id,
        "division": event.division,
        "month": event.month,
        "amount_fen": event.amount_fen,
        "basis": event.basis,
        "document": event.document,
        "granter_id": event.granter_id,
        "budget_id": event.budget_id,
        "granted_on": recorded.line.on,
        "log_index": recorded.index,
        "scheduled": False,
        "payment_id": None,
        "reversed_on": None,
    }


# Queries.


@dataclass(frozen=True, slots=True)
class Allowance:
    """One allowance and where its money is. `approved_on` and `booked_on`: days of its batch and of the bank."""

    allowance_id: UUID
    payee_id: UUID
    division: Division
    month: Month
    amount_fen: int
    basis: str
    document: str | None
    granter_id: UUID
    budget_id: UUID
    granted_on: date
    state: State
    payment_id: UUID | None
    batch_id: UUID | None
    approved_on: date | None
    booked_on: date | None


@dataclass(frozen=True, slots=True)
class MonthSum:
    """One month of a division: how many allowances, and how much, that were not taken back."""

    month: Month
    count: int
    amount_fen: int


_STATE = """CASE
    WHEN allowance.reversed_on IS NOT NULL THEN 'reversed'
    WHEN NOT allowance.scheduled OR payment.state IN ('failed', 'cancelled', 'returned', 'reissued') THEN 'not_arrived'
    WHEN payment.state = 'settled' THEN 'arrived'
    WHEN payment.state = 'unresolved' THEN 'to_verify'
    ELSE 'in_progress' END"""

_ROWS = f"""
SELECT allowance_id, allowance.payee_id, allowance.division, allowance.month, allowance.amount_fen, basis, document,
    granter_id, allowance.budget_id, granted_on, {_STATE} AS state, allowance.payment_id, payment.batch_id,
    CASE WHEN batch.status <> 'rejected' THEN batch.checked_on END AS approved_on, payment.booked_on
FROM read.allowances allowance
    LEFT JOIN read.payout_payments payment USING (payment_id)
    LEFT JOIN read.payout_batches batch ON batch.batch_id = payment.batch_id
"""  # noqa: S608 - text of ours

OF_MONTH = f"""
{_ROWS} WHERE allowance.month = %(month)s AND allowance.division LIKE %(prefix)s
ORDER BY allowance.division, allowance.payee_id, basis
"""

TO_SCHEDULE = f"""
{_ROWS} WHERE allowance.month = %(month)s AND allowance.division LIKE %(prefix)s
    AND reversed_on IS NULL AND NOT scheduled
ORDER BY allowance.payee_id, allowance.log_index
"""

ONE = f"{_ROWS} WHERE allowance_id = %s"

MONTHS = """
SELECT month, count(*) AS count, sum(amount_fen)::bigint AS amount_fen FROM read.allowances
WHERE division LIKE %s AND reversed_on IS NULL GROUP BY month ORDER BY month DESC
"""


def of_month(conn: Connection[Any], division: Division, month: Month) -> list[Allowance]:
    """Every allowance of a month in a division or below it, also those that were taken back."""
    with conn.cursor(row_factory=class_row(Allowance)) as cursor:
        return cursor.execute(OF_MONTH, {"month": month, "prefix": prefix(division) + "%"}).fetchall()


def to_schedule(conn: Connection[Any], division: Division, month: Month) -> list[Allowance]:
    """Those that are in no payment, by payee: what the next batch would hold. `payment_id`: where one was before."""
    with conn.cursor(row_factory=class_row(Allowance)) as cursor:
        return cursor.execute(TO_SCHEDULE, {"month": month, "prefix": prefix(division) + "%"}).fetchall()


def one(conn: Connection[Any], allowance_id: UUID) -> Allowance | None:
    """One allowance, or None."""
    with conn.cursor(row_factory=class_row(Allowance)) as cursor:
        return cursor.execute(ONE, (allowance_id,)).fetchone()


def months(conn: Connection[Any], division: Division) -> list[MonthSum]:
    """The months for which something was granted in a division or below it, the latest first."""
    with conn.cursor(row_factory=class_row(MonthSum)) as cursor:
        return cursor.execute(MONTHS, (prefix(division) + "%",)).fetchall()
