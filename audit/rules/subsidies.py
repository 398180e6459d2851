"""Subsidy lists: each amount is the standard times the quantity, the sum is the sum, and two people stand for a list.

What must not be broken: the standard is looked up here among those that were published, never taken from the list; the
lines of a version are gathered over all its events before it may be confirmed. Payees of a sensitive programme may
stand there blinded: still each of them once, but nobody outside the county can look them up, so that whether the
confirmer is one of them cannot be judged here.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from audit.book import Book
from audit.entries import Entry
from audit.findings import Findings
from domain.kernel.periods import Period, last_day
from domain.kernel.places import Division, contains
from domain.kernel.quantities import priced

_SIGNED: Final[Mapping[str, tuple[str, str]]] = {
    "subsidy_programme.published/1": ("publisher", "publisher_id"),
    "subsidy_programme.standard_set/1": ("publisher", "setter_id"),
    "subsidy_programme.ended/1": ("publisher", "ender_id"),
    "subsidy_list.proposed/1": ("proposer", "proposer_id"),
    "subsidy_list.confirmed/1": ("confirmer", "confirmer_id"),
    "subsidy_list.rejected/1": ("rejecter", "rejecter_id"),
}
"""Type -> the part that its signer plays, and the field that names him."""


@dataclass(slots=True)
class _Programme:
    """A programme: where it runs, whether its payees are nobody's business, its standards by day, until when."""

    division: str
    sensitive: bool
    standards: list[tuple[str, str, int]]
    last_day: str = "9999-12-31"

    def on(self, day: str) -> tuple[str, int] | None:
        """The event and the amount of the standard in force on a day."""
        begun = [one for one in self.standards if one[0] <= day]
        return max(begun)[1:] if begun and day <= self.last_day else None


@dataclass(slots=True)
class _Version:
    """A version as it was proposed, with all its lines so far."""

    data: Mapping[str, Any]
    proposer: str
    lines: list[Mapping[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class _List:
    """A list: the number of its latest version, the one that waits, whether one holds."""

    latest: int = 0
    waiting: _Version | None = None
    holds: bool = False


class Subsidies:
    """Checks 11 and 29, of subsidies."""

    types: ClassVar[frozenset[str] | None] = frozenset({*_SIGNED, "subsidy_list.lines_added/1"})
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._programmes: dict[str, _Programme] = {}
        self._lists: dict[str, _List] = {}

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Judge one step."""
        if entry.type in _SIGNED:
            part, name = _SIGNED[entry.type]
            if entry.data[name] != entry.by:
                self._add(entry, "duties.signed_by_another", part=part, named=entry.data[name], by=entry.by)
        if entry.category == "subsidy_programme":
            self._programme(entry)
        elif entry.type == "subsidy_list.proposed/1":
            self._proposed(entry)
        else:
            self._decided(entry)

    def _programme(self, entry: Entry) -> None:
        data, known = entry.data, self._programmes.get(entry.identity)
        if entry.type == "subsidy_programme.published/1":
            if known is not None:
                self._order(entry, "published")
            first = (data["since"], entry.name, data["standard_fen"])
            self._programmes[entry.identity] = _Programme(data["division"], data["sensitive"], [first])
        elif known is None:
            self._order(entry, "")
        elif entry.type == "subsidy_programme.ended/1":
            known.last_day = data["last_day"]
        else:
            if data["since"] <= known.standards[-1][0]:
                self._add(entry, "duties.deed_day", day=data["since"])
            known.standards.append((data["since"], entry.name, data["standard_fen"]))

    def _proposed(self, entry: Entry) -> None:
        data, listed = entry.data, self._lists.setdefault(entry.identity, _List())
        if listed.waiting is not None or data["version"] != listed.latest + 1:
            self._order(entry, f"version {listed.latest}")
        programme = self._programmes.get(data["programme_id"])
        standard = programme.on(last_day(Period(data["period"])).isoformat()) if programme is not None else None
        if standard != (data["standard"], data["standard_fen"]):
            self._add(entry, "village.subsidy_standard", standard=data["standard"])
        if programme is None or not contains(Division(programme.division), Division(data["division"])):
            self._add(entry, "village.subsidy_elsewhere", division=data["division"])
        if "blinded" in data and (programme is None or not programme.sensitive):
            self._add(entry, "village.subsidy_blinded", version=data["version"])
        if listed.holds and "reason" not in data:
            self._add(entry, "village.subsidy_unexplained", version=data["version"])
        listed.latest = data["version"]
        listed.waiting = _Version(data, entry.by, list(data["lines"]))

    def _decided(self, entry: Entry) -> None:
        data, listed = entry.data, self._lists.get(entry.identity)
        version = listed.waiting if listed is not None else None
        if listed is None or version is None or version.data["version"] != data["version"]:
            self._order(entry, f"version {listed.latest if listed else 0}")
            return
        if entry.type == "subsidy_list.lines_added/1":
            version.lines.extend(data["lines"])
            return
        if entry.type == "subsidy_list.confirmed/1":
            self._lines(entry, version)
            named = [] if "blinded" in version.data else version.lines
            payees = [("payee", one["payee_id"]) for one in named if one["kind"] == "person"]
            for first, person in (("proposer", version.proposer), *payees):
                if person == entry.by:
                    self._add(entry, "duties.acted_twice", person=person, first=first, second="confirmer")
            listed.holds = True
        listed.waiting = None

    def _lines(self, entry: Entry, version: _Version) -> None:
        data, lines = version.data, version.lines
        for one in lines:
            computed = priced(data["standard_fen"], one["quantity_milli"])
            if one["amount_fen"] != computed:
                facts = {"payee": one["payee_id"], "stated_fen": one["amount_fen"], "computed_fen": computed}
                self._add(entry, "village.subsidy_amount", **facts)
        stated = data["line_count"], data["total_fen"], data["lines_digest"]
        if stated != (len(lines), sum(one["amount_fen"] for one in lines), _digest(lines)):
            self._add(entry, "village.subsidy_sum", version=data["version"])
        if len({one["payee_id"] for one in lines}) < len(lines):
            self._add(entry, "village.subsidy_twice", version=data["version"])

    def _order(self, entry: Entry, state: str) -> None:
        self._add(entry, "duties.order", type=entry.type, state=state)

    def _add(self, entry: Entry, code: str, **facts: str | int) -> None:
        self._findings.add(code, entry.place, **facts)

    def finish(self, book: Book) -> None:
        """All of it is judged event by event."""


def _digest(lines: list[Mapping[str, Any]]) -> str:
    """SHA-256 over `<kind> <payee> <thousandths> <fen>` and a line feed for each line, by kind and payee."""
    rows = sorted((one["kind"], one["payee_id"], one["quantity_milli"], one["amount_fen"]) for one in lines)
    return hashlib.sha256("".join(f"{' '.join(map(str, row))}\n" for row in rows).encode()).hexdigest()
