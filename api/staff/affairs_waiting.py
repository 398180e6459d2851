"""What of the village's affairs waits for somebody today: suggestions without an answer, promises past their day."""

from dataclasses import dataclass
from datetime import date

from api.commands.shared import today
from api.staff.acting import Acting
from api.staff.affairs_read import ANSWERS
from api.staff.office import Office
from domain import authority
from projections import commitments, suggestions

CONFIRMS = "commitment.fulfilled/1"
REPORTS = "commitment.progressed/1"


@dataclass(frozen=True, slots=True)
class AffairsWaiting:
    """How many wait in his areas, and since when (or by when) the first."""

    suggestions: int
    suggestions_first: date | None
    overdue: int
    overdue_first: date | None

    def __bool__(self) -> bool:
        return bool(self.suggestions or self.overdue)


def affairs_waiting(desk: Office, who: Acting) -> AffairsWaiting:
    """What waits for whoever may answer suggestions, or report on promises and say that they were kept."""
    answers = authority.may(who.role, ANSWERS)
    promises = authority.may(who.role, CONFIRMS) or authority.may(who.role, REPORTS)
    if not (answers or promises):
        return AffairsWaiting(0, None, 0, None)
    on = today(desk.app)
    none: tuple[int, date | None] = (0, None)
    with desk.current(suggestions, commitments) as conn:
        open_ = [suggestions.waiting(conn, area) for area in who.areas] if answers else [none]
        late = [commitments.overdue(conn, area, on=on) for area in who.areas] if promises else [none]
    return AffairsWaiting(*_together(open_), *_together(late))


def _together(found: list[tuple[int, date | None]]) -> tuple[int, date | None]:
    days = [day for _, day in found if day is not None]
    return sum(count for count, _ in found), min(days, default=None)
