"""Names and numbers of accounts: by the chart in force, by the program's own words where no chart speaks."""

from api.books.names import Names, standing, subsidiary_of
from api.files.chart_profiles import chart_names, load_chart
from projections.charts import AccountNamed

ID = "0d4f3a52-5d0f-4b8e-9f6c-0a4a6b2d7c11"
BY_CHART = Names(
    {
        one.account: AccountNamed(one.account, number, one.name, one.side, one.parent, chart.code)
        for chart in map(load_chart, chart_names())
        for number, one in enumerate(chart.accounts, start=1)
    }
)


def test_numbers_follow_the_chart() -> None:
    accounts = ("fin:1011", "fin:2307", f"fin:2307:payee:{ID}", "fin:2307:returned", "ind:appropriated", "ind:lapsed")
    assert [BY_CHART.code(account) for account in accounts] == ["1011", "2307", "230701", "230703", "01", "05"]
    codes = [BY_CHART.code(account) for account in BY_CHART.accounts]
    assert len(set(codes)) == len(codes)


def test_names_and_sides() -> None:
    assert BY_CHART.of(f"fin:2307:payee:{ID}") == "其他应付款—应付网格员"
    assert (BY_CHART.side("fin:1011"), BY_CHART.side("fin:4001"), BY_CHART.side("fin:9999")) == ("借", "贷", "")
    assert BY_CHART.listed(["fin:1011", "fin:1011", "fin:5001"]) == "零余额账户用款额度、业务活动费用"
    assert Names().of("fin:1011") == "零余额账户用款额度"
    assert Names().code(f"fin:2307:payee:{ID}") == "2307.payee"


def test_whose_and_where() -> None:
    assert (subsidiary_of(f"fin:2307:payee:{ID}"), subsidiary_of("fin:1011")) == (ID, "")
    assert subsidiary_of(f"pts:held:{ID}:reports") == f"{ID}:reports"
    assert [standing(balance) for balance in (5, -5, 0)] == ["借", "贷", "平"]
