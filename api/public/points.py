"""积分榜: which villages and households earned most, and who holds a title; sums and titles only, names masked.

What must not be broken: nobody is shamed. Whoever earned nothing, whoever points were taken from, and what anybody did
to earn or lose them is on no public page.
"""

from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response
from psycopg import Connection

from api.public.answers import page
from api.public.months import Read
from api.public.reading import Reading
from api.public.seal import seal_of
from api.public.where import division_of, path_to, today
from api.web import deed_words
from api.web.cached import GET
from api.web.routes import Routes
from api.web.running import require_running
from domain.kernel.calendar import Month, month, month_of
from domain.kernel.places import level
from projections import households, places, points, points_queries, titles
from projections.points_queries import Earned

MODELS: Final = (points, households, titles, places)
SHOWN_MAX: Final = 20
TITLES_MAX: Final = 200

router = Routes(include_in_schema=False)


@router.api_route("/v/{code}/points", methods=GET)
def ranking(request: Request, code: str, read: Read, large: bool = False) -> Response:
    """A village: its accounts; a place above: its villages. This month's and this year's, and who holds a title."""
    where, on = division_of(code), today()
    village = level(where) == "village"
    spans: dict[str, tuple[Month, Month]] = {
        "month": (month_of(on), month_of(on)),
        "year": (month(f"{on.year}-01"), month(f"{on.year}-12")),
    }
    read.healthy()
    with read.pool.connection() as conn, conn.transaction():
        require_running(conn, MODELS)
        path = path_to(conn, read, where)
        earned = {
            span: points_queries.earned(conn, where, first=first, last=last, by_division=not village, limit=SHOWN_MAX)
            for span, (first, last) in spans.items()
        }
        held = titles.held(conn, where, limit=TITLES_MAX) if village else []
        counts = {} if village else titles.counted(conn, where)
        rows = [row for found in earned.values() for row in found]
        houses = {row.holder_id for row in rows if row.kind == "household"} | {one.household_id for one in held}
        names = _names(conn, read, rows, {house for house in houses if house is not None})
        known = places.names(conn, {*(row.division for row in rows), *counts}, on=on)
    values: dict[str, Any] = {
        "path": path,
        "village": village,
        "earned": earned,
        "titles": held,
        "counts": sorted(counts.items(), key=lambda one: (-one[1], one[0])),
        "names": names,
        "places": known,
        "month": month_of(on),
        "year": on.year,
        "said": deed_words,
        "seal": seal_of(read.published),
        "large": large,
    }
    return page(request, read.templates.render("public/points.html", values))


def _names(conn: Connection[Any], read: Reading, rows: list[Earned], houses: set[UUID]) -> dict[UUID, str]:
    """What each holder is called in public: a person by his masked name, a household by its head's."""
    on = today()
    found = {house: households.one(conn, house, on=on) for house in houses}
    heads = {house: one.head_id for house, one in found.items() if one is not None and one.head_id is not None}
    people = [row.holder_id for row in rows if row.kind == "person" and row.holder_id is not None]
    masked = read.masked_names(conn, [*people, *heads.values()])
    named = {person: masked.get(person, "（未具名）") for person in people}
    return named | {
        house: f"{masked[heads[house]]}家" if heads.get(house) in masked else "（未具名）家" for house in houses
    }
