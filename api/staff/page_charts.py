"""科目表 on a page: which versions were published, what the accounts are called, and the administrator's form."""

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel

from api.books.names import names
from api.commands import charts as commands
from api.files.chart_profiles import chart_names, load_chart
from api.staff.acting import ByCookie, Desk
from api.staff.books_asked import Books
from api.staff.fields import Line
from api.staff.forms import FormSent, show
from api.web.routes import Routes
from domain import authority
from domain.kernel.refusals import Refusal
from projections import charts

router = Routes(prefix="/staff/ledgers", include_in_schema=False)


class ChartChosen(BaseModel):
    """A chart that comes with the program."""

    chart: Line


@router.get("/charts")
def listing(request: Request, desk: Desk, who: ByCookie, books: Books) -> HTMLResponse:
    """Every version of every chart; the accounts of those in force."""
    who.require("ledgers")
    with desk.current(charts) as conn:
        published = charts.published(conn)
        accounts = charts.accounts(conn)
        known = names(conn)
    values = {
        "asked": books,
        "published": published,
        "accounts": sorted(accounts, key=lambda one: (one.chart, one.number)),
        "names": known,
        "in_force": {one.chart for one in accounts},
        "shipped": [load_chart(name) for name in chart_names()],
        "may_publish": authority.may(who.role, "chart.published/1"),
    }
    return show(request, desk, who, "books_charts.html", values)


@router.post("/charts")
def publish(sent: FormSent) -> RedirectResponse:
    """Publish the next version of a chart that comes with the program. Refuses `chart.unknown`."""
    chosen = sent.shaped(ChartChosen).chart
    if chosen not in chart_names():
        raise Refusal("chart.unknown", chart=chosen)
    receipt = commands.publish(sent.app, actor=sent.actor, key=sent.key, new=[load_chart(chosen)], on=sent.on)
    return sent.done(receipt, at="/staff/ledgers/charts")
