"""The published rates over JSON: each with its numerator, its denominator and the position that it was computed at."""

from datetime import date
from typing import Annotated

from fastapi import Query
from pydantic import AfterValidator, BaseModel, Field

from api.commands.shared import today
from api.staff.acting import ByToken, Desk
from api.staff.fields import YEAR_MAX, YEAR_MIN, Code
from api.web.rate_words import RATES, rate_text
from api.web.routes import Routes
from domain.kernel.periods import Period, period, period_of
from domain.kernel.places import Division
from projections import published_rates
from projections.published_rates import RateName

router = Routes(prefix="/api/v1", tags=["线索"])


def _period(text: str) -> Period:
    try:
        found = period(text)
    except ValueError:
        found = None
    if found is None or not YEAR_MIN <= int(found[:4]) <= YEAR_MAX:
        raise ValueError("应写作 2026-11、2026-Q4 或 2026")
    return found


class RateRead(BaseModel):
    """One rate, of everything; in public nothing sensitive is counted. `about` says what is divided by what.

    `percent` is never to be shown without the others; `text` is how to show it.
    """

    code: RateName
    name: str
    about: str = Field(examples=["认定有效的条数 / 已认定的条数（有效的和无效的）"])
    numerator: int
    denominator: int
    position: int
    percent: str = Field(examples=["98.3 %"])
    text: str = Field(examples=["98.3 %（1,365 / 1,388，截至账本第 35,942 条）"])


class RatesRead(BaseModel):
    """The rates of an area and a period, and what the reports of the period are made of."""

    area: Division
    period: str
    since: date
    until: date
    rates: list[RateRead]
    reported: int
    reports: dict[str, int]
    handled_unverified: int = Field(description="已办结的里面，没有经过核查的条数")
    position: int


@router.get("/rates", operation_id="readRates", summary="公布的比率")
def rates(
    desk: Desk,
    who: ByToken,
    area: Annotated[Code | None, Query()] = None,
    of: Annotated[
        str | None,
        Query(
            alias="period",
            max_length=7,
            description="月份、季度或年份：2026-11、2026-Q4、2026；不给就是今年",
            examples=["2026-11"],
        ),
        AfterValidator(lambda text: text if text is None else _period(text)),
    ] = None,
) -> RatesRead:
    """Counts and rates of the reports of a period, in an area."""
    who.require("incidents")
    where = who.area(desk, area)
    wanted = _period(of) if of is not None else period_of(today(desk.app), "year")
    with desk.current(*published_rates.MODELS) as conn:
        found = published_rates.of_period(conn, where, wanted, public=False)
    return RatesRead(
        area=where,
        period=found.period,
        since=found.since,
        until=found.until,
        rates=[
            RateRead(
                code=code,
                name=RATES[code][0],
                about=RATES[code][1],
                numerator=rate.numerator,
                denominator=rate.denominator,
                position=rate.position,
                percent=rate.percent,
                text=rate_text(rate),
            )
            for code, rate in found.rates.items()
        ],
        reported=found.reports.total,
        reports=dict(found.reports.parts),
        handled_unverified=found.handled_unverified,
        position=found.position,
    )
