"""How points and goods are stolen by whoever holds the keys of the server: what such a program would write and seal.

Everything that is not the theft itself is told by the program's own decisions, so that only the theft is found.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from domain.kernel.events import type_of
from domain.kernel.ids import EventName, derived, event_name, stream_name
from domain.kernel.money import Fen
from domain.kernel.places import Division
from domain.points import accounts, rules
from domain.points.accounts import Deed, account_id
from domain.points.rules import Category, Content, Item
from domain.stations import exchanges, stations, stocks, takings
from domain.stations.exchanges import Priced
from domain.streams import event_types
from journal.codec import Codec
from tests.audit.story import COUNTY, START, VILLAGE, Draft, person
from tests.faults.live import Base, Live
from tests.faults.stages import put

CODEC = Codec(event_types())
RULE = stream_name("points_rule", derived("points_rule", COUNTY))
STATION = stations.station_id(Division(VILLAGE))
SHOP, SHELF = stations.station_stream(STATION), stocks.stock_stream(STATION, "YUSAN-01")
EXCHANGE = derived("attack", "exchange")
DAY, KEEPER = date(2026, 2, 6), person("keeper")
CONTENT = Content(
    holder="person",
    categories=(Category("report", "上报事件"),),
    items=(Item("report", "report", "线索", 100, "each"),),
    expires_after_months=12,
)


@dataclass
class Telling:
    """Drafts that follow the story of a log at work."""

    live: Live

    def say(self, stream: str, event: Any, *, by: str, role: str, cmd: str | None = None, **more: Any) -> Draft:
        """One event more."""
        postings = getattr(event, "postings", ())
        story, data = self.live.story, CODEC.data_of(event)
        found = {"by": by, "role": role, "on": DAY.isoformat(), "postings": postings, "cmd": cmd, **more}
        return story.add(stream, type_of(event), data, **found)

    def credited(self, *, version: int = 1, points: int = 100) -> accounts.Account:
        """A rule, and the member's account with the points of his first report, by some version of the rule."""
        county, member = self.live.county, UUID(self.live.county.member)
        known = {"division": Division(COUNTY), "division_known": True, "county": Division(COUNTY)}
        rule = rules.publish(
            None, **known, county_rules=None, content=CONTENT, since=date(2026, 1, 1), document="1号", today=DAY
        )
        self.say(RULE, rule, by=county.founder, role="administrator")
        holder = {"kind": "person", "holder_id": member, "holder_known": True}
        opened = accounts.open_account(None, **holder, division=Division(VILLAGE), division_known=True)
        account = accounts.evolve(None, opened)
        stream = stream_name("points_account", account.id)
        self.say(stream, opened, by=county.officer, role="county_officer")
        return accounts.evolve(account, self.credit(account, version=version, points=points))

    def credit(self, account: accounts.Account, *, version: int = 1, points: int = 100) -> Any:
        """The first report's points."""
        county = self.live.county
        cause = f"incident/{county.incidents[0]}"
        deed = Deed(
            category="report",
            item="report",
            quantity=1,
            factor_percent=100,
            points=points,
            division=Division(VILLAGE),
            on=date(2026, 2, 3),
            cause=cause,
            rule=EventName(f"{RULE}@{version}"),
            beneficiary_id=account.holder_id,
        )
        event = accounts.grant(account, deed=deed, room=None, expires_on=date(2027, 2, 28))
        stream = stream_name("points_account", account_id("person", account.holder_id))
        self.say(stream, event, by=county.officer, role="county_officer", cause=self._decided(cause))
        return event

    def _decided(self, stream: str) -> str:
        """The event that said that a report is valid."""
        story = self.live.story
        drafts = [one for one in story.drafts if (one.stream, one.type) == (stream, "incident.validity_decided/1")]
        return story.name_of(drafts[0])

    def stocked(self, pieces: int) -> stocks.Stock:
        """A station with a keeper, who received some umbrellas."""
        county = self.live.county
        role = {"role": "station_keeper", "area": VILLAGE, "since": "2026-01-01"}
        stream = stream_name("person", UUID(KEEPER))
        county.admin(stream, "person.registered/1", {"name": "0" * 64, "pseudonymous": False})
        county.admin(stream, "person.role_granted/1", role)
        county.register_key(KEEPER, "station_keeper")
        office = {"by": county.officer, "role": "county_officer"}
        known = {"division": Division(VILLAGE), "division_known": True}
        opened = stations.open_(None, **known, name="驿站", opened_on=DAY, on=DAY)
        shop = stations.evolve(None, opened)
        self.say(SHOP, opened, **office)
        named = stations.name_keeper(shop, keeper_id=UUID(KEEPER), holds_role=True, since=DAY, on=DAY)
        self.say(SHOP, named, **office)
        shop = stations.evolve(shop, named)
        offer = {"sku": "YUSAN-01", "title": "雨伞", "unit": "把", "points_price": 40, "cash_price_fen": None}
        self.say(SHOP, stations.list_item(shop, **offer, return_days=7, since=DAY, on=DAY), **office)
        goods = {"station_id": STATION, "sku": "YUSAN-01", "sku_known": True, "quantity": pieces}
        received = stocks.receive(None, **goods, unit_cost_fen=Fen(1_000), origin="purchase", document="2号")
        self.say(SHELF, received, by=KEEPER, role="station_keeper")
        return stocks.evolve(None, received)

    def exchanged(self, account: accounts.Account, issued: stocks.StockIssued | None, *, pieces: int) -> None:
        """The member takes umbrellas for points; `issued`: what the shelf's own stream says of it, if anything."""
        stream, keeper = exchanges.exchange_stream(EXCHANGE), {"by": KEEPER, "role": "station_keeper", "cmd": "made"}
        member = account.holder_id
        asked = {"account_id": account.id, "authoriser_id": member, "channel": "code", "points_max": None}
        at = START + timedelta(minutes=len(self.live.story.drafts))
        authorised = exchanges.authorise(None, **asked, living=True, reason=None, at=at)
        self.say(stream, authorised, by=str(member), role="member")
        priced = Priced("YUSAN-01", pieces, 40, None, event_name(SHOP, 3), Fen(1_000 * pieces))
        paid = {"held": account.held, "cash_accepted": False, "top_up_allowed": False, "on": DAY}
        serving = {"station_id": STATION, "keeper_id": UUID(KEEPER), "wanted": [priced]}
        made = exchanges.make(exchanges.evolve(None, authorised), **serving, **paid)
        self.say(stream, made, **keeper, cause=event_name(stream, 1))
        keeper["cause"] = event_name(stream, 2)
        of = {"exchange_id": EXCHANGE, "station_id": STATION, "points": made.points}
        spent = accounts.redeem(account, **of, on=DAY)
        self.say(stream_name("points_account", account.id), spent, **keeper)
        if issued is not None:
            self.say(SHELF, issued, **keeper)
        tally = {"account_id": account.id, "exchange_id": EXCHANGE, "goods": [("YUSAN-01", pieces)], "limits": ()}
        self.say(takings.taking_stream(account.id), takings.record(None, **tally, on=DAY), **keeper)


def by_another_rule(live: Live, _base: Base) -> None:
    """A report earns twice what the rule says, by a version that nobody published."""
    Telling(live).credited(version=2, points=200)
    put(live, live.story.entries())


def credited_twice(live: Live, _base: Base) -> None:
    """The same report earns its points again."""
    telling = Telling(live)
    account = telling.credited()
    telling.credit(replace(account, settled=()))
    put(live, live.story.entries())


def oversold(live: Live, _base: Base) -> None:
    """Two umbrellas go out where one lay."""
    telling = Telling(live)
    account, shelf = telling.credited(), telling.stocked(1)
    two = replace(shelf, on_hand=2, value_fen=2_000)
    telling.exchanged(account, stocks.issue(two, exchange_id=EXCHANGE, sku="YUSAN-01", quantity=2), pieces=2)
    put(live, live.story.entries())


def nothing_handed_out(live: Live, _base: Base) -> None:
    """Points are taken, and the shelf's own stream says nothing."""
    telling = Telling(live)
    account, _ = telling.credited(), telling.stocked(1)
    telling.exchanged(account, None, pieces=1)
    put(live, live.story.entries())
