"""The pages that villagers open: which months there are, and one month with every row of it.

One sentence first, then every row, then how to check it. No JavaScript, no name in full, no figure typed by hand.
"""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import Depends, Request, Response

from api.public.answers import page
from api.public.reading import Reading, reading
from api.public.seal import seal_of
from api.public.where import division_of, path_to, today
from api.web.cached import GET
from api.web.routes import Routes
from api.web.running import require_running
from domain.kernel.calendar import Month, month
from domain.kernel.places import Division, contains
from domain.kernel.refusals import Refusal
from projections import places, reward_payments

MODELS: Final = (reward_payments, places)

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


@router.api_route("/v/{code}/rewards/{of}", methods=GET)
def rewards_of_month(request: Request, code: str, of: str, read: Read, large: bool = False) -> Response:
    """One month of one division: how much, to whom, did it arrive, and how to check it."""
    where, when = division_of(code), _month(of)
    read.healthy()
    with read.pool.connection() as conn:
        require_running(conn, MODELS)
        path = path_to(conn, read, where)
        found = reward_payments.for_month(conn, where, when)
        names = read.masked_names(conn, list({row.payee_id for row in found.rows}))
    values = {
        "path": path,
        "page": found,
        "names": names,
        "order": reward_payments.STATES,
        "seal": seal_of(read.published),
        "large": large,
    }
    return page(request, read.templates.render("public/month.html", values))


def _months(request: Request, read: Reading, where: Division, *, large: bool) -> Response:
    read.healthy()
    with read.pool.connection() as conn:
        require_running(conn, MODELS)
        path = path_to(conn, read, where)
        months = reward_payments.months(conn, where)
        below = _below(places.within(conn, where, on=today()), where)
        gone = [one for one in places.standings(conn, where, on=today()) if one.last_day and one.code != where]
    values = {
        "path": path,
        "months": months,
        "below": below,
        "gone": _below([places.Place(one.code, one.name, one.since) for one in gone], where),
        "year": today().year,
        "seal": seal_of(read.published),
        "large": large,
    }
    return page(request, read.templates.render("public/months.html", values))


def _below(found: Sequence[places.Place], where: Division) -> list[places.Place]:
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
