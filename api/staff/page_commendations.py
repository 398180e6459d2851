"""表扬: who was praised by which document; another person has seen it before it counts."""

from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands.deeds import commendations
from api.staff.acting import ByCookie, Desk
from api.staff.deed_forms import CommendationForm
from api.staff.deed_shapes import CommendationStep
from api.staff.deeds_done import Asked, commendation_step
from api.staff.deeds_read import deed_page, listing_values, page_values
from api.staff.fields import Identifier
from api.staff.forms import FormSent, show
from api.staff.people_named import named
from api.web.routes import Routes
from domain.deeds.commendations import commendation_id
from domain.households import household_id
from domain.kernel.refusals import Refusal

router = Routes(prefix="/staff/commendations", include_in_schema=False)


@router.get("")
def listing(
    request: Request, desk: Desk, who: ByCookie, before: Annotated[int | None, Query(ge=0, le=2**53)] = None
) -> HTMLResponse:
    """The commendations of the role's area, the latest first, and the form for one more."""
    values = listing_values(desk, who, "commendation", before=before, offered_by="commendation.recorded/1")
    return show(request, desk, who, "commendations.html", values)


@router.post("")
def record(form: FormSent) -> RedirectResponse:
    """Record a commendation of a person, or of a household by its village's own number."""
    form = named(form, "person_id")
    wanted = form.shaped(CommendationForm)
    if wanted.reference is not None:
        kind, holder_id = "household", household_id(wanted.division, wanted.reference)
    elif wanted.person_id is not None:
        kind, holder_id = "person", wanted.person_id
    else:
        raise Refusal("commendation.holder_unknown", holder_kind="")
    new = commendations.NewCommendation(
        division=wanted.division,
        holder_kind=kind,
        holder_id=holder_id,
        title=wanted.title,
        item=wanted.item,
        document=wanted.document,
        issuer=wanted.issuer,
        issued_on=wanted.issued_on,
    )
    receipt = commendations.record(form.app, actor=form.actor, key=form.key, new=new, on=form.on)
    return form.done(receipt, at=f"/staff/commendations/{commendation_id(holder_id, wanted.document)}")


@router.get("/{deed_id}")
def page(request: Request, deed_id: Identifier, desk: Desk, who: ByCookie) -> HTMLResponse:
    """A commendation and whose it is."""
    found = deed_page(desk, who, "commendation", deed_id)
    return show(request, desk, who, "commendation.html", page_values(desk, who, found))


@router.post("/{deed_id}/steps")
def record_step(deed_id: Identifier, form: FormSent) -> RedirectResponse:
    """Confirm it, or take it back."""
    wanted = form.shaped(CommendationStep)
    receipt = commendation_step(Asked(form.app, form.actor, form.key, deed_id, form.on), wanted)
    return form.done(receipt, at=f"/staff/commendations/{deed_id}")
