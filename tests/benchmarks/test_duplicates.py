"""Near texts are found in a real register: the groups known to be there, and hardly anything that is not alike."""

from pathlib import Path

import pytest

from benchmarks.duplicates import THRESHOLDS, Measured, alike_anywhere, begins_alike, measure
from domain.duplicates import NEAR_TEXT_PERCENT

REGISTER = Path(__file__).parents[3] / "shared/data/messages/messages_with_likes.xlsx"


@pytest.fixture(scope="module")
def measured() -> Measured:
    if not REGISTER.exists():
        pytest.skip(f"the register of messages is not here: {REGISTER}")
    return measure(REGISTER)


def test_the_reference_is_the_one_that_the_register_is_known_for(measured: Measured) -> None:
    assert (measured.messages, measured.groups, measured.rows) == (4_326, 153, 328)


def test_the_chosen_threshold_finds_nearly_all_groups_and_little_that_is_not_alike(measured: Measured) -> None:
    chosen = measured.at(NEAR_TEXT_PERCENT)
    assert chosen.recall_rows >= 0.97
    assert chosen.recall_pairs >= 0.96
    assert chosen.precision_anywhere >= 0.94
    assert chosen.precision_begins >= 0.44, "what is alike but for the salutation counts against this one"


def test_a_higher_threshold_finds_less_and_is_surer(measured: Measured) -> None:
    found = [measured.at(threshold) for threshold in THRESHOLDS]
    assert [one.pairs for one in found] == sorted((one.pairs for one in found), reverse=True)
    assert [one.recall_rows for one in found] == sorted((one.recall_rows for one in found), reverse=True)
    assert found[-1].precision_anywhere >= 0.99
    assert found[-1].recall_rows < 0.75, "equal words alone find three of four"


def test_short_titles_are_found_by_their_pairs_better_than_by_equality_alone(measured: Measured) -> None:
    by_threshold = {one.threshold: one for one in measured.short}
    chosen, equal = by_threshold[NEAR_TEXT_PERCENT], by_threshold[100]
    assert measured.short_titles > 300
    assert (chosen.recall >= 0.9, chosen.precision >= 0.6) == (True, True)
    assert equal.recall <= 0.6
    assert chosen.precision >= by_threshold[40].precision + 0.2, "one step lower finds twice as much that is wrong"


def test_whoever_wrote_92_messages_is_flagged_and_nobody_else(measured: Measured) -> None:
    assert measured.most_reports == 92
    assert [one.reports for one in measured.unusual] == [92]


def test_the_references_are_what_they_say() -> None:
    run = "".join(chr(0x4E00 + n) for n in range(60))
    bodies = [run + "甲", run + "乙", "丙" + run, run[:-1], run[:-1], "丁"]
    assert begins_alike(bodies) == [[0, 1], [3, 4]]
    assert alike_anywhere(bodies) == {(0, 1), (0, 2), (1, 2)}
