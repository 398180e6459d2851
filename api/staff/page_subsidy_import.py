"""Importing a subsidy list: upload a workbook, see line by line what would be recorded and what is wrong, confirm.

What must not be broken: nothing is recorded before the page has shown it. Between the two steps the file is kept by
nobody but the browser that sent it; it is read and judged anew when it is confirmed.
"""

import base64
import binascii
from typing import Annotated, Any, Final

from fastapi import File, Query, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from api.commands.shared import today
from api.files.findings import BadFile, finding
from api.files.subsidy_list_profiles import load_subsidy_list_profile, subsidy_list_profile_names
from api.files.subsidy_lists import SubsidyListReading, read_subsidy_list
from api.staff.acting import Acting, ByCookie, Desk
from api.staff.deeds_read import household_numbers
from api.staff.fields import Code, Identifier, Line, PeriodText
from api.staff.forms import FormSent, Sent, show
from api.staff.office import Office
from api.staff.texts import names_of
from api.subsidy_importing import IMPORTERS, ListJudged, WhichList, judge
from api.subsidy_importing import record as record_list
from api.web import property_words
from api.web.routes import Routes
from domain.kernel.places import level
from domain.kernel.refusals import Refusal
from projections import places, subsidies

router = Routes(prefix="/staff/subsidies/import", include_in_schema=False)

BYTES_MAX: Final = 700_000
"""What fits into a form's field as base64 (RFC 4648, section 5); larger ones go in by the command line."""
SHOWN_MAX: Final = 500


class ListChosen(BaseModel):
    """Which list the file is a version of, and in which layout it is read."""

    profile: Line
    programme_id: Identifier
    division: Code
    period: PeriodText
    reason: Line | None = None


class ListConfirmed(ListChosen):
    """The file itself once more, as the page that showed it has kept it; `file` is its name."""

    file: Line
    content: Annotated[str, Field(max_length=BYTES_MAX * 2, pattern=r"^[A-Za-z0-9_=-]*$")]


@router.get("")
def ask(
    request: Request, desk: Desk, who: ByCookie, programme: Annotated[Identifier | None, Query()] = None
) -> HTMLResponse:
    """Which file, of which programme, village and period?"""
    _require_importer(who)
    return show(request, desk, who, "subsidy_import.html", _values(desk, who, chosen_programme=programme))


@router.post("")
def preview(request: Request, form: FormSent, file: Annotated[UploadFile, File()]) -> HTMLResponse:
    """What of the file would be recorded, and what is wrong with it; a file that cannot be read says why."""
    _require_importer(form.who)
    wanted = form.shaped(ListChosen)
    content, name = file.file.read(BYTES_MAX + 1), file.filename or "名单.xlsx"
    try:
        reading = _read(wanted, content, name)
    except BadFile as bad:
        return _refused(request, form, bad)
    judged = judge(form.app, reading=reading, which=_which(wanted))
    shown = judged.lines[:SHOWN_MAX]
    values = _values(
        form.desk,
        form.who,
        wanted=wanted,
        reading=reading,
        judged=judged,
        lines=shown,
        names=names_of(form.desk, [one.payee_id for one in shown if one.kind == "person"]),
        houses=household_numbers(form.desk, [one.payee_id for one in shown if one.kind == "household"]),
        findings=judged.findings,
        content=base64.urlsafe_b64encode(content).decode(),
    )
    return show(request, form.desk, form.who, "subsidy_import.html", values)


@router.post("/record")
def record(request: Request, form: FormSent) -> Response:
    """Propose the list. The same file again changes nothing."""
    _require_importer(form.who)
    wanted = form.shaped(ListConfirmed)
    try:
        content = base64.urlsafe_b64decode(wanted.content)
    except binascii.Error:
        raise Refusal("form.expired") from None
    try:
        reading = _read(wanted, content, wanted.file)
    except BadFile as bad:
        return _refused(request, form, bad)
    judged = judge(form.app, reading=reading, which=_which(wanted))
    receipt = record_list(form.app, actor=form.actor, judged=judged)
    done: RedirectResponse = form.done(receipt, at=f"/staff/subsidies/lists/{judged.new.list_id}")
    return done


def _require_importer(who: Acting) -> None:
    if who.role not in IMPORTERS:
        raise Refusal("access.may_not_read", role=who.role)


def _which(chosen: ListChosen) -> WhichList:
    return WhichList(chosen.programme_id, chosen.division, chosen.period, chosen.reason)


def _read(chosen: ListChosen, content: bytes, name: str) -> SubsidyListReading:
    if chosen.profile not in subsidy_list_profile_names():
        raise Refusal("page.unknown")
    if len(content) > BYTES_MAX:
        raise BadFile([finding("file.too_large", file=name, limit=f"{BYTES_MAX // 1000} KB")])
    return read_subsidy_list(content, load_subsidy_list_profile(chosen.profile), file=name)


def _refused(request: Request, form: Sent, bad: BadFile) -> HTMLResponse:
    values = _values(form.desk, form.who, findings=bad.findings, chosen_programme=form.fields.get("programme_id"))
    page = show(request, form.desk, form.who, "subsidy_import.html", values)
    page.status_code = 400
    return page


def _values(desk: Office, who: Acting, **known: Any) -> dict[str, Any]:
    on = today(desk.app)
    with desk.current(subsidies, places) as conn:
        programmes = subsidies.programmes(conn, who.areas[0], on=on)
        villages = [place for place in places.within(conn, who.areas[0], on=on) if level(place.code) == "village"]
    judged: ListJudged | None = None
    empty: dict[str, Any] = {
        "wanted": None,
        "reading": None,
        "judged": judged,
        "lines": (),
        "findings": (),
        "content": "",
        "chosen_programme": None,
    }
    fixed = {
        "programmes": [one for one in programmes if one.last_day is None],
        "titles": {one.programme_id: one for one in programmes},
        "villages": villages,
        "profiles": [load_subsidy_list_profile(name) for name in subsidy_list_profile_names()],
        "year": on.year,
        "shown_max": SHOWN_MAX,
        "size_max": BYTES_MAX // 1000,
        "said": property_words,
    }
    return {**empty, **fixed, **known}
