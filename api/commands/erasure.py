"""Erasing a person: first the journal says it, then the vault destroys, and what a crash left undone is done later.

What must not be broken: the event comes first. Killed before it, nothing has happened; killed after it, every start
(`open_app`) and every restored backup destroys what the journal names, so that both always end at the same. The other
way round, values could be gone with nothing to show who decided it.

The look at what is still owed is as fresh as the read models, which are brought up to date for it. A report or a reward
that is recorded in that very instant can be missed; it can never be paid, and is taken back with a reversal.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from api.commands.shared import person_stream, require
from api.context import App
from domain import accounts, keys, payments, persons
from domain.kernel.ids import stream_name
from domain.kernel.postings import CNY
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading
from projections import incidents, payout_batches
from projections import persons as register

OPEN_PAYMENTS = payments.IN_TRANSIT | {"prepared", "returned", "claimed"}
"""A payment that may still arrive, that came back and nobody has decided on, or that is to be claimed back."""
RETIRED = "left_office"

_OWED = "SELECT -amount FROM journal.balances WHERE account = %s AND commodity = %s"


@dataclass(frozen=True, slots=True)
class Erased:
    """The receipt, and the bank's files that name the person and must be kept as vouchers."""

    receipt: Receipt
    vouchers: tuple[str, ...]


def erase_person(
    app: App, *, actor: Actor, key: str, person_id: UUID, reason: str, legal_basis: str, on: date
) -> Erased:
    """End the person's roles and keys, record the erasure, and destroy the person's key and every value under it.

    Nothing else changes: proofs and ledgers hold, and pages show the person as deleted. Refuses what
    `persons.erase_person` refuses, and `authority.*`.
    """
    app.runner.catch_up()

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "person.erased/1", division=app.log.division, on=on)
        stream = person_stream(person_id)
        events = persons.erase_person(
            read.state(stream, persons.evolve),
            person_id=person_id,
            actor_id=actor.person_id,
            reason=reason,
            legal_basis=legal_basis,
            owed_fen=_owed_fen(app, person_id),
            payments_open=_payments_open(app, read, person_id),
            reports_open=_reports_open(app, person_id),
            on=on,
        )
        yield from _keys_retired(app, read, actor, person_id, on)
        for event in events:
            yield Fact(stream, event, on)

    inputs = {"command": "person.erase", "person": str(person_id), "reason": reason, "legal_basis": legal_basis}
    receipt = app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)
    app.vault.destroy_erased()
    return Erased(receipt, _vouchers(app, person_id))


def _owed_fen(app: App, person_id: UUID) -> int:
    """What was earned and is not on its way to the bank, as the ledger has it at this moment."""
    with app.writing.connection() as connection:
        row = connection.execute(_OWED, (accounts.payable(person_id), CNY)).fetchone()
    return int(row[0]) if row is not None else 0


def _payments_open(app: App, read: Reading, person_id: UUID) -> int:
    """How many payments to the person may still arrive or fail."""
    with app.reading.connection() as connection:
        listed = payout_batches.payments_of_payee(connection, person_id)
    found = read.states([stream_name("payment", one.payment_id) for one in listed], payments.evolve)
    states = [state for state in found.values() if state is not None]
    return sum(state.status in OPEN_PAYMENTS or state.contradicted for state in states)


def _reports_open(app: App, person_id: UUID) -> int:
    with app.reading.connection() as connection:
        return incidents.undecided_of(connection, person_id)


def _keys_retired(app: App, read: Reading, actor: Actor, person_id: UUID, on: date) -> Iterator[Fact]:
    """No key speaks for the person any more."""
    with app.reading.connection() as connection:
        held = register.keys_of(connection, person_id)
    for key in held:
        stream = stream_name("key", key.key_id)
        state = read.state(stream, keys.evolve)
        if state is not None and state.status == "live":
            yield Fact(stream, keys.retire_key(state, retired_by=actor.person_id, reason=RETIRED), on)


def _vouchers(app: App, person_id: UUID) -> tuple[str, ...]:
    """The payment and return files of the batches in which the person was paid, by digest."""
    with app.reading.connection() as connection:
        batches = dict.fromkeys(one.batch_id for one in payout_batches.payments_of_payee(connection, person_id))
        sent = [payout_batches.one(connection, batch) for batch in batches]
        returned = [payout_batches.answers_of_batch(connection, batch) for batch in batches]
    files = [batch.file_sha256 for batch in sent if batch is not None and batch.file_sha256 is not None]
    files += [answer.file_sha256 for answers in returned for answer in answers]
    return tuple(dict.fromkeys(files))
