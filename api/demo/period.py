"""Which thirteen months the demonstration county lives through: twelve that are paid out, and the last one, half done.

What must not be broken: the period is chosen once, when the county is founded, and read back from the genesis ever
after; a load that was broken off over the turn of a month goes on with the same months.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Final

from domain.kernel.calendar import Month, first_day, last_day, month_of, next_month

PAID_MONTHS: Final = 12


@dataclass(frozen=True)
class Period:
    """The county's months, from `first` on."""

    first: Month

    @classmethod
    def ended_before(cls, today: date) -> "Period":
        """The period whose open month is the last one that was over on a day: nothing in it is still to come."""
        before = first_day(month_of(today))
        for _ in range(PAID_MONTHS + 1):
            before = first_day(month_of(before - timedelta(days=1)))
        return cls(month_of(before))

    @property
    def since(self) -> date:
        """The county's first day."""
        return first_day(self.first)

    @property
    def until(self) -> date:
        """Its last day."""
        return last_day(self.open_month)

    @cached_property
    def paid_months(self) -> tuple[Month, ...]:
        """The twelve months whose rewards are paid out."""
        months = [self.first]
        while len(months) < PAID_MONTHS:
            months.append(next_month(months[-1]))
        return tuple(months)

    @property
    def open_month(self) -> Month:
        """The month whose reports lie on everybody's desk."""
        return next_month(self.paid_months[-1])

    @property
    def all_months(self) -> tuple[Month, ...]:
        """Every month, the open one last."""
        return (*self.paid_months, self.open_month)

    @property
    def raised_on(self) -> date:
        """The day in the middle from which the tariffs are higher."""
        return first_day(self.paid_months[PAID_MONTHS // 2])

    def within(self, day: date) -> date:
        """The day, or the end of the period that is nearest to it."""
        return min(max(day, self.since), self.until)

    @property
    def years(self) -> range:
        """The calendar years that the county needs a budget for."""
        return range(self.since.year, self.until.year + 1)
