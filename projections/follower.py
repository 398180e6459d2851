"""Reads the log in batches and applies each to every read model that stands at the same place, in one transaction.

What must not be broken: rows and position move together or not at all, so that every event is applied exactly once,
however a process ends; and a model that cannot apply an event stops there, is named, and is never skipped over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import Connection

from domain.kernel.ids import EventName
from journal.codec import Codec, Recorded
from journal.errors import IntegrityError, UndecodableEvent
from journal.merkle import Frontier
from projections import positions, schema
from projections.hashed import HashedLog, head_of
from projections.positions import Stop
from projections.read_model import ReadModel

CHANNEL = "read_position"

EVENTS = """
SELECT notification_id, state FROM journal.events WHERE notification_id > %s ORDER BY notification_id LIMIT %s
"""

# An index is always right for the few rows of a batch; a plan made while the tables were small must not outlive that.
ENTER = """
SELECT set_config('search_path', %s, true), set_config('enable_seqscan', 'off', true),
    set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)
"""
NOTIFY = "SELECT pg_notify(%s, %s)"

# What a model can do wrong. Anything else (lost connection, full disk, no memory) is an outage and no model's fault.
MODEL_FAILURES: tuple[type[Exception], ...] = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NameError,
    RuntimeError,
    TypeError,
    ValueError,
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.InternalError,
    psycopg.NotSupportedError,
    psycopg.ProgrammingError,
)


class ModelFailed(Exception):
    """A model did not apply a batch; the transaction is undone and the culprit looked for."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Decoded events in log order without a gap; `fault` says why there is no more, and `fault_event` where.

    `hashed`: the tree up to their end; None where it was not hashed.
    """

    events: list[Recorded]
    fault_event: EventName
    fault: str | None = None
    hashed: Frontier | None = None


class Follower:
    """Applies the log to the models in one schema, batch by batch, over one connection (autocommit)."""

    def __init__(
        self,
        conn: Connection[Any],
        *,
        codec: Codec,
        models: Sequence[ReadModel],
        schema: str,
        lock: int,
        batch: int,
        hashed: HashedLog,
    ) -> None:
        self.conn = conn
        self._hashed = hashed
        self._codec = codec
        self._models = models
        self._schema = schema
        self._lock = lock
        self._batch = batch

    def catch_up(self) -> int:
        """Apply everything recorded so far; how many events every running model shows then (-1 if none runs).

        Raises IntegrityError (after recording the stop) where the log has a gap, ends early, does not decode or
        does not give the root of its head, NeedsRebuild where tables and code differ.
        """
        while self.step():
            pass
        with self.conn.transaction():
            self.conn.execute(schema.ENTER, (self._schema,))
            entries = positions.read(self.conn, self._models)
        return min((entry.position for entry in entries if entry.running), default=-1)

    def step(self) -> int:
        """Apply one batch in one transaction; how many events it read, 0 when every running model is at the end."""
        try:
            read, fault = self._in_transaction(apart=False)
        except ModelFailed:
            read, fault = self._in_transaction(apart=True)
        if fault is not None:
            raise IntegrityError(fault)
        return read

    def _in_transaction(self, *, apart: bool) -> tuple[int, str | None]:
        with self.conn.transaction():
            self.conn.execute(ENTER, (self._schema,))
            self.conn.execute(schema.LOCK, (self._lock,))
            group, start, limit = self._next_group()
            if not group:
                return 0, None
            chunk = self._read(start, limit)
            end = start + len(chunk.events)
            stops = self._apply_apart(group, chunk.events) if apart else self._apply(group, chunk.events)
            if chunk.events:
                positions.advance(self.conn, [model.NAME for model in group], to=end)
            for stopped in stops:
                positions.stop(self.conn, stopped)
            if chunk.fault is not None:
                self._stop_all(group, stops, end=end, chunk=chunk)
            if chunk.events and self._schema == schema.LIVE:
                self.conn.execute(NOTIFY, (CHANNEL, ""))
            if chunk.hashed is not None:
                self._hashed.keep(chunk.hashed)
            return len(chunk.events), chunk.fault

    def _next_group(self) -> tuple[list[ReadModel], int, int]:
        """The models furthest behind, where they stand, and how far they may go together before meeting others."""
        found = {entry.model: entry for entry in positions.read(self.conn, self._models)}
        schema.check_digests({name: entry.digest for name, entry in found.items()}, self._models)
        places = sorted({entry.position for entry in found.values() if entry.running})
        if not places:
            return [], 0, 0
        start = places[0]
        limit = min(self._batch, places[1] - start) if len(places) > 1 else self._batch
        group = [model for model in self._models if found[model.NAME].running and found[model.NAME].position == start]
        return group, start, limit

    def _read(self, start: int, limit: int) -> Chunk:
        head = head_of(self.conn)  # before the events: what is appended in between must not look missing
        size = head[0]
        with self.conn.cursor(binary=True) as cursor:
            rows = cursor.execute(EVENTS, (start, limit)).fetchall()
        hashed = None
        standing = not rows and start == size == self._hashed.size
        if standing or (rows and rows[0][0] == start + 1):
            try:
                whole = [state for place, (number, state) in enumerate(rows, start=start + 1) if number == place]
                hashed = self._hashed.extended(self.conn, whole, start=start, head=head)
            except IntegrityError as error:
                return Chunk([], EventName(f"log index {start}"), str(error))
        events: list[Recorded] = []
        for expected, (notification_id, state) in enumerate(rows, start=start + 1):
            place = EventName(f"log index {expected - 1}")
            if notification_id != expected:
                return Chunk(events, place, f"the log has a gap: {place} is missing")
            try:
                events.append(self._codec.decode(expected - 1, state))
            except UndecodableEvent as error:
                return Chunk(events, place, str(error))
        if not rows and size > start:
            place = EventName(f"log index {start}")
            return Chunk(events, place, f"the log's head is further than its events: {place} is missing")
        if size < start:
            place = EventName(f"log index {start - 1}")
            return Chunk(events, place, f"the log is shorter than what was read from it: {place} is missing")
        return Chunk(events, EventName(""), hashed=hashed)

    def _apply(self, group: Sequence[ReadModel], events: Sequence[Recorded]) -> list[Stop]:
        types = {recorded.type for recorded in events}
        with self.conn.cursor() as cursor:
            for model in group:
                own = _of_types(events, model.TYPES) if types & model.TYPES else []
                if own:
                    try:
                        model.apply(cursor, own)
                    except MODEL_FAILURES as error:
                        raise ModelFailed(model.NAME) from error
        return []

    def _apply_apart(self, group: Sequence[ReadModel], events: Sequence[Recorded]) -> list[Stop]:
        """Each model for itself, so that one that fails keeps nobody back; its events up to the culprit are applied."""
        stops = []
        for model in group:
            own = _of_types(events, model.TYPES)
            if own and self._try(model, own) is not None:
                stops.append(self._find_culprit(model, own))
        return [stopped for stopped in stops if stopped is not None]

    def _find_culprit(self, model: ReadModel, own: Sequence[Recorded]) -> Stop | None:
        for recorded in own:
            error = self._try(model, [recorded])
            if error is not None:
                return Stop(model.NAME, recorded.index, recorded.name, error)
        return None

    def _try(self, model: ReadModel, events: Sequence[Recorded]) -> str | None:
        """Apply within a savepoint; the failure's description, or None."""
        try:
            with self.conn.transaction(), self.conn.cursor() as cursor:
                model.apply(cursor, events)
        except MODEL_FAILURES as error:
            return describe(error)
        return None

    def _stop_all(self, group: Sequence[ReadModel], stops: Sequence[Stop], *, end: int, chunk: Chunk) -> None:
        """The log itself is at fault: nothing that reads it goes on."""
        stopped = {entry.model for entry in stops}
        for model in group:
            if model.NAME not in stopped:
                positions.stop(self.conn, Stop(model.NAME, end, chunk.fault_event, chunk.fault or ""))


def _of_types(events: Sequence[Recorded], types: frozenset[str]) -> list[Recorded]:
    return [recorded for recorded in events if recorded.line.type in types]


def describe(error: Exception) -> str:
    """What failed, without values of the event: those may say who somebody is, and operators read this text."""
    if isinstance(error, psycopg.Error) and error.sqlstate:
        where = f"{error.diag.table_name or ''} {error.diag.constraint_name or ''}".strip()
        return f"{type(error).__name__} ({error.sqlstate}) {where}".rstrip()
    if type(error).__module__.startswith("projections."):
        return f"{type(error).__name__}: {error}"  # our own sentences name tables, never values
    return type(error).__name__
