"""A short code is read out, written down and typed in by people; it follows from the id and collides with none."""

from itertools import islice
from uuid import UUID

import pytest

from domain.kernel.short_codes import LENGTH, SIGNS, candidates, read_code, shown_code

ID = UUID("bdf9f41a-79ad-5191-b837-923c5e4bd746")
ALIKE = (UUID(int=129_328), UUID(int=194_646))
"""Two ids whose first candidate is the same."""


def test_a_code_is_for_ever() -> None:
    """These are on receipts and posters: whoever changes how they are made breaks them."""
    assert next(candidates(UUID(int=1))) == "724Y3Y2W"
    assert [next(candidates(one)) for one in ALIKE] == ["EPJE3PGP", "EPJE3PGP"]


def test_an_id_has_as_many_candidates_as_it_needs() -> None:
    found = list(islice(candidates(ID), 50))
    assert len(set(found)) == 50
    assert all(len(code) == LENGTH and set(code) <= set(SIGNS) for code in found)
    first, other = (list(islice(candidates(one), 2)) for one in ALIKE)
    assert first[1] != other[1]


def test_no_two_signs_look_alike() -> None:
    assert len(set(SIGNS)) == len(SIGNS) == 28
    assert not set(SIGNS) & set("01OILBSZ")


@pytest.mark.parametrize(
    "typed", ["23568ACD", "2356-8ACD", " 2356 8acd ", "z3s6－bacd", "2356—8ACD", "２３５６８ａｃｄ"]
)
def test_a_code_is_read_as_people_write_it(typed: str) -> None:
    assert read_code(typed) == "23568ACD"


@pytest.mark.parametrize("typed", ["", "2356-8AC", "2356-8ACDD", "0O1I-L000", "2356/8ACD"])
def test_anything_else_is_no_code(typed: str) -> None:
    assert read_code(typed) is None


def test_a_code_is_shown_in_two_halves() -> None:
    assert shown_code("23568ACD") == "2356-8ACD"
    assert read_code(shown_code("23568ACD")) == "23568ACD"
