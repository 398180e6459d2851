"""What stands in one cell, read strictly: a text, a time, an amount, an account number - or why it is none.

Numbers that a spreadsheet has ruined are refused, never repaired: a guessed account number pays a stranger.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Final, Literal, TypeVar

from api.files.findings import Finding, finding
from domain.kernel.money import Fen, fen, yuan

Cell = str | int | float | bool | date | datetime | time | timedelta
Read = TypeVar("Read")
Day = TypeVar("Day", date, datetime)
AmountUnit = Literal["yuan", "fen"]

TEXT_CHARS_MAX: Final = 32_767
"""What a spreadsheet cell can hold; Excel specifications and limits."""

_WHOLE_FLOAT_MAX: Final = 2**53
_FULL_WIDTH: Final = {0x3000: 0x20, **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}}
_LINE_BREAKS: Final = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_CONTROL: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_SCIENTIFIC: Final = re.compile(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]{1,3}")
_ACCOUNT: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{4,33}")
_YUAN: Final = re.compile(r"-?([0-9]{1,13}|[0-9]{1,3}(,[0-9]{3}){1,4})(\.[0-9]{1,2}0*)?")
_BEYOND_FEN: Final = re.compile(r"-?[0-9,]+\.[0-9]{3,}")
_FEN: Final = re.compile(r"-?([0-9]{1,15}|[0-9]{1,3}(,[0-9]{3}){1,4})")
_IDENTIFIER: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/-]{0,34}")
_HARMLESS: Final = re.compile(r"[0-9A-Za-z .,:/+_¥年月日时分秒-]*")
_LONG_NUMBER: Final = re.compile(r"[0-9]{11}")
_DATES: Final = (
    re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})"),
    re.compile(r"([0-9]{4})()([0-9]{2})([0-9]{2})"),
    re.compile(r"([0-9]{4})(年)([0-9]{1,2})月([0-9]{1,2})日"),
)


class CellError(ValueError):
    """The cell is not what its column says. `code` is one of `findings.REASONS`; `shown` may be shown to anyone."""

    def __init__(self, code: str, *, shown: str = "", **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.shown = shown
        self.facts = facts


def half_width(text: str) -> str:
    """Full-width digits, letters and signs (`１２３`, `（`) as ASCII, and the ideographic space as a space."""
    return text.translate(_FULL_WIDTH)


def raw_text(cell: Cell) -> str:
    """The cell as a person would copy it: `2549.0` is `2549`. Raises CellError for dates and truth values."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        raise CellError("cell.not_text", shown=harmless(str(cell)))
    # Above 2^53 a spreadsheet has already lost digits, and nobody can say which.
    if isinstance(cell, float) and (not cell.is_integer() or abs(cell) >= _WHOLE_FLOAT_MAX):
        raise CellError("cell.not_text", shown=f"{cell:.15g}")
    return str(int(cell))


def long_text(cell: Cell) -> str:
    """A text of several lines, NFC, without outer white space; inner lines and tabs stay. May be empty."""
    text = unicodedata.normalize("NFC", _LINE_BREAKS.sub("\n", raw_text(cell))).strip()
    if len(text) > TEXT_CHARS_MAX:
        raise CellError("cell.too_long", shown=_counted(text), limit=TEXT_CHARS_MAX)
    if _CONTROL.search(text):
        raise CellError("cell.control_character", shown=_counted(text))
    return text


def line_of_text(cell: Cell, *, limit: int = 140) -> str:
    """A text of one line, NFC; runs of white space become one space. May be empty."""
    text = " ".join(long_text(cell).split())
    if len(text) > limit:
        raise CellError("cell.too_long", shown=_counted(text), limit=limit)
    return text


def required(text: str) -> str:
    """The text, unless it is empty."""
    if not text:
        raise CellError("cell.missing")
    return text


def identifier(cell: Cell) -> str:
    """A batch number or end-to-end id: 1 to 35 ASCII letters, digits and `. _ / -`, as ISO 20022's Max35Text allows."""
    text = half_width(line_of_text(cell))
    if not _IDENTIFIER.fullmatch(required(text)):
        raise CellError("id.unreadable", shown=harmless(text))
    return text


def whole_number(cell: Cell) -> int:
    """A count or sequence number, zero or more; leading zeros and full-width digits are read."""
    text = half_width(line_of_text(cell))
    if not re.fullmatch(r"[0-9]{1,9}", required(text)):
        raise CellError("cell.not_a_number", shown=harmless(text))
    return int(text)


def account_number(cell: Cell) -> str:
    """An account number, without spaces. Refuses numeric cells and `6.22E+18`: their digits are lost."""
    if not isinstance(cell, str):
        raise CellError("account.number_cell", shown="…")
    text = "".join(half_width(long_text(cell)).split())
    if _SCIENTIFIC.fullmatch(required(text)):
        raise CellError("account.ruined", shown=text)
    if not _ACCOUNT.fullmatch(text):
        raise CellError("account.unreadable", shown=f"{len(text)} 位")
    return text


def cnaps_code(cell: Cell) -> str:
    """The 12-digit number of a bank in the national payment system (支付系统行号), or nothing."""
    text = half_width(line_of_text(cell))
    if text and not re.fullmatch(r"[0-9]{12}", text):
        raise CellError("cnaps.unreadable", shown=harmless(text))
    return text


def amount(cell: Cell, *, unit: AmountUnit) -> Fen:
    """An amount in fen from a text or number in yuan or fen, thousands separators and `¥` allowed; zero or more.

    Zeros behind the fen say nothing (`8.850`); any other third decimal is refused, never rounded.
    """
    if isinstance(cell, float) and abs(cell) < _WHOLE_FLOAT_MAX:
        text = format(Decimal(repr(cell)).normalize(), "f")
    else:
        text = half_width(raw_text(cell)).strip().removeprefix("¥").removeprefix("￥").strip()
    if not (_YUAN if unit == "yuan" else _FEN).fullmatch(required(text)):
        if unit == "yuan" and _BEYOND_FEN.fullmatch(text):
            raise CellError("amount.decimals", shown=harmless(text))
        raise CellError("amount.unreadable", shown=harmless(text))
    value = fen(text) if unit == "yuan" else Fen(int(text.replace(",", "")))
    if value < 0:
        raise CellError("amount.not_positive", shown=harmless(text))
    return value


def payee_text(cell: Cell) -> str:
    """A name, bank or purpose as a bank compares it: one line, at most 70 characters, nothing invisible inside."""
    text = line_of_text(cell, limit=70)
    if any(unicodedata.category(character) == "Cf" for character in text):
        raise CellError("cell.control_character", shown=_counted(text))
    return text


def positive_amount(cell: Cell, *, unit: AmountUnit) -> Fen:
    """An amount above zero: nobody is paid nothing."""
    value = amount(cell, unit=unit)
    if value == 0:
        raise CellError("amount.not_positive", shown="0")
    return value


def amount_text(amount_fen: int, *, unit: AmountUnit) -> str:
    """The inverse of `amount`: `1050` fen -> `"10.50"` or `"1050"`."""
    return yuan(amount_fen) if unit == "yuan" else str(amount_fen)


def day(cell: Cell) -> date:
    """A calendar day: a date cell, or `2026-11-22`, `2026/11/22`, `20261122`, `2026年11月22日`."""
    if isinstance(cell, datetime):
        return _in_range(cell, shown=str(cell)).date()
    if isinstance(cell, date):
        return _in_range(cell, shown=str(cell))
    text = half_width(line_of_text(cell))
    found = _day_of(required(text))
    if found is None:
        raise CellError("date.unreadable", shown=harmless(text))
    return _in_range(found, shown=harmless(text))


def _day_of(text: str) -> date | None:
    for form in _DATES:
        if match := form.fullmatch(text):
            try:
                return date(int(match[1]), int(match[3]), int(match[4]))
            except ValueError:
                return None
    return None


def moment(cell: Cell, *, spellings: tuple[str, ...], zone: timezone) -> datetime:
    """An aware moment from a date-and-time cell or from text in one of the spellings (strptime patterns).

    A bare date is refused: nobody knows the time of day, and a midnight of our making would look like a fact.
    """
    if isinstance(cell, datetime):
        # A spreadsheet keeps time as a fraction of a day; 8:37:20 may come back a few microseconds off.
        seconds = (cell + timedelta(milliseconds=500)).replace(microsecond=0)
        return _in_range(seconds, shown=str(seconds)).replace(tzinfo=zone)
    if isinstance(cell, date):
        raise CellError("time.day_only", shown=str(cell))
    if not isinstance(cell, str):
        raise CellError("time.unreadable", shown=harmless(str(cell)))
    text = half_width(line_of_text(cell))
    found = _moment_of(required(text), spellings)
    if found is None:
        raise CellError("time.unreadable" if _day_of(text) is None else "time.day_only", shown=harmless(text))
    return _in_range(found, shown=harmless(text)).replace(tzinfo=zone)


def _moment_of(text: str, spellings: tuple[str, ...]) -> datetime | None:
    for spelling in spellings:
        try:
            return datetime.strptime(text, spelling)  # noqa: DTZ007 - the caller gives it the register's zone
        except ValueError:
            continue
    return None


def _in_range(value: Day, *, shown: str) -> Day:
    if not 1949 <= value.year <= 2099:
        raise CellError("time.out_of_range", shown=shown)
    return value


def harmless(text: str) -> str:
    """The text as a finding may repeat it; what may be a name, phone or account in the wrong column is only counted."""
    if not _HARMLESS.fullmatch(text):
        return _counted(text)
    return f"{len(text)} 位" if _LONG_NUMBER.search(text) else text


def _counted(text: str) -> str:
    return f"{len(text)} 字"


@dataclass(frozen=True)
class Row:
    """One row of a file while it is read: cells by field, the column titles for findings, and where findings go.

    `numbers` are the rows of fields that stand one below the other, as totals do.
    """

    file: str
    number: int
    cells: Mapping[str, Cell]
    titles: Mapping[str, str]
    findings: list[Finding]
    numbers: Mapping[str, int] = field(default_factory=dict)

    def read(self, name: str, parse: Callable[[Cell], Read]) -> Read | None:
        """What the field says, or None after noting why it cannot be read. A field without a column is empty."""
        try:
            return parse(self.cells.get(name, ""))
        except CellError as error:
            self.note(error.code, name, shown=error.shown, **error.facts)
            return None

    def has(self, name: str) -> bool:
        """Whether anything stands in the cell."""
        cell = self.cells.get(name, "")
        return bool(cell.strip()) if isinstance(cell, str) else True

    def place(self, name: str | None) -> tuple[int, str | None]:
        """The row and column of a field, as findings name them."""
        return self.numbers.get(name or "", self.number), None if name is None else self.titles.get(name, name)

    def note(self, code: str, name: str | None = None, *, shown: str = "", **facts: object) -> None:
        """Add a finding at this row; `shown` must be fit for anyone's eyes."""
        row, column = self.place(name)
        self.findings.append(finding(code, file=self.file, row=row, column=column, value=shown, **facts))
