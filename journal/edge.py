"""The right edge of the tree: the hashes of its last, unfinished tiles, which is all that growing it needs.

A batch of leaves makes a new edge, the roots of the tiles that it filled, and a reader of every node that a proof
about the batch can ask for. Nothing is written here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

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
    """The tree of `size` leaves, seen from its right: `rows[L]` holds hashes of tile level L from `starts[L]` on."""

    size: int
    rows: tuple[tuple[bytes, ...], ...] = ()
    starts: tuple[int, ...] = ()
    _known: dict[tuple[int, int], bytes] = field(default_factory=dict, repr=False, compare=False)

    def node(self, level: int, index: int) -> bytes:
        """A `merkle.NodeReader`. Raises NodeNotAtEdge for a node that the edge does not hold."""
        known = self._known.get((level, index))
        if known is not None:
            return known
        row, height = divmod(level, TILE_HEIGHT)
        first = (index << height) - self.starts[row] if row < len(self.rows) else -1
        if first < 0 or first + (1 << height) > len(self.rows[row]):
            raise NodeNotAtEdge((level, index))
        if height == 0:
            return self.rows[row][first]
        root = merkle.node_hash(self.node(level - 1, 2 * index), self.node(level - 1, 2 * index + 1))
        self._known[level, index] = root
        return root

    def root(self) -> bytes:
        """The root over all `size` leaves."""
        return merkle.subtree_root(self.node, size=self.size)

    def grown(self, leaves: Sequence[bytes]) -> tuple["Edge", list[TileRoot]]:
        """The edge after appending `leaves`, still holding every tile they touched, and the tiles they filled."""
        trimmed = self.trimmed()
        rows, starts = [list(row) for row in trimmed.rows], list(trimmed.starts)
        filled: list[TileRoot] = []
        new, level = list(leaves), 0
        while new:
            if level == len(rows):
                rows.append([])
                starts.append(0)
            rows[level].extend(new)
            first = starts[level] // TILE_WIDTH
            new = [
                merkle.root_of(rows[level][begin : begin + TILE_WIDTH])
                for begin in range(0, len(rows[level]) - TILE_WIDTH + 1, TILE_WIDTH)
            ]
            level += 1
            filled.extend(TileRoot(level, first + number, root) for number, root in enumerate(new))
        return Edge(self.size + len(leaves), tuple(map(tuple, rows)), tuple(starts), trimmed._known), filled

    def trimmed(self) -> "Edge":
        """The same edge without the tiles that are full.

        Nodes that were hashed stay known, in a copy: what one attempt to grow adds is none of another's business.
        """
        full = [len(row) - len(row) % TILE_WIDTH for row in self.rows]
        return Edge(
            self.size,
            tuple(row[cut:] for row, cut in zip(self.rows, full, strict=True)),
            tuple(start + cut for start, cut in zip(self.starts, full, strict=True)),
            {} if any(full) else dict(self._known),
        )
