"""Tells a live database server from the traces of a dead one, stops it, and says why one would not start.

No process is ever signalled, and no trace removed, on the word of a process number alone: numbers are used
again, soonest of all in a container that was restarted.
"""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

from migrations.account import run_as
from migrations.errors import EmbeddedError
from migrations.place import SOCKET_NAME

FAST_S_MAX = 60
IMMEDIATE_S_MAX = 15
_NO_FOLDER = "a file is where a folder should be: choose another MINGZHANG_HOME"
KNOWN_CAUSES = (  # what the system or the server says, our code, what to do
    ("could not resize shared memory", "embedded.memory", "there is not enough shared memory (/dev/shm)"),
    ("Cannot allocate memory", "embedded.memory", "there is not enough memory for the server"),
    ("No space left on device", "embedded.disk_full", "the disk is full: make room and start again; nothing was lost"),
    ("Disk quota exceeded", "embedded.disk_full", "the disk quota is used up: make room and start again"),
    ("Read-only file system", "embedded.unwritable", "the file system is read-only: choose another MINGZHANG_HOME"),
    ("Permission denied", "embedded.unwritable", "the folder may not be written: check its owner and permissions"),
    ("Not a directory", "embedded.unwritable", _NO_FOLDER),
    ("File exists", "embedded.unwritable", _NO_FOLDER),
    ("pre-existing shared memory", "embedded.orphans", "processes of an earlier server are still running: end them"),
    ("invalid checkpoint record", "embedded.damaged", "the data is damaged: restore it from a backup"),
)


def running_postmaster(data: Path) -> int | None:
    """Return the process id of the server that runs on `data`, None if the process named there is not one."""
    pid = _pid_in(data / "postmaster.pid")
    return pid if pid is not None and _is_postmaster(pid, data) else None


def _pid_in(file: Path) -> int | None:
    try:
        first = file.read_text("utf-8", "replace").partition("\n")[0].strip()
    except FileNotFoundError:
        return None
    return abs(int(first)) if re.fullmatch(r"-?\d{1,9}", first) else None


def _is_postmaster(pid: int, data: Path) -> bool:
    """Judge by command line and account: both can be read by anyone, even in a container without ptrace
    rights.
    """
    process = Path("/proc", str(pid))
    if Path("/proc/self/cmdline").exists():
        try:
            words = process.joinpath("cmdline").read_bytes().split(b"\0")
            same_account = process.stat().st_uid == data.stat().st_uid
        except (FileNotFoundError, ProcessLookupError):
            return False
        return same_account and words[0].endswith(b"postgres") and words[1:3] == [b"-D", os.fsencode(data)]
    said = run_as(None, "/bin/ps", "-p", str(pid), "-o", "command=")
    return f"postgres -D {data} " in said.stdout


def stop_postmaster(server: "subprocess.Popen[bytes] | int") -> None:
    """Stop a server and wait until it is gone: fast (with a last checkpoint), and if that hangs, at once.

    Both keep every committed transaction; the second only makes the next start read the log. `server` is our
    child, or the process id that `running_postmaster` returned. Raises EmbeddedError `embedded.unstoppable`.
    """
    for number, wait_s in ((signal.SIGINT, FAST_S_MAX), (signal.SIGQUIT, IMMEDIATE_S_MAX)):
        if _ended(server, wait_s=0):
            return
        _send(server, number)
        if _ended(server, wait_s=wait_s):
            return
    pid = server if isinstance(server, int) else server.pid
    raise EmbeddedError(
        "embedded.unstoppable",
        f"PostgreSQL (process {pid}) does not stop: end it before starting again",
        pid=pid,
    )


def _send(server: "subprocess.Popen[bytes] | int", number: signal.Signals) -> None:
    try:
        if isinstance(server, int):
            os.kill(server, number)
        else:
            server.send_signal(number)
    except ProcessLookupError:
        return


def _ended(server: "subprocess.Popen[bytes] | int", *, wait_s: float) -> bool:
    if not isinstance(server, int):
        try:
            server.wait(timeout=wait_s)
        except subprocess.TimeoutExpired:
            return False
        return True
    until = time.monotonic() + wait_s
    while _alive(server):
        if time.monotonic() >= until:
            return False
        time.sleep(0.02)
    return True


def _alive(pid: int) -> bool:
    """A zombie that nobody collects (no init in a container) is dead to us."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        if Path("/proc/self/stat").exists():
            return False
        state = ""
    if state:
        return state != "Z"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def clear_stale_pid_files(data: Path, sockets: Path) -> None:
    """Remove the traces of a dead server whose process number now belongs to something else of the same
    account.

    PostgreSQL clears all other traces itself, but would take that stranger for a server and refuse to start.
    Call only while holding the home's lock and after `running_postmaster` said None. PostgreSQL still checks
    that no backend of the dead server is attached to its shared memory.
    """
    for file in (data / "postmaster.pid", sockets / f"{SOCKET_NAME}.lock"):
        pid = _pid_in(file)
        if pid is not None and _exists(pid) and not _is_postmaster(pid, data):
            file.unlink()


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def explain(said: str, *, data: Path) -> EmbeddedError:
    """Turn what the server or the system said into one error; the server's own words are kept below the
    sentence.
    """
    words = said.strip()
    for sign, code, sentence in KNOWN_CAUSES:
        if sign in words:
            return EmbeddedError(code, f"{data}: {sentence}\n{_last_lines(words)}", folder=str(data))
    return EmbeddedError(
        "embedded.start_failed",
        f"PostgreSQL did not start on {data}:\n{_last_lines(words)}",
        folder=str(data),
    )


def _last_lines(words: str) -> str:
    return "\n".join(words.splitlines()[-8:])
