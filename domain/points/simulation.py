"""What a proposed rule would have given for deeds of the past, before anybody adopts it.

What must not be broken: it reckons as the real thing does, by layers, windows and caps, in the order of the days; and
it changes nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from uuid import UUID

from domain.kernel.ids import EventName
from domain.kernel.places import Division, chain, contains
from domain.points.rules import Cap, Layers, PointsRulePublished, Rule, Rules, Worth, rule_of

PROPOSED = EventName("proposed")


@dataclass(frozen=True, slots=True)
class PastDeed:
    """A deed that was done. `items`: the items that it may fall under, the narrowest first; `gave`: what it was given.

    `account_id` is the account that its points went to (or would have), `of_household` whether that is a household's;
    `counted_as` the category under which they stand, None where nothing was given.
    """

    items: tuple[str, ...]
    quantity: int
    division: Division
    on: date
    person_id: UUID | None
    account_id: UUID
    of_household: bool
    gave: int = 0
    counted_as: str | None = None


@dataclass(frozen=True, slots=True)
class Simulated:
    """What deeds of one category would have been given, and were. `cut`: what the caps would have kept back."""

    category: str
    deeds: int
    holders: int
    points: int
    cut: int
    gave: int

    @property
    def difference(self) -> int:
        """How much more, or less, that is."""
        return self.points - self.gave


@dataclass(frozen=True, slots=True)
class Simulation:
    """A proposed rule over a time: by category, and of how many deeds it would not have known."""

    categories: tuple[Simulated, ...]
    holders: int
    unlisted: int

    @property
    def points(self) -> int:
        """What would have been given in all."""
        return sum(one.points for one in self.categories)

    @property
    def gave(self) -> int:
        """What was given in all."""
        return sum(one.gave for one in self.categories)


class _Count(NamedTuple):
    who: UUID
    period: str
    category: str | None


@dataclass
class _Tally:
    """What one category comes to."""

    deeds: int = 0
    holders: set[UUID] = field(default_factory=set)
    points: int = 0
    cut: int = 0
    gave: int = 0


def simulate(
    deeds: Iterable[PastDeed],
    *,
    rules: Mapping[Division, Rules],
    proposed: PointsRulePublished,
    county: Division,
) -> Simulation:
    """Reckon every deed again, the earliest first, as if `proposed` had always been its division's rule.

    `rules` are those that were published, by division; deeds outside the proposed rule's division keep what they have.
    """
    rule = rule_of(proposed, name=PROPOSED)
    tallies: defaultdict[str, _Tally] = defaultdict(_Tally)
    earned: Counter[_Count] = Counter()
    unlisted = 0
    for deed in sorted(deeds, key=lambda one: one.on):
        if deed.counted_as is not None:
            tallies[deed.counted_as].gave += deed.gave
        layers = _layers(deed, rules, rule, county=county)
        worth = _worth(deed, layers)
        if worth is None:
            unlisted += 1
            continue
        tally = tallies[worth.item.category]
        points = _capped(deed, worth, layers, earned)
        tally.deeds += 1
        tally.points += points
        tally.cut += worth.points - points
        if points:
            tally.holders.add(deed.account_id)
    return Simulation(
        categories=tuple(
            Simulated(category, one.deeds, len(one.holders), one.points, one.cut, one.gave)
            for category, one in sorted(tallies.items())
        ),
        holders=len(set[UUID]().union(*(one.holders for one in tallies.values()))),
        unlisted=unlisted,
    )


def _layers(deed: PastDeed, rules: Mapping[Division, Rules], proposed: Rule, *, county: Division) -> Layers:
    found = []
    for area in chain(deed.division):
        if area == proposed.division:
            found.append(proposed)
        elif contains(county, area) and area in rules and (rule := rules[area].in_force(deed.on)) is not None:
            found.append(rule)
    return Layers(tuple(found), deed.on)


def _worth(deed: PastDeed, layers: Layers) -> Worth | None:
    found = (layers.worth(code, quantity=deed.quantity) for code in deed.items)
    return next((worth for worth in found if worth is not None), None)


def _capped(deed: PastDeed, worth: Worth, layers: Layers, earned: Counter[_Count]) -> int:
    if worth.points <= 0:
        return worth.points
    room = worth.points
    for cap in layers.caps(worth.item.category):
        who = _counted_for(cap, deed)
        if who is not None:
            count = _Count(who, _period(deed.on, cap.period), cap.category)
            room = min(room, max(0, cap.points - earned[count]))
    for who in dict.fromkeys((deed.person_id, deed.account_id if deed.of_household else None)):
        if who is not None:
            for period in ("day", "month", "year"):
                for category in (None, worth.item.category):
                    earned[_Count(who, _period(deed.on, period), category)] += room
    return room


def _counted_for(cap: Cap, deed: PastDeed) -> UUID | None:
    if cap.scope == "person":
        return deed.person_id
    return deed.account_id if deed.of_household else None


def _period(on: date, period: str) -> str:
    return on.isoformat()[: {"day": 10, "month": 7, "year": 4}[period]]
