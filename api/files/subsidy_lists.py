"""Reading a subsidy list (补贴发放名单) from an xlsx workbook: what each row says, and what is wrong with the others.

What must not be broken: every row that holds anything either becomes a `SubsidyRow` or has a finding at its number; a
number is read as it stands, never rounded and never guessed, and no amount of the file is ever taken over.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from api.files.cells import Cell, CellError, Row, amount, half_width, harmless, raw_text, required
from api.files.findings import Finding, finding
from api.files.sheet_tables import SheetTable, table_of
from api.files.subsidy_list_profiles import HOLDERS, SubsidyListProfile
from api.files.workbook import Workbook
from domain.kernel.events import Sha256
from domain.kernel.money import Fen
from domain.kernel.quantities import milli

REFERENCE_CHARS_MAX: Final = 40


@dataclass(frozen=True)
class SubsidyRow:
    """What a row says: a household's number or a person's, the quantity in thousandths, and the amount that it names.

    `household` and `person`: exactly one of them. `amount_fen`: None where the row does not say.
    """

    row: int
    household: str | None
    person: str | None
    quantity_milli: int
    amount_fen: Fen | None


@dataclass(frozen=True)
class SubsidyListReading:
    """What a list says. `row_count` = rows that hold anything; `titles`: how findings name a field's column."""

    file: str
    profile: SubsidyListProfile
    row_count: int
    rows: tuple[SubsidyRow, ...]
    findings: tuple[Finding, ...]
    titles: Mapping[str, str]
    sha256: Sha256


def read_subsidy_list(content: bytes, profile: SubsidyListProfile, *, file: str) -> SubsidyListReading:
    """Read a list from the bytes of a workbook. No row at all is a finding.

    Raises BadFile for anything but a plain table with the profile's headers.
    """
    table = table_of(Workbook(content, file=file).sheet(profile.sheet), profile, file=file)
    findings: list[Finding] = []
    rows: list[SubsidyRow] = []
    row_count = 0
    for number, cells in table.rows():
        row_count += 1
        read = _row(table, Row(file, number, cells, table.titles, findings))
        if read is not None:
            rows.append(read)
    if not row_count:
        findings.append(finding("sheet.no_rows", file=file, sheet=table.sheet.name, header_row=profile.header_row))
    digest = Sha256(hashlib.sha256(content).hexdigest())
    return SubsidyListReading(file, profile, row_count, tuple(rows), tuple(findings), table.titles, digest)


def _row(table: SheetTable, row: Row) -> SubsidyRow | None:
    """The row's line; None where it has a finding. Every field is read before giving up, so that all come at once."""
    if table.is_merged(row):
        return None
    before = len(row.findings)
    table.is_broken(row)
    holders = {field: row.read(field, _reference) for field in HOLDERS if row.has(field)}
    if len(holders) != 1:
        row.note("holder.one_of_two", next((field for field in HOLDERS if field in table.titles), None))
    quantity_milli = row.read("quantity", _quantity)
    amount_fen = row.read("amount", lambda cell: amount(cell, unit="yuan")) if row.has("amount") else None
    if quantity_milli is None or len(row.findings) > before:
        return None
    return SubsidyRow(row.number, holders.get("household"), holders.get("person"), quantity_milli, amount_fen)


def _reference(cell: Cell) -> str:
    text = half_width(raw_text(cell)).strip()
    if len(text) > REFERENCE_CHARS_MAX or not text.isprintable() or " " in text:
        raise CellError("source_ref.unreadable", shown=f"{len(text)} 字")
    return text


def _quantity(cell: Cell) -> int:
    text = required(_number(cell))
    try:
        found = milli(text)
    except ValueError:
        raise CellError("quantity.unreadable", shown=harmless(text)) from None
    if not found:
        raise CellError("quantity.unreadable", shown=harmless(text))
    return found


def _number(cell: Cell) -> str:
    """A number as the sheet shows it: 15 digits are all that a spreadsheet keeps."""
    return f"{cell:.15g}" if isinstance(cell, float) else half_width(raw_text(cell)).strip()
