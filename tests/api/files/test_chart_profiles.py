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


def test_together_they_name_the_accounts_of_every_posting() -> None:
    uses = {use.role: use.account for chart in SHIPPED for use in reversed(chart.uses)}  # of several, the first
    assert uses == {role: control_of(account) for role, account in USED.items()}
    assert accounts.SHIPPED.chart in {f"{chart.code}/1" for chart in SHIPPED}
