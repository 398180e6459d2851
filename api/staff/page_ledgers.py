"""Budget execution on a page, and the proof of any one event."""

from datetime import date
from typing import Annotated, Final

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, Response

from api.books.names import names
from api.commands.budgets import SHIPPED_CHART, purpose_of
from api.commands.shared import today
from api.staff.acting import ByCookie, Desk
from api.staff.evidence import EVENT_NAME, evidence, require_evidence
from api.staff.fields import YEAR_MAX, YEAR_MIN, Identifier
from api.staff.forms import show
from api.staff.page_today import place_names
from api.staff.texts import names_of
from api.web import money_words
from api.web.routes import Routes
from domain.charts import FUNDS
from domain.kernel.refusals import Refusal
from projections import (
    allowances,
    budget_dates,
    budget_executions,
    charts,
    incidents,
    payout_batches,
    reward_payments,
)

router = Routes(prefix="/staff", include_in_schema=False)

BUDGET_ROWS_MAX: Final = 500


@router.get("/budget")
def budget(
    request: Request,
    desk: Desk,
    who: ByCookie,
    year: Annotated[int | None, Query(ge=YEAR_MIN, le=YEAR_MAX)] = None,
) -> HTMLResponse:
    """How far each budget of a year is used, in total and month by month."""
    who.require("ledgers")
    shown = year or today(desk.app).year
    with desk.current(budget_executions, reward_payments, allowances, payout_batches, incidents, charts) as conn:
        offered = charts.marked(conn, SHIPPED_CHART, role=FUNDS)
        account_names = names(conn)
        budgets = budget_executions.of_year(conn, shown, area=desk.app.log.division)
        months = {one.budget_id: budget_executions.months(conn, one.budget_id) for one in budgets}
        dates = {one.budget_id: budget_dates.by_month(conn, one.budget_id) for one in budgets}
    values = {
        "year": shown,
        "budgets": budgets,
        "months": months,
        "dates": dates,
        "year_over": today(desk.app) >= date(shown, 12, 31),
        "purpose": purpose_of(desk.app, "reward"),
        "account_names": account_names,
        "funds": [(one, account_names.of(one)) for one in offered],
        "places": place_names(desk, {one.unit for one in budgets}),
    }
    return show(request, desk, who, "budget.html", values)


@router.get("/budget/{budget_id}")
def charged(request: Request, budget_id: Identifier, desk: Desk, who: ByCookie) -> HTMLResponse:
    """What a budget was charged with, one by one, with the four days of each."""
    who.require("ledgers")
    with desk.current(budget_executions, reward_payments, allowances, payout_batches, incidents) as conn:
        found = budget_executions.one(conn, budget_id)
        rows = budget_dates.of_budget(conn, budget_id, limit=BUDGET_ROWS_MAX)
    if found is None:
        raise Refusal("budget.unknown")
    values = {
        "budget": found,
        "rows": rows,
        "limit": BUDGET_ROWS_MAX,
        "names": names_of(desk, {row.payee_id for row in rows}),
        "places": place_names(desk, {found.unit, *(row.division for row in rows)}),
        "payrolls": money_words.PAYROLLS,
    }
    return show(request, desk, who, "budget_charged.html", values)


@router.get("/proof")
def proof(desk: Desk, who: ByCookie, event: Annotated[str, Query(pattern=EVENT_NAME, max_length=120)]) -> Response:
    """The `.tlog-proof` of an event as a file to keep."""
    require_evidence(desk, who, event)
    found = evidence(desk, event)
    name = event.replace("/", "-").replace("@", "-")
    headers = {"content-disposition": f'attachment; filename="{name}.tlog-proof"', "cache-control": "no-store"}
    return Response(found.proof, media_type="text/plain; charset=utf-8", headers=headers)


@router.get("/entry")
def entry(desk: Desk, who: ByCookie, event: Annotated[str, Query(pattern=EVENT_NAME, max_length=120)]) -> Response:
    """The signed entry itself, byte for byte: what the proof is about."""
    require_evidence(desk, who, event)
    found = evidence(desk, event)
    name = event.replace("/", "-").replace("@", "-")
    headers = {"content-disposition": f'attachment; filename="{name}.note"', "cache-control": "no-store"}
    return Response(found.entry, media_type="text/plain; charset=utf-8", headers=headers)
