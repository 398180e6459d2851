"""What is owed to each person, and what is on its way with each batch, explained by what was earned and paid.

What must not be broken: one side comes from what events say (who earned how much, what became of each payment), the
other from the postings alone; neither is worked out of the other.
"""

from collections.abc import Mapping
from typing import ClassVar, NamedTuple

from audit.book import Book
from audit.entries import Entry
from audit.invariants.parts import Say
from audit.ledger import Ledger
from domain.kernel.money import yuan


class Effect(NamedTuple):
    """By how many times its amount a payment's event changes what is in transit, settled, or returned and undecided."""

    transit: int = 0
    settled: int = 0
    returned: int = 0


EFFECTS: Mapping[str, Effect] = {
    "payment.approved/1": Effect(transit=1),
    "payment.settled/1": Effect(transit=-1, settled=1),
    "payment.failed/1": Effect(transit=-1),
    "payment.returned/1": Effect(settled=-1, returned=1),
    "payment.reissued/1": Effect(returned=-1),
    "payment.written_back/1": Effect(returned=-1),  # and its rewards are taken back, by events of their own
    "payment.recovered/1": Effect(settled=-1),  # likewise
    "payment.confirmed_paid/1": Effect(settled=1),  # it had failed, and was payable again
}
EARNED = frozenset({"reward.granted/1", "allowance.granted/1"})
TAKEN_BACK = frozenset({"reward.reversed/1", "allowance.reversed/1"})


class Payables:
    """Invariants 6 and 7.

    6: payable(payee) = accrued - settled - in transit - returned and undecided, and never below zero.
    7: in transit(batch) = its lines without a definite answer, and zero once it is closed.
    """

    types: ClassVar[frozenset[str]] = frozenset({*EFFECTS, *EARNED, *TAKEN_BACK, "payout_batch.closed/1"})
    moving: ClassVar[bool] = True

    def __init__(self, say: Say, ledger: Ledger) -> None:
        self._say = say
        self._ledger = ledger
        self._owed: dict[str, int] = {}  # payee -> accrued - settled - in transit - returned
        self._returned: dict[str, int] = {}  # payee
        self._transit: dict[str, int] = {}  # batch
        self._payees: dict[str, Entry] = {}  # touched by this append
        self._batches: dict[str, Entry] = {}
        self._closed: set[str] = set()

    def see(self, entry: Entry, book: Book) -> None:
        """Take what the event says, and note the accounts that it moves."""
        if (effect := EFFECTS.get(entry.type)) is not None:
            self._paid(entry, effect, book)
        elif entry.type in EARNED:
            payee = book.one(entry.data["payee_id"])
            self._owed[payee] = self._owed.get(payee, 0) + entry.data["amount_fen"]
        elif entry.type in TAKEN_BACK:
            reward = book.rewards.get(entry.identity)
            if reward is not None:
                self._owed[reward.payee] = self._owed.get(reward.payee, 0) - reward.amount_fen
        elif entry.type == "payout_batch.closed/1":
            self._closed.add(entry.identity)
            self._batches[entry.identity] = entry
        if entry.postings:
            for payee in entry.moved.payees:
                self._payees[payee] = entry
            for batch in entry.moved.batches:
                self._batches[batch] = entry

    def _paid(self, entry: Entry, effect: Effect, book: Book) -> None:
        payment = book.payments.get(entry.identity)
        if payment is None:
            return
        amount, payee, batch = payment.amount_fen, payment.payee, payment.batch
        self._transit[batch] = self._transit.get(batch, 0) + effect.transit * amount
        self._returned[payee] = self._returned.get(payee, 0) + effect.returned * amount
        self._owed[payee] = self._owed.get(payee, 0) - sum(effect) * amount
        self._payees[payee], self._batches[batch] = entry, entry

    def settle(self, book: Book) -> None:  # noqa: ARG002 - every part is handed the book
        """Judge the payees and batches that the append touched."""
        for payee, entry in self._payees.items():
            self._compare("payable", f"payee:{payee}", self._owed.get(payee, 0), entry)
            self._compare("returned", f"returned:{payee}", self._returned.get(payee, 0), entry)
        for batch, entry in self._batches.items():
            expected = self._transit.get(batch, 0)
            self._compare("transit", f"transit:{batch}", expected, entry)
            if batch in self._closed and expected:
                self._say("invariants.closed_in_transit", entry.place, batch=batch, amount=yuan(expected))
        self._payees.clear()
        self._batches.clear()

    def _compare(self, what: str, account: str, expected: int, entry: Entry) -> None:
        found = -self._ledger.balance(f"fin:2307:{account}", "CNY")
        if found != expected or found < 0:
            facts = {"account": f"fin:2307:{account}", "found": yuan(found), "expected": yuan(expected)}
            self._say(f"invariants.{what}_differs", entry.place, **facts)
