"""Exchanges a second at 64 counters at once, and an account with ten thousand entries.

Beside the exchanges stands the bare limit: the same business in plain rows of the same server, as many connections as
counters. It takes points, takes goods and notes the exchange in one transaction; nothing is signed, linked, remembered
by key or kept as history.
"""

import asyncio
import re
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Final
from uuid import UUID, uuid4

import httpx
import psycopg

from api.commands import exchanges, points
from api.commands.exchanges import Wanted
from api.commands.points import Deduction, account_stream
from api.commands.shared import today
from api.custody.wrapping import REHEARSAL
from api.server import create_app
from api.web import accounts as web_accounts
from benchmarks.ground import new_database
from benchmarks.points_county import DEDUCTED, GOODS, County, Village
from domain.kernel.ids import derived
from domain.points import accounts
from domain.points.accounts import account_id
from projections import points_queries

EACH: Final = 15
ENTRIES: Final = 10_000
_DEDUCTIONS_AT_ONCE: Final = 500
_EXCHANGES: Final = 5
_READINGS: Final = 11
PAGE: Final = 50
_SKU: Final = GOODS[0][0]
_PRICE: Final = GOODS[0][2]

_TABLES: Final = """
CREATE TABLE bare_accounts (id uuid PRIMARY KEY, held bigint NOT NULL CHECK (held >= 0));
CREATE TABLE bare_stock (id uuid PRIMARY KEY, on_hand bigint NOT NULL CHECK (on_hand >= 0));
CREATE TABLE bare_exchanges (
    id uuid PRIMARY KEY, account uuid NOT NULL, stock uuid NOT NULL, points bigint NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now()
);
"""


@dataclass(frozen=True)
class Exchanged:
    """Exchanges a second at so many counters, with milliseconds for one; the codes given out before; the bare limit."""

    counters: int
    exchanges: int
    per_second: float
    p50_ms: float
    p99_ms: float
    codes_per_second: float
    bare_per_second: float


@dataclass(frozen=True)
class LongAccount:
    """An account with so many entries: to replay it, to read the first and the last page of it from the database, to
    get the whole page over HTTP as staff see it, and to take points from it; beside that an account with few.
    """

    entries: int
    replay_ms: float
    first_page_ms: float
    last_page_ms: float
    shown_ms: float
    exchange_ms: float
    exchange_short_ms: float


@dataclass(frozen=True)
class _Served:
    """One exchange that a counter is going to make."""

    village: Village
    account_id: UUID
    code: str


def measure(made: County, superuser_dsn: str) -> Exchanged:
    """Every counter serves EACH holders one after another, all counters at once. Everything must succeed."""
    lines, codes_s = _authorised(made)
    taken: list[float] = []

    def serve(line: Sequence[_Served]) -> None:
        for one in line:
            begun = time.perf_counter()
            _make(made, one)
            taken.append(time.perf_counter() - begun)

    seconds = _at_once(serve, lines)
    made.app.runner.catch_up()
    taken.sort()
    count = len(taken)
    assert count == sum(map(len, lines))
    return Exchanged(
        counters=len(lines),
        exchanges=count,
        per_second=count / seconds,
        p50_ms=1_000 * taken[count // 2],
        p99_ms=1_000 * taken[count * 99 // 100],
        codes_per_second=count / codes_s,
        bare_per_second=count / _bare_s(superuser_dsn, lines),
    )


def long_account(made: County, *, entries: int = ENTRIES) -> LongAccount:
    """One household is fined for litter until its account has so many entries."""
    village = made.served[0]
    house = village.houses[0]
    stream = account_stream(account_id("household", house))
    state = made.app.journal.state(stream, accounts.evolve)
    assert state is not None
    begun = state.seq
    for start in range(begun, entries, _DEDUCTIONS_AT_ONCE):
        fines = [_fine(village, house, number) for number in range(start, min(start + _DEDUCTIONS_AT_ONCE, entries))]
        on = today(made.app)
        points.deduct(made.app, actor=made.organiser, key=f"fines:{start}", deductions=fines, on=on)
    began = time.perf_counter()
    state = made.app.journal.state(stream, accounts.evolve)
    replay_ms = 1_000 * (time.perf_counter() - began)
    assert state is not None
    assert state.seq == entries
    made.app.runner.catch_up()
    first_page_ms, last_page_ms = (_page_ms(made, house, before=before) for before in (None, PAGE + 1))
    shown = _shown_ms(made, account_id("household", house))
    long, short = (_exchange_ms(made, village, one) for one in (house, village.houses[-1]))
    return LongAccount(entries, replay_ms, first_page_ms, last_page_ms, shown, long, short)


def _fine(village: Village, house: UUID, number: int) -> Deduction:
    return Deduction(DEDUCTED, village.code, date(2026, 1, 1), f"罚单{number}", household_id=house)


def _page_ms(made: County, house: UUID, *, before: int | None) -> float:
    """The median of what a page of the account asks of the database: the account, its lots, and some entries."""
    account, on, taken = account_id("household", house), today(made.app), []
    for _ in range(_READINGS):
        begun = time.perf_counter()
        with made.app.reading.connection() as connection:
            assert points_queries.one(connection, account, on=on) is not None
            points_queries.lots(connection, account)
            entries = points_queries.entries(connection, account, before=before, limit=PAGE)
        taken.append(time.perf_counter() - begun)
        assert len(entries) == PAGE
    return 1_000 * median(taken)


def _shown_ms(made: County, account: UUID) -> float:
    """The median of getting the page of an account, signed in, from the program's own web application."""
    secret, person_id = derived("benchmark", "page").hex, made.organiser.person_id
    web_accounts.set_account(made.app.writing, login="bench", person_id=person_id, password=secret, cost=REHEARSAL)
    return 1_000 * median(asyncio.run(_shown(made, f"/staff/points-accounts/{account}", secret)))


async def _shown(made: County, page: str, secret: str) -> list[float]:
    taken = []
    transport = httpx.ASGITransport(app=create_app(made.app))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as browser:
        form = (await browser.get("/staff/sign-in")).text
        token = re.search(r'name="form_token" value="([^"]+)"', form)
        assert token is not None
        fields = {"login": "bench", "password": secret, "form_token": token[1]}
        await browser.post("/staff/sign-in", data=fields)
        for _ in range(_READINGS):
            begun = time.perf_counter()
            answer = await browser.get(page)
            taken.append(time.perf_counter() - begun)
            assert answer.status_code == 200, answer.status_code
    return taken


def _exchange_ms(made: County, village: Village, house: UUID) -> float:
    """The median of some exchanges on one account, one after another, each with its code given before."""
    account, taken = account_id("household", house), []
    for number in range(_EXCHANGES):
        one = _Served(village, account, _code(made, account, f"long:{house}:{number}"))
        begun = time.perf_counter()
        _make(made, one)
        taken.append(time.perf_counter() - begun)
    return 1_000 * median(taken)


def _authorised(made: County) -> tuple[list[list[_Served]], float]:
    """For each counter its holders with their codes, which staff let them have; and the seconds that it took."""
    wanted = [
        (village, account_id("household", village.houses[number % len(village.houses)]), number)
        for village in made.served
        for number in range(EACH)
    ]

    def authorise(one: tuple[Village, UUID, int]) -> _Served:
        village, account, number = one
        key = f"code:{village.code}:{number}"
        return _Served(village, account, _code(made, account, key))

    begun = time.perf_counter()
    with ThreadPoolExecutor(len(made.served)) as pool:
        given = list(pool.map(authorise, wanted))
    taken = time.perf_counter() - begun
    return [given[at : at + EACH] for at in range(0, len(given), EACH)], taken


def _code(made: County, account: UUID, key: str) -> str:
    given = exchanges.authorise(
        made.app, actor=made.organiser, key=key, account_id=account, reason="no_phone", on=today(made.app)
    )
    return given.code


def _make(made: County, one: _Served) -> None:
    station = one.village.station_id
    exchanges.make(
        made.app,
        actor=made.keepers[station],
        key=f"make:{one.code}",
        station_id=station,
        code=one.code,
        wanted=[Wanted(_SKU, 1)],
        on=today(made.app),
    )


def _at_once(serve: Callable[[Sequence[_Served]], None], lines: Sequence[Sequence[_Served]]) -> float:
    """Seconds until every line is served, each by a thread of its own; they begin together."""
    barrier = threading.Barrier(len(lines) + 1)

    def work(line: Sequence[_Served]) -> None:
        barrier.wait()
        serve(line)

    with ThreadPoolExecutor(len(lines)) as pool:
        waiting = [pool.submit(work, line) for line in lines]
        barrier.wait()
        begun = time.perf_counter()
        for one in waiting:
            one.result()
        return time.perf_counter() - begun


def _bare_s(superuser_dsn: str, lines: Sequence[Sequence[_Served]]) -> float:
    """Seconds for the same exchanges in plain rows."""
    dsn = new_database(superuser_dsn, migrated=False).owner
    shelves = {one.village.station_id for line in lines for one in line}
    holders = {one.account_id for line in lines for one in line}
    with psycopg.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute(_TABLES)
        cursor.executemany("INSERT INTO bare_accounts VALUES (%s, 10000)", [(one,) for one in holders])
        cursor.executemany("INSERT INTO bare_stock VALUES (%s, 10000)", [(one,) for one in shelves])
    connections = [psycopg.connect(dsn, autocommit=True) for _ in lines]
    free = iter(connections)

    def serve(line: Sequence[_Served]) -> None:
        with next(free) as connection:
            for one in line:
                _bare_exchange(connection, one)

    return _at_once(serve, lines)


def _bare_exchange(connection: psycopg.Connection, one: _Served) -> None:
    station = one.village.station_id
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("UPDATE bare_accounts SET held = held - %s WHERE id = %s", (_PRICE, one.account_id))
        cursor.execute("UPDATE bare_stock SET on_hand = on_hand - 1 WHERE id = %s", (station,))
        row = (uuid4(), one.account_id, station, _PRICE)
        cursor.execute("INSERT INTO bare_exchanges VALUES (%s, %s, %s, %s)", row)
