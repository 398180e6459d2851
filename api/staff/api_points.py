"""Points over JSON: rules and what they would give, accounts and their entries, deductions, mistakes, what expires."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel

from api.commands import points as commands
from api.commands.points import Deduction
from api.commands.shared import today
from api.points_simulating import simulate_rule
from api.staff.acting import Acting, ByToken, Desk
from api.staff.api_answers import RECORDED, recorded
from api.staff.fields import Code, CommandKey, Day, Identifier, Limit
from api.staff.office import Office
from api.staff.points_shapes import AccountsExpiring, NewDeductions, NewPointsRule, PointsTakenBack, RuleTrial
from api.staff.shapes import ReceiptGiven
from api.web.routes import Routes
from domain.kernel.refusals import Refusal
from domain.points.rules import Rule
from domain.points.simulation import Simulated
from projections import points_queries
from projections.points_queries import Expiring, PointsAccount, PointsEntry

router = Routes(prefix="/api/v1", tags=["积分"])


class RulesInForce(BaseModel):
    """The layers that hold in a division on a day, the narrowest first; none where nothing was published."""

    on: date
    layers: list[Rule]


class Trial(BaseModel):
    """What a proposed rule would have given, and what was given."""

    points: int
    gave: int
    accounts: int
    unlisted: int
    categories: list[Simulated]


class PointsHeld(BaseModel):
    """An account, and what it holds by its last day."""

    account: PointsAccount
    lots: list[Expiring]


@router.get("/points-rules", operation_id="readPointsRules", summary="积分规则")
def read_rules(
    desk: Desk, who: ByToken, division: Annotated[Code, Query()], on: Annotated[Day | None, Query()] = None
) -> RulesInForce:
    """The rules in force in a division on a day."""
    who.require("points")
    day = on or today(desk.app)
    return RulesInForce(on=day, layers=list(commands.layers_in_force(desk.app, who.area(desk, division), on=day).rules))


@router.post("/points-rules", responses=RECORDED, operation_id="publishPointsRule", summary="公布积分规则")
def publish_rule(wanted: NewPointsRule, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> ReceiptGiven:
    """Publish the rule of a division from a day on."""
    receipt = commands.publish(
        desk.app,
        actor=who.actor,
        key=key,
        division=wanted.division,
        content=wanted.rule.content(),
        since=wanted.since,
        document=wanted.document,
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


@router.post("/points-rules/trials", operation_id="tryPointsRule", summary="试算积分规则")
def try_rule(wanted: RuleTrial, _key: CommandKey, desk: Desk, who: ByToken) -> Trial:
    """Reckon what a proposed rule would have given; nothing is recorded."""
    who.require("points")
    found = simulate_rule(
        desk.app,
        division=who.area(desk, wanted.division),
        content=wanted.rule.content(),
        since=wanted.since,
        until=wanted.until,
    )
    return Trial(
        points=found.points,
        gave=found.gave,
        accounts=found.holders,
        unlisted=found.unlisted,
        categories=list(found.categories),
    )


@router.get("/points-accounts", operation_id="listPointsAccounts", summary="积分账户")
def list_accounts(
    desk: Desk,
    who: ByToken,
    area: Annotated[Code | None, Query()] = None,
    after: Annotated[int, Query(ge=-1, le=2**53, description="上一页最后一个账户的 log_index")] = -1,
    limit: Limit = 50,
) -> list[PointsAccount]:
    """The accounts of an area in the order of opening, as they stand today."""
    who.require("points")
    within = who.area(desk, area)
    with desk.app.reading.connection() as conn:
        return points_queries.within(conn, within, on=today(desk.app), after=after, limit=limit)


@router.get("/points-accounts/{account_id}", operation_id="readPointsAccount", summary="一个积分账户")
def read_account(account_id: Identifier, desk: Desk, who: ByToken) -> PointsHeld:
    """What an account holds, owes, and until when it can be used."""
    account = _account(desk, who, account_id)
    with desk.app.reading.connection() as conn:
        return PointsHeld(account=account, lots=points_queries.lots(conn, account_id))


@router.get("/points-accounts/{account_id}/entries", operation_id="listPointsEntries", summary="积分明细")
def list_entries(
    account_id: Identifier,
    desk: Desk,
    who: ByToken,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="上一页最后一笔的 seq")] = None,
    limit: Limit = 50,
) -> list[PointsEntry]:
    """Why each point came and went, the latest first."""
    _account(desk, who, account_id)
    with desk.app.reading.connection() as conn:
        return points_queries.entries(conn, account_id, before=before, limit=limit)


@router.post(
    "/points-accounts/{account_id}/reversals", responses=RECORDED, operation_id="takePointsBack", summary="冲回积分"
)
def take_back(
    account_id: Identifier, wanted: PointsTakenBack, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Take back an entry that was a mistake."""
    receipt = commands.take_back(
        desk.app,
        actor=who.actor,
        key=key,
        account_id=account_id,
        number=wanted.number,
        reason=wanted.reason,
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


@router.post("/points-deductions", responses=RECORDED, operation_id="deductPoints", summary="扣减积分")
def deduct(wanted: NewDeductions, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> ReceiptGiven:
    """Take points by the rule of the day and a document."""
    deductions = [
        Deduction(
            item=one.item,
            division=one.division,
            deed_on=one.deed_on,
            document=one.document,
            quantity=one.quantity,
            person_id=one.person_id,
            household_id=one.household_id,
        )
        for one in wanted.deductions
    ]
    receipt = commands.deduct(desk.app, actor=who.actor, key=key, deductions=deductions, on=today(desk.app))
    return recorded(desk, receipt, response)


@router.post("/points-expiries", responses=RECORDED, operation_id="expirePoints", summary="积分到期")
def expire(wanted: AccountsExpiring, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> ReceiptGiven:
    """Let what nobody used until its last day expire."""
    receipt = commands.expire(desk.app, actor=who.actor, key=key, account_ids=wanted.account_ids, on=today(desk.app))
    return recorded(desk, receipt, response)


def _account(desk: Office, who: Acting, account_id: UUID) -> PointsAccount:
    """An account within the caller's area. Refused: `access.may_not_read`, `points_account.unknown`, …"""
    who.require("points")
    with desk.app.reading.connection() as conn:
        found = points_queries.one(conn, account_id, on=today(desk.app))
    if found is None:
        raise Refusal("points_account.unknown")
    who.area(desk, found.division)
    return found
