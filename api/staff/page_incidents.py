"""One incident: what was said, what happened to it, and the next step for whoever may take it."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands import incidents as commands
from api.commands.shared import tariff_stream, today
from api.staff.acting import Acting, ByCookie, Desk
from api.staff.api_incidents import new_incident_id
from api.staff.categories import CATEGORIES
from api.staff.fields import Identifier
from api.staff.form_shapes import HandlingForm, ReasonChosen, ReportForm, local_moment
from api.staff.forms import FormSent, show
from api.staff.office import Office
from api.staff.page_today import STEP_OF, place_names
from api.staff.shapes import WithReason
from api.staff.texts import names_of, open_texts, require_visible
from domain import authority, policies, tariffs
from domain.incidents import VALIDITY_REASONS, VERIFICATION_REASONS
from domain.kernel.places import chain
from domain.kernel.refusals import Refusal
from projections import incidents, places, reward_payments
from projections.incidents import Incident
from projections.reward_payments import Reward

router = APIRouter(prefix="/staff", include_in_schema=False)


@router.get("/report")
def report_form(request: Request, desk: Desk, who: ByCookie) -> HTMLResponse:
    """The form for a report of one's own."""
    if not authority.may(who.role, "incident.reported/1") or who.role == "administrator":
        raise Refusal("authority.role_may_not", role=who.role, event_type="incident.reported/1")
    with desk.app.reading.connection() as conn:
        known = {place.code: place for area in who.areas for place in places.within(conn, area, on=today(desk.app))}
    values = {"places": list(known.values()), "categories": CATEGORIES, "now": local_moment(desk.app.journal.now())}
    return show(request, desk, who, "report.html", values)


@router.post("/report")
def report(form: FormSent) -> RedirectResponse:
    """Record the report under the name of whoever is signed in."""
    wanted = form.shaped(ReportForm)
    incident_id = new_incident_id(form.app.journal.origin, form.who.person_id, form.key)
    new = commands.Report(
        incident_id=incident_id,
        reporter_id=form.who.person_id,
        category=wanted.category,
        division=wanted.division,
        text=wanted.text,
        reported_at=wanted.reported_at,
        source="app",
        grid=wanted.grid,
    )
    receipt = commands.report(form.app, actor=form.actor, key=form.key, reports=[new])
    return form.done(receipt, at=_at(incident_id))


@router.get("/incidents/{incident_id}")
def page(request: Request, incident_id: Identifier, desk: Desk, who: ByCookie) -> HTMLResponse:
    """The incident with its text (the opening is recorded), its timeline and the next step."""
    with desk.current(incidents, reward_payments) as conn:
        incident = incidents.one(conn, incident_id)
        if incident is None:
            raise Refusal("incident.unknown")
        require_visible(who, incident)
        timeline = incidents.timeline(conn, incident_id)
        reward = reward_payments.of_incident(conn, incident_id)
    people = {
        incident.reporter_id,
        incident.report_transcriber_id,
        incident.handler_id,
        *(row.actor_id for row in timeline),
    }
    values: dict[str, Any] = {
        "incident": incident,
        "texts": open_texts(desk, who, incident) if who.may("texts") else None,
        "timeline": timeline,
        "reward": reward,
        "names": names_of(desk, people),
        "places": place_names(desk, {incident.division}),
        "today": today(desk.app),
        "now": local_moment(desk.app.journal.now()),
        "step": _step(who, incident, reward),
        "acted": _acted(who, incident),
        "tariff_fen": _tariff_fen(desk, incident),
        "verification_reasons": VERIFICATION_REASONS,
        "validity_reasons": VALIDITY_REASONS,
    }
    return show(request, desk, who, "incident.html", values)


@router.post("/incidents/{incident_id}/verify")
def verify(incident_id: Identifier, form: FormSent) -> RedirectResponse:
    """The reason chosen says whether it is so."""
    reason = form.shaped(ReasonChosen).reason
    verdict = commands.Verdict(incident_id, VERIFICATION_REASONS.get(reason, False), reason)
    receipt = commands.verify(form.app, actor=form.actor, key=form.key, verdicts=[verdict], on=form.on)
    return form.done(receipt, at=_at(incident_id))


@router.post("/incidents/{incident_id}/handle")
def handle(incident_id: Identifier, form: FormSent) -> RedirectResponse:
    """Record what was done; whoever is signed in is the handler."""
    wanted = form.shaped(HandlingForm)
    handling = commands.Handling(incident_id, form.who.person_id, wanted.reply, wanted.handled_at)
    receipt = commands.handle(form.app, actor=form.actor, key=form.key, handlings=[handling])
    return form.done(receipt, at=_at(incident_id))


@router.post("/incidents/{incident_id}/decide")
def decide(incident_id: Identifier, form: FormSent) -> RedirectResponse:
    """The reason chosen says whether it counts; what counts is rewarded in the same step."""
    reason = form.shaped(ReasonChosen).reason
    verdict = commands.Verdict(incident_id, VALIDITY_REASONS.get(reason, False), reason)
    receipt = commands.decide_validity(form.app, actor=form.actor, key=form.key, verdicts=[verdict], on=form.on)
    return form.done(receipt, at=_at(incident_id))


@router.post("/incidents/{incident_id}/grant")
def grant(incident_id: Identifier, form: FormSent) -> RedirectResponse:
    """Grant the reward of an incident that was decided valid without one."""
    receipt = commands.grant_rewards(form.app, actor=form.actor, key=form.key, incident_ids=[incident_id], on=form.on)
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


def _step(who: Acting, incident: Incident, reward: Reward | None) -> str | None:
    """The step that the acting role may take now: the name of a form, or None."""
    if incident.awaits is not None and STEP_OF.get(who.role) == incident.awaits:
        return incident.awaits
    if who.role == "county_officer" and incident.status == "valid":
        if reward is None:
            return "grant"
        return "reverse" if reward.state == "not_arrived" else None
    return None


def _acted(who: Acting, incident: Incident) -> bool:
    """Whether this person has played a part in the chain already."""
    parts: set[UUID | None] = {
        incident.reporter_id,
        incident.report_transcriber_id,
        incident.verifier_id,
        incident.handler_id,
        incident.handling_transcriber_id,
    }
    return who.person_id in parts


def _tariff_fen(desk: Office, incident: Incident) -> int | None:
    """What the report would earn if it counts, judged as the command will judge it."""
    streams = [tariff_stream(code) for code in chain(incident.division)]
    found = desk.app.journal.states(streams, tariffs.evolve)
    in_force = policies.tariff_in_force(
        [found[stream] for stream in streams], category=incident.category, on=incident.reported_on
    )
    return in_force.amount_fen if in_force is not None else None
