"""公告: what the village, and the places above it, tell everybody today; each until its last day."""

from typing import Any, Final

from fastapi import Request, Response

from api.public.answers import page
from api.public.months import Read
from api.public.reading import Reading
from api.public.seal import seal_of
from api.public.sheets import Field, Files, Sheet, answer
from api.public.where import division_of, path_to, today
from api.web.cached import GET
from api.web.routes import Routes
from api.web.running import require_running
from domain.kernel.places import Division
from projections import notices, places

MODELS: Final = (notices, places)
SHOWN_MAX: Final = 20

FIELDS: Final = (
    Field("division", "代码"),
    Field("place", "地方"),
    Field("title", "标题"),
    Field("text", "内容"),
    Field("since", "从", "date"),
    Field("until", "到", "date"),
    Field("event", "记录"),
    Field("log_index", "凭证在账本的位置", "number"),
)

router = Routes(include_in_schema=False)


@router.api_route("/v/{code}/notices", methods=GET)
def notices_of(request: Request, code: str, read: Read, large: bool = False) -> Response:
    """What hangs out today."""
    values = {**_shown(read, division_of(code)), "large": large}
    return page(request, read.templates.render("public/notices.html", values))


@router.api_route("/v/{code}/notices/data/{file}", methods=GET)
def files_of_notices(request: Request, code: str, file: str, read: Read) -> Response:
    """The same, as files."""
    return answer(request, _shown(read, division_of(code))["files"], file)


def _shown(read: Reading, where: Division) -> dict[str, Any]:
    on = today()
    read.healthy()
    with read.pool.connection() as conn, conn.transaction():
        require_running(conn, MODELS)
        path = path_to(conn, read, where)
        found = notices.shown(conn, where, on=on, limit=SHOWN_MAX)
        known = places.names(conn, {one.division for one in found}, on=on)
    rows = [
        (
            one.division,
            known.get(one.division, one.division),
            one.title,
            one.text,
            one.since.isoformat(),
            one.until.isoformat(),
            one.event,
            one.log_index,
        )
        for one in found
    ]
    files = Files(
        address=f"/v/{where}/notices/data",
        title=f"{path[-1].name} 公告",
        origin=read.identity.origin,
        sheets=(Sheet("notices", "公告", FIELDS, rows),),
    )
    return {"path": path, "notices": found, "places": known, "seal": seal_of(read.published), "files": files}
