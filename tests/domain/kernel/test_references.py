"""A reference finds its person's rows by his own number, and joins nothing else."""

from uuid import UUID

import pytest

from domain.kernel import references as module
from domain.kernel.places import Division
from domain.kernel.references import LINE_LENGTH, References
from domain.kernel.short_codes import SIGNS, read_code, shown_code

VILLAGE, NEXT = Division("361125001201"), Division("361125001202")
PEOPLE = [UUID(int=n << 64) for n in range(1, 200)]
MADE = References(b"k" * 32)


def test_ones_own_number_leads_to_what_stands_on_each_page() -> None:
    for kind, place in (("rewards", VILLAGE), ("points", VILLAGE), ("rewards", NEXT)):
        page = MADE.of_page(PEOPLE, division=place, kind=kind)
        assert len(set(page.values())) == len(PEOPLE)
        for who, line in page.items():
            typed = read_code(f" {shown_code(MADE.own(who)).lower()} ")
            assert typed is not None
            assert line in MADE.lines(typed, division=place, kind=kind)
            assert len(line) == LINE_LENGTH
            assert set(line) <= set(SIGNS)


def test_what_stands_on_one_page_says_nothing_of_another() -> None:
    pages = [
        set(made.of_page(PEOPLE, division=place, kind=kind).values())
        for made in (MADE, References(b"o" * 32))
        for kind, place in (("rewards", VILLAGE), ("points", VILLAGE), ("rewards", NEXT))
    ]
    for number, page in enumerate(pages):
        assert all(page.isdisjoint(other) for other in pages[:number])
    assert MADE.own(PEOPLE[0]) != References(b"o" * 32).own(PEOPLE[0])


def test_two_people_of_a_page_never_bear_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LINE_LENGTH", 1)
    page = MADE.of_page(PEOPLE[:12], division=VILLAGE, kind="rewards")
    assert len(set(page.values())) == 12
    assert page == MADE.of_page(PEOPLE[:12][::-1], division=VILLAGE, kind="rewards")
    with pytest.raises(ValueError, match="told apart"):
        MADE.of_page(PEOPLE, division=VILLAGE, kind="rewards")
