"""What the read models know of payees and reports before a list is frozen: earlier accounts, photos, decisions.

Nothing is stored here; the tables are those of other models.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.kernel.ids import EventName
from projections import incidents, payout_batches, reward_payments, sightings

MODELS = (incidents, payout_batches, reward_payments, sightings)

LAST_ACCOUNTS = """
SELECT DISTINCT ON (payee_id) payee_id, account
FROM read.payout_payments JOIN read.payout_batches USING (batch_id)
WHERE payee_id = ANY(%s) AND state = 'settled'
ORDER BY payee_id, log_index DESC
"""

ACCOUNTS_PAID = "SELECT DISTINCT payee_id, account FROM read.payout_payments WHERE state <> 'cancelled'"

# The same photo in another report whose reward stands; the one that was reported first is not asked about here.
PHOTOS_ELSEWHERE = """
SELECT DISTINCT mine.incident_id, other.incident_id
FROM read.sighting_photos mine
    JOIN read.sighting_photos other ON other.sha256 = mine.sha256 AND other.incident_id <> mine.incident_id
    JOIN read.reward_payments reward ON reward.incident_id = other.incident_id AND reward.reversed_on IS NULL
WHERE mine.incident_id = ANY(%s)
"""

# What took effect before the day on which it was recorded was brought in later; its speed says nothing.
DECISIONS_A_MINUTE = """
WITH asked AS (
    SELECT incident_id, actor_id, date_trunc('minute', recorded_at) AS minute FROM read.incident_events
    WHERE incident_id = ANY(%s) AND type = 'incident.validity_decided/1'
        AND effective_on >= (recorded_at AT TIME ZONE 'Asia/Shanghai')::date
), decided AS (
    SELECT actor_id, date_trunc('minute', recorded_at) AS minute, count(*) AS count FROM read.incident_events
    WHERE type = 'incident.validity_decided/1'
        AND effective_on >= (recorded_at AT TIME ZONE 'Asia/Shanghai')::date GROUP BY 1, 2
)
SELECT incident_id, max(count) FROM asked JOIN decided USING (actor_id, minute) GROUP BY incident_id
"""


@dataclass(frozen=True, slots=True)
class AccountPaid:
    """An account that somebody was paid on, or was to be."""

    payee_id: UUID
    account: EventName


def last_accounts(conn: Connection[Any], payees: Collection[UUID]) -> dict[UUID, EventName]:
    """Payee -> the account on which the last payment arrived and stayed; absent where none did."""
    return dict(conn.execute(LAST_ACCOUNTS, (list(payees),)).fetchall())


def accounts_paid(conn: Connection[Any]) -> list[AccountPaid]:
    """Every payee and account of any batch."""
    with conn.cursor(row_factory=class_row(AccountPaid)) as cursor:
        return cursor.execute(ACCOUNTS_PAID).fetchall()


def photos_elsewhere(conn: Connection[Any], incident_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Report -> other rewarded reports with one of its photos, byte for byte."""
    found: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for mine, other in conn.execute(PHOTOS_ELSEWHERE, (list(incident_ids),)).fetchall():
        found[mine].append(other)
    return {mine: sorted(others) for mine, others in found.items()}


def decisions_a_minute(conn: Connection[Any], incident_ids: Collection[UUID]) -> dict[UUID, int]:
    """Report -> how many reports its decider decided in that minute; what was brought in later is left out."""
    return dict(conn.execute(DECISIONS_A_MINUTE, (list(incident_ids),)).fetchall())
