"""An auditor sees from the log alone who agreed to an exchange, at which price, and what became of every umbrella."""

from collections.abc import Mapping
from typing import Any

import pytest

from audit import shapes
from audit.book import Book
from audit.entries import Entry
from audit.findings import Check, Findings
from audit.invariants.catalogue import number_of
from audit.rules.exchanges import Exchanges
from audit.rules.stations import Stations
from audit.wording import SENTENCES
from domain.kernel.ids import derived

COUNTY, VILLAGE, DAY, NEXT_DAY = "361125000000", "361125001201", "2026-11-22", "2026-11-23"
KEEPER, DEPUTY, HOLDER, SON, CLERK, SUPERVISOR, ADMIN = (
    str(derived("audited", name)) for name in ("keeper", "deputy", "holder", "son", "clerk", "supervisor", "admin")
)
STATION, SHELF = str(derived("station", VILLAGE)), str(derived("stock", derived("station", VILLAGE), "YUSAN-01"))
ACCOUNT, HOUSE, EXCHANGE = (str(derived("audited", name)) for name in ("account", "house", "exchange"))
TAKING = str(derived("taking", ACCOUNT))
LISTING = f"station/{STATION}@4"
Changes = Mapping[str, Mapping[str, Any]]


def event(label: str, type_: str, stream: str, by: str, role: str, data: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "label": label,
        "type": type_,
        "stream": stream,
        "by": by,
        "role": role,
        "data": data,
        "cmd": label,
        "on": DAY,
        "at": f"{DAY}T00:00:00.000000Z",
        **more,
    }


def station() -> list[dict[str, Any]]:
    """A station with a keeper and a deputy, ten umbrellas at 10.00 yuan, and a holder with his son."""
    kept = {"since": DAY}
    rule = {"division": COUNTY, "since": "2026-01-01", "cash_top_up": True}
    limits = [{"period": "month", "quantity": 5, "sku": "YUSAN-01"}]
    umbrella = {"sku": "YUSAN-01", "title": "雨伞", "unit": "把", "points_price": 60, "cash_price_fen": 1800}
    bought = {"station_id": STATION, "sku": "YUSAN-01", "quantity": 10, "unit_cost_fen": 1000}
    paper = {"origin": "purchase", "document": "1号"}
    found = [
        event("rule", "points_rule.published/1", COUNTY, ADMIN, "administrator", {**rule, "exchange_limits": limits}),
        event(
            "account",
            "points_account.opened/1",
            ACCOUNT,
            ADMIN,
            "administrator",
            {"kind": "person", "holder_id": HOLDER, "division": VILLAGE},
        ),
        event(
            "opened",
            "station.opened/1",
            STATION,
            ADMIN,
            "administrator",
            {"division": VILLAGE, "name": "驿站", "opened_on": DAY},
        ),
        event("keeper", "station.keeper_named/1", STATION, ADMIN, "administrator", {"keeper_id": KEEPER, **kept}),
        event("deputy", "station.keeper_named/1", STATION, ADMIN, "administrator", {"keeper_id": DEPUTY, **kept}),
        event(
            "listed",
            "station.item_listed/1",
            STATION,
            ADMIN,
            "administrator",
            {**umbrella, "return_days": 7, **kept},
            seq=4,
        ),
        event("received", "stock.received/1", SHELF, KEEPER, "station_keeper", {**bought, **paper}),
    ]
    for number, person in enumerate((HOLDER, SON)):
        home = {"person_id": person, "household_id": HOUSE, "since": "2020-01-01"}
        found.append(
            event(f"home{number}", "residence.taken/1", str(derived("home", person)), ADMIN, "administrator", home)
        )
    return found


def exchanged() -> list[dict[str, Any]]:
    """Two umbrellas go out at noon; one comes back on the next day."""
    noon = f"{DAY}T04:00:00.000000Z"
    asked = {
        "account_id": ACCOUNT,
        "authoriser_id": HOLDER,
        "channel": "code",
        "valid_until": f"{DAY}T04:09:00.000000Z",
    }
    line = {"sku": "YUSAN-01", "quantity": 2, "points_each": 60, "listing": LISTING, "cost_fen": 2000}
    made = {
        "station_id": STATION,
        "account_id": ACCOUNT,
        "keeper_id": KEEPER,
        "collector_id": HOLDER,
        "channel": "code",
    }
    paid = {"lines": [line], "points": 120, "made_on": DAY}
    taken = {"account_id": ACCOUNT, "taken_on": DAY, "goods": [{"sku": "YUSAN-01", "quantity": 2}]}
    back = {"keeper_id": DEPUTY, "reason": "伞骨断了", "points": 60}
    half = {"lines": [{"sku": "YUSAN-01", "quantity": 1, "cost_fen": 1000}]}
    given = {"taken_on": DAY, "goods": [{"sku": "YUSAN-01", "quantity": 1}]}
    of = {"exchange_id": EXCHANGE}
    served = {"cmd": "made", "at": noon}
    returned = {"cmd": "back", "on": NEXT_DAY, "at": f"{NEXT_DAY}T04:00:00.000000Z"}
    keeper, deputy = (KEEPER, "station_keeper"), (DEPUTY, "station_keeper")
    return [
        event("asked", "exchange.authorised/1", EXCHANGE, HOLDER, "member", asked, at=noon),
        event("made", "exchange.made/1", EXCHANGE, *keeper, {**made, **paid}, **served),
        event(
            "redeemed", "points.redeemed/1", ACCOUNT, *keeper, {**of, "station_id": STATION, "points": 120}, **served
        ),
        event("issued", "stock.issued/1", SHELF, *keeper, {**of, "quantity": 2, "cost_fen": 2000}, **served),
        event("taken", "taking.recorded/1", TAKING, *keeper, {**of, **taken}, **served),
        event("back", "exchange.returned/1", EXCHANGE, *deputy, {**back, **half}, **returned),
        event(
            "restored", "points.restored/1", ACCOUNT, *deputy, {**of, "station_id": STATION, "points": 60}, **returned
        ),
        event("shelved", "stock.taken_back/1", SHELF, *deputy, {**of, "quantity": 1, "cost_fen": 1000}, **returned),
        event("given", "taking.given_back/1", TAKING, *deputy, {**of, **given}, **returned),
    ]


def counted() -> list[dict[str, Any]]:
    """Eight lie there, the book says nine; a second person agrees. Then one is lost."""
    short = {"counted_on": DAY, "counted": 8, "difference": -1, "reason": "雨天借出未还", "counter_id": KEEPER}
    by_two = {"proposer_id": KEEPER, "second_id": SUPERVISOR}
    lost = {"quantity": 1, "reason": "受潮发霉"}
    keeper, supervisor = (KEEPER, "station_keeper"), (SUPERVISOR, "village_supervisor")
    booked = {"difference": -1, "reason": "雨天借出未还", "cost_fen": -1000, **by_two}
    return [
        event("counted", "stock.counted/1", SHELF, *keeper, short, on=NEXT_DAY),
        event("adjusted", "stock.adjusted/1", SHELF, *supervisor, booked, on=NEXT_DAY),
        event("lost", "stock.write_off_proposed/1", SHELF, *keeper, {**lost, "proposer_id": KEEPER}, on=NEXT_DAY),
        event(
            "written_off", "stock.written_off/1", SHELF, *supervisor, {**lost, "cost_fen": 1000, **by_two}, on=NEXT_DAY
        ),
    ]


def findings(
    changes: Changes, *, more: list[dict[str, Any]] | None = None, before: list[dict[str, Any]] | None = None
) -> list[str]:
    """The codes that are found; a change replaces what it names in an event, `out` leaves the event out.

    `more` comes after everything, `before` right before the exchange is made.
    """
    findings, book = Findings(), Book()
    stations = Stations(findings)
    rules = (stations, Exchanges(findings, stations))
    for number, person in enumerate((KEEPER, DEPUTY)):
        role = {"role": "station_keeper", "area": VILLAGE, "since": "2020-01-01"}
        book.apply(entry(-1 - number, event("role", "person.role_granted/1", person, ADMIN, "administrator", role)))
    asked, *went_on = exchanged()
    story = [*station(), asked, *(before or []), *went_on, *counted(), *(more or [])]
    for index, told in enumerate(story):
        change = dict(changes.get(told["label"], {}))
        if change.pop("out", False):
            continue
        outer = {name: change.pop(name) for name in ("by", "role", "on", "at", "cmd") if name in change}
        made = entry(index, {**told, **outer, "data": {**told["data"], **change}})
        for rule in rules:
            if made.type in rule.types:
                rule.see(made, book)
        book.apply(made)
    for rule in rules:
        rule.finish(book)
    (result,) = [one for one in findings.results() if one.check is Check.STATIONS]
    for one in result.findings:
        SENTENCES[one.code].format(**one.facts)
    return [one.code.removeprefix("stations.") for one in result.findings]


def entry(index: int, told: dict[str, Any]) -> Entry:
    category = "points_account" if told["type"].startswith("points.") else told["type"].partition(".")[0]
    line = (
        category,
        told["stream"],
        told.get("seq", 1),
        told["type"],
        told["at"],
        told["on"],
        told["by"],
        told["role"],
    )
    return Entry(
        index, "entries/000", 0, "", b"", b"", "test.example", *line, told["cmd"], told.get("cause"), told["data"], ()
    )


def test_the_story_is_right() -> None:
    assert findings({}) == []
    for told in [*exchanged(), *counted()]:
        if told["type"].partition(".")[0] in ("exchange", "stock", "taking"):
            assert shapes.faults(told["type"], told["data"]) == []


@pytest.mark.parametrize(
    ("label", "change", "code"),
    [
        ("opened", {"division": COUNTY}, "not_a_village"),
        ("listed", {"since": "2026-11-21"}, "backdated"),
        ("received", {"by": CLERK}, "not_its_keeper"),
        ("received", {"out": True}, "no_goods"),
        ("asked", {"out": True}, "no_authorisation"),
        ("asked", {"by": SON}, "signed_by_another"),
        ("asked", {"by": CLERK, "authoriser_id": CLERK}, "not_entitled"),
        ("asked", {"by": CLERK, "authoriser_id": CLERK, "channel": "family"}, "not_entitled"),
        ("asked", {"by": CLERK, "authoriser_id": CLERK, "channel": "staff", "role": "member"}, "not_entitled"),
        ("asked", {"valid_until": f"{DAY}T04:11:00.000000Z"}, "code_too_long"),
        ("asked", {"points_max": 100}, "not_as_authorised"),
        ("made", {"at": f"{DAY}T04:20:00.000000Z"}, "code_expired"),
        ("made", {"collector_id": SON}, "not_as_authorised"),
        ("made", {"made_on": NEXT_DAY}, "not_as_authorised"),
        ("made", {"keeper_id": DEPUTY}, "not_its_keeper"),
        ("made", {"by": HOLDER, "keeper_id": HOLDER}, "served_oneself"),
        ("made", {"by": SON, "keeper_id": SON}, "served_oneself"),
        ("made", {"role": "village_accountant"}, "served_oneself"),
        ("made", {"points": 60}, "paid"),
        ("made", {"cash_fen": 100}, "paid"),
        ("made", {"points": 110, "cash_fen": 299}, "paid"),
        ("redeemed", {"points": 60}, "exchange_incomplete"),
        ("redeemed", {"out": True}, "exchange_incomplete"),
        ("redeemed", {"cmd": "later"}, "without_exchange"),
        ("issued", {"quantity": 1}, "without_exchange"),
        ("issued", {"out": True}, "exchange_incomplete"),
        ("issued", {"cost_fen": 1}, "cost"),
        ("taken", {"taken_on": NEXT_DAY}, "without_exchange"),
        ("taken", {"out": True}, "exchange_incomplete"),
        ("made", {"out": True}, "without_exchange"),
        ("back", {"on": "2026-12-22"}, "returned_late"),
        ("back", {"points": 120}, "paid"),
        ("back", {"by": HOLDER, "keeper_id": HOLDER}, "served_oneself"),
        ("back", {"by": SON, "keeper_id": SON}, "served_oneself"),
        ("back", {"lines": [{"sku": "YUSAN-01", "quantity": 3, "cost_fen": 3000}]}, "nothing_to_return"),
        ("restored", {"points": 61}, "without_exchange"),
        ("shelved", {"out": True}, "exchange_incomplete"),
        ("given", {"out": True}, "exchange_incomplete"),
        ("counted", {"difference": -2}, "difference"),
        ("counted", {"by": DEPUTY}, "signed_by_another"),
        ("counted", {"reason": "无"}, "no_reason"),
        ("adjusted", {"by": KEEPER, "second_id": KEEPER}, "one_person"),
        ("adjusted", {"second_id": CLERK}, "signed_by_another"),
        ("adjusted", {"difference": -2}, "not_as_proposed"),
        ("adjusted", {"cost_fen": -1}, "cost"),
        ("adjusted", {"out": True}, "waits_already"),
        ("lost", {"out": True}, "one_person"),
        ("written_off", {"quantity": 2}, "not_as_proposed"),
        ("written_off", {"proposer_id": SUPERVISOR}, "not_as_proposed"),
    ],
)
def test_whatever_is_not_so_is_found(label: str, change: dict[str, Any], code: str) -> None:
    assert code in findings({label: change})


@pytest.mark.parametrize("kind", ["person", "household"])
def test_nothing_is_spent_for_whom_is_dead_or_for_a_household_of_the_dead(kind: str) -> None:
    holder = {"kind": kind, "holder_id": HOLDER if kind == "person" else HOUSE}
    deaths = [
        event(
            f"death{number}",
            "household.person_left/1",
            HOUSE,
            ADMIN,
            "administrator",
            {"person_id": person, "last_day": DAY, "reason": "died"},
        )
        for number, person in enumerate((HOLDER, SON))
    ]
    back = {"person_id": HOLDER, "since": DAY, "reason": "correction"}
    alive = event("alive", "household.person_joined/1", HOUSE, ADMIN, "administrator", back)
    assert findings({"account": holder}, before=deaths[1:]) == []
    assert findings({"account": holder}, before=deaths) == ["nobody_left"]
    assert findings({"account": holder}, before=[*deaths, alive]) == []


def test_a_code_that_was_taken_back_and_a_station_out_of_reach_and_a_paper_used_twice() -> None:
    noon = f"{DAY}T04:01:00.000000Z"
    gone = ("withdrawn", "exchange.withdrawn/1", EXCHANGE)
    own = event(*gone, HOLDER, "member", {"withdrawer_id": HOLDER}, at=noon)
    assert findings({}, more=[own]) == ["code_withdrawn"], "it was used before"
    assert "code_withdrawn" in findings({}, before=[own])
    by_another = event(*gone, CLERK, "member", {"withdrawer_id": CLERK}, at=noon)
    assert "code_withdrawn" in findings({"made": {"out": True}}, before=[by_another])
    elsewhere = {"account": {"division": "361125100202"}}
    assert findings(elsewhere) == []
    assert findings({**elsewhere, "rule": {"exchange_within": "village"}}) == ["outside_reach"]
    given = {**station()[6], "label": "gift", "cmd": "gift", "seq": 8}
    for origin in ("donation", "purchase"):
        gift = {**given, "data": {**given["data"], "origin": origin, "document": "单（1）号", "quantity": 1}}
        again = {**gift, "label": "again", "cmd": "again", "data": {**gift["data"], "document": "单(1) 号"}}
        assert "slip_twice" in findings({}, more=[gift, again])
        assert "slip_twice" not in findings({}, more=[gift])


def test_the_paper_of_a_donation_serves_at_another_station_with_a_reason_only() -> None:
    other = str(derived("station", "361125001202"))
    words = {"sku": "YUSAN-01", "document": "捐赠单（7）号"}
    given = {**words, "station_id": STATION, "quantity": 1, "unit_cost_fen": 0, "origin": "donation"}
    opened = {"division": "361125001202", "name": "驿站", "opened_on": DAY}
    first = [
        event("other", "station.opened/1", other, ADMIN, "administrator", opened),
        event("gift", "stock.received/1", SHELF, KEEPER, "station_keeper", given),
    ]
    slip = str(derived("donation_slip", "捐赠单〔7〕号"))

    def again(reason: str | None, **said: str) -> list[dict[str, Any]]:
        used = {**words, "station_id": other, "division": "361125001202", "reason": reason, **said}
        shelf = str(derived("stock", other, "YUSAN-01"))
        there = {**given, "station_id": other, "document": "捐赠单(7) 号"}
        return [
            event("slip", "donation_slip.used/1", slip, ADMIN, "administrator", used, seq=2),
            event("there", "stock.received/1", shelf, ADMIN, "administrator", there, cause=f"donation_slip/{slip}@2"),
        ]

    assert findings({}, more=[*first, *again("两村各分一把")]) == []
    for unexplained in (again(None), again("分"), again("两村各分一把", sku="XIYIYE"), again("两村各分一把")[1:]):
        assert findings({}, more=[*first, *unexplained]) == ["slip_elsewhere"]
    assert findings({}, more=[first[0], *again(None)]) == [], "whoever is first needs no reason"


def test_cash_makes_up_for_points_only_as_the_rule_and_the_list_say() -> None:
    paid = {"points": 110, "cash_fen": 300}
    rest = {"redeemed": {"points": 110}}
    assert findings({"made": paid, **rest}) == []
    assert "paid" in findings({"made": paid, **rest, "rule": {"cash_top_up": False}})
    assert "paid" in findings({"made": paid, **rest, "listed": {"cash_price_fen": None}})


def test_a_price_that_is_not_that_of_the_day_and_a_limit_that_was_passed() -> None:
    line = {"sku": "YUSAN-01", "quantity": 2, "points_each": 50, "listing": LISTING, "cost_fen": 2000}
    assert "price" in findings({"made": {"lines": [line], "points": 100}, "redeemed": {"points": 100}})
    other = {**line, "points_each": 60, "listing": f"station/{STATION}@5"}
    assert "price" in findings({"made": {"lines": [other]}})
    tight = [{"period": "year", "quantity": 1}]
    assert "limit" in findings({"rule": {"exchange_limits": tight}})


def test_a_price_is_not_replaced_on_the_day_it_is_in_force_and_nothing_is_served_after_the_close() -> None:
    twice = {**station()[5], "label": "again", "cmd": "again", "seq": 6}
    assert findings({}, more=[twice]) == ["price_replaced"]
    later = {**twice, "data": {**twice["data"], "since": NEXT_DAY}}
    corrected = {**later, "label": "corrected", "cmd": "corrected", "seq": 7}
    assert findings({}, more=[later, corrected]) == [], "a price that has not begun gives way to another"
    closed = event(
        "closed", "station.closed/1", STATION, ADMIN, "administrator", {"last_day": NEXT_DAY, "reason": "merged"}
    )
    later = {**station()[6], "label": "later", "cmd": "later", "on": NEXT_DAY}
    later["data"] = {**later["data"], "document": "2号"}
    assert findings({}, more=[closed]) == ["closed_with_goods"]
    assert findings({}, more=[closed, later]) == ["closed_with_goods", "not_open"]


def test_what_it_breaks_of_the_twenty_five() -> None:
    known = {15: "difference", 12: "one_person"}
    changes: dict[int, Changes] = {15: {"counted": {"difference": -2}}, 12: {"adjusted": {"by": KEEPER}}}
    for number, code in known.items():
        assert code in findings(changes[number])
        told = Findings()
        told.add(f"stations.{code}", entry(0, station()[0]).place)
        (one,) = [found for result in told.results() for found in result.findings]
        assert number_of(one) == number
