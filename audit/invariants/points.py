"""What an account holds of points, less what it owes, is what its events say came, less what they say went.

What must not be broken: the events' own figures are added up on one side, the postings on the other; neither is taken
from the other.
"""

from collections import defaultdict
from typing import ClassVar, Final

from audit.book import Book
from audit.entries import Entry
from audit.invariants.parts import Say

_CAME: Final = frozenset(
    {
        "points.granted/1",
        "points.opening_recorded/1",
        "points.given_back/1",
        "points.restored/1",
    }
)
_WENT: Final = frozenset({"points.reversed/1", "points.expired/1", "points.redeemed/1"})
_ON_THE_WAY: Final = "moved"


class PointsHeld:
    """Invariant 14, for each account after each append; and nothing stays between two accounts."""

    types: ClassVar[frozenset[str]] = _CAME | _WENT | {"points.deducted/1", "points.moved_out/1", "points.moved_in/1"}
    moving: ClassVar[bool] = True

    def __init__(self, say: Say) -> None:
        self._say = say
        self._said: defaultdict[str, int] = defaultdict(int)  # account -> came less went, by the events' figures
        self._held: defaultdict[str, int] = defaultdict(int)
        self._owed: defaultdict[str, int] = defaultdict(int)
        self._on_the_way = 0
        self._touched: dict[str, Entry] = {}

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every part is handed the book
        """Add up what the event says, and what it posts."""
        if entry.type in self.types:
            self._said[entry.identity] += _came_less_went(entry)
            self._touched[entry.identity] = entry
        for account, amount in entry.moved.points:
            kind, _, rest = account.partition(":")
            if kind == _ON_THE_WAY:
                self._on_the_way += amount
                self._touched[entry.identity] = entry
            elif kind in ("held", "debt"):
                sums = self._held if kind == "held" else self._owed
                sums[rest] += amount if kind == "held" else -amount
                self._touched[rest] = entry

    def settle(self, book: Book) -> None:  # noqa: ARG002
        """Judge the accounts that the append touched."""
        for account, entry in self._touched.items():
            held, owed, expected = self._held[account], self._owed[account], self._said[account]
            both = held > 0 and owed > 0
            if held < 0 or owed < 0 or both or held - owed != expected or self._on_the_way:
                facts: dict[str, str | int] = {"holder": f"pts:{account}", "commodity": "PTS"}
                self._say("invariants.points_differ", entry.place, **facts, held=held - owed, expected=expected)
        self._touched.clear()


def _came_less_went(entry: Entry) -> int:
    data = entry.data
    if entry.type in _CAME:
        return int(data["points"])
    if entry.type in _WENT:
        expired_before = data.get("from_expired", 0)  # what had expired was gone already
        return int(expired_before - data["points"])
    if entry.type == "points.deducted/1":
        return -int(data["to_debt"] + sum(lot["points"] for lot in data["lots"]))
    net = int(data["points"]) - int(data["debt"])
    return net if entry.type == "points.moved_in/1" else -net
