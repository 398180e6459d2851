"""There is one at the door while the program serves, and none afterwards, however either of them ends."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PATIENCE_S = 60
PROGRAM = """
import asyncio, signal, socket, sys
from api.front.launch import Front

async def answer(connection):
    reader, writer = await asyncio.open_connection(sock=connection)
    path = (await reader.readuntil(b"\\r\\n\\r\\n")).split(b" ")[1]
    head = b"HTTP/1.1 200 OK\\r\\ncache-control: public\\r\\netag: a\\r\\ncontent-length: %d\\r\\n\\r\\n" % len(path)
    writer.write(head + path)
    writer.close()

async def serve():
    listening = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    well, tasks, ended = [True], set(), asyncio.Event()
    front = Front(listening, well=lambda: well[-1])
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    loop.add_signal_handler(signal.SIGUSR1, well.append, False)
    front.begin(lambda connection: tasks.add(loop.create_task(answer(connection))))
    print("ready", flush=True)
    await ended.wait()
    await front.end()
    print("ended", flush=True)

asyncio.run(serve())
"""


@contextmanager
def program() -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A small program with a process at its door, and its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = int(listening.getsockname()[1])
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(port)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", process.stderr and process.stderr.read()
        yield process, port
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def get(port: int, path: str = "/v/1") -> tuple[str, str | None]:
    """What stands on a page, and how old it says that it is."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE_S) as answer:
        return answer.read().decode(), answer.headers["age"]


def at_the_door(process: subprocess.Popen[str]) -> int:
    """The process at its door."""
    (child,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return int(child)


def gone(pid: int) -> bool:
    """Whether a process has ended, within a second or so."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_it_ends_with_the_program_and_the_address_is_free(number: signal.Signals) -> None:
    with program() as (process, port):
        assert get(port) == ("/v/1", "0")
        assert get(port, "/staff") == ("/staff", None)
        door = at_the_door(process)
        for ignored in (signal.SIGINT, signal.SIGTERM):
            os.kill(door, ignored)
        assert get(port)[0] == "/v/1"
        process.send_signal(number)
        out, err = process.communicate(timeout=PATIENCE_S)
        assert (out, err) == ("ended\n" if number == signal.SIGTERM else "", "")
        assert gone(door)
        socket.create_server(("127.0.0.1", port)).close()


def test_it_is_started_again_where_it_dies_and_nobody_is_turned_away() -> None:
    with program() as (process, port):
        assert get(port) == ("/v/1", "0")
        door = at_the_door(process)
        os.kill(door, signal.SIGKILL)
        assert gone(door)
        assert get(port) == ("/v/1", "0")
        assert at_the_door(process) != door


def test_what_was_made_before_is_not_handed_out_once_all_is_not_well() -> None:
    with program() as (process, port):
        assert get(port)[1] == "0"
        process.send_signal(signal.SIGUSR1)
        until = time.monotonic() + PATIENCE_S
        while get(port)[1] is not None:
            assert time.monotonic() < until
            time.sleep(0.02)
