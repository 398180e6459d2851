"""The log's own examination: root and every tile made again from the entries, and compared with all that was kept.

What must not be broken: nothing is repaired, nothing is left out, and one fault does not hide the next. What events
mean is for the audit package to judge; here it is whether the bytes are those that were signed.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from journal import line as lines
from journal import note, tiles
from journal.checkpoint import Checkpoint, parse_text
from journal.errors import IntegrityError
from journal.line import LineError
from journal.merkle import Frontier, leaf_hash
from journal.note import NoteError
from journal.tile_files import CHECKPOINT, HISTORY, PENDING, POLICY, TILES, TileFiles, path_of
from journal.tiles import ENTRIES_LEVEL, TILE_WIDTH, Tile, TileError
from journal.trust import Policy, PolicyError

_POLICY_TYPES: Final = ("log.opened/1", "log.policy_set/1")

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be: a permanent code, the file, table or event, and the particulars."""

    code: str
    where: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Up to 256 entries from a multiple of 256 on; where they cannot be read, only their hashes."""

    n: int
    leaves: list[bytes]
    entries: list[bytes] | None


@dataclass
class Rebuilt:
    """What the entries give: how many they are, the root at each size that was asked for, the policies in order."""

    marks: frozenset[int]
    size: int = 0
    roots: dict[int, bytes] = field(default_factory=dict)
    policies: list[tuple[int, str]] = field(default_factory=list)
    _frontier: Frontier = field(default_factory=Frontier)
    _rows: list[list[bytes]] = field(default_factory=list)

    def take(self, bundle: Bundle) -> Iterator[tuple[Tile, bytes]]:
        """Add a bundle; every hash tile that it fills."""
        self._mark()
        for leaf in bundle.leaves:
            self._frontier.append(leaf)
            self._mark()
        self.size = self._frontier.size
        for place, entry in enumerate(bundle.entries or ()):
            self._look_for_policy(bundle.n * TILE_WIDTH + place, entry)
        new, level, first = bundle.leaves, 0, bundle.n
        while new:
            if level == len(self._rows):
                self._rows.append([])
            self._rows[level] += new
            if len(self._rows[level]) < TILE_WIDTH:
                return
            content = b"".join(self._rows[level])
            yield Tile(level, first), content
            self._rows[level] = []
            new, level, first = [tiles.parent_hash(content)], level + 1, first // TILE_WIDTH

    def edge(self) -> Iterator[tuple[Tile, bytes]]:
        """The partial tiles at the end."""
        for level, row in enumerate(self._rows):
            if row:
                yield Tile(level, (self.size >> 8 * level) // TILE_WIDTH, len(row)), b"".join(row)

    def root(self) -> bytes:
        """The root over all that was taken."""
        return self._frontier.root()

    def policy_at(self, size: int) -> Policy | None:
        """The policy in force at a size, None if there is none that can be read."""
        texts = [text for index, text in self.policies if index < size]
        try:
            return Policy.parse(texts[-1].encode()) if texts else None
        except PolicyError:
            return None

    def _mark(self) -> None:
        if self._frontier.size in self.marks:
            self.roots[self._frontier.size] = self._frontier.root()

    def _look_for_policy(self, index: int, entry: bytes) -> None:
        if b'"type":"log.' not in entry:
            return
        try:
            line = lines.parse(note.parse(entry).text)
        except (LineError, NoteError):
            return
        if line.type in _POLICY_TYPES and isinstance(line.data.get("policy"), str):
            self.policies.append((index, line.data["policy"]))


class Examination:
    """Compares one log's files with what its entries give; `findings` grow as it goes."""

    def __init__(self, files: TileFiles, *, signed: bytes | None = None) -> None:
        """`signed` is what the signer remembers, if that is known."""
        self.findings: list[Finding] = []
        self._files = files
        self._read = files.target.read
        self._notes = {path: content for path in (CHECKPOINT, PENDING) if (content := self._read(path)) is not None}
        for path in files.target.paths(HISTORY):
            self._notes[path] = self._read(path) or b""
        self._heads = {path: head for path, content in self._notes.items() if (head := self._head(path, content))}
        self._signed = None if signed is None else self._head("signer", signed)
        marks = {head.size for head in self._heads.values()} | ({self._signed.size} if self._signed else set())
        self.rebuilt = Rebuilt(frozenset(marks))
        self._widths = self._listed()

    @property
    def published(self) -> Checkpoint | None:
        """The published checkpoint as its text says, unjudged."""
        return self._heads.get(CHECKPOINT)

    @property
    def size(self) -> int:
        """How many entries the files should hold."""
        return max((head.size for path, head in self._heads.items() if path in (CHECKPOINT, PENDING)), default=0)

    def add(self, code: str, where: str, detail: str = "") -> None:
        """One more finding."""
        self.findings.append(Finding(code, where, detail))

    def take(self, bundle: Bundle) -> Iterator[tuple[Tile, bytes]]:
        """Compare the files of a bundle, and those of every tile that it fills; the tiles, for further comparison."""
        if bundle.entries is not None:
            self._compare_bundle(bundle)
        for tile, content in self.rebuilt.take(bundle):
            self._compare(tile, content)
            yield tile, content

    def finish(self) -> Iterator[tuple[Tile, bytes]]:
        """Compare the right edge, then every checkpoint; the tiles of the edge."""
        for tile, content in self.rebuilt.edge():
            self._compare(tile, content)
            yield tile, content
        for (level, n), widths in sorted(self._widths.items()):
            for width in sorted(widths):
                self.add("file.beyond", path_of(Tile(level, n, width)), f"{self.rebuilt.size}")
        for path, head in self._heads.items():
            self._judge(path, head, self._notes[path])
        if self._signed is not None:
            self._compare_root("signer", self._signed)
            if self.size > self._signed.size:
                self.add("signer.behind", "signer", f"{self._signed.size} < {self.size}")
        self._compare_policy()

    # Files of tiles.

    def _listed(self) -> dict[tuple[int, int], set[int]]:
        """The widths in which each tile lies there."""
        widths: dict[tuple[int, int], set[int]] = defaultdict(set)
        for path in self._files.target.paths(TILES):
            try:
                tile = tiles.parse_path(path)
            except TileError:
                self.add("file.unexpected", path)
            else:
                widths[tile.level, tile.n].add(tile.width)
        return widths

    def _compare_bundle(self, bundle: Bundle) -> None:
        entries = bundle.entries or []
        for width in self._present(Tile(ENTRIES_LEVEL, bundle.n, len(entries))):
            path = path_of(Tile(ENTRIES_LEVEL, bundle.n, width))
            self._compare_bytes(path, tiles.encode_bundle(entries[:width]))

    def _compare(self, tile: Tile, content: bytes) -> None:
        for width in self._present(tile):
            self._compare_bytes(path_of(tile._replace(width=width)), content[: 32 * width])

    def _present(self, tile: Tile) -> list[int]:
        """The widths in which a tile lies there and can be compared. What is missing or too wide is a finding."""
        there = self._widths.pop((tile.level, tile.n), set())
        for head in {self._heads[path].size for path in (CHECKPOINT, PENDING) if path in self._heads}:
            needed = tiles.width_at(max(tile.level, 0), tile.n, size=head)
            if 0 < needed <= tile.width and not there & {needed, TILE_WIDTH}:
                self.add("file.missing", path_of(tile._replace(width=needed)))
        for width in sorted(there):
            if width > tile.width:
                self.add("file.beyond", path_of(tile._replace(width=width)), f"{self.rebuilt.size}")
        return sorted(width for width in there if width <= tile.width)

    def _compare_bytes(self, path: str, expected: bytes) -> None:
        found = self._read(path)
        if found != expected:
            self.add("file.differs", path, _first_difference(found or b"", expected))

    # Checkpoints.

    def _head(self, where: str, signed: bytes) -> Checkpoint | None:
        try:
            return parse_text(note.parse(signed).text)
        except NoteError as error:
            self.add("checkpoint.unreadable", where, str(error))
            return None

    def _judge(self, path: str, head: Checkpoint, signed: bytes) -> None:
        self._compare_root(path, head)
        if path.startswith(f"{HISTORY}/") and path != f"{HISTORY}/{head.size}":
            self.add("checkpoint.misplaced", path, f"{head.size}")
        policy = self.rebuilt.policy_at(head.size)
        if policy is None:
            self.add("checkpoint.no_policy", path)
            return
        try:
            checked = policy.check(signed)
        except NoteError as error:
            self.add("checkpoint.signature", path, str(error))
            return
        if path != PENDING and not checked.satisfied:
            self.add("checkpoint.quorum", path, "; ".join(checked.reasons))

    def _compare_root(self, where: str, head: Checkpoint) -> None:
        root = self.rebuilt.roots.get(head.size)
        if root is None:
            self.add("checkpoint.beyond", where, f"{head.size} > {self.rebuilt.size}")
        elif root != head.root:
            self.add("checkpoint.root", where, f"{head.size}: {head.root.hex()}, {root.hex()}")

    def _compare_policy(self) -> None:
        if self.published is not None:
            policy, text = self.rebuilt.policy_at(self.published.size), self._read(POLICY)
            if policy is not None and text != bytes(policy):
                self.add("policy.differs", POLICY)


def bundles_of_files(files: TileFiles, *, size: int, examination: Examination) -> Iterator[Bundle]:
    """The published bundles. One that cannot be read is a finding, and its hashes come from the tile beside it."""
    for n in range(-(-size // TILE_WIDTH)):
        width = min(TILE_WIDTH, size - n * TILE_WIDTH)
        try:
            entries = files.bundle(n, width)
            yield Bundle(n, [leaf_hash(entry) for entry in entries], entries)
        except IntegrityError as error:
            examination.add("bundle.unreadable", path_of(Tile(ENTRIES_LEVEL, n, width)), str(error))
            try:
                yield Bundle(n, tiles.split_tile(files.tile(0, n, width), width=width), None)
            except IntegrityError as gone:
                examination.add("entries.gap", f"{n * TILE_WIDTH}", str(gone))
                return


def bundles_of_entries(
    entries: Iterator[tuple[int, bytes]], *, examination: Examination, progress: Progress, size: int
) -> Iterator[Bundle]:
    """Entries in bundles of 256. A gap is a finding, and the end."""
    gathered: list[bytes] = []
    expected = 0
    for index, entry in entries:
        if index != expected:
            examination.add("entries.gap", f"{expected}", f"{index}")
            break
        gathered.append(entry)
        expected += 1
        if len(gathered) == TILE_WIDTH:
            yield Bundle(index // TILE_WIDTH, [leaf_hash(one) for one in gathered], gathered)
            progress(expected, size)
            gathered = []
    if gathered:
        yield Bundle(expected // TILE_WIDTH, [leaf_hash(one) for one in gathered], gathered)


def _first_difference(found: bytes, expected: bytes) -> str:
    """Where two contents part, as `byte 17 of 8192 (8192)`."""
    pairs: Mapping[int, tuple[int, int]] = dict(enumerate(zip(found, expected, strict=False)))
    at = next((at for at, (one, other) in pairs.items() if one != other), min(len(found), len(expected)))
    return f"byte {at} of {len(found)} ({len(expected)})"
