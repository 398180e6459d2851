"""What pages, commands and the close of a month ask of the reconciliation: lines, payments, differences, figures.

What must not be broken: every share is told with what it is a share of, and with the position of the log that it was
read at.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.kernel.matches import EntryKey
from domain.matching import Entry, Payable, State
from projections.reconciliation import PAYMENTS, STATEMENTS, BankPayment, BankStatement

Shown = Literal["all", "matched", "waiting", "differing"]

_STATEMENT = f"SELECT {STATEMENTS.all_columns} FROM read.bank_statements"  # noqa: S608 - columns of ours
_PAYMENT = f"SELECT {PAYMENTS.all_columns}, out_fen, back_fen, out_on FROM read.bank_payments"  # noqa: S608 - likewise

STATEMENTS_LISTED = f"{_STATEMENT} ORDER BY until DESC, log_index DESC LIMIT %s"
ONE_STATEMENT = f"{_STATEMENT} WHERE statement_id = %s"

WAITING = """
SELECT statement_id, entry.number, booked_on, amount_fen, end_to_end_id, bank_ref, batch_ref, return_of, reason
FROM read.bank_entries entry JOIN read.bank_statements statement USING (statement_id)
WHERE matched_fen <> amount_fen AND account_digest = %s AND standing = 'joined'
"""
PAYMENTS_FREE = f"""
{_PAYMENT} WHERE (paid_on IS NOT NULL AND out_fen = 0) OR (back_on IS NOT NULL AND back_fen = 0)
    OR (status = 'failed' AND out_fen <> back_fen)
"""
PAYMENTS_NAMED = f"""
{_PAYMENT} WHERE end_to_end_id = ANY(%(ids)s) OR batch_reference = ANY(%(batches)s)
    OR paid_ref = ANY(%(refs)s) OR back_ref = ANY(%(refs)s)
"""
# The bank's reference in the line by which a payment left.
OUT_REFERENCES = """
SELECT payment_id, min(bank_ref) FROM read.bank_allocations allocation JOIN read.bank_entries entry
    ON entry.statement_id = allocation.statement_id AND entry.number = allocation.entry
WHERE payment_id = ANY(%s) AND allocation.amount_fen < 0 GROUP BY payment_id
"""
PAYMENTS_BY_ID = f"{_PAYMENT} WHERE payment_id = ANY(%s)"
PAYMENTS_BY_NAME = f"{_PAYMENT} WHERE end_to_end_id = %s ORDER BY repeats IS NOT NULL, paid_on, paid_ref"
PAYMENTS_OF_AMOUNT = f"{_PAYMENT} WHERE amount_fen = ANY(%s) AND (paid_on IS NOT NULL OR back_on IS NOT NULL)"
RETURNED = f"{_PAYMENT} WHERE status = 'returned' ORDER BY back_on, batch_reference, line"

ENTRY_ROWS = """
SELECT statement_id, number, booked_on, amount_fen, end_to_end_id, bank_ref, batch_ref, return_of, kind,
    matched_fen, tier, matched_on, (SELECT array_agg(kind ORDER BY kind) FROM read.bank_exceptions difference
        WHERE difference.statement_id = entry.statement_id AND difference.entry = entry.number
            AND resolved_on IS NULL) AS differences,
    EXISTS (SELECT FROM read.bank_proposals proposal WHERE proposal.statement_id = entry.statement_id
        AND proposal.entry = entry.number) AS proposed
FROM read.bank_entries entry
WHERE statement_id = %(statement)s AND number > %(after)s
    AND (%(shown)s = 'all' OR (%(shown)s = 'matched' AND matched_fen = amount_fen)
        OR (%(shown)s = 'waiting' AND matched_fen <> amount_fen)
        OR (%(shown)s = 'differing' AND matched_fen <> amount_fen AND EXISTS (SELECT FROM read.bank_exceptions d
            WHERE d.statement_id = entry.statement_id AND d.entry = entry.number AND d.resolved_on IS NULL)))
ORDER BY number LIMIT %(limit)s
"""
TOTALS = """
SELECT count(*) AS entries, count(*) FILTER (WHERE amount_fen < 0) AS debits,
    coalesce(sum(amount_fen) FILTER (WHERE amount_fen < 0), 0)::bigint AS debits_fen,
    count(*) FILTER (WHERE amount_fen > 0) AS credits,
    coalesce(sum(amount_fen) FILTER (WHERE amount_fen > 0), 0)::bigint AS credits_fen,
    count(*) FILTER (WHERE matched_fen = amount_fen) AS matched,
    coalesce(sum(matched_fen), 0)::bigint AS matched_fen,
    count(*) FILTER (WHERE tier = 1) AS tier_1, count(*) FILTER (WHERE tier = 2) AS tier_2,
    count(*) FILTER (WHERE tier = 3) AS tier_3, count(*) FILTER (WHERE tier = 4) AS tier_4,
    count(*) FILTER (WHERE tier = 5) AS tier_5
FROM read.bank_entries WHERE statement_id = %s
"""
ALLOCATIONS_OF_ENTRY = """
SELECT payment.payment_id, payment.batch_id, payment.line, payment.payee_id, payment.end_to_end_id,
    payment.amount_fen AS payment_fen, allocation.amount_fen, allocation.tier, allocation.matched_on, allocation.reason
FROM read.bank_allocations allocation JOIN read.bank_payments payment USING (payment_id)
WHERE allocation.statement_id = %s AND allocation.entry = %s ORDER BY payment.batch_reference, payment.line LIMIT %s
"""
# An exception belongs to the bank's day that it is about; without one, to the day on which it was found.
EXCEPTIONS = """
SELECT difference.*, coalesce(entry.booked_on, statement.since, payment.paid_on, (
        SELECT min(paid_on) FROM read.bank_payments WHERE batch_id = difference.batch_id AND paid_on IS NOT NULL
            AND out_fen = 0), difference.opened_on) AS day
FROM read.bank_exceptions difference
    LEFT JOIN read.bank_entries entry
        ON entry.statement_id = difference.statement_id AND entry.number = difference.entry
    LEFT JOIN read.bank_statements statement ON statement.statement_id = difference.statement_id
    LEFT JOIN read.bank_payments payment ON payment.payment_id = difference.payment_id
WHERE (%(open)s::boolean IS NULL OR (difference.resolved_on IS NULL) = %(open)s)
    AND (%(kind)s::text IS NULL OR difference.kind = %(kind)s)
    AND (%(owner)s::uuid IS NULL OR owner_id = %(owner)s)
    AND (%(blocking)s::text IS NULL OR blocking = %(blocking)s)
    AND (%(statement)s::uuid IS NULL OR difference.statement_id = %(statement)s)
    AND (%(entry)s::integer IS NULL OR difference.entry = %(entry)s)
    AND (%(exception)s::uuid IS NULL OR difference.exception_id = %(exception)s)
    AND (%(before)s::bigint IS NULL OR difference.log_index < %(before)s)
ORDER BY difference.log_index DESC LIMIT %(limit)s
"""
PROPOSALS = """
SELECT proposal.statement_id, proposal.entry, proposal.parts, proposal.reason, proposal.proposer_id,
    proposal.proposed_on, entry.amount_fen, entry.booked_on
FROM read.bank_proposals proposal JOIN read.bank_entries entry
    ON entry.statement_id = proposal.statement_id AND entry.number = proposal.entry
WHERE %(statement)s::uuid IS NULL OR proposal.statement_id = %(statement)s ORDER BY proposal.log_index
"""
# Matched three ways: the books have it (settled), the answer says it (booked_on), a statement's line is matched to it.
SHARE = """
SELECT coalesce(sum(amount_fen), 0)::bigint AS paid_fen, count(*) AS paid,
    coalesce(sum(amount_fen) FILTER (WHERE out_fen = amount_fen), 0)::bigint AS matched_fen,
    coalesce(sum(amount_fen) FILTER (WHERE out_fen = amount_fen AND out_on - paid_on <= 3), 0)::bigint
        AS within_3_days_fen,
    coalesce(sum(amount_fen) FILTER (WHERE out_fen = amount_fen AND out_on - paid_on <= 7), 0)::bigint
        AS within_7_days_fen,
    coalesce(sum(amount_fen) FILTER (WHERE out_fen = amount_fen AND out_on - paid_on <= 30), 0)::bigint
        AS within_30_days_fen,
    (SELECT position FROM read.positions WHERE model = 'reconciliation') AS position
FROM read.bank_payments WHERE paid_on IS NOT NULL
    AND (%(since)s::date IS NULL OR paid_on >= %(since)s) AND (%(until)s::date IS NULL OR paid_on <= %(until)s)
"""
MONTH = """
SELECT bank.*, books.*, %(since)s::date AS since, %(until)s::date AS until,
    (SELECT opening_fen FROM read.bank_statements WHERE until >= %(since)s AND since <= %(until)s
        AND standing = 'joined' AND opening_fen IS NOT NULL ORDER BY since, until LIMIT 1) AS opening_fen,
    (SELECT closing_fen FROM read.bank_statements WHERE until >= %(since)s AND until <= %(until)s
        AND standing = 'joined' AND closing_fen IS NOT NULL ORDER BY until DESC, since DESC LIMIT 1) AS closing_fen,
    (SELECT max(until) FROM read.bank_statements WHERE since <= %(until)s AND standing = 'joined') AS covered_until,
    (SELECT position FROM read.positions WHERE model = 'reconciliation') AS position
FROM (
    SELECT count(*) AS lines, coalesce(sum(amount_fen), 0)::bigint AS bank_fen,
        count(*) FILTER (WHERE matched_fen <> amount_fen) AS lines_waiting,
        coalesce(sum(amount_fen - matched_fen), 0)::bigint AS lines_waiting_fen
    FROM read.bank_entries JOIN read.bank_statements statement USING (statement_id)
    WHERE booked_on BETWEEN %(since)s AND %(until)s AND standing = 'joined'
) bank CROSS JOIN (
    SELECT count(*) FILTER (WHERE paid_on BETWEEN %(since)s AND %(until)s) AS paid,
        coalesce(sum(amount_fen) FILTER (WHERE paid_on BETWEEN %(since)s AND %(until)s), 0)::bigint AS paid_fen,
        count(*) FILTER (WHERE back_on BETWEEN %(since)s AND %(until)s) AS returned,
        coalesce(sum(amount_fen) FILTER (WHERE back_on BETWEEN %(since)s AND %(until)s), 0)::bigint AS returned_fen,
        coalesce(sum(amount_fen - out_fen) FILTER (WHERE paid_on BETWEEN %(since)s AND %(until)s), 0)::bigint
            AS paid_waiting_fen,
        coalesce(sum(amount_fen - back_fen) FILTER (WHERE back_on BETWEEN %(since)s AND %(until)s), 0)::bigint
            AS returned_waiting_fen
    FROM read.bank_payments WHERE paid_on BETWEEN %(since)s AND %(until)s OR back_on BETWEEN %(since)s AND %(until)s
) books
"""


PAYEES_IN_STATEMENT = """
SELECT DISTINCT payee_id FROM read.bank_statements JOIN read.bank_allocations USING (statement_id)
    JOIN read.bank_payments USING (payment_id) WHERE file_sha256 = %s
"""
RELEASE = "SELECT reason, proposer_id, proposed_on FROM read.bank_releases WHERE statement_id = %s AND entry = %s"
BOOKED = "SELECT EXISTS (SELECT FROM read.ledger_entries WHERE event = %s)"
SUPERSEDING = """
SELECT superseded, reason, proposer_id, proposed_on FROM read.bank_supersedings WHERE statement_id = %s
"""


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A line as the workbench shows it; `differences` are the kinds of its open exceptions."""

    statement_id: UUID
    number: int
    booked_on: date
    amount_fen: int
    end_to_end_id: str | None
    bank_ref: str | None
    batch_ref: str | None
    return_of: str | None
    kind: str | None
    matched_fen: int
    tier: int | None
    matched_on: date | None
    differences: list[str] | None
    proposed: bool


@dataclass(frozen=True, slots=True)
class Totals:
    """What a statement holds and how much of it is matched; `debits_fen` is below zero."""

    entries: int
    debits: int
    debits_fen: int
    credits: int
    credits_fen: int
    matched: int
    matched_fen: int
    tier_1: int
    tier_2: int
    tier_3: int
    tier_4: int
    tier_5: int


@dataclass(frozen=True, slots=True)
class Allocated:
    """A payment that a line is matched to."""

    payment_id: UUID
    batch_id: UUID
    line: int
    payee_id: UUID
    end_to_end_id: str
    payment_fen: int
    amount_fen: int
    tier: int
    matched_on: date
    reason: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """An exception; `day` is the bank's day that it is about."""

    exception_id: UUID
    kind: str
    statement_id: UUID | None
    entry: int | None
    payment_id: UUID | None
    batch_id: UUID | None
    amount_fen: int
    blocking: str
    opened_on: date
    owner_id: UUID | None
    resolved_on: date | None
    resolved_by: UUID | None
    outcome: str | None
    reason: str | None
    log_index: int
    proposed: dict[str, Any] | None
    proposer_id: UUID | None
    cause: str | None
    resolved_at: int | None
    day: date


@dataclass(frozen=True, slots=True)
class Release:
    """Somebody wants to take a match back, and waits for a second person."""

    reason: str
    proposer_id: UUID
    proposed_on: date


@dataclass(frozen=True, slots=True)
class Superseding:
    """Somebody wants a statement to count instead of others, and waits for a second person."""

    superseded: list[UUID]
    reason: str
    proposer_id: UUID
    proposed_on: date


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal that waits for a second person."""

    statement_id: UUID
    entry: int
    parts: list[dict[str, Any]]
    reason: str
    proposer_id: UUID
    proposed_on: date
    amount_fen: int
    booked_on: date


@dataclass(frozen=True, slots=True)
class Share:
    """How much of what was paid is matched three ways, and how much within so many days of the bank's booking."""

    paid_fen: int
    paid: int
    matched_fen: int
    within_3_days_fen: int
    within_7_days_fen: int
    within_30_days_fen: int
    position: int


@dataclass(frozen=True, slots=True)
class MonthPosition:
    """Bank and books over some days. `bank_fen` is the sum of the lines, `books_fen` what the payments moved."""

    lines: int
    bank_fen: int
    lines_waiting: int
    lines_waiting_fen: int
    paid: int
    paid_fen: int
    returned: int
    returned_fen: int
    paid_waiting_fen: int
    returned_waiting_fen: int
    since: date
    until: date
    opening_fen: int | None
    closing_fen: int | None
    covered_until: date | None
    position: int

    @property
    def books_fen(self) -> int:
        """What the payments moved on the account, with the bank's sign."""
        return self.returned_fen - self.paid_fen

    @property
    def books_waiting_fen(self) -> int:
        """What of it no line has."""
        return self.returned_waiting_fen - self.paid_waiting_fen

    @property
    def agrees(self) -> bool:
        """Whether bank and books moved the same, and every line and payment of these days is matched."""
        return self.bank_fen == self.books_fen and not (
            self.lines_waiting or self.paid_waiting_fen or self.returned_waiting_fen
        )


def statements(conn: Connection[Any], *, limit: int = 100) -> list[BankStatement]:
    """The statements, the latest first."""
    with conn.cursor(row_factory=class_row(BankStatement)) as cursor:
        return cursor.execute(STATEMENTS_LISTED, (limit,)).fetchall()


def statement(conn: Connection[Any], statement_id: UUID) -> BankStatement | None:
    """One statement, or None."""
    with conn.cursor(row_factory=class_row(BankStatement)) as cursor:
        return cursor.execute(ONE_STATEMENT, (statement_id,)).fetchone()


def waiting(conn: Connection[Any], account_digest: str) -> list[Entry]:
    """Every line of an account that is not matched in full."""
    return [
        Entry(EntryKey(statement_id, number), *said)
        for statement_id, number, *said in conn.execute(WAITING, (account_digest,)).fetchall()
    ]


def payables(conn: Connection[Any], entries: Iterable[Entry]) -> list[Payable]:
    """Payments with a side that no line has yet, and every other one that these lines name."""
    given = list(entries)
    ids = {said for entry in given for said in (entry.end_to_end_id, entry.return_of) if said}
    batches = {said for entry in given for said in (entry.batch_ref, entry.end_to_end_id) if said}
    refs = {entry.bank_ref for entry in given if entry.bank_ref}
    named = {"ids": list(ids), "batches": list(batches), "refs": list(refs)}
    with conn.cursor(row_factory=class_row(BankPayment)) as cursor:
        rows = cursor.execute(PAYMENTS_FREE).fetchall()
        rows += cursor.execute(PAYMENTS_NAMED, named).fetchall()
    found = {row.payment_id: payable(row) for row in rows}
    matched = [row.payment_id for row in rows if row.out_fen and row.end_to_end_id in ids]
    for payment_id, reference in conn.execute(OUT_REFERENCES, (matched,)).fetchall() if matched else ():
        found[payment_id] = replace(found[payment_id], out_ref=reference)
    return list(found.values())


def free_payments(conn: Connection[Any]) -> list[BankPayment]:
    """Payments with a side that the books have and no line."""
    with conn.cursor(row_factory=class_row(BankPayment)) as cursor:
        return cursor.execute(PAYMENTS_FREE).fetchall()


def payments_by_id(conn: Connection[Any], payment_ids: Collection[UUID]) -> dict[UUID, BankPayment]:
    """Payments by id."""
    with conn.cursor(row_factory=class_row(BankPayment)) as cursor:
        return {row.payment_id: row for row in cursor.execute(PAYMENTS_BY_ID, (list(payment_ids),)).fetchall()}


def payments_named(conn: Connection[Any], end_to_end_id: str) -> list[BankPayment]:
    """The payment of an end-to-end id, and whatever the bank paid once more of it; or nothing."""
    with conn.cursor(row_factory=class_row(BankPayment)) as cursor:
        return cursor.execute(PAYMENTS_BY_NAME, (end_to_end_id,)).fetchall()


def payments_of_amounts(conn: Connection[Any], amounts: Collection[int]) -> list[BankPayment]:
    """Payments that left or came back, of some amounts (without sign)."""
    with conn.cursor(row_factory=class_row(BankPayment)) as cursor:
        return cursor.execute(PAYMENTS_OF_AMOUNT, (list(amounts),)).fetchall()


def returned(conn: Connection[Any]) -> list[BankPayment]:
    """Payments that came back and are neither paid again nor written back, the oldest first: the suspense account."""
    with conn.cursor(row_factory=class_row(BankPayment)) as cursor:
        return cursor.execute(RETURNED).fetchall()


_STATES: Mapping[str, State] = {"failed": "failed", "approved": "open", "accepted": "open", "unresolved": "open"}


def payable(row: BankPayment) -> Payable:
    """A payment as the matcher takes it. Once paid it stays paid, whatever came later."""
    return Payable(
        payment_id=row.payment_id,
        batch_id=row.batch_id,
        batch_reference=row.batch_reference,
        end_to_end_id=row.end_to_end_id,
        amount_fen=row.amount_fen,
        state="paid" if row.paid_on is not None else _STATES.get(row.status, "unsent"),
        paid_on=row.paid_on,
        paid_ref=row.paid_ref or None,
        back_on=row.back_on,
        back_ref=row.back_ref or None,
        out_taken=row.out_fen > 0,
        back_taken=row.back_fen > 0,
        again=row.repeats is not None,
    )


def entries(
    conn: Connection[Any], statement_id: UUID, *, shown: Shown = "all", after: int = 0, limit: int = 200
) -> list[EntryRow]:
    """A statement's lines in order, from the one behind `after` on."""
    values = {"statement": statement_id, "shown": shown, "after": after, "limit": limit}
    with conn.cursor(row_factory=class_row(EntryRow)) as cursor:
        return cursor.execute(ENTRY_ROWS, values).fetchall()


def entry(conn: Connection[Any], key: EntryKey) -> EntryRow | None:
    """One line, or None."""
    found = entries(conn, key.statement_id, after=key.number - 1, limit=1)
    return found[0] if found and found[0].number == key.number else None


def totals(conn: Connection[Any], statement_id: UUID) -> Totals:
    """What a statement holds, before and after matching."""
    with conn.cursor(row_factory=class_row(Totals)) as cursor:
        found = cursor.execute(TOTALS, (statement_id,)).fetchone()
    assert found is not None  # noqa: S101 - an aggregate always gives one row
    return found


def allocations(conn: Connection[Any], key: EntryKey, *, limit: int = 500) -> list[Allocated]:
    """What a line is matched to, by batch and line."""
    with conn.cursor(row_factory=class_row(Allocated)) as cursor:
        return cursor.execute(ALLOCATIONS_OF_ENTRY, (*key, limit)).fetchall()


def exceptions(
    conn: Connection[Any],
    *,
    is_open: bool | None = True,
    kind: str | None = None,
    owner: UUID | None = None,
    blocking: str | None = None,
    statement_id: UUID | None = None,
    entry_number: int | None = None,
    exception_id: UUID | None = None,
    before: int | None = None,
    limit: int = 200,
) -> list[Difference]:
    """Differences, the latest first; `before` is the log index of the last one of the page before."""
    values = {
        "open": is_open,
        "kind": kind,
        "owner": owner,
        "blocking": blocking,
        "statement": statement_id,
        "entry": entry_number,
        "exception": exception_id,
        "before": before,
        "limit": limit,
    }
    with conn.cursor(row_factory=class_row(Difference)) as cursor:
        return cursor.execute(EXCEPTIONS, values).fetchall()


def exception(conn: Connection[Any], exception_id: UUID) -> Difference | None:
    """One difference, or None."""
    found = exceptions(conn, is_open=None, exception_id=exception_id, limit=1)
    return found[0] if found else None


def proposals(conn: Connection[Any], statement_id: UUID | None = None) -> list[ProposalRow]:
    """Proposals that wait for a second person, the oldest first."""
    with conn.cursor(row_factory=class_row(ProposalRow)) as cursor:
        return cursor.execute(PROPOSALS, {"statement": statement_id}).fetchall()


def share(conn: Connection[Any], *, since: date | None = None, until: date | None = None) -> Share:
    """The share of value matched three ways, of what the bank booked in these days."""
    with conn.cursor(row_factory=class_row(Share)) as cursor:
        found = cursor.execute(SHARE, {"since": since, "until": until}).fetchone()
    assert found is not None  # noqa: S101 - likewise
    return found


def position_of(conn: Connection[Any], *, since: date, until: date) -> MonthPosition:
    """Bank and books of some days, as the read models have them."""
    with conn.cursor(row_factory=class_row(MonthPosition)) as cursor:
        found = cursor.execute(MONTH, {"since": since, "until": until}).fetchone()
    assert found is not None  # noqa: S101 - likewise
    return found


def release(conn: Connection[Any], key: EntryKey) -> Release | None:
    """Who wants to take a line's match back, or None."""
    with conn.cursor(row_factory=class_row(Release)) as cursor:
        return cursor.execute(RELEASE, key).fetchone()


def superseding(conn: Connection[Any], statement_id: UUID) -> Superseding | None:
    """Who wants the statement to count instead of others, or None."""
    with conn.cursor(row_factory=class_row(Superseding)) as cursor:
        return cursor.execute(SUPERSEDING, (statement_id,)).fetchone()


def booked(conn: Connection[Any], name: str) -> bool:
    """Whether an event of this name moved money."""
    found = conn.execute(BOOKED, (name,)).fetchone()
    return bool(found and found[0])


def payees_in_statement(conn: Connection[Any], sha256: str) -> list[UUID]:
    """Who is paid by the lines of a statement's file, as far as they are matched."""
    return [payee for (payee,) in conn.execute(PAYEES_IN_STATEMENT, (sha256,)).fetchall()]
