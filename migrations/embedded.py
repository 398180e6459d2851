"""A PostgreSQL of our own in the home folder: it starts with us, stops with us, and loses nothing
acknowledged.

One process owns the server while it holds the lock file of the home; the kernel frees that lock however the
owner dies. What must not be broken: durability is never traded (fsync, full_page_writes, synchronous_commit
are on), the server listens on a private Unix socket only, every connection needs a password, and no server
outlives an owner that ended normally. A server left behind by an owner that was killed is stopped and started
again by the next one: a restart takes 0.2 s, loses nothing that was committed, and leaves no half-done
transaction of the dead owner holding locks.

The library installs no signal handlers. Use it as a context manager (or rely on `atexit`), and let the
command line call `install_stop_on_signals()` first: SIGTERM and SIGHUP otherwise end Python without unwinding
anything.
"""

import atexit
import os
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from migrations.account import choose_account
from migrations.binaries import find_binaries, runnable_by
from migrations.cluster import SUPERUSER, Endpoint, data_major, initialise, launch
from migrations.errors import EmbeddedBusy, EmbeddedError
from migrations.home_lock import HomeLock, Owner, owner_of
from migrations.passwords import kept_passwords, read_passwords
from migrations.place import (
    ELSEWHERE,
    make_home,
    recorded_place,
    settle,
    socket_folder,
)
from migrations.postmaster import clear_stale_pid_files, explain, running_postmaster, stop_postmaster

__all__ = [
    "EmbeddedBusy",
    "EmbeddedError",
    "EmbeddedPostgres",
    "Endpoint",
    "attach",
    "attach_or_start",
    "install_stop_on_signals",
    "passwords_file",
]


def passwords_file(home: Path) -> Path:
    """Return the file (0600) in which a home keeps the passwords of its database accounts."""
    return home / "passwords.json"


class EmbeddedPostgres:
    """The server of one home, owned by this process from `start` to `stop`.

    `run_as`: the account to use when started by root (MINGZHANG_RUN_AS); `bin_dir`: the binaries to use
    (MINGZHANG_PG_BIN); `elsewhere`: where data and binaries go that root's account cannot reach in their own
    place.
    """

    def __init__(
        self,
        home: Path,
        *,
        run_as: str | None = None,
        bin_dir: Path | None = None,
        elsewhere: Path = ELSEWHERE,
    ) -> None:
        self.home = home.resolve()
        self._run_as = run_as
        self._bin_dir = bin_dir
        self._elsewhere = elsewhere
        self._lock: HomeLock | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._endpoint: Endpoint | None = None

    @property
    def endpoint(self) -> Endpoint:
        """Return the running server; raises EmbeddedError `embedded.not_started` before `start`."""
        if self._endpoint is None:
            raise EmbeddedError("embedded.not_started", f"the PostgreSQL of {self.home} was not started")
        return self._endpoint

    @property
    def postmaster_pid(self) -> int | None:
        """Return the process id of the live server, None if there is none."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> Endpoint:
        """Start the server and return it when it answers. Raises EmbeddedBusy if another process owns this
        home.
        """
        if self._lock is not None:
            raise EmbeddedError("embedded.started", f"the PostgreSQL of {self.home} was already started here")
        try:
            make_home(self.home)
            self._lock = HomeLock.take(self.home)
            atexit.register(self.stop)
            _OWNERS.add(self)
            return self._bring_up()
        except OSError as error:
            self.stop()
            raise _from_os_error(error, self.home) from error
        except BaseException:  # Ctrl-C while starting must not leave a server behind either
            self.stop()
            raise

    def revive(self) -> bool:
        """Start the server again if it died while we own it (kill -9, out of memory); return whether it had
        died.
        """
        if self._lock is None or self.postmaster_pid is not None:
            return False
        try:
            self._bring_up()
        except OSError as error:
            raise _from_os_error(error, self.home) from error
        return True

    def stop(self) -> None:
        """Stop the server (fast: sessions are cut, committed work is kept) and let the home go. Twice does no
        harm.
        """
        atexit.unregister(self.stop)
        process, self._process, self._endpoint = self._process, None, None
        try:
            if process is not None:
                stop_postmaster(process)
        finally:
            if self._lock is not None:
                self._lock.release()
                self._lock = None
            _OWNERS.discard(self)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _bring_up(self) -> Endpoint:
        data = recorded_place(self.home) / "data"
        account = choose_account(self._run_as, data=data)
        place = settle(self.home, account=account, elsewhere=self._elsewhere)
        data = place / "data"
        binaries = runnable_by(
            find_binaries(self._bin_dir, data_major=data_major(data)), account, elsewhere=self._elsewhere
        )
        password = self._superuser_password(data)
        sockets = socket_folder(place, account=account)
        left_over = running_postmaster(data)
        if left_over is not None:
            stop_postmaster(left_over)
        if not data.exists():
            initialise(data, binaries=binaries, account=account, password=password)
        clear_stale_pid_files(data, sockets)
        self._endpoint = Endpoint(sockets, binaries.version, password)
        self._process = launch(self._endpoint, data=data, binaries=binaries, account=account)
        if self._lock is not None:
            self._lock.announce(sockets, version=binaries.version)
        return self._endpoint

    def _superuser_password(self, data: Path) -> str:
        file = passwords_file(self.home)
        if data.exists() and SUPERUSER not in read_passwords(file):
            raise EmbeddedError(
                "embedded.passwords",
                f"{file} is gone or incomplete, but the database in {data} needs it: restore it from a backup",
                file=str(file),
            )
        return kept_passwords(file, [SUPERUSER])[SUPERUSER]

    def _forget(self) -> None:
        """In a forked child: the server and the lock are the parent's alone."""
        if self._lock is not None:
            self._lock.close_copy()
        if self._process is not None:
            self._process.returncode = 0  # it is not a child of ours, so nobody is to wait for it
        self._lock = self._process = self._endpoint = None


_OWNERS: weakref.WeakSet[EmbeddedPostgres] = weakref.WeakSet()


def _forget_in_child() -> None:
    for owner in list(_OWNERS):
        atexit.unregister(owner.stop)
        owner._forget()


os.register_at_fork(after_in_child=_forget_in_child)


def attach(home: Path, *, wait_s: float = 60) -> Endpoint | None:
    """Return the running server of `home` without owning it, None if nobody runs one.

    Waits up to `wait_s` seconds for an owner that is just starting. The server goes away when its owner
    stops.
    """
    home = home.resolve()
    until = time.monotonic() + wait_s
    while (owner := owner_of(home)) is not None:
        if owner.socket_folder is not None:
            kept = read_passwords(passwords_file(home))
            return Endpoint(Path(owner.socket_folder), owner.version or "", kept.get(SUPERUSER, ""))
        if time.monotonic() > until:
            raise _still_starting(home, owner)
        time.sleep(0.05)
    return None


@contextmanager
def attach_or_start(
    home: Path, *, run_as: str | None = None, bin_dir: Path | None = None, elsewhere: Path = ELSEWHERE
) -> Iterator[Endpoint]:
    """Use the running server of `home`, or start one for as long as the block lasts.

    For commands such as `export` beside a running `serve`. Whoever started the server stops it at the end of
    its block.
    """
    server = EmbeddedPostgres(home, run_as=run_as, bin_dir=bin_dir, elsewhere=elsewhere)
    while True:
        try:
            server.start()
        except EmbeddedBusy:
            running = attach(home)
            if running is None:  # it ended between the two looks; try to become the owner again
                continue
            yield running
        else:
            try:
                yield server.endpoint
            finally:
                server.stop()
        return


def install_stop_on_signals() -> None:
    """Turn SIGTERM and SIGHUP into SystemExit, so that context managers and `atexit` run. For the main thread
    of a program.

    uvicorn raises a signal it handled once more after its own shutdown: without this, that second one kills
    the process on the spot and leaves the server behind. A signal that is being ignored (nohup) stays
    ignored.
    """

    def leave(number: int, frame: FrameType | None) -> None:
        del frame
        sys.exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, leave)


def _from_os_error(error: OSError, home: Path) -> EmbeddedError:
    """Say what the operating system refused, in the words that `explain` uses for the server's own
    refusals.
    """
    return explain(f"{error.filename or home}: {error.strerror or error}", data=home)


def _still_starting(home: Path, owner: Owner) -> EmbeddedBusy:
    return EmbeddedBusy(
        "embedded.busy",
        f"the PostgreSQL of {home} is still being started by process {owner.pid} ({owner.command})",
        home=str(home),
        pid=owner.pid,
    )
