"""Taking turns: who wants the same streams at the same moment stands in line instead of deciding in vain.

What must not be broken: nothing is right only because of this. The journal alone decides who came first; this spares
those behind him a decision that would have to be made again, and again, until they were told to try later. The line
goes through all programs on one database: first within this one, then through its locks, which end with their session.
"""

import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Final
from weakref import WeakValueDictionary

import psycopg

from domain.kernel.ids import StreamName
from journal.store import Pool

logger = logging.getLogger(__name__)

LINES_MAX: Final = 8
"""So many stand in the database's lines at once: each keeps a connection, and needs a second one to read with."""

# So long somebody waits for other programs; then he tries his luck.
_PATIENCE: Final = "SET LOCAL lock_timeout = '10s'"
_STAND: Final = "SELECT pg_advisory_xact_lock(hashtextextended(stream, 7477)) FROM unnest(%s::text[]) AS stream"


class _Turn:
    """One stream's line."""

    __slots__ = ("__weakref__", "lock")

    def __init__(self) -> None:
        self.lock = threading.Lock()


class Turns:
    """The lines of one program; `pool`: its connections to the database that it shares with the others."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._turns: WeakValueDictionary[str, _Turn] = WeakValueDictionary()
        self._giving = threading.Lock()
        self._entering = threading.BoundedSemaphore(LINES_MAX)

    @contextmanager
    def taken(self, streams: Iterable[StreamName]) -> Iterator[None]:
        """Wait until nobody else writes these streams in this way; in one order always, so that no two wait for each
        other. A stream that nobody wants any more is forgotten.
        """
        wanted = sorted(set(streams))
        with self._giving:
            turns = [self._turns.setdefault(stream, _Turn()) for stream in wanted]
        with ExitStack() as stack:
            for turn in turns:
                stack.enter_context(turn.lock)
            stack.enter_context(self._entering)
            stack.enter_context(self._before_other_programs(wanted))
            yield

    @contextmanager
    def _before_other_programs(self, wanted: list[StreamName]) -> Iterator[None]:
        """Where the database gives no turn, whoever waits goes on: the journal says if something is wrong."""
        line = ExitStack()
        try:
            with ExitStack() as standing:
                connection = standing.enter_context(self._pool.connection())
                standing.enter_context(connection.transaction())
                connection.execute(_PATIENCE)
                connection.execute(_STAND, [wanted])
                line = standing.pop_all()
        except psycopg.OperationalError:
            logger.warning("no turn among the programs on this database was had in time; going on without")
        try:
            yield
        finally:
            with suppress(psycopg.OperationalError):
                line.close()
