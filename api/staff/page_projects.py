"""微项目: what a resolution lets the village build, its contract, its acceptance by two, its end."""

from dataclasses import replace

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands.affairs import projects as building
from api.staff.acting import ByCookie, Desk
from api.staff.affair_forms import ProjectForm, ProjectStepForm
from api.staff.affairs_done import Asked, project_step
from api.staff.affairs_new import project_of
from api.staff.affairs_read import project_page
from api.staff.affairs_shown import SHOWN_MAX, acted, listing_values, page_values
from api.staff.api_tasks import new_deed_id
from api.staff.fields import Identifier
from api.staff.forms import FormSent, show
from api.staff.page_notices import PageBefore
from api.staff.page_today import place_names
from api.staff.people_named import all_named
from api.staff.texts import names_of
from api.web.routes import Routes
from domain.kernel.ids import EventName
from domain.kernel.refusals import Refusal
from projections import meetings, projects

router = Routes(prefix="/staff/projects", include_in_schema=False)


@router.get("")
def listing(request: Request, desk: Desk, who: ByCookie, before: PageBefore = None) -> HTMLResponse:
    """The micro-projects of the role's area, the latest first, and the form for one more."""
    who.require("affairs")
    with desk.current(projects, meetings) as conn:
        found = projects.listing(conn, who.areas[0], before=before, limit=SHOWN_MAX)
        passed = meetings.passed(conn, who.areas[0])
    values = listing_values(desk, who, found, resolutions=passed)
    values["places"] |= place_names(desk, {one.division for one in passed})
    return show(request, desk, who, "projects.html", values)


@router.post("")
def propose(form: FormSent) -> RedirectResponse:
    """Propose a micro-project, in the place whose meeting allows it."""
    named = form.fields.get("resolution", "")
    with form.desk.current(meetings) as conn:
        found = next(iter(meetings.named(conn, [EventName(named)]).values()), None)
    if found is None:
        raise Refusal("meeting.resolution_unknown", resolution=named)
    located = replace(form, fields={**form.fields, "division": found.division})
    project_id = new_deed_id(form.desk, form.who, "project", form.key)
    new = project_of(located.shaped(ProjectForm), project_id)
    receipt = building.propose(form.app, actor=form.actor, key=form.key, new=new, on=form.on)
    return form.done(receipt, at=f"/staff/projects/{project_id}")


@router.get("/{affair_id}")
def page(request: Request, affair_id: Identifier, desk: Desk, who: ByCookie) -> HTMLResponse:
    """A micro-project, the resolution that it rests on, and its history."""
    found = project_page(desk, who, affair_id)
    project = found.project
    party = {str(one) for one in project.contractor_ids} | acted(found.steps, {"project.contracted/1"})
    more = {
        "project": project,
        "resolution": found.resolution,
        "party": str(who.person_id) in party,
        "accepted": who.person_id in project.accepters,
        "accepters": list(names_of(desk, project.accepters).values()),
        "contractors": list(names_of(desk, project.contractor_ids).values()),
    }
    return show(request, desk, who, "project.html", page_values(desk, who, project.division, found.steps, **more))


@router.post("/{affair_id}/steps")
def record_step(affair_id: Identifier, form: FormSent) -> RedirectResponse:
    """Contract, report, accept, send back or close."""
    wanted = all_named(form, "contractor_ids").shaped(ProjectStepForm)
    receipt = project_step(Asked(form.app, form.actor, form.key, affair_id, form.on), wanted)
    return form.done(receipt, at=f"/staff/projects/{affair_id}")
