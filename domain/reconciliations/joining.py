"""Which statements of an account count: each day is told by one, and another takes its place only by two people."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from domain.kernel.events import Sha256
from domain.kernel.money import Fen
from domain.kernel.reasons import require_reason
from domain.kernel.refusals import Refusal
from domain.kernel.two_people import seconded
from domain.reconciliations.allocating import AUTOMATIC
from domain.reconciliations.events import StatementJoined, StatementSuperseded, SupersedingProposed
from domain.reconciliations.state import Joined, Reconciliation


def gaps(statements: Mapping[UUID, Joined]) -> dict[UUID, int]:
    """Statements whose opening balance is not the closing balance before -> by how much it is more, in fen.

    Statements follow each other by their days; one without balances neither continues nor breaks the row.
    """
    found: dict[UUID, int] = {}
    closing: Fen | None = None
    for identity, one in sorted(statements.items(), key=lambda item: (item[1].since, item[1].until, item[0])):
        if one.opening_fen is not None and closing is not None and one.opening_fen != closing:
            found[identity] = one.opening_fen - closing
        if one.closing_fen is not None:
            closing = one.closing_fen
    return found


def overlapping(statements: Mapping[UUID, Joined], new: Joined) -> tuple[UUID, ...]:
    """The statements that tell of days which a new one tells of as well, the earliest first.

    Two that share one day only, and continue each other by their balances, are no contradiction.
    """
    found = [
        (one.since, one.until, identity)
        for identity, one in statements.items()
        if one.since <= new.until and new.since <= one.until and not (_continue(one, new) or _continue(new, one))
    ]
    return tuple(identity for _, _, identity in sorted(found))


def _continue(before: Joined, after: Joined) -> bool:
    known = before.closing_fen is not None and before.closing_fen == after.opening_fen
    return known and before.until == after.since and before.since < after.until


# Decide: what may happen, judged by the rules in force.


def join(
    reconciliation: Reconciliation | None,
    *,
    statement_id: UUID,
    file: Sha256,
    since: date,
    until: date,
    opening_fen: Fen | None,
    closing_fen: Fen | None,
    entry_count: int,
) -> StatementJoined:
    """Add a statement to the account.

    Refused, in this order: `statement.already_recorded`, `statement.overlaps` (days that another statement tells).
    """
    before = reconciliation or Reconciliation()
    if statement_id in before.statements:
        raise Refusal("statement.already_recorded", since=since, until=until)
    new = Joined(since, until, opening_fen, closing_fen, file)
    if overlapping(before.statements, new):
        raise Refusal("statement.overlaps", since=since, until=until)
    return StatementJoined(
        statement_id=statement_id,
        file=file,
        since=since,
        until=until,
        opening_fen=opening_fen,
        closing_fen=closing_fen,
        entry_count=entry_count,
    )


def propose_superseding(
    reconciliation: Reconciliation | None, *, statement_id: UUID, new: Joined, reason: str, proposer_id: UUID
) -> SupersedingProposed:
    """Propose that a statement counts, instead of all those that tell of its days; a proposal before is replaced.

    Refused, in this order: `statement.not_in_conflict`, `reason.insufficient`, `statement.matched_by_hand`.
    """
    before = reconciliation or Reconciliation()
    others = overlapping(before.statements, new)
    if statement_id in before.statements or not others:
        raise Refusal("statement.not_in_conflict", since=new.since, until=new.until)
    require_reason(reason)
    _require_automatic(before, others)
    return SupersedingProposed(statement_id=statement_id, superseded=others, reason=reason, proposer_id=proposer_id)


def supersede(
    reconciliation: Reconciliation | None, *, statement_id: UUID, new: Joined, confirmer_id: UUID
) -> StatementSuperseded:
    """Another person agrees; the statement can be joined after this.

    Refused, in this order: `statement.not_proposed` (or other statements overlap by now), `chain.acted_twice`,
    `statement.matched_by_hand`.
    """
    before = reconciliation or Reconciliation()
    proposed = before.supersedings.get(statement_id)
    still = proposed if proposed and proposed.superseded == overlapping(before.statements, new) else None
    wanted = seconded(still, by=confirmer_id, otherwise=Refusal("statement.not_proposed"))
    _require_automatic(before, wanted.superseded)
    return StatementSuperseded(
        statement_id=statement_id,
        superseded=wanted.superseded,
        reason=wanted.reason,
        proposer_id=wanted.proposer_id,
    )


def _require_automatic(reconciliation: Reconciliation, superseded: Sequence[UUID]) -> None:
    """What followed from references follows again on the other statement; a person's word has to be taken back."""
    for key, allocated in sorted(reconciliation.taken.by_entry.items()):
        if key.statement_id in superseded and any(one.tier not in AUTOMATIC for one in allocated):
            raise Refusal("statement.matched_by_hand", entry=key.number)
