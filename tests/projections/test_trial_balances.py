"""The ledgers as sums: per account, per control account, as of a day, and every book at zero."""

from datetime import date

import psycopg
import pytest

from domain import accounts
from domain.trial_balance import control_of
from projections import trial_balances
from projections.trial_balances import AccountLine, AccountMonth
from tests.projections.story import FIRST_DAY, Story, person

END = date(2026, 12, 31)
RIDER = accounts.payable(person("rider"))


@pytest.mark.parametrize(
    ("account", "control"),
    [
        ("fin:1011", "fin:1011"),
        (RIDER, "fin:2307:payee"),
        (accounts.in_transit(person("batch")), "fin:2307:transit"),
        (accounts.available(person("budget")), "ind:available"),
        (f"pts:held:{person('rider')}:reports", "pts:held"),
    ],
)
def test_the_control_account_of_an_account(account: str, control: str) -> None:
    assert control_of(account) == control


def test_control_accounts(told: Story, reader: psycopg.Connection) -> None:
    found = {line.account: line for line in trial_balances.controls(reader, as_of=END)}
    assert found["fin:1011"] == AccountLine("fin:1011", "CNY", 10_000_000, 2_000, 9_998_000)
    assert found["fin:2307:payee"] == AccountLine("fin:2307:payee", "CNY", 7_000, 9_200, -2_200)
    assert found["fin:2307:transit"] == AccountLine("fin:2307:transit", "CNY", 3_500, 6_000, -2_500)
    assert found["fin:5001"] == AccountLine("fin:5001", "CNY", 7_700, 1_000, 6_700)
    assert found["ind:spent"].balance == found["bud:7101"].balance == 2_000
    assert [line.account for line in trial_balances.controls(reader, as_of=END, book="bud")] == [
        "bud:6001",
        "bud:7101",
        "bud:8001",
    ]


def test_subsidiaries_add_up_to_their_control_account(told: Story, reader: psycopg.Connection) -> None:
    payees = trial_balances.full(reader, as_of=END, control="fin:2307:payee")
    assert {line.account: line.balance for line in payees} == {
        RIDER: -700,
        accounts.payable(person("courier")): -1_500,
        accounts.payable(person("driver")): 0,
        accounts.payable(person("mistaken")): 0,
    }
    whole = trial_balances.full(reader, as_of=END)
    controls: dict[str, int] = {}
    for line in whole:
        controls[control_of(line.account)] = controls.get(control_of(line.account), 0) + line.balance
    assert controls == {line.account: line.balance for line in trial_balances.controls(reader, as_of=END)}


def test_books_are_zero_at_any_day(told: Story, reader: psycopg.Connection) -> None:
    assert trial_balances.books(reader, as_of=date(2025, 12, 31)) == []
    for day in (FIRST_DAY, date(2026, 2, 3), END):
        books = trial_balances.books(reader, as_of=day)
        assert [(book.book, book.balance) for book in books] == [("bud", 0), ("fin", 0), ("ind", 0)]
    assert trial_balances.position(reader) == len(told.entries)


def test_as_of_a_day_only_what_took_effect_until_then_counts(told: Story, reader: psycopg.Connection) -> None:
    (before,) = [one for one in trial_balances.full(reader, as_of=date(2026, 2, 2)) if one.account == RIDER]
    assert before == AccountLine(RIDER, "CNY", 0, 2_000, -2_000)


def test_an_account_month_by_month(told: Story, reader: psycopg.Connection) -> None:
    assert trial_balances.months(reader, RIDER, commodity="CNY") == [
        AccountMonth("2026-01", 0, 0, 2_000, -2_000),  # type: ignore[arg-type]
        AccountMonth("2026-02", -2_000, 2_000, 700, -700),  # type: ignore[arg-type]
    ]
    assert trial_balances.months(reader, "fin:2307:payee", commodity="CNY")[-1].closing == -2_200
    assert trial_balances.months(reader, "fin:9999", commodity="CNY") == []
