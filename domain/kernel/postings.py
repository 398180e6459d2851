"""Postings: what an event moves between accounts. They sum to zero per book and commodity, or the event is refused.

An account begins with its book (`fin:1011`); a debit is positive, a credit negative.
"""

from collections.abc import Iterable
from typing import NamedTuple

CNY = "CNY"
PTS = "PTS"


class Posting(NamedTuple):
    """One line of an entry: account, commodity, signed amount (fen for CNY, whole units otherwise)."""

    account: str
    commodity: str
    amount: int


Postings = tuple[Posting, ...]


class UnbalancedPostings(ValueError):
    """Postings that do not sum to zero in some book and commodity, or mix CNY with PTS."""


def book_of(account: str) -> str:
    """`fin:1011` -> `fin`."""
    return account.partition(":")[0]


def move(commodity: str, amount: int, *, debit: str, credit: str) -> Postings:
    """Two postings: `amount` to the debit account, the same from the credit account."""
    return Posting(debit, commodity, amount), Posting(credit, commodity, -amount)


def mirror(postings: Iterable[Posting]) -> Postings:
    """The same postings with debit and credit exchanged: what takes an entry back."""
    return tuple(Posting(account, commodity, -amount) for account, commodity, amount in postings)


def check_balanced(postings: Iterable[Posting]) -> None:
    """Raise UnbalancedPostings unless every book and commodity sums to zero and CNY and PTS do not meet."""
    sums: dict[tuple[str, str], int] = {}
    for account, commodity, amount in postings:
        if amount == 0:
            raise UnbalancedPostings(f"a posting of zero to {account}")
        at = book_of(account), commodity
        sums[at] = sums.get(at, 0) + amount
    if any(sums.values()):
        wrong = [f"{book} {commodity} {total:+d}" for (book, commodity), total in sorted(sums.items()) if total]
        raise UnbalancedPostings("postings do not sum to zero: " + ", ".join(wrong))
    if {CNY, PTS} <= {commodity for _, commodity in sums}:
        raise UnbalancedPostings("CNY and PTS meet in one entry")
