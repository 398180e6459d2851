"""A changed account was not paid on before its cooling period, nor approved by whoever had set it.

What must not be broken: the period is the one that the journal had recorded for the day of the payment, and who set an
account is who signed that event.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from audit.book import Book
from audit.entries import Entry
from audit.findings import Findings


@dataclass(slots=True)
class _Account:
    """The account in use of a person. `set_on` None: recorded when nobody wrote the day down, so nothing waits."""

    version: int
    setter: str
    set_on: str | None
    acknowledged: bool = False


class PayeeAccounts:
    """Check 11, of the accounts that payments go to."""

    types: ClassVar[frozenset[str] | None] = frozenset(
        {
            "cooling.set/1",
            "person.payee_account_set/1",
            "person.payee_account_acknowledged/1",
            "payment.prepared/1",
            "payment.approved/1",
        }
    )
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._accounts: dict[str, _Account] = {}
        self._setters: dict[str, str] = {}  # event that set an account -> who said that he did
        self._periods: list[tuple[str, int]] = []

    def see(self, entry: Entry, book: Book) -> None:
        """Note an account or a period, or judge a payment."""
        data = entry.data
        match entry.type:
            case "cooling.set/1":
                self._periods.append((data["since"], data["days"]))
            case "person.payee_account_set/1":
                self._set(entry)
            case "person.payee_account_acknowledged/1":
                self._acknowledged(entry)
            case "payment.prepared/1":
                self._prepared(entry)
            case _:
                payment = book.payments.get(entry.identity)
                if payment is not None and self._setters.get(payment.account) == entry.by:
                    self._acted_twice(entry, "account_setter", "checker")

    def _set(self, entry: Entry) -> None:
        data = entry.data
        setter, on = data.get("set_by"), data.get("set_on")
        self._accounts[entry.identity] = _Account(data["version"], entry.by, on)
        if setter is None:
            return
        self._setters[entry.name] = setter
        self._signed(entry, setter, "account_setter")
        if on is not None and on != entry.on:
            self._findings.add("duties.differs", entry.place, field="set_on", found=on, expected=entry.on)

    def _acknowledged(self, entry: Entry) -> None:
        data, account = entry.data, self._accounts.get(entry.identity)
        self._signed(entry, data["acknowledged_by"], "acknowledger")
        if account is None or account.version != data["version"]:
            self._findings.add("duties.no_account", entry.place, version=data["version"])
            return
        account.acknowledged = True
        for part, person in (("account_setter", account.setter), ("payee", entry.identity)):
            if person == entry.by:
                self._acted_twice(entry, part, "acknowledger")

    def _prepared(self, entry: Entry) -> None:
        account = self._accounts.get(entry.data["payee_id"])
        if account is None or account.version == 1 or account.acknowledged or account.set_on is None:
            return
        begun = [period for period in self._periods if period[0] <= entry.on]
        days = max(begun, key=lambda period: period[0])[1] if begun else 0
        first_day = (date.fromisoformat(account.set_on) + timedelta(days=days)).isoformat()
        if entry.on < first_day:
            self._findings.add("duties.cooling", entry.place, person=entry.data["payee_id"], day=first_day)

    def _signed(self, entry: Entry, named: str, part: str) -> None:
        if entry.by != named:
            self._findings.add("duties.signed_by_another", entry.place, part=part, named=named, by=entry.by)

    def _acted_twice(self, entry: Entry, first: str, second: str) -> None:
        self._findings.add("duties.acted_twice", entry.place, person=entry.by, first=first, second=second)

    def finish(self, book: Book) -> None:
        """Everything is judged event by event."""
