"""A station over JSON, from opening to closing: every operation once, and what each side of the counter may not do."""

from datetime import timedelta
from typing import Any

import httpx

from api.web import station_words
from domain.points.accounts import account_id
from domain.stations import exchanges, stations, stocks
from tests.api.web.county import VILLAGE, County
from tests.api.web.registers import signed_in
from tests.stations import Counter, opened_station, with_accounts

Said = dict[str, Any]


def test_stored_words_have_chinese_words() -> None:
    assert set(station_words.STATION_CLOSING_REASONS) == stations.CLOSING_REASONS
    assert set(station_words.ORIGINS) == stocks.ORIGINS
    assert set(station_words.EXCHANGE_CHANNELS) == exchanges.CHANNELS
    assert set(station_words.STAFF_REASONS) == exchanges.STAFF_REASONS


def test_a_station_from_opening_to_closing(county: County) -> None:
    counter = opened_station(county.app, admin=county.admin, village=VILLAGE, opened=False)
    with_accounts(counter)
    nobody_lets_himself_in(county, counter)
    said = station_story(county, counter)
    assert said["authoriseExchange"]["code"][4] == "-"
    assert [name.partition("/")[0] for name in said["makeExchange"]["receipt"]["events"]][:2] == [
        "exchange",
        "points_account",
    ]
    assert said["confirmGoods"]["events"][0].startswith("stock/")


def nobody_lets_himself_in(county: County, counter: Counter) -> None:
    """The accountant neither joins a household by his own hand nor changes the one where he lives; the page says so."""
    clerk, day = str(counter.staff["accountant"].person_id), counter.today.isoformat()
    made = county.post("admin", "/households", {"division": VILLAGE, "reference": "城南9号"}).json()
    house = f"/households/{made['household_id']}"
    himself = {"persons": [{"person_id": clerk, "since": day, "reason": "moved_in", "head": True}]}
    answer = county.post("accountant", f"{house}/persons", himself)
    assert (answer.status_code, answer.json()["code"]) == (403, "chain.acted_twice")
    assert "变动的本人或同户的人不能再当登记人" in answer.json()["detail"]
    page = signed_in(county, "accountant").get(f"/staff{house}").text
    assert "登记加入" in page
    assert county.post("admin", f"{house}/persons", himself).status_code == 201
    page = signed_in(county, "accountant").get(f"/staff{house}").text
    assert "请另一位经办人登记" in page
    assert "登记加入" not in page
    left = {"person_id": clerk, "last_day": day, "reason": "moved_out"}
    assert county.post("accountant", f"{house}/departures", left).json()["code"] == "chain.acted_twice"
    assert county.post("admin", f"{house}/departures", left).status_code == 201
    (head,) = county.program("admin").get(f"/api/v1{house}").json()["heads"]
    assert (head["head_id"], head["until"]) == (clerk, day)
    assert f"到 {int(day[:4])}" in signed_in(county, "admin").get(f"/staff{house}").text


def station_story(county: County, counter: Counter) -> Said:
    """The answers by operation; each refusal on the way is the one that was expected."""
    said: Said = {}
    on, people = counter.today, counter.staff
    day = on.isoformat()
    station = f"/stations/{counter.station}"
    keeper, deputy = str(people["keeper"].person_id), str(people["deputy"].person_id)

    def did(operation: str, login: str, path: str, body: dict[str, Any], *, key: str | None = None) -> Any:
        answer: httpx.Response = county.post(login, path, body, key=key)
        assert answer.status_code == 201, answer.text
        said[operation] = answer.json()
        return said[operation]

    def refused(code: str, login: str, path: str, body: dict[str, Any]) -> None:
        answer: httpx.Response = county.post(login, path, body)
        assert answer.json()["code"] == code, answer.text

    def read(operation: str, path: str, login: str = "keeper") -> Any:
        answer = county.program(login).get(f"/api/v1{path}")
        assert answer.status_code == 200, answer.text
        said[operation] = answer.json()
        return said[operation]

    opening = {"division": VILLAGE, "name": "城东驿站", "opened_on": day}
    refused("authority.role_may_not", "keeper", "/stations", opening)
    did("openStation", "admin", "/stations", opening)
    refused("station.already_open", "admin", "/stations", opening)
    did("nameKeeper", "admin", f"{station}/keepers", {"keeper_id": keeper, "since": day})
    did("nameKeeper", "admin", f"{station}/keepers", {"keeper_id": deputy, "since": day})
    umbrella = {"sku": "YUSAN-01", "title": "雨伞", "unit": "把", "points_price": 60, "return_days": 7, "since": day}
    refused("authority.role_may_not", "keeper", f"{station}/prices", umbrella)
    did("listArticle", "accountant", f"{station}/prices", {**umbrella, "cash_price_fen": 1800})

    goods = f"{station}/goods"
    bought = {"sku": "YUSAN-01", "quantity": 3, "unit_cost_fen": 1250, "origin": "purchase", "document": "发票 0042117"}
    did("receiveGoods", "keeper", goods, bought)
    counter.give_points(("person", counter.villagers["old"].person_id), 200)
    own = {"account_id": str(account_id("person", counter.villagers["old"].person_id)), "points_max": 120}
    code = did("authoriseExchange", "old", "/exchange-authorisations", own, key="the-same-again")["code"]
    again = county.post("old", "/exchange-authorisations", own, key="the-same-again")
    assert (again.status_code, again.json()["code"]) == (200, code)
    shown = did("authoriseExchange", "old", "/exchange-authorisations", {**own, "points_max": 60})
    withdrawal = f"/exchange-authorisations/{shown['exchange_id']}/withdrawal"
    refused("exchange.not_for_account", "accountant", withdrawal, {})
    did("withdrawAuthorisation", "old", withdrawal, {})
    refused("exchange.code_withdrawn", "old", withdrawal, {})
    wanted = {"code": shown["code"], "goods": [{"sku": "YUSAN-01", "quantity": 1}]}
    refused("exchange.code_withdrawn", "keeper", f"{station}/exchanges", wanted)
    wanted = {"code": code, "goods": [{"sku": "YUSAN-01", "quantity": 2}]}
    refused("authority.role_may_not", "old", f"{station}/exchanges", wanted)
    refused("exchange.code_unknown", "keeper", f"{station}/exchanges", {**wanted, "code": "2222-2222"})
    made = did("makeExchange", "keeper", f"{station}/exchanges", wanted)
    refused("exchange.code_used", "deputy", f"{station}/exchanges", wanted)
    exchange = f"/exchanges/{made['exchange_id']}"
    back = {"goods": [{"sku": "YUSAN-01", "quantity": 1}], "reason": "伞骨断了"}
    did("returnGoods", "keeper", f"{exchange}/returns", back)
    did("cancelExchange", "deputy", f"{exchange}/cancellation", {"reason": "拿错了东西"})
    refused("exchange.ended", "keeper", f"{exchange}/returns", back)

    umbrellas = f"{goods}/YUSAN-01"
    shown = read("readExchange", exchange)
    assert (shown["exchange"]["status"], shown["lines"][0]["returned"]) == ("cancelled", 2)
    did("countGoods", "keeper", f"{umbrellas}/counts", {"counted": 2, "reason": "雨天借出未还"})
    refused("stock.proposal_differs", "supervisor", f"{umbrellas}/confirmation", {"quantity": -2})
    did("confirmGoods", "supervisor", f"{umbrellas}/confirmation", {"quantity": -1})
    did("proposeGoodsLoss", "keeper", f"{umbrellas}/write-offs", {"quantity": 2, "reason": "受潮发霉"})
    refused("authority.role_may_not", "keeper", f"{umbrellas}/confirmation", {"quantity": 2})
    did("rejectGoods", "supervisor", f"{umbrellas}/rejection", {"reason": "再晾一晾"})
    card = read("readStockCard", umbrellas, "supervisor")
    assert (card["goods"]["on_hand"], card["goods"]["value_fen"]) == (2, 2500)
    assert [one["type"].partition("/")[0] for one in card["movements"]][-2:] == ["stock.issued", "stock.received"]
    assert [one["division"] for one in read("listStations", "/stations")] == [VILLAGE]
    assert len(read("readStation", station)["keepers"]) == 2
    assert county.program("old").get(f"/api/v1{station}").json()["code"] == "access.may_not_read"
    refused("station.stock_left", "admin", f"{station}/closing", {"last_day": day, "reason": "merged"})
    did("proposeGoodsLoss", "keeper", f"{umbrellas}/write-offs", {"quantity": 2, "reason": "受潮发霉"})
    county.post("supervisor", f"{umbrellas}/confirmation", {"quantity": 2})
    did("withdrawArticle", "accountant", f"{umbrellas.replace('goods', 'prices')}/withdrawal", {"last_day": day})
    release = {"last_day": (on + timedelta(days=1)).isoformat()}
    did("releaseKeeper", "admin", f"{station}/keepers/{deputy}/release", release)
    did("closeStation", "admin", f"{station}/closing", {"last_day": day, "reason": "no_keeper"})
    return said
