"""The page of published rates: how many of how many, in an area and a period, as of a position that can be checked."""

from typing import Annotated, Any, Final

from fastapi import Depends, Request, Response

from api.public.answers import page
from api.public.reading import Reading, reading
from api.public.seal import seal_of
from api.public.sheets import Field, Files, Sheet, answer
from api.public.where import division_of, path_to, today
from api.web.cached import GET
from api.web.rate_words import PARTS, RATES, period_text
from api.web.routes import Routes
from api.web.running import require_running
from domain.kernel.periods import Period, first_day, kind_of, last_day, period, period_of
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from projections import places, published_rates

MODELS: Final = (*published_rates.MODELS, places)
YEAR_MIN, YEAR_MAX = 1949, 2099

RATE_FIELDS: Final = (
    Field("rate", "比率"),
    Field("numerator", "分子", "number"),
    Field("denominator", "分母", "number"),
    Field("definition", "怎样计算"),
)
PART_FIELDS: Final = (Field("part", "办到哪一步"), Field("count", "条数", "number"))

router = Routes(include_in_schema=False)
Read = Annotated[Reading, Depends(reading)]


@router.api_route("/v/{code}/rates", methods=GET)
def rates_of_year(request: Request, code: str, read: Read, large: bool = False) -> Response:
    """The rates of this year."""
    return rates_of_period(request, code, period_of(today(), "year"), read, large=large)


@router.api_route("/v/{code}/rates/{of}", methods=GET)
def rates_of_period(request: Request, code: str, of: str, read: Read, large: bool = False) -> Response:
    """The rates of a month (2026-11), a quarter (2026-Q4) or a year (2026)."""
    values = {**_found(read, division_of(code), _period(of)), "large": large}
    return page(request, read.templates.render("public/rates.html", values))


@router.api_route("/v/{code}/rates/{of}/data/{file}", methods=GET)
def files_of_rates(request: Request, code: str, of: str, file: str, read: Read) -> Response:
    """The same rates, as files: numerators and denominators, from which anybody divides himself."""
    return answer(request, _found(read, division_of(code), _period(of))["files"], file)


def _about(name: str) -> str:
    """What is divided by what, in public."""
    return f"{RATES[name][1]}；涉及隐私的不计"


def _found(read: Reading, where: Division, when: Period) -> dict[str, Any]:
    read.healthy()
    with read.pool.connection() as conn, conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        require_running(conn, MODELS)
        path = path_to(conn, read, where)
        found = published_rates.of_period(conn, where, when, public=True)
    rates = [(RATES[name][0], one.numerator, one.denominator, _about(name)) for name, one in found.rates.items()]
    parts = [(PARTS[part], count) for part, count in found.reports.parts.items()]
    files = Files(
        address=f"/v/{where}/rates/{when}/data",
        title=f"{path[-1].name} {period_text(when)}各项比率",
        origin=read.identity.origin,
        position=found.position,
        figures={"reports": found.reports.total, "handled_unverified": found.handled_unverified},
        sheets=(Sheet("rates", "各项比率", RATE_FIELDS, rates), Sheet("reports", "上报的线索", PART_FIELDS, parts)),
    )
    return {
        "path": path,
        "found": found,
        "titles": {name: (RATES[name][0], _about(name)) for name in found.rates},
        "begun": found.since <= today(),
        "parts": PARTS,
        "wider": _wider(when),
        "narrower": [one for one in _narrower(when) if first_day(one) <= today()],
        "seal": seal_of(read.published),
        "files": files,
    }


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
