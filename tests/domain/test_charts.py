"""Charts of accounts: versions one after the other, and every way in which a chart is none."""

from dataclasses import replace

import pytest

from domain import accounts, charts
from domain.charts import ROLES, ChartAccount, ChartPublished, Use, budget_accounts, publish
from domain.kernel.refusals import Refusal
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
        ("chart.role_unfit", {"uses": (replace(USES[0], account="ind:lapsed"), *USES[1:])}),
    ],
)
def test_what_is_no_chart_is_refused(code: str, changed: dict[str, object]):
    given().when(publish, **{**NEW, **changed}).refused(code)


def test_the_same_again_is_refused():
    given(FIRST).when(publish, **{**NEW, "document": "另一份说明"}).refused("chart.nothing_changed")


GOV = (
    Use("funds", "fin:1002"),
    Use("funds", "fin:1011"),
    Use("payable", "fin:2307:payee"),
    Use("in_transit", "fin:2307:transit"),
    Use("returned", "fin:2307:returned"),
    Use("grant_income", "fin:4001"),
    Use("expense", "fin:5101"),
    Use("budget_income", "bud:6001"),
    Use("budget_spending", "bud:7201"),
    Use("budget_funds", "bud:8001"),
    Use("budget_carried_over", "bud:8101"),
)


def with_uses(uses: tuple[Use, ...]) -> dict[str, object]:
    """A chart of the two accountings, with every account that its uses name and a few more."""
    named = {use.account for use in uses} | {"fin:1201", "fin:1002:icbc", "bud:8001:01"}
    named |= {account.rpartition(":")[0] for account in named if account.count(":") > 1}
    listed = tuple(ChartAccount(account, account, "debit") for account in sorted(named))
    return {"code": "gov-own", "system": "自设", "accounts": listed, "uses": uses, "document": "说明"}


def test_a_budget_takes_the_accounts_of_the_version_in_force():
    first = publish(None, **with_uses(GOV))
    chart = charts.evolve(None, first)
    own = accounts.BudgetAccounts(
        "gov-own/1", "fin:1002", "fin:4001", "fin:5101", "bud:6001", "bud:7201", "bud:8001", "bud:8101"
    )
    assert budget_accounts(chart, code="gov-own", funds=None) == own
    assert budget_accounts(chart, code="gov-own", funds="fin:1011") == replace(own, funds="fin:1011")
    swapped = publish(chart, **with_uses(charts.with_funds_first(GOV, funds="fin:1011")))
    later = budget_accounts(charts.evolve(chart, swapped), code="gov-own", funds=None)
    assert later == replace(own, chart="gov-own/2", funds="fin:1011")
    assert budget_accounts(None, code="gov-own", funds=None) is None


@pytest.mark.parametrize(
    ("code", "published", "funds"),
    [
        ("chart.not_published", None, "fin:1002"),
        ("chart.role_missing", FIRST, None),
        ("chart.funds_unmarked", publish(None, **with_uses(GOV)), "fin:1201"),
    ],
)
def test_no_budget_begins_with_accounts_that_no_chart_gives(
    code: str, published: ChartPublished | None, funds: str | None
):
    chart = charts.evolve(None, published) if published is not None else None
    with pytest.raises(Refusal) as refused:
        budget_accounts(chart, code="gov-own", funds=funds)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("role", "account", "fits"),
    [
        ("funds", "fin:1002:icbc", True),
        ("funds", "fin:1201", False),
        ("budget_funds", "bud:8001:01", True),
        ("budget_funds", "bud:8101", False),
        ("payable", "fin:2307:transit", False),
        ("expense", "fin:2307", False),
        ("expense", "fin:1002:icbc", False),
        ("budget_spending", "bud:8001:01", False),
        ("budget_spending", "bud:7101", True),
    ],
)
def test_money_stands_on_accounts_of_money_and_nothing_else_does(role: str, account: str, fits: bool):
    assert charts.fits(role, account) is fits
    others = tuple(use for use in GOV if use.role != role)
    made = with_uses((*others, Use(role, account)))
    if fits:
        assert Use(role, account) in publish(None, **made).uses
    else:
        given().when(publish, **made).refused("chart.role_unfit")
