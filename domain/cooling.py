"""Cooling periods: how many days a changed payee account waits before money goes to it.

The number of days is recorded, from a day on and with the order that says so; where nothing is recorded, nothing waits.
A second person may say on record that the change is right; then it does not wait either.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from domain.kernel.events import event
from domain.kernel.ids import derived
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal

DAYS_MAX = 365


@event("cooling.set/1")
class CoolingSet:
    """From `since` on, a changed account in the division waits for so many days. `document` is the order."""

    division: Division
    days: int
    since: date
    document: str


@dataclass(frozen=True, slots=True)
class Cooling:
    """Every period that was set, as (first day, days), in the order of recording."""

    periods: tuple[tuple[date, int], ...] = ()

    def days(self, on: date) -> int:
        """The days in force on a day: of the latest period that had begun; 0 where none had."""
        begun = [period for period in self.periods if period[0] <= on]
        return max(begun, key=lambda period: period[0])[1] if begun else 0


def cooling_id(division: Division) -> UUID:
    """The stream of a county's cooling periods."""
    return derived("cooling", division)


def payable_from(*, version: int, set_on: date | None, acknowledged: bool, days: int) -> date | None:
    """The first day on which an account may be paid on; None: it need not wait (the first one, or acknowledged)."""
    if version == 1 or set_on is None or acknowledged or days == 0:
        return None
    return set_on + timedelta(days=days)


# Decide: what may happen, judged by the rules in force.


def set_cooling(cooling: Cooling | None, *, division: Division, days: int, since: date, document: str) -> CoolingSet:
    """Set the period from a day on. Refused, in this order: `cooling.days_out_of_range`, `cooling.since_reused`."""
    if not 0 <= days <= DAYS_MAX:
        raise Refusal("cooling.days_out_of_range", days=days)
    if cooling is not None and any(begun == since for begun, _ in cooling.periods):
        raise Refusal("cooling.since_reused", since=since)
    return CoolingSet(division=division, days=days, since=since, document=document)


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(cooling: Cooling | None, event: CoolingSet) -> Cooling:
    """The county's periods after an event."""
    before = cooling.periods if cooling is not None else ()
    return Cooling((*before, (event.since, event.days)))
