"""Nobody decides what his role does not allow, outside his area, or on a day on which he does not hold it.

What must not be broken: the role is judged as granted before the event in the log, for the day (`on`) that
the event takes effect, and for the division that it is about. What is booked on a day of the past is judged for the day
on which somebody booked it.
"""

from typing import ClassVar, Final

from audit.book import Book
from audit.entries import Entry, day_of
from audit.findings import Findings
from domain import authority

# Whom an event names, where a role may cause it only in its holder's own name.
_NAMED = {
    "incident.reported/1": "reporter_id",
    "incident.handled/1": "handler_id",
    "member.applied/1": "person_id",
    "task.accepted/1": "person_id",
    "task.given_up/1": "person_id",
    "task.done/1": "person_id",
    "activity.signed_up/1": "person_id",
    "activity.sign_up_withdrawn/1": "person_id",
    "party_activity.recorded/1": "person_id",
}

_BOOKED: Final = frozenset(
    {
        "village_book.opening_recorded/1",
        "village_voucher.booked/1",
        "village_voucher.reversed/1",
        "village_month.voucher_numbered/1",
    }
)
"""What takes effect on a voucher's day, or before a book begins, whoever keeps the book by then."""


class Roles:
    """Check 7."""

    types: ClassVar[frozenset[str] | None] = None
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def see(self, entry: Entry, book: Book) -> None:
        """Judge who caused the event, in which role."""
        role, by = entry.role, entry.by
        on = day_of(entry.at) if entry.type in _BOOKED else entry.on
        if not authority.may(role, entry.type):
            self._findings.add("roles.may_not", entry.place, role=role, type=entry.type)
        if entry.index == 0 and entry.type == "log.opened/1":
            return  # nobody can hold a role before the event that appoints the first administrator
        division = book.division_of(entry)
        if not book.holds(by, role, on, division):
            if division is None or not book.holds(by, role, on, None):
                self._findings.add("roles.not_held", entry.place, person=by, role=role, on=on)
            else:
                self._findings.add("roles.outside", entry.place, person=by, role=role, division=division)
        if (role, entry.type) in authority.ONLY_FOR_ONESELF:
            named = entry.data[_NAMED[entry.type]]
            if named != by:
                self._findings.add("roles.for_another", entry.place, person=by, role=role, named=named)

    def finish(self, book: Book) -> None:
        """Roles are judged event by event."""
