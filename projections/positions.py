"""How far each read model has come, and where and why one has stopped: `doctor` shows it, every step begins with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from domain.kernel.ids import EventName
from projections.read_model import ReadModel, digest


@dataclass(frozen=True, slots=True)
class Stop:
    """A model stopped before the event at `index`. `error` holds no value of the event."""

    model: str
    index: int
    event: EventName
    error: str


@dataclass(frozen=True, slots=True)
class Position:
    """How many events of the log a model has applied (= the index of its next one), and its stop, if it stopped."""

    model: str
    position: int
    digest: str
    stopped_event: EventName | None
    stopped_error: str | None
    stopped_at: datetime | None

    @property
    def running(self) -> bool:
        """Whether the model goes on when there is something to read."""
        return self.stopped_event is None


@dataclass(frozen=True, slots=True)
class Status:
    """One model for `doctor`: where it is, how far behind the log, why it stopped, whether its tables fit this code."""

    model: str
    position: int
    behind: int
    installed: bool
    current: bool
    stopped_event: EventName | None
    stopped_error: str | None
    stopped_at: datetime | None


POSITIONS = (
    "SELECT model, position, digest, stopped_event, stopped_error, stopped_at FROM {table} WHERE model = ANY (%s)"
)
IN_SEARCH_PATH = POSITIONS.format(table="positions")
IN_LIVE_SCHEMA = POSITIONS.format(table="read.positions")

ADVANCE = "UPDATE positions SET position = %s WHERE model = ANY (%s)"

STOP = """
UPDATE positions SET position = %s, stopped_event = %s, stopped_error = %s, stopped_at = clock_timestamp()
WHERE model = %s
"""

LIVE_TABLE = "SELECT to_regclass('read.positions') IS NOT NULL"
HEAD = "SELECT size FROM journal.head"


def read(conn: Connection[Any], models: Sequence[ReadModel]) -> list[Position]:
    """The positions of these models in the schema that the search path names."""
    return _read(conn, models, sql=IN_SEARCH_PATH)


def advance(conn: Connection[Any], names: Sequence[str], *, to: int) -> None:
    """These models have applied the first `to` events."""
    conn.execute(ADVANCE, (to, list(names)))


def stop(conn: Connection[Any], stopped: Stop) -> None:
    """The model has applied what came before the event, and goes no further."""
    conn.execute(STOP, (stopped.index, stopped.event, stopped.error, stopped.model))


def head(conn: Connection[Any]) -> int:
    """The number of events in the log."""
    found = conn.execute(HEAD).fetchone()
    return int(found[0]) if found else 0


def reached(conn: Connection[Any], models: Sequence[ReadModel]) -> int:
    """How many events every model that has not stopped shows; -1 if none runs or nothing is installed."""
    with conn.transaction():
        found = conn.execute(LIVE_TABLE).fetchone()
        if found is None or not found[0]:
            return -1
        running = [entry.position for entry in _read(conn, models, sql=IN_LIVE_SCHEMA) if entry.running]
    return min(running, default=-1)


def status(conn: Connection[Any], models: Sequence[ReadModel]) -> list[Status]:
    """Every model of this code, in its order, beside what is installed."""
    with conn.transaction():
        size = head(conn)
        found = conn.execute(LIVE_TABLE).fetchone()
        there = _read(conn, models, sql=IN_LIVE_SCHEMA) if found is not None and found[0] else []
    positions = {entry.model: entry for entry in there}
    return [_status(model, positions.get(model.NAME), size=size) for model in models]


def _read(conn: Connection[Any], models: Sequence[ReadModel], *, sql: str) -> list[Position]:
    with conn.cursor(row_factory=class_row(Position)) as cursor:
        return cursor.execute(sql.encode(), ([model.NAME for model in models],)).fetchall()


def _status(model: ReadModel, found: Position | None, *, size: int) -> Status:
    if found is None:
        return Status(model.NAME, 0, size, False, False, None, None, None)
    return Status(
        model=model.NAME,
        position=found.position,
        behind=size - found.position,
        installed=True,
        current=found.digest == digest(model),
        stopped_event=found.stopped_event,
        stopped_error=found.stopped_error,
        stopped_at=found.stopped_at,
    )
