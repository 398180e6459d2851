"""评星: rules, what they give, the proposal that one person makes and another grants, every counted report in sight.

What must not be broken: the grant form carries the digest of the stars on the same page, so that nobody grants what he
was not shown; and the proposal carries the position of the standings that were shown.
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands import awards as commands
from api.commands.shared import today
from api.staff.acting import ByCookie, Desk
from api.staff.api_awards import award_page, rule_of
from api.staff.classes import county_classes
from api.staff.fields import After, Identifier
from api.staff.forms import FormSent, shaped, show
from api.staff.page_today import place_names
from api.staff.register_forms import AwardForm, AwardRuleForm, StandingsWanted
from api.staff.register_shapes import AwardGranting, AwardRejection, AwardRevocation
from api.staff.texts import names_of
from api.web import register_words
from api.web.paging import cut, query
from api.web.routes import Routes
from projections import award_queries, awards, places

router = Routes(prefix="/staff/awards", include_in_schema=False)

SHOWN_MAX = 100


@router.get("")
def listing(request: Request, desk: Desk, who: ByCookie, after: After = None) -> HTMLResponse:
    """All proposals and rules of the role's area, and the forms for new ones."""
    who.require("register")
    area = who.areas[0]
    with desk.current(awards, places) as conn:
        everything = award_queries.listing(conn, area)
        proposals, shown = cut(everything, name=lambda award: award.log_index, after=after, size=SHOWN_MAX)
        values: dict[str, Any] = {
            "awards": proposals,
            "shown": shown,
            "next": query(after=proposals[-1].log_index) if shown.more else None,
            "stars": award_queries.stars_of(conn, proposals),
            "rules": award_queries.rules_within(conn, area),
            "known": places.within(conn, area, on=today(desk.app)),
        }
    divisions = {award.division for award in proposals} | {rule.division for rule in values["rules"]}
    people = [star.member_id for stars in values["stars"].values() for star in stars]
    return show(
        request,
        desk,
        who,
        "awards.html",
        {
            **values,
            "places": place_names(desk, divisions),
            "names": names_of(desk, people),
            "categories": list(county_classes(desk)),
            "today": today(desk.app),
            "said": register_words,
        },
    )


@router.post("/rules")
def publish(form: FormSent) -> RedirectResponse:
    """Publish a rule."""
    wanted = form.shaped(AwardRuleForm)
    receipt = commands.publish_rule(form.app, actor=form.actor, key=form.key, new=rule_of(wanted), on=form.on)
    return form.done(receipt, at="/staff/awards")


@router.get("/standings")
def standings(
    request: Request,
    desk: Desk,
    who: ByCookie,
    division: Annotated[str, Query(max_length=20)] = "",
    period: Annotated[str, Query(max_length=10)] = "",
) -> HTMLResponse:
    """What the rule gives now, before anything is recorded."""
    who.require("register")
    wanted = shaped(StandingsWanted, {"division": division, "period": period})
    who.area(desk, wanted.division)
    found = commands.preview(desk.app, division=wanted.division, period=wanted.period)
    values = {
        "found": found,
        "chosen": {standing.member_id for standing in found.chosen},
        "division": wanted.division,
        "period": wanted.period,
        "names": names_of(desk, [standing.member_id for standing in found.ranked[:SHOWN_MAX]]),
        "places": place_names(desk, {wanted.division}),
        "shown_max": SHOWN_MAX,
        "said": register_words,
    }
    return show(request, desk, who, "standings.html", values)


@router.post("")
def propose(form: FormSent) -> RedirectResponse:
    """Propose the stars that were shown; whoever is signed in is the proposer."""
    wanted = form.shaped(AwardForm)
    receipt = commands.propose(
        form.app,
        actor=form.actor,
        key=form.key,
        division=wanted.division,
        period=wanted.period,
        position=wanted.position,
        on=form.on,
    )
    return form.done(receipt, at=_at(commands.award_id_of(wanted.division, wanted.period)))


@router.get("/{award_id}")
def page(request: Request, award_id: Identifier, desk: Desk, who: ByCookie) -> HTMLResponse:
    """A proposal: its stars, every report that counted, and the step that is next."""
    found = award_page(desk, who, award_id)
    award = found.award
    with desk.current(awards) as conn:
        rule = award_queries.rule_named(conn, award.rule)
    people = [award.proposer_id, award.decided_by, *(star.member_id for star in found.stars)]
    divisions = {award.division} | {report.division for report in found.reports}
    values = {
        "page": found,
        "award": award,
        "rule": rule,
        "names": names_of(desk, people),
        "places": place_names(desk, divisions),
        "said": register_words,
    }
    return show(request, desk, who, "award.html", values)


@router.post("/{award_id}/grant")
def grant(award_id: Identifier, form: FormSent) -> RedirectResponse:
    """Grant exactly the stars whose digest stood on the page."""
    shown = form.shaped(AwardGranting).shown_digest
    receipt = commands.grant(
        form.app, actor=form.actor, key=form.key, award_id=award_id, shown_digest=shown, on=form.on
    )
    return form.done(receipt, at=_at(award_id))


@router.post("/{award_id}/reject")
def reject(award_id: Identifier, form: FormSent) -> RedirectResponse:
    """Send the proposal back with a reason."""
    reason = form.shaped(AwardRejection).reason
    receipt = commands.reject(form.app, actor=form.actor, key=form.key, award_id=award_id, reason=reason, on=form.on)
    return form.done(receipt, at=_at(award_id))


@router.post("/{award_id}/revocations")
def revoke(award_id: Identifier, form: FormSent) -> RedirectResponse:
    """Take one star's title back."""
    wanted = form.shaped(AwardRevocation)
    receipt = commands.revoke(
        form.app,
        actor=form.actor,
        key=form.key,
        award_id=award_id,
        member_id=wanted.member_id,
        reason=wanted.reason,
        on=form.on,
    )
    return form.done(receipt, at=_at(award_id))


def _at(award_id: UUID) -> str:
    return f"/staff/awards/{award_id}"
