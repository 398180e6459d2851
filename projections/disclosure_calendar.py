"""What a village owes its people to see, by when, and what is late.

What must not be broken: a period that nobody drafted is as visible as one that is late; what counts is the day on which
the first version was posted.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from domain.disclosures.settings import Settings
from domain.kernel.disclosed import KINDS, ONCE, falling_due, span
from domain.kernel.places import Division, level, prefix
from projections import disclosure_queries

OF_THE_COUNTY: Final = frozenset({"budget"})
"""Kinds that villages have none of: the county owes them."""

LOOKED_BACK: Final = timedelta(days=400)

FIRST_POSTED: Final = """
SELECT division, kind, period, min(since) FROM read.disclosures
JOIN read.disclosure_versions USING (disclosure_id) WHERE division LIKE %s GROUP BY division, kind, period
"""
OCCASIONS: Final = """
SELECT division, kind, occasion_id, happened_on FROM read.disclosure_occasions
WHERE division LIKE %s AND happened_on >= %s ORDER BY happened_on, occasion_id
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
    like = prefix(area) + "%"
    posted: dict[tuple[str, str, str], date | None] = {
        (division, kind, period): since for division, kind, period, since in conn.execute(FIRST_POSTED, (like,))
    }
    places = [one for one in villages if level(one) == "village"] + ([county] if area == county else [])
    settled = disclosure_queries.settings(conn, places)
    owed = [
        *_periods(places, settled, county=county, today=today),
        *_occasions(conn, like, settled, today=today),
    ]
    found = [
        Due(division, kind, period, due_on, posted.get((division, kind, period)), (division, kind, period) in posted)
        for division, kind, period, due_on in owed
    ]
    return sorted(found, key=lambda one: (not one.open, one.due_on, one.division, one.kind))


_Owed = tuple[Division, str, str, date]


def _periods(
    places: Iterable[Division], settled: disclosure_queries.Settled, *, county: Division, today: date
) -> Iterator[_Owed]:
    for place in places:
        rules = settled.on(place, today)
        if rules.name is None:
            continue
        since = max(_first_since(settled, place, today), today - LOOKED_BACK)
        for kind in KINDS:
            if (kind in OF_THE_COUNTY) != (place == county):
                continue
            frequency = rules.of(kind).frequency
            for period in falling_due(frequency, since=since, today=today):
                yield place, kind, period, span(period)[1] + timedelta(days=rules.due_days)


def _first_since(settled: disclosure_queries.Settled, place: Division, today: date) -> date:
    """The first day on which any settings held there."""
    areas = [one for area, made in settled.by_division.items() if _around(area, place) for one in made]
    return min((one.since for one in areas), default=today)


def _around(area: Division, place: Division) -> bool:
    return place.startswith(prefix(area))


def _occasions(
    conn: Connection[Any], like: str, settled: disclosure_queries.Settled, *, today: date
) -> Iterator[_Owed]:
    rows: list[tuple[Division, str, UUID, date]] = conn.execute(OCCASIONS, (like, today - LOOKED_BACK)).fetchall()
    for division, kind, occasion, happened_on in rows:
        rules: Settings = settled.on(division, happened_on)
        if rules.name is not None and rules.of(kind).frequency == "at_once":
            yield division, kind, f"{ONCE}{occasion}", happened_on + timedelta(days=rules.due_days)
