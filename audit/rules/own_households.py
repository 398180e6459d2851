"""Whoever offers, records or confirms a deed belongs to no household of those who earn points by it.

What must not be broken: the days looked at are those that the commands look at, of the deed and of the step itself.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from audit.book import Book
from audit.entries import Entry
from audit.findings import Findings
from audit.rules.points.holders import Belongings

_BEGUN = frozenset(
    {
        "task.offered/1",
        "activity.published/1",
        "commendation.recorded/1",
        "inspection.recorded/1",
        "party_activity.recorded/1",
        "training.held/1",
    }
)
_RECORDED = frozenset({"commendation.recorded/1", "inspection.recorded/1", "party_activity.recorded/1"})
_STEPS = frozenset(
    {
        "task.accepted/1",
        "task.done/1",
        "task.sent_back/1",
        "task.confirmed/1",
        "activity.checked_in/1",
        "activity.hours_confirmed/1",
        "commendation.confirmed/1",
        "inspection.confirmed/1",
        "party_activity.unit_confirmed/1",
        "party_activity.community_confirmed/1",
        "training.attendance_recorded/1",
    }
)


class OwnHouseholds:
    """Check 11, of deeds among people who live together."""

    types: ClassVar[frozenset[str] | None] = frozenset({*_BEGUN, *_STEPS, "residence.taken/1", "residence.given_up/1"})
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._belongings = Belongings()
        self._deeds: dict[str, Mapping[str, Any]] = {}
        self._done: dict[tuple[str, str], str] = {}  # a task's stream and who did it -> on which day

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Follow who belongs where; judge each step that leads to points."""
        if entry.category == "residence":
            self._belongings.see(entry)
            return
        if entry.type == "task.done/1":
            self._done[entry.stream, entry.data["person_id"]] = entry.data["done_on"]
        if entry.type in _BEGUN:
            self._deeds[entry.stream] = entry.data
        deed = self._deeds.get(entry.stream)
        if deed is not None and entry.type in _STEPS | _RECORDED:
            _JUDGES[entry.category](self, entry, deed)

    def _task(self, entry: Entry, deed: Mapping[str, Any]) -> None:
        doer = entry.data["person_id"]
        if entry.type == "task.accepted/1":
            self._apart(entry, deed["offerer_id"], [doer], entry.on)
        else:
            self._apart(entry, entry.by, [doer], self._done.get((entry.stream, doer), entry.on))

    def _activity(self, entry: Entry, deed: Mapping[str, Any]) -> None:
        came = entry.data.get("person_ids") or [one["person_id"] for one in entry.data.get("served", ())]
        self._apart(entry, entry.by, came, deed["held_on"])

    def _praise(self, entry: Entry, deed: Mapping[str, Any]) -> None:
        if deed["holder_kind"] == "household":
            self._not_there(entry, deed["holder_id"])
        else:
            self._apart(entry, entry.by, [deed["holder_id"]], deed["issued_on"])

    def _inspection(self, entry: Entry, deed: Mapping[str, Any]) -> None:
        self._not_there(entry, deed["household_id"])

    def _service(self, entry: Entry, deed: Mapping[str, Any]) -> None:
        self._apart(entry, entry.by, [deed["person_id"]], deed["held_on"])

    def _training(self, entry: Entry, deed: Mapping[str, Any]) -> None:
        passed = [one["person_id"] for one in entry.data["attendances"] if one["result"] == "passed"]
        self._apart(entry, entry.by, passed, deed["held_on"])

    def _apart(self, entry: Entry, person: str, earners: Iterable[str], day: str) -> None:
        days = {day, entry.on}
        own = {(one, house) for one in days if (house := self._belongings.household(person, one)) is not None}
        for earner in earners if own else ():
            # What somebody writes down of himself, another confirms.
            if earner != person and any((one, self._belongings.household(earner, one)) in own for one in days):
                self._findings.add("duties.deed_of_own_household", entry.place, person=person, earner=earner)

    def _not_there(self, entry: Entry, household: str) -> None:
        if self._belongings.household(entry.by, entry.on) == household:
            self._findings.add("duties.deed_of_own_household", entry.place, person=entry.by, earner=household)

    def finish(self, book: Book) -> None:
        """Deeds are judged event by event."""


_JUDGES: Mapping[str, Callable[[OwnHouseholds, Entry, Mapping[str, Any]], None]] = {
    "task": OwnHouseholds._task,
    "activity": OwnHouseholds._activity,
    "commendation": OwnHouseholds._praise,
    "inspection": OwnHouseholds._inspection,
    "party_activity": OwnHouseholds._service,
    "training": OwnHouseholds._training,
}
