"""Which budgets a reward may be charged to: a choice where the year has more than one, the setting's own otherwise."""

from dataclasses import dataclass
from uuid import UUID

from api.commands.budgets import purpose_of
from api.commands.shared import today
from api.staff.office import Office
from domain.budgets import budget_id
from domain.kernel.refusals import Refusal
from projections import budget_executions
from projections.budget_executions import Budget


@dataclass(frozen=True, slots=True)
class BudgetOffered:
    """An open budget of this year for rewards; `own`: the one of the setting, charged where nobody chooses."""

    budget: Budget
    own: bool


def budgets_offered(desk: Office) -> list[BudgetOffered]:
    """What may be chosen, the setting's own first; empty where its own is all there is."""
    found = _open(desk)
    return [] if all(one.own for one in found) else found


def budget_chosen(desk: Office, chosen: UUID | None) -> BudgetOffered | None:
    """The budget that a reward is charged to, for a page that says so before; None where there is no choice.

    Refuses `budget.unknown` for one that is not offered.
    """
    offered = budgets_offered(desk)
    found = next((one for one in offered if (one.own if chosen is None else one.budget.budget_id == chosen)), None)
    if found is None and chosen is not None:
        raise Refusal("budget.unknown")
    return found


def _open(desk: Office) -> list[BudgetOffered]:
    """This year's budgets that are not closed, without the allowances' own."""
    app, year = desk.app, today(desk.app).year
    rewards, allowances = purpose_of(app, "reward"), purpose_of(app, "allowance")
    own = budget_id(app.log.division, rewards.project, rewards.spending_class, year)
    apart = budget_id(app.log.division, allowances.project, allowances.spending_class, year)
    with desk.current(budget_executions) as conn:
        found = budget_executions.of_year(conn, year, area=app.log.division)
    offered = [
        BudgetOffered(one, one.budget_id == own)
        for one in found
        if one.closed_on is None and (one.budget_id == own or one.budget_id != apart)
    ]
    return sorted(offered, key=lambda one: not one.own)
