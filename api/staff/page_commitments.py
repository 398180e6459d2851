"""公开承诺: what was promised, by when, how far it is; another than who promised it says that it was kept."""

from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands.affairs import commitments as promising
from api.staff.acting import ByCookie, Desk
from api.staff.affair_shapes import CommitmentStep, NewCommitment
from api.staff.affairs_done import Asked, commitment_step
from api.staff.affairs_new import commitment_of
from api.staff.affairs_read import commitment_page
from api.staff.affairs_shown import SHOWN_MAX, acted, listing_values, page_values
from api.staff.api_tasks import new_deed_id
from api.staff.fields import Identifier
from api.staff.forms import FormSent, show
from api.staff.page_notices import PageBefore
from api.web.routes import Routes
from projections import commitments

router = Routes(prefix="/staff/commitments", include_in_schema=False)


@router.get("")
def listing(
    request: Request,
    desk: Desk,
    who: ByCookie,
    before: PageBefore = None,
    running: Annotated[bool, Query()] = False,
) -> HTMLResponse:
    """The commitments of the role's area, the latest first, and the form for one more."""
    who.require("affairs")
    with desk.current(commitments) as conn:
        found = commitments.listing(conn, who.areas[0], before=before, running=running, limit=SHOWN_MAX)
    return show(request, desk, who, "commitments.html", listing_values(desk, who, found, running=running))


@router.post("")
def make(form: FormSent) -> RedirectResponse:
    """Promise something in public."""
    commitment_id = new_deed_id(form.desk, form.who, "commitment", form.key)
    new = commitment_of(form.shaped(NewCommitment), commitment_id)
    receipt = promising.make(form.app, actor=form.actor, key=form.key, new=new, on=form.on)
    return form.done(receipt, at=f"/staff/commitments/{commitment_id}")


@router.get("/{affair_id}")
def page(request: Request, affair_id: Identifier, desk: Desk, who: ByCookie) -> HTMLResponse:
    """A commitment and its history."""
    found = commitment_page(desk, who, affair_id)
    own = {
        "promised": str(who.person_id) in acted(found.steps, {"commitment.made/1"}),
        "reported": str(who.person_id) in acted(found.steps, {"commitment.progressed/1"}),
    }
    more = {"commitment": found.commitment, **own}
    values = page_values(desk, who, found.commitment.division, found.steps, **more)
    return show(request, desk, who, "commitment.html", values)


@router.post("/{affair_id}/steps")
def record_step(affair_id: Identifier, form: FormSent) -> RedirectResponse:
    """Report on it, say that it was kept, or that it is withdrawn."""
    wanted = form.shaped(CommitmentStep)
    receipt = commitment_step(Asked(form.app, form.actor, form.key, affair_id, form.on), wanted)
    return form.done(receipt, at=f"/staff/commitments/{affair_id}")
