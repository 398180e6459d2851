"""积分榜: which villages and households earned most, and who holds a title; sums and titles only, names masked.

What must not be broken: nobody is shamed. Whoever earned nothing, whoever points were taken from, and what anybody did
to earn or lose them is on no public page.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response
from psycopg import Connection

from api.public.answers import page
from api.public.months import Read
from api.public.reading import Reading
from api.public.seal import seal_of
from api.public.sheets import Field, Files, Sheet, answer
from api.public.where import division_of, path_to, today
from api.web import deed_words
from api.web.cached import GET
from api.web.routes import Routes
from api.web.running import require_running
from domain.kernel.calendar import Month, month, month_of
from domain.kernel.places import Division, level
from projections import households, places, points, points_queries, titles
from projections.points_queries import Earned

MODELS: Final = (points, households, titles, places)
SHOWN_MAX: Final = 20
TITLES_MAX: Final = 200

RANK_FIELDS: Final = (
    Field("rank", "名次", "number"),
    Field("division", "代码"),
    Field("name", "户、个人或村"),
    Field("points", "积分", "number"),
)
TITLE_FIELDS: Final = (Field("name", "户"), Field("title", "称号"), Field("since", "自何日起", "date"))
COUNT_FIELDS: Final = (Field("division", "代码"), Field("place", "地方"), Field("count", "有称号的户数", "number"))

router = Routes(include_in_schema=False)


@router.api_route("/v/{code}/points", methods=GET)
def ranking(request: Request, code: str, read: Read, large: bool = False) -> Response:
    """A village: its accounts; a place above: its villages. This month's and this year's, and who holds a title."""
    values = {**_ranked(read, division_of(code)), "large": large}
    return page(request, read.templates.render("public/points.html", values))


@router.api_route("/v/{code}/points/data/{file}", methods=GET)
def files_of_points(request: Request, code: str, file: str, read: Read) -> Response:
    """The same ranking, as files."""
    return answer(request, _ranked(read, division_of(code))["files"], file)


def _ranked(read: Reading, where: Division) -> dict[str, Any]:
    on = today()
    village = level(where) == "village"
    spans: dict[str, tuple[Month, Month]] = {
        "month": (month_of(on), month_of(on)),
        "year": (month(f"{on.year}-01"), month(f"{on.year}-12")),
    }
    read.healthy()
    with read.pool.connection() as conn, conn.transaction():
        require_running(conn, MODELS)
        path = path_to(conn, read, where)
        # Nobody is left there whom the village could praise.
        without = households.deserted(conn, where, on=on)
        asked: dict[str, Any] = {"by_division": not village, "without": without, "limit": SHOWN_MAX}
        earned = {
            span: points_queries.earned(conn, where, first=first, last=last, **asked)
            for span, (first, last) in spans.items()
        }
        held = titles.held(conn, where, without=without, limit=TITLES_MAX) if village else []
        counts = {} if village else titles.counted(conn, where, without=without)
        rows = [row for found in earned.values() for row in found]
        houses = {row.holder_id for row in rows if row.kind == "household"} | {one.household_id for one in held}
        names = _names(conn, read, rows, {house for house in houses if house is not None})
        known = places.names(conn, {*(row.division for row in rows), *counts}, on=on)
    boards = [
        Sheet(span, title, RANK_FIELDS, [_row(number, row, names, known) for number, row in enumerate(earned[span], 1)])
        for span, title in (("month", "本月积分"), ("year", "今年积分"))
    ]
    titled = [(names[one.household_id], deed_words.TITLES[one.kind], one.since.isoformat()) for one in held]
    by_place = [(place, known.get(place, place), count) for place, count in counts.items()]
    red = Sheet("titles", "红榜", TITLE_FIELDS, titled) if village else Sheet("titles", "红榜", COUNT_FIELDS, by_place)
    files = Files(
        address=f"/v/{where}/points/data",
        title=f"{path[-1].name} 积分榜",
        origin=read.identity.origin,
        figures={"month": month_of(on), "year": on.year},
        sheets=(*boards, red),
    )
    return {
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
        "files": files,
    }


def _row(number: int, row: Earned, names: Mapping[UUID, str], known: Mapping[Division, str]) -> tuple[str | int, ...]:
    name = names[row.holder_id] if row.holder_id is not None else known.get(row.division, row.division)
    return number, row.division, name, row.points


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
