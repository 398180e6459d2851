"""Appends a second: ours beside the library's own application recorder and the bare limit, in turns on one server.

Ours signs each event, guards its accounts, puts it into the tree, has the head sealed and returns an inclusion proof;
the library's writes the same bytes unsigned, and the bare limit writes them signed before. One event an append. Ours is
measured four times: sealed in this process, by tasks and by threads; and as in production, sealed by a signer process,
from one process and from two that share the database.
"""

import asyncio
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from uuid import uuid4

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

from benchmarks import bare
from benchmarks.ground import (
    CONNECTIONS_MAX,
    FOUNDER,
    Ground,
    Reward,
    SignerHome,
    new_database,
    new_reward,
    opened_ground,
    rate,
)

CONCURRENT = (1, 32, 256)
PER_SECOND_MAX = 12_000
SLOWER_PER_SECOND_MAX = 4_000


@dataclass(frozen=True)
class Ours:
    """Appends a second, and how long a caller waited for his receipt: median and 99th percentile."""

    per_second: float
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True)
class Round:
    """One window of each after the other, with so many appends in flight. `threads`: ours with a thread for each.

    `apart`: ours with a signer process. `two`: two such servers together, each with half of the appends; None for one.
    """

    concurrent: int
    ours: Ours
    threads: float
    apart: Ours
    two: float | None
    library: float
    bare: float


@dataclass(frozen=True)
class Measured:
    """All rounds, and what one event took on the disk: its row with indexes, and all that an append writes."""

    rounds: list[Round]
    event_bytes: int
    append_bytes: int
    entry_bytes: int


def measure(superuser_dsn: str, *, rounds: int, seconds: float) -> Measured:
    """Rounds with 1, 32 and 256 in flight; who begins changes from round to round."""
    ours_at, apart_at = new_database(superuser_dsn), new_database(superuser_dsn)
    theirs_at, bare_at = (new_database(superuser_dsn, migrated=False) for _ in range(2))
    bare.create(bare_at.owner)
    measured: list[Round] = []
    with ExitStack() as stack:
        ground = stack.enter_context(opened_ground(ours_at.writer))
        recorder = stack.enter_context(library_recorder(theirs_at.owner))
        home = SignerHome(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mz-bench-"))), apart_at.auditor)
        sealed_apart = stack.enter_context(opened_ground(apart_at.writer, signer_home=home))
        other = stack.enter_context(another_server(apart_at.writer, home))
        entry = next(ground.store.entries(ground.grant(new_reward()).last_index))[1]

        def theirs(stored: StoredEvent) -> None:
            assert recorder.insert_events([stored])

        def library(concurrent: int) -> float:
            stored = [StoredEvent(uuid4(), 1, "reward.granted/1", entry) for _ in range(_many(seconds))]
            return rate(theirs, stored, threads=concurrent, seconds=seconds)

        def threads(concurrent: int) -> float:
            return rate(ground.grant_and_prove, _rewards(_many(seconds)), threads=concurrent, seconds=seconds)

        def tasks(ground: Ground, concurrent: int) -> Ours:
            return recorded(ground, _rewards(int(PER_SECOND_MAX * seconds)), concurrent, seconds)

        def two(concurrent: int) -> float:
            other.send((concurrent // 2, seconds))
            rewards = _rewards(int(PER_SECOND_MAX * seconds))
            other.recv()  # it has made its own
            other.send(None)
            mine = recorded(sealed_apart, rewards, concurrent // 2, seconds)
            return mine.per_second + float(other.recv())

        for number in range(rounds):
            for concurrent in CONCURRENT:
                library_first = library(concurrent) if number % 2 else None
                measured.append(
                    Round(
                        concurrent,
                        ours=tasks(ground, concurrent),
                        threads=threads(concurrent),
                        apart=tasks(sealed_apart, concurrent),
                        two=two(concurrent) if concurrent > 1 else None,
                        library=library_first or library(concurrent),
                        bare=bare.rate(bare_at.owner, entry, concurrent=concurrent, seconds=seconds),
                    )
                )
        check(ground)
        check(sealed_apart)
        size, _ = ground.store.head()
    return Measured(measured, *_bytes(ours_at.owner, size), len(entry))


@contextmanager
def another_server(writer_dsn: str, home: SignerHome) -> Iterator[Connection]:
    """A second process on the same database and signer, which appends when it is told to."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, writer_dsn, home), daemon=True)
    process.start()
    theirs.close()  # so that its end is heard here
    try:
        yield ours
        ours.send(None)
    finally:
        ours.close()
        process.join()


def _serve(told: Connection, writer_dsn: str, home: SignerHome) -> None:
    """For each (in flight, seconds): make the arguments, say so, wait for the word, append, say how many a second."""
    with opened_ground(writer_dsn, signer_home=home) as ground:
        while asked := told.recv():
            concurrent, seconds = asked
            rewards = _rewards(int(PER_SECOND_MAX * seconds))
            told.send(None)
            told.recv()
            told.send(recorded(ground, rewards, concurrent, seconds).per_second)


def recorded(ground: Ground, rewards: Sequence[Reward], concurrent: int, seconds: float) -> Ours:
    """So many tasks of one event loop, each with one append in flight, again and again for that long."""
    return asyncio.run(_recorded(ground, rewards, concurrent, seconds))


async def _recorded(ground: Ground, rewards: Sequence[Reward], concurrent: int, seconds: float) -> Ours:
    left, waited_s = iter(rewards), list[float]()
    begun = time.perf_counter()
    until = begun + seconds

    async def work() -> None:
        for reward in left:
            asked = time.perf_counter()
            receipt = await ground.journal.record(
                actor=FOUNDER, key=reward.key, inputs=reward.inputs, facts=[reward.fact]
            )
            assert receipt.proof
            answered = time.perf_counter()
            waited_s.append(answered - asked)
            if answered >= until:
                break

    await asyncio.gather(*(work() for _ in range(concurrent)))
    taken = time.perf_counter() - begun
    waited_s.sort()
    p50, p99 = (waited_s[len(waited_s) * part // 100] * 1e3 for part in (50, 99))
    return Ours(len(waited_s) / taken, p50, p99)


def _many(seconds: float) -> int:
    return int(SLOWER_PER_SECOND_MAX * seconds)


def _rewards(count: int) -> list[Reward]:
    return [new_reward() for _ in range(count)]


def check(ground: Ground) -> None:
    """What was timed must also be right: every id is there, once, and the head counts them."""
    size, _ = ground.store.head()
    assert [index for index, _ in ground.store.entries(0)] == list(range(size))


def _bytes(owner_dsn: str, size: int) -> tuple[int, int]:
    """On the disk for each event: the table of events with its indexes; all tables of the journal."""
    tables = ("events", "tree", "head", "balances", "commands")
    with psycopg.connect(owner_dsn) as connection:
        sizes = [
            connection.execute("SELECT pg_total_relation_size(%s)", (f"journal.{table}",)).fetchone()
            for table in tables
        ]
    bytes_of = [row[0] for row in sizes if row is not None]
    return bytes_of[0] // size, sum(bytes_of) // size


@contextmanager
def library_recorder(owner_dsn: str) -> Iterator[PostgresApplicationRecorder]:
    """The library's recorder with tables of its own, a pool as large as ours, and its default settings otherwise."""
    at = conninfo_to_dict(owner_dsn)
    with PostgresDatastore(
        dbname=str(at["dbname"]),
        host=str(at["host"]),
        port=str(at.get("port", "5432")),
        user=str(at["user"]),
        password=str(at["password"]),
        pool_size=4,
        max_overflow=CONNECTIONS_MAX - 4,
        connect_timeout=30,
    ) as datastore:
        recorder = PostgresApplicationRecorder(datastore, events_table_name="stored_events")
        recorder.create_table()
        yield recorder
