"""Which line of the bank's statement is which payment: by reference and amount, to the fen, or not at all.

What must not be broken: nothing is chosen. The first tier that fits wins, two candidates are an exception, and neither
the order of the lines nor that of the payments changes anything. Everything is looked up in tables, so that a hundred
thousand lines take about as long as reading them (`benchmarks.reconciling`).
"""

from collections.abc import Collection, Iterable
from uuid import UUID

from domain.kernel.matches import BACK, OUT, EntryKey
from domain.matching.by_batch import by_batch
from domain.matching.by_reference import by_bank_reference, by_end_to_end_id
from domain.matching.left_over import missing, without_origin
from domain.matching.lines import (
    BY_REFERENCE,
    PERHAPS_AGAIN,
    WITHOUT_ORIGIN,
    Entry,
    LateReturn,
    Outcome,
    Payable,
    State,
    Unmatched,
    by_entry,
)
from domain.matching.work import Work

__all__ = [
    "BY_REFERENCE",
    "PERHAPS_AGAIN",
    "WITHOUT_ORIGIN",
    "Entry",
    "LateReturn",
    "Outcome",
    "Payable",
    "State",
    "Unmatched",
    "by_entry",
    "match",
    "missing",
]


def match(
    entries: Iterable[Entry],
    payments: Iterable[Payable],
    *,
    contradicting: Collection[tuple[EntryKey, UUID]] = frozenset(),
) -> Outcome:
    """Match what the first three tiers match.

    T1: end-to-end id and amount. T2: the bank's own reference and amount. T3: a batch's debit is the sum of its settled
    lines (of all, or of those booked that day), or of everything sent where the bank gives the failed lines back; a
    credit is the sum of what came back. Tolerance: 0 fen. `payments` holds each payment once, with those matched before
    as far as a line may name them. `contradicting`: lines that name a payment by its reference, and show another name
    or account than its payee's; such a line is never matched with it.
    """
    work = Work(contradicting)
    for payment in payments:
        work.know(payment)
    waiting = sorted(entries, key=by_entry)
    for tier in (by_end_to_end_id, by_bank_reference):
        waiting = tier(work, waiting)
    # What failed can come back only after it left: first all debits of the batches, then all credits.
    debits = by_batch(work, [entry for entry in waiting if entry.side == OUT])
    credits = by_batch(work, [entry for entry in waiting if entry.side == BACK])
    for entry in (*debits, *credits):
        work.refuse(entry, *without_origin(work, entry))
    return work.outcome()
