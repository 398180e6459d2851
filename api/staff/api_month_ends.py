"""Closing a month over JSON: what it would be closed with, proposing it, sealing it by another person."""

from datetime import date
from typing import Annotated

from fastapi import Path, Response
from pydantic import BaseModel, Field

from api.commands import periods as commands
from api.commands.shared import today
from api.staff.acting import ByToken, Desk
from api.staff.api_answers import RECORDED, recorded
from api.staff.fields import CommandKey, MonthText
from api.staff.money_shapes import NewClose
from api.staff.shapes import Approval, ReceiptGiven, WithReason
from api.web.routes import Routes
from domain.kernel.bank_sides import BankSide, Item
from domain.periods import Blocking, Figures, Reconciled
from projections import ledger_entries, month_ends, reconciliation
from projections.trial_balances import AccountLine

router = Routes(prefix="/api/v1/month-ends", tags=["账本"])
MonthPath = Annotated[MonthText, Path(description="月份，YYYY-MM")]


class MonthEndRead(BaseModel):
    """What a month would be closed with now, what stands against it, and what somebody has proposed."""

    month: str = Field(examples=["2026-03"])
    closed_until: date | None
    sealed: str | None
    figures: Figures
    accounts: list[AccountLine]
    reconciled: list[Reconciled]
    blocking: list[Blocking]
    differences: list[Blocking]
    items: list[Item]
    since_seal: list[Blocking]
    bank_since_seal: BankSide | None
    shown_digest: str
    proposed: Figures | None
    proposed_digest: str | None


@router.get("/{month}", operation_id="readMonthEnd", summary="月末核对")
def read(month: MonthPath, desk: Desk, who: ByToken) -> MonthEndRead:
    """The figures of a month end as of now, and the digest that sealing is bound to, once it is proposed.

    A sealed month is shown as it was sealed; what became known of it afterwards stands apart (`since_seal`,
    `bank_since_seal`).
    """
    who.require("ledgers")
    with desk.current(ledger_entries, month_ends, reconciliation):
        found, state = commands.month_end(desk.app, month), commands.periods_of(desk.app)
    proposal = state.proposal if state and state.proposal and state.proposal.figures.month == month else None
    return MonthEndRead(
        month=month,
        closed_until=state.closed_until if state else None,
        sealed=state.sealed if state else None,
        figures=found.figures,
        accounts=found.accounts,
        reconciled=list(found.reconciled),
        blocking=list(found.blocking),
        differences=list(found.differences),
        items=list(found.items or ()),
        since_seal=list(found.since.open) if found.since else [],
        bank_since_seal=found.since.bank.side if found.since and found.since.bank else None,
        shown_digest=found.shown_digest,
        proposed=proposal.figures if proposal else None,
        proposed_digest=proposal.figures.digest if proposal else None,
    )


@router.post("/{month}/propose", responses=RECORDED, operation_id="proposeClose", summary="提出月结")
def propose(
    month: MonthPath, wanted: NewClose, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Propose to close the month; nothing more takes effect in it until it is sealed or withdrawn."""
    receipt = commands.propose(
        desk.app,
        actor=who.actor,
        key=key,
        month=month,
        reasons={one.kind: one.reason for one in wanted.reasons},
        on=today(desk.app),
        shown_digest=wanted.shown_digest,
    )
    return recorded(desk, receipt, response)


@router.post("/{month}/withdraw", responses=RECORDED, operation_id="withdrawClose", summary="撤回月结")
def withdraw(
    month: MonthPath, wanted: WithReason, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Take the proposal back; the month can be booked in again."""
    receipt = commands.withdraw(
        desk.app, actor=who.actor, key=key, month=month, reason=wanted.reason, on=today(desk.app)
    )
    return recorded(desk, receipt, response)


@router.post("/{month}/seal", responses=RECORDED, operation_id="sealMonth", summary="封账")
def seal(
    month: MonthPath, wanted: Approval, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Seal exactly what was proposed and shown; the caller is the second person."""
    receipt = commands.seal(
        desk.app, actor=who.actor, key=key, month=month, shown_digest=wanted.shown_digest, on=today(desk.app)
    )
    return recorded(desk, receipt, response)
