"""Where the published vectors of other projects lie (beside the project, read in place), and a running journal."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from migrations.roles import Access
from tests.journal.opened import Opened, assert_whole, running

VECTORS = Path(__file__).resolve().parents[2].parent / "shared" / "vectors"


@pytest.fixture(scope="session")
def vectors() -> Path:
    """The folder of vectors."""
    if not VECTORS.is_dir():
        pytest.skip(f"the published vectors are not at {VECTORS}")
    return VECTORS


@pytest.fixture(scope="session")
def published(vectors: Path) -> dict[str, Any]:
    """vectors.json: roots, notes, keys, paths and a cosigned checkpoint."""
    contents: dict[str, Any] = json.loads((vectors / "vectors.json").read_bytes())
    return contents


@pytest.fixture(scope="session")
def gridlog() -> list[bytes]:
    """The 70,000 entries of the log behind `entry-69999` and the checkpoints, from their pattern."""
    return [b'{"seq": %d, "pad": "%b"}' % (seq, b"x" * 270) for seq in range(70_000)]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The folder of a signer's memory."""
    return tmp_path / "signer"


@pytest.fixture
def opened(database: Access, state: Path) -> Iterator[Opened]:
    """A running journal with its genesis; when the test is over, all of it is read back and judged."""
    with running(database.writer, state) as journal:
        yield journal
        assert_whole(database.auditor, journal.receipts)
