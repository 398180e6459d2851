"""What every account has, added up from the postings of the entries alone, beside what the database says of it.

What must not be broken: nothing is taken from the table but what it is compared with. The table decides at once
whether more may be spent; if it is wrong, limits are wrong.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from journal.facts import AccountKey

_MARK: Final = b'"postings":['


@dataclass(frozen=True, slots=True)
class Difference:
    """An account and commodity, what the table says, and what the postings give; in its smallest units."""

    account: str
    commodity: str
    kept: int
    folded: int


class Fold:
    """Takes entries one after the other, in any order: sums do not mind."""

    def __init__(self) -> None:
        self._sums: defaultdict[AccountKey, int] = defaultdict(int)

    def take(self, entries: Iterable[bytes]) -> None:
        """Add the postings of some entries. What is no line is passed over: whoever hashes the entries finds it."""
        for entry in entries:
            if _MARK in entry:
                for account, commodity, amount in _postings_of(entry):
                    self._sums[account, commodity] += amount

    def differences(self, kept: Mapping[AccountKey, int]) -> Iterator[Difference]:
        """Every account of which the table says something else, by name; an account without a row has nothing."""
        for account, commodity in sorted(self._sums.keys() | kept.keys()):
            there, folded = kept.get((account, commodity), 0), self._sums.get((account, commodity), 0)
            if there != folded:
                yield Difference(account, commodity, there, folded)


def _postings_of(entry: bytes) -> list[tuple[str, str, int]]:
    try:
        postings = json.loads(entry.partition(b"\n")[0]).get("postings", [])
        return [(str(account), str(commodity), int(amount)) for account, commodity, amount in postings]
    except (ValueError, TypeError, AttributeError):
        return []
