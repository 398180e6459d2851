"""What was earned in a month, by whom, and whether it arrived: the rows behind the page that villagers read.

What must not be broken: every reward of a month is counted exactly once, in one of the states below, in the
withheld sums or as taken back; so the page's total is the ledger's total at the stated position.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row, dict_row

from domain.kernel.calendar import Month
from domain.kernel.places import Division, prefix
from domain.kernel.rates import Rate
from domain.payments import (
    PaymentAccepted,
    PaymentApproved,
    PaymentCancelled,
    PaymentClaimed,
    PaymentClaimRecovered,
    PaymentConfirmedPaid,
    PaymentFailed,
    PaymentPrepared,
    PaymentRecovered,
    PaymentReissued,
    PaymentReturned,
    PaymentSettled,
    PaymentUnresolved,
    PaymentWrittenBack,
)
from domain.rewards import RewardGranted, RewardReversed, RewardScheduled, RewardUnscheduled
from journal.codec import Recorded
from projections.rows import Pending, Table, WriteCursor, identity

State = Literal["arrived", "in_progress", "not_arrived", "to_verify"]
"""已到账: the bank confirmed; 发放中: in a batch; 未到账: in none, failed, or came back; 待核实: no definite answer."""

STATES: tuple[State, ...] = ("arrived", "in_progress", "not_arrived", "to_verify")

NAME = "reward_payments"

DDL = """
CREATE TABLE reward_payments (
    reward_id     uuid PRIMARY KEY,
    incident_id   uuid NOT NULL,
    payee_id      uuid NOT NULL,
    division      text NOT NULL,
    category      text NOT NULL,
    item          text,
    sensitive     boolean NOT NULL,
    amount_fen    bigint NOT NULL,
    accrual_month text NOT NULL,
    budget_id     uuid NOT NULL,
    granted_on    date NOT NULL,
    log_index     bigint NOT NULL,
    scheduled     boolean NOT NULL,
    payment_id    uuid,
    reversed_on   date
);
CREATE INDEX reward_payments_month_idx ON reward_payments (accrual_month, division text_pattern_ops);
CREATE INDEX reward_payments_payee_idx ON reward_payments (payee_id, accrual_month);

-- The payments that rewards were scheduled in: what the bank said about each.
CREATE TABLE reward_payment_states (
    payment_id uuid PRIMARY KEY,
    batch_id   uuid NOT NULL,
    state      text NOT NULL,
    booked_on  date
);
"""

TYPES = frozenset(
    {
        "reward.granted/1",
        "reward.scheduled/1",
        "reward.unscheduled/1",
        "reward.reversed/1",
        "payment.prepared/1",
        "payment.approved/1",
        "payment.cancelled/1",
        "payment.settled/1",
        "payment.failed/1",
        "payment.unresolved/1",
        "payment.accepted/1",
        "payment.returned/1",
        "payment.reissued/1",
        "payment.written_back/1",
        "payment.recovered/1",
        "payment.confirmed_paid/1",
        "payment.claimed/1",
        "payment.claim_recovered/1",
    }
)

REWARDS = Table(
    "reward_payments",
    "reward_id",
    (
        "incident_id",
        "payee_id",
        "division",
        "category",
        "item",
        "sensitive",
        "amount_fen",
        "accrual_month",
        "budget_id",
        "granted_on",
        "log_index",
        "scheduled",
        "payment_id",
        "reversed_on",
    ),
)
PAYMENTS = Table("reward_payment_states", "payment_id", ("batch_id", "state", "booked_on"))


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """Add rewards and payments; what follows changes the row of its own stream."""
    rewards, payments = Pending(REWARDS), Pending(PAYMENTS)
    for recorded in events:
        own = identity(recorded)
        match recorded.event:
            case RewardGranted() as event:
                rewards.add(own, _reward_row(recorded, event))
            case RewardScheduled() as event:
                rewards.change(own, {"scheduled": True, "payment_id": event.payment_id})
            case RewardUnscheduled():
                rewards.change(own, {"scheduled": False})
            case RewardReversed():
                rewards.change(own, {"reversed_on": recorded.line.on})
            case PaymentPrepared() as event:
                payments.add(own, {"batch_id": event.batch_id, "state": "prepared"})
            case PaymentApproved():
                payments.change(own, {"state": "approved"})
            case PaymentCancelled():
                payments.change(own, {"state": "cancelled"})
            case PaymentSettled() | PaymentConfirmedPaid() as event:
                payments.change(own, {"state": "settled", "booked_on": event.booked_on})
            case PaymentFailed():
                payments.change(own, {"state": "failed"})
            case PaymentUnresolved():
                payments.change(own, {"state": "unresolved"})
            case PaymentAccepted():
                payments.change(own, {"state": "accepted"})
            case PaymentClaimed() | PaymentClaimRecovered():
                pass  # What it was for is in another payment, or taken back: this one is in no reward's row.
            case PaymentReturned() | PaymentReissued() | PaymentWrittenBack() | PaymentRecovered():
                payments.change(own, {"state": recorded.type.removeprefix("payment.").removesuffix("/1")})
            case other:
                raise TypeError(f"{type(other).__name__} is not an event of this read model")
    rewards.write(cursor)
    payments.write(cursor)


def _reward_row(recorded: Recorded, event: RewardGranted) -> dict[str, object]:
    return {
        "incident_id": event.incident_id,
        "payee_id": event.payee_id,
        "division": event.division,
        "category": event.category,
        "item": event.item,
        "sensitive": event.sensitive,
        "amount_fen": event.amount_fen,
        "accrual_month": event.accrual_month,
        "budget_id": event.budget_id,
        "granted_on": recorded.line.on,
        "log_index": recorded.index,
        "scheduled": False,
    }


# Queries.


@dataclass(frozen=True, slots=True)
class Sum:
    """A number of rewards and their amount in fen."""

    count: int = 0
    amount_fen: int = 0

    def __add__(self, other: "Sum") -> "Sum":
        return Sum(self.count + other.count, self.amount_fen + other.amount_fen)


@dataclass(frozen=True, slots=True)
class PayeeRow:
    """The rewards of one payee that are in one state; `booked_on` is the bank's last day for those that arrived."""

    payee_id: UUID
    state: State
    rewards: Sum
    booked_on: date | None


@dataclass(frozen=True, slots=True)
class MonthPage:
    """How much, to how many, did all arrive; then the rows; as of a log position.

    `by_state` covers everything live, `withheld` the part of it for sensitive reports, which no row itemises;
    `reversed` was granted and taken back, and is in neither. `payee_count`: who has a row. Where sensitive ones of a
    place are fewer than may be shown there, they are in no figure at all, not of the areas above it either; they are
    then fewer than `withheld_below` (0: none was left out, or everything is asked for).
    """

    division: Division
    month: Month
    position: int
    payee_count: int
    rows: tuple[PayeeRow, ...]
    by_state: dict[State, Sum]
    withheld: Sum
    reversed: Sum
    withheld_below: int = 0

    @property
    def total(self) -> Sum:
        """Every live reward of the month."""
        return sum(self.by_state.values(), Sum())

    @property
    def all_arrived(self) -> bool:
        """Whether the bank confirmed every live reward; True for a month without any."""
        return self.by_state["arrived"] == self.total

    @property
    def arrival(self) -> Rate:
        """How many of the live rewards that rows name the bank has confirmed; as the published rate, none sensitive."""
        arrived = sum(row.rewards.count for row in self.rows if row.state == "arrived")
        return Rate(arrived, sum(row.rewards.count for row in self.rows), self.position)


@dataclass(frozen=True, slots=True)
class MonthSummary:
    """One month of a division: what was earned, and what of it arrived."""

    month: Month
    count: int
    amount_fen: int
    arrived_count: int
    arrived_fen: int


@dataclass(frozen=True, slots=True)
class Reward:
    """One reward and where its money is. `state` is "reversed" when it was taken back."""

    reward_id: UUID
    incident_id: UUID
    payee_id: UUID
    division: Division
    category: str
    amount_fen: int
    accrual_month: Month
    budget_id: UUID
    granted_on: date
    state: State | Literal["reversed"]
    payment_id: UUID | None
    batch_id: UUID | None
    booked_on: date | None


STATE = """CASE
    WHEN reward.reversed_on IS NOT NULL THEN 'reversed'
    WHEN NOT reward.scheduled OR payment.state IN ('failed', 'cancelled', 'returned') THEN 'not_arrived'
    WHEN payment.state = 'settled' THEN 'arrived'
    WHEN payment.state = 'unresolved' THEN 'to_verify'
    ELSE 'in_progress' END"""

REWARDS_WITH_STATE = f"""
SELECT reward.*, {STATE} AS state, payment.batch_id,
    CASE WHEN payment.state = 'settled' THEN payment.booked_on END AS booked_on
FROM read.reward_payments reward LEFT JOIN read.reward_payment_states payment USING (payment_id)
"""  # noqa: S608 - text of ours

# One statement, so that rows and position are of one moment; the left joins keep the position when there is no row.
FOR_MONTH = f"""
WITH scope AS (
    SELECT *, sensitive AS withheld FROM ({REWARDS_WITH_STATE}) reward
    WHERE accrual_month = %(month)s AND division LIKE %(prefix)s
), shown AS (
    SELECT CASE WHEN NOT withheld THEN payee_id END AS payee_id, CASE WHEN withheld THEN division END AS place, state,
        withheld, count(*) AS count, sum(amount_fen)::bigint AS amount_fen, max(booked_on) AS booked_on,
        min(log_index) AS first_index
    FROM scope GROUP BY 1, 2, 3, 4
)
SELECT positions.position, shown.*
FROM read.positions LEFT JOIN shown ON true
WHERE model = 'reward_payments'
ORDER BY first_index, state
"""  # noqa: S608 - text of ours

MONTHS = f"""
SELECT accrual_month AS month, CASE WHEN sensitive THEN division END AS place, count(*) AS granted,
    count(*) FILTER (WHERE state <> 'reversed') AS count,
    coalesce(sum(amount_fen) FILTER (WHERE state <> 'reversed'), 0)::bigint AS amount_fen,
    count(*) FILTER (WHERE state = 'arrived') AS arrived_count,
    coalesce(sum(amount_fen) FILTER (WHERE state = 'arrived'), 0)::bigint AS arrived_fen
FROM ({REWARDS_WITH_STATE}) reward WHERE division LIKE %(prefix)s
GROUP BY 1, 2 ORDER BY 1 DESC
"""  # noqa: S608 - text of ours

_REWARD = """SELECT reward_id, incident_id, payee_id, division, category, amount_fen, accrual_month, budget_id,
    granted_on, state, payment_id, batch_id, booked_on"""

OF_PAYEE = f"""
{_REWARD} FROM ({REWARDS_WITH_STATE}) reward WHERE payee_id = %s ORDER BY log_index
"""

OF_INCIDENT = f"""
{_REWARD} FROM ({REWARDS_WITH_STATE}) reward WHERE incident_id = %s
"""

TO_SCHEDULE = f"""
{_REWARD} FROM ({REWARDS_WITH_STATE}) reward
WHERE accrual_month = %(month)s AND division LIKE %(prefix)s AND reversed_on IS NULL AND NOT scheduled
ORDER BY payee_id, log_index
"""


Least = Callable[[Division], int]
"""How many sensitive ones of a place may be shown at the least."""


def everything(_place: Division) -> int:
    """For those who may see all: nothing is too few."""
    return 0


def for_month(conn: Connection[Any], division: Division, month: Month, *, least: Least = everything) -> MonthPage:
    """The page of a month: every reward accrued in it, in the division or below it, grouped by payee and state.

    Rewards of sensitive reports are summed up as `withheld` and name nobody. Fewer of them in one place than `least`,
    those taken back among them, are left out, so that no area's sum less those of its places tells how many they are.
    Rows come in the order of first granting.
    """
    values = {"month": month, "prefix": prefix(division) + "%"}
    with conn.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(FOR_MONTH, values).fetchall()
    hidden = Counter[Division]()
    for row in found:
        if row["withheld"]:
            hidden[row["place"]] += row["count"]
    few = {place: least(place) for place, count in hidden.items() if count < least(place)}
    by_state: dict[State, Sum] = dict.fromkeys(STATES, Sum())
    withheld = reversed_ = Sum()
    rows: list[PayeeRow] = []
    for row in found:
        if row["place"] in few:
            continue
        if row["state"] is None:  # the month has no reward, and this row only carries the position
            continue
        rewards = Sum(row["count"], row["amount_fen"])
        if row["state"] == "reversed":
            reversed_ += rewards
            continue
        by_state[row["state"]] += rewards
        if row["withheld"]:
            withheld += rewards
        else:
            rows.append(PayeeRow(row["payee_id"], row["state"], rewards, row["booked_on"]))
    return MonthPage(
        division=division,
        month=month,
        position=found[0]["position"],
        payee_count=len({row.payee_id for row in rows}),
        rows=tuple(rows),
        by_state=by_state,
        withheld=withheld,
        reversed=reversed_,
        withheld_below=max(few.values(), default=0),
    )


def months(conn: Connection[Any], division: Division, *, least: Least = everything) -> list[MonthSummary]:
    """The months in which something was earned in a division or below it, the latest first.

    Fewer rewards of sensitive reports of a place in a month than `least` are left out, as on the page of that month.
    """
    sums: dict[Month, list[int]] = {}
    for month, place, granted, *counted in conn.execute(MONTHS, {"prefix": prefix(division) + "%"}):
        if counted[0] and not (place is not None and granted < least(place)):
            sums[month] = [one + other for one, other in zip(sums.get(month, [0] * 4), counted, strict=True)]
    return [MonthSummary(month, *figures) for month, figures in sums.items()]


def of_payee(conn: Connection[Any], payee_id: UUID) -> list[Reward]:
    """Every reward of one payee, also those that were taken back, in the order of granting."""
    with conn.cursor(row_factory=class_row(Reward)) as cursor:
        return cursor.execute(OF_PAYEE, (payee_id,)).fetchall()


def of_incident(conn: Connection[Any], incident_id: UUID) -> Reward | None:
    """The reward of one incident, or None."""
    with conn.cursor(row_factory=class_row(Reward)) as cursor:
        return cursor.execute(OF_INCIDENT, (incident_id,)).fetchone()


def to_schedule(conn: Connection[Any], division: Division, month: Month) -> list[Reward]:
    """The rewards of a month that are in no payment, by payee: what the next batch would hold.

    `payment_id` is the failed or cancelled payment that a reward was in before, or None.
    """
    with conn.cursor(row_factory=class_row(Reward)) as cursor:
        return cursor.execute(TO_SCHEDULE, {"month": month, "prefix": prefix(division) + "%"}).fetchall()
