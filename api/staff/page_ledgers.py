"""The books on pages: budget execution, trial balance, and the proof of any one event."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.commands.shared import today
from api.staff.acting import ByCookie, Desk
from api.staff.evidence import EVENT_NAME, evidence, require_evidence
from api.staff.fields import YEAR_MAX, YEAR_MIN, Day
from api.staff.forms import show
from api.staff.page_today import place_names
from api.web import words
from projections import budget_executions, trial_balances

router = APIRouter(prefix="/staff", include_in_schema=False)

BOOKS = tuple(words.BOOKS)
"""The books in the order in which accountants read them."""


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
    with desk.current(budget_executions) as conn:
        budgets = budget_executions.of_year(conn, shown, area=desk.app.log.division)
        months = {one.budget_id: budget_executions.months(conn, one.budget_id) for one in budgets}
    values = {
        "year": shown,
        "budgets": budgets,
        "months": months,
        "places": place_names(desk, {one.unit for one in budgets}),
    }
    return show(request, desk, who, "budget.html", values)


@router.get("/trial-balance")
def trial_balance(
    request: Request, desk: Desk, who: ByCookie, as_of: Annotated[Day | None, Query()] = None
) -> HTMLResponse:
    """What stands on every control account at the end of a day."""
    who.require("ledgers")
    day = as_of or today(desk.app)
    with desk.current(trial_balances) as conn:
        values = {
            "as_of": day,
            "position": trial_balances.position(conn),
            "books": sorted(trial_balances.books(conn, as_of=day), key=lambda one: BOOKS.index(one.book)),
            "accounts": trial_balances.controls(conn, as_of=day),
        }
    return show(request, desk, who, "trial_balance.html", values)


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
