"""The store: reading the journal from PostgreSQL, and the seam to the `eventsourcing` library.

This is the only module that knows the library. Its recorder reads, subscribes and tracks; what it would insert goes
through our own commit, so that no event is ever outside the tree. The library's database functions stay off: with
them followers lose events.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing import persistence
from eventsourcing.persistence import ProgrammingError, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore, PostgresProcessRecorder
from psycopg_pool import ConnectionPool

from journal import transaction
from journal.batch import Stored
from journal.errors import Unavailable
from journal.facts import Append, Entry
from journal.tiles import TILE_WIDTH, TileNodeReader

Pool = ConnectionPool[psycopg.Connection[Any]]

CHANNEL = "journal_appended"
SCHEMA = "journal"
EVENTS = "events"

_ENTRIES = (
    "SELECT notification_id - 1, state FROM journal.events WHERE notification_id > %s ORDER BY notification_id LIMIT %s"
)
_STREAMS = (
    "SELECT originator_id, originator_version, state, notification_id - 1 FROM journal.events"
    " WHERE originator_id = ANY(%s) ORDER BY originator_id, originator_version"
)
_LEAVES = (
    "SELECT leaf FROM journal.events WHERE notification_id > %s AND notification_id <= %s ORDER BY notification_id"
)
_TREE = "SELECT hash FROM journal.tree WHERE level = %s AND index >= %s AND index < %s ORDER BY index"
_HEAD = "SELECT size, root FROM journal.head"
_COMMAND = "SELECT input, first_id - 1, last_id - 1 FROM journal.commands WHERE actor = %s AND key = %s"


class Store:
    """Reads the journal through a pool of connections of one database role."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @property
    def pool(self) -> Pool:
        """The connections that it reads through."""
        return self._pool

    def head(self) -> tuple[int, bytes]:
        """The tree's size and root."""
        with self._connection() as connection:
            row = connection.execute(_HEAD, binary=True).fetchone()
        return row if row is not None else (0, b"")

    def streams(self, stream_ids: Sequence[UUID]) -> dict[UUID, list[tuple[int, int, bytes]]]:
        """For each stream that has events: (seq, log index, entry) in order."""
        found: dict[UUID, list[tuple[int, int, bytes]]] = {}
        with self._connection() as connection:
            for stream_id, seq, entry, index in connection.execute(_STREAMS, (list(stream_ids),), binary=True):
                found.setdefault(stream_id, []).append((seq, index, entry))
        return found

    def entries(self, start: int, *, stop: int | None = None, page: int = 2_000) -> Iterator[tuple[int, bytes]]:
        """(log index, entry) from index `start` on, up to but without `stop`, read in pages."""
        while stop is None or start < stop:
            limit = page if stop is None else min(page, stop - start)
            with self._connection() as connection:
                rows = connection.execute(_ENTRIES, (start, limit), binary=True).fetchall()
            if not rows:
                return
            yield from rows
            start = rows[-1][0] + 1

    def command(self, actor_id: UUID, key: str) -> tuple[bytes, int, int] | None:
        """(input digest, first index, last index) of an idempotency key that was used, or None."""
        with self._connection() as connection:
            return connection.execute(_COMMAND, (actor_id, key), binary=True).fetchone()

    def nodes(self, size: int) -> TileNodeReader:
        """A reader of the tree's nodes at a size, out of the stored hashes."""
        return TileNodeReader(self._read_tile, size)

    def _read_tile(self, level: int, n: int, width: int) -> bytes:
        begin = n * TILE_WIDTH
        query, parameters = (_LEAVES, (begin, begin + width)) if level == 0 else (_TREE, (level, begin, begin + width))
        with self._connection() as connection:
            return b"".join(hash_ for (hash_,) in connection.execute(query, parameters, binary=True))

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection[Any]]:
        try:
            with self._pool.connection() as connection:
                yield connection
        except psycopg.OperationalError as error:
            raise Unavailable(f"the database cannot be read: {error}") from error


class JournalRecorder(PostgresApplicationRecorder):
    """The library's application recorder over our table: its reading and subscription, our appending.

    Built on a datastore whose schema is `journal`; tables come from the migrations, never from here.
    """

    def __init__(self, datastore: PostgresDatastore, *, events_table_name: str = EVENTS) -> None:
        if datastore.enable_db_functions:
            raise ProgrammingError("the library's database functions lose events for followers; they stay off")
        if datastore.schema != SCHEMA or events_table_name != EVENTS:
            raise ProgrammingError(f"the journal's events stand in {SCHEMA}.{EVENTS} and nowhere else")
        super().__init__(datastore, events_table_name=events_table_name)
        self.channel_name = CHANNEL
        self.sql_create_statements = []

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Append through the tree. Returns the notification ids (log index + 1), contiguous in commit order."""
        if not stored_events and not kwargs:
            return []
        append = Append(
            entries=tuple(_entry(event) for event in stored_events),
            expected={},
        )

        def before(connection: psycopg.Connection[Any]) -> None:
            with connection.cursor() as cursor:
                self._insert_events(cursor, stored_events, **kwargs)

        with self.datastore.get_connection() as connection, _library_errors(), _tuple_rows(connection) as plain:
            done = transaction.commit(plain, [append], remembered=None, limit_of=_unlimited, before=before)
        (outcome,) = done.outcomes
        if not isinstance(outcome, Stored):
            raise persistence.IntegrityError(f"the append does not continue its streams: {outcome}")
        return list(range(outcome.first_index + 1, outcome.last_index + 2))


class JournalProcessRecorder(PostgresProcessRecorder, JournalRecorder):
    """The same with the library's tracking: events and the position they came from in one transaction."""

    def __init__(self, datastore: PostgresDatastore, *, tracking_table_name: str = "tracking") -> None:
        super().__init__(datastore, events_table_name=EVENTS, tracking_table_name=tracking_table_name)


def _entry(event: StoredEvent) -> Entry:
    if not isinstance(event.originator_id, UUID):
        raise ProgrammingError("a stream is named by a UUID")
    return Entry(event.originator_id, event.originator_version, event.topic, event.state)


def _unlimited(_account: str) -> int:
    return 0


@contextmanager
def _library_errors() -> Iterator[None]:
    """Database errors as the library names them."""
    try:
        yield
    except psycopg.IntegrityError as error:
        raise persistence.IntegrityError(str(error)) from error
    except psycopg.OperationalError as error:
        raise persistence.OperationalError(str(error)) from error


@contextmanager
def _tuple_rows(connection: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    """The library's connections return rows as dicts; our statements read tuples."""
    factory: Callable[..., Any] = connection.row_factory
    connection.row_factory = psycopg.rows.tuple_row
    try:
        yield connection
    finally:
        connection.row_factory = factory
