"""The page of published rates: how many of how many, in an area and a period, as of a position that can be checked."""

from typing import Annotated, Final

from fastapi import Depends, Request, Response

from api.public.answers import page
from api.public.reading import Reading, reading
from api.public.seal import seal_of
from api.public.where import division_of, path_to, today
from api.web.cached import GET
from api.web.rate_words import PARTS, RATES
from api.web.routes import Routes
from api.web.running import require_running
from domain.kernel.periods import Period, first_day, kind_of, last_day, period, period_of
from domain.kernel.refusals import Refusal
from projections import places, published_rates

MODELS: Final = (*published_rates.MODELS, places)
YEAR_MIN, YEAR_MAX = 1949, 2099

router = Routes(include_in_schema=False)
Read = Annotated[Reading, Depends(reading)]


@router.api_route("/v/{code}/rates", methods=GET)
def rates_of_year(request: Request, code: str, read: Read, large: bool = False) -> Response:
    """The rates of this year."""
    return rates_of_period(request, code, period_of(today(), "year"), read, large=large)


@router.api_route("/v/{code}/rates/{of}", methods=GET)
def rates_of_period(request: Request, code: str, of: str, read: Read, large: bool = False) -> Response:
    """The rates of a month (2026-11), a quarter (2026-Q4) or a year (2026)."""
    where, when = division_of(code), _period(of)
    read.healthy()
    with read.pool.connection() as conn, conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        require_running(conn, MODELS)
        path = path_to(conn, read, where)
        found = published_rates.of_period(conn, where, when)
    values = {
        "path": path,
        "found": found,
        "titles": RATES,
        "parts": PARTS,
        "wider": _wider(when),
        "narrower": [one for one in _narrower(when) if first_day(one) <= today()],
        "seal": seal_of(read.published),
        "large": large,
    }
    return page(request, read.templates.render("public/rates.html", values))


def _period(text: str) -> Period:
    try:
        found = period(text)
    except ValueError:
        raise Refusal("page.unknown") from None
    if not YEAR_MIN <= first_day(found).year <= YEAR_MAX:
        raise Refusal("page.unknown")
    return found


def _wider(of: Period) -> list[Period]:
    """The quarter and the year that a period lies in."""
    kinds = {"month": ("quarter", "year"), "quarter": ("year",), "year": ()}[kind_of(of)]
    return [period_of(last_day(of), kind) for kind in kinds]


def _narrower(of: Period) -> list[Period]:
    """The months of a quarter, the quarters of a year."""
    if kind_of(of) == "quarter":
        first = first_day(of)
        return [Period(f"{first.year}-{first.month + n:02d}") for n in range(3)]
    return [Period(f"{of}-Q{n}") for n in range(1, 5)] if kind_of(of) == "year" else []
