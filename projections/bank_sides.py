"""What the bank's statements say of a month, and what only the bank or only the books have on its last day.

What must not be broken: every line of every statement that counts is in the sums; nothing is left out because nobody
knows what it is. Nothing is kept here: rows come from the read models of reconciliation and ledgers, which keep what a
statement comes to by day, what an account comes to by day, and which payments are not level, so that a month asks no
more of a county that has paid for years.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.kernel.bank_sides import BALANCE, EXPLAINED_MAX, BankSide, Explained, Item, Side, bank_side, grouped
from domain.kernel.calendar import Month, first_day, last_day
from domain.kernel.money import Fen
from domain.kernel.postings import CNY
from domain.recon_exceptions import BY_A_PERSON
from projections import trial_balances

# A line that is not matched in full is explained while what somebody said of it is about just what is left.
_EXPLAINED = """
amount_fen <> matched_fen AND EXISTS (SELECT FROM read.bank_exceptions said
    WHERE said.statement_id = entry.statement_id AND said.entry = entry.number AND said.resolved_on IS NOT NULL
        AND said.outcome = ANY(%(by_person)s) AND said.amount_fen = entry.amount_fen - entry.matched_fen)
"""
SIDES = f"""
SELECT amount_fen < 0, count(*), sum(amount_fen)::bigint, sum(matched_fen)::bigint,
    coalesce(sum(amount_fen - matched_fen) FILTER (WHERE explained), 0)::bigint,
    coalesce(sum(amount_fen - matched_fen) FILTER (WHERE NOT explained), 0)::bigint,
    count(*) FILTER (WHERE amount_fen <> matched_fen AND NOT explained)
FROM (
    SELECT amount_fen, matched_fen, {_EXPLAINED} AS explained
    FROM read.bank_entries entry JOIN read.bank_statements statement USING (statement_id)
    WHERE booked_on BETWEEN %(since)s AND %(until)s AND standing = 'joined'
) lines GROUP BY 1
"""  # noqa: S608 - text of ours
COVERED = "SELECT max(until) FROM read.bank_statements WHERE since <= %s AND standing = 'joined'"
LINES_UNTIL = """
SELECT coalesce(sum(amount_fen), 0)::bigint
FROM read.bank_days JOIN read.bank_statements statement USING (statement_id)
WHERE day <= %(on)s AND since >= coalesce(%(since)s::date, since) AND standing = 'joined'
"""
ANCHOR = """
SELECT opening_fen, since FROM read.bank_statements
WHERE since <= %s AND standing = 'joined' AND opening_fen IS NOT NULL ORDER BY since DESC, until DESC LIMIT 1
"""
CONTROLS = "SELECT DISTINCT control FROM read.ledger_blocks WHERE level = 3 AND book = 'fin'"
# Everything but payments that moves the county's money: what was appropriated by document.
BY_DOCUMENT = """
SELECT event, day, sum(amount)::bigint FROM read.ledger_entries
WHERE control LIKE 'fin:10%%' AND control = ANY(%(funds)s) AND day <= %(on)s AND type NOT LIKE 'payment.%%'
GROUP BY event, day ORDER BY day, event
"""
# What of the documents stands on lines until a day.
ON_DOCUMENTS = """
SELECT document, sum(allocation.amount_fen)::bigint, max(booked_on)
FROM read.bank_allocations allocation JOIN read.bank_entries entry
    ON entry.statement_id = allocation.statement_id AND entry.number = allocation.entry
WHERE document IS NOT NULL AND booked_on <= %(on)s GROUP BY document
"""
# One side of a payment (what left, or what came back) that books and bank do not both have to the same amount by a day:
# it is not level at all, or booking and line lie on different days, before and after.
PAYMENTS_APART = """
WITH asked AS (
    SELECT payment_id FROM read.bank_payments WHERE out_fen <> booked_out_fen OR back_fen <> booked_back_fen
    UNION SELECT payment_id FROM read.bank_payments
    WHERE first_day <> last_day AND last_day > %(on)s AND first_day <= %(on)s
), booked AS (
    SELECT payment_id, amount_fen < 0 AS leaves, sum(amount_fen)::bigint AS books_fen, max(day) AS day
    FROM asked JOIN read.bank_bookings USING (payment_id) WHERE day <= %(on)s GROUP BY 1, 2
), told AS (
    SELECT payment_id, allocation.amount_fen < 0 AS leaves, sum(allocation.amount_fen)::bigint AS bank_fen,
        max(booked_on) AS day
    FROM asked JOIN read.bank_allocations allocation USING (payment_id) JOIN read.bank_entries entry
        ON entry.statement_id = allocation.statement_id AND entry.number = allocation.entry
    WHERE booked_on <= %(on)s GROUP BY 1, 2
)
SELECT payment_id, coalesce(books_fen, 0), coalesce(bank_fen, 0), coalesce(booked.day, told.day)
FROM booked FULL JOIN told USING (payment_id, leaves) WHERE coalesce(books_fen, 0) <> coalesce(bank_fen, 0)
ORDER BY 4, 1
"""
# `cause`: the event that a person named when he said what a line is, where it is about all that is left of it.
LINES_APART = """
SELECT statement_id, entry.number, booked_on, amount_fen - matched_fen, (SELECT cause FROM read.bank_exceptions said
    WHERE said.statement_id = entry.statement_id AND said.entry = entry.number AND said.resolved_on IS NOT NULL
        AND said.amount_fen = entry.amount_fen - entry.matched_fen AND cause IS NOT NULL LIMIT 1)
FROM read.bank_entries entry JOIN read.bank_statements statement USING (statement_id)
WHERE booked_on <= %(on)s AND matched_fen <> amount_fen AND standing = 'joined' ORDER BY booked_on, 1, 2
"""
EXPLAINED = """
SELECT kind, amount_fen, reason, proposer_id, resolved_by FROM read.bank_exceptions
WHERE resolved_on IS NOT NULL AND outcome = ANY(%(by_person)s) AND resolved_at >= %(since)s
"""


@dataclass(frozen=True, slots=True)
class BankMonth:
    """A month by the bank: its figures, and what they are made of."""

    side: BankSide
    items: tuple[Item, ...]
    explained: tuple[Explained, ...]

    @property
    def listed(self) -> tuple[Explained, ...]:
        """The reasons that a seal carries by themselves; its digest covers them all."""
        return self.explained[:EXPLAINED_MAX]


def bank_month(
    conn: Connection[Any], month: Month, *, funds: str, accounts: Sequence[str], explained_since: int
) -> BankMonth | None:
    """The month by the bank; None where no statement tells of it.

    `funds`: see `domain.kernel.bank_sides`; `accounts`: the control accounts of the money that the bank holds for us;
    `explained_since`: the position of the seal before.
    """
    covered = conn.execute(COVERED, (last_day(month),)).fetchone()
    if covered is None or covered[0] is None:
        return None
    on = min(covered[0], last_day(month))
    asked = {"on": on, "funds": list(accounts)}
    documents = _documents(conn, asked)
    balances = trial_balances.controls(conn, as_of=on, book="fin")
    books_fen = sum(one.balance for one in balances if one.account in accounts and one.commodity == CNY)
    told = {name: (int(amount), day) for name, amount, day in conn.execute(ON_DOCUMENTS, asked).fetchall()}
    items = tuple(_items(conn, asked, documents, told)) if funds == BALANCE else tuple(_items(conn, asked, [], {}))
    debits, credits = _sides(conn, month)
    # What carries out a document is no payment; where the documents take the balance's place, it counts once.
    lines_fen = _lines(conn, on) - sum(amount for amount, _ in told.values())
    by_document = sum(amount for _, _, amount in documents)
    explained = _explained(conn, explained_since)
    side = bank_side(
        funds=funds,
        on=on,
        debits=debits,
        credits=credits,
        books_fen=books_fen,
        bank_fen=_balance(conn, on) if funds == BALANCE else by_document + lines_fen,
        paid_fen=-lines_fen,
        items=items,
        explained=explained,
    )
    return BankMonth(side, items, explained)


def controls(conn: Connection[Any]) -> list[str]:
    """Every control account of the financial accounting that was ever booked on."""
    return [control for (control,) in conn.execute(CONTROLS).fetchall()]


def by_document(conn: Connection[Any], on: date, *, accounts: Sequence[str]) -> int:
    """What documents brought to the accounts of money until a day."""
    return sum(amount for _, _, amount in _documents(conn, {"on": on, "funds": list(accounts)}))


def _documents(conn: Connection[Any], asked: dict[str, Any]) -> list[tuple[str, date, int]]:
    """Every event but those of payments that moved the county's money until a day: its name, its day, the amount."""
    return [(name, day, int(amount)) for name, day, amount in conn.execute(BY_DOCUMENT, asked).fetchall()]


def _sides(conn: Connection[Any], month: Month) -> tuple[Side, Side]:
    asked = {"since": first_day(month), "until": last_day(month), "by_person": list(BY_A_PERSON)}
    sides = {leaves: Side(*figures) for leaves, *figures in conn.execute(SIDES, asked).fetchall()}
    return sides.get(True, Side()), sides.get(False, Side())


def _lines(conn: Connection[Any], on: date, *, since: date | None = None) -> int:
    found = conn.execute(LINES_UNTIL, {"on": on, "since": since}).fetchone()
    return int(found[0]) if found else 0


def _balance(conn: Connection[Any], on: date) -> int:
    """The bank's balance at the end of a day: an opening balance, and all lines from there on."""
    anchor = conn.execute(ANCHOR, (on,)).fetchone()
    return _lines(conn, on) if anchor is None else int(anchor[0]) + _lines(conn, on, since=anchor[1])


def _items(
    conn: Connection[Any],
    asked: dict[str, Any],
    documents: Sequence[tuple[str, date, int]],
    told: Mapping[str, tuple[int, date]],
) -> Iterator[Item]:
    """What only one side has. A line that a person called the money of a document, to the fen, is no item, nor is it.
    `told`: what of the documents lines are matched to until the day, and the last such day.

    A payment that the bank moved and gave back, and that the books have failed, has cost nothing.
    """
    of_payment: defaultdict[UUID, list[Item]] = defaultdict(list)
    for payment, books_fen, bank_fen, day in conn.execute(PAYMENTS_APART, asked).fetchall():
        has, amount = ("bank", bank_fen - books_fen) if bank_fen else ("books", books_fen)
        of_payment[payment].append(Item(has, day, Fen(amount), f"payment/{payment}"))
    for several in of_payment.values():
        if {one.has for one in several} != {"bank"} or sum(one.amount_fen for one in several) != 0:
            yield from several
    by_name: dict[str, Item] = {}
    booked = {name: (amount, day) for name, day, amount in documents}
    for name in sorted(booked.keys() | told.keys()):
        (books_fen, booked_on), (bank_fen, told_on) = booked.get(name, (0, None)), told.get(name, (0, None))
        has, amount = ("bank", bank_fen - books_fen) if bank_fen else ("books", books_fen)
        on = booked_on or told_on
        if amount and on is not None:
            by_name[name] = Item(has, on, Fen(amount), name)
    for statement, number, day, left_fen, cause in conn.execute(LINES_APART, asked).fetchall():
        named = by_name.get(cause) if cause is not None else None
        if named is not None and (named.has, named.amount_fen) == ("books", left_fen):
            del by_name[named.about]
        else:
            yield Item("bank", day, Fen(left_fen), f"statement/{statement}/{number}")
    yield from by_name.values()


def _explained(conn: Connection[Any], since: int) -> tuple[Explained, ...]:
    rows = conn.execute(EXPLAINED, {"since": since, "by_person": list(BY_A_PERSON)}).fetchall()
    return grouped(
        Explained(kind, 1, Fen(amount_fen), reason, proposer_id, confirmer_id)
        for kind, amount_fen, reason, proposer_id, confirmer_id in rows
    )
