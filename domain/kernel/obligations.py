"""What the county owes to one payee for one month, whatever for: a reward or an allowance, paid by the same machinery.

Nothing is owed twice and nothing is paid twice: an obligation is in one payment at most, until that one cannot arrive.
"""

from dataclasses import dataclass
from typing import Literal, Protocol
from uuid import UUID

from domain.kernel.money import Fen
from domain.kernel.places import Division

Payroll = Literal["reward", "allowance"]
"""Which obligations a batch pays; also the category of their streams."""

GONE = frozenset({"failed", "cancelled", "reissued", "written_back", "recovered"})
"""The statuses of a payment of which nothing can arrive any more; what was in it can be paid again or taken back."""


class Owed(Protocol):
    """What payments need of an obligation: who gets how much, from which budget, and how far it has come."""

    @property
    def payee_id(self) -> UUID: ...

    @property
    def division(self) -> Division: ...

    @property
    def amount_fen(self) -> Fen: ...

    @property
    def budget_id(self) -> UUID: ...

    @property
    def payment_id(self) -> UUID | None: ...

    @property
    def reversed(self) -> bool: ...

    def people(self) -> frozenset[UUID]:
        """Everybody who acted before: none of them makes or approves the payment."""
        ...


@dataclass(frozen=True, slots=True)
class BudgetCharged:
    """The budget that an obligation is committed against, and the account that what it grants is an expense on."""

    budget_id: UUID
    year: int
    expense: str
