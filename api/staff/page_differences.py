"""The list of differences: of which kind, how old, whose, and what each was in the end."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands import reconciling_by_hand
from api.commands.shared import today
from api.staff.acting import ByCookie, Desk
from api.staff.fields import Identifier
from api.staff.forms import FormSent, keyed, show
from api.staff.reconcile_shapes import Cleared, Owner
from api.staff.shapes import WithReason
from api.staff.texts import names_of
from api.web import reconciliation_words
from api.web.routes import Routes
from domain.kernel.ids import EventName, stream_name
from domain.kernel.refusals import Refusal
from domain.recon_exceptions import NOT_TO_EXPLAIN
from projections import persons, reconciliation
from projections import reconciliation_queries as queries

router = Routes(prefix="/staff/reconcile/exceptions", include_in_schema=False)

SHOWN_AT_ONCE = 200
CLEARERS = ("county_officer", "county_approver")


@router.get("")
def listing(
    request: Request,
    desk: Desk,
    who: ByCookie,
    kind: Annotated[str, Query(max_length=40)] = "",
    whose: Annotated[str, Query(pattern="^(all|mine)$")] = "all",
    settled: Annotated[bool, Query()] = False,
    before: Annotated[int | None, Query(ge=0, le=2**53)] = None,
) -> HTMLResponse:
    """Differences, the latest first; by kind, and whose they are."""
    who.require("payouts")
    owner = who.person_id if whose == "mine" else None
    with desk.current(reconciliation) as conn:
        found = queries.exceptions(
            conn, is_open=not settled, kind=kind or None, owner=owner, before=before, limit=SHOWN_AT_ONCE + 1
        )
    people = {one for each in found for one in (each.owner_id, each.resolved_by) if one is not None}
    values = {
        "said": reconciliation_words,
        "differences": found[:SHOWN_AT_ONCE],
        "next": found[SHOWN_AT_ONCE - 1].log_index if len(found) > SHOWN_AT_ONCE else None,
        "kind": kind,
        "whose": whose,
        "settled": settled,
        "on": today(desk.app),
        "names": names_of(desk, people),
    }
    return keyed(show(request, desk, who, "reconcile_differences.html", values))


@router.get("/{exception_id}")
def page(request: Request, exception_id: Identifier, desk: Desk, who: ByCookie) -> HTMLResponse:
    """One difference, with whoever may have to do with it, and the forms to hand it over or settle it."""
    who.require("payouts")
    on = today(desk.app)
    with desk.current(reconciliation, persons) as conn:
        one = queries.exception(conn, exception_id)
        if one is None:
            raise Refusal("exception.unknown")
        payments = queries.payments_by_id(conn, [one.payment_id] if one.payment_id else [])
        county = desk.app.log.division
        held = [each for role in CLEARERS for each in persons.holders(conn, role, area=county, on=on)]
    candidates = list(dict.fromkeys(each.person_id for each in held))
    said_by = UUID(one.proposed["by"]) if one.proposed else None
    people = {*candidates, *(each for each in (one.owner_id, one.resolved_by, one.proposer_id, said_by) if each)}
    values = {
        "said": reconciliation_words,
        "one": one,
        "payment": next(iter(payments.values()), None),
        "not_to_explain": NOT_TO_EXPLAIN,
        "candidates": candidates,
        "said_by": said_by,
        "on": on,
        "names": names_of(desk, people),
        "stream": stream_name("exception", exception_id),
    }
    return keyed(show(request, desk, who, "reconcile_difference.html", values))


@router.post("/{exception_id}/assign")
def assign(exception_id: Identifier, form: FormSent) -> RedirectResponse:
    """Give it to somebody."""
    receipt = reconciling_by_hand.assign(
        form.app,
        actor=form.actor,
        key=form.key,
        exception_id=exception_id,
        owner_id=form.shaped(Owner).owner_id,
        on=form.on,
    )
    return form.done(receipt, at=f"/staff/reconcile/exceptions/{exception_id}")


@router.post("/{exception_id}/explain")
def explain(exception_id: Identifier, form: FormSent) -> RedirectResponse:
    """Say what it was; another person confirms."""
    wanted = form.shaped(Cleared)
    receipt = reconciling_by_hand.explain(
        form.app,
        actor=form.actor,
        key=form.key,
        exception_id=exception_id,
        outcome=wanted.outcome,
        reason=wanted.reason,
        cause=EventName(wanted.cause) if wanted.cause else None,
        on=form.on,
    )
    return form.done(receipt, at=f"/staff/reconcile/exceptions/{exception_id}")


@router.post("/{exception_id}/resolve")
def resolve(exception_id: Identifier, form: FormSent) -> RedirectResponse:
    """Confirm what another person said of it."""
    receipt = reconciling_by_hand.resolve(
        form.app, actor=form.actor, key=form.key, exception_id=exception_id, on=form.on
    )
    return form.done(receipt, at=f"/staff/reconcile/exceptions/{exception_id}")


@router.post("/{exception_id}/reject")
def reject(exception_id: Identifier, form: FormSent) -> RedirectResponse:
    """Drop what was said of it."""
    reason = form.shaped(WithReason).reason
    receipt = reconciling_by_hand.reject_explanation(
        form.app, actor=form.actor, key=form.key, exception_id=exception_id, reason=reason, on=form.on
    )
    return form.done(receipt, at=f"/staff/reconcile/exceptions/{exception_id}")
