"""The rules that every event must keep: each module judges one thing, event by event, against the book so
far.

A rule sees an event before the book has applied it, and may look once more when all events were seen.
"""

from typing import Protocol

from audit.book import Book
from audit.entries import Entry


class Rule(Protocol):
    """One thing that is checked of every event, or of the events of some types only."""

    @property
    def types(self) -> frozenset[str] | None:
        """The types that the rule is shown; None: all."""

    @property
    def moving(self) -> bool:
        """Whether the rule is shown only events that move something."""

    def see(self, entry: Entry, book: Book) -> None:
        """Judge an event; `book` holds everything before it."""

    def finish(self, book: Book) -> None:
        """Judge what only the whole journal shows."""
