"""Tables as files for spreadsheets: CSV as Excel in China opens it, and xlsx with amounts as numbers.

What must not be broken: no cell is ever run as a formula (a text that looks like one gets an apostrophe in CSV and is
written as text in xlsx), no amount loses a fen, and the same table gives the same bytes.
"""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal

import xlsxwriter

from domain.kernel.money import yuan
from domain.kernel.spreadsheet_cells import plain_cell

Kind = Literal["text", "fen", "number"]
Value = str | int | None
Row = tuple[Value, ...]

CSV_TYPE: Final = "text/csv; charset=utf-8; header=present"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_MAX: Final = 1_048_575
"""What a sheet holds below its heading; Excel specifications and limits. More rows go to further sheets."""

_BOM: Final = "\ufeff"  # without it Excel in China reads UTF-8 as GBK
_ROWS_AT_ONCE: Final = 1_000
_CREATED: Final = datetime(2000, 1, 1)  # noqa: DTZ001 - a document property that must not change with the hour
_FLOAT_EXACT_FEN: Final = 10**15


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, and whether it holds texts, amounts in fen (shown in yuan) or whole numbers."""

    title: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """A table to be written once: `rows` may be read a single time. `note` says what it is of."""

    title: str
    columns: tuple[Column, ...]
    rows: Iterable[Sequence[Value]]
    note: str = ""


def csv_parts(table: Table) -> Iterator[bytes]:
    """The file piece by piece: UTF-8 with a byte-order mark, CRLF, RFC 4180. Amounts are yuan with two decimals."""
    yield (_BOM + _csv_rows([[column.title for column in table.columns]])).encode()
    batch: list[list[str]] = []
    for row in table.rows:
        batch.append([_csv_cell(value, column.kind) for value, column in zip(row, table.columns, strict=True)])
        if len(batch) == _ROWS_AT_ONCE:
            yield _csv_rows(batch).encode()
            batch.clear()
    if batch:
        yield _csv_rows(batch).encode()


def _csv_rows(rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def _csv_cell(value: Value, kind: Kind) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return yuan(value) if kind == "fen" else str(value)
    return plain_cell(value)


def xlsx_parts(tables: Sequence[Table], *, about: Sequence[str] = ()) -> Iterator[bytes]:
    """A workbook with a sheet a table, and `about` on a sheet of its own; written row by row, never held in memory."""
    with tempfile.TemporaryFile() as file:
        book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False})
        book.set_properties({"created": _CREATED})
        formats = {
            "text": book.add_format({"num_format": "@"}),
            "fen": book.add_format({"num_format": "#,##0.00"}),
            "number": book.add_format({"num_format": "0"}),
        }
        for table in tables:
            _write_sheets(book, table, formats)
        notes = [*about, *(f"{table.title}：{table.note}" for table in tables if table.note)]
        if notes:
            sheet = book.add_worksheet("说明")
            sheet.set_column(0, 0, 100)
            for row, line in enumerate(notes):
                sheet.write_string(row, 0, line)
        book.close()
        file.seek(0)
        while piece := file.read(1 << 16):
            yield piece


def _write_sheets(book: Any, table: Table, formats: dict[str, Any]) -> None:
    sheet, place, number = None, 0, 0
    for row in table.rows:
        if sheet is None or place > ROWS_MAX:
            number += 1
            sheet, place = _sheet(book, table, number), 1
        for column, (value, of) in enumerate(zip(row, table.columns, strict=True)):
            _write(sheet, place, column, value, of.kind, formats)
        place += 1
    if sheet is None:
        _sheet(book, table, 1)


def _sheet(book: Any, table: Table, number: int) -> Any:
    sheet = book.add_worksheet(table.title if number == 1 else f"{table.title} {number}")
    sheet.freeze_panes(1, 0)
    for column, of in enumerate(table.columns):
        sheet.set_column(column, column, 16 if of.kind == "fen" else 22)
        sheet.write_string(0, column, of.title)
    return sheet


def _write(sheet: Any, row: int, column: int, value: Value, kind: Kind, formats: dict[str, Any]) -> None:
    if value is None:
        return
    if isinstance(value, str):
        sheet.write_string(row, column, value, formats["text"])
    elif kind == "fen" and abs(value) < _FLOAT_EXACT_FEN:
        # Fifteen digits are what a spreadsheet's number keeps; a larger amount is written as text.
        sheet.write_number(row, column, float(Decimal(value) / 100), formats["fen"])
    elif kind == "fen":
        sheet.write_string(row, column, yuan(value), formats["text"])
    else:
        sheet.write_number(row, column, value, formats["number"])
