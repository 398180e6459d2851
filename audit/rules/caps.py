"""No more reports of one person, class or place were rewarded than the caps of their day let, and none was held back
while there was room.

What must not be broken: rewards are counted here from the rewards themselves. The counts that the program keeps
beside them are only compared. A cap never holds for days that had passed when it was set.
"""

from collections import Counter
from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from audit.book import Book
from audit.entries import Entry, day_of
from audit.findings import Findings
from audit.records import Cap, Incident
from domain.kernel.places import Division, chain


class Count(NamedTuple):
    """What one cap counts together; all versions of the cap count on."""

    division: str
    kind: str
    category: str | None
    subject: str


class Caps:
    """Part of check 12."""

    types: ClassVar[frozenset[str] | None] = frozenset(
        {"cap.set/1", "reward.granted/1", "quota.used/1", "withholding.recorded/1"}
    )
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._rewarded: Counter[Count] = Counter()
        self._counted: dict[tuple[str, Count], Entry] = {}  # what the program says it counted, until its reward comes

    def see(self, entry: Entry, book: Book) -> None:
        """Judge a cap when it is set, a reward, a count, or a reward that was withheld."""
        match entry.type:
            case "cap.set/1":
                self._set(entry)
            case "reward.granted/1":
                self._granted(entry, book)
            case "quota.used/1":
                self._used(entry)
            case _:
                self._withheld(entry, book)

    def _set(self, entry: Entry) -> None:
        since, known = entry.data["since"], day_of(entry.at)
        if since <= known:
            self._findings.add("tariffs.cap_backdated", entry.place, since=since, known=known)
        if entry.data["kind"] == "person_month" and not since.endswith("-01"):
            self._findings.add("tariffs.cap_month", entry.place, since=since)

    def _granted(self, entry: Entry, book: Book) -> None:
        identity = entry.data["incident_id"]
        incident = book.incidents.get(identity)
        if identity in book.withheld:
            self._findings.add("tariffs.withheld_before", entry.place, earlier=book.withheld[identity])
        if incident is None:  # `duties` says so
            return
        for cap, count in reached(book, incident):
            if self._rewarded[count] >= cap.reports_max:
                self._findings.add("tariffs.cap_passed", entry.place, cap=cap.name, most=cap.reports_max)
            self._rewarded[count] += 1
            if self._counted.pop((identity, count), None) is None:
                self._findings.add("tariffs.not_counted", entry.place, cap=cap.name)

    def _used(self, entry: Entry) -> None:
        data = entry.data
        count = Count(data["division"], data["kind"], data.get("category"), data["subject"])
        if (data["incident_id"], count) in self._counted:
            self._findings.add("tariffs.counted_for_nothing", entry.place, incident=data["incident_id"])
        self._counted[data["incident_id"], count] = entry

    def _withheld(self, entry: Entry, book: Book) -> None:
        data, identity = entry.data, entry.data["incident_id"]
        incident = book.incidents.get(identity)
        if incident is None or not incident.valid:
            self._findings.add("tariffs.withheld_not_valid", entry.place, incident=identity)
            return
        if earlier := book.granted.get(identity):
            self._findings.add("tariffs.withheld_after", entry.place, earlier=earlier)
        full = [
            (cap.name, count.subject, self._rewarded[count])
            for cap, count in reached(book, incident)
            if self._rewarded[count] >= cap.reports_max
        ]
        if (data["cap"], data["subject"], data["used"]) not in full:
            self._findings.add("tariffs.room_left", entry.place, cap=data["cap"], used=data["used"])
        said = data["payee_id"], data["division"], data["category"]
        if said != (incident.parts["reporter"], incident.division, incident.category):
            self._findings.add("tariffs.withheld_differs", entry.place, incident=identity)

    def finish(self, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """A count without a reward takes somebody's place."""
        for (incident, _), entry in self._counted.items():
            self._findings.add("tariffs.counted_for_nothing", entry.place, incident=incident)


def reached(book: Book, incident: Incident) -> Iterator[tuple[Cap, Count]]:
    """Every cap of the division and of all above it that a report falls under on its day, and what it counts."""
    if not book.caps:
        return
    person, day = incident.parts["reporter"], incident.day
    subjects = {
        "person_day": f"{person} {day}",
        "person_month": f"{person} {day[:7]}",
        "class_day": f"{incident.category} {day}",
        "place_day": f"{incident.division} {day}",
    }
    for area in chain(Division(incident.division)):
        latest: dict[tuple[str, str | None], Cap] = {}
        for cap in book.caps.get(area, ()):
            known = latest.get((cap.kind, cap.category))
            if cap.since <= day and (known is None or known.since < cap.since):
                latest[cap.kind, cap.category] = cap
        for cap in latest.values():
            if cap.category in (None, incident.category) and cap.kind in subjects:
                yield cap, Count(area, cap.kind, cap.category, subjects[cap.kind])
