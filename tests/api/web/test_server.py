"""Serving: ready when it says so, gone cleanly when it is told to, and clear about an address that is taken."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request

from api.server import AddressInUse, configured, run_server
from api.settings import BadSetting, read_settings
from tests.api.web.county import County

ROOT = Path(__file__).parents[3]
PROGRAM = """
from api.commands.county import Beginning, begin
from api.context import database, make_ready, open_app
from api.custody.wrapping import REHEARSAL
from api.server import run_server
from api.settings import read_settings
from domain.kernel.places import Division

settings = read_settings()
with database(settings) as access:
    make_ready(access)
    beginning = Beginning("mingzhang.example/serve", Division("361125000000"), "横峰县", "马主任", False)
    begin(settings, access, beginning, secret="of the founder", cost=REHEARSAL)
    with open_app(settings, access=access) as app:
        run_server(app, settings, ready=lambda: print("ready", flush=True))
print("stopped", flush=True)
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def serving(home: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """A server process that has said that it is ready; killed if the test leaves it running."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("MINGZHANG_")},
        "MINGZHANG_HOME": str(home),
        "MINGZHANG_PORT": str(port),
        "PYTHONPATH": str(ROOT),
    }
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", process.stderr and process.stderr.read()
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(home: Path, number: signal.Signals) -> None:
    port = free_port()
    with serving(home, port) as process:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            page = client.get("/")
            assert "横峰县" in page.text
            assert page.headers["age"] == "0", "it came from the door"
            made = page.headers["etag"]
            assert client.get("/", headers={"if-none-match": made}).status_code == 304
            assert client.get("/healthz").json()["status"] == "ok"
            process.send_signal(number)  # while a connection is still open
            out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        assert out == "stopped\n"
        assert "Traceback" not in err
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"http://127.0.0.1:{port}/healthz")


def test_an_address_that_is_taken_is_named(county: County) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
        settings = replace(county.app.settings, port=port)
        with pytest.raises(AddressInUse, match=f"127.0.0.1:{port} .*MINGZHANG_PORT"):
            run_server(county.app, settings)


@pytest.mark.parametrize(
    ("proxies", "seen"), [((), "10.0.0.9"), (("10.0.0.0/24",), "203.0.113.7"), (("10.1.0.0/24",), "10.0.0.9")]
)
def test_who_asks_is_told_by_the_connection_or_by_a_proxy_that_was_named(proxies: tuple[str, ...], seen: str) -> None:
    pages = FastAPI()

    @pages.get("/")
    def _who(request: Request) -> str:
        assert request.client is not None
        return request.client.host

    config = configured(pages, proxies=proxies)
    config.load()
    transport = httpx.ASGITransport(config.loaded_app, client=("10.0.0.9", 4711))

    async def asked() -> str:
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return (await client.get("/", headers={"x-forwarded-for": "203.0.113.7"})).json()

    assert asyncio.run(asked()) == seen


def test_a_proxy_is_an_address_and_nobody_else_is_believed() -> None:
    assert read_settings({"MINGZHANG_PROXIES": "127.0.0.1, 10.0.0.0/8"}).proxies == ("127.0.0.1", "10.0.0.0/8")
    for wrong in ("*", "localhost", "10.0.0.1/8"):
        with pytest.raises(BadSetting, match="MINGZHANG_PROXIES"):
            read_settings({"MINGZHANG_PROXIES": wrong})
