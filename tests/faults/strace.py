"""Faults from outside: a real process under strace, killed at its n-th system call of a kind, or failed there."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

ENDED_S = 30.0


@dataclass(frozen=True)
class Fault:
    """What happens at the n-th call of one thread: an error's name, or kill -9 where there is none."""

    call: str
    number: int
    error: str = ""

    def __str__(self) -> str:
        return f"{self.error or 'kill -9'} at {self.call} number {self.number}"

    @property
    def injected(self) -> str:
        """As strace understands it."""
        how = f"error={self.error}" if self.error else "signal=SIGKILL"
        return f"inject={self.call}:{how}:when={self.number}"


@cache
def reason_not_to() -> str:
    """Why no process can be traced here; empty if one can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    tried = subprocess.run(["strace", "-f", "-e", "trace=none", "true"], capture_output=True, text=True, check=False)
    return "" if tried.returncode == 0 else f"no process can be traced here: {tried.stderr.strip()[-200:]}"


def require() -> None:
    """Skip the test where nothing can be traced; in continuous integration that is a failure."""
    if reason_not_to():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason_not_to())


@dataclass
class Traced:
    """A process under strace. Its group is its own, so that nothing of it is left behind."""

    trace: Path
    process: subprocess.Popen[bytes]
    lines: list[bytes] = field(default_factory=list)

    def ask(self, line: bytes) -> None:
        """Give it its line, and nothing more."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + b"\n")
        self.process.stdin.close()

    def line(self) -> bytes:
        """The next line that it writes; empty if it ended before."""
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def rest(self) -> tuple[list[bytes], int]:
        """Everything else that it wrote, and its exit code, once it has ended."""
        assert self.process.stdout is not None
        lines = self.process.stdout.readlines()
        return lines, self.process.wait(ENDED_S)

    def end(self) -> None:
        """End it, and strace with it; whoever still runs of its group is killed."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(ENDED_S)
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()

    def hit(self) -> bool:
        """Whether the fault took place."""
        text = self.trace.read_text(errors="replace")
        return "(INJECTED)" in text or "killed by SIGKILL" in text

    def calls(self) -> Counter[str]:
        """How often the busiest thread made each call."""
        counts: Counter[tuple[str, str]] = Counter(
            (found[1], found[2])
            for line in self.trace.read_text(errors="replace").splitlines()
            if (found := re.match(r"(\d+) +(\w+)\(", line))
        )
        most: Counter[str] = Counter()
        for (_, call), count in counts.items():
            most[call] = max(most[call], count)
        return most


def traced(module: str, folder: Path, *, calls: str, fault: Fault | None = None) -> Traced:
    """Start a module under strace. Without a fault, its calls are counted."""
    trace = folder / "trace"
    trace.unlink(missing_ok=True)
    watched = fault.call if fault else calls
    # Without --seccomp-bpf, which would be faster: with it strace 6.1 delivers no signals.
    command = ["strace", "-f", "-q", "-o", str(trace), "-e", f"trace={watched}"]
    if fault is not None:
        command += ["-e", fault.injected]
    with (folder / "stderr").open("ab") as errors:
        process = subprocess.Popen(
            [*command, sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},  # Python's own cache is no write path of ours
            cwd=Path(__file__).resolve().parents[2],
        )
    return Traced(trace, process)


def sampled(count: int, most: int) -> list[int]:
    """So many of 1…count at most, spread evenly, the first and the last among them."""
    if count <= most:
        return list(range(1, count + 1))
    return sorted({1 + round(step * (count - 1) / (most - 1)) for step in range(most)})
