"""今日工作: what waits for the acting role, the oldest first, with how many and how old."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.commands.shared import today
from api.staff.acting import Acting, ByCookie, Desk
from api.staff.forms import show
from api.staff.office import Office
from api.staff.texts import names_of
from domain.kernel.places import Division
from projections import incidents, payout_batches, places, reward_payments
from projections.incidents import Awaits, Filter, Incident
from projections.payout_batches import Batch, Status
from projections.reward_payments import MonthSummary

router = APIRouter(prefix="/staff", include_in_schema=False)

STEP_OF: Final[dict[str, Awaits]] = {
    "grid_worker": "verification",
    "department_handler": "handling",
    "county_officer": "decision",
}
BATCHES_OF: Final[dict[str, tuple[Status, ...]]] = {
    "county_officer": ("approved", "exported", "answered"),
    "county_approver": ("frozen",),
}
SHOWN_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class Work:
    """One role's work. `waiting` counts everything in the area, `queue` is what this person may do himself."""

    step: Awaits | None
    waiting: dict[Awaits, int]
    queue: list[Incident]
    own: list[Incident]
    batches: list[Batch]
    batch_counts: payout_batches.Counters | None
    unpaid: list[MonthSummary]


@router.get("")
def page(request: Request, desk: Desk, who: ByCookie) -> HTMLResponse:
    """The first page after signing in."""
    work = _work(desk, who)
    shown = [*work.queue, *work.own]
    values = {
        "work": work,
        "names": names_of(desk, (incident.reporter_id for incident in shown)),
        "places": place_names(desk, {incident.division for incident in shown} | {b.division for b in work.batches}),
        "today": today(desk.app),
        "shown_max": SHOWN_MAX,
    }
    return show(request, desk, who, "today.html", values)


def place_names(desk: Office, codes: set[Division]) -> dict[Division, str]:
    """The names of divisions today; a code without a name is its own."""
    with desk.app.reading.connection() as conn:
        known = places.names(conn, codes, on=today(desk.app))
    return {code: known.get(code, code) for code in codes}


def _work(desk: Office, who: Acting) -> Work:
    step = STEP_OF.get(who.role)
    with desk.current(incidents, payout_batches, reward_payments) as conn:
        counts = [incidents.counters(conn, area=area) for area in who.areas]
        waiting: dict[Awaits, int] = {
            "verification": sum(count.verification for count in counts),
            "handling": sum(count.handling for count in counts),
            "decision": sum(count.decision for count in counts),
        }
        queue: dict[UUID, Incident] = {}
        for area in who.areas:
            if step is not None:
                found = incidents.queue(conn, step, area=area, actor_id=who.person_id, limit=SHOWN_MAX)
                queue.update({incident.incident_id: incident for incident in found})
        own = [
            incident
            for area in (who.areas if who.only_own else ())
            for incident in incidents.listing(conn, Filter(area=area, reporter_id=who.person_id), limit=SHOWN_MAX)
        ]
        batches = [
            batch
            for area in who.areas
            for status in BATCHES_OF.get(who.role, ())
            for batch in payout_batches.listing(conn, area=area, status=status)
        ]
        county = who.areas[0] if who.may("payouts") else None
        return Work(
            step=step,
            waiting=waiting,
            queue=sorted(queue.values(), key=lambda incident: incident.reported_at)[:SHOWN_MAX],
            own=own,
            batches=sorted(batches, key=lambda batch: batch.log_index),
            batch_counts=payout_batches.counters(conn, area=county) if county is not None else None,
            unpaid=_unpaid(reward_payments.months(conn, county)) if county is not None else [],
        )


def _unpaid(months: list[MonthSummary]) -> list[MonthSummary]:
    """The months in which something has not arrived, the oldest first."""
    return [month for month in reversed(months) if month.arrived_count < month.count]
