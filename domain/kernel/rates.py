"""Rates that anyone can check: how many of how many, and as of which position of the log; never a percentage alone.

What must not be broken: nothing of nothing is no rate at all, and what is not everything is never 100 %.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_PERCENT = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,4}))? ?[%％]")
NO_RATE = "—"
DECIMALS = 1


@dataclass(frozen=True, slots=True)
class Rate:
    """`numerator` of `denominator` (counts, or fen), computed from the first `position` entries of the log.

    Raises ValueError for anything else than 0 <= numerator <= denominator and a position that is not negative.
    """

    numerator: int
    denominator: int
    position: int

    def __post_init__(self) -> None:
        if not 0 <= self.numerator <= self.denominator or self.position < 0:
            raise ValueError(f"not a rate: {self.numerator} of {self.denominator} at {self.position}")

    @property
    def percent(self) -> str:
        """`98.3 %`; `0 %` and `100 %` for nothing and for all; `—` where there is nothing to be part of."""
        if self.denominator == 0:
            return NO_RATE
        return percent_text(self.numerator, self.denominator)


def percent_text(numerator: int, denominator: int, *, decimals: int = DECIMALS) -> str:
    """The percentage, rounded half up; but neither all nor nothing unless it is. Raises ZeroDivisionError.

    1,999 of 2,000 are `99.9 %`: `100.0 %` would say that none is left.
    """
    if numerator in (0, denominator):
        return f"{100 * numerator // denominator} %"
    unit = 10**decimals
    rounded = (200 * unit * numerator + denominator) // (2 * denominator)
    rounded = min(max(rounded, 1), 100 * unit - 1)
    whole, rest = divmod(rounded, unit)
    return f"{whole}.{rest:0{decimals}d} %" if decimals else f"{whole} %"


def denominators(numerator: int, percent: str) -> range:
    """Every denominator that makes `numerator` read as that percentage: what a bare percentage may have meant.

    The percentage has the decimals that it shows (`"98.3 %"`, `"84 %"`). An empty range: there is no such rate, so
    what was published is wrong. Raises ValueError for another text, for a numerator that is not above zero, and for
    the least percentage that its decimals can show, which every large denominator gives.
    """
    found = _PERCENT.fullmatch(percent)
    if found is None or numerator <= 0:
        raise ValueError(f"not a percentage of a positive number: {numerator}, {percent!r}")
    decimals = len(found[2] or "")
    unit = 10**decimals
    wanted = int(found[1]) * unit + int(found[2] or 0)
    if wanted >= 100 * unit:
        return range(numerator, numerator + 1) if wanted == 100 * unit else range(0)
    if wanted <= 1:
        raise ValueError(f"any denominator that is large enough: {percent!r}")
    # Rounded half up: wanted - 1/2 <= 100 * unit * numerator / denominator < wanted + 1/2. What is nearly all is
    # shown as the greatest percentage below 100.
    doubled = 200 * unit * numerator
    least = doubled // (2 * wanted + 1) + 1 if wanted < 100 * unit - 1 else numerator + 1
    return range(least, doubled // (2 * wanted - 1) + 1)


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A total and the parts that it is made of: the total is computed, never stated beside them."""

    parts: Mapping[str, int]
    position: int

    @property
    def total(self) -> int:
        """The sum of the parts."""
        return sum(self.parts.values())

    def agrees_with(self, stated: int) -> bool:
        """Whether a total that somebody published is the sum of these parts."""
        return self.total == stated
