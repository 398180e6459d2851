"""The witness dies, or its disk fails, at every system call between a request and its answer.

The judge: whatever was answered is still known, and nothing that disagrees is ever cosigned. What a power cut would
take away cannot be staged so; that the disk is waited for is read off the system calls.
"""

import re
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from journal.checkpoint import origin_hash
from journal.witness import Witness
from journal.witness_state import State
from tests.journal.witnessing import FORK, KEY, LOG, FakeClock, Standing, answer, judged, request

PROJECT = Path(__file__).resolve().parents[2]
CALLS_MAX = 40

# What follows `begin` is traced up to the answer: a witness that goes from three entries to five.
THREE_TO_FIVE = """
import sys
from pathlib import Path
from journal.errors import Unavailable
from journal.witness import Witness
from journal.witness_state import State
from tests.journal.witnessing import KEY, LOG, FakeClock, request
state = State(Path(sys.argv[1]), key=KEY.verifier_key)
witness = Witness(key=KEY, logs=[LOG.verifier_key], state=state, clock=FakeClock())
sent = request(3, 5)
Path(sys.argv[1] + ".begin").touch()
try:
    line = witness.add_checkpoint(sent)
except Unavailable as error:
    sys.exit(f"unavailable: {error}")
sys.stdout.buffer.write(line)
sys.stdout.flush()
"""


def traced(path: Path, *options: str) -> subprocess.CompletedProcess[bytes]:
    """The witness on this state, under strace, whose own words go to `<state>.trace`."""
    command = ["strace", "-f", "-qq", "-o", f"{path}.trace", *options]
    return subprocess.run(
        [*command, sys.executable, "-c", THREE_TO_FIVE, str(path)], cwd=PROJECT, capture_output=True, check=False
    )


@pytest.fixture
def tracing() -> None:
    """Skips where system calls cannot be traced."""
    try:
        subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"strace cannot be used here: {error}")


def three(path: Path) -> Path:
    """A state that knows the tree of three."""
    standing = Standing(path)
    assert standing.send(request(0, 3))[0] == 200
    standing.state.close()
    return path


def size_known(path: Path) -> int:
    """What the state knows when it is opened again, after it was seen to cosign this history and no other."""
    with closing(State(path, key=KEY.verifier_key)) as state:
        witness = Witness(key=KEY, logs=[LOG.verifier_key], state=state, clock=FakeClock())
        last = state.latest(origin_hash(LOG.verifier_key.name))
        assert last is not None
        for old in (0, 3, 5):
            assert answer(witness, request(old, 5, FORK))[0] in (409, 422)
        assert answer(witness, request(last.head.size, 5))[0] == 200
        return last.head.size


def test_the_answer_waits_for_the_disk(tracing: None, tmp_path: Path) -> None:
    path = three(tmp_path / "witness")
    assert traced(path, "-e", "trace=openat,pwrite64,fsync,fdatasync,unlink,write").returncode == 0
    lines = re.split(r"\n", Path(f"{path}.trace").read_text())
    begun = next(number for number, line in enumerate(lines) if ".begin" in line)
    calls = [match[1] for line in lines[begun + 1 :] if (match := re.search(r"(\w+)\(", line))]
    assert calls[: calls.index("write")][-3:] == ["unlink", "openat", "fdatasync"]  # the commit, then its folder
    assert [call for call in calls if call in ("pwrite64", "fdatasync")][-3:] == ["pwrite64", "fdatasync", "fdatasync"]


@pytest.mark.parametrize("call", ["pwrite64", "fdatasync", "unlink", "write"])
def test_kill_9_on_entering_every_call(tracing: None, tmp_path: Path, call: str) -> None:
    for number in range(1, CALLS_MAX):
        path = three(tmp_path / f"{number}" / "witness")
        ended = traced(path, "-e", f"trace={call}", "-e", f"inject={call}:signal=SIGKILL:when={number}")
        if ended.returncode == 0:
            break
        assert ended.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)
        assert (ended.stdout, Path(f"{path}.begin").exists()) == (b"", True)
        # Before the commit nothing has happened; when the answer is about to leave, all is written down.
        assert size_known(path) in ({5} if call == "write" else {3, 5})
    assert 1 < number < CALLS_MAX - 1
    assert size_known(path) == 5
    assert judged(request(3, 5), ended.stdout).text.split(b"\n")[1] == b"5"


@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
@pytest.mark.parametrize("call", ["pwrite64", "fdatasync", "unlink"])
def test_a_disk_that_fails_at_every_call(tracing: None, tmp_path: Path, call: str, error: str) -> None:
    unavailable = 0
    for number in range(1, CALLS_MAX):
        path = three(tmp_path / f"{number}" / "witness")
        ended = traced(path, "-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={number}")
        if "(INJECTED)" not in Path(f"{path}.trace").read_text():
            break
        if ended.returncode == 0:  # SQLite could do without, as without syncing the folder of a new journal
            assert judged(request(3, 5), ended.stdout).text.split(b"\n")[1] == b"5"
            assert size_known(path) == 5
        else:
            assert ended.stderr.startswith(b"unavailable: ")
            assert ended.stdout == b""
            assert size_known(path) in (3, 5)
            unavailable += 1
    assert unavailable >= 1
    assert number < CALLS_MAX - 1
