"""A journal to be hurt, and the folder of its signer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from migrations.roles import Access
from tests.journal.opened import Opened, assert_whole, running


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The folder of a signer's memory."""
    return tmp_path / "signer"


@pytest.fixture
def opened(database: Access, state: Path) -> Iterator[Opened]:
    """A running journal; whatever was done to it, everything that it acknowledged must be whole in the end."""
    with running(database.writer, state) as journal:
        yield journal
        assert_whole(database.auditor, journal.receipts, state=state)
