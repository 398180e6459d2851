"""Reading a county's register of messages from an xlsx workbook: every row that can be read, and why the others cannot.

What must not be broken: every row that holds anything either becomes a `RegisterRow` or has a finding at its number;
nothing is dropped in silence. A fault in the file's structure raises `BadFile` and takes nothing from it; merged cells
below the header cost only the rows that they touch. An answer whose time cannot be read is left out with a finding,
but the message itself is read: a clerk's slip in the last column must not lose a citizen's report.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from api.files.cells import Cell, CellError, Row, half_width, line_of_text, long_text, moment, raw_text, required
from api.files.findings import REASONS, Finding, finding
from api.files.register_profiles import RegisterProfile
from api.files.sheet_tables import SheetTable, table_of
from api.files.workbook import Workbook, read_bytes
from domain.kernel.events import Sha256
from domain.kernel.places import Division
from domain.kernel.places import division as parse_division

TITLE_CHARS_MAX: Final = 200
AUTHOR_CHARS_MAX: Final = 64
REFERENCE_CHARS_MAX: Final = 64


@dataclass(frozen=True)
class RegisterRow:
    """One message. `row` is the number that the spreadsheet shows; times are aware, in the register's own zone.

    `handled_at` None = not answered, or the answer could not be read; then `reply` is None too.
    `division` None = neither the row nor the profile names one.
    """

    row: int
    source_ref: str
    author: str
    title: str | None
    body: str
    reported_at: datetime
    reply: str | None
    handled_at: datetime | None
    category: str
    division: Division | None


@dataclass(frozen=True)
class RegisterReading:
    """What a register says. `row_count` = rows that hold anything; `digest` = SHA-256 of the file's bytes.

    `titles`: how findings name a field's column, by field (`D 留言时间`).
    """

    file: str
    digest: Sha256
    profile: RegisterProfile
    sheet: str
    row_count: int
    rows: tuple[RegisterRow, ...]
    findings: tuple[Finding, ...]
    ignored_headers: tuple[str, ...]
    titles: Mapping[str, str]


def read_register(source: Path | str | bytes, profile: RegisterProfile, *, file: str = "上传的文件") -> RegisterReading:
    """Read a register from a path or from bytes (then `file` names it in findings). No row at all is a finding.

    Raises BadFile for anything but a plain table with the profile's headers: wrong type, password, merged header,
    missing or doubled header, formulas, texts beyond 32,767 characters, more than 50 MB or 200,000 rows.
    """
    if isinstance(source, bytes):
        content = source
    else:
        file, content = Path(source).name, read_bytes(Path(source))
    workbook = Workbook(content, file=file)
    table = table_of(workbook.sheet(profile.sheet), profile, file=file)
    rows, findings = _RegisterReader(table, profile).read()
    row_count = sum(1 for _ in table.rows())
    if not row_count:
        name = table.sheet.name
        findings.append(finding("sheet.no_rows", file=file, sheet=name, header_row=profile.header_row))
    return RegisterReading(
        file=file,
        digest=Sha256(workbook.digest),
        profile=profile,
        sheet=table.sheet.name,
        row_count=row_count,
        rows=tuple(rows),
        findings=tuple(findings),
        ignored_headers=table.ignored_headers,
        titles=table.titles,
    )


class _RegisterReader:
    """Reads row after row, remembering the numbers it has seen."""

    def __init__(self, table: SheetTable, profile: RegisterProfile) -> None:
        self._table, self._profile = table, profile
        self._moment = partial(moment, spellings=tuple(profile.timestamp_spellings), zone=profile.zone)
        self._first_rows: dict[str, int] = {}
        self._findings: list[Finding] = []

    def read(self) -> tuple[list[RegisterRow], list[Finding]]:
        rows = []
        for number, cells in self._table.rows():
            read = self._row(Row(self._table.file, number, cells, self._table.titles, self._findings))
            if read is not None:
                rows.append(read)
        return rows, self._findings

    def _row(self, row: Row) -> RegisterRow | None:
        """The row's message, or None. Every field is read before giving up, so that all findings come at once."""
        if self._table.is_merged(row):
            return None  # whatever else seems to be missing is so because of that
        broken = self._table.is_broken(row)
        source_ref = row.read("source_ref", _reference)
        author = row.read("author", _author)
        title = row.read("title", partial(line_of_text, limit=TITLE_CHARS_MAX))
        body = row.read("body", lambda cell: required(long_text(cell)))
        reported_at = row.read("reported_at", self._moment)
        category = row.read("category", partial(line_of_text, limit=40))
        division = row.read("division", _division)
        duplicate = source_ref is not None and self._is_duplicate(row, source_ref)
        reply, handled_at = self._handling(row, reported_at)
        # Spelt out field by field, so that the type checker sees that none of them is None below.
        if source_ref is None or author is None or title is None or body is None or reported_at is None:
            return None
        if category is None or (division is None and row.has("division")) or duplicate or broken:
            return None
        return RegisterRow(
            row=row.number,
            source_ref=source_ref,
            author=author,
            title=title or None,
            body=body,
            reported_at=reported_at,
            reply=reply,
            handled_at=handled_at,
            category=category or self._profile.category,
            division=division or (Division(self._profile.division) if self._profile.division else None),
        )

    def _is_duplicate(self, row: Row, source_ref: str) -> bool:
        first = self._first_rows.setdefault(source_ref, row.number)
        if first == row.number:
            return False
        row.note("source_ref.duplicate", "source_ref", first_row=first)
        return True

    def _handling(self, row: Row, reported_at: datetime | None) -> tuple[str | None, datetime | None]:
        """The answer and its time; (None, None) with a finding if either cannot be read or they contradict."""
        reply = row.read("reply", long_text)
        if not row.has("handled_at"):
            if reply:
                row.note("handling.without_time", "handled_at")
            return None, None
        before = len(self._findings)
        handled_at = row.read("handled_at", self._moment)
        self._findings[before:] = [
            replace(found, reason=REASONS["handling.not_read"].format(why=found.reason))
            for found in self._findings[before:]
        ]
        if reply is None or handled_at is None:
            return None, None
        if reported_at is not None and handled_at < reported_at:
            row.note("handling.before_report", "handled_at", shown=f"{handled_at:%Y-%m-%d %H:%M:%S}")
            return None, None
        return reply or None, handled_at


def _reference(cell: Cell) -> str:
    text = half_width(raw_text(cell)).strip()
    if len(required(text)) > REFERENCE_CHARS_MAX or not text.isprintable() or " " in text:
        raise CellError("source_ref.unreadable", shown=f"{len(text)} 字")
    return text


def _author(cell: Cell) -> str:
    return required(line_of_text(cell, limit=AUTHOR_CHARS_MAX))


def _division(cell: Cell) -> Division | None:
    text = half_width(line_of_text(cell))
    if not text:
        return None
    try:
        return parse_division(text)
    except ValueError:
        raise CellError("division.unreadable", shown=f"{len(text)} 字") from None
