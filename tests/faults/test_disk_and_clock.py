"""The disk is full, the clock goes back, two signers work at once: the log goes on where it can, and is whole after."""

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from audit.package import Beside, write_package
from audit.verify import verify_package
from domain.kernel.calendar import instant_text
from journal import line as lines
from journal import note
from journal.journal import now
from journal.publisher import Published
from migrations.roles import Access
from tests.audit.full import pages_of
from tests.audit.story import LOG_KEY, POLICY, County, seal
from tests.faults.serving import publish, server
from tests.faults.world import World, begun
from tests.journal.opened import Opened
from tests.journal.signers import Home, signer_home

DISK_BYTES = 512 * 1024


# A full disk.


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own, where one can be mounted; else a folder."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = os.geteuid() == 0 and _run("mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", folder)
    yield folder
    if mounted:
        assert _run("umount", folder)


def _run(*command: str | Path) -> bool:
    return subprocess.run([*map(str, command)], capture_output=True, check=False).returncode == 0


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Not a byte of room is left; where there is no small disk, no file may grow."""
    if disk.is_mount():
        filler = disk / "filler"
        filler.write_bytes(bytes(shutil.disk_usage(disk).free))
        try:
            yield
        finally:
            filler.unlink()
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_stops_publishing_and_nothing_else(database: Access, disk: Path) -> None:
    """The signer's room was taken when it began, so that events go on being acknowledged; the public files wait."""
    with signer_home(disk / "home", database.auditor) as home, begun(database, home) as world:
        with home.client() as client, server(world.given, client) as opened:
            world.record(opened, "before")
            assert publish(world.given, opened) == Published(4)
            with full(disk):
                world.record(opened, "while-it-is-full")
                with pytest.raises(OSError, match=r"No space left on device|File too large"):
                    publish(world.given, opened)
                world.see_public()
                world.judge(published=False)
            world.record(opened, "after")
            assert publish(world.given, opened) == Published(6)
        world.judge()


# The clock.


def test_a_clock_that_goes_back_stops_nothing(database: Access, tmp_path: Path) -> None:
    """The index is the order; `at` says what the server's clock showed, and no rule is built on it."""
    with signer_home(tmp_path / "home", database.auditor) as home, begun(database, home) as world:
        with home.client() as client, server(world.given, client) as opened:
            for number, hours in enumerate((0, -48, 1, -1)):
                set_clock(opened, now() + timedelta(hours=hours))
                world.record(opened, f"clock-{number}")
            assert publish(world.given, opened) == Published(7)
            shown = [lines.parse(entry.rpartition(b"\n\n")[0] + b"\n").at for _, entry in opened.store.entries(3)]
        assert shown != sorted(shown)
        world.judge()


def set_clock(opened: Opened, at: datetime) -> None:
    opened.journal._clock = lambda: at


def test_verify_finds_no_fault_with_a_clock_that_went_back(tmp_path: Path) -> None:
    """An auditor who needs a time that the server did not set has the witness's and the time stamps."""
    county = County()
    entries = county.story.entries()
    half = len(entries) // 2
    for index in range(half, len(entries)):
        draft = county.story.drafts[index]
        line = lines.parse(entries[index].rpartition(b"\n\n")[0] + b"\n")
        earlier = instant_text(datetime.fromisoformat(line.at) - timedelta(days=30))
        entries[index] = note.sign(lines.encode(replace(line, at=earlier)), county.story.key(draft.role, draft.by))
    beside = Beside(disclosures=pages_of(entries))
    write_package(tmp_path / "package", entries=entries, checkpoint=seal(entries), policy=POLICY, beside=beside)
    report = verify_package(tmp_path / "package", log_key=str(LOG_KEY.verifier_key), processes=1)
    assert [finding for finding in report.findings if not finding.attention] == []
    assert report.verdict == "whole"


# Two signers.


def test_two_signers_with_a_copied_memory_never_disagree(database: Access, tmp_path: Path) -> None:
    """Somebody copied the signer's folder to a second machine; both work on the one database, turn by turn."""
    with signer_home(tmp_path / "home", database.auditor) as home, begun(database, home) as world:
        home.kill()
        shutil.copytree(home.folder, tmp_path / "second", ignore=shutil.ignore_patterns("socket", "lock"))
        second = Home(tmp_path / "second", database.auditor)
        try:
            with first_and_second(world, home, second) as both:
                for number in range(7):  # the first signer has the last word, and its memory is judged
                    world.record(both[number % 2], f"turn-{number}")
                    assert publish(world.given, both[number % 2]) == Published(4 + number)
            world.judge()
        finally:
            second.kill()


@contextmanager
def first_and_second(world: World, home: Home, second: Home) -> Iterator[tuple[Opened, Opened]]:
    with home.client() as one, second.client() as other, server(world.given, one) as a, server(world.given, other) as b:
        yield a, b
