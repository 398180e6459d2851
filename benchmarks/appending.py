"""Appends a second: our `Journal.execute` beside the library's own application recorder, in turns on one server.

Ours signs each event, guards its accounts, puts it into the tree, signs the head and returns an inclusion proof; the
library's writes the same bytes unsigned. One event an append on both sides.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

from benchmarks.ground import (
    CONNECTIONS_MAX,
    Ground,
    Reward,
    new_database,
    new_reward,
    opened_ground,
    rate,
)

PER_SECOND_MAX = 8_000


@dataclass(frozen=True)
class Round:
    """Appends a second by both, in one window after the other."""

    threads: int
    ours: float
    library: float


def measure(superuser_dsn: str, *, rounds: int, seconds: float) -> list[Round]:
    """Rounds with 1 and 32 threads; who begins changes from round to round."""
    ours_at, theirs_at = new_database(superuser_dsn), new_database(superuser_dsn, migrated=False)
    measured: list[Round] = []
    with opened_ground(ours_at.writer) as ground, library_recorder(theirs_at.owner) as recorder:
        note = next(ground.store.entries(ground.grant(new_reward()).last_index))[1]

        def ours(reward: Reward) -> None:
            assert ground.grant(reward).proof

        def theirs(stored: StoredEvent) -> None:
            assert recorder.insert_events([stored])

        for number in range(rounds):
            for threads in (1, CONNECTIONS_MAX):
                count = int(PER_SECOND_MAX * seconds)
                rewards = [new_reward() for _ in range(count)]
                stored = [StoredEvent(uuid4(), 1, "reward.granted/1", note) for _ in range(count)]
                if number % 2:
                    library = rate(theirs, stored, threads=threads, seconds=seconds)
                    mine = rate(ours, rewards, threads=threads, seconds=seconds)
                else:
                    mine = rate(ours, rewards, threads=threads, seconds=seconds)
                    library = rate(theirs, stored, threads=threads, seconds=seconds)
                measured.append(Round(threads, mine, library))
        check(ground)
    return measured


def check(ground: Ground) -> None:
    """What was timed must also be right: every id is there, once, and the head counts them."""
    size, _ = ground.store.head()
    assert [index for index, _ in ground.store.entries(0)] == list(range(size))


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
