"""The budget and the month end as files: whatever their pages show, as CSV or xlsx."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query
from fastapi.responses import StreamingResponse

from api.books import budget_tables, month_end_tables
from api.books.names import names
from api.commands import periods
from api.commands.shared import today
from api.files.table_files import Table
from api.staff.acting import ByCookie, Desk
from api.staff.book_files import Suffix, sent
from api.staff.fields import YEAR_MAX, YEAR_MIN, Identifier, MonthText
from api.staff.texts import names_of
from api.web.routes import Routes
from domain.kernel.refusals import Refusal
from projections import (
    allowances,
    budget_dates,
    budget_executions,
    charts,
    incidents,
    ledger_entries,
    month_ends,
    payout_batches,
    reconciliation,
    reward_payments,
)

router = Routes(prefix="/staff", include_in_schema=False)

CHARGED_MAX = 1_000_000
"""So many rows a file of one budget holds at most: more than a county pays in a year."""

_MODELS = (budget_executions, reward_payments, allowances, payout_batches, incidents)
Year = Annotated[int | None, Query(ge=YEAR_MIN, le=YEAR_MAX)]


@router.get("/budget/files/{which}.csv")
def budget_csv(which: budget_tables.Which, desk: Desk, who: ByCookie, year: Year = None) -> StreamingResponse:
    """One table of the budget page."""
    who.require("ledgers")
    shown = year or today(desk.app).year
    with desk.current(*_MODELS) as conn:
        table = budget_tables.table_of(which, conn, shown, area=desk.app.log.division)
    return sent([table], title=f"{table.title}-{shown}", suffix="csv")


@router.get("/budget/files/budget.xlsx")
def budget_xlsx(desk: Desk, who: ByCookie, year: Year = None) -> StreamingResponse:
    """Every table of the budget page, a sheet each."""
    who.require("ledgers")
    shown = year or today(desk.app).year
    with desk.current(*_MODELS) as conn:
        area = desk.app.log.division
        found = [budget_tables.table_of(which, conn, shown, area=area) for which in budget_tables.WHICH]
    return sent(found, title=f"预算执行-{shown}", suffix="xlsx")


@router.get("/budget/{budget_id}/files/charged.{suffix}")
def charged(budget_id: Identifier, suffix: Suffix, desk: Desk, who: ByCookie) -> StreamingResponse:
    """Everything that a budget was charged with, with the four days of each."""
    who.require("ledgers")
    with desk.current(*_MODELS) as conn:
        found = budget_executions.one(conn, budget_id)
        rows = budget_dates.of_budget(conn, budget_id, limit=CHARGED_MAX)
    if found is None:
        raise Refusal("budget.unknown")
    names: dict[UUID, str] = names_of(desk, {row.payee_id for row in rows})
    table = budget_tables.charged(found, rows, names=names)
    return sent([table], title=f"{table.title}-{found.year}-{found.project}", suffix=suffix)


@router.get("/close/{month}/files/{which}.csv")
def month_end_csv(
    month: Annotated[MonthText, Path()], which: month_end_tables.Which, desk: Desk, who: ByCookie
) -> StreamingResponse:
    """One table of the page that closes a month."""
    who.require("ledgers")
    (table,) = _month_end(desk, month, [which])
    return sent([table], title=f"{table.title}-{month}", suffix="csv")


@router.get("/close/{month}/files/month-end.xlsx")
def month_end_xlsx(month: Annotated[MonthText, Path()], desk: Desk, who: ByCookie) -> StreamingResponse:
    """Every table of that page, a sheet each."""
    who.require("ledgers")
    return sent(_month_end(desk, month, month_end_tables.WHICH), title=f"月末核对-{month}", suffix="xlsx")


def _month_end(desk: Desk, month: MonthText, wanted: Sequence[month_end_tables.Which]) -> list[Table]:
    with desk.current(charts, ledger_entries, month_ends, reconciliation) as conn:
        found, called = periods.month_end(desk.app, month), names(conn)
    state = periods.periods_of(desk.app)
    proposal = state.proposal if state and state.proposal and state.proposal.figures.month == month else found.sealed
    reasons = {one.kind: one.reason for one in proposal.figures.explained} if proposal else {}
    return [month_end_tables.table_of(which, found, reasons=reasons, called=called) for which in wanted]
