"""Money is a whole number of fen; `yuan` is the only place where fen become text."""

import re
from typing import NewType

Fen = NewType("Fen", int)

_YUAN = re.compile(r"(?P<sign>-?)(?P<whole>[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.(?P<rest>[0-9]{1,2})0*)?", re.ASCII)


def yuan(amount_fen: int) -> str:
    """`123456` fen -> `"1234.56"`; negative amounts keep their sign in front."""
    sign = "-" if amount_fen < 0 else ""
    whole, rest = divmod(abs(amount_fen), 100)
    return f"{sign}{whole}.{rest:02d}"


def fen(text: str) -> Fen:
    """`"1234.56"`, `"1,234.5"`, `"1234.500"` or `"1234"` yuan -> fen.

    Raises ValueError on anything else, or on more than two decimals that are not zeros.
    """
    match = _YUAN.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"not an amount in yuan: {text!r}")
    amount_fen = int(match["whole"].replace(",", "")) * 100 + int((match["rest"] or "").ljust(2, "0"))
    return Fen(-amount_fen if match["sign"] else amount_fen)
