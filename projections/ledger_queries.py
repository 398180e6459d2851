"""The postings themselves, as accountants turn them: an account's entries, a book's journal, the vouchers.

Pages are told apart by where the last one ended, so the thousandth page costs what the first one does. As everywhere in
the ledgers, `as_of` is the last effective day, and `known_at` how many events are known.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, LiteralString, NamedTuple

from psycopg import Connection
from psycopg.rows import class_row

from domain.trial_balance import control_of
from projections import trial_balances

PAGE: Final = 200
_FETCH: Final = 2_000


class Place(NamedTuple):
    """Where an entry stands in its book: effective day, log index, number within the event."""

    day: date
    log_index: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One posting; a debit is positive. `number` counts from 1 within the event."""

    log_index: int
    number: int
    event: str
    type: str
    day: date
    book: str
    account: str
    commodity: str
    amount: int

    @property
    def debit(self) -> int:
        """What it debits, or 0."""
        return max(self.amount, 0)

    @property
    def credit(self) -> int:
        """What it credits, or 0."""
        return max(-self.amount, 0)

    @property
    def place(self) -> Place:
        """Where the next page goes on."""
        return Place(self.day, self.log_index, self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountEntry(Entry):
    """One posting to an account, its balance afterwards, and the control accounts on the other side."""

    balance: int
    contra: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """One event that moved something in a book: how many postings, and what it debited in all.

    `amount` is None where it moved several commodities, which have no sum.
    """

    log_index: int
    event: str
    type: str
    day: date
    book: str
    commodity: str
    entries: int
    amount: int | None

    @property
    def place(self) -> Place:
        """Where the next page goes on."""
        return Place(self.day, self.log_index, 0)


_COLUMNS: Final[LiteralString] = "log_index, number, event, type, day, book, account, commodity, amount"
_KNOWN: Final[LiteralString] = "day <= %(as_of)s AND log_index < %(to_0)s"
_AFTER: Final[LiteralString] = "(day, log_index, number) > (%(day)s, %(log_index)s, %(number)s)"
_IN_ORDER: Final[LiteralString] = "ORDER BY day, log_index, number LIMIT %(limit)s"

_ACCOUNT: Final[LiteralString] = f"""
SELECT {_COLUMNS}, (%(carried)s + sum(amount) OVER (ORDER BY day, log_index, number))::bigint AS balance,
    coalesce((
        SELECT array_agg(DISTINCT other.control) FROM read.ledger_entries other
        WHERE other.log_index = mine.log_index AND other.book = mine.book AND other.commodity = mine.commodity
            AND sign(other.amount) <> sign(mine.amount)
    ), ARRAY[]::text[]) AS contra
FROM (
    SELECT {_COLUMNS} FROM read.ledger_entries
    WHERE {{of}} AND commodity = %(commodity)s AND {_KNOWN} AND {_AFTER} {_IN_ORDER}
) mine ORDER BY day, log_index, number
"""  # noqa: S608 - text of ours
_OF_CONTROL: Final[LiteralString] = "control = %(account)s"
_OF_ACCOUNT: Final[LiteralString] = "account = %(account)s AND account <> control"

_POSTED: Final[LiteralString] = "SELECT 1 FROM read.ledger_entries WHERE control = %s LIMIT 1"
# One look into the index for each control account, however many entries it has.
_CONTROLS: Final[LiteralString] = """
WITH RECURSIVE found AS (
    (SELECT control FROM read.ledger_entries ORDER BY control LIMIT 1)
    UNION ALL
    SELECT (SELECT control FROM read.ledger_entries WHERE control > found.control ORDER BY control LIMIT 1)
    FROM found WHERE found.control IS NOT NULL
)
SELECT control FROM found WHERE control IS NOT NULL
"""

# What stands before a page: whole days by their sums, and the entries of its first day that the pages before showed.
_BEFORE: Final[LiteralString] = f"""
SELECT coalesce(sum(amount), 0)::bigint FROM read.ledger_entries
WHERE {{of}} AND commodity = %(commodity)s AND {_KNOWN} AND day >= %(first)s
    AND (day, log_index, number) <= (%(day)s, %(log_index)s, %(number)s)
"""  # noqa: S608 - text of ours

_JOURNAL: Final[LiteralString] = f"""
SELECT {_COLUMNS} FROM read.ledger_entries WHERE book = %(book)s AND {_KNOWN} AND {_AFTER} {_IN_ORDER}
"""  # noqa: S608 - text of ours

_VOUCHERS: Final[LiteralString] = f"""
SELECT log_index, event, type, day, book, min(commodity) AS commodity, count(*)::integer AS entries,
    CASE WHEN count(DISTINCT commodity) = 1 THEN sum(greatest(amount, 0))::bigint END AS amount
FROM read.ledger_entries
WHERE book = %(book)s AND {_KNOWN} AND (day, log_index) > (%(day)s, %(log_index)s)
GROUP BY day, log_index, event, type, book ORDER BY day, log_index LIMIT %(limit)s
"""  # noqa: S608 - text of ours

_VOUCHER: Final[LiteralString] = f"""
SELECT {_COLUMNS} FROM read.ledger_entries
WHERE event = %(event)s AND log_index = %(log_index)s ORDER BY number
"""  # noqa: S608 - text of ours


def has_postings(conn: Connection[Any], control: str) -> bool:
    """Whether anything was ever posted to a control account, or to an account below it."""
    return conn.execute(_POSTED, (control,)).fetchone() is not None


def controls(conn: Connection[Any]) -> list[str]:
    """Every control account that anything was ever posted to."""
    return [str(control) for (control,) in conn.execute(_CONTROLS)]


def before(since: date) -> Place:
    """The place before the first entry of a day."""
    return Place(since, -1, 0)


def balance_after(
    conn: Connection[Any], account: str, *, commodity: str, place: Place, known_at: int | None = None
) -> int:
    """The balance of an account, or of a control account, after the entries up to a place."""
    return _carried(conn, account, commodity=commodity, after=place, known_at=known_at)


def opening(conn: Connection[Any], account: str, *, commodity: str, since: date, known_at: int | None = None) -> int:
    """The balance of an account, or of a control account, at the beginning of a day."""
    if since == date.min:
        return 0
    return _carried(conn, account, commodity=commodity, after=before(since), known_at=known_at)


def entries_of(
    conn: Connection[Any],
    account: str,
    *,
    commodity: str,
    as_of: date,
    after: Place,
    known_at: int | None = None,
    limit: int = PAGE,
) -> list[AccountEntry]:
    """明细账: the postings to an account after a place, with the balance after each.

    A name without a subsidiary is a control account, and then the postings are those of all below it.
    """
    asked = _asked(conn, account, commodity=commodity, as_of=as_of, after=after, known_at=known_at)
    carried = _carried(conn, account, commodity=commodity, after=after, known_at=known_at)
    sql = _ACCOUNT.replace("{of}", _of(account))
    with conn.cursor(row_factory=class_row(AccountEntry)) as cursor:
        return cursor.execute(sql, {**asked, "carried": carried, "limit": limit}).fetchall()


def journal_of(
    conn: Connection[Any], book: str, *, as_of: date, after: Place, known_at: int | None = None, limit: int = PAGE
) -> list[Entry]:
    """日记账（序时账）: every posting of a book after a place, in the order of effective days."""
    asked = _asked(conn, "", commodity="", as_of=as_of, after=after, known_at=known_at)
    with conn.cursor(row_factory=class_row(Entry)) as cursor:
        return cursor.execute(_JOURNAL, {**asked, "book": book, "limit": limit}).fetchall()


def vouchers_of(
    conn: Connection[Any], book: str, *, as_of: date, after: Place, known_at: int | None = None, limit: int = PAGE
) -> list[Voucher]:
    """凭证: every event that moved something in a book after a place, in the order of effective days."""
    asked = _asked(conn, "", commodity="", as_of=as_of, after=after, known_at=known_at)
    with conn.cursor(row_factory=class_row(Voucher)) as cursor:
        return cursor.execute(_VOUCHERS, {**asked, "book": book, "limit": limit}).fetchall()


def voucher(conn: Connection[Any], event: str, *, log_index: int) -> list[Entry]:
    """The postings of one event, in all books; empty where it moved nothing."""
    with conn.cursor(row_factory=class_row(Entry)) as cursor:
        return cursor.execute(_VOUCHER, {"event": event, "log_index": log_index}).fetchall()


def all_entries_of(
    conn: Connection[Any], account: str, *, commodity: str, since: date, as_of: date, known_at: int | None = None
) -> Iterator[AccountEntry]:
    """Every page of `entries_of`, one after the other: never more than a page in memory."""
    after = before(since)
    while page := entries_of(
        conn, account, commodity=commodity, as_of=as_of, after=after, known_at=known_at, limit=_FETCH
    ):
        yield from page
        after = page[-1].place


def all_of_journal(
    conn: Connection[Any], book: str, *, since: date, as_of: date, known_at: int | None = None
) -> Iterator[Entry]:
    """Every page of `journal_of`."""
    after = before(since)
    while page := journal_of(conn, book, as_of=as_of, after=after, known_at=known_at, limit=_FETCH):
        yield from page
        after = page[-1].place


def all_vouchers_of(
    conn: Connection[Any], book: str, *, since: date, as_of: date, known_at: int | None = None
) -> Iterator[Voucher]:
    """Every page of `vouchers_of`."""
    after = before(since)
    while page := vouchers_of(conn, book, as_of=as_of, after=after, known_at=known_at, limit=_FETCH):
        yield from page
        after = page[-1].place


def _asked(
    conn: Connection[Any], account: str, *, commodity: str, as_of: date, after: Place, known_at: int | None
) -> dict[str, Any]:
    known = trial_balances.end_of(conn, known_at)
    return {"account": account, "commodity": commodity, "as_of": as_of, "to_0": known, **after._asdict()}


def _of(account: str) -> LiteralString:
    return _OF_CONTROL if control_of(account) == account else _OF_ACCOUNT


def _carried(conn: Connection[Any], account: str, *, commodity: str, after: Place, known_at: int | None) -> int:
    """The balance after a place: a control account's whole days from the blocks, the rest from its rows."""
    asked = _asked(conn, account, commodity=commodity, as_of=after.day, after=after, known_at=known_at)
    whole, first = 0, date.min
    if control_of(account) == account and after.day > date.min:
        first = after.day
        day = after.day - timedelta(days=1)
        lines = trial_balances.period(conn, since=date.min, as_of=day, control=account, known_at=known_at)
        whole = sum(one.closing for one in lines if one.commodity == commodity)
    found = conn.execute(_BEFORE.replace("{of}", _of(account)), {**asked, "first": first}).fetchone()
    return whole + (int(found[0]) if found else 0)
