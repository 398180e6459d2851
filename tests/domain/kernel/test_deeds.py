"""A day has so many minutes for one person, whatever he does in it."""

from datetime import date
from uuid import uuid4

import pytest

from domain.kernel.deeds import MINUTES_MAX, require_day
from domain.kernel.refusals import Refusal

DAY, PERSON = date(2026, 5, 1), uuid4()


def test_a_day_takes_twelve_hours_of_service_and_not_a_minute_more() -> None:
    require_day(PERSON, day=DAY, used=0, minutes=MINUTES_MAX)
    require_day(PERSON, day=DAY, used=MINUTES_MAX - 60, minutes=60)
    with pytest.raises(Refusal) as refused:
        require_day(PERSON, day=DAY, used=MINUTES_MAX - 60, minutes=61)
    assert (refused.value.code, refused.value.facts["used"]) == ("deed.day_full", MINUTES_MAX - 60)
