"""What somebody wants to see of the books: which days, and what was known at which position of the log."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from api.web import words

BOOKS: Final = tuple(words.BOOKS)
"""The books in the order in which accountants read them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Effective days `since` to `on`, both inclusive; of the first `known_at` events, or (None) of all.

    `position` is how many events that is: it stands under every table, so that anybody can ask for the same again.
    """

    since: date
    on: date
    known_at: int | None
    position: int

    @property
    def span(self) -> str:
        """`2026-03-01 至 2026-03-31，按账本前 1234 条记录`."""
        return f"{self.since} 至 {self.on}，按账本前 {self.position} 条记录"

    @property
    def file_part(self) -> str:
        """The same for a file's name."""
        return f"{self.since:%Y%m%d}-{self.on:%Y%m%d}-前{self.position}条"


def month_of_day(on: date) -> date:
    """The first day of a day's month: where a table begins if nobody says otherwise."""
    return on.replace(day=1)


def in_order(books: list[str]) -> list[str]:
    """Books as accountants read them; those of other systems follow by name."""
    return sorted(books, key=lambda book: (BOOKS.index(book) if book in BOOKS else len(BOOKS), book))
