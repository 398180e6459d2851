"""Scores from measured figures: bands give points, weights add them up. Whole numbers only, so that all agree.

A factor's points run from 0 to 100 and the weights sum to 100, so that a score runs from 0 to 10,000: hundredths of a
point out of 100.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

POINTS_MAX = 100
WEIGHTS_SUM = 100
SCORE_MAX = POINTS_MAX * WEIGHTS_SUM


@dataclass(frozen=True, slots=True)
class FactorBand:
    """From this value on (until the next band) the factor gives these points, 0 to 100."""

    at_least: int
    points: int


@dataclass(frozen=True, slots=True)
class Factor:
    """One thing that is measured of a grid: its code and name, the unit it is counted in, its weight in per cent."""

    code: str
    name: str
    unit: str
    weight: int
    bands: tuple[FactorBand, ...]


@dataclass(frozen=True, slots=True)
class StaffingBand:
    """From this score on (0 to 10,000), so many grid workers are recommended."""

    at_least: int
    workers: int


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure of a grid, in the factor's unit."""

    factor: str
    value: int


@dataclass(frozen=True, slots=True)
class Part:
    """What one factor adds to a score: `points` of 100, times `weight` of 100."""

    factor: Factor
    value: int
    points: int

    @property
    def score(self) -> int:
        """Its share of the score."""
        return self.points * self.factor.weight


def points_of(bands: Sequence[FactorBand], value: int) -> int:
    """The points of the highest band that begins at or below the value; below all bands, none."""
    begun = [band for band in bands if band.at_least <= value]
    return max(begun, key=lambda band: band.at_least).points if begun else 0


def parts_of(factors: Sequence[Factor], values: Mapping[str, int]) -> tuple[Part, ...]:
    """What each factor adds, in the order of the rule. Raises KeyError where a value is missing."""
    return tuple(Part(factor, values[factor.code], points_of(factor.bands, values[factor.code])) for factor in factors)


def score_of(factors: Sequence[Factor], values: Mapping[str, int]) -> int:
    """The score, 0 to 10,000. Raises KeyError where a value is missing."""
    return sum(part.score for part in parts_of(factors, values))


def workers_for(staffing: Sequence[StaffingBand], score: int) -> int:
    """How many grid workers the rule recommends for a score; below all bands, none."""
    begun = [band for band in staffing if band.at_least <= score]
    return max(begun, key=lambda band: band.at_least).workers if begun else 0
