"""Budget execution over JSON; the log's checkpoint, and the proof of any one event."""

from typing import Annotated

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from api.commands.shared import today
from api.staff.acting import ByToken, Desk, by_token
from api.staff.evidence import EVENT_NAME, evidence, require_evidence
from api.staff.fields import YEAR_MAX, YEAR_MIN
from api.web.routes import Routes
from journal.errors import Unavailable
from projections import budget_executions
from projections.budget_executions import Budget, BudgetMonth

router = Routes(prefix="/api/v1", tags=["账本"])


class BudgetRead(BaseModel):
    """A budget, whether everything appropriated is available, committed or spent, and its months."""

    budget: Budget
    balanced: bool
    months: list[BudgetMonth]


class CheckpointRead(BaseModel):
    """The latest signed checkpoint (C2SP tlog-checkpoint)."""

    origin: str = Field(examples=["mingzhang.example/361125"])
    log_key: str
    checkpoint: str


class EvidenceRead(BaseModel):
    """An event's entry (a signed note, byte for byte) and the proof that it stands in the log."""

    event: str
    index: int
    entry: str
    proof: str


@router.get("/budgets", operation_id="readBudgets", summary="预算执行")
def budgets(
    desk: Desk, who: ByToken, year: Annotated[int | None, Query(ge=YEAR_MIN, le=YEAR_MAX)] = None
) -> list[BudgetRead]:
    """The budgets of a year (this one, if none is given), month by month."""
    who.require("ledgers")
    with desk.app.reading.connection() as conn, conn.transaction():
        found = budget_executions.of_year(conn, year or today(desk.app).year, area=desk.app.log.division)
        return [
            BudgetRead(budget=budget, balanced=budget.balanced, months=budget_executions.months(conn, budget.budget_id))
            for budget in found
        ]


@router.get("/log/checkpoint", operation_id="readCheckpoint", summary="最新检查点", dependencies=[Depends(by_token)])
def checkpoint(desk: Desk) -> CheckpointRead:
    """Keep it: whoever has an old checkpoint notices if history is changed."""
    signed = desk.checkpoint()
    if signed is None:
        raise Unavailable("no checkpoint has been signed yet")
    return CheckpointRead(origin=desk.app.journal.origin, log_key=str(desk.app.log_key), checkpoint=signed.decode())


@router.get("/log/proof", operation_id="readProof", summary="一条记录的凭证")
def proof(
    desk: Desk,
    who: ByToken,
    event: Annotated[
        str,
        Query(
            pattern=EVENT_NAME,
            max_length=120,
            description="记录名称，形如 incident/0d4f…@2",
            examples=["incident/0d4f3a52-5d0f-4b8e-9f6c-0a4a6b2d7c11@2"],
        ),
    ],
) -> EvidenceRead:
    """The entry, and the proof by which anybody, offline, sees that it stands in the log."""
    require_evidence(desk, who, event)
    found = evidence(desk, event)
    return EvidenceRead(event=event, index=found.index, entry=found.entry.decode(), proof=found.proof.decode())
