"""Paths from entries to one signed head. Neighbours share most of their way, and here it is walked once."""

from binascii import b2a_base64

from journal.merkle import NodeReader, range_root


class Paths:
    """The text of the path from any leaf of a tree to its root, a line for each hash, the leaf's sibling first.

    Safe to share among threads: two that walk the same way at once find the same.
    """

    __slots__ = ("_read", "_walked", "size")

    def __init__(self, read: NodeReader, *, size: int) -> None:
        self.size = size
        self._read = read
        self._walked: dict[tuple[int, int], bytes] = {}

    def text(self, index: int) -> bytes:
        """The inclusion path (RFC 6962, 2.1.1) as a proof file holds it."""
        if not 0 <= index < self.size:
            raise ValueError(f"leaf {index} is not in a tree of {self.size} leaves")
        return self._from(0, index, self.size - 1)

    def _from(self, level: int, node: int, last: int) -> bytes:
        """The lines from a node on; `last` is the node of its level that the last leaf stands under."""
        if last == 0:
            return b""
        above = self._walked.get((level, node >> 1))  # what a node shares with its sibling
        if above is None:
            above = self._walked[level, node >> 1] = self._from(level + 1, node >> 1, last >> 1)
        sibling = node ^ 1
        if (sibling + 1) << level <= self.size:
            return b2a_base64(self._read(level, sibling)) + above
        if sibling <= last:  # the right edge: not a whole subtree
            return b2a_base64(range_root(self._read, sibling << level, self.size)) + above
        return above
