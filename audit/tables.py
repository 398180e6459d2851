"""Tables that grow with the journal, a few rows an event: written beside it, and compared beside it.

What must not be broken: every row begins with the log index and a number within the event, so that a row that is
missing, added, moved or different is named with its own number; none is taken from the file into any sum.
"""

from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

from audit.book import Book
from audit.entries import Entry
from audit.findings import Check, Findings, Place
from audit.folder import PackageFolder, UnreadableFile
from audit.ledger import BOM, journal_heading, journal_rows
from audit.named_files import ATTACHED, NAMING_TYPES, SENT, named_heading, named_rows
from journal.line import Line

_ROW_BYTES_MAX = 1 << 16

_Key = tuple[int, int]
Included = Callable[[str], bool]
"""Whether the file of a digest is in the package."""


class Table(NamedTuple):
    """A table of a package: its path, the check that compares it, its heading, and the rows of one event."""

    path: str
    check: Check
    heading: str
    rows: Callable[[int, Line], Iterator[str]]
    types: frozenset[str] | None  # of events that have rows; None: any may


def tables(included: Included) -> tuple[Table, ...]:
    """All tables that grow with the journal."""
    return (
        Table("ledgers/journal.csv", Check.LEDGERS, journal_heading(), journal_rows, None),
        Table(
            "attachments/digests.csv",
            Check.ATTACHMENTS,
            named_heading(),
            lambda index, line: named_rows(index, line, ATTACHED, included),
            NAMING_TYPES,
        ),
        Table(
            "statements/digests.csv",
            Check.BANK,
            named_heading(),
            lambda index, line: named_rows(index, line, SENT, included),
            NAMING_TYPES,
        ),
    )


class PublishedTable:
    """Walks a table beside the events; a rule like the others."""

    def __init__(self, folder: PackageFolder, findings: Findings, table: Table) -> None:
        self._findings = findings
        self._table = table
        self.types = table.types
        self._row = 0
        self._bytes = b""
        self._key: _Key | None = None
        try:
            self._file: BinaryIO | None = folder.open(table.path)
        except UnreadableFile as error:
            self._add(error.reason, Place(table.path), detail=error.detail)
            self._file = None
            return
        if self._read() != (BOM + table.heading).encode():
            self._add("heading", Place(table.path, row=1))
        self._advance()

    def _add(self, reason: str, place: Place, **facts: str | int) -> None:
        self._findings.add(f"{self._table.check}.{reason}", place, **facts)

    def _read(self) -> bytes:
        """The next row; empty at the end of the file."""
        self._row += 1
        try:
            return self._file.readline(_ROW_BYTES_MAX) if self._file else b""
        except OSError as error:
            self._add("unreadable", Place(self._table.path, row=self._row), detail=error.strerror or "")
            return b""

    def _advance(self) -> None:
        """Go to the next row that says which event's it is."""
        while row := self._read():
            index, _, rest = row.partition(b",")
            number = rest.partition(b",")[0]
            if index.isdigit() and number.isdigit() and len(index) < 17 and len(number) < 17:
                self._bytes, self._key = row, (int(index), int(number))
                return
            self._add("row", Place(self._table.path, row=self._row))
        self._bytes, self._key = b"", None

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Compare the rows of one event."""
        if self._file is None:
            return
        for number, row in enumerate(self._table.rows(entry.index, entry.line), start=1):
            self._expect((entry.index, number), row.encode(), entry)

    def _expect(self, key: _Key, row: bytes, entry: Entry) -> None:
        while self._key is not None and self._key < key:
            self._extra()
        if self._key != key:
            self._add("missing_row", Place(self._table.path, index=entry.index, event=entry.name), number=key[1])
            return
        if self._bytes != row:
            place = Place(self._table.path, row=self._row, index=entry.index, event=entry.name)
            self._add("differs", place, found=shown(self._bytes), expected=shown(row))
        self._advance()

    def _extra(self) -> None:
        self._add("extra_row", Place(self._table.path, row=self._row), found=shown(self._bytes))
        self._advance()

    def finish(self, book: Book) -> None:  # noqa: ARG002
        """Rows that are left belong to no event."""
        while self._key is not None:
            self._extra()
        if self._file is not None:
            self._file.close()


def shown(row: bytes) -> str:
    """A row as a finding quotes it."""
    return row.decode(errors="replace").removeprefix(BOM).rstrip("\n")
