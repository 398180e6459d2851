"""The workbench for reconciliation: statements with their totals before and after, lines, matches, differences.

What must not be broken: a page shows at most so many lines at a time, whatever the statement holds; names and accounts
are opened only on the page of suggestions, for a person who may see the bank's files, and that is recorded.
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import File, Path, Query, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands import closing_checks, payouts, reconciling, reconciling_by_hand, superseding
from api.commands.shared import today
from api.commands.suggesting import suggestions_of
from api.files.findings import BadFile, finding
from api.files.statement_profiles import StatementProfile, load_statement_profile, statement_profile_names
from api.staff.acting import Acting, ByCookie, Desk
from api.staff.batch_files import upload_name
from api.staff.fields import Identifier
from api.staff.form_shapes import ProfileChosen
from api.staff.forms import FormSent, keyed, show
from api.staff.office import Office
from api.staff.payout_shapes import PaidAgainShown
from api.staff.reconcile_shapes import Accepted, ByDocument, ByHand
from api.staff.schemas_seen import schemas_seen
from api.staff.shapes import WithReason
from api.staff.texts import names_of
from api.web import reconciliation_words
from api.web.routes import Routes
from domain.kernel.calendar import month_of
from domain.kernel.matches import EntryKey, Part
from domain.kernel.rates import Rate
from domain.kernel.refusals import Refusal
from domain.matching import PERHAPS_AGAIN, Entry
from projections import bank_documents, reconciliation
from projections import reconciliation_queries as queries
from projections.reconciliation import BankStatement
from projections.reconciliation_queries import Shown

router = Routes(prefix="/staff/reconcile", include_in_schema=False)

LINES_SHOWN = 200
DIFFERENCES_SHOWN = 20
AGES = ((0, 3, "3 天以内"), (4, 7, "4 至 7 天"), (8, 30, "8 至 30 天"), (31, 1_000_000, "30 天以上"))
"""By how many days something waits: from, to, words."""

Number = Annotated[int, Path(ge=1, le=10_000_000)]


@router.get("")
def workbench(request: Request, desk: Desk, who: ByCookie) -> HTMLResponse:
    """The headline, this month's position, what waits by age, and the statements with the way to add one."""
    who.require("payouts")
    on = today(desk.app)
    with desk.current(reconciliation) as conn:
        share, listed = queries.share(conn), queries.statements(conn, limit=24)
        differences = queries.exceptions(conn, limit=closing_checks.EVERYTHING)
        returned, proposed = queries.returned(conn), queries.proposals(conn)
        totals = {one.statement_id: queries.totals(conn, one.statement_id) for one in listed}
    month = month_of(listed[0].until if listed else on)
    values = {
        "share": share,
        "matched": Rate(share.matched_fen, share.paid_fen, share.position),
        "within": [
            (days, Rate(matched_fen, share.paid_fen, share.position))
            for days, matched_fen in (
                (3, share.within_3_days_fen),
                (7, share.within_7_days_fen),
                (30, share.within_30_days_fen),
            )
        ],
        "statements": listed,
        "totals": totals,
        "differences": differences,
        "ages": _by_age([((on - one.day).days, abs(one.amount_fen)) for one in differences]),
        "suspense": _by_age([((on - one.back_on).days, one.amount_fen) for one in returned if one.back_on]),
        "proposed": proposed,
        "month": month,
        "position": closing_checks.position_of(desk.app, month),
        "profiles": statement_profiles(),
    }
    return _shown(request, desk, who, "reconcile.html", values)


@router.post("/statements")
def record(form: FormSent, file: Annotated[UploadFile, File()]) -> RedirectResponse:
    """Record the bank's file and match it; with any finding nothing is recorded, and all of them are shown."""
    form.who.require("files")
    taken = reconciling.record_statements(
        form.app,
        actor=form.actor,
        key=form.key,
        profile=statement_profile(form.shaped(ProfileChosen).profile),
        content=file.file.read(),
        file=upload_name(file.filename),
        on=form.on,
    )
    return form.done(taken[-1].receipt, at=f"/staff/reconcile/statements/{taken[-1].statement_id}")


@router.post("/match")
def match_again(form: FormSent) -> RedirectResponse:
    """Match what waits with what the books know by now."""
    form.who.require("files")
    receipt = reconciling.match_again(form.app, actor=form.actor, key=form.key, on=form.on)
    return form.done(receipt, at="/staff/reconcile")


@router.get("/statements/{statement_id}")
def statement(
    request: Request,
    statement_id: Identifier,
    desk: Desk,
    who: ByCookie,
    shown: Shown = "all",
    after: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> HTMLResponse:
    """A statement: totals before and after, and its lines, so many at a time."""
    who.require("payouts")
    with desk.current(reconciliation) as conn:
        found = _statement(queries.statement(conn, statement_id))
        lines = queries.entries(conn, statement_id, shown=shown, after=after, limit=LINES_SHOWN + 1)
        totals = queries.totals(conn, statement_id)
        differences = queries.exceptions(conn, statement_id=statement_id, limit=DIFFERENCES_SHOWN)
        wanted = queries.superseding(conn, statement_id)
        others = [one for one in queries.statements(conn, limit=1_000) if _contradicts(found, one)]
    values = {
        "statement": found,
        "wanted": wanted,
        "others": others,
        "names": names_of(desk, [wanted.proposer_id] if wanted else []),
        "totals": totals,
        "lines": lines[:LINES_SHOWN],
        "next": lines[LINES_SHOWN - 1].number if len(lines) > LINES_SHOWN else None,
        "shown": shown,
        "after": after,
        "differences": [one for one in differences if one.entry is None],
        "schemas": schemas_seen(desk.app, [found.file_sha256]),
    }
    return _shown(request, desk, who, "reconcile_statement.html", values)


@router.get("/statements/{statement_id}/lines/{number}")
def line(request: Request, statement_id: Identifier, number: Number, desk: Desk, who: ByCookie) -> HTMLResponse:
    """One line: what it is matched to and why, what does not agree, and what a person can do about it."""
    who.require("payouts")
    key = EntryKey(statement_id, number)
    with desk.current(reconciliation) as conn:
        found = _statement(queries.statement(conn, statement_id))
        row = queries.entry(conn, key)
        if row is None:
            raise Refusal("reconciliation.entry_unknown", entry=number)
        allocated = queries.allocations(conn, key)
        differences = queries.exceptions(conn, is_open=None, statement_id=statement_id, entry_number=number)
        proposed = [one for one in queries.proposals(conn, statement_id) if one.entry == number]
        release = queries.release(conn, key)
        as_entry = Entry(key, row.booked_on, row.amount_fen, row.end_to_end_id, row.bank_ref, row.batch_ref)
        named = [one for one in queries.payables(conn, [as_entry]) if one.amount_fen == abs(row.amount_fen)]
        parts = queries.payments_by_id(conn, {UUID(part["payment_id"]) for one in proposed for part in one.parts})
        left_fen = row.amount_fen - row.matched_fen
        fitting = bank_documents.fitting(conn, left_fen=left_fen, on=row.booked_on) if left_fen else []
        on_documents = bank_documents.of_entry(conn, key)
        suspects = {one.payment_id for one in differences if one.kind == PERHAPS_AGAIN and one.payment_id is not None}
        suspected = [one.end_to_end_id for one in queries.payments_by_id(conn, suspects).values()]
    people = {one.payee_id for one in allocated} | {one.proposer_id for one in proposed}
    people |= {release.proposer_id} if release else set()
    values = {
        "statement": found,
        "line": row,
        "allocated": allocated,
        "differences": differences,
        "proposal": proposed[0] if proposed else None,
        "release": release,
        "parts": parts,
        "same_amount": named[:DIFFERENCES_SHOWN],
        "suspected": suspected[0] if suspected else None,
        "fitting": fitting[:DIFFERENCES_SHOWN],
        "on_documents": on_documents,
        "names": names_of(desk, people),
    }
    return _shown(request, desk, who, "reconcile_line.html", values)


@router.get("/statements/{statement_id}/suggestions")
def suggestions(request: Request, statement_id: Identifier, desk: Desk, who: ByCookie) -> HTMLResponse:
    """Which payments the lines without a reference may be, with what agrees; opening names and accounts is recorded."""
    who.require("files")
    found = suggestions_of(desk.app, by=who.actor, statement_id=statement_id)
    wanted = {one.part.payment_id for one in found.proposals} | {one.payment_id for one in found.differing}
    with desk.current(reconciliation) as conn:
        payments = queries.payments_by_id(conn, {one for one in wanted if one is not None})
        rows = {one.number: one for one in queries.entries(conn, statement_id, shown="waiting", limit=100_000)}
        kept = _statement(queries.statement(conn, statement_id))
    several = {one.key for one in found.proposals if sum(other.key == one.key for other in found.proposals) > 1}
    values = {
        "statement": kept,
        "proposals": found.proposals[:LINES_SHOWN],
        "count": len(found.proposals),
        "several": several,
        "differing": found.differing[:LINES_SHOWN],
        "payments": payments,
        "lines": rows,
        "names": names_of(desk, {one.payee_id for one in payments.values()}),
    }
    return _shown(request, desk, who, "reconcile_suggestions.html", values)


# What a person does with a line.


@router.post("/statements/{statement_id}/lines/{number}/accept")
def accept(statement_id: Identifier, number: Number, form: FormSent) -> RedirectResponse:
    """Accept a suggestion."""
    form.who.require("files")
    wanted = form.shaped(Accepted)
    receipt = reconciling_by_hand.accept(
        form.app,
        actor=form.actor,
        key=form.key,
        entry=EntryKey(statement_id, number),
        payment_id=wanted.payment_id,
        reason=wanted.reason,
        on=form.on,
    )
    return form.done(receipt, at=f"/staff/reconcile/statements/{statement_id}/suggestions")


@router.post("/statements/{statement_id}/lines/{number}/propose")
def propose(statement_id: Identifier, number: Number, form: FormSent) -> RedirectResponse:
    """Propose by hand what a line is matched to; another person confirms."""
    wanted = form.shaped(ByHand)
    with form.app.reading.connection() as conn:
        row = queries.entry(conn, EntryKey(statement_id, number))
        known = queries.payments_named(conn, wanted.end_to_end_id)
    if not known or row is None:
        raise Refusal("payment.unknown")
    sign = -1 if row.amount_fen < 0 else 1
    meant = next((one for one in known if one.has_free(leaves=sign < 0)), known[0])
    receipt = reconciling_by_hand.propose(
        form.app,
        actor=form.actor,
        key=form.key,
        entry=EntryKey(statement_id, number),
        parts=[Part(meant.payment_id, sign * wanted.amount_fen)],
        reason=wanted.reason,
        on=form.on,
    )
    return form.done(receipt, at=_at(statement_id, number))


@router.post("/statements/{statement_id}/lines/{number}/propose-document")
def propose_document(statement_id: Identifier, number: Number, form: FormSent) -> RedirectResponse:
    """Propose that a line is the money of a document; another person confirms."""
    wanted = form.shaped(ByDocument)
    key = EntryKey(statement_id, number)
    with form.app.reading.connection() as conn:
        row = queries.entry(conn, key)
    if row is None:
        raise Refusal("reconciliation.entry_unknown", entry=number)
    part = reconciling_by_hand.by_document(form.app, wanted.document, line_fen=row.amount_fen - row.matched_fen)
    receipt = reconciling_by_hand.propose(
        form.app, actor=form.actor, key=form.key, entry=key, parts=[part], reason=wanted.reason, on=form.on
    )
    return form.done(receipt, at=_at(statement_id, number))


@router.post("/statements/{statement_id}/lines/{number}/paid-again")
def paid_again(statement_id: Identifier, number: Number, form: FormSent) -> RedirectResponse:
    """Say that by this line the bank paid a payment once more."""
    wanted = form.shaped(PaidAgainShown)
    with form.app.reading.connection() as conn:
        known = [one for one in queries.payments_named(conn, wanted.end_to_end_id) if one.repeats is None]
    if not known:
        raise Refusal("payment.unknown")
    receipt = payouts.pay_again(
        form.app,
        actor=form.actor,
        key=form.key,
        payment_id=known[0].payment_id,
        entry=EntryKey(statement_id, number),
        reason=wanted.reason,
        on=form.on,
    )
    return form.done(receipt, at=_at(statement_id, number))


@router.post("/statements/{statement_id}/lines/{number}/confirm")
def confirm(statement_id: Identifier, number: Number, form: FormSent) -> RedirectResponse:
    """Confirm what another person proposed."""
    key = EntryKey(statement_id, number)
    receipt = reconciling_by_hand.confirm(form.app, actor=form.actor, key=form.key, entry=key, on=form.on)
    return form.done(receipt, at=_at(statement_id, number))


@router.post("/statements/{statement_id}/lines/{number}/reject")
def reject(statement_id: Identifier, number: Number, form: FormSent) -> RedirectResponse:
    """Drop a proposal to match a line, or to take its match back."""
    reason, key = form.shaped(WithReason).reason, EntryKey(statement_id, number)
    receipt = reconciling_by_hand.reject(form.app, actor=form.actor, key=form.key, entry=key, reason=reason, on=form.on)
    return form.done(receipt, at=_at(statement_id, number))


@router.post("/statements/{statement_id}/lines/{number}/propose-unmatch")
def propose_unmatch(statement_id: Identifier, number: Number, form: FormSent) -> RedirectResponse:
    """Propose to take a match back; another person confirms."""
    reason, key = form.shaped(WithReason).reason, EntryKey(statement_id, number)
    receipt = reconciling_by_hand.propose_unmatch(
        form.app, actor=form.actor, key=form.key, entry=key, reason=reason, on=form.on
    )
    return form.done(receipt, at=_at(statement_id, number))


@router.post("/statements/{statement_id}/lines/{number}/unmatch")
def unmatch(statement_id: Identifier, number: Number, form: FormSent) -> RedirectResponse:
    """Confirm that a match is taken back."""
    key = EntryKey(statement_id, number)
    receipt = reconciling_by_hand.unmatch(form.app, actor=form.actor, key=form.key, entry=key, on=form.on)
    return form.done(receipt, at=_at(statement_id, number))


# What a person does with a statement that contradicts another.


@router.post("/statements/{statement_id}/propose-superseding")
def propose_superseding(statement_id: Identifier, form: FormSent) -> RedirectResponse:
    """Propose that it counts, instead of those that tell of the same days."""
    reason = form.shaped(WithReason).reason
    receipt = superseding.propose(
        form.app, actor=form.actor, key=form.key, statement_id=statement_id, reason=reason, on=form.on
    )
    return form.done(receipt, at=f"/staff/reconcile/statements/{statement_id}")


@router.post("/statements/{statement_id}/supersede")
def supersede(statement_id: Identifier, form: FormSent) -> RedirectResponse:
    """Confirm it as another person."""
    receipt = superseding.confirm(form.app, actor=form.actor, key=form.key, statement_id=statement_id, on=form.on)
    return form.done(receipt, at=f"/staff/reconcile/statements/{statement_id}")


def _shown(request: Request, desk: Office, who: Acting, template: str, values: dict[str, Any]) -> HTMLResponse:
    return keyed(show(request, desk, who, template, {"said": reconciliation_words, **values}))


def _contradicts(found: BankStatement, one: BankStatement) -> bool:
    """Whether a statement that counts tells of days of one that does not."""
    overlap = one.since <= found.until and found.since <= one.until
    return found.standing == "apart" and one.standing == "joined" and overlap


def _at(statement_id: UUID, number: int) -> str:
    return f"/staff/reconcile/statements/{statement_id}/lines/{number}"


def _statement(found: BankStatement | None) -> BankStatement:
    if found is None:
        raise Refusal("statement.unknown")
    return found


def statement_profiles() -> list[StatementProfile]:
    return [load_statement_profile(name) for name in statement_profile_names()]


def statement_profile(name: str) -> StatementProfile:
    """One of the layouts that come with the program; a name never becomes a path."""
    known = statement_profile_names()
    if name not in known:
        raise BadFile([finding("profile.unknown", file="版式", name=name, known="、".join(known))])
    return load_statement_profile(name)


def _by_age(found: list[tuple[int, int]]) -> list[tuple[str, int, int]]:
    """Days and amounts -> words of an age, how many, how much."""
    return [
        (word, len(of_age), sum(amount for _, amount in of_age))
        for low, high, word in AGES
        if (of_age := [one for one in found if low <= max(one[0], 0) <= high]) or low == 0
    ]
