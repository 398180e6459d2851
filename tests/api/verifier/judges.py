"""Where the page's functions run: Node, and a page in a real browser under the policy it must live with."""

import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from api.web.templates import STATIC

HERE = Path(__file__).parent
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'"

Question = tuple[Any, ...]  # (function, argument, …); bytes and large numbers are translated
Answer = Mapping[str, Any]
Judge = Callable[[list[Question]], list[Answer]]


def sent(value: Any) -> Any:
    """A question as JSON: bytes as {hex}, and {number} where JavaScript would round."""
    match value:
        case bytes():
            return {"hex": value.hex()}
        case bool() | str() | None:
            return value
        case int():
            return {"number": str(value)}
        case list() | tuple():
            return [sent(item) for item in value]
        case dict():
            return {name: sent(item) for name, item in value.items()}
    raise TypeError(f"a question holds no {type(value).__name__}")


def received(value: Any) -> Any:
    """The inverse of `sent`."""
    match value:
        case {"hex": str(text), **rest} if not rest:
            return bytes.fromhex(text)
        case {"number": str(text), **rest} if not rest:
            return int(text)
        case list():
            return [received(item) for item in value]
        case dict():
            return {name: received(item) for name, item in value.items()}
    return value


def ask_node(questions: list[Question], *, lack: str | None = None) -> list[Answer]:
    """The answers of Node. `lack` takes an ability away from it: `without-ed25519` or `without-subtle`."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    command = [node, str(HERE / "node_runner.js"), str(STATIC), *([lack] if lack else [])]
    done = subprocess.run(command, input=json.dumps(sent(questions)), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    answers: list[Answer] = received(json.loads(done.stdout))
    return answers


def ask_browser(browser: Browser, address: str, questions: list[Question]) -> list[Answer]:
    """The answers of the page at `address`."""
    page = browser.new_page()
    try:
        page.goto(address)
        source = (HERE / "answer.js").read_text()
        asking = f"async (given) => {{ {source}\nreturn JSON.stringify(await answer(JSON.parse(given))); }}"
        answers: list[Answer] = received(json.loads(page.evaluate(asking, json.dumps(sent(questions)))))
        return answers
    finally:
        page.close()


class _Strict(SimpleHTTPRequestHandler):
    """Serves the page's files under the strictest policy it must work with."""

    def end_headers(self) -> None:
        self.send_header("content-security-policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the test's output is no access log."""


@contextmanager
def served() -> Iterator[int]:
    """The port at which the static files are served."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Strict, directory=str(STATIC))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()
