"""Reporting from a telephone: one form, photos, and a receipt with a short code. All of it works without a script.

With the script, photos are made smaller and sent one by one, and what could not be sent is kept and tried again under
the same key; the server cannot tell the difference, and records it once.
"""

import gzip
import json
from dataclasses import replace
from hashlib import sha256
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import File, Form, Query, Request, Response, UploadFile
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from api.commands.shared import today
from api.photos import BYTES_MAX, PHOTOS_MAX
from api.staff.acting import Acting, ByCookie, Desk
from api.staff.fields import Digest, Identifier
from api.staff.form_shapes import local_moment
from api.staff.forms import FormSent, Sent, show
from api.staff.ground_shown import villages_near
from api.staff.office import Office
from api.staff.page_today import item_titles, place_names
from api.staff.photos_taken import PhotosTaken, take_photos
from api.staff.report_recording import record_report
from api.staff.report_shapes import PointSent, ReportSent
from api.staff.reporting import choices, place_groups, require_may_report
from api.staff.shown_again import ANSWERED, EMPTY, Again, again, wants_page
from api.staff.texts import require_visible
from api.uploads import upload
from api.web.frame import PHOTOS_BYTES_MAX, SCRIPTED
from api.web.messages import sentence
from api.web.negotiating import takes_gzip
from api.web.paging import Shown, query, read_moment, write_key
from api.web.qr import qr_svg
from api.web.routes import Routes
from api.web.templates import STAFF_STYLE, STATIC, STYLE, address, script
from domain.kernel.calendar import day_in_china
from domain.kernel.places import Position
from domain.kernel.refusals import Refusal
from domain.kernel.short_codes import shown_code
from projections import budget_dates, incidents, payout_batches, reward_payments, tracking_codes
from projections.incidents import Filter

router = Routes(include_in_schema=False)

FIELD_OF: Final = {
    "photo": "photos",
    "request.too_large": "photos",
    "catalogue": "item",
    "place": "division",
    "access.outside_area": "division",
    "authority.outside_area": "division",
    "incident.reported_in_future": "reported_at",
    "incident.reported_too_late": "reported_at",
    "incident.ticket_missing": "source_ref",
}
"""What a refused report is refused for -> the field to mend. Other refusals stand above the form."""

WORKER: Final = STATIC / "report-worker.js"
WORKER_FILES: Final = (address(STYLE), address(STAFF_STYLE), "/static/icon.svg")
"""What the form needs besides its script."""

Digests = Annotated[list[Digest], Form()]
Files = Annotated[list[UploadFile], File()]
SHOWN_MAX = 50


@router.get("/report")
def short_address() -> RedirectResponse:
    """What a poster or a card says."""
    return RedirectResponse("/staff/report", status_code=303)


@router.get("/staff/report")
def report_form(request: Request, desk: Desk, who: ByCookie) -> Response:
    """The form for a report of one's own; small, because the network is poor."""
    require_may_report(who, reporter_id=who.person_id)
    return _small(request, show(request, desk, who, "report.html", form_values(desk, who, EMPTY)))


def form_values(desk: Office, who: Acting, given: Again) -> dict[str, Any]:
    """What the fields of a report need: places, items, limits, and what stands in them already."""
    return {
        "groups": place_groups(desk, who.areas),
        "choices": choices(desk, who.areas),
        "now": local_moment(desk.app.journal.now()),
        "photos_max": PHOTOS_MAX,
        "photo_bytes_max": BYTES_MAX,
        "photos_bytes_max": PHOTOS_BYTES_MAX,
        "given": given,
        "offline": False,
    }


@router.get("/staff/report/offline")
def offline_form(request: Request, desk: Desk, who: ByCookie) -> Response:
    """The form as the telephone keeps it for when there is no network: it names nobody and can send nothing itself."""
    require_may_report(who, reporter_id=who.person_id)
    values = {**form_values(desk, who, EMPTY), "offline": True}
    return _small(request, show(request, desk, who, "report_offline.html", values))


@router.get("/staff/report-worker.js")
def worker() -> Response:
    """The script that opens the form without a network; it changes with the files that the form needs."""
    files = [*WORKER_FILES, script("report")]
    named = f"const CACHE = 'mingzhang-report-{sha256(''.join(files).encode()).hexdigest()[:12]}';\n"
    content = f"{named}const FILES = {json.dumps(files)};\n{WORKER.read_text(encoding='utf-8')}"
    headers = {**SCRIPTED, "cache-control": "no-cache"}
    return Response(content, media_type="text/javascript", headers=headers)


@router.post("/staff/report/photos")
def photo(form: FormSent, photo: UploadFile) -> JSONResponse:
    """Keep one photo for a report that follows; sent again, it is the same one."""
    require_may_report(form.who, reporter_id=form.who.person_id)
    kept = upload(form.app, person_id=form.who.person_id, content=photo.file.read())
    return JSONResponse({"photo": kept.sha256}, status_code=201, headers={"cache-control": "no-store"})


@router.post("/staff/report/village")
def village(form: FormSent) -> JSONResponse:
    """The likeliest village for a point, if there is one: a proposal, which the reporter confirms or changes.

    The point comes in a body and is kept nowhere.
    """
    require_may_report(form.who, reporter_id=form.who.person_id)
    sent = form.shaped(PointSent)
    point = Position(sent.latitude_e5, sent.longitude_e5)
    found = [one for area in form.who.areas for one in villages_near(form.desk, point, area=area)]
    nearest = min(found, key=lambda one: one.village.distance_m, default=None)
    told = {"division": nearest.village.division, "name": nearest.name} if nearest else {"division": None}
    return JSONResponse(told, headers={"cache-control": "no-store"})


@router.post("/staff/report")
def report(request: Request, form: FormSent, photos: Files = [], photo: Digests = []) -> Response:  # noqa: B006 - the framework copies it
    """Record the report under the name of whoever is signed in; a script is told the code, a browser led to it.

    What is refused is shown again, filled in, with the photos that came through.
    """
    person_id = form.who.person_id
    require_may_report(form.who, reporter_id=person_id)
    taken = take_photos(request, form.app, person_id=person_id, files=photos, before=photo)
    try:
        wanted = form.shaped(ReportSent)
        taken.require_all()
        incident_id, receipt = record_report(form, wanted, reporter_id=person_id, source="app", digests=taken.digests)
    except ANSWERED as error:
        if not wants_page(request):
            raise
        given = asked_again(error, form, taken, fresh=len(taken.digests) - len(photo))
        shown = show(request, form.desk, form.who, "report.html", form_values(form.desk, form.who, given))
        shown.status_code = given.status
        return shown
    at = f"/staff/reports/{incident_id}"
    if "application/json" not in request.headers.get("accept", ""):
        return form.done(receipt, at=at)
    form.desk.settle(receipt)
    code = code_of(form.desk, incident_id)
    told = {"code": shown_code(code) if code else None, "at": at}
    return JSONResponse(told, status_code=201, headers={"cache-control": "no-store"})


@router.get("/staff/reports/{incident_id}")
def receipt(request: Request, incident_id: Identifier, desk: Desk, who: ByCookie) -> HTMLResponse:
    """What the reporter keeps: the short code, and a picture of it that leads to the tracking page."""
    with desk.current(incidents, tracking_codes) as conn:
        incident = incidents.one(conn, incident_id)
        code = tracking_codes.codes_of(conn, [incident_id]).get(incident_id)
    if incident is None or code is None:
        raise Refusal("incident.unknown")
    require_visible(who, incident)
    address = f"{desk.app.settings.base_url}/t/{code}"
    values = {
        "incident": incident,
        "items": item_titles(desk) if incident.item else {},
        "code": shown_code(code),
        "address": address,
        "qr": qr_svg(address, title=f"短号 {shown_code(code)} 的二维码"),
        "places": place_names(desk, {incident.division}),
        "on": day_in_china(incident.reported_at),
    }
    return show(request, desk, who, "receipt.html", values)


@router.get("/staff/reports")
def my_reports(
    request: Request, desk: Desk, who: ByCookie, after: Annotated[str | None, Query(max_length=400)] = None
) -> HTMLResponse:
    """One's own reports: how each stands, what it earned, and when that was paid."""
    require_may_report(who, reporter_id=who.person_id)
    with desk.current(incidents, reward_payments, payout_batches, tracking_codes) as conn:
        wanted = Filter(area=desk.app.log.division, reporter_id=who.person_id)
        key = read_moment(after)
        found = incidents.listing(conn, wanted, after=key, limit=SHOWN_MAX)
        total, passed = incidents.listed(conn, wanted, after=key)
        rewards = {reward.incident_id: reward for reward in reward_payments.of_payee(conn, who.person_id)}
        shown = [rewards[one.incident_id].reward_id for one in found if one.incident_id in rewards]
        dates = budget_dates.of_rewards(conn, shown)
        codes = tracking_codes.codes_of(conn, [incident.incident_id for incident in found])
    page_shown = Shown(total=total, first=passed + 1, count=len(found))
    last = write_key(found[-1].reported_at, found[-1].incident_id) if page_shown.more else None
    values = {
        "incidents": found,
        "shown": page_shown,
        "next": query(after=last) if last else None,
        "items": item_titles(desk),
        "rewards": rewards,
        "dates": dates,
        "codes": {incident_id: shown_code(code) for incident_id, code in codes.items()},
        "places": place_names(desk, {incident.division for incident in found}),
        "today": today(desk.app),
    }
    return show(request, desk, who, "my_reports.html", values)


def asked_again(error: Exception, form: Sent, taken: PhotosTaken, *, fresh: int) -> Again:
    """The form of a report once more. A photo that was refused is named beside whatever else was wrong.

    `fresh`: so many photos came with the form itself; those named from before may be what is gone.
    """
    gone = isinstance(error, Refusal) and error.code == "photo.unknown"
    kept = taken.digests[len(taken.digests) - fresh :] if gone else taken.digests
    given = again(error, form, at=FIELD_OF, photos=kept)
    if taken.refused is None:
        return given
    said = taken.which + ("：" if taken.which else "") + sentence(taken.refused.code, taken.refused.facts)
    return replace(given, problems={**given.problems, "photos": said})


def code_of(desk: Office, incident_id: UUID) -> str | None:
    """The short code of a report, None until the read model has come to it."""
    with desk.app.reading.connection() as conn:
        return tracking_codes.codes_of(conn, [incident_id]).get(incident_id)


def _small(request: Request, page: HTMLResponse) -> Response:
    """The page with the policy for its script, compressed where the browser takes that. It repeats nothing sent."""
    headers = {**SCRIPTED, "cache-control": "no-store", "vary": "accept-encoding"}
    if not takes_gzip(request.headers.get("accept-encoding", "")):
        return HTMLResponse(bytes(page.body), headers=headers)
    headers["content-encoding"] = "gzip"
    return HTMLResponse(gzip.compress(bytes(page.body), compresslevel=9, mtime=0), headers=headers)
