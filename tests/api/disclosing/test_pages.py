"""The pages by which a village discloses: compute, look, draft, review, post, write an objection down, answer it."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest

from domain.disclosures.settings import FIRST_BACK
from tests.api.web.county import VILLAGE, County, small_county
from tests.api.web.registers import sent, signed_in, valid_reports
from tests.conftest import temporary_home
from tests.stations import Counter, opened_station, with_accounts

if TYPE_CHECKING:
    from tests.conftest import Cluster

SINCE = date(2021, 1, 1)


@pytest.fixture(scope="module")
def village(cluster: "Cluster") -> Iterator[tuple[County, Counter, str]]:
    """A village whose people can sign in, with one reward of last month."""
    access = cluster.new_database()
    with temporary_home() as home, small_county(access, home) as county:
        counter = opened_station(county.app, admin=county.admin, village=VILLAGE, opened=False)
        with_accounts(counter)
        last = counter.today.replace(day=1) - timedelta(days=1)
        valid_reports(county, 1, by="zhangjianguo", on=last, reward=True)
        yield county, counter, f"{last:%Y-%m}"
    cluster.drop(access)


def done(browser: httpx.Client, answer: httpx.Response) -> httpx.Response:
    """The page that a form led to, which says that it was recorded."""
    assert answer.status_code == 303, answer.text
    page = browser.get(answer.headers["location"])
    assert page.status_code == 200, page.text
    assert "已记入账本" in page.text
    return page


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', html)
    assert found is not None, html
    return found[1]


def test_a_village_discloses_by_its_pages(village: tuple[County, Counter, str]) -> None:
    county, counter, month = village
    admin, accountant, supervisor = (signed_in(county, who) for who in ("admin", "accountant", "supervisor"))
    since = (counter.today - FIRST_BACK).isoformat()
    settings = {"since": since, "document": "横民〔2021〕1号", "publish_days": "7", "answer_days": "10"}
    settings |= {"due_days": "10", "small_count_min": "3", "frequency.rewards": "monthly", "names.rewards": "masked"}
    path = f"/staff/disclosure-settings?area={VILLAGE}"
    shown = done(admin, sent(admin, path, "/staff/disclosure-settings", settings))
    assert "奖励发放" in shown.text
    seat = {"step": "seat", "person_id": str(counter.staff["supervisor"].person_id), "body": "supervision"}
    seats = f"/staff/committees?area={VILLAGE}"
    done(admin, sent(admin, seats, f"/staff/committees/{VILLAGE}/steps", {**seat, "day": SINCE.isoformat()}))
    assert "村务监督委员会" in admin.get(seats).text

    listing = accountant.get("/staff/disclosures").text
    assert "已超期" in listing, "the year's months are owed, and nobody has posted them"
    asked = {"division": VILLAGE, "kind": "rewards", "period": month}
    token = {"form_token": hidden(listing, "form_token")}
    preview = accountant.post("/staff/disclosures/check", data={**token, **asked})
    assert preview.status_code == 200, preview.text
    assert "共奖励" in preview.text
    body = {**token, "key": hidden(preview.text, "key"), "document": hidden(preview.text, "document")}
    page = str(done(accountant, accountant.post("/staff/disclosures", data=body)).url.path)
    assert re.fullmatch(r"/staff/disclosures/[0-9a-f-]{36}", page)

    refused = sent(supervisor, page, f"{page}/steps", {"step": "review", "version": "1", "passed": "no"})
    assert refused.status_code == 409
    assert "请补充" in refused.text
    done(supervisor, sent(supervisor, page, f"{page}/steps", {"step": "review", "version": "1", "passed": "yes"}))
    done(accountant, sent(accountant, page, f"{page}/steps", {"step": "publish", "version": "1"}))
    posted = accountant.get(page).text
    assert "公示中" in posted
    assert re.search(r"张\*国|张[^<]*国", posted)
    told = {"version": "1", "channel": "slip", "row": "payees:1", "text": "多算了一笔"}
    done(accountant, sent(accountant, page, f"{page}/objections", told))
    with_text = accountant.get(page).text
    assert "多算了一笔" in with_text, "who may answer may read it"
    assert "多算了一笔" not in supervisor.get(page).text
    action = re.search(rf'action="({re.escape(page)}/objections/[^"]+)"', with_text)
    assert action is not None
    own = sent(accountant, page, action[1], {"upheld": "no", "answer": "维持"})
    assert own.status_code == 403, "whoever drafted it does not judge his own work"
    officer = signed_in(county, "zhouyu")
    done(officer, sent(officer, page, action[1], {"upheld": "yes", "answer": "属实，更正"}))
    assert "有异议成立" in accountant.get(page).text
    api = county.program("admin").get(f"/api/v1{page.removeprefix('/staff')}").json()
    assert [one["upheld"] for one in api["objections"]] == [True]
    document = county.program("admin").get(f"/api/v1{page.removeprefix('/staff')}/versions/1").json()
    assert document["kind"] == "rewards"
    assert "张建国" not in str(document)
