"""Places carry the 12-digit statistical division code, as it was at the event's time.

Codes nest by prefix: province 2, city 4, county 6, township 9, village 12 digits. A grid suffix is free text and is
never parsed. Source: 统计用区划代码和城乡划分代码编制规则.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NewType

Division = NewType("Division", str)
Level = Literal["country", "province", "city", "county", "township", "village"]

POSITION_SCALE = 100_000
COUNTRY = Division("000000000000")
_PREFIX_LENGTHS: tuple[tuple[int, Level], ...] = (
    (0, "country"),
    (2, "province"),
    (4, "city"),
    (6, "county"),
    (9, "township"),
    (12, "village"),
)


@dataclass(frozen=True, slots=True)
class Position:
    """A point on the map in WGS 84, in units of 1e-5 degrees (about a metre): events hold no floats."""

    latitude_e5: int
    longitude_e5: int

    def lies_on_earth(self) -> bool:
        """Whether there is such a point."""
        return abs(self.latitude_e5) <= 90 * POSITION_SCALE and abs(self.longitude_e5) <= 180 * POSITION_SCALE


def division(code: str) -> Division:
    """Return the code if it has twelve ASCII digits; raise ValueError if not."""
    if len(code) != 12 or not (code.isascii() and code.isdigit()):
        raise ValueError(f"a division code has 12 digits: {code!r}")
    return Division(code)


@lru_cache(maxsize=1 << 14)  # a county has some hundred divisions, and every event is about one
def prefix(code: Division) -> str:
    """The digits that say something: `"361125000000"` -> `"361125"`; the whole country -> `""`."""
    return next(code[:length] for length, _ in _PREFIX_LENGTHS if not code[length:].strip("0"))


def level(code: Division) -> Level:
    """The level of a division, by its shortest meaningful prefix."""
    return dict(_PREFIX_LENGTHS)[len(prefix(code))]


def contains(area: Division, code: Division) -> bool:
    """Whether `code` lies in `area` (or is it)."""
    return code.startswith(prefix(area))


def area_of(code: Division, wanted: Level) -> Division:
    """The division of that level in which `code` lies; `code` itself, where it is wider."""
    return next((area for area in chain(code) if level(area) == wanted), code)


@lru_cache(maxsize=1 << 14)
def chain(code: Division) -> tuple[Division, ...]:
    """The division and everything above it, narrowest first, the country last."""
    own = len(prefix(code))
    above = (Division(code[:n].ljust(12, "0")) for n, _ in reversed(_PREFIX_LENGTHS) if n <= own)
    return tuple(dict.fromkeys(above))  # a city without counties repeats its own code one level down
