"""The charts that come with the program name what its postings use, as its own words do."""

from uuid import UUID

import pytest

from api.commands.charts import NewChart
from api.files.chart_profiles import chart_names, load_chart
from domain import accounts
from domain.charts import publish
from domain.trial_balance import control_of

SHIPPED = [load_chart(name) for name in chart_names()]
ID = UUID(int=7)

USED = {
    "funds": accounts.FUNDS,
    "payable": accounts.payable(ID),
    "in_transit": accounts.in_transit(ID),
    "returned": accounts.returned(ID),
    "grant_income": accounts.GRANT_INCOME,
    "expense": accounts.EXPENSE,
    "budget_income": accounts.BUDGET_INCOME,
    "budget_spending": accounts.BUDGET_SPENDING,
    "budget_funds": accounts.BUDGET_FUNDS,
    "budget_carried_over": accounts.BUDGET_CARRIED_OVER,
    "appropriated": accounts.appropriated(ID),
    "available": accounts.available(ID),
    "committed": accounts.committed(ID),
    "spent": accounts.spent(ID),
    "lapsed": accounts.lapsed(ID),
    "claim_loss": accounts.CLAIM_LOSS,
    "other_income": accounts.OTHER_INCOME,
    "budget_other_income": accounts.BUDGET_OTHER_INCOME,
}


@pytest.mark.parametrize("chart", SHIPPED, ids=lambda chart: chart.code)
def test_each_can_be_published(chart: NewChart) -> None:
    found = publish(
        None,
        code=chart.code,
        system=chart.system,
        accounts=chart.accounts,
        uses=chart.uses,
        document=chart.document,
    )
    assert found.name == f"{chart.code}/1"


VILLAGE_ACCOUNTS = """
101 库存现金 102 银行存款 111 短期投资 112 应收款 113 内部往来 121 库存物资 131 消耗性生物资产 132 生产性生物资产
133 生产性生物资产累计折旧 134 公益性生物资产 141 长期投资 151 固定资产 152 累计折旧 153 在建工程 154 固定资产清理
161 无形资产 162 累计摊销 171 长期待摊费用 181 待处理财产损溢 201 短期借款 211 应付款 212 应付工资 213 应付劳务费
214 应交税费 221 长期借款及应付款 231 一事一议资金 241 专项应付款 301 资本 311 公积公益金 321 本年收益 322 收益分配
401 生产（劳务）成本 501 经营收入 502 投资收益 503 补助收入 504 其他收入 511 经营支出 512 税金及附加 513 管理费用
514 公益支出 515 其他支出 521 所得税费用
"""
"""The 42 accounts of 财会〔2023〕14号, in their order."""


def test_a_village_keeps_its_book_by_the_accounts_of_the_regulation() -> None:
    own = [one for one in load_chart("village-2023").accounts if not one.account.endswith(":party")]
    assert [word for one in own for word in (one.account.removeprefix("vil:"), one.name)] == VILLAGE_ACCOUNTS.split()
    assert {one.name for one in own if one.account < "vil:2" and one.side == "credit"} == {
        "生产性生物资产累计折旧",
        "累计折旧",
        "累计摊销",
    }


def test_together_they_name_the_accounts_of_every_posting() -> None:
    uses = {use.role: use.account for chart in SHIPPED for use in reversed(chart.uses)}  # of several, the first
    assert uses == {role: control_of(account) for role, account in USED.items()}
    assert accounts.SHIPPED.chart in {f"{chart.code}/1" for chart in SHIPPED}
