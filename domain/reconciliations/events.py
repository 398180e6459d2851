"""What is recorded of the reconciliation of one bank account: its statements, and what their lines are matched to."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.kernel.events import Sha256, event
from domain.kernel.ids import EventName
from domain.kernel.money import Fen


@dataclass(frozen=True, slots=True)
class Allocation:
    """Some of a line's amount, given to one side of a payment: below zero what left, above what came back.

    `tier` is 1 to 5, see `domain.matching`; 4 a proposal that a person accepted, 5 by hand. `document`: the event that
    moved the money, where it is no payment; `payment_id` then stands for that event (`matches.document_id`).
    """

    statement_id: UUID
    entry: int
    tier: int
    payment_id: UUID
    amount_fen: Fen
    document: EventName | None = None


@event("reconciliation.statement_joined/1")
class StatementJoined:
    """A statement of this account was recorded, with these days and balances."""

    statement_id: UUID
    file: Sha256
    since: date
    until: date
    opening_fen: Fen | None = None
    closing_fen: Fen | None = None
    entry_count: int


@event("reconciliation.matched/1")
class Matched:
    """Lines and payments agree. `reason` and `proposer_id` only where a person said so (tiers 4 and 5)."""

    allocations: tuple[Allocation, ...]
    reason: str | None = None
    proposer_id: UUID | None = None


@event("reconciliation.unmatch_proposed/1")
class UnmatchProposed:
    """One person wants to take back what a line was matched to; another has to agree."""

    statement_id: UUID
    entry: int
    reason: str
    proposer_id: UUID


@event("reconciliation.unmatched/1")
class Unmatched:
    """Everything that a line was matched to is taken back; it waits for a person from now on.

    `proposer_id`: who wanted it, where another confirmed it.
    """

    statement_id: UUID
    entry: int
    reason: str
    proposer_id: UUID | None = None


@event("reconciliation.proposed/1")
class MatchProposed:
    """One person proposes what a line is matched to; another has to agree."""

    statement_id: UUID
    entry: int
    allocations: tuple[Allocation, ...]
    reason: str
    proposer_id: UUID


@event("reconciliation.proposal_rejected/1")
class ProposalRejected:
    """The proposal for a line, to match it or to take its match back, is dropped."""

    statement_id: UUID
    entry: int
    reason: str


@event("reconciliation.superseding_proposed/1")
class SupersedingProposed:
    """One person proposes that the bank's other statement counts, instead of those of the same days."""

    statement_id: UUID
    superseded: tuple[UUID, ...]
    reason: str
    proposer_id: UUID


@event("reconciliation.statement_superseded/1")
class StatementSuperseded:
    """These statements count no longer: what was matched to them by itself is free again. `statement_id` does."""

    statement_id: UUID
    superseded: tuple[UUID, ...]
    reason: str
    proposer_id: UUID


ReconciliationEvent = (
    StatementJoined
    | Matched
    | UnmatchProposed
    | Unmatched
    | MatchProposed
    | ProposalRejected
    | SupersedingProposed
    | StatementSuperseded
)
