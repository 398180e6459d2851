"""Reading a village's cash or bank journal (日记账) from an xlsx workbook, row by row, with its running balance.

What must not be broken: every row that holds anything either becomes a `JournalRow` or has a finding at its number; an
amount is read as it stands, and a balance that does not follow from the row before is told, never repaired.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from api.files.cash_journal_profiles import CashJournalProfile
from api.files.cells import Cell, CellError, Row, amount, day, half_width, line_of_text, raw_text, required
from api.files.findings import Finding, finding
from api.files.sheet_tables import SheetTable, table_of
from api.files.statement_cells import is_nothing, signed_amount
from api.files.workbook import Workbook
from api.web.personal_words import PERSONAL_KINDS
from domain.kernel.money import yuan
from domain.kernel.personal_data import personal_in
from domain.village.vouchers import PURPOSE_CHARS_MAX

_TEXT_MAX: Final = 40


@dataclass(frozen=True)
class JournalRow:
    """What a row says, in fen: exactly one of income and expense is above zero, or both are None for an opening."""

    row: int
    day: date
    summary: str
    contra: str
    party: str | None
    income_fen: int
    expense_fen: int

    @property
    def moved_fen(self) -> int:
        """What it adds to the balance."""
        return self.income_fen - self.expense_fen


@dataclass(frozen=True)
class JournalReading:
    """What a journal says. `opening_fen` and `closing_fen`: its balances before the first row and after the last."""

    file: str
    profile: CashJournalProfile
    row_count: int
    rows: tuple[JournalRow, ...]
    opening_fen: int
    closing_fen: int
    findings: tuple[Finding, ...]
    titles: Mapping[str, str]


@dataclass
class _Running:
    """The balance as the rows so far give it; None before the first that shows one."""

    balance_fen: int | None = None
    opening_fen: int | None = None
    last_day: date | None = None


def read_cash_journal(content: bytes, profile: CashJournalProfile, *, file: str) -> JournalReading:
    """Read a journal. No row at all is a finding. Raises BadFile for what is no table with the profile's headers."""
    table = table_of(Workbook(content, file=file).sheet(profile.sheet), profile, file=file)
    findings: list[Finding] = []
    rows: list[JournalRow] = []
    running = _Running()
    row_count = 0
    for number, cells in table.rows():
        row_count += 1
        row = Row(file, number, cells, table.titles, findings)
        if row_count == 1 and _is_opening(row, profile):
            running.balance_fen = running.opening_fen = row.read("balance", signed_amount)
        elif (read := _row(table, row, running)) is not None:
            rows.append(read)
    if not row_count:
        findings.append(finding("sheet.no_rows", file=file, sheet=table.sheet.name, header_row=profile.header_row))
    return JournalReading(
        file=file,
        profile=profile,
        row_count=row_count,
        rows=tuple(rows),
        opening_fen=running.opening_fen or 0,
        closing_fen=running.balance_fen or 0,
        findings=tuple(findings),
        titles=table.titles,
    )


def _is_opening(row: Row, profile: CashJournalProfile) -> bool:
    """Whether it holds nothing but the balance that the journal begins with."""
    says = half_width(raw_text(row.cells["summary"])).strip() if isinstance(row.cells["summary"], str) else ""
    return says in profile.openings and all(_nothing(row.cells[name]) for name in ("income", "expense"))


def _row(table: SheetTable, row: Row, running: _Running) -> JournalRow | None:
    """One row. Every field is read before giving up, so that all findings come at once."""
    if table.is_merged(row):
        running.balance_fen = None
        return None
    before = len(row.findings)
    table.is_broken(row)
    when = row.read("day", day)
    summary = row.read("summary", lambda cell: required(line_of_text(cell, limit=PURPOSE_CHARS_MAX)))
    personal = personal_in(summary) if summary is not None else None
    if personal is not None:
        row.note("text.personal", "summary", kind=PERSONAL_KINDS[personal.kind], found=personal.masked)
    contra = row.read("contra", lambda cell: required(half_width(line_of_text(cell, limit=_TEXT_MAX))))
    party = row.read("party", _reference) if row.has("party") else None
    income, expense = row.read("income", _moved), row.read("expense", _moved)
    balance = row.read("balance", signed_amount)
    if income is not None and expense is not None and bool(income) == bool(expense):
        row.note("journal.both_sides", "income")
    if when is not None and running.last_day is not None and when < running.last_day:
        row.note("journal.day_back", "day", day=running.last_day)
    running.last_day = when or running.last_day
    _follows(row, running, balance, (income or 0) - (expense or 0) if None not in (income, expense) else None)
    if when is None or summary is None or contra is None or len(row.findings) > before:
        return None
    return JournalRow(row.number, when, summary, contra, party, income or 0, expense or 0)


def _follows(row: Row, running: _Running, balance: int | None, moved: int | None) -> None:
    """Compare the balance with the one before; whatever it is, the next row goes on from it."""
    if balance is not None and moved is not None and running.balance_fen is not None:
        expected = running.balance_fen + moved
        if expected != balance:
            row.note("journal.balance", "balance", shown=yuan(balance), expected=yuan(expected))
    if running.opening_fen is None and balance is not None and moved is not None:
        running.opening_fen = balance - moved
    running.balance_fen = balance


def _nothing(cell: Cell) -> bool:
    return is_nothing(cell) or cell == 0


def _moved(cell: Cell) -> int:
    return 0 if _nothing(cell) else amount(cell, unit="yuan")


def _reference(cell: Cell) -> str:
    text = half_width(line_of_text(cell, limit=_TEXT_MAX)).upper()
    if not text.isascii() or " " in text:
        raise CellError("source_ref.unreadable", shown=f"{len(text)} 字")
    return text
