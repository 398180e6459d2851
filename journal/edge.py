"""The right edge of the tree: the hashes of its last, unfinished tiles, which is all that growing it needs.

A batch of leaves makes a new edge, the roots of the tiles that it filled, and a reader of every node that a proof
about the batch can ask for. Nothing is written here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from journal import merkle
from journal.tiles import TILE_HEIGHT, TILE_WIDTH


@dataclass(frozen=True, slots=True)
class TileRoot:
    """The root of a full tile: the node at `index` among the hashes of tile level `level`."""

    level: int
    index: int
    hash: bytes


class NodeNotAtEdge(LookupError):
    """The node lies left of what the edge holds; it must be read from storage."""


@dataclass(frozen=True)
class Edge:
    """The tree of `size` leaves, seen from its right: `levels[L]` holds its nodes of level L from `starts[L]` on.

    A level is one of the tree, not of the tiles: there are eight to a tile.
    """

    size: int
    levels: tuple[Sequence[bytes], ...] = ()
    starts: tuple[int, ...] = ()

    @classmethod
    def of_tiles(cls, size: int, rows: Sequence[Sequence[bytes]]) -> Self:
        """The edge of a tree of `size` leaves; `rows[L]` begins with the hashes of the unfinished tile of tile level L.

        A row that is shorter than the tile makes an edge that lacks nodes.
        """
        levels: list[list[bytes]] = []
        starts: list[int] = []
        for tile_level, row in enumerate(rows):
            count = size >> tile_level * TILE_HEIGHT
            start, nodes = count - count % TILE_WIDTH, list(row[: count % TILE_WIDTH])
            for _ in range(TILE_HEIGHT):
                levels.append(nodes)
                starts.append(start)
                start, nodes = start // 2, _parents(nodes)
        return cls(size, tuple(levels), tuple(starts))

    def node(self, level: int, index: int) -> bytes:
        """A `merkle.NodeReader`. Raises NodeNotAtEdge for a node that the edge does not hold."""
        if level < len(self.levels):
            place = index - self.starts[level]
            if 0 <= place < len(self.levels[level]):
                return self.levels[level][place]
        raise NodeNotAtEdge((level, index))

    def root(self) -> bytes:
        """The root over all `size` leaves."""
        return merkle.subtree_root(self.node, size=self.size)

    def grown(self, leaves: Sequence[bytes]) -> tuple["Edge", list[TileRoot]]:
        """The edge after appending `leaves`, still holding every tile they touched, and the tiles they filled."""
        trimmed = self.trimmed()
        levels, starts = list(map(list, trimmed.levels)), list(trimmed.starts)
        filled: list[TileRoot] = []
        new, level = list(leaves), 0
        while new:
            if level == len(levels):
                levels.append([])
                starts.append(0)
            nodes = levels[level]
            # A last one without a neighbour has waited for the first of these.
            paired = len(nodes) // 2 * 2
            nodes.extend(new)
            new, level = _parents(nodes[paired:]), level + 1
            if level % TILE_HEIGHT == 0 and new:
                first = starts[level - 1] // 2 + paired // 2
                filled += [TileRoot(level // TILE_HEIGHT, first + number, root) for number, root in enumerate(new)]
        return Edge(self.size + len(leaves), tuple(levels), tuple(starts)), filled

    def trimmed(self) -> "Edge":
        """The same edge without the tiles that are full."""
        if all(len(nodes) < TILE_WIDTH for nodes in self.levels[::TILE_HEIGHT]):
            return self
        levels: list[Sequence[bytes]] = []
        starts: list[int] = []
        for level, (nodes, start) in enumerate(zip(self.levels, self.starts, strict=True)):
            # A full tile's nodes go together: 256 of its lowest level, 128 of the next, and so on.
            width = TILE_WIDTH >> level % TILE_HEIGHT
            tiles = (self.size >> level) // width * width
            cut = max(0, tiles - start)
            levels.append(nodes[cut:] if cut else nodes)
            starts.append(start + cut)
        return Edge(self.size, tuple(levels), tuple(starts))


def _parents(nodes: Sequence[bytes]) -> list[bytes]:
    """The nodes above pairs of neighbours, the first of which is a left one."""
    return [sha256(b"\x01" + left + right).digest() for left, right in zip(nodes[::2], nodes[1::2], strict=False)]
