"""Points in the demonstration county: a rule, three stations with goods, points of some households, a dozen exchanges.

All of it happens on the period's last day, after the casework, so that no month's reports are reckoned anew.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from api.commands import exchanges, stations, stocks
from api.commands.deeds import commendations, inspections
from api.commands.points import Opening, publish, record_openings
from api.context import App
from api.demo.households import HOUSEHOLDS, household_of
from api.demo.households import TOWNSHIP as HOME
from api.demo.people import People
from api.demo.places import COUNTY, VILLAGE_COUNT, village_code, village_name
from api.files.points_rules import load_points_rule
from api.rehearsal.chance import Dice
from domain.deeds.commendations import commendation_id
from domain.deeds.inspections import inspection_id
from domain.kernel.calendar import month_of
from domain.kernel.money import Fen
from domain.points.accounts import account_id
from domain.stations.stations import station_id
from journal.facts import Actor

RIDER: Final = 0
"""The member with points of his own, and a station in his village."""
PLACES: Final = ((HOME, 0), (HOME, 1), (0, 0))
GOODS: Final = (
    ("YUSAN", "雨伞", "把", 60, 1_250, 40),
    ("XIYIYE", "洗衣液", "瓶", 35, 880, 60),
    ("YAN", "食盐", "袋", 8, 190, 100),
    ("DIANFANBAO", "电饭煲", "个", 900, 15_900, 3),
)
"""Number, name, unit, price in points, cost of one in fen, how many came in."""
PRAISED: Final = 3
CLEAN: Final = 4
EXCHANGES: Final = 12


def load(app: App, *, founder: Actor, people: People) -> None:
    """Publish, open, grant, exchange; running it again changes nothing."""
    loading = _Loading(app, founder, people, people.period.until)
    loading.publish()
    for number in range(len(PLACES)):
        loading.open_station(number)
    loading.bring_in()
    loading.praise()
    for number in range(EXCHANGES):
        loading.exchange(number)
    loading.count()


@dataclass(frozen=True, slots=True)
class _Loading:
    """Who loads, and for which people, on which day."""

    app: App
    founder: Actor
    people: People
    on: date

    def publish(self) -> None:
        """The rule that comes with the program, from the last day on."""
        publish(
            self.app,
            actor=self.founder,
            key="demo:points:rule",
            division=COUNTY,
            content=load_points_rule("red-riders").content,
            since=self.on,
            document=f"演示县文明办〔{self.on.year}〕3号",
            on=self.on,
        )

    def open_station(self, number: int) -> None:
        """A station with its keeper, and the goods that its village bought."""
        township, village = PLACES[number]
        division, keeper = village_code(township, village), self.people.keeper(number)
        identity, key = station_id(division), f"demo:points:station:{number}"
        opening: dict[str, Any] = {"app": self.app, "actor": self.founder, "on": self.on}
        name = f"{village_name(township, village)}积分超市"
        stations.open_station(**opening, key=key, division=division, name=name, opened_on=self.on)
        stations.name_keeper(
            **opening, key=f"{key}:keeper", station_id=identity, keeper_id=keeper.person_id, since=self.on
        )
        for sku, title, unit, points, cost_fen, quantity in GOODS:
            listing = stations.NewListing(sku, title, unit, points, return_days=7, since=self.on)
            stations.list_item(**opening, key=f"{key}:{sku}", station_id=identity, new=listing)
            goods = stocks.NewGoods(sku, quantity, Fen(cost_fen), "purchase", f"发票{number + 1:02d}-{sku}")
            stocks.receive(self.app, actor=keeper, key=f"{key}:{sku}:goods", station_id=identity, new=goods, on=self.on)

    def bring_in(self) -> None:
        """What the paper books of six households and of one rider said."""
        rider = Opening(
            "person", self.people.member(RIDER).person_id, village_code(0, 0), 260, self.on, "积分存折-骑手"
        )
        books = [
            Opening(
                "household",
                household_of(number),
                village_code(HOME, number % VILLAGE_COUNT),
                250 + Dice(self.people.seed, "points", number).below(300),
                self.on,
                f"积分存折-{number + 1:03d}",
            )
            for number in range(HOUSEHOLDS)
        ]
        # Neither the founder, who registered the rider, nor the grid worker, who registered the households.
        officer = self.people.maker
        record_openings(self.app, actor=officer, key="demo:points:books", openings=[*books, rider], on=self.on)

    def praise(self) -> None:
        """Some households are praised, some are found clean: each by one clerk, confirmed by another."""
        first, second = self.people.transcriber(HOME), self.people.verifier(HOME)
        for number in range(PRAISED):
            household, key = household_of(number), f"demo:points:praise:{number}"
            document = f"云溪镇表扬〔{self.on.year}〕{number + 1}号"
            praise = commendations.NewCommendation(
                division=village_code(HOME, number % VILLAGE_COUNT),
                holder_kind="household",
                holder_id=household,
                title="邻里互助",
                item="commendation_township",
                document=document,
                issuer="云溪镇人民政府",
                issued_on=self.on,
            )
            commendations.record(self.app, actor=first, key=key, new=praise, on=self.on)
            confirming: dict[str, Any] = {"commendation_id": commendation_id(household, document), "on": self.on}
            commendations.confirm(self.app, actor=second, key=f"{key}:confirmed", **confirming)
        inspectors = (first.person_id, second.person_id)
        for number in range(CLEAN):
            household, key = household_of(number), f"demo:points:clean:{number}"
            seen = inspections.NewInspection(household, self.on, inspectors, "clean", "clean_household")
            inspections.record(self.app, actor=first, key=key, new=seen, on=self.on)
            identity = inspection_id(household, month_of(self.on))
            inspections.confirm(self.app, actor=second, key=f"{key}:confirmed", inspection_id=identity, on=self.on)

    def exchange(self, number: int) -> None:
        """The rider shows his own code; for a household whose head has no telephone a grid worker helps."""
        rides = number % 4 == 0
        place = 2 if rides else number % 2
        rider = self.people.member(RIDER)
        actor = rider if rides else self.people.transcriber(HOME)
        holder = ("person", rider.person_id) if rides else ("household", household_of(number % HOUSEHOLDS))
        sku = GOODS[number % 3][0]
        asked = exchanges.authorise(
            self.app,
            actor=actor,
            key=f"demo:points:code:{number}",
            account_id=account_id(*holder),
            reason=None if rides else "no_phone",
            on=self.on,
        )
        exchanges.make(
            self.app,
            actor=self.people.keeper(place),
            key=f"demo:points:exchange:{number}",
            station_id=station_id(village_code(*PLACES[place])),
            code=asked.code,
            wanted=[exchanges.Wanted(sku, 1 + number % 2)],
            on=self.on,
        )

    def count(self) -> None:
        """A keeper counts fewer umbrellas than there should be; the village's accountant has still to confirm it."""
        stocks.count(
            self.app,
            actor=self.people.keeper(0),
            key="demo:points:count",
            station_id=station_id(village_code(*PLACES[0])),
            sku="YUSAN",
            counted=36,
            reason="雨天借出，还没有还回",
            on=self.on,
        )
