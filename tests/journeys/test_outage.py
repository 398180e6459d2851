"""Database and service are killed while members report: nothing that was acknowledged is lost, and nobody hangs."""

import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from migrations.place import recorded_place
from tests.conftest import temporary_home
from tests.journeys.commands import CommandLine, processes_of

CLIENTS: Final = 4
AFTER_EACH: Final = 12
"""So many more reports are acknowledged between one blow and the next."""
ANSWER_S_MAX: Final = 30
PATIENCE_S: Final = 120
BLOWS_MAX: Final = 8
SHOWN_CHARS: Final = 8_000
OUTAGES: Final = frozenset({"journal.unavailable", "signer.unavailable", "journal.busy"})


@dataclass
class Members:
    """Members who report one thing after another, each under a key that stays the same until it is acknowledged."""

    url: str
    password: str
    acknowledged: dict[str, tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=dict)
    outages: int = 0
    errors: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def begin(self) -> None:
        """Everybody begins to report."""
        for number in range(CLIENTS):
            self.threads.append(threading.Thread(target=self._report, args=(number,), daemon=True))
            self.threads[-1].start()

    def end(self) -> None:
        """Everybody finishes what he has begun."""
        self.ended.set()
        for thread in self.threads:
            thread.join(PATIENCE_S)
        assert not any(thread.is_alive() for thread in self.threads)
        assert self.errors == []

    def wait_for_more(self) -> None:
        """Until so many more were acknowledged."""
        wanted, until = len(self.acknowledged) + AFTER_EACH, time.monotonic() + PATIENCE_S
        while len(self.acknowledged) < wanted:
            assert time.monotonic() < until, self.errors
            assert not self.errors
            time.sleep(0.02)

    @contextmanager
    def signed_in(self) -> Iterator[httpx.Client]:
        """A connection of its own, signed in; asked again while the service is away."""
        with httpx.Client(base_url=self.url, timeout=ANSWER_S_MAX) as client:
            body = {"login": "ma.yi", "password": self.password}
            answer = self._until_answered(lambda: client.post("/api/v1/session", json=body))
            client.headers["authorization"] = f"Bearer {answer.json()['token']}"
            yield client

    def send(self, client: httpx.Client, key: str, body: dict[str, Any]) -> httpx.Response:
        """One report, sent under its key until it is acknowledged."""
        headers = {"idempotency-key": key}
        return self._until_answered(lambda: client.post("/api/v1/incidents", json=body, headers=headers))

    def _report(self, number: int) -> None:
        try:
            with self.signed_in() as client:
                count = 0
                while not self.ended.is_set():
                    count += 1
                    key, body = f"member-{number}-{count}", report(f"第 {number} 人第 {count} 条")
                    self.acknowledged[key] = body, self.send(client, key, body).json()
        except BaseException as error:  # whatever it is: the others must not wait for a member who has gone
            self.errors.append(repr(error))
            raise

    def _until_answered(self, ask: Any) -> httpx.Response:
        """The acknowledgement. Until then: a closed door, or a problem that says it is an outage, and soon."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            try:
                answer: httpx.Response = ask()
            except httpx.TimeoutException as error:
                raise AssertionError(f"a request hung: {error!r}") from error
            except httpx.TransportError:
                time.sleep(0.1)  # the service itself is dead
                continue
            if answer.status_code in (200, 201):
                return answer
            assert answer.status_code == 503, answer.text
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["code"] in OUTAGES, answer.text
            assert int(answer.headers["retry-after"]) > 0
            self.outages += 1
            time.sleep(0.05)
        raise AssertionError("no acknowledgement in two minutes")


def report(text: str) -> dict[str, Any]:
    """A report as the app sends it."""
    return {
        "category": "市容环境",
        "division": "361125000000",
        "text": text,
        "source": "app",
        "reported_at": (datetime.now(UTC) - timedelta(minutes=5)).isoformat(),
    }


@contextmanager
def served(county: CommandLine) -> Iterator[subprocess.Popen[str]]:
    """A `serve` that has printed its addresses; killed if it is left running. What it said explains a failure."""
    said = county.home.parent / "serve.log"
    running = county.start("serve", errors=said)
    try:
        assert running.stdout is not None
        assert any("Ctrl-C" in line for line in running.stdout)
        yield running
    except BaseException as error:
        error.add_note(said.read_text("utf-8", "replace")[-SHOWN_CHARS:])
        raise
    finally:
        running.kill()
        running.wait()
        if running.stdout is not None:
            running.stdout.close()


def kill_database(county: CommandLine) -> None:
    """kill -9 of the postmaster that runs now."""
    pid = re.match(r"\d+", (recorded_place(county.home) / "data" / "postmaster.pid").read_text("utf-8"))
    assert pid is not None
    subprocess.run(["kill", "-9", pid[0]], check=True)


@pytest.fixture
def county() -> Iterator[CommandLine]:
    """A county that has begun, on a port of its own."""
    with temporary_home() as home, socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
        probe.close()
        command_line = CommandLine(home, port)
        done = command_line.init()
        assert done.returncode == 0, done.stderr
        yield command_line


def test_database_twice_and_service_once_killed_under_members_who_report(county: CommandLine, tmp_path: Path) -> None:
    added = county("account", "add", "ma.yi", "--name", "马一", "--role", "member")
    password = re.search(r"密码：(\S+)", added.stdout)
    assert password is not None, added.stderr
    members = Members(f"http://127.0.0.1:{county.port}", password[1])

    with served(county) as running:
        members.begin()
        members.wait_for_more()
        for blow in range(BLOWS_MAX):
            if blow >= 2 and members.outages:  # somebody did meet the outage, and was told so
                break
            kill_database(county)
            members.wait_for_more()  # the service has started it again by itself
        assert members.outages
        running.send_signal(signal.SIGKILL)
        running.wait()
    with served(county) as running:
        members.wait_for_more()
        members.end()
        with members.signed_in() as client:
            for key, (body, first) in members.acknowledged.items():
                assert told(members.send(client, key, body).json()) == told(first)
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) in (0, 128 + signal.SIGTERM)
    assert processes_of(county.home) == []

    package = tmp_path / "package"
    assert county("export", package).returncode == 0
    verified = county("verify", package, "--quiet")
    assert verified.returncode == 0, verified.stdout
    entries = b"".join(path.read_bytes() for path in (package / "entries").rglob("*") if path.is_file())
    for _, first in members.acknowledged.values():
        assert entries.count(first["incident_id"].encode()) == 1  # in the log, and once


def told(answer: dict[str, Any]) -> tuple[object, ...]:
    """What an acknowledgement says of the report, whenever it is asked for."""
    return answer["incident_id"], answer["receipt"]["events"], answer["receipt"]["index"]
