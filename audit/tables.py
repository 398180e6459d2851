"""Tables that grow with the journal, a few rows an event: written beside it, and compared beside it.

What must not be broken: every row begins with the log index and a number within the event, so that a row that is
missing, added, moved or different is named with its own number; none is taken from the file into any sum.
"""

import os
from collections.abc import Callable, Iterable
from typing import BinaryIO, ClassVar, NamedTuple

from audit.book import Book
from audit.called import Names
from audit.entries import Entry
from audit.events import Event, moving
from audit.findings import Check, Findings, Place
from audit.folder import PackageFolder, UnreadableFile
from audit.ledger import BOM, journal_heading, journal_rows
from audit.named_files import ATTACHED, SENT, named_heading, named_rows, types_naming
from audit.strict import Judged, entries_of

_ROW_BYTES_MAX = 1 << 16

_Key = tuple[int, int]
Included = Callable[[str], bool]
"""Whether the file of a digest is in the package."""
Naming = Callable[[int], Names]
"""What accounts are called where a log index stands."""


class Table(NamedTuple):
    """A table of a package: its path, the check that compares it, its heading, and the rows of one event."""

    path: str
    check: Check
    heading: str
    rows: Callable[[int, Event], Iterable[str]]
    types: frozenset[str] | None  # of events that have rows; None: all that move something, see `take`


def tables(included: Included, names: Naming) -> tuple[Table, ...]:
    """All tables that grow with the journal."""
    return (
        Table(
            "ledgers/journal.csv",
            Check.LEDGERS,
            journal_heading(),
            lambda index, event: _moved(index, event, names(index)),
            None,
        ),
        Table(
            "attachments/digests.csv",
            Check.ATTACHMENTS,
            named_heading(),
            lambda index, line: named_rows(index, line, ATTACHED, included),
            types_naming(ATTACHED),
        ),
        Table(
            "statements/digests.csv",
            Check.BANK,
            named_heading(),
            lambda index, line: named_rows(index, line, SENT, included),
            types_naming(SENT),
        ),
    )


def _moved(index: int, event: Event, names: Names) -> Iterable[str]:
    """What stands in the journal of everything that moves."""
    return [journal_rows(moving(index, event, b""), names).decode()] if event.postings else []


class PublishedTable:
    """Walks a table beside the events; a rule like the others, but for the table of everything that moves.

    That one is compared bundle by bundle: its rows were written where the bundle was judged.
    """

    moving: ClassVar[bool] = False

    def __init__(self, folder: PackageFolder, findings: Findings, table: Table) -> None:
        self._findings = findings
        self._table = table
        self.types = table.types or frozenset()
        self._row = 0  # the last that was read
        self._next: tuple[_Key, bytes] | None = None  # the row that was looked at, and belongs to nothing seen so far
        try:
            self._file: BinaryIO | None = folder.open(table.path)
        except UnreadableFile as error:
            self._add(error.reason, Place(table.path), detail=error.detail)
            self._file = None
            return
        if self._read() != (BOM + table.heading).encode():
            self._add("heading", Place(table.path, row=1))

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

    def _look(self) -> tuple[_Key, bytes] | None:
        """The next row that says which event's it is; None at the end."""
        while self._next is None and (row := self._read()):
            index, _, rest = row.partition(b",")
            number = rest.partition(b",")[0]
            if index.isdigit() and number.isdigit() and len(index) < 17 and len(number) < 17:
                self._next = (int(index), int(number)), row
            else:
                self._add("row", Place(self._table.path, row=self._row))
        return self._next

    def take(self, judged: Judged) -> None:
        """Compare the rows of a bundle's events; if they do not agree as a whole, event by event."""
        if self._file is None or not judged.rows or self._are_next(self._file, judged.rows):
            return
        for entry in entries_of(judged):
            self._compare(entry)

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Compare the rows of one event."""
        self._compare(entry)

    def _compare(self, entry: Entry) -> None:
        if self._file is None:
            return
        rows = "".join(self._table.rows(entry.index, entry)).encode()
        if rows and not self._are_next(self._file, rows):
            for number, row in enumerate(rows.splitlines(keepends=True), start=1):
                self._expect((entry.index, number), row, entry)

    def _are_next(self, file: BinaryIO, rows: bytes) -> bool:
        """Whether just these rows come next, and if so go past them; whatever differs is looked at row by row."""
        if self._next is not None:
            return False
        try:
            found = file.read(len(rows))
            if found == rows:
                self._row += rows.count(b"\n")
                return True
            file.seek(-len(found), os.SEEK_CUR)
        except OSError:
            pass  # reading the next row says so
        return False

    def _expect(self, key: _Key, row: bytes, entry: Entry) -> None:
        while (found := self._look()) and found[0] < key:
            self._extra(found[1])
        if found is None or found[0] != key:
            self._add("missing_row", Place(self._table.path, index=entry.index, event=entry.name), number=key[1])
            return
        if found[1] != row:
            place = Place(self._table.path, row=self._row, index=entry.index, event=entry.name)
            self._add("differs", place, found=shown(found[1]), expected=shown(row))
        self._next = None

    def _extra(self, row: bytes) -> None:
        self._add("extra_row", Place(self._table.path, row=self._row), found=shown(row))
        self._next = None

    def finish(self, book: Book) -> None:  # noqa: ARG002
        """Rows that are left belong to no event."""
        while found := self._look():
            self._extra(found[1])
        if self._file is not None:
            self._file.close()


def shown(row: bytes) -> str:
    """A row as a finding quotes it."""
    return row.decode(errors="replace").removeprefix(BOM).rstrip("\n")
