"""What stands in a cell of an account statement: amounts with signs, masked balances and accounts, our own references.

Numbers that a spreadsheet has ruined are refused, never repaired; what a bank has masked on purpose is no error.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from api.files.cells import Cell, CellError, amount, day, half_width, harmless, line_of_text, raw_text
from api.files.statement_profiles import CURRENCIES
from domain.kernel.money import Fen

ACCOUNT_CHARS_MAX: Final = 70

# A dash or a slash is how banks and wallets write that there is nothing.
_NOTHING: Final = frozenset({"", "-", "--", "/", "—", "——"})
_MASKED: Final = re.compile(r"[xyzXYZ*.,]*[xyzXYZ*][xyzXYZ*.,]*")
_SCIENTIFIC: Final = re.compile(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]{1,3}")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
# Our end-to-end ids are 29 digits, and our batch numbers the first 21 of them.
_END_TO_END: Final = re.compile(r"(?<![0-9])[0-9]{29}(?![0-9])")
_BATCH: Final = re.compile(r"(?<![0-9])[0-9]{21}(?![0-9])")


def is_nothing(cell: Cell) -> bool:
    """Whether the cell is empty or holds only the sign for nothing."""
    return isinstance(cell, str) and half_width(cell).strip() in _NOTHING


def signed_amount(cell: Cell) -> Fen:
    """An amount in fen from yuan, with `+`, `-` or no sign."""
    # The shortest decimal of a workbook's number is what was typed into it.
    written = format(Decimal(repr(cell)), "f").removesuffix(".0") if isinstance(cell, float) else raw_text(cell)
    text = half_width(written).replace("¥", "").replace("−", "-").replace(" ", "").strip()
    negative = text.startswith("-")
    value = amount(text.removeprefix("-").removeprefix("+"), unit="yuan")
    return Fen(-value if negative else value)


def balance(cell: Cell) -> Fen | None:
    """A balance, or None for one that is not shown or masked (`xx,yyyy.zz`)."""
    if is_nothing(cell) or (isinstance(cell, str) and _MASKED.fullmatch(half_width(cell).strip())):
        return None
    return signed_amount(cell)


def booking_day(cell: Cell) -> date:
    """A day, also from a day with a time beside it."""
    if isinstance(cell, date | datetime):
        return day(cell)
    return day(half_width(raw_text(cell)).strip().partition(" ")[0])


def shown_text(cell: Cell) -> str | None:
    """A text as the bank shows it, or None for nothing."""
    return None if is_nothing(cell) else line_of_text(cell, limit=500)


def shown_account(cell: Cell) -> str | None:
    """An account as the bank shows it, masked or not. Refuses numeric cells and `6.22E+18`: their digits are lost."""
    if is_nothing(cell):
        return None
    if not isinstance(cell, str):
        raise CellError("account.number_cell", shown="…")
    text = "".join(half_width(line_of_text(cell, limit=ACCOUNT_CHARS_MAX)).split())
    if _SCIENTIFIC.fullmatch(text):
        raise CellError("account.ruined", shown=text)
    return text


def currency_code(cell: Cell) -> str:
    """`CNY` for 人民币, or a code as it stands."""
    text = half_width(line_of_text(cell)).upper()
    code = CURRENCIES.get(text, text)
    if not _CURRENCY.fullmatch(code):
        raise CellError("currency.unreadable", shown=harmless(text), expected="、".join(CURRENCIES))
    return code


def own_end_to_end_id(text: str) -> str | None:
    """Our end-to-end id in a text that the bank repeats, if there is exactly one."""
    return _only(_END_TO_END.findall(text))


def own_batch_number(text: str) -> str | None:
    """Our batch number in such a text, if there is exactly one."""
    return _only(_BATCH.findall(text))


def _only(found: list[str]) -> str | None:
    return found[0] if len(set(found)) == 1 else None
