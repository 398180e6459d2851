"""Exchanges (兑换): points for goods at a counter, agreed to by the holder's side and confirmed by a keeper.

What must not be broken: two persons say yes, each under his own name. Whoever may speak for the account authorises,
and gets a code that works once and for some minutes; a keeper who is somebody else enters it and hands over the goods.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final, Literal, assert_never
from uuid import UUID

from domain.kernel.events import event
from domain.kernel.ids import EventName, StreamName, stream_name
from domain.kernel.money import Fen
from domain.kernel.places import Division, contains
from domain.kernel.reasons import require_reason
from domain.kernel.refusals import Refusal
from domain.kernel.separation import require_distinct
from domain.kernel.states import known

CHANNELS: Final = frozenset({"code", "family", "staff"})
"""Who authorised: the holder by himself; one of his household; staff, for the old without a phone."""


@dataclass(frozen=True, slots=True)
class Line:
    """Pieces of one article: the points of one piece by the listing in force, and what all of them had cost."""

    sku: str
    quantity: int
    points_each: int
    listing: EventName
    cost_fen: Fen


@dataclass(frozen=True, slots=True)
class ReturnedLine:
    """Pieces of one article that came back, and what they had cost."""

    sku: str
    quantity: int
    cost_fen: Fen


@event("exchange.authorised/1")
class ExchangeAuthorised:
    """Somebody who may speak for the account lets it be spent once, until a moment, up to so many points.

    The stream's id is a keyed digest of the code that he was shown. `reason`: why staff does it for the holder.
    """

    account_id: UUID
    authoriser_id: UUID
    channel: str
    valid_until: datetime
    points_max: int | None = None
    reason: str | None = None


@event("exchange.made/1")
class ExchangeMade:
    """A keeper confirmed: points were taken and goods handed over, in one step.

    `points` and `cash_fen` (a top-up in cash for the points that were missing, where the rule allows it) together pay
    for the lines. `collector_id` is who came for the goods; None where staff authorised.
    """

    station_id: UUID
    account_id: UUID
    keeper_id: UUID
    collector_id: UUID | None = None
    channel: str
    lines: tuple[Line, ...]
    points: int
    cash_fen: Fen | None = None
    made_on: date


@event("exchange.cancelled/1")
class ExchangeCancelled:
    """It was a mistake, found on the same day: everything goes back."""

    keeper_id: UUID
    reason: str
    points: int
    cash_fen: Fen | None = None


@event("exchange.returned/1")
class ExchangeReturned:
    """Goods were brought back: points come back first, then cash."""

    keeper_id: UUID
    reason: str
    lines: tuple[ReturnedLine, ...]
    points: int
    cash_fen: Fen | None = None


@event("exchange.withdrawn/1")
class ExchangeWithdrawn:
    """Whoever may speak for the account took the code back before anybody used it: it works no more."""

    withdrawer_id: UUID


ExchangeEvent = ExchangeAuthorised | ExchangeWithdrawn | ExchangeMade | ExchangeCancelled | ExchangeReturned


def exchange_stream(exchange_id: UUID) -> StreamName:
    """The stream of an exchange."""
    return stream_name("exchange", exchange_id)


CODE_VALID: Final = timedelta(minutes=10)
STAFF_REASONS: Final = frozenset({"no_phone", "phone_broken", "cannot_use_phone"})
"""Why staff authorises for a holder who stands at the counter."""


@dataclass(frozen=True, slots=True)
class Priced:
    """What somebody wants of an article, at the listing in force; `cash_price_fen` None: not for cash."""

    sku: str
    quantity: int
    points_each: int
    cash_price_fen: Fen | None
    listing: EventName
    cost_fen: Fen


@dataclass(frozen=True, slots=True)
class Exchange:
    """An exchange: who authorised it for which account; and once it is made, what of it has not come back."""

    account_id: UUID
    authoriser_id: UUID
    channel: str
    valid_until: datetime
    points_max: int | None
    status: Literal["authorised", "withdrawn", "made", "cancelled", "returned"] = "authorised"
    station_id: UUID | None = None
    keeper_id: UUID | None = None
    made_on: date | None = None
    lines: tuple[Line, ...] = ()
    points: int = 0
    cash_fen: int = 0


# Decide: what may happen, judged by the rules in force.


def authorise(
    exchange: Exchange | None,
    *,
    account_id: UUID,
    authoriser_id: UUID,
    channel: str | None,
    living: bool,
    points_max: int | None,
    reason: str | None,
    at: datetime,
) -> ExchangeAuthorised:
    """Let an account be spent once, within CODE_VALID; `channel` None: the person may not speak for it.

    `living`: its holder is alive, or somebody lives in its household. Refused, in this order: `exchange.code_taken`,
    `exchange.not_for_account`, `exchange.nobody_left`, `exchange.staff_reason_unknown` (staff says why),
    `exchange.points_max_unsuited`.
    """
    if exchange is not None:
        raise Refusal("exchange.code_taken")
    if channel is None:
        raise Refusal("exchange.not_for_account", account_id=account_id)
    _require_living(living)
    if (channel == "staff") != (reason in STAFF_REASONS):
        raise Refusal("exchange.staff_reason_unknown", reason=reason, choices="、".join(sorted(STAFF_REASONS)))
    if points_max is not None and points_max <= 0:
        raise Refusal("exchange.points_max_unsuited", points_max=points_max)
    return ExchangeAuthorised(
        account_id=account_id,
        authoriser_id=authoriser_id,
        channel=channel,
        valid_until=at + CODE_VALID,
        points_max=points_max,
        reason=reason,
    )


def withdraw(exchange: Exchange | None, *, withdrawer_id: UUID, channel: str | None, at: datetime) -> ExchangeWithdrawn:
    """Take a code back that was not used; `channel`: by which right he speaks for the account, None: by none.

    Refused, in this order: `exchange.unknown`, `exchange.code_withdrawn`, `exchange.code_used`,
    `exchange.code_expired`, `exchange.not_for_account` (staff takes back only what it has asked for itself).
    """
    if exchange is None:
        raise Refusal("exchange.unknown")
    _require_unused(exchange, at)
    if exchange.authoriser_id != withdrawer_id and channel not in ("code", "family"):
        raise Refusal("exchange.not_for_account", account_id=exchange.account_id)
    return ExchangeWithdrawn(withdrawer_id=withdrawer_id)


def require_valid(
    exchange: Exchange | None, *, keeper_id: UUID, holders: Iterable[UUID], living: bool, at: datetime
) -> Exchange:
    """The exchange that a code stands for, if a keeper may make it now; `holders`: the holder and his household.

    Refused, in this order: `exchange.code_unknown`, `exchange.code_withdrawn`, `exchange.code_used`,
    `exchange.code_expired`, `exchange.nobody_left` (`living`: as in `authorise`), `chain.acted_twice`.
    """
    if exchange is None:
        raise Refusal("exchange.code_unknown")
    _require_unused(exchange, at)
    _require_living(living)
    _require_another(exchange, keeper_id, holders)
    return exchange


def make(
    exchange: Exchange,
    *,
    station_id: UUID,
    keeper_id: UUID,
    wanted: Sequence[Priced],
    held: int,
    cash_accepted: bool,
    top_up_allowed: bool,
    on: date,
) -> ExchangeMade:
    """Take points for goods. `held`: points the account can use that day; `cash_accepted`: what is missing was paid.

    Refused, in this order: `exchange.nothing_wanted`, `exchange.sku_twice`, `exchange.no_top_up` (too few points, and
    the rule or an article does not let cash make up for them), `exchange.above_authorised`. Too few points, and no
    cash, the account refuses by itself.
    """
    require_goods([(one.sku, one.quantity) for one in wanted])
    price = sum(one.quantity * one.points_each for one in wanted)
    short = max(price - held, 0) if cash_accepted else 0
    cash_fen = None
    if short:
        if not top_up_allowed or held <= 0 or any(one.cash_price_fen is None for one in wanted):
            raise Refusal("exchange.no_top_up", short=short)
        in_cash = sum(one.quantity * (one.cash_price_fen or 0) for one in wanted)
        cash_fen = Fen(-(-in_cash * short // price))  # what is missing, by its part of the price; fen rounded up
    points = price - short
    if exchange.points_max is not None and points > exchange.points_max:
        raise Refusal("exchange.above_authorised", points=points, points_max=exchange.points_max)
    return ExchangeMade(
        station_id=station_id,
        account_id=exchange.account_id,
        keeper_id=keeper_id,
        collector_id=None if exchange.channel == "staff" else exchange.authoriser_id,
        channel=exchange.channel,
        lines=tuple(Line(one.sku, one.quantity, one.points_each, one.listing, one.cost_fen) for one in wanted),
        points=points,
        cash_fen=cash_fen,
        made_on=on,
    )


def cancel(
    exchange: Exchange | None, *, keeper_id: UUID, holders: Iterable[UUID], reason: str, on: date
) -> ExchangeCancelled:
    """Take an exchange back whole, on the day it was made.

    Refused, in this order: `exchange.unknown`, `exchange.not_made`, `exchange.ended`, `exchange.too_late_to_cancel`,
    `chain.acted_twice`, `reason.insufficient`.
    """
    made = _made(exchange)
    if on != made.made_on:
        raise Refusal("exchange.too_late_to_cancel", made_on=made.made_on)
    _require_another(made, keeper_id, holders)
    require_reason(reason)
    return ExchangeCancelled(
        keeper_id=keeper_id, reason=reason, points=made.points, cash_fen=Fen(made.cash_fen) if made.cash_fen else None
    )


def give_back(
    exchange: Exchange | None,
    *,
    keeper_id: UUID,
    holders: Iterable[UUID],
    goods: Sequence[tuple[str, int]],
    return_days: Mapping[str, int],
    reason: str,
    on: date,
) -> ExchangeReturned:
    """Take goods back; `return_days`: article -> so many days after the exchange that it may be.

    Points come back first, as many as the goods were worth and were paid; then cash for the rest. Refused, in this
    order: `exchange.unknown`, `exchange.not_made`, `exchange.ended`, `exchange.nothing_wanted`, `exchange.sku_twice`,
    `exchange.not_of_it`, `exchange.too_late_to_return`, `chain.acted_twice`, `reason.insufficient`.
    """
    made = _made(exchange)
    require_goods(goods)
    left = {line.sku: line for line in made.lines}
    for sku, quantity in goods:
        if sku not in left or left[sku].quantity < quantity:
            raise Refusal("exchange.not_of_it", sku=sku, left=left[sku].quantity if sku in left else 0)
        if made.made_on is not None and on > made.made_on + timedelta(days=return_days.get(sku, 0)):
            raise Refusal("exchange.too_late_to_return", sku=sku, days=return_days.get(sku, 0))
    _require_another(made, keeper_id, holders)
    require_reason(reason)
    worth = sum(quantity * left[sku].points_each for sku, quantity in goods)
    remaining = sum(line.quantity * line.points_each for line in made.lines)
    points = min(worth, made.points)
    in_cash = (
        made.cash_fen * (worth - points) // max(remaining - made.points, 1) if worth != remaining else made.cash_fen
    )
    return ExchangeReturned(
        keeper_id=keeper_id,
        reason=reason,
        lines=tuple(
            ReturnedLine(sku, quantity, Fen(left[sku].cost_fen * quantity // left[sku].quantity))
            for sku, quantity in goods
        ),
        points=points,
        cash_fen=Fen(in_cash) if in_cash else None,
    )


def require_within(area: Division, *, station: Division) -> None:
    """Refuse (`exchange.outside_reach`) a station outside the area in which an account's points buy goods."""
    if not contains(area, station):
        raise Refusal("exchange.outside_reach", area=area, division=station)


def require_goods(goods: Sequence[tuple[str, int]]) -> None:
    """Refuse what is no list of goods, in this order: `exchange.nothing_wanted`, `exchange.sku_twice`."""
    if not goods or any(quantity <= 0 for _, quantity in goods):
        raise Refusal("exchange.nothing_wanted")
    named = [sku for sku, _ in goods]
    for sku in named:
        if named.count(sku) > 1:
            raise Refusal("exchange.sku_twice", sku=sku)


def _require_unused(exchange: Exchange, at: datetime) -> None:
    if exchange.status == "withdrawn":
        raise Refusal("exchange.code_withdrawn")
    if exchange.status != "authorised":
        raise Refusal("exchange.code_used")
    if at > exchange.valid_until:
        raise Refusal("exchange.code_expired")


def _require_living(living: bool) -> None:
    if not living:
        raise Refusal("exchange.nobody_left")


def _require_another(exchange: Exchange, keeper_id: UUID, holders: Iterable[UUID]) -> None:
    acted = [("authoriser", exchange.authoriser_id), *(("holder", holder) for holder in holders)]
    require_distinct(keeper_id, acting_as="keeper", acted=acted)


def _made(exchange: Exchange | None) -> Exchange:
    if exchange is None:
        raise Refusal("exchange.unknown")
    if exchange.status in ("authorised", "withdrawn"):
        raise Refusal("exchange.not_made")
    if exchange.status == "cancelled" or not exchange.lines:
        raise Refusal("exchange.ended")
    return exchange


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(exchange: Exchange | None, event: ExchangeEvent) -> Exchange:
    """The exchange after an event."""
    match event:
        case ExchangeAuthorised():
            return Exchange(event.account_id, event.authoriser_id, event.channel, event.valid_until, event.points_max)
        case ExchangeWithdrawn():
            return replace(known(exchange), status="withdrawn")
        case ExchangeMade():
            return replace(
                known(exchange),
                status="made",
                station_id=event.station_id,
                keeper_id=event.keeper_id,
                made_on=event.made_on,
                lines=event.lines,
                points=event.points,
                cash_fen=event.cash_fen or 0,
            )
        case ExchangeCancelled():
            return replace(known(exchange), status="cancelled", lines=(), points=0, cash_fen=0)
        case ExchangeReturned():
            before = known(exchange)
            return replace(
                before,
                status="returned",
                lines=_left(before.lines, event.lines),
                points=before.points - event.points,
                cash_fen=before.cash_fen - (event.cash_fen or 0),
            )
        case _:
            assert_never(event)


def _left(lines: tuple[Line, ...], back: tuple[ReturnedLine, ...]) -> tuple[Line, ...]:
    """What of the lines has not come back."""
    came = {one.sku: one for one in back}
    kept = (
        replace(
            line,
            quantity=line.quantity - came[line.sku].quantity,
            cost_fen=Fen(line.cost_fen - came[line.sku].cost_fen),
        )
        if line.sku in came
        else line
        for line in lines
    )
    return tuple(line for line in kept if line.quantity > 0)
