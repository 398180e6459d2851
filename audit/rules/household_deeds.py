"""What is said of households is said by two who do not belong to them: praise, clean homes, titles, shares in points.

What must not be broken: who belongs to a household on a day is folded here from the households' own events, and a title
rests on an inspection that was confirmed and found the home clean.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

from audit.book import Book
from audit.entries import Entry
from audit.findings import Findings

_SIGNED: Mapping[str, tuple[str, str]] = {
    "commendation.recorded/1": ("recorder", "recorder_id"),
    "commendation.confirmed/1": ("confirmer", "confirmer_id"),
    "commendation.withdrawn/1": ("withdrawer", "withdrawer_id"),
    "inspection.recorded/1": ("recorder", "recorder_id"),
    "inspection.confirmed/1": ("confirmer", "confirmer_id"),
    "inspection.disputed/1": ("confirmer", "disputer_id"),
    "inspection.withdrawn/1": ("withdrawer", "withdrawer_id"),
    "points_share.proposed/1": ("proposer", "proposer_id"),
    "points_share.confirmed/1": ("confirmer", "confirmer_id"),
    "points_share.rejected/1": ("rejecter", "rejecter_id"),
}
"""Type -> the part that its signer plays, and the field that names him."""

_NEXT: Mapping[str, tuple[frozenset[str], str]] = {
    "commendation.recorded/1": (frozenset({"", "withdrawn"}), "recorded"),
    "commendation.confirmed/1": (frozenset({"recorded"}), "confirmed"),
    "commendation.withdrawn/1": (frozenset({"recorded", "confirmed"}), "withdrawn"),
    "inspection.recorded/1": (frozenset({"", "disputed", "withdrawn"}), "recorded"),
    "inspection.confirmed/1": (frozenset({"recorded"}), "confirmed"),
    "inspection.disputed/1": (frozenset({"recorded"}), "disputed"),
    "inspection.withdrawn/1": (frozenset({"confirmed"}), "withdrawn"),
    "points_share.proposed/1": (frozenset({""}), "proposed"),
    "points_share.confirmed/1": (frozenset({"proposed"}), "confirmed"),
    "points_share.rejected/1": (frozenset({"proposed"}), "rejected"),
}
"""Type -> the states that it may follow, and the one that it leads to."""

_OF_HOUSEHOLDS = frozenset({"household.person_joined/1", "household.person_left/1", "household.head_named/1"})
_TITLES = frozenset({"title.granted/1", "title.revoked/1"})
_INSPECTORS_MIN = 2


@dataclass(slots=True)
class _House:
    """Who belonged to a household from when to when, and who was named to speak for it."""

    spans: list[tuple[str, str, str | None]] = field(default_factory=list)
    heads: list[tuple[str, str]] = field(default_factory=list)

    def on(self, day: str) -> set[str]:
        """Who belonged to it on a day."""
        return {who for who, since, until in self.spans if since <= day and (until is None or day <= until)}

    def head_on(self, day: str) -> str | None:
        """Who spoke for it on a day."""
        named = [(who, since) for who, since in self.heads if since <= day]
        if not named:
            return None
        head, named_for = named[-1]
        stays = any(
            who == head and since <= named_for and (until is None or day <= until) for who, since, until in self.spans
        )
        return head if stays else None


class _Seen(NamedTuple):
    """A confirmed inspection as a title may rest on it."""

    household: str
    result: str
    day: str


@dataclass(slots=True)
class _Case:
    """A commendation, an inspection or a share: what its first event said, and how far it is."""

    data: Mapping[str, object]
    state: str
    confirmed: str = ""


class HouseholdDeeds:
    """Check 11, of praise, inspections, titles and shares."""

    types: ClassVar[frozenset[str] | None] = frozenset({*_SIGNED, *_OF_HOUSEHOLDS, *_TITLES})
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._houses: dict[str, _House] = {}
        self._cases: dict[str, _Case] = {}
        self._seen: dict[str, _Seen] = {}  # event that confirmed an inspection -> what was seen
        self._undone: set[str] = set()  # events that took a confirmed inspection back
        self._titles: dict[str, tuple[str, str]] = {}  # title stream -> (household, since), while it is held

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Judge who records, confirms or takes back."""
        if entry.type in _OF_HOUSEHOLDS:
            self._moved(entry)
        elif entry.type in _TITLES:
            self._title(entry)
        else:
            self._step(entry)

    def _moved(self, entry: Entry) -> None:
        house, data = self._houses.setdefault(entry.identity, _House()), entry.data
        match entry.type:
            case "household.person_joined/1":
                house.spans.append((data["person_id"], data["since"], None))
            case "household.person_left/1":
                leaving = data["person_id"]
                house.spans = [
                    (who, since, data["last_day"] if (who, until) == (leaving, None) else until)
                    for who, since, until in house.spans
                ]
            case _:
                house.heads.append((data["head_id"], data["since"]))

    def _step(self, entry: Entry) -> None:
        part, name = _SIGNED[entry.type]
        if entry.data[name] != entry.by:
            self._findings.add("duties.signed_by_another", entry.place, part=part, named=entry.data[name], by=entry.by)
        before, after = _NEXT[entry.type]
        case = self._cases.get(entry.stream)
        if (case.state if case else "") not in before:
            self._order(entry, case.state if case else "")
        if entry.seq == 1 or entry.type.endswith(".recorded/1"):
            case = self._cases[entry.stream] = _Case(entry.data, after)
        elif case is None:
            return
        case.state = after
        _JUDGES[entry.category](self, entry, case, part)

    def _commendation(self, entry: Entry, case: _Case, part: str) -> None:
        holder, day = str(case.data["holder_id"]), str(case.data["issued_on"])
        praised = {holder} if case.data["holder_kind"] == "person" else self._on(holder, day)
        played = [("praised", one) for one in sorted(praised)]
        if part == "confirmer":
            played.append(("recorder", str(case.data["recorder_id"])))
        if part == "recorder":
            self._not_later(entry, day)
        self._apart(entry, part, played)

    def _inspection(self, entry: Entry, case: _Case, part: str) -> None:
        data = case.data
        inspectors = [str(one) for one in _list(data["inspectors"])]
        household, day = str(data["household_id"]), str(data["inspected_on"])
        living = self._on(household, day)
        if part == "recorder":
            self._inspected(entry, inspectors, living, day)
        elif part == "withdrawer":
            self._apart(entry, part, [("inspected", one) for one in sorted(living)])
            self._undone.add(entry.name)
        else:
            if entry.by not in inspectors:
                self._findings.add("duties.no_inspector", entry.place, person=entry.by)
            self._apart(entry, part, [("recorder", str(data["recorder_id"]))])
        if entry.type == "inspection.confirmed/1":
            self._seen[entry.name] = _Seen(household, str(data["result"]), day)

    def _inspected(self, entry: Entry, inspectors: list[str], living: set[str], day: str) -> None:
        self._not_later(entry, day)
        if entry.data["month"] != day[:7]:
            self._findings.add("duties.deed_day", entry.place, day=entry.data["month"])
        if len(set(inspectors)) < _INSPECTORS_MIN or len(set(inspectors)) < len(inspectors):
            self._findings.add("duties.too_few_inspectors", entry.place, count=len(set(inspectors)))
        if entry.by not in inspectors:
            self._findings.add("duties.no_inspector", entry.place, person=entry.by)
        for one in inspectors:
            if one in living:
                self._findings.add("duties.inspector_lives_there", entry.place, person=one)

    def _title(self, entry: Entry) -> None:
        data, held = entry.data, self._titles.get(entry.stream)
        if entry.type == "title.granted/1":
            if held is not None:
                self._order(entry, "granted")
            seen = self._seen.get(data["inspection"])
            if seen is None or seen != (data["household_id"], "clean", data["since"]):
                self._findings.add("duties.title_unfounded", entry.place, inspection=data["inspection"])
            self._titles[entry.stream] = (data["household_id"], data["since"])
            return
        if held is None:
            self._order(entry, "revoked")
            return
        self._revoked(entry, held)
        del self._titles[entry.stream]

    def _revoked(self, entry: Entry, held: tuple[str, str]) -> None:
        """Two of the reasons name an inspection, and it must say so."""
        data, (household, since) = entry.data, held
        named = data.get("inspection", "")
        seen = self._seen.get(named)
        if data["reason"] == "inspection_failed":
            founded = seen is not None and seen.household == household and seen.result != "clean"
        else:
            founded = named in self._undone or data["reason"] != "inspection_withdrawn"
        if not founded:
            self._findings.add("duties.title_unfounded", entry.place, inspection=named or "—")
        if data["last_day"] < since:
            self._findings.add("duties.deed_day", entry.place, day=data["last_day"])

    def _share(self, entry: Entry, case: _Case, part: str) -> None:
        """Two clerks of neither household, and the word of its head."""
        giver, taker = _holder(case.data["giver"]), _holder(case.data["taker"])
        left = self._on(giver[1], entry.on) if giver[0] == "household" else set()
        involved = left | self._on(taker[1], entry.on) | ({giver[1]} if giver[0] == "person" else set())
        if part == "rejecter":
            return
        played = [("holder", one) for one in sorted(involved)]
        if part == "confirmer":
            played.append(("proposer", str(case.data["proposer_id"])))
            if case.data.get("points") is None and left:
                self._findings.add("duties.share_leaves_nothing", entry.place, people=len(left))
        else:
            head = self._head(giver[1] if left else taker[1], entry.on)
            if case.data["agreed_by"] != head:
                self._findings.add("duties.not_the_head", entry.place, person=str(case.data["agreed_by"]))
        self._apart(entry, part, played)

    def _on(self, household: str, day: str) -> set[str]:
        house = self._houses.get(household)
        return house.on(day) if house else set()

    def _head(self, household: str, day: str) -> str | None:
        house = self._houses.get(household)
        return house.head_on(day) if house else None

    def _apart(self, entry: Entry, part: str, played: Iterable[tuple[str, str]]) -> None:
        for other, who in played:
            if who == entry.by:
                self._findings.add("duties.acted_twice", entry.place, person=who, first=other, second=part)

    def _not_later(self, entry: Entry, day: str) -> None:
        if day > entry.on:
            self._findings.add("duties.deed_day", entry.place, day=day)

    def _order(self, entry: Entry, state: str) -> None:
        self._findings.add("duties.order", entry.place, type=entry.type, state=state)

    def finish(self, book: Book) -> None:
        """All of it is judged event by event."""


_JUDGES: Mapping[str, Callable[[HouseholdDeeds, Entry, _Case, str], None]] = {
    "commendation": HouseholdDeeds._commendation,
    "inspection": HouseholdDeeds._inspection,
    "points_share": HouseholdDeeds._share,
}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _holder(value: object) -> tuple[str, str]:
    return (str(value["kind"]), str(value["holder_id"])) if isinstance(value, dict) else ("", "")
