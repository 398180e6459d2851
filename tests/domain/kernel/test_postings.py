"""What leaves one account arrives in another, per book and commodity."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import accounts
from domain.kernel.ids import derived
from domain.kernel.money import Fen
from domain.kernel.postings import CNY, PTS, Posting, UnbalancedPostings, book_of, check_balanced, move

PAYEE, BATCH, BUDGET = (derived("test", name) for name in "abc")
AMOUNTS = st.integers(1, 2**53 - 1).map(Fen)


@pytest.mark.parametrize(
    ("postings", "complaint"),
    [
        ([Posting("fin:1011", CNY, 1)], "fin CNY"),
        ([Posting("fin:1011", CNY, 0)], "zero"),
        ([Posting("fin:1011", CNY, 1), Posting("bud:8001", CNY, -1)], "bud CNY -1, fin CNY"),
        ([*move(CNY, 5, debit="fin:a", credit="fin:b"), *move(PTS, 5, debit="pts:a", credit="pts:b")], "CNY and PTS"),
        ([Posting("stk:a", "rice", 1), Posting("stk:b", "umbrella", -1)], "rice"),
    ],
)
def test_one_sided_empty_or_mixed_postings_are_refused(postings, complaint):
    with pytest.raises(UnbalancedPostings, match=complaint):
        check_balanced(postings)


def test_an_account_names_its_book():
    assert book_of(accounts.payable(PAYEE)) == "fin"
    assert book_of("vil-361125001201:101") == "vil-361125001201"


@given(amount_fen=AMOUNTS)
def test_every_kind_of_movement_balances_in_every_book(amount_fen):
    check_balanced(accounts.budget_appropriated(BUDGET, amount_fen))
    check_balanced(accounts.reward_granted(PAYEE, BUDGET, amount_fen))
    check_balanced(accounts.reward_reversed(PAYEE, BUDGET, amount_fen))
    check_balanced(accounts.payment_approved(PAYEE, BATCH, amount_fen))
    check_balanced(accounts.payment_settled(BATCH, BUDGET, amount_fen))
    check_balanced(accounts.payment_failed(PAYEE, BATCH, amount_fen))


@given(amount_fen=AMOUNTS)
def test_a_reward_granted_approved_and_settled_leaves_nothing_owed(amount_fen):
    postings = [
        *accounts.budget_appropriated(BUDGET, amount_fen),
        *accounts.reward_granted(PAYEE, BUDGET, amount_fen),
        *accounts.payment_approved(PAYEE, BATCH, amount_fen),
        *accounts.payment_settled(BATCH, BUDGET, amount_fen),
    ]
    balance = {account: sum(p.amount for p in postings if p.account == account) for account, _, _ in postings}
    for account in (
        accounts.payable(PAYEE),
        accounts.in_transit(BATCH),
        accounts.committed(BUDGET),
        accounts.available(BUDGET),
        accounts.FUNDS,
        accounts.BUDGET_FUNDS,
    ):
        assert balance[account] == 0
    assert (
        balance[accounts.EXPENSE] == balance[accounts.BUDGET_SPENDING] == balance[accounts.spent(BUDGET)] == amount_fen
    )


@pytest.mark.parametrize(
    ("account", "limit"),
    [
        (accounts.available(BUDGET), 1),
        (accounts.committed(BUDGET), 1),
        (accounts.spent(BUDGET), 1),
        (accounts.FUNDS, 1),
        (accounts.payable(PAYEE), -1),
        (accounts.in_transit(BATCH), -1),
        ("pts:held:x", 1),
        ("stk:on_hand:x", 1),
        (accounts.EXPENSE, 0),
        (accounts.GRANT_INCOME, 0),
        (accounts.BUDGET_FUNDS, 0),
        (accounts.appropriated(BUDGET), 0),
    ],
)
def test_what_may_not_pass_zero(account, limit):
    assert accounts.limit_of(account) == limit
