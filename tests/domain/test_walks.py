"""Whatever anybody tries, in whatever order: the books balance, nobody acts twice, nothing is paid twice."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.county import AFTERWARDS, STEPS, TRANSITIONS, UNTIL_PAID, County

ONE_STEP = st.tuples(st.sampled_from(STEPS), st.integers(0, 19), st.integers(0, 71), st.booleans())


@settings(deadline=None)
@given(steps=st.lists(ONE_STEP, max_size=60))
def test_no_walk_breaks_an_invariant(steps):
    county = County()
    for step in steps:
        county.step(*step)
        county.check()
    county.check_replay()


@pytest.fixture(scope="module")
def long_walks() -> list[County]:
    """Thirty-two counties of 600 steps each, the same in every run."""
    walks = []
    for seed in range(32):
        random, county = Random(seed), County(budget_fen=4_500 if seed % 4 == 0 else 12_000)
        for _ in range(600):
            name = random.choice(AFTERWARDS if random.random() < 0.2 else UNTIL_PAID)
            if name in ("reverse", "reject", "freeze") and random.random() < 0.8:
                continue  # leave some rewards alone long enough to be paid
            county.step(name, random.randrange(20), random.randrange(72), random.random() < 0.6)
            county.check()
        walks.append(county)
    return walks


def test_history_replays_to_the_live_state(long_walks):
    for county in long_walks:
        county.check_replay()


def test_the_walks_go_everywhere(long_walks):
    """Every step succeeds somewhere, and every allowed move of a payment and a batch is seen."""
    taken = {name for county in long_walks for name, count in county.taken.items() if count}
    assert taken == set(STEPS)
    moves = {move for county in long_walks for move in county.transitions}
    allowed = {(category, *move) for category, pairs in TRANSITIONS.items() for move in pairs}
    assert moves == allowed - {("payment", "unresolved", "unresolved")}  # the bank here has one such word only


def test_the_walks_meet_the_rules_that_matter(long_walks):
    met = {code for county in long_walks for code in county.refused}
    assert {
        "chain.acted_twice",
        "payout_batch.maker_is_checker",
        "payout_batch.line_not_final",
        "reward.already_scheduled",
        "balance.below_limit",
    } <= met
