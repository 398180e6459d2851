"""Whose account a subsidiary is: the masked name of a payee, the month and number of a batch, the year of a budget."""

from collections.abc import Iterable
from uuid import UUID

from api.books.names import subsidiary_of
from api.staff.office import Office
from api.staff.texts import names_of
from api.web.words import month_words
from domain.trial_balance import control_of
from projections import budget_executions, payout_batches

_BATCH = "fin:2307:transit"


def whose(desk: Office, accounts: Iterable[str]) -> dict[UUID, str]:
    """Words for the subsidiaries of some accounts, by their ids; nothing beyond what the staff may see anyway."""
    people: set[UUID] = set()
    batches: set[UUID] = set()
    budgets: set[UUID] = set()
    for account in accounts:
        subsidiary = subsidiary_of(account)
        if not subsidiary:
            continue
        control = control_of(account)
        found = batches if control == _BATCH else budgets if control.startswith("ind:") else people
        found.add(UUID(subsidiary[:36]))
    words = dict(names_of(desk, people))
    with desk.app.reading.connection() as conn:
        for one in batches:
            if batch := payout_batches.one(conn, one):
                words[one] = f"{month_words(batch.month)}第 {batch.number} 批"
        for one in budgets:
            if budget := budget_executions.one(conn, one):
                words[one] = f"{budget.year} 年{budget.project}"
    return words
