"""What is asked of points accounts: whose they are, what they hold and until when, and their entries page by page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.kernel.calendar import Month
from domain.kernel.ids import EventName
from domain.kernel.places import Division, prefix
from projections.points import WITHOUT_END


@dataclass(frozen=True, slots=True)
class PointsAccount:
    """An account as it stands. `spendable`: what it holds less what is overdue; `entries`: the number of its last."""

    account_id: UUID
    kind: str
    holder_id: UUID
    division: Division
    opened_on: date
    held: int
    spendable: int
    debt: int
    entries: int
    closed_on: date | None
    successor_id: UUID | None
    log_index: int


@dataclass(frozen=True, slots=True)
class Expiring:
    """So many points can be used until that day; None: without an end."""

    until: date | None
    points: int


@dataclass(frozen=True, slots=True)
class PointsEntry:
    """One event of an account: `amount` with its sign, what it changed, and what the account held and owed after it."""

    account_id: UUID
    seq: int
    event: EventName
    type: str
    day: date
    actor_id: UUID
    amount: int
    held_change: int
    debt_change: int
    held: int
    debt: int
    category: str | None
    item: str | None
    quantity: int | None
    factor_percent: int | None
    by_rule: int | None
    division: Division | None
    deed_on: date | None
    beneficiary_id: UUID | None
    rule: EventName | None
    cause: str | None
    expires_on: date | None
    reason: str | None
    document: str | None
    exchange_id: UUID | None
    station_id: UUID | None
    other_account_id: UUID | None
    of_seq: int | None
    taken_back: bool


@dataclass(frozen=True, slots=True)
class SettledDeed:
    """A deed that earned points (0: a cap had no room), or cost them (below zero)."""

    account_id: UUID
    seq: int
    item: str
    category: str
    quantity: int
    division: Division
    deed_on: date
    beneficiary_id: UUID | None
    cause: str
    points: int
    taken_back: bool


_ACCOUNT = """
SELECT account_id, kind, holder_id, division, opened_on, held,
    held - coalesce((SELECT sum(points) FROM read.points_lots lot
        WHERE lot.account_id = account.account_id AND lot.until < %(on)s), 0)::bigint AS spendable,
    debt, entries, closed_on, successor_id, log_index
FROM read.points_accounts account
"""
BY_IDS = f"{_ACCOUNT} WHERE account_id = ANY (%(ids)s)"
OF_HOLDERS = f"{_ACCOUNT} WHERE holder_id = ANY (%(holders)s) ORDER BY kind DESC, log_index"
WITHIN = f"""
{_ACCOUNT} WHERE division LIKE %(prefix)s AND log_index > %(after)s ORDER BY log_index LIMIT %(limit)s
"""
COUNTED = """
SELECT count(*), count(*) FILTER (WHERE log_index <= %(after)s) FROM read.points_accounts WHERE division LIKE %(prefix)s
"""
LOTS = """
SELECT nullif(until, %(never)s) AS until, points FROM read.points_lots WHERE account_id = %(account)s ORDER BY until
"""
ENTRIES = """
SELECT account_id, seq, event, type, day, actor_id, amount, held_change, debt_change, held, debt, category, item,
    quantity, factor_percent, by_rule, division, deed_on, beneficiary_id, rule, cause, expires_on, reason, document,
    exchange_id, station_id, other_account_id, of_seq, taken_back
FROM read.points_entries WHERE account_id = %(account)s AND (%(before)s::int IS NULL OR seq < %(before)s)
ORDER BY seq DESC LIMIT %(limit)s
"""
DUE = """
SELECT DISTINCT account_id FROM read.points_lots
WHERE until < %(on)s AND (%(after)s::uuid IS NULL OR account_id > %(after)s)
ORDER BY account_id LIMIT %(limit)s
"""
SETTLED = """
SELECT account_id, seq, item, category, quantity, division, deed_on, beneficiary_id, cause, amount AS points, taken_back
FROM read.points_entries
WHERE division LIKE %(prefix)s AND deed_on BETWEEN %(since)s AND %(until)s
ORDER BY log_index
"""


def one(conn: Connection[Any], account_id: UUID, *, on: date) -> PointsAccount | None:
    """An account, or None."""
    return by_ids(conn, [account_id], on=on).get(account_id)


def by_ids(conn: Connection[Any], account_ids: Iterable[UUID], *, on: date) -> dict[UUID, PointsAccount]:
    """The accounts of these ids that there are."""
    with conn.cursor(row_factory=class_row(PointsAccount)) as cursor:
        found = cursor.execute(BY_IDS, {"ids": list(account_ids), "on": on}).fetchall()
    return {account.account_id: account for account in found}


def of_holders(conn: Connection[Any], holders: Iterable[UUID], *, on: date) -> list[PointsAccount]:
    """The accounts of these persons and households, persons first."""
    with conn.cursor(row_factory=class_row(PointsAccount)) as cursor:
        return cursor.execute(OF_HOLDERS, {"holders": list(holders), "on": on}).fetchall()


def within(conn: Connection[Any], area: Division, *, on: date, after: int = -1, limit: int = 50) -> list[PointsAccount]:
    """The accounts of an area in the order of opening; `after` is the last log index of the page before."""
    values = {"prefix": prefix(area) + "%", "on": on, "after": after, "limit": limit}
    with conn.cursor(row_factory=class_row(PointsAccount)) as cursor:
        return cursor.execute(WITHIN, values).fetchall()


def counted(conn: Connection[Any], area: Division, *, after: int = -1) -> tuple[int, int]:
    """How many accounts an area has, and how many of them up to and with the log index `after`."""
    found = conn.execute(COUNTED, {"prefix": prefix(area) + "%", "after": after}).fetchone()
    return (int(found[0]), int(found[1])) if found else (0, 0)


def lots(conn: Connection[Any], account_id: UUID) -> list[Expiring]:
    """What an account holds by its last day, the first to expire in front."""
    with conn.cursor(row_factory=class_row(Expiring)) as cursor:
        return cursor.execute(LOTS, {"account": account_id, "never": WITHOUT_END}).fetchall()


def entries(
    conn: Connection[Any], account_id: UUID, *, before: int | None = None, limit: int = 50
) -> list[PointsEntry]:
    """The events of an account, the latest first; `before`: the number of the last one of the page before."""
    with conn.cursor(row_factory=class_row(PointsEntry)) as cursor:
        return cursor.execute(ENTRIES, {"account": account_id, "before": before, "limit": limit}).fetchall()


def due(conn: Connection[Any], *, on: date, after: UUID | None = None, limit: int = 500) -> list[UUID]:
    """The accounts that hold points whose last day has passed, by id; `after`: the last of the page before."""
    found = conn.execute(DUE, {"on": on, "after": after, "limit": limit}).fetchall()
    return [account_id for (account_id,) in found]


def settled_deeds(conn: Connection[Any], *, division: Division, since: date, until: date) -> list[SettledDeed]:
    """What was settled for the deeds of these days, both included, in a division or below it, in log order."""
    values = {"prefix": prefix(division) + "%", "since": since, "until": until}
    with conn.cursor(row_factory=class_row(SettledDeed)) as cursor:
        return cursor.execute(SETTLED, values).fetchall()


# Sums of months and divisions.


@dataclass(frozen=True, slots=True)
class Standing:
    """What the accounts of a division hold and owe now."""

    division: Division
    accounts: int
    held: int
    debt: int


@dataclass(frozen=True, slots=True)
class MonthOfType:
    """What the events of one type did in a month."""

    month: Month
    type: str
    events: int
    amount: int
    held_change: int
    debt_change: int


@dataclass(frozen=True, slots=True)
class Earned:
    """What somebody's account, or a division's, earned by deeds in some months, less what was reversed in them."""

    points: int
    holder_id: UUID | None
    kind: str | None
    division: Division


STANDINGS = """
SELECT division, count(*) AS accounts, sum(held)::bigint AS held, sum(debt)::bigint AS debt
FROM read.points_accounts WHERE division LIKE %s GROUP BY division ORDER BY division
"""
MONTHS = """
SELECT month, type, sum(events)::bigint AS events, sum(amount)::bigint AS amount,
    sum(held_change)::bigint AS held_change, sum(debt_change)::bigint AS debt_change
FROM read.points_months WHERE division LIKE %(prefix)s AND month BETWEEN %(first)s AND %(last)s
GROUP BY month, type ORDER BY month, type
"""
EARNED_BY_HOLDERS = """
SELECT sum(points)::bigint AS points, holder_id, kind, division
FROM read.points_accounts JOIN read.points_earned USING (account_id)
WHERE division LIKE %(prefix)s AND month BETWEEN %(first)s AND %(last)s
    AND holder_id <> ALL (%(without)s::uuid[])
GROUP BY account_id, holder_id, kind, division HAVING sum(points) > 0
ORDER BY points DESC, holder_id LIMIT %(limit)s
"""
EARNED_BY_DIVISIONS = """
SELECT sum(amount)::bigint AS points, NULL::uuid AS holder_id, NULL::text AS kind, division
FROM read.points_months
WHERE division LIKE %(prefix)s AND month BETWEEN %(first)s AND %(last)s
    AND type IN ('points.granted/1', 'points.reversed/1')
GROUP BY division HAVING sum(amount) > 0 ORDER BY points DESC, division LIMIT %(limit)s
"""


def standings(conn: Connection[Any], area: Division) -> list[Standing]:
    """What is held and owed in an area, by the divisions of the accounts."""
    with conn.cursor(row_factory=class_row(Standing)) as cursor:
        return cursor.execute(STANDINGS, (prefix(area) + "%",)).fetchall()


def months(conn: Connection[Any], area: Division, *, first: Month, last: Month) -> list[MonthOfType]:
    """What happened in the months of an area, both included, by type."""
    values = {"prefix": prefix(area) + "%", "first": first, "last": last}
    with conn.cursor(row_factory=class_row(MonthOfType)) as cursor:
        return cursor.execute(MONTHS, values).fetchall()


def earned(
    conn: Connection[Any],
    area: Division,
    *,
    first: Month,
    last: Month,
    by_division: bool = False,
    without: Iterable[UUID] = (),
    limit: int = 50,
) -> list[Earned]:
    """Who earned most in some months of an area, accounts or divisions; whoever earned nothing is not there.

    `without`: holders whose accounts are left out.
    """
    values = {"prefix": prefix(area) + "%", "first": first, "last": last, "without": list(without), "limit": limit}
    with conn.cursor(row_factory=class_row(Earned)) as cursor:
        return cursor.execute(EARNED_BY_DIVISIONS if by_division else EARNED_BY_HOLDERS, values).fetchall()
