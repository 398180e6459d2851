"""What documents brought to the accounts of money (指标下达、调整), and how much of it stands on the bank's statements.

What must not be broken: only events that are no payments are here; a document is never on statements beyond its amount.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from domain.accounts import is_funds
from domain.kernel.matches import EntryKey
from projections import bank_sides

# The partial index on documents answers this: there are a handful of them, however many payments there are.
MOVED = """
SELECT moved.*, coalesce((SELECT sum(amount_fen) FROM read.bank_allocations WHERE document = moved.event), 0)::bigint
    AS matched_fen
FROM (
    SELECT event, type, day, sum(amount)::bigint AS amount_fen FROM read.ledger_entries
    WHERE control LIKE 'fin:10%%' AND type NOT LIKE 'payment.%%' AND control = ANY(%(funds)s)
        AND (%(names)s::text[] IS NULL OR event = ANY(%(names)s))
    GROUP BY event, type, day
) moved WHERE amount_fen <> 0 ORDER BY day, event
"""
OF_ENTRY = """
SELECT document, amount_fen, tier, matched_on, reason FROM read.bank_allocations
WHERE statement_id = %s AND entry = %s AND document IS NOT NULL ORDER BY log_index, ordinal
"""


@dataclass(frozen=True, slots=True)
class Document:
    """An event that moved money by document, by its name; amounts above zero came in."""

    event: str
    type: str
    day: date
    amount_fen: int
    matched_fen: int

    @property
    def free_fen(self) -> int:
        """What of it stands on no statement."""
        return self.amount_fen - self.matched_fen


@dataclass(frozen=True, slots=True)
class OnDocument:
    """What of a line is matched to a document."""

    document: str
    amount_fen: int
    tier: int
    matched_on: date
    reason: str | None


def documents(conn: Connection[Any], names: Collection[str] | None = None) -> list[Document]:
    """Every document, or those of some names, by day."""
    funds = [one for one in bank_sides.controls(conn) if is_funds(one)]
    asked = {"funds": funds, "names": None if names is None else list(names)}
    with conn.cursor(row_factory=class_row(Document)) as cursor:
        return cursor.execute(MOVED, asked).fetchall()


def fitting(conn: Connection[Any], *, left_fen: int, on: date) -> list[Document]:
    """Documents that a line may be of which so much is left: of the same sign and not all matched. Those that have just
    that amount come first, then the nearest in time.
    """
    free = [one for one in documents(conn) if one.free_fen * left_fen > 0]
    return sorted(free, key=lambda one: (one.free_fen != left_fen, abs((one.day - on).days), one.event))


def of_entry(conn: Connection[Any], key: EntryKey) -> list[OnDocument]:
    """What of a line is matched to documents."""
    with conn.cursor(row_factory=class_row(OnDocument)) as cursor:
        return cursor.execute(OF_ENTRY, key).fetchall()
