"""The clock by which the demonstration county is loaded: it stands where a part of its story happens, or shows now.

What the rules judge by the clock is recorded by one that stands in the past: tariffs and caps hold for coming days, and
whoever reports for himself does it within three days. The rest is recorded when it is loaded, for the days on which
it is said to have happened.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from journal.journal import now


@dataclass
class DemoClock:
    """A clock for one journal. Whatever is recorded in several threads is recorded at one moment."""

    stands_at: datetime | None = None

    def __call__(self) -> datetime:
        return self.stands_at or now()

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        """Stand at a moment, then show now again."""
        self.stands_at = moment
        try:
            yield
        finally:
            self.stands_at = None
