"""The shared way from many leaves to one head is, leaf by leaf, the path of RFC 6962."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal import merkle
from journal.note import encode_base64
from journal.paths import Paths

LEAVES = [merkle.leaf_hash(b"%d" % index) for index in range(600)]


def read(level: int, index: int) -> bytes:
    return merkle.root_of(LEAVES[index << level : (index + 1) << level])


@given(st.integers(1, 600), st.data())
def test_every_path_is_the_inclusion_proof(size: int, data: st.DataObject) -> None:
    paths = Paths(read, size=size)
    for index in data.draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=20)):
        proof = merkle.inclusion_proof(read, index=index, size=size)
        assert paths.text(index) == b"".join(encode_base64(node) + b"\n" for node in proof)


def test_neighbours_read_what_they_share_once() -> None:
    asked: list[tuple[int, int]] = []

    def counted(level: int, index: int) -> bytes:
        asked.append((level, index))
        return read(level, index)

    paths = Paths(counted, size=512)
    for index in range(256, 288):
        paths.text(index)
    assert len(asked) == len(set(asked)) < 32 + 16 + 8 + 4 + 2 + 9


@pytest.mark.parametrize("index", [-1, 5])
def test_a_leaf_outside_the_tree_has_no_path(index: int) -> None:
    with pytest.raises(ValueError, match="not in a tree of 5"):
        Paths(read, size=5).text(index)
