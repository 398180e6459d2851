"""A score is points times weights, in whole numbers from 0 to 10,000; bands begin where they say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.scoring import (
    SCORE_MAX,
    Factor,
    FactorBand,
    StaffingBand,
    parts_of,
    points_of,
    score_of,
    workers_for,
)

BANDS = (FactorBand(100, 20), FactorBand(300, 60), FactorBand(500, 100))
PEOPLE = Factor("households", "户数", "户", 60, BANDS)
OLD = Factor("old_flats", "老旧小区", "个", 40, (FactorBand(0, 0), FactorBand(2, 50)))
STAFF = (StaffingBand(0, 1), StaffingBand(4_000, 2), StaffingBand(8_000, 3))


@pytest.mark.parametrize(("value", "points"), [(0, 0), (99, 0), (100, 20), (299, 20), (300, 60), (10**9, 100)])
def test_the_highest_band_that_has_begun_gives_the_points(value, points):
    assert points_of(BANDS, value) == points


def test_a_score_is_the_sum_of_its_parts():
    values = {"households": 320, "old_flats": 2}
    assert [part.score for part in parts_of((PEOPLE, OLD), values)] == [60 * 60, 50 * 40]
    assert score_of((PEOPLE, OLD), values) == 5_600
    with pytest.raises(KeyError):
        score_of((PEOPLE, OLD), {"households": 320})


@pytest.mark.parametrize(("score", "workers"), [(0, 1), (3_999, 1), (4_000, 2), (10_000, 3)])
def test_the_score_gives_the_staffing(score, workers):
    assert workers_for(STAFF, score) == workers
    assert workers_for(STAFF[1:], 100) == 0


@given(
    st.lists(st.tuples(st.integers(0, 1_000), st.integers(0, 100)), min_size=1, max_size=5),
    st.integers(0, 100),
    st.integers(0, 2_000),
)
def test_no_score_leaves_its_scale_and_the_order_of_bands_does_not_matter(bands, weight, value):
    made = tuple(FactorBand(at, points) for at, points in dict(bands).items())
    factors = (Factor("a", "甲", "个", weight, made), Factor("b", "乙", "个", 100 - weight, made))
    score = score_of(factors, {"a": value, "b": value})
    assert 0 <= score <= SCORE_MAX
    assert score == 100 * points_of(tuple(reversed(made)), value)
