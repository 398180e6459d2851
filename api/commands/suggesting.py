"""Suggesting: which payments the lines without a reference may be, by the names and accounts in the bank's file.

What must not be broken: file and payees are opened in the vault for a named person, which the vault records; nothing of
them is kept.
"""

from collections.abc import Iterable
from uuid import UUID

from api.context import App
from api.files.statement_files import read_statements
from api.files.statement_profiles import load_statement_profile
from api.files.statements import StatementEntry
from api.vouchers import require_unrestricted
from domain import persons, suggestions
from domain.kernel.ids import EventName, stream_name
from domain.kernel.refusals import Refusal
from domain.suggestions import Known, Proposed
from journal.facts import Actor
from projections import reconciliation_queries as queries
from projections.reconciliation import BankPayment, BankStatement
from projections.reconciliation_queries import payable

REASON = "reconciliation.suggest"


def suggestions_of(app: App, *, by: Actor, statement_id: UUID) -> Proposed:
    """What a statement's waiting lines may be. Opens the bank's file and the candidates' names and accounts, recorded.

    Refuses `statement.unknown`, `file.restricted`.
    """
    with app.reading.connection() as conn:
        statement = queries.statement(conn, statement_id)
        if statement is None:
            raise Refusal("statement.unknown")
        waiting = [one for one in queries.waiting(conn, statement.account_digest) if one.key[0] == statement_id]
        candidates = queries.payments_of_amounts(conn, {abs(entry.amount_fen) for entry in waiting})
    said = said_in(app, by, statement, reason=REASON) if waiting and candidates else {}
    lines = [(entry, said[entry.key.number]) for entry in waiting if entry.key.number in said]
    payees = payees_known(app, by, candidates, reason=REASON) if lines else {}
    known = [(payable(row), payees[row.payment_id]) for row in candidates if row.payment_id in payees]
    return suggestions.proposals(lines, known)


def said_in(app: App, by: Actor, statement: BankStatement, *, reason: str) -> dict[int, Known]:
    """The other side of each line, as the kept file shows it. Refuses `file.restricted`."""
    return {number: said_by(entry) for number, entry in entries_of_file(app, by, statement, reason=reason).items()}


def said_by(entry: StatementEntry) -> Known:
    """The other side of a line, as its file shows it."""
    return Known(entry.counter_name or "", entry.counter_account or "", entry.text)


def entries_of_file(
    app: App, by: Actor, statement: BankStatement, *, reason: str = REASON
) -> dict[int, StatementEntry]:
    """The lines of the bank's file, read again; opening it is recorded. Refuses `file.restricted`."""
    require_unrestricted(app, statement.file_sha256)
    content = app.vault.get_file(statement.file_sha256, by=str(by.person_id), reason=reason)
    for one in read_statements(load_statement_profile(statement.profile), content):
        if (one.number, one.since, one.until) == (statement.number, statement.since, statement.until):
            return {entry.number: entry for entry in one.entries}
    return {}


def payees_known(app: App, by: Actor, rows: Iterable[BankPayment], *, reason: str) -> dict[UUID, Known]:
    """Payment -> holder and number that it was sent to; one whose payee was erased is left out."""
    listed = list(rows)
    streams = {row.payee_id: stream_name("person", row.payee_id) for row in listed}
    people = app.journal.states(streams.values(), persons.evolve)
    accounts = {}
    for row in listed:
        person = people[streams[row.payee_id]]
        if person is not None and not person.erased:
            accounts[row.payment_id] = persons.account_used(
                person, person_id=row.payee_id, account=EventName(row.account)
            )
    wanted = [value for account in accounts.values() for value in (account.holder, account.number)]
    opened = app.vault.open(wanted, by=str(by.person_id), reason=reason)
    return {
        payment: Known(opened[account.holder], opened[account.number])
        for payment, account in accounts.items()
        if account.holder in opened and account.number in opened
    }
