"""物资卡: everything that happened to one article at a station, in pieces and in money; receiving, counting, losses.

What must not be broken: a difference or a loss is confirmed as it was shown, by somebody else than who said it.
"""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands import stocks as commands
from api.commands.shared import today
from api.staff.acting import ByCookie, Desk
from api.staff.fields import Identifier
from api.staff.forms import FormSent, show
from api.staff.page_stations import PATH, readable_station
from api.staff.page_today import place_names
from api.staff.station_forms import ConfirmedForm, CountForm, LossForm, ReceivingForm
from api.staff.station_shapes import GoodsRejected, Sku
from api.staff.texts import names_of
from api.web import station_words
from api.web.paging import Shown, query
from api.web.routes import Routes
from domain import authority
from domain.kernel.money import Fen
from domain.kernel.refusals import Refusal
from domain.stations.stations import KEEPER
from domain.stations.stocks import ORIGINS, stock_id
from projections import stations, stock_cards

router = Routes(prefix="/staff/stations/{station_id}/goods", include_in_schema=False)

ROWS_SHOWN: Final = 50
Article = Annotated[Sku, Path()]


@router.post("")
def receive(station_id: Identifier, form: FormSent) -> RedirectResponse:
    """Put goods on the shelf."""
    wanted = form.shaped(ReceivingForm)
    new = commands.NewGoods(
        sku=wanted.sku,
        quantity=wanted.quantity,
        unit_cost_fen=Fen(wanted.unit_cost_fen),
        origin=wanted.origin,
        document=wanted.document,
        reason=wanted.reason,
    )
    receipt = commands.receive(form.app, actor=form.actor, key=form.key, station_id=station_id, new=new, on=form.on)
    return form.done(receipt, at=_at(station_id, wanted.sku))


@router.get("/{sku}")
def page(
    request: Request,
    station_id: Identifier,
    sku: Article,
    desk: Desk,
    who: ByCookie,
    before: Annotated[int | None, Query(ge=0, le=2**53)] = None,
) -> HTMLResponse:
    """The stock card, the latest row first, and what may be done."""
    on, identity = today(desk.app), stock_id(station_id, sku)
    station = readable_station(desk, who, station_id)
    with desk.current(stations, stock_cards) as conn:
        prices = [one for one in stations.prices(conn, station_id) if one.sku == sku]
        stock = stock_cards.one(conn, identity)
        rows = stock_cards.card(conn, identity, before=before, limit=ROWS_SHOWN)
        total, passed = stock_cards.card_counted(conn, identity, before=before)
        kept = station in stations.kept_by(conn, who.person_id, on=on)
    if not prices:
        raise Refusal("stock.sku_unknown", sku=sku)
    shown = Shown(total=total, first=passed + 1, count=len(rows))
    people = [one.actor_id for one in rows] + [one.proposer_id for one in rows if one.proposer_id]
    serves = station.status == "open" and (who.role != KEEPER or kept)
    values: dict[str, Any] = {
        "station": station,
        "article": prices[0],
        "prices": prices,
        "stock": stock,
        "rows": rows,
        "shown": shown,
        "next": query(before=rows[-1].log_index) if shown.more else None,
        "names": names_of(desk, [*people, stock.proposer_id if stock else None]),
        "places": place_names(desk, {station.division}),
        "today": on,
        "origins": sorted(ORIGINS, reverse=True),
        "may_receive": serves and authority.may(who.role, "stock.received/1"),
        "may_count": serves and authority.may(who.role, "stock.counted/1"),
        "may_write_off": serves and authority.may(who.role, "stock.write_off_proposed/1"),
        "may_confirm": serves
        and authority.may(who.role, "stock.adjusted/1")
        and stock is not None
        and stock.proposer_id != who.person_id,
        "said": station_words,
    }
    return show(request, desk, who, "stock_card.html", values)


@router.post("/{sku}/counts")
def count(station_id: Identifier, sku: Article, form: FormSent) -> RedirectResponse:
    """Say what was counted."""
    wanted = form.shaped(CountForm)
    receipt = commands.count(
        form.app,
        actor=form.actor,
        key=form.key,
        station_id=station_id,
        sku=sku,
        counted=wanted.counted,
        reason=wanted.reason,
        on=form.on,
    )
    return form.done(receipt, at=_at(station_id, sku))


@router.post("/{sku}/losses")
def propose_write_off(station_id: Identifier, sku: Article, form: FormSent) -> RedirectResponse:
    """Say that goods are lost or spoilt."""
    wanted = form.shaped(LossForm)
    receipt = commands.propose_write_off(
        form.app,
        actor=form.actor,
        key=form.key,
        station_id=station_id,
        sku=sku,
        quantity=wanted.quantity,
        reason=wanted.reason,
        on=form.on,
    )
    return form.done(receipt, at=_at(station_id, sku))


@router.post("/{sku}/confirmations")
def confirm(station_id: Identifier, sku: Article, form: FormSent) -> RedirectResponse:
    """Agree, as the second person, to what the page showed."""
    quantity = form.shaped(ConfirmedForm).quantity
    receipt = commands.confirm(
        form.app, actor=form.actor, key=form.key, station_id=station_id, sku=sku, quantity=quantity, on=form.on
    )
    return form.done(receipt, at=_at(station_id, sku))


@router.post("/{sku}/rejections")
def reject(station_id: Identifier, sku: Article, form: FormSent) -> RedirectResponse:
    """Drop, as the second person, what waits."""
    reason = form.shaped(GoodsRejected).reason
    receipt = commands.reject(
        form.app, actor=form.actor, key=form.key, station_id=station_id, sku=sku, reason=reason, on=form.on
    )
    return form.done(receipt, at=_at(station_id, sku))


def _at(station_id: UUID, sku: str) -> str:
    return f"{PATH}/{station_id}/goods/{sku}"
