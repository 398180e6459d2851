"""The door hands out what it may, asks for the rest once, and lets everybody else in as he came."""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest

from api.front.answers import BOUND_S, FRESH_S, MANY
from api.front.door import Door
from api.front.lane import CHANGED, EVERYTHING, SERVE, STOP
from api.front.telling import Telling, changed_by
from api.staff import api_affairs, api_disclosures, api_erasure, page_disclosures, page_erasing_words, page_erasure

PAGE = "/v/361125001201"
SLOW_S = 0.02
PATIENCE_S = 60


@dataclass
class World:
    """A door, the program behind it, and the time of its clock. `down`: what the program no longer shows."""

    address: tuple[str, int]
    lane: socket.socket
    now: float = 1000.0
    made: Counter[str] = field(default_factory=Counter)
    down: set[str] = field(default_factory=set)
    going_on: asyncio.Event = field(default_factory=asyncio.Event)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def let_in(self) -> None:
        """Take over whoever is handed over."""
        with suppress(BlockingIOError):
            while True:
                told, (number,), _, _ = socket.recv_fds(self.lane, 100, 1)
                assert told == SERVE
                self.tasks.add(asyncio.create_task(self.serve(socket.socket(fileno=number))))

    async def serve(self, connection: socket.socket) -> None:
        """Answer one request as the program would, and then no more."""
        reader, writer = await asyncio.open_connection(sock=connection)
        head = await reader.readuntil(b"\r\n\r\n")
        method, path, _ = head.decode().split("\r\n")[0].split(" ")
        body = await reader.readexactly(3) if method == "POST" else b""
        self.made[path] += 1
        content = f"{method} {path} {self.made[path]} {body.decode()} {'cookie' in head.decode()}"
        await self.going_on.wait()
        await asyncio.sleep(SLOW_S)
        status, told = ("410 Gone" if path in self.down else "200 OK"), "cache-control: public, max-age=60"
        if path.endswith("/object"):
            told = "cache-control: no-store"
        answer = f'HTTP/1.1 {status}\r\n{told}\r\netag: "{content}"\r\ncontent-length: {len(content)}\r\n\r\n{content}'
        writer.write(answer.encode())
        writer.close()

    async def grown_old(self, *, s: float) -> str:
        """The page, which many asked for until a moment ago, when it is so old."""
        first = await self.get()
        self.now += FRESH_S - 0.1
        for _ in range(int(MANY) + 1):
            assert await self.get() == first
        self.now += s - FRESH_S + 0.1
        return first

    async def get(self, path: str = PAGE, *, fields: str = "", method: str = "GET", body: str = "") -> str:
        """The last line that comes back; for what is not 200 its status before it."""
        reader, writer = await asyncio.open_connection(*self.address)
        writer.write(f"{method} {path} HTTP/1.1\r\nhost: zhang\r\nconnection: close\r\n{fields}\r\n{body}".encode())
        head, _, content = (await reader.read()).decode().partition("\r\n\r\n")
        writer.close()
        status = head.split(" ")[1]
        return content if status == "200" else f"{status} {content}"


@asynccontextmanager
async def standing() -> AsyncIterator[World]:
    """A door with a program behind it."""
    listening = socket.create_server(("127.0.0.1", 0))
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setblocking(False)
    world = World(listening.getsockname(), ours)
    world.going_on.set()
    loop = asyncio.get_running_loop()
    loop.add_reader(ours, world.let_in)
    door = loop.create_task(Door(listening, theirs, clock=lambda: world.now).serve())
    try:
        yield world
    finally:
        loop.remove_reader(ours)
        ours.close()
        await asyncio.wait_for(door, 5)
        await asyncio.gather(*world.tasks, return_exceptions=True)
        theirs.close()


def run(story: Callable[[World], Awaitable[None]]) -> None:
    async def told() -> None:
        async with asyncio.timeout(PATIENCE_S), standing() as world:
            await story(world)

    asyncio.run(told())


def test_all_who_ask_at_once_get_the_page_that_was_made_once() -> None:
    async def story(world: World) -> None:
        answers = await asyncio.gather(*(world.get() for _ in range(20)))
        assert set(answers) == {f"GET {PAGE} 1  False"}
        assert await world.get(method="HEAD") == ""
        assert await world.get(f"{PAGE}?large=1") == f"GET {PAGE}?large=1 1  False"
        assert world.made[PAGE] == 1

    run(story)


def test_what_is_made_for_one_is_made_for_each() -> None:
    async def story(world: World) -> None:
        answers = await asyncio.gather(*(world.get(f"{PAGE}/object") for _ in range(3)))
        assert len(set(answers)) == len(answers)

    run(story)


def test_a_page_that_many_ask_for_is_never_waited_for() -> None:
    async def story(world: World) -> None:
        first = await world.grown_old(s=FRESH_S)
        world.going_on.clear()
        assert await world.get() == await world.get() == first
        assert world.made[PAGE] == 2, "and one new one is being made meanwhile"
        world.going_on.set()
        while await world.get() == first:
            await asyncio.sleep(0.001)
        assert world.made[PAGE] == 2

    run(story)


def test_nobody_gets_a_page_beyond_its_bound_however_busy_the_program_is() -> None:
    async def story(world: World) -> None:
        await world.grown_old(s=BOUND_S)
        world.going_on.clear()
        waiting = asyncio.create_task(world.get())
        await asyncio.sleep(2 * SLOW_S)
        assert not waiting.done()
        world.going_on.set()
        assert await waiting == f"GET {PAGE} 2  False"

    run(story)


def test_what_was_taken_down_is_gone_as_soon_as_that_is_known() -> None:
    async def story(world: World) -> None:
        first = await world.grown_old(s=FRESH_S)
        world.down.add(PAGE)
        while (last := await world.get()) == first:
            await asyncio.sleep(0.001)
        assert last.startswith("410 ")
        assert (await world.get()).startswith("410 ")

    run(story)


def test_whoever_changed_something_sees_what_came_of_it() -> None:
    async def story(world: World) -> None:
        first = await world.get()
        world.going_on.clear()
        world.now += 1
        world.lane.send(CHANGED)
        begun_before = asyncio.create_task(world.get())
        while world.made[PAGE] < 2:
            await asyncio.sleep(0.001)
        world.now += 1
        world.lane.send(CHANGED)
        begun_after = asyncio.create_task(world.get())
        while world.made[PAGE] < 3:
            await asyncio.sleep(0.001)
        world.going_on.set()
        assert first != await begun_before != await begun_after == f"GET {PAGE} 3  False"

    run(story)


def test_what_is_to_be_forgotten_is_forgotten_at_once_and_what_is_being_made_is_not_kept() -> None:
    async def story(world: World) -> None:
        await world.get()
        await world.get("/v/2")
        world.lane.send(PAGE.encode())
        world.going_on.clear()
        begun_before = asyncio.create_task(world.get())
        while world.made[PAGE] < 2:
            await asyncio.sleep(0.001)
        world.lane.send(PAGE.encode())
        begun_after = asyncio.create_task(world.get())
        while world.made[PAGE] < 3:
            await asyncio.sleep(0.001)
        world.going_on.set()
        assert await begun_before == f"GET {PAGE} 2  False"
        assert await begun_after == await world.get() == f"GET {PAGE} 3  False"
        await world.get("/v/2")
        assert world.made["/v/2"] == 1

    run(story)


def test_everybody_else_meets_the_program_as_if_there_were_no_door() -> None:
    async def story(world: World) -> None:
        await world.get()
        assert await world.get(fields="cookie: mz_session=1\r\n") == f"GET {PAGE} 2  True"
        sent = await world.get(f"{PAGE}/suggest", method="POST", fields="content-length: 3\r\n", body="abc")
        assert sent == f"POST {PAGE}/suggest 1 abc False"
        assert await world.get("/staff/today") == "GET /staff/today 1  False"

    run(story)


def test_once_the_journal_is_broken_nothing_is_handed_out_any_more() -> None:
    async def story(world: World) -> None:
        await world.get()
        world.lane.send(STOP)
        for number in (2, 3):
            assert await world.get() == f"GET {PAGE} {number}  False"

    run(story)


def test_one_connection_asks_one_thing_after_another() -> None:
    async def story(world: World) -> None:
        reader, writer = await asyncio.open_connection(*world.address)
        question = f"GET {PAGE} HTTP/1.1\r\nhost: zhang\r\n\r\n".encode()
        writer.write(question * 3)
        for _ in range(3):
            head = await reader.readuntil(b"\r\n\r\n")
            assert b"\r\nage: 0\r\n" in head
            assert await reader.readexactly(len(f"GET {PAGE} 1  False")) == f"GET {PAGE} 1  False".encode()
        writer.write(b"POST /x HTTP/1.1\r\ncontent-length: 3\r\n\r\nabc")
        assert (await reader.read()).endswith(b"POST /x 1 abc False")
        writer.close()

    run(story)


# What the program says to the door.


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (f"{PAGE}/suggest", PAGE.encode()),
        (f"{PAGE}/disclosures/rewards/2026-10/1/object", PAGE.encode()),
        (f"{PAGE}/find", None),
        (f"{PAGE}/disclosures/rewards/2026-10/1", None),
        ("/staff/persons/1/erasure", EVERYTHING),
        ("/staff/persons/1/erasure/check", None),
        ("/staff/incidents", CHANGED),
        ("/api/v1/incidents", None),
        ("/open311/v2/requests.json", None),
        ("/api/v1/disclosures/computations", None),
    ],
)
def test_what_a_command_means_for_public_pages(path: str, told: bytes | None) -> None:
    assert changed_by(path) == told


def test_every_way_to_erase_or_take_something_down_is_known() -> None:
    modules = (api_affairs, api_disclosures, api_erasure, page_disclosures, page_erasing_words, page_erasure)
    paths = [route.path for module in modules for route in module.router.routes if "POST" in route.methods]
    erasing = [path for path in paths if path.endswith("/erasure")]
    steps = [path for path in paths if "/disclosures/{disclosure_id}/" in path and not path.endswith("/check")]
    assert len(erasing) >= 6
    assert len(steps) >= 6
    assert {changed_by(path) for path in (*erasing, *steps)} == {EVERYTHING}


@pytest.mark.parametrize(("status", "heard"), [(303, [PAGE.encode()]), (422, [])])
def test_the_door_hears_it_before_whoever_changed_it_does(status: int, heard: list[bytes]) -> None:
    told: list[object] = []

    async def program(_scope: object, _receive: object, send: Callable[[dict[str, object]], Awaitable[None]]) -> None:
        await send({"type": "http.response.start", "status": status, "headers": []})

    async def send(message: object) -> None:
        told.append(message)

    async def receive() -> dict[str, object]:
        return {}

    telling = Telling(program, tell=told.append)
    asyncio.run(telling({"type": "http", "method": "POST", "path": f"{PAGE}/suggest"}, receive, send))
    assert told == [*heard, {"type": "http.response.start", "status": status, "headers": []}]
