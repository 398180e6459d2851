"""流程 and 工作日历 on pages: what was published, what is in force where, and the administrator's forms for both."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field

from api.commands import workflows as commands
from api.commands.shared import today
from api.files.workflow_templates import calendar_names, load_template, load_year, template_names
from api.staff.acting import Acting, ByCookie, Desk
from api.staff.fields import Code, Day, Line
from api.staff.form_shapes import Whole
from api.staff.forms import FormSent, show
from api.staff.page_today import item_titles
from api.web.act_words import limit_told
from api.web.routes import Routes
from domain.kernel.refusals import Refusal
from domain.kernel.workflow_steps import Limit
from projections import places, workflows

router = Routes(prefix="/staff", include_in_schema=False)


class TemplateChosen(BaseModel):
    """A template that comes with the program."""

    template: Line


class AdoptionForm(BaseModel):
    """Which version, where, for which item, and from which day on. `workflow` is code and version: `jiamusi-8/1`."""

    workflow: Annotated[str, Field(max_length=80, pattern=r"^[a-z0-9][a-z0-9-]{0,63}/[1-9][0-9]{0,3}$")]
    division: Code
    item: Line | None = None
    since: Day
    document: Line


class YearChosen(BaseModel):
    """A year that comes with the program, for a division."""

    year: Annotated[Whole, Field(ge=2000, le=2999)]
    division: Code


@router.get("/workflows")
def listing(request: Request, desk: Desk, who: ByCookie) -> HTMLResponse:
    """The versions, the choices that concern the county, and what comes with the program."""
    _require_reader(who)
    on = today(desk.app)
    with desk.current(workflows, places) as conn:
        published = workflows.published(conn)
        adopted = workflows.adopted(conn, area=desk.app.log.division)
        known = places.within(conn, desk.app.log.division, on=on)
    values: dict[str, Any] = {
        "published": published,
        "adopted": adopted,
        "titles": {one.event: f"{one.title} 第 {one.version} 版" for one in published},
        "shipped": [load_template(name) for name in template_names()],
        "codes": {one.code for one in published},
        "known": known,
        "places": {place.code: place.name for place in known},
        "items": item_titles(desk),
        "today": on,
        "limit": lambda found: limit_told(Limit(**found)) if found else "不限时",
        "bound": _bound,
    }
    return show(request, desk, who, "workflows.html", values)


@router.post("/workflows/publications")
def publish(form: FormSent) -> RedirectResponse:
    """Publish the next version of a template that comes with the program."""
    name = form.shaped(TemplateChosen).template
    _require_shipped(name, template_names())
    receipt = commands.publish(form.app, actor=form.actor, key=form.key, new=[load_template(name)], on=form.on)
    return form.done(receipt, at="/staff/workflows")


@router.post("/workflows/adoptions")
def adopt(form: FormSent) -> RedirectResponse:
    """Let reports of a division follow a version from a day on."""
    wanted = form.shaped(AdoptionForm)
    code, _, version = wanted.workflow.partition("/")
    receipt = commands.adopt(
        form.app,
        actor=form.actor,
        key=form.key,
        division=wanted.division,
        code=code,
        version=int(version),
        item=wanted.item,
        since=wanted.since,
        document=wanted.document,
        on=form.on,
    )
    return form.done(receipt, at="/staff/workflows")


@router.get("/calendars")
def calendars(request: Request, desk: Desk, who: ByCookie) -> HTMLResponse:
    """The working calendar in force of each division and year, and the years that come with the program."""
    _require_reader(who)
    on = today(desk.app)
    with desk.current(workflows, places) as conn:
        found = workflows.calendars(conn)
        uncounted = workflows.uncounted_from(conn, on=on)
        known = places.within(conn, desk.app.log.division, on=on)
    values: dict[str, Any] = {
        "calendars": found,
        "uncounted": uncounted,
        "shipped": calendar_names(),
        "known": known,
        "places": {place.code: place.name for place in known},
        "clock": lambda minutes: f"{minutes // 60:02}:{minutes % 60:02}",
        "weekdays": "一二三四五六日",
    }
    return show(request, desk, who, "calendars.html", values)


@router.post("/calendars")
def publish_year(form: FormSent) -> RedirectResponse:
    """Publish the working calendar of a year that comes with the program."""
    wanted = form.shaped(YearChosen)
    _require_shipped(str(wanted.year), calendar_names())
    years = {wanted.year: load_year(str(wanted.year))}
    receipt = commands.publish_calendars(
        form.app, actor=form.actor, key=form.key, division=wanted.division, years=years, on=form.on
    )
    return form.done(receipt, at="/staff/calendars")


def _require_reader(who: Acting) -> None:
    who.require("incidents")
    if who.only_own:
        raise Refusal("access.may_not_read", role=who.role)


def _require_shipped(name: str, shipped: list[str]) -> None:
    if name not in shipped:
        raise Refusal("workflow.not_shipped", name=name)


def _bound(beside: Mapping[str, Any]) -> str:
    """How often an act beside the order may happen, and by how much an extension may make the step longer, in all."""
    times, percent = beside.get("times_max"), beside.get("percent_max")
    if times is None:
        return ""
    length = "" if percent is None else f"，合计不超过本步时限的 {percent / 100:g} 倍"
    return f"（最多 {times} 次{length}）"
