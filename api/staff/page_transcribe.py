"""Writing down what a member said elsewhere (代录): in the WeChat group, on the hotline, at the counter.

The clerk types the member's name; only the names that look like it behind their masks are opened, each on the record.
Who wrote it down stands in the report, and he may take no other part in it.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel

from api.commands.shared import today
from api.photos import BYTES_MAX, PHOTOS_MAX
from api.staff.acting import Acting, ByCookie, Desk
from api.staff.fields import Line
from api.staff.form_shapes import local_moment
from api.staff.forms import FormSent, show
from api.staff.office import Office
from api.staff.page_report import Files
from api.staff.page_today import place_names
from api.staff.report_recording import record_report
from api.staff.report_shapes import TranscriptionSent
from api.staff.reporting import TYPE, choices, place_groups
from api.web.frame import PHOTOS_BYTES_MAX
from api.web.names import shown_names
from domain import authority
from domain.kernel.names import mask_name
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from projections import persons

router = APIRouter(prefix="/staff/transcribe", include_in_schema=False)

SOURCES: Final = ("wechat", "hotline", "staff")


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
    values = {
        "members": found,
        "area_names": place_names(form.desk, {area for one in found for area in one.areas}),
        "sources": SOURCES,
        "groups": place_groups(form.desk, form.who.areas),
        "choices": choices(form.desk, form.who.areas),
        "now": local_moment(form.app.journal.now()),
        "photos_max": PHOTOS_MAX,
        "photo_bytes_max": BYTES_MAX,
        "photos_bytes_max": PHOTOS_BYTES_MAX,
    }
    return show(request, form.desk, form.who, "transcribe.html", values)


@router.post("")
def transcribe(form: FormSent, photos: Files = []) -> RedirectResponse:  # noqa: B006 - the framework copies it
    """Record it in the member's name; the receipt's short code is for him."""
    _require_clerk(form.who)
    wanted = form.shaped(TranscriptionSent)
    incident_id, receipt = record_report(
        form,
        wanted,
        reporter_id=wanted.reporter_id,
        source=wanted.source,
        source_ref=wanted.source_ref,
        files=photos,
    )
    return form.done(receipt, at=f"/staff/reports/{incident_id}")


def _require_clerk(who: Acting) -> None:
    """Refuse `authority.*` unless the acting role may write down reports of others."""
    if not authority.may(who.role, TYPE):
        raise Refusal("authority.role_may_not", role=who.role, event_type=TYPE)
    if (who.role, TYPE) in authority.ONLY_FOR_ONESELF:
        raise Refusal("authority.only_for_oneself", role=who.role, event_type=TYPE)


def _members_called(desk: Office, who: Acting, name: str) -> list[Candidate]:
    """The members in the role's areas who have this name; the opening of names like it is recorded."""
    on = today(desk.app)
    with desk.app.reading.connection() as conn:
        areas: dict[UUID, list[Division]] = {}
        for held in (held for area in who.areas for held in persons.holders(conn, "member", area=area, on=on)):
            areas.setdefault(held.person_id, []).append(held.area)
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


def _same(known: str, typed: str) -> bool:
    """Whether two spellings are one name: gaps do not count."""
    return "".join(known.split()) == "".join(typed.split())
