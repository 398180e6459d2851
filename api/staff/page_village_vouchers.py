"""凭证: writing one with its papers, its page with the four signatures, the red voucher that takes it back."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api import village_files
from api.books.village_tables import names_of_book
from api.commands.village import vouchers as commands
from api.commands.village.vouchers import NewVoucher
from api.staff.acting import ByCookie, Desk
from api.staff.api_village_books import require_writer
from api.staff.fields import Code, Identifier
from api.staff.forms import FormSent, Sent, show
from api.staff.page_village_books import accounts_offered, address, readable_book, shared_values
from api.staff.papers import Papers, paper_answer
from api.staff.village_forms import ROWS, ReversalForm, VoucherForm, lines_of
from api.staff.village_shapes import VoucherStep
from api.staff.village_steps import Asked, voucher_step
from api.web.routes import Routes
from domain.kernel.events import Attachment
from domain.kernel.ids import derived
from domain.kernel.money import Fen
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.kernel.village_lines import VoucherLine
from domain.village.vouchers import STEPS, Content, needs_resolution
from projections import charts, meetings, village_books
from projections.village_books import Voucher

router = Routes(prefix="/staff/village-books", include_in_schema=False)

KEPT = "kept."
"""The fields of papers that stay with a voucher that is written anew."""


@router.get("/{division}/vouchers/new")
def ask(request: Request, division: Code, desk: Desk, who: ByCookie) -> HTMLResponse:
    """The form for a voucher."""
    require_writer(who, division)
    with desk.current(village_books, charts) as conn:
        book = readable_book(conn, who, division)
        accounts = accounts_offered(conn, book)
        parties = village_books.parties_of(conn, division)
    values = {
        "book": book,
        "accounts": accounts,
        "parties": parties,
        "rows": range(ROWS),
        "voucher": None,
        **shared_values(desk, who, book, []),
    }
    return show(request, desk, who, "village_voucher_new.html", values)


@router.post("/{division}/vouchers")
def draft(division: Code, form: FormSent, papers: Papers = []) -> RedirectResponse:  # noqa: B006 - the framework copies it
    """Write a voucher down."""
    require_writer(form.who, division)
    voucher_id = derived("village_voucher", form.who.person_id, form.key)
    new = NewVoucher(voucher_id, division, _content(form, papers, before=()))
    receipt = commands.draft(form.app, actor=form.actor, key=form.key, new=new, on=form.on)
    return form.done(receipt, at=_at(division, voucher_id))


@router.get("/{division}/vouchers/{voucher_id}")
def page(request: Request, division: Code, voucher_id: Identifier, desk: Desk, who: ByCookie) -> HTMLResponse:
    """A voucher: what it says, who signed it, and what the reader may do with it."""
    with desk.current(village_books, charts, meetings) as conn:
        book = readable_book(conn, who, division)
        resolutions = meetings.passed(conn, division)
        found = _of(village_books.voucher(conn, voucher_id), division)
        names = names_of_book(conn, book)
        parties = village_books.parties_of(conn, division)
        accounts = accounts_offered(conn, book)
        original = _voucher_id(found.reverses)
    signed = [found.handler_id, found.reviewer_id, found.approver_id, found.booker_id]
    needs = needs_resolution_of(found, book.limit_fen)
    values = {
        "book": book,
        "voucher": found,
        "account_names": names,
        "accounts": accounts,
        "parties": parties,
        "references": {str(one.party_id): one.reference for one in parties},
        "rows": range(max(ROWS, len(found.lines))),
        "turn": STEPS.get(found.status) == who.role and who.person_id not in signed,
        "signed_already": who.person_id in signed,
        "mine": found.handler_id == who.person_id,
        "needs_resolution": needs,
        "resolutions": resolutions,
        "original": original,
        **shared_values(desk, who, book, signed),
    }
    return show(request, desk, who, "village_voucher.html", values)


@router.post("/{division}/vouchers/{voucher_id}/steps")
def step(division: Code, voucher_id: Identifier, form: FormSent) -> RedirectResponse:
    """Review it, approve it, book it, send it back or withdraw it."""
    asked = Asked(form.app, form.actor, form.key, form.on)
    receipt = voucher_step(asked, voucher_id, form.shaped(VoucherStep))
    return form.done(receipt, at=_at(division, voucher_id))


@router.post("/{division}/vouchers/{voucher_id}/revision")
def revise(division: Code, voucher_id: Identifier, form: FormSent, papers: Papers = []) -> RedirectResponse:  # noqa: B006 - likewise
    """Write anew what was sent back; papers that are ticked stay."""
    require_writer(form.who, division)
    before = [name.removeprefix(KEPT) for name in form.fields if name.startswith(KEPT)]
    content = _content(form, papers, before=village_files.kept(form.app, before, division=division))
    receipt = commands.revise(
        form.app, actor=form.actor, key=form.key, voucher_id=voucher_id, content=content, on=form.on
    )
    return form.done(receipt, at=_at(division, voucher_id))


@router.post("/{division}/vouchers/{voucher_id}/reversal")
def reverse(division: Code, voucher_id: Identifier, form: FormSent) -> RedirectResponse:
    """Write down the red voucher; it goes the same way."""
    wanted = form.shaped(ReversalForm)
    own = derived("village_voucher", form.who.person_id, form.key)
    receipt = commands.draft_reversal(
        form.app,
        actor=form.actor,
        key=form.key,
        voucher_id=own,
        original_id=voucher_id,
        day=wanted.day,
        purpose=wanted.purpose,
        on=form.on,
    )
    return form.done(receipt, at=_at(division, own))


@router.get("/{division}/vouchers/{voucher_id}/files/{sha256}")
def paper(
    division: Code,
    voucher_id: Identifier,
    sha256: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")],
    desk: Desk,
    who: ByCookie,
) -> Response:
    """A paper of the voucher; that it was opened is written down."""
    with desk.current(village_books) as conn:
        readable_book(conn, who, division)
        found = _of(village_books.voucher(conn, voucher_id), division)
    if all(one["sha256"] != sha256 for one in found.attachments):
        raise Refusal("village_file.unknown")
    return paper_answer(desk, who, sha256, name="附件", reason=f"village_voucher.read as {who.role}")


def needs_resolution_of(voucher: Voucher, limit_fen: int) -> bool:
    """Whether it spends more than the limit."""
    lines = [VoucherLine(one["account"], one["side"], Fen(one["amount_fen"])) for one in voucher.lines]
    return needs_resolution(voucher.kind, lines, limit_fen=limit_fen, reverses=voucher.reverses is not None)


def _content(form: Sent, papers: list[UploadFile], *, before: tuple[Attachment, ...]) -> Content:
    wanted, lines = form.shaped(VoucherForm), lines_of(form.fields)
    new = [
        village_files.keep(form.app, one.file.read(), kind=village_files.OF_VOUCHER) for one in papers if one.filename
    ]
    attachments = tuple({one.sha256: one for one in (*before, *new)}.values())
    return Content(wanted.day, wanted.kind(lines), wanted.purpose, lines, attachments)


def _of(voucher: Voucher | None, division: str) -> Voucher:
    if voucher is None or voucher.division != division:
        raise Refusal("village_voucher.unknown")
    return voucher


def _voucher_id(booking: str | None) -> UUID | None:
    """The voucher whose booking an event's name is."""
    return UUID(booking.partition("@")[0].partition("/")[2]) if booking is not None else None


def _at(division: Division, voucher_id: UUID) -> str:
    return f"{address(division)}/vouchers/{voucher_id}"
