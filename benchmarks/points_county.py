"""A county as large as the one that is known for it: 204 villages with a station each, 58,000 households, and their
23,000,000 points, brought into the journal by the commands that people use.

Where the national list of codes lies beside the checkout, villages are the real ones of 城口 (500229), which has
exactly 204; elsewhere as many invented ones. People, households and deeds are invented everywhere.
"""

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final, TypeVar
from uuid import UUID

from api.commands import county, households, points, stations, stocks
from api.commands.county import NewPerson, NewPlace
from api.commands.deeds import activities
from api.commands.deeds.activities import NewActivity
from api.commands.households import Joining
from api.commands.points import Opening
from api.commands.shared import today
from api.commands.stations import NewListing
from api.commands.stocks import NewGoods
from api.context import App, make_ready, open_app
from api.custody.enrolling import enrol
from api.files.place_lists import read_places
from api.files.place_profiles import load_place_profile
from api.place_importing import import_places
from api.settings import read_settings
from benchmarks.ground import new_database
from domain.deeds.activities import Served
from domain.households import household_id
from domain.kernel.ids import derived
from domain.kernel.money import Fen
from domain.kernel.places import Division, level
from domain.points.rules import Category, Content, Item
from domain.stations.stations import station_id
from journal.facts import Actor

T = TypeVar("T")

HOUSEHOLDS: Final = 58_000
POINTS: Final = 23_000_000
VILLAGES: Final = 204
COUNTERS: Final = 64

LISTS: Final = Path(__file__).parents[2] / "shared" / "data" / "admin_divisions"
REAL: Final = Division("500229000000")
INVENTED: Final = Division("990101000000")
SINCE: Final = date(2025, 1, 1)
ROUNDS: Final = 4
HOURS: Final = 2
POINTS_AN_HOUR: Final = 10
GOODS: Final = (("SOAP", "肥皂", 5, 300), ("TOWEL", "毛巾", 10, 800), ("UMBRELLA", "雨伞", 30, 1_800))
ON_THE_SHELF: Final = 100_000
DEDUCTED: Final = "litter"
RICH: Final = 12_000
"""What the first household of the first village has in its paper book, so that it can pay ten thousand fines."""
_THREADS: Final = 32
_OPENINGS_AT_ONCE: Final = 200
_PERSONS_AT_ONCE: Final = 200


@dataclass(frozen=True)
class Village:
    """A village, its station, and its households with their heads."""

    code: Division
    houses: tuple[UUID, ...]
    heads: tuple[UUID, ...]

    @property
    def station_id(self) -> UUID:
        """Its one station."""
        return station_id(self.code)


@dataclass(frozen=True)
class Stage:
    """A part of the load: its seconds, the seconds until the read models show it, and how many events it recorded."""

    name: str
    seconds: float
    followed_s: float
    events: int


@dataclass
class County:
    """The county and who acts in it. `keepers`: one for each of the first COUNTERS villages, who serves there."""

    app: App
    founder: Actor
    organiser: Actor
    confirmer: Actor
    villages: tuple[Village, ...]
    keepers: dict[UUID, Actor] = field(default_factory=dict)
    stages: list[Stage] = field(default_factory=list)

    @property
    def served(self) -> tuple[Village, ...]:
        """The villages whose station has a keeper."""
        return tuple(village for village in self.villages if village.station_id in self.keepers)

    def stage(self, name: str, do: Callable[[], object]) -> None:
        """Do a part, let the read models follow, and write down how long both took."""
        before, begun = self.app.journal.position(), time.perf_counter()
        do()
        done = time.perf_counter()
        self.app.runner.catch_up()
        events = self.app.journal.position() - before
        self.stages.append(Stage(name, done - begun, time.perf_counter() - done, events))


@contextmanager
def loaded_county(superuser_dsn: str, *, household_count: int) -> Iterator[County]:
    """The county with everything in it; points are as many for each household as in the whole one."""
    access = new_database(superuser_dsn, migrated=False)
    code = REAL if LISTS.exists() else INVENTED
    with tempfile.TemporaryDirectory(prefix="mz-bench-points-") as folder:
        settings = read_settings({"MINGZHANG_HOME": folder})
        make_ready(access)
        secret = derived("benchmark", "secret").hex
        beginning = county.Beginning("bench.example/points", code, "演练县", "演练主任", rehearsal=True)
        founder = county.begin(settings, access, beginning, secret=secret)
        with open_app(settings, access=access) as app:
            made = _begun(app, founder, secret, household_count)
            _load(made, secret)
            yield made
            app.runner.close()


def points_of(household_count: int) -> int:
    """The points of a county with so many households: 23,000,000 for 58,000."""
    return POINTS * household_count // HOUSEHOLDS


def _begun(app: App, founder: Actor, secret: str, household_count: int) -> County:
    begun = time.perf_counter()
    codes = _villages(app, founder)
    on = today(app)
    ids = [derived("benchmark", "officer", number) for number in range(2)]
    new = [NewPerson(one, "演练人员", "county_officer", app.log.division, SINCE) for one in ids]
    county.register_persons(app, actor=founder, key="officers", new=new, on=on)
    officers = [(one, "county_officer") for one in ids]
    organiser, confirmer = enrol(app, administrator=founder, officers=officers, secret=secret, on=on)
    shares = _shares(household_count, [1] * len(codes))
    villages = tuple(_village(code, count) for code, count in zip(codes, shares, strict=True))
    app.runner.catch_up()
    made = County(app, founder, organiser, confirmer, villages)
    made.stages.append(Stage("place register, officers", time.perf_counter() - begun, 0.0, app.journal.position()))
    return made


def _villages(app: App, founder: Actor) -> list[Division]:
    """The codes of the villages, registered with what they lie in."""
    on = today(app)
    if app.log.division == REAL:
        lists = [LISTS / name for name in ("streets_all.csv", "villages_seed_counties.csv")]
        reading = read_places(lists, load_place_profile("china-division"), county=REAL)
        done = import_places(app, actor=founder, reading=reading)
        assert not done.findings, done.findings[0]
        return sorted(code for code in reading.listed if level(code) == "village")
    townships = [Division(f"990101{100 + number:03}000") for number in range(25)]
    codes = [Division(f"{townships[number % 25][:9]}{201 + number // 25:03}") for number in range(VILLAGES)]
    for key, found in (("townships", townships), ("villages", codes)):
        new = [NewPlace(code, f"演练{code[6:]}") for code in found]
        county.register_places(app, actor=founder, key=key, new=new, since=SINCE, on=on)
    return sorted(codes)


def _village(code: Division, count: int) -> Village:
    houses = tuple(household_id(code, _reference(number)) for number in range(count))
    return Village(code, houses, tuple(derived("benchmark", "head", house) for house in houses))


def _reference(number: int) -> str:
    return f"{number + 1:04}"


def _load(made: County, secret: str) -> None:
    app, on = made.app, today(made.app)
    publish = partial(points.publish, app, actor=made.founder, key="rule", division=app.log.division, on=on)
    made.stage("points rule", lambda: publish(content=_rule(), since=SINCE, document="演练〔2025〕1号"))
    made.stage("households with their heads", lambda: _each(partial(_register, made), _households(made)))
    made.stage("balances of the paper books", lambda: _record_openings(made))
    rounds = [(village, number) for number in range(ROUNDS) for village in made.villages]
    made.stage(f"{ROUNDS} activities a village, hours confirmed", lambda: _each(partial(_activity, made), rounds))
    made.stage("keepers", lambda: _engage(made, secret))
    made.stage("stations with goods", lambda: _each(partial(_station, made), made.villages))


def _rule() -> Content:
    return Content(
        holder="household",
        categories=(Category("volunteer", "参加志愿服务"), Category("conduct", "文明行为")),
        items=(
            Item("volunteer_hour", "volunteer", "志愿服务", POINTS_AN_HOUR, "hour"),
            Item(DEDUCTED, "conduct", "乱扔垃圾", -1, "each"),
        ),
        expires_after_months=24,
        debt_from_deductions=True,
    )


def _households(made: County) -> Iterator[tuple[Village, int]]:
    return ((village, number) for village in made.villages for number in range(len(village.houses)))


def _register(made: County, which: tuple[Village, int]) -> None:
    village, number = which
    joining = Joining(village.heads[number], SINCE, "registered", name=f"户主{number}", head=True)
    key = f"household:{village.houses[number]}"
    households.register(
        made.app,
        actor=made.founder,
        key=key,
        division=village.code,
        reference=_reference(number),
        joinings=[joining],
        on=today(made.app),
    )


def _record_openings(made: County) -> None:
    """What the paper books say: all points but those that the activities bring, in unequal shares; one has RICH."""
    houses = [(village, house) for village in made.villages for house in village.houses]
    earned = ROUNDS * HOURS * POINTS_AN_HOUR * len(houses)
    weights = [100 + number * 7_919 % 1_000 for number in range(len(houses) - 1)]
    shares = [RICH, *_shares(points_of(len(houses)) - earned - RICH, weights)]
    new = [
        Opening("household", house, village.code, share, date(2025, 12, 31), "纸质积分台账 2025")
        for (village, house), share in zip(houses, shares, strict=True)
    ]
    parts = [new[at : at + _OPENINGS_AT_ONCE] for at in range(0, len(new), _OPENINGS_AT_ONCE)]

    def record(numbered: tuple[int, list[Opening]]) -> None:
        number, part = numbered
        key = f"openings:{number}"
        points.record_openings(made.app, actor=made.organiser, key=key, openings=part, on=today(made.app))

    _each(record, enumerate(parts))


def _activity(made: County, which: tuple[Village, int]) -> None:
    """Everybody's head comes; one officer publishes and checks in, the other confirms."""
    village, number = which
    app, on = made.app, today(made.app)
    identity = derived("benchmark", "activity", village.code, number)
    new = NewActivity(
        identity,
        village.code,
        "清洁家园",
        "村口",
        "volunteer_hour",
        on,
        HOURS * 60,
        max(len(village.heads), 1),
        "村委会",
    )
    activities.publish(app, actor=made.organiser, key=f"publish:{identity}", new=new, on=on)
    activities.check_in(
        app,
        actor=made.organiser,
        key=f"check:{identity}",
        activity_id=identity,
        person_ids=village.heads,
        on=on,
    )
    activities.confirm_hours(
        app,
        actor=made.confirmer,
        key=f"confirm:{identity}",
        activity_id=identity,
        served=[Served(head, HOURS * 60) for head in village.heads],
        on=on,
    )


def _engage(made: County, secret: str) -> None:
    """A keeper for each of the first COUNTERS villages, with a key of his own."""
    on, kept = today(made.app), made.villages[:COUNTERS]
    ids = [derived("benchmark", "keeper", village.code) for village in kept]
    new = [
        NewPerson(one, "演练管理员", "station_keeper", village.code, SINCE)
        for one, village in zip(ids, kept, strict=True)
    ]
    for start in range(0, len(new), _PERSONS_AT_ONCE):
        part = new[start : start + _PERSONS_AT_ONCE]
        county.register_persons(made.app, actor=made.founder, key=f"keepers:{start}", new=part, on=on)
    officers = [(one, "station_keeper") for one in ids]
    acting = enrol(made.app, administrator=made.founder, officers=officers, secret=secret, on=on)
    made.keepers = {village.station_id: actor for village, actor in zip(kept, acting, strict=True)}


def _station(made: County, village: Village) -> None:
    app, actor, on, station = made.app, made.organiser, today(made.app), village.station_id
    stations.open_station(
        app, actor=actor, key=f"open:{station}", division=village.code, name="积分超市", opened_on=on, on=on
    )
    keeper = made.keepers.get(station)
    if keeper is not None:
        keeper_id = keeper.person_id
        stations.name_keeper(
            app, actor=actor, key=f"name:{station}", station_id=station, keeper_id=keeper_id, since=on, on=on
        )
    for sku, title, price, cost_fen in GOODS:
        listing = NewListing(sku, title, "件", price, 7, on)
        key = f"list:{station}:{sku}"
        stations.list_item(app, actor=actor, key=key, station_id=station, new=listing, on=on)
        goods = NewGoods(sku, ON_THE_SHELF, Fen(cost_fen), "purchase", "采购〔2026〕1号")
        stocks.receive(app, actor=actor, key=f"receive:{station}:{sku}", station_id=station, new=goods, on=on)


def _shares(total: int, weights: Sequence[int]) -> list[int]:
    """A whole number in whole parts by weight; together exactly the number."""
    whole, before, shares = sum(weights), 0, []
    for weight in weights:
        after = before + weight
        shares.append(total * after // whole - total * before // whole)
        before = after
    return shares


def _each(do: Callable[[T], object], things: Iterable[T]) -> None:
    """Do it for each of them, several at a time; the first that fails stops it."""
    with ThreadPoolExecutor(_THREADS) as pool:
        for _ in pool.map(do, things):
            pass
