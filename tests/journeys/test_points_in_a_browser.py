"""Points become an umbrella, in a real browser: a holder shows his code, a keeper hands over, an officer helps the old.

With MINGZHANG_TEST_SHOTS set to a folder, every page is also photographed there at two widths.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page

from api.custody.wrapping import REHEARSAL
from api.web import accounts
from domain.points.accounts import account_id
from tests.api.web.county import PASSWORD, VILLAGE, County, copied_county
from tests.api.web.registers import faults
from tests.journeys.test_accessibility import serious
from tests.journeys.test_in_a_browser import as_somebody, look, press, recorded
from tests.stations import SOAP, UMBRELLA, Counter, opened_station

if TYPE_CHECKING:
    from tests.conftest import Cluster


@pytest.fixture(scope="module")
def station(cluster: "Cluster") -> Iterator[tuple[County, Counter]]:
    """A station with umbrellas and soap; its people can sign in, and the old villager has 300 points."""
    with copied_county(cluster, rehearsal=True) as county:
        counter = opened_station(county.app, admin=county.admin, village=VILLAGE)
        for word, actor in {**counter.staff, **counter.villagers}.items():
            signing_in = {"login": word, "person_id": actor.person_id, "password": PASSWORD, "cost": REHEARSAL}
            accounts.set_account(county.app.writing, **signing_in)
        counter.receive(UMBRELLA, 10, unit_cost_fen=1250)
        counter.receive(SOAP, 5, unit_cost_fen=901)
        counter.give_points(("person", counter.villagers["old"].person_id), 300)
        counter.give_points(("household", counter.household), 120)
        county.rewarded()  # and 10 points for a valid report
        yield county, counter


def shown_code(page: Page) -> str:
    """The code that a page shows."""
    found = re.search(r"兑换码 ([2-9A-Y]{4}-[2-9A-Y]{4})", page.locator(".lead").inner_text())
    assert found is not None
    return found[1]


def served(page: Page, code: str, *goods: tuple[str, int]) -> None:
    """A keeper enters what is wanted, reads what it comes to, and confirms."""
    page.goto("/staff/counter")
    page.get_by_label("对方出示的兑换码").fill(code)
    for title, quantity in goods:
        page.get_by_label(title).fill(str(quantity))
    look(page, "points-counter")
    press(page, "button", "下一步：看将记入什么")
    look(page, "points-counter-check")
    assert serious(page) == []
    assert "将记入账本" in page.locator("form.step").inner_text()
    press(page, "button", "确认兑换")
    recorded(page)


def scanned(page: Page, text: str) -> None:
    """A scanner in the hand types what it reads, and Enter; nobody has touched the page before."""
    page.goto("/staff/counter")
    assert page.evaluate("document.activeElement.id") == "code"
    page.keyboard.type(text)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_points_become_an_umbrella(chromium: Browser, station: tuple[County, Counter]) -> None:
    county, _ = station
    with as_somebody(chromium, county, "old") as holder, as_somebody(chromium, county, "keeper") as keeper:
        press(holder, "link", "我的积分")
        look(holder, "points-mine")
        assert serious(holder) == []
        assert "300 分可用" in holder.locator(".counters").inner_text().replace("\n", " ")
        assert "雨伞" in holder.locator("main").inner_text()
        press(holder, "button", "出示兑换码")
        look(holder, "points-code")

        look(keeper, "points-keeper-first-page")
        served(keeper, shown_code(holder), ("雨伞", 2), ("洗衣液", 1))
        look(keeper, "points-receipt")
        assert "155 分" in keeper.locator(".lead").inner_text()

        press(holder, "link", "刷新")
        press(holder, "link", "看兑换单")
        look(holder, "points-receipt-holder")
        press(holder, "link", "我的积分")
        assert "145 分可用" in holder.locator(".counters").inner_text().replace("\n", " ")
        assert "−155" in holder.locator("main").inner_text()

        keeper.get_by_label("雨伞，退几把").fill("1")
        keeper.get_by_label("原因").first.fill("伞骨断了")
        press(keeper, "button", "登记退回")
        recorded(keeper)
        assert "已退 60 分" in keeper.locator(".lead").inner_text()

        scanned(keeper, shown_on_paper := keeper.url.partition("?")[0])
        assert keeper.url == shown_on_paper, "a receipt's code leads to the receipt"
        press(holder, "button", "出示兑换码")
        scanned(keeper, shown_code(holder))
        assert "可用 205 分" in keeper.locator("#code-how").inner_text()
        assert keeper.evaluate("document.activeElement.id") == "q-1", "and what is wanted comes next"
        look(keeper, "points-counter-scanned")
        assert serious(keeper) == []
        press(holder, "button", "撤回兑换码")
        look(holder, "points-code-withdrawn")
        assert "兑换码已经撤回" in holder.locator("h1").inner_text()

    with as_somebody(chromium, county, "young") as page:
        press(page, "link", "我的积分")
        assert "替家人兑换" in page.locator("main").inner_text()
        look(page, "points-family")


def test_an_officer_helps_the_old_and_looks_after_the_goods(
    chromium: Browser, station: tuple[County, Counter], tmp_path: Path
) -> None:
    county, counter = station
    account = account_id("household", counter.household)
    with as_somebody(chromium, county, "accountant") as officer, as_somebody(chromium, county, "deputy") as keeper:
        officer.goto("/staff/points-accounts")
        look(officer, "points-accounts")
        officer.goto(f"/staff/points-accounts/{account}")
        officer.get_by_label("为什么代办").select_option("no_phone")
        officer.get_by_label("这一次最多用多少积分").fill("60")
        look(officer, "points-account")
        press(officer, "button", "出示兑换码")
        served(keeper, shown_code(officer), ("雨伞", 1))

        keeper.goto(f"/staff/stations/{counter.station}/goods/{UMBRELLA}")
        keeper.get_by_label("实有几把").fill("5")
        keeper.get_by_label("与账面不同时的原因").fill("雨天借出未还")
        press(keeper, "button", "登记盘点")
        recorded(keeper)
        look(keeper, "points-stock-card-keeper")

        officer.goto("/staff")
        assert "城东驿站，雨伞：盘点差异" in officer.locator("main").inner_text()
        officer.goto("/staff/stations")
        look(officer, "points-stations")
        officer.get_by_role("link", name="盘点差异").click()
        look(officer, "points-stock-card")
        press(officer, "button", "确认")
        recorded(officer)
        officer.goto(f"/staff/stations/{counter.station}")
        look(officer, "points-station")
        officer.goto("/staff/points-liability")
        look(officer, "points-liability")
        files = "/staff/points-liability/files"
        assert officer.request.get(f"{files}/points.xlsx").body().startswith(b"PK")
        assert "城东驿站" in officer.request.get(f"{files}/stations.csv").text()
        assert VILLAGE in officer.request.get(f"{files}/holdings.csv").text()
        assert "月末未兑换" in officer.request.get(f"{files}/months.csv").text()
    with as_somebody(chromium, county, "zhangjianguo") as page:
        page.goto("/staff/my-points")
        assert "上报事件：有效线索" in page.locator("main").inner_text()
        with page.expect_navigation():
            page.locator("td a[href^='/staff/incidents/']").first.click()
    with as_somebody(chromium, county, "admin") as page:
        page.goto("/staff/points-rules")
        look(page, "points-rules")
        page.get_by_label("文号").fill("横积分〔2026〕2号")
        press(page, "button", "下一步：试算")
        look(page, "points-rule-check")
        assert serious(page) == []
        press(page, "button", "公布")
        recorded(page)
        page.goto(f"/v/{VILLAGE}/points")
        look(page, "points-public")
        assert "张*国" in page.locator("tbody").first.inner_text()
        assert "雨伞" not in page.locator("main").inner_text(), "sums and titles only"
    assert faults(county, tmp_path / "package") == []
