"""A payment and how far it has come.

    prepared -> approved -> (accepted, unresolved)* -> settled -> returned -> reissued | written_back
       |                                          |            \\-> recovered
       |                                          \\-> failed -> settled (the bank had paid after all)
       |                                                    \\-> claimed -> claim_recovered (and it was owed no more)
       \\-> cancelled                                                  \\-> claim_written_off -> claim_recovered

    claimed (the bank paid a settled one once more, which is a payment of its own) -> as above

What must not be broken: a payment that may still arrive is never among those whose rewards can be paid again.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, Literal, assert_never
from uuid import UUID

from domain.kernel.events import Sha256
from domain.kernel.ids import EventName
from domain.kernel.money import Fen
from domain.kernel.refusals import Refusal
from domain.kernel.states import known
from domain.payments.events import (
    PaymentAccepted,
    PaymentApproved,
    PaymentCancelled,
    PaymentClaimed,
    PaymentClaimRecovered,
    PaymentClaimWrittenOff,
    PaymentConfirmedPaid,
    PaymentContradicted,
    PaymentEvent,
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

Status = Literal[
    "prepared",
    "approved",
    "accepted",
    "unresolved",
    "cancelled",
    "settled",
    "failed",
    "returned",
    "reissued",
    "written_back",
    "recovered",
    "claimed",
    "claim_written_off",
    "claim_recovered",
]

IN_TRANSIT: Final = frozenset({"approved", "accepted", "unresolved"})
"""Sent, or free to be sent, without a definite answer: what is in transit, and never sent again."""

PAID: Final = frozenset({"settled", "returned", "reissued", "written_back", "recovered"})
"""The bank paid it once, whatever came afterwards."""

CLAIMS: Final = frozenset({"claimed", "claim_written_off", "claim_recovered"})
"""The bank paid it, and it was not owed."""

RECOVERABLE: Final = frozenset({"claimed", "claim_written_off"})
"""A claim, given up or not, of which money may still come in."""

FAILURE_REASONS: Final = frozenset(
    {
        "name_mismatch",  # 户名不符
        "account_not_found",  # 账号不存在
        "account_closed",  # 销户
        "account_frozen",  # 冻结/久悬
        "over_limit",  # 超限额
        "payer_short_of_funds",  # 付款方余额不足
        "malformed",  # 格式
        "risk_control",  # 风控
        "other",
    }
)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What the bank said after its definite answer: another status, and how it put it, in the file `answer`."""

    status: str
    detail: str
    answer: Sha256 = field(default=Sha256(""), compare=False)


@dataclass(frozen=True, slots=True)
class Payment:
    """A line and how far it has come. `detail`: the bank's reference, its reason or its status, or why it ended.

    `booked_on`, `bank_ref`: the bank's day and reference of the payment itself; `back_on`, `back_ref`: those of what
    came back. `contradictions`: what the bank has said against its own answer and nobody has cleared up.
    `failed_first`: the bank had called it failed before it turned out that it was paid. `repeats`: the payment that
    the bank paid once more by this one. `write_off`: somebody proposed to give the claim up.
    """

    batch_id: UUID
    payee_id: UUID
    line: int
    amount_fen: Fen
    rewards: tuple[UUID, ...]
    account: EventName
    end_to_end_id: str
    budget_id: UUID
    replaces: tuple[UUID, ...]
    status: Status = "prepared"
    booked_on: date | None = None
    detail: str | None = None
    bank_ref: str | None = None
    back_on: date | None = None
    back_ref: str | None = None
    contradictions: tuple[Contradiction, ...] = ()
    failed_first: bool = False
    repeats: UUID | None = None
    write_off: PaymentWriteOffProposed | None = None

    @property
    def is_final(self) -> bool:
        """Whether the bank's answer is definite."""
        return self.outcome is not None

    @property
    def outcome(self) -> Literal["settled", "failed"] | None:
        """The bank's first definite answer, which nothing later undoes; None before there is one."""
        if self.failed_first:
            return "failed"
        if self.status in PAID or self.repeats is not None:
            return "settled"
        return "failed" if self.status == "failed" else None

    @property
    def said_paid(self) -> tuple[date, str] | None:
        """The day and reference under which the bank says that it paid what it had called failed."""
        if self.status != "failed":
            return None
        said = next((one.detail for one in self.contradictions if one.status == "settled"), None)
        return None if said is None else (date.fromisoformat(said[:10]), said[11:])

    @property
    def contradicted(self) -> bool:
        """Whether the bank has said two things and nobody knows which is true."""
        return bool(self.contradictions)


def existing(payment: Payment | None) -> Payment:
    """The payment. Refuses `payment.unknown`."""
    if payment is None:
        raise Refusal("payment.unknown")
    return payment


def require_booked(booked_on: date, *, today: date) -> None:
    """Refuse a day on which no bank can have booked anything yet. Refused: `payment.booked_in_future`."""
    if booked_on > today:
        raise Refusal("payment.booked_in_future", booked_on=booked_on, today=today)


def sent(payment: Payment | None) -> Payment:
    """The payment, if the bank can have an answer to it. Refuses `payment.unknown`, `payment.not_sent`."""
    there = existing(payment)
    if there.status in ("prepared", "cancelled"):
        raise Refusal("payment.not_sent", status=there.status)
    return there


def parts_before(payment: Payment, *, maker_id: UUID, acted: Collection[UUID]) -> Iterator[tuple[str, UUID]]:
    """Who had a part in a payment and in what it pays, each with the part: none of them decides what becomes of it."""
    yield from (("maker", maker_id), ("payee", payment.payee_id))
    yield from (("chain", person_id) for person_id in acted)


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(payment: Payment | None, event: PaymentEvent) -> Payment:
    """The payment after an event."""
    match event:
        case PaymentPrepared():
            return Payment(
                event.batch_id,
                event.payee_id,
                event.line,
                event.amount_fen,
                event.rewards,
                event.account,
                event.end_to_end_id,
                event.budget_id,
                event.replaces,
            )
        case PaymentApproved():
            return replace(known(payment), status="approved")
        case PaymentCancelled():
            return replace(known(payment), status="cancelled", detail=event.reason)
        case PaymentAccepted():
            return replace(known(payment), status="accepted", detail=event.status)
        case PaymentUnresolved():
            return replace(known(payment), status="unresolved", detail=event.status)
        case PaymentSettled(booked_on=booked_on, bank_ref=reference):
            return replace(known(payment), status="settled", booked_on=booked_on, detail=reference, bank_ref=reference)
        case PaymentFailed():
            return replace(known(payment), status="failed", detail=event.reason)
        case PaymentContradicted() | PaymentUpheld():
            return _contradicted(known(payment), event)
        case PaymentConfirmedPaid() | PaymentClaimed():
            return _paid_after_all(known(payment), event)
        case PaymentPaidAgain():
            return _paid_again(event)
        case PaymentWriteOffProposed() | PaymentWriteOffRejected() | PaymentClaimWrittenOff():
            return _written_off(known(payment), event)
        case _:
            return _come_back(known(payment), event)


def _contradicted(payment: Payment, event: PaymentContradicted | PaymentUpheld) -> Payment:
    if isinstance(event, PaymentUpheld):
        return replace(payment, contradictions=())
    said = Contradiction(event.status, event.detail, event.answer)
    return replace(payment, contradictions=(*payment.contradictions, said))


def _paid_after_all(payment: Payment, event: PaymentConfirmedPaid | PaymentClaimed) -> Payment:
    return replace(
        payment,
        status="settled" if isinstance(event, PaymentConfirmedPaid) else "claimed",
        booked_on=event.booked_on,
        bank_ref=event.bank_ref,
        detail=event.bank_ref,
        failed_first=True,
        contradictions=(),
    )


def _paid_again(event: PaymentPaidAgain) -> Payment:
    return Payment(
        event.batch_id,
        event.payee_id,
        event.line,
        event.amount_fen,
        (),
        event.account,
        event.end_to_end_id,
        event.budget_id,
        (),
        status="claimed",
        booked_on=event.booked_on,
        detail=event.bank_ref,
        bank_ref=event.bank_ref,
        repeats=event.repeats,
    )


def _written_off(
    payment: Payment, event: PaymentWriteOffProposed | PaymentWriteOffRejected | PaymentClaimWrittenOff
) -> Payment:
    match event:
        case PaymentWriteOffProposed():
            return replace(payment, write_off=event)
        case PaymentWriteOffRejected():
            return replace(payment, write_off=None)
        case PaymentClaimWrittenOff():
            return replace(payment, status="claim_written_off", detail=event.reason, write_off=None)


def booking_text(booked_on: date, bank_ref: str) -> str:
    """How a booking stands in what the bank said: day, space, reference."""
    return f"{booked_on.isoformat()} {bank_ref}"


def _come_back(
    payment: Payment,
    event: PaymentReturned | PaymentReissued | PaymentWrittenBack | PaymentRecovered | PaymentClaimRecovered,
) -> Payment:
    match event:
        case PaymentReturned():
            # That the bank spoke of a failure before it returned the money is explained now.
            left = tuple(said for said in payment.contradictions if said.status != "failed")
            returned = replace(payment, status="returned", detail=event.reason, contradictions=left)
            return replace(returned, back_on=event.booked_on, back_ref=event.bank_ref)
        case PaymentReissued():
            return replace(payment, status="reissued")
        case PaymentWrittenBack():
            return replace(payment, status="written_back", detail=event.reason)
        case PaymentRecovered() | PaymentClaimRecovered():
            status: Status = "recovered" if isinstance(event, PaymentRecovered) else "claim_recovered"
            recovered = replace(payment, status=status, detail=event.reason, write_off=None)
            return replace(recovered, back_on=event.booked_on, back_ref=event.bank_ref)
        case _:
            assert_never(event)
