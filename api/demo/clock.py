"""The clock by which the demonstration county is loaded: it stands where a part of its story happens, or shows now.

What the rules judge by the clock is recorded by one that stands in the past: tariffs and caps hold for coming days, and
whoever reports for himself does it within three days. The rest is recorded when it is loaded, for the days on which
it is said to have happened.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from journal.journal import now


class DemoClock:
    """A clock for one journal. Each thread sets its own hands."""

    def __init__(self) -> None:
        self._hands = threading.local()

    def __call__(self) -> datetime:
        stands_at: datetime | None = getattr(self._hands, "stands_at", None)
        return stands_at or now()

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        """Stand at a moment for this thread, then show now again."""
        self._hands.stands_at = moment
        try:
            yield
        finally:
            self._hands.stands_at = None
