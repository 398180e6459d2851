"""我的积分: what a person and his household hold and why, what it buys, what expires when, and the counter code.

What must not be broken: nobody reads the entries of an account that is neither his nor his household's; of his family's
own accounts he sees no more than what he may spend for them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import quote
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands import exchanges as commands
from api.commands.exchange_codes import code_of, exchange_of
from api.commands.points import layers_in_force
from api.commands.shared import today
from api.staff.acting import Acting, ByCookie, Desk
from api.staff.fields import Identifier
from api.staff.forms import FormSent, Sent, show
from api.staff.office import Office
from api.staff.own_numbers import own_numbers
from api.staff.points_shown import account_values, holder_names, require_account
from api.staff.station_forms import AuthorisationForm
from api.web import points_words, station_words
from api.web.qr import qr_svg
from api.web.routes import Routes
from domain import authority
from domain.kernel.refusals import Refusal
from domain.kernel.short_codes import shown_code
from projections import exchanges, households, points, points_queries
from projections.points_queries import PointsAccount

router = Routes(prefix="/staff/my-points", include_in_schema=False)

PATH: Final = "/staff/my-points"


@dataclass(frozen=True, slots=True)
class Mine:
    """The accounts that somebody reads as his own, and those of his family that he may spend for them."""

    own: list[PointsAccount]
    family: list[PointsAccount]

    def require(self, account_id: UUID) -> PointsAccount:
        """One of his own. Refuses `access.not_your_account`."""
        found = next((one for one in self.own if one.account_id == account_id), None)
        if found is None:
            raise Refusal("access.not_your_account")
        return found


@router.get("")
def page(
    request: Request,
    desk: Desk,
    who: ByCookie,
    account: Annotated[Identifier | None, Query()] = None,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> HTMLResponse:
    """The account that is chosen, or the first; where there is none, what gives points."""
    mine = mine_of(desk, who)
    chosen = mine.require(account) if account is not None else next(iter(mine.own), None)
    path = f"{PATH}?account={chosen.account_id}&" if chosen is not None else PATH
    values: dict[str, Any] = {
        "mine": mine,
        "account": None,
        "whose_all": holder_names(desk, [*mine.own, *mine.family]),
        "may_authorise": authority.may(who.role, "exchange.authorised/1"),
        "layers": layers_in_force(desk.app, who.areas[0], on=today(desk.app)),
        "said": points_words,
        "references": references_of(desk, who.person_id, mine.own),
    }
    if chosen is not None:
        values |= account_values(desk, who, chosen, before=before, path=path)
    return show(request, desk, who, "my_points.html", values)


def references_of(desk: Office, person_id: UUID, own: Sequence[PointsAccount]) -> list[tuple[str, str]]:
    """By which numbers somebody finds himself and his household in what is disclosed: (whose, number)."""
    households = [one.holder_id for one in own if one.kind == "household" and one.holder_id is not None]
    numbers = own_numbers(desk, [person_id, *households])
    return [("我自己", numbers[person_id]), *(("我家", numbers[house]) for house in households)]


@router.get("/codes/{key}")
def code(request: Request, key: str, desk: Desk, who: ByCookie) -> HTMLResponse:
    """The code that a form has made, to be shown at the counter, and what became of it."""
    made = code_of(desk.app, actor=who.actor, key=key)
    with desk.current(exchanges) as conn:
        exchange = exchanges.one(conn, exchange_of(desk.app, code=made))
    if exchange is None or exchange.authoriser_id != who.person_id:
        raise Refusal("page.unknown")
    on = today(desk.app)
    account = require_account(desk, exchange.account_id)
    values = {
        "code": shown_code(made),
        "exchange": exchange,
        "account": account,
        "whose": holder_names(desk, [account])[account.account_id],
        "qr": qr_svg(shown_code(made), title=f"兑换码 {shown_code(made)} 的二维码"),
        "over": desk.app.journal.now() > exchange.valid_until,
        "reach": points_words.REACHES[layers_in_force(desk.app, account.division, on=on).exchange_within],
        "key": key,
        "said": station_words,
    }
    return show(request, desk, who, "points_code.html", values)


@router.post("/codes/{shown}/withdrawal")
def withdraw(shown: str, form: FormSent) -> RedirectResponse:
    """Take a code back that was shown and not used."""
    made = code_of(form.app, actor=form.actor, key=shown)
    receipt = commands.withdraw(
        form.app, actor=form.actor, key=form.key, exchange_id=exchange_of(form.app, code=made), on=form.on
    )
    return form.done(receipt, at=f"{PATH}/codes/{quote(shown, safe='')}")


@router.post("/{account_id}/codes")
def authorise(account_id: Identifier, form: FormSent) -> RedirectResponse:
    """Let an account be spent once within some minutes: one's own, the household's, or a family member's."""
    return authorised(form, account_id)


def authorised(form: Sent, account_id: UUID) -> RedirectResponse:
    """Record it, and lead to the code."""
    wanted = form.shaped(AuthorisationForm)
    done = commands.authorise(
        form.app,
        actor=form.actor,
        key=form.key,
        account_id=account_id,
        points_max=wanted.points_max,
        reason=wanted.reason,
        on=form.on,
    )
    return form.done(done.receipt, at=f"{PATH}/codes/{quote(form.key, safe='')}")


def mine_of(desk: Office, who: Acting) -> Mine:
    """The accounts of a person, of the household that he belongs to today, and of those who live there with him."""
    on = today(desk.app)
    with desk.current(points, households) as conn:
        here = [one for one in households.of_person(conn, who.person_id) if one.until is None or one.until >= on]
        houses = [one.household_id for one in here if one.since <= on]
        around = {
            one.person_id
            for house in houses
            for one in households.persons_of(conn, house)
            if one.since <= on and (one.until is None or one.until >= on)
        }
        own = points_queries.of_holders(conn, [who.person_id, *houses], on=on)
        family = points_queries.of_holders(conn, around - {who.person_id}, on=on)
    return Mine(
        [one for one in own if not one.closed_on or one.kind == "person"], [one for one in family if not one.closed_on]
    )
