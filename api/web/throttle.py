"""Slows down whoever tries passwords: after a few failures a login from that address has to wait.

Kept in memory: a restart forgets it, which costs an attacker more than it gives him.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

WINDOW_S: Final = 15 * 60
PER_LOGIN_AND_ADDRESS: Final = 5
PER_ADDRESS: Final = 50
PER_LOGIN: Final = 50
NAMES_MAX: Final = 10_000

_Name = tuple[str, str]


class Throttle:
    """Counts failures of the last quarter of an hour. Safe to use from many threads."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: dict[_Name, deque[float]] = {}

    def wait_s(self, login: str, address: str) -> float:
        """How long this login from this address has to wait; 0 if it may try now."""
        now = self._clock()
        with self._lock:
            return max(self._wait(name, limit, now) for name, limit in _counted(login, address))

    def failed(self, login: str, address: str) -> None:
        """A password was wrong, or the login unknown."""
        now = self._clock()
        with self._lock:
            for name, limit in _counted(login, address):
                self._failures.setdefault(name, deque(maxlen=limit)).append(now)
            if len(self._failures) > NAMES_MAX:
                self._forget(now)

    def succeeded(self, login: str, address: str) -> None:
        """The right password: this login's failures from this address are forgotten."""
        with self._lock:
            self._failures.pop((login, address), None)

    def _wait(self, name: _Name, limit: int, now: float) -> float:
        failures = self._failures.get(name)
        if failures is None or len(failures) < limit:
            return 0.0
        return max(0.0, failures[0] + WINDOW_S - now)

    def _forget(self, now: float) -> None:
        """Drop what has run out and then, if that is not enough, the oldest: memory stays bounded."""
        kept = {name: times for name, times in self._failures.items() if times[-1] + WINDOW_S > now}
        newest = sorted(kept.items(), key=lambda item: item[1][-1])[-NAMES_MAX // 2 :]
        self._failures = dict(newest)


def _counted(login: str, address: str) -> tuple[tuple[_Name, int], ...]:
    return (
        ((login, address), PER_LOGIN_AND_ADDRESS),
        (("", address), PER_ADDRESS),
        ((login, ""), PER_LOGIN),
    )
