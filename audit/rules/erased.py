"""Whoever was erased is owed nothing more, and paid nothing more: nobody can use the number that is left of him.

What must not be broken: an erasure is recorded only when nothing is owed and nothing is under way, so whatever comes
after it for the same person is either a mistake or somebody else's money.
"""

from typing import ClassVar

from audit.book import Book
from audit.entries import Entry
from audit.findings import Findings

_PAYMENTS = frozenset(
    {
        "payment.approved/1",
        "payment.cancelled/1",
        "payment.accepted/1",
        "payment.settled/1",
        "payment.confirmed_paid/1",
        "payment.failed/1",
        "payment.unresolved/1",
        "payment.reissued/1",
    }
)
_OF_PERSONS = frozenset({"person.role_granted/1", "person.payee_account_set/1"})


class ErasedPersons:
    """Check 11, after a person's erasure."""

    types: ClassVar[frozenset[str] | None] = frozenset(
        {"person.erased/1", "reward.granted/1", "allowance.granted/1", "payment.prepared/1", *_PAYMENTS, *_OF_PERSONS}
    )
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._erased: dict[str, str] = {}  # person -> the event that erased him

    def see(self, entry: Entry, book: Book) -> None:
        """Note an erasure, or judge what is recorded for somebody."""
        if entry.type == "person.erased/1":
            self._erased.setdefault(entry.identity, entry.name)
            return
        person = _for_whom(entry, book) if self._erased else ""
        if person in self._erased:
            erased = self._erased[person]
            self._findings.add("duties.erased", entry.place, person=person, erased=erased, type=entry.type)

    def finish(self, book: Book) -> None:
        """Everything is judged event by event."""


def _for_whom(entry: Entry, book: Book) -> str:
    """The person who gains by an event; empty where nobody knows."""
    if entry.type in _OF_PERSONS:
        return entry.identity
    if entry.type in _PAYMENTS:
        payment = book.payments.get(entry.identity)
        return payment.payee if payment else ""
    payee: str = entry.data["payee_id"]
    return payee
