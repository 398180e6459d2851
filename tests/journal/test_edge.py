"""The edge gives the same roots, tiles and proofs as the whole tree, however the leaves arrive."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal import merkle
from journal.edge import Edge, NodeNotAtEdge, TileRoot

LEAVES = [sha256(number.to_bytes(4)).digest() for number in range(70_000)]


def grown_to(size: int, *, step: int = 1000) -> Edge:
    edge = Edge(0)
    while edge.size < size:
        edge, _ = edge.grown(LEAVES[edge.size : min(size, edge.size + step)])
    return edge


def test_an_empty_tree() -> None:
    assert Edge(0).root() == merkle.EMPTY_ROOT


@given(st.lists(st.integers(0, 700), max_size=8))
def test_any_batches_give_the_root_of_the_whole_tree(steps: list[int]) -> None:
    edge, tiles = Edge(0), []
    for step in steps:
        edge, filled = edge.trimmed().grown(LEAVES[edge.size : edge.size + step])
        tiles += filled
        assert edge.root() == merkle.root_of(LEAVES[: edge.size])
    assert tiles == [
        TileRoot(1, tile, merkle.root_of(LEAVES[tile * 256 : tile * 256 + 256])) for tile in range(edge.size // 256)
    ]


def test_a_tile_of_tiles() -> None:
    edge, tiles = Edge(0), []
    for begin in range(0, 70_000, 1000):
        edge, filled = edge.grown(LEAVES[begin : begin + 1000])
        tiles += filled
    assert edge.root() == merkle.root_of(LEAVES)
    assert [tile for tile in tiles if tile.level == 2] == [TileRoot(2, 0, merkle.root_of(LEAVES[:65_536]))]
    assert len([tile for tile in tiles if tile.level == 1]) == 273
    assert [len(row) for row in edge.trimmed().rows] == [112, 17, 1]
    assert edge.trimmed().root() == edge.root()


@given(st.integers(1, 1500), st.integers(1, 300))
def test_proofs_about_the_last_batch_need_nothing_else(before: int, count: int) -> None:
    edge, _ = grown_to(before).trimmed().grown(LEAVES[before : before + count])
    size, root = edge.size, edge.root()
    for index in {before, size - 1}:
        path = merkle.inclusion_proof(edge.node, index=index, size=size)
        merkle.verify_inclusion(index=index, size=size, leaf=LEAVES[index], path=path, root=root)
    path = merkle.consistency_proof(edge.node, first=before, second=size)
    first_root = merkle.root_of(LEAVES[:before])
    merkle.verify_consistency(first=before, second=size, first_root=first_root, second_root=root, path=path)


@pytest.mark.parametrize(("level", "index"), [(0, 0), (3, 0), (8, 5), (9, 1), (0, 10_000)])
def test_what_lies_elsewhere_is_told(level: int, index: int) -> None:
    with pytest.raises(NodeNotAtEdge):
        grown_to(1000).trimmed().node(level, index)


def test_an_attempt_that_failed_leaves_no_trace() -> None:
    """The database refuses a batch; the next one, with other leaves, must not meet its hashes."""
    edge = grown_to(100)
    failed, _ = edge.grown(LEAVES[500:700])
    failed.root()
    merkle.inclusion_proof(failed.node, index=299, size=300)
    edge, _ = edge.grown(LEAVES[100:300])
    assert edge.root() == merkle.root_of(LEAVES[:300])
    assert failed.root() == merkle.root_of(LEAVES[:100] + LEAVES[500:700])
