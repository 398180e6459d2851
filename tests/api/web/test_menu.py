"""Whoever may open a page comes to it by links: derived from the routes, asked as each role.

A page whose address holds nothing but words is opened by everybody and looked for among what each comes to; so is a
page of one thing (a report, a batch), at an address at which somebody has come to it.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING, Final

import httpx
import pytest
from fastapi.routing import APIRoute
from starlette.routing import Match

from api.staff.menu import ENTRIES
from domain.authority import ROLES
from tests.api.web.county import COUNTY, County, copied_county
from tests.api.web.registers import signed_in
from tests.journeys.adopted import add_officer, adopt

if TYPE_CHECKING:
    from tests.conftest import Cluster

PEOPLE: Final = {
    "member": "zhangjianguo",
    "grid_worker": "lihe",
    "department_handler": "wangqiang",
    "county_officer": "zhouyu",
    "county_approver": "sunli",
    "auditor": "xuwei",
    "administrator": "admin",
    "township_reviewer": "gaofei",
    "grid_leader": "songwei",
    "station_keeper": "tangli",
    "village_accountant": "hanbing",
    "village_supervisor": "fengjie",
    "village_committee": "zengli",
}
NEVER_SIGN_IN: Final = {"witness", "agent"}

BY_A_FORM: Final = re.compile(
    r"^/staff/(sign-in|invitation|role|find|proof|entry|awards/standings|payouts/proposal"
    r"|ledgers/general|ledgers/account|ledgers/voucher|report/offline|report-worker\.js)$"
)
"""Where one comes by signing in, or by a form that asks what to show; and what a telephone keeps of the report page."""
BY_ASKING: Final = {"/staff/find": "/staff/incidents/{incident_id}"}
"""A form that leads on to one thing."""
FILES: Final = re.compile(r"photos|/payment-file$|/photo|/files/")


@pytest.fixture(scope="module")
def county(cluster: "Cluster") -> Iterator[County]:
    """A county with somebody in every role, a report, a batch."""
    with copied_county(cluster) as made:
        made.rewarded()
        adopt(made)
        for login, name, role in (
            ("songwei", "宋伟", "grid_leader"),
            ("tangli", "唐丽", "station_keeper"),
            ("hanbing", "韩冰", "village_accountant"),
            ("fengjie", "冯洁", "village_supervisor"),
            ("zengli", "曾丽", "village_committee"),
        ):
            add_officer(made, login, name, role)
        assert made.post("zhouyu", "/payout-batches", {"division": COUNTY, "month": made.month}).status_code == 201
        made.reported()
        yield made


def staff_pages(county: County) -> dict[str, APIRoute]:
    """Every route of a staff page that answers a GET, by its path."""
    pages = {
        route.path: route
        for route in county.web.routes
        if isinstance(route, APIRoute) and "GET" in route.methods and re.match(r"/staff(/|$)", route.path)
    }
    assert {"/staff", "/staff/late", "/staff/members/{person_id}"} <= set(pages)
    return {path: route for path, route in pages.items() if not FILES.search(path)}


@dataclass
class Visitor:
    """Somebody with a browser, who need not look twice: nobody writes anything while he looks."""

    browser: httpx.Client
    pages: dict[str, APIRoute]
    _answers: dict[str, httpx.Response] = field(default_factory=dict)

    def get(self, path: str) -> httpx.Response:
        """What the page answers him."""
        if path not in self._answers:
            self._answers[path] = self.browser.get(path)
        return self._answers[path]

    def links(self) -> dict[str, str]:
        """Paths that he comes to from his first page, each with its route; two of each route are followed."""
        waiting, met, reached, followed = ["/staff"], set(), {}, Counter[str]()
        while waiting:
            path = waiting.pop(0)
            if path in met:
                continue
            met.add(path)
            if (name := self._route_of(path)) is None:
                continue
            reached[path] = name
            if followed[name] >= 2 or BY_A_FORM.search(path):
                continue
            followed[name] += 1
            found = re.findall(r'(?:href|method="get" action)="(/staff[^"#?]*)', self.get(path).text)
            waiting += [unescape(link) for link in found]
        return reached

    def _route_of(self, path: str) -> str | None:
        scope = {"type": "http", "method": "GET", "path": path, "headers": []}
        return next((one for one, route in self.pages.items() if route.matches(scope)[0] is Match.FULL), None)


def test_the_list_of_pages_is_the_routes(county: County) -> None:
    plain = {path for path in staff_pages(county) if "{" not in path and not BY_A_FORM.search(path)}
    assert {one.path for one in ENTRIES} <= plain
    # One comes to these by a button or by one's own name.
    assert plain - {one.path for one in ENTRIES} == {
        "/staff/members/import",
        "/staff/my-key",
        "/staff/subsidies/import",
    }
    assert len({one.title for one in ENTRIES}) == len(ENTRIES)


def test_whoever_may_open_a_page_comes_to_it_by_links(county: County) -> None:
    assert set(PEOPLE) | NEVER_SIGN_IN == set(ROLES)
    pages = staff_pages(county)
    visitors = {role: Visitor(signed_in(county, login), pages) for role, login in PEOPLE.items()}
    reached = {role: visitor.links() for role, visitor in visitors.items()}
    examples = {name: path for links in reached.values() for path, name in links.items()}
    assert {"/staff/incidents/{incident_id}", "/staff/payouts/{batch_id}", "/staff/persons/{person_id}"} <= set(
        examples
    )
    missing, forbidden = [], []
    for role, visitor in visitors.items():
        mine = set(reached[role].values())
        mine |= {BY_ASKING[name] for name in mine & set(BY_ASKING)}
        for name in {name for name in pages if "{" not in name} | set(examples):
            if BY_A_FORM.search(name):
                continue
            status = visitor.get(examples.get(name, name)).status_code
            if status == 200 and name not in mine:
                missing.append((role, name))
        for path, name in reached[role].items():
            if not BY_A_FORM.search(name) and visitor.get(path).status_code in (403, 404):
                forbidden.append((role, path))
    assert missing == [], "he may open it, and no link leads there"
    assert forbidden == [], "a link leads there, and he may not open it"
