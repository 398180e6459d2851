"""Exchanges over JSON: a code for the counter, the keeper's confirmation, cancelling, bringing back."""

from datetime import datetime
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel

from api.commands import exchanges as commands
from api.commands.exchange_codes import exchange_of
from api.commands.shared import today
from api.staff.acting import ByToken, Desk
from api.staff.api_answers import RECORDED, once, recorded
from api.staff.fields import CommandKey, Identifier
from api.staff.shapes import ReceiptGiven
from api.staff.station_shapes import ExchangeCancelling, GoodsReturned, GoodsWanted, NewAuthorisation, NewExchange
from api.web.routes import Routes
from domain.kernel.refusals import Refusal
from domain.kernel.short_codes import shown_code
from domain.stations.exchanges import evolve, exchange_stream
from projections import exchanges, stations
from projections.exchanges import Exchange, ExchangeLine

router = Routes(prefix="/api/v1", tags=["兑换"])


class AuthorisationAnswer(BaseModel):
    """The code to show at the counter, until when it can be used, its exchange, and the receipt."""

    code: str
    valid_until: datetime
    exchange_id: UUID
    receipt: ReceiptGiven


class ExchangePage(BaseModel):
    """An exchange as it stands, and its goods."""

    exchange: Exchange
    lines: list[ExchangeLine]


class ExchangeAnswer(BaseModel):
    """The exchange's id, and the receipt."""

    exchange_id: UUID
    receipt: ReceiptGiven


@router.post(
    "/exchange-authorisations",
    status_code=201,
    responses=once(AuthorisationAnswer),
    operation_id="authoriseExchange",
    summary="出示兑换码",
)
def authorise(
    wanted: NewAuthorisation, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> AuthorisationAnswer:
    """Let an account be spent once at a counter; asked again with the same key, the same code."""
    said = commands.authorise(
        desk.app,
        actor=who.actor,
        key=key,
        account_id=wanted.account_id,
        points_max=wanted.points_max,
        reason=wanted.reason,
        on=today(desk.app),
    )
    exchange = desk.app.journal.state(exchange_stream(said.exchange_id), evolve)
    assert exchange is not None  # noqa: S101 - it was just recorded
    return AuthorisationAnswer(
        code=shown_code(said.code),
        valid_until=exchange.valid_until,
        exchange_id=said.exchange_id,
        receipt=recorded(desk, said.receipt, response),
    )


@router.post(
    "/exchange-authorisations/{exchange_id}/withdrawal",
    responses=RECORDED,
    operation_id="withdrawAuthorisation",
    summary="撤回兑换码",
)
def withdraw(exchange_id: Identifier, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> ReceiptGiven:
    """Take a code back that was shown and not used."""
    receipt = commands.withdraw(desk.app, actor=who.actor, key=key, exchange_id=exchange_id, on=today(desk.app))
    return recorded(desk, receipt, response)


@router.post(
    "/stations/{station_id}/exchanges",
    status_code=201,
    responses=once(ExchangeAnswer),
    operation_id="makeExchange",
    summary="兑换",
)
def make(
    station_id: Identifier, wanted: NewExchange, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ExchangeAnswer:
    """Confirm an exchange at the counter; the caller is a keeper of the station."""
    receipt = commands.make(
        desk.app,
        actor=who.actor,
        key=key,
        station_id=station_id,
        code=wanted.code,
        wanted=_goods(wanted.goods),
        cash_accepted=wanted.cash_accepted,
        on=today(desk.app),
    )
    identity = exchange_of(desk.app, code=wanted.code)
    return ExchangeAnswer(exchange_id=identity, receipt=recorded(desk, receipt, response))


@router.get("/exchanges/{exchange_id}", operation_id="readExchange", summary="一次兑换")
def read_exchange(exchange_id: Identifier, desk: Desk, who: ByToken) -> ExchangePage:
    """An exchange that was made at a station of the reader's area."""
    who.require("stations")
    with desk.current(exchanges, stations) as conn:
        exchange = exchanges.one(conn, exchange_id)
        station = stations.one(conn, exchange.station_id) if exchange is not None and exchange.station_id else None
        if exchange is None or station is None:
            raise Refusal("exchange.unknown")
        who.require_area(station.division)
        return ExchangePage(exchange=exchange, lines=exchanges.lines(conn, [exchange_id])[exchange_id])


@router.post(
    "/exchanges/{exchange_id}/cancellation", responses=RECORDED, operation_id="cancelExchange", summary="撤销兑换"
)
def cancel(
    exchange_id: Identifier, wanted: ExchangeCancelling, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Take an exchange back whole, on the day it was made."""
    receipt = commands.cancel(
        desk.app, actor=who.actor, key=key, exchange_id=exchange_id, reason=wanted.reason, on=today(desk.app)
    )
    return recorded(desk, receipt, response)


@router.post(
    "/exchanges/{exchange_id}/returns", responses=RECORDED, operation_id="returnGoods", summary="退回兑换的物资"
)
def give_back(
    exchange_id: Identifier, wanted: GoodsReturned, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Take goods of an exchange back."""
    receipt = commands.give_back(
        desk.app,
        actor=who.actor,
        key=key,
        exchange_id=exchange_id,
        goods=_goods(wanted.goods),
        reason=wanted.reason,
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


def _goods(given: list[GoodsWanted]) -> list[commands.Wanted]:
    return [commands.Wanted(one.sku, one.quantity) for one in given]
