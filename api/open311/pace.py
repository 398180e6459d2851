"""How often somebody may ask: so many requests at once, and then as many a minute as the store refills.

Kept in memory: a restart forgets it, which costs nobody anything.
"""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from api.open311.api_keys import actor_of
from domain.kernel.refusals import Refusal
from journal.facts import Actor
from journal.store import Pool

NAMES_MAX: Final = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests may come at once, and so many a minute (0.1: one in ten minutes) after that."""

    burst: int
    per_minute: float


READS: Final = Rate(burst=120, per_minute=240)
"""Of one address."""
BULKS: Final = Rate(burst=5, per_minute=5)
"""Whole exports of one address."""
REPORTS: Final = Rate(burst=30, per_minute=30)
"""Of one key."""
WRONG_KEYS: Final = Rate(burst=10, per_minute=10)
"""Of one address."""


class Pace:
    """A store of requests for each name. Safe to use from many threads."""

    def __init__(self, rate: Rate, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._lock = threading.Lock()
        self._stores: dict[str, tuple[float, float]] = {}

    def take(self, name: str) -> None:
        """Count one request. Refuses `open311.too_often`, with the seconds to wait, where the store is empty."""
        seconds = self.wait_s(name)
        if seconds:
            raise Refusal("open311.too_often", seconds=seconds)

    def wait_s(self, name: str) -> int:
        """Count one request, and 0; or how many seconds to wait, with nothing counted, where the store is empty."""
        now = self._clock()
        with self._lock:
            left = self._left(name, now)
            if left < 1:
                return math.ceil((1 - left) * 60 / self._rate.per_minute)
            self._stores[name] = (left - 1, now)
            if len(self._stores) > NAMES_MAX:
                self._forget(now)
        return 0

    def _left(self, name: str, now: float) -> float:
        left, at = self._stores.get(name, (float(self._rate.burst), now))
        return min(float(self._rate.burst), left + (now - at) * self._rate.per_minute / 60)

    def _forget(self, now: float) -> None:
        """Drop the stores that are full again, and if that is not enough the fullest: memory stays bounded."""
        filled = sorted(self._stores, key=lambda name: self._left(name, now))
        self._stores = {
            name: self._stores[name] for name in filled[: NAMES_MAX // 2] if self._left(name, now) < self._rate.burst
        }


class Paces:
    """The stores of one application."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.reads = Pace(READS, clock=clock)
        self.bulks = Pace(BULKS, clock=clock)
        self._reports = Pace(REPORTS, clock=clock)
        self._wrong_keys = Pace(WRONG_KEYS, clock=clock)

    def actor(self, pool: Pool, key: str, *, address: str) -> Actor:
        """Who acts by a key; each use of it is counted, and each wrong one from that address.

        Refuses `open311.key_missing`, `open311.key_unknown`, `open311.too_often`.
        """
        if not key:
            raise Refusal("open311.key_missing")
        try:
            actor = actor_of(pool, key)
        except Refusal:
            self._wrong_keys.take(address)
            raise
        self._reports.take(key)
        return actor
