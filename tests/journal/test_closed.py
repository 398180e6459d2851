"""A closed journal takes nothing more, from whichever process; and if something slips in, nobody signs it."""

import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from domain.kernel.ids import stream_name
from domain.kernel.refusals import Refusal
from domain.log import LogClosed
from domain.places import PlaceRegistered
from journal import batch, merkle
from journal.errors import IntegrityError
from journal.facts import Fact
from migrations.roles import Access
from tests.journal.opened import COUNTY, DAY, FOUNDER, Opened, assert_whole, running
from tests.journal.signers import LOG_STREAM, close, signer_home


@pytest.fixture
def second(database: Access, state: Path, opened: Opened) -> Iterator[Opened]:
    """Another process over the same journal."""
    with running(database.writer, state) as other:
        yield other


def refused(opened: Opened) -> str:
    with pytest.raises(Refusal) as refusal:
        opened.place()
    return refusal.value.code


def test_nothing_is_recorded_after_the_last_event(opened: Opened, second: Opened) -> None:
    before = opened.place(key="before")
    second.place()
    last = close(opened)
    for _ in range(2):  # as remembered, and as seen under the lock
        assert refused(opened) == refused(second) == "log.closed"
    assert opened.place(key="before").replayed
    assert second.place(key="before").first_index == before.first_index
    assert opened.journal.position() == last.size == 5


def test_a_journal_that_was_closed_before_the_program_started(database: Access, state: Path, opened: Opened) -> None:
    close(opened)
    with running(database.writer, state) as later:
        assert refused(later) == "log.closed"


def test_whoever_appends_at_the_same_time_stands_before_the_last_event_or_nowhere(
    database: Access, opened: Opened, second: Opened
) -> None:
    """Group commits of two processes: what was acknowledged stands, and the close is the last entry."""
    outcomes: list[str] = []
    begun = threading.Barrier(9)

    def append(to: Opened) -> None:
        begun.wait()
        for _ in range(20):
            try:
                to.place()
                outcomes.append("stands")
            except Refusal as refusal:
                outcomes.append(refusal.code)

    threads = [threading.Thread(target=append, args=(to,)) for to in (opened, second) * 4]
    for thread in threads:
        thread.start()
    begun.wait()
    close(opened)
    for thread in threads:
        thread.join()
    assert set(outcomes) <= {"stands", "log.closed"}
    entries = assert_whole(database.auditor, opened.receipts + second.receipts)
    assert b'"type":"log.closed/1"' in entries[-1]
    assert len(entries) == 2 + outcomes.count("stands") + 1
    assert refused(second) == "log.closed"


def test_the_last_event_is_the_last_of_its_command(opened: Opened) -> None:
    place = Fact(stream_name("place", uuid4()), PlaceRegistered(code=COUNTY, name="横峰县", since=DAY), DAY)
    end = Fact(LOG_STREAM, LogClosed(reason="too early"), DAY)

    def decide(read):  # type: ignore[no-untyped-def]
        read.state(LOG_STREAM, lambda _state, _event: True)
        return [end, place]

    with pytest.raises(Refusal, match=r"log\.closed"):
        opened.journal.execute(actor=FOUNDER, key="k", inputs={}, decide=decide)
    assert opened.place().size == 3


def test_what_slips_in_behind_the_end_is_never_signed(
    database: Access, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer that does not know the rule, as a forged program might not: the signer, a process of its own, does."""
    monkeypatch.setattr(batch, "LAST_TYPE", "nothing/1")
    with signer_home(tmp_path / "home", database.auditor) as home:
        for restarted in (False, True):
            with running(database.writer, home.state, make_signer=lambda _key, _state: home.client()) as opened:
                if not restarted:
                    close(opened)
                with pytest.raises(IntegrityError, match="stands behind the event that closed the journal"):
                    opened.place()
            home.kill()
            if restarted:
                break
            with psycopg.connect(database.owner) as owner:  # what a restore to the signed head does
                for table in ("events", "commands"):
                    owner.execute(f"ALTER TABLE journal.{table} DISABLE TRIGGER USER")
                owner.execute("DELETE FROM journal.events WHERE notification_id > 3")
                owner.execute("DELETE FROM journal.commands WHERE first_id > 3")
                root = owner.execute("SELECT leaf FROM journal.events ORDER BY notification_id").fetchall()
                owner.execute(
                    "UPDATE journal.head SET size = 3, root = %s", (merkle.root_of([row[0] for row in root]),)
                )
