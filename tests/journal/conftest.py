"""Where the published vectors of other projects lie: beside the project, read in place, never copied."""

import json
from pathlib import Path
from typing import Any

import pytest

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
