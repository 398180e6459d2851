"""What a village owes its people to see, by when, and what is late.

What must not be broken: a period that nobody drafted is as visible as one that is late; what counts is the day on which
the first version was posted; a period is owed by what held on its last day, so that settings made afterwards excuse
nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from domain.disclosures.settings import Settings
from domain.kernel.disclosed import KINDS, ONCE, falling_due, span
from domain.kernel.places import Division, chain, level, prefix
from projections import disclosure_queries

OF_THE_COUNTY: Final = frozenset({"budget"})
"""Kinds that villages have none of: the county owes them."""

LOOKED_BACK: Final = timedelta(days=400)

FIRST_POSTED: Final = """
SELECT division, kind, period, first_since FROM read.disclosures
WHERE division LIKE %s AND period COLLATE "C" >= %s AND NOT starts_with(period, %s)
"""
OCCASIONS: Final = """
SELECT o.division, o.kind, o.occasion_id, o.happened_on, d.disclosure_id IS NOT NULL, d.first_since
FROM read.disclosure_occasions AS o
LEFT JOIN read.disclosures AS d
    ON d.division = o.division AND d.kind = o.kind AND d.period = %s || o.occasion_id
WHERE o.division LIKE %s AND o.happened_on >= %s ORDER BY o.happened_on, o.occasion_id
"""


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that is owed. `posted_on`: the day of its first posting, None before; `begun`: somebody drafted it."""

    division: Division
    kind: str
    period: str
    due_on: date
    posted_on: date | None
    begun: bool

    def late(self, today: date) -> bool:
        """Whether it was posted after its day, or is not posted and its day is over."""
        return (self.posted_on or today) > self.due_on

    def days_late(self, today: date) -> int:
        """How many days after its day it was posted, or has been waited for; not above zero where it is in time."""
        return ((self.posted_on or today) - self.due_on).days

    @property
    def open(self) -> bool:
        """Whether it is still owed."""
        return self.posted_on is None


def calendar(
    conn: Connection[Any], area: Division, villages: Iterable[Division], *, county: Division, today: date
) -> list[Due]:
    """What is owed in an area of what was over within the last year, the most pressing first.

    `villages`: the villages of the area; `county`: the county itself, which owes what no village has, where it is asked
    for. A place that no settings hold for owes nothing yet: nobody has said since when.
    """
    like, since = prefix(area) + "%", today - LOOKED_BACK
    posted: dict[tuple[str, str, str], date | None] = {
        (division, kind, period): posted_on
        for division, kind, period, posted_on in conn.execute(FIRST_POSTED, (like, str(since.year), ONCE))
    }
    places = [one for one in villages if level(one) == "village"] + ([county] if area == county else [])
    settled = disclosure_queries.settings(conn, places)
    owed = [
        Due(division, kind, period, due_on, posted.get((division, kind, period)), (division, kind, period) in posted)
        for division, kind, period, due_on in _periods(places, settled, county=county, today=today)
    ]
    return sorted([*owed, *_occasions(conn, like, settled, since=since)], key=_pressing)


def late(
    conn: Connection[Any], area: Division, villages: Iterable[Division], *, county: Division, today: date
) -> list[Due]:
    """Of what `calendar` says, what is still owed although its day is over; what has waited longest first."""
    found = calendar(conn, area, villages, county=county, today=today)
    return [one for one in found if one.open and one.late(today)]


def unsettled(conn: Connection[Any], villages: Iterable[Division], *, today: date) -> list[Division]:
    """The villages that no settings hold for: nothing can be late there, because nobody has said what is owed."""
    found = [one for one in villages if level(one) == "village"]
    settled = disclosure_queries.settings(conn, found)
    return [one for one in found if settled.on(one, today).name is None]


@dataclass(frozen=True, slots=True)
class Behind:
    """How much is late in a place: so many things of so many places, the longest for so many days."""

    place: Division
    places: int
    count: int
    days: int


def behind(found: Sequence[Due], places: Iterable[Division], *, today: date) -> list[Behind]:
    """What is late (`late`), by those of `places` that it lies in, else by its own; the most first."""
    parts: dict[Division, list[Due]] = {}
    known = frozenset(places)
    for one in found:
        above = next((area for area in chain(one.division) if area in known), one.division)
        parts.setdefault(above, []).append(one)
    counted = [
        Behind(place, len({one.division for one in part}), len(part), max(one.days_late(today) for one in part))
        for place, part in parts.items()
    ]
    return sorted(counted, key=lambda one: (-one.count, one.place))


_Owed = tuple[Division, str, str, date]


def _pressing(one: Due) -> tuple[bool, date, Division, str]:
    return not one.open, one.due_on, one.division, one.kind


def _periods(
    places: Iterable[Division], settled: disclosure_queries.Settled, *, county: Division, today: date
) -> Iterator[_Owed]:
    for place in places:
        made = _made(settled, place)
        since = max(min((one.since for one in made), default=today), today - LOOKED_BACK)
        for kind in KINDS:
            if (kind in OF_THE_COUNTY) != (place == county):
                continue
            for frequency in dict.fromkeys(one.of(kind).frequency for one in made):
                for period, last in _falling_due(frequency, since, today):
                    rules = settled.on(place, last)
                    if rules.of(kind).frequency == frequency:
                        yield place, kind, period, last + timedelta(days=rules.due_days)


@lru_cache(64)
def _falling_due(frequency: str, since: date, today: date) -> tuple[tuple[str, date], ...]:
    """The periods, each with its last day: the same for every place that the same settings hold for."""
    return tuple((period, span(period)[1]) for period in falling_due(frequency, since=since, today=today))


def _made(settled: disclosure_queries.Settled, place: Division) -> list[Settings]:
    """Every settings that ever held there."""
    return [one for area in chain(place) for one in settled.by_division.get(area, ())]


def _occasions(conn: Connection[Any], like: str, settled: disclosure_queries.Settled, *, since: date) -> Iterator[Due]:
    rows: list[tuple[Division, str, UUID, date, bool, date | None]]
    rows = conn.execute(OCCASIONS, (ONCE, like, since)).fetchall()
    for division, kind, occasion, happened_on, begun, posted_on in rows:
        rules: Settings = settled.on(division, happened_on)
        if rules.name is not None and rules.of(kind).frequency == "at_once":
            due_on = happened_on + timedelta(days=rules.due_days)
            yield Due(division, kind, f"{ONCE}{occasion}", due_on, posted_on, begun)
