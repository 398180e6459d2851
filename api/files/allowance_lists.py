"""Reading a month's list of allowances from an xlsx workbook: names and amounts, and what is wrong with the rest.

What must not be broken: every row that holds anything is either read or has a finding at its number; nothing is
recorded from a file, it only fills in the form that somebody then sends.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Final

from api.files.cells import Row, amount, line_of_text, required
from api.files.findings import Finding, finding
from api.files.sheet_tables import table_of
from api.files.workbook import Workbook
from domain.kernel.money import Fen

NAME_CHARS_MAX: Final = 40
COLUMNS: Final[Mapping[str, str]] = MappingProxyType({"name": "姓名", "amount": "金额（元）"})


@dataclass(frozen=True)
class ListLayout:
    """The first row names the columns; others are ignored."""

    header_row: int = 1
    columns: Mapping[str, str] = field(default_factory=lambda: COLUMNS)


@dataclass(frozen=True)
class ListRow:
    """One line of the list, as the spreadsheet numbers it."""

    row: int
    name: str
    amount_fen: Fen


@dataclass(frozen=True)
class ListReading:
    """What a list says; `titles`: how findings name a field's column."""

    file: str
    rows: tuple[ListRow, ...]
    findings: tuple[Finding, ...]
    titles: Mapping[str, str]


def read_list(content: bytes, *, file: str) -> ListReading:
    """Read the first sheet. Raises BadFile for anything but a plain table with both columns."""
    workbook = Workbook(content, file=file)
    table = table_of(workbook.sheet(1), ListLayout(), file=file)
    findings: list[Finding] = []
    rows = []
    for number, cells in table.rows():
        row = Row(file, number, cells, table.titles, findings)
        if table.is_merged(row) or table.is_broken(row):
            continue
        name = row.read("name", lambda cell: required(line_of_text(cell, limit=NAME_CHARS_MAX)))
        amount_fen = row.read("amount", partial(amount, unit="yuan"))
        if name is not None and amount_fen is not None:
            rows.append(ListRow(number, name, amount_fen))
    if not rows and not findings:
        findings.append(finding("sheet.no_rows", file=file, sheet=table.sheet.name, header_row=1))
    return ListReading(file, tuple(rows), tuple(findings), table.titles)
