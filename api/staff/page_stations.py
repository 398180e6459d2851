"""驿站: the stations of an area, who keeps each, what it offers at which price, what lies there and what it cost."""

from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands import stations as commands
from api.commands.shared import today
from api.staff.acting import Acting, ByCookie, Desk
from api.staff.fields import Code, Identifier
from api.staff.forms import FormSent, show
from api.staff.office import Office
from api.staff.page_today import place_names
from api.staff.station_forms import PriceEndForm, PriceForm, ReleaseForm
from api.staff.station_shapes import KeeperRelease, NewKeeper, NewStation, StationClosing
from api.staff.texts import names_of
from api.web import station_words
from api.web.paging import Shown, query
from api.web.routes import Routes
from domain import authority
from domain.kernel.money import Fen
from domain.kernel.places import contains, level
from domain.kernel.refusals import Refusal
from domain.stations.stations import CLOSING_REASONS, KEEPER
from domain.stations.stations import station_id as id_of
from projections import exchanges, persons, places, stations, stock_cards
from projections.stations import Station

router = Routes(prefix="/staff/stations", include_in_schema=False)

PATH: Final = "/staff/stations"
EXCHANGES_SHOWN: Final = 20


@router.get("")
def listing(request: Request, desk: Desk, who: ByCookie, area: Annotated[Code | None, Query()] = None) -> HTMLResponse:
    """The stations of an area with what lies there, what waits for a second person, and the form for one more."""
    who.require("stations")
    on, within = today(desk.app), who.area(desk, area)
    with desk.current(stations, stock_cards, places) as conn:
        found = stations.within(conn, within)
        keepers = [one for one in stations.keepers(conn, [one.station_id for one in found]) if _keeps(one, on)]
        stocks = stock_cards.of_stations(conn, [one.station_id for one in found])
        waiting = stock_cards.waiting(conn, within)
        known = places.within(conn, who.areas[0], on=on)
    values: dict[str, Any] = {
        "stations": found,
        "keepers": {one.station_id: [k.keeper_id for k in keepers if k.station_id == one.station_id] for one in found},
        "value_fen": {
            one.station_id: sum(stock.value_fen for stock in stocks if stock.station_id == one.station_id)
            for one in found
        },
        "waiting": waiting,
        "area": within,
        "known": known,
        "villages": [place for place in known if level(place.code) == "village"],
        "names": names_of(desk, (one.keeper_id for one in keepers)),
        "places": place_names(desk, {one.division for one in found}),
        "today": on,
        "may_open": authority.may(who.role, "station.opened/1"),
        "said": station_words,
    }
    return show(request, desk, who, "stations.html", values)


@router.post("")
def open_(form: FormSent) -> RedirectResponse:
    """Open a village's station."""
    wanted = form.shaped(NewStation)
    receipt = commands.open_station(
        form.app,
        actor=form.actor,
        key=form.key,
        division=wanted.division,
        name=wanted.name,
        opened_on=wanted.opened_on,
        on=form.on,
    )
    return form.done(receipt, at=_at(id_of(wanted.division)))


@router.get("/{station_id}")
def page(
    request: Request,
    station_id: Identifier,
    desk: Desk,
    who: ByCookie,
    before: Annotated[int | None, Query(ge=0, le=2**53)] = None,
) -> HTMLResponse:
    """A station: keepers, goods and their prices, exchanges, and the steps that the role may take."""
    on = today(desk.app)
    station = readable_station(desk, who, station_id)
    with desk.current(stations, stock_cards, exchanges, persons) as conn:
        keepers = stations.keepers(conn, [station_id])
        prices = stations.prices(conn, station_id)
        stocks = {one.sku: one for one in stock_cards.of_stations(conn, [station_id])}
        made = exchanges.of_station(conn, station_id, before=before, limit=EXCHANGES_SHOWN)
        total, passed = exchanges.counted(conn, station_id, before=before)
        lines = exchanges.lines(conn, [one.exchange_id for one in made])
        held = persons.holders(conn, KEEPER, area=desk.app.log.division, on=on)
    shown = Shown(total=total, first=passed + 1, count=len(made))
    present = [one for one in keepers if _keeps(one, on)]
    able = {one.person_id for one in held if contains(one.area, station.division)}
    able -= {one.keeper_id for one in keepers if one.until is None}
    people = [*(one.keeper_id for one in keepers), *able, *(one.keeper_id for one in made)]
    values: dict[str, Any] = {
        "station": station,
        "keepers": keepers,
        "present": present,
        "able": sorted(able),
        "offered": [one for one in prices if _in_force(one.since, one.until, on)],
        "prices": prices,
        "titles": {one.sku: one for one in reversed(prices)},
        "stocks": stocks,
        "made": made,
        "lines": lines,
        "shown": shown,
        "next": query(before=made[-1].made_index) if shown.more else None,
        "names": names_of(desk, people),
        "places": place_names(desk, {station.division}),
        "today": on,
        "may_name": authority.may(who.role, "station.keeper_named/1"),
        "may_price": authority.may(who.role, "station.item_listed/1"),
        "closing_reasons": sorted(CLOSING_REASONS),
        "said": station_words,
    }
    return show(request, desk, who, "station.html", values)


@router.post("/{station_id}/keepers")
def name_keeper(station_id: Identifier, form: FormSent) -> RedirectResponse:
    """Name a keeper."""
    wanted = form.shaped(NewKeeper)
    receipt = commands.name_keeper(
        form.app,
        actor=form.actor,
        key=form.key,
        station_id=station_id,
        keeper_id=wanted.keeper_id,
        since=wanted.since,
        on=form.on,
    )
    return form.done(receipt, at=_at(station_id))


@router.post("/{station_id}/releases")
def release(station_id: Identifier, form: FormSent) -> RedirectResponse:
    """Let a keeper keep it no longer after a day."""
    keeper_id, last_day = form.shaped(ReleaseForm).keeper_id, form.shaped(KeeperRelease).last_day
    receipt = commands.release_keeper(
        form.app,
        actor=form.actor,
        key=form.key,
        station_id=station_id,
        keeper_id=keeper_id,
        last_day=last_day,
        on=form.on,
    )
    return form.done(receipt, at=_at(station_id))


@router.post("/{station_id}/prices")
def list_item(station_id: Identifier, form: FormSent) -> RedirectResponse:
    """Offer an article at a price from a day on."""
    wanted = form.shaped(PriceForm)
    new = commands.NewListing(
        sku=wanted.sku,
        title=wanted.title,
        unit=wanted.unit,
        points_price=wanted.points_price,
        return_days=wanted.return_days,
        since=wanted.since,
        cash_price_fen=None if wanted.cash_price_fen is None else Fen(wanted.cash_price_fen),
    )
    receipt = commands.list_item(form.app, actor=form.actor, key=form.key, station_id=station_id, new=new, on=form.on)
    return form.done(receipt, at=_at(station_id))


@router.post("/{station_id}/withdrawals")
def withdraw_item(station_id: Identifier, form: FormSent) -> RedirectResponse:
    """Offer an article no longer after a day."""
    wanted = form.shaped(PriceEndForm)
    receipt = commands.withdraw_item(
        form.app,
        actor=form.actor,
        key=form.key,
        station_id=station_id,
        sku=wanted.sku,
        last_day=wanted.last_day,
        on=form.on,
    )
    return form.done(receipt, at=_at(station_id))


@router.post("/{station_id}/closings")
def close(station_id: Identifier, form: FormSent) -> RedirectResponse:
    """Close a station where nothing lies any more."""
    wanted = form.shaped(StationClosing)
    receipt = commands.close_station(
        form.app,
        actor=form.actor,
        key=form.key,
        station_id=station_id,
        last_day=wanted.last_day,
        reason=wanted.reason,
        on=form.on,
    )
    return form.done(receipt, at=_at(station_id))


def readable_station(desk: Office, who: Acting, station_id: UUID) -> Station:
    """A station of the role's area. Refuses `access.*`, `station.unknown`."""
    who.require("stations")
    with desk.current(stations) as conn:
        station = stations.one(conn, station_id)
    if station is None:
        raise Refusal("station.unknown")
    who.require_area(station.division)
    return station


def _at(station_id: UUID) -> str:
    return f"{PATH}/{station_id}"


def _keeps(keeper: stations.Keeper, on: date) -> bool:
    return _in_force(keeper.since, keeper.until, on)


def _in_force(since: date, until: date | None, on: date) -> bool:
    return since <= on and (until is None or on <= until)
