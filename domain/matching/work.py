"""One round's tables: payments by everything that names them, what is taken, and what was found so far."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from domain.kernel.matches import BACK, OUT, EntryKey, Match, Part
from domain.matching.lines import Entry, LateReturn, Outcome, Payable, Unmatched, by_entry


@dataclass(slots=True)
class Work:
    """The tables, what is taken, and what was found so far.

    `paid_again`: end-to-end id of a payment -> what the bank paid once more of it.
    """

    contradicting: Collection[tuple[EntryKey, UUID]]
    by_id: dict[str, Payable] = field(default_factory=dict)
    paid_again: defaultdict[str, list[Payable]] = field(default_factory=lambda: defaultdict(list))
    by_reference: defaultdict[tuple[str, int], list[Payable]] = field(default_factory=lambda: defaultdict(list))
    by_batch: defaultdict[str, list[Payable]] = field(default_factory=lambda: defaultdict(list))
    taken: set[tuple[UUID, int]] = field(default_factory=set)
    matches: list[Match] = field(default_factory=list)
    late: list[LateReturn] = field(default_factory=list)
    exceptions: list[Unmatched] = field(default_factory=list)

    def know(self, payment: Payable) -> None:
        if payment.again:
            self.paid_again[payment.end_to_end_id].append(payment)
        else:
            self.by_id[payment.end_to_end_id] = payment
            self.by_batch[payment.batch_reference].append(payment)
        if payment.paid_ref:
            self.by_reference[payment.paid_ref, OUT].append(payment)
        if payment.back_ref:
            self.by_reference[payment.back_ref, BACK].append(payment)
        if payment.out_taken:
            self.taken.add((payment.payment_id, OUT))
        if payment.back_taken:
            self.taken.add((payment.payment_id, BACK))

    def free(self, payment: Payable, side: int) -> bool:
        """Whether the books have this side of the payment, and no line has it yet.

        A payment that failed has both or none: what left and was given back.
        """
        if (payment.payment_id, side) in self.taken:
            return False
        if side == OUT:
            return payment.state == "paid"
        return payment.back_on is not None or (payment.state == "failed" and (payment.payment_id, OUT) in self.taken)

    def contradicts(self, entry: Entry, payment: Payable) -> bool:
        """Whether the line shows somebody else than the payee."""
        return (entry.key, payment.payment_id) in self.contradicting

    def take(self, entry: Entry, tier: int, payments: Sequence[Payable]) -> None:
        side = entry.side
        self.taken.update((payment.payment_id, side) for payment in payments)
        parts = tuple(Part(payment.payment_id, side * payment.amount_fen) for payment in payments)
        self.matches.append(Match(entry.key, tier, parts))

    def refuse(self, entry: Entry, kind: str, payment: Payable | None = None, batch_id: UUID | None = None) -> None:
        payment_id = payment.payment_id if payment else None
        self.exceptions.append(Unmatched(kind, entry.key, entry.amount_fen, payment_id, batch_id))

    def contested(self, entries: Iterable[Entry], kind: str, payments: Sequence[Payable]) -> None:
        """Several lines or payments fit: none is chosen, and no later tier takes what is contested."""
        for entry in entries:
            self.taken.update((payment.payment_id, entry.side) for payment in payments)
            self.refuse(entry, kind, payments[0] if len(payments) == 1 else None)

    def outcome(self) -> Outcome:
        return Outcome(
            tuple(sorted(self.matches, key=by_entry)),
            tuple(sorted(self.late, key=by_entry)),
            tuple(sorted(self.exceptions, key=by_entry)),
        )


def touched(work: Work, payment: Payable) -> bool:
    """Whether any side of the payment is matched or contested."""
    return any((payment.payment_id, side) in work.taken for side in (OUT, BACK))
