"""A second server's process, which records what it is sent and may be killed at any moment."""

import json
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from tests.faults.world import World

ROOT = Path(__file__).resolve().parents[2]


class WritingProcess:
    """A second server's process. It records what it is sent, and tells of each receipt."""

    def __init__(self, world: World) -> None:
        self._errors = (world.home.folder / "writing-process").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.victims"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            cwd=ROOT,
        )
        self.send(json.dumps({"given": asdict(world.given), "keys": None}))

    def send(self, line: str) -> None:
        """One line, which need not arrive: it may have died."""
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()

    def answer(self) -> str:
        """The next line; empty if it has died."""
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def end(self) -> list[str]:
        """kill -9; what it told that nobody has read yet."""
        assert self._process.stdout is not None
        assert self._process.stdin is not None
        self._process.send_signal(signal.SIGKILL)
        with suppress(OSError):
            self._process.stdin.close()
        told = self._process.stdout.readlines()
        self._process.wait(30)
        self._process.stdout.close()
        self._errors.close()
        return told
