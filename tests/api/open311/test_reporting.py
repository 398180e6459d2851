"""Reporting with a key: by whom it is recorded, what of it is kept, and what is said to a program that errs."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import httpx
import psycopg
import pytest
import xmltodict

from api.command_line import logins
from api.likely_duplicates import likely_duplicates
from api.open311 import api_keys, pace, reporting
from api.open311.pace import Paces, Rate
from domain import incidents
from domain.kernel.ids import stream_name
from journal.note import Ed25519Signer
from projections import incidents as register
from tests.api.web.county import ORIGIN, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, County

PERSONAL = {
    "email": "smith@example.org",
    "device_id": "tt222111",
    "account_id": "A-778899",
    "first_name": "john-first",
    "last_name": "smith-last",
    "phone": "13800001111",
}


@pytest.fixture
def key(county: County) -> str:
    """A new key of a member."""
    county.web.state.paces = Paces()
    return given(county, "zhangjianguo")


@pytest.fixture
def send(county: County, key: str) -> Iterator[Callable[..., httpx.Response]]:
    """Report with that key, in JSON."""
    with httpx.Client(base_url=f"{county.url}/open311/v2/", timeout=30) as client:

        def post(form: dict[str, str], *, headers: dict[str, str] | None = None, path: str = "requests.json") -> Any:
            return client.post(path, data={"api_key": key, **form}, headers=headers)

        yield post


def given(county: County, login: str, *, role: str | None = None) -> str:
    """A key for somebody of the county, as the command line gives it."""
    actor = county.people[login]
    signer = actor.signer if isinstance(actor.signer, Ed25519Signer) else None
    return api_keys.issue(
        county.app.writing,
        login=login,
        person_id=actor.person_id,
        role=role or actor.role,
        program="随手拍",
        signer=signer,
    )


def report(**fields: str) -> dict[str, str]:
    """A report that is in order, of the one text that the test names."""
    return {"service_code": "市容环境", "address_id": VILLAGE, **fields}


def made(answer: httpx.Response) -> UUID:
    assert answer.status_code == 200, answer.text
    (one,) = answer.json()
    assert "token" not in one
    assert one["account_id"] is None
    return UUID(one["service_request_id"])


def refused(answer: httpx.Response, status: int, words: str) -> None:
    assert answer.status_code == status, answer.text
    (error,) = answer.json()
    assert error["code"] == status
    assert words in error["description"]


def test_a_report_is_recorded_by_the_person_behind_the_key(county: County, send: Callable[..., Any]) -> None:
    form = report(description="路灯不亮", lat="28.415239", long="117.608", **{"attribute[grid]": "第三网格"})
    answer = send({**form, "media_url": "https://example.org/a.jpg", "jurisdiction_id": ORIGIN})
    incident_id = made(answer)
    with county.app.reading.connection() as conn:
        found = register.one(conn, incident_id)
    assert found is not None
    assert (found.reporter_id, found.report_transcriber_id) == (county.people["zhangjianguo"].person_id, None)
    assert (found.source, found.category, found.division, found.grid) == ("open311", "市容环境", VILLAGE, "第三网格")
    assert (found.latitude_e5, found.longitude_e5) == (2841524, 11760800)
    opened = county.app.vault.open([found.text_commitment], by="test", reason="test")
    assert list(opened.values()) == ["路灯不亮\n附件网址（没有下载）：https://example.org/a.jpg"]
    assert "没有下载其中的照片" in answer.json()[0]["service_notice"]
    assert found.photos == [], "what nobody has fetched is no photo of ours"
    (shown,) = httpx.get(f"{county.url}/open311/v2/requests/{incident_id}.json").json()
    assert shown["media_url"] is None, "nor is it told on"


def test_the_address_of_a_photo_makes_no_two_reports_alike(county: County, send: Callable[..., Any]) -> None:
    photo = "https://photos.example.org/uploads/2026/11/from-the-programs-own-store"
    lamp = made(send(report(description="北门路灯不亮", media_url=f"{photo}/1.jpg")))
    lid = made(send(report(description="河边井盖松了", media_url=f"{photo}/2.jpg")))
    again = made(send(report(description="北门的路灯不亮", media_url=f"{photo}/3.jpg")))
    with county.app.reading.connection() as conn:
        alike = {
            one.candidate.incident_id: [ground.code for ground in one.candidate.grounds]
            for one in likely_duplicates(conn, county.app.vault, again)
        }
    assert "near_text" in alike[lamp]
    assert "near_text" not in alike[lid]


def test_a_position_is_published_to_a_street(county: County, send: Callable[..., Any]) -> None:
    incident_id = made(send(report(description="井盖松动", lat="28.415239", long="-117.6086")))
    (shown,) = httpx.get(f"{county.url}/open311/v2/requests/{incident_id}.json").json()
    assert (shown["lat"], shown["long"]) == (28.415, -117.609)
    assert "28.415,-117.609" in httpx.get(f"{county.url}/open311/v2/requests.csv").text.replace('"', "")


def test_who_the_program_names_is_kept_nowhere(county: County, send: Callable[..., Any]) -> None:
    before = county.app.journal.position()
    incident_id = made(send(report(description="垃圾满了", **PERSONAL)))
    with county.app.reading.connection() as conn:
        found = register.one(conn, incident_id)
    assert found is not None
    (text,) = county.app.vault.open([found.text_commitment], by="test", reason="test").values()
    assert text == "垃圾满了"
    recorded = list(county.app.journal.store.entries(before, stop=county.app.journal.position()))
    assert len(recorded) == 1
    assert not any(value.encode() in entry for _, entry in recorded for value in PERSONAL.values())


def test_the_same_report_again_is_the_same_report(county: County, send: Callable[..., Any]) -> None:
    first = made(send(report(description="同一件")))
    before = county.app.journal.position()
    assert made(send(report(description="同一件"))) == first
    assert county.app.journal.position() == before
    assert made(send(report(description="另一件"))) != first


def test_a_client_may_name_its_report(county: County, send: Callable[..., Any]) -> None:
    named = {"idempotency-key": "mine-1"}
    first = made(send(report(description="甲"), headers=named))
    assert made(send(report(description="甲"), headers=named)) == first
    refused(send(report(description="乙"), headers=named), 400, "编号")
    assert made(send(report(description="甲"))) != first
    refused(send(report(), headers={"idempotency-key": "with space"}), 400, "不")


def test_an_officer_signs_with_his_own_key(county: County, send: Callable[..., Any]) -> None:
    """It opens with the API key alone; what lies in the database signs nothing."""
    officers = given(county, "lihe")
    incident_id = made(send({**report(description="巡查所见"), "api_key": officers}))
    state = county.app.journal.state(stream_name("incident", incident_id), incidents.evolve)
    assert state is not None
    assert state.reporter_id == county.people["lihe"].person_id
    with psycopg.connect(county.app.access.owner) as conn:
        (kept,) = conn.execute("SELECT string_agg(api_keys::text, ' ') FROM access.api_keys").fetchone() or ("",)
    assert "lihe" in kept
    assert officers.partition("-")[2] not in kept
    refused(send({**report(address_id=OTHER_TOWNSHIP), "api_key": officers}), 400, "不管辖")


def test_a_copied_row_opens_with_no_other_key(county: County, send: Callable[..., Any]) -> None:
    """Whoever may write to the database makes a key of his own out of an officer's: it signs nothing."""
    given(county, "lihe")
    own = "mzk-" + "7" * 64
    with psycopg.connect(county.app.access.writer) as conn:
        conn.execute(
            "INSERT INTO access.api_keys (digest, login, person_id, role, program, signing_key, sealed)"
            " SELECT %s, login, person_id, role, program, signing_key, sealed FROM access.api_keys"
            " WHERE login = 'lihe' LIMIT 1",
            (api_keys.digest_of(bytes.fromhex("7" * 64)),),
        )
    refused(send({**report(), "api_key": own}), 403, "api_key 不对")


def test_a_role_that_is_not_held_reports_nothing(county: County, send: Callable[..., Any]) -> None:
    refused(send({**report(), "api_key": given(county, "liuyang", role="grid_worker")}), 403, "没有")


def test_a_key_that_was_taken_back_is_none(county: County, send: Callable[..., Any], key: str) -> None:
    made(send(report(description="收回之前")))
    number = api_keys.listing(county.app.writing, "zhangjianguo")[-1].number
    assert not api_keys.end(county.app.writing, login="lihe", number=number)
    assert api_keys.end(county.app.writing, login="zhangjianguo", number=number)
    assert not api_keys.end(county.app.writing, login="zhangjianguo", number=number)
    assert api_keys.listing(county.app.writing, "zhangjianguo")[-1].ended is not None
    refused(send(report(description="收回之后")), 403, "已收回")


def test_keys_go_with_their_account(county: County, send: Callable[..., Any]) -> None:
    theirs = given(county, "qianduo")
    logins.remove(county.app.writing, login="qianduo")
    refused(send({**report(), "api_key": theirs}), 403, "api_key 不对")
    assert api_keys.listing(county.app.writing, "qianduo") == []


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({"api_key": ""}, 403, "缺少 api_key"),
        ({"api_key": "mzk-x"}, 403, "api_key 不对"),
        ({"api_key": "mzk-" + "0" * 64}, 403, "api_key 不对"),
        ({"jurisdiction_id": "city.gov"}, 404, ORIGIN),
        ({"service_code": ""}, 400, "缺少 service_code"),
        ({"service_code": "033"}, 404, "没有这种服务"),
        ({"service_code": "矛盾纠纷"}, 404, "没有这种服务"),
        ({"address_id": ""}, 400, "缺少地点"),
        ({"address_id": "361125001999"}, 400, "没有这个 address_id"),
        ({"lat": "28.4"}, 400, "lat 和 long"),
        ({"description": "字" * 4001}, 400, "description 太长"),
        ({"attribute[colour]": "red"}, 400, "attribute[colour]"),
    ],
)
def test_errors(send: Callable[..., Any], form: dict[str, str], status: int, words: str) -> None:
    refused(send(report(**form)), status, words)


def test_a_body_of_another_kind_is_no_report(county: County, key: str) -> None:
    answer = httpx.post(f"{county.url}/open311/v2/requests.xml", json={**report(), "api_key": key})
    assert answer.status_code == 400
    assert xmltodict.parse(answer.content)["errors"]["error"]["code"] == "400"


def test_where_it_is_follows_from_the_address(county: County, send: Callable[..., Any]) -> None:
    for address, division in (("兴安街道城东村 5 号门前", VILLAGE), ("河堤", TOWNSHIP)):
        answer = send(report(address_id="", address_string=address))
        incident_id = made(answer)
        (shown,) = httpx.get(f"{county.url}/open311/v2/requests/{incident_id}.json").json()
        assert shown["address_id"] == division
        assert ("先由工作人员定位" in answer.json()[0]["service_notice"]) is (division == TOWNSHIP)
        assert "5 号" not in str(shown)


def test_the_key_may_stand_in_the_url(county: County, key: str) -> None:
    """As the specification's Swagger description has it; XML is answered as XML."""
    url = f"{county.url}/open311/v2/requests.xml?{urlencode({'api_key': key, 'jurisdiction_id': ORIGIN})}"
    answer = httpx.post(url, data=report(description="网址里的密钥"))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    assert answer.headers["cache-control"] == "no-store"
    request = xmltodict.parse(answer.content)["service_requests"]["request"]
    assert UUID(request["service_request_id"])
    assert "不公开" in request["service_notice"]
    wrong = httpx.post(url.replace("361125", "1"), data=report())
    assert wrong.status_code == 404


@contextmanager
def pages_standing_still(county: County) -> Iterator[None]:
    """The read models wait for this lock; reading goes on."""
    with psycopg.connect(county.app.access.projector) as conn:
        conn.execute("LOCK TABLE read.incidents IN SHARE MODE")
        yield


def test_a_token_until_the_report_can_be_read(
    county: County, send: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reporting, "SHOWN_WITHIN_S", 0.2)
    tokens = f"{county.url}/open311/v2/tokens"
    with pages_standing_still(county):
        answer = send(report(description="页面还没跟上"))
        assert answer.status_code == 200, answer.text
        (one,) = answer.json()
        assert "service_request_id" not in one
        token = one["token"]
        assert httpx.get(f"{tokens}/{token}.json").json() == [{"service_request_id": None, "token": token}]
        waiting = xmltodict.parse(httpx.get(f"{tokens}/{token}.xml").content)
        assert waiting["service_requests"]["request"]["service_request_id"] is None
    until = time.monotonic() + 60
    while (shown := httpx.get(f"{tokens}/{token}.json").json()[0])["service_request_id"] is None:
        assert time.monotonic() < until
        time.sleep(0.05)
    assert UUID(shown["service_request_id"]) == UUID(token)


def test_guessing_and_flooding_are_slowed_down(
    county: County, send: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "WRONG_KEYS", Rate(burst=2, per_minute=1))
    monkeypatch.setattr(pace, "REPORTS", Rate(burst=2, per_minute=1))
    county.web.state.paces = Paces()
    wrong = report(api_key="mzk-" + "1" * 64)
    assert [send(wrong).status_code for _ in range(3)] == [403, 403, 429]
    assert [send(report(description="洪水")).status_code for _ in range(3)] == [200, 200, 429]
