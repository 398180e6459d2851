"""The county's budgets: money appropriated, adjusted and closed, and which budget a grant is charged to.

What must not be broken: what a day grants is charged to a budget of that day's year; a budget that was closed takes no
more, and still pays what was promised before.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from api.commands.booking_days import effective_on
from api.commands.charts import chart_stream
from api.commands.shared import place_known, require
from api.context import App
from domain import accounts, budgets, charts
from domain.accounts import SHIPPED, BudgetAccounts
from domain.budgets import Budget, budget_id
from domain.kernel.ids import StreamName, stream_name
from domain.kernel.money import Fen
from domain.kernel.obligations import BudgetCharged, Payroll
from domain.kernel.postings import CNY
from domain.kernel.refusals import Refusal
from journal.errors import IntegrityError
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading

SHIPPED_CHART: Final = charts.code_of(SHIPPED.chart)
"""The chart that budgets take their accounts from where nobody names another."""

_STANDING: Final = "SELECT amount FROM journal.balances WHERE account = %s AND commodity = %s"


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a budget is for: a project and a class of spending."""

    project: str
    spending_class: str


def purpose_of(app: App, payroll: Payroll) -> Purpose:
    """The budget that a payroll is charged to where nobody names another, by setting."""
    settings = app.settings
    return Purpose(*(settings.reward_budget if payroll == "reward" else settings.allowance_budget))


def named(app: App, project: str | None, spending_class: str | None) -> Purpose:
    """A purpose as somebody names it; what he leaves out is as for rewards."""
    own = purpose_of(app, "reward")
    return Purpose(project or own.project, spending_class or own.spending_class)


def budget_stream(identity: UUID) -> StreamName:
    """The stream of a budget."""
    return stream_name("budget", identity)


def accounts_of(read: Reading, identity: UUID) -> BudgetAccounts:
    """The accounts that a budget's money moves through. A payment or a grant names the budget, so there is one."""
    budget = read.state(budget_stream(identity), budgets.evolve)
    if budget is None:
        raise IntegrityError(f"budget {identity} is named and was never appropriated")
    return budget.accounts


def charged(app: App, read: Reading, payroll: Payroll, *, chosen: UUID | None, on: date) -> BudgetCharged | None:
    """The budget that a grant of a day is charged to: the `chosen` one, else the payroll's own of that year, if any.

    Refuses `budget.unknown` for a chosen one that there is not, `budget.other_year`, `budget.closed`.
    """
    purpose = purpose_of(app, payroll)
    identity = chosen or budget_id(app.log.division, purpose.project, purpose.spending_class, on.year)
    budget = read.state(budget_stream(identity), budgets.evolve)
    if budget is None and chosen is not None:
        raise Refusal("budget.unknown")
    return budgets.charge(budget, on=on)


def within_budget(execute: Callable[[], Receipt]) -> Receipt:
    """Name the budget where its account's limit refused the append (`budget.exceeded`)."""
    try:
        return execute()
    except Refusal as refusal:
        account = str(refusal.facts.get("account", ""))
        if refusal.code != "balance.below_limit" or not account.startswith("ind:available:"):
            raise
        available_fen, change_fen = refusal.facts["balance"], refusal.facts["change"]
        amount_fen = -change_fen if isinstance(change_fen, int) else change_fen
        raise Refusal("budget.exceeded", available_fen=available_fen, amount_fen=amount_fen) from None


def appropriate(
    app: App,
    *,
    actor: Actor,
    key: str,
    year: int,
    document: str,
    amount_fen: Fen,
    purpose: Purpose | None = None,
    funds: str | None = None,
    chart: str | None = None,
    on: date,
) -> Receipt:
    """Record an appropriation to the county for a purpose (the rewards', where none is named) and a year.

    A budget that begins takes its accounts from the version in force of the chart with that code (none: the one that
    came with the program); `funds` chooses one of those that it marks as money to pay out of (none: its first).
    """
    code = chart or SHIPPED_CHART
    unit, wanted = app.log.division, purpose or purpose_of(app, "reward")
    stream = budget_stream(budget_id(unit, wanted.project, wanted.spending_class, year))

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "budget.appropriated/1", division=unit, on=on)
        budget = read.state(stream, budgets.evolve)
        if budget is not None:
            budgets.require_funds(budget, funds=funds)
            of = None
        else:
            of = charts.budget_accounts(read.state(chart_stream(code), charts.evolve), code=code, funds=funds)
        event = budgets.appropriate(
            budget,
            unit=unit,
            unit_known=place_known(read, unit),
            project=wanted.project,
            spending_class=wanted.spending_class,
            year=year,
            document=document,
            amount_fen=amount_fen,
            of=of,
        )
        yield Fact(stream, event, on)

    inputs = {
        "command": "budget.appropriate",
        "project": wanted.project,
        "class": wanted.spending_class,
        "year": year,
        "document": document,
        "amount_fen": amount_fen,
        "funds": funds,
        "chart": chart,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def adjust(
    app: App, *, actor: Actor, key: str, budget: UUID, document: str, amount_fen: Fen, reason: str, on: date
) -> Receipt:
    """Give a budget more, or take back (a negative amount) what nobody was promised yet.

    Refuses `budget.exceeded` where less than that is available; then nothing is recorded.
    """

    def decide(read: Reading) -> Iterator[Fact]:
        state = _of_county(app, read, actor, "budget.adjusted/1", budget, on)
        event = budgets.adjust(state, document=document, amount_fen=amount_fen, reason=reason)
        available_fen = _available(app, budget)
        if available_fen + amount_fen < 0:  # else the funding account, which it takes from too, would refuse first
            raise Refusal("budget.exceeded", available_fen=available_fen, amount_fen=-amount_fen)
        yield Fact(budget_stream(budget), event, on)

    inputs = {
        "command": "budget.adjust",
        "budget": str(budget),
        "document": document,
        "amount_fen": amount_fen,
        "reason": reason,
    }
    return within_budget(lambda: app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide))


def close(app: App, *, actor: Actor, key: str, budget: UUID, on: date) -> Receipt:
    """Close a budget whose year is over: what is still available lapses, what was promised is still paid.

    It takes effect on the last day of the year, or on the first open day where that month is closed. Whoever grants
    at the same time is decided again: he reads the budget, and it moved.
    """

    def decide(read: Reading) -> Iterator[Fact]:
        state = _of_county(app, read, actor, "budget.closed/1", budget, on)
        event = budgets.close(state, available_fen=_available(app, budget), on=on)
        last = date(state.year, 12, 31) if state else on
        yield Fact(budget_stream(budget), event, effective_on(app, read, last))

    inputs = {"command": "budget.close", "budget": str(budget)}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def _available(app: App, budget: UUID) -> Fen:
    """What the budget's account holds now; the limit on it decides again when it is appended."""
    with app.writing.connection() as connection:
        row = connection.execute(_STANDING, (accounts.available(budget), CNY)).fetchone()
    return Fen(row[0] if row else 0)


def _of_county(app: App, read: Reading, actor: Actor, event_type: str, budget: UUID, on: date) -> Budget | None:
    state = read.state(budget_stream(budget), budgets.evolve)
    require(read, actor, event_type, division=state.unit if state else app.log.division, on=on)
    return state
