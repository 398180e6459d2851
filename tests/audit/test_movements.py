"""What rules take from a set of postings is what the postings say, one by one."""

import pytest

from audit.movements import movement_of

PAYEE, BATCH, BUDGET = (f"0000000{n}-0000-4000-8000-000000000000" for n in (1, 2, 3))


def test_a_settled_payment_moves_cash_in_both_books_and_the_budget():
    moved = movement_of(
        (
            (f"fin:2307:transit:{BATCH}", "CNY", 1000),
            ("fin:1011", "CNY", -1000),
            ("bud:7101", "CNY", 1000),
            ("bud:8001", "CNY", -1000),
            (f"ind:spent:{BUDGET}", "CNY", 1000),
            (f"ind:committed:{BUDGET}", "CNY", -1000),
        )
    )
    assert moved.apart == ()
    assert moved.cash == (-1000, -1000)
    assert (moved.batches, moved.payees, moved.available) == ((BATCH,), (), ())
    assert moved.budgets == (BUDGET, BUDGET)
    assert (("fin:2307:transit", "CNY"), 1000, 0) in moved.sides
    assert (("ind:committed", "CNY"), 0, 1000) in moved.sides


def test_both_sides_of_one_control_account_are_kept_apart():
    moved = movement_of(((f"fin:2307:payee:{PAYEE}", "CNY", -700), (f"fin:2307:payee:{BATCH}", "CNY", 300)))
    assert moved.sides == ((("fin:2307:payee", "CNY"), 300, 700),)
    assert moved.apart == ((("fin", "CNY"), -400),)
    assert moved.payees == (PAYEE, BATCH)


@pytest.mark.parametrize(
    ("account", "held"),
    [("stk:on_hand:station:soap", True), ("stk:received:station", False)],
)
def test_goods_are_told_by_their_station(account, held):
    assert movement_of(((account, "SOAP", 5),)).holdings == ((("stk:station", "SOAP"), held, 5),)


def test_points_are_told_by_their_account():
    moved = movement_of((("pts:held:anna", "PTS", 5), ("pts:granted:task", "PTS", -5)))
    assert (moved.points, moved.holdings) == ((("held:anna", 5), ("granted:task", -5)), ())


def test_what_may_be_committed_is_taken_with_its_amount():
    assert movement_of(((f"ind:available:{BUDGET}", "CNY", -5),)).available == ((BUDGET, -5),)
