"""Stations and their goods over JSON: who keeps one, what it offers, what came in, and what two people agreed on."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query, Response
from psycopg import Connection
from pydantic import BaseModel

from api.commands import stations, stocks
from api.commands.shared import today
from api.staff.acting import Acting, ByToken, Desk
from api.staff.api_answers import RECORDED, once, recorded
from api.staff.fields import Code, CommandKey, Identifier, Limit
from api.staff.office import Office
from api.staff.shapes import ReceiptGiven
from api.staff.station_shapes import (
    GoodsConfirmed,
    GoodsCounted,
    GoodsLost,
    GoodsReceived,
    GoodsRejected,
    KeeperRelease,
    NewKeeper,
    NewPrice,
    NewStation,
    PriceEnd,
    Sku,
    StationClosing,
)
from api.web.routes import Routes
from domain.kernel.money import Fen
from domain.kernel.refusals import Refusal
from domain.stations.stations import station_id as id_of
from domain.stations.stocks import stock_id
from projections import stations as read_models
from projections import stock_cards
from projections.stations import Keeper, Listing, Station
from projections.stock_cards import Movement, StockStanding

router = Routes(prefix="/api/v1", tags=["驿站"])

Article = Annotated[Sku, Path(description="物资编号")]


class StationPage(BaseModel):
    """A station, everybody who kept it, every price it had, and what lies there."""

    station: Station
    keepers: list[Keeper]
    prices: list[Listing]
    goods: list[StockStanding]


class StockCard(BaseModel):
    """An article at a station as it stands, and its movements, the latest first."""

    goods: StockStanding
    movements: list[Movement]


class StationAnswer(BaseModel):
    """The station's id, and the receipt."""

    station_id: UUID
    receipt: ReceiptGiven


@router.get("/stations", operation_id="listStations", summary="驿站")
def list_stations(desk: Desk, who: ByToken, area: Annotated[Code | None, Query()] = None) -> list[Station]:
    """The stations of an area, open and closed, by division."""
    who.require("stations")
    with desk.app.reading.connection() as conn:
        return read_models.within(conn, who.area(desk, area))


@router.get("/stations/{station_id}", operation_id="readStation", summary="一个驿站")
def read_station(station_id: Identifier, desk: Desk, who: ByToken) -> StationPage:
    """A station with its keepers, prices and goods."""
    with desk.current(read_models, stock_cards) as conn:
        station = _readable(conn, who, station_id)
        return StationPage(
            station=station,
            keepers=read_models.keepers(conn, [station_id]),
            prices=read_models.prices(conn, station_id),
            goods=stock_cards.of_stations(conn, [station_id]),
        )


@router.get("/stations/{station_id}/goods/{sku}", operation_id="readStockCard", summary="物资卡片")
def read_stock_card(
    station_id: Identifier,
    sku: Article,
    desk: Desk,
    who: ByToken,
    before: Annotated[
        int | None, Query(ge=0, le=2**53, description="上一页最后一条的 log_index；不给就从最近的开始")
    ] = None,
    limit: Limit = 50,
) -> StockCard:
    """What came in, went out and was counted of an article, the latest first."""
    with desk.current(read_models, stock_cards) as conn:
        _readable(conn, who, station_id)
        goods = stock_cards.one(conn, stock_id(station_id, sku))
        if goods is None:
            raise Refusal("stock.unknown")
        return StockCard(goods=goods, movements=stock_cards.card(conn, goods.stock_id, before=before, limit=limit))


@router.post(
    "/stations", status_code=201, responses=once(StationAnswer), operation_id="openStation", summary="开办驿站"
)
def open_station(wanted: NewStation, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> StationAnswer:
    """Open a village's station, or open it again; its id follows from the village."""
    receipt = stations.open_station(
        **_asked(desk, who, key), division=wanted.division, name=wanted.name, opened_on=wanted.opened_on
    )
    return StationAnswer(station_id=id_of(wanted.division), receipt=recorded(desk, receipt, response))


@router.post("/stations/{station_id}/keepers", responses=RECORDED, operation_id="nameKeeper", summary="指定驿站管理员")
def name_keeper(
    station_id: Identifier, wanted: NewKeeper, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Name a keeper."""
    receipt = stations.name_keeper(
        **_asked(desk, who, key), station_id=station_id, keeper_id=wanted.keeper_id, since=wanted.since
    )
    return recorded(desk, receipt, response)


@router.post(
    "/stations/{station_id}/keepers/{person_id}/release",
    responses=RECORDED,
    operation_id="releaseKeeper",
    summary="不再担任驿站管理员",
)
def release_keeper(
    station_id: Identifier,
    person_id: Identifier,
    wanted: KeeperRelease,
    key: CommandKey,
    desk: Desk,
    who: ByToken,
    response: Response,
) -> ReceiptGiven:
    """Let a keeper keep it no longer after a day."""
    receipt = stations.release_keeper(
        **_asked(desk, who, key), station_id=station_id, keeper_id=person_id, last_day=wanted.last_day
    )
    return recorded(desk, receipt, response)


@router.post("/stations/{station_id}/prices", responses=RECORDED, operation_id="listArticle", summary="物资上架定价")
def list_item(
    station_id: Identifier, wanted: NewPrice, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Offer an article at a price from a day on."""
    new = stations.NewListing(
        sku=wanted.sku,
        title=wanted.title,
        unit=wanted.unit,
        points_price=wanted.points_price,
        return_days=wanted.return_days,
        since=wanted.since,
        cash_price_fen=None if wanted.cash_price_fen is None else Fen(wanted.cash_price_fen),
    )
    return recorded(desk, stations.list_item(**_asked(desk, who, key), station_id=station_id, new=new), response)


@router.post(
    "/stations/{station_id}/prices/{sku}/withdrawal",
    responses=RECORDED,
    operation_id="withdrawArticle",
    summary="物资下架",
)
def withdraw_item(
    station_id: Identifier,
    sku: Article,
    wanted: PriceEnd,
    key: CommandKey,
    desk: Desk,
    who: ByToken,
    response: Response,
) -> ReceiptGiven:
    """Offer an article no longer after a day."""
    receipt = stations.withdraw_item(**_asked(desk, who, key), station_id=station_id, sku=sku, last_day=wanted.last_day)
    return recorded(desk, receipt, response)


@router.post("/stations/{station_id}/closing", responses=RECORDED, operation_id="closeStation", summary="停办驿站")
def close_station(
    station_id: Identifier, wanted: StationClosing, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Close a station where nothing lies any more."""
    receipt = stations.close_station(
        **_asked(desk, who, key), station_id=station_id, last_day=wanted.last_day, reason=wanted.reason
    )
    return recorded(desk, receipt, response)


@router.post("/stations/{station_id}/goods", responses=RECORDED, operation_id="receiveGoods", summary="物资入库")
def receive(
    station_id: Identifier, wanted: GoodsReceived, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Put goods on the shelf."""
    new = stocks.NewGoods(
        sku=wanted.sku,
        quantity=wanted.quantity,
        unit_cost_fen=Fen(wanted.unit_cost_fen),
        origin=wanted.origin,
        document=wanted.document,
        reason=wanted.reason,
    )
    return recorded(desk, stocks.receive(**_asked(desk, who, key), station_id=station_id, new=new), response)


@router.post("/stations/{station_id}/goods/{sku}/counts", responses=RECORDED, operation_id="countGoods", summary="盘点")
def count(
    station_id: Identifier,
    sku: Article,
    wanted: GoodsCounted,
    key: CommandKey,
    desk: Desk,
    who: ByToken,
    response: Response,
) -> ReceiptGiven:
    """Say what was counted; a difference waits for a second person."""
    receipt = stocks.count(
        **_asked(desk, who, key), station_id=station_id, sku=sku, counted=wanted.counted, reason=wanted.reason
    )
    return recorded(desk, receipt, response)


@router.post(
    "/stations/{station_id}/goods/{sku}/write-offs",
    responses=RECORDED,
    operation_id="proposeGoodsLoss",
    summary="提出报损",
)
def propose_write_off(
    station_id: Identifier,
    sku: Article,
    wanted: GoodsLost,
    key: CommandKey,
    desk: Desk,
    who: ByToken,
    response: Response,
) -> ReceiptGiven:
    """Say that goods are lost or spoilt; it waits for a second person."""
    receipt = stocks.propose_write_off(
        **_asked(desk, who, key), station_id=station_id, sku=sku, quantity=wanted.quantity, reason=wanted.reason
    )
    return recorded(desk, receipt, response)


@router.post(
    "/stations/{station_id}/goods/{sku}/confirmation",
    responses=RECORDED,
    operation_id="confirmGoods",
    summary="确认盘点差异或报损",
)
def confirm(
    station_id: Identifier,
    sku: Article,
    wanted: GoodsConfirmed,
    key: CommandKey,
    desk: Desk,
    who: ByToken,
    response: Response,
) -> ReceiptGiven:
    """Agree, as the second person, to what waits; it is booked."""
    receipt = stocks.confirm(**_asked(desk, who, key), station_id=station_id, sku=sku, quantity=wanted.quantity)
    return recorded(desk, receipt, response)


@router.post(
    "/stations/{station_id}/goods/{sku}/rejection",
    responses=RECORDED,
    operation_id="rejectGoods",
    summary="退回盘点差异或报损",
)
def reject(
    station_id: Identifier,
    sku: Article,
    wanted: GoodsRejected,
    key: CommandKey,
    desk: Desk,
    who: ByToken,
    response: Response,
) -> ReceiptGiven:
    """Drop, as the second person, what waits; the book stays."""
    receipt = stocks.reject(**_asked(desk, who, key), station_id=station_id, sku=sku, reason=wanted.reason)
    return recorded(desk, receipt, response)


def _readable(conn: Connection[Any], who: Acting, station_id: UUID) -> Station:
    """The station, if it is in the reader's area. Refuses `access.*`, `station.unknown`."""
    who.require("stations")
    station = read_models.one(conn, station_id)
    if station is None:
        raise Refusal("station.unknown")
    who.require_area(station.division)
    return station


def _asked(desk: Office, who: Acting, key: str) -> dict[str, Any]:
    """What every command is asked with."""
    return {"app": desk.app, "actor": who.actor, "key": key, "on": today(desk.app)}
