"""Bank statements (对账单): what the bank says moved on the payer's account, line by line.

A statement is recorded as the bank gave it, whole, and only if it adds up: opening and lines give the closing balance.
Names and account numbers of others stay in the file, which the vault keeps.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never
from uuid import UUID

from domain.kernel.events import Attachment, Sha256, event
from domain.kernel.ids import StreamName, derived, stream_name
from domain.kernel.money import Fen
from domain.kernel.refusals import Refusal
from domain.kernel.states import known

LINES_MAX = 150
"""Lines in one `statement.entries_recorded/1`: with long references it stays below the largest entry (65,535 bytes)."""
REFERENCE_MAX = 100
"""Characters of a reference that are kept; longer ones stand in the file alone."""


@dataclass(frozen=True, slots=True)
class Line:
    """One movement. `amount_fen` is above zero where money came in, below where it left, never zero.

    `kind` is what the bank's own code or word says that it was (payment, returned, fee, interest or funding), `reason`
    why a payment came back (one of `payments.FAILURE_REASONS`); both left out where no list of its layout has the word.
    """

    number: int
    booked_on: date
    amount_fen: Fen
    end_to_end_id: str | None = None
    bank_ref: str | None = None
    batch_ref: str | None = None
    return_of: str | None = None
    kind: str | None = None
    reason: str | None = None


@event("statement.recorded/1")
class StatementRecorded:
    """The bank's statement of the payer's account for some days.

    `account_digest` is SHA-256 of the account's digits. Balances are left out where the bank's layout has none.
    `entries_digest` covers every line (`entries_digest`), `file` is the bank's file as it came.
    """

    account_digest: Sha256
    number: str | None = None
    since: date
    until: date
    opening_fen: Fen | None = None
    closing_fen: Fen | None = None
    entry_count: int
    entries_digest: Sha256
    file: Attachment
    profile: str


@event("statement.entries_recorded/1")
class StatementEntriesRecorded:
    """Some lines of the statement, from number `first` on; together they are all of them."""

    first: int
    entries: tuple[Line, ...]


StatementEvent = StatementRecorded | StatementEntriesRecorded


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that was recorded; `lines` are those read so far."""

    account_digest: Sha256
    entries_digest: Sha256
    file: Attachment
    lines: tuple[Line, ...] = ()


def account_digest(number: str) -> Sha256:
    """What stands for the payer's account: SHA-256 of its digits."""
    digits = "".join(character for character in number if character.isascii() and character.isdigit())
    return Sha256(hashlib.sha256(digits.encode()).hexdigest())


def statement_id(account: Sha256, *, number: str | None, since: date, until: date) -> UUID:
    """The id of an account's statement: by the bank's number, without one by its days."""
    return derived("statement", account, number or f"{since}..{until}")


def other_id(identity: UUID, digest: Sha256) -> UUID:
    """The id of what the bank says later under the number or for the days of a statement; `digest` is of its lines."""
    return derived("statement", identity, digest)


def stream(identity: UUID) -> StreamName:
    """The stream of a statement."""
    return stream_name("statement", identity)


def entries_digest(lines: Sequence[Line]) -> Sha256:
    """SHA-256 over one canonical JSON object a line (RFC 8785, absent fields left out), each with its newline."""
    digest = hashlib.sha256()
    for line in lines:
        shown = {
            "amount_fen": line.amount_fen,
            "bank_ref": line.bank_ref,
            "batch_ref": line.batch_ref,
            "booked_on": str(line.booked_on),
            "end_to_end_id": line.end_to_end_id,
            "kind": line.kind,
            "number": line.number,
            "reason": line.reason,
            "return_of": line.return_of,
        }
        present = {name: value for name, value in shown.items() if value is not None}
        digest.update(json.dumps(present, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n")
    return Sha256(digest.hexdigest())


# Decide: what may happen, judged by the rules in force.


def record(
    statement: Statement | None,
    *,
    account_digest: Sha256,
    number: str | None,
    since: date,
    until: date,
    opening_fen: Fen | None,
    closing_fen: Fen | None,
    lines: Sequence[Line],
    file: Attachment,
    profile: str,
    today: date,
) -> list[StatementRecorded | StatementEntriesRecorded]:
    """Record a statement with all its lines; the very same lines again are no event.

    Refused, in this order: `statement.differs` (recorded before with other lines), `statement.period_backwards`,
    `statement.in_future` (it tells of days that have not come by `today`), `statement.lines_not_in_order` (1, 2, 3, …),
    `statement.amount_zero`, `statement.does_not_add_up`.
    """
    digest = entries_digest(lines)
    if statement is not None:
        if statement.entries_digest != digest:
            raise Refusal("statement.differs", since=since, until=until)
        return []
    if until < since:
        raise Refusal("statement.period_backwards", since=since, until=until)
    last = max([until, *(line.booked_on for line in lines)])
    if last > today:
        raise Refusal("statement.in_future", until=last, today=today)
    for expected, line in enumerate(lines, start=1):
        if line.number != expected:
            raise Refusal("statement.lines_not_in_order", line=line.number, expected=expected)
        if line.amount_fen == 0:
            raise Refusal("statement.amount_zero", line=line.number)
    _require_sum(opening_fen, lines, closing_fen)
    recorded = StatementRecorded(
        account_digest=account_digest,
        number=number,
        since=since,
        until=until,
        opening_fen=opening_fen,
        closing_fen=closing_fen,
        entry_count=len(lines),
        entries_digest=digest,
        file=file,
        profile=profile,
    )
    parts = [
        StatementEntriesRecorded(first=start + 1, entries=tuple(lines[start : start + LINES_MAX]))
        for start in range(0, len(lines), LINES_MAX)
    ]
    return [recorded, *parts]


def _require_sum(opening_fen: Fen | None, lines: Sequence[Line], closing_fen: Fen | None) -> None:
    if opening_fen is None or closing_fen is None:
        return
    computed_fen = opening_fen + sum(line.amount_fen for line in lines)
    if computed_fen != closing_fen:
        raise Refusal("statement.does_not_add_up", computed_fen=computed_fen, closing_fen=closing_fen)


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(statement: Statement | None, event: StatementEvent) -> Statement:
    """The statement after an event."""
    match event:
        case StatementRecorded():
            return Statement(event.account_digest, event.entries_digest, event.file)
        case StatementEntriesRecorded():
            before = known(statement)
            return replace(before, lines=(*before.lines, *event.entries))
        case _:
            assert_never(event)
