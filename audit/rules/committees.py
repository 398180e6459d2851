"""Who sits in a village's committees on a day, folded from their own events; nobody sits in both.

What must not be broken: whoever reviews for the village sits in its supervision committee on that day, and neither he
nor a near relative of his sits in the villagers' committee.
"""

from collections import defaultdict
from typing import ClassVar, NamedTuple

from audit.book import Book
from audit.entries import Entry
from audit.findings import Findings

SUPERVISION, VILLAGERS = "supervision", "villagers"
_OTHER = {SUPERVISION: VILLAGERS, VILLAGERS: SUPERVISION}


class _Seat(NamedTuple):
    """A seat, from when to when (both included; None: still)."""

    person: str
    body: str
    since: str
    until: str | None

    def held_on(self, day: str) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


class Committees:
    """Check 11, of the committees; other rules ask it who may review."""

    types: ClassVar[frozenset[str] | None] = frozenset(
        {
            "committee.seated/1",
            "committee.left/1",
            "committee.kinship_declared/1",
            "committee.kinship_withdrawn/1",
        }
    )
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._seats: defaultdict[str, list[_Seat]] = defaultdict(list)  # by division
        self._kin: defaultdict[str, set[frozenset[str]]] = defaultdict(set)

    def see(self, entry: Entry, book: Book) -> None:
        """Take a seat or a kinship in, and judge who is seated."""
        data, division = entry.data, book.division_of(entry) or ""
        pair = frozenset((str(data.get("person_id")), str(data.get("other_id"))))
        match entry.type:
            case "committee.seated/1":
                self._seated(entry, division)
            case "committee.left/1":
                leaving = data["person_id"], data["body"], None
                self._seats[division] = [
                    one._replace(until=data["last_day"]) if (one.person, one.body, one.until) == leaving else one
                    for one in self._seats[division]
                ]
            case "committee.kinship_declared/1":
                self._kin[division].add(pair)
            case _:
                self._kin[division].discard(pair)

    def _seated(self, entry: Entry, division: str) -> None:
        data, other = entry.data, _OTHER.get(entry.data["body"], "")
        person, since = data["person_id"], data["since"]
        if self._sits_from(division, person, data["body"], since):
            self._findings.add("duties.order", entry.place, type=entry.type, state="seated")
        if self._sits_from(division, person, other, since):
            self._findings.add("duties.sits_in_both", entry.place, person=person)
        if any(self._sits_from(division, one, other, since) for one in self._relatives(division, person)):
            self._findings.add("duties.near_relative", entry.place, person=person)
        self._seats[division].append(_Seat(person, data["body"], since, None))

    def judge_reviewer(self, entry: Entry, division: str) -> None:
        """Whether whoever signed an entry may review for a village on its day."""
        if not self._sits(division, entry.by, SUPERVISION, entry.on):
            self._findings.add("duties.not_in_supervision", entry.place, person=entry.by)
        if self._sits(division, entry.by, VILLAGERS, entry.on):
            self._findings.add("duties.sits_in_both", entry.place, person=entry.by)
        if any(self._sits(division, one, VILLAGERS, entry.on) for one in self._relatives(division, entry.by)):
            self._findings.add("duties.near_relative", entry.place, person=entry.by)

    def _sits(self, division: str, person: str, body: str, day: str) -> bool:
        return any((one.person, one.body) == (person, body) and one.held_on(day) for one in self._seats[division])

    def _sits_from(self, division: str, person: str, body: str, day: str) -> bool:
        """Whether somebody sits in a body on a day or on a later one."""
        return any(
            (one.person, one.body) == (person, body) and (one.until is None or one.until >= day)
            for one in self._seats[division]
        )

    def _relatives(self, division: str, person: str) -> set[str]:
        """The near relatives of somebody, as declared."""
        return {other for pair in self._kin[division] if person in pair for other in pair - {person}}

    def finish(self, book: Book) -> None:
        """All of it is judged event by event."""
