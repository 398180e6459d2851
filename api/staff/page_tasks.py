"""社区任务: what the village asks for, who has taken it on, and what waits for another person's confirmation."""

from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands.deeds import tasks
from api.staff.acting import ByCookie, Desk
from api.staff.api_tasks import new_deed_id
from api.staff.deed_forms import TaskForm
from api.staff.deed_shapes import TaskStep
from api.staff.deeds_done import Asked, task_step
from api.staff.deeds_read import deed_page, listing_values, page_values
from api.staff.fields import Identifier
from api.staff.forms import FormSent, show
from api.staff.people_named import named
from api.web.routes import Routes

router = Routes(prefix="/staff/tasks", include_in_schema=False)


@router.get("")
def listing(
    request: Request, desk: Desk, who: ByCookie, before: Annotated[int | None, Query(ge=0, le=2**53)] = None
) -> HTMLResponse:
    """The tasks of the role's area, the latest first, and the form for one more."""
    values = listing_values(desk, who, "task", before=before, offered_by="task.offered/1")
    return show(request, desk, who, "tasks.html", values)


@router.post("")
def offer(form: FormSent) -> RedirectResponse:
    """Offer a task."""
    wanted = form.shaped(TaskForm)
    task_id = new_deed_id(form.desk, form.who, "task", form.key)
    new = tasks.NewTask(
        task_id=task_id,
        division=wanted.division,
        title=wanted.title,
        place=wanted.place,
        item=wanted.item,
        due_on=wanted.due_on,
        seats=wanted.seats,
    )
    receipt = tasks.offer(form.app, actor=form.actor, key=form.key, new=new, on=form.on)
    return form.done(receipt, at=f"/staff/tasks/{task_id}")


@router.get("/{deed_id}")
def page(request: Request, deed_id: Identifier, desk: Desk, who: ByCookie) -> HTMLResponse:
    """A task and everybody's part in it."""
    found = deed_page(desk, who, "task", deed_id)
    return show(request, desk, who, "task.html", page_values(desk, who, found))


@router.post("/{deed_id}/steps")
def record_step(deed_id: Identifier, form: FormSent) -> RedirectResponse:
    """A step of somebody's part, or of the whole."""
    wanted = named(form, "person_id").shaped(TaskStep)
    receipt = task_step(Asked(form.app, form.actor, form.key, deed_id, form.on), wanted)
    return form.done(receipt, at=f"/staff/tasks/{deed_id}")
