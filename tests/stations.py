"""A station in a small county, with keepers, goods on its shelves and points to spend, for tests of exchange."""

import itertools
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

from api.commands import county as setting_up
from api.commands import exchanges, households, stations, stocks
from api.commands.exchanges import Wanted
from api.commands.points import publishing
from api.commands.points.keeping import Opening, record_openings
from api.commands.points.streams import rule_stream
from api.commands.shared import today
from api.context import App
from api.custody.enrolling import enrol
from api.custody.wrapping import REHEARSAL
from api.web import accounts
from domain.households import household_id
from domain.kernel.money import Fen
from domain.kernel.places import Division
from domain.points.accounts import account_id
from domain.points.rules import Category, Content, ExchangeLimit, Item
from domain.points.rules import evolve as evolve_rules
from domain.stations.stations import station_id
from journal.facts import Actor, Receipt

SINCE = date(2020, 1, 1)
SECRET = "演练-password-1"
STAFF = (
    ("keeper", "胡管理", "station_keeper"),
    ("deputy", "何代班", "station_keeper"),
    ("accountant", "方会计", "village_accountant"),
    ("supervisor", "余监督", "village_supervisor"),
)
UMBRELLA, SOAP, POT = "YUSAN-01", "XIYIYE", "DIANFANBAO"


@dataclass
class Counter:
    """The station, those who work there, and villagers by a short name; each villager can sign for himself."""

    app: App
    village: Division
    admin: Actor
    staff: dict[str, Actor]
    villagers: dict[str, Actor]
    station: UUID
    household: UUID
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def today(self) -> date:
        """The day of the program's clock."""
        return today(self.app)

    def key(self) -> str:
        """An idempotency key that nobody has used."""
        return f"counter-{next(self._numbers)}-{secrets.token_hex(4)}"

    def account(self, villager: str) -> UUID:
        """A villager's own account."""
        return account_id("person", self.villagers[villager].person_id)

    def code(self, villager: str, *, account: UUID | None = None, **more: int) -> str:
        """A code that a villager gets for his own account, or for another."""
        asked = exchanges.authorise(
            self.app,
            actor=self.villagers[villager],
            key=self.key(),
            account_id=account or self.account(villager),
            on=self.today,
            **more,
        )
        return asked.code

    def exchange(self, code: str, *goods: tuple[str, int], by: str = "keeper", cash: bool = False) -> Receipt:
        """What a keeper confirms."""
        return exchanges.make(
            self.app,
            actor=self.staff[by],
            key=self.key(),
            station_id=self.station,
            code=code,
            wanted=[Wanted(sku, quantity) for sku, quantity in goods],
            cash_accepted=cash,
            on=self.today,
        )

    def receive(self, sku: str, quantity: int, *, unit_cost_fen: int = 1000) -> Receipt:
        """Goods that were bought."""
        new = stocks.NewGoods(sku, quantity, Fen(unit_cost_fen), "purchase", f"发票{next(self._numbers):04d}")
        return stocks.receive(
            self.app, actor=self.staff["keeper"], key=self.key(), station_id=self.station, new=new, on=self.today
        )

    def give_points(self, holder: tuple[str, UUID], points: int) -> None:
        """What a paper book says that a person or a household holds, by somebody who did not register them."""
        kind, holder_id = holder
        opening = Opening(kind, holder_id, self.village, points, date(2026, 1, 1), f"存折{holder_id.hex[:6]}")
        record_openings(self.app, actor=self.staff["accountant"], key=self.key(), openings=[opening], on=self.today)


def opened_station(app: App, *, admin: Actor, village: Division, villagers: int = 2, opened: bool = True) -> Counter:
    """A station in the village: two keepers, two articles and a pot, a rule, and villagers without any points.

    The first two villagers, `old` and `young`, live in one household whose head is `old`. `opened` False: people and
    rule are there, the station is not yet.
    """
    on = today(app)
    names = ["old", "young", *(f"villager-{number}" for number in range(villagers - 2))]
    people = {word: Actor(uuid4(), role) for word, _, role in STAFF}
    neighbours = {word: Actor(uuid4(), "member") for word in names}
    new = [
        setting_up.NewPerson(actor.person_id, word, actor.role, village, SINCE)
        for word, actor in {**people, **neighbours}.items()
    ]
    setting_up.register_persons(app, actor=admin, key="station-people", new=new, on=on)
    roles = [(actor.person_id, actor.role) for actor in people.values()]
    acting = enrol(app, administrator=admin, officers=roles, secret=SECRET, on=on, cost=REHEARSAL)
    staff = dict(zip(people, acting, strict=True))
    house = household_id(village, "城东1号")
    counter = Counter(app, village, admin, staff, neighbours, station_id(village), house)
    joinings = [
        households.Joining(neighbours[word].person_id, SINCE, "registered", head=word == "old")
        for word in ("old", "young")
    ]
    households.register(
        app, actor=admin, key=counter.key(), division=village, reference="城东1号", joinings=joinings, on=on
    )
    rule = Content(
        holder="person",
        categories=(Category("report", "上报事件"),),
        items=(Item("report", "report", "有效线索", 10, "each"),),
        exchange_limits=(ExchangeLimit("month", 1, POT),),
        cash_top_up=True,
    )
    if app.journal.state(rule_stream(app.log.division), evolve_rules) is None:
        publishing.publish(
            app,
            actor=admin,
            key="rule",
            division=app.log.division,
            content=rule,
            since=SINCE,
            document="横积分〔2026〕1号",
            on=on,
        )
    if opened:
        _open(counter)
    return counter


def with_accounts(counter: Counter) -> None:
    """Everybody of the staff and every villager can sign in by his short name."""
    for login, actor in {**counter.staff, **counter.villagers}.items():
        accounts.set_account(
            counter.app.writing, login=login, person_id=actor.person_id, password=SECRET, cost=REHEARSAL
        )


def _open(counter: Counter) -> None:
    """Open it, name its keepers, and list what it offers."""
    app, admin, village, staff, on = counter.app, counter.admin, counter.village, counter.staff, counter.today
    setting = {"app": app, "actor": admin, "on": on}
    stations.open_station(**setting, key="station", division=village, name="城东驿站", opened_on=on)
    for word in ("keeper", "deputy"):
        stations.name_keeper(**setting, key=word, station_id=counter.station, keeper_id=staff[word].person_id, since=on)
    for sku, title, unit, points, cash in (
        (UMBRELLA, "雨伞", "把", 60, 1800),
        (SOAP, "洗衣液", "瓶", 35, None),
        (POT, "电饭煲", "个", 900, None),
    ):
        listing = stations.NewListing(sku, title, unit, points, 7, on, Fen(cash) if cash else None)
        stations.list_item(**setting, key=sku, station_id=counter.station, new=listing)
