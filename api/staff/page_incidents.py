"""One report: what was said, how far it has come, what one may do now, and everything that is recorded of it."""

from typing import Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands import incidents as commands
from api.commands.shared import today
from api.staff.act_offers import Case, case_of, offers
from api.staff.acting import Acting, ByCookie, Desk
from api.staff.budgets_offered import budgets_offered
from api.staff.fields import Identifier
from api.staff.form_shapes import BudgetChosen
from api.staff.forms import FormSent, keyed, show
from api.staff.page_today import item_titles, place_names
from api.staff.queues import WORKERS, around, shown_row
from api.staff.shapes import WithReason
from api.staff.steps_shown import steps
from api.staff.tariff_shown import tariff_fen_of
from api.staff.texts import open_texts
from api.staff.timeline import happened, names_seen
from api.web import act_words
from api.web.routes import Routes
from domain.kernel.short_codes import shown_code
from projections import (
    budget_dates,
    caps,
    incident_courses,
    incidents,
    payout_batches,
    reward_payments,
    tracking_codes,
)
from projections.reward_payments import Reward

router = Routes(prefix="/staff", include_in_schema=False)


@router.get("/incidents/{incident_id}")
def page(request: Request, incident_id: Identifier, desk: Desk, who: ByCookie) -> HTMLResponse:
    """The report with its text (the opening is recorded), its steps, the acts that are open, and its history."""
    case = case_of(desk, who, incident_id)
    incident, now = case.incident, desk.app.journal.now()
    with desk.current(incidents, incident_courses, reward_payments, payout_batches, caps, tracking_codes) as conn:
        # What somebody else earned is nothing to the member who is to handle it.
        told = not who.only_own or incident.reporter_id == who.person_id
        reward = reward_payments.of_incident(conn, incident_id) if told else None
        dates = budget_dates.of_rewards(conn, [reward.reward_id]) if reward else {}
        withheld = caps.withheld_of(conn, incident_id) if told else None
        merged = incident_courses.merged_into(conn, incident_id)
        codes = tracking_codes.codes_of(conn, [one for one in (incident_id, incident.merged_into, *merged) if one])
        before, after = around(conn, who, now, incident_id) if who.role in WORKERS else (None, None)
    act = _reward_act(who, case, reward) if withheld is None else None
    people = {incident.reporter_id, incident.report_transcriber_id, case.row.claimed_by, case.row.handler_id}
    values: dict[str, Any] = {
        "incident": incident,
        "items": item_titles(desk) if incident.item else {},
        "row": shown_row(case.row, grid=incident.grid, now=now),
        "suspended": case.row.suspended_at,
        "workflow_title": case.workflow.title,
        "texts": open_texts(desk, who, incident) if who.may("texts") else None,
        "history": happened(desk, who, case),
        "steps": steps(case, now),
        "offers": offers(who, case),
        "reward": reward,
        "dates": dates.get(reward.reward_id) if reward else None,
        "withheld": withheld,
        "reward_act": act,
        "budgets": budgets_offered(desk) if act == "grant" else [],
        "names": names_seen(desk, who, {one for one in people if one is not None}),
        "codes": {key: shown_code(code) for key, code in codes.items()},
        "merged": [] if who.only_own else merged,
        "before": before,
        "after": after,
        "places": place_names(desk, {incident.division}),
        "today": today(desk.app),
        "tariff_fen": tariff_fen_of(desk, incident),
        "act_words": act_words,
    }
    return keyed(show(request, desk, who, "incident.html", values))


@router.post("/incidents/{incident_id}/grant")
def grant(incident_id: Identifier, form: FormSent) -> RedirectResponse:
    """Grant the reward of an incident that was decided valid without one."""
    receipt = commands.grant_rewards(
        form.app,
        actor=form.actor,
        key=form.key,
        incident_ids=[incident_id],
        on=form.on,
        budget=form.shaped(BudgetChosen).budget_id,
    )
    return form.done(receipt, at=_at(incident_id))


@router.post("/incidents/{incident_id}/reverse")
def reverse(incident_id: Identifier, form: FormSent) -> RedirectResponse:
    """Take the reward back before it is paid."""
    reason = form.shaped(WithReason).reason
    receipt = commands.reverse_reward(
        form.app, actor=form.actor, key=form.key, incident_id=incident_id, reason=reason, on=form.on
    )
    return form.done(receipt, at=_at(incident_id))


def _at(incident_id: UUID) -> str:
    return f"/staff/incidents/{incident_id}"


def _reward_act(who: Acting, case: Case, reward: Reward | None) -> str | None:
    """What the officer may do with the reward now: the name of a form, or None."""
    if who.role != "county_officer" or not case.incident.valid:
        return None
    if reward is None:
        return "grant"
    return "reverse" if reward.state == "not_arrived" else None
