"""Whether the journal is known to be broken: one mark for the whole program, set once and never taken back.

What must not be broken: once it is set nothing more is recorded or published, and no page shows figures as if all were
well, whoever found it. Only a person who has looked, and a new start, can end it.
"""

import logging
import threading
from collections.abc import Callable

from journal.errors import IntegrityError

log = logging.getLogger(__name__)

Stop = Callable[[IntegrityError], None]
"""Ends something that depends on a whole journal."""


class Alarm:
    """`stops` are called with the finding, once."""

    def __init__(self, *stops: Stop) -> None:
        self._stops = stops
        self._found: IntegrityError | None = None
        self._setting = threading.Lock()

    @property
    def failure(self) -> str | None:
        """What is broken, for operators; None while nothing is known to be."""
        return None if self._found is None else str(self._found)

    def set(self, error: IntegrityError) -> None:
        """Integrity is broken: stop all that depends on it. The first finding stays."""
        with self._setting:
            if self._found is not None:
                return
            self._found = error
        log.critical("integrity is broken, everything that depends on the journal stops: %s", error)
        for stop in self._stops:
            stop(error)

    async def check(self) -> None:
        """Raise IntegrityError if the journal is known to be broken; every page and every command begins with it."""
        if self._found is not None:
            raise IntegrityError(str(self._found)) from self._found
