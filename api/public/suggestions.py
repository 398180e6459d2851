"""意见和答复: what villagers suggested, in one public line, and what the village answered, late or not.

What must not be broken: nobody's own words are here, and nothing that has not been taken on.
"""

from typing import Annotated, Any, Final

from fastapi import Query, Request, Response

from api.public.answers import page
from api.public.months import Read
from api.public.reading import Reading
from api.public.seal import seal_of
from api.public.sheets import Field, Files, Sheet, answer
from api.public.where import division_of, path_to, today
from api.web.affair_words import CLOSING_REASONS, SUGGESTION_CHANNELS, SUGGESTION_OUTCOMES
from api.web.cached import GET
from api.web.erasure_words import GONE
from api.web.routes import Routes
from api.web.running import require_running
from domain.kernel.places import Division
from projections import disclosure_queries, disclosures, places, suggestions

MODELS: Final = (suggestions, places, disclosures)
SHOWN_MAX: Final = 30
NUMBER_CHARS: Final = 8

FIELDS: Final = (
    Field("number", "编号"),
    Field("division", "代码"),
    Field("place", "地方"),
    Field("opened_on", "提出", "date"),
    Field("channel", "怎样提的"),
    Field("gist", "摘要"),
    Field("due_on", "答复期限", "date"),
    Field("answered_on", "答复日期", "date"),
    Field("outcome", "结果"),
    Field("answer", "答复"),
    Field("late", "超过期限", "bool"),
    Field("text_erased_on", "原话依法删除", "date"),
)

router = Routes(include_in_schema=False)
Before = Annotated[int | None, Query(ge=0, le=2**53)]


@router.api_route("/v/{code}/suggestions", methods=GET)
def suggestions_of(request: Request, code: str, read: Read, large: bool = False, before: Before = None) -> Response:
    """What was taken on in a place and below it, the latest first."""
    values = {**_listed(read, division_of(code), before), "large": large}
    return page(request, read.templates.render("public/suggestions.html", values))


@router.api_route("/v/{code}/suggestions/data/{file}", methods=GET)
def files_of_suggestions(request: Request, code: str, file: str, read: Read, before: Before = None) -> Response:
    """The same page, as files."""
    return answer(request, _listed(read, division_of(code), before)["files"], file)


def _listed(read: Reading, where: Division, before: int | None) -> dict[str, Any]:
    on = today()
    read.healthy()
    with read.pool.connection() as conn, conn.transaction():
        require_running(conn, MODELS)
        path = path_to(conn, read, where)
        received, received_first = suggestions.received(conn, where)
        within = disclosure_queries.settings(conn, [where]).on(where, on).answer_days
        found = suggestions.listing(conn, where, before=before, public=True, limit=SHOWN_MAX)
        known = places.names(conn, {one.division for one in found}, on=on)
    rows = [
        (
            str(one.suggestion_id)[:NUMBER_CHARS],
            one.division,
            known.get(one.division, one.division),
            one.opened_on.isoformat(),
            SUGGESTION_CHANNELS[one.channel],
            one.gist,
            one.due_on.isoformat() if one.due_on else None,
            one.answered_on.isoformat() if one.answered_on else None,
            SUGGESTION_OUTCOMES[one.outcome] if one.outcome else None,
            one.answer,
            one.late_on(on),
            one.erased_on.isoformat() if one.erased_on else None,
        )
        for one in found
    ]
    files = Files(
        address=f"/v/{where}/suggestions/data",
        title=f"{path[-1].name} 意见和答复",
        origin=read.identity.origin,
        sheets=(Sheet("suggestions", "意见和答复", FIELDS, rows),),
    )
    return {
        "path": path,
        "suggestions": found,
        "received": received,
        "received_first": received_first,
        "received_late": received_first is not None and (on - received_first).days > within,
        "within": within,
        "next": found[-1].log_index if len(found) == SHOWN_MAX else None,
        "places": known,
        "outcomes": SUGGESTION_OUTCOMES,
        "channels": SUGGESTION_CHANNELS,
        "reasons": CLOSING_REASONS,
        "gone": GONE,
        "today": on,
        "number_chars": NUMBER_CHARS,
        "seal": seal_of(read.published),
        "files": files,
    }
