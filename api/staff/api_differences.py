"""Differences of reconciliation over JSON: whose they are, what was said of them, and the two people it takes."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel

from api.commands import reconciling_by_hand
from api.commands.shared import today
from api.staff.acting import ByToken, Desk
from api.staff.api_answers import RECORDED, recorded
from api.staff.fields import CommandKey, Identifier, Limit
from api.staff.reconcile_shapes import Explanation, OwnerNamed
from api.staff.shapes import ReceiptGiven, WithReason
from api.web.routes import Routes
from domain.kernel.ids import EventName
from domain.kernel.refusals import Refusal
from projections import reconciliation
from projections import reconciliation_queries as queries
from projections.reconciliation_queries import Difference

router = Routes(prefix="/api/v1/reconciliation-differences", tags=["对账"])


class DifferencesRead(BaseModel):
    """Differences, the latest first; `next` is the `before` of the following page."""

    differences: list[Difference]
    next: int | None


@router.get("", operation_id="listDifferences", summary="对账差异")
def listing(
    desk: Desk,
    who: ByToken,
    kind: Annotated[str | None, Query(max_length=40, description="哪一种；不给就是全部")] = None,
    settled: Annotated[bool, Query(description="true：已了结的；不给就是没有了结的")] = False,
    owner_id: Annotated[UUID | None, Query(description="谁经办；不给就是全部")] = None,
    before: Annotated[int | None, Query(ge=0, le=2**53, description="上一页的 next；不给就从最近的开始")] = None,
    limit: Limit = 50,
) -> DifferencesRead:
    """Differences that are open, or settled; so many at a time."""
    who.require("payouts")
    with desk.current(reconciliation) as conn:
        found = queries.exceptions(conn, is_open=not settled, kind=kind, owner=owner_id, before=before, limit=limit + 1)
    more = found[limit - 1].log_index if len(found) > limit else None
    return DifferencesRead(differences=found[:limit], next=more)


@router.get("/{exception_id}", operation_id="readDifference", summary="一项差异")
def read(exception_id: Identifier, desk: Desk, who: ByToken) -> Difference:
    """One difference, with what was said of it."""
    who.require("payouts")
    with desk.current(reconciliation) as conn:
        found = queries.exception(conn, exception_id)
    if found is None:
        raise Refusal("exception.unknown")
    return found


@router.post("/{exception_id}/assign", responses=RECORDED, operation_id="assignDifference", summary="指定经办人")
def assign(
    exception_id: Identifier, wanted: OwnerNamed, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Give it to somebody."""
    receipt = reconciling_by_hand.assign(
        desk.app,
        actor=who.actor,
        key=key,
        exception_id=exception_id,
        owner_id=wanted.owner_id,
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


@router.post("/{exception_id}/explain", responses=RECORDED, operation_id="explainDifference", summary="说明差异")
def explain(
    exception_id: Identifier, wanted: Explanation, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Say what it was; another person confirms."""
    receipt = reconciling_by_hand.explain(
        desk.app,
        actor=who.actor,
        key=key,
        exception_id=exception_id,
        outcome=wanted.outcome,
        reason=wanted.reason,
        cause=EventName(wanted.cause) if wanted.cause else None,
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


@router.post("/{exception_id}/resolve", responses=RECORDED, operation_id="resolveDifference", summary="确认说明")
def resolve(exception_id: Identifier, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> ReceiptGiven:
    """Confirm as another person what was said of it; it is settled."""
    receipt = reconciling_by_hand.resolve(
        desk.app, actor=who.actor, key=key, exception_id=exception_id, on=today(desk.app)
    )
    return recorded(desk, receipt, response)


@router.post("/{exception_id}/reject", responses=RECORDED, operation_id="rejectExplanation", summary="撤下说明")
def reject(
    exception_id: Identifier, wanted: WithReason, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Drop what was said of it."""
    receipt = reconciling_by_hand.reject_explanation(
        desk.app, actor=who.actor, key=key, exception_id=exception_id, reason=wanted.reason, on=today(desk.app)
    )
    return recorded(desk, receipt, response)
