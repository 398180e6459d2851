"""A report that repeats an earlier one is found by photo, place or words; what only looks alike at a glance is not."""

from datetime import timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.duplicates import (
    BINS,
    GROUNDS,
    NEAR_PHOTO_BITS,
    PAIRS_MAX,
    SAME_TIME,
    SHINGLES_MIN,
    Picture,
    Seen,
    TextPrint,
    bits_apart,
    grounds_of,
    likely_duplicates,
    normalised,
    shingles,
    text_print,
)
from domain.kernel.places import Division
from tests.domain.samples import NOON, OTHER_FILE, TOWNSHIP, VILLAGE

KEY = b"a key of these tests"
OTHER_VILLAGE = Division("361125001202")
STREET = "东门菜市场门口的下水道堵了三天，污水流到路上，老人和孩子走路都要绕开，请尽快派人疏通。"
AGAIN = "您好！东门菜市场门口的下水道堵了三天，污水流到路上，老人和孩子走路都要绕开，请尽快派人来疏通，谢谢。"
OTHER = "滨河路十二号楼下的健身器材松动，昨天有位大爷差点摔倒，希望社区检查一遍并且换掉坏的螺丝。"


def seen(number=1, *, hours=0, text=None, **changes):
    facts = {"category": "市容环境", "division": VILLAGE, "grid": "第三网格", **changes}
    printed = text_print(text, key=KEY) if text else None
    return Seen(incident_id=UUID(int=number), reported_at=NOON + timedelta(hours=hours), text=printed, **facts)


def codes(one, other):
    return [ground.code for ground in grounds_of(one, other)]


# Texts.


def test_spaces_punctuation_and_width_make_no_difference():
    assert normalised(" Ａ３区，路灯\n 不亮！") == normalised("a3区路灯不亮") == "a3区路灯不亮"
    assert shingles("路灯不亮") == {"路灯不", "灯不亮"}
    assert shingles("路灯") == frozenset()


def test_the_same_matter_in_nearly_the_same_words_is_near():
    first, again, other = (text_print(text, key=KEY) for text in (STREET, AGAIN, OTHER))
    assert first.similarity_percent(again) >= 60
    assert first.similarity_percent(other) < 10
    assert set(first.bands()) & set(again.bands())
    assert not set(first.bands()) & set(other.bands())


def test_a_short_text_is_known_by_its_pairs_and_one_character_by_nothing():
    assert text_print("灯！", key=KEY) is None
    long_enough = "一二三四五六七八九十甲乙丙丁"
    assert len(shingles(long_enough)) == SHINGLES_MIN
    longer, shorter = text_print(long_enough, key=KEY), text_print(long_enough[:-1], key=KEY)
    assert (longer.short, bool(longer.bands()), len(longer.pairs)) == (False, True, 13)
    assert (shorter.short, shorter.bands(), len(shorter.pairs)) == (True, (), 12)
    assert longer.similarity_percent(shorter) == shorter.similarity_percent(longer) == 92
    assert len(text_print(STREET, key=KEY).pairs) == 0, "no short text shares half of so many"


def test_short_texts_are_near_where_they_share_half_of_their_pairs():
    lamp = text_print("路灯不亮", key=KEY)
    for text, percent in {"路灯 不亮！": 100, "路灯不亮了": 75, "路灯又不亮": 40, "井盖坏了": 0}.items():
        assert lamp.similarity_percent(text_print(text, key=KEY)) == percent, text
    assert lamp.similarity_percent(text_print("路灯不亮", key=b"another")) == 0


@pytest.mark.parametrize(
    ("hours", "changes", "score"),
    [
        (0, {}, 60),
        (29 * 24, {}, 60),
        (31 * 24, {}, None),
        (0, {"division": TOWNSHIP}, 60),  # any of its villages may be meant
        (0, {"division": OTHER_VILLAGE}, None),
    ],
)
def test_a_short_text_says_something_only_where_it_was_said(hours, changes, score):
    mine = seen(2, hours=hours, text="路灯不亮", category="施工管理")
    found = grounds_of(mine, seen(1, text="路灯不亮！", **changes))
    assert [(ground.code, ground.score) for ground in found] == ([("near_text", score)] if score else [])


def test_prints_under_two_keys_say_nothing_of_each_other():
    assert text_print(STREET, key=KEY).similarity_percent(text_print(STREET, key=b"another")) < 10


def test_a_print_is_written_and_read():
    made = text_print(STREET, key=KEY)
    assert len(bytes(made)) == 4 * BINS
    assert TextPrint.from_bytes(bytes(made)) == made
    for text in ("路灯不亮", "一二三四五六七八九十甲乙丙丁"):
        made = text_print(text, key=KEY)
        assert TextPrint.from_bytes(bytes(made)) == made
    for wrong in (b"abc", b"", b"\0" * 4 * (BINS + PAIRS_MAX + 1), b"\0" * 4 * (PAIRS_MAX + 1)):
        with pytest.raises(ValueError, match="a text print has 128 numbers"):
            TextPrint.from_bytes(wrong)


def test_the_print_estimates_the_share_of_common_triples():
    """Texts of 400 characters, of which a known part is the same: the estimate stays within 15 of the truth."""
    random = Random(7)
    letters = [chr(0x4E00 + n) for n in range(3_000)]
    for kept in (400, 350, 300, 200, 100, 0):
        one = "".join(random.choices(letters, k=400))
        other = one[:kept] + "".join(random.choices(letters, k=400 - kept))
        truth = 100 * len(shingles(one) & shingles(other)) / len(shingles(one) | shingles(other))
        estimate = text_print(one, key=KEY).similarity_percent(text_print(other, key=KEY))
        assert abs(estimate - truth) <= 15


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=200))
def test_any_text_has_a_print_like_itself_or_none(text):
    made = text_print(text, key=KEY)
    assert (made is None) is (len(normalised(text)) < 2)
    if made is not None:
        assert TextPrint.from_bytes(bytes(made)) == made
        assert made.similarity_percent(made) == 100
        assert all(-(2**63) <= band < 2**63 for band in made.bands())


# Photos, places, times.


def picture(digest="a" * 64, difference_hash="00ff00ff00ff00ff"):
    return Picture(digest, difference_hash)


@pytest.mark.parametrize(
    ("other", "apart"), [("00ff00ff00ff00ff", 0), ("00ff00ff00ff00fe", 1), ("ff00ff00ff00ff00", 64)]
)
def test_hashes_differ_bit_by_bit(other, apart):
    assert bits_apart("00ff00ff00ff00ff", other) == apart


def test_the_same_photo_a_near_one_and_another():
    mine = seen(2, hours=100, pictures=[picture()])
    same = seen(1, pictures=[picture(OTHER_FILE.sha256, "f" * 16), picture()])
    near = seen(1, pictures=[picture(OTHER_FILE.sha256, f"{0x00FF00FF00FF00FF ^ (2**NEAR_PHOTO_BITS - 1):016x}")])
    other = seen(
        1, pictures=[picture(OTHER_FILE.sha256, f"{0x00FF00FF00FF00FF ^ (2 ** (NEAR_PHOTO_BITS + 1) - 1):016x}")]
    )
    assert [(ground.code, ground.score) for ground in grounds_of(mine, same)] == [("same_photo", 100)]
    assert [(ground.code, ground.score) for ground in grounds_of(mine, near)] == [("near_photo", 60)]
    assert grounds_of(mine, other) == ()


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, True),
        ({"grid": None}, True),
        ({"grid": "第四网格"}, False),
        ({"division": TOWNSHIP}, False),
        ({"category": "道路交通"}, False),
    ],
)
def test_the_same_place_and_class_at_nearly_the_same_time(changes, found):
    within, after = SAME_TIME / timedelta(hours=1), SAME_TIME / timedelta(hours=1) + 1
    assert codes(seen(2, hours=within), seen(1, **changes)) == (["same_place_and_time"] if found else [])
    assert codes(seen(2, hours=after), seen(1, **changes)) == []


def test_the_nearer_in_time_the_stronger():
    scores = [grounds_of(seen(2, hours=hours), seen(1))[0].score for hours in (0, 36, 72)]
    assert scores == [60, 45, 30]


# All of it.


def test_only_earlier_reports_are_candidates_and_the_likeliest_comes_first():
    mine = seen(9, hours=10, text=AGAIN, pictures=[picture()])
    photo = seen(1, hours=1, pictures=[picture()])
    words = seen(2, hours=-200, text=STREET)
    place = seen(3, hours=2)
    later = seen(4, hours=11, text=AGAIN, pictures=[picture()])
    stranger = seen(5, hours=-200, text=OTHER)
    found = likely_duplicates(mine, [place, later, words, stranger, photo])
    assert [one.incident_id.int for one in found] == [1, 2, 3]
    assert [[ground.code for ground in one.grounds] for one in found] == [
        ["same_photo", "same_place_and_time"],
        ["near_text"],
        ["same_place_and_time"],
    ]
    assert found[0].score == 100
    assert {ground.code for one in found for ground in one.grounds} <= set(GROUNDS)


def test_of_two_reports_of_one_moment_the_one_recorded_first_is_first():
    one, other = seen(2, recorded=6), seen(1, recorded=7)
    assert [found.incident_id for found in likely_duplicates(other, [one])] == [one.incident_id]
    assert likely_duplicates(one, [other]) == []
    assert likely_duplicates(one, [one]) == []


@pytest.mark.parametrize(
    ("hours", "recorded", "found"),
    [
        (-2, 4, (True, True)),
        (-2, 6, (True, False)),  # says that it was first, and came after
        (2, 4, (False, True)),  # was there first, and the other says that it saw it before
        (2, 6, None),
        (0, 6, None),  # at the same moment the order of recording decides
        (0, 4, (True, True)),
    ],
)
def test_the_order_of_recording_stands_beside_what_is_claimed(hours, recorded, found):
    mine = seen(1, recorded=5)
    candidates = likely_duplicates(mine, [seen(2, hours=hours, recorded=recorded)])
    assert [(one.claims_earlier, one.recorded_earlier) for one in candidates] == ([found] if found else [])
