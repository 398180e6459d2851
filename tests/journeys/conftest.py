"""A rehearsal county for whole stories, and a real browser to live them in."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.api.web.county import County, small_county
from tests.conftest import temporary_home

if TYPE_CHECKING:
    from tests.conftest import Cluster

CHROMIUM = Path(os.environ.get("MINGZHANG_TEST_CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture
def county(cluster: "Cluster") -> Iterator[County]:
    """A rehearsal: its bank answers as a real one might."""
    access = cluster.new_database()
    with temporary_home() as home, small_county(access, home, rehearsal=True) as made:
        yield made
    cluster.drop(access)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium without a window. Where it is missing the journeys fail: they are never skipped in silence."""
    assert CHROMIUM.exists(), f"{CHROMIUM} is missing: apt-get install chromium, or set MINGZHANG_TEST_CHROMIUM"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()
