"""Writing down what a member said elsewhere (代录): in the WeChat group, on the hotline, at the counter.

The clerk types the member's name; only the names that look like it behind their masks are opened, each on the record.
Who wrote it down stands in the report, and he may take no other part in it.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from api.commands.shared import today
from api.staff.acting import Acting, ByCookie, Desk
from api.staff.fields import Identifier, Line
from api.staff.forms import FormSent, Sent, show
from api.staff.office import Office
from api.staff.page_report import Digests, Files, asked_again, form_values
from api.staff.page_today import place_names
from api.staff.photos_taken import take_photos
from api.staff.report_recording import record_report
from api.staff.report_shapes import TranscriptionSent
from api.staff.reporting import TYPE, require_may_report
from api.staff.shown_again import ANSWERED, EMPTY, Again, wants_page
from api.web.names import shown_names
from api.web.routes import Routes
from domain import authority
from domain.kernel.names import mask_name
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from projections import persons

router = Routes(prefix="/staff/transcribe", include_in_schema=False)

SOURCES: Final = ("wechat", "hotline", "staff")


class Chosen(BaseModel):
    """The member that was chosen among those of the name."""

    reporter_id: Identifier


class NameSent(BaseModel):
    """The member's full name."""

    name: Line


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member of that name: masked, with the places where he is one."""

    person_id: UUID
    masked: str
    areas: tuple[Division, ...]


@router.get("")
def ask(request: Request, desk: Desk, who: ByCookie) -> HTMLResponse:
    """Whose report is it?"""
    _require_clerk(who)
    return show(request, desk, who, "transcribe.html", {"members": None})


@router.post("/member")
def member(request: Request, form: FormSent) -> HTMLResponse:
    """The form for a report of a member of that name. Refuses `transcription.name_unknown`."""
    _require_clerk(form.who)
    found = _members_called(form.desk, form.who, form.shaped(NameSent).name)
    if not found:
        raise Refusal("transcription.name_unknown")
    return _form(request, form, found, EMPTY)


@router.post("")
def transcribe(request: Request, form: FormSent, photos: Files = [], photo: Digests = []) -> Response:  # noqa: B006 - the framework copies it
    """Record it in the member's name; the receipt's short code is for him. What is refused is shown again."""
    _require_clerk(form.who)
    reporter_id = form.shaped(Chosen).reporter_id
    require_may_report(form.who, reporter_id=reporter_id)
    candidate = _member(form.desk, form.who, reporter_id)
    taken = take_photos(request, form.app, person_id=reporter_id, files=photos, before=photo)
    try:
        wanted = form.shaped(TranscriptionSent)
        taken.require_all()
        incident_id, receipt = record_report(
            form,
            wanted,
            reporter_id=reporter_id,
            source=wanted.source,
            source_ref=wanted.source_ref,
            digests=taken.digests,
        )
    except ANSWERED as error:
        if candidate is None or not wants_page(request):
            raise
        given = asked_again(error, form, taken, fresh=len(taken.digests) - len(photo))
        return _form(request, form, [candidate], given)
    return form.done(receipt, at=f"/staff/reports/{incident_id}")


def _form(request: Request, form: Sent, members: list[Candidate], given: Again) -> HTMLResponse:
    values = {
        "members": members,
        "area_names": place_names(form.desk, {area for one in members for area in one.areas}),
        "sources": SOURCES,
        **form_values(form.desk, form.who, given),
    }
    shown = show(request, form.desk, form.who, "transcribe.html", values)
    shown.status_code = given.status
    return shown


def _require_clerk(who: Acting) -> None:
    """Refuse `authority.*` unless the acting role may write down reports of others."""
    if not authority.may(who.role, TYPE):
        raise Refusal("authority.role_may_not", role=who.role, event_type=TYPE)
    if (who.role, TYPE) in authority.ONLY_FOR_ONESELF:
        raise Refusal("authority.only_for_oneself", role=who.role, event_type=TYPE)


def _members_called(desk: Office, who: Acting, name: str) -> list[Candidate]:
    """The members in the role's areas who have this name; the opening of names like it is recorded."""
    areas = _members(desk, who)
    with desk.app.reading.connection() as conn:
        masks = shown_names(conn, list(areas))
        alike = [persons.one(conn, person_id) for person_id in areas if masks.get(person_id) == mask_name(name)]
    names = {person.person_id: person.name for person in alike if person is not None}
    if not names:
        return []
    opened = desk.app.vault.open(names.values(), by=str(who.person_id), reason=f"incident.transcribe as {who.role}")
    return [
        Candidate(person_id, masks[person_id], tuple(dict.fromkeys(areas[person_id])))
        for person_id, commitment in names.items()
        if _same(opened.get(commitment, ""), name)
    ]


def _member(desk: Office, who: Acting, person_id: UUID) -> Candidate | None:
    """One member of the role's areas, masked; nothing is opened."""
    areas = _members(desk, who).get(person_id)
    if areas is None:
        return None
    with desk.app.reading.connection() as conn:
        masked = shown_names(conn, [person_id]).get(person_id, "")
    return Candidate(person_id, masked, tuple(dict.fromkeys(areas)))


def _members(desk: Office, who: Acting) -> dict[UUID, list[Division]]:
    """Who is a member today in the role's areas, and where."""
    on, areas = today(desk.app), dict[UUID, list[Division]]()
    with desk.app.reading.connection() as conn:
        for held in (held for area in who.areas for held in persons.holders(conn, "member", area=area, on=on)):
            areas.setdefault(held.person_id, []).append(held.area)
    return areas


def _same(known: str, typed: str) -> bool:
    """Whether two spellings are one name: gaps do not count."""
    return "".join(known.split()) == "".join(typed.split())
