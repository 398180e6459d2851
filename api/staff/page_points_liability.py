"""积分负债: what the county's accounts hold, what their goods cost, per station and month; and the same as files."""

from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, StreamingResponse

from api.books.points_tables import WHICH, Liability, Which, by_township, liability, table_of
from api.commands.shared import today
from api.staff.acting import Acting, ByCookie, Desk
from api.staff.book_files import sent
from api.staff.fields import YEAR_MAX, YEAR_MIN
from api.staff.forms import show
from api.staff.office import Office
from api.staff.page_today import place_names
from api.web.routes import Routes
from domain.kernel.calendar import month
from projections import exchanges, points, stations, stock_cards

router = Routes(prefix="/staff/points-liability", include_in_schema=False)

Year = Annotated[int | None, Query(ge=YEAR_MIN, le=YEAR_MAX)]
_MODELS: Final = (points, stations, stock_cards, exchanges)


@router.get("")
def page(request: Request, desk: Desk, who: ByCookie, year: Year = None) -> HTMLResponse:
    """The figures of the role's area for a year."""
    found = _found(desk, who, year)
    townships = by_township(found.standings)
    seen = {*(one.division for one in townships), *(one.station.division for one in found.stations)}
    values: dict[str, Any] = {
        "found": found,
        "townships": townships,
        "year": year or today(desk.app).year,
        "places": place_names(desk, seen),
        "today": today(desk.app),
    }
    return show(request, desk, who, "points_liability.html", values)


@router.get("/files/{which}.csv")
def csv(which: Which, desk: Desk, who: ByCookie, year: Year = None) -> StreamingResponse:
    """One table."""
    shown = year or today(desk.app).year
    table = table_of(which, _named(desk, _found(desk, who, year)), span=f"{shown} 年。")
    return sent([table], title=f"{table.title}-{shown}", suffix="csv")


@router.get("/files/points.xlsx")
def xlsx(desk: Desk, who: ByCookie, year: Year = None) -> StreamingResponse:
    """Every table, a sheet each."""
    shown, found = year or today(desk.app).year, _named(desk, _found(desk, who, year))
    tables = [table_of(which, found, span=f"{shown} 年。") for which in WHICH]
    return sent(tables, title=f"积分负债-{shown}", suffix="xlsx")


def _found(desk: Office, who: Acting, year: int | None) -> Liability:
    who.require("points")
    shown = year or today(desk.app).year
    with desk.current(*_MODELS) as conn:
        return liability(conn, who.areas[0], first=month(f"{shown}-01"), last=month(f"{shown}-12"))


def _named(desk: Office, found: Liability) -> Liability:
    return replace(found, names=place_names(desk, {one.division for one in found.standings}))
