"""村务公开: what stands in public in a place, what is late, what was posted before; as a page, as files, as a feed.

What must not be broken: what nobody has reviewed is not here, and what should have been posted and was not is.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import Query, Request, Response

from api.public.answers import CACHE, page
from api.public.disclosures import MODELS
from api.public.feeds import MEDIA_TYPES, Feed, Form, News, written
from api.public.late_lists import late_in
from api.public.months import Read, places_below
from api.public.reading import Reading
from api.public.seal import seal_of
from api.public.sheets import Field, Files, Sheet, answer
from api.public.where import division_of, path_to, today
from api.web.cached import GET, cached
from api.web.disclosed.kinds import WORDS, address_of, disclosed_period_text
from api.web.routes import Routes
from api.web.running import require_running
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from projections import places, posted_disclosures
from projections.disclosed.titles import titles as titles_of
from projections.posted_disclosures import PostedVersion

SHOWN_MAX: Final = 30
NEWS_MAX: Final = 30
LATE_MAX: Final = 10
"""What is late is listed on a page of its own (`late_lists`); a list of postings shows what has waited longest."""

LIST_FIELDS: Final = (
    Field("division", "代码"),
    Field("place", "地方"),
    Field("kind", "类别"),
    Field("period", "期间"),
    Field("version", "第几版", "number"),
    Field("since", "公示起", "date"),
    Field("until", "公示止", "date"),
    Field("row_count", "行数", "number"),
    Field("position", "算到账本第几条", "number"),
    Field("document", "摘要"),
    Field("address", "网址"),
)

router = Routes(include_in_schema=False)
Before = Annotated[int | None, Query(ge=0, le=2**53)]


@router.api_route("/v/{code}/disclosures", methods=GET)
def disclosures_of(request: Request, code: str, read: Read, large: bool = False, before: Before = None) -> Response:
    """What stands in public in a place and below it, what is late, and what was posted before."""
    values = {**_listed(read, division_of(code), before=before), "large": large}
    return page(request, read.templates.render("public/disclosures.html", values))


@router.api_route("/v/{code}/disclosures/data/{file}", methods=GET)
def files_of_disclosures(request: Request, code: str, file: str, read: Read) -> Response:
    """The same list, as files."""
    return answer(request, _listed(read, division_of(code), before=None)["files"], file)


@router.api_route("/v/{code}/feed.{form}", methods=GET)
def feed(request: Request, code: str, form: str, read: Read) -> Response:
    """The latest postings of a place and below it, corrections too, as Atom or RSS."""
    where = division_of(code)
    wanted: Form | None = "atom" if form == "atom" else "rss" if form == "rss" else None
    if wanted is None:
        raise Refusal("page.unknown")
    read.healthy()
    with read.pool.connection() as conn, conn.transaction():
        require_running(conn, MODELS)
        path = path_to(conn, read, where)
        found = posted_disclosures.news(conn, where, limit=NEWS_MAX)
        titles = titles_of(conn, [one.period for one in found])
        known = places.names(conn, {one.division for one in found}, on=today())
    made = Feed(
        title=f"{path[-1].name} 村务公开",
        author=read.identity.county_name,
        origin=read.identity.origin,
        base_url=read.identity.base_url,
        address=f"/v/{where}/feed.{wanted}",
        page=f"/v/{where}/disclosures",
        news=[_news(one, known, titles) for one in found],
    )
    return cached(request, written(made, wanted), media_type=MEDIA_TYPES[wanted], cache_control=CACHE)


def _listed(read: Reading, where: Division, *, before: int | None) -> dict[str, Any]:
    on = today()
    read.healthy()
    with read.pool.connection() as conn, conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        require_running(conn, MODELS)
        path = path_to(conn, read, where)
        inside = places.within(conn, where, on=on)
        standing = posted_disclosures.standing(conn, where, on=on, limit=SHOWN_MAX)
        count = posted_disclosures.counted(conn, where, on=on)
        past = posted_disclosures.past(conn, where, on=on, before=before, limit=SHOWN_MAX)
        late = late_in(conn, read, where, inside, on=on)
        position = posted_disclosures.position(conn)
        codes = {one.division for one in (*standing, *past)} | {one.division for one in late[:LATE_MAX]}
        known = places.names(conn, codes, on=on)
        periods = [*(one.period for one in (*standing, *past)), *(one.period for one in late[:LATE_MAX])]
        titles = titles_of(conn, periods)
    rows = [_row(read, one, known) for one in (*standing, *past)]
    files = Files(
        address=f"/v/{where}/disclosures/data",
        title=f"{path[-1].name} 村务公开",
        origin=read.identity.origin,
        position=position,
        figures={"standing": count, "late": len(late)},
        sheets=(Sheet("disclosures", "村务公开", LIST_FIELDS, rows),),
    )
    return {
        "path": path,
        "standing": standing,
        "count": count,
        "past": past,
        "next": past[-1].published_index if len(past) == SHOWN_MAX else None,
        "late": late[:LATE_MAX],
        "late_count": len(late),
        "late_places": len({one.division for one in late}),
        "today": on,
        "below": places_below(inside, where),
        "places": known,
        "said": WORDS,
        "titles": titles,
        "shown_max": SHOWN_MAX,
        "position": position,
        "seal": seal_of(read.published),
        "files": files,
    }


def _news(one: PostedVersion, known: Mapping[Division, str], titles: Mapping[str, str]) -> News:
    period = disclosed_period_text(one.period, titles.get(one.period))
    title = f"{known.get(one.division, one.division)} {period}{WORDS[one.kind].title}"
    corrected = f"更正第 {one.corrects} 版：{one.reason}。" if one.corrects else ""
    return News(
        name=one.published_event,
        title=f"{title}（第 {one.version} 版）" if one.corrects else title,
        summary=f"{corrected}公示期 {one.since.isoformat()} 至 {one.until.isoformat()}，共 {one.row_count:,} 行。",
        address=f"{address_of(one)}/{one.version}",
        at=one.published_at,
    )


def _row(read: Reading, one: PostedVersion, known: Mapping[Division, str]) -> tuple[str | int, ...]:
    return (
        one.division,
        known.get(one.division, one.division),
        WORDS[one.kind].title,
        one.period,
        one.version,
        one.since.isoformat(),
        one.until.isoformat(),
        one.row_count,
        one.position,
        one.document,
        f"{read.identity.base_url}{address_of(one)}/{one.version}",
    )
