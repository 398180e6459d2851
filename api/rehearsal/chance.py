"""What happens in a rehearsal, drawn from its seed and the thing itself: the same every time, in whatever order."""

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

T = TypeVar("T")


def number(*parts: object) -> int:
    """A number below 2^64 that the same parts always give."""
    return int.from_bytes(sha256("\x1f".join(map(str, parts)).encode()).digest()[:8], "big")


def happens(percent: int, *parts: object) -> bool:
    """True for so many in a hundred."""
    return number(*parts) % 100 < percent


def choice(options: Sequence[T], *parts: object) -> T:
    """One of the options."""
    return options[number(*parts) % len(options)]


class Dice:
    """A row of draws from one seed, each different, the same row every time: the nth is `number(*seed, n)`."""

    def __init__(self, *seed: object) -> None:
        self._begun = sha256("\x1f".join([*map(str, seed), ""]).encode())
        self._drawn = 0

    def below(self, limit: int) -> int:
        """A whole number from 0 to `limit` - 1."""
        self._drawn += 1
        drawn = self._begun.copy()
        drawn.update(b"%d" % self._drawn)
        return int.from_bytes(drawn.digest()[:8], "big") % limit

    def happens(self, percent: int) -> bool:
        """True for so many in a hundred."""
        return self.below(100) < percent

    def choice(self, options: Sequence[T]) -> T:
        """One of the options, each as likely as the others."""
        return options[self.below(len(options))]

    def weighted(self, weights: Sequence[int]) -> int:
        """A place in the list, likely as its weight says."""
        left = self.below(sum(weights))
        for place, weight in enumerate(weights):
            left -= weight
            if left < 0:
                return place
        raise ValueError("no weights")
