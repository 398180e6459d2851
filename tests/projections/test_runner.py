"""Pages wait for what they recorded, cheaply, and are never told too early."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from migrations.roles import Access
from projections import incidents
from projections.models import MODELS
from projections.runner import Runner
from projections.schema import install
from tests.projections.conftest import roles_of
from tests.projections.story import CODEC, COUNTY, Story


@pytest.fixture
def following(runner: Runner) -> Iterator[Runner]:
    """A runner that follows the log in a thread."""
    stop = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(runner.follow, stop)
        yield runner
        stop.set()
        done.result(timeout=60)


def test_whoever_waits_reads_what_was_recorded(
    installed: Access, following: Runner, reader: psycopg.Connection
) -> None:
    story = Story().opened()
    story.append_to(installed.writer)
    for number in range(1, 6):
        story.report()
        assert following.wait_for(story.append_to(installed.writer), timeout_s=10)
        assert incidents.counters(reader, area=COUNTY).verification == number


def test_a_wait_ends_soon_after_the_append(installed: Access, following: Runner) -> None:
    story = Story().opened()
    assert following.wait_for(story.append_to(installed.writer), timeout_s=10)
    waits_ms = []
    for _ in range(10):
        story.report()
        size = story.append_to(installed.writer)
        began = time.monotonic()
        assert following.wait_for(size, timeout_s=10)
        waits_ms.append((time.monotonic() - began) * 1_000)
    assert sorted(waits_ms)[5] < 400, "notifications arrive, so the half second of the poll is not waited for"


def test_many_waiters_share_one_connection(installed: Access, following: Runner) -> None:
    story = Story().opened()
    size = story.append_to(installed.writer)
    with ThreadPoolExecutor(20) as pool, psycopg.connect(installed.projector, autocommit=True) as conn:
        waiting = [pool.submit(following.wait_for, size + 1, timeout_s=10) for _ in range(20)]
        assert following.wait_for(size, timeout_s=10)
        found = conn.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE application_name = 'mingzhang read-position' AND datname = current_database()"
        ).fetchone()
        story.report()
        story.append_to(installed.writer)
        assert found == (1,)
        assert all(one.result() for one in waiting)


def test_a_wait_for_what_is_not_there_runs_out(installed: Access, runner: Runner) -> None:
    Story().opened().append_to(installed.writer)
    began = time.monotonic()
    assert not runner.wait_for(1, timeout_s=0.3)
    assert time.monotonic() - began > 0.2
    runner.catch_up()
    assert runner.wait_for(2, timeout_s=10)
    assert not runner.wait_for(3, timeout_s=0.1)


def test_a_closed_runner_tells_waiters_no(installed: Access, runner: Runner) -> None:
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(runner.wait_for, 1, timeout_s=30)
        time.sleep(0.1)
        runner.close()
        assert waiting.result(timeout=60) is False
    assert runner.wait_for(1, timeout_s=30) is False


def test_installing_again_changes_nothing_and_pages_may_only_read(
    installed: Access, told: Story, runner: Runner, reader: psycopg.Connection
) -> None:
    with psycopg.connect(installed.projector, autocommit=True) as conn:
        install(conn, MODELS, roles=roles_of(installed))
    assert {one.position for one in runner.status()} == {len(told.entries)}
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        reader.execute("DELETE FROM read.incidents")
    reader.execute("SET default_transaction_read_only = off")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        reader.execute("DELETE FROM read.incidents")


def test_status_before_anything_is_installed(database: Access) -> None:
    Story().opened().append_to(database.writer)
    runner = Runner(database.projector, CODEC)
    assert {(one.installed, one.current, one.behind) for one in runner.status()} == {(False, False, 2)}
    assert runner.wait_for(1, timeout_s=0.1) is False
    runner.close()
