"""What anybody may ask: answers in the shapes of the specification, and nothing personal in any of them."""

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import httpx
import jsonschema_rs
import pytest
import schemathesis
import xmltodict
from hypothesis import HealthCheck, given, settings
from schemathesis import Case
from schemathesis.schemas import APIOperation

from api.commands import workflows
from api.commands.filing import Filing, take
from api.commands.incidents import Report, Verdict, report, verify
from api.commands.shared import today
from api.files.catalogue_profiles import shipped_classes
from api.files.workflow_templates import load_template
from api.open311 import bulk, pace, register
from api.open311.formats import MEDIA_TYPES
from api.open311.pace import Paces, Rate
from domain.kernel.working_time import Span, Year
from journal.facts import Actor, Receipt
from tests.api.open311.published import fits, swagger
from tests.api.web.county import COUNTY, ORIGIN, TOWNSHIP, VILLAGE, County

QUARREL = "矛盾纠纷"
OPEN = ("reported", "verified", "dispatched", "suspended")
CLOSED = ("handled", "unconfirmed", "merged", "declined")
SECRET_TEXT = "王老三家门口，电话 13800000000"


@dataclass(frozen=True)
class Reports:
    """One report in each state that the public is told of, and one that it is not told of."""

    reported: UUID
    verified: UUID
    handled: UUID
    unconfirmed: UUID
    merged: UUID
    declined: UUID
    dispatched: UUID
    suspended: UUID
    sensitive: UUID

    @property
    def shown(self) -> dict[str, str]:
        """The ids of all that are told of, by the name of their state."""
        return {name: str(one) for name, one in asdict(self).items() if name != "sensitive"}


@pytest.fixture(scope="module")
def reports(county: County) -> Reports:
    reported, verified, unconfirmed, merged = (county.reported(text=SECRET_TEXT) for _ in range(4))
    handled = county.handled(text=SECRET_TEXT)
    sensitive, member = uuid4(), county.people["zhangjianguo"]
    quarrel = Report(sensitive, member.person_id, QUARREL, VILLAGE, SECRET_TEXT, county.yesterday, "app")
    report(county.app, actor=member, key=county.key(), reports=[quarrel])
    verdicts = [Verdict(verified, True, "seen_on_site"), Verdict(unconfirmed, False, "not_found")]
    done = verify(county.app, actor=county.people["lihe"], key=county.key(), verdicts=verdicts, on=today(county.app))
    repeats = Filing("merge", into_id=reported, grounds=("same_matter",))
    done = filed(county, county.people["chenjing"], merged, repeats)
    assert county.app.caught_up(done.position)
    return Reports(reported, verified, handled, unconfirmed, merged, *following_a_workflow(county), sensitive)


def following_a_workflow(county: County) -> tuple[UUID, UUID, UUID]:
    """Reports of today, which follow a template: one declined, one dispatched, one suspended."""
    on, officer, member = today(county.app), county.people["chenjing"], county.people["ouyang"]
    setting = {"app": county.app, "actor": county.admin, "on": on}
    hours = (Span(480, 720), Span(840, 1080))
    years = {year: (Year(year, hours, (5, 6), (), ()), "县政府办〔2026〕1号") for year in (on.year, on.year + 1)}
    workflows.publish(**setting, key="templates", new=[load_template("ruyang-3")])
    workflows.publish_calendars(**setting, key="years", division=COUNTY, years=years)
    adopted = {"code": "ruyang-3", "version": 1, "document": "兴街办〔2026〕9号"}
    workflows.adopt(**setting, key="adopted", division=TOWNSHIP, since=on, **adopted)
    declined, dispatched, suspended = ids = (uuid4(), uuid4(), uuid4())
    at = county.app.journal.now()
    new = [Report(one, member.person_id, "街面秩序", VILLAGE, SECRET_TEXT, at, "app") for one in ids]
    report(county.app, actor=member, key="followed", reports=new)
    filed(county, officer, declined, Filing("decline", reason="outside_area"))
    for one in (dispatched, suspended):
        filed(county, officer, one, Filing("accept"))
        seen = [Verdict(one, True, "seen_on_site")]
        verify(county.app, actor=county.people["lihe"], key=county.key(), verdicts=seen, on=on)
        filed(county, officer, one, Filing("dispatch", department="城市管理局"))
    done = filed(county, officer, suspended, Filing("suspend", reason="waits_for_weather"))
    assert county.app.caught_up(done.position)
    return ids


def filed(county: County, actor: Actor, incident_id: UUID, given: Filing) -> Receipt:
    """One act of somebody's, today."""
    on = today(county.app)
    return take(county.app, actor=actor, key=county.key(), incident_id=incident_id, given=given, on=on)


@pytest.fixture
def ask(county: County, reports: Reports) -> Iterator[httpx.Client]:
    """Somebody without a key, to whom nothing was said yet."""
    county.web.state.paces = Paces()
    with httpx.Client(base_url=f"{county.url}/open311/v2/", timeout=30) as client:
        yield client


def listed(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def refused(answer: httpx.Response, status: int, words: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    (error,) = answer.json()
    assert error["code"] == status
    assert words in error["description"]


def test_services_have_their_published_shape(ask: httpx.Client) -> None:
    services = listed(ask.get("services.json"))
    fits("services", services)
    classes = shipped_classes()
    assert [one["service_code"] for one in services] == [name for name in classes if not classes[name]]
    assert classes[QUARREL]
    for one in services:
        fits("service", one)
        definition = ask.get(f"services/{quote(one['service_code'])}.json").json()
        fits("service-definition", definition)
        assert definition["service_code"] == one["service_code"]
        assert one["metadata"] is True, "a definition that is there is announced"


def test_requests_have_their_published_shape(ask: httpx.Client, reports: Reports) -> None:
    found = listed(ask.get("requests.json"))
    fits("requests", found)
    assert {one["service_request_id"] for one in found} == set(reports.shown.values())
    for one in found:
        fits("request", one)


def test_the_schemas_would_notice() -> None:
    with pytest.raises(jsonschema_rs.ValidationError):
        fits("requests", [{"service_request_id": 1, "status": "open", "service_code": "a"}])


def test_statuses_say_what_became_of_the_matter(ask: httpx.Client, reports: Reports) -> None:
    names = {identity: name for name, identity in reports.shown.items()}
    by_name = {names[one["service_request_id"]]: one for one in listed(ask.get("requests.json"))}
    statuses = {name: one["status"] for name, one in by_name.items()}
    assert {name for name, status in statuses.items() if status == "open"} == set(OPEN)
    assert {name for name, status in statuses.items() if status == "closed"} == set(CLOSED)
    handled = by_name["handled"]
    assert handled["status_notes"] == "已办结。"
    assert "不属实" in by_name["unconfirmed"]["status_notes"]
    assert "合并" in by_name["merged"]["status_notes"]
    later = datetime.fromisoformat(handled["updated_datetime"]) - datetime.fromisoformat(handled["requested_datetime"])
    assert timedelta(minutes=59) < later < timedelta(minutes=61), "closed when it was handled"
    for one in by_name.values():
        assert one["requested_datetime"].endswith("+08:00")


def test_nothing_personal_leaves(ask: httpx.Client, reports: Reports) -> None:
    paths = ["requests.json", "requests.xml", "requests.csv", f"requests/{reports.handled}.json"]
    for path in paths:
        text = ask.get(path).text
        assert str(reports.handled) in text
        for secret in (SECRET_TEXT, "王老三", "13800000000", "zhangjianguo", "张建国", "已修好"):
            assert secret not in text, path
    (one,) = listed(ask.get(f"requests/{reports.handled}.json"))
    assert one["description"] == one["service_name"] == "市容环境"
    assert one["address"] == "城东村, 兴安街道, 横峰县"
    assert one["address_id"] == VILLAGE
    assert (one["lat"], one["long"], one["media_url"], one["zipcode"]) == (None, None, None, None)


def test_a_sensitive_report_is_nowhere(ask: httpx.Client, reports: Reports) -> None:
    hidden = str(reports.sensitive)
    assert hidden not in ask.get("requests.json").text
    assert hidden not in ask.get("requests.csv").text
    assert listed(ask.get("requests.json", params={"service_request_id": hidden})) == []
    refused(ask.get(f"requests/{hidden}.json"), 404, "没有这个编号的事项")
    refused(ask.get(f"tokens/{reports.sensitive.hex}.json"), 404, "没有这个 token")
    refused(ask.get(f"services/{quote(QUARREL)}.json"), 404, "没有这种服务")
    refused(ask.get("requests.json", params={"service_code": QUARREL}), 400, "没有 矛盾纠纷 这种服务")


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ({"status": "open"}, OPEN),
        ({"status": "closed"}, CLOSED),
        ({"status": "open,closed"}, OPEN + CLOSED),
        ({"service_code": "市容环境,街面秩序"}, OPEN + CLOSED),
        ({"service_code": "街面秩序"}, ("dispatched", "suspended", "declined")),
        ({"service_code": "街面秩序", "status": "closed"}, ("declined",)),
        ({"service_code": "宣传广告"}, ()),
        ({"end_date": "2026-01-01T00:00:00Z"}, ()),
        ({"start_date": "2090-01-01T00:00:00Z"}, ()),
    ],
)
def test_queries(ask: httpx.Client, reports: Reports, arguments: dict[str, str], wanted: tuple[str, ...]) -> None:
    found = listed(ask.get("requests.json", params={**arguments, "jurisdiction_id": ORIGIN, "page": ""}))
    assert {one["service_request_id"] for one in found} == {reports.shown[name] for name in wanted}


def test_several_ids_and_pages(ask: httpx.Client, reports: Reports) -> None:
    ids = f"{reports.handled},{reports.reported},{uuid4()},no-id"
    found = listed(ask.get("requests.json", params={"service_request_id": ids, "status": "open"}))
    assert {one["service_request_id"] for one in found} == {str(reports.handled), str(reports.reported)}
    repeated = [("service_request_id", str(reports.handled)), ("service_request_id", str(reports.verified))]
    assert len(listed(ask.get("requests.json", params=repeated))) == 2
    pages = [listed(ask.get("requests.json", params={"page": n, "page_size": 6})) for n in (1, 2, 3)]
    assert [len(page) for page in pages] == [6, 2, 0]
    assert [one for page in pages for one in page] == listed(ask.get("requests.json"))


def test_xml_says_the_same_as_json(ask: httpx.Client, reports: Reports) -> None:
    answer = ask.get("requests.xml")
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    assert answer.text.startswith('<?xml version="1.0" encoding="utf-8"?>\n<service_requests>\n')
    found = xmltodict.parse(answer.content)["service_requests"]["request"]
    assert found == listed(ask.get("requests.json"))
    (service, *_) = xmltodict.parse(ask.get("services.xml").content)["services"]["service"]
    assert (service["metadata"], service["type"]) == ("true", "realtime")
    definition = xmltodict.parse(ask.get(f"services/{quote('其他')}.xml").content)["service_definition"]
    assert definition["attributes"]["attribute"]["code"] == "grid"


def test_one_request_is_a_list_of_one(ask: httpx.Client, reports: Reports) -> None:
    (one,) = listed(ask.get(f"requests/{reports.verified}.json"))
    assert one["service_request_id"] == str(reports.verified)
    found = xmltodict.parse(ask.get(f"requests/{reports.verified}.xml").content)
    assert found["service_requests"]["request"]["service_request_id"] == str(reports.verified)
    assert listed(ask.get(f"tokens/{reports.verified.hex}.json")) == [
        {"service_request_id": str(reports.verified), "token": reports.verified.hex}
    ]


def test_discovery_leads_to_the_interface(county: County, ask: httpx.Client) -> None:
    for form in ("json", "xml"):
        answer = ask.get(f"{county.url}/open311/discovery.{form}")
        found = answer.json() if form == "json" else xmltodict.parse(answer.content)["discovery"]
        endpoints = found["endpoints"] if form == "json" else [found["endpoints"]["endpoint"]]
        (endpoint,) = endpoints
        assert endpoint["url"] == f"{county.app.settings.base_url}/open311/v2"
        assert (endpoint["specification"], endpoint["type"]) == ("http://wiki.open311.org/GeoReport_v2", "production")
        formats = endpoint["formats"] if form == "json" else endpoint["formats"]["format"]
        assert formats == ["text/xml", "application/json"]
        assert found["changeset"] == endpoint["changeset"]
        assert ORIGIN in found["contact"]
        assert "api_key" in found["key_service"]


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("services.json?jurisdiction_id=city.gov", 404, ORIGIN),
        ("services/033.json", 404, "没有这种服务"),
        ("requests/1.json", 404, "没有这个编号的事项"),
        (f"tokens/{UUID(int=7).hex}.json", 404, "没有这个 token"),
        ("tokens/x.json", 404, "没有这个 token"),
        ("requests.json?status=done", 400, "open 或 closed"),
        ("requests.json?start_date=2026-01-01", 400, "start_date"),
        ("requests.json?start_date=2026-01-01T00:00:00Z&end_date=2026-06-01T00:00:00Z", 400, "最多 90 天"),
        ("requests.json?page_size=2000", 400, "1 至 1000"),
        ("requests.json?service_code=%00", 400, "这种服务"),
        ("nothing.json", 404, "没有"),
    ],
)
def test_errors_are_documents(ask: httpx.Client, path: str, status: int, words: str) -> None:
    refused(ask.get(path), status, words)


def test_errors_in_xml_and_of_the_protocol(ask: httpx.Client) -> None:
    answer = ask.get("services/033.xml")
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    assert xmltodict.parse(answer.content)["errors"]["error"]["code"] == "404"
    assert xmltodict.parse(ask.get("services.txt").content)["errors"]["error"]["code"] == "404"
    refused(ask.delete("requests.json"), 405, "请")
    refused(ask.post("requests.json", content=b"x" * (2**20 + 1)), 413, "MB")


def test_the_export_has_the_columns_of_the_specification(ask: httpx.Client, reports: Reports) -> None:
    answer = ask.get("requests.csv")
    assert answer.headers["content-type"].startswith("text/csv; charset=utf-8")
    assert answer.content.startswith(b'"service_request_id","requested_datetime","updated_datetime","closed_date",')
    assert answer.content.count(b"\r\n") == 1 + len(reports.shown)
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert tuple(rows[0]) == bulk.COLUMNS
    assert {row["service_request_id"] for row in rows} == set(reports.shown.values())
    names = {identity: name for name, identity in reports.shown.items()}
    of = {names[row["service_request_id"]]: row for row in rows}
    assert {name: row["status_description"] for name, row in of.items()} == {
        "reported": "open",
        "verified": "processing",
        "dispatched": "processing",
        "suspended": "hold",
        **dict.fromkeys(CLOSED, "closed"),
    }
    assert of["reported"]["closed_date"] == ""
    assert of["handled"]["closed_date"] == of["handled"]["updated_datetime"]
    assert of["handled"]["source"] == "手机上报"
    later = ask.get("requests.csv", params={"start_date": "2090-01-01T00:00:00Z"})
    assert later.content == bulk.header()


def test_the_export_keeps_to_what_is_asked(
    county: County, ask: httpx.Client, reports: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "BULKS", Rate(burst=100, per_minute=1))
    county.web.state.paces = Paces()

    def exported(**given: str) -> set[str]:
        answer = ask.get("requests.csv", params=given)
        assert answer.status_code == 200, answer.text
        return {row["service_request_id"] for row in csv.DictReader(io.StringIO(answer.text, newline=""))}

    closed = {identity for name, identity in reports.shown.items() if name in CLOSED}
    assert exported(status="closed") == closed
    assert exported(status="open") == set(reports.shown.values()) - closed
    assert exported(status="open,closed") == exported() == set(reports.shown.values())
    asked = {"service_code": "市容环境", "start_date": "2020-01-01T00:00:00Z", "end_date": "2020-03-01T00:00:00Z"}
    assert exported(**asked) == set()
    everything = ask.get("requests.json", params={"service_code": "市容环境"}).json()
    assert exported(service_code="市容环境") == {one["service_request_id"] for one in everything}
    for unknown in ({"status": "done"}, {"service_code": "033"}):
        answer = ask.get("requests.csv", params=unknown)
        assert answer.status_code == 400
        assert all(one in answer.text for one in unknown.values())


def test_an_export_of_many_parts_has_every_row_once(
    ask: httpx.Client, reports: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = ask.get("requests.csv").content
    monkeypatch.setattr(register, "BULK_ROWS", 2)
    assert ask.get("requests.csv").content == whole


def test_no_query_is_too_strange(county: County, reports: Reports, monkeypatch: pytest.MonkeyPatch) -> None:
    """Queries made from the specification's own Swagger description, within our formats: none is an error of ours."""
    monkeypatch.setattr(pace, "READS", Rate(burst=10_000, per_minute=1))
    county.web.state.paces = Paces()
    document = swagger()
    document["parameters"]["response_format"]["enum"] = ["json", "xml"]
    document["parameters"]["jurisdiction_id"]["enum"] = [ORIGIN, ""]
    reading = [found.ok() for found in schemathesis.openapi.from_dict(document).get_all_operations()]
    for operation in [one for one in reading if one.method == "get"]:
        ask_strangely(operation, f"{county.url}/open311/v2")
    assert len(reading) >= 6


def ask_strangely(operation: APIOperation[Any, Any, Any, Any], base_url: str) -> None:
    @settings(max_examples=5, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def strange(case: Case) -> None:
        answer = case.call(base_url=base_url)
        assert answer.status_code in (200, 400, 404), answer.text
        assert answer.headers["content-type"][0] in MEDIA_TYPES.values()
        if case.path_parameters["response_format"] == "json":
            assert isinstance(answer.json(), list | dict)
        else:
            assert len(xmltodict.parse(answer.content)) == 1

    strange()


def test_answers_are_kept_for_a_minute_and_open_to_all(ask: httpx.Client) -> None:
    first = ask.get("requests.json")
    assert first.headers["access-control-allow-origin"] == "*"
    assert "max-age=60" in first.headers["cache-control"]
    again = ask.get("requests.json", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert ask.head("requests.json").status_code == 200


def test_whoever_asks_too_often_waits(county: County, ask: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "READS", Rate(burst=2, per_minute=1))
    county.web.state.paces = Paces()
    assert [ask.get("services.json").status_code for _ in range(3)] == [200, 200, 429]
    answer = ask.get("services.json")
    refused(answer, 429, "秒后再试")
    assert int(answer.headers["retry-after"]) in range(1, 61)


def test_a_workflow_is_told_as_far_as_it_concerns_everybody(ask: httpx.Client, reports: Reports) -> None:
    by_id = {one["service_request_id"]: one for one in listed(ask.get("requests.json"))}
    told = {name: by_id[identity] for name, identity in reports.shown.items()}
    assert told["declined"]["status_notes"] == "不属于受理范围，不予受理。"
    assert told["dispatched"]["status_notes"] == "正在办理。"
    assert "挂起" in told["suspended"]["status_notes"]
    assert told["dispatched"]["agency_responsible"] == "城市管理局"
    reported = datetime.fromisoformat(told["dispatched"]["requested_datetime"])
    due = datetime.fromisoformat(told["dispatched"]["expected_datetime"])
    assert timedelta(days=4) < due - reported < timedelta(days=12), "five working days"
    assert told["reported"]["expected_datetime"] is None
