"""The embedded database outlives every way in which a process can end, and nothing outlives it.

Real processes and real signals. After each death the next start finds every row that was acknowledged.
"""

import os
import pwd
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from migrations.binaries import carriers
from migrations.embedded import (
    EmbeddedBusy,
    EmbeddedError,
    EmbeddedPostgres,
    attach,
    attach_or_start,
    passwords_file,
)
from migrations.place import recorded_place
from migrations.postmaster import running_postmaster

OWNER_PROCESS = Path(__file__).with_name("owner_process.py")
REPOSITORY = OWNER_PROCESS.parents[2]
FOUND = {one.origin: one.folder for one in carriers()}
STOP_S_MAX = 20

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give the server another account")


@pytest.fixture(
    params=[
        pytest.param(origin, marks=pytest.mark.skipif(origin not in FOUND, reason=f"no PostgreSQL of the {origin}"))
        for origin in ("wheel", "system")
    ]
)
def bin_dir(request: pytest.FixtureRequest) -> Path:
    """The programs of the wheel, then those of the system (Debian's 15)."""
    return FOUND[request.param]


@contextmanager
def owner_process(home: Path, bin_dir: Path, *, manner: str = "signals") -> Iterator[subprocess.Popen[str]]:
    """Run a process that owns the server of `home`; yield it when the server answers."""
    process = subprocess.Popen(
        [sys.executable, OWNER_PROCESS, home, bin_dir, manner],
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline() == "READY\n"
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def postmaster(home: Path) -> int | None:
    return running_postmaster(recorded_place(home.resolve()) / "data")


def add_row(dsn: str, value: int) -> None:
    """Write and commit: from here on the row is acknowledged."""
    with psycopg.connect(dsn) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS facts (n int)")
        connection.execute("INSERT INTO facts VALUES (%s)", [value])


def rows(dsn: str) -> list[int]:
    with psycopg.connect(dsn) as connection:
        return [n for (n,) in connection.execute("SELECT n FROM facts ORDER BY n")]


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + STOP_S_MAX
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)


def attached(home: Path) -> str:
    endpoint = attach(home)
    assert endpoint is not None
    return endpoint.superuser_dsn


# How an owner ends.


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_the_server_and_keeps_every_row(home: Path, bin_dir: Path, number: signal.Signals) -> None:
    with owner_process(home, bin_dir) as process:
        add_row(attached(home), 1)
        assert postmaster(home)
        process.send_signal(number)
        process.wait(STOP_S_MAX)
    assert process.returncode != 0
    assert postmaster(home) is None
    assert not (recorded_place(home) / "data" / "postmaster.pid").exists()  # a clean end, not a crash
    with EmbeddedPostgres(home, bin_dir=bin_dir) as server:
        assert rows(server.endpoint.superuser_dsn) == [1]


def test_a_normal_end_without_closing_anything_stops_the_server(home: Path, bin_dir: Path) -> None:
    with owner_process(home, bin_dir, manner="atexit") as process:
        assert process.wait(STOP_S_MAX) == 0
    assert postmaster(home) is None
    assert attach(home) is None


def test_the_next_start_takes_over_from_a_killed_owner(home: Path, bin_dir: Path) -> None:
    with owner_process(home, bin_dir) as process:
        dsn = attached(home)
        add_row(dsn, 1)
        process.kill()
        process.wait()
        left_over = postmaster(home)
        assert left_over is not None
        add_row(dsn, 2)  # another process that was attached may still write: that too is acknowledged
    with EmbeddedPostgres(home, bin_dir=bin_dir) as server:
        assert server.postmaster_pid not in (None, left_over)
        assert rows(server.endpoint.superuser_dsn) == [1, 2]
    assert postmaster(home) is None


def test_a_transaction_of_a_killed_owner_holds_no_lock_after_the_take_over(home: Path, bin_dir: Path) -> None:
    with owner_process(home, bin_dir) as process:
        dsn = attached(home)
        add_row(dsn, 1)
        stray = psycopg.connect(dsn)
        stray.execute("LOCK TABLE facts; INSERT INTO facts VALUES (2)")
        process.kill()
        process.wait()
    with EmbeddedPostgres(home, bin_dir=bin_dir) as server:
        assert rows(server.endpoint.superuser_dsn) == [1]
    with pytest.raises(psycopg.OperationalError):
        stray.commit()
    stray.close()


def test_an_owner_without_signal_handlers_is_taken_over_too(home: Path, bin_dir: Path) -> None:
    with owner_process(home, bin_dir, manner="plain") as process:
        add_row(attached(home), 1)
        process.terminate()
        process.wait(STOP_S_MAX)
    with EmbeddedPostgres(home, bin_dir=bin_dir) as server:
        assert rows(server.endpoint.superuser_dsn) == [1]
    assert postmaster(home) is None


# How the database ends.


def test_a_killed_database_is_revived_by_its_owner(home: Path, bin_dir: Path) -> None:
    with EmbeddedPostgres(home, bin_dir=bin_dir) as server:
        add_row(server.endpoint.superuser_dsn, 1)
        assert not server.revive()
        killed = server.postmaster_pid
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        until(lambda: server.postmaster_pid is None)
        assert server.revive()
        assert rows(server.endpoint.superuser_dsn) == [1]
        assert rows(attached(home)) == [1]


def test_a_database_killed_in_the_middle_of_work_recovers(home: Path, bin_dir: Path) -> None:
    """A backend that outlives its postmaster still holds its memory; the next start waits for it."""
    with EmbeddedPostgres(home, bin_dir=bin_dir) as server:
        dsn = server.endpoint.superuser_dsn
        add_row(dsn, 1)
        busy = psycopg.connect(dsn)
        busy.execute("INSERT INTO facts VALUES (2)")  # never committed
        killed = server.postmaster_pid
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        until(lambda: server.postmaster_pid is None)
        server.stop()
        busy.close()
    with EmbeddedPostgres(home, bin_dir=bin_dir) as server:
        assert rows(server.endpoint.superuser_dsn) == [1]


def test_a_killed_backend_costs_only_its_own_work(home: Path, bin_dir: Path) -> None:
    with EmbeddedPostgres(home, bin_dir=bin_dir) as server:
        dsn = server.endpoint.superuser_dsn
        add_row(dsn, 1)
        with psycopg.connect(dsn) as busy:
            busy.execute("INSERT INTO facts VALUES (2)")
            os.kill(busy.info.backend_pid, signal.SIGKILL)
            with pytest.raises(psycopg.OperationalError):
                busy.execute("SELECT 1")

        def answers() -> bool:
            try:
                return rows(dsn) == [1]
            except psycopg.OperationalError:  # PostgreSQL restarts its other processes for safety
                return False

        until(answers)


def test_owner_and_database_killed_together(home: Path, bin_dir: Path) -> None:
    with owner_process(home, bin_dir) as process:
        add_row(attached(home), 1)
        database = postmaster(home)
        assert database is not None
        process.kill()
        os.kill(database, signal.SIGKILL)
        process.wait()
    assert (recorded_place(home) / "data" / "postmaster.pid").exists()
    with EmbeddedPostgres(home, bin_dir=bin_dir) as server:
        assert rows(server.endpoint.superuser_dsn) == [1]


def test_traces_of_a_dead_database_do_not_name_a_stranger(home: Path, bin_dir: Path) -> None:
    """The number was given to a process of the same account meanwhile: it is neither hit nor believed."""
    with EmbeddedPostgres(home, bin_dir=bin_dir) as server:
        add_row(server.endpoint.superuser_dsn, 1)
        sockets = server.endpoint.socket_folder
    data = recorded_place(home) / "data"
    with subprocess.Popen(["sleep", "600"], user=data.stat().st_uid) as stranger:
        for file in (data / "postmaster.pid", sockets / ".s.PGSQL.5432.lock"):
            file.write_text(f"{stranger.pid}\n{data}\n1\n5432\n{sockets}\n\n")
            os.chown(file, data.stat().st_uid, data.stat().st_gid)
        with EmbeddedPostgres(home, bin_dir=bin_dir) as server:
            assert rows(server.endpoint.superuser_dsn) == [1]
        assert stranger.poll() is None
        stranger.kill()


def test_half_of_a_first_start_is_begun_again(home: Path, bin_dir: Path) -> None:
    with EmbeddedPostgres(home, bin_dir=bin_dir):
        pass
    data = recorded_place(home) / "data"
    data.rename(data.with_name("data.new"))  # where a first start that was killed leaves it
    with EmbeddedPostgres(home, bin_dir=bin_dir) as server:
        assert postmaster(home) == server.postmaster_pid
    assert not data.with_name("data.new").exists()


# Two at once.


def test_a_second_start_is_refused_and_told_who_runs_it(home: Path, bin_dir: Path) -> None:
    with owner_process(home, bin_dir) as process:
        add_row(attached(home), 1)
        with pytest.raises(EmbeddedBusy, match=f"process {process.pid} \\(owner_process.py") as refused:
            EmbeddedPostgres(home, bin_dir=bin_dir).start()
        assert refused.value.facts["pid"] == process.pid
        assert rows(attached(home)) == [1]  # the first goes on


def test_the_same_process_cannot_start_it_twice_either(home: Path) -> None:
    with EmbeddedPostgres(home) as server:
        with pytest.raises(EmbeddedBusy):
            EmbeddedPostgres(home).start()
        with pytest.raises(EmbeddedError, match="already started"):
            server.start()
        add_row(server.endpoint.superuser_dsn, 1)


def test_others_attach_and_do_not_stop_it(home: Path, bin_dir: Path) -> None:
    with owner_process(home, bin_dir):
        with attach_or_start(home, bin_dir=bin_dir) as endpoint:
            add_row(endpoint.superuser_dsn, 1)
        assert rows(attached(home)) == [1]


def test_nobody_to_attach_to_starts_one_for_the_while(home: Path, bin_dir: Path) -> None:
    assert attach(home) is None
    with attach_or_start(home, bin_dir=bin_dir) as endpoint:
        add_row(endpoint.superuser_dsn, 1)
        assert rows(attached(home)) == [1]
    assert attach(home) is None
    assert postmaster(home) is None


def test_an_attacher_waits_for_an_owner_that_is_just_starting(home: Path) -> None:
    arguments: list[str | Path] = [sys.executable, OWNER_PROCESS, home, "-", "signals"]
    with subprocess.Popen(arguments, env=os.environ | {"PYTHONPATH": str(REPOSITORY)}, stdout=subprocess.PIPE) as one:
        until(lambda: attach_owner_exists(home))
        add_row(attached(home), 1)
        one.terminate()


def attach_owner_exists(home: Path) -> bool:
    try:
        return attach(home, wait_s=0) is not None
    except EmbeddedBusy as busy:
        return "still being started" in str(busy)


def test_a_forked_child_neither_holds_nor_stops_the_server(home: Path) -> None:
    with EmbeddedPostgres(home) as server:
        program = (
            "import os, sys, time\n"
            "from pathlib import Path\n"
            "from migrations.embedded import EmbeddedPostgres\n"
            "server = EmbeddedPostgres(Path(sys.argv[1]))\n"
            "server.start()\n"
            "if os.fork() == 0:\n"
            "    server.stop()\n"
            "    print(os.getpid(), flush=True)\n"
            "    time.sleep(600)\n"
            "time.sleep(0.5)\n"
            "assert server.postmaster_pid\n"
            "os.kill(os.getpid(), 9)\n"
        )
        server.stop()
        with subprocess.Popen(
            [sys.executable, "-W", "error", "-c", program, home],
            env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
            stdout=subprocess.PIPE,
            text=True,
        ) as owner:
            assert owner.stdout is not None
            child = int(owner.stdout.readline())
            try:
                assert owner.wait(STOP_S_MAX) == -signal.SIGKILL  # so the server was still there after the child's stop
                assert attach(home) is None  # the child lives on, and holds no lock
            finally:
                os.kill(child, signal.SIGKILL)
        server.start()


# What it runs with.


def test_durability_and_privacy_are_as_promised(home: Path, bin_dir: Path) -> None:
    with EmbeddedPostgres(home, bin_dir=bin_dir) as server, psycopg.connect(server.endpoint.superuser_dsn) as session:
        for name, expected in {
            "fsync": "on",
            "full_page_writes": "on",
            "synchronous_commit": "on",
            "data_checksums": "on",
            "listen_addresses": "",
            "unix_socket_permissions": "0700",
            "server_encoding": "UTF8",
        }.items():
            row = session.execute("SELECT current_setting(%s)", [name]).fetchone()
            assert row == (expected,), name
        methods = session.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules").fetchall()
        assert methods == [("scram-sha-256",)]
        ordered = session.execute(
            "SELECT array_agg(t ORDER BY t) FROM unnest(ARRAY['b','B','é','一','a']) t"
        ).fetchone()
        assert ordered == (["B", "a", "b", "é", "一"],)  # by code point, whatever the machine's language is
    place = recorded_place(home)
    for folder in (place / "data", place / "s"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(passwords_file(home).stat().st_mode) == 0o600


def test_alter_system_cannot_turn_durability_off(home: Path) -> None:
    with EmbeddedPostgres(home) as server, psycopg.connect(server.endpoint.superuser_dsn, autocommit=True) as session:
        session.execute("ALTER SYSTEM SET fsync = off")
    with EmbeddedPostgres(home) as server, psycopg.connect(server.endpoint.superuser_dsn) as session:
        assert session.execute("SHOW fsync").fetchone() == ("on",)


def test_our_environment_does_not_reach_the_server(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINGZHANG_SECRET", "hush")
    monkeypatch.setenv("PGDATA", "/nonexistent")
    with EmbeddedPostgres(home) as server:
        environment = Path(f"/proc/{server.postmaster_pid}/environ")
        if not environment.exists():
            pytest.skip("this system does not show the environment of processes")
        assert b"hush" not in environment.read_bytes()


def test_a_home_with_a_long_path_gets_a_short_private_socket_folder(home: Path) -> None:
    deep = home.parent / ("很长的文件夹名" * 6) / "home"
    deep.parent.mkdir()
    with EmbeddedPostgres(deep) as server:
        sockets = server.endpoint.socket_folder
        assert len(os.fsencode(sockets)) < 80
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        add_row(server.endpoint.superuser_dsn, 1)
    with EmbeddedPostgres(deep) as server:
        assert server.endpoint.socket_folder == sockets
        assert rows(server.endpoint.superuser_dsn) == [1]
    sockets.rmdir()


@needs_root
def test_root_runs_the_server_under_an_unprivileged_account(home: Path, bin_dir: Path) -> None:
    with EmbeddedPostgres(home, bin_dir=bin_dir, run_as="nobody") as server:
        assert Path(f"/proc/{server.postmaster_pid}").stat().st_uid == pwd.getpwnam("nobody").pw_uid
    with EmbeddedPostgres(home, bin_dir=bin_dir) as server:  # found again by the owner of the data
        assert Path(f"/proc/{server.postmaster_pid}").stat().st_uid == pwd.getpwnam("nobody").pw_uid


def test_an_ordinary_user_simply_runs_it(home: Path, bin_dir: Path) -> None:
    """As root, a child process that becomes `nobody` (when all its modules are loaded) plays the ordinary user."""
    program = (
        "import os, sys, psycopg, encodings.idna\n"
        "from pathlib import Path\n"
        "from migrations.embedded import EmbeddedPostgres\n"
        "uid = int(sys.argv[3])\n"
        "os.setgroups([]) if os.geteuid() != uid else None\n"
        "os.setuid(uid)\n"
        "with EmbeddedPostgres(Path(sys.argv[1]), bin_dir=Path(sys.argv[2])) as server:\n"
        "    with psycopg.connect(server.endpoint.superuser_dsn) as session:\n"
        "        print(session.execute('SELECT 6 * 7').fetchone()[0], server.home.stat().st_uid)\n"
    )
    uid = os.geteuid() or pwd.getpwnam("nobody").pw_uid
    os.chown(home.parent, uid, -1)
    done = subprocess.run(
        [sys.executable, "-c", program, home, bin_dir, str(uid)],
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == f"42 {uid}\n", done.stderr
