"""A process of its own keeps the read models while a command works, and ends with it, however that ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg

import projections
from migrations.roles import Access
from projections import incidents
from projections.companion import companion
from projections.runner import Runner
from tests.projections.story import COUNTY, Story

ROOT = Path(projections.__file__).parent.parent
COMMAND = """
import sys, time
from projections.companion import companion

if __name__ == "__main__":
    with companion(sys.argv[1]):
        print("ready", flush=True)
        time.sleep(60)
"""


def followers(conn: psycopg.Connection) -> int:
    """How many processes keep the read models of this database."""
    found = conn.execute(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE application_name = 'mingzhang projections' AND datname = current_database()"
    ).fetchone()
    assert found is not None
    return int(found[0])


def children(pid: int) -> list[int]:
    """The processes that a process has started and that are still there."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_it_applies_what_is_recorded_and_ends(installed: Access, runner: Runner, reader: psycopg.Connection) -> None:
    story, before = Story().opened(), set(children(os.getpid()))
    with companion(installed.projector):
        story.report()
        assert runner.wait_for(story.append_to(installed.writer), timeout_s=30)
        assert incidents.counters(reader, area=COUNTY).verification == 1
        assert runner.catch_up() == len(story.entries), "beside its runner another finds nothing left, and no lock"
    assert followers(reader) == 0
    assert set(children(os.getpid())) - before <= _trackers()


def test_it_ends_when_the_command_is_killed(installed: Access, tmp_path: Path) -> None:
    script = tmp_path / "command.py"
    script.write_text(COMMAND)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, str(script), installed.projector], stdout=subprocess.PIPE, env=environment, text=True
    ) as command:
        assert command.stdout is not None
        assert command.stdout.readline() == "ready\n"
        started = children(command.pid)
        assert started
        command.send_signal(signal.SIGKILL)
    until = time.monotonic() + 60
    while any(_runs(pid) for pid in started):
        assert time.monotonic() < until, "a companion outlived its command"
        time.sleep(0.1)


def _runs(pid: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def _trackers() -> set[int]:
    """The process that the standard library keeps to tidy up what spawned processes shared."""
    from multiprocessing import resource_tracker

    pid = resource_tracker._resource_tracker._pid  # type: ignore[attr-defined]
    return {pid} if pid else set()
