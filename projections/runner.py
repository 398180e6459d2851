"""Keeps the read models up to date, and tells pages when they show what was just recorded.

Any number of processes may run one: the lock of each step lets one work at a time, and the others find nothing left
to do.
"""

import logging
import threading
from collections.abc import Sequence

import psycopg

from journal.codec import Codec
from projections import positions, schema
from projections.follower import Follower
from projections.hashed import HashedLog
from projections.models import MODELS
from projections.positions import Status
from projections.read_model import ReadModel
from projections.watch import PositionWatch

BATCH = 1_000
POLL_S = 0.5
RECONNECT_S = 0.5
APPENDED = "journal_appended"

log = logging.getLogger(__name__)


class Runner:
    """Follows the log. `dsn` is the projector's; one runner may be shared by threads."""

    def __init__(self, dsn: str, codec: Codec, models: Sequence[ReadModel] = MODELS, *, batch: int = BATCH) -> None:
        self._dsn = dsn
        self._codec = codec
        self._models = tuple(models)
        self._batch = batch
        self._hashed = HashedLog()
        self._watch = PositionWatch(dsn, models=self._models)

    def catch_up(self) -> int:
        """Apply everything recorded so far, and return how many events every running model shows (-1: none runs).

        A model that cannot apply an event is stopped there, with the others going on: see `status`. Raises
        IntegrityError where the log has a gap or does not decode (all models are stopped there), NeedsRebuild where
        tables and code differ, psycopg.OperationalError where the database is away.
        """
        with self._connected() as conn:
            return self._follower(conn).catch_up()

    def follow(self, stop: threading.Event) -> None:
        """Apply what is recorded, as it is recorded, until `stop` is set (noticed within half a second).

        A database that is away is waited for. Raises IntegrityError and NeedsRebuild as `catch_up` does: nothing is
        read after either.
        """
        while not stop.is_set():
            try:
                self._follow_connected(stop)
            except psycopg.OperationalError as error:
                log.warning("the read models wait for the database: %s", error)
                stop.wait(RECONNECT_S)

    def wait_for(self, position: int, *, timeout_s: float) -> bool:
        """Wait until every running model shows the first `position` events; False if `timeout_s` was not enough.

        Cheap for many callers at once. A model that stopped is not waited for: its pages say so.
        """
        return self._watch.wait_for(position, timeout_s=timeout_s)

    def status(self) -> list[Status]:
        """Where each model is, for `doctor`."""
        with self._connected() as conn:
            return positions.status(conn, self._models)

    def close(self) -> None:
        """End what `wait_for` started."""
        self._watch.close()

    def _follow_connected(self, stop: threading.Event) -> None:
        # Two connections: a notification that arrives while a batch is applied must still be there afterwards.
        with self._connected() as conn, self._connected() as listener:
            listener.execute(f"LISTEN {APPENDED}")
            follower = self._follower(conn)
            while not stop.is_set():
                while not stop.is_set() and follower.step():
                    pass
                for _ in listener.notifies(timeout=POLL_S, stop_after=1):
                    pass

    def _connected(self) -> psycopg.Connection:
        return psycopg.connect(self._dsn, autocommit=True, application_name="mingzhang projections")

    def _follower(self, conn: psycopg.Connection) -> Follower:
        return Follower(
            conn,
            codec=self._codec,
            models=self._models,
            schema=schema.LIVE,
            lock=schema.LIVE_LOCK,
            batch=self._batch,
            hashed=self._hashed,
        )
