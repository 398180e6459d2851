"""The entries of the journal as they lie in the package: bundle by bundle, each entry with its place.

What must not be broken: bundles are read one at a time, so that a million entries need no more memory than
256, and a broken one never ends the reading. Source: C2SP tlog-tiles, entry bundles.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from audit.events import Moves
from audit.findings import Check, Findings, Place
from audit.folder import PackageFolder, UnreadableFile
from audit.movements import Movement, movement_of
from domain.kernel.calendar import day_in_china, instant
from journal import tiles

FOLDER = "entries/"
BUNDLE_BYTES_MAX = tiles.TILE_WIDTH * (2 + tiles.ENTRY_BYTES_MAX)


class Bundle(NamedTuple):
    """One file of entries: its path in the package, the log index of its first entry, how many it must hold."""

    path: str
    first: int
    width: int


@dataclass(slots=True)
class Raw:
    """One entry's bytes and where they begin in their file."""

    index: int
    offset: int
    content: bytes


@dataclass(slots=True)
class Entry:
    """One entry that could be read: where it lies, who signed it, its leaf hash, then the parts of its line.

    `data` are the event's own fields, of the form that `audit.shapes` states for the type.
    """

    index: int
    file: str
    offset: int
    key_name: str
    key_id: bytes
    leaf: bytes
    origin: str
    category: str
    identity: str
    seq: int
    type: str
    at: str
    on: str
    by: str
    role: str
    cmd: str
    cause: str | None
    data: Mapping[str, Any]
    postings: Moves
    _moved: Movement | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def stream(self) -> str:
        """The stream that the event stands in."""
        return f"{self.category}/{self.identity}"

    @property
    def name(self) -> str:
        """The event's permanent name."""
        return f"{self.category}/{self.identity}@{self.seq}"

    @property
    def moved(self) -> Movement:
        """What its postings mean."""
        if self._moved is None:
            self._moved = movement_of(self.postings)
        return self._moved

    @property
    def place(self) -> Place:
        """Where a finding says that it stands."""
        return Place(self.file, self.offset, None, self.index, self.name)


def path_of(n: int, width: int) -> str:
    """Where bundle `n` lies in a package: the layout of tlog-tiles below `entries/`."""
    return FOLDER + tiles.entries_path(n, width).removeprefix("tile/entries/")


def bundles_of(size: int) -> Iterator[Bundle]:
    """The bundles of a log of `size` entries."""
    for n, first in enumerate(range(0, size, tiles.TILE_WIDTH)):
        width = min(tiles.TILE_WIDTH, size - first)
        yield Bundle(path_of(n, width), first, width)


def bundles_found(folder: PackageFolder) -> Iterator[Bundle]:
    """The bundles that lie there, counted from the first, for a package whose checkpoint cannot be read."""
    n = 0
    while (whole := path_of(n, tiles.TILE_WIDTH)) in folder.files:
        yield Bundle(whole, n * tiles.TILE_WIDTH, tiles.TILE_WIDTH)
        n += 1
    partial = [width for width in range(1, tiles.TILE_WIDTH) if path_of(n, width) in folder.files]
    if partial:
        yield Bundle(path_of(n, partial[-1]), n * tiles.TILE_WIDTH, partial[-1])


def check_layout(folder: PackageFolder, expected: set[str], findings: Findings) -> None:
    """No bundle lies there that the log of this size has not."""
    for path in sorted(folder.files):
        if path.startswith(FOLDER) and path not in expected:
            findings.add("structure.unexpected", Place(path))


def read_bundle(folder: PackageFolder, bundle: Bundle) -> list[Raw]:
    """Those entries of a bundle that can be told apart, as far as its file can be read."""
    try:
        return split(folder.read(bundle.path, limit=BUNDLE_BYTES_MAX), bundle)[0][: bundle.width]
    except UnreadableFile:
        return []


def split(content: bytes, bundle: Bundle) -> tuple[list[Raw], int | None]:
    """The entries of a bundle, and the byte offset at which it stops making sense (None: nowhere)."""
    raws: list[Raw] = []
    offset = 0
    while offset < len(content):
        begin = offset + 2
        end = begin + int.from_bytes(content[offset:begin], "big")
        if begin > len(content) or end > len(content):
            return raws, offset
        raws.append(Raw(bundle.first + len(raws), offset, content[begin:end]))
        offset = end
    return raws, None


def day_of(instant_text: str) -> str:
    """The day in China, `YYYY-MM-DD`, of an instant in its one form."""
    return _day_at(instant_text[:13])


@lru_cache(maxsize=1 << 12)
def _day_at(hour: str) -> str:
    return day_in_china(instant(f"{hour}:00:00.000000Z")).isoformat()


def skip_what_needs_entries(findings: Findings) -> None:
    """Without one readable entry nothing that judges events has run."""
    for check in (
        Check.LINES,
        Check.GENESIS,
        Check.SIGNATURES,
        Check.ROLES,
        Check.CONTINUITY,
        Check.POSTINGS,
        Check.LIMITS,
        Check.DUTIES,
        Check.TARIFFS,
        Check.AWARDS,
        Check.DIFFICULTY,
        Check.WORKFLOWS,
        Check.INVARIANTS,
        Check.PERIODS,
        Check.POINTS,
        Check.STATIONS,
        Check.VILLAGE,
    ):
        findings.skip(check, "no_entries")
