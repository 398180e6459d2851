"""The pages by which a village discloses: compute, look, draft, review, post, write an objection down, answer it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from jinja2 import Environment, FileSystemLoader

from api.public.charts import NO_CHART, Bar, Chart
from api.public.document_tables import Part
from api.web import templates
from domain.disclosures.settings import FIRST_BACK
from tests.api.web.county import VILLAGE, County, small_county
from tests.api.web.registers import sent, signed_in, valid_reports
from tests.conftest import temporary_home
from tests.stations import Counter, opened_station, with_accounts

if TYPE_CHECKING:
    from tests.conftest import Cluster

SINCE = date(2021, 1, 1)
PARTS = Path(templates.__file__).parents[1] / "templates"


def test_staff_sees_the_drawing_that_will_be_posted_and_none_where_there_is_none() -> None:
    bars = [Bar("本期收入", 200, "2.00 元"), Bar("本期支出", 100, "1.00 元")]
    drawn = Part("收支", (("项目", False),), (), None, 0, Chart(bars, "收支"))
    parts = Environment(loader=FileSystemLoader(PARTS), autoescape=True).get_template("staff/disclosing_parts.html")
    html = str(getattr(parts.module, "document_tables")([drawn, replace(drawn, chart=NO_CHART)], None, []))  # noqa: B009
    assert html.count("<svg") == html.count(str(Chart(bars, "收支").svg())) == 1
    assert "Chart(" not in html


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


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


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
    own = accountant.get(page).text
    assert "多算了一笔" not in own, "she drafted what is objected to"
    assert "由别人答复" in own
    assert "/answer" not in own, "no form that can only be refused"
    watched = supervisor.get(page).text
    assert "多算了一笔" in watched, "the slip says: give it to the supervision committee"
    assert "/answer" not in watched
    officer = signed_in(county, "zhouyu")
    with_text = officer.get(page).text
    assert "多算了一笔" in with_text, "who may answer may read it"
    action = re.search(rf'action="({re.escape(page)}/objections/[^"]+)"', with_text)
    assert action is not None
    text = f"/api/v1{action[1].removeprefix('/staff').removesuffix('/answer')}/text"
    assert county.program("accountant").get(text).status_code == 403
    assert county.program("supervisor").get(text).json() == {"text": "多算了一笔"}
    opened = [(one.actor, one.reason) for one in county.app.vault.openings() if one.reason.startswith("objection.")]
    assert {reason.rpartition(" ")[2] for _, reason in opened} == {"village_supervisor", "county_officer"}
    assert str(counter.staff["accountant"].person_id) not in {actor for actor, _ in opened}
    done(officer, sent(officer, page, action[1], {"upheld": "yes", "answer": "属实，更正"}))
    assert "有异议成立" in accountant.get(page).text

    token = {"form_token": hidden(accountant.get(page).text, "form_token")}
    checked = accountant.post("/staff/disclosures/check", data={**token, **asked}).text
    assert "没有更正什么" in checked
    assert 'action="/staff/disclosures"' not in checked
    program, key = county.program("accountant"), {"idempotency-key": county.key()}
    again = program.post("/api/v1/disclosures/computations", json=asked, headers=key).json()
    same = {"document": again["digest"], "reason": "属实，更正"}
    refused = program.post("/api/v1/disclosures", json=same, headers=key)
    assert (refused.status_code, refused.json()["code"]) == (409, "disclosure.same_again")
    done(officer, sent(officer, page, action[1], {"answer": "再查：账上没有错"}))
    assert "曾答复成立，后来改答" in accountant.get(page).text
    api = county.program("admin").get(f"/api/v1{page.removeprefix('/staff')}").json()
    assert [one["upheld"] for one in api["objections"]] == [False]
    told = text_of(county.browser().get(f"/v/{VILLAGE}/disclosures/rewards/{month}").text)
    assert "不属实，维持原公示" in told
    assert "曾答复属实，后来改答" in told

    valid_reports(county, 2, by="ouyang", on=counter.today.replace(day=1) - timedelta(days=1), reward=True)
    checked = accountant.post("/staff/disclosures/check", data={**token, **asked}).text
    assert "Chart(" not in checked
    assert "比已公布的第 1 版：多了 1 行" in checked
    body = {**token, "key": hidden(checked, "key"), "document": hidden(checked, "document"), "reason": "漏了一人"}
    done(accountant, accountant.post("/staff/disclosures", data=body))
    assert "漏了一人（多了 1 行）" in supervisor.get(page).text
    document = county.program("admin").get(f"/api/v1{page.removeprefix('/staff')}/versions/1").json()
    assert document["kind"] == "rewards"
    assert "张建国" not in str(document)
