"""The edge gives the same roots, tiles and proofs as the whole tree, however the leaves arrive."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
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
    assert [len(edge.trimmed().levels[level]) for level in (0, 7, 8, 15, 16)] == [112, 0, 17, 0, 1]
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


@settings(max_examples=10, deadline=None)  # tens of thousands of hashes
@given(st.integers(0, 2000) | st.integers(65_000, 66_000), st.integers(1, 600))
def test_an_edge_read_from_storage_grows_like_the_one_that_was_kept(size: int, count: int) -> None:
    """Storage may hold more of a tile than the edge had then; it is not looked at."""
    row, rows = LEAVES[: size + 5], []
    for level in range(3):
        begin = (size >> 8 * level) // 256 * 256
        rows.append(row[begin:])
        row = [merkle.root_of(row[at : at + 256]) for at in range(0, len(row) // 256 * 256, 256)]
    edge = Edge.of_tiles(size, rows)
    more = [sha256(leaf).digest() for leaf in LEAVES[:count]]
    grown, filled = edge.grown(more)
    assert grown.root() == merkle.root_of(LEAVES[:size] + more)
    assert [tile.index for tile in filled if tile.level == 1] == list(range(size // 256, (size + count) // 256))


def test_an_attempt_that_failed_leaves_no_trace() -> None:
    """The database refuses a batch; the next one, with other leaves, must not meet its hashes."""
    edge = grown_to(100)
    failed, _ = edge.grown(LEAVES[500:700])
    failed.root()
    merkle.inclusion_proof(failed.node, index=299, size=300)
    edge, _ = edge.grown(LEAVES[100:300])
    assert edge.root() == merkle.root_of(LEAVES[:300])
    assert failed.root() == merkle.root_of(LEAVES[:100] + LEAVES[500:700])
