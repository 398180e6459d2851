"""The trial balance of any day, as it was known at any position of the log, and how an account came to its balance.

Nothing is kept here: every figure is added up from `ledger_entries` and its blocks. Two times are asked for everywhere:
`as_of` (what took effect until that day, inclusive) and `known_at` (what the first so many events say; None: all that
the read model shows). Debit is positive.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, LiteralString

from psycopg import Connection
from psycopg.rows import class_row

from domain.kernel.calendar import Month
from domain.kernel.events import Sha256
from domain.kernel.refusals import Refusal
from domain.trial_balance import ControlSum, control_of, trial_balance_digest
from projections.ledger_entries import BLOCK_BITS, LEVELS, NAME

__all__ = ["control_of"]

FIRST_DAY: Final = date.min


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One line of a trial balance: what an account was debited and credited, and its balance (debit is positive)."""

    account: str
    commodity: str
    debit: int
    credit: int
    balance: int


@dataclass(frozen=True, slots=True)
class BookTotal:
    """A book's sums in one commodity; a book that is whole has balance 0."""

    book: str
    commodity: str
    debit: int
    credit: int
    balance: int


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """An account over some days: its balance before them, what moved in them, its balance after them."""

    account: str
    commodity: str
    opening: int
    debit: int
    credit: int
    closing: int


@dataclass(frozen=True, slots=True)
class AccountMonth:
    """An account in one effective month: opening balance, what moved, closing balance."""

    month: Month
    opening: int
    debit: int
    credit: int
    closing: int


@dataclass(frozen=True, slots=True)
class AccountDay:
    """The same of one effective day on which something moved."""

    day: date
    opening: int
    debit: int
    credit: int
    closing: int


_BLOCKS: Final[LiteralString] = (
    " UNION ALL SELECT book, control, commodity, day, debit, credit FROM read.ledger_blocks"
    " WHERE level = {level} AND block >= %(from_{level})s AND block < %(to_{level})s AND day <= %(as_of)s"
    " AND (%(book)s::text IS NULL OR book = %(book)s) AND (%(control)s::text IS NULL OR control = %(control)s)"
)

# Whole blocks of each level, and the events after the last whole block of 256: never more than 255 of each.
KNOWN: Final[LiteralString] = f"""
WITH known AS (
    SELECT book, control, commodity, day, greatest(amount, 0) AS debit, greatest(-amount, 0) AS credit
    FROM read.ledger_entries
    WHERE log_index >= %(from_0)s AND log_index < %(to_0)s AND day <= %(as_of)s
        AND (%(book)s::text IS NULL OR book = %(book)s) AND (%(control)s::text IS NULL OR control = %(control)s)
    {_BLOCKS.replace("{level}", "1")}{_BLOCKS.replace("{level}", "2")}{_BLOCKS.replace("{level}", "3")}
)
"""  # noqa: S608 - text of ours

_SUMS: Final[LiteralString] = (
    "sum(debit)::bigint AS debit, sum(credit)::bigint AS credit, (sum(debit) - sum(credit))::bigint AS balance"
)
_PERIOD: Final[LiteralString] = """
coalesce(sum(debit - credit) FILTER (WHERE day < %(since)s), 0)::bigint AS opening,
coalesce(sum(debit) FILTER (WHERE day >= %(since)s), 0)::bigint AS debit,
coalesce(sum(credit) FILTER (WHERE day >= %(since)s), 0)::bigint AS credit,
sum(debit - credit)::bigint AS closing
"""

CONTROLS: Final[LiteralString] = f"""
{KNOWN} SELECT control AS account, commodity, {_SUMS} FROM known GROUP BY control, commodity ORDER BY control, commodity
"""  # noqa: S608 - text of ours

BOOKS: Final[LiteralString] = f"""
{KNOWN} SELECT book, commodity, {_SUMS} FROM known GROUP BY book, commodity ORDER BY book, commodity
"""  # noqa: S608 - text of ours

PERIOD: Final[LiteralString] = f"""
{KNOWN} SELECT control AS account, commodity, {_PERIOD} FROM known
GROUP BY control, commodity ORDER BY control, commodity
"""  # noqa: S608 - text of ours

# Subsidiaries are as many as payees: they are added up from the rows of their control accounts, by index.
_ROWS: Final[LiteralString] = """
FROM (
    SELECT account, commodity, day, greatest(amount, 0) AS debit, greatest(-amount, 0) AS credit
    FROM read.ledger_entries
    WHERE day <= %(as_of)s AND log_index < %(to_0)s
        AND (%(book)s::text IS NULL OR book = %(book)s) AND (%(control)s::text IS NULL OR control = %(control)s)
) known GROUP BY account, commodity ORDER BY account, commodity
"""
FULL: Final[LiteralString] = f"SELECT account, commodity, {_SUMS} {_ROWS}"
FULL_PERIOD: Final[LiteralString] = f"SELECT account, commodity, {_PERIOD} {_ROWS}"

_RUNNING: Final[LiteralString] = """
SELECT {unit}, (closing - debit + credit)::bigint AS opening, debit, credit, closing FROM (
    SELECT {unit}, debit, credit, (sum(debit - credit) OVER (ORDER BY {unit}))::bigint AS closing FROM (
        SELECT {expression} AS {unit}, sum(debit)::bigint AS debit, sum(credit)::bigint AS credit
        FROM {rows} WHERE commodity = %(commodity)s GROUP BY 1
    ) moved
) running WHERE {unit} >= {since} ORDER BY {unit}
"""
_OF_ACCOUNT: Final[LiteralString] = """(
    SELECT commodity, day, greatest(amount, 0) AS debit, greatest(-amount, 0) AS credit
    FROM read.ledger_entries
    WHERE account = %(account)s AND account <> control AND day <= %(as_of)s AND log_index < %(to_0)s
) known"""

Unit = Literal["month", "day"]
_UNITS: Final[dict[Unit, tuple[LiteralString, LiteralString]]] = {
    "month": ("to_char(day, 'YYYY-MM')", "to_char(%(since)s::date, 'YYYY-MM')"),
    "day": ("day", "%(since)s"),
}


def _running(unit: Unit, rows: LiteralString) -> LiteralString:
    expression, since = _UNITS[unit]
    return (
        _RUNNING.replace("{unit}", unit)
        .replace("{expression}", expression)
        .replace("{since}", since)
        .replace("{rows}", rows)
    )


def _known(
    conn: Connection[Any], *, as_of: date, known_at: int | None, book: str | None = None, control: str | None = None
) -> dict[str, Any]:
    """What every query is asked with: the days, and which blocks and rows the first `known_at` events fill."""
    end = end_of(conn, known_at)
    asked: dict[str, Any] = {"as_of": as_of, "book": book, "control": control}
    start = 0
    for level in reversed((0, *LEVELS)):
        bits = BLOCK_BITS * level
        asked |= {f"from_{level}": start >> bits, f"to_{level}": end >> bits}
        start = (end >> bits) << bits
    return asked


def full(
    conn: Connection[Any],
    *,
    as_of: date,
    book: str | None = None,
    control: str | None = None,
    known_at: int | None = None,
) -> list[AccountLine]:
    """Every account with what took effect until `as_of` (inclusive); of one book or control account, if given."""
    asked = _known(conn, as_of=as_of, known_at=known_at, book=book, control=control)
    with conn.cursor(row_factory=class_row(AccountLine)) as cursor:
        return cursor.execute(FULL, asked).fetchall()


def controls(
    conn: Connection[Any], *, as_of: date, book: str | None = None, known_at: int | None = None
) -> list[AccountLine]:
    """The trial balance by control account until `as_of` (inclusive)."""
    asked = _known(conn, as_of=as_of, known_at=known_at, book=book)
    with conn.cursor(row_factory=class_row(AccountLine)) as cursor:
        return cursor.execute(CONTROLS, asked).fetchall()


def books(conn: Connection[Any], *, as_of: date, known_at: int | None = None) -> list[BookTotal]:
    """Each book's sums until `as_of` (inclusive); a balance other than 0 means that the ledger is broken."""
    asked = _known(conn, as_of=as_of, known_at=known_at)
    with conn.cursor(row_factory=class_row(BookTotal)) as cursor:
        return cursor.execute(BOOKS, asked).fetchall()


def period(
    conn: Connection[Any],
    *,
    since: date,
    as_of: date,
    book: str | None = None,
    control: str | None = None,
    known_at: int | None = None,
) -> list[PeriodLine]:
    """科目余额表 from `since` to `as_of` (both inclusive), by control account."""
    asked = _known(conn, as_of=as_of, known_at=known_at, book=book, control=control)
    with conn.cursor(row_factory=class_row(PeriodLine)) as cursor:
        return cursor.execute(PERIOD, {**asked, "since": since}).fetchall()


def subsidiaries(
    conn: Connection[Any], control: str, *, since: date, as_of: date, known_at: int | None = None
) -> list[PeriodLine]:
    """The same of every account below a control account: payees, batches, budgets."""
    asked = _known(conn, as_of=as_of, known_at=known_at, control=control)
    with conn.cursor(row_factory=class_row(PeriodLine)) as cursor:
        return cursor.execute(FULL_PERIOD, {**asked, "since": since}).fetchall()


def months(
    conn: Connection[Any],
    account: str,
    *,
    commodity: str,
    since: date = FIRST_DAY,
    as_of: date = date.max,
    known_at: int | None = None,
) -> list[AccountMonth]:
    """One account, or one control account, month by month with its running balance, the earliest first.

    A name without a subsidiary is a control account. Months before that of `since` are left out, not their balance.
    """
    sql, asked = _turnover(conn, account, "month", as_of=as_of, known_at=known_at)
    with conn.cursor(row_factory=class_row(AccountMonth)) as cursor:
        return cursor.execute(sql, {**asked, "commodity": commodity, "since": since}).fetchall()


def days(
    conn: Connection[Any],
    account: str,
    *,
    commodity: str,
    since: date = FIRST_DAY,
    as_of: date = date.max,
    known_at: int | None = None,
) -> list[AccountDay]:
    """The same day by day, for days on which something moved."""
    sql, asked = _turnover(conn, account, "day", as_of=as_of, known_at=known_at)
    with conn.cursor(row_factory=class_row(AccountDay)) as cursor:
        return cursor.execute(sql, {**asked, "commodity": commodity, "since": since}).fetchall()


def _turnover(
    conn: Connection[Any], account: str, unit: Unit, *, as_of: date, known_at: int | None
) -> tuple[LiteralString, dict[str, Any]]:
    if control_of(account) != account:
        asked = _known(conn, as_of=as_of, known_at=known_at)
        return _running(unit, _OF_ACCOUNT), {**asked, "account": account}
    return KNOWN + _running(unit, "known"), _known(conn, as_of=as_of, known_at=known_at, control=account)


def digest(conn: Connection[Any], *, as_of: date, known_at: int | None = None) -> Sha256:
    """The digest of the trial balance by control account, as a period's seal carries it."""
    return digest_of(controls(conn, as_of=as_of, known_at=known_at))


def digest_of(lines: Iterable[AccountLine]) -> Sha256:
    """The digest of lines that `controls` gave."""
    return trial_balance_digest(ControlSum(one.account, one.commodity, one.debit, one.credit) for one in lines)


def end_of(conn: Connection[Any], known_at: int | None) -> int:
    """How many events are known: those asked for, or all that the read model shows. Refuses `ledger.position_outside`.

    What is not projected yet cannot be left out of a figure without anybody noticing.
    """
    shown = position(conn)
    end = shown if known_at is None else known_at
    if not 0 <= end <= shown:
        raise Refusal("ledger.position_outside", position=end, shown=shown)
    return end


def position(conn: Connection[Any]) -> int:
    """How many events these balances cover."""
    found = conn.execute("SELECT position FROM read.positions WHERE model = %s", (NAME,)).fetchone()
    return int(found[0]) if found else 0
