"""会议: the rules of who must come and agree, meetings, who came, and the votes."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api import village_files
from api.commands.affairs import meetings as commands
from api.staff.acting import Acting, ByCookie, Desk
from api.staff.affair_forms import MeetingForm, MeetingStepForm, RuleForm
from api.staff.affairs_done import Asked, meeting_step
from api.staff.affairs_new import meeting_of, rule_of
from api.staff.affairs_read import meeting_page, require_sheet_keeper
from api.staff.affairs_shown import SHOWN_MAX, listing_values, page_values
from api.staff.api_tasks import new_deed_id
from api.staff.fields import Identifier
from api.staff.forms import FormSent, show
from api.staff.office import Office
from api.staff.page_notices import PageBefore
from api.staff.page_today import place_names
from api.staff.papers import Papers, paper_answer
from api.staff.people_named import all_named
from api.web.affair_words import MEETING_KINDS
from api.web.routes import Routes
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from projections import meetings

router = Routes(prefix="/staff/meetings", include_in_schema=False)


@router.get("")
def listing(request: Request, desk: Desk, who: ByCookie, before: PageBefore = None) -> HTMLResponse:
    """The meetings of the role's area, the latest first, the rules that hold there, and the forms for more."""
    who.require("affairs")
    with desk.current(meetings) as conn:
        found = meetings.listing(conn, who.areas[0], before=before, limit=SHOWN_MAX)
        rules = meetings.rules(conn, who.areas[0])
    ruled = {one.rule.kind for one in rules}
    kinds = {kind: word for kind, word in MEETING_KINDS.items() if kind in ruled}
    values = listing_values(desk, who, found, rules=rules, kinds=kinds)
    values["places"] |= place_names(desk, {one.division for one in rules})
    return show(request, desk, who, "meetings.html", values)


@router.post("")
def call(form: FormSent) -> RedirectResponse:
    """Call a meeting."""
    meeting_id = new_deed_id(form.desk, form.who, "meeting", form.key)
    new = meeting_of(form.shaped(MeetingForm), meeting_id)
    receipt = commands.call(form.app, actor=form.actor, key=form.key, new=new, on=form.on)
    return form.done(receipt, at=f"/staff/meetings/{meeting_id}")


@router.post("/rules")
def set_rule(form: FormSent) -> RedirectResponse:
    """Say how many must come to a kind of meeting, and how many must agree."""
    new = rule_of(form.shaped(RuleForm))
    receipt = commands.set_rule(form.app, actor=form.actor, key=form.key, new=new, on=form.on)
    return form.done(receipt, at="/staff/meetings")


@router.get("/{affair_id}")
def page(request: Request, affair_id: Identifier, desk: Desk, who: ByCookie) -> HTMLResponse:
    """A meeting, its votes, what rests on them, and its history."""
    found = meeting_page(desk, who, affair_id)
    meeting = found.meeting
    more = {
        "meeting": meeting,
        "sheets": found.sheets,
        "rule": found.rule,
        "resolutions": found.resolutions,
        "projects": found.projects,
        "counted": meeting.recorder_id == who.person_id,
    }
    return show(request, desk, who, "meeting.html", page_values(desk, who, meeting.division, found.steps, **more))


@router.post("/{affair_id}/steps")
def record_step(affair_id: Identifier, form: FormSent, papers: Papers = []) -> RedirectResponse:  # noqa: B006 - the framework copies it
    """Write down who came, with the sheet that they signed, a vote, or that it was not held."""
    wanted = all_named(form, "person_ids").shaped(MeetingStepForm)
    given = [one for one in papers if one.filename]
    division = (require_sheet_keeper if given else _village_of)(form.desk, form.who, affair_id)
    kept = [village_files.keep(form.app, one.file.read(), kind=village_files.OF_MEETING) for one in given]
    files = list(dict.fromkeys(one.sha256 for one in kept))
    asked = Asked(form.app, form.actor, form.key, affair_id, form.on)
    receipt = meeting_step(asked, wanted.model_copy(update={"files": files}), division=division)
    return form.done(receipt, at=f"/staff/meetings/{affair_id}")


@router.get("/{affair_id}/sheets/{sha256}")
def sheet(
    affair_id: Identifier, sha256: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")], desk: Desk, who: ByCookie
) -> Response:
    """A file of the attendance sheet, for whoever may keep one; that it was opened is written down."""
    require_sheet_keeper(desk, who, affair_id)
    if all(one.sha256 != sha256 for one in meeting_page(desk, who, affair_id).sheets):
        raise Refusal("village_file.unknown")
    return paper_answer(desk, who, sha256, name="签到表", reason=f"meeting.read as {who.role}")


def _village_of(desk: Office, who: Acting, meeting_id: UUID) -> Division:
    return meeting_page(desk, who, meeting_id).meeting.division
