"""Quantities as people write them: 3 units, 12.5 mu. A whole number of thousandths, never a fraction of a machine.

What must not be broken: a price times a quantity is rounded to the fen in one way everywhere, half a fen upwards.
"""

import re
from typing import Final

from domain.kernel.money import Fen

MILLI: Final = 1_000
QUANTITY_MILLI_MAX: Final = 10**12
"""A billion of anything: more than any village has."""

_WRITTEN: Final = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,3})0*)?", re.ASCII)


def milli(text: str) -> int:
    """`"12.5"` -> 12500 thousandths. Raises ValueError for anything else, or more than three decimals."""
    match = _WRITTEN.fullmatch(text.strip().replace(",", ""))
    if match is None:
        raise ValueError(f"not a quantity with at most three decimals: {text!r}")
    return int(match[1]) * MILLI + int((match[2] or "").ljust(3, "0"))


def quantity(quantity_milli: int) -> str:
    """12500 thousandths -> `"12.5"`; whole quantities have no point."""
    whole, rest = divmod(abs(quantity_milli), MILLI)
    sign = "-" if quantity_milli < 0 else ""
    return f"{sign}{whole}" + (f".{rest:03d}".rstrip("0") if rest else "")


def priced(price_fen: int, quantity_milli: int) -> Fen:
    """So much per whole unit, for a quantity that is not negative: rounded to the fen, half a fen upwards."""
    return Fen((2 * price_fen * quantity_milli + MILLI) // (2 * MILLI))
