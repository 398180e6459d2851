"""An older database under a newer signer: the journal does not start, and says what to do."""

import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from journal.errors import IntegrityError
from journal.note import decode_base64
from migrations.roles import Access
from tests.journal.opened import assert_whole, running


def test_yesterdays_backup_is_refused(new_database: Callable[[], Access], state: Path, tmp_path: Path) -> None:
    """The signer's memory is kept beside the database, not in it: it remembers what the backup has forgotten."""
    today, yesterday = new_database(), new_database()
    with running(today.writer, state) as opened:
        opened.place()
        copy(today, yesterday)
        shutil.copytree(state, tmp_path / "older")
        opened.place()
    with pytest.raises(IntegrityError, match="holds 3 entries, but 4 were signed: an older backup was restored"):
        start(yesterday, state)
    with running(today.writer, state) as opened:
        opened.place()
        assert_whole(today.auditor, opened.receipts, state=state)


def test_a_backup_of_both_starts(new_database: Callable[[], Access], state: Path) -> None:
    today, copied = new_database(), new_database()
    with running(today.writer, state) as opened:
        opened.place()
        copy(today, copied)
    with running(copied.writer, state) as opened:
        opened.place()
        assert_whole(copied.auditor, opened.receipts, state=state)


def test_another_journal_of_the_same_size_is_refused(new_database: Callable[[], Access], state: Path) -> None:
    first, second = new_database(), new_database()
    with running(first.writer, state) as opened:
        opened.place()
    with running(second.writer, state.with_name("another")) as opened:
        opened.place()
    with pytest.raises(IntegrityError, match="not the one that was signed"):
        start(second, state)


def test_a_fork_that_has_grown_is_refused(new_database: Callable[[], Access], state: Path) -> None:
    first, second = new_database(), new_database()
    with running(first.writer, state) as opened:
        opened.place()
    with running(second.writer, state.with_name("another")) as opened:
        opened.place()
        opened.place()
    with pytest.raises(IntegrityError, match="does not extend the signed one"):
        start(second, state)


def test_a_restore_while_running_stops_the_journal(database: Access, state: Path) -> None:
    """The tail is cut off under a running writer, head and all: the signer refuses the next head."""
    with running(database.writer, state) as opened:
        for _ in range(3):
            opened.place()
        older = opened.receipts[-2]
        with psycopg.connect(database.owner) as owner:
            for table in ("events", "commands"):
                owner.execute(f"ALTER TABLE journal.{table} DISABLE TRIGGER USER")
            owner.execute("DELETE FROM journal.events WHERE notification_id > 4")
            owner.execute("DELETE FROM journal.commands WHERE first_id > 4")
            owner.execute("UPDATE journal.head SET size = 4, root = %s", (root_in(older.checkpoint),))
        with pytest.raises(IntegrityError, match="does not extend the signed one"):
            opened.place()
        with pytest.raises(IntegrityError):
            opened.place()


def root_in(checkpoint: bytes) -> bytes:
    return decode_base64(checkpoint.split(b"\n")[2])


def start(access: Access, state: Path) -> None:
    with running(access.writer, state):
        pytest.fail("it started")


def copy(source: Access, target: Access) -> None:
    """What a restore does: the rows of one database in another."""
    with psycopg.connect(source.owner) as reading, psycopg.connect(target.owner) as writing:
        writing.execute("DELETE FROM journal.head")
        for table, columns in (
            ("events", "originator_id, originator_version, topic, state, notification_id"),
            ("head", "one, size, root"),
            ("balances", "account, commodity, amount, side"),
            ("commands", "actor, key, input, first_id, last_id"),
        ):
            with (
                reading.cursor().copy(f"COPY journal.{table} ({columns}) TO STDOUT") as rows,
                writing.cursor().copy(f"COPY journal.{table} ({columns}) FROM STDIN") as into,
            ):
                for data in rows:
                    into.write(data)
