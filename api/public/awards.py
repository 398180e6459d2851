"""Star awards as villagers read them: who, by how many points, and every report that counted, each with its proof.

Only what was granted is here. Names are masked; reports of sensitive matters are summed up without a row. What must
not be broken: where those are too few to be shown, no figure tells how many: a star's points are then of his rows.
"""

from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request, Response

from api.public.answers import page
from api.public.months import Read
from api.public.reading import Reading
from api.public.seal import seal_of
from api.public.sheets import Field, Files, Sheet, answer
from api.public.where import division_of, path_to, today
from api.web import register_words
from api.web.cached import GET
from api.web.rate_words import period_text
from api.web.routes import Routes
from api.web.running import require_running
from domain.kernel.periods import Period, period
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from projections import award_queries, awards, disclosure_queries, disclosures, places
from projections.award_queries import CountedReport, Rule, Star

MODELS: Final = (awards, places, disclosures)
PUBLISHED: Final = ("granted", "revoked")
SHOWN_MAX: Final = 200
NAMELESS: Final = "（未具名）"

LIST_FIELDS: Final = (
    Field("period", "期间"),
    Field("division", "代码"),
    Field("place", "地方"),
    Field("rank", "名次", "number"),
    Field("name", "姓名"),
    Field("revoked_on", "撤销日期", "date"),
)
STAR_FIELDS: Final = (
    Field("rank", "名次", "number"),
    Field("name", "姓名"),
    Field("score", "分", "number"),
    Field("count", "条数", "number"),
    Field("revoked_on", "撤销日期", "date"),
)
REPORT_FIELDS: Final = (
    Field("rank", "名次", "number"),
    Field("reported_on", "日期", "date"),
    Field("category", "类别"),
    Field("place", "地方"),
    Field("counted_at", "凭证在账本的位置", "number"),
    Field("still_counts", "仍然有效", "bool"),
)

router = Routes(include_in_schema=False)


@router.api_route("/v/{code}/awards", methods=GET)
def awards_of(request: Request, code: str, read: Read, large: bool = False) -> Response:
    """Every award of a division and the places below it, the latest first."""
    values = {**_listed(read, division_of(code)), "large": large}
    return page(request, read.templates.render("public/awards.html", values))


@router.api_route("/v/{code}/awards/data/{file}", methods=GET)
def files_of_awards(request: Request, code: str, file: str, read: Read) -> Response:
    """The same list, as files."""
    return answer(request, _listed(read, division_of(code))["files"], file)


@router.api_route("/v/{code}/awards/{of}", methods=GET)
def award(request: Request, code: str, of: str, read: Read, large: bool = False) -> Response:
    """One award: its stars, the rule, and the reports that counted."""
    values = {**_one(read, division_of(code), _period(of)), "large": large}
    return page(request, read.templates.render("public/award.html", values))


@router.api_route("/v/{code}/awards/{of}/data/{file}", methods=GET)
def files_of_award(request: Request, code: str, of: str, file: str, read: Read) -> Response:
    """The same award, as files."""
    return answer(request, _one(read, division_of(code), _period(of))["files"], file)


def _listed(read: Reading, where: Division) -> dict[str, Any]:
    read.healthy()
    with read.pool.connection() as conn, conn.transaction():
        require_running(conn, MODELS)
        path = path_to(conn, read, where)
        found = award_queries.listing(conn, where, statuses=PUBLISHED, limit=SHOWN_MAX)
        stars = award_queries.stars_of(conn, found)
        known = places.names(conn, {award.division for award in found}, on=today())
        names = read.masked_names(conn, list({star.member_id for held in stars.values() for star in held}))
    rows = [
        (
            award.period,
            award.division,
            known.get(award.division, award.division),
            star.rank,
            names.get(star.member_id, NAMELESS),
            star.revoked_on.isoformat() if star.revoked_on else None,
        )
        for award in found
        for star in stars[award.log_index]
    ]
    files = Files(
        address=f"/v/{where}/awards/data",
        title=f"{path[-1].name} 移动网格员之星",
        origin=read.identity.origin,
        sheets=(Sheet("awards", "历次评星", LIST_FIELDS, rows),),
    )
    return {
        "path": path,
        "awards": found,
        "stars": stars,
        "names": names,
        "places": known,
        "said": register_words,
        "seal": seal_of(read.published),
        "files": files,
    }


def _one(read: Reading, where: Division, when: Period) -> dict[str, Any]:
    read.healthy()
    with read.pool.connection() as conn, conn.transaction():
        require_running(conn, MODELS)
        path = path_to(conn, read, where)
        found = award_queries.of_period(conn, where, when, statuses=PUBLISHED)
        if found is None:
            raise Refusal("page.unknown")
        stars = award_queries.stars_of(conn, [found])[found.log_index]
        reports = award_queries.reports_of(conn, found)
        rule = award_queries.rule_named(conn, found.rule)
        named = {report.division for held in reports.values() for report in held}
        known = places.names(conn, named, on=today())
        names = read.masked_names(conn, [star.member_id for star in stars])
        least = disclosure_queries.settings(conn, [where]).on(where, today()).small_count_min
    shown = {star.member_id: _shown(star, reports.get(star.member_id, []), rule, least) for star in stars}
    left_out = sum(one.left_out for one in shown.values())
    starred = [
        (
            star.rank,
            names.get(star.member_id, NAMELESS),
            shown[star.member_id].score,
            shown[star.member_id].count,
            star.revoked_on.isoformat() if star.revoked_on else None,
        )
        for star in stars
    ]
    counted = [
        (
            star.rank,
            one.reported_on.isoformat(),
            one.category,
            known.get(one.division, one.division),
            one.counted_at,
            not one.excluded_by,
        )
        for star in stars
        for one in shown[star.member_id].rows
    ]
    files = Files(
        address=f"/v/{where}/awards/{when}/data",
        title=f"{path[-1].name} {period_text(when)}移动网格员之星",
        origin=read.identity.origin,
        position=found.position,
        figures={
            "candidates": found.candidates,
            "reports": found.count_total - left_out,
            "withheld": sum(one.withheld for one in shown.values()),
            "withheld_below": least if left_out else 0,
        },
        sheets=(Sheet("stars", "名单", STAR_FIELDS, starred), Sheet("reports", "线索", REPORT_FIELDS, counted)),
    )
    return {
        "path": path,
        "award": found,
        "rule": rule,
        "stars": stars,
        "standing": [star for star in stars if star.revoked_on is None],
        "shown": shown,
        "count": found.count_total - left_out,
        "least": least,
        "left_out": left_out,
        "names": names,
        "places": known,
        "said": register_words,
        "seal": seal_of(read.published),
        "files": files,
    }


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a page tells of one star: `rows` in full, `withheld` as a number; of `left_out` only that they are few."""

    rows: list[CountedReport]
    score: int
    count: int
    withheld: int
    left_out: int


def _shown(star: Star, reports: list[CountedReport], rule: Rule | None, least: int) -> _Shown:
    """The reports that may stand on a page, with points and number; both without those that are fewer than `least`."""
    rows = [report for report in reports if not report.sensitive]
    hidden = [report for report in reports if report.sensitive]
    if rule is None or not 0 < len(hidden) < least:
        return _Shown(rows, star.score, star.count, len(hidden), 0)
    points = sum(rule.scale.points(one.category, one.item) for one in hidden)
    return _Shown(rows, star.score - points, star.count - len(hidden), 0, len(hidden))


def _period(text: str) -> Period:
    try:
        return period(text)
    except ValueError:
        raise Refusal("page.unknown") from None
