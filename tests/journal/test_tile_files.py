"""The log as files: cut from the entries as tlog-tiles says, at every border, and never replaced by other bytes."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from journal import tiles
from journal.errors import IntegrityError
from journal.merkle import NodeReader
from journal.object_store import ObjectStore
from journal.targets import LocalFolder, Target
from journal.tile_files import TileFiles, publish_tiles
from tests.journal.publishing import Entries, assert_public, entry, expected, numbered, policy

BORDERS = (1, 2, 255, 256, 257, 511, 512, 513)


@pytest.fixture
def memory() -> Iterator[ObjectStore]:
    """A store without a disk."""
    store = ObjectStore(f"memory://{uuid4()}")
    yield store
    for path in store.paths("tile"):
        store.remove(path)


def published(target: Target, source: Entries, *sizes: int) -> TileFiles:
    files, old = TileFiles(target), 0
    for size in sizes:
        publish_tiles(files, source, old_size=old, head=source.head(size))
        old = size
    return files


@pytest.mark.parametrize("last", BORDERS)
def test_every_tile_at_every_border(tmp_path: Path, last: int) -> None:
    """Step by step or at one go: the same files, each as its definition says."""
    source = numbered(last)
    stepwise, at_once = LocalFolder(tmp_path / "stepwise"), LocalFolder(tmp_path / "once")
    published(stepwise, source, *(size for size in BORDERS if size <= last))
    published(at_once, source, last)
    paths = at_once.paths("tile")
    assert set(paths) <= set(stepwise.paths("tile"))
    wanted = {tiles.tile_path(*tile) for tile in tiles.tiles_for_size(last)}
    wanted |= {tiles.entries_path(*tile[1:]) for tile in tiles.tiles_for_size(last) if tile.level == 0}
    assert set(paths) == wanted
    for path in stepwise.paths("tile"):
        assert stepwise.read(path) == expected(tiles.parse_path(path), source.all)


def test_the_third_level_begins_at_65536(memory: ObjectStore) -> None:
    """Sizes around 256 * 256: the first full tile of level 1, the first hash of level 2."""
    source = numbered(65_537)
    files = published(memory, source, 65_000, 65_535, 65_536, 65_537)
    assert memory.read("tile/1/000.p/255") == expected(tiles.Tile(1, 0, 255), source.all)
    assert memory.read("tile/1/000") == expected(tiles.Tile(1, 0), source.all)
    assert memory.read("tile/2/000.p/1") == source.nodes(65_537)(16, 0)
    assert memory.read("tile/0/256.p/1") == source.nodes(65_537)(0, 65_536)
    assert memory.read("tile/1/001.p/1") is None
    assert sum(path.startswith("tile/entries/") for path in memory.paths("tile")) == 256 + 1 + 2
    assert files.nodes(65_537)(16, 0) == source.nodes(65_537)(16, 0)
    assert [one for _, one in files.entries(65_530, stop=65_537)] == source.all[65_530:]


def test_a_partial_tile_is_read_from_the_full_one_once_it_is_gone(tmp_path: Path) -> None:
    source = numbered(300)
    files = published(LocalFolder(tmp_path), source, 200, 256, 300)
    files.sweep(size=256, since=200)
    assert files.target.paths("tile/0/000.p") == files.target.paths("tile/entries/000.p") == []
    assert files.target.paths("tile/1") == ["tile/1/000.p/1"]
    assert files.target.paths("tile/0/001.p") == ["tile/0/001.p/44"]
    assert files.tile(0, 0, 200) == expected(tiles.Tile(0, 0, 200), source.all)
    assert files.bundle(0, 200) == source.all[:200]
    files.sweep(size=300)
    assert files.target.paths("tile/0/001.p") == ["tile/0/001.p/44"]


@pytest.mark.parametrize("path", ["tile/0/000", "tile/entries/001.p/44", "tile/1/000.p/1"])
def test_other_bytes_are_never_replaced(tmp_path: Path, path: str) -> None:
    source, folder = numbered(300), LocalFolder(tmp_path)
    published(folder, source, 300)
    bad = bytes([(folder.read(path) or b"")[0] ^ 1]) + (folder.read(path) or b"")[1:]
    folder.write(path, bad)
    with pytest.raises(IntegrityError, match=path):
        published(folder, source, 300)
    assert folder.read(path) == bad


def test_nothing_is_written_that_does_not_lead_to_the_signed_root(tmp_path: Path) -> None:
    """A fault of memory or storage must not become a file that nobody may ever change again."""
    source, folder = numbered(300), LocalFolder(tmp_path)
    lying = numbered(300)
    lying.all[299] = b"another"
    with pytest.raises(IntegrityError, match="do not give the root"):
        publish_tiles(TileFiles(folder), lying, old_size=0, head=source.head(300))
    assert not (tmp_path / "tile").exists()
    lying.all[299:] = []
    with pytest.raises(IntegrityError, match="only 43 are there"):
        publish_tiles(TileFiles(folder), lying, old_size=0, head=source.head(300))
    assert not (tmp_path / "tile").exists()


def test_a_wrong_stored_hash_of_an_old_tile_is_seen(tmp_path: Path) -> None:
    """Level 1 takes what it has from storage: it too is led up to the root before anything is written."""
    source, folder = numbered(600), LocalFolder(tmp_path)
    published(folder, source, 300)
    before = folder.paths("tile")

    class Rotten(Entries):
        def nodes(self, size: int) -> NodeReader:
            good = super().nodes(size)
            return lambda level, index: bytes(32) if (level, index) == (8, 0) else good(level, index)

    with pytest.raises(IntegrityError, match="do not give the root"):
        publish_tiles(TileFiles(folder), Rotten(source.all), old_size=300, head=source.head(600))
    assert folder.paths("tile") == before


def test_an_entry_that_changes_between_two_readings_is_seen(tmp_path: Path) -> None:
    source = numbered(10)

    class Flickering(Entries):
        readings = 0

        def entries(self, start: int, *, stop: int | None = None) -> Iterator[tuple[int, bytes]]:
            self.readings += 1
            for index, one in super().entries(start, stop=stop):
                yield index, one if self.readings == 1 else one.replace(b"9", b"8")

    with pytest.raises(IntegrityError, match="read differently"):
        publish_tiles(TileFiles(LocalFolder(tmp_path)), Flickering(source.all), old_size=0, head=source.head(10))
    assert not (tmp_path / "tile").exists()


def test_tiles_that_were_lost_are_made_again_byte_for_byte(tmp_path: Path) -> None:
    source, folder = numbered(513), LocalFolder(tmp_path)
    published(folder, source, 513)
    before = {path: folder.read(path) for path in folder.paths("tile")}
    for path in list(before)[::2]:
        folder.remove(path)
    published(folder, source, 513)
    assert {path: folder.read(path) for path in folder.paths("tile")} == before
    folder.write("checkpoint", source.signed(513))
    assert assert_public(folder, source.all, policy()) == 513
    assert before["tile/entries/002.p/1"] == bytes([0, len(entry(512))]) + entry(512)
