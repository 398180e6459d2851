"""Real processes, killed or failed at system calls of the write path: append, sign, tile, cosign, publish.

The faults are injected from outside, by strace, one after the other into one log. After each everything is started
again; nothing that was acknowledged is lost, no two checkpoints disagree, and the whole log verifies.
"""

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict
from itertools import count
from pathlib import Path

import pytest

from journal import signer_client
from journal.errors import Unavailable
from journal.publisher import Published
from migrations.roles import Access
from tests.faults import strace
from tests.faults.serving import publish, server
from tests.faults.strace import Fault, Traced, sampled, traced
from tests.faults.victims import FAILED
from tests.faults.world import World, begun
from tests.journal.signers import signer_home

CALLS = ("fsync", "fdatasync", "pwrite64", "write", "rename", "renameat2", "sendto", "sendmsg", "unlink")
ERRORS = ("EIO", "ENOSPC")
KILLS_MAX = 3
VICTIMS, SIGNER = "tests.faults.victims", "journal.signer_process"

Run = Callable[[World, Path, Fault | None], Traced]
numbers = count(1)


@pytest.fixture
def world(database: Access, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    strace.require()
    monkeypatch.setattr(signer_client, "PATIENCE_S", 0.5)
    # After a failed send libpq waits for what the server says of it, which here is nothing.
    monkeypatch.setattr(signer_client, "ANSWER_TIMEOUT_S", 5.0)
    with signer_home(tmp_path / "home", database.auditor) as home:
        home.idle_s = 5.0
        with begun(database, home) as made:
            yield made


def keys() -> list[str]:
    """The key of a command that nobody used."""
    return [f"fault-{next(numbers)}"]


# The victims.


def run_server(world: World, folder: Path, fault: Fault | None) -> Traced:
    """A server's process records and publishes; signer and witness are well."""
    with world.home.client() as client:
        client.last()
        victim = traced(VICTIMS, folder, calls=",".join(CALLS), fault=fault)
        try:
            sent = keys()
            victim.ask(json.dumps({"given": asdict(world.given), "keys": sent}).encode())
            lines, code = victim.rest()
            assert code in (0, FAILED, -signal.SIGKILL), (folder / "stderr").read_text()[-2000:]
            assert fault is not None or code == 0
            for line in lines:
                told = json.loads(line)
                world.acknowledge(told["key"], told["proof"])
        finally:
            victim.end()
    go_on(world, sent)
    return victim


def run_signer(world: World, folder: Path, fault: Fault | None) -> Traced:
    """The signer's process is asked by a server that is well."""
    world.home.kill()
    launch = world.home.launch
    victim = traced(SIGNER, folder, calls=",".join(CALLS), fault=fault)
    sent = keys()
    try:
        started = {"keys": launch.keys, "state": launch.state, "socket": world.home.socket, "dsn": launch.dsn}
        victim.ask(
            json.dumps({name: str(at) for name, at in started.items()} | {"database": "", "idle_s": 0.3}).encode()
        )
        if b"served" in victim.line():
            try_to_record(world, sent)
        world.home.kill()
        victim.rest()  # whoever traces it writes down how it ended
    finally:
        victim.end()
    go_on(world, sent)
    return victim


def run_witness(world: World, folder: Path, fault: Fault | None) -> Traced:
    """The witness's process is asked by a publisher that is well."""
    world.stop_witness()
    victim = traced(VICTIMS, folder, calls=",".join(CALLS), fault=fault)
    sent = keys()
    try:
        victim.ask(json.dumps({"state": str(world.home.folder / "witness.db"), "port": world.port}).encode())
        told = victim.line()
        try_to_record(world, sent)
        if told:
            with suppress(ProcessLookupError):
                os.kill(json.loads(told)["ready"], signal.SIGTERM)
        victim.rest()
    finally:
        victim.end()
    world.start_witness()
    go_on(world, sent)
    return victim


def try_to_record(world: World, sent: list[str]) -> None:
    """Record and publish as far as the others let us."""
    with world.home.client(launching=False) as client:
        try:
            with server(world.given, client) as opened:
                for key in sent:
                    world.record(opened, key)
                    publish(world.given, opened)
        except Unavailable:
            pass
        finally:
            world.see_public()


def go_on(world: World, sent: list[str]) -> None:
    """Everything is started again: each command is sent once more, all is published, and judged."""
    world.see_public()
    with world.home.client() as client, server(world.given, client) as opened:
        for key in sent:
            replayed = key in world.acknowledged
            receipt = opened.place(key=key)
            assert receipt.replayed or not replayed, "an acknowledged event was lost"
            world.acknowledge(key, receipt.proof.decode())
        standing = publish(world.given, opened)
        assert isinstance(standing, Published)
        assert standing.pending_size is None, standing.reasons
    world.judge()


# The faults.


@pytest.mark.parametrize(
    ("run", "wanted"),
    [
        (run_server, {"sendto", "fsync", "write", "rename"}),
        (run_signer, {"pwrite64", "fdatasync", "sendto"}),
        (run_witness, {"pwrite64", "fdatasync", "sendto", "unlink"}),
    ],
    ids=["server", "signer", "witness"],
)
def test_at_every_kind_of_call(world: World, tmp_path: Path, run: Run, wanted: set[str]) -> None:
    made = run(world, tmp_path, None).calls()
    assert wanted <= set(made)
    faults = list(faults_of(made))
    missed = [str(fault) for fault in faults if not run(world, tmp_path, fault).hit()]
    assert len(missed) <= len(faults) / 4, missed  # threads do not make the same calls each time


def faults_of(made: dict[str, int]) -> Iterator[Fault]:
    """Kills spread over all calls, and one error at each kind."""
    for turn, (call, most) in enumerate(sorted(made.items())):
        for number in sampled(most, KILLS_MAX):
            yield Fault(call, number)
        yield Fault(call, (most + 1) // 2, ERRORS[turn % len(ERRORS)])
