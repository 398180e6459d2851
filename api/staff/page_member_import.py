"""Importing a roster of members: upload a workbook, see row by row what would be recorded and what cannot be, confirm.

What must not be broken: nothing is recorded before the page has shown it. Between the two steps the file is kept by
nobody but the browser that sent it; it is read and judged anew when it is confirmed.
"""

import base64
import binascii
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import File, Request, UploadFile
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from api.commands.shared import today
from api.files.findings import BadFile, finding
from api.files.member_lists import RosterReading, read_roster
from api.files.member_profiles import load_member_profile, member_profile_names
from api.member_importing import IMPORTERS, MembersImported, import_members, preview_members
from api.staff.acting import Acting, ByCookie, Desk
from api.staff.fields import Line
from api.staff.forms import FormSent, Sent, show
from api.staff.office import Office
from api.staff.page_today import place_names
from api.web.routes import Routes
from domain.kernel.names import mask_name
from domain.kernel.refusals import Refusal
from projections import members

router = Routes(prefix="/staff/members/import", include_in_schema=False)

ROSTER_BYTES_MAX: Final = 700_000
"""What fits into a form's field as base64 (RFC 4648, section 5); larger ones go in by the command line."""
SHOWN_MAX: Final = 2_000
"""More rows than a roster of that size usually has; of a longer one the page says how many are not shown."""


class RosterChosen(BaseModel):
    """In which layout a file is read."""

    profile: Line


class RosterConfirmed(RosterChosen):
    """The file itself once more, as the page that showed it has kept it; `file` is its name."""

    file: Line
    content: Annotated[str, Field(max_length=ROSTER_BYTES_MAX * 2, pattern=r"^[A-Za-z0-9_=-]*$")]


@router.get("")
def ask(request: Request, desk: Desk, who: ByCookie) -> HTMLResponse:
    """Which file?"""
    require_importer(who)
    return show(request, desk, who, "member_import.html", _values())


@router.post("")
def preview(request: Request, form: FormSent, roster: Annotated[UploadFile, File()]) -> HTMLResponse:
    """What of the file would be recorded, and what is wrong with the rest; a file that cannot be read says why."""
    require_importer(form.who)
    content, name = roster.file.read(ROSTER_BYTES_MAX + 1), roster.filename or "花名册.xlsx"
    try:
        reading = _read(form.shaped(RosterChosen), content, name)
    except BadFile as bad:
        return _refused(request, form, bad)
    found = preview_members(form.app, actor=form.actor, reading=reading)
    values = _values(
        reading=reading,
        found=found,
        new=[(row, mask_name(row.name), area) for row, area in found.new[:SHOWN_MAX]],
        places=place_names(form.desk, {area for _, area in found.new}),
        findings=found.findings,
        content=base64.urlsafe_b64encode(content).decode(),
    )
    return show(request, form.desk, form.who, "member_import.html", values)


@router.post("/record")
def record(request: Request, form: FormSent) -> HTMLResponse:
    """Record an application for every row that can be read. The same file again changes nothing."""
    require_importer(form.who)
    wanted = form.shaped(RosterConfirmed)
    try:
        content = base64.urlsafe_b64decode(wanted.content)
    except binascii.Error:
        raise Refusal("form.expired") from None
    try:
        reading = _read(wanted, content, wanted.file)
    except BadFile as bad:
        return _refused(request, form, bad)
    done = import_members(form.app, actor=form.actor, reading=reading)
    if form.desk.following.running:
        form.app.caught_up(form.app.journal.position())
    values = _values(reading=reading, done=done, findings=done.findings, members=_members(form.desk, done))
    return show(request, form.desk, form.who, "member_import.html", values)


def require_importer(who: Acting) -> None:
    """Refuse `access.may_not_read` unless the acting role imports rosters."""
    if who.role not in IMPORTERS:
        raise Refusal("access.may_not_read", role=who.role)


def _members(desk: Office, done: MembersImported) -> dict[UUID, str]:
    """How each person of the roster stands as a member by now."""
    people = [one.person_id for one in done.statuses[:SHOWN_MAX] if one.person_id is not None]
    with desk.current(members) as conn:
        return members.standings(conn, people, on=today(desk.app))


def _read(chosen: RosterChosen, content: bytes, name: str) -> RosterReading:
    if chosen.profile not in member_profile_names():
        raise Refusal("page.unknown")
    if len(content) > ROSTER_BYTES_MAX:
        raise BadFile([finding("file.too_large", file=name, limit=f"{ROSTER_BYTES_MAX // 1000} KB")])
    return read_roster(content, load_member_profile(chosen.profile), file=name)


def _refused(request: Request, form: Sent, bad: BadFile) -> HTMLResponse:
    page = show(request, form.desk, form.who, "member_import.html", _values(findings=bad.findings))
    page.status_code = 400
    return page


def _values(**known: Any) -> dict[str, Any]:
    profiles = [load_member_profile(name) for name in member_profile_names()]
    empty: dict[str, Any] = {
        "reading": None,
        "found": None,
        "done": None,
        "findings": (),
        "new": [],
        "places": {},
        "members": {},
        "content": "",
    }
    return {**empty, "profiles": profiles, "shown_max": SHOWN_MAX, "size_max": ROSTER_BYTES_MAX // 1000, **known}
