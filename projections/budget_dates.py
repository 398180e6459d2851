"""What a budget was charged with, and the four days of each: reported, booked, approved, paid by the bank.

What must not be broken: the year of a budget is that of the day on which something was booked; the other three days may
lie in other years. Nothing is kept here: rows come from the read models of rewards, allowances, reports and batches.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.kernel.calendar import Month
from domain.kernel.obligations import Payroll
from domain.kernel.places import Division

_REWARDS = """
SELECT 'reward' AS payroll, reward.reward_id AS id, reward.payee_id, reward.division, reward.amount_fen,
    (incident.reported_at AT TIME ZONE 'Asia/Shanghai')::date AS reported_on, reward.accrual_month,
    reward.granted_on, reward.log_index, CASE WHEN reward.scheduled THEN reward.payment_id END AS payment_id
FROM read.reward_payments reward JOIN read.incidents incident USING (incident_id)
"""

_CHARGED = f"""
{_REWARDS} WHERE reward.budget_id = %(budget)s AND reward.reversed_on IS NULL
UNION ALL
SELECT 'allowance', allowance_id, payee_id, division, amount_fen, NULL, month, granted_on, log_index,
    CASE WHEN scheduled THEN payment_id END
FROM read.allowances WHERE budget_id = %(budget)s AND reversed_on IS NULL
"""  # noqa: S608 - text of ours

_PAID = """
SELECT charged.*, CASE WHEN payment.state NOT IN ('prepared', 'cancelled') THEN batch.checked_on END AS approved_on,
    CASE WHEN payment.state = 'settled' THEN payment.booked_on END AS paid_on
FROM ({charged}) charged
    LEFT JOIN read.payout_payments payment USING (payment_id)
    LEFT JOIN read.payout_batches batch ON batch.batch_id = payment.batch_id
"""

_DATED = _PAID.format(charged=_CHARGED)

OF_BUDGET = f"""
SELECT payroll, id, payee_id, division, amount_fen, reported_on, accrual_month, granted_on, approved_on, paid_on
FROM ({_DATED}) dated ORDER BY log_index DESC LIMIT %(limit)s
"""  # noqa: S608 - likewise

OF_REWARDS = f"""
SELECT payroll, id, payee_id, division, amount_fen, reported_on, accrual_month, granted_on, approved_on, paid_on
FROM ({_PAID.format(charged=_REWARDS + " WHERE reward.reward_id = ANY(%(rewards)s)")}) dated
"""  # noqa: S608 - likewise

BY_MONTH = f"""
SELECT accrual_month AS reported, to_char(granted_on, 'YYYY-MM') AS granted,
    to_char(approved_on, 'YYYY-MM') AS approved, to_char(paid_on, 'YYYY-MM') AS paid,
    count(*) AS count, sum(amount_fen)::bigint AS amount_fen
FROM ({_DATED}) dated GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3 NULLS LAST, 4 NULLS LAST
"""  # noqa: S608 - likewise


@dataclass(frozen=True, slots=True)
class Charged:
    """One reward or allowance and its days; `reported_on` None: an allowance, which nobody reports."""

    payroll: Payroll
    id: UUID
    payee_id: UUID
    division: Division
    amount_fen: int
    reported_on: date | None
    accrual_month: Month
    granted_on: date
    approved_on: date | None
    paid_on: date | None


@dataclass(frozen=True, slots=True)
class MonthsTaken:
    """How many, worth how much, have their four days in these months; None: it has not come to that."""

    reported: Month
    granted: Month
    approved: Month | None
    paid: Month | None
    count: int
    amount_fen: int


def of_budget(conn: Connection[Any], budget_id: UUID, *, limit: int) -> list[Charged]:
    """What a budget was charged with and was not taken back, the latest first."""
    with conn.cursor(row_factory=class_row(Charged)) as cursor:
        return cursor.execute(OF_BUDGET, {"budget": budget_id, "limit": limit}).fetchall()


def of_rewards(conn: Connection[Any], reward_ids: Sequence[UUID]) -> dict[UUID, Charged]:
    """The four days of some rewards by their ids, also of those that were taken back."""
    with conn.cursor(row_factory=class_row(Charged)) as cursor:
        found = cursor.execute(OF_REWARDS, {"rewards": list(reward_ids)}).fetchall()
    return {one.id: one for one in found}


def by_month(conn: Connection[Any], budget_id: UUID) -> list[MonthsTaken]:
    """The same, added up by the months of the four days."""
    with conn.cursor(row_factory=class_row(MonthsTaken)) as cursor:
        return cursor.execute(BY_MONTH, {"budget": budget_id}).fetchall()
