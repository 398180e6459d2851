"""逾期未公开: which villages owe their people something to see, what it is, and how many days it is late.

What must not be broken: lateness is judged in one place only (`disclosure_calendar`), the same for the village's own
page, for this list, and for staff; a place without settings is said to have none, never to be in time.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final

from fastapi import Query, Request, Response
from psycopg import Connection

from api.public.answers import page
from api.public.disclosures import MODELS
from api.public.months import Read, places_below
from api.public.reading import Reading
from api.public.seal import seal_of
from api.public.sheets import Field, Files, Sheet, answer
from api.public.where import division_of, path_to, today
from api.web.cached import GET
from api.web.disclosed.kinds import WORDS, disclosed_period_text
from api.web.routes import Routes
from api.web.running import require_running
from domain.kernel.places import Division
from projections import disclosure_calendar, places, posted_disclosures
from projections.disclosed.titles import titles as titles_of
from projections.disclosure_calendar import Behind, Due
from projections.places import Place

SHOWN_MAX: Final = 40
"""Lines on one page: with a county of twenty townships above them it stays below ten kilobytes."""

LATE_FIELDS: Final = (
    Field("division", "代码"),
    Field("place", "地方"),
    Field("kind", "类别"),
    Field("period", "期间"),
    Field("due_on", "最迟公开", "date"),
    Field("days_late", "超期天数", "number"),
    Field("address", "网址"),
)
BEHIND_FIELDS: Final = (
    Field("division", "代码"),
    Field("place", "地方"),
    Field("places", "几个地方逾期", "number"),
    Field("count", "逾期项数", "number"),
    Field("days_late", "最久超期天数", "number"),
)

router = Routes(include_in_schema=False)
After = Annotated[int, Query(ge=0, le=10**6)]


@router.api_route("/v/{code}/late", methods=GET)
def late_of(request: Request, code: str, read: Read, large: bool = False, after: After = 0) -> Response:
    """How much is late, where, and each thing that is, what has waited longest first."""
    values = {**_listed(read, division_of(code), after=after), "large": large}
    return page(request, read.templates.render("public/late.html", values))


@router.api_route("/v/{code}/late/data/{file}", methods=GET)
def files_of_late(request: Request, code: str, file: str, read: Read) -> Response:
    """The whole list, and the counts, as files."""
    return answer(request, _listed(read, division_of(code), after=0)["files"], file)


def late_in(conn: Connection[Any], read: Reading, where: Division, inside: Sequence[Place], *, on: date) -> list[Due]:
    """What should have been posted by now and was not; `inside`: the places of the area."""
    villages = [place.code for place in inside]
    return disclosure_calendar.late(conn, where, villages, county=read.identity.division, today=on)


def _listed(read: Reading, where: Division, *, after: int) -> dict[str, Any]:
    on = today()
    read.healthy()
    with read.pool.connection() as conn, conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        require_running(conn, MODELS)
        path = path_to(conn, read, where)
        inside = places.within(conn, where, on=on)
        late = late_in(conn, read, where, inside, on=on)
        titles = titles_of(conn, [one.period for one in late])
        unsettled = disclosure_calendar.unsettled(conn, [place.code for place in inside], today=on)
        position = posted_disclosures.position(conn)
    below = places_below(inside, where)
    behind = disclosure_calendar.behind(late, [place.code for place in below], today=on)
    known = {place.code: place.name for place in inside}
    shown = late[after : after + SHOWN_MAX]
    return {
        "path": path,
        "on": on,
        "late": late,
        "late_places": len({one.division for one in late}),
        "late_days": max((one.days_late(on) for one in late), default=0),
        "unsettled": len(unsettled),
        "behind": behind if below and not after else [],
        "shown": shown,
        "next": after + SHOWN_MAX if after + SHOWN_MAX < len(late) else None,
        "after": after,
        "places": known,
        "said": WORDS,
        "titles": titles,
        "position": position,
        "seal": seal_of(read.published),
        "files": _files(
            read, path[-1], late, behind, known, titles, position=position, unsettled=len(unsettled), on=on
        ),
    }


def _files(
    read: Reading,
    where: Place,
    late: Sequence[Due],
    behind: Sequence[Behind],
    known: Mapping[Division, str],
    titles: Mapping[str, str],
    *,
    position: int,
    unsettled: int,
    on: date,
) -> Files:
    rows = [
        (
            one.division,
            known.get(one.division, one.division),
            WORDS[one.kind].title,
            disclosed_period_text(one.period, titles.get(one.period)),
            one.due_on.isoformat(),
            one.days_late(on),
            f"{read.identity.base_url}/v/{one.division}/disclosures",
        )
        for one in late
    ]
    counts = [(one.place, known.get(one.place, one.place), one.places, one.count, one.days) for one in behind]
    return Files(
        address=f"/v/{where.code}/late/data",
        title=f"{where.name} 逾期未公开",
        origin=read.identity.origin,
        position=position,
        figures={"late": len(late), "places": len({one.division for one in late}), "unsettled": unsettled},
        facts={"on": on.isoformat()},
        sheets=(
            Sheet("late", "逾期未公开", LATE_FIELDS, rows),
            Sheet("places", "按地方", BEHIND_FIELDS, counts),
        ),
    )
