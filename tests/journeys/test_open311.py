"""A program of others reports, and a client that nobody here wrote follows what becomes of it."""

from dataclasses import dataclass
from uuid import UUID

import httpx
import pytest
import requests
from georeport import GeoReport

from api.commands.catalogue import publish
from api.commands.incidents import Handling, Verdict, handle, verify
from api.commands.shared import today
from api.files.catalogue_profiles import load_catalogue_profile
from api.open311 import api_keys
from tests.api.web.county import COUNTY, ORIGIN, VILLAGE, County

HEAP = "路边一堆垃圾，王老三家门口"


@dataclass(frozen=True)
class Programs:
    """The county, a program with a key, and the client from PyPI in both of its formats."""

    county: County
    key: str
    json: GeoReport
    xml: GeoReport

    def report(self, description: str) -> str:
        """Report something in the village as the program does; its id."""
        form = {
            "api_key": self.key,
            "jurisdiction_id": ORIGIN,
            "service_code": "sr-02",
            "address_string": "兴安街道城东村",
            "description": description,
            "phone": "13800001111",
        }
        answer = httpx.post(f"{self.county.url}/open311/v2/requests.json", data=form, timeout=30)
        assert answer.status_code == 200, answer.text
        identity: str = answer.json()[0]["service_request_id"]
        return identity


@pytest.fixture
def programs(county: County) -> Programs:
    """A program that reports by the key of a member, in a county that has published its catalogue."""
    on, profile = today(county.app), load_catalogue_profile("digital-city")
    since = {"division": COUNTY, "since": on, "on": on, "document": "饶综治〔2026〕7号"}
    done = publish(county.app, actor=county.admin, key="catalogue", profile=profile, **since)
    assert county.app.caught_up(done.position)
    member = county.people["zhangjianguo"]
    key = api_keys.issue(
        county.app.writing, login="zhangjianguo", person_id=member.person_id, role="member", program="随手拍"
    )
    root = f"{county.url}/open311/v2"
    return Programs(
        county, key, GeoReport(root, jurisdiction=ORIGIN), GeoReport(root, jurisdiction=ORIGIN, output_format="xml")
    )


def test_a_report_from_a_program_to_its_end(programs: Programs) -> None:
    county = programs.county
    for client in (programs.json, programs.xml):
        services = {one["service_code"]: one["service_name"] for one in client.get_service_list()}
        assert services["sr-02"] == "暴露垃圾"
        assert client.get_service_definition("sr-02")["service_code"] == "sr-02"

    heap = programs.report(HEAP)
    alone = programs.xml.get_service_requests()
    assert alone["service_request_id"] == heap, "a single item is no list in XML"
    assert alone["status"] == "open"
    bin_ = programs.report("垃圾箱满了")
    for client in (programs.json, programs.xml):
        assert {one["service_request_id"] for one in client.get_service_requests(status="open")} == {heap, bin_}
        found = client.get_service_request(heap)
        assert (found["address_id"], found["service_name"], found["service_code"]) == (VILLAGE, "暴露垃圾", "sr-02")
        assert found["status_notes"] == "已登记，等待核查。"
        assert "王老三" not in str(found)

    worker, handler = county.people["lihe"], county.people["wangqiang"]
    seen = Verdict(UUID(heap), True, "seen_on_site")
    verify(county.app, actor=worker, key="seen", verdicts=[seen], on=today(county.app))
    done = Handling(UUID(heap), handler.person_id, "已清运", county.app.journal.now())
    receipt = handle(county.app, actor=handler, key="done", handlings=[done])
    assert county.app.caught_up(receipt.position)

    for client in (programs.json, programs.xml):
        closed = client.get_service_requests(status="closed", service_code="sr-02")
        (one,) = closed if isinstance(closed, list) else [closed]
        assert (one["service_request_id"], one["status"], one["status_notes"]) == (heap, "closed", "已办结。")
        assert client.get_service_requests(service_request_id=f"{heap},{bin_}", status="closed")
    with pytest.raises(requests.HTTPError, match="404"):
        programs.json.get_service_request("1")
