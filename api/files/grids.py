"""A table's rows out of csv, xls or xlsx: cells by row, each row with the number that its own program shows.

What must not be broken: everything is limited before the parser that fills memory sees the file.
"""

import csv
import io
from collections.abc import Iterator
from typing import Final

from python_calamine import CalamineError, CalamineWorkbook

from api.files.cells import Cell
from api.files.decoding import decoded
from api.files.findings import BadFile, finding
from api.files.workbook import Workbook, column_letters

GRID_BYTES_MAX: Final = 50 * 2**20
ROWS_MAX: Final = 200_000
COLUMNS_MAX: Final = 50

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP: Final = b"PK\x03\x04"

Numbered = tuple[int, list[Cell]]


def read_grid(content: bytes, *, file: str) -> list[Numbered]:
    """(row number, cells) of the file's only or first sheet, or of its text; blank rows are left out.

    The bytes decide, not the file's name: people save one as the other. Raises BadFile.
    """
    if not content:
        raise BadFile([finding("file.empty", file=file)])
    if len(content) > GRID_BYTES_MAX:
        raise BadFile([finding("file.too_large", file=file, limit=f"{GRID_BYTES_MAX // 2**20} MB")])
    if content.startswith(_ZIP):
        sheet = Workbook(content, file=file).sheet(1)
        rows: Iterator[Numbered] = iter(list(enumerate(sheet.rows, 1)))
        _refuse_errors(sorted(sheet.facts.errors), file)
    elif content.startswith(_OLE):
        rows = _xls(content, file)
    else:
        rows = _csv(content, file)
    return [row for row in rows if any(not isinstance(cell, str) or cell.strip() for cell in row[1])]


def _refuse_errors(places: list[tuple[int, int]], file: str) -> None:
    if places:
        raise BadFile(finding("cell.error", file=file, row=row, column=column_letters(at)) for row, at in places)


def _xls(content: bytes, file: str) -> Iterator[Numbered]:
    """Old workbooks have 65,536 rows at most, so the parser's memory is bounded by the format itself."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise BadFile([finding("file.encrypted", file=file)])
    try:
        sheet = CalamineWorkbook.from_object(io.BytesIO(content)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except CalamineError as error:
        raise BadFile([finding("file.not_xls", file=file)]) from error
    if rows and len(rows[0]) > COLUMNS_MAX:
        raise BadFile([finding("file.too_many_columns", file=file, limit=COLUMNS_MAX)])
    yield from enumerate(rows, 1)


def _csv(content: bytes, file: str) -> Iterator[Numbered]:
    reader = csv.reader(io.StringIO(decoded(content, file=file), newline=""))
    number = 1
    try:
        for count, cells in enumerate(reader, 1):
            if count > ROWS_MAX:
                raise BadFile([finding("file.too_many_rows", file=file, limit=ROWS_MAX)])
            if len(cells) > COLUMNS_MAX:
                raise BadFile([finding("file.too_many_columns", file=file, row=number, limit=COLUMNS_MAX)])
            yield number, list(cells)
            # A quoted cell may hold line breaks; the next row begins after the last of them.
            number = reader.line_num + 1
    except csv.Error as error:
        raise BadFile([finding("file.damaged", file=file, row=number, detail=error)]) from error
