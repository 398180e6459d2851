"""Nothing is reported at a code that the log did not know as valid on that day, and no code ends in one that is not.

What must not be broken: validity is judged as the log knew it when the event was recorded, so that a succession which
is recorded later makes no earlier report wrong. Roles stay bound to their codes: `roles` needs to know nothing of this.
"""

from typing import ClassVar

from audit.book import Book
from audit.entries import Entry, day_of
from audit.findings import Findings
from domain.kernel.places import Division, chain


class Places:
    """A part of check 7: what a role covers is a place that there was."""

    types: ClassVar[frozenset[str] | None] = frozenset(
        {"incident.reported/1", "incident.located/1", "place.renamed/1", "place.succeeded/1"}
    )
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def see(self, entry: Entry, book: Book) -> None:
        """Judge a report by its place, and what is said of a place by what the log knows of it."""
        data = entry.data
        if entry.type == "incident.reported/1":
            self._reported(entry, book, data["division"], day_of(data["reported_at"]))
            return
        if entry.type == "incident.located/1":
            if (incident := book.incidents.get(entry.identity)) is not None:  # else `workflows` says that there is none
                self._reported(entry, book, data["division"], incident.day)
            return
        known = book.places.get(data["code"])
        if known is None:
            self._findings.add("roles.place_unknown", entry.place, division=data["code"])
        elif known.followed is not None:
            self._findings.add("roles.place_ended", entry.place, division=data["code"], on=known.followed)
        for following in data.get("successors", ()):
            found = book.places.get(following)
            if found is None or not found.valid_on(data["since"]):
                self._findings.add("roles.place_not_valid", entry.place, division=following, on=data["since"])

    def _reported(self, entry: Entry, book: Book, division: str, on: str) -> None:
        if division == book.county:
            return  # it is registered on the day on which the journal begins, and is as old as need be
        place = book.places.get(division)
        if place is None:
            self._findings.add("roles.place_unknown", entry.place, division=division)
            return
        above = [book.places.get(code) for code in chain(Division(division))]
        if place.since > on or any(one is not None and one.ended_by(on) for one in above):
            self._findings.add("roles.place_not_valid", entry.place, division=division, on=on)

    def finish(self, book: Book) -> None:
        """Places are judged event by event."""
