"""A reference finds its person's rows by his own number, and joins nothing else."""

from functools import partial
from uuid import UUID

import pytest

from domain.kernel import references as module
from domain.kernel.places import Division
from domain.kernel.references import LINE_LENGTH, References
from domain.kernel.short_codes import SIGNS, read_code, shown_code

VILLAGE, NEXT = Division("361125001201"), Division("361125001202")
PEOPLE = [UUID(int=n << 64) for n in range(1, 200)]
MADE = References(b"k" * 32)
PAGES = (
    ("rewards", VILLAGE, "2026-08"),
    ("rewards", VILLAGE, "2026-09"),
    ("points", VILLAGE, "2026-08"),
    ("rewards", NEXT, "2026-08"),
)
EARLY = ("3R4W6T", "5CQ2P6")
"""What stood beside the first one's rows of the village's rewards before periods had references of their own."""
of_august = partial(MADE.of_page, division=VILLAGE, kind="rewards", period="2026-08")


def test_ones_own_number_leads_to_what_stands_on_each_page() -> None:
    for kind, place, period in PAGES:
        page = MADE.of_page(PEOPLE, division=place, kind=kind, period=period)
        assert len(set(page.values())) == len(PEOPLE)
        for who, line in page.items():
            typed = read_code(f" {shown_code(MADE.own(who)).lower()} ")
            assert typed is not None
            assert line in MADE.lines(typed, division=place, kind=kind, period=period)
            assert len(line) == LINE_LENGTH
            assert set(line) <= set(SIGNS)


def test_what_stands_on_one_page_says_nothing_of_another() -> None:
    pages = [
        set(made.of_page(PEOPLE, division=place, kind=kind, period=period).values())
        for made in (MADE, References(b"o" * 32))
        for kind, place, period in PAGES
    ]
    for number, page in enumerate(pages):
        assert all(page.isdisjoint(other) for other in pages[:number])
    assert MADE.own(PEOPLE[0]) != References(b"o" * 32).own(PEOPLE[0])


def test_two_people_of_a_page_never_bear_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LINE_LENGTH", 1)
    page = of_august(PEOPLE[:12])
    assert len(set(page.values())) == 12
    assert page == of_august(PEOPLE[:12][::-1])
    with pytest.raises(ValueError, match="told apart"):
        of_august(PEOPLE)


def test_a_correction_keeps_what_stands_beside_a_row_whoever_comes_to_it() -> None:
    assert of_august(PEOPLE[1::2]).items() <= of_august(PEOPLE).items()


def test_what_was_posted_before_periods_had_their_own_is_found_as_it_was() -> None:
    """Those versions show it as long as they stand; nobody gets a new one like it."""
    own = MADE.own(PEOPLE[0])
    early = MADE.lines_of_kind(own, division=VILLAGE, kind="rewards")
    assert early[:2] == EARLY
    assert set(early).isdisjoint(MADE.lines(own, division=VILLAGE, kind="rewards", period="2026-08"))
