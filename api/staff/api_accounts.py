"""Ending roles, and what guards payee accounts, over JSON: the cooling period and the second person."""

from datetime import date

from fastapi import Response
from pydantic import BaseModel

from api.commands import payee_accounts, roles
from api.commands.shared import today
from api.staff.acting import ByToken, Desk
from api.staff.api_answers import RECORDED, recorded
from api.staff.fields import CommandKey, Identifier
from api.staff.member_shapes import AccountAcknowledged, NewCooling, RoleEnding
from api.staff.shapes import ReceiptGiven
from api.web.routes import Routes
from domain import cooling

router = Routes(prefix="/api/v1", tags=["县级设置"])


class CoolingPeriod(BaseModel):
    """So many days from a day on."""

    since: date
    days: int


class CoolingNow(BaseModel):
    """The days in force today, and every period that was set."""

    days: int
    periods: list[CoolingPeriod]


@router.post("/persons/{person_id}/roles/end", responses=RECORDED, operation_id="endRole", summary="结束角色")
def end_role(
    person_id: Identifier, wanted: RoleEnding, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """End a role in an area after a day."""
    receipt = roles.end_role(
        desk.app,
        actor=who.actor,
        key=key,
        person_id=person_id,
        role=wanted.role,
        area=wanted.area,
        last_day=wanted.last_day,
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


@router.post(
    "/persons/{person_id}/payee-account/acknowledgement",
    responses=RECORDED,
    operation_id="acknowledgeAccount",
    summary="确认更换的收款账户",
)
def acknowledge_account(
    person_id: Identifier, wanted: AccountAcknowledged, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Say that a change of account is right, so that it is paid on at once."""
    receipt = payee_accounts.acknowledge_account(
        desk.app, actor=who.actor, key=key, person_id=person_id, version=wanted.version, on=today(desk.app)
    )
    return recorded(desk, receipt, response)


@router.get("/cooling", operation_id="readCooling", summary="换账户的等候期")
def read_cooling(desk: Desk, who: ByToken) -> CoolingNow:
    """For how many days a changed account waits today, and what was set."""
    who.require("register")
    return cooling_now(desk.app.journal.state(payee_accounts.cooling_stream(desk.app), cooling.evolve), today(desk.app))


@router.post("/cooling", responses=RECORDED, operation_id="setCooling", summary="设定换账户的等候期")
def set_cooling(wanted: NewCooling, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> ReceiptGiven:
    """Set for how many days a changed account waits, from a day on."""
    receipt = payee_accounts.set_cooling(
        desk.app,
        actor=who.actor,
        key=key,
        days=wanted.days,
        since=wanted.since,
        document=wanted.document,
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


def cooling_now(state: cooling.Cooling | None, on: date) -> CoolingNow:
    """The periods as they are shown."""
    periods = state.periods if state is not None else ()
    shown = [CoolingPeriod(since=since, days=days) for since, days in periods]
    return CoolingNow(days=state.days(on) if state is not None else 0, periods=shown)
