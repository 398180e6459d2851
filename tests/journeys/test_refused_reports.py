"""A report that is refused comes back as it was filled in, with what is wrong at its field: nobody types it twice."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import Browser, expect

from api.photos import BYTES_MAX, PHOTOS_MAX
from api.staff.form_shapes import local_moment
from api.web.frame import PHOTOS_BYTES_MAX
from tests.api.web.county import OTHER_TOWNSHIP, VILLAGE, County, copied_county
from tests.journeys.test_in_a_browser import look_without_script
from tests.journeys.test_reporting import (
    events_since,
    files,
    filled,
    hidden,
    id_in,
    photo_of,
    reported,
    signed_in,
    telephone,
    write_down,
)

if TYPE_CHECKING:
    from tests.conftest import Cluster

TEXT = "桥头的栏杆<b>断了</b>。\n\n“三天了”，没有人修。"


@pytest.fixture(scope="module")
def county(cluster: "Cluster") -> Iterator[County]:
    """A county that all tests of the module share."""
    with copied_county(cluster, rehearsal=True) as made:
        yield made


def shown_text(page: str) -> str:
    """What stands in the field, as a browser reads it: the first line break after the tag is none."""
    found = re.search(r'<textarea id="text"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL)
    assert found is not None
    return unescape(found[1])


def chosen(page: str, name: str) -> str | None:
    select = re.search(rf'<select id="{name}".*?</select>', page, re.DOTALL)
    assert select is not None
    found = re.search(r'value="([^"]*)" selected', select[0])
    return found[1] if found else None


def value_of(page: str, name: str) -> str | None:
    found = re.search(rf'<input id="{name}"[^>]* value="([^"]*)"', page)
    return unescape(found[1]) if found else None


def kept(page: str) -> list[str]:
    return re.findall(r'name="photo" value="([0-9a-f]{64})" checked', page)


def assert_filled(answer: httpx.Response, fields: dict[str, str]) -> None:
    assert shown_text(answer.text) == fields["text"]
    assert (chosen(answer.text, "item"), chosen(answer.text, "division")) == (fields["item"], fields["division"])
    assert value_of(answer.text, "grid") == fields["grid"]
    assert value_of(answer.text, "reported_at") == fields["reported_at"]
    assert hidden(answer.text)["key"] == fields["key"], "sent again it is the same report"


def at_field(answer: httpx.Response, name: str) -> str:
    """What stands at a field as its problem; the field says that it is wrong."""
    found = re.search(rf'id="{name}-wrong">✘ ([^<]*)<', answer.text)
    assert found is not None, answer.text
    assert re.search(rf'id="{name}"[^>]*aria-describedby="[^"]*{name}-wrong"[^>]*aria-invalid="true"', answer.text)
    assert answer.text.index('role="alert"') < answer.text.index(f'id="{name}-wrong"')
    return found[1]


def test_a_photo_that_is_refused_takes_nothing_along(county: County) -> None:
    browser = signed_in(county, "zhangjianguo")
    fields = {**hidden(browser.get("/staff/report").text), **filled(county, text=TEXT, grid="第 3 网格 <东>")}
    before = county.app.journal.position()
    sent = files(photo_of(61), b"\xff\xd8\xff no photo", photo_of(62))
    refused = browser.post("/staff/report", data=fields, files=sent)
    assert refused.status_code == 422
    assert "第 2 张（1.jpg）" in at_field(refused, "photos")
    assert_filled(refused, fields)
    assert len(kept(refused.text)) == 2, "the others need not be sent again"
    assert "<script" not in refused.text
    assert county.app.journal.position() == before
    again = {**fields, **hidden(refused.text), "photo": kept(refused.text)}
    event = reported(county, id_in(browser.post("/staff/report", data=again)))
    assert [photo.sha256 for photo in event.photos] == kept(refused.text)


@pytest.mark.parametrize(
    ("change", "status", "field", "said"),
    [
        ({"text": " "}, 422, "text", "没有填写"),
        ({"item": "喝茶"}, 409, "item", "喝茶"),
        ({"division": OTHER_TOWNSHIP}, 403, "division", "不管辖"),
        ({"reported_at": "tomorrow"}, 409, "reported_at", "还没有到"),
    ],
)
def test_each_problem_stands_at_its_field(
    county: County, change: dict[str, str], status: int, field: str, said: str
) -> None:
    browser = signed_in(county, "zhangjianguo")
    fields = {**hidden(browser.get("/staff/report").text), **filled(county, text=TEXT, grid="桥头"), **change}
    if fields["reported_at"] == "tomorrow":
        fields["reported_at"] = local_moment(county.app.journal.now() + timedelta(days=1))
    refused = browser.post("/staff/report", data=fields, files=files(photo_of(63)))
    assert refused.status_code == status
    assert said in at_field(refused, field)
    assert len(kept(refused.text)) == 1, "the photo is not lost with it"
    if field not in ("item", "division"):  # what cannot be chosen is not
        assert_filled(refused, fields)


def test_photos_that_are_too_large_together_do_not_take_the_words_along(county: County) -> None:
    browser = signed_in(county, "zhangjianguo")
    fields = {**hidden(browser.get("/staff/report").text), **filled(county, text=TEXT, grid="桥头")}
    large = files(*[bytes(PHOTOS_BYTES_MAX // 2 + 2**20)] * 2)
    refused = browser.post("/staff/report", data=fields, files=large)
    assert refused.status_code == 413
    assert "25 MB" in at_field(refused, "photos")
    assert_filled(refused, fields)
    # A script keeps what it sends; it is told the problem.
    told = browser.post("/staff/report", data=fields, files=large, headers={"accept": "application/json"})
    assert (told.status_code, "25 MB" in told.text, "<form" in told.text) == (413, True, False)
    assert id_in(browser.post("/staff/report", data={**fields, **hidden(refused.text)}))


def test_too_many_photos_and_a_photo_that_is_gone(county: County) -> None:
    browser = signed_in(county, "zhangjianguo")
    fields = {**hidden(browser.get("/staff/report").text), **filled(county, text=TEXT, grid="桥头")}
    many = browser.post("/staff/report", data=fields, files=files(*[photo_of(64)] * (PHOTOS_MAX + 1)))
    assert f"最多 {PHOTOS_MAX} 张" in at_field(many, "photos")
    assert kept(many.text) == []
    gone = browser.post("/staff/report", data={**fields, "photo": "ab" * 32}, files=files(photo_of(65)))
    assert "还没有传上来" in at_field(gone, "photos")
    assert len(kept(gone.text)) == 1, "what came just now is there"


def test_a_key_of_another_report_is_replaced(county: County) -> None:
    browser = signed_in(county, "zhangjianguo")
    fields = {**hidden(browser.get("/staff/report").text), **filled(county)}
    first = id_in(browser.post("/staff/report", data=fields))
    other = browser.post("/staff/report", data={**fields, "text": TEXT})
    assert (other.status_code, shown_text(other.text)) == (409, TEXT)
    again = {**fields, "text": TEXT, **hidden(other.text)}
    assert id_in(browser.post("/staff/report", data=again)) != first


def test_what_a_clerk_writes_down_comes_back_too(county: County) -> None:
    browser = signed_in(county, "lihe")
    asked = browser.post(
        "/staff/transcribe/member", data={**hidden(browser.get("/staff/transcribe").text), "name": "张建国"}
    )
    member = re.search(r'name="reporter_id" value="([^"]+)"', asked.text)
    assert member is not None
    fields = {
        **hidden(asked.text),
        **filled(county, text=TEXT, grid="桥头"),
        "reporter_id": member[1],
        "source": "hotline",
        "source_ref": "12345-0099",
    }
    refused = browser.post("/staff/transcribe", data=fields, files=files(photo_of(66), b"no photo"))
    assert refused.status_code == 422
    assert "第 2 张" in at_field(refused, "photos")
    assert_filled(refused, fields)
    assert f'value="{member[1]}" required checked' in refused.text
    assert 'value="hotline" required checked' in refused.text
    assert value_of(refused.text, "source_ref") == "12345-0099"
    again = {**fields, **hidden(refused.text), "photo": kept(refused.text)}
    event = reported(county, id_in(browser.post("/staff/transcribe", data=again)))
    assert (event.source_ref, len(event.photos)) == ("12345-0099", 1)
    stranger = browser.post("/staff/transcribe", data={**fields, "reporter_id": str(county.people["sunli"].person_id)})
    assert (stranger.status_code >= 400, "<form" in stranger.text) == (True, False)


def test_a_large_photo_on_a_telephone_without_a_script(chromium: Browser, county: County, tmp_path: Path) -> None:
    large = tmp_path / "large.jpg"
    large.write_bytes(photo_of(67) + bytes(BYTES_MAX))
    before = county.app.journal.position()
    with telephone(chromium, county, "zhangjianguo", scripts=False) as page:
        page.goto("/staff/report")
        write_down(page, "照片太大，字还在。")
        page.get_by_label("照片").set_input_files(large)
        with page.expect_navigation():
            page.get_by_role("button", name="上报", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("最多 12 MB")
        expect(page.get_by_label("看到了什么")).to_have_value("照片太大，字还在。")
        expect(page.get_by_label("在哪个村、社区")).to_have_value(VILLAGE)
        look_without_script(page, "report-again")
        page.get_by_role("button", name="上报", exact=True).click()
        page.wait_for_url("**/staff/reports/**")
    assert events_since(county, before) == 1
