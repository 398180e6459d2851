"""Budgets: what the county may spend for a purpose in a year, by document number.

A budget is one unit's for one project and class in one year. Money that was promised before the year was closed is
still paid from it afterwards; what nobody promised lapses.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never
from uuid import UUID

from domain import accounts
from domain.accounts import SHIPPED, BudgetAccounts
from domain.kernel.events import event
from domain.kernel.ids import derived
from domain.kernel.money import Fen
from domain.kernel.obligations import BudgetCharged
from domain.kernel.places import Division
from domain.kernel.postings import Postings
from domain.kernel.reasons import require_reason
from domain.kernel.refusals import Refusal
from domain.kernel.states import known


@event("budget.appropriated/1")
class BudgetAppropriated:
    """Money was appropriated to a unit for a project and class in a year, by a numbered document.

    `accounts`: those that the budget's money moves through, said once, with the first document; without them it is
    `accounts.SHIPPED`.
    """

    unit: Division
    project: str
    spending_class: str
    year: int
    document: str
    amount_fen: Fen
    postings: Postings
    accounts: BudgetAccounts | None = None


@event("budget.adjusted/1")
class BudgetAdjusted:
    """A numbered document gives more (追加) or takes back (追减, a negative amount), for a reason."""

    document: str
    amount_fen: Fen
    reason: str
    postings: Postings


@event("budget.closed/1")
class BudgetClosed:
    """The year is over: nothing more is charged to the budget, and what was still available lapses.

    What becomes available later (a promise was taken back) lapses by closing once more.
    """

    lapsed_fen: Fen
    postings: Postings


BudgetEvent = BudgetAppropriated | BudgetAdjusted | BudgetClosed


@dataclass(frozen=True, slots=True)
class Budget:
    """What was appropriated so far (less what was taken back) for one unit, project, class and year, and by which
    documents.

    What is still available stands in the accounts (`ind:available`), which no append may overdraw.
    """

    unit: Division
    project: str
    spending_class: str
    year: int
    appropriated_fen: Fen
    documents: frozenset[str]
    accounts: BudgetAccounts
    closed: bool = False

    @property
    def id(self) -> UUID:
        """The stream's id, derived from what the budget is for."""
        return budget_id(self.unit, self.project, self.spending_class, self.year)


def budget_id(unit: Division, project: str, spending_class: str, year: int) -> UUID:
    """The id of the one budget of a unit for a project and class in a year."""
    return derived("budget", unit, project, spending_class, year)


# Decide: what may happen, judged by the rules in force.


def appropriate(
    budget: Budget | None,
    *,
    unit: Division,
    unit_known: bool,
    project: str,
    spending_class: str,
    year: int,
    document: str,
    amount_fen: Fen,
    of: BudgetAccounts | None = None,
) -> BudgetAppropriated:
    """Record an appropriation of `amount_fen` under a document number (指标文号).

    `unit_known`: the unit's place is registered; `of`: what the chart in force gives a budget that begins.

    Refused, in this order: `place.unknown`, `budget.amount_not_positive`, `budget.closed`, `budget.document_reused`.
    """
    if not unit_known:
        raise Refusal("place.unknown", division=unit)
    if amount_fen <= 0:
        raise Refusal("budget.amount_not_positive", amount_fen=amount_fen)
    if budget is not None:
        _require_open(budget)
        _require_new(budget, document)
    identity = budget_id(unit, project, spending_class, year)
    begins_with = of if budget is None else None
    moved = budget.accounts if budget is not None else of or SHIPPED
    return BudgetAppropriated(
        unit=unit,
        project=project,
        spending_class=spending_class,
        year=year,
        document=document,
        amount_fen=amount_fen,
        postings=accounts.budget_appropriated(identity, amount_fen, of=moved),
        accounts=begins_with,
    )


def require_funds(budget: Budget, *, funds: str | None) -> None:
    """A budget is paid out of one account: refuses `budget.other_funds` for another one than it began with."""
    if funds not in (None, budget.accounts.funds):
        raise Refusal("budget.other_funds", account=budget.accounts.funds)


def adjust(budget: Budget | None, *, document: str, amount_fen: Fen, reason: str) -> BudgetAdjusted:
    """Give more, or take back what nobody was promised, under a document number of its own.

    Refused, in this order: `budget.unknown`, `budget.adjusted_by_nothing`, `budget.closed`, `budget.document_reused`,
    `reason.insufficient`.
    Whether as much is still available is decided where it is known without a race: by the limit on its account.
    """
    existing = _existing(budget)
    if amount_fen == 0:
        raise Refusal("budget.adjusted_by_nothing", document=document)
    _require_open(existing)
    _require_new(existing, document)
    require_reason(reason)
    postings = accounts.budget_adjusted(existing.id, amount_fen, of=existing.accounts)
    return BudgetAdjusted(document=document, amount_fen=amount_fen, reason=reason, postings=postings)


def close(budget: Budget | None, *, available_fen: Fen, on: date) -> BudgetClosed:
    """Close the budget from the last day of its year on; `available_fen` is what its account still holds.

    Refused, in this order: `budget.unknown`, `budget.year_not_over`, `budget.nothing_to_lapse` (closed before, and
    nothing became available since).
    """
    existing = _existing(budget)
    if on < date(existing.year, 12, 31):
        raise Refusal("budget.year_not_over", year=existing.year)
    if existing.closed and available_fen == 0:
        raise Refusal("budget.nothing_to_lapse", year=existing.year)
    return BudgetClosed(lapsed_fen=available_fen, postings=accounts.budget_closed(existing.id, available_fen))


def charge(budget: Budget | None, *, on: date) -> BudgetCharged | None:
    """What is granted on a day is charged to a budget of that day's year; None where there is no such budget.

    Refused, in this order: `budget.other_year`, `budget.closed`.
    """
    if budget is None:
        return None
    if budget.year != on.year:
        raise Refusal("budget.other_year", year=budget.year, on=on)
    _require_open(budget)
    return BudgetCharged(budget.id, budget.year, budget.accounts.expense)


def _existing(budget: Budget | None) -> Budget:
    if budget is None:
        raise Refusal("budget.unknown")
    return budget


def _require_open(budget: Budget) -> None:
    if budget.closed:
        raise Refusal("budget.closed", year=budget.year)


def _require_new(budget: Budget, document: str) -> None:
    if document in budget.documents:
        raise Refusal("budget.document_reused", document=document)


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(budget: Budget | None, event: BudgetEvent) -> Budget:
    """The budget after an event."""
    match event:
        case BudgetAppropriated():
            return _grown(budget or _begun(event), event.document, event.amount_fen)
        case BudgetAdjusted():
            return _grown(known(budget), event.document, event.amount_fen)
        case BudgetClosed():
            return replace(known(budget), closed=True)
        case _:
            assert_never(event)


def _begun(event: BudgetAppropriated) -> Budget:
    purpose = event.unit, event.project, event.spending_class, event.year
    return Budget(*purpose, Fen(0), frozenset(), event.accounts or SHIPPED)


def _grown(budget: Budget, document: str, amount_fen: Fen) -> Budget:
    return replace(
        budget,
        appropriated_fen=Fen(budget.appropriated_fen + amount_fen),
        documents=budget.documents | {document},
    )
