"""Whoever asks too often waits, and nobody else does."""

import pytest

from api.open311.pace import NAMES_MAX, Pace, Rate
from domain.kernel.refusals import Refusal


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def test_a_store_empties_and_refills() -> None:
    clock = Clock()
    pace = Pace(Rate(burst=3, per_minute=6), clock=clock)
    for _ in range(3):
        pace.take("a")
    with pytest.raises(Refusal) as refused:
        pace.take("a")
    assert (refused.value.code, refused.value.facts) == ("open311.too_often", {"seconds": 10})
    pace.take("b")
    clock.now_s += 9
    with pytest.raises(Refusal):
        pace.take("a")
    clock.now_s += 1
    pace.take("a")
    clock.now_s += 3600
    for _ in range(3):
        pace.take("a")
    with pytest.raises(Refusal):
        pace.take("a")


def test_memory_stays_bounded_and_keeps_the_emptiest() -> None:
    clock = Clock()
    pace = Pace(Rate(burst=2, per_minute=1), clock=clock)
    pace.take("greedy")
    pace.take("greedy")
    for number in range(NAMES_MAX + 1):
        pace.take(str(number))
    assert len(pace._stores) <= NAMES_MAX
    with pytest.raises(Refusal):
        pace.take("greedy")
