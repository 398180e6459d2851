"""Erasing the words of a suggestion or an objection on pages, in two steps, as a person is erased.

What must not be broken: nothing is recorded before the second step, whose form says what will be destroyed and what
stays, and wants the beginning of the number typed. The words themselves are never shown on the way.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands.erasing_words import Grounds, erase_objection, erase_suggestion
from api.staff.acting import Acting, ByCookie, Desk
from api.staff.affairs_read import suggestion_page
from api.staff.disclosing_read import readable, whole
from api.staff.erasure_shapes import Confirmed, Erasure
from api.staff.fields import Identifier
from api.staff.forms import FormSent, Sent, show
from api.staff.office import Office
from api.web.routes import Routes
from domain import authority
from domain.kernel.erasure import ERASURE_REASONS
from domain.kernel.refusals import Refusal

router = Routes(prefix="/staff", include_in_schema=False)

SUGGESTION: Final = "/suggestions/{affair_id}/erasure"
OBJECTION: Final = "/disclosures/{disclosure_id}/objections/{objection_id}/erasure"
CONFIRM_CHARS: Final = 8


@dataclass(frozen=True, slots=True)
class Paper:
    """What is to be erased: its number, what it is called, where it stands, when it came, and its public line."""

    number: UUID
    called: str
    back: str
    at: str
    came_on: date
    line: str

    @property
    def beginning(self) -> str:
        """What is typed once more."""
        return str(self.number)[:CONFIRM_CHARS]


@router.get(SUGGESTION)
def begin_suggestion(request: Request, affair_id: Identifier, desk: Desk, who: ByCookie) -> HTMLResponse:
    """The first step: the reason and the rule."""
    return _first(request, desk, who, _suggestion(desk, who, affair_id))


@router.post(f"{SUGGESTION}/check")
def check_suggestion(request: Request, affair_id: Identifier, form: FormSent) -> HTMLResponse:
    """The second step shown: nothing is recorded yet."""
    return _second(request, form, _suggestion(form.desk, form.who, affair_id))


@router.post(SUGGESTION)
def record_suggestion(affair_id: Identifier, form: FormSent) -> RedirectResponse:
    """Record it and destroy. Refuses `form.not_confirmed`, and what the command refuses."""
    paper = _suggestion(form.desk, form.who, affair_id)
    grounds = _confirmed(form, paper)
    receipt = erase_suggestion(
        form.app, actor=form.actor, key=form.key, suggestion_id=affair_id, grounds=grounds, on=form.on
    )
    return form.done(receipt, at=paper.back)


@router.get(OBJECTION)
def begin_objection(
    request: Request, disclosure_id: Identifier, objection_id: Identifier, desk: Desk, who: ByCookie
) -> HTMLResponse:
    """The same of an objection."""
    return _first(request, desk, who, _objection(desk, who, disclosure_id, objection_id))


@router.post(f"{OBJECTION}/check")
def check_objection(
    request: Request, disclosure_id: Identifier, objection_id: Identifier, form: FormSent
) -> HTMLResponse:
    """The second step shown: nothing is recorded yet."""
    return _second(request, form, _objection(form.desk, form.who, disclosure_id, objection_id))


@router.post(OBJECTION)
def record_objection(disclosure_id: Identifier, objection_id: Identifier, form: FormSent) -> RedirectResponse:
    """Record it and destroy. Refuses `form.not_confirmed`, and what the command refuses."""
    paper = _objection(form.desk, form.who, disclosure_id, objection_id)
    grounds = _confirmed(form, paper)
    receipt = erase_objection(
        form.app,
        actor=form.actor,
        key=form.key,
        disclosure_id=disclosure_id,
        objection_id=objection_id,
        grounds=grounds,
        on=form.on,
    )
    return form.done(receipt, at=paper.back)


def _first(request: Request, desk: Office, who: Acting, paper: Paper) -> HTMLResponse:
    values = {"paper": paper, "reasons": sorted(ERASURE_REASONS)}
    return show(request, desk, who, "words_erasure.html", values)


def _second(request: Request, form: Sent, paper: Paper) -> HTMLResponse:
    wanted = form.shaped(Erasure)
    if wanted.reason not in ERASURE_REASONS:
        raise Refusal("person.erasure_reason_unknown", reason=wanted.reason)
    return show(request, form.desk, form.who, "words_erasure_check.html", {"paper": paper, "wanted": wanted})


def _confirmed(form: Sent, paper: Paper) -> Grounds:
    wanted = form.shaped(Confirmed)
    if wanted.confirm.strip().lower() != paper.beginning:
        raise Refusal("form.not_confirmed")
    return Grounds(wanted.reason, wanted.legal_basis)


def _suggestion(desk: Office, who: Acting, suggestion_id: UUID) -> Paper:
    """Refuses `access.*`, `suggestion.unknown`, `suggestion.author_known`, `suggestion.text_erased`."""
    _require(who, "suggestion.text_erased/1")
    found = suggestion_page(desk, who, suggestion_id).suggestion
    if found.author_id is not None:
        raise Refusal("suggestion.author_known")
    if found.erased_on is not None:
        raise Refusal("suggestion.text_erased")
    back = f"/staff/suggestions/{suggestion_id}"
    line = found.gist or "还没有受理，没有公开的摘要"
    return Paper(suggestion_id, "意见", back, f"{back}/erasure", found.opened_on, line)


def _objection(desk: Office, who: Acting, disclosure_id: UUID, objection_id: UUID) -> Paper:
    """Refuses `access.*`, `disclosure.unknown`, `objection.unknown`, `objection.objector_known`,
    `objection.text_erased`.
    """
    _require(who, "objection.text_erased/1")
    all_ = whole(desk, readable(desk, who, disclosure_id))
    found = next((one for one in all_.objections if one.objection_id == objection_id), None)
    if found is None:
        raise Refusal("objection.unknown")
    if found.objector_id is not None:
        raise Refusal("objection.objector_known")
    if found.erased_on is not None:
        raise Refusal("objection.text_erased")
    back = f"/staff/disclosures/{disclosure_id}"
    line = found.answer or "还没有答复"
    return Paper(objection_id, "异议", back, f"{back}/objections/{objection_id}/erasure", found.raised_on, line)


def _require(who: Acting, event_type: str) -> None:
    if not authority.may(who.role, event_type):
        raise Refusal("access.may_not_read", role=who.role)
