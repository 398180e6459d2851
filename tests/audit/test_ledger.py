"""Sums over postings: the same whatever their order, and both sides of a book always equal."""

from hypothesis import given
from hypothesis import strategies as st

from audit.called import Names, name_of
from audit.events import moving
from audit.ledger import Ledger, journal_rows
from domain.kernel.postings import Posting
from journal.line import Line

accounts = st.sampled_from(["fin:1011", "fin:5001", "fin:2307:payee:x", "bud:8001", "stk:on_hand:rice"])
moves = st.lists(st.tuples(accounts, accounts, st.sampled_from(["CNY", "PTS"]), st.integers(1, 10**12)))


@given(moves, st.randoms())
def test_order_does_not_matter_and_nothing_is_lost(made, random):
    postings = [p for debit, credit, c, n in made for p in (Posting(debit, c, n), Posting(credit, c, -n))]
    one, two = Ledger(), Ledger()
    for posting in postings:
        one.post(*posting)
    random.shuffle(postings)
    for posting in postings:
        two.post(*posting)
    assert list(one.trial_balance()) == list(two.trial_balance())
    assert list(one.chart()) == list(two.chart())
    assert sum(entry.balance for entry in one.accounts.values()) == 0
    for account, commodity in one.accounts:
        assert one.balance(account, commodity) == sum(
            posting.amount for posting in postings if posting[:2] == (account, commodity)
        )


def test_an_account_never_posted_to_is_zero():
    assert Ledger().balance("fin:1011", "CNY") == 0


def test_money_is_in_yuan_and_goods_are_counted():
    line = Line(
        origin="log.example.org/x",
        stream="reward/0f0f0f0f-0000-4000-8000-000000000000",
        seq=2,
        type="reward.granted/1",
        at="2026-02-03T02:00:00.000000Z",
        on="2026-02-03",
        by="0f0f0f0f-0000-4000-8000-000000000000",
        role="county_officer",
        cmd="x",
        data={},
        postings=(Posting("fin:5001", "CNY", 1005), Posting("stk:on_hand:rice", "kg", -3)),
    )
    first, second = journal_rows(moving(7, line, b""), Names()).decode().splitlines(keepends=True)
    assert first.endswith("fin:5001,业务活动费用,CNY,10.05,\n")
    assert second == (
        "7,2,reward/0f0f0f0f-0000-4000-8000-000000000000@2,reward.granted/1,2026-02-03,"
        "2026-02-03T02:00:00.000000Z,stk:on_hand:rice,物资—库存,kg,,3\n"
    )


def test_a_name_belongs_to_the_code_and_not_to_the_payee():
    assert name_of("fin:2307:payee:0f0f") == "其他应付款—应付网格员"
    assert name_of("ind:spent:0f0f") == "预算指标—已支出"
    assert name_of("vil-361125:1001") == ""
