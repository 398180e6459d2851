"""Makes every read model again from the first event, beside the live ones, and puts them in their place at once.

What must not be broken: pages read the old tables until the new ones are whole and at the end of the log; a rebuild
that does not get there changes nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

import psycopg
from psycopg import Connection, sql

from journal.checkpoint import Checkpoint
from journal.codec import Codec
from projections import positions, schema
from projections.follower import CHANNEL, NOTIFY, Follower
from projections.hashed import HashedLog
from projections.models import MODELS
from projections.positions import Position
from projections.read_model import ReadModel
from projections.schema import LIVE, LIVE_LOCK, NEXT, NEXT_LOCK, Roles

BATCH = 5_000
PREVIOUS = "read_previous"
DROP_WAIT = "10s"

Progress = Callable[[int, int], None]
"""Told how many events were applied, and of how many."""


class RebuildRunning(Exception):
    """Another process is rebuilding this database's read models."""


class RebuildStopped(Exception):
    """A model could not apply an event; the live read models were left as they were."""

    def __init__(self, stopped: Sequence[Position]) -> None:
        self.stopped = tuple(stopped)
        super().__init__("; ".join(f"{one.model} at {one.stopped_event}: {one.stopped_error}" for one in stopped))


def rebuild(
    dsn: str,
    codec: Codec,
    models: Sequence[ReadModel] = MODELS,
    *,
    roles: Roles,
    batch: int = BATCH,
    signed: Checkpoint | None = None,
    progress: Progress | None = None,
) -> int:
    """Build all models from zero to the end of the log in a schema of their own, then swap the schemas; the position.

    `dsn` is the projector's; `signed` is the head that was signed last: the entries must give its root, and that of
    the log's own head. The live runner goes on meanwhile and is held off for the swap only. Raises RebuildRunning,
    RebuildStopped, IntegrityError, and what `Runner.catch_up` raises; then the live schema is as it was.
    """
    with psycopg.connect(dsn, autocommit=True, application_name="mingzhang rebuild") as conn, _alone(conn):
        _drop(conn, PREVIOUS)
        _drop(conn, NEXT)
        with conn.transaction():
            schema.create(conn, models, schema=NEXT)
        hashed = HashedLog(signed)
        follower = Follower(conn, codec=codec, models=models, schema=NEXT, lock=NEXT_LOCK, batch=batch, hashed=hashed)
        done = 0
        while read := follower.step():
            done += read
            if progress is not None:
                progress(done, positions.head(conn))
        _refuse_stopped(conn, models)
        hashed.require_signed()
        position = _swap(conn, follower, models, roles=roles)
        with suppress(
            psycopg.errors.LockNotAvailable
        ):  # a page is still reading the old tables; the next rebuild drops them
            _drop(conn, PREVIOUS)
        return position


@contextmanager
def _alone(conn: Connection) -> Iterator[None]:
    """One rebuild at a time; the lock is given back at the end, or else by the end of the session, however it comes."""
    found = conn.execute("SELECT pg_try_advisory_lock(%s)", (NEXT_LOCK,)).fetchone()
    if found is None or not found[0]:
        raise RebuildRunning("another process is rebuilding the read models")
    yield
    # The server notices a closed connection later than whoever rebuilds again at once.
    conn.execute("SELECT pg_advisory_unlock(%s)", (NEXT_LOCK,))


def _drop(conn: Connection, name: str) -> None:
    with conn.transaction():
        conn.execute("SELECT set_config('lock_timeout', %s, true)", (DROP_WAIT,))
        conn.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(name)))


def _refuse_stopped(conn: Connection, models: Sequence[ReadModel]) -> None:
    with conn.transaction():
        conn.execute(schema.ENTER, (NEXT,))
        stopped = [entry for entry in positions.read(conn, models) if not entry.running]
    if stopped:
        raise RebuildStopped(stopped)


def _swap(conn: Connection, follower: Follower, models: Sequence[ReadModel], *, roles: Roles) -> int:
    """Hold the live runner off, apply what was recorded meanwhile, and rename: readers see all of it or nothing."""
    _analyze(conn)
    with conn.transaction():
        conn.execute(schema.LOCK, (LIVE_LOCK,))
        position = follower.catch_up()
        _refuse_stopped(conn, models)
        found = conn.execute("SELECT to_regnamespace(%s) IS NOT NULL", (LIVE,)).fetchone()
        if found is not None and found[0]:
            _rename(conn, LIVE, to=PREVIOUS)
        _rename(conn, NEXT, to=LIVE)
        schema.grant(conn, schema=LIVE, roles=roles)
        conn.execute(NOTIFY, (CHANNEL, ""))
    return position


def _rename(conn: Connection, name: str, *, to: str) -> None:
    conn.execute(sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(to)))


def _analyze(conn: Connection) -> None:
    """Tell the planner how large the new tables are, before pages meet them."""
    tables = conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", (NEXT,)).fetchall()
    for (table,) in tables:
        conn.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(NEXT, table)))
