"""A rate keeps its numerator, denominator and position; a percentage may be asked what it can have meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.rates import NO_RATE, Breakdown, Rate, denominators, percent_text


@pytest.mark.parametrize(
    ("numerator", "denominator", "shown"),
    [
        (0, 0, NO_RATE),
        (0, 5, "0 %"),
        (5, 5, "100 %"),
        (1, 3, "33.3 %"),
        (2, 3, "66.7 %"),
        (1, 8, "12.5 %"),
        (1, 16, "6.3 %"),
        (1_999, 2_000, "99.9 %"),
        (1, 1_000_000, "0.1 %"),
    ],
)
def test_all_and_nothing_are_said_only_when_they_are_so(numerator: int, denominator: int, shown: str) -> None:
    assert Rate(numerator, denominator, 7).percent == shown


@pytest.mark.parametrize(("numerator", "denominator", "position"), [(2, 1, 0), (-1, 1, 0), (0, 1, -1), (0, -1, 0)])
def test_what_is_no_rate(numerator: int, denominator: int, position: int) -> None:
    with pytest.raises(ValueError, match="not a rate"):
        Rate(numerator, denominator, position)


@given(st.integers(1, 400), st.integers(1, 4_000), st.integers(0, 2))
def test_a_percentage_means_exactly_the_denominators_that_show_it(numerator: int, more: int, decimals: int) -> None:
    denominator = numerator + more
    shown = percent_text(numerator, denominator, decimals=decimals)
    if int(shown.removesuffix(" %").replace(".", "")) <= 1:
        with pytest.raises(ValueError, match="large enough"):
            denominators(numerator, shown)
        return
    found = denominators(numerator, shown)
    assert denominator in found
    assert {percent_text(numerator, one, decimals=decimals) for one in (found[0], found[-1])} == {shown}
    outside = [one for one in (found[0] - 1, found[-1] + 1) if one >= numerator]
    assert shown not in {percent_text(numerator, one, decimals=decimals) for one in outside}


def test_some_percentages_cannot_be_true() -> None:
    assert list(denominators(1, "99.9 %")) == []
    assert list(denominators(7, "100.1 %")) == []
    assert list(denominators(7, "100.0 %")) == list(denominators(7, "100%")) == [7]


@pytest.mark.parametrize(("numerator", "percent"), [(0, "50 %"), (-1, "50 %"), (1, "half"), (1, "0 %"), (1, "50,0 %")])
def test_what_is_no_percentage(numerator: int, percent: str) -> None:
    with pytest.raises(ValueError, match=r"percentage|large enough"):
        denominators(numerator, percent)


def test_a_total_is_computed() -> None:
    assert Breakdown({"waiting": 1, "handled": 2}, 9).total == 3
    assert Breakdown({}, 9).agrees_with(0)
