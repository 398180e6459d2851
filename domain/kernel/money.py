"""Money is a whole number of fen; `yuan` is the only place where fen become text."""

from typing import NewType

Fen = NewType("Fen", int)


def yuan(amount_fen: int) -> str:
    """`123456` fen -> `"1234.56"`; negative amounts keep their sign in front."""
    sign = "-" if amount_fen < 0 else ""
    whole, rest = divmod(abs(amount_fen), 100)
    return f"{sign}{whole}.{rest:02d}"


def fen(text: str) -> Fen:
    """`"1234.56"`, `"1,234.5"` or `"1234"` yuan -> fen. Raises ValueError on anything else, or on more than two decimals."""
    digits = text.strip().replace(",", "")
    sign = -1 if digits.startswith("-") else 1
    whole, dot, rest = digits.removeprefix("-").partition(".")
    if not (whole.isascii() and whole.isdigit()) or len(rest) > 2 or (dot and not (rest.isascii() and rest.isdigit())):
        raise ValueError(f"not an amount in yuan: {text!r}")
    return Fen(sign * (int(whole) * 100 + int(rest.ljust(2, "0") or "0")))
