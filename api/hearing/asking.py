"""The form shown, and shown again with what was wrong above it; what both kinds of form have in common."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands.said import CONTACT_MAX
from api.hearing.form import TEXT_MAX, Said, again, empty
from api.hearing.pace import Limits
from api.public.reading import Reading
from api.web.messages import sentence
from api.web.problems import status_of
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from projections.places import Place

NO_STORE: Final = {"cache-control": "no-store"}


@dataclass(frozen=True, slots=True)
class Form:
    """What stands around the fields: a heading, what it is about, the question, who reads it, what becomes of it, where
    it goes; and where the paper is for whoever would rather write by hand.
    """

    path: list[Place]
    heading: str
    about: str
    question: str
    readers: str
    answered: str
    action: str
    back: str
    slip: str


def limits(request: Request) -> Limits:
    """The stores of the application that a request came to."""
    found: Limits = request.app.state.hearing
    return found


Paced = Annotated[Limits, Depends(limits)]


def take(request: Request, paced: Limits, given: Said, *, division: Division) -> None:
    """Count a form that is whole. Refuses as `Said.require_whole`, then `hearing.too_often`."""
    given.require_whole()
    paced.take(request.client.host if request.client else "", division=division)


def shown(read: Reading, form: Form, *, large: bool) -> HTMLResponse:
    """The empty form. Nobody keeps it: each has a key of its own."""
    return _page(read, form, empty(), large=large)


def shown_again(read: Reading, form: Form, given: Said, refusal: Refusal, *, large: bool) -> HTMLResponse:
    """The form as it was sent, and what was wrong."""
    page = _page(read, form, again(given), large=large, problem=sentence(refusal.code, refusal.facts))
    page.status_code = status_of(refusal.code)
    return page


def received(kind: str, identity: object, *, large: bool) -> RedirectResponse:
    """On to the page that keeps the number (POST, redirect, GET)."""
    return RedirectResponse(f"/said/{kind}/{identity}{'?large=1' if large else ''}", status_code=303)


def _page(
    read: Reading, form: Form, given: Mapping[str, str], *, large: bool, problem: str | None = None
) -> HTMLResponse:
    values: dict[str, Any] = {
        "path": form.path,
        "heading": form.heading,
        "about": form.about,
        "question": form.question,
        "readers": form.readers,
        "answered": form.answered,
        "action": form.action,
        "back": form.back,
        "slip": form.slip,
        "given": given,
        "problem": problem,
        "text_max": TEXT_MAX,
        "contact_max": CONTACT_MAX,
        "large": large,
    }
    return HTMLResponse(read.templates.render("public/say.html", values), headers=NO_STORE)
