"""No cell of ours is run as a formula."""

import pytest

from domain.kernel.spreadsheet_cells import FORMULA_STARTS, is_formula, plain_cell


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(start):
    value = f'{start}HYPERLINK("http://x","y")'
    assert is_formula(value)
    assert plain_cell(value) == f"'{value}"


@pytest.mark.parametrize("value", ["", "张三", "1-2", "a=b", "10.50", "'=1"])
def test_everything_else_stays_as_it_is(value):
    assert plain_cell(value) == value
