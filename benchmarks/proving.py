"""Proofs: how long one takes and how large it is, from a thousand entries to ten million; it grows with the logarithm.

The tree is a made-up one: its leaves are hashes of their numbers, its full tiles are kept as the journal keeps them.
"""

import random
import time
from dataclasses import dataclass
from hashlib import sha256

from journal.merkle import inclusion_proof, root_of, subtree_root, verify_inclusion
from journal.paths import Paths
from journal.tiles import TILE_WIDTH, TileNodeReader

SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
PROOFS = 300


@dataclass(frozen=True)
class Proved:
    """For a tree of `size`: microseconds for one proof, hashes in its path, bytes of the path as text."""

    size: int
    proof_us: float
    hashes: int
    text_bytes: int


def measure(_superuser_dsn: str, *, largest: int) -> list[Proved]:
    """Proofs of entries drawn at random, in trees up to the largest; each proof is verified."""
    tiles = grown(largest)
    return [_of_size(tiles, size) for size in SIZES if size <= largest]


def leaf(index: int) -> bytes:
    """The made-up leaf at an index."""
    return sha256(b"%d" % index).digest()


def grown(size: int) -> dict[tuple[int, int], bytes]:
    """The roots of full tiles at every level above the leaves: (level, index) -> hash, as `journal.tree` holds them."""
    tiles: dict[tuple[int, int], bytes] = {}
    for number in range(size // TILE_WIDTH):
        tiles[1, number] = root_of([leaf(index) for index in range(number * TILE_WIDTH, (number + 1) * TILE_WIDTH)])
    level, count = 1, size // TILE_WIDTH
    while count := count // TILE_WIDTH:
        for number in range(count):
            first = number * TILE_WIDTH
            tiles[level + 1, number] = root_of([tiles[level, index] for index in range(first, first + TILE_WIDTH)])
        level += 1
    return tiles


def _of_size(tiles: dict[tuple[int, int], bytes], size: int) -> Proved:
    def read_tile(level: int, number: int, width: int) -> bytes:
        indexes = range(number * TILE_WIDTH, number * TILE_WIDTH + width)
        return b"".join(leaf(index) if level == 0 else tiles[level, index] for index in indexes)

    root = subtree_root(TileNodeReader(read_tile, size), size=size)
    drawn = random.Random(size).sample(range(size), PROOFS)
    begun = time.perf_counter()
    texts = [Paths(TileNodeReader(read_tile, size), size=size).text(index) for index in drawn]
    taken = time.perf_counter() - begun
    path = inclusion_proof(TileNodeReader(read_tile, size), index=drawn[0], size=size)
    verify_inclusion(index=drawn[0], size=size, leaf=leaf(drawn[0]), path=path, root=root)
    return Proved(size, taken / PROOFS * 1e6, max(text.count(b"\n") for text in texts), max(map(len, texts)))
