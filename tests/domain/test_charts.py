"""Charts of accounts: versions one after the other, and every way in which a chart is none."""

from dataclasses import replace

import pytest

from domain import charts
from domain.charts import ROLES, ChartAccount, ChartPublished, Use, publish
from tests.domain.scenarios import scenarios

given = scenarios(charts.evolve)

ACCOUNTS = (
    ChartAccount("ind:appropriated", "已下达", "credit"),
    ChartAccount("ind:available", "可用", "debit"),
    ChartAccount("ind:committed", "已占用", "debit"),
    ChartAccount("ind:spent", "已支出", "debit"),
    ChartAccount("ind:spent:late", "已支出—跨年", "debit", "ind:spent"),
    ChartAccount("ind:lapsed", "已收回", "debit"),
)
USES = tuple(Use(role, f"ind:{role}") for role, book in ROLES.items() if book == "ind")
NEW = {"code": "budget-control", "system": "自设", "accounts": ACCOUNTS, "uses": USES, "document": "说明"}
FIRST = ChartPublished(name="budget-control/1", system="自设", accounts=ACCOUNTS, uses=USES, document="说明")


def test_versions_follow_one_another():
    given().when(publish, **NEW).then(FIRST)
    other = (replace(ACCOUNTS[0], name="下达数"), *ACCOUNTS[1:])
    second = ChartPublished(name="budget-control/2", system="自设", accounts=other, uses=USES, document="说明")
    given(FIRST).when(publish, **{**NEW, "accounts": other}).then(second)
    state = charts.evolve(charts.evolve(None, FIRST), second)
    assert state.latest == second
    assert charts.code_of(second.name) == "budget-control"


def test_a_chart_of_a_book_that_postings_do_not_use_needs_no_uses():
    cash = (ChartAccount("vil-001:101", "库存现金", "debit"),)
    found = publish(None, code="village-2023", system="财会〔2023〕14号", accounts=cash, uses=(), document="说明")
    assert (found.name, found.accounts) == ("village-2023/1", cash)


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("chart.code_malformed", {"code": "Gov 2019"}),
        ("chart.no_accounts", {"accounts": ()}),
        ("chart.account_malformed", {"accounts": (*ACCOUNTS, ChartAccount("1011", "零余额", "debit"))}),
        ("chart.account_twice", {"accounts": (*ACCOUNTS, ACCOUNTS[0])}),
        ("chart.side_unknown", {"accounts": (replace(ACCOUNTS[0], side="left"), *ACCOUNTS[1:])}),
        ("chart.parent_missing", {"accounts": (*ACCOUNTS, ChartAccount("ind:x:y", "？", "debit", "ind:x"))}),
        ("chart.parent_missing", {"accounts": (*ACCOUNTS[:-1], replace(ACCOUNTS[-1], parent="ind:spent"))}),
        ("chart.role_unknown", {"uses": (*USES, Use("bribes", "ind:spent"))}),
        ("chart.role_twice", {"uses": (*USES, USES[0])}),
        ("chart.role_without_account", {"uses": (replace(USES[0], account="ind:other"), *USES[1:])}),
        ("chart.role_without_account", {"uses": (*USES, Use("funds", "ind:spent"))}),
        ("chart.role_missing", {"uses": USES[1:]}),
    ],
)
def test_what_is_no_chart_is_refused(code: str, changed: dict[str, object]):
    given().when(publish, **{**NEW, **changed}).refused(code)


def test_the_same_again_is_refused():
    given(FIRST).when(publish, **{**NEW, "document": "另一份说明"}).refused("chart.nothing_changed")
