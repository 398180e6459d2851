"""What a match is: a line of a bank statement, and the payments that it pays or returns."""

from typing import Final, NamedTuple
from uuid import UUID

OUT: Final = -1
BACK: Final = 1
"""The two sides of a payment: money that left the account, and money that came back."""


class EntryKey(NamedTuple):
    """A line of a statement."""

    statement_id: UUID
    number: int


class Part(NamedTuple):
    """What a line is matched to: a side of a payment, by the sign of the amount."""

    payment_id: UUID
    amount_fen: int


class Match(NamedTuple):
    """A line and everything that it pays or returns; the parts' sum is the line's amount."""

    key: EntryKey
    tier: int
    parts: tuple[Part, ...]
