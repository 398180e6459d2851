"""The pages that villagers open: which months there are, and one month with every row of it.

One sentence first, then every row, then how to check it. No JavaScript, no name in full, no figure typed by hand. What
must not be broken: rows with names come down when the month's posting is over; sums and proofs stay.
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Final

from fastapi import Depends, Request, Response
from psycopg import Connection

from api.public.answers import page
from api.public.charts import Bar, Chart
from api.public.reading import Reading, reading
from api.public.seal import seal_of
from api.public.sheets import Field, Files, Sheet, Value, answer
from api.public.where import division_of, path_to, today
from api.web import words
from api.web.cached import GET
from api.web.disclosed.kinds import WORDS, address_of
from api.web.disclosed.words import money
from api.web.disclosing_words import KINDS
from api.web.routes import Routes
from api.web.running import require_running
from domain.disclosures.settings import stands_until
from domain.kernel.calendar import Month, first_day, last_day, month
from domain.kernel.periods import Period, period_of
from domain.kernel.places import Division, contains, level
from domain.kernel.refusals import Refusal
from projections import disclosure_queries, places, posted_disclosures, reward_payments
from projections.disclosed.titles import titles as titles_of
from projections.disclosure_queries import Settled

MODELS: Final = (reward_payments, places, *posted_disclosures.MODELS)
STANDING_MAX: Final = 8
CHARTED_MAX: Final = 12
WITHHELD: Final = "涉及隐私，不列姓名"

_COUNT: Final = Field("count", "条数", "number")
_AMOUNT: Final = Field("amount_fen", "金额（元）", "fen")
MONTH_FIELDS: Final = (
    Field("month", "月份"),
    _COUNT,
    _AMOUNT,
    Field("arrived_count", "已到账条数", "number"),
    Field("arrived_fen", "已到账金额（元）", "fen"),
)
REWARD_FIELDS: Final = (
    Field("name", "姓名"),
    _COUNT,
    _AMOUNT,
    Field("state", "状态"),
    Field("booked_on", "到账日期", "date"),
)

router = Routes(include_in_schema=False)
Read = Annotated[Reading, Depends(reading)]


@router.api_route("/", methods=GET)
def home(request: Request, read: Read, large: bool = False) -> Response:
    """The months of the whole county, and its places."""
    return _months(request, read, read.identity.division, large=large)


@router.api_route("/v/{code}", methods=GET)
def months_of(request: Request, code: str, read: Read, large: bool = False) -> Response:
    """The months of one division."""
    return _months(request, read, division_of(code), large=large)


@router.api_route("/v/{code}/data/{file}", methods=GET)
def files_of_months(request: Request, code: str, file: str, read: Read) -> Response:
    """The months of one division, as files."""
    return answer(request, _listed(read, division_of(code))["files"], file)


@router.api_route("/v/{code}/rewards/{of}", methods=GET)
def rewards_of_month(request: Request, code: str, of: str, read: Read, large: bool = False) -> Response:
    """One month of one division: how much, to whom, did it arrive, and how to check it."""
    values = {**_of_month(read, division_of(code), _month(of)), "large": large}
    return page(request, read.templates.render("public/month.html", values))


@router.api_route("/v/{code}/rewards/{of}/data/{file}", methods=GET)
def files_of_month(request: Request, code: str, of: str, file: str, read: Read) -> Response:
    """The same month, as files."""
    values = _of_month(read, division_of(code), _month(of))
    if values["down"]:
        raise Refusal("page.taken_down", until=values["until"], page=f"/v/{values['path'][-1].code}/rewards/{of}")
    return answer(request, values["files"], file)


def _stands_until(conn: Connection[Any], where: Division, when: Month, settled: Settled) -> date:
    """Until when a month's rows stand in public: as what was posted of it, else as a posting in time would."""
    posted = posted_disclosures.posted_until(conn, where, "rewards", _periods(when))
    return posted or stands_until(settled.on(where, last_day(when)), "rewards", when)


def _periods(when: Month) -> list[Period]:
    """What a posting that shows a month may be of."""
    return [period_of(first_day(when), kind) for kind in ("month", "quarter", "year")]


def _of_month(read: Reading, where: Division, when: Month) -> dict[str, Any]:
    on = today()
    read.healthy()
    with read.pool.connection() as conn:
        require_running(conn, MODELS)
        path = path_to(conn, read, where)
        settled = disclosure_queries.settings(conn, [where], within=where)
        found = reward_payments.for_month(conn, where, when, least=settled.least_on(on))
        until = _stands_until(conn, where, when, settled)
        posted = posted_disclosures.posted_of(conn, where, "rewards", _periods(when))
        names = read.masked_names(conn, list({row.payee_id for row in found.rows})) if on <= until else {}
    rows: list[tuple[Value, ...]] = [
        (
            names.get(row.payee_id, "（未具名）"),
            row.rewards.count,
            row.rewards.amount_fen,
            words.REWARD_STATES[row.state],
            row.booked_on.isoformat() if row.booked_on else None,
        )
        for row in found.rows
    ]
    if found.withheld.count:
        rows.append((WITHHELD, found.withheld.count, found.withheld.amount_fen, "合并列示", None))
    files = Files(
        address=f"/v/{where}/rewards/{when}/data",
        title=f"{path[-1].name} {words.month_words(when)}移动网格员奖励",
        origin=read.identity.origin,
        position=found.position,
        figures={
            "payee_count": found.payee_count,
            "count": found.total.count,
            "amount_fen": found.total.amount_fen,
            "arrived_fen": found.by_state["arrived"].amount_fen,
            "reversed_count": found.reversed.count,
            "reversed_fen": found.reversed.amount_fen,
        },
        facts={
            "reviewed": False,
            "posted": [f"{read.identity.base_url}{address_of(one)}" for one in posted],
            "withheld_below": found.withheld_below,
        },
        sheets=(Sheet("rewards", "奖励", REWARD_FIELDS, rows),),
    )
    bars = [
        Bar(words.REWARD_STATES[state], of.amount_fen, money(of.amount_fen)) for state, of in found.by_state.items()
    ]
    return {
        "path": path,
        "page": found,
        "names": names,
        "down": on > until,
        "until": until,
        "posted": [(address_of(one), one.period) for one in posted],
        "village": level(where) == "village",
        "begun": first_day(when) <= on,
        "over": last_day(when) < on,
        "left_out": WORDS["rewards"].left_out(
            {"sensitive_below": found.withheld_below} if found.withheld_below else {}
        ),
        "order": reward_payments.STATES,
        "chart": Chart(bars, "按状态"),
        "seal": seal_of(read.published),
        "files": files,
    }


def _months(request: Request, read: Reading, where: Division, *, large: bool) -> Response:
    return page(request, read.templates.render("public/months.html", {**_listed(read, where), "large": large}))


def _listed(read: Reading, where: Division) -> dict[str, Any]:
    read.healthy()
    with read.pool.connection() as conn:
        require_running(conn, MODELS)
        path = path_to(conn, read, where)
        least = disclosure_queries.settings(conn, [where], within=where).least_on(today())
        months = reward_payments.months(conn, where, least=least)
        below = places_below(places.within(conn, where, on=today()), where)
        gone = [one for one in places.standings(conn, where, on=today()) if one.last_day and one.code != where]
        standing = posted_disclosures.standing(conn, where, on=today(), limit=STANDING_MAX)
        known = places.names(conn, {one.division for one in standing}, on=today())
        titles = titles_of(conn, [one.period for one in standing])
    rows = [(one.month, one.count, one.amount_fen, one.arrived_count, one.arrived_fen) for one in months]
    files = Files(
        address=f"/v/{where}/data",
        title=f"{path[-1].name} 移动网格员奖励",
        origin=read.identity.origin,
        sheets=(Sheet("months", "按月份", MONTH_FIELDS, rows),),
    )
    bars = [Bar(words.month_words(one.month), one.amount_fen, money(one.amount_fen)) for one in months[:CHARTED_MAX]]
    return {
        "path": path,
        "months": months,
        "standing": standing,
        "places": known,
        "kinds": KINDS,
        "titles": titles,
        "below": below,
        "gone": places_below([places.Place(one.code, one.name, one.since) for one in gone], where),
        "year": today().year,
        "chart": Chart(bars[::-1], "每月奖励"),
        "seal": seal_of(read.published),
        "files": files,
    }


def places_below(found: Sequence[places.Place], where: Division) -> list[places.Place]:
    """The places directly below one: those that lie in no other place below it."""
    inside = [place for place in found if place.code != where]
    return [
        place
        for place in inside
        if not any(contains(other.code, place.code) for other in inside if other.code != place.code)
    ]


def _month(text: str) -> Month:
    try:
        return month(text)
    except ValueError:
        raise Refusal("page.unknown") from None
