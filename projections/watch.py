"""Lets many pages wait for the read models to show what they have just recorded, over one connection for all.

What must not be broken: a waiter is told "reached" only after the rows are committed.
"""

import threading
import time
from collections.abc import Sequence

import psycopg

from projections import positions
from projections.follower import CHANNEL
from projections.read_model import ReadModel

POLL_S = 1.0
"""How long a lost notification can delay a waiter, and a stop this thread."""

RECONNECT_S = 0.2


class PositionWatch:
    """Follows the position of the live read models in a thread of its own, from the first `wait_for` on."""

    def __init__(self, dsn: str, *, models: Sequence[ReadModel]) -> None:
        self._dsn = dsn
        self._models = models
        self._changed = threading.Condition()
        self._reached = -1
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()

    def wait_for(self, position: int, *, timeout_s: float) -> bool:
        """Wait until every running model shows the first `position` events; False if the time was not enough."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            if self._thread is None and not self._closing.is_set():
                self._thread = threading.Thread(target=self._follow, name="read-position", daemon=True)
                self._thread.start()
            return self._changed.wait_for(
                lambda: self._reached >= position or self._closing.is_set(),
                timeout=max(0.0, deadline - time.monotonic()),
            ) and (self._reached >= position)

    def close(self) -> None:
        """End the thread; whoever still waits is told False."""
        with self._changed:
            self._closing.set()
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _follow(self) -> None:
        while not self._closing.is_set():
            try:
                self._listen()
            except psycopg.OperationalError:
                # The database is away: waiters run into their time-out, and we look again.
                self._closing.wait(RECONNECT_S)

    def _listen(self) -> None:
        with psycopg.connect(self._dsn, autocommit=True, application_name="mingzhang read-position") as conn:
            conn.execute(f"LISTEN {CHANNEL}")
            while not self._closing.is_set():
                self._publish(positions.reached(conn, self._models))
                for _ in conn.notifies(timeout=POLL_S, stop_after=1):
                    pass

    def _publish(self, reached: int) -> None:
        with self._changed:
            self._reached = reached
            self._changed.notify_all()
