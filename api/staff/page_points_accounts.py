"""积分账户: those of an area and their entries, for staff who answer questions and help the old to exchange."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands.account_holders import STAFF
from api.commands.points import Deduction, deduct, layers_in_force, take_back, try_deduction
from api.commands.shared import today
from api.staff.acting import Acting, ByCookie, Desk
from api.staff.fields import Code, Identifier
from api.staff.forms import FormSent, Sent, show
from api.staff.office import Office
from api.staff.page_my_points import authorised, mine_of
from api.staff.page_today import place_names
from api.staff.points_shown import account_values, holder_names, require_account
from api.staff.station_forms import DeductionForm, TakingBackForm
from api.web import points_words, station_words
from api.web.paging import Shown, query
from api.web.routes import Routes
from domain import authority
from domain.points.accounts import TIMES_MAX
from domain.points.rules import Item
from projections import places, points, points_queries
from projections.points_queries import PointsAccount

router = Routes(prefix="/staff/points-accounts", include_in_schema=False)

PATH: Final = "/staff/points-accounts"
SHOWN_MAX: Final = 50


@router.get("")
def listing(
    request: Request,
    desk: Desk,
    who: ByCookie,
    area: Annotated[Code | None, Query()] = None,
    after: Annotated[int, Query(ge=-1, le=2**53)] = -1,
) -> HTMLResponse:
    """The accounts of an area, in the order of opening."""
    who.require("points")
    on, within = today(desk.app), who.area(desk, area)
    with desk.current(points, places) as conn:
        found = points_queries.within(conn, within, on=on, after=after, limit=SHOWN_MAX)
        total, passed = points_queries.counted(conn, within, after=after)
        known = places.within(conn, who.areas[0], on=on)
    shown = Shown(total=total, first=passed + 1, count=len(found))
    values = {
        "accounts": found,
        "whose": holder_names(desk, found),
        "shown": shown,
        "area": within,
        "known": known,
        "next": query(area=within, after=found[-1].log_index) if shown.more else None,
        "places": place_names(desk, {one.division for one in found}),
        "said": points_words,
    }
    return show(request, desk, who, "points_accounts.html", values)


@router.get("/{account_id}")
def page(
    request: Request,
    account_id: Identifier,
    desk: Desk,
    who: ByCookie,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> HTMLResponse:
    """One account: what it holds, every entry and why, and what staff may do for its holder."""
    who.require("points")
    account = require_account(desk, account_id)
    who.require_area(account.division)
    values: dict[str, Any] = {
        **account_values(desk, who, account, before=before, path=f"{PATH}/{account_id}?"),
        "may_authorise": who.role in STAFF and account.closed_on is None,
        "may_take_back": authority.may(who.role, "points.reversed/1"),
        "deductions": _deductions(desk, who, account),
        "times_max": TIMES_MAX,
        "said": station_words,
    }
    return show(request, desk, who, "points_account.html", values)


@router.post("/{account_id}/codes")
def authorise(account_id: Identifier, form: FormSent) -> RedirectResponse:
    """Let the account be spent once for a holder who stands there without a telephone."""
    return authorised(form, account_id)


@router.post("/{account_id}/deductions/check")
def check(request: Request, account_id: Identifier, form: FormSent) -> HTMLResponse:
    """What would be taken, and what would be left; nothing is recorded."""
    account, deduction = _asked(form, account_id)
    tried = try_deduction(form.app, actor=form.actor, deduction=deduction, on=form.on)
    layers = layers_in_force(form.app, account.division, on=deduction.deed_on)
    values: dict[str, Any] = {
        "account": account,
        "whose": holder_names(form.desk, [account])[account.account_id],
        "deduction": deduction,
        "item": next(item for item in layers.items() if item.code == deduction.item),
        "tried": tried,
        "points_words": points_words,
    }
    return show(request, form.desk, form.who, "points_deduction_check.html", values)


@router.post("/{account_id}/deductions")
def take(account_id: Identifier, form: FormSent) -> RedirectResponse:
    """Take points by an item of the rule, for something of a day, by a document."""
    _, deduction = _asked(form, account_id)
    receipt = deduct(form.app, actor=form.actor, key=form.key, deductions=[deduction], on=form.on)
    return form.done(receipt, at=f"{PATH}/{account_id}")


def _asked(form: Sent, account_id: UUID) -> tuple[PointsAccount, Deduction]:
    """The account of a form, and what is to be taken from it. Refuses `points_account.unknown`, `access.*`."""
    wanted = form.shaped(DeductionForm)
    account = require_account(form.desk, account_id)
    form.who.require_area(account.division)
    by_person = account.kind == "person"
    deduction = Deduction(
        item=wanted.item,
        division=account.division,
        deed_on=wanted.deed_on,
        document=wanted.document,
        quantity=wanted.quantity,
        person_id=account.holder_id if by_person else None,
        household_id=None if by_person else account.holder_id,
    )
    return account, deduction


def _deductions(desk: Office, who: Acting, account: PointsAccount) -> list[Item]:
    """The items of today's rules that take points, where the acting role may take them; none of one's own account."""
    if not authority.may(who.role, "points.deducted/1") or account.closed_on is not None:
        return []
    if account.account_id in {one.account_id for one in mine_of(desk, who).own}:
        return []
    layers = layers_in_force(desk.app, account.division, on=today(desk.app))
    return [item for item in layers.items() if item.points < 0]


@router.post("/{account_id}/reversals")
def reverse(account_id: Identifier, form: FormSent) -> RedirectResponse:
    """Take one entry back because it was a mistake."""
    wanted = form.shaped(TakingBackForm)
    receipt = take_back(
        form.app,
        actor=form.actor,
        key=form.key,
        account_id=account_id,
        number=wanted.number,
        reason=wanted.reason,
        on=form.on,
    )
    return form.done(receipt, at=f"{PATH}/{account_id}")
