"""A small county on a real database, with people who can sign in: what tests of pages and API begin with."""

import itertools
import secrets
import shutil
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx
import uvicorn
from fastapi import FastAPI

from api.commands import budgets
from api.commands import county as commands
from api.commands.incidents import Handling, Report, Verdict, decide_validity, handle, report, verify
from api.commands.shared import today
from api.context import App, make_ready, open_app
from api.custody.enrolling import enrol
from api.custody.wrapping import REHEARSAL
from api.server import create_app
from api.settings import Settings, read_settings
from api.web import accounts
from api.web.following import Following
from domain.kernel.calendar import Month, day_in_china, month_of
from domain.kernel.money import Fen
from domain.kernel.places import Division
from domain.keys import SERVER_HELD
from journal.facts import Actor
from journal.journal import now
from migrations.roles import Access
from tests.api.web.described import Described
from tests.conftest import temporary_home

if TYPE_CHECKING:
    from tests.conftest import Cluster

COUNTY = Division("361125000000")
TOWNSHIP = Division("361125001000")
VILLAGE = Division("361125001201")
OTHER_TOWNSHIP = Division("361125100000")
PLACES = {TOWNSHIP: "兴安街道", VILLAGE: "城东村", OTHER_TOWNSHIP: "岑阳镇"}
SINCE = date(2020, 1, 1)
PASSWORD = "演练-password-1"
ORIGIN = "mingzhang.example/361125"
# Nothing here is reached over TLS, and reading a machine's authorities for each client takes longer than most requests.
NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass(frozen=True)
class Member:
    """Somebody of the county: how he signs in, what he is."""

    login: str
    name: str
    role: str
    area: Division
    account: bool = False


PEOPLE = (
    Member("zhangjianguo", "张建国", "member", TOWNSHIP, account=True),
    Member("ouyang", "欧阳明月", "member", TOWNSHIP, account=True),
    Member("liuyang", "刘洋", "member", TOWNSHIP),
    Member("lihe", "李荷", "grid_worker", TOWNSHIP),
    Member("zhaomin", "赵敏", "grid_worker", TOWNSHIP),
    Member("qianduo", "钱多", "grid_worker", OTHER_TOWNSHIP),
    Member("wangqiang", "王强", "department_handler", TOWNSHIP),
    Member("chenjing", "陈静", "county_officer", COUNTY),
    Member("zhouyu", "周宇", "county_officer", COUNTY),
    Member("sunli", "孙丽", "county_approver", COUNTY),
    Member("xuwei", "徐薇", "auditor", COUNTY),
)


@dataclass
class County:
    """The program, its web application, and everybody by login."""

    app: App
    web: FastAPI
    url: str
    admin: Actor
    people: dict[str, Actor]
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _clients: list[httpx.Client] = field(default_factory=list)

    @cached_property
    def _described(self) -> Described:
        return Described(self.web.openapi())

    def close(self) -> None:
        """Close every connection."""
        for client in self._clients:
            client.close()

    def key(self) -> str:
        """An idempotency key that nobody has used."""
        return f"test-{next(self._numbers)}-{secrets.token_hex(4)}"

    def browser(self) -> httpx.Client:
        """Somebody who has not signed in, over a real connection; redirects are not followed."""
        hooks = {"response": [self._described]}
        client = httpx.Client(base_url=self.url, timeout=30, event_hooks=hooks, verify=NO_AUTHORITIES)
        self._clients.append(client)
        return client

    def program(self, login: str, role: str | None = None) -> httpx.Client:
        """A client of the JSON API, signed in."""
        client = self.browser()
        body = {"login": login, "password": PASSWORD, **({"role": role} if role else {})}
        answer = client.post("/api/v1/session", json=body)
        assert answer.status_code == 201, answer.text
        client.headers["authorization"] = f"Bearer {answer.json()['token']}"
        return client

    def post(
        self,
        login: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        key: str | None = None,
        role: str | None = None,
    ) -> Any:
        """One command over the API as somebody, under a key of its own; `role`: where somebody has several."""
        client = self.program(login, role)
        headers = {"idempotency-key": key or self.key()}
        return client.post(f"/api/v1{path}", json=body, headers=headers)

    def acknowledged(self, batch: str, *, maker: str = "zhouyu", checker: str = "sunli") -> str:
        """Maker and checker say why a batch may be paid in spite of what stands out; the digest that was shown."""
        read = self.program(checker).get(f"/api/v1/payout-batches/{batch}").json()
        shown = str(read["shown_digest"])
        said = [{"code": one["code"], "reason": "看过，可以发", "lines": [one["line"]]} for one in read["signals"]]
        for login, role in ((maker, "county_officer"), (checker, "county_approver")) if said else ():
            body = {"shown_digest": shown, "acknowledgements": said}
            done = self.post(login, f"/payout-batches/{batch}/acknowledgements", body, role=role)
            assert done.status_code == 201, done.text
        return shown

    def reported(self, *, by: str = "zhangjianguo", division: Division = VILLAGE, text: str = "路灯不亮") -> UUID:
        """A report of yesterday, recorded."""
        actor = self.people[by]
        incident_id = uuid4()
        new = Report(incident_id, actor.person_id, "市容环境", division, text, self.yesterday, "app")
        self._shown(report(self.app, actor=actor, key=self.key(), reports=[new]))
        return incident_id

    def handled(self, *, by: str = "zhangjianguo", **given: Any) -> UUID:
        """A report that was confirmed and handled, and waits for its decision."""
        incident_id = self.reported(by=by, **given)
        worker, handler = self.people["lihe"], self.people["wangqiang"]
        verdict = Verdict(incident_id, True, "seen_on_site")
        verify(self.app, actor=worker, key=self.key(), verdicts=[verdict], on=today(self.app))
        done = Handling(incident_id, handler.person_id, "已修好", self.yesterday + timedelta(hours=1))
        self._shown(handle(self.app, actor=handler, key=self.key(), handlings=[done]))
        return incident_id

    def rewarded(self, *, by: str = "zhangjianguo", **given: Any) -> UUID:
        """A report whose reward is granted and not yet paid."""
        incident_id = self.handled(by=by, **given)
        verdict = Verdict(incident_id, True, "meets_catalogue")
        officer = self.people["chenjing"]
        self._shown(decide_validity(self.app, actor=officer, key=self.key(), verdicts=[verdict], on=today(self.app)))
        return incident_id

    def valid_without_reward(self, count: int) -> list[UUID]:
        """So many reports that were decided valid before there was money for them."""
        member, worker, handler, officer = (self.people[who] for who in ("ouyang", "lihe", "wangqiang", "chenjing"))
        ids = [uuid4() for _ in range(count)]
        on, at = today(self.app), self.yesterday
        new = [Report(one, member.person_id, "市容环境", VILLAGE, "路灯不亮", at, "app") for one in ids]
        report(self.app, actor=member, key=self.key(), reports=new)
        seen = [Verdict(one, True, "seen_on_site") for one in ids]
        verify(self.app, actor=worker, key=self.key(), verdicts=seen, on=on)
        done = [Handling(one, handler.person_id, None, at) for one in ids]
        handle(self.app, actor=handler, key=self.key(), handlings=done)
        valid = [Verdict(one, True, "meets_catalogue") for one in ids]
        self._shown(decide_validity(self.app, actor=officer, key=self.key(), verdicts=valid, on=on, reward=False))
        return ids

    @property
    def yesterday(self) -> datetime:
        """A moment that has passed."""
        return self.app.journal.now() - timedelta(days=1)

    @property
    def month(self) -> Month:
        """The month in which reports of yesterday accrue."""
        return month_of((today(self.app)) - timedelta(days=1))

    def _shown(self, receipt: Any) -> None:
        assert self.app.caught_up(receipt.position)


@contextmanager
def small_county(access: Access, home: Path, *, rehearsal: bool = False) -> Iterator[County]:
    """Begin a journal on a fresh database, set the county up, serve and follow it."""
    founder, people = _begin(access, home, rehearsal=rehearsal)
    with _served(access, home, founder, people) as county:
        yield county


@contextmanager
def copied_county(cluster: "Cluster", *, rehearsal: bool = False) -> Iterator[County]:
    """The same with a database and a home of its own, both copied from those that were set up first on this day.

    To set one up takes longer than most tests. What is copied has the same keys, persons and passwords.
    """

    def make(access: Access) -> tuple[Path, Actor, dict[str, Actor]]:
        home = cluster.kept_homes / f"small-{secrets.token_hex(4)}"
        return home, *_begin(access, home, rehearsal=rehearsal)

    access, (made, founder, people) = cluster.copy_of(("small county", rehearsal, day_in_china(now())), make)
    with temporary_home() as home:
        shutil.copytree(made, home, ignore=_sockets)
        with _served(access, home, founder, dict(people)) as county:
            yield county
    cluster.drop(access)


def _begin(access: Access, home: Path, *, rehearsal: bool) -> tuple[Actor, dict[str, Actor]]:
    """Begin a journal on a fresh database, set the county up and show it."""
    settings = _settings(home)
    make_ready(access)
    beginning = commands.Beginning(ORIGIN, COUNTY, "横峰县", "马主任", rehearsal)
    founder = commands.begin(settings, access, beginning, secret=PASSWORD, cost=REHEARSAL)
    with open_app(settings, access=access) as app, _followed(app):
        people = _set_up(app, founder)
        assert app.caught_up(app.journal.position())
    return founder, people


def _settings(home: Path) -> Settings:
    return read_settings(
        {
            "MINGZHANG_HOME": str(home),
            "MINGZHANG_AUDITOR_PHONE": "0793-5780000",
            "MINGZHANG_PAYER_ACCOUNT": "361125010000000088",
        }
    )


def _sockets(folder: str, names: list[str]) -> list[str]:
    """What is no file to copy: where the signer listens."""
    return [name for name in names if (Path(folder) / name).is_socket()]


@contextmanager
def _served(access: Access, home: Path, founder: Actor, people: dict[str, Actor]) -> Iterator[County]:
    with open_app(_settings(home), access=access) as app, _followed(app):
        assert app.caught_up(app.journal.position())
        web = create_app(app)
        with served(web) as url:
            county = County(app, web, url, founder, people)
            try:
                yield county
            finally:
                county.close()


@contextmanager
def served(web: FastAPI) -> Iterator[str]:
    """The application on a port of its own, over real sockets; the address without a final slash."""
    config = uvicorn.Config(web, http="h11", ws="none", lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()  # whoever connects before the server has begun waits for it
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def _followed(app: App) -> Iterator[None]:
    following = Following(app.runner.follow)  # as in production: a broken journal ends it, which tests may want
    following.start()
    try:
        yield
    finally:
        following.stop()
        app.runner.close()


def _set_up(app: App, founder: Actor) -> dict[str, Actor]:
    on = today(app)
    places = [commands.NewPlace(code, name) for code, name in PLACES.items()]
    commands.register_places(app, actor=founder, key="places", new=places, since=SINCE, on=on)
    people = {one.login: Actor(uuid4(), one.role) for one in PEOPLE}
    new = [
        commands.NewPerson(
            person_id=people[one.login].person_id,
            name=one.name,
            role=one.role,
            area=one.area,
            since=SINCE,
            account=commands.Account(one.name, f"62220202001122{number:05d}", "横峰农商银行") if one.account else None,
        )
        for number, one in enumerate(PEOPLE)
    ]
    commands.register_persons(app, actor=founder, key="persons", new=new, on=on)
    commands.grant_role(
        app,
        actor=founder,
        key="second-role",
        person_id=people["zhaomin"].person_id,
        role="member",
        area=TOWNSHIP,
        since=SINCE,
        on=on,
    )
    setting = {"app": app, "actor": founder, "since": SINCE, "on": on}
    commands.set_band(
        **setting, key="band", division=COUNTY, min_fen=Fen(500), max_fen=Fen(2000), document="饶综治〔2020〕3号"
    )
    commands.set_tariff(
        **setting, key="tariff", division=TOWNSHIP, category=None, amount_fen=Fen(1000), document="兴街办〔2020〕1号"
    )
    budgets.appropriate(
        app, actor=founder, key="budget", year=on.year, document="横财行〔2026〕12号", amount_fen=Fen(100_000), on=on
    )
    for login, actor in {**people, "admin": founder}.items():
        accounts.set_account(app.writing, login=login, person_id=actor.person_id, password=PASSWORD, cost=REHEARSAL)
    officers = [(login, actor) for login, actor in people.items() if actor.role not in SERVER_HELD]
    roles = [(actor.person_id, actor.role) for _, actor in officers]
    signing = enrol(app, administrator=founder, officers=roles, secret=PASSWORD, on=on, cost=REHEARSAL)
    return people | {login: actor for (login, _), actor in zip(officers, signing, strict=True)}
