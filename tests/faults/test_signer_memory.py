"""The signer's disk fails: nothing is acknowledged, and the next start heals."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from journal.errors import IntegrityError, Unavailable
from migrations.roles import Access
from tests.journal.opened import Opened, assert_whole, running

SLOT = 4096


@contextmanager
def full_disk(limit: int) -> Iterator[None]:
    """RLIMIT_FSIZE stands for a disk that takes no byte beyond `limit` of a file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("limit", [0, 100])
def test_a_full_disk_acknowledges_nothing_and_the_next_start_heals(database: Access, state: Path, limit: int) -> None:
    with running(database.writer, state) as opened:
        opened.place(key="before")
        with full_disk(limit), pytest.raises(Unavailable, match="head could not be signed"):
            opened.place(key="k")
        receipts = opened.receipts
    with psycopg.connect(database.auditor) as connection:
        assert connection.execute("SELECT size FROM journal.head").fetchone() == (4,)
    with running(database.writer, state) as opened:
        assert opened.place(key="k").replayed
        assert_whole(database.auditor, receipts + opened.receipts, state=state)


def test_a_disk_that_has_room_again_goes_on(opened: Opened) -> None:
    with full_disk(0):
        for key in ("a", "b"):
            with pytest.raises(Unavailable, match="head could not be signed"):
                opened.place(key=key)
    assert opened.place(key="c").size == 5
    assert opened.place(key="a").replayed
    assert opened.place(key="b").replayed


def test_a_torn_slot_heals(database: Access, state: Path) -> None:
    """Power fails while the newest signature is written: the one before it is there, and the head extends it."""
    with running(database.writer, state) as opened:
        for _ in range(4):
            opened.place()
    with (state / "last-signed").open("r+b") as file:
        file.seek(0)  # five heads: the newest is in the first slot
        file.write(b"\0" * 512)
    with running(database.writer, state) as opened:
        opened.place()
        assert_whole(database.auditor, opened.receipts, state=state)


def test_a_memory_that_is_unreadable_stops(database: Access, state: Path) -> None:
    with running(database.writer, state) as opened:
        opened.place()
    (state / "last-signed").write_bytes(b"\1" * 2 * SLOT)
    with pytest.raises(IntegrityError, match="memory cannot be read"), running(database.writer, state):
        pytest.fail("it started")


def test_a_memory_that_becomes_unreadable_stops_the_journal(database: Access, state: Path) -> None:
    with running(database.writer, state) as opened:
        opened.place()
        (state / "last-signed").write_bytes(b"\1" * 2 * SLOT)
        for _ in range(2):
            with pytest.raises(IntegrityError, match="memory cannot be read"):
                opened.place()
