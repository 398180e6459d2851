"""Bad input and broken rules over the API: each gets the right kind of error, and the journal stays as it was."""

import io
import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import openpyxl
import pytest

from api.web.messages import MESSAGES
from tests.api.web.county import COUNTY, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, County

REPORT = {
    "category": "市容环境",
    "division": VILLAGE,
    "text": "垃圾没有清运",
    "source": "app",
    "reported_at": "2026-03-05T08:30:00+08:00",
}
KEY = {"idempotency-key": "a-key"}


@pytest.fixture
def unchanged(county: County) -> Iterator[None]:
    """Nothing may be recorded between here and the end of the test."""
    before = county.app.journal.position()
    yield
    assert county.app.journal.position() == before


def assert_problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    """One problem as RFC 9457 wants it, with our sentence and nothing of the inside."""
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert problem["detail"].endswith("。")
    assert "Traceback" not in answer.text
    assert code in MESSAGES
    return problem


def test_a_report_from_an_unknown_place(county: County, unchanged: None) -> None:
    problem = assert_problem(
        county.post("zhangjianguo", "/incidents", {**REPORT, "division": "361125001999"}), 404, "place.unknown"
    )
    assert problem["facts"] == {"division": "361125001999"}


UNKNOWN = ("361125001999", "361125999000", "361126000000", "000000000000")
"""Codes of a village, a township, another county and the whole country that this county has not registered."""


@pytest.mark.parametrize("division", UNKNOWN)
def test_a_place_that_nobody_registered_is_unknown_whoever_asks(county: County, unchanged: None, division: str) -> None:
    """It is not called outside somebody's area: a slip of the pen would send the clerk to the administrator."""
    reader, officer = county.program("lihe"), county.program("chenjing")
    for client, path in (
        (reader, f"incidents?area={division}"),
        (reader, f"incidents/queue?awaits=verification&area={division}"),
        (reader, f"places?area={division}"),
        (reader, f"tariffs?division={division}"),
        (officer, f"payout-batches?area={division}"),
        (officer, f"payout-batches/proposal?division={division}&month=2026-01"),
    ):
        problem = assert_problem(client.get(f"/api/v1/{path}"), 404, "place.unknown")
        assert problem["facts"] == {"division": division}
    for login, path, body in (
        ("zhangjianguo", "/incidents", {**REPORT, "division": division}),
        ("zhouyu", "/payout-batches", {"division": division, "month": "2026-01"}),
        ("admin", "/tariffs", {"division": division, "amount_fen": 500, "since": "2026-12-01", "document": "x"}),
    ):
        assert_problem(county.post(login, path, body), 404, "place.unknown")


def test_a_report_from_outside_ones_area(county: County, unchanged: None) -> None:
    answer = county.post("zhangjianguo", "/incidents", {**REPORT, "division": OTHER_TOWNSHIP})
    assert_problem(answer, 403, "authority.outside_area")


def test_ones_own_report_verified(county: County) -> None:
    """Somebody with both roles: the rule is about persons."""
    member = county.program("zhaomin", "member")
    report = {**REPORT, "reported_at": county.yesterday.isoformat()}
    answer = member.post("/api/v1/incidents", json=report, headers={"idempotency-key": county.key()})
    incident = answer.json()["incident_id"]
    before = county.app.journal.position()
    worker = county.program("zhaomin", "grid_worker")
    answer = worker.post(
        f"/api/v1/incidents/{incident}/verification",
        json={"confirmed": True, "reason": "seen_on_site"},
        headers={"idempotency-key": county.key()},
    )
    assert "报告人不能再当核查人" in assert_problem(answer, 403, "chain.acted_twice")["detail"]
    assert county.app.journal.position() == before


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "incident.reported_too_late"),  # of months ago
        ({"source": "hotline", "source_ref": "12345-7"}, "incident.source_not_own"),
        ({"source": "register"}, "incident.source_not_own"),
    ],
)
def test_a_report_of_ones_own_that_claims_to_be_old_or_anothers(
    county: County, unchanged: None, changes: dict[str, str], code: str
) -> None:
    assert_problem(county.post("ouyang", "/incidents", {**REPORT, **changes}), 409, code)


def test_a_call_to_the_hotline_is_written_down_with_its_number_and_may_be_old(county: County) -> None:
    call = {**REPORT, "source": "hotline", "reporter_id": str(county.people["ouyang"].person_id)}
    problem = assert_problem(county.post("lihe", "/incidents", call), 409, "incident.ticket_missing")
    assert problem["detail"] == "来源是热线的要写工单号。请补上工单号再提交。"
    assert county.post("lihe", "/incidents", {**call, "source_ref": "12345-2603050007"}).status_code == 201


def test_a_role_that_may_not(county: County, unchanged: None) -> None:
    answer = county.post("xuwei", "/appropriations", {"year": 2026, "document": "x", "amount_fen": 1})
    assert_problem(answer, 403, "authority.role_may_not")


def test_a_reward_is_given_once(county: County) -> None:
    incident = county.rewarded()
    before = county.app.journal.position()
    answer = county.post("chenjing", "/rewards", {"incident_ids": [str(incident)]})
    assert_problem(answer, 409, "reward.already_granted")
    answer = county.post("chenjing", f"/incidents/{incident}/validity", {"valid": True, "reason": "meets_catalogue"})
    assert_problem(answer, 409, "incident.already_decided")
    assert county.app.journal.position() == before


def test_a_tariff_outside_its_band(county: County, unchanged: None) -> None:
    tariff = {"division": TOWNSHIP, "amount_fen": 2100, "since": "2026-12-01", "document": "兴街办〔2026〕9号"}
    problem = assert_problem(county.post("admin", "/tariffs", tariff), 409, "tariff.outside_band")
    assert "5.00 至 20.00 元" in problem["detail"]


def test_a_band_upside_down(county: County, unchanged: None) -> None:
    band = {"division": COUNTY, "min_fen": 2000, "max_fen": 500, "since": "2026-12-01", "document": "x"}
    assert_problem(county.post("admin", "/tariffs/bands", band), 409, "tariff.band_empty")


def test_the_budget_is_a_limit(county: County) -> None:
    county.rewarded()
    dear = county.valid_without_reward(100)
    before = county.app.journal.position()
    answer = county.post("chenjing", "/rewards", {"incident_ids": [str(incident) for incident in dear]})
    problem = assert_problem(answer, 409, "budget.exceeded")
    assert problem["facts"]["available_fen"] < problem["facts"]["amount_fen"]
    assert county.app.journal.position() == before


def test_a_batch_approved_by_its_maker(county: County) -> None:
    county.rewarded()
    person = county.people["zhouyu"].person_id
    role = {"role": "county_approver", "area": COUNTY, "since": "2020-01-01"}
    assert county.post("admin", f"/persons/{person}/roles", role).status_code == 201
    maker = county.program("zhouyu", "county_officer")
    headers = {"idempotency-key": county.key()}
    batch = maker.post(
        "/api/v1/payout-batches", json={"division": COUNTY, "month": county.month}, headers=headers
    ).json()["batch_id"]
    digest = maker.get(f"/api/v1/payout-batches/{batch}").json()["shown_digest"]
    before = county.app.journal.position()
    same = county.program("zhouyu", "county_approver")
    answer = same.post(
        f"/api/v1/payout-batches/{batch}/approval",
        json={"shown_digest": digest},
        headers={"idempotency-key": county.key()},
    )
    assert_problem(answer, 403, "payout_batch.maker_is_checker")
    other = county.program("sunli")
    answer = other.post(
        f"/api/v1/payout-batches/{batch}/approval",
        json={"shown_digest": "0" * 64},
        headers={"idempotency-key": county.key()},
    )
    assert_problem(answer, 409, "payout_batch.digest_differs")
    assert county.app.journal.position() == before


def test_the_same_key_for_something_else(county: County) -> None:
    first, second = county.reported(), county.reported()
    verdict = {"confirmed": True, "reason": "seen_on_site"}
    key = county.key()
    done = county.post("lihe", f"/incidents/{first}/verification", verdict, key=key)
    assert done.status_code == 201
    before = county.app.journal.position()
    again = county.post("lihe", f"/incidents/{first}/verification", verdict, key=key)
    assert again.status_code == 200
    assert again.json()["replayed"]
    assert again.json()["events"] == done.json()["events"]
    assert_problem(
        county.post("lihe", f"/incidents/{second}/verification", verdict, key=key), 409, "command.key_reused"
    )
    assert county.app.journal.position() == before


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"text": None}, "body.text"),
        ({"text": "  "}, "body.text"),
        ({"text": "a\u0000b"}, "body.text"),
        ({"division": "36112500120"}, "body.division"),
        ({"division": 361125001201}, "body.division"),
        ({"reported_at": "2026-03-05T08:30:00"}, "body.reported_at"),
        ({"reported_at": 1_772_000_000}, "body.reported_at"),
        ({"reported_at": "9999-12-31T23:59:59-08:00"}, "body.reported_at"),
        ({"source": "telegram"}, "body.source"),
        ({"surprise": 1}, "body.surprise"),
        ({"grid": "一行\n两行"}, "body.grid"),
        ({"reporter_id": "not an id"}, "body.reporter_id"),
    ],
)
def test_what_is_malformed_is_named(county: County, unchanged: None, change: dict[str, Any], where: str) -> None:
    problem = assert_problem(county.post("zhangjianguo", "/incidents", {**REPORT, **change}), 422, "request.malformed")
    assert [error["where"] for error in problem["errors"]] == [where]


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b'{"a": 1e999}', b"\xff\xfe", b'{"text": "\\ud800"}', b""])
def test_malformed_json_says_where(county: County, unchanged: None, body: bytes) -> None:
    client = county.program("zhangjianguo")
    headers = {"content-type": "application/json", **KEY}
    problem = assert_problem(client.post("/api/v1/incidents", content=body, headers=headers), 422, "request.malformed")
    assert problem["errors"][0]["where"].startswith("body")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""])
def test_json_under_another_name_is_told_so(county: County, unchanged: None, kind: str) -> None:
    client = county.program("zhangjianguo")
    answer = client.post("/api/v1/incidents", content=json.dumps(REPORT), headers={"content-type": kind, **KEY})
    problem = assert_problem(answer, 422, "request.malformed")
    assert problem["errors"] == [{"where": "header.Content-Type", "reason": "应当是 application/json"}]


@pytest.mark.parametrize("key", ["", "x" * 129, "with space", "schön"])
def test_a_command_needs_a_proper_key(county: County, unchanged: None, key: str) -> None:
    client = county.program("zhangjianguo")
    answer = client.post("/api/v1/incidents", json=REPORT, headers=[(b"idempotency-key", key.encode())])
    problem = assert_problem(answer, 422, "request.malformed")
    assert problem["errors"][0]["where"] == "header.Idempotency-Key"
    assert_problem(client.post("/api/v1/incidents", json=REPORT), 422, "request.malformed")


@pytest.mark.parametrize("size", [2**20 + 1, 10 * 2**20])
def test_a_text_that_is_too_long(county: County, unchanged: None, size: int) -> None:
    answer = county.post("zhangjianguo", "/incidents", {**REPORT, "text": "x" * size})
    assert "1 MB" in assert_problem(answer, 413, "request.too_large")["detail"]
    assert_problem(
        county.post("zhangjianguo", "/incidents", {**REPORT, "text": "字" * 20_001}), 422, "request.malformed"
    )


def test_a_body_of_unknown_length_is_limited_too(county: County, unchanged: None) -> None:
    client = county.program("zhangjianguo")

    def parts() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 65_536

    headers = {"content-type": "application/json", **KEY}
    assert_problem(client.post("/api/v1/incidents", content=parts(), headers=headers), 413, "request.too_large")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("incidents/{}", "incident.unknown"),
        ("payout-batches/{}", "payout_batch.unknown"),
        ("log/proof?event=incident/{}@1", "event.unknown"),
        ("nothing/{}", "page.unknown"),
    ],
)
def test_what_is_not_there(county: County, path: str, code: str) -> None:
    client = county.program("chenjing")
    assert_problem(client.get(f"/api/v1/{path.format(uuid4())}"), 404, code)


def test_a_wrong_method(county: County) -> None:
    assert_problem(county.browser().delete("/api/v1/session"), 405, "page.method")


def test_members_see_their_own_reports_and_nothing_else(county: County) -> None:
    other = county.reported(by="ouyang")
    own = county.reported(by="zhangjianguo")
    client = county.program("zhangjianguo")
    assert client.get(f"/api/v1/incidents/{own}").status_code == 200
    assert client.get(f"/api/v1/incidents/{own}/texts").json()["report"] == "路灯不亮"
    for path in (f"incidents/{other}", f"incidents/{other}/texts", f"log/proof?event=incident/{other}@1"):
        assert_problem(client.get(f"/api/v1/{path}"), 403, "access.not_yours")
    listed = client.get("/api/v1/incidents?limit=200").json()["incidents"]
    assert {one["reporter_id"] for one in listed} == {str(county.people["zhangjianguo"].person_id)}
    for path in ("budgets", "trial-balance", "payout-batches", "persons", "incidents/queue?awaits=verification"):
        assert_problem(client.get(f"/api/v1/{path}"), 403, "access.may_not_read")


def test_nobody_reads_beyond_his_area(county: County) -> None:
    incident = county.reported()
    client = county.program("qianduo")  # of the other township
    for path in (f"incidents/{incident}", f"incidents/{incident}/texts", f"incidents?area={COUNTY}"):
        assert_problem(client.get(f"/api/v1/{path}"), 403, "access.outside_area")


def test_opening_a_text_is_recorded(county: County) -> None:
    incident = county.reported()
    client = county.program("lihe")
    count = "SELECT count(*) FROM vault.openings WHERE actor = %s AND reason = 'incident.read as grid_worker'"
    actor = str(county.people["lihe"].person_id)

    def openings() -> int:
        with county.app.writing.connection() as connection:
            row = connection.execute(count, (actor,)).fetchone()
        return int(row[0]) if row else 0

    before = openings()
    client.get(f"/api/v1/incidents/{incident}")
    assert openings() == before
    client.get(f"/api/v1/incidents/{incident}/texts")
    assert openings() == before + 1
    assert_problem(county.program("xuwei").get(f"/api/v1/incidents/{incident}/texts"), 403, "access.may_not_read")


def test_a_file_that_is_no_return_file(county: County) -> None:
    county.rewarded(by="ouyang")
    batch = exported_batch(county)
    before = county.app.journal.position()
    client = county.program("zhouyu", "county_officer")
    book = openpyxl.Workbook()
    book.active.merge_cells("A1:C1")  # type: ignore[union-attr]
    merged = io.BytesIO()
    book.save(merged)
    for content in (b"", b"hello", b"\x00" * 1000, b"%PDF-1.7", merged.getvalue(), "回盘\n".encode("gb18030")):
        answer = client.post(
            f"/api/v1/payout-batches/{batch}/answers",
            files={"file": ("../../回盘.csv", content)},
            headers={"idempotency-key": county.key()},
        )
        problem = assert_problem(answer, 400, "file.bad")
        assert problem["findings"]
        assert problem["findings"][0]["file"] == "回盘.csv"
    answer = client.post(
        f"/api/v1/payout-batches/{batch}/answers", data={"file": "not a file"}, headers={"idempotency-key": "k"}
    )
    assert_problem(answer, 422, "request.malformed")
    answer = client.post(
        f"/api/v1/payout-batches/{batch}/answers",
        files={"file": ("big.csv", b"x" * (21 * 2**20))},
        headers={"idempotency-key": "k"},
    )
    assert_problem(answer, 413, "request.too_large")
    came = [county.app.journal.codec.decode(*one).type for one in county.app.journal.store.entries(before)]
    assert came == ["bank_file.recorded/1"] * 6, "each file that could not be used is kept, and that is all"


def test_a_layout_that_is_no_name_is_no_path(county: County, unchanged: None) -> None:
    county_officer = county.program("zhouyu", "county_officer")
    for profile in ("no-such-bank", "passwd"):
        answer = county_officer.post(
            f"/api/v1/payout-batches/{uuid4()}/export", json={"profile": profile}, headers={"idempotency-key": "k"}
        )
        assert_problem(answer, 400, "file.bad")
    answer = county_officer.post(
        f"/api/v1/payout-batches/{uuid4()}/export", json={"profile": "../x.toml"}, headers={"idempotency-key": "k"}
    )
    assert_problem(answer, 422, "request.malformed")


def exported_batch(county: County) -> str:
    """A batch of whatever is unpaid, frozen, approved and exported."""
    officer, approver = county.program("zhouyu", "county_officer"), county.program("sunli")

    def step(client: Any, path: str, body: dict[str, Any]) -> Any:
        answer = client.post(f"/api/v1{path}", json=body, headers={"idempotency-key": county.key()})
        assert answer.status_code == 201, answer.text
        return answer.json()

    batch = step(officer, "/payout-batches", {"division": COUNTY, "month": county.month})["batch_id"]
    digest = county.acknowledged(batch)
    step(approver, f"/payout-batches/{batch}/approval", {"shown_digest": digest})
    step(officer, f"/payout-batches/{batch}/export", {"profile": "neutral-csv"})
    return str(batch)
