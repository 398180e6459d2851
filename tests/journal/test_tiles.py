"""Tiles against the specification's formulas, published paths, and a whole log of 70,000 entries."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journal import merkle, tiles
from journal.tiles import ENTRIES_LEVEL, Tile, TileError, TileNodeReader


def leaves(size: int) -> list[bytes]:
    return [merkle.leaf_hash(b"%d" % i) for i in range(size)]


def direct(hashes: list[bytes]) -> merkle.NodeReader:
    return lambda level, index: merkle.root_of(hashes[index << level : (index + 1) << level])


def published_tiles(hashes: list[bytes], size: int) -> dict[Tile, bytes]:
    """All tiles of a tree, each by the formula: entry i of tile (L, N) is the root over 256^L leaves."""
    files = {}
    for tile in tiles.tiles_for_size(size):
        span = 256**tile.level
        starts = [(tile.n * 256 + i) * span for i in range(tile.width)]
        files[tile] = b"".join(merkle.root_of(hashes[start : start + span]) for start in starts)
    return files


def reader_of(files: dict[Tile, bytes], size: int) -> TileNodeReader:
    return TileNodeReader(lambda level, n, width: files[Tile(level, n, width)], size)


# Paths


def test_published_paths(published: dict[str, Any]) -> None:
    """Go's paths carry the tile height as well, and call level -1 `data` where C2SP says `entries`."""
    vector = published["tile_paths"]
    for path, level, n, width in vector["c2sp"]:
        assert tiles.tile_path(level, n, width) == path
        assert tiles.parse_path(path) == Tile(level, n, width)
    for go_path, height, level, n, width in vector["xmod"]:
        place = go_path.removeprefix(f"tile/{height}/").replace("data/", "entries/")
        full = width == 2**height
        tile = Tile(level, n, 256 if full else width)
        made = tiles.entries_path(*tile[1:]) if level == ENTRIES_LEVEL else tiles.tile_path(*tile)
        assert made == f"tile/{place}"
        assert tiles.parse_path(made) == tile
    for bad in vector["bad"]:
        with pytest.raises(TileError):
            tiles.parse_path(bad)
        with pytest.raises(TileError):
            tiles.parse_path(bad.replace("tile/3/", "tile/"))


def test_the_tree_of_70_000_leaves(published: dict[str, Any]) -> None:
    paths = [tiles.tile_path(*tile) for tile in tiles.tiles_for_size(70_000)]
    full = [f"tile/0/{n:03}" for n in range(273)]
    assert paths == [*full, "tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"]
    assert published["tile_paths"]["size_70000"][1:] == [f"{paths[273]}", "tile/1/000 full", *paths[275:]]


@given(st.integers(0, 63), st.integers(0, 2**55), st.integers(1, 256))
def test_every_path_survives(level: int, n: int, width: int) -> None:
    assert tiles.parse_path(tiles.tile_path(level, n, width)) == Tile(level, n, width)
    assert tiles.parse_path(tiles.entries_path(n, width)) == Tile(ENTRIES_LEVEL, n, width)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "checkpoint",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0/000\n",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/data/000",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/001/067",
        "tile/0/x067",
        "tile/0/x000/067",
        "tile/0/X001/067",
        "tile/0/../000",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/",
        "tile/0/000.p/1.p/1",
        "tile/0/٠٠٠",
        "tile/0/x001/x001/x001/x001/x001/x001/x001/001",
    ],
)
def test_other_spellings_of_a_path_are_refused(path: str) -> None:
    with pytest.raises(TileError):
        tiles.parse_path(path)


def test_tiles_that_cannot_be_have_no_path() -> None:
    for level, n, width in ((-1, 0, 256), (64, 0, 256), (0, -1, 256), (0, 0, 0), (0, 0, 257)):
        with pytest.raises(TileError):
            tiles.tile_path(level, n, width)


# Which tiles there are


def tiles_by_definition(size: int) -> set[Tile]:
    """C2SP: at level l, floor(s / 256^(l+1)) full tiles, and one of floor(s / 256^l) mod 256 if not 0."""
    found = set()
    for level in range(5):
        full, partial = size // 256 ** (level + 1), size // 256**level % 256
        found |= {Tile(level, n, 256) for n in range(full)}
        found |= {Tile(level, full, partial)} if partial else set()
    return found


@given(st.integers(0, 200_000))
def test_the_tiles_of_a_size(size: int) -> None:
    listed = list(tiles.tiles_for_size(size))
    assert set(listed) == tiles_by_definition(size)
    assert len(set(listed)) == len(listed)
    for tile in listed:
        assert tiles.width_at(tile.level, tile.n, size=size) == tile.width
        assert tiles.width_at(tile.level, tile.n + 1, size=size) in range(257)
    assert tiles.width_at(0, size // 256 + 1, size=size) == 0


@given(st.integers(0, 140_000), st.integers(0, 140_000))
def test_the_tiles_that_growth_adds(one: int, other: int) -> None:
    old, new = sorted((one, other))
    added = list(tiles.new_tiles(old, new))
    assert set(added) == tiles_by_definition(new) - tiles_by_definition(old)
    assert len(set(added)) == len(added)


def test_a_tree_does_not_shrink() -> None:
    for old, new in ((2, 1), (-1, 1)):
        with pytest.raises(TileError, match="does not grow"):
            list(tiles.new_tiles(old, new))


# Entry bundles


@settings(deadline=None)
@given(st.lists(st.binary(max_size=300), min_size=1, max_size=256))
def test_every_bundle_survives(entries: list[bytes]) -> None:
    data = tiles.encode_bundle(entries)
    assert tiles.decode_bundle(data) == entries
    assert tiles.decode_bundle(data, width=len(entries)) == entries
    assert tiles.split_tile(tiles.leaf_tile(entries), width=len(entries)) == list(map(merkle.leaf_hash, entries))


@given(st.binary(max_size=400))
def test_whatever_is_decoded_has_one_byte_form(data: bytes) -> None:
    try:
        entries = tiles.decode_bundle(data)
    except TileError:
        return
    assert tiles.encode_bundle(entries) == data


def test_a_bundle_as_the_specification_writes_it() -> None:
    assert tiles.encode_bundle([b"abc", b"", b"\x00" * 0x0102]) == b"\x00\x03abc\x00\x00\x01\x02" + bytes(0x0102)
    assert tiles.decode_bundle(b"\xff\xff" + b"x" * 65_535) == [b"x" * 65_535]


@pytest.mark.parametrize(
    ("data", "width", "reason"),
    [
        (b"", None, "0 entries, not at least one"),
        (b"\x00", None, "entry 0 at byte 0 is cut off"),
        (b"\x00\x01", None, "entry 0 at byte 0 is cut off: the bundle ends at byte 2"),
        (b"\x00\x01a\x00", None, "entry 1 at byte 3 is cut off"),
        (b"\x00\x01a\x00\x05bcde", None, "entry 1 at byte 3 is cut off: the bundle ends at byte 9"),
        (b"\x00\x00" * 257, None, "more than 256 entries: at byte 512"),
        (b"\x00\x01a\x00\x01b", 3, "2 entries, not 3"),
        (b"\x00\x01a\x00\x01b", 1, "2 entries, not 1"),
        (b"\x00\x01a", 0, "1 entries, not 0"),
    ],
)
def test_malformed_bundles_say_where(data: bytes, width: int | None, reason: str) -> None:
    with pytest.raises(TileError, match=reason):
        tiles.decode_bundle(data, width=width)


def test_what_does_not_fit_a_bundle_is_not_written() -> None:
    for entries in ([], [b""] * 257):
        with pytest.raises(TileError, match="1 to 256 entries"):
            tiles.encode_bundle(entries)
    with pytest.raises(TileError, match="entry 1 has 65536 bytes"):
        tiles.encode_bundle([b"", bytes(65_536)])


# Reading proofs out of tiles


@settings(deadline=None, max_examples=40)
@given(st.data(), st.integers(1, 1500))
def test_nodes_from_tiles_are_those_of_the_tree(data: st.DataObject, size: int) -> None:
    hashes = leaves(size)
    read = reader_of(published_tiles(hashes, size), size)
    assert merkle.subtree_root(read, size=size) == merkle.root_of(hashes)
    index = data.draw(st.integers(0, size - 1))
    first = data.draw(st.integers(0, size))
    for smaller in (size, index + 1):
        expected = merkle.inclusion_proof(direct(hashes), index=index, size=smaller)
        assert merkle.inclusion_proof(read, index=index, size=smaller) == expected
    expected = merkle.consistency_proof(direct(hashes), first=first, second=size)
    assert merkle.consistency_proof(read, first=first, second=size) == expected
    level = data.draw(st.integers(0, size.bit_length() - 1))
    node = data.draw(st.integers(0, (size >> level) - 1))
    assert read(level, node) == direct(hashes)(level, node)


def test_a_whole_log_through_its_tiles(gridlog: list[bytes], published: dict[str, Any]) -> None:
    """70,000 entries, three levels of tiles, each made from the one below; the root is the published one."""
    files: dict[Tile, bytes] = {}
    for tile in tiles.tiles_for_size(len(gridlog)):
        first = tile.n * 256
        if tile.level == 0:
            bundle = tiles.encode_bundle(gridlog[first : first + tile.width])
            files[tile] = tiles.leaf_tile(tiles.decode_bundle(bundle, width=tile.width))
        else:
            below = [files[Tile(tile.level - 1, n)] for n in range(first, first + tile.width)]
            files[tile] = b"".join(map(tiles.parent_hash, below))
    assert files == published_tiles(list(map(merkle.leaf_hash, gridlog)), len(gridlog))
    read = reader_of(files, len(gridlog))
    root_line = published["cosigned_checkpoint_made_here"]["signed_note"].split("\n")[2]
    root = merkle.subtree_root(read, size=len(gridlog))
    assert root == bytes.fromhex("8cb9dc82ac37356fe2e43505c661ed3077ec4a2c89d81dfab18b371123de4168")
    assert root_line == "jLncgqw3NW/i5DUFxmHtMHfsSiyJ2B36sYs3ESPeQWg="
    for tile in (Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)):
        assert tiles.tile_hashes(read, tile) == files[tile]


def test_a_tile_is_read_once() -> None:
    size = 700
    files, reads = published_tiles(leaves(size), size), Counter[Tile]()

    def read_tile(level: int, n: int, width: int) -> bytes:
        reads[Tile(level, n, width)] += 1
        return files[Tile(level, n, width)]

    read = TileNodeReader(read_tile, size)
    for index in range(0, size, 7):
        merkle.inclusion_proof(read, index=index, size=size)
    assert reads == Counter(dict.fromkeys(files, 1))


def test_an_altered_tile_gives_proofs_that_fail() -> None:
    """And a right root says nothing of the tiles below a full one: every tile must be made again to be believed."""
    size = 700
    hashes = leaves(size)
    files = published_tiles(hashes, size)
    root = merkle.root_of(hashes)
    with_right_root = set()
    for tile, good in files.items():
        at = len(good) // 2
        altered = {**files, tile: good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :]}
        read = reader_of(altered, size)
        if merkle.subtree_root(read, size=size) == root:
            with_right_root.add(tile)
        assert not all(proof_holds(read, hashes, index) for index in range(0, size, 3)), tile
    assert with_right_root == {Tile(0, 0), Tile(0, 1)}


def proof_holds(read: TileNodeReader, hashes: list[bytes], index: int) -> bool:
    path = merkle.inclusion_proof(read, index=index, size=len(hashes))
    try:
        merkle.verify_inclusion(
            index=index, size=len(hashes), leaf=hashes[index], path=path, root=merkle.root_of(hashes)
        )
    except merkle.ProofError:
        return False
    return True


def test_a_tile_of_the_wrong_length_is_refused() -> None:
    for length in (0, 32 * 255, 32 * 256 - 1, 32 * 257):
        read = TileNodeReader(lambda *_, length=length: bytes(length), 300)
        with pytest.raises(TileError, match=f"8192 bytes, not {length}"):
            read(0, 0)
    with pytest.raises(TileError, match="width 0"):
        tiles.split_tile(b"", width=0)


def test_nodes_outside_the_tree_are_refused() -> None:
    read = reader_of(published_tiles(leaves(300), 300), 300)
    for level, index in ((0, 300), (0, -1), (-1, 0), (8, 1), (9, 0)):
        with pytest.raises(TileError, match="not inside a tree"):
            read(level, index)
