"""Reconciliation of one bank account: which statements it has, and which line is matched to which payments.

What must not be broken: neither a line nor a side of a payment is ever matched beyond its amount; what is matched by
hand, what is taken back and which statement counts instead of another took two people each; and no day is told by two
statements at once. One stream per account, so that two clerks never match the same payment twice.
"""

from domain.reconciliations.allocating import (
    ALLOCATIONS_MAX,
    AUTOMATIC,
    accept,
    allocations_of,
    confirm,
    match_automatically,
    propose,
    propose_unmatch,
    reject,
    unmatch,
)
from domain.reconciliations.events import (
    Allocation,
    Matched,
    MatchProposed,
    ProposalRejected,
    ReconciliationEvent,
    StatementJoined,
    StatementSuperseded,
    SupersedingProposed,
    Unmatched,
    UnmatchProposed,
)
from domain.reconciliations.joining import gaps, join, overlapping, propose_superseding, supersede
from domain.reconciliations.state import Joined, Reconciliation, Taken, evolve, side_of, stream

__all__ = [
    "ALLOCATIONS_MAX",
    "AUTOMATIC",
    "Allocation",
    "Joined",
    "MatchProposed",
    "Matched",
    "ProposalRejected",
    "Reconciliation",
    "ReconciliationEvent",
    "StatementJoined",
    "StatementSuperseded",
    "SupersedingProposed",
    "Taken",
    "UnmatchProposed",
    "Unmatched",
    "accept",
    "allocations_of",
    "confirm",
    "evolve",
    "gaps",
    "join",
    "match_automatically",
    "overlapping",
    "propose",
    "propose_superseding",
    "propose_unmatch",
    "reject",
    "side_of",
    "stream",
    "supersede",
    "unmatch",
]
