"""Who runs the database of a home: one process at a time, said openly in the lock file.

The lock is the kernel's (flock), so it is free the moment its holder is gone, however it went. The text in
the file only tells others whom to ask; it is believed only while the lock is held.
"""

import fcntl
import json
import os
import sys
import time
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from migrations.errors import EmbeddedBusy

LOOKS = 20  # somebody who only looks (`owner_of`) holds the lock for microseconds: that is no owner
LOOK_S = 0.01


@dataclass(frozen=True)
class Owner:
    """The process that runs the server; `socket_folder` is None until the server answers."""

    pid: int
    command: str
    since: str
    socket_folder: str | None = None
    version: str | None = None


class HomeLock:
    """The lock of one home, held by this process."""

    def __init__(self, descriptor: int, owner: Owner) -> None:
        self._descriptor = descriptor
        self._owner = owner

    @classmethod
    def take(cls, home: Path) -> "HomeLock":
        """Take the lock, or raise EmbeddedBusy naming the process that holds it."""
        descriptor = os.open(_file(home), os.O_RDWR | os.O_CREAT, 0o600)
        if not _locked(descriptor):
            holder = _read(descriptor)
            os.close(descriptor)
            raise _busy(home, holder)
        since = datetime.now(UTC).isoformat(timespec="seconds")
        lock = cls(descriptor, Owner(os.getpid(), _own_command(), since))
        try:
            lock._write(json.dumps(asdict(lock._owner)))
        except OSError:  # a full disk, say: whoever could not start must not look like an owner
            os.close(descriptor)
            raise
        return lock

    def announce(self, socket_folder: Path, *, version: str) -> None:
        """Tell those who want to attach that the server answers, and where."""
        self._owner = replace(self._owner, socket_folder=str(socket_folder), version=version)
        self._write(json.dumps(asdict(self._owner)))

    def release(self) -> None:
        """Let the home go."""
        try:
            self._write("")
        finally:
            os.close(self._descriptor)

    def close_copy(self) -> None:
        """In a forked child: drop the inherited descriptor, so that the lock dies with the parent."""
        os.close(self._descriptor)

    def _write(self, text: str) -> None:
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, text.encode(), 0)


def owner_of(home: Path) -> Owner | None:
    """Return the process that runs the server of `home`, None if nobody does."""
    try:
        descriptor = os.open(_file(home), os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _read(descriptor) or Owner(0, "unknown", "")
        return None
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    for look in range(LOOKS):
        if look:
            time.sleep(LOOK_S)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        return True
    return False


def _read(descriptor: int) -> Owner | None:
    """Return what the holder wrote; None while it is between emptying and writing."""
    try:
        return Owner(**json.loads(os.pread(descriptor, 4096, 0)))
    except (ValueError, TypeError):
        return None


def _own_command() -> str:
    """Name this program and its subcommand, without arguments, which may be private."""
    words = [Path(sys.argv[0]).name or "python", *sys.argv[1:2]]
    return " ".join(word for word in words if not word.startswith("-"))[:80]


def _busy(home: Path, holder: Owner | None) -> EmbeddedBusy:
    who = f"process {holder.pid} ({holder.command}, since {holder.since})" if holder else "another process"
    return EmbeddedBusy(
        "embedded.busy",
        f"the PostgreSQL of {home} is already run by {who}: stop that one first, or set "
        "MINGZHANG_HOME to another folder",
        home=str(home),
        pid=holder.pid if holder else 0,
        command=holder.command if holder else "",
        since=holder.since if holder else "",
    )


def _file(home: Path) -> Path:
    return home / "postgres.lock"
