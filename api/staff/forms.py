"""What every form of a page brings along: proof that it is ours, and the key that makes sending it twice harmless.

What must not be broken: no form records anything without the session's own token.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import quote

from fastapi import Depends, Form, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ValidationError

from api.staff.acting import Acting, ByCookie
from api.staff.evidence import EVENT_NAME
from api.staff.fields import IDEMPOTENCY_KEY
from api.staff.office import Office
from api.staff.texts import names_of
from domain.kernel.calendar import CHINA
from domain.kernel.refusals import Refusal
from journal.facts import Receipt

Model = TypeVar("Model", bound=BaseModel)

_EVENT: Final = re.compile(EVENT_NAME, re.ASCII)
_LOCAL_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that was sent: by whom, and under which idempotency key."""

    who: Acting
    key: str


def sent_form(
    who: ByCookie,
    form_token: Annotated[str, Form(max_length=200)] = "",
    key: Annotated[str, Form(max_length=128, pattern=IDEMPOTENCY_KEY)] = "-",
) -> Sent:
    """Refuses `form.expired` for a form that was not made for this session."""
    if not who.session.owns_form(form_token):
        raise Refusal("form.expired")
    return Sent(who, key)


FormSent = Annotated[Sent, Depends(sent_form)]


def show(request: Request, desk: Office, who: Acting, template: str, values: dict[str, Any]) -> HTMLResponse:
    """A staff page: never kept by a cache. `?recorded=EVENT` says what the form before has recorded."""
    recorded = request.query_params.get("recorded", "")
    shown = {
        "who": who,
        "my_name": names_of(desk, [who.person_id])[who.person_id],
        "path": request.url.path,
        "recorded": recorded if _EVENT.fullmatch(recorded) else None,
        "new_key": lambda: secrets.token_urlsafe(18),
        **values,
    }
    html = desk.templates.render(f"staff/{template}", shown)
    return HTMLResponse(html, headers={"cache-control": "no-store"})


def see_other(path: str, desk: Office, receipt: Receipt | None) -> RedirectResponse:
    """After a form: wait until the page shows it, then lead there (POST, redirect, GET)."""
    desk.settle(receipt)
    recorded = f"?recorded={quote(receipt.events[-1])}" if receipt is not None else ""
    return RedirectResponse(path + recorded, status_code=303)


def china_moment(text: str) -> datetime:
    """A form's `datetime-local`, which is China's time, as an aware moment. Raises ValueError."""
    if not _LOCAL_MOMENT.fullmatch(text):
        raise ValueError("请填写日期和时间")
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def local_moment(moment: datetime) -> str:
    """The inverse, to the minute."""
    return moment.astimezone(CHINA).strftime("%Y-%m-%dT%H:%M")


def shaped(model: type[Model], fields: dict[str, Any]) -> Model:
    """A form's fields in a shape of the API, so that pages and programs are judged alike; empty fields are left out."""
    try:
        return model.model_validate({name: value for name, value in fields.items() if value not in ("", None)})
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from None
