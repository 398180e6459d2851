"""What a match is: a line of a bank statement, and the payments or the document that it carries out or returns."""

from typing import Final, NamedTuple
from uuid import UUID

from domain.kernel.ids import EventName, derived

OUT: Final = -1
BACK: Final = 1
"""The two sides of a payment: money that left the account, and money that came back."""


class EntryKey(NamedTuple):
    """A line of a statement."""

    statement_id: UUID
    number: int


class Part(NamedTuple):
    """What a line is matched to: a side of a payment, by the sign of the amount.

    `document`: the event by which the money moved where that is no payment (额度到账); `payment_id` then stands for it.
    """

    payment_id: UUID
    amount_fen: int
    document: EventName | None = None


def document_id(name: EventName) -> UUID:
    """What stands for a document where a payment's id would stand."""
    return derived("document", name)


class Match(NamedTuple):
    """A line and everything that it pays or returns; the parts' sum is the line's amount."""

    key: EntryKey
    tier: int
    parts: tuple[Part, ...]
