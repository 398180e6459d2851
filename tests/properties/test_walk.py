"""Random walks over a year and more. A walk that fails is walked again by `MINGZHANG_TEST_SEED=… pytest <this file>`.

`MINGZHANG_TEST_STEPS` makes it longer than continuous integration can wait for.
"""

import os
import secrets
from collections import Counter
from functools import cache

import pytest

from domain.streams import event_types
from tests.properties import statement_steps
from tests.properties.county import MODULES, seeded
from tests.properties.steps import WEIGHTS, Walk

ALWAYS = (1, 77, 20_260_101)
STEPS = int(os.environ.get("MINGZHANG_TEST_STEPS", "1200"))
THINGS = {**WEIGHTS, **statement_steps.WEIGHTS}

POINTS_AND_GOODS = ("points_rule", "points_account", "station", "stock", "exchange", "taking")
OTHER_STEPS = frozenset({"incident", "tariff", *POINTS_AND_GOODS})
"""Of these a walk takes what a reward needs; their own ways through are walked in tests of theirs."""


def seeds() -> list[object]:
    """The one that was asked for; else some that are always the same, and a fresh one."""
    asked = os.environ.get("MINGZHANG_TEST_SEED")
    if asked:
        return [int(asked)]
    return [*ALWAYS, pytest.param(secrets.randbelow(2**32), id="fresh")]


@cache
def walked(seed: int) -> Walk:
    """A walk from its beginning; every step of it was judged."""
    walk = Walk(draw=seeded(seed))
    walk.begin()
    for _ in range(STEPS):
        walk.step(THINGS)
    return walk


@pytest.mark.parametrize("seed", seeds())
def test_no_step_breaks_an_invariant(seed):
    walk = walked(seed)
    assert walk.judging.taken == len(walk.entries)


@pytest.mark.skipif("MINGZHANG_TEST_SEED" in os.environ or STEPS < 1200, reason="one walk, or a short one, sees less")
def test_the_walks_go_everywhere():
    """Whatever can be recorded of money is, and the refusals that protect it are met."""
    walks = [walked(seed) for seed in ALWAYS]
    seen = sum((walk.types for walk in walks), Counter())
    walked_through = MODULES.keys() - OTHER_STEPS
    expected = {name for name in event_types() if name.partition(".")[0] in walked_through}
    assert expected - seen.keys() == set()
    refused = sum((walk.refused for walk in walks), Counter())
    assert {
        "balance.below_limit",
        "chain.acted_twice",
        "payment.contradicted",
        "payment.payee_held",
        "payout_batch.maker_is_checker",
        "payout_batch.line_not_final",
        "payout_batch.signals_open",
        "period.sealed",
        "reconciliation.beyond_payment",
        "reward.already_granted",
        "statement.does_not_add_up",
    } <= refused.keys()
