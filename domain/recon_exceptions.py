"""Exceptions of reconciliation (对账差异): what bank and books do not both say, each with its owner, age and weight.

Nothing disappears: an exception ends by a match, or by what one person says it was and another confirms. Those that
block the close of a month do so until then.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Literal, assert_never
from uuid import UUID

from domain.kernel.events import event
from domain.kernel.ids import EventName, StreamName, derived, stream_name
from domain.kernel.money import Fen
from domain.kernel.reasons import require_reason
from domain.kernel.refusals import Refusal
from domain.kernel.states import known
from domain.kernel.two_people import seconded

BLOCKING: Final[Mapping[str, str]] = MappingProxyType(
    {
        "line_not_in_batch": "close",  # a line names a payment or batch that is not ours
        "no_answer": "close",  # the bank moved the money, and no answer says so
        "not_on_statement": "close",  # the answer says paid, and the statement does not have it
        "amount_differs": "close",
        "partial": "close",
        "paid_twice": "close",  # the bank paid a payment once more, under another reference
        "perhaps_paid_twice": "close",  # a debit without a reference, to the payee of a payment that has its line
        "duplicate_answer": "close",  # a second line for what is matched already
        "two_candidates": "close",  # several payments fit, and nobody may choose
        "conflicting_answers": "close",  # the bank moved what it had called failed
        "credit_without_origin": "close",
        "debit_without_origin": "close",
        "late_return": "warn",  # booked; to be paid again or written back
        "unknown_return": "close",  # a return of a payment that we do not know or that never left
        "wrong_account_or_name": "close",
        "control_total": "close",  # a batch's line is the sum of none of its payments
        "statement_gap": "close",  # the opening balance is not the closing one before
        "replayed_file": "close",  # a statement of the same number, or of days that another covers, with other lines
        "unknown_code": "warn",  # a word of the bank that no list of ours has
    }
)
"""Kind -> what it blocks: `close` (the month cannot be closed), `warn` or `none`."""

OUTCOMES: Final = frozenset(
    {
        "matched",  # the line, or everything that was missing, is matched now
        "explained",  # it is right as it stands, and here is why
        "corrected",  # our books were corrected
        "bank_corrected",  # the bank corrected its side
        "no_longer",  # later files make it void
    }
)
BY_A_PERSON: Final = OUTCOMES - {"matched", "no_longer"}
NOT_TO_EXPLAIN: Final = frozenset({"paid_twice"})
"""Kinds that no word of a person ends: the money is claimed back, and the line is matched to that."""


@event("exception.opened/1")
class ExceptionOpened:
    """Something does not agree. What it is about: a line, a payment, a batch, or a whole statement.

    `amount_fen` has the sign of the bank's lines.
    """

    kind: str
    statement_id: UUID | None = None
    entry: int | None = None
    payment_id: UUID | None = None
    batch_id: UUID | None = None
    amount_fen: Fen
    blocking: str


@event("exception.assigned/1")
class ExceptionAssigned:
    """Somebody is to clear it up."""

    owner_id: UUID


@event("exception.explanation_proposed/1")
class ExplanationProposed:
    """One person says what it was; another has to agree."""

    outcome: str
    reason: str
    cause: EventName | None = None
    proposer_id: UUID


@event("exception.explanation_rejected/1")
class ExplanationRejected:
    """What was said of it is dropped."""

    reason: str


@event("exception.resolved/1")
class ExceptionResolved:
    """It is settled: how (one of OUTCOMES), why, and by which event where there is one.

    `proposer_id`: who said so, where a second person confirmed it.
    """

    outcome: str
    reason: str
    cause: EventName | None = None
    proposer_id: UUID | None = None


ExceptionEvent = ExceptionOpened | ExceptionAssigned | ExplanationProposed | ExplanationRejected | ExceptionResolved


@dataclass(frozen=True, slots=True)
class Subject:
    """What an exception is about; two with the same subject are one."""

    kind: str
    statement_id: UUID | None = None
    entry: int | None = None
    payment_id: UUID | None = None
    batch_id: UUID | None = None

    @property
    def id(self) -> UUID:
        """The stream's id."""
        return derived("exception", self.kind, self.statement_id, self.entry, self.payment_id, self.batch_id)

    @property
    def stream(self) -> StreamName:
        """The exception's stream."""
        return stream_name("exception", self.id)


@dataclass(frozen=True, slots=True)
class Difference:
    """An exception and where it stands."""

    kind: str
    amount_fen: Fen
    blocking: str
    status: Literal["open", "resolved"] = "open"
    owner_id: UUID | None = None
    outcome: str | None = None
    proposed: ExplanationProposed | None = None

    @property
    def stands(self) -> bool:
        """Whether it is open, or ended by a person's word."""
        return self.status == "open" or self.outcome in BY_A_PERSON


# Decide: what may happen, judged by the rules in force.


def open_(difference: Difference | None, *, subject: Subject, amount_fen: Fen) -> list[ExceptionOpened]:
    """Open it, or open it again. While it is open for the same amount, or a person said of that amount what it is,
    this is no event.

    Refused: `exception.kind_unknown`.
    """
    if subject.kind not in BLOCKING:
        raise Refusal("exception.kind_unknown", kind=subject.kind)
    if difference is not None and difference.amount_fen == amount_fen and difference.stands:
        return []
    return [
        ExceptionOpened(
            kind=subject.kind,
            statement_id=subject.statement_id,
            entry=subject.entry,
            payment_id=subject.payment_id,
            batch_id=subject.batch_id,
            amount_fen=amount_fen,
            blocking=BLOCKING[subject.kind],
        )
    ]


def assign(difference: Difference | None, *, owner_id: UUID, owner_known: bool) -> ExceptionAssigned:
    """Give it to somebody. Refused, in this order: `exception.unknown`, `exception.not_open`, `person.unknown`."""
    _open(difference)
    if not owner_known:
        raise Refusal("person.unknown")
    return ExceptionAssigned(owner_id=owner_id)


def propose(
    difference: Difference | None, *, outcome: str, reason: str, cause: EventName | None = None, proposer_id: UUID
) -> ExplanationProposed:
    """Say what it was; a proposal before this one is replaced.

    Refused, in this order: `exception.unknown`, `exception.not_open`, `exception.to_be_claimed`,
    `exception.outcome_unknown`, `reason.insufficient`.
    """
    if _open(difference).kind in NOT_TO_EXPLAIN:
        raise Refusal("exception.to_be_claimed")
    if outcome not in BY_A_PERSON:
        raise Refusal("exception.outcome_unknown", outcome=outcome)
    require_reason(reason)
    return ExplanationProposed(outcome=outcome, reason=reason, cause=cause, proposer_id=proposer_id)


def confirm(difference: Difference | None, *, confirmer_id: UUID) -> ExceptionResolved:
    """Another person agrees, and it is settled.

    Refused, in this order: `exception.unknown`, `exception.not_open`, `exception.not_proposed`, `chain.acted_twice`.
    """
    said = seconded(_open(difference).proposed, by=confirmer_id, otherwise=Refusal("exception.not_proposed"))
    return ExceptionResolved(outcome=said.outcome, reason=said.reason, cause=said.cause, proposer_id=said.proposer_id)


def reject(difference: Difference | None, *, reason: str) -> ExplanationRejected:
    """Drop what was said of it.

    Refused, in this order: `exception.unknown`, `exception.not_open`, `exception.not_proposed`, `reason.insufficient`.
    """
    if _open(difference).proposed is None:
        raise Refusal("exception.not_proposed")
    require_reason(reason)
    return ExplanationRejected(reason=reason)


def clear(difference: Difference | None, *, matched: bool) -> list[ExceptionResolved]:
    """End it because it no longer holds; one that is not open is no event."""
    if difference is None or difference.status != "open":
        return []
    return [ExceptionResolved(outcome="matched" if matched else "no_longer", reason="")]


def _open(difference: Difference | None) -> Difference:
    if difference is None:
        raise Refusal("exception.unknown")
    if difference.status != "open":
        raise Refusal("exception.not_open")
    return difference


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(difference: Difference | None, event: ExceptionEvent) -> Difference:
    """The exception after an event."""
    match event:
        case ExceptionOpened():
            owner = difference.owner_id if difference is not None else None
            return Difference(event.kind, event.amount_fen, event.blocking, owner_id=owner)
        case ExceptionAssigned():
            return replace(known(difference), owner_id=event.owner_id)
        case ExplanationProposed():
            return replace(known(difference), proposed=event)
        case ExplanationRejected():
            return replace(known(difference), proposed=None)
        case ExceptionResolved():
            return replace(known(difference), status="resolved", outcome=event.outcome, proposed=None)
        case _:
            assert_never(event)
