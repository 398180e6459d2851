"""How a report stands, for whoever has its short code: fixed states and days, and nothing else of it.

What must not be broken: no text, place, name, photo or amount is on the page, and a sensitive report says only that it
was taken on. Whoever tries codes has to wait.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Annotated, Final

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse

from api.public.answers import page
from api.public.months import Read
from api.public.reading import Reading
from api.web.cached import GET
from api.web.qr import qr_svg
from api.web.routes import Routes
from api.web.running import require_running
from domain.kernel.calendar import day_in_china
from domain.kernel.refusals import Refusal
from domain.kernel.short_codes import read_code, shown_code
from projections import incidents, posted_incidents, tracking_codes
from projections.incidents import Incident, TimelineRow

MODELS: Final = (incidents, tracking_codes)

ACCEPTED: Final = "已受理"
POSTED: Final = "incident.posted/1"
STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "incident.reported/1": "已上报",
        "incident.accepted/1": ACCEPTED,
        "incident.declined/1": "不予受理",
        "incident.verified/1": "已核查",
        "incident.merged/1": "与先前上报的同一件事合并",
        "incident.deliberated/1": "已商议",
        "incident.dispatched/1": "已派给部门",
        "incident.reassigned/1": "已改派部门",
        "incident.returned/1": "部门已退回，将重新派遣",
        "incident.claimed/1": "部门已接办",
        "incident.arrived/1": "部门已到场",
        "incident.suspended/1": "暂停办理",
        "incident.resumed/1": "继续办理",
        "incident.extended/1": "延长办理时间",
        "incident.handled/1": "已办理",
        "incident.fed_back/1": "已反馈",
        "incident.closed/1": "已核查办理结果",
        "incident.called_back/1": "已回访",
        "incident.validity_decided/1": "已认定",
        POSTED: "办理结果公示",
        "incident.archived/1": "已归档",
        "incident.reopened/1": "重新办理",
    }
)
"""Event -> what the page says of it. Events that are not listed are the office's own and not shown."""

router = Routes(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class State:
    """One line of the page; `last_day` is that of the period in which the outcome is public."""

    word: str
    on: date | None
    last_day: date | None = None


@router.api_route("/t", methods=GET)
def ask(request: Request, read: Read, code: Annotated[str, Query(max_length=64)] = "", large: bool = False) -> Response:
    """A code typed in leads to its page."""
    if not code.strip():
        return _page(request, read, code=None, states=[], large=large)
    known = read_code(code)
    if known is None:
        raise Refusal("tracking.unknown")
    return RedirectResponse(f"/t/{known}{'?large=1' if large else ''}", status_code=303)


@router.api_route("/t/{code}", methods=GET)
def track(request: Request, code: str, read: Read, large: bool = False) -> Response:
    """The states of one report. Refuses `tracking.unknown`, `tracking.too_often`."""
    read.healthy()
    known = read_code(code[:64])
    states = _states(request, read, known or code[:64])
    return _page(request, read, code=known, states=states, large=large)


def _states(request: Request, read: Reading, code: str) -> list[State]:
    address = request.client.host if request.client else ""
    wait_s = read.guesses.wait_s(code, address)
    if wait_s > 0:
        raise Refusal("tracking.too_often", minutes=math.ceil(wait_s / 60))
    with read.pool.connection() as conn, conn.transaction():
        require_running(conn, MODELS)
        incident_id = tracking_codes.incident_of(conn, code)
        incident = incidents.one(conn, incident_id) if incident_id is not None else None
        timeline = incidents.timeline(conn, incident_id) if incident_id is not None else []
        periods = posted_incidents.periods(conn, incident_id) if incident_id is not None else {}
    if incident is None:
        read.guesses.failed(code, address)
        raise Refusal("tracking.unknown")
    return public_states(incident, timeline, periods)


def public_states(incident: Incident, timeline: Sequence[TimelineRow], periods: Mapping[int, date]) -> list[State]:
    """What anybody may know, in the order of the log; one and the same word on one day stands once.

    `periods`: the place of a posting in the log -> the last day of its period.
    """
    if incident.sensitive:
        return [State(ACCEPTED, None)]
    said = [
        State(STATES[row.type], day_in_china(row.recorded_at), periods.get(row.log_index))
        for row in timeline
        if row.type in STATES
    ]
    return list(dict.fromkeys(said))


def _page(request: Request, read: Reading, *, code: str | None, states: Sequence[State], large: bool) -> Response:
    values = {
        "code": shown_code(code) if code else None,
        "states": states,
        "qr": qr_svg(f"{read.identity.base_url}/t/{code}", title=f"短号 {shown_code(code)} 的二维码") if code else None,
        "large": large,
    }
    return page(request, read.templates.render("public/tracking.html", values))
