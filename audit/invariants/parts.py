"""What one part of the judging looks like: it sees events, and is asked once an append is complete."""

from typing import Protocol

from audit.book import Book
from audit.entries import Entry
from audit.findings import Fact, Place


class Say(Protocol):
    """How a part says what is broken, and where."""

    def __call__(self, code: str, place: Place, **facts: Fact) -> None:
        """The finding's code `invariants.<…>`, its place and its facts."""


class Part(Protocol):
    """A few of the twenty-five. A part remembers what an append touched, and judges only that."""

    @property
    def types(self) -> frozenset[str]:
        """The types that it is shown."""

    @property
    def moving(self) -> bool:
        """Whether it is shown, besides, every event that moves something."""

    def see(self, entry: Entry, book: Book) -> None:
        """Take an event; `book` holds everything before it."""

    def settle(self, book: Book) -> None:
        """An append is complete and its postings are in the ledger: judge what it touched."""
