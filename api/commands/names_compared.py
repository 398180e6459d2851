"""Whether a line of the bank shows the payee whom the payment was made to: the name and the account, as far as shown.
And whether a debit that names no payment shows one whom a payment has reached already.

What must not be broken: a reference and an amount match nothing while the file says that somebody else was paid. File
and payees are opened in the vault for a named person, which the vault records; nothing of them is kept.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from api.commands import payouts
from api.commands.suggesting import payees_known, said_in
from api.context import App
from api.vouchers import is_restricted
from domain import suggestions
from domain.kernel.matches import EntryKey
from domain.matching import Entry
from domain.suggestions import Known
from journal.facts import Actor
from projections import reconciliation_queries as queries
from projections.reconciliation import BankPayment

REASON = "reconciliation.match"
AGAIN_DAYS: Final = 62
"""A debit so many days from a payment, to the same payee and of the same amount, may be the same once more."""


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


def perhaps_again(
    app: App, by: Actor, lines: Collection[Entry], matched: Collection[UUID], *, added: Mapping[EntryKey, Known]
) -> dict[EntryKey, UUID | None]:
    """Debits without a reference that show amount and payee of a payment that has left by another line, as if the bank
    had paid it once more; the payment, or None where it may be several.

    `matched`: payments that this round gives a line. A debit that may be a payment without a line is not among them: it
    is suggested for that one.
    """
    with app.reading.connection() as conn:
        rows = queries.payments_of_amounts(conn, {-line.amount_fen for line in lines}) if lines else []
    by_amount: defaultdict[int, list[BankPayment]] = defaultdict(list)
    for row in rows:
        if row.paid_on is not None:
            by_amount[-row.amount_fen].append(row)
    asked = [line for line in lines if any(_near(row, line) for row in by_amount[line.amount_fen])]
    if not asked:
        return {}
    shown = {**_read_again(app, by, {line.key for line in asked} - added.keys()), **added}
    wanted = {row.payment_id: row for line in asked for row in by_amount[line.amount_fen] if _near(row, line)}
    payees = payees_known(app, by, wanted.values(), reason=REASON)
    found: dict[EntryKey, UUID | None] = {}
    for line in asked:
        said = shown.get(line.key)
        near = [row for row in by_amount[line.amount_fen] if _near(row, line)]
        fits = [
            row for row in near if said and row.payment_id in payees and suggestions.shows(said, payees[row.payment_id])
        ]
        free = [row for row in fits if row.out_fen == 0 and row.payment_id not in matched]
        if fits and not free:
            found[line.key] = fits[0].payment_id if len(fits) == 1 else None
    return found


def _near(row: BankPayment, line: Entry) -> bool:
    return row.paid_on is not None and abs((line.booked_on - row.paid_on).days) <= AGAIN_DAYS


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
