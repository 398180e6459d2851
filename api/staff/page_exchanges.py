"""兑换单: the receipt of an exchange, with its two people, its goods, a code to find it; cancelling, returning.

What must not be broken: whoever is neither of the station's area nor of the account's people sees none.
"""

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands import exchanges as commands
from api.commands.shared import today
from api.staff.acting import Acting, ByCookie, Desk
from api.staff.fields import Identifier
from api.staff.forms import FormSent, show
from api.staff.office import Office
from api.staff.page_my_points import mine_of
from api.staff.points_shown import holder_names, require_account, titled
from api.staff.station_forms import QUANTITY, wanted_of
from api.staff.station_shapes import ExchangeCancelling
from api.staff.texts import names_of
from api.web import station_words
from api.web.qr import qr_svg
from api.web.routes import Routes
from domain import authority
from domain.kernel.refusals import Refusal
from projections import exchanges, stations
from projections.exchanges import Exchange
from projections.stations import Station

router = Routes(prefix="/staff/exchanges", include_in_schema=False)


@router.get("/{exchange_id}")
def page(request: Request, exchange_id: Identifier, desk: Desk, who: ByCookie) -> HTMLResponse:
    """What went out for how many points, who agreed, what came back; and the forms of a keeper."""
    on = today(desk.app)
    with desk.current(exchanges, stations) as conn:
        exchange = exchanges.one(conn, exchange_id)
        station = stations.one(conn, exchange.station_id) if exchange and exchange.station_id else None
        lines = exchanges.lines(conn, [exchange_id])[exchange_id]
        kept = stations.kept_by(conn, who.person_id, on=on)
    if exchange is None or station is None:
        raise Refusal("exchange.unknown")
    _require_readable(desk, who, exchange, station)
    account = require_account(desk, exchange.account_id)
    serves = authority.may(who.role, "exchange.cancelled/1") and station in kept
    standing = exchange.status != "cancelled" and any(line.left for line in lines)
    address = f"{desk.app.settings.base_url}/staff/exchanges/{exchange_id}"
    values: dict[str, Any] = {
        "exchange": exchange,
        "station": station,
        "lines": lines,
        "whose": holder_names(desk, [account])[account.account_id],
        "names": names_of(desk, [exchange.keeper_id, exchange.collector_id, exchange.authoriser_id]),
        "number": str(exchange_id)[:8].upper(),
        "qr": qr_svg(address, title=f"兑换单 {str(exchange_id)[:8].upper()} 的二维码"),
        "address": address,
        "may_cancel": serves and standing and exchange.made_on == on,
        "returnable": [line for line in lines if line.left and _in_time(exchange, line.return_days, on)]
        if serves
        else [],
        "quantity": QUANTITY,
        "said": station_words,
    }
    return show(request, desk, who, "exchange.html", values)


@router.post("/{exchange_id}/cancellation")
def cancel(exchange_id: Identifier, form: FormSent) -> RedirectResponse:
    """Take it back whole, on the day it was made."""
    reason = form.shaped(ExchangeCancelling).reason
    receipt = commands.cancel(
        form.app, actor=form.actor, key=form.key, exchange_id=exchange_id, reason=reason, on=form.on
    )
    return form.done(receipt, at=f"/staff/exchanges/{exchange_id}")


@router.post("/{exchange_id}/returns")
def give_back(exchange_id: Identifier, form: FormSent) -> RedirectResponse:
    """Take goods back."""
    reason = form.shaped(ExchangeCancelling).reason
    with form.desk.current(exchanges, stations) as conn:
        lines = exchanges.lines(conn, [exchange_id])[exchange_id]
    with titled(lines):
        receipt = commands.give_back(
            form.app,
            actor=form.actor,
            key=form.key,
            exchange_id=exchange_id,
            goods=wanted_of(form.fields),
            reason=reason,
            on=form.on,
        )
    return form.done(receipt, at=f"/staff/exchanges/{exchange_id}")


def _in_time(exchange: Exchange, return_days: int, on: date) -> bool:
    return exchange.made_on is not None and return_days > 0 and (on - exchange.made_on).days <= return_days


def _require_readable(desk: Office, who: Acting, exchange: Exchange, station: Station) -> None:
    """Refuse `access.not_your_account` for whoever neither looks after the station nor has to do with the exchange."""
    took_part: set[UUID | None] = {exchange.authoriser_id, exchange.collector_id, exchange.keeper_id}
    if who.person_id in took_part:
        return
    if who.may("stations") and who.covers(station.division):
        return
    if exchange.account_id not in {one.account_id for one in mine_of(desk, who).own}:
        raise Refusal("access.not_your_account")
