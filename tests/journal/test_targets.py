"""Where the log is published: files appear whole or not at all, and no path leads out."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from journal.object_store import ObjectStore
from journal.targets import LocalFolder, Target


@pytest.fixture(params=["folder", "memory", "file"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Target]:
    """A folder as we write it, and two stores through fsspec: one in memory, one on the disk."""
    if request.param == "folder":
        yield LocalFolder(tmp_path / "home" / "log")
        return
    store = ObjectStore(f"memory://{uuid4()}" if request.param == "memory" else f"file://{tmp_path}/log")
    yield store
    for path in store.paths("tile"):
        store.remove(path)


def test_files_are_written_replaced_listed_and_removed(target: Target) -> None:
    assert target.read("checkpoint") is None
    assert target.paths("tile") == []
    for path in ("tile/0/x001/000", "tile/0/000.p/12", "tile/entries/000.p/12", "checkpoint"):
        target.write(path, path.encode())
    target.write("checkpoint", b"\x00new")
    assert target.read("checkpoint") == b"\x00new"
    assert target.read("tile/0") is None
    assert target.read("checkpoint/x") is None
    assert target.paths("tile") == ["tile/0/000.p/12", "tile/0/x001/000", "tile/entries/000.p/12"]
    assert target.paths("tile/0/000.p") == ["tile/0/000.p/12"]
    for _ in range(2):
        target.remove("tile/0/000.p/12")
    assert target.paths("tile/0/000.p") == []
    assert target.read("tile/0/x001/000") == b"tile/0/x001/000"


@pytest.mark.parametrize(
    "path",
    ["", "/etc/passwd", "..", "../checkpoint", "tile/../../x", "tile//0", "tile/", "Tile", "tile/0/.p", "a\x00b", "~"],
)
def test_no_path_leads_out(target: Target, path: str) -> None:
    for attempt in (target.read, target.remove, target.paths):
        with pytest.raises(ValueError, match="no file of a published log"):
            attempt(path)
    with pytest.raises(ValueError, match="no file of a published log"):
        target.write(path, b"x")


def test_what_a_killed_process_left_half_written_is_nowhere_to_be_seen(tmp_path: Path) -> None:
    folder = LocalFolder(tmp_path)
    (tmp_path / ".writing").write_bytes(b"half of a til")
    folder.write("tile/0/000", b"whole")
    assert folder.paths("tile") == ["tile/0/000"]
    assert not (tmp_path / ".writing").exists()
    assert (tmp_path / "tile/0/000").stat().st_mode & 0o444 == 0o444  # a web server may serve it


def test_an_unknown_kind_of_store_is_refused() -> None:
    with pytest.raises(ValueError, match="unheardof"):
        ObjectStore("unheardof://bucket/log")
