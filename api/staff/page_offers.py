"""任务和活动: what the village offers near me: accept, sign up, say that it is done; and what came of it."""

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands.shared import today
from api.staff.acting import ByCookie, Desk
from api.staff.deed_shapes import ActivityStep, TaskStep
from api.staff.deeds_done import Asked, activity_step, task_step
from api.staff.deeds_read import item_titles_of, mine, open_near
from api.staff.fields import Identifier
from api.staff.forms import FormSent, show
from api.staff.page_today import place_names
from api.web import deed_words, register_words
from api.web.routes import Routes
from domain import authority
from domain.kernel.refusals import Refusal

router = Routes(prefix="/staff/offers", include_in_schema=False)


@router.get("")
def listing(request: Request, desk: Desk, who: ByCookie) -> HTMLResponse:
    """What can be taken part in near me, the next first; then my own parts, the latest first."""
    if not authority.may(who.role, "task.accepted/1"):
        raise Refusal("access.may_not_read", role=who.role)
    offered, own = open_near(desk, who), mine(desk, who)
    taken = {one.deed_id for one in own}
    values = {
        "tasks": [one for one in offered if one.kind == "task" and one.deed_id not in taken],
        "activities": [one for one in offered if one.kind == "activity" and one.deed_id not in taken],
        "own": own,
        "open": {one.deed_id for one in offered},
        "places": place_names(desk, {one.division for one in offered} | {one.division for one in own}),
        "items": item_titles_of(desk, who.areas),
        "today": today(desk.app),
        "said": deed_words,
        "spent": register_words.hours_words,
    }
    return show(request, desk, who, "offers.html", values)


@router.post("/tasks/{deed_id}")
def on_task(deed_id: Identifier, form: FormSent) -> RedirectResponse:
    """One's own step of a task."""
    wanted = form.shaped(TaskStep)
    receipt = task_step(Asked(form.app, form.actor, form.key, deed_id, form.on), wanted)
    return form.done(receipt, at="/staff/offers")


@router.post("/activities/{deed_id}")
def on_activity(deed_id: Identifier, form: FormSent) -> RedirectResponse:
    """One's own step of an activity."""
    wanted = form.shaped(ActivityStep)
    receipt = activity_step(Asked(form.app, form.actor, form.key, deed_id, form.on), wanted)
    return form.done(receipt, at="/staff/offers")
