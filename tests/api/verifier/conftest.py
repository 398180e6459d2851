"""Both judges, and the published vectors (beside the project, read in place, never copied)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.api.verifier.judges import Judge, ask_browser, ask_node, served

VECTORS = Path(__file__).resolve().parents[3].parent / "shared" / "vectors"


@pytest.fixture(scope="session")
def vectors() -> Path:
    """The folder of vectors."""
    if not VECTORS.is_dir():
        pytest.skip(f"the published vectors are not at {VECTORS}")
    return VECTORS


@pytest.fixture(scope="session")
def published(vectors: Path) -> dict[str, Any]:
    """vectors.json: notes, keys and a cosigned checkpoint."""
    contents: dict[str, Any] = json.loads((vectors / "vectors.json").read_bytes())
    return contents


@pytest.fixture(scope="module")
def browser(chromium: Browser) -> Browser:
    """The Chromium of this file."""
    return chromium


@pytest.fixture(scope="package")
def port() -> Iterator[int]:
    """Where the page is served, under its policy."""
    with served() as number:
        yield number


@pytest.fixture(scope="module", params=["node", "chromium"])
def judge(request: pytest.FixtureRequest) -> Judge:
    """The page's functions, in Node and in a browser: every test that asks for it runs in both."""
    if request.param == "node":
        return ask_node
    browser, port = request.getfixturevalue("browser"), request.getfixturevalue("port")
    return lambda questions: ask_browser(browser, f"http://127.0.0.1:{port}/verify.html", questions)
