"""Quantities are whole thousandths; a price times one is rounded in one way."""

import pytest

from domain.kernel.quantities import milli, priced, quantity


@pytest.mark.parametrize(
    ("text", "thousandths", "shown"),
    [
        ("12.5", 12_500, "12.5"),
        ("3", 3_000, "3"),
        (" 1,200.05 ", 1_200_050, "1200.05"),
        ("0.001", 1, "0.001"),
        ("7.000", 7_000, "7"),
    ],
)
def test_quantities_are_read_and_shown(text, thousandths, shown):
    assert milli(text) == thousandths
    assert quantity(thousandths) == shown


def test_a_difference_keeps_its_sign():
    assert quantity(-1_500) == "-1.5"


@pytest.mark.parametrize("text", ["", "-1", "1.2345", "１２", "1e3", "一亩", ".5", "1."])
def test_nothing_else_is_a_quantity(text):
    with pytest.raises(ValueError, match="quantity"):
        milli(text)


@pytest.mark.parametrize(
    ("price_fen", "thousandths", "amount_fen"), [(11_245, 12_500, 140_563), (1, 500, 1), (1, 499, 0), (3, 1_500, 5)]
)
def test_half_a_fen_is_rounded_upwards(price_fen, thousandths, amount_fen):
    assert priced(price_fen, thousandths) == amount_fen
