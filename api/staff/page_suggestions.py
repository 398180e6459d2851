"""意见建议: what villagers say, taken on by a day and answered in public; the words themselves stay in the vault."""

from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands.affairs import suggestions as suggesting
from api.staff.acting import ByCookie, Desk
from api.staff.affair_shapes import NewSuggestion, SuggestionStep
from api.staff.affairs_done import Asked, suggestion_step
from api.staff.affairs_new import suggestion_of
from api.staff.affairs_read import ANSWERS, suggestion_page, words_of
from api.staff.affairs_shown import SHOWN_MAX, listing_values, page_values
from api.staff.api_tasks import new_deed_id
from api.staff.fields import Identifier
from api.staff.forms import FormSent, show
from api.staff.page_notices import PageBefore
from api.staff.people_named import named
from api.staff.texts import names_of
from api.web.erasure_words import GONE
from api.web.routes import Routes
from domain import authority
from projections import suggestions

router = Routes(prefix="/staff/suggestions", include_in_schema=False)


@router.get("")
def listing(
    request: Request,
    desk: Desk,
    who: ByCookie,
    before: PageBefore = None,
    waiting: Annotated[bool, Query()] = False,
) -> HTMLResponse:
    """The suggestions of the role's area, the latest first, and the form for what somebody said."""
    who.require("affairs")
    with desk.current(suggestions) as conn:
        found = suggestions.listing(conn, who.areas[0], before=before, waiting=waiting, limit=SHOWN_MAX)
    return show(request, desk, who, "suggestions.html", listing_values(desk, who, found, waiting=waiting))


@router.post("")
def take_in(form: FormSent) -> RedirectResponse:
    """Take in what somebody said, or wrote on a slip."""
    suggestion_id = new_deed_id(form.desk, form.who, "suggestion", form.key)
    new = suggestion_of(named(form, "author_id").shaped(NewSuggestion), suggestion_id)
    receipt = suggesting.open_one(form.app, actor=form.actor, key=form.key, new=new, on=form.on)
    return form.done(receipt, at=f"/staff/suggestions/{suggestion_id}")


@router.get("/{affair_id}")
def page(request: Request, affair_id: Identifier, desk: Desk, who: ByCookie) -> HTMLResponse:
    """A suggestion, its words for whoever may answer it, and its history."""
    found = suggestion_page(desk, who, affair_id)
    suggestion = found.suggestion
    opens = authority.may(who.role, ANSWERS) and suggestion.erased_on is None
    words = words_of(desk, who, suggestion) if opens else None
    author = names_of(desk, [suggestion.author_id]).get(suggestion.author_id) if suggestion.author_id else None
    more = {"suggestion": suggestion, "text": words, "author": author, "gone": GONE}
    values = page_values(desk, who, suggestion.division, found.steps, **more)
    return show(request, desk, who, "suggestion.html", values)


@router.post("/{affair_id}/steps")
def record_step(affair_id: Identifier, form: FormSent) -> RedirectResponse:
    """Take it on, answer it, or close it."""
    wanted = form.shaped(SuggestionStep)
    receipt = suggestion_step(Asked(form.app, form.actor, form.key, affair_id, form.on), wanted)
    return form.done(receipt, at=f"/staff/suggestions/{affair_id}")
