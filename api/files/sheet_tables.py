"""A plain table in a workbook: which column holds which field, which rows hold anything, which cells cannot be used.

What must not be broken: every row that holds anything is handed over with its number, also one that cannot be read; a
fault of the header refuses the file as a whole.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from api.files.cells import Cell, Row, half_width
from api.files.findings import BadFile, Finding, finding
from api.files.merged_cells import area_text, merged_cells
from api.files.workbook import Sheet, column_letters
from api.files.xlsx_parts import PLACES_MAX, Place, Range


class Layout(Protocol):
    """What a profile says of a table: the row of its headers, and our field = the header that the file shows."""

    @property
    def header_row(self) -> int: ...

    @property
    def columns(self) -> Mapping[Any, str]: ...


@dataclass(frozen=True)
class SheetTable:
    """A sheet read by a layout. `titles`: how findings name a field's column (`D 留言时间`)."""

    file: str
    sheet: Sheet
    header_row: int
    columns: Mapping[str, int]
    titles: Mapping[str, str]
    merged: Mapping[Place, Range]
    ignored_headers: tuple[str, ...]

    def rows(self) -> Iterator[tuple[int, dict[str, Cell]]]:
        """(row number, cells by field) of every row below the header that holds anything in the layout's columns."""
        width = max(self.columns.values()) + 1
        for number, row in enumerate(self.sheet.rows[self.header_row :], self.header_row + 1):
            padded = row + [""] * (width - len(row))
            cells = {field: padded[column] for field, column in self.columns.items()}
            places = [(number, column + 1) for column in self.columns.values()]
            broken = any(place in self.sheet.facts.errors or place in self.merged for place in places)
            if broken or any(not isinstance(cell, str) or cell.strip() for cell in cells.values()):
                yield number, cells

    def is_merged(self, row: Row) -> bool:
        """Whether cells of the row are merged, with each other or with other rows'; each area is noted once."""
        areas: dict[Range, str] = {}
        for field, column in sorted(self.columns.items(), key=lambda item: item[1]):
            if (area := self.merged.get((row.number, column + 1))) is not None:
                areas.setdefault(area, field)
        for area, field in areas.items():
            row.note("cell.merged", field, ref=area_text(area))
        return bool(areas)

    def is_broken(self, row: Row) -> bool:
        """Whether cells of the row show an error value; each is noted."""
        fields = [
            field for field, column in self.columns.items() if (row.number, column + 1) in self.sheet.facts.errors
        ]
        for field in fields:
            row.note("cell.error", field)
        return bool(fields)


def table_of(sheet: Sheet, layout: Layout, *, file: str) -> SheetTable:
    """The table of a layout in a sheet. Raises BadFile with all that is wrong with its header."""
    columns, ignored = _columns(sheet, layout, file)
    return SheetTable(
        file=file,
        sheet=sheet,
        header_row=layout.header_row,
        columns=columns,
        titles={field: f"{column_letters(column + 1)} {layout.columns[field]}" for field, column in columns.items()},
        merged=merged_cells(sheet.facts, columns=[column + 1 for column in columns.values()], rows=len(sheet.rows)),
        ignored_headers=ignored,
    )


def _columns(sheet: Sheet, layout: Layout, file: str) -> tuple[dict[str, int], tuple[str, ...]]:
    """Field -> column from 0, and the headers that no field uses. Raises BadFile with all that is wrong."""
    number = layout.header_row
    header = [_header(cell) for cell in (sheet.rows[number - 1] if len(sheet.rows) >= number else [])]
    columns: dict[str, int] = {}
    findings = list(_merged(sheet, number, file))
    for column, title in layout.columns.items():
        wanted = _header(title)
        if wanted not in header:
            findings.append(finding("header.missing", file=file, row=number, header_row=number, header=title))
        elif header.count(wanted) > 1:
            second = header.index(wanted, header.index(wanted) + 1)
            letters = column_letters(second + 1)
            findings.append(finding("header.duplicate", file=file, row=number, column=letters, header=title))
        else:
            columns[column] = header.index(wanted)
    if findings:
        raise BadFile(findings)
    used = set(columns.values())
    return columns, tuple(title for index, title in enumerate(header) if title and index not in used)


def _merged(sheet: Sheet, header_row: int, file: str) -> Iterator[Finding]:
    """What is merged in the header, or so often that nobody can list it: such a file is refused as a whole."""
    if len(sheet.facts.merged) >= PLACES_MAX:
        yield finding("cell.merged_often", file=file, limit=PLACES_MAX)
    for area in sheet.facts.merged:
        first_row, first, last_row, _ = area
        if first_row <= header_row <= last_row:
            letters = column_letters(first)
            yield finding("header.merged", file=file, row=header_row, column=letters, ref=area_text(area))


def _header(cell: Cell) -> str:
    """A header as it is compared: half-width, without any white space, for clerks break headers over lines."""
    return "".join(half_width(str(cell)).split())
