"""Rules and accounts of points over the API: published, tried, earned, deducted, taken back, expired, and explained."""

from datetime import timedelta
from typing import Any

import pytest

from api.commands.shared import today
from tests.api.web.county import COUNTY, VILLAGE, County

RULE: dict[str, Any] = {
    "holder": "person",
    "categories": [{"code": "report", "title": "上报事件"}, {"code": "order", "title": "环境与秩序"}],
    "items": [
        {"code": "report", "category": "report", "title": "有效线索", "points": 5, "unit": "each"},
        {"code": "littering", "category": "order", "title": "乱倒垃圾", "points": -2, "unit": "each"},
    ],
    "caps": [{"scope": "person", "period": "day", "points": 8}],
    "expires_after_months": 1,
    "cash_top_up": False,
    "debt_from_deductions": False,
}


def test_the_life_of_points_over_the_api(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    day = today(county.app)
    since = (day - timedelta(days=400)).isoformat()
    program = county.program("chenjing")
    before = [county.rewarded() for _ in range(2)]
    assert len(before) == 2
    tried = county.post(
        "chenjing",
        "/points-rules/trials",
        {"division": COUNTY, "since": since, "until": day.isoformat(), "rule": RULE},
    )
    assert tried.status_code == 200, tried.text
    assert {name: tried.json()[name] for name in ("points", "gave", "accounts")} == {
        "points": 8,
        "gave": 0,
        "accounts": 1,
    }
    assert county.program("chenjing").get("/api/v1/points-accounts").json() == []

    published = {"division": COUNTY, "since": since, "document": "横文明〔2026〕1号", "rule": RULE}
    assert county.post("chenjing", "/points-rules", published).status_code == 201
    again = county.post("chenjing", "/points-rules", published)
    assert (again.status_code, again.json()["code"]) == (409, "points_rule.since_not_future")
    wrong = {**published, "since": "2090-01-01", "rule": {**RULE, "items": []}, "document": "x"}
    wrong["rule"]["caps"] = []
    refused = county.post("chenjing", "/points-rules", wrong)
    assert (refused.status_code, refused.json()["code"]) == (409, "points_rule.says_nothing")
    layers = program.get(f"/api/v1/points-rules?division={VILLAGE}").json()["layers"]
    assert [(one["division"], one["version"], len(one["items"])) for one in layers] == [(COUNTY, 1, 2)]

    county.rewarded()
    (account,) = program.get("/api/v1/points-accounts").json()
    path = f"/api/v1/points-accounts/{account['account_id']}"
    assert (account["held"], account["debt"]) == (5, 0)

    littering = {"item": "littering", "division": VILLAGE, "deed_on": day.isoformat(), "document": "村规〔2026〕3号"}
    person = str(county.people["zhangjianguo"].person_id)
    deducted = county.post("chenjing", "/points-deductions", {"deductions": [{**littering, "person_id": person}]})
    assert deducted.status_code == 201, deducted.text
    unheard = {**littering, "item": "unheard_of", "person_id": person}
    refused = county.post("chenjing", "/points-deductions", {"deductions": [unheard]})
    assert refused.json()["code"] == "points_rule.item_unknown"
    own = {**littering, "person_id": str(county.people["chenjing"].person_id)}
    assert county.post("chenjing", "/points-deductions", {"deductions": [own]}).json()["code"] == "chain.acted_twice"

    back = f"/points-accounts/{account['account_id']}/reversals"
    assert county.post("chenjing", back, {"number": 3, "reason": "认错了人"}).status_code == 201
    twice = county.post("chenjing", back, {"number": 3, "reason": "认错了人"})
    assert (twice.status_code, twice.json()["code"]) == (409, "points.already_reversed")
    entries = program.get(f"{path}/entries").json()
    assert [one["type"].partition("/")[0] for one in entries] == [
        "points.given_back",
        "points.deducted",
        "points.granted",
        "points_account.opened",
    ]
    assert program.get(f"{path}/entries?before=3&limit=1").json() == [entries[2]]

    later = county.app.journal.now() + timedelta(days=70)
    monkeypatch.setattr(county.app.journal, "_clock", lambda: later)
    assert county.post("chenjing", "/points-expiries", {"account_ids": [account["account_id"]]}).status_code == 201
    nothing = county.post("chenjing", "/points-expiries", {"account_ids": [account["account_id"]]})
    assert nothing.json()["code"] == "command.nothing_to_record"
    read = program.get(path).json()
    assert (read["account"]["held"], read["lots"]) == (0, [])


def test_who_may_not_see_or_do_it(county: County) -> None:
    member = county.program("zhangjianguo")
    assert member.get("/api/v1/points-accounts").json()["code"] == "access.may_not_read"
    unknown = "/api/v1/points-accounts/00000000-0000-4000-8000-000000000001"
    answer = county.program("chenjing").get(unknown)
    assert (answer.status_code, answer.json()["code"]) == (404, "points_account.unknown")
    rule = {"division": COUNTY, "since": "2090-01-01", "document": "x", "rule": RULE}
    assert county.post("lihe", "/points-rules", rule).json()["code"] == "authority.role_may_not"
