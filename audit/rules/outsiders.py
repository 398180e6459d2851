"""Who makes or checks a payment is not paid by it, and had no part in what it pays for."""

from audit.book import Book
from audit.findings import Findings, Place
from audit.records import Payment


def require_outsider(findings: Findings, place: Place, book: Book, payment: Payment, person: str, *, part: str) -> None:
    """Find whoever plays a second part in a payment: the batch's maker as its checker, the payee, one of its chain.

    What the bank paid once more pays for nothing: its chain is that of the payment that it repeats.
    """
    batch = book.batches.get(payment.batch)
    if part == "checker" and batch is not None and person == batch.maker:
        findings.add("duties.acted_twice", place, person=person, first="maker", second="checker")
    if person == payment.payee:
        findings.add("duties.acted_twice", place, person=person, first="payee", second=part)
    paid_for = book.payments.get(payment.repeats, payment) if payment.repeats is not None else payment
    for identity in paid_for.rewards:
        reward = book.rewards.get(identity)
        if reward is not None and person in reward.people:
            findings.add("duties.acted_in_chain", place, person=person, part=part, reward=identity)
