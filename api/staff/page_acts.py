"""One act on one report: the form, what it will record, and the recording. The same three steps for every act.

What must not be broken: nothing is recorded before the page has said in words what that will be.
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from psycopg import Connection

from api.commands.shared import today
from api.staff.act_forms import FORM_FIELDS, GROUND_PREFIX, NEEDED, Filled, filled, record
from api.staff.act_offers import Case, case_of, next_after, part_in, refusal_of
from api.staff.acting import Acting, ByCookie, Desk
from api.staff.budgets_offered import budget_chosen, budgets_offered
from api.staff.evidence_shown import compared
from api.staff.fields import Identifier
from api.staff.form_shapes import local_moment
from api.staff.forms import FormSent, keyed, show
from api.staff.ground_shown import ground_of
from api.staff.office import Office
from api.staff.page_today import item_titles, place_names
from api.staff.queues import WORKERS, around
from api.staff.tariff_shown import tariff_fen_of
from api.staff.texts import may_read, names_of, open_texts
from api.web import act_words, words
from api.web.routes import Routes
from domain.incidents.reasons import POSTING_DAYS_MAX
from domain.incidents.turns import extension_left, keeps_file
from domain.kernel.refusals import Refusal
from domain.kernel.short_codes import shown_code
from domain.kernel.workflow_steps import ACTS
from projections import course_queries, incident_courses, incidents, persons, tracking_codes

router = Routes(prefix="/staff/incidents/{incident_id}/acts", include_in_schema=False)

Act = Annotated[str, Path(max_length=20)]

READ_FIRST = frozenset(
    {"verify", "close", "decide", "handle", "accept", "decline", "merge", "dispatch", "claim", "locate"}
)
"""Acts that nobody should take without having read the report: its text is opened with their form."""

COMPARED_FIRST = frozenset({"accept", "verify", "merge", "decide"})
"""Acts with whose form earlier reports like this one are shown: whoever takes it on may merge it instead."""


@router.get("/{act}")
def form(
    request: Request,
    incident_id: Identifier,
    act: Act,
    desk: Desk,
    who: ByCookie,
    into: Annotated[Identifier | None, Query()] = None,
) -> HTMLResponse:
    """The form of an act that is open to the acting person; what he has to see for it stands above."""
    case = _open_case(desk, who, incident_id, act)
    incident, now = case.incident, desk.app.journal.now()
    alike = compared(desk, who, case) if act in COMPARED_FIRST else None
    with desk.current(incidents, incident_courses) as conn:
        before, after = around(conn, who, now, incident_id) if who.role in WORKERS else (None, None)
        known = _departments(conn, desk) if _asks(act, "department") else []
    others = {one.incident.division for one in alike.alike} if alike else set()
    ground = ground_of(desk, incident) if act == "locate" else None
    values: dict[str, Any] = {
        **_said(desk, who, case, act),
        "texts": open_texts(desk, who, incident) if act in READ_FIRST and who.may("texts") else None,
        "compared": alike,
        "before": before,
        "after": after,
        "departments": known,
        "handlers": _handlers(desk, who) if _asks(act, "handler_id") else {},
        "ground": ground,
        "into": into,
        "into_grounds": next((one.grounds for one in alike.alike if one.incident.incident_id == into), ())
        if alike
        else (),
        "room": extension_left(case.workflow, case.course) if act == "extend" else None,
        "now": local_moment(now),
        "today": today(desk.app),
        "days_max": POSTING_DAYS_MAX,
        "tariff_fen": tariff_fen_of(desk, incident) if act == "decide" else None,
        "budgets": budgets_offered(desk) if act == "decide" else [],
        "may_merge": refusal_of(who, case, "merge") is None,
        "places": place_names(desk, {incident.division} | others),
    }
    return keyed(show(request, desk, who, "act.html", values))


@router.post("/{act}/check")
def check(request: Request, incident_id: Identifier, act: Act, form: FormSent) -> HTMLResponse:
    """What will be recorded, in words. Nothing is recorded by this page."""
    case = _open_case(form.desk, form.who, incident_id, act)
    wanted = filled(form.desk, act, form.fields)
    people = {one for one in (wanted.given.handler_id,) if one is not None}
    places = {one for one in (wanted.given.division,) if one is not None}
    values: dict[str, Any] = {
        **_said(form.desk, form.who, case, act),
        "told": wanted.told({**names_of(form.desk, people), **place_names(form.desk, places)}),
        "kept": wanted.kept,
        "into": _into(form.desk, form.who, wanted),
        "text": wanted.given.text,
        "part": _part(case, act, form.who),
        "then": next_after(case, act, yes=wanted.yes) if case.workflow.step(act) else None,
        "steps_on": case.workflow.step(act) is not None,
        "yes": wanted.yes,
        "event_type": ACTS[act],
        "on": form.on,
        "tariff_fen": tariff_fen_of(form.desk, case.incident) if act == "decide" and wanted.yes else None,
        "charged": budget_chosen(form.desk, wanted.budget) if act == "decide" and wanted.yes else None,
        "places": place_names(form.desk, {case.incident.division}),
    }
    return keyed(show(request, form.desk, form.who, "act_check.html", values))


@router.post("/{act}")
def take(incident_id: Identifier, act: Act, form: FormSent) -> RedirectResponse:
    """Record it. The command judges whether it may be, whatever the pages before said."""
    if act not in FORM_FIELDS:
        raise Refusal("page.unknown")
    receipt = record(form, incident_id, filled(form.desk, act, form.fields))
    form.desk.settle(receipt)
    with form.desk.current(incidents) as conn:
        incident = incidents.one(conn, incident_id)
    shown = incident is not None and may_read(form.desk, form.who, incident)
    return form.done(receipt, at=f"/staff/incidents/{incident_id}" if shown else "/staff")


def _open_case(desk: Office, who: Acting, incident_id: UUID, act: str) -> Case:
    """The report, if the act is open to the acting person. Refuses `page.unknown`, and as the act's command."""
    if act not in FORM_FIELDS:
        raise Refusal("page.unknown")
    case = case_of(desk, who, incident_id)
    if (refusal := refusal_of(who, case, act)) is not None:
        raise refusal
    return case


def _said(desk: Office, who: Acting, case: Case, act: str) -> dict[str, Any]:
    """What the form and the page that asks again both say of the act and its report."""
    incident = case.incident
    entry = case.workflow.step(act) or case.workflow.beside(act)
    stage = entry.stage if entry is not None and entry.stage else words.ACTS[act]
    with desk.app.reading.connection() as conn:
        code = tracking_codes.codes_of(conn, [incident.incident_id]).get(incident.incident_id)
    names = names_of(desk, {incident.reporter_id, case.row.claimed_by, case.row.handler_id})
    return {
        "incident": incident,
        "items": item_titles(desk) if incident.item else {},
        "row": case.row,
        "act": act,
        "stage": stage,
        "act_words": act_words,
        "fields": FORM_FIELDS[act],
        "needed": NEEDED[act],
        "ground_prefix": GROUND_PREFIX,
        "code": shown_code(code) if code else None,
        "follows": act_words.FOLLOWS[act],
        "reporter": names[incident.reporter_id] if not who.only_own else None,
        "at": f"/staff/incidents/{incident.incident_id}",
    }


def _asks(act: str, name: str) -> bool:
    return name in FORM_FIELDS[act] or (name == "department" and "departments" in FORM_FIELDS[act])


def _departments(conn: Connection[Any], desk: Office) -> list[str]:
    """What a form proposes: departments with handlers of their own, then what reports were sent to lately."""
    own = persons.departments(conn, on=today(desk.app))
    return list(dict.fromkeys([*own, *course_queries.departments(conn, area=desk.app.log.division)]))


def _handlers(desk: Office, who: Acting) -> dict[UUID, str]:
    """Who can be named as handler: the department handlers in the acting role's areas, masked."""
    with desk.app.reading.connection() as conn:
        held = [
            one.person_id
            for area in who.areas
            for one in persons.holders(conn, "department_handler", area=area, on=today(desk.app))
        ]
    return names_of(desk, held)


def _part(case: Case, act: str, who: Acting) -> str | None:
    part = part_in(case, act, who.person_id)
    if part is None:
        return None
    return words.PARTS["clerk" if keeps_file(part, case.workflow) else part]


def _into(desk: Office, who: Acting, wanted: Filled) -> incidents.Incident | None:
    """The report that another is merged into, for whoever may see it. Refuses as `case_of`."""
    target = wanted.given.into_id
    return case_of(desk, who, target).incident if target is not None else None
