"""Which of two statements of the same days counts: one person proposes, another confirms, and the other counts no more.

What must not be broken: nothing is lost. The statement that counts no longer stays in the journal with its file; what a
person matched to its lines has to be taken back first, and what followed from references is matched anew.
"""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from api.commands import reconciling
from api.commands.differences import ended
from api.commands.shared import require
from api.context import App
from domain import authority, reconciliations
from domain.kernel.events import Sha256
from domain.kernel.money import Fen
from domain.kernel.refusals import Refusal
from domain.recon_exceptions import Subject
from domain.reconciliations import Joined
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading
from projections import reconciliation_queries as queries
from projections.reconciliation import BankStatement


def propose(app: App, *, actor: Actor, key: str, statement_id: UUID, reason: str, on: date) -> Receipt:
    """Propose that a statement counts, instead of all that tell of its days.

    Refuses `statement.unknown`, and what `reconciliations.propose_superseding` refuses.
    """
    said = _statement(app, statement_id)
    stream = reconciliations.stream(Sha256(said.account_digest))

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "reconciliation.superseding_proposed/1", division=app.log.division, on=on)
        event = reconciliations.propose_superseding(
            read.state(stream, reconciliations.evolve),
            statement_id=statement_id,
            new=_new(said),
            reason=reason,
            proposer_id=actor.person_id,
        )
        yield Fact(stream, event, on)

    inputs = {"command": "statement.propose_superseding", "statement": str(statement_id), "reason": reason}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def confirm(app: App, *, actor: Actor, key: str, statement_id: UUID, on: date) -> Receipt:
    """Confirm it as another person; what waits is then matched, where the actor may do that.

    Refuses `statement.unknown`, and what `reconciliations.supersede` refuses.
    """
    said = _statement(app, statement_id)
    new = _new(said)
    stream = reconciliations.stream(Sha256(said.account_digest))

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "reconciliation.statement_superseded/1", division=app.log.division, on=on)
        before = read.state(stream, reconciliations.evolve)
        event = reconciliations.supersede(before, statement_id=statement_id, new=new, confirmer_id=actor.person_id)
        yield Fact(stream, event, on)
        joined = reconciliations.join(
            reconciliations.evolve(before, event),
            statement_id=statement_id,
            file=new.file,
            since=new.since,
            until=new.until,
            opening_fen=new.opening_fen,
            closing_fen=new.closing_fen,
            entry_count=said.entry_count,
        )
        yield Fact(stream, joined, on)
        settled = [Subject("replayed_file", statement_id=one) for one in (statement_id, *event.superseded)]
        yield from ended(read, settled, on)

    inputs = {"command": "statement.supersede", "statement": str(statement_id)}
    receipt = app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)
    if authority.may(actor.role, "statement.recorded/1"):
        reconciling.match_again(app, actor=actor, key=f"{key}:match", on=on)
    return receipt


def _statement(app: App, statement_id: UUID) -> BankStatement:
    app.runner.catch_up()
    with app.reading.connection() as conn:
        found = queries.statement(conn, statement_id)
    if found is None:
        raise Refusal("statement.unknown")
    return found


def _new(said: BankStatement) -> Joined:
    opening_fen = None if said.opening_fen is None else Fen(said.opening_fen)
    closing_fen = None if said.closing_fen is None else Fen(said.closing_fen)
    return Joined(said.since, said.until, opening_fen, closing_fen, Sha256(said.file_sha256))
