"""The hash tree over the entries of a package, kept as one hash a bundle, so that a million entries fit in a hand.

What must not be broken: a root or a proof for any size comes from the bytes that were read, never from a tile or a
list that somebody wrote. Leaves inside a bundle are read again when they are asked for.
"""

from collections.abc import Callable

from journal import merkle
from journal.merkle import HASH_BYTES
from journal.tiles import TILE_HEIGHT, TILE_WIDTH

ReadLeaves = Callable[[int], bytes]
"""Bundle number -> the leaf hashes of its entries, one after another."""


class Tree:
    """Grows bundle by bundle. `read_leaves` gives the leaf hashes of a bundle that was added."""

    def __init__(self, read_leaves: ReadLeaves) -> None:
        self._read_leaves = read_leaves
        self._roots = bytearray()  # of whole bundles
        self._tail = b""  # the leaf hashes of a last bundle that is not whole
        self._loaded: tuple[int, bytes] = (-1, b"")

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self._roots) // HASH_BYTES * TILE_WIDTH + len(self._tail) // HASH_BYTES

    def add(self, leaves: bytes) -> None:
        """Add the leaf hashes of the next bundle. Raises ValueError after one that was not whole."""
        if self._tail:
            raise ValueError("no bundle follows one that is not whole")
        if len(leaves) == TILE_WIDTH * HASH_BYTES:
            self._roots += merkle.root_of(_split(leaves))
        else:
            self._tail = leaves

    def root(self, size: int) -> bytes:
        """The root over the first `size` leaves. Raises ValueError beyond the last."""
        if size > self.size:
            raise ValueError(f"there are only {self.size} leaves")
        return merkle.subtree_root(self._node, size=size)

    def proof(self, index: int) -> list[bytes]:
        """The inclusion proof of a leaf in the whole tree, the leaf's sibling first."""
        return merkle.inclusion_proof(self._node, index=index, size=self.size)

    def _node(self, level: int, index: int) -> bytes:
        """The root over the leaves [index * 2^level, (index + 1) * 2^level)."""
        if level >= TILE_HEIGHT:
            count = 1 << (level - TILE_HEIGHT)
            begin = index * count * HASH_BYTES
            return merkle.root_of(_split(bytes(self._roots[begin : begin + count * HASH_BYTES])))
        bundle, place = divmod(index << level, TILE_WIDTH)
        leaves = self._leaves(bundle)[place * HASH_BYTES : (place + (1 << level)) * HASH_BYTES]
        return merkle.root_of(_split(leaves))

    def _leaves(self, bundle: int) -> bytes:
        if bundle * HASH_BYTES == len(self._roots):
            return self._tail
        if self._loaded[0] != bundle:
            self._loaded = bundle, self._read_leaves(bundle)
        return self._loaded[1]


def _split(hashes: bytes) -> list[bytes]:
    return [hashes[i : i + HASH_BYTES] for i in range(0, len(hashes), HASH_BYTES)]
