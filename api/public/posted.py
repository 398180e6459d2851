"""公示: the results that were made public in a division, as long as their period lasts, each with its proof.

What must not be broken: no word that anybody wrote, no name, no place narrower than the village, nothing sensitive.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Final

from fastapi import Query, Request, Response

from api.public.answers import page
from api.public.months import Read
from api.public.reading import Reading
from api.public.seal import seal_of
from api.public.sheets import Field, Files, Sheet, Value, answer
from api.public.where import division_of, path_to, today
from api.web.cached import GET
from api.web.paging import Shown
from api.web.routes import Routes
from api.web.running import require_running
from domain.kernel.places import Division
from domain.kernel.short_codes import shown_code
from projections import places, posted_incidents
from projections.posted_incidents import Counted, Posted

MODELS: Final = (*posted_incidents.MODELS, places)
SHOWN_MAX: Final = 50
FILED_MAX: Final = 5_000
RESULTS: Final[Mapping[posted_incidents.Result, str]] = {
    "handled": "已办结",
    "again": "重新办理",
    "not_confirmed": "核查不属实",
    "open": "办理中",
}

FIELDS: Final = (
    Field("code", "短号"),
    Field("division", "代码"),
    Field("place", "地方"),
    Field("category", "类别"),
    Field("reported_on", "上报日期", "date"),
    Field("handled_on", "办结日期", "date"),
    Field("posted_on", "公示日期", "date"),
    Field("last_day", "公示到", "date"),
    Field("result", "结果"),
    Field("valid", "认定有效", "bool"),
    Field("stars", "评价（星）", "number"),
    Field("log_index", "凭证在账本的位置", "number"),
)

router = Routes(include_in_schema=False)


@router.api_route("/v/{code}/incidents", methods=GET)
def posted(
    request: Request,
    code: str,
    read: Read,
    large: bool = False,
    before: Annotated[int | None, Query(ge=0, le=2**53)] = None,
) -> Response:
    """What is public today in a division and the places below it, the latest first."""
    where, on = division_of(code), today()
    read.healthy()
    with read.pool.connection() as conn, conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        require_running(conn, MODELS)
        path = path_to(conn, read, where)
        counted = posted_incidents.counted(conn, where, on=on, before=before)
        rows = posted_incidents.listed(conn, where, on=on, before=before, limit=SHOWN_MAX)
        known = places.names(conn, {row.division for row in rows}, on=on)
    shown = Shown(total=counted.standing, first=counted.passed + 1, count=len(rows))
    values = {
        "path": path,
        "rows": rows,
        "counted": counted,
        "shown": shown,
        "next": rows[-1].log_index if shown.more else None,
        "places": known,
        "shown_code": shown_code,
        "on": on,
        "seal": seal_of(read.published),
        "files": _files(read, where, path[-1].name, counted),
        "large": large,
    }
    return page(request, read.templates.render("public/posted.html", values))


@router.api_route("/v/{code}/incidents/data/{file}", methods=GET)
def files_of_posted(request: Request, code: str, file: str, read: Read) -> Response:
    """All that is public today, as files: the latest `FILED_MAX`."""
    where, on = division_of(code), today()
    read.healthy()
    with read.pool.connection() as conn, conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        require_running(conn, MODELS)
        path = path_to(conn, read, where)
        counted = posted_incidents.counted(conn, where, on=on)
        rows = posted_incidents.listed(conn, where, on=on, limit=FILED_MAX)
        known = places.names(conn, {row.division for row in rows}, on=on)
    files = _files(read, where, path[-1].name, counted)
    sheet = replace(files.sheets[0], rows=[_row(row, known) for row in rows])
    return answer(request, replace(files, sheets=(sheet,)), file)


def _files(read: Reading, where: Division, name: str, counted: Counted) -> Files:
    """What the page offers; the rows are read when somebody asks for them."""
    return Files(
        address=f"/v/{where}/incidents/data",
        title=f"{name} 办理结果公示",
        origin=read.identity.origin,
        position=counted.position,
        figures={"standing": counted.standing, "over": counted.over},
        sheets=(Sheet("incidents", "办理结果", FIELDS, ()),),
    )


def _row(one: Posted, known: Mapping[Division, str]) -> tuple[Value, ...]:
    return (
        shown_code(one.code),
        one.division,
        known.get(one.division, one.division),
        one.category,
        one.reported_on.isoformat(),
        one.handled_on.isoformat() if one.handled_on else None,
        one.posted_on.isoformat(),
        one.last_day.isoformat(),
        RESULTS[one.result],
        one.valid,
        one.stars,
        one.log_index,
    )
