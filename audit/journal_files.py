"""The journals for outside programs as files: written from the events, and compared with them.

What must not be broken: no more than a line of notes an event is held in memory, whatever the journal's length; and
every block that is missing, added, moved or changed is named by its row or its event.
"""

import tempfile
from collections.abc import Iterator, Mapping
from typing import ClassVar, NamedTuple

from audit.book import Book
from audit.entries import Entry
from audit.events import Event
from audit.findings import Findings, Place
from audit.folder import PackageFolder, UnreadableFile
from audit.journals import LANGUAGES, Language, Months, digest_of
from audit.tables import shown

YEARS = "ledgers/years/"
"""Where the years' files lie, if there are more than one."""

_BLOCK_BYTES_MAX = 1 << 24
_READ_BYTES = 1 << 20


def path_of_year(language: Language, year: str | None) -> str:
    """Where a language's journal lies in a package: of one year, or the whole."""
    if year is None:
        return language.path
    return f"{YEARS}{year}.{language.path.rpartition('.')[2]}"


class JournalFile:
    """Collects the blocks of one language in a temporary file, and gives them back in their order. To be closed."""

    def __init__(self, language: Language, months: Months) -> None:
        self.language = language
        self._months = months
        self._spool = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `close`
        self._places: list[tuple[str, int, int, int]] = []  # effective day, log index, offset, length

    def add(self, index: int, event: Event, leaf: bytes) -> None:
        """Take one event that moves something."""
        block = self.language.event(index, event, leaf).encode()
        self._places.append((event.on, index, self._spool.tell(), len(block)))
        self._spool.write(block)

    def pieces(self, year: str | None = None) -> Iterator[bytes]:
        """The whole file, or a year's, block by block."""
        if year is None:
            yield self._months.head(self.language).encode()
        else:
            yield "\n".join(self._months.beginnings(self.language)[year]).encode()
        ends = self._months.ends(self.language)
        month = ""
        for on, _, offset, length in sorted(self._places):
            if year is not None and on[:4] != year:
                continue
            if month and on[:7] != month:
                yield b"\n" + ends[month].encode()
            month = on[:7]
            self._spool.seek(offset)
            yield b"\n" + self._spool.read(length)
        if month:
            yield b"\n" + ends[month].encode()

    def close(self) -> None:
        """Let the temporary file go."""
        self._spool.close()


class _Expected(NamedTuple):
    """A block that must stand there: its digest, the event's index and name (none for a month's end)."""

    digest: bytes
    log_index: int | None = None
    event: str | None = None


class PublishedJournals:
    """Compares the journals in the package with the blocks that follow from the events (check 13); a rule."""

    types: ClassVar[frozenset[str] | None] = None
    moving: ClassVar[bool] = True

    def __init__(self, folder: PackageFolder, findings: Findings) -> None:
        self._folder = folder
        self._findings = findings
        self._months = Months()
        self._events: list[tuple[str, int, str, tuple[bytes, ...]]] = []  # effective day, log index, name, blocks

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Note what the event's blocks must be."""
        if not entry.postings:
            return
        self._months.add(entry)
        self._events.append((entry.on, entry.index, entry.name, entry.blocks))

    def finish(self, book: Book) -> None:  # noqa: ARG002
        """Compare each file."""
        self._events.sort()
        named = set()
        for number, language in enumerate(LANGUAGES):
            ends = {month: digest_of(block.encode()) for month, block in self._months.ends(language).items()}
            beginnings = self._months.beginnings(language)
            for year in (None, *self._months.years):
                first = (self._months.head(language),) if year is None else beginnings[year]
                path = path_of_year(language, year)
                named.add(path)
                expected = self._expected(number, year, first, ends)
                _Comparison(self._folder, self._findings, path).run(expected)
        for path in sorted(self._folder.files):
            if path.startswith(YEARS) and path not in named:
                self._findings.add("ledgers.extra_file", Place(path))

    def _expected(
        self, number: int, year: str | None, first: tuple[str, ...], ends: Mapping[str, bytes]
    ) -> list[_Expected]:
        """The blocks of the whole file or a year's, after its first ones, in one language."""
        expected = [_Expected(digest_of(block.encode())) for block in first]
        month = ""
        for on, index, name, blocks in self._events:
            if year is not None and on[:4] != year:
                continue
            if month and on[:7] != month:
                expected.append(_Expected(ends[month]))
            month = on[:7]
            expected.append(_Expected(blocks[number], index, name))
        if month:
            expected.append(_Expected(ends[month]))
        return expected


class _Comparison:
    """One file against the blocks that it must hold."""

    def __init__(self, folder: PackageFolder, findings: Findings, path: str) -> None:
        self._folder = folder
        self._findings = findings
        self._path = path

    def run(self, expected: list[_Expected]) -> None:
        """Walk the file; after a block that is not the next expected one, go on where both agree again."""
        wanted = {one.digest: number for number, one in enumerate(expected)}
        next_one = 0
        for row, block in self._found():
            number = wanted.get(digest_of(block))
            if number == next_one:
                next_one += 1
            elif number is None or number < next_one:
                self._findings.add("ledgers.block", Place(self._path, row=row), found=shown(block.partition(b"\n")[0]))
            else:
                for missing in expected[next_one:number]:
                    self._missing(missing)
                next_one = number + 1
        for missing in expected[next_one:]:
            self._missing(missing)

    def _missing(self, one: _Expected) -> None:
        self._findings.add("ledgers.missing_block", Place(self._path, index=one.log_index, event=one.event))

    def _found(self) -> Iterator[tuple[int, bytes]]:
        """Each block with its first row. A last block without its newline is another block than the right one."""
        row = 1
        try:
            with self._folder.open(self._path) as file:
                rest = b""
                while piece := file.read(_READ_BYTES):
                    *blocks, rest = (rest + piece).split(b"\n\n")
                    for block in blocks:
                        yield row, block + b"\n"
                        row += block.count(b"\n") + 2
                    if len(rest) > _BLOCK_BYTES_MAX:
                        break  # nobody writes such a block
                yield row, rest
        except UnreadableFile as error:
            self._findings.add(f"ledgers.{error.reason}", Place(self._path), detail=error.detail)
        except OSError as error:
            self._findings.add("ledgers.unreadable", Place(self._path), detail=error.strerror or "")
