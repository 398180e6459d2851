"""Budgets and allowances over JSON: what documents change, closing a year, granting a month's list, taking one back."""

from typing import Annotated

from fastapi import Query, Response

from api.commands import allowances as allowance_commands
from api.commands import budgets as commands
from api.commands.allowances import NewAllowance
from api.commands.shared import today
from api.staff.acting import ByToken, Desk
from api.staff.api_answers import RECORDED, recorded
from api.staff.fields import Code, CommandKey, Identifier, MonthText
from api.staff.money_shapes import NewAdjustment, NewAllowances
from api.staff.shapes import ReceiptGiven, WithReason
from api.web.routes import Routes
from domain.kernel.money import Fen
from projections import allowances
from projections.allowances import Allowance

router = Routes(prefix="/api/v1", tags=["账本"])


@router.post(
    "/budgets/{budget_id}/adjustments", responses=RECORDED, operation_id="adjustBudget", summary="调整预算指标"
)
def adjust(
    budget_id: Identifier, wanted: NewAdjustment, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Give a budget more, or take back what nobody was promised."""
    receipt = commands.adjust(
        desk.app,
        actor=who.actor,
        key=key,
        budget=budget_id,
        document=wanted.document,
        amount_fen=Fen(wanted.amount_fen),
        reason=wanted.reason,
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


@router.post("/budgets/{budget_id}/close", responses=RECORDED, operation_id="closeBudget", summary="预算年度结账")
def close(budget_id: Identifier, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> ReceiptGiven:
    """Let what is still available lapse; what was promised is still paid."""
    receipt = commands.close(desk.app, actor=who.actor, key=key, budget=budget_id, on=today(desk.app))
    return recorded(desk, receipt, response)


@router.get("/allowances", operation_id="listAllowances", summary="津贴")
def listing(
    desk: Desk, who: ByToken, month: Annotated[MonthText, Query()], division: Annotated[Code | None, Query()] = None
) -> list[Allowance]:
    """Every allowance of a month, also those that were taken back."""
    who.require("payouts")
    where = who.area(desk, division)
    with desk.app.reading.connection() as conn:
        return allowances.of_month(conn, where, month)


@router.post("/allowances", responses=RECORDED, operation_id="grantAllowances", summary="登记津贴")
def grant(wanted: NewAllowances, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> ReceiptGiven:
    """Owe each of them his amount, all or none."""
    new = [
        NewAllowance(one.payee_id, one.division, wanted.month, Fen(one.amount_fen), wanted.basis, wanted.document)
        for one in wanted.allowances
    ]
    receipt = allowance_commands.grant(
        desk.app, actor=who.actor, key=key, new=new, budget=wanted.budget_id, on=today(desk.app)
    )
    return recorded(desk, receipt, response)


@router.post(
    "/allowances/{allowance_id}/reverse", responses=RECORDED, operation_id="reverseAllowance", summary="冲正津贴"
)
def reverse(
    allowance_id: Identifier, wanted: WithReason, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Take an allowance back before it is paid."""
    receipt = allowance_commands.reverse(
        desk.app, actor=who.actor, key=key, allowance=allowance_id, reason=wanted.reason, on=today(desk.app)
    )
    return recorded(desk, receipt, response)
