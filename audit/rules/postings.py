"""Every movement of money balances, follows from its event, and stands only where money moves.

What must not be broken: postings sum to zero per book and commodity, and are exactly those that the chart of
accounts gives for the event; a reward of 10 yuan cannot post 100.
"""

from typing import ClassVar
from uuid import UUID

from audit.book import Book
from audit.entries import Entry
from audit.findings import Check, Findings
from audit.shapes import MONEY_TYPES
from domain import accounts
from domain.kernel.money import Fen
from domain.kernel.postings import Postings, UnbalancedPostings, check_balanced


class PostingsBalance:
    """Check 9."""

    types: ClassVar[frozenset[str] | None] = None

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._events = 0
        self._postings = 0

    def see(self, entry: Entry, book: Book) -> None:
        """Judge the event's postings."""
        if bool(entry.postings) != (entry.type in MONEY_TYPES):
            code = "postings.unexpected" if entry.postings else "postings.missing"
            self._findings.add(code, entry.place, type=entry.type)
        if not entry.postings:
            return
        self._events += 1
        self._postings += len(entry.postings)
        try:
            check_balanced(entry.postings)
        except UnbalancedPostings as error:
            self._findings.add("postings.unbalanced", entry.place, detail=str(error))
        expected = expected_postings(entry, book)
        if expected is not None and sorted(expected) != sorted(entry.postings):
            self._findings.add("postings.differ", entry.place, found=_shown(entry.postings), expected=_shown(expected))

    def finish(self, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Count what was seen."""
        self._findings.summarise(Check.POSTINGS, events=self._events, postings=self._postings)


def expected_postings(entry: Entry, book: Book) -> Postings | None:
    """The postings that the chart of accounts gives for an event; None where it moves nothing that is known."""
    identity, data = UUID(entry.identity), entry.data
    if entry.type == "budget.appropriated/1":
        return accounts.budget_appropriated(identity, Fen(data["amount_fen"]))
    if entry.type == "reward.granted/1":
        return accounts.reward_granted(UUID(data["payee_id"]), UUID(data["budget_id"]), Fen(data["amount_fen"]))
    reward = book.rewards.get(entry.identity)
    if entry.type == "reward.reversed/1" and reward:
        return accounts.reward_reversed(UUID(reward.payee), UUID(reward.budget), Fen(reward.amount_fen))
    payment = book.payments.get(entry.identity)
    if payment is None:
        return None
    payee, batch, amount_fen = UUID(payment.payee), UUID(payment.batch), Fen(payment.amount_fen)
    match entry.type:
        case "payment.approved/1":
            return accounts.payment_approved(payee, batch, amount_fen)
        case "payment.settled/1":
            return accounts.payment_settled(batch, UUID(payment.budget), amount_fen)
        case "payment.failed/1":
            return accounts.payment_failed(payee, batch, amount_fen)
    return None


def _shown(postings: Postings) -> str:
    return "; ".join(f"{account} {commodity} {amount:+d}" for account, commodity, amount in postings)
