"""The ledgers in the package, compared with those that follow from its events.

What must not be broken: every row that is missing, added or different is named with its row number; none is
taken from the published file into the sums.
"""

from collections.abc import Iterable
from typing import BinaryIO

from audit.book import Book
from audit.entries import Entry
from audit.findings import Check, Findings, Place
from audit.folder import PackageFolder, UnreadableFile
from audit.ledger import BOM, Ledger, journal_heading, journal_rows

JOURNAL = "ledgers/journal.csv"
TRIAL_BALANCE = "ledgers/trial-balance.csv"
ACCOUNTS = "ledgers/accounts.csv"
_ROW_BYTES_MAX = 1 << 16
_TABLE_BYTES_MAX = 1 << 28

_Key = tuple[int, int]


class PublishedJournal:
    """Walks `journal.csv` beside the events (check 13); a rule like the others."""

    def __init__(self, folder: PackageFolder, findings: Findings) -> None:
        self._findings = findings
        self._row = 0
        self._bytes = b""
        self._key: _Key | None = None
        try:
            self._file: BinaryIO | None = folder.open(JOURNAL)
        except UnreadableFile as error:
            findings.add(f"ledgers.{error.reason}", Place(JOURNAL), detail=error.detail)
            self._file = None
            return
        if self._read() != (BOM + journal_heading()).encode():
            findings.add("ledgers.heading", Place(JOURNAL, row=1))
        self._advance()

    def _read(self) -> bytes:
        """The next row; empty at the end of the file."""
        self._row += 1
        try:
            return self._file.readline(_ROW_BYTES_MAX) if self._file else b""
        except OSError as error:
            self._findings.add("ledgers.unreadable", Place(JOURNAL, row=self._row), detail=str(error))
            return b""

    def _advance(self) -> None:
        """Go to the next row that says which posting it shows."""
        while row := self._read():
            index, _, rest = row.partition(b",")
            number = rest.partition(b",")[0]
            if index.isdigit() and number.isdigit() and len(index) < 17 and len(number) < 17:
                self._bytes, self._key = row, (int(index), int(number))
                return
            self._findings.add("ledgers.row", Place(JOURNAL, row=self._row))
        self._bytes, self._key = b"", None

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Compare the rows of one event."""
        if self._file is None or not entry.postings:
            return
        for number, row in enumerate(journal_rows(entry.index, entry.line), start=1):
            self._expect((entry.index, number), row.encode(), entry)

    def _expect(self, key: _Key, row: bytes, entry: Entry) -> None:
        while self._key is not None and self._key < key:
            self._extra()
        if self._key != key:
            place = Place(JOURNAL, index=entry.index, event=entry.name)
            self._findings.add("ledgers.missing_row", place, number=key[1])
            return
        if self._bytes != row:
            place = Place(JOURNAL, row=self._row, index=entry.index, event=entry.name)
            self._findings.add("ledgers.differs", place, found=_shown(self._bytes), expected=_shown(row))
        self._advance()

    def _extra(self) -> None:
        self._findings.add("ledgers.extra_row", Place(JOURNAL, row=self._row), found=_shown(self._bytes))
        self._advance()

    def finish(self, book: Book) -> None:  # noqa: ARG002
        """Rows that are left belong to no event."""
        while self._key is not None:
            self._extra()
        if self._file is not None:
            self._file.close()


def check_tables(folder: PackageFolder, ledger: Ledger, findings: Findings) -> None:
    """Compare trial balance and accounts with the sums over all postings (check 13)."""
    _check_table(folder, TRIAL_BALANCE, ledger.trial_balance(), findings)
    _check_table(folder, ACCOUNTS, ledger.chart(), findings)
    findings.summarise(Check.LEDGERS, accounts=len(ledger.accounts))


def _check_table(folder: PackageFolder, path: str, expected: Iterable[str], findings: Findings) -> None:
    try:
        content = folder.read(path, limit=_TABLE_BYTES_MAX)
    except UnreadableFile as error:
        findings.add(f"ledgers.{error.reason}", Place(path), detail=error.detail)
        return
    right = [row.encode() for row in expected]
    right[0] = BOM.encode() + right[0]
    rows = content.splitlines(keepends=True)
    if rows == right:
        return
    wanted = {_account_of(row): row for row in right}
    before = findings.failed(Check.LEDGERS)
    for number, row in enumerate(rows, start=1):
        match = wanted.pop(_account_of(row), None)
        if match is None:
            findings.add("ledgers.extra_row", Place(path, row=number), found=_shown(row))
        elif match != row:
            findings.add("ledgers.differs", Place(path, row=number), found=_shown(row), expected=_shown(match))
    for row in wanted.values():
        findings.add("ledgers.missing_account", Place(path), expected=_shown(row))
    if findings.failed(Check.LEDGERS) == before:
        findings.add("ledgers.order", Place(path))


def _account_of(row: bytes) -> bytes:
    """What names a row: account and commodity."""
    return b",".join(row.split(b",", 2)[:2])


def _shown(row: bytes) -> str:
    return row.decode(errors="replace").removeprefix(BOM).rstrip("\n")
