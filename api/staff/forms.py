"""What every page with a form does: prove that the form is ours, shape its fields, record, and lead to what it changed.

What must not be broken: no form records anything without the session's own token.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import quote

from fastapi import Depends, Form, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ValidationError

from api.commands.shared import today
from api.context import App
from api.staff.acting import Acting, ByCookie, Desk
from api.staff.evidence import EVENT_NAME
from api.staff.fields import IDEMPOTENCY_KEY
from api.staff.menu import menu_of
from api.staff.office import Office
from api.staff.texts import names_of
from api.web.frame import KEYED
from domain.kernel.refusals import Refusal
from journal.facts import Actor, Receipt

Model = TypeVar("Model", bound=BaseModel)

_EVENT: Final = re.compile(EVENT_NAME, re.ASCII)


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that was sent: by whom, under which idempotency key (sending it twice is harmless), with which fields.

    An endpoint shapes the fields, calls one command with `app`, `actor`, `key` and `on`, and ends with `done`. What a
    rule refuses is raised, and shown as a page with the way back.
    """

    desk: Office
    who: Acting
    key: str
    fields: Mapping[str, str]

    @property
    def app(self) -> App:
        """The program, for commands."""
        return self.desk.app

    @property
    def actor(self) -> Actor:
        """Whoever is signed in, for commands."""
        return self.who.actor

    @property
    def on(self) -> date:
        """Today in China, for commands."""
        return today(self.desk.app)

    def shaped(self, model: type[Model]) -> Model:
        """The fields in a shape; RequestValidationError says what does not fit."""
        return shaped(model, self.fields)

    def done(self, receipt: Receipt | None, *, at: str) -> RedirectResponse:
        """Wait until the page shows it, then lead there (POST, redirect, GET). `at` is the page's path."""
        self.desk.settle(receipt)
        recorded = f"?recorded={quote(receipt.events[-1])}" if receipt is not None else ""
        return RedirectResponse(at + recorded, status_code=303)


async def sent_form(
    request: Request,
    desk: Desk,
    who: ByCookie,
    form_token: Annotated[str, Form(max_length=200)] = "",
    key: Annotated[str, Form(max_length=128, pattern=IDEMPOTENCY_KEY)] = "-",
) -> Sent:
    """Refuses `form.expired` for a form that was not made for this session."""
    if not who.session.owns_form(form_token):
        raise Refusal("form.expired")
    # Read before this by the framework, for the two fields above.
    fields = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    return Sent(desk, who, key, fields)


FormSent = Annotated[Sent, Depends(sent_form)]


def show(request: Request, desk: Office, who: Acting, template: str, values: dict[str, Any]) -> HTMLResponse:
    """A staff page: never kept by a cache. `?recorded=EVENT` says what the form before has recorded."""
    recorded = request.query_params.get("recorded", "")
    shown = {
        "who": who,
        "menu": menu_of(who),
        "my_name": names_of(desk, [who.person_id])[who.person_id],
        "path": request.url.path,
        "invariants_broken": desk.invariants.standing.failure is not None,
        "recorded": recorded if _EVENT.fullmatch(recorded) else None,
        "new_key": lambda: secrets.token_urlsafe(18),
        **values,
    }
    html = desk.templates.render(f"staff/{template}", shown)
    return HTMLResponse(html, headers={"cache-control": "no-store"})


def keyed(page: HTMLResponse) -> HTMLResponse:
    """The page with the policy for the script that reads keys."""
    page.headers.update(KEYED)
    return page


def shaped(model: type[Model], fields: Mapping[str, str]) -> Model:
    """A form's fields in a shape of the API, so that pages and programs are judged alike; empty fields are left out."""
    try:
        return model.model_validate(
            {name: value for name, value in fields.items() if name in model.model_fields and value != ""}
        )
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from None
