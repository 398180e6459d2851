"""The ranking follows from what is counted and the scale alone: not from the order, not from what is counted twice."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.ids import derived, event_name, stream_name
from domain.kernel.ranking import TIES, Counted, Scale, Weight, events_digest, standings, stars
from tests.domain.samples import person

A, B, C, D = (person(name) for name in "甲乙丙丁")
ROADS = Weight("道路交通", 2)
HOLE = Weight("道路交通", 5, "RD-1")
SCALE = Scale(points_each=1, weights=(ROADS, HOLE), reports_min=1, stars=2, ties="share")


def report(number, member, category="市容环境", item=None):
    return Counted(event_name(stream_name("incident", derived("report", number)), 4), member, category, item)


def reports(**counts):
    """So many ordinary reports of each: `reports(a=2, b=1)`."""
    people = {"a": A, "b": B, "c": C, "d": D}
    return [report(f"{who}{number}", people[who]) for who, count in counts.items() for number in range(count)]


def outcome(scale, counted):
    return [(one.rank, one.member_id, one.score) for one in standings(scale, counted)]


def names(scale, counted):
    return {one.member_id for one in stars(scale, standings(scale, counted))}


def test_points_are_the_items_then_the_categorys_then_the_ordinary_ones():
    counted = [
        report(1, A, "道路交通", "RD-1"),
        report(2, A, "道路交通", "RD-2"),
        report(3, A, "道路交通"),
        report(4, A),
    ]
    assert outcome(SCALE, counted) == [(1, A, 5 + 2 + 2 + 1)]


def test_what_is_worth_nothing_is_not_counted():
    scale = replace(SCALE, weights=(Weight("市容环境", 0),))
    (standing,) = standings(scale, [report(1, A), report(2, A, "道路交通"), report(3, B)])
    assert (standing.member_id, standing.events) == (A, (report(2, A).event,))


def test_whoever_has_too_few_reports_does_not_stand():
    assert names(replace(SCALE, reports_min=2), reports(a=3, b=2, c=1)) == {A, B}


def test_equal_scores_share_a_rank_and_the_next_one_is_left_out():
    ranks = [rank for rank, *_ in outcome(SCALE, reports(a=3, b=2, c=2, d=1))]
    assert ranks == [1, 2, 2, 4]


@pytest.mark.parametrize(
    ("ties", "expected"),
    [("share", {A, B, C}), ("more_reports", {A, B}), ("nobody", {A})],
)
def test_a_tie_at_the_last_place(ties, expected):
    """B and C have two points each; B has them from two reports, C from one."""
    counted = [*reports(a=3, b=2), report("c", C, "道路交通")]
    assert names(replace(SCALE, ties=ties), counted) == expected


def test_a_tie_that_even_the_number_of_reports_leaves_is_shared():
    assert names(replace(SCALE, ties="more_reports"), reports(a=3, b=2, c=2)) == {A, B, C}


def test_a_tie_that_fits_is_no_difficulty():
    assert names(replace(SCALE, ties="nobody"), reports(a=2, b=2, c=1)) == {A, B}


def test_digests_name_events_and_not_their_order():
    events = [one.event for one in reports(a=3)]
    assert events_digest(events) == events_digest(reversed(events)) != events_digest(events[1:])


COUNTED = st.lists(
    st.builds(
        lambda number, member, kind: report(number, member, *kind),
        st.integers(0, 40),
        st.sampled_from([A, B, C, D]),
        st.sampled_from([("市容环境", None), ("道路交通", None), ("道路交通", "RD-1")]),
    ),
    max_size=30,
    unique_by=lambda one: one.event,
)
SCALES = st.builds(
    Scale,
    points_each=st.integers(0, 3),
    weights=st.sampled_from([(), (ROADS,), (ROADS, HOLE)]),
    reports_min=st.integers(1, 3),
    stars=st.integers(1, 4),
    ties=st.sampled_from(sorted(TIES)),
)


@given(SCALES, COUNTED, st.randoms(use_true_random=False))
def test_the_order_changes_nothing_and_neither_does_counting_twice(scale, counted, random):
    shuffled = [*counted, *counted[:3]]
    random.shuffle(shuffled)
    assert standings(scale, shuffled) == standings(scale, counted)


@given(SCALES, COUNTED)
def test_ranks_say_how_many_are_strictly_better(scale, counted):
    found = standings(scale, counted)
    for standing in found:
        better = [other for other in found if _key(scale, other) > _key(scale, standing)]
        assert standing.rank == len(better) + 1
        assert standing.score == sum(
            scale.points(one.category, one.item) for one in counted if one.event in standing.events
        )
        assert len(standing.events) >= scale.reports_min


@given(SCALES, COUNTED)
def test_stars_are_the_best_whole_ranks_and_a_tie_is_never_broken_by_chance(scale, counted):
    found = standings(scale, counted)
    chosen = stars(scale, found)
    assert chosen == found[: len(chosen)]
    assert {one.rank for one in chosen}.isdisjoint(one.rank for one in found[len(chosen) :])
    if scale.ties == "nobody":
        assert len(chosen) <= scale.stars
    else:
        assert len(chosen) >= min(scale.stars, len(found))


def _key(scale, standing):
    return (standing.score, len(standing.events) if scale.ties == "more_reports" else 0)
