"""Division codes nest by prefix, and only by prefix."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.places import COUNTRY, chain, contains, division, level, prefix

CODES = st.from_regex(r"[0-9]{12}", fullmatch=True)


@pytest.mark.parametrize(
    ("code", "digits", "name"),
    [
        ("000000000000", "", "country"),
        ("360000000000", "36", "province"),
        ("361100000000", "3611", "city"),
        ("361125000000", "361125", "county"),
        ("361125001000", "361125001", "township"),
        ("361125001201", "361125001201", "village"),
        ("110100000000", "1101", "city"),
        ("361120000000", "361120", "county"),  # digits of a pair may be zero
        ("361125100000", "361125100", "township"),
        ("361125100200", "361125100200", "village"),
    ],
)
def test_the_level_of_a_division_is_that_of_its_digits(code, digits, name):
    assert (prefix(division(code)), level(division(code))) == (digits, name)


def test_the_chain_goes_from_the_village_to_the_country():
    assert chain(division("361125001201")) == (
        "361125001201",
        "361125001000",
        "361125000000",
        "361100000000",
        "360000000000",
        "000000000000",
    )
    assert chain(COUNTRY) == (COUNTRY,)


@pytest.mark.parametrize(
    "code", ["", "36112500120", "3611250012011", "36112500120a", "３６１１２５００１２０１", "-61125001201"]
)
def test_anything_else_is_no_code(code):
    with pytest.raises(ValueError, match="12 digits"):
        division(code)


@pytest.mark.parametrize(
    ("area", "code", "inside"),
    [
        ("361125000000", "361125001201", True),
        ("361125001201", "361125001201", True),
        ("361125001201", "361125000000", False),
        ("361125000000", "361126001201", False),
        ("361112000000", "361125001201", False),
    ],
)
def test_an_area_contains_itself_and_what_is_below(area, code, inside):
    assert contains(division(area), division(code)) is inside


@given(code=CODES)
def test_everything_in_the_chain_contains_the_division_and_the_chain_of_each_is_its_rest(code):
    own = chain(division(code))
    assert own[0] == code
    assert own[-1] == COUNTRY
    for position, area in enumerate(own):
        assert contains(area, division(code))
        assert set(chain(area)) == set(own[position:])


@given(code=CODES, area=CODES)
def test_an_area_contains_a_division_exactly_if_it_is_in_its_chain(code, area):
    assert contains(division(area), division(code)) == (area in chain(division(code)))
    for upper in chain(division(code)):
        assert contains(upper, division(code))


def test_a_city_without_counties_stands_once_among_the_divisions_above():
    """东莞 (4419) has no counties: its townships hang on the city, whose code says 00 at the county's place."""
    above = chain(division("441900003001"))
    assert above == ("441900003001", "441900003000", "441900000000", "440000000000", "000000000000")
