"""No list of the office is cut without saying so: 下一页 reaches every row exactly once, and keeps the filters."""

import re
from html import unescape
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from projections import course_queries
from projections.course_queries import Worker
from tests.api.web.copies import copied
from tests.api.web.county import TOWNSHIP, VILLAGE, County
from tests.api.web.registers import signed_in
from tests.journeys.everything import fill_registers

COPIES = 119
"""With the report that they are copies of: 120, three pages of fifty."""

PAGES_MAX = 8
TOTAL = re.compile(r"共 ([0-9,]+) 条(?:，第 ([0-9,]+)–([0-9,]+) 条)?")


@pytest.fixture(scope="module")
def busy(county: County) -> County:
    """A hundred and twenty reports that wait for the same grid worker; many members, persons and households."""
    county.reported()
    person = f"'{county.people['ouyang'].person_id}'"
    with psycopg.connect(county.app.access.projector, autocommit=True) as conn:
        new = {
            "incident_id": "md5('incident ' || n)::uuid",
            "reported_at": "row.reported_at - (n / 3) * interval '1 hour'",
        }
        copied(conn, "incidents", COPIES, where="true", **new, reporter_id=person)
        late = {
            "waits_since": "row.waits_since - (n / 3) * interval '1 hour'",
            "due_at": "row.waits_since - interval '1 h' * (n / 2)",
        }
        conn.execute("UPDATE read.incident_courses SET due_at = waits_since")
        copied(conn, "incident_courses", COPIES, where="true", **new, **late)
        copied(
            conn,
            "persons",
            COPIES,
            where="log_index = (SELECT max(log_index) FROM read.persons)",
            person_id="md5('person ' || n)::uuid",
            log_index="row.log_index + n",
        )
    return county


def rows(html: str) -> list[str]:
    """The addresses that a page's table leads to, one a row."""
    table = re.search(r"<table.*?</table>", html, re.DOTALL)
    if table is None:
        return []
    found = [re.findall(r'href="([^"]+)"', row) for row in re.findall(r"<tr>.*?</tr>", table[0], re.DOTALL)]
    return [links[-1] for links in found if links]


def next_page(html: str) -> str | None:
    found = re.search(r'<a[^>]*rel="next" href="([^"]+)">下一页', html)
    return unescape(found[1]) if found else None


def walked(browser: httpx.Client, address: str) -> tuple[list[str], list[str]]:
    """Every row from page to page, and what each page says of itself."""
    path, seen, told = address.partition("?")[0], [], []
    for _ in range(PAGES_MAX):
        page = browser.get(address)
        assert page.status_code == 200, page.text
        found = TOTAL.search(page.text)
        assert found is not None, address
        seen += rows(page.text)
        told.append(found[0])
        following = next_page(page.text)
        if following is None:
            return seen, told
        path = following.partition("?")[0] or path
        address = path + "?" + following.partition("?")[2]
    raise AssertionError(f"more than {PAGES_MAX} pages: {address}")


@pytest.mark.parametrize(
    ("login", "address", "total", "size"),
    [
        ("lihe", "/staff/queue", 120, 50),
        ("lihe", "/staff/queue?act=verify", 120, 50),
        ("lihe", "/staff", 120, 50),
        ("lihe", f"/staff/late?area={TOWNSHIP}", 120, 50),
        ("chenjing", "/staff/late?soon=true", 120, 50),
        ("ouyang", "/staff/reports", 119, 50),
        ("admin", "/staff/persons", 119 + 12, 50),
    ],
)
def test_following_the_pages_reaches_every_row_once(
    busy: County, login: str, address: str, total: int, size: int
) -> None:
    seen, told = walked(signed_in(busy, login), address)
    assert len(seen) == len(set(seen)) == total
    firsts = range(1, total + 1, size)
    assert told == [f"共 {total} 条，第 {first}–{min(first + size - 1, total)} 条" for first in firsts]


def test_a_filter_is_kept_from_page_to_page(busy: County) -> None:
    page = signed_in(busy, "lihe").get(f"/staff/late?area={VILLAGE}&act=verify&soon=true").text
    following = next_page(page)
    assert following is not None
    assert {f"area={VILLAGE}", "act=verify", "soon=true"} < set(following.lstrip("?").split("&"))
    assert "<script" not in page, "it needs none"


@pytest.mark.parametrize("address", ["/staff/queue?after=x", "/staff/late?after=!", "/staff/queue?act=dance"])
def test_what_nobody_was_led_to_is_no_page(busy: County, address: str) -> None:
    assert signed_in(busy, "lihe").get(address).status_code == 404


def test_a_report_leads_to_the_one_before_and_after_it_wherever_it_stands(busy: County) -> None:
    seen, _ = walked(signed_in(busy, "lihe"), "/staff/queue")
    ids = [UUID(address.rpartition("/")[2]) for address in seen]
    lihe = Worker((TOWNSHIP,), "grid_worker", busy.people["lihe"].person_id)
    with busy.app.reading.connection() as conn:
        for at in (0, 49, 50, 119):
            before, after = course_queries.around(conn, lihe, ids[at])
            assert (before and before.incident_id) == (ids[at - 1] if at else None)
            assert (after and after.incident_id) == (ids[at + 1] if at < 119 else None)
        assert [one and one.incident_id for one in course_queries.around(conn, lihe, uuid4())] == [None, ids[0]]


@pytest.fixture(scope="module")
def registered(busy: County) -> County:
    """A hundred and twenty of each: trainings, facilities, grids with figures, proposals of stars."""
    fill_registers(busy)
    assert busy.app.caught_up(busy.app.journal.position())
    with psycopg.connect(busy.app.access.projector, autocommit=True) as conn:
        for table, name in (("trainings", "training_id"), ("facilities", "facility_id")):
            copied(
                conn, table, COPIES, where="true", **{name: "md5('copy ' || n)::uuid"}, log_index="row.log_index + n"
            )
        grid = {"grid_id": "md5('grid ' || n)::uuid", "log_index": "row.log_index + n"}
        copied(conn, "difficulty_scores", COPIES, where="true", **grid)
        # What is listed is a proposal: those of one award that were rejected stand there too.
        copied(conn, "awards", COPIES, where="true", award_id="md5('award ' || n)::uuid", log_index="-n")
    return busy


@pytest.mark.parametrize("page", ["trainings", "facilities", "difficulty", "awards"])
def test_a_register_is_shown_to_its_last_row(registered: County, page: str) -> None:
    browser = signed_in(registered, "chenjing")
    seen, told = walked(browser, f"/staff/{page}")
    assert len(seen) == len(set(seen)) == COPIES + 1
    assert told == ["共 120 条，第 1–100 条", "共 120 条，第 101–120 条"]
    assert browser.get(f"/staff/{page}?after=nothing").status_code == 404
