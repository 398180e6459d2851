"""Capital words: the examples of 《支付结算办法》 itself, and a reader that gets the amount back."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.wording import DIGITS, YUAN_MAX, yuan_in_words


# 附件一 prints these, each with the form that we take first.
@pytest.mark.parametrize(
    ("amount_fen", "words"),
    [
        (1_409_50, "壹仟肆佰零玖元伍角"),
        (6_007_14, "陆仟零柒元壹角肆分"),
        (1_680_32, "壹仟陆佰捌拾元零叁角贰分"),
        (107_000_53, "壹拾万柒仟元零伍角叁分"),
        (16_409_02, "壹万陆仟肆佰零玖元零贰分"),
        (325_04, "叁佰贰拾伍元零肆分"),
    ],
)
def test_the_examples_of_the_rule(amount_fen, words):
    assert yuan_in_words(amount_fen) == words


@pytest.mark.parametrize(
    ("amount_fen", "words"),
    [
        (0, "零元整"),
        (1, "壹分"),
        (10, "壹角"),
        (11, "壹角壹分"),
        (1_00, "壹元整"),
        (1_01, "壹元零壹分"),
        (5_00, "伍元整"),
        (10_00, "壹拾元整"),
        (10_50, "壹拾元零伍角"),
        (15_00, "壹拾伍元整"),
        (20_00, "贰拾元整"),
        (1_234_56, "壹仟贰佰叁拾肆元伍角陆分"),
        (1_000_00, "壹仟元整"),
        (1_001_00, "壹仟零壹元整"),
        (1_010_00, "壹仟零壹拾元整"),
        (10_000_00, "壹万元整"),
        (10_001_00, "壹万零壹元整"),
        (100_100_00, "壹拾万零壹佰元整"),
        (1_050_000_00, "壹佰零伍万元整"),
        (10_000_007_00, "壹仟万零柒元整"),
        (100_000_000_00, "壹亿元整"),
        (100_005_000_00, "壹亿零伍仟元整"),
        (1_005_000_000_00, "壹拾亿零伍佰万元整"),
        (1_080_000_000_00, "壹拾亿捌仟万元整"),
        (1_000_000_000_000_00, "壹万亿元整"),
        (1_000_000_100_000_000, "壹拾万亿零壹佰万元整"),
        (-10_00, "负壹拾元整"),
        (-5, "负伍分"),
    ],
)
def test_amounts_in_words(amount_fen, words):
    assert yuan_in_words(amount_fen) == words


def number(words: str) -> int:
    """Read capital words of a whole number back, by the plain meaning of each sign and nothing of the writer's."""
    total = group = digit = 0
    for sign in words:
        if sign in DIGITS:
            digit = DIGITS.index(sign)
        elif sign in "拾佰仟":
            group += digit * {"拾": 10, "佰": 100, "仟": 1000}[sign]
            digit = 0
        elif sign == "万":
            total += (group + digit) * 10**4
            group = digit = 0
        else:
            assert sign == "亿"
            total = (total + group + digit) * 10**8
            group = digit = 0
    return total + group + digit


def fen_of(words: str) -> int:
    match = re.fullmatch("(负?)(?:([^元角分整负]+)元)?零?(?:([^零])角)?零?(?:([^零])分)?(整?)", words)
    assert match is not None, words
    yuan, jiao, fen = number(match[2] or ""), DIGITS.index(match[3] or "零"), DIGITS.index(match[4] or "零")
    assert bool(match[5]) == (jiao == fen == 0)
    return (-1 if match[1] else 1) * (yuan * 100 + jiao * 10 + fen)


AMOUNTS = st.integers(0, 10**6) | st.integers(0, 2**53) | st.integers(0, 16).map(lambda places: 10**places)
ROUND = st.tuples(st.integers(0, 9999), st.integers(0, 14)).map(lambda pair: pair[0] * 10 ** pair[1])


@given(AMOUNTS | ROUND.filter(lambda amount: amount < YUAN_MAX * 100), st.sampled_from([1, -1]))
def test_words_are_read_back_as_the_same_amount(amount_fen, sign):
    words = yuan_in_words(sign * amount_fen)
    assert fen_of(words) == sign * amount_fen


@given(AMOUNTS)
def test_zeros_are_said_once_and_never_at_the_end(amount_fen):
    words = yuan_in_words(amount_fen)
    assert "零零" not in words
    assert amount_fen == 0 or "零元" not in words
    assert not re.search("零[万亿整]|零$", words)
    assert not words.startswith("零") or amount_fen == 0
    assert words.endswith(("整", "角", "分"))


def test_more_than_all_money_is_refused():
    assert yuan_in_words(YUAN_MAX * 100 - 1).startswith("玖仟玖佰玖拾玖万玖仟玖佰玖拾玖亿")
    with pytest.raises(ValueError, match="too large"):
        yuan_in_words(YUAN_MAX * 100)
