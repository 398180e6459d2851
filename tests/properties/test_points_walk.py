"""Random walks through a village's points and goods; walked again by `MINGZHANG_TEST_SEED=… pytest <this file>`.

`MINGZHANG_TEST_STEPS` makes it longer than continuous integration can wait for.
"""

import os
import secrets
from collections import Counter
from functools import cache

import pytest

from domain.streams import event_types
from tests.properties.county import seeded
from tests.properties.points_steps import Village

ALWAYS = (1, 20_260_101)
STEPS = int(os.environ.get("MINGZHANG_TEST_STEPS", "1500"))
WALKED = ("points_rule", "points_account", "points", "stock", "exchange", "taking")


def seeds() -> list[object]:
    """The one that was asked for; else some that are always the same, and a fresh one."""
    asked = os.environ.get("MINGZHANG_TEST_SEED")
    if asked:
        return [int(asked)]
    return [*ALWAYS, pytest.param(secrets.randbelow(2**32), id="fresh")]


@cache
def walked(seed: int) -> Village:
    """A walk from its beginning; every step of it was judged, and the books compared with the states."""
    village = Village(draw=seeded(seed))
    village.begin()
    for _ in range(STEPS):
        village.step()
    return village


@pytest.mark.parametrize("seed", seeds())
def test_no_step_breaks_an_invariant(seed):
    village = walked(seed)
    assert village.judging.taken == len(village.entries)
    assert {"PTS", "pts", "stk"} <= village.judging.seen


@pytest.mark.skipif("MINGZHANG_TEST_SEED" in os.environ or STEPS < 1500, reason="one walk, or a short one, sees less")
def test_the_walks_go_everywhere():
    """Whatever can be recorded of points and goods is, and the refusals that protect them are met."""
    walks = [walked(seed) for seed in ALWAYS]
    seen = sum((walk.types for walk in walks), Counter())
    expected = {name for name in event_types() if name.partition(".")[0] in WALKED}
    assert expected - seen.keys() == set()
    refused = sum((walk.refused for walk in walks), Counter())
    assert {
        "chain.acted_twice",
        "exchange.code_expired",
        "exchange.code_used",
        "exchange.code_withdrawn",
        "exchange.limit_reached",
        "exchange.not_of_it",
        "exchange.too_late_to_cancel",
        "points.already_reversed",
        "points.already_settled",
        "points.opening_too_late",
        "points.too_few",
        "points_account.closed",
        "points_rule.since_not_future",
        "stock.not_enough",
        "stock.proposal_differs",
    } <= refused.keys()
