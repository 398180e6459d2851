"""The monthly payout on pages: the list that is proposed, the batch that is frozen, and the two people it takes.

What must not be broken: the approve form carries the digest of the lines on the same page, so that nobody approves what
he was not shown.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import File, Query, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.commands import payouts as commands
from api.commands.payrolls import PAYROLLS, Waiting
from api.commands.shared import today
from api.files.bank_profiles import bank_profile_names
from api.staff.acting import Acting, ByCookie, Desk
from api.staff.batch_files import payment_file, profile_named, record_answer
from api.staff.fields import Identifier
from api.staff.form_shapes import ProfileChosen
from api.staff.forms import FormSent, shaped, show
from api.staff.page_today import place_names
from api.staff.payout_shapes import AcknowledgementGiven
from api.staff.schemas_seen import schemas_seen
from api.staff.shapes import Approval, NewBatch, WithReason
from api.staff.signals import signal_words
from api.staff.texts import names_of, open_payees
from api.web.paging import Shown, query
from api.web.routes import Routes
from domain.kernel.calendar import month_of
from domain.kernel.refusals import Refusal
from domain.payout_batches import reference
from domain.payout_batches.signals import CODES, Acknowledgement, Signal, by_kind
from projections import allowances, payout_batches, places, reward_payments
from projections.payout_batches import BatchPage

router = Routes(prefix="/staff/payouts", include_in_schema=False)

SHOWN_MAX: Final = 50
KIND_LINES_SHOWN: Final = 12
LINES_SHOWN: Final = 200
"""So many lines of a batch are on a page: names and accounts are opened for these alone."""


@router.get("")
def listing(
    request: Request, desk: Desk, who: ByCookie, before: Annotated[int | None, Query(ge=0, le=2**53)] = None
) -> HTMLResponse:
    """All batches, the latest first, and the way to the next one."""
    who.require("payouts")
    area = who.areas[0]
    with desk.current(payout_batches, reward_payments) as conn:
        batches = payout_batches.listing(conn, area=area, before=before, limit=SHOWN_MAX)
        total, passed = payout_batches.listed(conn, area=area, before=before)
        months = reward_payments.months(conn, area)
        known = places.within(conn, area, on=today(desk.app))
    shown = Shown(total=total, first=passed + 1, count=len(batches))
    values = {
        "batches": batches,
        "shown": shown,
        "next": query(before=batches[-1].log_index) if shown.more else None,
        "months": months,
        "known": known,
        "area": area,
        "this_month": month_of(today(desk.app)),
        "places": place_names(desk, {batch.division for batch in batches}),
    }
    return show(request, desk, who, "payouts.html", values)


@router.get("/proposal")
def proposal(
    request: Request,
    desk: Desk,
    who: ByCookie,
    division: Annotated[str, Query(max_length=20)] = "",
    month: Annotated[str, Query(max_length=10)] = "",
    payroll: Annotated[str, Query(max_length=20)] = "",
    after: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> HTMLResponse:
    """Who would be paid how much, and who is left out and why, before anything is recorded; so many at a time."""
    who.require("payouts")
    wanted = shaped(NewBatch, {"division": division, "month": month, "payroll": payroll})
    who.area(desk, wanted.division)
    found = commands.propose(desk.app, division=wanted.division, month=wanted.month, payroll=wanted.payroll)
    with desk.current(payout_batches, reward_payments, allowances) as conn:
        waiting = PAYROLLS[wanted.payroll].to_schedule(conn, wanted.division, wanted.month)
    left = _left_out(found, waiting)
    listed = list(found.by_payee.items())[after : after + LINES_SHOWN]
    shown = Shown(total=len(found.by_payee), first=after + 1, count=len(listed))
    again = {"division": wanted.division, "month": wanted.month, "payroll": payroll}
    waits, without_account = found.left_out, set(found.without_account)
    held, doubtful = set(found.held), set(found.doubtful)
    without = [payee for payee in left if payee in waits][:LINES_SHOWN]
    values = {
        "proposal": found,
        "listed": listed,
        "shown": shown,
        "next": query(**again, after=after + LINES_SHOWN) if shown.more else None,
        "without_account": {payee: left[payee] for payee in without if payee in without_account},
        "cooling": {payee: (found.cooling[payee], left[payee]) for payee in without if payee in found.cooling},
        "held": {payee: left[payee] for payee in without if payee in held},
        "doubtful": {payee: left[payee] for payee in without if payee in doubtful},
        "other_budget": [one for payee, owed in left.items() if payee not in waits for one in owed],
        "unlisted_count": len(waits) - len(without),
        "names": names_of(desk, [*(payee for payee, _ in listed), *without]),
        "places": place_names(desk, {wanted.division}),
    }
    return show(request, desk, who, "proposal.html", values)


def _left_out(found: commands.Proposal, waiting: Sequence[Waiting]) -> dict[UUID, list[Waiting]]:
    """What is owed for the month and not in the list, by payee."""
    taken = {reward.reward_id for held in found.by_payee.values() for reward in held}
    left: dict[UUID, list[Waiting]] = {}
    for reward in waiting:
        if reward.reward_id not in taken:
            left.setdefault(reward.payee_id, []).append(reward)
    return left


@router.post("")
def freeze(form: FormSent) -> RedirectResponse:
    """Freeze exactly the list whose digest stood on the page, and submit it; whoever is signed in is the maker."""
    wanted = form.shaped(NewBatch)
    receipt, batch_id = commands.freeze(
        form.app,
        actor=form.actor,
        key=form.key,
        division=wanted.division,
        month=wanted.month,
        payroll=wanted.payroll,
        shown_digest=wanted.shown_digest or "",  # a form that shows no list freezes none
        on=form.on,
    )
    return form.done(receipt, at=_at(batch_id))


@router.get("/{batch_id}")
def page(
    request: Request,
    batch_id: Identifier,
    desk: Desk,
    who: ByCookie,
    after: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> HTMLResponse:
    """The batch: its lines, so many at a time, its two people, its files, and whether ledger, lines and bank agree."""
    who.require("payouts")
    with desk.current(payout_batches) as conn:
        found = payout_batches.page(conn, batch_id, after=after, limit=LINES_SHOWN)
        kinds = payout_batches.signal_kinds(conn, batch_id, lines_max=KIND_LINES_SHOWN)
    if found is None:
        raise Refusal("payout_batch.unknown")
    batch = found.batch
    who.require_area(batch.division)
    people = [batch.maker_id, batch.checker_id, *(line.payee_id for line in found.payments)]
    people += [one.person_id for one in found.acknowledgements]
    first = found.payments[0].line if found.payments else 1
    shown = Shown(total=found.three_way.lines_count, first=first, count=len(found.payments))
    values: dict[str, Any] = {
        "page": found,
        "batch": batch,
        "reference": reference(batch.division, batch.month, batch.number),
        "names": names_of(desk, people),
        "places": place_names(desk, {batch.division}),
        "profiles": [profile_named(name) for name in bank_profile_names()],
        "final": found.three_way.all_final,
        "shown": shown,
        "next": query(after=found.payments[-1].line) if shown.more else None,
        "noted": _by_line(found),
        "kinds": kinds,
        "said": {one.person_id for one in found.acknowledgements},
        "schemas": schemas_seen(desk.app, [batch.file_sha256, *(one.file_sha256 for one in found.answers)]),
        **_for_checking(desk, who, found),
    }
    return show(request, desk, who, "batch.html", values)


@router.post("/{batch_id}/acknowledge")
def acknowledge(batch_id: Identifier, form: FormSent) -> RedirectResponse:
    """Say why the list may be paid in spite of what stands out: one reason for all lines with the same signal."""
    shown = form.shaped(Approval).shown_digest
    with form.app.reading.connection() as conn:
        signals = payout_batches.signals_of_batch(conn, batch_id)
    reasons = {code: reason.strip() for code in CODES if (reason := form.fields.get(f"reason_{code}", "")).strip()}
    said = [
        AcknowledgementGiven(code=one.code, reason=one.reason, lines=list(one.lines))
        for one in by_kind([Signal(one.line, one.code) for one in signals], reasons)
    ]
    receipt = commands.acknowledge(
        form.app,
        actor=form.actor,
        key=form.key,
        batch_id=batch_id,
        shown_digest=shown,
        acknowledgements=[Acknowledgement(one.code, one.reason, tuple(one.lines)) for one in said],
        on=form.on,
    )
    return form.done(receipt, at=_at(batch_id))


@router.post("/{batch_id}/approve")
def approve(batch_id: Identifier, form: FormSent) -> RedirectResponse:
    """Approve exactly the list whose digest stood on the page; whoever is signed in is the checker."""
    shown = form.shaped(Approval).shown_digest
    receipt = commands.approve(
        form.app, actor=form.actor, key=form.key, batch_id=batch_id, shown_digest=shown, on=form.on
    )
    return form.done(receipt, at=_at(batch_id))


@router.post("/{batch_id}/reject")
def reject(batch_id: Identifier, form: FormSent) -> RedirectResponse:
    """Send the batch back with a reason."""
    reason = form.shaped(WithReason).reason
    receipt = commands.reject(form.app, actor=form.actor, key=form.key, batch_id=batch_id, reason=reason, on=form.on)
    return form.done(receipt, at=_at(batch_id))


@router.post("/{batch_id}/export")
def export(batch_id: Identifier, form: FormSent) -> RedirectResponse:
    """Write the payment file; the page then offers it for download."""
    form.who.require("files")
    profile = profile_named(form.shaped(ProfileChosen).profile)
    receipt, _ = commands.export(
        form.app, actor=form.actor, key=form.key, batch_id=batch_id, profile=profile, on=form.on
    )
    return form.done(receipt, at=_at(batch_id))


@router.get("/{batch_id}/payment-file")
def download(batch_id: Identifier, desk: Desk, who: ByCookie) -> Response:
    """The file for the bank; the download is recorded."""
    content, kept = payment_file(desk, who, batch_id)
    return Response(content, media_type="application/octet-stream", headers=kept.headers)


@router.post("/{batch_id}/answers")
def answer(batch_id: Identifier, form: FormSent, file: Annotated[UploadFile, File()]) -> RedirectResponse:
    """Record the bank's return file; with any finding nothing is recorded, and all of them are shown."""
    receipt = record_answer(form.desk, form.who, batch_id, key=form.key, content=file.file.read(), file=file.filename)
    return form.done(receipt, at=_at(batch_id))


@router.post("/{batch_id}/close")
def close(batch_id: Identifier, form: FormSent) -> RedirectResponse:
    """Close a batch in which every line is final."""
    receipt = commands.close(form.app, actor=form.actor, key=form.key, batch_id=batch_id, on=form.on)
    return form.done(receipt, at=_at(batch_id))


def _at(batch_id: UUID) -> str:
    return f"/staff/payouts/{batch_id}"


def _for_checking(desk: Desk, who: Acting, found: BatchPage) -> dict[str, Any]:
    """Full names and accounts, for the approver of a frozen batch alone; opening them is recorded."""
    if found.batch.status != "frozen" or who.role != "county_approver":
        return {"payees": None}
    return {"payees": open_payees(desk, who, found.payments)}


def _by_line(found: BatchPage) -> dict[int, list[str]]:
    """Line -> what stands out in it, in words."""
    noted: dict[int, list[str]] = {}
    for signal in found.signals:
        noted.setdefault(signal.line, []).append(signal_words(signal))
    return noted
