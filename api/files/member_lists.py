"""Reading a roster of members from an xlsx workbook: every row that can be read, and why the others cannot.

What must not be broken: every row that holds anything either becomes a `RosterRow` or has a finding at its number; no
finding repeats a name, a phone or an account.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from api.files.cells import (
    Cell,
    CellError,
    Row,
    account_number,
    half_width,
    line_of_text,
    payee_text,
    raw_text,
    required,
)
from api.files.findings import Finding, finding
from api.files.member_profiles import ACCOUNT, MemberProfile
from api.files.sheet_tables import SheetTable, table_of
from api.files.workbook import Workbook, read_bytes

NAME_CHARS_MAX: Final = 40
REFERENCE_CHARS_MAX: Final = 40

_PERSONAL: Final = re.compile(r"1[0-9]{10}|[0-9]{17}[0-9Xx]")
_PHONE: Final = re.compile(r"\+?[0-9][0-9 -]{4,19}")


@dataclass(frozen=True)
class RosterAccount:
    """A payee account as the roster has it."""

    holder: str
    number: str
    bank: str


@dataclass(frozen=True)
class RosterRow:
    """One person. `row`: as the spreadsheet numbers it; `area`: a place by name or 12-digit code, as written."""

    row: int
    ref: str
    name: str
    phone: str
    occupation: str
    area: str
    account: RosterAccount | None


@dataclass(frozen=True)
class RosterUnread:
    """A row that cannot be taken, with what of it can still be judged: its number and its place, None where not."""

    row: int
    ref: str | None
    area: str | None


@dataclass(frozen=True)
class RosterReading:
    """What a roster says. `row_count` = rows that hold anything; `titles`: how findings name a field's column."""

    file: str
    profile: MemberProfile
    row_count: int
    rows: tuple[RosterRow, ...]
    unread: tuple[RosterUnread, ...]
    findings: tuple[Finding, ...]
    titles: Mapping[str, str]


def read_roster(source: Path | bytes, profile: MemberProfile, *, file: str = "上传的文件") -> RosterReading:
    """Read a roster from a path or from bytes (then `file` names it in findings). No row at all is a finding.

    Raises BadFile for anything but a plain table with the profile's headers.
    """
    if isinstance(source, bytes):
        content = source
    else:
        file, content = source.name, read_bytes(source)
    workbook = Workbook(content, file=file)
    table = table_of(workbook.sheet(profile.sheet), profile, file=file)
    reader = _RosterReader(table, profile)
    rows = reader.read()
    row_count = sum(1 for _ in table.rows())
    if not row_count:
        name = table.sheet.name
        reader.findings.append(finding("sheet.no_rows", file=file, sheet=name, header_row=profile.header_row))
    findings = tuple(reader.findings)
    return RosterReading(file, profile, row_count, tuple(rows), tuple(reader.unread), findings, table.titles)


class _RosterReader:
    """Reads row after row, remembering the numbers it has seen."""

    def __init__(self, table: SheetTable, profile: MemberProfile) -> None:
        self._table, self._profile = table, profile
        self._first_rows: dict[str, int] = {}
        self.findings: list[Finding] = []
        self.unread: list[RosterUnread] = []

    def read(self) -> list[RosterRow]:
        """Every row that can be read, in order."""
        rows = []
        for number, cells in self._table.rows():
            read = self._row(Row(self._table.file, number, cells, self._table.titles, self.findings))
            if read is not None:
                rows.append(read)
        return rows

    def _row(self, row: Row) -> RosterRow | None:
        """The row's person, or None. Every field is read before giving up, so that all findings come at once."""
        if self._table.is_merged(row):
            self.unread.append(RosterUnread(row.number, None, None))
            return None
        broken = self._table.is_broken(row)
        ref = row.read("ref", _reference)
        name = row.read("name", lambda cell: required(line_of_text(cell, limit=NAME_CHARS_MAX)))
        phone = row.read("phone", _phone)
        occupation = row.read("occupation", partial(_occupation, words=self._profile.occupations))
        area = row.read("area", lambda cell: required(half_width(line_of_text(cell))))
        before = len(self.findings)
        account = self._account(row)
        broken = broken or len(self.findings) > before
        broken = (ref is not None and self._is_duplicate(row, ref)) or broken
        # Spelt out field by field, so that the type checker sees that none of them is None below.
        if ref is None or name is None or phone is None or occupation is None or area is None or broken:
            self.unread.append(RosterUnread(row.number, ref, area))
            return None
        return RosterRow(row.number, ref, name, phone, occupation, area, account)

    def _account(self, row: Row) -> RosterAccount | None:
        """The account, None without one; a finding where some of it is missing or cannot be read."""
        given = [field for field in ACCOUNT if row.has(field)]
        if not given:
            return None
        for missing in ACCOUNT:
            if missing not in given:
                row.note("account.incomplete", missing)
        holder = row.read("holder", payee_text) if "holder" in given else None
        number = row.read("number", account_number) if "number" in given else None
        bank = row.read("bank", payee_text) if "bank" in given else None
        if holder is None or number is None or bank is None:
            return None
        return RosterAccount(holder, number, bank)

    def _is_duplicate(self, row: Row, ref: str) -> bool:
        first = self._first_rows.setdefault(ref, row.number)
        if first == row.number:
            return False
        row.note("source_ref.duplicate", "ref", first_row=first)
        return True


def _reference(cell: Cell) -> str:
    text = half_width(raw_text(cell)).strip()
    if len(required(text)) > REFERENCE_CHARS_MAX or not text.isprintable() or " " in text:
        raise CellError("source_ref.unreadable", shown=f"{len(text)} 字")
    if _PERSONAL.fullmatch(text):
        raise CellError("source_ref.personal", shown=f"{len(text)} 位")
    return text


def _phone(cell: Cell) -> str:
    text = required(half_width(raw_text(cell)).strip())
    if not _PHONE.fullmatch(text):
        raise CellError("phone.unreadable", shown=f"{len(text)} 位")
    return text


def _occupation(cell: Cell, *, words: Mapping[str, str]) -> str:
    text = required(line_of_text(cell))
    if text not in words:
        raise CellError("occupation.unknown", shown=f"{len(text)} 字", known="、".join(words))
    return words[text]
