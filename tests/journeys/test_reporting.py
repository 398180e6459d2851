"""Reporting from a telephone and for others: photos, short code, tracking; sent twice it is there once.

With MINGZHANG_TEST_SHOTS set to a folder, the pages are also photographed there at two widths.
"""

import hashlib
import io
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import httpx
import psycopg
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from api.commands import catalogue as catalogue_commands
from api.commands import erasure
from api.commands.incidents import Verdict, decide_validity, verify
from api.commands.shared import today
from api.photos import PHOTOS_MAX
from api.staff.form_shapes import local_moment
from api.uploads import WAITING_MAX, discard_forgotten
from api.web.throttle import Throttle
from domain.incidents import IncidentReported
from domain.kernel.places import Position
from domain.kernel.short_codes import candidates, shown_code
from journal.facts import Receipt
from projections import tracking_codes
from tests.api.test_photos import SECRET, exif, picture, written
from tests.api.web.county import OTHER_TOWNSHIP, PASSWORD, VILLAGE, County, copied_county
from tests.journeys.test_in_a_browser import look, look_without_script, press

if TYPE_CHECKING:
    from tests.conftest import Cluster

T = TypeVar("T")
PAGE_BYTES_MAX = 30_000


@pytest.fixture(scope="module")
def county(cluster: "Cluster") -> Iterator[County]:
    """A county that all tests of the module share: each reports what it needs, and changes nothing for the others."""
    with copied_county(cluster, rehearsal=True) as made:
        yield made


def signed_in(county: County, login: str) -> httpx.Client:
    """A browser of one's own, over plain HTTP."""
    browser = county.browser()
    token = re.search(r'name="form_token" value="([^"]+)"', browser.get("/staff/sign-in").text)
    assert token is not None
    browser.post("/staff/sign-in", data={"login": login, "password": PASSWORD, "form_token": token[1]})
    return browser


def hidden(html: str) -> dict[str, str]:
    """The hidden fields of the page's own form."""
    form = re.search(r'<form (?:id="report" )?class="step".*?</form>', html, re.DOTALL)
    assert form is not None, html
    return dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', form[0]))


def filled(county: County, **more: str) -> dict[str, str]:
    return {
        "item": "市容环境",
        "division": VILLAGE,
        "text": "村口垃圾桶满了两天，没有清运。",
        "reported_at": local_moment(county.yesterday),
        **more,
    }


def files(*contents: bytes) -> list[tuple[str, tuple[str, bytes]]]:
    return [("photos", (f"{number}.jpg", content)) for number, content in enumerate(contents)]


def photo_of(seed: int = 1, **given: Any) -> bytes:
    return written(picture((800, 600), seed=seed), **given)


def id_in(answer: httpx.Response) -> UUID:
    """The report that a form's answer leads to."""
    assert answer.status_code == 303, answer.text
    found = re.match(r"/staff/reports/([0-9a-f-]{36})", answer.headers["location"])
    assert found is not None, answer.headers["location"]
    return UUID(found[1])


def reported(county: County, incident_id: UUID) -> IncidentReported:
    """The event itself."""
    event = county.app.journal.store.streams([incident_id])[incident_id]
    recorded = county.app.journal.codec.decode(*event[0][1:]).event
    assert isinstance(recorded, IncidentReported)
    return recorded


def rows(county: County, query: str, *values: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(county.app.access.owner) as connection:
        return connection.execute(query.encode(), values).fetchall()


def settle(county: County, receipt: Receipt) -> None:
    assert county.app.caught_up(receipt.position)


def code_of(county: County, incident_id: UUID) -> str:
    with county.app.reading.connection() as conn:
        return tracking_codes.codes_of(conn, [incident_id])[incident_id]


def test_a_form_with_photos_sent_twice_is_one_report(county: County) -> None:
    browser = signed_in(county, "zhangjianguo")
    page = browser.get("/staff/report").text
    fields = {**hidden(page), **filled(county, latitude_e5="2841234", longitude_e5="11760456")}
    sent = files(photo_of(1, exif=exif(6)), photo_of(2))
    before = county.app.journal.position()
    first, again = (id_in(browser.post("/staff/report", data=fields, files=sent)) for _ in range(2))
    assert first == again
    assert county.app.journal.position() == before + 1

    event = reported(county, first)
    assert event.position == Position(2_841_234, 11_760_456)
    assert [photo.exif is not None for photo in event.photos] == [True, False]
    assert SECRET not in bytes(county.app.journal.store.streams([first])[first][0][2])
    (noted,) = county.app.vault.open([event.photos[0].exif or ""], by="test", reason="test").values()
    assert SECRET.decode() in noted
    digests = [bytes.fromhex(photo.sha256) for photo in event.photos]
    kept = rows(county, "SELECT kind, length, person_id FROM vault.files WHERE sha256 = ANY (%s)", digests)
    assert sorted(kept) == sorted(("photo", photo.length, event.reporter_id) for photo in event.photos)


def test_whoever_reads_the_text_sees_the_photos_on_the_record(county: County) -> None:
    browser = signed_in(county, "zhangjianguo")
    fields = {**hidden(browser.get("/staff/report").text), **filled(county)}
    sent = files(photo_of(3, exif=exif(6)), photo_of(4))
    incident_id = id_in(browser.post("/staff/report", data=fields, files=sent))
    event = reported(county, incident_id)
    at = f"/staff/incidents/{incident_id}"
    worker = signed_in(county, "lihe")
    assert worker.get(at).text.count(f'src="{at}/photos/') == 2
    opened = worker.get(f"{at}/photos/1")
    assert (opened.headers["content-type"], opened.headers["cache-control"]) == ("image/jpeg", "no-store")
    assert hashlib.sha256(opened.content).hexdigest() == event.photos[0].sha256
    assert SECRET not in opened.content
    assert Image.open(io.BytesIO(opened.content)).size == (600, 800)
    opening = county.app.vault.openings(person_id=event.reporter_id)[0]
    assert (opening.actor, opening.reason) == (str(county.people["lihe"].person_id), "incident.photo as grid_worker")
    assert worker.get(f"{at}/photos/3").status_code == 404
    for login in ("qianduo", "sunli", "ouyang"):
        assert signed_in(county, login).get(f"{at}/photos/1").status_code == 403, login
    program = county.program("wangqiang").get(f"/api/v1/incidents/{incident_id}/photos/2")
    assert hashlib.sha256(program.content).hexdigest() == event.photos[1].sha256


def test_what_a_form_gets_wrong_records_nothing(county: County) -> None:
    browser = signed_in(county, "zhangjianguo")
    fields = {**hidden(browser.get("/staff/report").text), **filled(county)}
    before = county.app.journal.position()
    uploads = rows(county, "SELECT count(*) FROM vault.uploads")
    for change, sent, status, said in (
        ({}, files(*[b"x"] * (PHOTOS_MAX + 1)), 422, f"一次最多 {PHOTOS_MAX} 张照片"),
        ({}, files(b"no photo"), 422, "这个文件不是照片"),
        ({"photo": "ab" * 32}, [], 422, "有一张照片还没有传上来"),
        ({"photo": "x"}, [], 422, "格式不对"),
        ({"item": "喝茶"}, [], 409, "喝茶"),
        ({"latitude_e5": "1"}, [], 422, "经度和纬度要一起填"),
        ({"latitude_e5": "91.5", "longitude_e5": "1"}, [], 422, "纬度"),
        ({"text": " "}, [], 422, "看到了什么"),
        ({"division": OTHER_TOWNSHIP}, [], 403, "不管辖"),
        ({"form_token": "x"}, [], 403, "页面打开太久"),
    ):
        answer = browser.post("/staff/report", data={**fields, **change}, files=sent)
        assert (answer.status_code, said in answer.text) == (status, True), (change, answer.text)
    large = browser.post("/staff/report/photos", content=bytes(13 * 2**20))
    assert (large.status_code, "最多 12 MB" in large.text) == (413, True)
    assert county.app.journal.position() == before
    assert rows(county, "SELECT count(*) FROM vault.uploads") == uploads
    assert browser.post("/staff/report", data=fields).status_code == 303
    problem = {"accept": "application/problem+json"}
    other = browser.post("/staff/report", data={**fields, "text": "别的事"}, headers=problem)
    assert (other.status_code, other.json()["code"]) == (409, "command.key_reused")


def test_of_a_sensitive_item_no_position_is_kept_and_nothing_said(county: County) -> None:
    browser = signed_in(county, "zhangjianguo")
    position = {"latitude_e5": "2841234", "longitude_e5": "11760456"}
    fields = {**hidden(browser.get("/staff/report").text), **filled(county, item="矛盾纠纷", **position)}
    incident_id = id_in(browser.post("/staff/report", data=fields))
    event = reported(county, incident_id)
    assert (event.sensitive, event.position) == (True, None)
    tracked = county.browser().get(f"/t/{code_of(county, incident_id)}").text
    assert "已受理" in tracked
    assert not re.search(r"已上报|矛盾|[0-9]{4}年", tracked)


def test_the_catalogue_in_force_is_what_is_offered(county: County) -> None:
    on = today(county.app)
    new = [
        catalogue_commands.NewItem("SR-01", "垃圾堆积", "市容环境", False),
        catalogue_commands.NewItem("MD-01", "邻里争吵", "矛盾纠纷", True),
    ]
    receipt = catalogue_commands.admit(
        county.app,
        actor=county.admin,
        key=county.key(),
        division=OTHER_TOWNSHIP,
        items=new,
        since=on - timedelta(days=30),
        document="岑政〔2026〕8号",
        on=on,
    )
    settle(county, receipt)
    browser = signed_in(county, "qianduo")
    page = browser.get("/staff/report").text
    offered = re.findall(r'<option value="([^"]+)"( data-sensitive)?>', page[page.index('id="item"') :])
    assert sorted(offered[:2]) == [("MD-01", " data-sensitive"), ("SR-01", "")]
    fields = {**hidden(page), **filled(county, item="SR-01", division=OTHER_TOWNSHIP)}
    event = reported(county, id_in(browser.post("/staff/report", data=fields)))
    assert (event.item, event.category, event.sensitive) == ("SR-01", "市容环境", False)


def test_the_receipt_leads_to_a_page_of_states_and_days(county: County) -> None:
    incident_id = county.rewarded(text="秘密内容")
    code = code_of(county, incident_id)
    assert code == next(candidates(incident_id))
    browser = signed_in(county, "zhangjianguo")
    receipt = browser.get(f"/staff/reports/{incident_id}").text
    assert shown_code(code) in receipt
    assert f"{county.app.settings.base_url}/t/{code}" in receipt
    assert '<svg role="img" viewBox="' in receipt
    assert signed_in(county, "ouyang").get(f"/staff/reports/{incident_id}").status_code == 403
    mine = browser.get("/staff/reports").text
    assert shown_code(code) in mine
    assert "10.00" in mine
    found = signed_in(county, "lihe").get("/staff/find", params={"code": shown_code(code)})
    assert (found.status_code, found.headers["location"]) == (303, f"/staff/incidents/{incident_id}")
    assert signed_in(county, "qianduo").get("/staff/find", params={"code": code}).status_code == 403

    anybody = county.browser()
    page = anybody.get(f"/t/{code}")
    assert page.headers["cache-control"].startswith("public")
    assert re.findall(r"<li><b>(.*?)</b>", page.text) == ["已上报", "已核查", "已办理", "已认定"]
    for word in ("秘密", "城东村", "市容环境", "张", "有效", "10.00", str(incident_id), "<script"):
        assert word not in page.text, word
    again = anybody.get(f"/t/{code}", headers={"if-none-match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    typed = anybody.get("/t", params={"code": f" {shown_code(code).lower()} "})
    assert (typed.status_code, typed.headers["location"]) == (303, f"/t/{code}")
    assert anybody.get("/t").status_code == 200
    assert anybody.get("/t", params={"code": "0O1IL"}).status_code == 404


def test_whoever_tries_codes_has_to_wait(county: County) -> None:
    reading = county.web.state.reading
    county.web.state.reading = replace(reading, guesses=Throttle())
    code = code_of(county, county.reported())
    anybody = county.browser()
    tried = [anybody.get(f"/t/{next(candidates(UUID(int=number)))}").status_code for number in range(52)]
    last = anybody.get(f"/t/{code}")
    county.web.state.reading = reading
    assert tried == [404] * 50 + [429] * 2
    assert (last.status_code, last.headers["retry-after"], "请过 15 分钟再查" in last.text) == (429, "900", True)


def test_a_report_is_written_down_for_a_member(county: County) -> None:
    browser = signed_in(county, "lihe")
    start = hidden(browser.get("/staff/transcribe").text)
    nobody = browser.post("/staff/transcribe/member", data={**start, "name": "张卫国"})
    assert (nobody.status_code, "没有叫这个名字的移动网格员" in nobody.text) == (404, True)
    page = browser.post("/staff/transcribe/member", data={**start, "name": "张建国"}).text
    assert "张建国" not in page
    assert "张*国（兴安街道" in page
    member = county.people["zhangjianguo"].person_id
    assert re.findall(r'name="reporter_id" value="([^"]+)"', page) == [str(member)]
    opened = rows(county, "SELECT persons FROM vault.openings WHERE reason = 'incident.transcribe as grid_worker'")
    assert opened == [([member],), ([member],)], "nobody else's name was opened"

    fields = {**hidden(page), **filled(county), "reporter_id": str(member), "source": "hotline"}
    fields["source_ref"] = "12345-0077"
    incident_id = id_in(browser.post("/staff/transcribe", data=fields, files=files(photo_of(7))))
    event = reported(county, incident_id)
    assert (event.reporter_id, event.source, event.source_ref) == (member, "hotline", "12345-0077")
    assert event.transcribed_by == county.people["lihe"].person_id
    timeline = signed_in(county, "chenjing").get(f"/staff/incidents/{incident_id}").text
    assert re.search(r"12345 热线，编号 12345-0077，报告人 张\*国，由 李\* 代录", timeline)
    code = code_of(county, incident_id)
    assert shown_code(code) in signed_in(county, "zhangjianguo").get("/staff/reports").text
    refused = signed_in(county, "zhangjianguo").get("/staff/transcribe")
    assert (refused.status_code, "只能以本人名义" in refused.text) == (403, True)


def test_a_program_sends_photos_first_and_names_them(county: County) -> None:
    def send(login: str, reporter: str | None = None) -> httpx.Response:
        given = {"reporter_id": str(county.people[reporter].person_id)} if reporter else {}
        sent = {"file": ("x", photo_of(11, exif=exif()))}
        headers = {"idempotency-key": county.key()}
        return county.program(login).post("/api/v1/photos", files=sent, headers=headers, params=given)

    first, again = send("zhangjianguo"), send("zhangjianguo")
    assert (first.status_code, first.json()) == (201, again.json())
    digest = first.json()["sha256"]
    body = {
        "category": "市容环境",
        "division": VILLAGE,
        "text": "路灯不亮",
        "source": "app",
        "photos": [digest],
        "position": {"latitude_e5": 2_841_234, "longitude_e5": 11_760_456},
        "reported_at": county.yesterday.isoformat(),
    }
    assert county.post("liuyang", "/incidents", body).json()["code"] == "photo.unknown"
    key = county.key()
    done = [county.post("zhangjianguo", "/incidents", body, key=key) for _ in range(2)]
    assert [answer.status_code for answer in done] == [201, 200]
    event = reported(county, UUID(done[0].json()["incident_id"]))
    assert ([photo.sha256 for photo in event.photos], event.photos[0].length) == ([digest], first.json()["length"])
    wanted = {**body, "category": "矛盾纠纷", "photos": []}
    assert county.post("zhangjianguo", "/incidents", wanted).json()["code"] == "incident.position_of_sensitive"
    assert send("sunli").json()["code"] == "authority.role_may_not"
    assert send("liuyang", "zhangjianguo").json()["code"] == "authority.only_for_oneself"
    for_another, headers = {"reporter_id": str(UUID(int=7))}, {"idempotency-key": county.key()}
    sent = {"file": ("x", photo_of(12))}
    nobody = county.program("lihe").post("/api/v1/photos", files=sent, headers=headers, params=for_another)
    assert (nobody.status_code, nobody.json()["code"]) == (404, "person.unknown")


def test_a_photo_that_no_report_names_goes_after_a_week(county: County) -> None:
    client, member = county.program("liuyang"), county.people["liuyang"].person_id

    def send(seed: int) -> httpx.Response:
        content = written(picture((64, 48), seed=seed), exif=exif())
        headers = {"idempotency-key": county.key()}
        return client.post("/api/v1/photos", files={"file": ("x", content)}, headers=headers)

    named, _left = (str(send(seed).json()["sha256"]) for seed in (21, 22))
    body = {"category": "市容环境", "division": VILLAGE, "text": "x", "source": "app", "photos": [named]}
    county.post("liuyang", "/incidents", {**body, "reported_at": county.yesterday.isoformat()})
    now = county.app.journal.now()
    assert discard_forgotten(county.app, now=now) == 0, "not yet"
    with psycopg.connect(county.app.access.owner) as connection:
        older = "UPDATE vault.uploads SET touched = touched - interval '8 days' WHERE person_id = %s"
        connection.execute(older, (member,))
    assert [discard_forgotten(county.app, now=now) for _ in range(2)] == [1, 0]
    assert rows(county, "SELECT encode(sha256, 'hex') FROM vault.files WHERE person_id = %s", member) == [(named,)]
    noted = "SELECT count(*) FROM vault.personal_values WHERE kind = 'photo_exif' AND person_id = %s"
    assert rows(county, noted, member) == [(1,)]
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="a day at least"),
        county.app.writing.connection() as connection,
    ):
        connection.execute("SELECT vault.discard_uploads(now())")
    assert {send(100 + seed).status_code for seed in range(WAITING_MAX)} == {201}
    full = send(99).json()
    assert (full["status"], full["code"], full["facts"]) == (429, "photo.too_many_waiting", {"count": WAITING_MAX})
    assert send(100).status_code == 201, "one that is there already"
    with psycopg.connect(county.app.access.owner) as connection:
        connection.execute("DELETE FROM vault.uploads WHERE person_id = %s AND incident_ids = '{}'", (member,))


def test_an_erased_reporter_takes_his_photos_along_and_nobody_elses(county: County) -> None:
    """Two members sent the very same picture: each has a copy of his own."""
    both = {}
    for login in ("ouyang", "zhangjianguo"):
        browser = signed_in(county, login)
        fields = {**hidden(browser.get("/staff/report").text), **filled(county)}
        both[login] = id_in(browser.post("/staff/report", data=fields, files=files(photo_of(31))))
    (same,) = {photo.sha256 for incident_id in both.values() for photo in reported(county, incident_id).photos}
    worker, on = signed_in(county, "lihe"), today(county.app)
    unclear, invalid = Verdict(both["ouyang"], False, "unclear"), Verdict(both["ouyang"], False, "not_confirmed")
    verify(county.app, actor=county.people["lihe"], key=county.key(), verdicts=[unclear], on=on)
    decider = county.people["chenjing"]
    settle(county, decide_validity(county.app, actor=decider, key=county.key(), verdicts=[invalid], on=on))
    erasure.erase_person(
        county.app,
        actor=county.admin,
        key=county.key(),
        person_id=county.people["ouyang"].person_id,
        reason="consent_withdrawn",
        legal_basis="本人申请",
        on=on,
    )
    assert worker.get(f"/staff/incidents/{both['ouyang']}/photos/1").status_code == 404
    assert worker.get(f"/staff/incidents/{both['zhangjianguo']}/photos/1").status_code == 200
    kept = rows(county, "SELECT person_id FROM vault.uploads WHERE sha256 = %s", bytes.fromhex(same))
    assert kept == [(county.people["zhangjianguo"].person_id,)]


# In a browser.


@contextmanager
def telephone(chromium: Browser, county: County, login: str, *, scripts: bool = True) -> Iterator[Page]:
    """A cheap telephone, signed in, on the page that a poster leads to."""
    context = chromium.new_context(
        base_url=county.url,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        viewport={"width": 360, "height": 740},
        has_touch=True,
        java_script_enabled=scripts,
        geolocation={"latitude": 28.41234, "longitude": 117.60456, "accuracy": 12},
        permissions=["geolocation"],
    )
    try:
        page = context.new_page()
        page.goto("/report")
        page.get_by_label("账号").fill(login)
        page.get_by_label("密码").fill(PASSWORD)
        press(page, "button", "登录")
        page.wait_for_url("**/staff/report")
        if scripts:
            page.wait_for_selector("form[data-ready]")
        yield page
    finally:
        context.close()


def write_down(page: Page, text: str) -> None:
    page.get_by_label("看到了什么").fill(text)
    page.get_by_label("事项类别").select_option("市容环境")
    page.get_by_label("在哪个村").select_option(label="城东村")


def events_since(county: County, before: int) -> int:
    return county.app.journal.position() - before


def test_a_report_without_a_network_is_sent_when_there_is_one(
    chromium: Browser, county: County, tmp_path: Path
) -> None:
    large = tmp_path / "large.jpg"
    large.write_bytes(written(picture((3000, 2250)).effect_spread(9), quality=95, exif=exif(6)))
    assert large.stat().st_size > 1_000_000
    before = county.app.journal.position()
    with telephone(chromium, county, "zhangjianguo") as page:
        look(page, "report")
        page.set_viewport_size({"width": 360, "height": 740})
        write_down(page, "河边护栏断了一截，没有网络。")
        page.get_by_role("button", name="用手机定位").click()
        expect(page.locator("#located")).to_have_text("已定位，误差约 12 米。")
        page.get_by_label("照片").set_input_files(large)
        expect(page.locator("#thumbs img")).to_have_count(1)
        size = page.locator("#thumbs img").evaluate("image => [image.naturalWidth, image.naturalHeight]")
        assert size == [1200, 1600], "upright, and made smaller before it is sent"
        look(page, "report-filled")
        page.set_viewport_size({"width": 360, "height": 740})
        key = page.locator("[name=key]").input_value()
        page.reload()
        expect(page.get_by_label("看到了什么")).to_have_value("河边护栏断了一截，没有网络。")
        expect(page.locator("#thumbs img")).to_have_count(1)
        assert page.locator("[name=key]").input_value() == key, "the draft keeps its key"

        page.context.set_offline(True)
        page.get_by_role("button", name="上报", exact=True).click()
        expect(page.locator("#outbox")).to_contain_text("未发送，正在重试")
        expect(page.locator("#outbox")).to_contain_text("有网络就自动发送")
        expect(page.get_by_label("看到了什么")).to_have_value("")
        look(page, "report-offline")
        page.set_viewport_size({"width": 360, "height": 740})
        assert events_since(county, before) == 0
        page.context.set_offline(False)
        expect(page.locator("#outbox")).to_contain_text("已发送，短号")
        assert events_since(county, before) == 1
        look(page, "report-sent")
        press(page, "link", "看回执")
        expect(page.locator(".qr")).to_be_visible()
        look(page, "receipt")
        event = reported(county, UUID(page.url.rpartition("/")[2]))
        assert (len(event.photos), event.position) == (1, Position(2_841_234, 11_760_456))
        (photo,) = event.photos
        kept = county.app.vault.get_file(photo.sha256, by="test", reason="test")
        assert Image.open(io.BytesIO(kept)).size == (1200, 1600)
        press(page, "link", "我上报的")
        look(page, "my-reports")


def test_an_answer_that_got_lost_is_asked_for_again_under_the_same_key(chromium: Browser, county: County) -> None:
    before = county.app.journal.position()
    lost: list[str] = []

    def lose(route: Route) -> None:
        """The server records, and the telephone hears nothing of it, once."""
        if lost:
            route.continue_()
            return
        lost.append(route.request.method)
        route.fetch()
        route.abort()

    with telephone(chromium, county, "zhangjianguo") as page:
        page.route("**/staff/report", lose)
        write_down(page, "信号时断时续。")
        page.get_by_role("button", name="上报", exact=True).click()
        expect(page.locator("#outbox")).to_contain_text("未发送，正在重试")
        assert events_since(county, before) == 1
        page.get_by_role("button", name="马上再发").click()
        expect(page.locator("#outbox")).to_contain_text("已发送，短号")
        assert (lost, events_since(county, before)) == (["POST"], 1)
        page.get_by_role("button", name="知道了").click()
        expect(page.locator("#outbox")).to_be_hidden()


def test_a_refused_report_is_taken_back_and_another_person_never_sees_it(
    chromium: Browser, county: County, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.heic"
    broken.write_bytes(b"\x00\x00\x00\x18ftypheic" + bytes(600))
    before = county.app.journal.position()
    with telephone(chromium, county, "zhangjianguo") as page:
        write_down(page, "照片格式不对。")
        page.get_by_label("照片").set_input_files(broken)
        expect(page.locator("#thumbs li")).to_have_count(1)
        page.get_by_role("button", name="上报", exact=True).click()
        expect(page.locator("#outbox")).to_contain_text("这是 HEIC 格式")
        look(page, "report-refused")
        sign_out_and_in(page, "liuyang")
        expect(page.get_by_label("看到了什么")).to_have_value("")
        expect(page.locator("#outbox")).to_be_hidden()
        sign_out_and_in(page, "zhangjianguo")
        page.get_by_role("button", name="取回修改").click()
        expect(page.get_by_label("看到了什么")).to_have_value("照片格式不对。")
        page.get_by_role("button", name="去掉").click()
        page.get_by_role("button", name="上报", exact=True).click()
        expect(page.locator("#outbox")).to_contain_text("已发送，短号")
    assert events_since(county, before) == 1


def sign_out_and_in(page: Page, login: str) -> None:
    press(page, "button", "退出")
    page.goto("/report")
    page.get_by_label("账号").fill(login)
    page.get_by_label("密码").fill(PASSWORD)
    press(page, "button", "登录")
    page.wait_for_selector("form[data-ready]")


def kept_page(page: Page) -> str | None:
    """The page that the telephone keeps for when there is no network."""
    found: str | None = page.evaluate(
        "caches.match('/staff/report/offline', { ignoreVary: true }).then(kept => kept ? kept.text() : null)"
    )
    return found


def drafts_of(page: Page) -> list[str]:
    """The texts that the telephone has in its store."""
    found: list[str] = page.evaluate(
        """() => new Promise((done) => {
            const opened = indexedDB.open('mingzhang', 1);
            opened.onsuccess = () => {
                const asked = opened.result.transaction('reports').objectStore('reports').getAll();
                asked.onsuccess = () => {
                    opened.result.close();
                    done(asked.result.map((one) => one.fields.text || ''));
                };
            };
        })"""
    )
    return found


def once(found: Callable[[], T | None], *, within_s: float = 60) -> T:
    """What is found as soon as it is there."""
    until = time.monotonic() + within_s
    while not (result := found()):
        assert time.monotonic() < until, "not found in time"
        time.sleep(0.1)
    return result


def test_the_page_opens_without_a_network_and_sends_when_there_is_one(chromium: Browser, county: County) -> None:
    before = county.app.journal.position()
    with telephone(chromium, county, "zhangjianguo") as page:
        expect(page.locator("#kept")).to_be_visible()
        kept = once(lambda: kept_page(page))
        assert "城东村" in kept
        for personal in ("张*", "张建国", str(county.people["zhangjianguo"].person_id)):
            assert personal not in kept, personal
        assert 'name="form_token" value=""' in kept

        page.context.set_offline(True)
        page.goto("/staff/report")
        page.wait_for_selector("form[data-ready]")
        expect(page.get_by_text("现在连不上网")).to_be_visible()
        write_down(page, "山上没有信号，路边滚下石头。")
        look(page, "report-without-network")
        page.set_viewport_size({"width": 360, "height": 740})
        once(lambda: "山上没有信号，路边滚下石头。" in drafts_of(page))
        key = page.locator("[name=key]").input_value()
        page.reload()
        expect(page.get_by_label("看到了什么")).to_have_value("山上没有信号，路边滚下石头。")
        assert page.locator("[name=key]").input_value() == key
        page.get_by_role("button", name="上报", exact=True).click()
        expect(page.locator("#outbox")).to_contain_text("未发送，正在重试")
        assert events_since(county, before) == 0
        page.context.set_offline(False)
        expect(page.locator("#outbox")).to_contain_text("已发送，短号")
        expect(page.get_by_text("现在连不上网")).to_have_count(0)
        assert events_since(county, before) == 1

        with page.expect_navigation():
            page.get_by_role("button", name="退出").click()
        once(lambda: kept_page(page) is None)


def test_everything_works_without_a_script(chromium: Browser, county: County, tmp_path: Path) -> None:
    photos = [tmp_path / f"{number}.jpg" for number in range(2)]
    for number, path in enumerate(photos):
        path.write_bytes(photo_of(40 + number))
    before = county.app.journal.position()
    with telephone(chromium, county, "zhangjianguo", scripts=False) as page:
        look_without_script(page, "plain-report")
        for number, sent in enumerate(([], photos)):
            page.goto("/staff/report")
            write_down(page, f"没有脚本的手机 {number}")
            page.get_by_label("照片").set_input_files(sent)
            page.get_by_role("button", name="上报", exact=True).click()
            page.wait_for_url("**/staff/reports/**")
            expect(page.get_by_text(f"{len(sent)} 张")).to_be_visible()
        look_without_script(page, "plain-receipt")
        assert events_since(county, before) == 2
        code = page.locator(".lead .code").inner_text()
        with page.expect_navigation():
            page.locator("p.note a[href^='/t/']").click()
        expect(page.locator(".lead")).to_contain_text("已上报")
        look_without_script(page, "tracking")
        press(page, "link", "大字版")
        look_without_script(page, "tracking-large")
        page.goto("/t")
        page.get_by_label("回执上的短号").fill(code.lower().replace("-", " "))
        press(page, "button", "查询")
        expect(page.locator("h1 .code")).to_have_text(code)


def test_the_page_is_small(chromium: Browser, county: County) -> None:
    """What a telephone without anything in its cache has to load, in bytes on the wire."""
    with telephone(chromium, county, "zhangjianguo") as page:
        state = page.context.storage_state()
    context: BrowserContext = chromium.new_context(base_url=county.url, storage_state=state)
    sizes: dict[str, int] = {}
    page = context.new_page()
    page.on("requestfinished", lambda request: sizes.update({request.url: sum(request.sizes()[one] for one in PARTS)}))
    page.goto("/staff/report", wait_until="networkidle")
    context.close()
    assert len(sizes) >= 3
    assert sum(sizes.values()) <= PAGE_BYTES_MAX, sizes


PARTS = ("responseHeadersSize", "responseBodySize")


def test_a_clerk_writes_down_what_the_group_said(chromium: Browser, county: County) -> None:
    context = chromium.new_context(base_url=county.url, locale="zh-CN", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto("/staff/transcribe")
    page.get_by_label("账号").fill("lihe")
    page.get_by_label("密码").fill(PASSWORD)
    press(page, "button", "登录")
    look(page, "transcribe-name")
    page.get_by_label("谁上报的").fill("张建国")
    press(page, "button", "下一步")
    look(page, "transcribe")
    page.get_by_label("微信群（代录）").check()
    page.get_by_label("工单号").fill("3月5日 8:30")
    page.get_by_label("说了什么").fill("群里说路灯不亮。")
    page.get_by_label("事项类别").select_option("市容环境")
    page.get_by_label("在哪个村").select_option(label="城东村")
    press(page, "button", "代录")
    look(page, "transcribed")
    press(page, "link", "查看这一条")
    expect(page.locator("ol.timeline")).to_contain_text("由 李* 代录")
    look(page, "incident-transcribed")
    page.goto("/staff")
    look(page, "today-with-code")
    context.close()
