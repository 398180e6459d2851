"""What is matched, and what comes of it: lines of the bank, payments of ours, and an outcome for every line."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, NamedTuple
from uuid import UUID

from domain.kernel.matches import BACK, OUT, EntryKey, Match

State = Literal["paid", "failed", "open", "unsent"]
BY_REFERENCE: Final = frozenset({1, 2})
"""The tiers in which a line names one payment."""
WITHOUT_ORIGIN: Final = {OUT: "debit_without_origin", BACK: "credit_without_origin"}
"""Why a line stays that nothing names."""
PERHAPS_AGAIN: Final = "perhaps_paid_twice"
"""Why a debit stays that nothing names, and that shows the payee of a payment which has its line already."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line that nothing is matched to yet. `amount_fen` is negative where money left the account; `reason` is the
    bank's word for why money came back, by our list.
    """

    key: EntryKey
    booked_on: date
    amount_fen: int
    end_to_end_id: str | None = None
    bank_ref: str | None = None
    batch_ref: str | None = None
    return_of: str | None = None
    reason: str | None = None

    @property
    def side(self) -> int:
        """OUT or BACK."""
        return OUT if self.amount_fen < 0 else BACK


@dataclass(frozen=True, slots=True)
class Payable:
    """A payment as the books have it, and which of its sides is matched already.

    `state`: paid (settled once, whatever came later), failed, open (sent, no definite answer) or unsent. `back_on` is
    set once the amount came back. `out_ref`: the bank's reference in the line that it is matched to. `again`: the bank
    paid one of our lines once more by this; the end-to-end id does not name it, only the bank's own reference does.
    """

    payment_id: UUID
    batch_id: UUID
    batch_reference: str
    end_to_end_id: str
    amount_fen: int
    state: State
    paid_on: date | None = None
    paid_ref: str | None = None
    back_on: date | None = None
    back_ref: str | None = None
    out_taken: bool = False
    back_taken: bool = False
    out_ref: str | None = None
    again: bool = False


class LateReturn(NamedTuple):
    """A line that says that a settled payment came back, which the books do not know yet."""

    key: EntryKey
    payment_id: UUID


class Unmatched(NamedTuple):
    """A line that cannot be matched, and why; `kind` is one of `recon_exceptions.BLOCKING`."""

    kind: str
    key: EntryKey
    amount_fen: int
    payment_id: UUID | None = None
    batch_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Every line stands in exactly one of the three, in the order of the lines."""

    matches: tuple[Match, ...]
    late_returns: tuple[LateReturn, ...]
    exceptions: tuple[Unmatched, ...]

    def named(self) -> Iterator[tuple[EntryKey, UUID]]:
        """Lines that one reference and the amount gave to one payment: whom they name is still to be compared."""
        for found in self.matches:
            if found.tier in BY_REFERENCE:
                yield found.key, found.parts[0].payment_id
        for late in self.late_returns:
            yield late.key, late.payment_id


def by_entry(found: Entry | Match | LateReturn | Unmatched) -> tuple[int, int]:
    """The order of lines: a statement's together, by number. (Whole numbers compare faster than UUIDs.)"""
    return found.key.statement_id.int, found.key.number
