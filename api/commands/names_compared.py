"""Whether a line of the bank shows the payee whom the payment was made to: the name and the account, as far as shown.

What must not be broken: a reference and an amount match nothing while the file says that somebody else was paid. File
and payees are opened in the vault for a named person, which the vault records; nothing of them is kept.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

from api.commands import payouts
from api.commands.suggesting import payees_known, said_in
from api.context import App
from api.vouchers import is_restricted
from domain import suggestions
from domain.kernel.matches import EntryKey
from domain.suggestions import Known
from journal.facts import Actor
from projections import reconciliation_queries as queries

REASON = "reconciliation.match"


def contradicting(
    app: App, by: Actor, pairs: Collection[tuple[EntryKey, UUID]], *, added: Mapping[EntryKey, Known]
) -> frozenset[tuple[EntryKey, UUID]]:
    """Which lines show another name or account than the payee of the payment that they name.

    `added`: what the lines show that are only just read; the others are read again in their files.
    """
    shown = {**_read_again(app, by, {key for key, _ in pairs} - added.keys()), **added}
    telling = [(key, payment) for key, payment in pairs if (said := shown.get(key)) and (said.name or said.account)]
    if not telling:
        return frozenset()
    with app.reading.connection() as conn:
        rows = queries.payments_by_id(conn, {payment for _, payment in telling})
    payees = payees_known(app, by, rows.values(), reason=REASON)
    ours = suggestions.digits(payouts.payer_account(app))
    return frozenset(
        (key, payment)
        for key, payment in telling
        # What comes back may be booked under the account that it comes back to: ours.
        if payment in payees
        and not suggestions.agrees(suggestions.digits_or_stars(shown[key].account), ours)
        and suggestions.contradicts(shown[key], payees[payment])
    )


def _read_again(app: App, by: Actor, keys: Collection[EntryKey]) -> dict[EntryKey, Known]:
    """What lines of earlier statements show; nothing for a file that may not be opened any more."""
    wanted: defaultdict[UUID, set[int]] = defaultdict(set)
    for key in keys:
        wanted[key.statement_id].add(key.number)
    shown: dict[EntryKey, Known] = {}
    for statement_id, numbers in wanted.items():
        with app.reading.connection() as conn:
            statement = queries.statement(conn, statement_id)
        if statement is not None and not is_restricted(app, statement.file_sha256):
            said = said_in(app, by, statement, reason=REASON)
            shown.update((EntryKey(statement_id, number), said[number]) for number in numbers & said.keys())
    return shown
