"""Every page of a rehearsal says so at its head; no page of a real journal does."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx
import pytest
from fastapi.routing import APIRoute

from tests.api.web.county import COUNTY, PASSWORD, VILLAGE, County, small_county
from tests.conftest import temporary_home

if TYPE_CHECKING:
    from tests.conftest import Cluster

BANNER = '<div class="rehearsal" role="note">演练 · 不是真实账本'
LOGINS = ("admin", "zhangjianguo", "lihe", "zhouyu", "sunli")
PAGES_MAX = 120


@pytest.fixture(scope="module", params=[True, False], ids=["rehearsal", "real"])
def county(request: pytest.FixtureRequest, cluster: "Cluster") -> Iterator[County]:
    """A county in which there is something to see on every page."""
    access = cluster.new_database()
    with ExitStack() as stack:
        home = stack.enter_context(temporary_home())
        made = stack.enter_context(small_county(access, home, rehearsal=request.param))
        made.rewarded(by="ouyang")
        done = made.post("zhouyu", "/payout-batches", {"division": COUNTY, "month": made.month})
        assert done.status_code == 201, done.text
        made.rewarded()
        made.reported()
        yield made
    cluster.drop(access)


def crawl(browser: httpx.Client, starts: list[str]) -> dict[str, httpx.Response]:
    """Every page that can be reached by links of ours, by path; pages alike but for their query are opened once."""
    waiting, seen = list(starts), {}
    while waiting and len(seen) < PAGES_MAX:
        address = waiting.pop(0).partition("#")[0].replace("&amp;", "&")
        path = address.partition("?")[0]
        if path in seen:
            continue
        answer = browser.get(address, follow_redirects=True)
        seen[path] = answer
        if answer.headers.get("content-type", "").startswith("text/html"):
            waiting += [
                link for link in re.findall(r'href="(/[^"]*)"', answer.text) if not link.startswith("/static/s")
            ]
    return seen


def wrong(browser: httpx.Client) -> dict[str, httpx.Response]:
    """Pages that say no: unknown, not allowed, too large, malformed, expired."""
    large = b"x" * (2**20 + 1)
    return {
        "404": browser.get("/nothing"),
        "404 static": browser.get("/static/nothing.html"),
        "404 village": browser.get("/v/361125999000"),
        "405": browser.delete("/"),
        "413": browser.post("/staff/persons", content=large),
        "422": browser.get("/staff/trial-balance?as_of=never", follow_redirects=True),
        "403": browser.post("/staff/sign-in", data={"login": "lihe", "password": "x", "form_token": "x"}),
        "404 incident": browser.get(f"/staff/incidents/{uuid4()}", follow_redirects=True),
    }


def test_the_banner_is_on_every_page_of_a_rehearsal_and_on_no_other(county: County) -> None:
    stranger = county.browser()
    found = {f"stranger {path}": page for path, page in crawl(stranger, ["/", "/staff", "/api/v1/docs"]).items()}
    for login in LOGINS:
        browser = county.browser()
        token = re.search(r'name="form_token" value="([^"]+)"', browser.get("/staff/sign-in").text)
        assert token is not None
        browser.post("/staff/sign-in", data={"login": login, "password": PASSWORD, "form_token": token[1]})
        found |= {f"{login} {path}": page for path, page in crawl(browser, ["/staff", "/staff/role"]).items()}
        found |= {f"{login} {name}": page for name, page in wrong(browser).items()}
    found |= {f"stranger {name}": page for name, page in wrong(stranger).items()}
    pages = {name: page for name, page in found.items() if page.headers.get("content-type", "").startswith("text/html")}
    for name, page in pages.items():
        assert (BANNER in page.text) == county.app.log.rehearsal, name
    assert len(pages) >= 60
    assert {"stranger /static/verify.html", f"stranger /v/{VILLAGE}", "stranger /api/v1/docs"} <= set(pages)
    assert all(f"stranger {name}" in pages for name in wrong(stranger))
    visited = {name.partition(" ")[2] for name in pages}
    for route in county.web.routes:
        plain = isinstance(route, APIRoute) and "GET" in route.methods and "{" not in route.path
        if plain and not route.path.startswith(("/api/v1/", "/log/")):
            answered = county.browser().get(route.path, follow_redirects=True)
            html = answered.headers.get("content-type", "").startswith("text/html")
            assert not html or route.path in visited or answered.status_code == 422, f"{route.path} was not crawled"


def test_the_checking_page_stays_one_page_to_carry_away(county: County) -> None:
    """But for the banner it is the file, byte for byte, so that a saved copy works like the file."""
    from api.web.templates import STATIC

    page = county.browser().get("/static/verify.html")
    file = (STATIC / "verify.html").read_text("utf-8")
    lines = [line for line in page.text.splitlines(keepends=True) if 'class="rehearsal"' not in line]
    assert "".join(lines) == file
    assert page.headers["cache-control"] == "no-cache"
    again = county.browser().get("/static/verify.html", headers={"if-none-match": page.headers["etag"]})
    assert again.status_code == 304
