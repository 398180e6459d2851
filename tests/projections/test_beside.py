"""Processes that stand by have what their command has read in, do what they are given, and end when it ends."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import projections
from projections.beside import spares

ROOT = Path(projections.__file__).parent.parent
COMMAND = """
import sys, time
from projections.beside import await_end, beside, spares

READ_IN = "by the command"

def work(word, pipe):
    pipe.send((word, READ_IN))
    await_end(pipe)

if __name__ == "__main__":
    with spares(2) as (first, second):
        READ_IN = "and then changed"
        with beside(work, sys.argv[1], name="one", spare=first) as (process, pipe):
            print(*pipe.recv(), flush=True)
            time.sleep(60 if sys.argv[1] == "stay" else 0)
        print(process.exitcode)
    print(second.process.exitcode)
"""


def command(tmp_path: Path, word: str) -> subprocess.Popen[str]:
    """A command of ours that has two processes ready and gives one of them a word."""
    script = tmp_path / "command.py"
    script.write_text(COMMAND)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, str(script), word], stdout=subprocess.PIPE, env=environment, text=True)


def test_one_works_and_all_end_with_the_command(tmp_path: Path) -> None:
    with command(tmp_path, "go") as running:
        assert running.stdout is not None
        assert running.stdout.read().splitlines() == ["go by the command", "0", "0"]
        assert running.wait() == 0


def test_a_command_that_is_killed_leaves_none_behind_at_work_or_waiting(tmp_path: Path) -> None:
    with command(tmp_path, "stay") as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "stay by the command\n"
        started = [int(one) for one in Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()]
        assert len(started) == 2
        running.send_signal(signal.SIGKILL)
    for pid in started:
        _await_end_of(pid)


def test_where_threads_run_there_are_none() -> None:
    """Whatever lock a thread holds at that moment would be held for ever in the other process."""
    ended = threading.Event()
    thread = threading.Thread(target=ended.wait)
    thread.start()
    try:
        with spares(2) as ready:
            assert ready == []
    finally:
        ended.set()
        thread.join()


def _await_end_of(pid: int) -> None:
    until = time.monotonic() + 60
    while Path(f"/proc/{pid}").exists() and ") Z " not in Path(f"/proc/{pid}/stat").read_text():
        assert time.monotonic() < until, "a process outlived its command"
        time.sleep(0.05)
