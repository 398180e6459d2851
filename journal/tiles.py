"""Tiles: the published log cut into small files that never change, which anyone can fetch, keep and check.

What must not be broken: nothing read from a tile is true because a tile says so. A reader of proofs verifies
them against a checkpoint, and an auditor rebuilds every tile from the entries (elsewhere tiles went
unchecked: CVE-2026-56865).

Source: C2SP tlog-tiles. Tile (L, N) holds at place i the root over the leaves (N*256+i) * 256^L up to, not
including, (N*256+i+1) * 256^L; bundle N holds the entries whose hashes stand in tile (0, N).
"""

import re
import struct
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from journal import merkle
from journal.merkle import HASH_BYTES

TILE_WIDTH: Final = 256
TILE_HEIGHT: Final = 8  # 2^8 = TILE_WIDTH
LEVEL_MAX: Final = 63
ENTRIES_LEVEL: Final = -1  # the level that stands for an entry bundle, below the leaf hashes
ENTRY_BYTES_MAX: Final = 0xFFFF

_PATH: Final = re.compile(r"tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([0-9]{1,3}))?")

ReadTile = Callable[[int, int, int], bytes]
"""(level, n, width) -> the tile's bytes, `width` * 32 of them."""


class TileError(ValueError):
    """A tile, bundle or path is not as tlog-tiles says; the message says where."""


class Tile(NamedTuple):
    """The address of one file: level (ENTRIES_LEVEL for a bundle), number in the level, width 1 to 256."""

    level: int
    n: int
    width: int = TILE_WIDTH


def tile_path(level: int, n: int, width: int = TILE_WIDTH) -> str:
    """The path of a hash tile, as `tile/0/x001/x234/067` or, partial, `tile/0/273.p/112`."""
    if not 0 <= level <= LEVEL_MAX:
        raise TileError(f"a tile level is between 0 and {LEVEL_MAX}, not {level}")
    return _path(str(level), n, width)


def entries_path(n: int, width: int = TILE_WIDTH) -> str:
    """The path of an entry bundle, as `tile/entries/x001/x234/067`."""
    return _path("entries", n, width)


def _path(level: str, n: int, width: int) -> str:
    if n < 0 or not 1 <= width <= TILE_WIDTH:
        raise TileError(f"no tile has the number {n} and the width {width}")
    last = f"{n % 1000:03}"
    while n := n // 1000:
        last = f"x{n % 1000:03}/{last}"
    return f"tile/{level}/{last}" + (f".p/{width}" if width < TILE_WIDTH else "")


def parse_path(path: str) -> Tile:
    """The tile or bundle at a path (no leading slash). Raises TileError unless it is that file's one path."""
    match = _PATH.fullmatch(path)
    if match is None:
        raise TileError(f"not a tile path: {path[:80]!r}")
    level = ENTRIES_LEVEL if match[1] == "entries" else int(match[1])
    tile = Tile(level, int(re.sub(r"[x/]", "", match[2])), TILE_WIDTH if match[3] is None else int(match[3]))
    # Two paths for one file would be two cache entries and two things to check: only the canonical one is
    # served.
    if (entries_path(*tile[1:]) if level == ENTRIES_LEVEL else tile_path(*tile)) != path:
        raise TileError(f"not the canonical form of a tile path: {path!r}")
    return tile


def width_at(level: int, n: int, *, size: int) -> int:
    """How many hashes tile (`level`, `n`) of a tree holds: 256, fewer at the right edge, 0 beyond."""
    return max(0, min(TILE_WIDTH, (size >> TILE_HEIGHT * level) - n * TILE_WIDTH))


def tiles_for_size(size: int) -> Iterator[Tile]:
    """All hash tiles of a tree, level by level. Its bundles have the numbers and widths of level 0."""
    return new_tiles(0, size)


def new_tiles(old_size: int, new_size: int) -> Iterator[Tile]:
    """The hash tiles that a tree has at `new_size` and had not at `old_size`, in the order to write them."""
    if not 0 <= old_size <= new_size:
        raise TileError(f"a tree does not grow from {old_size} to {new_size} leaves")
    level = 0
    while new := new_size >> TILE_HEIGHT * level:
        old = old_size >> TILE_HEIGHT * level
        for n in range(old // TILE_WIDTH, -(-new // TILE_WIDTH) if new > old else 0):
            yield Tile(level, n, min(TILE_WIDTH, new - n * TILE_WIDTH))
        level += 1


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """1 to 256 entries, each behind its uint16 big-endian length. Raises TileError over 65,535 bytes."""
    if not 1 <= len(entries) <= TILE_WIDTH:
        raise TileError(f"a bundle holds 1 to {TILE_WIDTH} entries, not {len(entries)}")
    for place, entry in enumerate(entries):
        if len(entry) > ENTRY_BYTES_MAX:
            raise TileError(f"entry {place} has {len(entry)} bytes, more than {ENTRY_BYTES_MAX}")
    return b"".join(part for entry in entries for part in (struct.pack(">H", len(entry)), entry))


def decode_bundle(data: bytes, *, width: int | None = None) -> list[bytes]:
    """The entries of a bundle, in order. Raises TileError with the byte offset of the first fault.

    With `width`, the bundle must hold exactly so many entries.
    """
    entries: list[bytes] = []
    offset = 0
    while offset < len(data):
        if len(entries) == TILE_WIDTH:
            raise TileError(f"more than {TILE_WIDTH} entries: at byte {offset} the bundle should end")
        begin = offset + 2
        end = begin + int.from_bytes(data[offset:begin], "big")
        if end > len(data):
            raise TileError(f"entry {len(entries)} at byte {offset} is cut off: the bundle ends at byte {len(data)}")
        entries.append(data[begin:end])
        offset = end
    if not entries or (width is not None and len(entries) != width):
        raise TileError(f"the bundle holds {len(entries)} entries, not {'at least one' if width is None else width}")
    return entries


def leaf_tile(entries: Sequence[bytes]) -> bytes:
    """The level-0 tile that belongs to a bundle of these entries."""
    return b"".join(map(merkle.leaf_hash, entries))


def tile_hashes(read: merkle.NodeReader, tile: Tile) -> bytes:
    """The bytes of a hash tile, from a reader of the tree that it is cut out of."""
    first, level = tile.n * TILE_WIDTH, TILE_HEIGHT * tile.level
    return b"".join(read(level, first + place) for place in range(tile.width))


def split_tile(data: bytes, *, width: int = TILE_WIDTH) -> list[bytes]:
    """The hashes of a tile of that width. Raises TileError if the length does not fit."""
    if not 1 <= width <= TILE_WIDTH or len(data) != width * HASH_BYTES:
        raise TileError(f"a tile of width {width} has {width * HASH_BYTES} bytes, not {len(data)}")
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def parent_hash(full_tile: bytes) -> bytes:
    """The one hash by which a full tile stands in the tile above it."""
    return merkle.root_of(split_tile(full_tile))


class TileNodeReader:
    """Reads the nodes of a tree of `size` leaves out of its tiles: a `merkle.NodeReader`.

    Each tile is read once and kept, so make a reader for a request or a package, not for a process. What it
    returns is unverified until a proof built from it has been verified against a checkpoint; a right root alone
    says nothing of the tiles below a full one, as they were not read for it.
    """

    def __init__(self, read_tile: ReadTile, size: int) -> None:
        self._read_tile = read_tile
        self._size = size
        self._tiles: dict[Tile, list[bytes]] = {}

    def __call__(self, level: int, index: int) -> bytes:
        """The hash of the perfect subtree over the leaves [index * 2^level, (index + 1) * 2^level)."""
        if level < 0 or index < 0 or (index + 1) << level > self._size:
            raise TileError(f"node {index} at level {level} is not inside a tree of {self._size} leaves")
        tile_level, height = divmod(level, TILE_HEIGHT)
        n, first = divmod(index << height, TILE_WIDTH)
        return merkle.root_of(self._hashes(tile_level, n)[first : first + (1 << height)])

    def _hashes(self, level: int, n: int) -> list[bytes]:
        tile = Tile(level, n, width_at(level, n, size=self._size))
        if tile not in self._tiles:
            self._tiles[tile] = split_tile(self._read_tile(*tile), width=tile.width)
        return self._tiles[tile]
