"""Points for a deed rest on the deed: confirmed for that person or household, of that day and item, and not taken back.

What must not be broken: for each credit the confirmation is looked up that it names as its cause; what was taken back
leaves no points standing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

from audit.book import Book
from audit.entries import Entry
from audit.findings import Findings, Place

TRAINING_ITEM = "training"
_MINUTES_MAX = 720
"""Nobody serves longer than that on one day."""
_CONFIRMED = frozenset(
    {
        "task.confirmed/1",
        "activity.hours_confirmed/1",
        "commendation.confirmed/1",
        "inspection.confirmed/1",
        "party_activity.unit_confirmed/1",
        "party_activity.community_confirmed/1",
        "training.attendance_recorded/1",
    }
)
_TAKEN_BACK = frozenset(
    {
        "task.confirmation_withdrawn/1",
        "activity.hours_withdrawn/1",
        "commendation.withdrawn/1",
        "inspection.withdrawn/1",
        "party_activity.withdrawn/1",
        "training.attendance_withdrawn/1",
    }
)
_BEGUN = frozenset(
    {
        "task.offered/1",
        "task.done/1",
        "activity.published/1",
        "commendation.recorded/1",
        "inspection.recorded/1",
        "party_activity.recorded/1",
        "training.held/1",
    }
)
_CREDITS = frozenset({"points.granted/1", "points.withheld/1"})
CATEGORIES = frozenset({"task", "activity", "commendation", "inspection", "party_activity", "training"})

_Whose = tuple[str, str]
"""The deed's stream, and the person or household."""


class _Earned(NamedTuple):
    """What a confirmed deed is for: item, place and day; and how many minutes of service it was."""

    item: str
    division: str
    day: str
    minutes: int = 0


@dataclass(slots=True)
class _Deed:
    data: Mapping[str, Any]
    done: dict[str, str] = field(default_factory=dict)
    sides: set[str] = field(default_factory=set)


class DeedPoints:
    """Check 11, of what points are credited for."""

    types: ClassVar[frozenset[str] | None] = frozenset(
        {*_CONFIRMED, *_TAKEN_BACK, *_BEGUN, *_CREDITS, "points.reversed/1", "points_account.opened/1"}
    )
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._holders: dict[str, str] = {}  # account -> its holder
        self._deeds: dict[str, _Deed] = {}
        self._earned: dict[_Whose, _Earned] = {}
        self._credits: dict[tuple[str, int], _Whose] = {}  # (account, number) -> for what, while it stands
        self._standing: dict[_Whose, int] = {}
        self._taken_back: dict[_Whose, Place] = {}
        self._days: dict[tuple[str, str], set[_Whose]] = {}  # person and day -> what brought him points for it

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Note what is confirmed; judge what is credited."""
        if entry.type == "points_account.opened/1":
            self._holders[entry.identity] = entry.data["holder_id"]
        elif entry.type in _BEGUN:
            self._begun(entry)
        elif entry.type in _CONFIRMED:
            if (deed := self._deeds.get(entry.stream)) is not None:
                for who, earned in _READERS[entry.category](entry, deed):
                    self._earned[entry.stream, who] = earned
                    self._taken_back.pop((entry.stream, who), None)
        elif entry.type in _TAKEN_BACK:
            self._took_back(entry)
        elif entry.type == "points.reversed/1":
            self._reversed(entry)
        else:
            self._credited(entry)

    def _begun(self, entry: Entry) -> None:
        if entry.type == "task.done/1":
            if (task := self._deeds.get(entry.stream)) is not None:
                task.done[entry.data["person_id"]] = entry.data["done_on"]
        else:
            self._deeds[entry.stream] = _Deed(entry.data)

    def _took_back(self, entry: Entry) -> None:
        deed = self._deeds.get(entry.stream)
        if deed is not None:
            who = entry.data.get("person_id") or _holder_of(deed.data)
            if self._earned.pop((entry.stream, who), None) is not None:
                self._taken_back[entry.stream, who] = entry.place

    def _reversed(self, entry: Entry) -> None:
        whose = self._credits.pop((entry.identity, entry.data["granted"]), None)
        if whose is not None:
            self._standing[whose] -= 1

    def _credited(self, entry: Entry) -> None:
        data = entry.data
        if data["cause"].partition("/")[0] not in CATEGORIES:
            return
        who = data.get("beneficiary_id") or self._holders.get(entry.identity, "")
        whose = (data["cause"], who)
        earned = self._earned.get(whose)
        if earned is None or earned[:3] != (data["item"], data["division"], data["deed_on"]):
            self._findings.add("duties.deed_unearned", entry.place, cause=data["cause"], person=who)
        elif earned.minutes:
            self._day(entry, whose, earned)
        if entry.type == "points.granted/1":
            self._credits[entry.identity, entry.seq] = whose
            self._standing[whose] = self._standing.get(whose, 0) + 1

    def _day(self, entry: Entry, whose: _Whose, earned: _Earned) -> None:
        """Nobody serves longer on a day than a day has hours for it."""
        served = self._days.setdefault((whose[1], earned.day), set())
        served.add(whose)
        minutes = sum(self._earned[one].minutes for one in served if one in self._earned)
        if minutes > _MINUTES_MAX:
            self._findings.add(
                "duties.day_full", entry.place, person=whose[1], day=earned.day, minutes=minutes, most=_MINUTES_MAX
            )

    def finish(self, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """What was taken back leaves nothing standing."""
        for (cause, who), place in self._taken_back.items():
            if self._standing.get((cause, who), 0):
                self._findings.add("duties.deed_points_left", place, cause=cause, person=who)


def _of_task(entry: Entry, deed: _Deed) -> Iterator[tuple[str, _Earned]]:
    person = entry.data["person_id"]
    yield person, _Earned(deed.data["item"], deed.data["division"], deed.done.get(person, ""))


def _of_activity(entry: Entry, deed: _Deed) -> Iterator[tuple[str, _Earned]]:
    for one in entry.data["served"]:
        data = deed.data
        yield one["person_id"], _Earned(data["item"], data["division"], data["held_on"], one["minutes"])


def _of_commendation(entry: Entry, deed: _Deed) -> Iterator[tuple[str, _Earned]]:  # noqa: ARG001 - as the others
    data = deed.data
    yield data["holder_id"], _Earned(data["item"], data["division"], data["issued_on"])


def _of_inspection(entry: Entry, deed: _Deed) -> Iterator[tuple[str, _Earned]]:  # noqa: ARG001 - as the others
    data = deed.data
    if data["result"] == "clean":
        yield data["household_id"], _Earned(data["item"], data["division"], data["inspected_on"])


def _of_party_activity(entry: Entry, deed: _Deed) -> Iterator[tuple[str, _Earned]]:
    deed.sides.add(entry.type)
    if len(deed.sides) > 1:
        data = deed.data
        yield data["person_id"], _Earned(data["item"], data["division"], data["held_on"], data["minutes"])


def _of_training(entry: Entry, deed: _Deed) -> Iterator[tuple[str, _Earned]]:
    for one in entry.data["attendances"]:
        if one["result"] == "passed":
            yield one["person_id"], _Earned(TRAINING_ITEM, deed.data["division"], deed.data["held_on"])


_READERS: Mapping[str, Callable[[Entry, _Deed], Iterator[tuple[str, _Earned]]]] = {
    "task": _of_task,
    "activity": _of_activity,
    "commendation": _of_commendation,
    "inspection": _of_inspection,
    "party_activity": _of_party_activity,
    "training": _of_training,
}


def _holder_of(data: Mapping[str, Any]) -> str:
    """Whose deed it is, where its first event says so."""
    return str(data.get("person_id") or data.get("household_id") or data.get("holder_id") or "")
