"""Exchanges: the holder's side authorises, a keeper confirms, and points and goods change hands in one append.

What must not be broken: everything that decides is read in that append: price, limits, what the account holds, what
lies on the shelf. Two counters at once meet in the account's or the article's stream; the later one decides anew by
itself, so nobody at a counter repeats anything by hand.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from api.commands.account_holders import channel_of, holders_of, is_living
from api.commands.exchange_codes import code_of, exchange_of
from api.commands.points import Points, account_stream
from api.commands.shared import require, require_anywhere
from api.commands.stations import station_of
from api.context import App
from domain.kernel.ids import EventName, StreamName, event_name
from domain.kernel.money import Fen
from domain.kernel.places import COUNTRY, Division, area_of
from domain.kernel.refusals import Refusal
from domain.points.accounts import Account
from domain.stations import exchanges, stations, stocks, takings
from domain.stations.exchanges import Exchange, Priced, exchange_stream
from domain.stations.stations import Station
from domain.stations.stocks import StockIssued, stock_stream
from domain.stations.takings import taking_stream
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading


@dataclass(frozen=True, slots=True)
class Wanted:
    """So many pieces of an article."""

    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Authorised:
    """The code to be shown at the counter, the exchange that it stands for, and the receipt."""

    code: str
    exchange_id: UUID
    receipt: Receipt


def authorise(
    app: App,
    *,
    actor: Actor,
    key: str,
    account_id: UUID,
    points_max: int | None = None,
    reason: str | None = None,
    on: date,
) -> Authorised:
    """Let an account be spent once, at any station, within some minutes; who the actor is decides the channel.

    `reason` (exchanges.STAFF_REASONS) is for staff. Asked again with the same key, the same code.
    """
    code = code_of(app, actor=actor, key=key)
    exchange_id = exchange_of(app, code=code)
    stream = exchange_stream(exchange_id)

    def decide(read: Reading) -> Iterator[Fact]:
        account = _account(Points(app, read, actor), account_id)
        channel = channel_of(read, actor, account, on)
        _require(read, actor, "exchange.authorised/1", account, channel, on)
        event = exchanges.authorise(
            read.state(stream, exchanges.evolve),
            account_id=account_id,
            authoriser_id=actor.person_id,
            channel=channel,
            living=is_living(read, account, on),
            points_max=points_max,
            reason=reason,
            at=app.journal.now(),
        )
        yield Fact(stream, event, on)

    inputs = {
        "command": "exchange.authorise",
        "account": str(account_id),
        "points_max": points_max,
        "reason": reason,
    }
    return Authorised(code, exchange_id, app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide))


def withdraw(app: App, *, actor: Actor, key: str, exchange_id: UUID, on: date) -> Receipt:
    """Take a code back that nobody has used: as who asked for it, as the account's holder, or as his family."""
    stream = exchange_stream(exchange_id)

    def decide(read: Reading) -> Iterator[Fact]:
        found = read.state(stream, exchanges.evolve)
        account = _account(Points(app, read, actor), found.account_id) if found is not None else None
        channel = channel_of(read, actor, account, on) if account is not None else None
        if account is not None:
            _require(read, actor, "exchange.withdrawn/1", account, channel, on)
        event = exchanges.withdraw(found, withdrawer_id=actor.person_id, channel=channel, at=app.journal.now())
        yield Fact(stream, event, on)

    inputs = {"command": "exchange.withdraw", "exchange": str(exchange_id)}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def make(
    app: App,
    *,
    actor: Actor,
    key: str,
    station_id: UUID,
    code: str,
    wanted: Sequence[Wanted],
    cash_accepted: bool = False,
    on: date,
) -> Receipt:
    """Confirm an exchange at the counter; the actor is the keeper.

    `cash_accepted`: the points that are missing were paid in cash, where the rule allows it.
    """
    exchange_id = exchange_of(app, code=code)
    shelves = [stock_stream(station_id, one.sku) for one in wanted]

    def decide(read: Reading) -> Iterator[Fact]:
        station = _kept(read, actor, station_id, "exchange.made/1", on)
        stream = exchange_stream(exchange_id)
        found = read.state(stream, exchanges.evolve)
        points = Points(app, read, actor)
        account = _account(points, found.account_id) if found is not None else None
        exchange = _valid(app, read, found, account, keeper_id=actor.person_id, on=on)
        going = _issued(read, station, (station_id, exchange_id), wanted, on)
        rules = points.rules_on(station.division, on)
        exchanges.require_within(reach_of(points, account, on), station=station.division)
        made = exchanges.make(
            exchange,
            station_id=station_id,
            keeper_id=actor.person_id,
            wanted=[priced for priced, _ in going],
            held=account.spendable(on) if account is not None else 0,
            cash_accepted=cash_accepted,
            top_up_allowed=rules.cash_top_up,
            on=on,
        )
        cause = read.next_event(stream)
        yield Fact(stream, made, on, cause=event_name(stream, 1))
        yield from points.redeem(
            exchange.account_id, exchange_id=exchange_id, station_id=station_id, points=made.points, on=on, cause=cause
        )
        for priced, event in going:
            yield Fact(stock_stream(station_id, priced.sku), event, on, cause=cause)
        tally = taking_stream(exchange.account_id)
        taken = takings.record(
            read.state(tally, takings.evolve),
            account_id=exchange.account_id,
            exchange_id=exchange_id,
            goods=[(one.sku, one.quantity) for one in wanted],
            limits=rules.exchange_limits,
            on=on,
        )
        yield Fact(tally, taken, on, cause=cause)

    inputs = {
        "command": "exchange.make",
        "station": str(station_id),
        "exchange": str(exchange_id),
        "wanted": _inputs(wanted),
        "cash_accepted": cash_accepted,
    }
    with app.turns.taken([*shelves, *_touched(app, exchange_id)]):
        return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def cancel(app: App, *, actor: Actor, key: str, exchange_id: UUID, reason: str, on: date) -> Receipt:
    """Take an exchange back whole, on the day it was made; the actor is a keeper of its station."""

    def decide(read: Reading) -> Iterator[Fact]:
        stream = exchange_stream(exchange_id)
        found, holders, points = _served(read, app, actor, exchange_id, "exchange.cancelled/1", on)
        event = exchanges.cancel(found, keeper_id=actor.person_id, holders=holders, reason=reason, on=on)
        cause = read.next_event(stream)
        yield Fact(stream, event, on)
        goods = [(line.sku, line.quantity, line.cost_fen) for line in found.lines]
        yield from _undone(read, points, found, exchange_id, event.points, goods, cause, on)

    inputs = {"command": "exchange.cancel", "exchange": str(exchange_id), "reason": reason}
    with app.turns.taken(_touched(app, exchange_id)):
        return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def give_back(
    app: App, *, actor: Actor, key: str, exchange_id: UUID, goods: Sequence[Wanted], reason: str, on: date
) -> Receipt:
    """Take goods of an exchange back, within the days that their listing gave."""

    def decide(read: Reading) -> Iterator[Fact]:
        stream = exchange_stream(exchange_id)
        found, holders, points = _served(read, app, actor, exchange_id, "exchange.returned/1", on)
        station = station_of(read, found.station_id) if found.station_id is not None else None
        event = exchanges.give_back(
            found,
            keeper_id=actor.person_id,
            holders=holders,
            goods=[(one.sku, one.quantity) for one in goods],
            return_days=_return_days(station, found),
            reason=reason,
            on=on,
        )
        cause = read.next_event(stream)
        yield Fact(stream, event, on)
        back = [(line.sku, line.quantity, line.cost_fen) for line in event.lines]
        yield from _undone(read, points, found, exchange_id, event.points, back, cause, on)

    inputs = {
        "command": "exchange.give_back",
        "exchange": str(exchange_id),
        "goods": _inputs(goods),
        "reason": reason,
    }
    with app.turns.taken(_touched(app, exchange_id)):
        return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def require_valid(app: App, *, actor: Actor, exchange_id: UUID, on: date) -> Exchange:
    """The exchange of a code, if the actor could make it now; nothing is recorded. Refused as `make` begins."""
    read = Reading(app.journal.store, app.journal.codec)
    found = read.state(exchange_stream(exchange_id), exchanges.evolve)
    account = _account(Points(app, read, actor), found.account_id) if found is not None else None
    return _valid(app, read, found, account, keeper_id=actor.person_id, on=on)


def reach_of(points: Points, account: Account | None, on: date) -> Division:
    """Where the stations lie at which an account's points buy goods that day, by the rules of its own place."""
    if account is None:
        return COUNTRY
    return area_of(account.division, points.rules_on(account.division, on).exchange_within)


def _require(read: Reading, actor: Actor, event_type: str, account: Account, channel: str | None, on: date) -> None:
    """Refuse what `shared.require` refuses; the holder and his family act wherever their role has its area."""
    if channel in ("code", "family"):
        require_anywhere(read, actor, event_type, on=on)
    else:
        require(read, actor, event_type, division=account.division, on=on)


def _valid(
    app: App, read: Reading, found: Exchange | None, account: Account | None, *, keeper_id: UUID, on: date
) -> Exchange:
    return exchanges.require_valid(
        found,
        keeper_id=keeper_id,
        holders=holders_of(read, account, on),
        living=account is None or is_living(read, account, on),
        at=app.journal.now(),
    )


def _account(points: Points, account_id: UUID) -> Account:
    account = points.account(account_id)
    if account is None:
        raise Refusal("points_account.unknown")
    return account


def _kept(read: Reading, actor: Actor, station_id: UUID, event_type: str, on: date) -> Station:
    """The open station that the actor keeps."""
    station = stations.require_open(station_of(read, station_id))
    require(read, actor, event_type, division=station.division, on=on)
    stations.require_keeper(station, actor.person_id, on=on)
    return station


def _served(
    read: Reading, app: App, actor: Actor, exchange_id: UUID, event_type: str, on: date
) -> tuple[Exchange, tuple[UUID, ...], Points]:
    """An exchange of a station that the actor keeps, whose account it was, and the points."""
    found = read.state(exchange_stream(exchange_id), exchanges.evolve)
    if found is None:
        raise Refusal("exchange.unknown")
    if found.station_id is None:
        raise Refusal("exchange.not_made")
    _kept(read, actor, found.station_id, event_type, on)
    points = Points(app, read, actor)
    return found, holders_of(read, points.account(found.account_id), on), points


def _issued(
    read: Reading, station: Station, exchange: tuple[UUID, UUID], wanted: Sequence[Wanted], on: date
) -> list[tuple[Priced, StockIssued]]:
    """What goes out, each article at its price of the day; `exchange`: the station's id and its own."""
    station_id, exchange_id = exchange
    exchanges.require_goods([(one.sku, one.quantity) for one in wanted])
    shelves = {one.sku: stock_stream(station_id, one.sku) for one in wanted}
    found = read.states(shelves.values(), stocks.evolve)
    going: list[tuple[Priced, StockIssued]] = []
    for sku, quantity in ((one.sku, one.quantity) for one in wanted):
        listing = station.listing(sku, on)
        if listing is None:
            raise Refusal("station.item_not_listed", sku=sku, on=on)
        event = stocks.issue(found[shelves[sku]], exchange_id=exchange_id, sku=sku, quantity=quantity)
        price = listing.points_price, listing.cash_price_fen, listing.name
        going.append((Priced(sku, quantity, *price, event.cost_fen), event))
    return going


def _undone(
    read: Reading,
    points: Points,
    exchange: Exchange,
    exchange_id: UUID,
    restored: int,
    goods: Sequence[tuple[str, int, Fen]],
    cause: EventName,
    on: date,
) -> Iterator[Fact]:
    """What follows from goods that came back: points, the shelf, and the tally of the day they were taken."""
    station_id, made_on = exchange.station_id, exchange.made_on
    assert station_id is not None  # noqa: S101 - whoever calls has seen it made
    assert made_on is not None  # noqa: S101 - likewise
    if restored:
        yield from points.restore(exchange.account_id, exchange_id=exchange_id, points=restored, on=on, cause=cause)
    shelves = [stock_stream(station_id, sku) for sku, _, _ in goods]
    found = read.states(shelves, stocks.evolve)
    for shelf, (_, quantity, cost_fen) in zip(shelves, goods, strict=True):
        event = stocks.take_back(found[shelf], exchange_id=exchange_id, quantity=quantity, cost_fen=cost_fen)
        yield Fact(shelf, event, on, cause=cause)
    tally = taking_stream(exchange.account_id)
    read.state(tally, takings.evolve)
    given = takings.give_back(
        exchange_id=exchange_id, goods=[(sku, quantity) for sku, quantity, _ in goods], taken_on=made_on
    )
    yield Fact(tally, given, on, cause=cause)


def _return_days(station: Station | None, exchange: Exchange) -> dict[str, int]:
    """For how many days after the exchange each article may come back, by the listing it was taken at."""
    listings = {line.sku: station.listed_as(line.listing) for line in exchange.lines} if station is not None else {}
    return {sku: listing.return_days for sku, listing in listings.items() if listing is not None}


def _touched(app: App, exchange_id: UUID) -> list[StreamName]:
    """The account of an exchange, and the stock of what was handed out, to stand in line for them."""
    exchange = app.journal.state(exchange_stream(exchange_id), exchanges.evolve)
    if exchange is None:
        return []
    station_id = exchange.station_id
    shelves = [stock_stream(station_id, line.sku) for line in exchange.lines] if station_id is not None else []
    return [account_stream(exchange.account_id), *shelves]


def _inputs(goods: Sequence[Wanted]) -> list[list[object]]:
    return [[one.sku, one.quantity] for one in goods]
