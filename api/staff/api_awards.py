"""Star awards over JSON: rules, what a rule would give now, proposals, granting, taking a title back."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel

from api.commands import awards as commands
from api.commands.shared import today
from api.staff.acting import Acting, ByToken, Desk
from api.staff.api_answers import RECORDED, once, recorded
from api.staff.fields import Code, CommandKey, Identifier, PeriodText
from api.staff.office import Office
from api.staff.register_shapes import AwardGranting, AwardRejection, AwardRevocation, NewAward, NewAwardRule
from api.staff.shapes import ReceiptGiven
from api.web.routes import Routes
from domain.kernel.ranking import Scale, Standing, Weight
from domain.kernel.refusals import Refusal
from projections import award_queries, awards
from projections.award_queries import Award, CountedReport, Rule, Star

router = Routes(prefix="/api/v1", tags=["评星"])


class Standings(BaseModel):
    """What the rule in force gives as of a position: everybody who reaches the least number, and the stars."""

    position: int
    ranked: list[Standing]
    stars: list[UUID]


class AwardPage(BaseModel):
    """A proposal with its stars and every report that was counted for them."""

    award: Award
    stars: list[Star]
    reports: list[CountedReport]


class Proposed(BaseModel):
    """The award's id, which follows from area and period, and the receipt."""

    award_id: UUID
    receipt: ReceiptGiven


@router.get("/award-rules", operation_id="listAwardRules", summary="评星办法")
def list_rules(desk: Desk, who: ByToken, area: Annotated[Code | None, Query()] = None) -> list[Rule]:
    """Every version that was published in an area."""
    who.require("register")
    with desk.app.reading.connection() as conn:
        return award_queries.rules_within(conn, who.area(desk, area))


@router.post("/award-rules", responses=RECORDED, operation_id="publishAwardRule", summary="公布评星办法")
def publish_rule(wanted: NewAwardRule, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> ReceiptGiven:
    """Publish how the stars of an area are found from a day on."""
    receipt = commands.publish_rule(desk.app, actor=who.actor, key=key, new=rule_of(wanted), on=today(desk.app))
    return recorded(desk, receipt, response)


@router.get("/awards", operation_id="listAwards", summary="评星名单")
def list_awards(desk: Desk, who: ByToken, area: Annotated[Code | None, Query()] = None) -> list[Award]:
    """The proposals of an area, the latest first."""
    who.require("register")
    with desk.app.reading.connection() as conn:
        return award_queries.listing(conn, who.area(desk, area))


@router.get("/awards/standings", operation_id="readStandings", summary="现在的名次")
def standings(
    desk: Desk, who: ByToken, division: Annotated[Code, Query()], period: Annotated[PeriodText, Query()]
) -> Standings:
    """What would be proposed now; nothing is recorded."""
    who.require("register")
    found = commands.preview(desk.app, division=who.area(desk, division), period=period)
    return Standings(
        position=found.position, ranked=list(found.ranked), stars=[standing.member_id for standing in found.chosen]
    )


@router.post("/awards", status_code=201, responses=once(Proposed), operation_id="proposeAward", summary="提出评星名单")
def propose(wanted: NewAward, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> Proposed:
    """Propose the stars of a period that is over."""
    receipt = commands.propose(
        desk.app,
        actor=who.actor,
        key=key,
        division=wanted.division,
        period=wanted.period,
        position=wanted.position,
        on=today(desk.app),
    )
    award_id = commands.award_id_of(wanted.division, wanted.period)
    return Proposed(award_id=award_id, receipt=recorded(desk, receipt, response))


@router.get("/awards/{award_id}", operation_id="readAward", summary="一份评星名单")
def read_award(award_id: Identifier, desk: Desk, who: ByToken) -> AwardPage:
    """The latest proposal of an award, with every counted report by name."""
    return award_page(desk, who, award_id)


@router.post("/awards/{award_id}/grant", responses=RECORDED, operation_id="grantAward", summary="评定")
def grant(
    award_id: Identifier, wanted: AwardGranting, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Grant exactly the stars that were shown."""
    receipt = commands.grant(
        desk.app,
        actor=who.actor,
        key=key,
        award_id=award_id,
        shown_digest=wanted.shown_digest,
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


@router.post("/awards/{award_id}/reject", responses=RECORDED, operation_id="rejectAward", summary="退回名单")
def reject(
    award_id: Identifier, wanted: AwardRejection, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Send a proposal back."""
    receipt = commands.reject(
        desk.app, actor=who.actor, key=key, award_id=award_id, reason=wanted.reason, on=today(desk.app)
    )
    return recorded(desk, receipt, response)


@router.post("/awards/{award_id}/revocations", responses=RECORDED, operation_id="revokeStar", summary="撤销称号")
def revoke(
    award_id: Identifier, wanted: AwardRevocation, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Take one star's title back."""
    receipt = commands.revoke(
        desk.app,
        actor=who.actor,
        key=key,
        award_id=award_id,
        member_id=wanted.member_id,
        reason=wanted.reason,
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


def rule_of(wanted: NewAwardRule) -> commands.NewRule:
    """A rule as the command takes it."""
    weights = tuple(Weight(weight.category, weight.points, weight.item) for weight in wanted.weights)
    scale = Scale(wanted.points_each, weights, wanted.reports_min, wanted.stars, wanted.ties)
    return commands.NewRule(
        wanted.division, wanted.period_kind, wanted.since, wanted.document, scale, counts=wanted.counts
    )


def award_page(desk: Office, who: Acting, award_id: UUID) -> AwardPage:
    """The latest proposal of an award. Refuses `access.*`, `award.unknown`."""
    who.require("register")
    with desk.current(awards) as conn:
        award = award_queries.latest(conn, award_id)
        if award is None:
            raise Refusal("award.unknown")
        who.require_area(award.division)
        reports = award_queries.reports_of(conn, award)
        stars = award_queries.stars_of(conn, [award])[award.log_index]
    return AwardPage(award=award, stars=stars, reports=[one for star in stars for one in reports[star.member_id]])
