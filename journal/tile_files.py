"""The published log as files: anybody may copy the folder and check it, with no server and no database of ours.

What must not be broken: a tile, once written, is never replaced by other bytes. A checkpoint is published only when
every tile of its size lies there, cut from the entries themselves and led up to the root that the log signed.

Source: C2SP tlog-tiles. `checkpoint` is what is published; `pending` is signed, but not yet cosigned by the quorum;
`policy` is the tlog-policy that judges the checkpoint; `checkpoints/<size>` are those kept of earlier days; `observed`
is what the log has seen of itself (`journal.observed`).
"""

from collections.abc import Iterator
from typing import Final, Protocol

from journal import merkle, tiles
from journal.checkpoint import Checkpoint
from journal.errors import IntegrityError
from journal.merkle import HASH_BYTES, NodeReader
from journal.targets import Target
from journal.tiles import ENTRIES_LEVEL, TILE_HEIGHT, TILE_WIDTH, Tile, TileError, TileNodeReader

CHECKPOINT: Final = "checkpoint"
PENDING: Final = "pending"
POLICY: Final = "policy"
OBSERVED: Final = "observed"
HISTORY: Final = "checkpoints"
TILES: Final = "tile"


class Source(Protocol):
    """The entries and the hashes that the log's tiles are cut from: `journal.store.Store`, or entry bundles."""

    def entries(self, start: int, *, stop: int | None = None) -> Iterator[tuple[int, bytes]]:
        """(log index, entry) from index `start` on, up to but without `stop`."""

    def nodes(self, size: int) -> NodeReader:
        """The nodes of the tree of that size."""


def path_of(tile: Tile) -> str:
    """The path of a hash tile or of an entry bundle."""
    return tiles.entries_path(*tile[1:]) if tile.level == ENTRIES_LEVEL else tiles.tile_path(*tile)


class TileFiles:
    """The tiles and entry bundles of one log in a target."""

    def __init__(self, target: Target) -> None:
        self.target = target

    def put(self, path: str, content: bytes) -> None:
        """Write a file that never changes. Raises IntegrityError if other bytes lie there, before or afterwards."""
        found = self.target.read(path)
        if found is None:
            self.target.write(path, content)
            found = self.target.read(path)
        if found != content:
            raise IntegrityError(f"the published file {path} is not what the journal gives; it is left as it is")

    def tile(self, level: int, n: int, width: int) -> bytes:
        """A `tiles.ReadTile`: the hashes of a tile, out of the full one if the partial one is gone."""
        for wide in dict.fromkeys((width, TILE_WIDTH)):
            found = self.target.read(tiles.tile_path(level, n, wide))
            if found is not None and len(found) == wide * HASH_BYTES:
                return found[: width * HASH_BYTES]
        raise IntegrityError(f"the published tile {tiles.tile_path(level, n, width)} is missing or of a wrong length")

    def bundle(self, n: int, width: int) -> list[bytes]:
        """The first `width` entries of a bundle, out of the full one if the partial one is gone."""
        for wide in dict.fromkeys((width, TILE_WIDTH)):
            found = self.target.read(tiles.entries_path(n, wide))
            if found is not None:
                try:
                    return tiles.decode_bundle(found, width=wide)[:width]
                except TileError as error:
                    raise IntegrityError(f"the published bundle {tiles.entries_path(n, wide)}: {error}") from error
        raise IntegrityError(f"the published bundle {tiles.entries_path(n, width)} is missing")

    def nodes(self, size: int) -> TileNodeReader:
        """The nodes of the tree of that size. What is led up from them has to be compared with a checkpoint."""
        return TileNodeReader(self.tile, size)

    def entries(self, start: int, *, stop: int | None = None) -> Iterator[tuple[int, bytes]]:
        """(log index, entry) of the bundles, as `Source.entries`; `stop` is needed, as nothing else says the end."""
        for n in range(start // TILE_WIDTH, -(-(stop or 0) // TILE_WIDTH)):
            first = n * TILE_WIDTH
            for index, entry in enumerate(self.bundle(n, min(TILE_WIDTH, (stop or 0) - first)), start=first):
                if index >= start:
                    yield index, entry

    def sweep(self, *, size: int, since: int | None = None) -> None:
        """Remove partial tiles whose full tile the tree of that size has, and which therefore lies there.

        With `since`, only of tiles that a tree of that size had not in full.
        """
        for path in self.target.paths(TILES) if since is None else self._partial_since(since, size):
            tile = tiles.parse_path(path)
            full = tiles.width_at(max(tile.level, 0), tile.n, size=size) == TILE_WIDTH
            if tile.width < TILE_WIDTH and full:
                self.target.remove(path)

    def _partial_since(self, old_size: int, size: int) -> Iterator[str]:
        for tile in tiles.new_tiles(old_size, size):
            if tile.width == TILE_WIDTH:
                yield from self.target.paths(f"{path_of(tile)}.p")
                if tile.level == 0:
                    yield from self.target.paths(f"{path_of(tile._replace(level=ENTRIES_LEVEL))}.p")


def publish_tiles(files: TileFiles, source: Source, *, old_size: int, head: Checkpoint) -> None:
    """Write what the tree of `head` has and that of `old_size` had not, from the entries.

    Everything is hashed and led up to the root before the first byte is written: a fault of memory or storage must
    not become a file that can never be changed. Raises IntegrityError where it does not lead to the head's root.
    """
    try:
        cut = cut_tiles(source, old_size=old_size, new_size=head.size)
        root = merkle.subtree_root(_above(cut, source, head.size), size=head.size)
    except TileError as error:
        raise IntegrityError(f"the stored tree has no tiles for size {head.size}: {error}") from error
    if root != head.root:
        raise IntegrityError(f"the entries do not give the root that was signed for size {head.size}")
    for tile in list(cut):
        if tile.level == 0:
            entries = _bundle(source, tile)
            if tiles.leaf_tile(entries) != cut[tile]:
                raise IntegrityError(f"the entries of bundle {tile.n} were read differently a second time")
            files.put(path_of(tile._replace(level=ENTRIES_LEVEL)), tiles.encode_bundle(entries))
    for tile, content in cut.items():
        files.put(path_of(tile), content)


def cut_tiles(source: Source, *, old_size: int, new_size: int) -> dict[Tile, bytes]:
    """The new hash tiles between two sizes: leaves hashed from the entries, each level from the one below."""
    cut: dict[Tile, bytes] = {}
    nodes = source.nodes(new_size)
    for tile in tiles.new_tiles(old_size, new_size):
        if tile.level == 0:
            cut[tile] = tiles.leaf_tile(_bundle(source, tile))
            continue
        first, hashes = tile.n * TILE_WIDTH, []
        for index in range(first, first + tile.width):
            below = cut.get(Tile(tile.level - 1, index))
            hashes.append(tiles.parent_hash(below) if below else nodes(TILE_HEIGHT * tile.level, index))
        cut[tile] = b"".join(hashes)
    return cut


def _bundle(source: Source, tile: Tile) -> list[bytes]:
    first = tile.n * TILE_WIDTH
    found = list(source.entries(first, stop=first + tile.width))
    if [index for index, _ in found] != list(range(first, first + tile.width)):
        raise IntegrityError(f"of the entries {first} to {first + tile.width - 1}, only {len(found)} are there")
    return [entry for _, entry in found]


def _above(cut: dict[Tile, bytes], source: Source, size: int) -> NodeReader:
    """Nodes out of the tiles just cut, and only where none was cut out of the source."""
    stored = source.nodes(size)

    def read_tile(level: int, n: int, width: int) -> bytes:
        found = cut.get(Tile(level, n, width))
        return tiles.tile_hashes(stored, Tile(level, n, width)) if found is None else found

    return TileNodeReader(read_tile, size)
