"""A public page is made once for everybody who asks within a second; nothing else is kept."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.web.cached import cached
from api.web.kept_pages import KeptPages

PAGE = "/v/361125001201"


class Made:
    """A program that counts what it makes, and keeps whoever asks waiting for a moment."""

    def __init__(self) -> None:
        self.count = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        self.count += 1
        content = f"page {self.count}, {'large' if 'large' in request.query_params else 'plain'}".encode() * 50
        await asyncio.sleep(0.01)
        if scope["path"].endswith("/of-one"):
            response = Response(content, headers={"cache-control": "private, no-store"})
        elif scope["path"].endswith("/gone"):
            response = Response(content, status_code=404, headers={"cache-control": "public", "etag": '"x"'})
        else:
            response = cached(request, content, media_type="text/html", cache_control="public, max-age=60")
        await response(scope, receive, send)


def asked(
    use: Callable[[httpx.AsyncClient], Awaitable[Any]], made: Made, *, well: bool = True, kept_s: float = 60
) -> None:
    """Ask the program through what keeps its pages."""

    async def run() -> None:
        app = KeptPages(made, well=lambda: well, kept_s=kept_s)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://zhang") as client:
            await use(client)

    asyncio.run(run())


def test_all_who_ask_at_once_get_the_page_that_was_made_once() -> None:
    made = Made()

    async def use(client: httpx.AsyncClient) -> None:
        answers = await asyncio.gather(*(client.get(PAGE) for _ in range(20)))
        assert {answer.content for answer in answers} == {answers[0].content}
        assert answers[0].headers["content-encoding"] == "gzip"
        head = await client.head(PAGE)
        assert head.content == b""
        assert head.headers["etag"] == answers[0].headers["etag"]
        again = await client.get(PAGE, headers={"if-none-match": head.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == head.headers["etag"]

    asked(use, made)
    assert made.count == 1


def test_another_question_is_another_page() -> None:
    made = Made()

    async def use(client: httpx.AsyncClient) -> None:
        plain = await client.get(PAGE, headers={"accept-encoding": "identity"})
        large = await client.get(f"{PAGE}?large=1")
        assert plain.text != large.text
        assert "content-encoding" not in plain.headers
        await client.get(PAGE)

    asked(use, made)
    assert made.count == 3


@pytest.mark.parametrize("path", [f"{PAGE}/of-one", f"{PAGE}/gone", "/staff/today", "/log/checkpoint"])
def test_what_is_not_for_everybody_is_made_each_time(path: str) -> None:
    made = Made()

    async def use(client: httpx.AsyncClient) -> None:
        await client.get(path)
        await client.get(path)

    asked(use, made)
    assert made.count == 2


def test_whoever_does_something_sees_the_next_page_at_once() -> None:
    made = Made()

    async def use(client: httpx.AsyncClient) -> None:
        await client.get(PAGE)
        await client.post("/staff/incidents")
        await client.get(PAGE)
        await client.post("/api/v1/incidents")
        await client.get(PAGE)

    asked(use, made)
    assert made.count == 4, "two posts, and the page before and after the form; a program's post lets it stand"


@pytest.mark.parametrize(("well", "kept_s"), [(False, 60.0), (True, 0.0)])
def test_nothing_is_kept_once_the_journal_is_broken_nor_where_nothing_is_asked_for(well: bool, kept_s: float) -> None:
    made = Made()

    async def use(client: httpx.AsyncClient) -> None:
        await client.get(PAGE)
        await client.get(PAGE)

    asked(use, made, well=well, kept_s=kept_s)
    assert made.count == 2


def test_after_its_time_a_page_is_made_again() -> None:
    made = Made()

    async def use(client: httpx.AsyncClient) -> None:
        await client.get(PAGE)
        await asyncio.sleep(0.06)
        await client.get(PAGE)

    asked(use, made, kept_s=0.05)
    assert made.count == 2
