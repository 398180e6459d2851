"""The bare limit: what one process could append if nothing had to be decided, signed, guarded or proven.

Entries that were signed before go by hundreds into one call: head-row lock, contiguous index, edge of the tree in the
same transaction, fsync. No limits, no idempotency, no signed head, no proof. Producers are tasks of one event loop.
"""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import psycopg

from journal.arrays import Blobs, Uuids
from journal.merkle import Frontier, leaf_hash

_TABLES = """
CREATE TABLE bare_events (
    originator_id uuid NOT NULL, originator_version bigint NOT NULL, topic text NOT NULL, state bytea NOT NULL,
    notification_id bigint NOT NULL UNIQUE,
    leaf bytea NOT NULL GENERATED ALWAYS AS (sha256('\\x00'::bytea || state)) STORED,
    PRIMARY KEY (originator_id, originator_version)
);
CREATE TABLE bare_head (one boolean PRIMARY KEY DEFAULT true, size bigint NOT NULL, frontier bytea NOT NULL);
INSERT INTO bare_head (size, frontier) VALUES (0, '');
CREATE FUNCTION bare_append(seen bigint, streams uuid[], states bytea[], new_frontier bytea) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM bare_head WHERE size = seen FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO bare_events (originator_id, originator_version, topic, state, notification_id)
        SELECT e.stream, 1, 'reward.granted/1', e.state, seen + e.ord
        FROM unnest(streams, states) WITH ORDINALITY AS e(stream, state, ord);
    UPDATE bare_head SET size = seen + cardinality(streams), frontier = new_frontier;
    RETURN true;
END $$;
"""
_APPEND = "SELECT bare_append(%s, %s, %s, %s)"


@dataclass
class Bare:
    """A journal without anything: appends per second of pre-signed entries by so many producers."""

    connection: psycopg.AsyncConnection[Any]
    frontier: Frontier = field(default_factory=Frontier)
    waiting: list[tuple[UUID, bytes, asyncio.Future[int]]] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def append(self, stream: UUID, entry: bytes) -> int:
        """The entry's index, when it is durable."""
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.waiting.append((stream, entry, future))
        self.arrived.set()
        return await future

    async def commit_for_ever(self) -> None:
        """Everything that waits, in one call, again and again."""
        while True:
            await self.arrived.wait()
            self.arrived.clear()
            batch, self.waiting = self.waiting, []
            size = self.frontier.size
            self.frontier.extend([leaf_hash(entry) for _, entry, _ in batch])
            arguments = (
                size,
                Uuids([stream for stream, _, _ in batch]),
                Blobs([entry for _, entry, _ in batch]),
                b"".join(self.frontier.hashes),
            )
            row = await (await self.connection.execute(_APPEND, arguments, prepare=True, binary=True)).fetchone()
            assert row == (True,)
            for number, (_, _, future) in enumerate(batch):
                future.set_result(size + number)


def create(owner_dsn: str) -> None:
    """The tables of the bare limit, in a database of its own."""
    with psycopg.connect(owner_dsn) as connection:
        connection.execute(_TABLES)


def rate(owner_dsn: str, entry: bytes, *, concurrent: int, seconds: float) -> float:
    """Appends a second by so many producers."""
    return asyncio.run(_rate(owner_dsn, entry, concurrent, seconds))


async def _rate(owner_dsn: str, entry: bytes, concurrent: int, seconds: float) -> float:
    async with await psycopg.AsyncConnection.connect(owner_dsn, autocommit=True) as connection:
        row = await (await connection.execute("SELECT size, frontier FROM bare_head", binary=True)).fetchone()
        assert row is not None
        bare = Bare(connection, Frontier(row[0], [row[1][at : at + 32] for at in range(0, len(row[1]), 32)]))
        committing = asyncio.create_task(bare.commit_for_ever())
        until = time.perf_counter() + seconds
        begun = time.perf_counter()
        counts = await asyncio.gather(*(_produce(bare, entry, until) for _ in range(concurrent)))
        taken = time.perf_counter() - begun
        committing.cancel()
        return sum(counts) / taken


async def _produce(bare: Bare, entry: bytes, until: float) -> int:
    count = 0
    while time.perf_counter() < until:
        await bare.append(uuid4(), entry)
        count += 1
    return count
