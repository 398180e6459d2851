"""Fen become text in one place only, and come back as they were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.bands import Band
from domain.kernel.money import Fen, fen, yuan


@pytest.mark.parametrize(
    ("amount_fen", "text"),
    [
        (0, "0.00"),
        (1, "0.01"),
        (10, "0.10"),
        (99, "0.99"),
        (500, "5.00"),
        (123_456, "1234.56"),
        (-1, "-0.01"),
        (-100, "-1.00"),
        (-123_456, "-1234.56"),
        (350 * 500, "1750.00"),
        (350 * 2_000, "7000.00"),
    ],
)
def test_fen_are_written_as_yuan_and_read_back(amount_fen, text):
    assert yuan(amount_fen) == text
    assert fen(text) == amount_fen


@pytest.mark.parametrize(
    ("text", "amount_fen"),
    [
        ("1234", 123_400),
        ("1234.5", 123_450),
        ("1,234.56", 123_456),
        (" 5.00 ", 500),
        ("8.850", 885),
        ("-1,234.50000", -123_450),
    ],
)
def test_other_ways_to_write_an_amount_are_read(text, amount_fen):
    assert fen(text) == amount_fen


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        ".",
        ".5",
        "5.",
        "5.001",
        "8.855",
        "8.8500001",
        "1e3",
        "５",
        "五元",
        "+5",
        "--5",
        "- 5",
        "5.-1",
        "0x5",
        "NaN",
        "6.22E+18",
        "5 0",
        "1,2,3",
        "12,34",
    ],
)
def test_anything_else_is_no_amount(text):
    with pytest.raises(ValueError, match="not an amount in yuan"):
        fen(text)


@given(amount_fen=st.integers())
def test_no_fen_is_lost_on_the_way_to_text_and_back(amount_fen):
    assert fen(yuan(amount_fen)) == amount_fen


@given(amount_fen=st.integers(), low=st.integers(), high=st.integers())
def test_a_band_holds_its_ends_and_what_is_between(amount_fen, low, high):
    band = Band(Fen(min(low, high)), Fen(max(low, high)))
    assert band.holds(band.min_fen)
    assert band.holds(band.max_fen)
    assert not band.holds(band.min_fen - 1)
    assert not band.holds(band.max_fen + 1)
    assert band.holds(amount_fen) == (sorted([band.min_fen, amount_fen, band.max_fen])[1] == amount_fen)
