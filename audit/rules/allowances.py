"""An allowance is owed once for a month and basis, to somebody who served there then, by somebody else.

What must not be broken: the roles that count are those that the log knew when it was granted. How it is paid is judged
with the rewards (`audit.rules.payouts`).
"""

from typing import ClassVar

from audit.book import Book
from audit.entries import Entry
from audit.findings import Findings
from domain.kernel.calendar import first_day, last_day, month
from domain.kernel.places import Division, contains
from domain.policies import SERVING


class Allowances:
    """Check 11, for allowances."""

    types: ClassVar[frozenset[str] | None] = frozenset({"allowance.granted/1"})
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def see(self, entry: Entry, book: Book) -> None:
        """Judge a grant."""
        data, place = entry.data, entry.place
        before = book.rewards.get(entry.identity)
        if before is not None and not before.reversed:
            self._findings.add("duties.allowance_again", place, allowance=entry.identity)
        if data["granter_id"] != entry.by:
            self._findings.add("duties.signed_by_another", place, part="granter", named=data["granter_id"], by=entry.by)
        if data["payee_id"] == entry.by:
            self._findings.add("duties.acted_twice", place, person=entry.by, first="payee", second="granter")
        if data["month"] > entry.on[:7]:
            self._findings.add("duties.month_ahead", place, month=data["month"], on=entry.on)
        if not _served(book, data["payee_id"], Division(data["division"]), data["month"]):
            self._findings.add("duties.not_served", place, person=data["payee_id"], month=data["month"])

    def finish(self, book: Book) -> None:
        """Everything is judged event by event."""


def _served(book: Book, person: str, division: Division, of: str) -> bool:
    since, until = first_day(month(of)).isoformat(), last_day(month(of)).isoformat()
    return any(
        held.role in SERVING
        and contains(Division(held.area), division)
        and held.since <= until
        and (held.until is None or since <= held.until)
        for held in book.roles.get(person, ())
    )
