"""Caps count what one person, or one household's account, was credited in a day, a month or a year."""

from datetime import date

import pytest

from domain.points import accounts
from domain.points.accounts import PointsAccountOpened
from domain.points.earning import cap_room, same_period
from domain.points.rules import Cap
from tests.domain.points.points_samples import OPENED, deed, folded, granted
from tests.domain.samples import OTHER_RIDER, RIDER, TODAY, VILLAGE

FIVE = granted(1)
OWN = folded(PointsAccountOpened(kind="person", holder_id=RIDER, division=VILLAGE), granted(2, points=3))
HOUSE = folded(OPENED, FIVE)


@pytest.mark.parametrize(
    ("cap", "room"),
    [
        (Cap("person", "day", 10), 2),
        (Cap("person", "day", 7), 0),
        (Cap("person", "month", 20, "task"), 12),
        (Cap("person", "month", 20, "order"), 20),
        (Cap("household", "year", 20), 15),
    ],
)
def test_a_persons_accounts_count_together_and_a_households_by_itself(cap, room):
    assert cap_room([cap], deed=deed(3), account=HOUSE, around=[HOUSE, OWN]) == room


def test_the_narrowest_cap_counts_and_without_one_there_is_no_limit():
    both = [Cap("person", "day", 10), Cap("household", "day", 6)]
    assert cap_room(both, deed=deed(3), account=HOUSE, around=[HOUSE, OWN]) == 1
    assert cap_room([], deed=deed(3), account=HOUSE, around=[HOUSE]) is None


def test_a_households_cap_is_not_for_a_persons_own_account_nor_a_persons_for_the_household_as_such():
    assert cap_room([Cap("household", "day", 1)], deed=deed(3), account=OWN, around=[OWN]) is None
    assert cap_room([Cap("person", "day", 1)], deed=deed(3, who=None), account=HOUSE, around=[HOUSE]) is None


def test_others_and_what_was_taken_back_do_not_count():
    cap = [Cap("person", "day", 10)]
    assert cap_room(cap, deed=deed(3, who=OTHER_RIDER), account=HOUSE, around=[HOUSE]) == 10
    undone = accounts.evolve(HOUSE, accounts.reverse(HOUSE, granted=2, reason="误报"))
    assert cap_room(cap, deed=deed(3), account=undone, around=[undone]) == 10


@pytest.mark.parametrize(
    ("period", "day", "same"),
    [
        ("day", date(2026, 11, 21), False),
        ("month", date(2026, 11, 1), True),
        ("month", date(2025, 11, 22), False),
        ("year", date(2026, 1, 1), True),
    ],
)
def test_days_months_and_years_are_those_of_the_deed(period, day, same):
    assert same_period(day, TODAY, period=period) is same
