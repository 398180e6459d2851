"""The digest of a trial balance: the same for whoever adds up the same postings, another for any other figure."""

import hashlib

import pytest

from domain.trial_balance import ControlSum, control_of, trial_balance_digest

CASH, OWED = ControlSum("fin:1011", "CNY", 500, 200), ControlSum("fin:2307:payee", "CNY", 200, 500)


def test_it_is_the_hash_of_the_sorted_lines():
    text = "fin:1011 CNY 500 200\nfin:2307:payee CNY 200 500\n"
    assert trial_balance_digest([OWED, CASH]) == hashlib.sha256(text.encode()).hexdigest()
    assert trial_balance_digest([]) == hashlib.sha256(b"").hexdigest()


def test_order_and_untouched_accounts_change_nothing():
    untouched = ControlSum("fin:5001", "CNY", 0, 0)
    assert trial_balance_digest([CASH, OWED]) == trial_balance_digest([OWED, untouched, CASH])


@pytest.mark.parametrize(
    "other",
    [CASH._replace(debit=501), CASH._replace(credit=201), CASH._replace(commodity="PTS"), CASH._replace(control="x")],
)
def test_any_other_figure_is_another_digest(other: ControlSum):
    assert trial_balance_digest([other, OWED]) != trial_balance_digest([CASH, OWED])


def test_an_account_twice_or_a_negative_sum_is_no_trial_balance():
    with pytest.raises(ValueError, match="once"):
        trial_balance_digest([CASH, CASH._replace(debit=1)])
    with pytest.raises(ValueError, match="negative"):
        trial_balance_digest([CASH._replace(debit=-1)])


@pytest.mark.parametrize(
    ("account", "control"),
    [
        ("fin:1011", "fin:1011"),
        ("fin:2307:payee:0d4f3a52-5d0f-4b8e-9f6c-0a4a6b2d7c11", "fin:2307:payee"),
        ("pts:held:0d4f3a52-5d0f-4b8e-9f6c-0a4a6b2d7c11:reports", "pts:held"),
        ("vil-001:101", "vil-001:101"),
    ],
)
def test_a_control_account_is_what_stands_before_the_first_id(account: str, control: str):
    assert control_of(account) == control
