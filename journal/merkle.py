"""The hash tree: one fingerprint for the whole book; short proofs that it holds a page, or only grew.

What must not be broken: leaves and inner nodes are hashed under different first bytes, so that no page can
pass for a branch; and a proof is believed only against the size and root of a verified checkpoint.

Source: RFC 6962 section 2.1 for the tree and the proofs, RFC 9162 sections 2.1.3.2 and 2.1.4.2 for the
verifiers. The names `fn`, `sn`, `fr`, `sr` below are those of RFC 9162, to be followed with a finger. Every
hash is 32 bytes.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Self

HASH_BYTES: Final = 32
PATH_MAX: Final = 63
EMPTY_ROOT: Final = sha256(b"").digest()

NodeReader = Callable[[int, int], bytes]
"""(level, index) -> hash of the perfect subtree over the leaves [index * 2^level, (index + 1) * 2^level)."""


class ProofError(ValueError):
    """The proof does not hold; the message says why."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash under which an entry stands in the tree: SHA-256(0x00 || entry)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side: SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """The root over these leaf hashes, in order. `Frontier` gives the same, piece by piece."""
    if not leaf_hashes:
        return EMPTY_ROOT
    level = list(leaf_hashes)
    while len(level) > 1:
        above = [sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
        # The last one without a neighbour rises unchanged: the tree splits at the largest power of two below
        # its size.
        level = above + level[len(above) * 2 :]
    return level[0]


@dataclass
class Frontier:
    """The right edge of a growing tree: all that is needed to add leaves and to know the root.

    `hashes` are the roots of the perfect subtrees that make up the first `size` leaves, the largest first:
    one for every 1 in the binary form of `size`.
    """

    size: int = 0
    hashes: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.hashes) != self.size.bit_count():
            raise ValueError(f"a tree of {self.size} leaves has another number of edge hashes than {len(self.hashes)}")
        if any(len(edge) != HASH_BYTES for edge in self.hashes):
            raise ValueError("an edge hash has not 32 bytes")

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaf hashes in order. Raises ValueError at one that is not 32 bytes; those before stay."""
        for leaf in leaves:
            if len(leaf) != HASH_BYTES:
                raise ValueError(f"a leaf hash has 32 bytes, not {len(leaf)}")
            node, size = leaf, self.size
            # As in counting: every 1 at the end of the size is a perfect subtree that finds its right half
            # now.
            while size & 1:
                node = sha256(b"\x01" + self.hashes.pop() + node).digest()
                size >>= 1
            self.hashes.append(node)
            self.size += 1

    def root(self) -> bytes:
        """The root of the tree as it stands."""
        return _join(self.hashes) if self.hashes else EMPTY_ROOT

    def copy(self) -> Self:
        """An edge of its own, to try leaves on."""
        return type(self)(self.size, list(self.hashes))

    def to_bytes(self) -> bytes:
        """The hashes one after another, 32 bytes each; the size is kept beside them."""
        return b"".join(self.hashes)

    @classmethod
    def from_bytes(cls, size: int, data: bytes) -> Self:
        """The edge that `to_bytes` gave for a tree of `size` leaves. Raises ValueError if it does not fit."""
        if size < 0 or len(data) != HASH_BYTES * size.bit_count():
            raise ValueError(f"{len(data)} bytes are not the edge of a tree of {size} leaves")
        return cls(size, [data[i : i + HASH_BYTES] for i in range(0, len(data), HASH_BYTES)])


def _join(subtrees: Sequence[bytes]) -> bytes:
    """The root over neighbouring perfect subtrees, the largest first."""
    root = subtrees[-1]
    for left in reversed(subtrees[:-1]):
        root = node_hash(left, root)
    return root


def _perfect_subtrees(begin: int, end: int) -> Iterator[tuple[int, int]]:
    """(level, index) of the perfect subtrees that make up [begin, end), the largest first.

    `begin` must be a multiple of a power of two that is at least `end - begin`, as it is for every part of a
    tree.
    """
    while begin < end:
        level = (end - begin).bit_length() - 1
        yield level, begin >> level
        begin += 1 << level


def range_root(read: NodeReader, begin: int, end: int) -> bytes:
    """The root over the leaves [begin, end), a part into which a tree splits."""
    return _join([read(level, index) for level, index in _perfect_subtrees(begin, end)])


def _middle(begin: int, end: int) -> int:
    """Where a tree over [begin, end) splits: after the largest power of two below its size."""
    return begin + (1 << ((end - begin - 1).bit_length() - 1))


def subtree_root(read: NodeReader, *, size: int) -> bytes:
    """The root over the first `size` leaves of a tree that has at least as many."""
    return range_root(read, 0, size) if size else EMPTY_ROOT


def inclusion_proof(read: NodeReader, *, index: int, size: int) -> list[bytes]:
    """The proof that leaf `index` is in the tree of `size`, the leaf's sibling first (RFC 6962, 2.1.1)."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size} leaves")
    path, level, node, last = [], 0, index, size - 1
    while last:
        sibling = node ^ 1
        if (sibling + 1) << level <= size:
            path.append(read(level, sibling))
        elif sibling <= last:  # the right edge: not a whole subtree
            path.append(range_root(read, sibling << level, size))
        level, node, last = level + 1, node >> 1, last >> 1
    return path


def consistency_proof(read: NodeReader, *, first: int, second: int) -> list[bytes]:
    """The proof that the tree of `first` leaves is the beginning of that of `second` (RFC 6962, 2.1.2)."""
    if not 0 <= first <= second:
        raise ValueError(f"a tree of {second} leaves does not begin with {first} leaves")
    if first == 0:
        return []
    path, begin, end = [], 0, second
    while first < end:
        middle = _middle(begin, end)
        if first <= middle:
            path.append(range_root(read, middle, end))
            end = middle
        else:
            path.append(range_root(read, begin, middle))
            begin = middle
    if begin > 0:  # else the rest is the whole first tree, whose root the verifier has
        path.append(range_root(read, begin, end))
    return path[::-1]


def verify_inclusion(*, index: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes) -> None:
    """Verify that the leaf hash stands at `index` in the tree of `size` and `root`. Raises ProofError."""
    _check_hashes(path, leaf=leaf, root=root)
    if not 0 <= index < size:
        raise ProofError(f"index {index} is outside a tree of {size} leaves")
    fn, sn, r = index, size - 1, leaf
    for p in path:
        if sn == 0:
            raise ProofError("the inclusion proof is too long")
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not (fn & 1 or fn == 0):
                fn >>= 1
                sn >>= 1
        else:
            r = node_hash(r, p)
        fn >>= 1
        sn >>= 1
    if sn != 0:
        raise ProofError("the inclusion proof is too short")
    if r != root:
        raise ProofError("the inclusion proof leads to another root")


def verify_consistency(
    *, first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]
) -> None:
    """Verify that the first tree (size and root) is the beginning of the second. Raises ProofError."""
    _check_hashes(path, first_root=first_root, second_root=second_root)
    if not 0 <= first <= second:
        raise ProofError(f"a tree of {second} leaves does not begin with {first} leaves")
    if first in (0, second):
        _verify_without_path(first=first, first_root=first_root, second=second, second_root=second_root, path=path)
        return
    if not path:
        raise ProofError("the consistency proof is empty")
    nodes = [first_root, *path] if first & (first - 1) == 0 else list(path)
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn >>= 1
        sn >>= 1
    fr = sr = nodes[0]
    for c in nodes[1:]:
        if sn == 0:
            raise ProofError("the consistency proof is too long")
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not (fn & 1 or fn == 0):
                fn >>= 1
                sn >>= 1
        else:
            sr = node_hash(sr, c)
        fn >>= 1
        sn >>= 1
    if sn != 0:
        raise ProofError("the consistency proof is too short")
    if fr != first_root:
        raise ProofError("the consistency proof leads to another first root")
    if sr != second_root:
        raise ProofError("the consistency proof leads to another second root")


def _verify_without_path(
    *, first: int, first_root: bytes, second: int, second_root: bytes, path: Sequence[bytes]
) -> None:
    """The two cases in which nothing is left to prove: the same size, or an empty first tree."""
    if path:
        raise ProofError("the consistency proof should be empty")
    if first == second and first_root != second_root:
        raise ProofError(f"two different roots for the same size {first}")
    if first == 0 and first_root != EMPTY_ROOT:
        raise ProofError("the first root is not that of an empty tree")


def _check_hashes(path: Sequence[bytes], **named: bytes) -> None:
    if len(path) > PATH_MAX:
        raise ProofError(f"a proof holds at most {PATH_MAX} hashes, not {len(path)}")
    for name, value in [*named.items(), *((f"proof hash {i}", node) for i, node in enumerate(path))]:
        if len(value) != HASH_BYTES:
            raise ProofError(f"{name} has {len(value)} bytes, not 32")
