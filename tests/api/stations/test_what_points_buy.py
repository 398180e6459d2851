"""What a holder and a keeper read of what points buy is what the counter will hand out."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from api.commands.county import NewPlace, register_places
from api.commands.points import Opening, record_openings
from domain.kernel.places import Division
from tests.api.web.county import VILLAGE, County, copied_county
from tests.api.web.registers import recorded, sent, signed_in
from tests.stations import POT, SINCE, SOAP, Counter, opened_station, with_accounts

if TYPE_CHECKING:
    from tests.conftest import Cluster

NEXT_VILLAGE = Division("361125001202")


@pytest.fixture(scope="module")
def station(cluster: "Cluster") -> Iterator[tuple[County, Counter]]:
    with copied_county(cluster) as county:
        counter = opened_station(county.app, admin=county.admin, village=VILLAGE, villagers=3)
        with_accounts(counter)
        counter.receive(POT, 2, unit_cost_fen=19_900)
        yield county, counter


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_a_village_without_a_station_reads_of_the_nearest_and_of_the_limits(station: tuple[County, Counter]) -> None:
    county, counter = station
    asked = {"app": counter.app, "on": counter.today}
    register_places(
        **asked, actor=counter.admin, key="next-village", new=[NewPlace(NEXT_VILLAGE, "城西村")], since=SINCE
    )
    holder = counter.villagers["villager-0"].person_id
    paper = Opening("person", holder, NEXT_VILLAGE, 2000, counter.today, "存折城西1")
    opened = record_openings(**asked, actor=county.people["chenjing"], key="paper", openings=[paper])
    assert county.app.caught_up(opened.position)
    holders = signed_in(county, "villager-0")
    page = words(holders.get("/staff/my-points").text)
    assert "城东驿站" in page
    assert "积分在全县的驿站都能用，现有 1 个" in page
    assert re.search(r"电饭煲 900 / 个 2 个 1 个", page), "points for two, and one a month"
    code = {"code": counter.code("villager-0")}
    keeper = signed_in(county, "keeper")
    hidden = dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', keeper.get("/staff/counter").text))
    shown = keeper.post("/staff/counter/check", data={**hidden, **code})
    assert "900 分 / 个，现有 2，够换 1" in words(shown.text)
    done = counter.exchange(code["code"], (POT, 1))
    assert county.app.caught_up(done.position)
    assert re.search(r"电饭煲 900 / 个 1 个 限量已换满", words(holders.get("/staff/my-points").text))


def test_a_price_that_was_mistyped_is_corrected_before_it_begins(station: tuple[County, Counter]) -> None:
    county, counter = station
    keeper, at = signed_in(county, "accountant"), f"/staff/stations/{counter.station}"
    article = {"sku": SOAP, "title": "洗衣液", "unit": "瓶", "since": (counter.today + timedelta(days=1)).isoformat()}
    recorded(keeper, sent(keeper, at, f"{at}/prices", {**article, "points_price": "350"}), "station")
    page = recorded(keeper, sent(keeper, at, f"{at}/prices", {**article, "points_price": "45"}), "station")
    listed = words(page.text).partition("历次价格")[2]
    assert re.search(r"45 / 瓶 \S+ 还没有开始 .*350 / 瓶 \S+ 没有开始，已改 ", listed)
    wrong = sent(keeper, at, f"{at}/prices", {**article, "points_price": "45", "cash_price_fen": "-5"})
    assert "-5.00 元不合适" in words(wrong.text)
    wrong = sent(keeper, at, f"{at}/prices", {**article, "points_price": "-1"})
    assert "积分价：应当是整数，不带正负号" in words(wrong.text)
