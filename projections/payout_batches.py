"""The monthly batches: who made and checked each, its lines, what the bank answered, and whether three books agree.

Ledger figures come from postings alone, line figures from the payments, bank figures from the answers that were
recorded; they are kept apart here, so that comparing them means something.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain import accounts, payments
from domain.kernel.calendar import Month
from domain.kernel.events import Sha256
from domain.kernel.ids import EventName
from domain.kernel.places import Division, prefix
from domain.payments import (
    PaymentAccepted,
    PaymentApproved,
    PaymentCancelled,
    PaymentClaimed,
    PaymentClaimRecovered,
    PaymentClaimWrittenOff,
    PaymentConfirmedPaid,
    PaymentContradicted,
    PaymentFailed,
    PaymentPaidAgain,
    PaymentPrepared,
    PaymentRecovered,
    PaymentReissued,
    PaymentReturned,
    PaymentSettled,
    PaymentUnresolved,
    PaymentUpheld,
    PaymentWriteOffProposed,
    PaymentWriteOffRejected,
    PaymentWrittenBack,
)
from domain.payout_batches import (
    NUMBERS,
    BankAnswerRecorded,
    PayoutBatchApproved,
    PayoutBatchClosed,
    PayoutBatchExported,
    PayoutBatchFrozen,
    PayoutBatchRejected,
    SignalsAcknowledged,
    SignalsNoted,
    shown_digest,
)
from domain.payout_batches import signals as payout_signals
from domain.streams import event_types
from journal.codec import Recorded
from projections.rows import Pending, Row, Table, WriteCursor, identity, to_json

Status = Literal["frozen", "approved", "rejected", "exported", "answered", "closed"]
LineState = payments.Status

NAME = "payout_batches"

DDL = """
CREATE TABLE payout_batches (
    batch_id      uuid PRIMARY KEY,
    division      text NOT NULL,
    month         text NOT NULL,
    number        integer NOT NULL,
    step          text NOT NULL,
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
    closed_on     date,
    signals_digest text,
    -- A closed batch stays closed, whatever the bank says afterwards.
    status text NOT NULL GENERATED ALWAYS AS (CASE WHEN closed_on IS NOT NULL THEN 'closed' ELSE step END) STORED
);
CREATE INDEX payout_batches_month_idx ON payout_batches (month, division text_pattern_ops);

-- What the bank paid once more (`repeats`) is no line of its batch.
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
    outcome       text,
    back_on       date,
    back_ref      text,
    contradicted  boolean NOT NULL,
    contradiction text,
    repeats       uuid,
    write_off     jsonb,
    write_off_waits boolean NOT NULL
);
CREATE UNIQUE INDEX payout_payments_line_idx ON payout_payments (batch_id, line) WHERE repeats IS NULL;
CREATE INDEX payout_payments_repeats_idx ON payout_payments (repeats) WHERE repeats IS NOT NULL;
CREATE INDEX payout_payments_payee_idx ON payout_payments (payee_id);
CREATE INDEX payout_payments_contradicted_idx ON payout_payments (payment_id) WHERE contradicted;

-- What stands out in a frozen list, and what maker and checker said about it.
CREATE TABLE payout_signals (
    signal        text PRIMARY KEY,
    batch_id      uuid NOT NULL,
    line          integer NOT NULL,
    code          text NOT NULL,
    facts         jsonb NOT NULL
);
CREATE INDEX payout_signals_batch_idx ON payout_signals (batch_id, line);
CREATE TABLE payout_acknowledgements (
    acknowledgement text PRIMARY KEY,
    batch_id      uuid NOT NULL,
    person_id     uuid NOT NULL,
    code          text NOT NULL,
    reason        text NOT NULL,
    lines         integer[] NOT NULL,
    log_index     bigint NOT NULL
);
CREATE INDEX payout_acknowledgements_batch_idx ON payout_acknowledgements (batch_id, log_index);

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
-- The same of each payment: what came back into the account.
CREATE TABLE payout_returns (
    payment_id   uuid PRIMARY KEY,
    returned_fen bigint NOT NULL
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
    """A batch and where it stands; `reject_reason`, `profile` and the file are there once that step was taken.

    `signals_digest`: of what stands out in it, where something does.
    """

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
    signals_digest: str | None

    @property
    def shown_digest(self) -> str:
        """What a page that shows lines and signals is approved by."""
        return shown_digest(Sha256(self.lines_digest), Sha256(self.signals_digest) if self.signals_digest else None)


@dataclass(frozen=True, slots=True)
class Payment:
    """One line. `reason`: why it failed, came back or was cancelled, or the last word of a bank that is not definite.

    `outcome`: settled or failed, by the bank's first definite answer; `back_on`, `back_ref`: the booking by which the
    money came back. `contradicted`: nobody has cleared up yet that the bank also said `contradiction`. `repeats`: the
    payment that the bank paid once more by this one. `write_off` is the last proposal to give the claim up
    (document, reason, proposer_id); it waits for a second person (`write_off_waits`), or was decided on.
    """

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
    outcome: Literal["settled", "failed"] | None
    back_on: date | None
    back_ref: str | None
    contradicted: bool
    contradiction: str | None
    repeats: UUID | None
    write_off: dict[str, str] | None
    write_off_waits: bool


_BATCH_COLUMNS = Table.of("payout_batches", Batch)
_WRITTEN = Table.of("payout_batches", Batch, computed={"status"})
BATCHES = replace(_WRITTEN, columns=(*_WRITTEN.columns, "step"))
SIGNALS = Table("payout_signals", "signal", ("batch_id", "line", "code", "facts"))
ACKNOWLEDGEMENTS = Table(
    "payout_acknowledgements", "acknowledgement", ("batch_id", "person_id", "code", "reason", "lines", "log_index")
)
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

ADD_TO_RETURNS = """
INSERT INTO payout_returns AS stored SELECT * FROM json_populate_recordset(NULL::payout_returns, %s)
ON CONFLICT (payment_id) DO UPDATE SET returned_fen = stored.returned_fen + EXCLUDED.returned_fen
"""

_TRANSIT = accounts.in_transit(UUID(int=0)).removesuffix(str(UUID(int=0)))


@dataclass
class _Changes:
    """What a run of events adds and changes."""

    batches: Pending = field(default_factory=lambda: Pending(BATCHES))
    payments: Pending = field(default_factory=lambda: Pending(PAYMENTS))
    answers: list[Row] = field(default_factory=list)
    signals: list[Row] = field(default_factory=list)
    acknowledgements: list[Row] = field(default_factory=list)

    def write(self, cursor: WriteCursor) -> None:
        """One statement a table."""
        self.batches.write(cursor)
        self.payments.write(cursor)
        ANSWERS.insert(cursor, self.answers)
        SIGNALS.insert(cursor, self.signals)
        ACKNOWLEDGEMENTS.insert(cursor, self.acknowledgements)


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """Batches, lines and answers from their own events; the ledger side from the postings of any event."""
    changes = _Changes()
    for recorded in events:
        if recorded.type.startswith("payout_batch."):
            _apply_to_batch(changes, recorded)
        elif recorded.type.startswith("payment."):
            _apply_to_payment(changes.payments, recorded)
    changes.write(cursor)
    if ledgers := _ledger_changes(events):
        cursor.execute(ADD_TO_LEDGERS, (to_json(ledgers),))
    if returns := _returns(events):
        cursor.execute(ADD_TO_RETURNS, (to_json(returns),))


def _apply_to_batch(changes: _Changes, recorded: Recorded) -> None:
    batches, batch_id, on = changes.batches, identity(recorded), recorded.line.on
    match recorded.event:
        case PayoutBatchFrozen() as event:
            batches.add(batch_id, _batch_row(recorded, event))
        case SignalsNoted() as event:
            batches.change(batch_id, {"signals_digest": event.digest})
            changes.signals += _signal_rows(batch_id, event)
        case SignalsAcknowledged() as event:
            changes.acknowledgements += _acknowledgement_rows(recorded, event)
        case PayoutBatchApproved():
            batches.change(batch_id, {"step": "approved", "checker_id": recorded.line.by, "checked_on": on})
        case PayoutBatchRejected(reason=reason):
            checked = {"checker_id": recorded.line.by, "checked_on": on, "reject_reason": reason}
            batches.change(batch_id, {"step": "rejected", **checked})
        case PayoutBatchExported(profile=profile, file=file):
            exported = {"file_sha256": file.sha256, "file_length": file.length, "exported_on": on}
            batches.change(batch_id, {"step": "exported", "profile": profile, **exported})
        case BankAnswerRecorded() as event:
            batches.change(batch_id, {"step": "answered"})
            changes.answers.append(_answer_row(recorded, event))
        case PayoutBatchClosed():
            batches.change(batch_id, {"closed_on": on})
        case other:
            raise TypeError(f"{type(other).__name__} is not an event of this read model")


def _signal_rows(batch_id: str, event: SignalsNoted) -> list[Row]:
    return [
        {
            "signal": f"{batch_id}/{one.line}/{one.code}",
            "batch_id": batch_id,
            "line": one.line,
            "code": one.code,
            "facts": one.facts,
        }
        for one in event.signals
    ]


def _acknowledgement_rows(recorded: Recorded, event: SignalsAcknowledged) -> list[Row]:
    return [
        {
            "acknowledgement": f"{recorded.index}/{number}",
            "batch_id": identity(recorded),
            "person_id": event.acknowledged_by,
            "code": one.code,
            "reason": one.reason,
            "lines": one.lines,
            "log_index": recorded.index,
        }
        for number, one in enumerate(event.acknowledgements, start=1)
    ]


def _batch_row(recorded: Recorded, event: PayoutBatchFrozen) -> Row:
    return {
        "division": event.division,
        "month": event.month,
        "number": event.number,
        "step": "frozen",
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
        case PaymentAccepted() as event:
            payments.change(payment_id, {"state": "accepted", "reason": event.status, "answer": event.answer})
        case PaymentSettled() as event:
            settled = {"answer": event.answer, "booked_on": event.booked_on, "bank_ref": event.bank_ref}
            payments.change(payment_id, {"state": "settled", "outcome": "settled", **settled})
        case PaymentFailed() as event:
            failed = {"reason": event.reason, "answer": event.answer}
            payments.change(payment_id, {"state": "failed", "outcome": "failed", **failed})
        case PaymentUnresolved() as event:
            unresolved = {"reason": event.status, "answer": event.answer}
            payments.change(payment_id, {"state": "unresolved", **unresolved})
        case PaymentContradicted() as event:
            said = f"{event.status} {event.detail}"
            payments.change(payment_id, {"contradicted": True, "contradiction": said})
        case PaymentUpheld():
            payments.change(payment_id, {"contradicted": False})
        case _:
            _apply_what_came_back(payments, recorded)


def _apply_what_came_back(payments: Pending, recorded: Recorded) -> None:
    payment_id = identity(recorded)
    match recorded.event:
        case PaymentReturned() as event:
            back = {"reason": event.reason, "back_on": event.booked_on, "back_ref": event.bank_ref}
            payments.change(payment_id, {"state": "returned", **back})
        case PaymentReissued():
            payments.change(payment_id, {"state": "reissued"})
        case PaymentWrittenBack(reason=reason):
            payments.change(payment_id, {"state": "written_back", "reason": reason})
        case PaymentRecovered() | PaymentClaimRecovered() as event:
            back = {"reason": event.reason, "back_on": event.booked_on, "back_ref": event.bank_ref}
            state = "recovered" if isinstance(event, PaymentRecovered) else "claim_recovered"
            payments.change(payment_id, {"state": state, "write_off_waits": False, **back})
        case PaymentPaidAgain() as event:
            payments.add(payment_id, _again_row(event))
        case PaymentWriteOffProposed() as event:
            wanted = {"document": event.document, "reason": event.reason, "proposer_id": str(event.proposer_id)}
            payments.change(payment_id, {"write_off": wanted, "write_off_waits": True})
        case PaymentWriteOffRejected():
            payments.change(payment_id, {"write_off_waits": False})
        case PaymentClaimWrittenOff(reason=reason):
            payments.change(payment_id, {"state": "claim_written_off", "reason": reason, "write_off_waits": False})
        case PaymentConfirmedPaid() | PaymentClaimed() as event:
            # `outcome` stays failed, as the bank's first answer and the closed batch have it.
            paid = {"booked_on": event.booked_on, "bank_ref": event.bank_ref, "contradicted": False}
            state = "settled" if isinstance(event, PaymentConfirmedPaid) else "claimed"
            payments.change(payment_id, {"state": state, **paid})
        case other:
            raise TypeError(f"{type(other).__name__} is not an event of this read model")


def _payment_row(event: PaymentPrepared) -> Row:
    return {**_line_of(event), **_begun(event.rewards, event.replaces), "state": "prepared"}


def _again_row(event: PaymentPaidAgain) -> Row:
    """What the bank paid once more pays for nothing; the bank's answer to its line is that of the payment itself."""
    booked = {"repeats": event.repeats, "booked_on": event.booked_on, "bank_ref": event.bank_ref}
    return {**_line_of(event), **_begun((), ()), "state": "claimed", **booked}


def _begun(rewards: Sequence[UUID], replaces: Sequence[UUID]) -> Row:
    return {"rewards": rewards, "replaces": replaces, "contradicted": False, "write_off_waits": False}


def _line_of(event: PaymentPrepared | PaymentPaidAgain) -> Row:
    fields = ("batch_id", "line", "payee_id", "amount_fen", "account", "end_to_end_id", "budget_id")
    return {name: getattr(event, name) for name in fields}


def _ledger_changes(events: Sequence[Recorded]) -> list[Row]:
    """By batch: what its transit account owes more (a credit), and what left the funding account beside it."""
    changes: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for recorded in events:
        transit = [posting for posting in recorded.postings if posting.account.startswith(_TRANSIT)]
        paid = any(accounts.is_funds(posting.account) for posting in recorded.postings)
        for posting in transit:
            change = changes[posting.account.removeprefix(_TRANSIT)]
            change[0] -= posting.amount
            change[1] += posting.amount if paid else 0
    return [
        {"batch_id": batch_id, "in_transit_fen": in_transit, "settled_fen": settled}
        for batch_id, (in_transit, settled) in sorted(changes.items())
    ]


def _returns(events: Sequence[Recorded]) -> list[Row]:
    """By payment: what its own events brought back into the funding account."""
    back: defaultdict[str, int] = defaultdict(int)
    for recorded in events:
        for posting in recorded.postings if recorded.type.startswith("payment.") else ():
            if accounts.is_funds(posting.account) and posting.amount > 0:
                back[identity(recorded)] += posting.amount
    return [{"payment_id": payment, "returned_fen": amount_fen} for payment, amount_fen in sorted(back.items())]


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

    Lines count as settled once the bank has paid them; what came back afterwards counts as returned beside it.

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
    lines_returned_count: int
    lines_returned_fen: int
    lines_contradicted_count: int
    ledger_in_transit_fen: int
    ledger_settled_fen: int
    ledger_returned_fen: int
    without_answer: int
    over_cited: int
    position: int

    @property
    def all_final(self) -> bool:
        """Whether the bank gave a definite answer to every line, and contradicts none."""
        answered = self.lines_settled_count + self.lines_failed_count
        return answered == self.lines_count and not self.lines_contradicted_count

    @property
    def agrees(self) -> bool:
        """Whether the three say the same."""
        return (
            (self.frozen_count, self.frozen_fen) == (self.lines_count, self.lines_fen)
            and self.ledger_in_transit_fen == self.lines_in_transit_fen
            and self.ledger_settled_fen == self.lines_settled_fen
            and self.ledger_returned_fen == self.lines_returned_fen
            and self.lines_contradicted_count == 0
            and self.without_answer == 0
            and self.over_cited == 0
        )


@dataclass(frozen=True, slots=True)
class Counters:
    """How many batches wait for each step, and how many lines the bank has left without a definite answer.

    `returned_lines` came back, or the bank contradicts itself about them: somebody has to decide.
    """

    to_check: int
    to_export: int
    to_answer: int
    to_close: int
    unresolved_lines: int
    returned_lines: int


@dataclass(frozen=True, slots=True)
class SignalShown:
    """What stands out in a line; `facts` are pairs of name and text."""

    line: int
    code: str
    facts: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class SignalKind:
    """A signal of a batch: how many lines it stands in, and the first of them."""

    code: str
    count: int
    lines: list[int]


@dataclass(frozen=True, slots=True)
class AcknowledgementShown:
    """Why somebody said that lines may be paid in spite of a signal."""

    person_id: UUID
    code: str
    reason: str
    lines: list[int]


@dataclass(frozen=True, slots=True)
class BatchPage:
    """A batch with its lines in order, what stands out in them, the bank's answers, and the three-way check."""

    batch: Batch
    payments: list[Payment]
    answers: list[Answer]
    three_way: ThreeWay
    signals: list[SignalShown]
    acknowledgements: list[AcknowledgementShown]


_BATCH = f"SELECT {_BATCH_COLUMNS.all_columns} FROM read.payout_batches"  # noqa: S608 - columns of ours
_PAYMENT = f"SELECT {PAYMENTS.all_columns} FROM read.payout_payments"  # noqa: S608 - likewise

ONE = f"{_BATCH} WHERE batch_id = %s"

ONE_PAYMENT = f"{_PAYMENT} WHERE payment_id = %s"

PAYMENTS_OF_BATCH = f"{_PAYMENT} WHERE batch_id = %s AND repeats IS NULL AND line > %s ORDER BY line LIMIT %s"

PAID_AGAIN = f"{_PAYMENT} WHERE repeats = %s ORDER BY booked_on, bank_ref"

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

LISTED = """
SELECT count(*), count(*) FILTER (WHERE log_index >= %(before)s::bigint) FROM read.payout_batches
WHERE division LIKE %(prefix)s
"""

PAYEES_IN_FILE = """
SELECT DISTINCT payee_id FROM read.payout_payments WHERE batch_id IN (
    SELECT batch_id FROM read.payout_batches WHERE file_sha256 = %(file)s
    UNION SELECT batch_id FROM read.payout_answers WHERE file_sha256 = %(file)s)
"""

LAST_NUMBER = """
SELECT max(number) FROM read.payout_batches
WHERE division = %s AND month = %s AND number >= %s AND number < %s
"""

ANSWERS_OF_BATCH = """
SELECT file_sha256, file_length, profile, recorded_on, settled_count, failed_count, unknown_count,
    (SELECT count(*) FROM read.payout_payments payment WHERE payment.batch_id = answer.batch_id
        AND payment.answer = answer.file_sha256 AND outcome = 'settled') AS cited_settled,
    (SELECT count(*) FROM read.payout_payments payment WHERE payment.batch_id = answer.batch_id
        AND payment.answer = answer.file_sha256 AND outcome = 'failed') AS cited_failed
FROM read.payout_answers answer WHERE batch_id = %s ORDER BY log_index
"""

# One statement, so that all three sides and the position are of one moment.
THREE_WAY = f"""
WITH answers AS ({ANSWERS_OF_BATCH.replace("%s", "%(batch_id)s")})
SELECT batch.payment_count AS frozen_count, batch.total_fen AS frozen_fen, lines.*,
    coalesce(ledger.in_transit_fen, 0) AS ledger_in_transit_fen,
    coalesce(ledger.settled_fen, 0) AS ledger_settled_fen,
    (SELECT coalesce(sum(returned_fen), 0)::bigint FROM read.payout_returns JOIN read.payout_payments USING (payment_id)
        WHERE batch_id = %(batch_id)s AND repeats IS NULL) AS ledger_returned_fen,
    (SELECT count(*) FROM answers WHERE cited_settled > settled_count OR cited_failed > failed_count) AS over_cited,
    (SELECT position FROM read.positions WHERE model = 'payout_batches') AS position
FROM read.payout_batches batch
    LEFT JOIN read.payout_ledgers ledger USING (batch_id)
    CROSS JOIN (
        SELECT count(*) AS lines_count, coalesce(sum(amount_fen), 0)::bigint AS lines_fen,
            coalesce(sum(amount_fen) FILTER (WHERE state IN ('approved', 'accepted', 'unresolved')), 0)::bigint
                AS lines_in_transit_fen,
            count(*) FILTER (WHERE outcome = 'settled') AS lines_settled_count,
            coalesce(sum(amount_fen) FILTER (WHERE outcome = 'settled'), 0)::bigint AS lines_settled_fen,
            count(*) FILTER (WHERE outcome = 'failed') AS lines_failed_count,
            coalesce(sum(amount_fen) FILTER (WHERE outcome = 'failed'), 0)::bigint AS lines_failed_fen,
            count(*) FILTER (WHERE outcome = 'settled' AND state <> 'settled') AS lines_returned_count,
            coalesce(sum(amount_fen) FILTER (WHERE outcome = 'settled' AND state <> 'settled'), 0)::bigint
                AS lines_returned_fen,
            count(*) FILTER (WHERE contradicted) AS lines_contradicted_count,
            count(*) FILTER (WHERE outcome IS NOT NULL
                AND NOT EXISTS (SELECT FROM answers WHERE file_sha256 = answer)) AS without_answer
        FROM read.payout_payments WHERE batch_id = %(batch_id)s AND repeats IS NULL
    ) lines
WHERE batch.batch_id = %(batch_id)s
"""  # noqa: S608 - text of ours

SIGNALS_OF_BATCH = """
SELECT line, code, facts FROM read.payout_signals
WHERE batch_id = %(batch)s AND line >= %(first)s AND (%(last)s::integer IS NULL OR line <= %(last)s)
ORDER BY line, array_position(%(codes)s::text[], code)
"""

SIGNAL_KINDS = """
SELECT code, count(*) AS count, (array_agg(line ORDER BY line))[:%s] AS lines FROM read.payout_signals
WHERE batch_id = %s GROUP BY code ORDER BY min(line), array_position(%s::text[], code)
"""

ACKNOWLEDGEMENTS_OF_BATCH = """
SELECT person_id, code, reason, lines FROM read.payout_acknowledgements WHERE batch_id = %s
ORDER BY log_index, acknowledgement
"""

ANSWERED_ON = """
SELECT max(recorded_on) FROM read.payout_payments payment
    JOIN read.payout_answers answer ON answer.batch_id = payment.batch_id AND answer.file_sha256 = payment.answer
WHERE payment_id = %s
"""

BACK = f"""
SELECT {", ".join(f"payment.{column}" for column in PAYMENTS.all_columns.split(", "))}
FROM read.payout_payments payment JOIN read.payout_batches USING (batch_id)
WHERE (state IN ('returned', 'claimed') OR contradicted) AND division LIKE %s ORDER BY back_on, end_to_end_id
"""  # noqa: S608 - columns of ours

COUNTERS = """
SELECT count(*) FILTER (WHERE status = 'frozen') AS to_check,
    count(*) FILTER (WHERE status = 'approved') AS to_export,
    count(*) FILTER (WHERE status = 'exported') AS to_answer,
    count(*) FILTER (WHERE status = 'answered') AS to_close,
    (SELECT count(*) FROM read.payout_payments JOIN read.payout_batches USING (batch_id)
        WHERE state IN ('accepted', 'unresolved') AND division LIKE %(prefix)s) AS unresolved_lines,
    (SELECT count(*) FROM read.payout_payments JOIN read.payout_batches USING (batch_id)
        WHERE (state IN ('returned', 'claimed') OR contradicted) AND division LIKE %(prefix)s) AS returned_lines
FROM read.payout_batches WHERE division LIKE %(prefix)s
"""


def one(conn: Connection[Any], batch_id: UUID) -> Batch | None:
    """One batch, or None."""
    with conn.cursor(row_factory=class_row(Batch)) as cursor:
        return cursor.execute(ONE, (batch_id,)).fetchone()


def page(conn: Connection[Any], batch_id: UUID, *, after: int = 0, limit: int | None = None) -> BatchPage | None:
    """A batch with everything that its page shows, or None. In one transaction, so that the parts fit together.

    `after`, `limit`: of its lines and their signals only so many behind that line; all else is of the whole batch.
    """
    with conn.transaction():
        batch, check = one(conn, batch_id), three_way(conn, batch_id)
        if batch is None or check is None:
            return None
        lines = payments_of_batch(conn, batch_id, after=after, limit=limit)
        last = lines[-1].line if lines and limit is not None else None
        return BatchPage(
            batch,
            lines,
            answers_of_batch(conn, batch_id),
            check,
            signals_of_batch(conn, batch_id, first=after + 1, last=last),
            acknowledgements_of_batch(conn, batch_id),
        )


def payments_of_batch(
    conn: Connection[Any], batch_id: UUID, *, after: int = 0, limit: int | None = None
) -> list[Payment]:
    """The lines of a batch, in order: those behind line `after`, at most `limit` (None: all)."""
    with conn.cursor(row_factory=class_row(Payment)) as cursor:
        return cursor.execute(PAYMENTS_OF_BATCH, (batch_id, after, limit)).fetchall()


def payments_of_payee(conn: Connection[Any], payee_id: UUID) -> list[Payment]:
    """Every line to one payee, the earliest batch first."""
    with conn.cursor(row_factory=class_row(Payment)) as cursor:
        return cursor.execute(PAYMENTS_OF_PAYEE, (payee_id,)).fetchall()


def paid_again(conn: Connection[Any], payment_id: UUID) -> list[Payment]:
    """What the bank paid once more of a payment, the earliest first."""
    with conn.cursor(row_factory=class_row(Payment)) as cursor:
        return cursor.execute(PAID_AGAIN, (payment_id,)).fetchall()


def payees_in_file(conn: Connection[Any], sha256: str) -> list[UUID]:
    """Who is paid in the batch that a payment file or a return file belongs to."""
    return [payee for (payee,) in conn.execute(PAYEES_IN_FILE, {"file": sha256}).fetchall()]


def answers_of_batch(conn: Connection[Any], batch_id: UUID) -> list[Answer]:
    """The bank's return files of a batch, in the order of recording."""
    with conn.cursor(row_factory=class_row(Answer)) as cursor:
        return cursor.execute(ANSWERS_OF_BATCH, (batch_id,)).fetchall()


def signals_of_batch(
    conn: Connection[Any], batch_id: UUID, *, first: int = 1, last: int | None = None
) -> list[SignalShown]:
    """What stands out in a batch, by line, from line `first` to line `last` (None: to its end)."""
    asked = {"batch": batch_id, "first": first, "last": last, "codes": list(payout_signals.CODES)}
    found = conn.execute(SIGNALS_OF_BATCH, asked).fetchall()
    return [SignalShown(line, code, [(name, text) for name, text in facts]) for line, code, facts in found]


def signal_kinds(conn: Connection[Any], batch_id: UUID, *, lines_max: int) -> list[SignalKind]:
    """The signals of a whole batch, the one of the earliest line first, with its first `lines_max` lines."""
    with conn.cursor(row_factory=class_row(SignalKind)) as cursor:
        return cursor.execute(SIGNAL_KINDS, (lines_max, batch_id, list(payout_signals.CODES))).fetchall()


def acknowledgements_of_batch(conn: Connection[Any], batch_id: UUID) -> list[AcknowledgementShown]:
    """What maker and checker said about the signals of a batch, in the order of recording."""
    with conn.cursor(row_factory=class_row(AcknowledgementShown)) as cursor:
        return cursor.execute(ACKNOWLEDGEMENTS_OF_BATCH, (batch_id,)).fetchall()


def to_decide(conn: Connection[Any], *, area: Division) -> list[Payment]:
    """The lines of an area that came back, or about which the bank contradicts itself: somebody has to decide."""
    with conn.cursor(row_factory=class_row(Payment)) as cursor:
        return cursor.execute(BACK, (prefix(area) + "%",)).fetchall()


def one_payment(conn: Connection[Any], payment_id: UUID) -> Payment | None:
    """One line, or None."""
    with conn.cursor(row_factory=class_row(Payment)) as cursor:
        return cursor.execute(ONE_PAYMENT, (payment_id,)).fetchone()


def answered_on(conn: Connection[Any], payment_id: UUID) -> date | None:
    """The day on which the answer that a line's state rests on took effect; None before there is one."""
    found = conn.execute(ANSWERED_ON, (payment_id,)).fetchone()
    return found[0] if found else None


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


def listed(conn: Connection[Any], *, area: Division, before: int | None = None) -> tuple[int, int]:
    """How many batches an area has, and how many of them from the log index `before` on."""
    found = conn.execute(LISTED, {"prefix": prefix(area) + "%", "before": before}).fetchone()
    return (int(found[0]), int(found[1])) if found else (0, 0)


def last_number(conn: Connection[Any], division: Division, month: Month, *, within: range = NUMBERS["reward"]) -> int:
    """The number of the last batch of exactly this division and month in a range; the one before the range if none."""
    found = conn.execute(LAST_NUMBER, (division, month, within.start, within.stop)).fetchone()
    return int(found[0]) if found and found[0] else within.start - 1


def counters(conn: Connection[Any], *, area: Division) -> Counters:
    """How much work waits in an area."""
    with conn.cursor(row_factory=class_row(Counters)) as cursor:
        found = cursor.execute(COUNTERS, {"prefix": prefix(area) + "%"}).fetchone()
    assert found is not None  # noqa: S101 - an aggregate always gives one row
    return found
