"""Star awards as villagers read them: who, by how many points, and every report that counted, each with its proof.

Only what was granted is here. Names are masked; reports of sensitive matters are summed up without a row.
"""

from typing import Any, Final

from fastapi import Request, Response

from api.public.answers import page
from api.public.months import Read
from api.public.seal import seal_of
from api.public.where import division_of, path_to, today
from api.web import register_words
from api.web.cached import GET
from api.web.routes import Routes
from api.web.running import require_running
from domain.kernel.periods import Period, period
from domain.kernel.refusals import Refusal
from projections import award_queries, awards, places
from projections.award_queries import CountedReport

MODELS: Final = (awards, places)
PUBLISHED: Final = ("granted", "revoked")
SHOWN_MAX: Final = 200

router = Routes(include_in_schema=False)


@router.api_route("/v/{code}/awards", methods=GET)
def awards_of(request: Request, code: str, read: Read, large: bool = False) -> Response:
    """Every award of a division and the places below it, the latest first."""
    where = division_of(code)
    read.healthy()
    with read.pool.connection() as conn, conn.transaction():
        require_running(conn, MODELS)
        path = path_to(conn, read, where)
        found = award_queries.listing(conn, where, statuses=PUBLISHED, limit=SHOWN_MAX)
        stars = award_queries.stars_of(conn, found)
        known = places.names(conn, {award.division for award in found}, on=today())
        names = read.masked_names(conn, list({star.member_id for held in stars.values() for star in held}))
    values = {
        "path": path,
        "awards": found,
        "stars": stars,
        "names": names,
        "places": known,
        "said": register_words,
        "seal": seal_of(read.published),
        "large": large,
    }
    return page(request, read.templates.render("public/awards.html", values))


@router.api_route("/v/{code}/awards/{of}", methods=GET)
def award(request: Request, code: str, of: str, read: Read, large: bool = False) -> Response:
    """One award: its stars, the rule, and the reports that counted."""
    where, when = division_of(code), _period(of)
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
    values: dict[str, Any] = {
        "path": path,
        "award": found,
        "rule": rule,
        "stars": stars,
        "standing": [star for star in stars if star.revoked_on is None],
        "shown": {member: _shown(held) for member, held in reports.items()},
        "names": names,
        "places": known,
        "said": register_words,
        "seal": seal_of(read.published),
        "large": large,
    }
    return page(request, read.templates.render("public/award.html", values))


def _shown(reports: list[CountedReport]) -> tuple[list[CountedReport], int]:
    """The reports that may stand on a page, and how many may not."""
    rows = [report for report in reports if not report.sensitive]
    return rows, len(reports) - len(rows)


def _period(text: str) -> Period:
    try:
        return period(text)
    except ValueError:
        raise Refusal("page.unknown") from None
