"""Incidents over JSON: report, list, read, verify, handle, decide; grant and reverse rewards."""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Response
from pydantic import AfterValidator, BaseModel, Field

from api.commands import incidents as commands
from api.commands.shared import today
from api.staff.acting import ByToken, Desk
from api.staff.api_answers import RECORDED, once, recorded
from api.staff.fields import Code, CommandKey, Day, Identifier, Limit, Line
from api.staff.reporting import require_may_report
from api.staff.shapes import (
    HandlingDone,
    Incidents,
    NewReport,
    ReceiptGiven,
    ValidityDecision,
    Verification,
    WithReason,
)
from api.staff.texts import open_texts, require_visible
from api.uploads import claimed
from api.web.routes import Routes
from domain.kernel.calendar import instant, instant_text
from domain.kernel.ids import derived
from domain.kernel.places import Position
from domain.kernel.refusals import Refusal
from projections import incidents, reward_payments
from projections.incidents import Filter, Incident, Key, Status, TimelineRow
from projections.reward_payments import Reward

router = Routes(prefix="/api/v1", tags=["线索"])


def _cursor(text: str) -> str:
    try:
        read_cursor(text)
    except (ValueError, binascii.Error):
        raise ValueError("不是上一页给出的 next") from None
    return text


Cursor = Annotated[str, Query(max_length=200, description="上一页的 next"), AfterValidator(_cursor)]
Awaits = Literal["verification", "handling", "decision"]


class IncidentPage(BaseModel):
    """Some incidents, and where the next page begins (None: there is no more)."""

    incidents: list[Incident]
    next: str | None


class IncidentRead(BaseModel):
    """An incident, its events in log order, and its reward."""

    incident: Incident
    timeline: list[TimelineRow]
    reward: Reward | None


class IncidentTexts(BaseModel):
    """The report's text and the reply, opened from the vault."""

    report: str = Field(examples=["村口垃圾桶满了两天没有清运。"])
    reply: str | None = Field(examples=["已清运。"])


class Reported(BaseModel):
    """The new incident's id and its receipt."""

    incident_id: UUID
    receipt: ReceiptGiven


@router.post(
    "/incidents", status_code=201, responses=once(Reported), operation_id="reportIncident", summary="上报线索，或代录"
)
def report(wanted: NewReport, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> Reported:
    """Report something seen. The incident's id follows from the person and the Idempotency-Key."""
    incident_id = new_incident_id(desk.app.journal.origin, who.person_id, key)
    reporter_id = wanted.reporter_id or who.person_id
    require_may_report(who, reporter_id=reporter_id)
    given = wanted.position
    new = commands.Report(
        incident_id=incident_id,
        reporter_id=reporter_id,
        item=wanted.item,
        category=wanted.category or "",
        position=Position(given.latitude_e5, given.longitude_e5) if given is not None else None,
        photos=claimed(desk.app, person_id=reporter_id, digests=wanted.photos, incident_id=incident_id),
        division=wanted.division,
        text=wanted.text,
        reported_at=wanted.reported_at,
        source=wanted.source,
        grid=wanted.grid,
        source_ref=wanted.source_ref,
    )
    receipt = commands.report(desk.app, actor=who.actor, key=key, reports=[new])
    return Reported(incident_id=incident_id, receipt=recorded(desk, receipt, response))


@router.get("/incidents", operation_id="listIncidents", summary="线索登记册")
def listing(
    desk: Desk,
    who: ByToken,
    area: Annotated[Code | None, Query()] = None,
    status: Status | None = None,
    category: Annotated[Line | None, Query()] = None,
    since: Annotated[Day | None, Query()] = None,
    until: Annotated[Day | None, Query()] = None,
    after: Cursor | None = None,
    limit: Limit = 50,
) -> IncidentPage:
    """The latest report first. Without `area`, the first area of the acting role."""
    who.require("incidents")
    where = who.area(desk, area)
    wanted = Filter(
        area=where,
        status=status,
        category=category,
        since=since,
        until=until,
        reporter_id=who.person_id if who.only_own else None,
    )
    with desk.app.reading.connection() as conn:
        found = incidents.listing(conn, wanted, after=read_cursor(after) if after else None, limit=limit)
    return _page(found, limit)


@router.get("/incidents/queue", operation_id="listQueue", summary="待办线索")
def queue(
    desk: Desk,
    who: ByToken,
    awaits: Awaits,
    area: Annotated[Code | None, Query()] = None,
    after: Cursor | None = None,
    limit: Limit = 50,
) -> IncidentPage:
    """What waits for a step, the oldest first, without those in whose chain one has acted already."""
    who.require("incidents")
    if who.only_own:
        raise Refusal("access.may_not_read", role=who.role)
    where = who.area(desk, area)
    with desk.app.reading.connection() as conn:
        found = incidents.queue(
            conn,
            awaits,
            area=where,
            actor_id=who.person_id,
            after=read_cursor(after) if after else None,
            limit=limit,
        )
    return _page(found, limit)


@router.get("/incidents/{incident_id}", operation_id="readIncident", summary="一条线索和它的经过")
def read(incident_id: Identifier, desk: Desk, who: ByToken) -> IncidentRead:
    """The incident without its text: texts are opened by another call, which is recorded."""
    with desk.app.reading.connection() as conn, conn.transaction():
        incident = incidents.one(conn, incident_id)
        if incident is None:
            raise Refusal("incident.unknown")
        require_visible(who, incident)
        timeline = incidents.timeline(conn, incident_id)
        reward = reward_payments.of_incident(conn, incident_id)
    return IncidentRead(incident=incident, timeline=timeline, reward=reward)


@router.get("/incidents/{incident_id}/texts", operation_id="openIncidentTexts", summary="打开线索原文（留痕）")
def texts(incident_id: Identifier, desk: Desk, who: ByToken) -> IncidentTexts:
    """The texts out of the vault; who opened them, when and in which role, is recorded."""
    with desk.app.reading.connection() as conn:
        incident = incidents.one(conn, incident_id)
    if incident is None:
        raise Refusal("incident.unknown")
    opened = open_texts(desk, who, incident)
    return IncidentTexts(report=opened.report, reply=opened.reply)


@router.post("/incidents/{incident_id}/verification", responses=RECORDED, operation_id="verifyIncident", summary="核查")
def verify(
    incident_id: Identifier, wanted: Verification, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Say whether it is so; the caller is the verifier."""
    verdict = commands.Verdict(incident_id, wanted.confirmed, wanted.reason)
    receipt = commands.verify(desk.app, actor=who.actor, key=key, verdicts=[verdict], on=today(desk.app))
    return recorded(desk, receipt, response)


@router.post("/incidents/{incident_id}/handling", responses=RECORDED, operation_id="handleIncident", summary="办理")
def handle(
    incident_id: Identifier, wanted: HandlingDone, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Record what was done; the caller is the handler."""
    handling = commands.Handling(incident_id, who.person_id, wanted.reply, wanted.handled_at)
    receipt = commands.handle(desk.app, actor=who.actor, key=key, handlings=[handling])
    return recorded(desk, receipt, response)


@router.post("/incidents/{incident_id}/validity", responses=RECORDED, operation_id="decideValidity", summary="有效认定")
def decide(
    incident_id: Identifier, wanted: ValidityDecision, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Say whether it counts, and grant the reward that the tariff gives."""
    verdict = commands.Verdict(incident_id, wanted.valid, wanted.reason)
    receipt = commands.decide_validity(
        desk.app,
        actor=who.actor,
        key=key,
        verdicts=[verdict],
        on=today(desk.app),
        reward=wanted.reward,
        budget=wanted.budget_id,
    )
    return recorded(desk, receipt, response)


@router.post("/rewards", responses=RECORDED, operation_id="grantRewards", summary="补记奖励", tags=["奖励"])
def grant(wanted: Incidents, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> ReceiptGiven:
    """Grant the rewards of incidents that were decided valid without one."""
    receipt = commands.grant_rewards(
        desk.app,
        actor=who.actor,
        key=key,
        incident_ids=wanted.incident_ids,
        on=today(desk.app),
        budget=wanted.budget_id,
    )
    return recorded(desk, receipt, response)


@router.post(
    "/incidents/{incident_id}/reward/reversal",
    responses=RECORDED,
    operation_id="reverseReward",
    summary="奖励冲正",
    tags=["奖励"],
)
def reverse(
    incident_id: Identifier, wanted: WithReason, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Take a reward back before it is paid."""
    receipt = commands.reverse_reward(
        desk.app, actor=who.actor, key=key, incident_id=incident_id, reason=wanted.reason, on=today(desk.app)
    )
    return recorded(desk, receipt, response)


def new_incident_id(origin: str, person_id: UUID, key: str) -> UUID:
    """The id of a report made with this key: a second attempt meets the first."""
    return derived("incident", origin, person_id, key)


def write_cursor(last: Incident) -> str:
    """Where the page after this incident begins."""
    return write_position(last.reported_at, last.incident_id)


def write_position(moment: datetime, incident_id: UUID) -> str:
    """A place in a list that is ordered by a moment and the incident's id."""
    return base64.urlsafe_b64encode(f"{instant_text(moment)} {incident_id}".encode()).decode()


def read_cursor(text: str) -> Key:
    """The inverse of `write_cursor`. Raises ValueError."""
    moment, _, identity = base64.b64decode(text.encode(), altchars=b"-_", validate=True).decode().partition(" ")
    return instant(moment), UUID(identity)


def _page(found: list[Incident], limit: int) -> IncidentPage:
    return IncidentPage(incidents=found, next=write_cursor(found[-1]) if len(found) == limit else None)
