"""Nothing was paid to a payee under review."""

from typing import ClassVar

from audit.book import Book
from audit.entries import Entry
from audit.findings import Findings


class PayeeHolds:
    """Check 11, of payees whose payments were on hold."""

    types: ClassVar[frozenset[str] | None] = frozenset(
        {"payee_hold.placed/1", "payee_hold.lifted/1", "payment.prepared/1", "payment.approved/1"}
    )
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._payees: dict[str, str] = {}  # stream of a hold -> payee
        self._held: set[str] = set()

    def see(self, entry: Entry, book: Book) -> None:
        """Note a hold, or judge a payment."""
        match entry.type:
            case "payee_hold.placed/1":
                self._payees[entry.identity] = entry.data["payee_id"]
                self._held.add(entry.data["payee_id"])
            case "payee_hold.lifted/1":
                payee = self._payees.get(entry.identity, "")
                self._held.discard(payee)
                if payee == entry.by:
                    self._findings.add("duties.acted_twice", entry.place, person=payee, first="payee", second="checker")
            case _:
                payment = book.payments.get(entry.identity)
                payee = entry.data.get("payee_id") or (payment.payee if payment else "")
                if payee in self._held:
                    self._findings.add("duties.payee_held", entry.place, person=payee)

    def finish(self, book: Book) -> None:
        """Everything is judged event by event."""
