"""Budgets: what the county may spend on rewards in a year, by document number."""

from dataclasses import dataclass
from typing import assert_never
from uuid import UUID

from domain import accounts
from domain.kernel.events import event
from domain.kernel.ids import derived
from domain.kernel.money import Fen
from domain.kernel.places import Division
from domain.kernel.postings import Postings
from domain.kernel.refusals import Refusal


@event("budget.appropriated/1")
class BudgetAppropriated:
    """Money was appropriated to a unit for a project and class in a year, by a numbered document."""

    unit: Division
    project: str
    spending_class: str
    year: int
    document: str
    amount_fen: Fen
    postings: Postings


@dataclass(frozen=True, slots=True)
class Budget:
    """What was appropriated so far for one unit, project, class and year, and by which documents.

    What is still available stands in the accounts (`ind:available`), which no append may overdraw.
    """

    unit: Division
    project: str
    spending_class: str
    year: int
    appropriated_fen: Fen
    documents: frozenset[str]

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
) -> BudgetAppropriated:
    """Record an appropriation of `amount_fen` under a document number (指标文号).

    `unit_known`: the unit's place is registered.

    Refused, in this order: `place.unknown`, `budget.amount_not_positive`, `budget.document_reused`.
    """
    if not unit_known:
        raise Refusal("place.unknown", division=unit)
    if amount_fen <= 0:
        raise Refusal("budget.amount_not_positive", amount_fen=amount_fen)
    if budget is not None and document in budget.documents:
        raise Refusal("budget.document_reused", document=document)
    identity = budget_id(unit, project, spending_class, year)
    return BudgetAppropriated(
        unit=unit,
        project=project,
        spending_class=spending_class,
        year=year,
        document=document,
        amount_fen=amount_fen,
        postings=accounts.budget_appropriated(identity, amount_fen),
    )


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(budget: Budget | None, event: BudgetAppropriated) -> Budget:
    """The budget after an event."""
    match event:
        case BudgetAppropriated():
            before_fen, documents = (budget.appropriated_fen, budget.documents) if budget else (0, frozenset())
            return Budget(
                event.unit,
                event.project,
                event.spending_class,
                event.year,
                Fen(before_fen + event.amount_fen),
                documents | {event.document},
            )
        case _:
            assert_never(event)
