"""Which reports lie nowhere in particular, and in which villages earlier ones near a point were found.

Only reports that a grid worker confirmed say where a village is: what reporters chose themselves would repeat its own
mistakes. A point that nothing was confirmed near is near no village.
"""

from dataclasses import dataclass
from datetime import datetime
from math import cos, radians, sqrt
from typing import Any, Final
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.kernel.places import POSITION_SCALE, Division, Position, prefix

NEAR_M: Final = 2_000
"""So far from a point, in metres, an earlier report says something of its village."""

NEAR_MAX: Final = 500
_METRES_OF_A_DEGREE: Final = 111_195


@dataclass(frozen=True, slots=True)
class Unlocated:
    """A report of which no village is known, and that nobody has verified yet."""

    incident_id: UUID
    division: Division
    grid: str | None
    item: str | None
    category: str
    source: str
    latitude_e5: int | None
    longitude_e5: int | None
    reported_at: datetime

    @property
    def position(self) -> Position | None:
        """The point on the map, if the report has one."""
        if self.latitude_e5 is None or self.longitude_e5 is None:
            return None
        return Position(self.latitude_e5, self.longitude_e5)


@dataclass(frozen=True, slots=True)
class NearVillage:
    """A village with confirmed reports near a point: how far off the nearest was, in metres, and how many there are."""

    division: Division
    distance_m: int
    reports: int


# The rows of a register were taken care of where that was kept.
_UNLOCATED = """
FROM read.incidents WHERE awaits = 'verification' AND division LIKE %(prefix)s AND division LIKE '%%000'
    AND source <> 'register'
"""

UNLOCATED = f"""
SELECT incident_id, division, grid, item, category, source, latitude_e5, longitude_e5, reported_at {_UNLOCATED}
ORDER BY reported_at, incident_id LIMIT %(limit)s
"""

COUNT = f"SELECT count(*) {_UNLOCATED}"

AROUND = """
SELECT division, latitude_e5, longitude_e5 FROM read.incidents
WHERE confirmed AND latitude_e5 BETWEEN %(south)s AND %(north)s AND longitude_e5 BETWEEN %(west)s AND %(east)s
    AND division LIKE %(prefix)s AND division NOT LIKE '%%000'
ORDER BY log_index DESC LIMIT %(limit)s
"""


def unlocated(conn: Connection[Any], *, area: Division, limit: int = 50) -> list[Unlocated]:
    """The reports of an area that wait for somebody to say in which village they are, the oldest first."""
    with conn.cursor(row_factory=class_row(Unlocated)) as cursor:
        return cursor.execute(UNLOCATED, {"prefix": prefix(area) + "%", "limit": limit}).fetchall()


def unlocated_count(conn: Connection[Any], *, area: Division) -> int:
    """How many of them there are."""
    found = conn.execute(COUNT, {"prefix": prefix(area) + "%"}).fetchone()
    return int(found[0]) if found else 0


def villages_near(conn: Connection[Any], point: Position, *, area: Division) -> list[NearVillage]:
    """The villages of an area with confirmed reports within 2 km of a point, the nearest first.

    Of more than 500 such reports the latest are asked.
    """
    reach_e5 = NEAR_M * POSITION_SCALE // _METRES_OF_A_DEGREE
    wide_e5 = min(round(reach_e5 / max(0.01, _narrowing(point))), 180 * POSITION_SCALE)
    values = {
        "south": point.latitude_e5 - reach_e5,
        "north": point.latitude_e5 + reach_e5,
        "west": point.longitude_e5 - wide_e5,
        "east": point.longitude_e5 + wide_e5,
        "prefix": prefix(area) + "%",
        "limit": NEAR_MAX,
    }
    found: dict[Division, list[int]] = {}
    for division, latitude_e5, longitude_e5 in conn.execute(AROUND, values):
        away_m = distance_m(point, Position(latitude_e5, longitude_e5))
        if away_m <= NEAR_M:
            found.setdefault(division, []).append(away_m)
    near = [NearVillage(division, min(away), len(away)) for division, away in found.items()]
    return sorted(near, key=lambda one: (one.distance_m, one.division))


def distance_m(one: Position, other: Position) -> int:
    """How far two points are from each other, in metres; within a county the earth is flat enough for that."""
    north = (one.latitude_e5 - other.latitude_e5) / POSITION_SCALE
    east = (one.longitude_e5 - other.longitude_e5) / POSITION_SCALE * _narrowing(one)
    return round(sqrt(north**2 + east**2) * _METRES_OF_A_DEGREE)


def _narrowing(point: Position) -> float:
    """How much shorter a degree of longitude is here than on the equator: 1 there, 0 at the poles."""
    return cos(radians(point.latitude_e5 / POSITION_SCALE))
