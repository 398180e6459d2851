"""The journals' accounts: named as the shipped charts name them, under the root that their code belongs to."""

import tomllib
from pathlib import Path

import pytest

from api.files import toml_profiles
from audit.journals import controls, path_of
from audit.wording import ACCOUNT_NAMES

CHARTS = Path(toml_profiles.__file__).parent / "profiles/charts"
UUID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"


def chart_accounts() -> list[tuple[str, str]]:
    charts = [tomllib.loads(path.read_text("utf-8")) for path in sorted(CHARTS.glob("*.toml"))]
    return [(one["account"], one["name"]) for chart in charts for one in chart["accounts"]]


def test_every_account_of_a_shipped_chart_has_its_name():
    # What villages' accounts are called, only the chart that was published says: other systems reuse their codes.
    found = {account: name for account, name in chart_accounts() if not account.startswith("vil:")}
    assert len(found) >= 15
    assert found == ACCOUNT_NAMES


@pytest.mark.parametrize(
    ("account", "path"),
    [
        ("fin:1011", "Assets:Fin:1011-零余额账户用款额度"),
        ("fin:1002", "Assets:Fin:1002-银行存款"),
        ("fin:4001", "Income:Fin:4001-财政拨款收入"),
        ("fin:5001", "Expenses:Fin:5001-业务活动费用"),
        ("fin:2307", "Liabilities:Fin:2307-其他应付款"),
        (f"fin:2307:payee:{UUID}", f"Liabilities:Fin:2307-其他应付款:Payee:U-{UUID}"),
        (f"fin:2307:returned:{UUID}", f"Liabilities:Fin:2307-其他应付款:Returned:U-{UUID}"),
        ("bud:6001", "Income:Bud:6001-财政拨款预算收入"),
        ("bud:7101", "Expenses:Bud:7101-行政支出"),
        ("bud:8001", "Assets:Bud:8001-资金结存"),
        ("bud:8101", "Equity:Bud:8101-财政拨款结转"),
        ("vil-361125001201:102", "Assets:Vil-361125001201:102"),
        (f"vil-361125001201:211:party:{UUID}", f"Liabilities:Vil-361125001201:211:Party:U-{UUID}"),
        ("vil-361125001201:514", "Income:Vil-361125001201:514"),
        (f"ind:lapsed:{UUID}", f"Assets:Ind:Lapsed:U-{UUID}"),
        (f"ind:appropriated:{UUID}", f"Equity:Ind:Appropriated:U-{UUID}"),
    ],
)
def test_an_account_stands_under_the_root_of_its_class(account, path):
    assert path_of(account) == path


def test_a_control_account_sums_up_and_has_its_own_within_it():
    assert controls("fin:1011") == ("fin:1011",)
    assert controls(f"fin:2307:payee:{UUID}") == ("fin:2307", "fin:2307:payee")
    assert controls(f"ind:spent:{UUID}") == ("ind:spent",)
