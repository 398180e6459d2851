"""No account that has a limit ever passed it: nobody promised money that was not appropriated.

What must not be broken: the postings of one append count together, as they did when it was accepted. One
append is one command: entries in a row with the same person and the same idempotency key.
"""

from typing import ClassVar

from audit.book import Book
from audit.entries import Entry
from audit.findings import Check, Findings
from audit.ledger import Account, Ledger
from domain.kernel.money import yuan
from domain.kernel.postings import CNY


class Limits:
    """Check 10; it also keeps the ledger that the published balances are compared with."""

    types: ClassVar[frozenset[str] | None] = None
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings, ledger: Ledger) -> None:
        self._findings = findings
        self._ledger = ledger
        self._append: tuple[str, str] | None = None
        self._touched: dict[tuple[str, str], tuple[Account, Entry]] = {}
        self._checked = 0

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Book the event's postings, and judge the append before it once it is complete."""
        append = (entry.by, entry.cmd)
        if append != self._append:
            if self._touched:
                self.settle()
            self._append = append
        if entry.type == "chart.published/1":
            self._ledger.call(entry.data["accounts"])
        if entry.postings:
            for at, booked in self._ledger.post_all(entry.moved):
                self._touched[at] = booked, entry

    def settle(self) -> None:
        """An append is complete: judge the accounts that it touched."""
        for (account, commodity), (booked, entry) in self._touched.items():
            self._checked += 1
            balance = booked.balance
            if balance * booked.limit < 0:
                shown = yuan(balance) if commodity == CNY else str(balance)
                self._findings.add("limits.passed", entry.place, account=account, commodity=commodity, balance=shown)
        self._touched.clear()

    def finish(self, book: Book) -> None:  # noqa: ARG002
        """Judge the last append."""
        self.settle()
        self._findings.summarise(Check.LIMITS, balances=self._checked)
