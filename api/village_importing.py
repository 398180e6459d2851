"""Bringing a village's cash or bank journal into its book: each row a voucher that waits for its review.

What must not be broken: nothing is drafted of a journal in which anything is wrong, or whose opening or closing balance
is not the book's; the same journal again changes nothing; rows between cash and bank are taken from the bank's journal.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from api.books.village_tables import names_of_chart
from api.commands.shared import require
from api.commands.village import vouchers as commands
from api.commands.village.vouchers import NewVoucher
from api.context import App
from api.files.cash_journals import JournalReading, JournalRow
from api.files.findings import Finding, finding
from domain.kernel.calendar import day_in_china, month_of
from domain.kernel.events import Sha256
from domain.kernel.ids import derived
from domain.kernel.money import Fen, yuan
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.kernel.village_lines import CASH, CHART_BOOK, PARTY, VoucherLine
from domain.village.vouchers import Content, ImportedRow, kind_of
from journal.facts import Actor
from journal.journal import Reading
from projections import charts, village_books, village_statements
from projections.village_books import BookKept

ROWS_PER_APPEND: Final = 50
BANK: Final = "102"

IMPORTERS: Final = ("village_accountant", "village_committee")
"""The roles in which a journal is imported: whoever holds several acts in the first."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class JournalImported:
    """What an import did, or would do: vouchers drafted now, rows drafted before, rows left to the bank's journal."""

    rows: int
    drafted: int
    unchanged: int
    transfers: int
    opening_fen: int
    closing_fen: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """What the book holds that a journal is compared with."""

    book: BookKept
    accounts: Mapping[str, str]  # code and name -> code
    by_party: frozenset[str]
    parties: Mapping[str, UUID]
    closed: frozenset[str]


def preview_journal(app: App, *, reading: JournalReading, division: Division, account: str) -> JournalImported:
    """What an import would do. Refuses `village_book.unknown`, `village_lines.account_unknown`."""
    return _compared(app, reading, division, account)[1]


def import_journal(
    app: App,
    *,
    actor: Actor,
    reading: JournalReading,
    content: bytes,
    division: Division,
    account: str,
    progress: Progress | None = None,
) -> JournalImported:
    """Draft the vouchers that the book does not know, in appends of some dozens; nothing if anything is wrong.

    `account`: the code of the purse whose journal it is. Refused: `village_book.unknown`,
    `village_lines.account_unknown`, and what `shared.require` refuses.
    """
    new, imported = _compared(app, reading, division, account)
    if imported.findings:
        return imported
    on = day_in_china(app.journal.now())
    require(Reading(app.journal.store, app.journal.codec), actor, "village_voucher.drafted/1", division=division, on=on)
    digest = Sha256(hashlib.sha256(content).hexdigest())
    for start in range(0, len(new), ROWS_PER_APPEND):
        part = [
            NewVoucher(voucher_id, division, said, ImportedRow(digest, row.row))
            for voucher_id, row, said in new[start : start + ROWS_PER_APPEND]
        ]
        key = f"import:village:{derived('import', *(one.voucher_id for one in part))}"
        commands.draft_all(app, actor=actor, key=key, new=part, on=on)
        if progress is not None:
            progress(start + len(part), len(new))
    return imported


_New = list[tuple[UUID, JournalRow, Content]]


def _compared(app: App, reading: JournalReading, division: Division, account: str) -> tuple[_New, JournalImported]:
    """The vouchers that are new, and what is to be told."""
    if account not in CASH:
        raise Refusal("village_lines.account_unknown", account=account)
    known = _known(app, division)
    with app.reading.connection() as conn:
        importing = _Importing(reading, known, division, account, list(reading.findings))
        said = list(importing.vouchers(day_in_china(app.journal.now())))
        ids = [voucher_id for voucher_id, _, _ in said]
        there = village_books.known_vouchers(conn, ids)
        new = [one for one in said if one[0] not in there]
        if reading.rows and not importing.findings:
            first, last = reading.rows[0].day, max(one.day for one in reading.rows)
            before = village_statements.purse_before(conn, division, account, day=first)
            moved = village_statements.purse_moved(conn, division, account, since=first, until=last)
            importing.agree(before, moved + sum(_moved(content, account) for _, _, content in new))
    found = tuple(sorted(importing.findings, key=lambda one: (one.row or 0, one.column or "")))
    drafted = 0 if found else len(new)
    told = JournalImported(
        reading.row_count,
        drafted,
        len(there),
        importing.transfers,
        reading.opening_fen,
        reading.closing_fen,
        found,
    )
    return new, told


def _known(app: App, division: Division) -> _Known:
    with app.reading.connection() as conn:
        book = village_books.book_of(conn, division)
        if book is None:
            raise Refusal("village_book.unknown")
        names = names_of_chart(conn, book.chart)
        listed = [one.account for one in charts.listed(conn) if one.chart == book.chart]
        parties = village_books.parties_of(conn, division)
        months = village_books.months_of(conn, division)
    ending = f":{PARTY}"
    return _Known(
        book=book,
        accounts={**{name: code for code, (name, _) in names.items()}, **{code: code for code in names}},
        by_party=frozenset(
            one.removeprefix(f"{CHART_BOOK}:").removesuffix(ending) for one in listed if one.endswith(ending)
        ),
        parties={one.reference: one.party_id for one in parties},
        closed=frozenset(one.month for one in months if one.status != "open"),
    )


@dataclass
class _Importing:
    """One journal against the book; what is wrong with it gathers in `findings`."""

    reading: JournalReading
    known: _Known
    division: Division
    account: str
    findings: list[Finding]
    transfers: int = 0

    def vouchers(self, today: date) -> Iterator[tuple[UUID, JournalRow, Content]]:
        """The rows that can be vouchers. Rows that say the same are told apart by how often that was said before."""
        seen: Counter[tuple[object, ...]] = Counter()
        for row in self.reading.rows:
            contra = self.known.accounts.get(row.contra)
            if not self._fits(row, contra, today) or contra is None:
                continue
            if contra in CASH and self.account != BANK:
                self.transfers += 1
                continue
            said = (row.day, row.summary, contra, row.party, row.income_fen, row.expense_fen)
            seen[said] += 1
            number = seen[said]
            voucher_id = derived("village_voucher", "journal", self.division, self.account, *said, number)
            yield voucher_id, row, self._content(row, contra)

    def agree(self, before: int, moved: int) -> None:
        """The journal begins with what the book has in that purse, and ends with it."""
        opening, closing = self.reading.opening_fen, self.reading.closing_fen
        if before != opening:
            self._whole("journal.opening", stated=yuan(opening), book=yuan(before))
        elif before + moved != closing:
            self._whole("journal.closing", stated=yuan(closing), book=yuan(before + moved))

    def _fits(self, row: JournalRow, contra: str | None, today: date) -> bool:
        count = len(self.findings)
        if contra is None or contra == self.account:
            self._note(row, "journal.account_unknown", "contra")
        if row.day > today:
            self._note(row, "time.in_future", "day")
        if row.day < self.known.book.since:
            self._note(row, "journal.before_book", "day", since=self.known.book.since)
        if month_of(row.day) in self.known.closed:
            self._note(row, "journal.month_closed", "day", month=month_of(row.day))
        if contra in self.known.by_party and row.party is None:
            self._note(row, "journal.party_needed", "party" if "party" in self.reading.titles else "contra")
        if row.party is not None and (contra not in self.known.by_party or row.party not in self.known.parties):
            self._note(row, "journal.party_unsuited", "party")
        return len(self.findings) == count

    def _content(self, row: JournalRow, contra: str) -> Content:
        amount = Fen(row.income_fen or row.expense_fen)
        party = self.known.parties.get(row.party) if row.party is not None else None
        own, other = ("debit", "credit") if row.income_fen else ("credit", "debit")
        lines = (VoucherLine(self.account, own, amount), VoucherLine(contra, other, amount, party))
        ordered = tuple(sorted(lines, key=lambda one: one.side != "debit"))
        return Content(row.day, kind_of(ordered), row.summary, ordered)

    def _note(self, row: JournalRow, code: str, field: str, **facts: object) -> None:
        column = self.reading.titles.get(field)
        self.findings.append(finding(code, file=self.reading.file, row=row.row, column=column, value="", **facts))

    def _whole(self, code: str, *, stated: str, book: str) -> None:
        self.findings.append(finding(code, file=self.reading.file, stated=stated, book=book))


def _moved(content: Content, account: str) -> int:
    """What a voucher adds to a purse."""
    return sum(
        one.amount_fen if one.side == "debit" else -one.amount_fen for one in content.lines if one.account == account
    )
