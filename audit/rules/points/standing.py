"""A points account in the auditor's own words: points by their last day, what is owed, what was settled.

It follows the events as they stand, right or wrong; what they should have said is worked out beside it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

FOR_EVER: Final = "9999-12-31"

Lots = Counter[str]
"""Points by the last day on which they can be used, as text; FOR_EVER where there is none."""


class Settling(NamedTuple):
    """What is settled once: an item, for a cause and a person."""

    item: str
    cause: str
    person: str | None


@dataclass(slots=True)
class Settled:
    """A grant (or a deduction) by its number: how many points, of which day and category, until when."""

    key: Settling
    category: str
    deed_on: str
    division: str
    item: str
    points: int
    deducted: bool
    expires_on: str = FOR_EVER
    taken_back: bool = False
    brought_in_by: str | None = None
    """Who recorded it, where it is a paper book's balance and no deed's."""


@dataclass(slots=True)
class Redeemed:
    """An exchange: what it took, and how much came back."""

    points: int
    lots: Lots
    restored: int = 0


@dataclass(slots=True)
class Standing:
    """An account as the events left it."""

    kind: str
    holder: str
    division: str
    lots: Lots = field(default_factory=Counter)
    debt: int = 0
    settled: dict[int, Settled] = field(default_factory=dict)
    redeemed: dict[str, Redeemed] = field(default_factory=dict)
    expired: Lots = field(default_factory=Counter)
    moved: bool = False
    closed: bool = False
    successor: str | None = None

    @property
    def takes_opening(self) -> bool:
        """Whether a paper book's balance may come: before anything else, or in place of one that was taken back."""
        openings = [one for one in self.settled.values() if one.brought_in_by is not None]
        if openings:
            return not self.closed and all(one.taken_back for one in openings)
        return not (self.moved or self.settled or self.closed)

    def give(self, lots: Lots, *, repaid: int = 0) -> None:
        """Points came, some of them for the debt."""
        self.moved = True
        self.lots.update(lots)
        self.debt -= repaid

    def take(self, lots: Lots, *, to_debt: int = 0) -> None:
        """Points went; the rest is owed."""
        self.moved = True
        self.lots.subtract(lots)
        self.debt += to_debt

    def overdue(self, on: str) -> Lots:
        """What can be used no longer on a day."""
        return Counter({day: points for day, points in self.lots.items() if points and day < on})

    def usable(self, on: str) -> Lots:
        """What can be used on a day."""
        return Counter({day: points for day, points in self.lots.items() if points and day >= on})


def lots_of(rows: Iterable[Mapping[str, Any]]) -> Lots:
    """The lots that an event names."""
    lots: Lots = Counter()
    for row in rows:
        lots[row.get("expires_on", FOR_EVER)] += row["points"]
    return lots


def first_of(lots: Lots, points: int) -> Lots:
    """So many points of those that expire first, or all there are."""
    taken: Lots = Counter()
    for day in sorted(lots):
        part = min(lots[day], points)
        if part > 0:
            taken[day] = part
            points -= part
    return taken


def last_of(lots: Lots, points: int) -> Lots:
    """So many points of those that expire last."""
    taken: Lots = Counter()
    for day in sorted(lots, reverse=True):
        part = min(lots[day], points)
        if part > 0:
            taken[day] = part
            points -= part
    return taken
