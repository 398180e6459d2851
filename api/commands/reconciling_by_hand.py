"""Reconciling by hand: accept a suggested match, propose one for another person to confirm, take one back, and clear
up differences.

What must not be broken: a match without a reference is a person's word and carries a reason; one that nothing suggests,
one that is taken back, and what a difference is said to have been take two people.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from api.commands.differences import opened
from api.commands.shared import person_stream, require
from api.commands.suggesting import suggestions_of
from api.context import App
from domain import matching, persons, recon_exceptions, reconciliations
from domain.kernel.events import Sha256
from domain.kernel.ids import EventName, StreamName, stream_name
from domain.kernel.matches import OUT, EntryKey, Part, document_id
from domain.kernel.refusals import Refusal
from domain.recon_exceptions import Subject
from domain.reconciliations import Allocation, Reconciliation
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading
from projections import bank_documents
from projections import reconciliation_queries as queries
from projections.reconciliation_queries import EntryRow


@dataclass(frozen=True, slots=True)
class _Line:
    """A line and the stream of its account."""

    key: EntryKey
    amount_fen: int
    stream: StreamName


def accept(app: App, *, actor: Actor, key: str, entry: EntryKey, payment_id: UUID, reason: str, on: date) -> Receipt:
    """Accept a suggestion by account, name and amount; it is computed once more from the bank's file.

    Refuses `reconciliation.not_suggested` for what is none, and what `reconciliations.accept` refuses.
    """
    line = _line(app, entry)
    found = suggestions_of(app, by=actor, statement_id=entry.statement_id)
    if not any((one.key, one.part.payment_id) == (entry, payment_id) for one in found.proposals):
        raise Refusal("reconciliation.not_suggested", entry=entry.number)
    parts = [Part(payment_id, line.amount_fen)]

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "reconciliation.matched/1", division=app.log.division, on=on)
        for event in reconciliations.accept(
            _counting(read.state(line.stream, reconciliations.evolve), entry),
            key=entry,
            entry_fen=line.amount_fen,
            parts=parts,
            amounts=_amounts(app, parts),
            reason=reason,
        ):
            yield Fact(line.stream, event, on)
        yield from _entry_settled(app, read, entry, left_fen=0, on=on)
        yield from _batches_moved(app, read, parts, given=True, on=on)

    inputs = {"command": "reconciliation.accept", **_named(entry), "payment": str(payment_id), "reason": reason}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def propose(
    app: App, *, actor: Actor, key: str, entry: EntryKey, parts: Sequence[Part], reason: str, on: date
) -> Receipt:
    """Propose what a line, or some of it, is matched to; another person confirms it."""
    line = _line(app, entry)

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "reconciliation.proposed/1", division=app.log.division, on=on)
        event = reconciliations.propose(
            _counting(read.state(line.stream, reconciliations.evolve), entry),
            key=entry,
            entry_fen=line.amount_fen,
            parts=parts,
            amounts=_amounts(app, parts),
            reason=reason,
            proposer_id=actor.person_id,
        )
        yield Fact(line.stream, event, on)

    inputs = {
        "command": "reconciliation.propose",
        **_named(entry),
        "parts": [[part.document or str(part.payment_id), part.amount_fen] for part in parts],
        "reason": reason,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def confirm(app: App, *, actor: Actor, key: str, entry: EntryKey, on: date) -> Receipt:
    """Confirm what another person proposed."""
    line = _line(app, entry)

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "reconciliation.matched/1", division=app.log.division, on=on)
        before = _counting(read.state(line.stream, reconciliations.evolve), entry)
        proposed = before.proposals.get(entry)
        parts = list(map(_part, proposed.allocations)) if proposed else []
        event = reconciliations.confirm(
            before, key=entry, entry_fen=line.amount_fen, amounts=_amounts(app, parts), confirmer_id=actor.person_id
        )
        yield Fact(line.stream, event, on)
        given_fen = reconciliations.evolve(before, event).taken.of_entry(entry)
        yield from _entry_settled(app, read, entry, left_fen=line.amount_fen - given_fen, on=on)
        yield from _batches_moved(app, read, parts, given=True, on=on)

    inputs = {"command": "reconciliation.confirm", **_named(entry)}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def reject(app: App, *, actor: Actor, key: str, entry: EntryKey, reason: str, on: date) -> Receipt:
    """Drop a proposal."""
    line = _line(app, entry)

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "reconciliation.proposal_rejected/1", division=app.log.division, on=on)
        state = read.state(line.stream, reconciliations.evolve)
        yield Fact(line.stream, reconciliations.reject(state, key=entry, reason=reason), on)

    inputs = {"command": "reconciliation.reject", **_named(entry), "reason": reason}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def propose_unmatch(app: App, *, actor: Actor, key: str, entry: EntryKey, reason: str, on: date) -> Receipt:
    """Propose to take a match back; another person confirms it."""
    line = _line(app, entry)

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "reconciliation.unmatch_proposed/1", division=app.log.division, on=on)
        state = read.state(line.stream, reconciliations.evolve)
        event = reconciliations.propose_unmatch(state, key=entry, reason=reason, proposer_id=actor.person_id)
        yield Fact(line.stream, event, on)

    inputs = {"command": "reconciliation.propose_unmatch", **_named(entry), "reason": reason}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def unmatch(app: App, *, actor: Actor, key: str, entry: EntryKey, on: date) -> Receipt:
    """Confirm as another person that a match is taken back. The line waits from now on, as an open difference."""
    line = _line(app, entry)

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "reconciliation.unmatched/1", division=app.log.division, on=on)
        state = read.state(line.stream, reconciliations.evolve)
        yield Fact(line.stream, reconciliations.unmatch(state, key=entry, confirmer_id=actor.person_id), on)
        kind = matching.WITHOUT_ORIGIN[OUT if line.amount_fen < 0 else -OUT]
        yield from opened(read, {Subject(kind, *entry): line.amount_fen}, on)
        allocated = state.taken.by_entry[entry] if state is not None else ()
        parts = list(map(_part, allocated))
        yield from _batches_moved(app, read, parts, given=False, on=on)

    inputs = {"command": "reconciliation.unmatch", **_named(entry)}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def assign(app: App, *, actor: Actor, key: str, exception_id: UUID, owner_id: UUID, on: date) -> Receipt:
    """Give a difference to somebody."""
    stream = stream_name("exception", exception_id)

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "exception.assigned/1", division=app.log.division, on=on)
        owner = read.state(person_stream(owner_id), persons.evolve)
        state = read.state(stream, recon_exceptions.evolve)
        yield Fact(stream, recon_exceptions.assign(state, owner_id=owner_id, owner_known=owner is not None), on)

    inputs = {"command": "exception.assign", "exception": str(exception_id), "owner": str(owner_id)}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def explain(
    app: App,
    *,
    actor: Actor,
    key: str,
    exception_id: UUID,
    outcome: str,
    reason: str,
    on: date,
    cause: EventName | None = None,
) -> Receipt:
    """Say what a difference was; another person confirms it. `cause` names the event that cleared it up, if one did.

    Refuses `exception.cause_unknown` for a name that no event has, and what `recon_exceptions.propose` refuses.
    """
    stream = stream_name("exception", exception_id)

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "exception.explanation_proposed/1", division=app.log.division, on=on)
        if cause is not None and not _recorded(app, cause):
            raise Refusal("exception.cause_unknown", cause=cause)
        event = recon_exceptions.propose(
            read.state(stream, recon_exceptions.evolve),
            outcome=outcome,
            reason=reason,
            cause=cause,
            proposer_id=actor.person_id,
        )
        yield Fact(stream, event, on)

    inputs = {
        "command": "exception.explain",
        "exception": str(exception_id),
        "outcome": outcome,
        "reason": reason,
        "cause": cause,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def resolve(app: App, *, actor: Actor, key: str, exception_id: UUID, on: date) -> Receipt:
    """Confirm as another person what was said of a difference; it is settled."""
    stream = stream_name("exception", exception_id)

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "exception.resolved/1", division=app.log.division, on=on)
        state = read.state(stream, recon_exceptions.evolve)
        yield Fact(stream, recon_exceptions.confirm(state, confirmer_id=actor.person_id), on)

    inputs = {"command": "exception.resolve", "exception": str(exception_id)}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def reject_explanation(app: App, *, actor: Actor, key: str, exception_id: UUID, reason: str, on: date) -> Receipt:
    """Drop what was said of a difference."""
    stream = stream_name("exception", exception_id)

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "exception.explanation_rejected/1", division=app.log.division, on=on)
        state = read.state(stream, recon_exceptions.evolve)
        yield Fact(stream, recon_exceptions.reject(state, reason=reason), on)

    inputs = {"command": "exception.reject", "exception": str(exception_id), "reason": reason}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def _recorded(app: App, name: EventName) -> bool:
    """Whether an event of this name is in the books."""
    with app.reading.connection() as conn:
        return queries.booked(conn, name)


def _line(app: App, entry: EntryKey) -> _Line:
    """The line as it was recorded. Refuses `statement.unknown`, `reconciliation.entry_unknown`."""
    app.runner.catch_up()
    with app.reading.connection() as conn:
        statement = queries.statement(conn, entry.statement_id)
        row: EntryRow | None = queries.entry(conn, entry)
    if statement is None:
        raise Refusal("statement.unknown")
    if row is None:
        raise Refusal("reconciliation.entry_unknown", entry=entry.number)
    return _Line(entry, row.amount_fen, reconciliations.stream(Sha256(statement.account_digest)))


def by_document(app: App, document: EventName, *, line_fen: int) -> Part:
    """What a line, of which so much is left, has of the money of a document (额度到账): as much as both still have.

    Refuses `reconciliation.document_unknown` for an event that moved no money of the county's, or a payment's.
    """
    with app.reading.connection() as conn:
        found = bank_documents.documents(conn, [document])
    if not found:
        raise Refusal("reconciliation.document_unknown", document=document)
    free_fen = found[0].free_fen or found[0].amount_fen
    same_sign = free_fen * line_fen > 0
    amount_fen = min(line_fen, free_fen, key=abs) if same_sign else line_fen
    return Part(document_id(document), amount_fen, document)


def _part(one: Allocation) -> Part:
    return Part(one.payment_id, one.amount_fen, one.document)


def _counting(account: Reconciliation | None, entry: EntryKey) -> Reconciliation:
    """The account, if the line's statement counts: nothing is matched to what contradicts it or was superseded.

    Refuses `statement.not_counting`.
    """
    if account is None or entry.statement_id not in account.statements:
        raise Refusal("statement.not_counting", entry=entry.number)
    return account


def _amounts(app: App, parts: Sequence[Part]) -> Mapping[UUID, int]:
    """The amounts of payments and documents, as far as the books have the side that a part names: what left, or what
    came in.
    """
    names = {part.document for part in parts if part.document is not None}
    with app.reading.connection() as conn:
        known = queries.payments_by_id(conn, {part.payment_id for part in parts})
        told = {one.event: one.amount_fen for one in bank_documents.documents(conn, names)} if names else {}
    amounts: dict[UUID, int] = {
        part.payment_id: abs(told[part.document])
        for part in parts
        if part.document is not None and told.get(part.document, 0) * part.amount_fen > 0
    }
    for part in parts:
        row = known.get(part.payment_id)
        if row is None:
            continue
        moved = row.paid_on if part.amount_fen < 0 else row.back_on
        amounts[part.payment_id] = row.amount_fen if moved is not None else 0
    return amounts


def _entry_settled(app: App, read: Reading, entry: EntryKey, *, left_fen: int, on: date) -> Iterator[Fact]:
    """End the line's differences; what is left of it is one."""
    with app.reading.connection() as conn:
        listed = queries.exceptions(conn, statement_id=entry.statement_id, entry_number=entry.number)
    for one in listed:
        subject = Subject(one.kind, one.statement_id, one.entry, one.payment_id, one.batch_id)
        for event in recon_exceptions.clear(read.state(subject.stream, recon_exceptions.evolve), matched=True):
            yield Fact(subject.stream, event, on)
    if left_fen:
        yield from opened(read, {Subject("partial", *entry): left_fen}, on)


def _batches_moved(app: App, read: Reading, parts: Sequence[Part], *, given: bool, on: date) -> Iterator[Fact]:
    """What of each batch stands on no statement: less by what is matched now, more by what is taken back."""
    with app.reading.connection() as conn:
        known = queries.payments_by_id(conn, {part.payment_id for part in parts})
    moved: defaultdict[UUID, int] = defaultdict(int)
    for part in parts:
        if part.document is None:
            moved[known[part.payment_id].batch_id] += part.amount_fen
    for batch_id, amount_fen in moved.items():
        subject = Subject("not_on_statement", batch_id=batch_id)
        state = read.state(subject.stream, recon_exceptions.evolve)
        before_fen = state.amount_fen if state is not None and state.status == "open" else 0
        after_fen = before_fen - amount_fen if given else before_fen + amount_fen
        if after_fen == 0:
            for event in recon_exceptions.clear(state, matched=True):
                yield Fact(subject.stream, event, on)
        elif before_fen or not given:
            yield from opened(read, {subject: after_fen}, on)


def _named(entry: EntryKey) -> dict[str, object]:
    return {"statement": str(entry.statement_id), "entry": entry.number}
