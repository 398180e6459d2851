"""Rehearsal counties for whole stories, told by commands or through pages, and a real browser to live them in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from api.commands import budgets
from api.commands import county as commands
from api.commands.shared import today
from api.context import App, make_ready, open_app
from api.custody.enrolling import enrol
from api.settings import read_settings
from domain.kernel.money import Fen
from domain.kernel.places import Division
from journal.facts import Actor
from journal.journal import Clock, now
from tests.api.web.county import County, copied_county
from tests.conftest import temporary_home
from tests.projections.conftest import install_models

if TYPE_CHECKING:
    from tests.conftest import Cluster

COUNTY = Division("990101000000")
TOWNSHIP = Division("990101001000")
VILLAGE = Division("990101001001")
SINCE = date(2025, 1, 1)
SECRET = "演练-secret-of-all"


@dataclass(frozen=True)
class People:
    """Everybody in the chain of one payment; nobody has two parts."""

    administrator: Actor
    members: tuple[UUID, ...]
    verifier: Actor
    handler: Actor
    decider: Actor
    maker: Actor
    checker: Actor

    def member(self, number: int) -> Actor:
        """One of the members, acting."""
        return Actor(self.members[number], "member")


@pytest.fixture
def clock() -> Clock:
    """The clock of the rehearsal: the machine's, where a test file has none of its own."""
    return now


@pytest.fixture
def begun(cluster: "Cluster", clock: Clock) -> Iterator[tuple[App, Actor]]:
    """A rehearsal that has just begun, and its administrator. Its read models follow when a test says so."""
    access, _ = cluster.copy_of("read models", install_models)
    with temporary_home() as home:
        settings = read_settings({"MINGZHANG_HOME": str(home), "MINGZHANG_PAYER_ACCOUNT": "990101000000000001"})
        make_ready(access)
        beginning = commands.Beginning("mingzhang.example/spine", COUNTY, "演练县", "演练主任", True)
        administrator = commands.begin(settings, access, beginning, secret=SECRET, clock=clock)
        with open_app(settings, access=access, clock=clock) as app:
            yield app, administrator
    cluster.drop(access)


@pytest.fixture
def app(begun: tuple[App, Actor]) -> App:
    """The program on that rehearsal."""
    return begun[0]


@pytest.fixture
def people(begun: tuple[App, Actor]) -> People:
    """The county since 2025: places, a tariff of 10 yuan, 1,000 yuan for the year, three members with accounts."""
    app, administrator = begun
    on = today(app)
    places = [commands.NewPlace(TOWNSHIP, "演练镇"), commands.NewPlace(VILLAGE, "演练村")]
    commands.register_places(app, actor=administrator, key="places", new=places, since=SINCE, on=on)
    roles = ("grid_worker", "department_handler", "county_officer", "county_officer", "county_approver")
    officers = [Actor(uuid4(), role) for role in roles]
    members = tuple(uuid4() for _ in range(3))
    new = [
        commands.NewPerson(one.person_id, f"演练{number}", one.role, COUNTY, SINCE)
        for number, one in enumerate(officers)
    ]
    new += [
        commands.NewPerson(
            member,
            f"成员{number}",
            "member",
            COUNTY,
            SINCE,
            account=commands.Account(f"成员{number}", f"62220000000000000{number}", "演练银行"),
        )
        for number, member in enumerate(members)
    ]
    commands.register_persons(app, actor=administrator, key="persons", new=new, on=on)
    commands.set_band(
        app,
        actor=administrator,
        key="band",
        division=COUNTY,
        min_fen=Fen(500),
        max_fen=Fen(2000),
        since=SINCE,
        document="演练〔2025〕1号",
        on=on,
    )
    commands.set_tariff(
        app,
        actor=administrator,
        key="tariff",
        division=COUNTY,
        category=None,
        amount_fen=Fen(1000),
        since=SINCE,
        document="演练〔2025〕2号",
        on=on,
    )
    budgets.appropriate(
        app, actor=administrator, key="budget", year=2025, document="演练〔2025〕3号", amount_fen=Fen(100_000), on=on
    )
    roles = [(one.person_id, one.role) for one in officers]
    return People(
        administrator, members, *enrol(app, administrator=administrator, officers=roles, secret=SECRET, on=on)
    )


@pytest.fixture
def county(cluster: "Cluster") -> Iterator[County]:
    """A rehearsal that is served and followed: its bank answers as a real one might."""
    with copied_county(cluster, rehearsal=True) as made:
        yield made
