"""驿站柜台: a keeper enters the holder's code and the goods, sees what will be recorded, and confirms.

What must not be broken: what is confirmed was shown before, with the sum and what remains; and what decides is read
anew when it is recorded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands import exchanges as commands
from api.commands.exchange_codes import exchange_of
from api.commands.exchanges import Wanted
from api.commands.points import layers_in_force
from api.commands.shared import today
from api.staff.acting import Acting, ByCookie, Desk
from api.staff.fields import Identifier
from api.staff.forms import FormSent, Sent, show
from api.staff.office import Office
from api.staff.points_shown import goods_for, holder_names, lying, require_account, titled
from api.staff.scanned import receipt_scanned
from api.staff.station_forms import QUANTITY, CounterForm, wanted_of
from api.web import station_words
from api.web.routes import Routes
from domain import authority
from domain.kernel.money import Fen
from domain.kernel.places import Division, area_of
from domain.kernel.refusals import Refusal
from domain.stations import exchanges as of_exchanges
from domain.stations.exchanges import Exchange, ExchangeMade, Priced
from projections import exchanges, stations, stock_cards
from projections.points_queries import PointsAccount
from projections.stations import Listing, Station

router = Routes(prefix="/staff/counter", include_in_schema=False)

EXCHANGES_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Shelf:
    """A station's goods by article: what is offered today, and how many lie there."""

    listings: dict[str, Listing]
    left: dict[str, int]


@router.get("")
def page(
    request: Request, desk: Desk, who: ByCookie, station: Annotated[Identifier | None, Query()] = None
) -> HTMLResponse:
    """The station that he keeps, or one of them: its goods, the field for the code, and the last exchanges."""
    require_keeper(who)
    return show(request, desk, who, "counter.html", _counter(desk, who, station))


@router.post("/check", response_model=None)
def check(request: Request, form: FormSent) -> HTMLResponse | RedirectResponse:
    """What the exchange would be, before anything is recorded.

    A scanner presses Enter after the code: while no goods are chosen, the page says whose it is and what he can afford.
    A receipt's code leads to the receipt.
    """
    require_keeper(form.who)
    asked, wanted = form.shaped(CounterForm), wanted_of(form.fields)
    if (receipt := receipt_scanned(asked.code)) is not None:
        return RedirectResponse(f"/staff/exchanges/{receipt}", status_code=303)
    exchange_id = exchange_of(form.app, code=asked.code)
    exchange = commands.require_valid(form.app, actor=form.actor, exchange_id=exchange_id, on=form.on)
    account = require_account(form.desk, exchange.account_id)
    station, shelf = _shelf(form, asked.station_id)
    of_exchanges.require_within(_reach(form, account), station=station.division)
    whose = holder_names(form.desk, [account])[account.account_id]
    if not wanted:
        most = exchange.points_max
        seen = {"asked": asked, "account": account, "whose": whose, "points_max": most}
        values = {**_counter(form.desk, form.who, station.station_id, account=account, most=most), **seen}
        return show(request, form.desk, form.who, "counter.html", values)
    with titled(shelf.listings.values()):
        made = _reckoned(form, exchange, account=account, station=station, wanted=_priced(shelf, wanted))
    values = {
        "asked": asked,
        "wanted": wanted,
        "quantity": QUANTITY,
        "made": made,
        "total": sum(line.quantity * line.points_each for line in made.lines),
        "station": station,
        "shelf": shelf,
        "account": account,
        "whose": whose,
        "said": station_words,
    }
    return show(request, form.desk, form.who, "counter_check.html", values)


def _counter(
    desk: Office,
    who: Acting,
    station: UUID | None,
    *,
    account: PointsAccount | None = None,
    most: int | None = None,
) -> dict[str, Any]:
    """The counter of a station that he keeps; `account`: whose holder stands there, to use `most` of its points."""
    on = today(desk.app)
    with desk.current(stations, stock_cards, exchanges) as conn:
        kept = stations.kept_by(conn, who.person_id, on=on)
        chosen = next((one for one in kept if one.station_id == station), kept[0] if kept else None)
        offered = lying(conn, chosen, on=on) if chosen is not None else []
        last = exchanges.of_station(conn, chosen.station_id, limit=EXCHANGES_SHOWN) if chosen is not None else []
        lines = exchanges.lines(conn, [one.exchange_id for one in last])
    return {
        "kept": kept,
        "station": chosen,
        "goods": goods_for(desk, chosen, offered, account=account, most=most, on=on) if chosen is not None else [],
        "last": last,
        "lines": lines,
        "quantity": QUANTITY,
        "today": on,
        "account": None,
        "said": station_words,
    }


@router.post("")
def make(form: FormSent) -> RedirectResponse:
    """Record it; whoever is signed in is the keeper."""
    asked = form.shaped(CounterForm)
    with form.desk.current(stations) as conn:
        known = stations.offered(conn, asked.station_id, on=form.on)
    with titled(known):
        receipt = commands.make(
            form.app,
            actor=form.actor,
            key=form.key,
            station_id=asked.station_id,
            code=asked.code,
            wanted=wanted_of(form.fields),
            cash_accepted=asked.cash_accepted,
            on=form.on,
        )
    return form.done(receipt, at=f"/staff/exchanges/{exchange_of(form.app, code=asked.code)}")


def require_keeper(who: Acting) -> None:
    """Refuse `access.may_not_read` unless the acting role serves at counters."""
    if not authority.may(who.role, "exchange.made/1"):
        raise Refusal("access.may_not_read", role=who.role)


def _reach(form: Sent, account: PointsAccount) -> Division:
    """Where the stations lie at which the account's points buy goods today."""
    return area_of(account.division, layers_in_force(form.app, account.division, on=form.on).exchange_within)


def _shelf(form: Sent, station_id: UUID) -> tuple[Station, Shelf]:
    """The station and its goods, if he keeps it today. Refuses `station.unknown`, `station.not_its_keeper`."""
    with form.desk.current(stations, stock_cards) as conn:
        station = stations.one(conn, station_id)
        if station is None:
            raise Refusal("station.unknown")
        if station not in stations.kept_by(conn, form.who.person_id, on=form.on):
            raise Refusal("station.not_its_keeper", on=form.on)
        listings = {one.sku: one for one in stations.offered(conn, station_id, on=form.on)}
        left = {one.sku: one.on_hand for one in stock_cards.of_stations(conn, [station_id])}
    return station, Shelf(listings, dict.fromkeys(listings, 0) | left)


def _priced(shelf: Shelf, wanted: Sequence[Wanted]) -> list[Priced]:
    """What is wanted at the prices of today. Refuses `station.item_not_listed`, `stock.not_enough`."""
    priced = []
    for one in wanted:
        listing = shelf.listings.get(one.sku)
        if listing is None:
            raise Refusal("station.item_not_listed", sku=one.sku)
        if shelf.left[one.sku] < one.quantity:
            raise Refusal("stock.not_enough", sku=one.sku, wanted=one.quantity, left=shelf.left[one.sku])
        cash = Fen(listing.cash_price_fen) if listing.cash_price_fen is not None else None
        priced.append(Priced(one.sku, one.quantity, listing.points_price, cash, listing.event, Fen(0)))
    return priced


def _reckoned(
    form: Sent, exchange: Exchange, *, account: PointsAccount, station: Station, wanted: Sequence[Priced]
) -> ExchangeMade:
    """The exchange as it would be recorded; cash where points are short and the rule lets cash make up for them."""
    price = sum(one.quantity * one.points_each for one in wanted)
    top_up = layers_in_force(form.app, station.division, on=form.on).cash_top_up
    if price > account.spendable and not top_up:
        raise Refusal("points.too_few", held=account.spendable, wanted=price)
    return of_exchanges.make(
        exchange,
        station_id=station.station_id,
        keeper_id=form.who.person_id,
        wanted=wanted,
        held=account.spendable,
        cash_accepted=price > account.spendable,
        top_up_allowed=top_up,
        on=form.on,
    )
