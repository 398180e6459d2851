"""Importing a village's cash or bank journal: upload a workbook, see what would be drafted and what is wrong, confirm.

What must not be broken: nothing is recorded before the page has shown it. Between the two steps the file is kept by
nobody but the browser that sent it; it is read and judged anew when it is confirmed.
"""

import base64
import binascii
from typing import Annotated, Any, Final, Literal

from fastapi import File, Request, UploadFile
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from api.files.cash_journal_profiles import cash_journal_profile_names, load_cash_journal_profile
from api.files.cash_journals import JournalReading, read_cash_journal
from api.files.findings import BadFile, finding
from api.staff.acting import ByCookie, Desk
from api.staff.api_village_books import require_writer
from api.staff.fields import Code, Line
from api.staff.forms import FormSent, Sent, show
from api.staff.page_village_books import readable_book, shared_values
from api.village_importing import import_journal, preview_journal
from api.web.routes import Routes
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from projections import village_books

router = Routes(prefix="/staff/village-books", include_in_schema=False)

JOURNAL_BYTES_MAX: Final = 700_000
"""What fits into a form's field as base64 (RFC 4648, section 5); larger ones go in by the command line."""
SHOWN_MAX: Final = 1_000


class JournalChosen(BaseModel):
    """In which layout a file is read, and of which purse it is."""

    profile: Line
    account: Literal["101", "102"]


class JournalConfirmed(JournalChosen):
    """The file itself once more, as the page that showed it has kept it; `file` is its name."""

    file: Line
    content: Annotated[str, Field(max_length=JOURNAL_BYTES_MAX * 2, pattern=r"^[A-Za-z0-9_=-]*$")]


@router.get("/{division}/import")
def ask(request: Request, division: Code, desk: Desk, who: ByCookie) -> HTMLResponse:
    """Which file?"""
    require_writer(who, division)
    with desk.current(village_books) as conn:
        book = readable_book(conn, who, division)
    return show(request, desk, who, "village_import.html", {**_EMPTY, **shared_values(desk, who, book, [])})


@router.post("/{division}/import")
def preview(request: Request, division: Code, form: FormSent, journal: Annotated[UploadFile, File()]) -> HTMLResponse:
    """What of the file would be drafted, and what is wrong with it; a file that cannot be read says why."""
    require_writer(form.who, division)
    content, name = journal.file.read(JOURNAL_BYTES_MAX + 1), journal.filename or "日记账.xlsx"
    wanted = form.shaped(JournalChosen)
    try:
        reading = _read(wanted, content, name)
    except BadFile as bad:
        return _answer(request, form, division, {"findings": bad.findings}, status=400)
    found = preview_journal(form.app, reading=reading, division=division, account=wanted.account)
    values = {
        "reading": reading,
        "found": found,
        "account": wanted.account,
        "findings": found.findings,
        "content": base64.urlsafe_b64encode(content).decode(),
    }
    return _answer(request, form, division, values)


@router.post("/{division}/import/record")
def record(request: Request, division: Code, form: FormSent) -> HTMLResponse:
    """Draft a voucher for every row that is new. The same file again changes nothing."""
    require_writer(form.who, division)
    wanted = form.shaped(JournalConfirmed)
    try:
        content = base64.urlsafe_b64decode(wanted.content)
    except binascii.Error:
        raise Refusal("form.expired") from None
    try:
        reading = _read(wanted, content, wanted.file)
    except BadFile as bad:
        return _answer(request, form, division, {"findings": bad.findings}, status=400)
    done = import_journal(
        form.app, actor=form.actor, reading=reading, content=content, division=division, account=wanted.account
    )
    if form.desk.following.running:
        form.app.caught_up(form.app.journal.position())
    return _answer(request, form, division, {"reading": reading, "done": done, "findings": done.findings})


def _read(chosen: JournalChosen, content: bytes, name: str) -> JournalReading:
    if chosen.profile not in cash_journal_profile_names():
        raise Refusal("page.unknown")
    if len(content) > JOURNAL_BYTES_MAX:
        raise BadFile([finding("file.too_large", file=name, limit=f"{JOURNAL_BYTES_MAX // 1000} KB")])
    return read_cash_journal(content, load_cash_journal_profile(chosen.profile), file=name)


def _answer(
    request: Request, form: Sent, division: Division, known: dict[str, Any], *, status: int = 200
) -> HTMLResponse:
    with form.desk.current(village_books) as conn:
        book = readable_book(conn, form.who, division)
    values = {**_EMPTY, **shared_values(form.desk, form.who, book, []), **known}
    page = show(request, form.desk, form.who, "village_import.html", values)
    page.status_code = status
    return page


_EMPTY: Final[dict[str, Any]] = {
    "reading": None,
    "found": None,
    "done": None,
    "account": "102",
    "findings": (),
    "content": "",
    "profiles": [load_cash_journal_profile(name) for name in cash_journal_profile_names()],
    "shown_max": SHOWN_MAX,
    "size_max": JOURNAL_BYTES_MAX // 1000,
}
