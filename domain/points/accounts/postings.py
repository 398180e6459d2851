"""The accounts of the points book, and which of them each event moves.

What is held is a debit and never below zero; what is owed for points that were spent and then taken back is a credit
of its own, never a held amount below zero.
"""

from typing import Final
from uuid import UUID

from domain.kernel.postings import PTS, Posting, Postings

EXPIRED: Final = "pts:expired"
MOVED: Final = "pts:moved"
"""Between two accounts: what left one arrives at the other in the same append, so it is empty after every append."""


def held(account_id: UUID) -> str:
    """What can be used."""
    return f"pts:held:{account_id}"


def debt(account_id: UUID) -> str:
    """What later points repay first."""
    return f"pts:debt:{account_id}"


def granted(category: str) -> str:
    """Where points of a category come from."""
    return f"pts:granted:{category}"


def deducted(category: str) -> str:
    """Where the deductions of a category go."""
    return f"pts:deducted:{category}"


def redeemed(station_id: UUID) -> str:
    """What was exchanged at a station."""
    return f"pts:redeemed:{station_id}"


def coming_in(account_id: UUID, points: int, *, repaid: int, source: str) -> Postings:
    """Points for an account, `repaid` of them for its debt."""
    return _entry((debt(account_id), repaid), (held(account_id), points - repaid), (source, -points))


def going_out(account_id: UUID, *, of_held: int, to_debt: int, target: str) -> Postings:
    """Points of an account, as far as held; the rest is owed."""
    return _entry((target, of_held + to_debt), (held(account_id), -of_held), (debt(account_id), -to_debt))


def reversed_grant(account_id: UUID, *, category: str, of_held: int, from_expired: int, to_debt: int) -> Postings:
    """A grant taken back: of what is held, of what expired unused, and the rest is owed."""
    return _entry(
        (granted(category), of_held + from_expired + to_debt),
        (held(account_id), -of_held),
        (EXPIRED, -from_expired),
        (debt(account_id), -to_debt),
    )


def debt_leaving(account_id: UUID, points: int) -> Postings:
    """A debt goes to another account."""
    return _entry((debt(account_id), points), (MOVED, -points))


def _entry(*sides: tuple[str, int]) -> Postings:
    return tuple(Posting(account, PTS, amount) for account, amount in sides if amount)
