"""The journals for outside programs as files: written from the events, and compared with them.

What must not be broken: no more than a line of notes an event is held in memory, whatever the journal's length; and
every block that is missing, added, moved or changed is named by its row or its event.
"""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from audit.book import Book
from audit.entries import Entry
from audit.events import Event, moving
from audit.findings import Findings, Place
from audit.folder import PackageFolder, UnreadableFile
from audit.journals import LANGUAGES, Called, Language, Months, blocks_of, digest_of
from audit.strict import Judged, Piece
from audit.tables import shown

YEARS = "ledgers/years/"
"""Where the years' files lie, if there are more than one."""

_BLOCK_BYTES_MAX = 1 << 24
_READ_BYTES = 1 << 20
_Event = tuple[str, int, str, tuple[bytes, ...]]
"""Effective day, log index, name, and the digests of the blocks, of an event that moves something."""


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
        block = self.language.event(moving(index, event, leaf))
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
    """A block that must stand there: its digest, the event's index and name (none for a head or a month's end)."""

    digest: bytes
    log_index: int | None = None
    event: str | None = None


class PublishedJournals:
    """Compares the journals in the package with the blocks that follow from the events (check 13); a rule.

    What was judged of a bundle says how long its blocks of a day are, and their digest: so each file is compared piece
    by piece in one pass. Only where one differs are the events read again (`again`), to say which block it is.
    """

    types: ClassVar[frozenset[str] | None] = None
    moving: ClassVar[bool] = True

    def __init__(
        self, folder: PackageFolder, findings: Findings, again: Callable[[], Iterable[Entry]], called: Called
    ) -> None:
        self._folder = folder
        self._findings = findings
        self._again = again
        self._months = Months(called)
        self._days: dict[str, list[tuple[Piece, ...]]] = {}  # in the order of the bundles

    def take(self, judged: Judged) -> None:
        """Note what the blocks of a bundle must be."""
        for on, of_languages in judged.runs:
            self._days.setdefault(on, []).append(of_languages)

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Note what the event moves."""
        if entry.postings:
            self._months.add(entry)

    def finish(self, book: Book) -> None:  # noqa: ARG002
        """Compare each file."""
        files = [file for number, language in enumerate(LANGUAGES) for file in self._files(number, language)]
        paths = [file.path for file in files]
        # Reading and hashing much at a time leaves the interpreter to others, so threads take all processors.
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            agreed = list(pool.map(self._agrees, files))
        if not all(agreed):
            events = self._events()
            for file, agrees in zip(files, agreed, strict=True):
                if not agrees:
                    _Comparison(self._folder, self._findings, file.path).run(file.expected(events))
        for path in sorted(self._folder.files):
            if path.startswith(YEARS) and path not in paths:
                self._findings.add("ledgers.extra_file", Place(path))

    def _files(self, number: int, language: Language) -> Iterator["_File"]:
        """What must stand in the files of a language: in the whole one, then in each year's."""
        ends = self._months.ends(language)
        yield _File(language.path, number, None, (self._months.head(language),), ends)
        for year, first in self._months.beginnings(language).items():
            yield _File(path_of_year(language, year), number, year, first, ends)

    def _agrees(self, expected: "_File") -> bool:
        """Whether a file is made of just its pieces; whatever differs is looked at block by block."""
        try:
            with self._folder.open(expected.path) as file:
                pieces = expected.pieces(self._days)
                return all(digest_of(file.read(length)) == digest for length, digest in pieces) and not file.read(1)
        except (UnreadableFile, OSError):
            return False

    def _events(self) -> list[_Event]:
        """Each event that moves something, by effective day."""
        found = []
        for entry in self._again():
            if entry.postings:
                blocks = blocks_of(moving(entry.index, entry, entry.leaf))
                found.append((entry.on, entry.index, entry.name, tuple(map(digest_of, blocks))))
        return sorted(found)


@dataclass(frozen=True)
class _File:
    """What must stand in one file: its language by number, its year (None: the whole), first blocks, ends of months."""

    path: str
    number: int
    year: str | None
    first: tuple[str, ...]
    ends: Mapping[str, str]

    def pieces(self, days: Mapping[str, Iterable[Sequence[Piece]]]) -> Iterator[Piece]:
        """Length and digest of each piece, in their order."""
        yield _piece("\n".join(self.first))
        month = ""
        for on in sorted(days):
            if self.year is None or on[:4] == self.year:
                if month and on[:7] != month:
                    yield _piece(f"\n{self.ends[month]}")
                month = on[:7]
                for of_languages in days[on]:
                    yield _BREAK
                    yield of_languages[self.number]
        if month:
            yield _piece(f"\n{self.ends[month]}")

    def expected(self, events: Iterable[_Event]) -> list[_Expected]:
        """Each block, in their order."""
        ends = {month: digest_of(block.encode()) for month, block in self.ends.items()}
        expected = [_Expected(digest_of(block.encode())) for block in self.first]
        month = ""
        for on, index, name, blocks in events:
            if self.year is not None and on[:4] != self.year:
                continue
            if month and on[:7] != month:
                expected.append(_Expected(ends[month]))
            month = on[:7]
            expected.append(_Expected(blocks[self.number], index, name))
        if month:
            expected.append(_Expected(ends[month]))
        return expected


def _piece(text: str) -> tuple[int, bytes]:
    content = text.encode()
    return len(content), digest_of(content)


_BREAK = _piece("\n")


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
