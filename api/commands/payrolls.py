"""The two payrolls: rewards and allowances, paid by one machinery. What differs between them stands here alone.

What must not be broken: a batch holds obligations of one payroll only, so that each of its payments is read, scheduled
and released as what it is.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from domain import allowances, rewards
from domain.kernel.calendar import Month
from domain.kernel.ids import StreamName, stream_name
from domain.kernel.obligations import Owed, Payroll
from domain.kernel.places import Division
from domain.payments import Payment
from journal.facts import Fact
from journal.journal import Reading
from projections import allowances as allowance_rows
from projections import reward_payments


@dataclass(frozen=True, slots=True)
class Waiting:
    """An obligation that is in no payment; `payment_id` is the one that it was in before and that did not arrive.

    `reward_id` is its id, as payments list it; `incident_id` is the report that a reward is for.
    """

    reward_id: UUID
    payee_id: UUID
    amount_fen: int
    budget_id: UUID
    granted_on: date
    payment_id: UUID | None
    incident_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """One payroll: its purpose for the bank, what waits, and the four functions of its streams."""

    payroll: Payroll
    purpose: str
    to_schedule: Callable[[Connection[Any], Division, Month], list[Waiting]]
    evolve: Callable[..., Any]
    schedule: Callable[..., Any]
    unschedule: Callable[..., Any]
    reverse: Callable[..., Any]

    def stream(self, obligation_id: UUID) -> StreamName:
        """The stream of one obligation."""
        return stream_name(self.payroll, obligation_id)

    def states(self, read: Reading, obligations: list[UUID]) -> dict[UUID, Owed | None]:
        """Their states, with one query."""
        found = read.states([self.stream(one) for one in obligations], self.evolve)
        return {one: found[self.stream(one)] for one in obligations}

    def released(self, read: Reading, payment_id: UUID, payment: Payment, on: date) -> Iterator[Fact]:
        """What was in a payment that cannot arrive can be paid again; `payment` is the state after that."""
        for one, _, event in self._released(read, payment_id, payment):
            yield Fact(self.stream(one), event, on)

    def taken_back(self, read: Reading, payment_id: UUID, payment: Payment, on: date, *, reason: str) -> Iterator[Fact]:
        """What was in a payment that was written back or recovered is released, and owed no more."""
        for one, state, event in self._released(read, payment_id, payment):
            yield Fact(self.stream(one), event, on)
            yield Fact(self.stream(one), self.reverse(self.evolve(state, event), reason=reason), on)

    def _released(self, read: Reading, payment_id: UUID, payment: Payment) -> Iterator[tuple[UUID, Owed | None, Any]]:
        reason = payment.detail or payment.status
        for one, state in self.states(read, list(payment.rewards)).items():
            event = self.unschedule(state, payment_id=payment_id, payment_status=payment.status, reason=reason)
            yield one, state, event


def _rewards_waiting(conn: Connection[Any], division: Division, month: Month) -> list[Waiting]:
    return [
        Waiting(
            one.reward_id,
            one.payee_id,
            one.amount_fen,
            one.budget_id,
            one.granted_on,
            one.payment_id,
            one.incident_id,
        )
        for one in reward_payments.to_schedule(conn, division, month)
    ]


def _allowances_waiting(conn: Connection[Any], division: Division, month: Month) -> list[Waiting]:
    return [
        Waiting(one.allowance_id, one.payee_id, one.amount_fen, one.budget_id, one.granted_on, one.payment_id)
        for one in allowance_rows.to_schedule(conn, division, month)
    ]


PAYROLLS: Final[Mapping[Payroll, Kind]] = MappingProxyType(
    {
        "reward": Kind(
            "reward",
            "移动网格员奖励",
            _rewards_waiting,
            rewards.evolve,
            rewards.schedule,
            rewards.unschedule,
            rewards.reverse,
        ),
        "allowance": Kind(
            "allowance",
            "专职网格员津贴",
            _allowances_waiting,
            allowances.evolve,
            allowances.schedule,
            allowances.unschedule,
            allowances.reverse,
        ),
    }
)
