"""What must not stand in a text that everybody may read: an identity number, a mobile number, a bank card, an e-mail.

What must not be broken: amounts, dates, numbers of documents and vouchers, of organisations (统一社会信用代码) and of
land contracts are let through. Full names cannot be told from other words by a machine; the fields say that none is to
be written. Sources: GB 11643-1999 (identity numbers and their check character, ISO 7064 MOD 11-2), ISO/IEC 7812-1
(card numbers and the Luhn formula).
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

Kind = Literal["identity_number", "mobile_number", "card_number", "email"]

_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_GAP: Final = r"[ \-_.·]?"
# Each is looked for at every place: a longer run of digits and gaps may begin before what is meant.
_IDENTITY: Final = re.compile(rf"(?<![0-9A-Za-z])(?=((?:\d{_GAP}){{17}}[0-9Xx])(?![0-9A-Za-z]))", re.ASCII)
_MOBILE: Final = re.compile(
    rf"(?<![0-9A-Za-z.])(?=((?:\+?86{_GAP})?1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}})(?![0-9A-Za-z]|\.\d))", re.ASCII
)
# Of 17 and 18 digits only those of UnionPay (62…, 60…): so long are numbers of organisations and of contractors, too.
_CARD: Final = re.compile(
    rf"(?<![0-9A-Za-z])"
    rf"(?=([3-69](?:{_GAP}\d){{18}}|6(?:{_GAP}\d){{16,17}}|[3-69](?:{_GAP}\d){{15}})(?![0-9A-Za-z]|\.\d))",
    re.ASCII,
)
_EMAIL: Final = re.compile(r"[0-9A-Za-z._%+\-]+@[0-9A-Za-z\-]+(?:\.[0-9A-Za-z\-]+)+", re.ASCII)
_BIRTHS: Final = range(1890, 2101)
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"


@dataclass(frozen=True, slots=True)
class Personal:
    """What was found, and how it may be shown to whoever wrote it: `361***1X`."""

    kind: Kind
    masked: str


def personal_in(text: str) -> Personal | None:
    """The first thing in a text that is somebody's alone; None for a text that may be read by all.

    Wide digits, gaps, hyphens and invisible characters between them hide nothing.
    """
    clean = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return next(_found(clean), None)


def _found(text: str) -> Iterator[Personal]:
    for match in _IDENTITY.finditer(text):
        if is_identity_number(number := _closed(match[1])):
            yield _personal("identity_number", number)
    for match in _MOBILE.finditer(text):
        yield _personal("mobile_number", _closed(match[1]))
    for match in _CARD.finditer(text):
        if passes_luhn(number := _closed(match[1])):
            yield _personal("card_number", number)
    for match in _EMAIL.finditer(text):
        yield _personal("email", match[0])


def is_identity_number(number: str) -> bool:
    """Whether eighteen characters are an identity number: a day of birth that there was, and the right check."""
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    if born.year not in _BIRTHS:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    return number[17].upper() == _CHECKS[total % 11]


def passes_luhn(number: str) -> bool:
    """Whether the last digit is the check digit of those before it."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def _closed(found: str) -> str:
    """Without gaps."""
    return re.sub(_GAP.removesuffix("?"), "", found)


def _personal(kind: Kind, value: str) -> Personal:
    return Personal(kind, f"{value[:3]}***{value[-2:]}")
