"""Every report of an item was made while the item was admitted there, and is of its class.

What must not be broken: the catalogue of the report's own day counts, of the narrowest division that admits the item,
as the log knew it when the report was recorded. A sensitive report carries no position.
"""

from typing import ClassVar

from audit.book import Book
from audit.entries import Entry, day_of
from audit.findings import Findings
from audit.records import Item
from domain.kernel.places import Division, chain


class Catalogues:
    """Part of check 12."""

    types: ClassVar[frozenset[str] | None] = frozenset({"incident.reported/1"})
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def see(self, entry: Entry, book: Book) -> None:
        """Judge a report."""
        data, day = entry.data, day_of(entry.data["reported_at"])
        if data["sensitive"] and "position" in data:
            self._findings.add("tariffs.position_of_sensitive", entry.place)
        if "item" not in data:
            return
        item = admitted(book, data["division"], data["item"], day)
        if item is None:
            facts = {"item": data["item"], "division": data["division"], "day": day}
            self._findings.add("tariffs.item_not_admitted", entry.place, **facts)
        elif (data["category"], data["sensitive"]) != (item.category, item.sensitive):
            self._findings.add("tariffs.item_differs", entry.place, item=item.code, category=item.category)

    def finish(self, book: Book) -> None:
        """Nothing is left to judge."""


def admitted(book: Book, division: str, code: str, day: str) -> Item | None:
    """The item as the narrowest division has it that admits it on a day."""
    for area in chain(Division(division)):
        versions = [
            item
            for item in book.catalogues.get(area, ())
            if item.code == code and item.since <= day and (item.last_day is None or day <= item.last_day)
        ]
        if versions:
            return max(versions, key=lambda item: item.since)
    return None
