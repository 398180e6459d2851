"""The monthly batches: who made and checked each, its lines, what the bank answered, and whether three books agree.

Ledger figures come from postings alone, line figures from the payments, bank figures from the answers that were
recorded; they are kept apart here, so that comparing them means something.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain import accounts
from domain.kernel.calendar import Month
from domain.kernel.ids import EventName
from domain.kernel.places import Division, prefix
from domain.payments import (
    PaymentApproved,
    PaymentCancelled,
    PaymentFailed,
    PaymentPrepared,
    PaymentSettled,
    PaymentUnresolved,
)
from domain.payout_batches import (
    BankAnswerRecorded,
    PayoutBatchApproved,
    PayoutBatchClosed,
    PayoutBatchExported,
    PayoutBatchFrozen,
    PayoutBatchRejected,
)
from domain.streams import event_types
from journal.codec import Recorded
from projections.rows import Pending, Row, Table, WriteCursor, identity, to_json

Status = Literal["frozen", "approved", "rejected", "exported", "answered", "closed"]
LineState = Literal["prepared", "approved", "cancelled", "settled", "failed", "unresolved"]

NAME = "payout_batches"

DDL = """
CREATE TABLE payout_batches (
    batch_id      uuid PRIMARY KEY,
    division      text NOT NULL,
    month         text NOT NULL,
    number        integer NOT NULL,
    status        text NOT NULL,
    payment_count integer NOT NULL,
    total_fen     bigint NOT NULL,
    lines_digest  text NOT NULL,
    maker_id      uuid NOT NULL,
    frozen_on     date NOT NULL,
    log_index     bigint NOT NULL,
    checker_id    uuid,
    checked_on    date,
    reject_reason text,
    profile       text,
    file_sha256   text,
    file_length   bigint,
    exported_on   date,
    closed_on     date
);
CREATE INDEX payout_batches_month_idx ON payout_batches (month, division text_pattern_ops);

CREATE TABLE payout_payments (
    payment_id    uuid PRIMARY KEY,
    batch_id      uuid NOT NULL,
    line          integer NOT NULL,
    payee_id      uuid NOT NULL,
    amount_fen    bigint NOT NULL,
    rewards       uuid[] NOT NULL,
    account       text NOT NULL,
    end_to_end_id text NOT NULL,
    budget_id     uuid NOT NULL,
    replaces      uuid[] NOT NULL,
    state         text NOT NULL,
    reason        text,
    answer        text,
    booked_on     date,
    bank_ref      text,
    UNIQUE (batch_id, line)
);
CREATE INDEX payout_payments_payee_idx ON payout_payments (payee_id);

-- Every return file that was read, with the bank's own counts.
CREATE TABLE payout_answers (
    log_index     bigint PRIMARY KEY,
    batch_id      uuid NOT NULL,
    profile       text NOT NULL,
    file_sha256   text NOT NULL,
    file_length   bigint NOT NULL,
    settled_count integer NOT NULL,
    failed_count  integer NOT NULL,
    unknown_count integer NOT NULL,
    recorded_on   date NOT NULL
);
CREATE INDEX payout_answers_batch_idx ON payout_answers (batch_id, log_index);

-- What the postings say of each batch: sent and not final; left the account.
CREATE TABLE payout_ledgers (
    batch_id       uuid PRIMARY KEY,
    in_transit_fen bigint NOT NULL,
    settled_fen    bigint NOT NULL
);
"""

# Whatever type moves money in transit, now or later, counts: the ledger side knows no business rule.
TYPES = frozenset(
    name
    for name, cls in event_types().items()
    if name.startswith(("payout_batch.", "payment.")) or "postings" in cls.__annotations__
)


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch and where it stands; `reject_reason`, `profile` and the file are there once that step was taken."""

    batch_id: UUID
    division: Division
    month: Month
    number: int
    status: Status
    payment_count: int
    total_fen: int
    lines_digest: str
    maker_id: UUID
    frozen_on: date
    log_index: int
    checker_id: UUID | None
    checked_on: date | None
    reject_reason: str | None
    profile: str | None
    file_sha256: str | None
    file_length: int | None
    exported_on: date | None
    closed_on: date | None


@dataclass(frozen=True, slots=True)
class Payment:
    """One line. `reason`: why it failed or was cancelled, or the last word of a bank that gave no definite answer."""

    payment_id: UUID
    batch_id: UUID
    line: int
    payee_id: UUID
    amount_fen: int
    rewards: list[UUID]
    account: EventName
    end_to_end_id: str
    budget_id: UUID
    replaces: list[UUID]
    state: LineState
    reason: str | None
    answer: str | None
    booked_on: date | None
    bank_ref: str | None


BATCHES = Table.of("payout_batches", Batch)
PAYMENTS = Table.of("payout_payments", Payment)
ANSWERS = Table(
    "payout_answers",
    "log_index",
    (
        "batch_id",
        "profile",
        "file_sha256",
        "file_length",
        "settled_count",
        "failed_count",
        "unknown_count",
        "recorded_on",
    ),
)

ADD_TO_LEDGERS = """
INSERT INTO payout_ledgers AS stored SELECT * FROM json_populate_recordset(NULL::payout_ledgers, %s)
ON CONFLICT (batch_id) DO UPDATE SET
    in_transit_fen = stored.in_transit_fen + EXCLUDED.in_transit_fen,
    settled_fen = stored.settled_fen + EXCLUDED.settled_fen
"""

_TRANSIT = accounts.in_transit(UUID(int=0)).removesuffix(str(UUID(int=0)))


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """Batches, lines and answers from their own events; the ledger side from the postings of any event."""
    batches, payments = Pending(BATCHES), Pending(PAYMENTS)
    answers: list[Row] = []
    for recorded in events:
        if recorded.type.startswith("payout_batch."):
            _apply_to_batch(batches, answers, recorded)
        elif recorded.type.startswith("payment."):
            _apply_to_payment(payments, recorded)
    batches.write(cursor)
    payments.write(cursor)
    ANSWERS.insert(cursor, answers)
    ledgers = _ledger_changes(events)
    if ledgers:
        cursor.execute(ADD_TO_LEDGERS, (to_json(ledgers),))


def _apply_to_batch(batches: Pending, answers: list[Row], recorded: Recorded) -> None:
    batch_id, on = identity(recorded), recorded.line.on
    match recorded.event:
        case PayoutBatchFrozen() as event:
            batches.add(batch_id, _batch_row(recorded, event))
        case PayoutBatchApproved():
            batches.change(batch_id, {"status": "approved", "checker_id": recorded.line.by, "checked_on": on})
        case PayoutBatchRejected(reason=reason):
            checked = {"checker_id": recorded.line.by, "checked_on": on, "reject_reason": reason}
            batches.change(batch_id, {"status": "rejected", **checked})
        case PayoutBatchExported(profile=profile, file=file):
            exported = {"file_sha256": file.sha256, "file_length": file.length, "exported_on": on}
            batches.change(batch_id, {"status": "exported", "profile": profile, **exported})
        case BankAnswerRecorded() as event:
            batches.change(batch_id, {"status": "answered"})
            answers.append(_answer_row(recorded, event))
        case PayoutBatchClosed():
            batches.change(batch_id, {"status": "closed", "closed_on": on})
        case other:
            raise TypeError(f"{type(other).__name__} is not an event of this read model")


def _batch_row(recorded: Recorded, event: PayoutBatchFrozen) -> Row:
    return {
        "division": event.division,
        "month": event.month,
        "number": event.number,
        "status": "frozen",
        "payment_count": event.payment_count,
        "total_fen": event.total_fen,
        "lines_digest": event.lines_digest,
        "maker_id": event.maker_id,
        "frozen_on": recorded.line.on,
        "log_index": recorded.index,
    }


def _answer_row(recorded: Recorded, event: BankAnswerRecorded) -> Row:
    return {
        "log_index": recorded.index,
        "batch_id": identity(recorded),
        "profile": event.profile,
        "file_sha256": event.file.sha256,
        "file_length": event.file.length,
        "settled_count": event.settled_count,
        "failed_count": event.failed_count,
        "unknown_count": event.unknown_count,
        "recorded_on": recorded.line.on,
    }


def _apply_to_payment(payments: Pending, recorded: Recorded) -> None:
    payment_id = identity(recorded)
    match recorded.event:
        case PaymentPrepared() as event:
            payments.add(payment_id, _payment_row(event))
        case PaymentApproved():
            payments.change(payment_id, {"state": "approved"})
        case PaymentCancelled(reason=reason):
            payments.change(payment_id, {"state": "cancelled", "reason": reason})
        case PaymentSettled() as event:
            settled = {"answer": event.answer, "booked_on": event.booked_on, "bank_ref": event.bank_ref}
            payments.change(payment_id, {"state": "settled", **settled})
        case PaymentFailed() as event:
            payments.change(payment_id, {"state": "failed", "reason": event.reason, "answer": event.answer})
        case PaymentUnresolved() as event:
            unresolved = {"reason": event.status, "answer": event.answer}
            payments.change(payment_id, {"state": "unresolved", **unresolved})
        case other:
            raise TypeError(f"{type(other).__name__} is not an event of this read model")


def _payment_row(event: PaymentPrepared) -> Row:
    return {
        "batch_id": event.batch_id,
        "line": event.line,
        "payee_id": event.payee_id,
        "amount_fen": event.amount_fen,
        "rewards": event.rewards,
        "account": event.account,
        "end_to_end_id": event.end_to_end_id,
        "budget_id": event.budget_id,
        "replaces": event.replaces,
        "state": "prepared",
    }


def _ledger_changes(events: Sequence[Recorded]) -> list[Row]:
    """By batch: what its transit account owes more (a credit), and what left the funding account beside it."""
    changes: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for recorded in events:
        transit = [posting for posting in recorded.postings if posting.account.startswith(_TRANSIT)]
        paid = any(posting.account == accounts.FUNDS for posting in recorded.postings)
        for posting in transit:
            change = changes[posting.account.removeprefix(_TRANSIT)]
            change[0] -= posting.amount
            change[1] += posting.amount if paid else 0
    return [
        {"batch_id": batch_id, "in_transit_fen": in_transit, "settled_fen": settled}
        for batch_id, (in_transit, settled) in sorted(changes.items())
    ]


# Queries.


@dataclass(frozen=True, slots=True)
class Answer:
    """One return file of the bank; `cited_settled` and `cited_failed` lines became final by it."""

    file_sha256: str
    file_length: int
    profile: str
    recorded_on: date
    settled_count: int
    failed_count: int
    unknown_count: int
    cited_settled: int
    cited_failed: int


@dataclass(frozen=True, slots=True)
class ThreeWay:
    """三方核对 of one batch, as of a log position: the ledger, the lines, the bank. Amounts in fen.

    `without_answer` counts final lines whose return file was not recorded; `over_cited` counts return files by
    which more lines became final than the bank answered in them.
    """

    frozen_count: int
    frozen_fen: int
    lines_count: int
    lines_fen: int
    lines_in_transit_fen: int
    lines_settled_count: int
    lines_settled_fen: int
    lines_failed_count: int
    lines_failed_fen: int
    ledger_in_transit_fen: int
    ledger_settled_fen: int
    without_answer: int
    over_cited: int
    position: int

    @property
    def agrees(self) -> bool:
        """Whether the three say the same."""
        return (
            (self.frozen_count, self.frozen_fen) == (self.lines_count, self.lines_fen)
            and self.ledger_in_transit_fen == self.lines_in_transit_fen
            and self.ledger_settled_fen == self.lines_settled_fen
            and self.without_answer == 0
            and self.over_cited == 0
        )


@dataclass(frozen=True, slots=True)
class Counters:
    """How many batches wait for each step, and how many lines the bank has left without a definite answer."""

    to_check: int
    to_export: int
    to_answer: int
    to_close: int
    unresolved_lines: int


@dataclass(frozen=True, slots=True)
class BatchPage:
    """A batch with its lines in order, the bank's answers, and the three-way check."""

    batch: Batch
    payments: list[Payment]
    answers: list[Answer]
    three_way: ThreeWay


_BATCH = f"SELECT {BATCHES.all_columns} FROM read.payout_batches"  # noqa: S608 - columns of ours
_PAYMENT = f"SELECT {PAYMENTS.all_columns} FROM read.payout_payments"  # noqa: S608 - likewise

ONE = f"{_BATCH} WHERE batch_id = %s"

PAYMENTS_OF_BATCH = f"{_PAYMENT} WHERE batch_id = %s ORDER BY line"

PAYMENTS_OF_PAYEE = f"""
{_PAYMENT} payment JOIN read.payout_batches batch USING (batch_id) WHERE payee_id = %s ORDER BY batch.log_index, line
"""

LISTING = f"""
{_BATCH} WHERE division LIKE %(prefix)s
    AND (%(month)s::text IS NULL OR month = %(month)s)
    AND (%(status)s::text IS NULL OR status = %(status)s)
    AND (%(before)s::bigint IS NULL OR log_index < %(before)s)
ORDER BY log_index DESC LIMIT %(limit)s
"""

PAYEES_IN_FILE = """
SELECT DISTINCT payee_id FROM read.payout_payments WHERE batch_id IN (
    SELECT batch_id FROM read.payout_batches WHERE file_sha256 = %(file)s
    UNION SELECT batch_id FROM read.payout_answers WHERE file_sha256 = %(file)s)
"""

LAST_NUMBER = "SELECT coalesce(max(number), 0) FROM read.payout_batches WHERE division = %s AND month = %s"

ANSWERS_OF_BATCH = """
SELECT file_sha256, file_length, profile, recorded_on, settled_count, failed_count, unknown_count,
    (SELECT count(*) FROM read.payout_payments payment WHERE payment.batch_id = answer.batch_id
        AND payment.answer = answer.file_sha256 AND state = 'settled') AS cited_settled,
    (SELECT count(*) FROM read.payout_payments payment WHERE payment.batch_id = answer.batch_id
        AND payment.answer = answer.file_sha256 AND state = 'failed') AS cited_failed
FROM read.payout_answers answer WHERE batch_id = %s ORDER BY log_index
"""

# One statement, so that all three sides and the position are of one moment.
THREE_WAY = f"""
WITH answers AS ({ANSWERS_OF_BATCH.replace("%s", "%(batch_id)s")})
SELECT batch.payment_count AS frozen_count, batch.total_fen AS frozen_fen, lines.*,
    coalesce(ledger.in_transit_fen, 0) AS ledger_in_transit_fen,
    coalesce(ledger.settled_fen, 0) AS ledger_settled_fen,
    (SELECT count(*) FROM answers WHERE cited_settled > settled_count OR cited_failed > failed_count) AS over_cited,
    (SELECT position FROM read.positions WHERE model = 'payout_batches') AS position
FROM read.payout_batches batch
    LEFT JOIN read.payout_ledgers ledger USING (batch_id)
    CROSS JOIN (
        SELECT count(*) AS lines_count, coalesce(sum(amount_fen), 0)::bigint AS lines_fen,
            coalesce(sum(amount_fen) FILTER (WHERE state IN ('approved', 'unresolved')), 0)::bigint
                AS lines_in_transit_fen,
            count(*) FILTER (WHERE state = 'settled') AS lines_settled_count,
            coalesce(sum(amount_fen) FILTER (WHERE state = 'settled'), 0)::bigint AS lines_settled_fen,
            count(*) FILTER (WHERE state = 'failed') AS lines_failed_count,
            coalesce(sum(amount_fen) FILTER (WHERE state = 'failed'), 0)::bigint AS lines_failed_fen,
            count(*) FILTER (WHERE state IN ('settled', 'failed')
                AND NOT EXISTS (SELECT FROM answers WHERE file_sha256 = answer)) AS without_answer
        FROM read.payout_payments WHERE batch_id = %(batch_id)s
    ) lines
WHERE batch.batch_id = %(batch_id)s
"""  # noqa: S608 - text of ours

COUNTERS = """
SELECT count(*) FILTER (WHERE status = 'frozen') AS to_check,
    count(*) FILTER (WHERE status = 'approved') AS to_export,
    count(*) FILTER (WHERE status = 'exported') AS to_answer,
    count(*) FILTER (WHERE status = 'answered') AS to_close,
    (SELECT count(*) FROM read.payout_payments JOIN read.payout_batches USING (batch_id)
        WHERE state = 'unresolved' AND division LIKE %(prefix)s) AS unresolved_lines
FROM read.payout_batches WHERE division LIKE %(prefix)s
"""


def one(conn: Connection[Any], batch_id: UUID) -> Batch | None:
    """One batch, or None."""
    with conn.cursor(row_factory=class_row(Batch)) as cursor:
        return cursor.execute(ONE, (batch_id,)).fetchone()


def page(conn: Connection[Any], batch_id: UUID) -> BatchPage | None:
    """A batch with everything that its page shows, or None. In one transaction, so that the parts fit together."""
    with conn.transaction():
        batch, check = one(conn, batch_id), three_way(conn, batch_id)
        if batch is None or check is None:
            return None
        return BatchPage(batch, payments_of_batch(conn, batch_id), answers_of_batch(conn, batch_id), check)


def payments_of_batch(conn: Connection[Any], batch_id: UUID) -> list[Payment]:
    """The lines of a batch, in order."""
    with conn.cursor(row_factory=class_row(Payment)) as cursor:
        return cursor.execute(PAYMENTS_OF_BATCH, (batch_id,)).fetchall()


def payments_of_payee(conn: Connection[Any], payee_id: UUID) -> list[Payment]:
    """Every line to one payee, the earliest batch first."""
    with conn.cursor(row_factory=class_row(Payment)) as cursor:
        return cursor.execute(PAYMENTS_OF_PAYEE, (payee_id,)).fetchall()


def payees_in_file(conn: Connection[Any], sha256: str) -> list[UUID]:
    """Who is paid in the batch that a payment file or a return file belongs to."""
    return [payee for (payee,) in conn.execute(PAYEES_IN_FILE, {"file": sha256}).fetchall()]


def answers_of_batch(conn: Connection[Any], batch_id: UUID) -> list[Answer]:
    """The bank's return files of a batch, in the order of recording."""
    with conn.cursor(row_factory=class_row(Answer)) as cursor:
        return cursor.execute(ANSWERS_OF_BATCH, (batch_id,)).fetchall()


def three_way(conn: Connection[Any], batch_id: UUID) -> ThreeWay | None:
    """The three-way check of a batch, or None."""
    with conn.cursor(row_factory=class_row(ThreeWay)) as cursor:
        return cursor.execute(THREE_WAY, {"batch_id": batch_id}).fetchone()


def listing(
    conn: Connection[Any],
    *,
    area: Division,
    month: Month | None = None,
    status: Status | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Batch]:
    """Batches of an area, the latest first; `before` is the log index of the last one of the page before."""
    values = {
        "prefix": prefix(area) + "%",
        "month": month,
        "status": status,
        "before": before,
        "limit": limit,
    }
    with conn.cursor(row_factory=class_row(Batch)) as cursor:
        return cursor.execute(LISTING, values).fetchall()


def last_number(conn: Connection[Any], division: Division, month: Month) -> int:
    """The number of the last batch of exactly this division and month; 0 if there is none."""
    found = conn.execute(LAST_NUMBER, (division, month)).fetchone()
    return int(found[0]) if found else 0


def counters(conn: Connection[Any], *, area: Division) -> Counters:
    """How much work waits in an area."""
    with conn.cursor(row_factory=class_row(Counters)) as cursor:
        found = cursor.execute(COUNTERS, {"prefix": prefix(area) + "%"}).fetchone()
    assert found is not None  # noqa: S101 - an aggregate always gives one row
    return found
