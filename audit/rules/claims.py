"""What left and was not owed is claimed back: only on the bank's word, each time once, and given up only by two people.

What must not be broken: what the bank is said to have paid once more stands in its answer or in a line of its
statement, to the day, the reference and the fen.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from audit.book import Book
from audit.entries import Entry
from audit.findings import Findings
from audit.records import Payment
from audit.rules.outsiders import require_outsider
from domain.kernel.reasons import suffices

_PAID: Final = frozenset(
    {
        "settled",
        "returned",
        "reissued",
        "written_back",
        "recovered",
        "claimed",
        "claim_written_off",
        "claim_recovered",
    }
)
_OWN_BOOKING: Final = frozenset({"payment.settled/1", "payment.confirmed_paid/1", "payment.claimed/1"})


class Claims:
    """Check 11, of what the bank paid and nobody was owed."""

    types: ClassVar[frozenset[str] | None] = frozenset(
        {
            *_OWN_BOOKING,
            "payment.paid_again/1",
            "payment.write_off_proposed/1",
            "payment.write_off_rejected/1",
            "payment.claim_written_off/1",
            "statement.entries_recorded/1",
        }
    )
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._references: dict[str, str] = {}  # payment -> the bank's reference of the payment itself
        self._lines: dict[tuple[str, int], Mapping[str, Any]] = {}  # lines by which money left
        self._wanted: dict[str, tuple[str, Mapping[str, Any]]] = {}  # claim -> who wants to give it up, and how

    def see(self, entry: Entry, book: Book) -> None:
        """Note what the bank says; judge a second payment and every step of giving a claim up."""
        match entry.type:
            case "statement.entries_recorded/1":
                leaving = (line for line in entry.data["entries"] if line["amount_fen"] < 0)
                self._lines.update({(entry.identity, line["number"]): line for line in leaving})
            case "payment.paid_again/1":
                self._again(entry, book)
            case "payment.write_off_proposed/1":
                self._proposed(entry, book)
            case "payment.write_off_rejected/1":
                if self._wanted.pop(entry.identity, None) is None or not suffices(entry.data["reason"]):
                    self._findings.add("duties.write_off", entry.place)
            case "payment.claim_written_off/1":
                self._written_off(entry, book)
            case _:
                self._references[entry.identity] = entry.data["bank_ref"]

    def _again(self, entry: Entry, book: Book) -> None:
        data = entry.data
        payment = book.payments.get(data["repeats"])
        if payment is None or payment.state not in _PAID or payment.repeats is not None:
            state = payment.state if payment is not None else ""
            self._findings.add("duties.order", entry.place, type=entry.type, state=state)
            return
        if entry.identity in book.payments:
            self._findings.add("duties.payment_again", entry.place)
        for field, expected in _same(payment).items():
            if data[field] != expected:
                self._findings.add(
                    "duties.differs", entry.place, field=field, found=str(data[field]), expected=str(expected)
                )
        own = data["bank_ref"] and data["bank_ref"] == self._references.get(data["repeats"])
        if own or not self._said(data, payment):
            booking = f"{data['booked_on']} {data['bank_ref']}"
            self._findings.add("duties.not_said_again", entry.place, booking=booking)
        if not suffices(data["reason"]):
            self._findings.add("duties.no_reason", entry.place)
        require_outsider(self._findings, entry.place, book, payment, entry.by, part="checker")

    def _said(self, data: Mapping[str, Any], payment: Payment) -> bool:
        if "statement_id" not in data:
            return ("settled", f"{data['booked_on']} {data['bank_ref']}") in payment.contradictions
        line = self._lines.get((data["statement_id"], data.get("entry", 0)))
        said = (data["booked_on"], data["bank_ref"], -data["amount_fen"])
        return line is not None and (line["booked_on"], line.get("bank_ref", ""), line["amount_fen"]) == said

    def _proposed(self, entry: Entry, book: Book) -> None:
        data, payment = entry.data, book.payments.get(entry.identity)
        if data["proposer_id"] != entry.by:
            facts = {"part": "proposer", "named": data["proposer_id"], "by": entry.by}
            self._findings.add("duties.signed_by_another", entry.place, **facts)
        if payment is not None and entry.by == payment.payee:
            self._findings.add("duties.acted_twice", entry.place, person=entry.by, first="payee", second="proposer")
        if not suffices(data["reason"]):
            self._findings.add("duties.no_reason", entry.place)
        self._wanted[entry.identity] = entry.by, data

    def _written_off(self, entry: Entry, book: Book) -> None:
        """What one person wanted, another has confirmed, word for word."""
        by, wanted = self._wanted.pop(entry.identity, ("", {}))
        if entry.by == by or entry.data != wanted:
            self._findings.add("duties.write_off", entry.place)
        payment = book.payments.get(entry.identity)
        if payment is not None:
            require_outsider(self._findings, entry.place, book, payment, entry.by, part="checker")

    def finish(self, book: Book) -> None:
        """Everything is judged event by event."""


def _same(payment: Payment) -> dict[str, object]:
    """What the second payment has of the first."""
    return {
        "batch_id": payment.batch,
        "payee_id": payment.payee,
        "line": payment.line,
        "amount_fen": payment.amount_fen,
        "account": payment.account,
        "end_to_end_id": payment.end_to_end_id,
        "budget_id": payment.budget,
    }
