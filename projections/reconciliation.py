"""Bank against books: statements and their lines, payments and what of them is matched, and every difference.

What must not be broken: sums of what is matched are kept beside lines and payments and follow from the allocations
alone, so that whoever adds the allocations up again finds the same. Queries stand in `reconciliation_queries`.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from uuid import UUID

from psycopg import Connection

from domain.accounts import is_funds
from domain.payments import PaymentPaidAgain, PaymentPrepared
from domain.recon_exceptions import (
    ExceptionAssigned,
    ExceptionOpened,
    ExceptionResolved,
    ExplanationProposed,
    ExplanationRejected,
)
from domain.reconciliations import (
    Allocation,
    Matched,
    MatchProposed,
    ProposalRejected,
    StatementJoined,
    StatementSuperseded,
    SupersedingProposed,
    Unmatched,
    UnmatchProposed,
)
from domain.statements import StatementEntriesRecorded, StatementRecorded
from domain.streams import event_types
from journal.codec import Recorded
from projections.rows import Pending, Row, Table, WriteCursor, identity, to_json

NAME = "reconciliation"

DDL = """
-- `standing`: joined counts; apart contradicts another that does; superseded counts no longer.
CREATE TABLE bank_statements (
    statement_id   uuid PRIMARY KEY,
    account_digest text NOT NULL,
    number         text,
    since          date NOT NULL,
    until          date NOT NULL,
    opening_fen    bigint,
    closing_fen    bigint,
    entry_count    integer NOT NULL,
    entries_digest text NOT NULL,
    file_sha256    text NOT NULL,
    profile        text NOT NULL,
    recorded_on    date NOT NULL,
    recorded_by    uuid NOT NULL,
    log_index      bigint NOT NULL,
    standing       text NOT NULL
);

-- `matched_fen` has the sign of the line; `tier` and `matched_on` are those of its last allocation.
CREATE TABLE bank_entries (
    statement_id  uuid NOT NULL,
    number        integer NOT NULL,
    booked_on     date NOT NULL,
    amount_fen    bigint NOT NULL,
    end_to_end_id text,
    bank_ref      text,
    batch_ref     text,
    return_of     text,
    kind          text,
    reason        text,
    matched_fen   bigint NOT NULL DEFAULT 0,
    by_hand       boolean NOT NULL DEFAULT false,
    tier          integer,
    matched_on    date,
    PRIMARY KEY (statement_id, number)
);
CREATE INDEX bank_entries_waiting_idx ON bank_entries (statement_id, number) WHERE matched_fen <> amount_fen;
CREATE INDEX bank_entries_day_idx ON bank_entries (booked_on);

CREATE TABLE bank_allocations (
    log_index    bigint NOT NULL,
    ordinal      integer NOT NULL,
    statement_id uuid NOT NULL,
    entry        integer NOT NULL,
    payment_id   uuid NOT NULL,
    amount_fen   bigint NOT NULL,
    tier         integer NOT NULL,
    matched_on   date NOT NULL,
    reason       text,
    document     text,
    PRIMARY KEY (log_index, ordinal)
);
CREATE INDEX bank_allocations_entry_idx ON bank_allocations (statement_id, entry);
CREATE INDEX bank_allocations_payment_idx ON bank_allocations (payment_id);
CREATE INDEX bank_allocations_document_idx ON bank_allocations (document) WHERE document IS NOT NULL;

-- What the lines of a statement come to on each of its days.
CREATE TABLE bank_days (
    statement_id uuid NOT NULL,
    day          date NOT NULL,
    amount_fen   bigint NOT NULL,
    PRIMARY KEY (statement_id, day)
);

-- What each event of a payment moved on the accounts of money, on the day on which it took effect.
CREATE TABLE bank_bookings (
    payment_id uuid NOT NULL,
    log_index  bigint NOT NULL,
    day        date NOT NULL,
    amount_fen bigint NOT NULL,
    PRIMARY KEY (payment_id, log_index)
);

-- `status`: the payment's last word; `paid_on`, `back_on`: the bank's own days, once each. `first_day`, `last_day`: no
-- booking of it and no line that was ever matched to it lies outside, so that whoever asks what only one side has by a
-- day needs to look at nothing else than what is not level, or was booked and told on different days around it.
CREATE TABLE bank_payments (
    payment_id      uuid PRIMARY KEY,
    batch_id        uuid NOT NULL,
    batch_reference text NOT NULL,
    line            integer NOT NULL,
    payee_id        uuid NOT NULL,
    account         text NOT NULL,
    end_to_end_id   text NOT NULL,
    amount_fen      bigint NOT NULL,
    status          text NOT NULL,
    paid_on         date,
    paid_ref        text,
    back_on         date,
    back_ref        text,
    back_reason     text,
    out_fen         bigint NOT NULL DEFAULT 0,
    back_fen        bigint NOT NULL DEFAULT 0,
    out_on          date,
    repeats         uuid,
    booked_out_fen  bigint NOT NULL DEFAULT 0,
    booked_back_fen bigint NOT NULL DEFAULT 0,
    first_day       date,
    last_day        date
);
CREATE INDEX bank_payments_end_to_end_idx ON bank_payments (end_to_end_id);
CREATE INDEX bank_payments_batch_idx ON bank_payments (batch_reference);
CREATE INDEX bank_payments_paid_ref_idx ON bank_payments (paid_ref);
CREATE INDEX bank_payments_back_ref_idx ON bank_payments (back_ref);
CREATE INDEX bank_payments_paid_idx ON bank_payments (paid_on);
CREATE INDEX bank_payments_back_idx ON bank_payments (back_on) WHERE back_on IS NOT NULL;
CREATE INDEX bank_payments_apart_idx ON bank_payments (payment_id)
    WHERE out_fen <> booked_out_fen OR back_fen <> booked_back_fen;
CREATE INDEX bank_payments_over_idx ON bank_payments (last_day) WHERE first_day <> last_day;
CREATE INDEX bank_payments_free_idx ON bank_payments (batch_reference)
    WHERE (paid_on IS NOT NULL AND out_fen = 0) OR (back_on IS NOT NULL AND back_fen = 0);

CREATE TABLE bank_exceptions (
    exception_id uuid PRIMARY KEY,
    kind         text NOT NULL,
    statement_id uuid,
    entry        integer,
    payment_id   uuid,
    batch_id     uuid,
    amount_fen   bigint NOT NULL,
    blocking     text NOT NULL,
    opened_on    date NOT NULL,
    owner_id     uuid,
    resolved_on  date,
    resolved_by  uuid,
    outcome      text,
    reason       text,
    log_index    bigint NOT NULL,
    proposed     jsonb,
    proposer_id  uuid,
    cause        text,
    resolved_at  bigint
);
CREATE INDEX bank_exceptions_open_idx ON bank_exceptions (log_index) WHERE resolved_on IS NULL;
CREATE INDEX bank_exceptions_entry_idx ON bank_exceptions (statement_id, entry);

CREATE TABLE bank_proposals (
    statement_id uuid NOT NULL,
    entry        integer NOT NULL,
    parts        jsonb NOT NULL,
    reason       text NOT NULL,
    proposer_id  uuid NOT NULL,
    proposed_on  date NOT NULL,
    log_index    bigint NOT NULL,
    PRIMARY KEY (statement_id, entry)
);

CREATE TABLE bank_releases (
    statement_id uuid NOT NULL,
    entry        integer NOT NULL,
    reason       text NOT NULL,
    proposer_id  uuid NOT NULL,
    proposed_on  date NOT NULL,
    log_index    bigint NOT NULL,
    PRIMARY KEY (statement_id, entry)
);

CREATE TABLE bank_supersedings (
    statement_id uuid PRIMARY KEY,
    superseded   uuid[] NOT NULL,
    reason       text NOT NULL,
    proposer_id  uuid NOT NULL,
    proposed_on  date NOT NULL,
    log_index    bigint NOT NULL
);
"""

POSITION = "SELECT position FROM read.positions WHERE model = 'reconciliation'"

REFERENCE_LENGTH = 21
"""The first characters of an end-to-end id are the reference of its batch, see `payments.end_to_end_id`."""

_CATEGORIES = frozenset({"statement", "reconciliation", "exception", "payment"})
TYPES = frozenset(name for name in event_types() if name.partition(".")[0] in _CATEGORIES)


@dataclass(frozen=True, slots=True)
class BankStatement:
    """A statement as it was recorded."""

    statement_id: UUID
    account_digest: str
    number: str | None
    since: date
    until: date
    opening_fen: int | None
    closing_fen: int | None
    entry_count: int
    entries_digest: str
    file_sha256: str
    profile: str
    recorded_on: date
    recorded_by: UUID
    log_index: int
    standing: str


@dataclass(frozen=True, slots=True)
class BankPayment:
    """A payment: what the answers say of it, and how much of each side is matched.

    `repeats`: the payment that the bank paid once more by this one.
    """

    payment_id: UUID
    batch_id: UUID
    batch_reference: str
    line: int
    payee_id: UUID
    account: str
    end_to_end_id: str
    amount_fen: int
    status: str
    paid_on: date | None
    paid_ref: str | None
    back_on: date | None
    back_ref: str | None
    back_reason: str | None
    out_fen: int
    back_fen: int
    out_on: date | None
    repeats: UUID | None

    def has_free(self, *, leaves: bool) -> bool:
        """Whether what left, or what came back, is not all matched yet."""
        if leaves:
            return self.paid_on is not None and self.out_fen < self.amount_fen
        return self.back_on is not None and self.back_fen < self.amount_fen


STATEMENTS = Table.of("bank_statements", BankStatement)
PAYMENTS = Table.of("bank_payments", BankPayment, computed=("out_fen", "back_fen", "out_on"))

INSERT_ENTRIES = """
INSERT INTO bank_entries
    (statement_id, number, booked_on, amount_fen, end_to_end_id, bank_ref, batch_ref, return_of, kind, reason)
SELECT statement_id, number, booked_on, amount_fen, end_to_end_id, bank_ref, batch_ref, return_of, kind, reason
FROM json_populate_recordset(NULL::bank_entries, %s)
"""
ADD_DAYS = """
INSERT INTO bank_days AS stored SELECT * FROM json_populate_recordset(NULL::bank_days, %s)
ON CONFLICT (statement_id, day) DO UPDATE SET amount_fen = stored.amount_fen + EXCLUDED.amount_fen
"""
INSERT_BOOKINGS = "INSERT INTO bank_bookings SELECT * FROM json_populate_recordset(NULL::bank_bookings, %s)"
ADD_BOOKED = """
UPDATE bank_payments stored SET booked_out_fen = stored.booked_out_fen + given.out_fen,
    booked_back_fen = stored.booked_back_fen + given.back_fen,
    first_day = least(stored.first_day, given.first_day), last_day = greatest(stored.last_day, given.last_day)
FROM (
    SELECT payment_id, coalesce(sum(-amount_fen) FILTER (WHERE amount_fen < 0), 0) AS out_fen,
        coalesce(sum(amount_fen) FILTER (WHERE amount_fen > 0), 0) AS back_fen,
        min(day) AS first_day, max(day) AS last_day
    FROM json_populate_recordset(NULL::bank_bookings, %s) GROUP BY payment_id
) given WHERE stored.payment_id = given.payment_id
"""
INSERT_ALLOCATIONS = """
INSERT INTO bank_allocations SELECT * FROM json_populate_recordset(NULL::bank_allocations, %s)
"""
ADD_TO_ENTRIES = """
UPDATE bank_entries stored SET matched_fen = stored.matched_fen + given.matched_fen,
    tier = given.tier, matched_on = given.matched_on
FROM json_populate_recordset(NULL::bank_entries, %s) given
WHERE stored.statement_id = given.statement_id AND stored.number = given.number
"""
ADD_TO_PAYMENTS = """
UPDATE bank_payments stored SET out_fen = stored.out_fen + given.out_fen, back_fen = stored.back_fen + given.back_fen,
    out_on = coalesce(given.out_on, stored.out_on),
    first_day = least(stored.first_day, given.first_day), last_day = greatest(stored.last_day, given.last_day)
FROM (
    SELECT payment_id, coalesce(sum(-allocation.amount_fen) FILTER (WHERE allocation.amount_fen < 0), 0) AS out_fen,
        coalesce(sum(allocation.amount_fen) FILTER (WHERE allocation.amount_fen > 0), 0) AS back_fen,
        max(allocation.matched_on) FILTER (WHERE allocation.amount_fen < 0) AS out_on,
        min(booked_on) AS first_day, max(booked_on) AS last_day
    FROM bank_allocations allocation JOIN bank_entries entry
        ON entry.statement_id = allocation.statement_id AND entry.number = allocation.entry
    WHERE log_index = %s GROUP BY payment_id
) given WHERE stored.payment_id = given.payment_id
"""
# One statement: what a line was matched to is taken from the line and from the payments together.
TAKE_BACK = """
WITH gone AS (
    DELETE FROM bank_allocations WHERE statement_id = %(statement_id)s AND entry = %(entry)s
    RETURNING payment_id, amount_fen
), sums AS (
    SELECT payment_id, coalesce(sum(-amount_fen) FILTER (WHERE amount_fen < 0), 0) AS out_fen,
        coalesce(sum(amount_fen) FILTER (WHERE amount_fen > 0), 0) AS back_fen FROM gone GROUP BY payment_id
), payments AS (
    UPDATE bank_payments stored SET out_fen = stored.out_fen - sums.out_fen,
        back_fen = stored.back_fen - sums.back_fen,
        out_on = CASE WHEN sums.out_fen > 0 THEN NULL ELSE stored.out_on END
    FROM sums WHERE stored.payment_id = sums.payment_id
)
UPDATE bank_entries SET matched_fen = 0, tier = NULL, matched_on = NULL, by_hand = true
WHERE statement_id = %(statement_id)s AND number = %(entry)s
"""
PUT_EXCEPTION = """
INSERT INTO bank_exceptions
    (exception_id, kind, statement_id, entry, payment_id, batch_id, amount_fen, blocking, opened_on, log_index)
VALUES (%(exception_id)s, %(kind)s, %(statement_id)s, %(entry)s, %(payment_id)s, %(batch_id)s, %(amount_fen)s,
    %(blocking)s, %(opened_on)s, %(log_index)s)
ON CONFLICT (exception_id) DO UPDATE SET amount_fen = EXCLUDED.amount_fen, blocking = EXCLUDED.blocking,
    opened_on = EXCLUDED.opened_on, log_index = EXCLUDED.log_index, resolved_on = NULL, resolved_by = NULL,
    outcome = NULL, reason = NULL, proposed = NULL, proposer_id = NULL, cause = NULL, resolved_at = NULL
"""
ASSIGN_EXCEPTION = "UPDATE bank_exceptions SET owner_id = %s WHERE exception_id = %s"
PROPOSE_EXPLANATION = "UPDATE bank_exceptions SET proposed = %s WHERE exception_id = %s"
RESOLVE_EXCEPTION = """
UPDATE bank_exceptions SET resolved_on = %s, resolved_by = %s, outcome = %s, reason = %s, proposer_id = %s, cause = %s,
    resolved_at = %s, proposed = NULL WHERE exception_id = %s
"""
PUT_PROPOSAL = """
INSERT INTO bank_proposals (statement_id, entry, parts, reason, proposer_id, proposed_on, log_index)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
DROP_PROPOSALS = """
DELETE FROM bank_proposals proposal USING json_populate_recordset(NULL::bank_entries, %s) given
WHERE proposal.statement_id = given.statement_id AND proposal.entry = given.number
"""
DROP_PROPOSAL = "DELETE FROM bank_proposals WHERE statement_id = %s AND entry = %s"
PUT_RELEASE = "INSERT INTO bank_releases VALUES (%s, %s, %s, %s, %s, %s)"
DROP_RELEASE = "DELETE FROM bank_releases WHERE statement_id = %s AND entry = %s"
PUT_SUPERSEDING = """
INSERT INTO bank_supersedings VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (statement_id) DO UPDATE SET superseded = EXCLUDED.superseded, reason = EXCLUDED.reason,
    proposer_id = EXCLUDED.proposer_id, proposed_on = EXCLUDED.proposed_on, log_index = EXCLUDED.log_index
"""
JOIN_STATEMENT = "UPDATE bank_statements SET standing = 'joined' WHERE statement_id = %s"
# One statement: what was matched to lines that count no longer is taken from the payments, and the lines are free.
SUPERSEDE = """
WITH gone AS (
    DELETE FROM bank_allocations WHERE statement_id = ANY(%(superseded)s) RETURNING payment_id, amount_fen
), sums AS (
    SELECT payment_id, coalesce(sum(-amount_fen) FILTER (WHERE amount_fen < 0), 0) AS out_fen,
        coalesce(sum(amount_fen) FILTER (WHERE amount_fen > 0), 0) AS back_fen FROM gone GROUP BY payment_id
), payments AS (
    UPDATE bank_payments stored SET out_fen = stored.out_fen - sums.out_fen,
        back_fen = stored.back_fen - sums.back_fen,
        out_on = CASE WHEN sums.out_fen > 0 THEN NULL ELSE stored.out_on END
    FROM sums WHERE stored.payment_id = sums.payment_id
), proposals AS (
    DELETE FROM bank_proposals WHERE statement_id = ANY(%(superseded)s)
), releases AS (
    DELETE FROM bank_releases WHERE statement_id = ANY(%(superseded)s)
), wanted AS (
    DELETE FROM bank_supersedings WHERE statement_id = %(statement_id)s
), statements AS (
    UPDATE bank_statements SET standing = 'superseded' WHERE statement_id = ANY(%(superseded)s)
)
UPDATE bank_entries SET matched_fen = 0, tier = NULL, matched_on = NULL WHERE statement_id = ANY(%(superseded)s)
"""


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """Statements and payments in bulk; then matches and exceptions in the order of the log."""
    statements, payments = Pending(STATEMENTS), Pending(PAYMENTS)
    entries: list[Row] = []
    for recorded in events:
        if recorded.type.startswith("payment."):
            _apply_to_payment(payments, recorded)
        elif isinstance(recorded.event, StatementRecorded):
            statements.add(identity(recorded), _statement_row(recorded, recorded.event))
        elif isinstance(recorded.event, StatementEntriesRecorded):
            entries += _entry_rows(recorded, recorded.event)
    statements.write(cursor)
    payments.write(cursor)
    if entries:
        cursor.execute(INSERT_ENTRIES, (to_json(entries),))
        cursor.execute(ADD_DAYS, (to_json(_day_rows(entries)),))
    if bookings := [row for recorded in events for row in _booking_rows(recorded)]:
        cursor.execute(INSERT_BOOKINGS, (to_json(bookings),))
        cursor.execute(ADD_BOOKED, (to_json(bookings),))
    for recorded in events:
        if recorded.type.startswith("exception."):
            _apply_to_exception(cursor, recorded)
        elif recorded.type.startswith("reconciliation."):
            _apply_to_account(cursor, recorded)


def _statement_row(recorded: Recorded, event: StatementRecorded) -> Row:
    return {
        "account_digest": event.account_digest,
        "number": event.number,
        "since": event.since,
        "until": event.until,
        "opening_fen": event.opening_fen,
        "closing_fen": event.closing_fen,
        "entry_count": event.entry_count,
        "entries_digest": event.entries_digest,
        "file_sha256": event.file.sha256,
        "profile": event.profile,
        "recorded_on": recorded.line.on,
        "recorded_by": recorded.line.by,
        "log_index": recorded.index,
        "standing": "apart",  # until it is joined
    }


def _entry_rows(recorded: Recorded, event: StatementEntriesRecorded) -> list[Row]:
    return [
        {
            "statement_id": identity(recorded),
            "number": line.number,
            "booked_on": line.booked_on,
            "amount_fen": line.amount_fen,
            "end_to_end_id": line.end_to_end_id,
            "bank_ref": line.bank_ref,
            "batch_ref": line.batch_ref,
            "return_of": line.return_of,
            "kind": line.kind,
            "reason": line.reason,
        }
        for line in event.entries
    ]


def _day_rows(entries: Sequence[Row]) -> list[Row]:
    days: defaultdict[tuple[object, object], int] = defaultdict(int)
    for entry in entries:
        days[entry["statement_id"], entry["booked_on"]] += cast("int", entry["amount_fen"])
    return [{"statement_id": of, "day": day, "amount_fen": amount_fen} for (of, day), amount_fen in days.items()]


def _booking_rows(recorded: Recorded) -> Iterator[Row]:
    """What a payment's event moved on the accounts of money, where it moved any."""
    if recorded.type.startswith("payment."):
        amount_fen = sum(posting.amount for posting in recorded.postings if is_funds(posting.account))
        if amount_fen:
            about = {"payment_id": identity(recorded), "log_index": recorded.index}
            yield {**about, "day": recorded.line.on, "amount_fen": amount_fen}


def _apply_to_payment(payments: Pending, recorded: Recorded) -> None:
    """A payment by the words of its events; what is recorded beside its states changes nothing here."""
    payment_id, event = identity(recorded), recorded.event
    match recorded.type.removeprefix("payment.").partition("/")[0]:
        case "prepared":
            payments.add(payment_id, {**_line_of(event), "status": "prepared"})
        case "paid_again":
            paid = {"paid_on": event.booked_on, "paid_ref": event.bank_ref}
            payments.add(payment_id, {**_line_of(event), "status": "claimed", "repeats": event.repeats, **paid})
        case "settled":
            settled = {"paid_on": event.booked_on, "paid_ref": event.bank_ref}
            payments.change(payment_id, {"status": "settled", **settled})
        case "confirmed_paid" | "claimed" as word:
            paid = {"paid_on": event.booked_on, "paid_ref": event.bank_ref}
            payments.change(payment_id, {"status": "settled" if word == "confirmed_paid" else word, **paid})
        case "returned" | "recovered" | "claim_recovered" as word:
            back = {"back_on": event.booked_on, "back_ref": event.bank_ref, "back_reason": event.reason}
            payments.change(payment_id, {"status": word, **back})
        case (
            "approved"
            | "cancelled"
            | "failed"
            | "unresolved"
            | "accepted"
            | "reissued"
            | "written_back"
            | "claim_written_off"
        ) as word:
            payments.change(payment_id, {"status": word})


def _line_of(event: PaymentPrepared | PaymentPaidAgain) -> Row:
    row = {name: getattr(event, name) for name in ("batch_id", "line", "payee_id", "account", "amount_fen")}
    reference = event.end_to_end_id[:REFERENCE_LENGTH]
    return {**row, "end_to_end_id": event.end_to_end_id, "batch_reference": reference}


def _apply_to_account(cursor: WriteCursor, recorded: Recorded) -> None:
    match recorded.event:
        case Matched(allocations=allocations, reason=reason):
            _allocate(cursor, recorded, allocations, reason)
        case Unmatched(statement_id=statement_id, entry=entry):
            cursor.execute(TAKE_BACK, {"statement_id": statement_id, "entry": entry})
            cursor.execute(DROP_RELEASE, (statement_id, entry))
        case MatchProposed() as event:
            parts = [
                {"payment_id": one.payment_id, "amount_fen": one.amount_fen, "document": one.document}
                for one in event.allocations
            ]
            values = (event.statement_id, event.entry, to_json(parts), event.reason, event.proposer_id)
            cursor.execute(PUT_PROPOSAL, (*values, recorded.on, recorded.index))
        case ProposalRejected(statement_id=statement_id, entry=entry):
            cursor.execute(DROP_PROPOSAL, (statement_id, entry))
            cursor.execute(DROP_RELEASE, (statement_id, entry))
        case StatementJoined(statement_id=statement_id):
            cursor.execute(JOIN_STATEMENT, (statement_id,))
        case UnmatchProposed() as event:
            wanted = (event.statement_id, event.entry, event.reason, event.proposer_id)
            cursor.execute(PUT_RELEASE, (*wanted, recorded.on, recorded.index))
        case SupersedingProposed() as event:
            instead = (event.statement_id, list(event.superseded), event.reason, event.proposer_id)
            cursor.execute(PUT_SUPERSEDING, (*instead, recorded.on, recorded.index))
        case StatementSuperseded(statement_id=statement_id, superseded=superseded):
            cursor.execute(SUPERSEDE, {"statement_id": statement_id, "superseded": list(superseded)})
        case other:
            raise TypeError(f"{type(other).__name__} is not an event of this read model")


def _allocate(cursor: WriteCursor, recorded: Recorded, allocations: Sequence[Allocation], reason: str | None) -> None:
    by_entry: defaultdict[tuple[UUID, int], int] = defaultdict(int)
    tiers: dict[tuple[UUID, int], int] = {}
    rows: list[Row] = []
    for ordinal, one in enumerate(allocations):
        key = one.statement_id, one.entry
        by_entry[key] += one.amount_fen
        tiers[key] = one.tier
        rows.append(
            {
                "log_index": recorded.index,
                "ordinal": ordinal,
                "statement_id": one.statement_id,
                "entry": one.entry,
                "payment_id": one.payment_id,
                "amount_fen": one.amount_fen,
                "tier": one.tier,
                "matched_on": recorded.line.on,
                "reason": reason,
                "document": one.document,
            }
        )
    cursor.execute(INSERT_ALLOCATIONS, (to_json(rows),))
    entries = [
        {"statement_id": s, "number": n, "matched_fen": fen, "tier": tiers[s, n], "matched_on": recorded.line.on}
        for (s, n), fen in by_entry.items()
    ]
    cursor.execute(ADD_TO_ENTRIES, (to_json(entries),))
    cursor.execute(ADD_TO_PAYMENTS, (recorded.index,))
    cursor.execute(DROP_PROPOSALS, (to_json(entries),))


def _apply_to_exception(cursor: WriteCursor, recorded: Recorded) -> None:
    exception_id = identity(recorded)
    match recorded.event:
        case ExceptionOpened() as event:
            about = {name: getattr(event, name) for name in ("statement_id", "entry", "payment_id", "batch_id")}
            what = {"kind": event.kind, "amount_fen": event.amount_fen, "blocking": event.blocking}
            opened = {"exception_id": exception_id, "opened_on": recorded.on, "log_index": recorded.index}
            cursor.execute(PUT_EXCEPTION, {**about, **what, **opened})
        case ExceptionAssigned(owner_id=owner_id):
            cursor.execute(ASSIGN_EXCEPTION, (owner_id, exception_id))
        case ExplanationProposed() as event:
            said = {"outcome": event.outcome, "reason": event.reason, "cause": event.cause, "by": event.proposer_id}
            cursor.execute(PROPOSE_EXPLANATION, (json.dumps(said, default=str), exception_id))
        case ExplanationRejected():
            cursor.execute(PROPOSE_EXPLANATION, (None, exception_id))
        case ExceptionResolved() as event:
            end = (event.outcome, event.reason, event.proposer_id, event.cause, recorded.index)
            cursor.execute(RESOLVE_EXCEPTION, (recorded.on, recorded.line.by, *end, exception_id))
        case other:
            raise TypeError(f"{type(other).__name__} is not an event of this read model")


# Queries.


def position(conn: Connection[Any]) -> int:
    """How many events these tables cover."""
    found = conn.execute(POSITION).fetchone()
    return int(found[0]) if found else 0
