"""What can happen to points and goods in a village: deeds, mistakes, expiry, moves, exchanges, counts, in any order.

Several points rules follow one another, accounts are closed for others, codes are used twice or too late, keepers serve
themselves, and what was spent is taken back.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.kernel.ids import derived, stream_name
from domain.kernel.money import Fen
from domain.kernel.places import Division
from domain.points import accounts, rules
from domain.points.accounts import Account, Deed, account_id, last_day_of_points
from domain.points.earning import cap_room
from domain.points.rules import Cap, Category, Content, ExchangeLimit, Item, Window
from domain.stations import exchanges, stations, stocks, takings
from domain.stations.exchanges import Priced
from tests.properties.county import Fact, Name, Recorder

COUNTY, VILLAGE = Division("361125000000"), Division("361125001201")
STATION = stations.station_id(VILLAGE)
HOLDERS = [(kind, derived("walk", kind, n)) for kind, count in (("person", 8), ("household", 6)) for n in range(count)]
KEEPERS, CLERKS = ([derived("walk", kind, n) for n in range(2)] for kind in ("keeper", "clerk"))
ADMIN = derived("walk", "administrator")
RULE: Name = ("points_rule", derived("points_rule", COUNTY))
SHOP: Name = ("station", STATION)
SKUS = ("UMBRELLA", "SOAP", "TOWEL")
PRICES = {"UMBRELLA": 30, "SOAP": 3, "TOWEL": 8}
CATEGORIES = (Category("task", "任务"), Category("volunteer", "志愿服务"), Category("conduct", "文明行为"))


@dataclass
class Village(Recorder):
    """A village and the draw that decides what happens next."""

    draw: random.Random = None  # type: ignore[assignment]
    division: Division = COUNTY
    deeds: int = 0
    papers: int = 0
    codes: int = 0

    def begin(self) -> None:
        """A rule since the year before, accounts for most, a station with three articles and two keepers."""
        self.publish(since=date(2025, 1, 1))
        for kind, holder in HOLDERS:
            self.open(kind, holder)
        known = {"division": VILLAGE, "division_known": True}
        opened = stations.open_(None, **known, name="积分超市", opened_on=self.today, on=self.today)
        self.attempt("open_station", [(SHOP, opened)], by=ADMIN)
        for keeper in KEEPERS:
            self.keep(keeper)
        for sku in SKUS:
            self.list_item(sku, since=self.today)
            self.receive(sku)

    def step(self) -> None:
        """One of the things that can happen; each has a weight. Then books and states are compared."""
        (step,) = self.draw.choices(list(WEIGHTS), list(WEIGHTS.values()))
        step(self)
        self.compare()

    def compare(self) -> None:
        """The books hold what the states say: points held and owed, nothing on the way, goods and what they cost."""
        for identity, state in self.of("points_account"):
            assert self.balances[f"pts:held:{identity}", "PTS"] == state.held >= 0
            assert -self.balances[f"pts:debt:{identity}", "PTS"] == state.debt >= 0
            assert not (state.held and state.debt)
        assert self.balances["pts:moved", "PTS"] == 0
        for _, state in self.of("stock"):
            assert self.balances[f"stk:on_hand:{STATION}", state.sku] == state.on_hand >= 0
            assert state.value_fen >= 0
            assert state.on_hand or not state.value_fen

    # Who and which.

    def role_of(self, by: UUID) -> str:
        """Keepers keep; whoever else does anything is of the county."""
        return "station_keeper" if by in KEEPERS else "administrator"

    def one(self, things: Sequence[Any]) -> Any:
        """One of them. Raises IndexError for none."""
        return self.draw.choice(things)

    def account(self) -> Name:
        """One account, open, closed, or not there yet."""
        return "points_account", account_id(*self.one(HOLDERS))

    def layers(self, on: date) -> rules.Layers:
        """The rule of a day."""
        state: Any = self.states.get(RULE)
        return rules.layers([state], on=on)

    def months(self) -> int | None:
        """For how many months points that come today can be used."""
        return self.layers(self.today).rules[0].expires_after_months

    def due(self, name: Name) -> tuple[Account | None, list[Fact]]:
        """The account once what is overdue has expired, and the fact that says so."""
        state: Any = self.states.get(name)
        event = accounts.expire(state, on=self.today) if state is not None else None
        return (state, []) if event is None else (accounts.evolve(state, event), [(name, event)])

    # Rules, accounts, time.

    def pass_days(self) -> None:
        """Some days, now and then a month, rarely a year."""
        self.today += timedelta(days=self.draw.choice((1, 1, 1, 1, 2, 2, 3, 5, 9, 30, 90)))

    def publish(self, since: date | None = None) -> None:
        """Another version of the rule, from tomorrow on; also one that begins too early."""
        begins = since or self.today + timedelta(days=self.draw.choice((0, 1, 1, 3)))
        content = Content(
            holder="household",
            categories=CATEGORIES,
            items=(
                Item("task", "task", "社区任务", self.draw.choice((15, 40)), "each"),
                Item("hour", "volunteer", "志愿服务", 10, "hour"),
                Item("litter", "conduct", "乱扔垃圾", -self.draw.choice((3, 30)), "each"),
            ),
            windows=(Window(begins, begins + timedelta(days=20), 200, ("task",)),),
            caps=(Cap("person", "month", 200), Cap("household", "month", 50, "task")),
            exchange_limits=(ExchangeLimit("month", 3),),
            expires_after_months=self.draw.choice((2, 6, 12, None)),
            cash_top_up=self.draw.random() < 0.5,
            debt_from_deductions=self.draw.random() < 0.7,
        )
        facts = {"division": COUNTY, "division_known": True, "county": COUNTY, "document": "1号", "today": self.today}

        def published() -> Iterator[Fact]:
            state: Any = self.states.get(RULE)
            yield RULE, rules.publish(state, **facts, county_rules=state, content=content, since=begins)

        self.attempt("publish", published(), by=ADMIN)

    def open(self, kind: str, holder: UUID) -> None:
        name: Name = ("points_account", account_id(kind, holder))
        if self.draw.random() < 0.6:
            self.attempt("open", [(name, self.opened(kind, holder))], by=ADMIN)

    def opened(self, kind: str, holder: UUID) -> accounts.PointsAccountOpened:
        """The account is opened."""
        known = {"holder_known": True, "division": VILLAGE, "division_known": True}
        return accounts.open_account(None, kind=kind, holder_id=holder, **known)

    def opening(self) -> None:
        """A paper book, for an account that it opens or that is there; also twice, or where something came already."""
        kind, holder = self.one(HOLDERS)
        name: Name = ("points_account", account_id(kind, holder))
        points = self.draw.choice((0, 40, 250))
        months = self.months()

        def facts() -> Iterator[Fact]:
            state: Any = self.states.get(name)
            if state is None:
                event = self.opened(kind, holder)
                yield name, event
                state = accounts.evolve(None, event)
            until = last_day_of_points(self.today, months=months)
            said = {"points": points, "as_of": date(2025, 12, 31), "document": "纸质台账", "recorder_id": ADMIN}
            yield name, accounts.record_opening(state, **said, expires_on=until, on=self.today)

        self.attempt("opening", facts(), by=ADMIN)

    # Deeds.

    def deed(self, item: str, account: Account | None) -> Deed:
        """Something done today or lately, new or told again; a household's, or a person's of two."""
        self.deeds += 1
        told = [one.key[1] for one in account.settled if one.key[0] == item] if account is not None else []
        new = stream_name("task", derived("walk", "deed", self.deeds))
        on = self.today - timedelta(days=self.draw.choice((0, 0, 3)))
        worth = self.layers(on).worth(item, quantity=90 if item == "hour" else 1)
        assert worth is not None
        person = account is not None and account.kind == "person"
        return Deed(
            category=worth.item.category,
            item=item,
            quantity=worth.quantity,
            factor_percent=worth.factor_percent,
            points=worth.points,
            division=VILLAGE,
            on=on,
            cause=self.one(told) if told and self.draw.random() < 0.1 else new,
            rule=worth.rule.name,
            beneficiary_id=account.holder_id if account is not None and person else None,
        )

    def grant(self) -> None:
        name = self.account()
        deed = self.deed(self.one(("task", "hour")), self.states.get(name))  # type: ignore[arg-type]
        caps = list(self.layers(deed.on).caps(deed.category))

        def facts() -> Iterator[Fact]:
            account, expired = self.due(name)
            yield from expired
            around = [account] if account is not None else []
            room = cap_room(caps, deed=deed, account=account, around=around)
            until = last_day_of_points(self.today, months=self.months())
            yield name, accounts.grant(account, deed=deed, room=room, expires_on=until)

        self.attempt("grant", facts(), by=self.one(CLERKS))

    def deduct(self) -> None:
        name = self.account()
        deed = self.deed("litter", self.states.get(name))  # type: ignore[arg-type]
        debt_allowed = self.layers(deed.on).rules[0].debt_from_deductions

        def facts() -> Iterator[Fact]:
            account, expired = self.due(name)
            yield from expired
            yield name, accounts.deduct(account, deed=deed, debt_allowed=debt_allowed)

        self.attempt("deduct", facts(), by=self.one(CLERKS))

    def take_back(self) -> None:
        """One of an account's entries, spent or expired or taken back before; or a number that is no deed's."""
        name = self.account()
        account: Any = self.states.get(name)
        settled = account.settled if account is not None else ()
        number = self.one([*(one.seq for one in settled), 1])
        fined = any(one.seq == number and one.deducted for one in settled)

        def facts() -> Iterator[Fact]:
            standing, expired = self.due(name)
            yield from expired
            if fined:
                until = last_day_of_points(self.today, months=self.months())
                yield name, accounts.give_back(standing, deducted=number, reason="核查有误", expires_on=until)
            else:
                yield name, accounts.reverse(standing, granted=number, reason="核查有误")

        self.attempt("take_back", facts(), by=self.one(CLERKS))

    def expire(self) -> None:
        name = self.account()
        self.attempt("expire", self.due(name)[1], by=ADMIN)

    def move(self) -> None:
        """A share, or everything with the debt and then the account is closed for the other; also to itself."""
        giver, taker = self.account(), self.account()
        whole = self.draw.random() < 0.2
        points = None if whole else self.draw.choice((0, 5, 60))

        def facts() -> Iterator[Fact]:
            sending, expired = self.due(giver)
            yield from expired
            out = accounts.move_out(sending, to=taker[1], points=points, reason="moved", document="协议", on=self.today)
            yield giver, out
            taking, overdue = self.due(taker)
            yield from overdue
            yield taker, accounts.move_in(taking, sender_id=giver[1], moved=out)

        if self.attempt("move", facts(), by=ADMIN) and whole and self.draw.random() < 0.6:
            closing = {"successor_id": taker[1], "reason": "moved", "document": "协议"}
            self.attempt("close", self._closed(giver, taker, closing), by=ADMIN)

    def _closed(self, giver: Name, taker: Name, closing: Mapping[str, Any]) -> Iterator[Fact]:
        account: Any = self.states.get(giver)
        successor: Any = self.states.get(taker)
        yield giver, accounts.close(account, successor=successor, **closing)

    # The station.

    def keep(self, keeper: UUID) -> None:
        state: Any = self.states[SHOP]
        named = stations.name_keeper(state, keeper_id=keeper, holds_role=True, since=self.today, on=self.today)
        self.attempt("keep", [(SHOP, named)], by=ADMIN)

    def list_item(self, sku: str, *, since: date) -> None:
        price = PRICES[sku] + self.draw.choice((0, 0, 3))

        def facts() -> Iterator[Fact]:
            state: Any = self.states[SHOP]
            said = {"sku": sku, "title": sku, "unit": "件", "points_price": price, "return_days": 5}
            yield SHOP, stations.list_item(state, **said, cash_price_fen=Fen(500), since=since, on=self.today)

        self.attempt("list", facts(), by=ADMIN)

    def new_price(self) -> None:
        self.list_item(self.one(SKUS), since=self.today + timedelta(days=1))

    def shelf(self, sku: str) -> Name:
        """The stream of an article."""
        return "stock", stocks.stock_id(STATION, sku)

    def receive(self, sku: str | None = None) -> None:
        """A few pieces, so that the last one is often asked for."""
        article = sku or self.one(SKUS)
        goods = {"quantity": self.draw.randint(1, 6), "unit_cost_fen": Fen(self.draw.randint(1, 999))}
        known = {"station_id": STATION, "sku": article, "sku_known": True}
        self.papers += 1
        event = stocks.receive(None, **known, **goods, origin="purchase", document=f"采购单{self.papers:04d}")
        self.attempt("receive", [(self.shelf(article), event)], by=self.one(KEEPERS))

    def count(self) -> None:
        """Something is counted, or said to be spoilt."""
        name, who = self.shelf(self.one(SKUS)), self.one(KEEPERS)
        stock: Any = self.states[name]
        counted = max(0, stock.on_hand + self.draw.choice((-2, -1, 0, 1)))

        def facts() -> Iterator[Fact]:
            if self.draw.random() < 0.6:
                said = {"counted": counted, "reason": "盘点发现差异", "counter_id": who}
                yield name, stocks.count(stock, **said, counted_on=self.today)
            else:
                yield name, stocks.propose_write_off(stock, quantity=1, reason="受潮不能用", proposer_id=who)

        self.attempt("count", facts(), by=who)

    def decide_count(self) -> None:
        """The second person agrees or not; also the first, and to what is no longer so."""
        name, who = self.shelf(self.one(SKUS)), self.one([*CLERKS, *KEEPERS])
        stock: Any = self.states[name]
        waits = stock.proposed.quantity if stock.proposed is not None else 1
        shown = waits if self.draw.random() < 0.8 else waits + 1

        def facts() -> Iterator[Fact]:
            if self.draw.random() < 0.2:
                yield name, stocks.reject(stock, reason="重新盘点过", second_id=who)
            else:
                yield name, stocks.confirm(stock, quantity=shown, second_id=who)

        self.attempt("decide_count", facts(), by=who)

    # Exchanges.

    def exchange(self) -> None:
        """A code is given out, and mostly used: at once, too late, twice, by its own holder, for too much."""
        kind, holder = self.one(HOLDERS)
        account = account_id(kind, holder)
        self.codes += 1
        name: Name = ("exchange", derived("walk", "exchange", self.codes))
        at = self.moment()
        asked = {"account_id": account, "authoriser_id": holder, "channel": "code", "living": True, "reason": None}
        authorised = exchanges.authorise(None, **asked, points_max=self.draw.choice((None, None, None, 20)), at=at)
        self.attempt("authorise", [(name, authorised)], by=holder)
        if self.draw.random() < 0.1:
            self.attempt("withdraw", self._withdrawn(name, holder, at), by=holder)
        late = timedelta(minutes=self.draw.choice((1, 1, 1, 1, 1, 1, 1, 11)))
        for _ in range(self.draw.choice((1, 1, 2))):
            keeper = self.one([*KEEPERS, *KEEPERS, *KEEPERS, holder])
            self.attempt("exchange", self._made(name, account, holder, keeper, at + late), by=keeper)

    def _withdrawn(self, name: Name, holder: UUID, at: datetime) -> Iterator[Fact]:
        found: Any = self.states[name]
        yield name, exchanges.withdraw(found, withdrawer_id=holder, channel="code", at=at)

    def moment(self) -> datetime:
        """Noon of the day in China."""
        return datetime(self.today.year, self.today.month, self.today.day, 4, tzinfo=UTC)

    def _made(self, name: Name, account: UUID, holder: UUID, keeper: UUID, at: datetime) -> Iterator[Fact]:
        found: Any = self.states[name]
        exchange = exchanges.require_valid(found, keeper_id=keeper, holders=[holder], living=True, at=at)
        shop: Any = self.states[SHOP]
        going = []
        for sku in self.draw.sample(SKUS, self.draw.randint(1, 2)):
            listing = shop.listing(sku, self.today)
            stock: Any = self.states[self.shelf(sku)]
            issued = stocks.issue(stock, exchange_id=name[1], sku=sku, quantity=self.draw.choice((1, 1, 1, 1, 3)))
            price = listing.points_price, listing.cash_price_fen, listing.name
            going.append((Priced(sku, issued.quantity, *price, issued.cost_fen), issued))
        target: Name = ("points_account", account)
        standing, expired = self.due(target)
        layers = self.layers(self.today)
        made = exchanges.make(
            exchange,
            station_id=STATION,
            keeper_id=keeper,
            wanted=[priced for priced, _ in going],
            held=standing.spendable(self.today) if standing is not None else 0,
            cash_accepted=self.draw.random() < 0.3,
            top_up_allowed=layers.cash_top_up,
            on=self.today,
        )
        yield name, made
        yield from expired
        spent = {"exchange_id": name[1], "station_id": STATION, "points": made.points}
        yield target, accounts.redeem(standing, **spent, on=self.today)
        yield from ((self.shelf(priced.sku), issued) for priced, issued in going)
        tally = self.tally(account)
        before: Any = self.states.get(tally)
        goods = [(priced.sku, priced.quantity) for priced, _ in going]
        taken = {"account_id": account, "exchange_id": name[1], "goods": goods, "limits": layers.exchange_limits}
        yield tally, takings.record(before, **taken, on=self.today)

    def tally(self, account: UUID) -> Name:
        """The stream of what an account took."""
        return "taking", derived("taking", account)

    def undo(self) -> None:
        """An exchange is cancelled, or some of it brought back: in time and late, twice, more than there was."""
        made = [identity for identity, state in self.of("exchange") if getattr(state, "lines", ())]
        if not made:
            return
        name: Name = ("exchange", self.one(made[-4:]))
        who = self.one(KEEPERS)
        whole = self.draw.random() < 0.4
        self.attempt("undo", self._undone(name, who, whole=whole), by=who)

    def _undone(self, name: Name, who: UUID, *, whole: bool) -> Iterator[Fact]:
        exchange: Any = self.states[name]
        said = {"keeper_id": who, "holders": [exchange.authoriser_id], "reason": "拿错了东西", "on": self.today}
        event: Any
        if whole:
            event = exchanges.cancel(exchange, **said)
            back = [(line.sku, line.quantity, line.cost_fen) for line in exchange.lines]
        else:
            line = self.one(exchange.lines)
            goods = [(line.sku, self.draw.choice((1, line.quantity, line.quantity + 1)))]
            event = exchanges.give_back(exchange, **said, goods=goods, return_days=dict.fromkeys(SKUS, 5))
            back = [(one.sku, one.quantity, one.cost_fen) for one in event.lines]
        yield name, event
        target: Name = ("points_account", exchange.account_id)
        if event.points:
            state: Any = self.states[target]
            yield target, accounts.restore(state, exchange_id=name[1], points=event.points)
        for sku, quantity, cost_fen in back:
            stock: Any = self.states[self.shelf(sku)]
            taken = {"exchange_id": name[1], "quantity": quantity, "cost_fen": cost_fen}
            yield self.shelf(sku), stocks.take_back(stock, **taken)
        goods = [(sku, quantity) for sku, quantity, _ in back]
        given = takings.give_back(exchange_id=name[1], goods=goods, taken_on=exchange.made_on)
        yield self.tally(exchange.account_id), given


WEIGHTS: dict[Callable[[Village], None], int] = {
    Village.pass_days: 8,
    Village.publish: 1,
    Village.opening: 3,
    Village.grant: 22,
    Village.deduct: 3,
    Village.take_back: 4,
    Village.expire: 2,
    Village.move: 3,
    Village.new_price: 1,
    Village.receive: 4,
    Village.count: 3,
    Village.decide_count: 4,
    Village.exchange: 14,
    Village.undo: 5,
}
