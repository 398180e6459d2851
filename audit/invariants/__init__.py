"""The twenty-five invariants of the ledger: which they are (`catalogue`), and one judging of them for all callers."""

from audit.invariants.catalogue import BY_NUMBER, INVARIANTS, Caller, Invariant, number_of
from audit.invariants.judging import Broken, Invariants, Judging, applies, judged_by

__all__ = [
    "BY_NUMBER",
    "INVARIANTS",
    "Broken",
    "Caller",
    "Invariant",
    "Invariants",
    "Judging",
    "applies",
    "judged_by",
    "number_of",
]
