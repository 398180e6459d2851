"""Every page of a rehearsal says so at its head; no page of a real journal does.

The pages are those of the routes, each really opened by somebody, and those that refuse.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx
import pytest

from tests.api.web.county import County, small_county
from tests.api.web.registers import signed_in
from tests.conftest import temporary_home
from tests.journeys.everything import fill, reached

if TYPE_CHECKING:
    from tests.conftest import Cluster

BANNER = '<div class="rehearsal" role="note">演练 · 不是真实账本'
LOGINS = ("admin", "zhangjianguo", "lihe", "zhouyu", "sunli")


@pytest.fixture(scope="module", params=[True, False], ids=["rehearsal", "real"])
def county(request: pytest.FixtureRequest, cluster: "Cluster") -> Iterator[County]:
    """A county in which there is something to see on every page."""
    access = cluster.new_database()
    with ExitStack() as stack:
        home = stack.enter_context(temporary_home())
        made = stack.enter_context(small_county(access, home, rehearsal=request.param))
        fill(made)
        yield made
    cluster.drop(access)


def wrong(browser: httpx.Client) -> dict[str, httpx.Response]:
    """Pages that say no: unknown, not allowed, too large, malformed, expired."""
    large = b"x" * (2**20 + 1)
    return {
        "404": browser.get("/nothing"),
        "404 static": browser.get("/static/nothing.html"),
        "404 village": browser.get("/v/361125999000"),
        "405": browser.delete("/"),
        "413": browser.post("/staff/persons", content=large),
        "422": browser.get("/staff/ledgers?on=never", follow_redirects=True),
        "403": browser.post("/staff/sign-in", data={"login": "lihe", "password": "x", "form_token": "x"}),
        "404 incident": browser.get(f"/staff/incidents/{uuid4()}", follow_redirects=True),
    }


def test_the_banner_is_on_every_page_of_a_rehearsal_and_on_no_other(county: County) -> None:
    found, missing = reached(county)
    assert missing == set(), "nobody reaches these pages in the county of this test"
    pages = {f"{one.login} {one.path}": one.html for one in found}
    for name, browser in (("stranger", county.browser()), *((login, signed_in(county, login)) for login in LOGINS)):
        refused = {f"{name} {said}": page for said, page in wrong(browser).items()}
        assert all(_is_page(page) for page in refused.values()), name
        pages |= {said: page.text for said, page in refused.items()}
    assert {said: BANNER in html for said, html in pages.items()} == dict.fromkeys(pages, county.app.log.rehearsal)
    assert {"None /static/verify.html", "None /api/v1/docs"} <= set(pages)


def _is_page(answer: httpx.Response) -> bool:
    return answer.headers.get("content-type", "").startswith("text/html")


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
