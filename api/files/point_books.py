"""Reading a paper points book (积分台账) from an xlsx workbook: what each row says, and what is wrong with the others.

What must not be broken: every row that holds anything either becomes a `BookRow` or has a finding at its number; a
number that a spreadsheet shows is read as it stands, never rounded and never guessed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from api.files.cells import Cell, CellError, Row, day, half_width, harmless, line_of_text, raw_text, required
from api.files.findings import BadFile, Finding, finding
from api.files.point_book_profiles import HOLDERS, PointBookProfile
from api.files.sheet_tables import SheetTable, table_of
from api.files.workbook import Workbook, column_letters, read_bytes

REFERENCE_CHARS_MAX: Final = 40

_WHOLE: Final = re.compile(r"-?([0-9]{1,9}|[0-9]{1,3}(,[0-9]{3}){1,2})")


@dataclass(frozen=True)
class BookRow:
    """What a row says: the place as written, a household's number there or a person's number, and the balance.

    `household` and `person`: exactly one of them. `points`: zero or more. `as_of`: None where the row does not say.
    """

    row: int
    area: str
    household: str | None
    person: str | None
    points: int
    as_of: date | None


@dataclass(frozen=True)
class BookUnread:
    """A row that cannot be taken, with the place that it names, so that this is judged all the same."""

    row: int
    area: str | None


@dataclass(frozen=True)
class BookReading:
    """What a book says. `row_count` = rows that hold anything; `titles`: how findings name a field's column."""

    file: str
    profile: PointBookProfile
    row_count: int
    rows: tuple[BookRow, ...]
    unread: tuple[BookUnread, ...]
    findings: tuple[Finding, ...]
    titles: Mapping[str, str]


def read_point_book(path: Path, profile: PointBookProfile) -> BookReading:
    """Read a points book. No row at all is a finding.

    Raises BadFile for anything but a plain table with the profile's headers.
    """
    file = path.name
    sheet = Workbook(read_bytes(path), file=file).sheet(profile.sheet, formulas_refused=False)
    findings = [
        finding("cell.formula", file=file, row=row, column=column_letters(column))
        for row, column in sheet.facts.formulas
    ]
    try:
        table = table_of(sheet, profile, file=file)
    except BadFile as bad:
        raise BadFile([*findings, *bad.findings]) from None
    rows: list[BookRow] = []
    unread: list[BookUnread] = []
    row_count = 0
    for number, cells in table.rows():
        row_count += 1
        read = _row(table, Row(file, number, cells, table.titles, findings), _computed(table, number))
        if isinstance(read, BookRow):
            rows.append(read)
        else:
            unread.append(read)
    if not row_count:
        findings.append(finding("sheet.no_rows", file=file, sheet=table.sheet.name, header_row=profile.header_row))
    return BookReading(file, profile, row_count, tuple(rows), tuple(unread), tuple(findings), table.titles)


def _computed(table: SheetTable, number: int) -> frozenset[str]:
    """The fields of a row whose cells are formulas: noted already, and what they show is not read."""
    formulas = set(table.sheet.facts.formulas)
    return frozenset(field for field, column in table.columns.items() if (number, column + 1) in formulas)


def _row(table: SheetTable, row: Row, computed: frozenset[str]) -> BookRow | BookUnread:
    """The row's balance. Every field is read before giving up, so that all findings come at once."""
    if table.is_merged(row):
        return BookUnread(row.number, None)
    before = len(row.findings)
    table.is_broken(row)
    area = row.read("area", lambda cell: required(half_width(line_of_text(cell)))) if "area" not in computed else None
    holders = {field: row.read(field, _reference) for field in HOLDERS if row.has(field) and field not in computed}
    if len(holders) != 1 and not computed.intersection(HOLDERS):
        row.note("holder.one_of_two", next((field for field in HOLDERS if field in table.titles), None))
    points = row.read("points", _points) if "points" not in computed else None
    as_of = row.read("as_of", day) if row.has("as_of") and "as_of" not in computed else None
    if area is None or points is None or computed or len(row.findings) > before:
        return BookUnread(row.number, area)
    return BookRow(row.number, area, holders.get("household"), holders.get("person"), points, as_of)


def _reference(cell: Cell) -> str:
    text = half_width(raw_text(cell)).strip()
    if len(text) > REFERENCE_CHARS_MAX or not text.isprintable() or " " in text:
        raise CellError("source_ref.unreadable", shown=f"{len(text)} 字")
    return text


def _points(cell: Cell) -> int:
    if isinstance(cell, float) and not cell.is_integer():
        raise CellError("points.unreadable", shown=f"{cell:.15g}")
    text = required(half_width(raw_text(cell)).strip())
    if not _WHOLE.fullmatch(text):
        raise CellError("points.unreadable", shown=harmless(text))
    points = int(text.replace(",", ""))
    if points < 0:
        raise CellError("points.below_zero", shown=str(points))
    return points
