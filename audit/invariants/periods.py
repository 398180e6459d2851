"""A month that was closed stays closed: nothing takes effect in it any more, and months are closed in their order.

What must not be broken: the day that counts is the effective one (`on`), by which books and exports are ordered.
"""

from typing import ClassVar

from audit.book import Book
from audit.entries import Entry
from audit.invariants.parts import Say


class SealedPeriods:
    """Invariant 13."""

    types: ClassVar[frozenset[str]] = frozenset({"period.sealed/1"})
    moving: ClassVar[bool] = True

    def __init__(self, say: Say) -> None:
        self._say = say
        self._sealed = ""  # the last month that was closed

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every part is handed the book
        """Judge the day of what moves something, and the month of a seal."""
        if entry.type == "period.sealed/1":
            month = entry.data["month"]
            if self._sealed and month != _next(self._sealed):
                self._say("invariants.seal_order", entry.place, found=month, sealed=self._sealed)
            self._sealed = max(self._sealed, month)
        elif self._sealed and entry.on[:7] <= self._sealed:
            self._say("invariants.sealed_month", entry.place, on=entry.on, sealed=self._sealed)

    def settle(self, book: Book) -> None:
        """Nothing is left for the end of an append."""


def _next(month: str) -> str:
    year, number = int(month[:4]), int(month[5:7])
    return f"{year + number // 12:04d}-{number % 12 + 1:02d}"
