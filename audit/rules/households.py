"""Nobody belongs to two households on one day, and a household and its people say the same.

What must not be broken: each joining and leaving stands in the household's stream and in the person's own, by the same
command; one without the other is a finding. Whoever lives there, or whom it is about, does not record it himself.
"""

from typing import ClassVar

from audit.book import Book
from audit.entries import Entry
from audit.findings import Findings, Place

_Said = tuple[str, str, str, str, str]
"""By whom, in which command, of whom, of which household, which day."""


class Households:
    """Check 11, of households."""

    types: ClassVar[frozenset[str] | None] = frozenset(
        {
            "household.person_joined/1",
            "household.person_left/1",
            "household.head_named/1",
            "residence.taken/1",
            "residence.given_up/1",
        }
    )
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._spans: dict[str, list[tuple[str, str, str | None]]] = {}  # person -> (household, since, until)
        self._residents: dict[str, str] = {}  # residence stream -> person
        self._one_sided: dict[_Said, Place] = {}

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Judge who joins, leaves or speaks for a household."""
        data, house = entry.data, entry.identity
        if entry.category == "household":
            self._outsider(entry, data.get("person_id") or data["head_id"])
        match entry.type:
            case "household.person_joined/1":
                self._joined(entry, data["person_id"], data["since"])
                self._both_sides(entry, data["person_id"], house, data["since"])
            case "household.person_left/1":
                self._left(entry, data["person_id"], data["last_day"])
                self._both_sides(entry, data["person_id"], house, data["last_day"])
            case "household.head_named/1":
                self._belongs(entry, data["head_id"], data["since"])
            case "residence.taken/1":
                self._residents[entry.identity] = data["person_id"]
                self._both_sides(entry, data["person_id"], data["household_id"], data["since"])
            case _:
                person = self._residents.get(entry.identity, "")
                self._both_sides(entry, person, data["household_id"], data["last_day"])

    def _outsider(self, entry: Entry, person: str) -> None:
        """Nobody records his own joining, leaving or headship, nor a change of the household where he lives."""
        lives_there = any(
            house == entry.identity and since <= entry.on and (until is None or entry.on <= until)
            for house, since, until in self._spans.get(entry.by, ())
        )
        if entry.by == person or lives_there:
            self._findings.add("duties.own_household", entry.place, person=entry.by)

    def _joined(self, entry: Entry, person: str, since: str) -> None:
        spans = self._spans.setdefault(person, [])
        for house, _, until in spans:
            if until is None or since <= until:
                self._findings.add("duties.two_households", entry.place, person=person, household=house)
        spans.append((entry.identity, since, None))

    def _left(self, entry: Entry, person: str, last_day: str) -> None:
        if self._belongs(entry, person, last_day):
            spans = self._spans[person]
            self._spans[person] = [
                (house, since, last_day if (house, until) == (entry.identity, None) else until)
                for house, since, until in spans
            ]

    def _belongs(self, entry: Entry, person: str, on: str) -> bool:
        belongs = any(
            house == entry.identity and since <= on and (until is None or on <= until)
            for house, since, until in self._spans.get(person, ())
        )
        if not belongs:
            self._findings.add("duties.not_in_household", entry.place, person=person, on=on)
        return belongs

    def _both_sides(self, entry: Entry, person: str, house: str, day: str) -> None:
        """The household's word and the person's meet; what is left alone at the end is a finding."""
        said = (entry.by, entry.cmd, person, house, day)
        if self._one_sided.pop(said, None) is None:
            self._one_sided[said] = entry.place

    def finish(self, book: Book) -> None:  # noqa: ARG002
        """Name what only one side says."""
        for (_, _, person, house, _), place in self._one_sided.items():
            self._findings.add("duties.one_sided", place, person=person, household=house)
