"""Who comes first, by the reports that counted: weights, sums, ties. The same figures for page, record and auditor.

What must not be broken: the outcome depends on which reports are counted and on nothing else, above all not on the
order in which they are handed over. All numbers are whole.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from domain.kernel.events import Sha256
from domain.kernel.ids import EventName

TIES = frozenset({"share", "more_reports", "nobody"})
"""When the last place is tied: all of them are stars; whoever has more reports, then all; none of those tied."""


@dataclass(frozen=True, slots=True)
class Weight:
    """Points for one report of a category, or (more exactly) of an item of the catalogue; 0: it does not count."""

    category: str
    points: int
    item: str | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """How reports become stars: `points_each` for what no weight names, and how many may be stars."""

    points_each: int
    weights: tuple[Weight, ...]
    reports_min: int
    stars: int
    ties: str

    def points(self, category: str, item: str | None) -> int:
        """What one report is worth: its item's points, else its category's, else the ordinary ones."""
        known = {(weight.category, weight.item): weight.points for weight in self.weights}
        return known.get((category, item), known.get((category, None), self.points_each))


class Counted(NamedTuple):
    """One report that may count: the event that made it valid, whose it is, and what it was about."""

    event: EventName
    member_id: UUID
    category: str
    item: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one member stands: `events` are what was counted for him, sorted by name."""

    rank: int
    member_id: UUID
    score: int
    events: tuple[EventName, ...]


def standings(scale: Scale, counted: Iterable[Counted]) -> tuple[Standing, ...]:
    """Everybody who reaches the least number of reports, best first; whoever is equal has the same rank (1, 1, 3)."""
    tallies: dict[UUID, list[tuple[EventName, int]]] = {}
    given = set(counted)
    points = {kind: scale.points(*kind) for kind in {(one.category, one.item) for one in given}}
    for one in sorted(given, key=lambda one: one.event):
        worth = points[one.category, one.item]
        if worth > 0:
            tallies.setdefault(one.member_id, []).append((one.event, worth))
    able = [
        (sum(worth for _, worth in tally), tuple(event for event, _ in tally), member_id)
        for member_id, tally in tallies.items()
        if len(tally) >= scale.reports_min
    ]
    keys = sorted((_key(scale, score, len(events)), member_id, score, events) for score, events, member_id in able)
    ranks: dict[tuple[int, int], int] = {}
    for place, (key, *_) in enumerate(keys, start=1):
        ranks.setdefault(key, place)
    return tuple(Standing(ranks[key], member_id, score, events) for key, member_id, score, events in keys)


def stars(scale: Scale, ranked: Iterable[Standing]) -> tuple[Standing, ...]:
    """Those of the ranked who become stars; a tie at the last place is resolved as the scale says."""
    tied: dict[int, list[Standing]] = {}
    for standing in ranked:
        tied.setdefault(standing.rank, []).append(standing)
    return tuple(standing for rank, group in tied.items() if _chosen(scale, rank, len(group)) for standing in group)


def _chosen(scale: Scale, rank: int, tied: int) -> bool:
    """Whether so many who share a rank all become stars."""
    whole = rank + tied - 1 <= scale.stars
    return whole or (rank <= scale.stars and scale.ties != "nobody")


def events_digest(events: Iterable[EventName]) -> Sha256:
    """SHA-256 over the names of events, sorted, one a line."""
    return Sha256(hashlib.sha256("".join(f"{event}\n" for event in sorted(events)).encode()).hexdigest())


def _key(scale: Scale, score: int, count: int) -> tuple[int, int]:
    """What is compared, the best first."""
    return -score, -count if scale.ties == "more_reports" else 0
