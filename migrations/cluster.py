"""One PostgreSQL cluster on disk: made whole or not at all, run with durability on, waited for until it
answers.

fsync, full_page_writes and synchronous_commit are given on the command line, where no edit of postgresql.conf
and no ALTER SYSTEM can turn them off.
"""

import os
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from migrations.account import Account, run_as, spawn_as
from migrations.binaries import Binaries
from migrations.errors import EmbeddedError
from migrations.passwords import fsync_folder
from migrations.place import private_folder
from migrations.postmaster import explain, stop_postmaster

SUPERUSER = "postgres"
START_S_MAX = 600  # recovery after a crash reads up to max_wal_size of log; a progress bar is not worth giving up for
ORPHANS_S_MAX = 30  # backends of a killed postmaster notice its death within a second, except inside a long computation
LOG_BYTES_MAX = 10_000_000
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "wal_level": "replica",
    "max_wal_size": "2GB",
    "shared_buffers": "256MB",
    "max_connections": "200",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
}


@dataclass(frozen=True)
class Endpoint:
    """A running server: where its socket is and how its superuser signs in."""

    socket_folder: Path
    version: str
    superuser_password: str = field(repr=False)

    @property
    def superuser_dsn(self) -> str:
        return self.dsn(user=SUPERUSER, password=self.superuser_password)

    def dsn(self, *, user: str, password: str, database: str = "postgres") -> str:
        """Return the connection string (libpq form) of `user`; it holds the password, so never log it."""
        return make_conninfo(host=str(self.socket_folder), user=user, password=password, dbname=database)


def data_major(data: Path) -> int | None:
    try:
        return int((data / "PG_VERSION").read_text("ascii").strip())
    except FileNotFoundError:
        if data.exists():
            raise EmbeddedError(
                "embedded.damaged",
                f"{data} is not a PostgreSQL data folder (no PG_VERSION): restore it from a backup",
                data=str(data),
            ) from None
        return None


def initialise(data: Path, *, binaries: Binaries, account: Account | None, password: str) -> None:
    """Make a new cluster beside its final place and rename it when it is whole: a crash leaves none, never
    half of one.
    """
    new = data.with_name("data.new")
    shutil.rmtree(new, ignore_errors=True)
    private_folder(new, account=account)
    password_file = data.with_name("initdb.password")
    password_file.unlink(missing_ok=True)
    descriptor = os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, f"{password}\n".encode())
        if account:
            os.fchown(descriptor, account.uid, account.gid)
        _initdb(new, password_file, binaries=binaries, account=account)
    finally:
        os.close(descriptor)
        password_file.unlink()
    new.rename(data)
    fsync_folder(data.parent)


def _initdb(new: Path, password_file: Path, *, binaries: Binaries, account: Account | None) -> None:
    """Order text by code point, everywhere the same: by PostgreSQL's own collation (17 on), else by the C
    library's.
    """
    if binaries.major >= 17:
        attempts = [["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]]
    else:
        attempts = [["--locale=C.UTF-8"], ["--locale=C"]]  # the second where the C library knows no C.UTF-8
    for locale in attempts:
        done = run_as(
            account,
            *(binaries.folder / "initdb", "-D", new, "-U", SUPERUSER, "-A", "scram-sha-256", "-E", "UTF8"),
            *(f"--pwfile={password_file}", "--data-checksums", "--no-instructions", *locale),
        )
        if done.returncode == 0:
            return
        if "invalid locale" not in done.stdout:
            break
    raise explain(done.stdout, data=new)


def launch(endpoint: Endpoint, *, data: Path, binaries: Binaries, account: Account | None) -> subprocess.Popen[bytes]:
    """Run the server until it answers; wait for backends of a killed predecessor that still hold its
    memory.
    """
    until = time.monotonic() + ORPHANS_S_MAX
    log = data.with_name("server.log")
    if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
        log.replace(log.with_name("server.log.1"))
    while True:
        said_from = log.stat().st_size if log.exists() else 0
        process = _spawn(endpoint, log, data=data, binaries=binaries, account=account)
        try:
            _await_answer(endpoint, process)
        except BaseException:
            stop_postmaster(process)
            raise
        if process.poll() is None:
            return process
        said = log.read_bytes()[said_from:].decode("utf-8", "replace")
        if "pre-existing shared memory block" not in said or time.monotonic() > until:
            raise explain(said, data=data)
        time.sleep(0.2)


def _spawn(
    endpoint: Endpoint, log: Path, *, data: Path, binaries: Binaries, account: Account | None
) -> subprocess.Popen[bytes]:
    settings = SETTINGS | {"unix_socket_directories": str(endpoint.socket_folder)}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with open(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "wb") as out:  # noqa: PTH123 (mode 0600)
        return spawn_as(account, binaries.folder / "postgres", "-D", data, *options, output=out)


def _await_answer(endpoint: Endpoint, process: subprocess.Popen[bytes]) -> None:
    """Return when the superuser can sign in, or the server has ended."""
    until = time.monotonic() + START_S_MAX
    while process.poll() is None:
        try:
            psycopg.connect(endpoint.superuser_dsn, connect_timeout=5).close()
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise EmbeddedError(
                    "embedded.passwords",
                    "the kept superuser password does not fit this database: restore passwords.json from the "
                    "same backup as the data",
                ) from error
            if time.monotonic() > until:
                raise EmbeddedError(
                    "embedded.slow", f"PostgreSQL did not answer within {START_S_MAX} s: {error}"
                ) from error
            time.sleep(0.02)
        else:
            return
