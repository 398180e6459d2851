"""A deed is confirmed by somebody else: neither who offered it, nor who did it, nor who wrote down that it was done.

What must not be broken: who acted is taken from who signed; tasks, activities and party members' service are folded
here from the events themselves, and judged anew.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from audit.book import Book
from audit.entries import Entry
from audit.findings import Findings
from domain.kernel.document_numbers import compared

_SIGNED: Mapping[str, tuple[str, str]] = {
    "task.offered/1": ("offerer", "offerer_id"),
    "task.done/1": ("recorder", "recorder_id"),
    "task.sent_back/1": ("confirmer", "sender_id"),
    "task.confirmed/1": ("confirmer", "confirmer_id"),
    "task.confirmation_withdrawn/1": ("withdrawer", "withdrawer_id"),
    "activity.published/1": ("publisher", "publisher_id"),
    "activity.checked_in/1": ("recorder", "recorder_id"),
    "activity.hours_confirmed/1": ("confirmer", "confirmer_id"),
    "activity.hours_withdrawn/1": ("withdrawer", "withdrawer_id"),
    "party_activity.recorded/1": ("recorder", "recorder_id"),
    "party_activity.unit_confirmed/1": ("unit", "confirmer_id"),
    "party_activity.community_confirmed/1": ("community", "confirmer_id"),
    "party_activity.rejected/1": ("rejecter", "rejecter_id"),
    "party_activity.withdrawn/1": ("withdrawer", "withdrawer_id"),
}
"""Type -> the part that its signer plays, and the field that names him."""

# What somebody's part in a task or an activity must be before a step, and what it is after it; "" where he has none.
_STEPS: Mapping[str, tuple[str, str]] = {
    "task.accepted/1": ("", "accepted"),
    "task.given_up/1": ("accepted", ""),
    "task.done/1": ("accepted", "done"),
    "task.sent_back/1": ("done", "accepted"),
    "task.confirmed/1": ("done", "confirmed"),
    "task.confirmation_withdrawn/1": ("confirmed", "annulled"),
    "activity.signed_up/1": ("", "signed_up"),
    "activity.sign_up_withdrawn/1": ("signed_up", ""),
    "activity.hours_withdrawn/1": ("confirmed", "annulled"),
}
_FIRST = frozenset({"task.offered/1", "activity.published/1", "party_activity.recorded/1"})
_JOINING = frozenset({"task.accepted/1", "activity.signed_up/1"})
_CALLED_OFF = frozenset({"task.withdrawn/1", "activity.cancelled/1"})
_SIDES = ("unit", "community")
_MINUTES_MAX = 720
"""Nobody serves longer than that in one deed."""


@dataclass(slots=True)
class _Deed:
    """A task, an activity or a service. `parts`: who -> how far he is; `played`: which parts others have played."""

    opener: tuple[str, str]
    seats: int = 1
    minutes: int = 0
    day: str = ""
    state: str = "open"
    parts: dict[str, str] = field(default_factory=dict)
    recorders: dict[str, str] = field(default_factory=dict)
    since: dict[str, str] = field(default_factory=dict)


class Deeds:
    """Check 11, of what somebody did for the village."""

    types: ClassVar[frozenset[str] | None] = frozenset(
        {*_SIGNED, *_STEPS, *_FIRST, *_CALLED_OFF, "activity.checked_in/1", "activity.hours_confirmed/1"}
    )
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._deeds: dict[str, _Deed] = {}
        self._services: dict[tuple[str, ...], _Deed] = {}  # person, unit, title and day of a service -> the last such

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Judge one step of a deed."""
        self._signed(entry)
        if entry.type in _FIRST:
            self._begun(entry)
            return
        deed = self._deeds.get(entry.stream)
        if deed is None:
            self._order(entry, "")
            return
        step = _JUDGES.get(entry.type)
        if step is not None:
            step(self, entry, deed)
        elif entry.type in _STEPS:
            self._of_person(entry, deed)
        elif entry.type in _CALLED_OFF:
            if deed.state != "open":
                self._order(entry, deed.state)
            deed.state = "withdrawn"

    def _begun(self, entry: Entry) -> None:
        before = self._deeds.get(entry.stream)
        if before is not None and before.state not in _ENDED:
            self._order(entry, before.state)
        data = entry.data
        deed = _Deed(_opener(entry), data.get("seats", 1), data.get("minutes", 0), data.get("held_on", ""))
        if deed.minutes > _MINUTES_MAX:
            self._findings.add(
                "duties.deed_minutes", entry.place, person=entry.by, minutes=deed.minutes, most=_MINUTES_MAX
            )
        if entry.type == "party_activity.recorded/1":
            deed.parts[data["person_id"]] = "recorded"
            self._not_later(entry, data["held_on"])
            self._once(entry, deed)
        self._deeds[entry.stream] = deed

    def _once(self, entry: Entry, deed: _Deed) -> None:
        """One service of a person, unit, title and day; anew only where it was rejected or taken back."""
        data = entry.data
        said = data["person_id"], compared(data["unit"]), compared(data["title"]), data["held_on"]
        before = self._services.get(said)
        if before is not None and before.state not in _ENDED:
            self._findings.add("duties.service_twice", entry.place, person=data["person_id"], day=data["held_on"])
        self._services[said] = deed

    def _of_person(self, entry: Entry, deed: _Deed) -> None:
        """One person's step: in order, with a seat for it, and confirmed by another."""
        person = entry.data["person_id"]
        before, after = _STEPS[entry.type]
        if deed.parts.get(person, "") != before or (entry.type in _JOINING and deed.state != "open"):
            self._order(entry, deed.parts.get(person, "") or deed.state)
        if after:
            deed.parts[person] = after
        else:
            deed.parts.pop(person, None)
        if entry.type in _JOINING:
            self._seated(entry, deed)
            deed.since[person] = entry.data.get("accepted_on", "")
            self._apart(entry, person, "doer", [deed.opener] if entry.category == "task" else [])
        elif entry.type == "task.done/1":
            deed.recorders[person] = entry.by
            self._not_later(entry, entry.data["done_on"])
            if entry.data["done_on"] < deed.since.get(person, ""):
                self._findings.add("duties.deed_day", entry.place, day=entry.data["done_on"])
        elif entry.type in ("task.confirmed/1", "task.sent_back/1"):
            played = [("doer", person), ("recorder", deed.recorders.get(person, "")), deed.opener]
            self._apart(entry, entry.by, "confirmer", played)
        elif entry.type.endswith("_withdrawn/1") and "withdrawer_id" in entry.data:
            self._apart(entry, entry.by, "withdrawer", [("doer", person)])

    def _checked_in(self, entry: Entry, deed: _Deed) -> None:
        if deed.state != "open":
            self._order(entry, deed.state)
        if entry.on < deed.day:
            self._findings.add("duties.deed_day", entry.place, day=entry.on)
        for person in entry.data["person_ids"]:
            if deed.parts.get(person, "signed_up") != "signed_up":
                self._order(entry, deed.parts[person])
            deed.parts[person] = "checked_in"
            self._apart(entry, entry.by, "recorder", [("volunteer", person)])
        deed.recorders[entry.by] = entry.by
        self._seated(entry, deed)

    def _hours_confirmed(self, entry: Entry, deed: _Deed) -> None:
        if deed.state != "open":
            self._order(entry, deed.state)
        came = [("volunteer", person) for person, part in deed.parts.items() if part != "signed_up"]
        recorders = [("recorder", person) for person in deed.recorders]
        self._apart(entry, entry.by, "confirmer", [deed.opener, *recorders, *came])
        for one in entry.data["served"]:
            person, minutes = one["person_id"], one["minutes"]
            if deed.parts.get(person, "") != "checked_in":
                self._order(entry, deed.parts.get(person, ""))
            deed.parts[person] = "confirmed"
            if minutes > deed.minutes:
                self._findings.add(
                    "duties.deed_minutes", entry.place, person=person, minutes=minutes, most=deed.minutes
                )

    def _side_confirmed(self, entry: Entry, deed: _Deed) -> None:
        side = entry.type.partition(".")[2].partition("_")[0]
        if deed.state != "open" or side in deed.recorders:
            self._order(entry, deed.state)
        others = [(other, deed.recorders.get(other, "")) for other in _SIDES if other != side]
        self._apart(entry, entry.by, side, [*(("doer", person) for person in deed.parts), deed.opener, *others])
        deed.recorders[side] = entry.by
        if all(one in deed.recorders for one in _SIDES):
            deed.state = "confirmed"

    def _party_ended(self, entry: Entry, deed: _Deed) -> None:
        before, after, part = _ENDS[entry.type]
        if deed.state != before:
            self._order(entry, deed.state)
        deed.state = after
        self._apart(entry, entry.by, part, [("doer", person) for person in deed.parts])

    def _signed(self, entry: Entry) -> None:
        if entry.type in _SIGNED:
            part, name = _SIGNED[entry.type]
            if entry.data[name] != entry.by:
                self._findings.add(
                    "duties.signed_by_another", entry.place, part=part, named=entry.data[name], by=entry.by
                )

    def _apart(self, entry: Entry, person: str, part: str, played: list[tuple[str, str]]) -> None:
        for other, who in played:
            if who == person:
                self._findings.add("duties.acted_twice", entry.place, person=person, first=other, second=part)

    def _seated(self, entry: Entry, deed: _Deed) -> None:
        if len(deed.parts) > deed.seats:
            self._findings.add("duties.deed_seats", entry.place, people=len(deed.parts), seats=deed.seats)

    def _not_later(self, entry: Entry, day: str) -> None:
        if day > entry.on:
            self._findings.add("duties.deed_day", entry.place, day=day)

    def _order(self, entry: Entry, state: str) -> None:
        self._findings.add("duties.order", entry.place, type=entry.type, state=state)

    def finish(self, book: Book) -> None:
        """Deeds are judged event by event."""


_ENDS = {
    "party_activity.rejected/1": ("open", "rejected", "rejecter"),
    "party_activity.withdrawn/1": ("confirmed", "withdrawn", "withdrawer"),
}
"""Type -> the state before and after, and the part of who signs."""

_ENDED = frozenset({"rejected", "withdrawn"})
"""The states of a service after which it can be recorded anew."""

_JUDGES: Mapping[str, Callable[[Deeds, Entry, _Deed], None]] = {
    "activity.checked_in/1": Deeds._checked_in,
    "activity.hours_confirmed/1": Deeds._hours_confirmed,
    "party_activity.unit_confirmed/1": Deeds._side_confirmed,
    "party_activity.community_confirmed/1": Deeds._side_confirmed,
    "party_activity.rejected/1": Deeds._party_ended,
    "party_activity.withdrawn/1": Deeds._party_ended,
}


def _opener(entry: Entry) -> tuple[str, str]:
    part, name = _SIGNED[entry.type]
    return part, entry.data[name]
