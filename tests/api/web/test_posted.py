"""公示: anybody reads what was made public and for how long; nothing personal, nothing sensitive, ten kilobytes."""

import gzip
import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from api.commands.shared import today
from projections import tracking_codes
from tests.api.web.copies import copied
from tests.api.web.county import COUNTY, OTHER_TOWNSHIP, VILLAGE, County

COPIES = 120
LAST_EVENT = "SELECT max(log_index) FROM read.incident_events WHERE incident_id = %s"
POSTING = "INSERT INTO read.incident_postings (log_index, incident_id, posted_on, last_day) VALUES (%s, %s, %s, %s)"
MADE_PUBLIC = "UPDATE read.incident_events SET type = 'incident.posted/1' WHERE log_index = %s"


@pytest.fixture(scope="module")
def posted(county: County) -> Iterator[tuple[County, UUID]]:
    """One real report that was made public three days ago for seven, and a hundred and twenty like it."""
    incident_id = county.rewarded()
    on = today(county.app) - timedelta(days=3)
    with psycopg.connect(county.app.access.projector, autocommit=True) as conn:
        found = conn.execute(LAST_EVENT, (incident_id,)).fetchone()
        assert found is not None
        conn.execute(POSTING, (*found, incident_id, on, on + timedelta(days=7)))
        conn.execute(MADE_PUBLIC, found)
        copied(conn, "incidents", COPIES, where="true", incident_id="md5('posted ' || n)::uuid")
        copied(
            conn,
            "tracking_codes",
            COPIES,
            where="true",
            code="upper(substr(md5('code ' || n), 1, 8))",
            incident_id="md5('posted ' || n)::uuid",
        )
        copied(
            conn,
            "incident_postings",
            COPIES,
            where="true",
            log_index="row.log_index + n",
            incident_id="md5('posted ' || n)::uuid",
        )
    return county, incident_id


def test_the_tracking_page_says_it_is_public_and_how_long(posted: tuple[County, UUID]) -> None:
    county, incident_id = posted
    with county.app.reading.connection() as conn:
        code = tracking_codes.codes_of(conn, [incident_id])[incident_id]
    last = today(county.app) + timedelta(days=4)
    page = county.browser().get(f"/t/{code}").text
    until = f"公示到{last.year}年{last.month}月{last.day}日"
    assert re.search(rf"现在：<b>办理结果公示</b>（[^）]*，{until}）", page)
    assert re.search(rf"<b>办理结果公示</b><br>[^<]*，{until}</li>", page)


def test_the_list_shows_the_outcome_and_nothing_personal(posted: tuple[County, UUID]) -> None:
    county, incident_id = posted
    page = county.browser().get(f"/v/{COUNTY}/incidents")
    assert page.status_code == 200
    assert "正在公示的办理结果 <b>121 条</b>" in page.text
    assert "市容环境" in page.text
    assert "城东村" in page.text
    assert "✔ 已办结" in page.text
    assert "怎样核对" in page.text
    position = re.search(r"前 <b>([0-9]+)</b> 条记录", page.text)
    assert position is not None
    assert int(position[1]) <= county.app.journal.position()
    for word in ("路灯不亮", "已修好", "张建国", "张*国", "李荷", "王强", str(incident_id), "<script"):
        assert word not in page.text, word


def test_every_result_is_reached_once_on_small_pages(posted: tuple[County, UUID]) -> None:
    county, _ = posted
    browser, address, seen = county.browser(), f"/v/{VILLAGE}/incidents", list[str]()
    for first in (1, 51, 101):
        with browser.stream("GET", address, headers={"accept-encoding": "gzip"}) as answer:
            raw = b"".join(answer.iter_raw())
        assert len(raw) <= 10_240
        html = gzip.decompress(raw).decode()
        seen += re.findall(r'class="code" href="/t/([^"?]+)', html)
        assert f"共 121 条，第 {first}–" in html
        following = re.search(r'rel="next" href="(\?before=[0-9]+)"', html)
        assert (following is None) is (first == 101)
        address = f"/v/{VILLAGE}/incidents{following[1]}" if following else ""
    assert len(seen) == len(set(seen)) == 121


def test_the_page_is_kept_under_a_tag_and_links_lead_to_it(posted: tuple[County, UUID]) -> None:
    browser = posted[0].browser()
    page = browser.get(f"/v/{VILLAGE}/incidents")
    again = browser.get(f"/v/{VILLAGE}/incidents", headers={"if-none-match": page.headers["etag"]})
    assert (again.status_code, page.headers["cache-control"]) == (304, "public, max-age=60")
    for address in (f"/v/{VILLAGE}", f"/v/{VILLAGE}/rates"):
        assert f'href="/v/{VILLAGE}/incidents"' in browser.get(address).text
    nothing = browser.get(f"/v/{OTHER_TOWNSHIP}/incidents").text
    assert "现在没有正在公示的办理结果。" in nothing
    assert browser.get("/v/360000000000/incidents").status_code == 404
    assert browser.get(f"/v/{VILLAGE}/incidents?before=x").status_code == 422
