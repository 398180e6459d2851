"""A member was vetted and appointed by two others, was trained before he reported, and did not report while suspended.

What must not be broken: who acted is taken from who signed; the role that follows from each step is looked up in the
book, where the same append has just granted or ended it.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import ClassVar

from audit.book import Book
from audit.entries import Entry, day_of
from audit.findings import Findings, Place
from domain.kernel.places import Division, contains

ROLE = "member"
_SERVING = ("appointed", "suspended")
# From which states a membership may come into each step.
_BEFORE = {
    "member.applied/1": ("", "rejected", "exited"),
    "member.vetted/1": ("applied",),
    "member.appointed/1": ("vetted",),
    "member.trained/1": ("vetted", *_SERVING),
    "member.suspended/1": _SERVING,
    "member.reinstated/1": _SERVING,
    "member.exited/1": _SERVING,
}
_STEPS = {"member.vetted/1": ("vetter", "vetter_id"), "member.appointed/1": ("appointer", "appointer_id")}
_GIVES_THE_ROLE = frozenset({"member.appointed/1", "member.suspended/1", "member.reinstated/1"})


@dataclass(slots=True)
class _Member:
    """One application and what became of it; days as texts."""

    person: str
    area: str
    parts: dict[str, str]
    state: str = "applied"
    until: str | None = None
    trained: str | None = None  # the earliest training before duty
    suspensions: list[tuple[str, str | None]] = field(default_factory=list)


class Members:
    """Check 11, from an application to the reports."""

    types: ClassVar[frozenset[str] | None] = frozenset(
        {*_BEFORE, "person.registered/1", "person.role_granted/1", "incident.reported/1"}
    )
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._streams: dict[str, _Member] = {}
        self._people: dict[str, _Member] = {}
        self._pseudonymous: set[str] = set()
        self._appointing = False  # whether anybody was appointed yet
        self._granted: dict[tuple[str, str, str], Place] = {}  # (by, command, person) -> a role that nothing explains

    def see(self, entry: Entry, book: Book) -> None:
        """Judge a step of a membership, or a report by a member."""
        match entry.type:
            case "incident.reported/1":
                self._reported(entry)
            case "person.registered/1":
                if entry.data["pseudonymous"]:
                    self._pseudonymous.add(entry.identity)
            case "person.role_granted/1":
                if entry.data["role"] == ROLE and self._appointing and entry.identity not in self._pseudonymous:
                    self._granted[entry.by, entry.cmd, entry.identity] = entry.place
            case "member.applied/1":
                self._applied(entry)
            case _:
                self._step(entry, book)

    def _applied(self, entry: Entry) -> None:
        data = entry.data
        before = self._streams.get(entry.identity)
        self._order(entry, before.state if before else "")
        transcriber = data.get("transcribed_by")
        self._signed(entry, transcriber or data["person_id"], "transcriber" if transcriber else "applicant")
        parts = {"applicant": data["person_id"], **({"transcriber": transcriber} if transcriber else {})}
        if transcriber == data["person_id"]:
            self._acted_twice(entry, transcriber, "applicant", "transcriber")
        member = _Member(data["person_id"], data["area"], parts)
        self._streams[entry.identity] = self._people[member.person] = member

    def _step(self, entry: Entry, book: Book) -> None:
        member = self._streams.get(entry.identity)
        if member is None:
            self._findings.add("duties.no_application", entry.place)
            return
        self._order(entry, member.state)
        if entry.type in _STEPS:
            self._by_another(entry, member)
        elif entry.by == member.person:
            self._acted_twice(entry, entry.by, "member", "clerk")
        if entry.type in _GIVES_THE_ROLE:
            self._granted.pop((entry.by, entry.cmd, member.person), None)
        getattr(self, f"_{entry.type.partition('.')[2].partition('/')[0]}")(entry, book, member)

    def _by_another(self, entry: Entry, member: _Member) -> None:
        """A step that only somebody takes who has taken none before."""
        part, field_name = _STEPS[entry.type]
        self._signed(entry, entry.data[field_name], part)
        for earlier, person in member.parts.items():
            if person == entry.data[field_name] and earlier != part:
                self._acted_twice(entry, person, earlier, part)
        member.parts[part] = entry.data[field_name]

    def _vetted(self, entry: Entry, book: Book, member: _Member) -> None:  # noqa: ARG002 - all steps are handed it
        member.state = "vetted" if entry.data["passed"] else "rejected"

    def _appointed(self, entry: Entry, book: Book, member: _Member) -> None:
        data = entry.data
        self._appointing = True
        member.state, member.area, member.until = "appointed", data["area"], data.get("until")
        self._must_hold(entry, book, member, data["since"])
        other = _other_roles(book, member, data["since"])
        if sorted(data["other_roles"]) != other:
            found, expected = "、".join(data["other_roles"]) or "-", "、".join(other) or "-"
            self._findings.add("duties.other_roles", entry.place, found=found, expected=expected)

    def _trained(self, entry: Entry, book: Book, member: _Member) -> None:  # noqa: ARG002
        data = entry.data
        self._signed(entry, data["trainer_id"], "trainer")
        if data["level"] == "before_duty":
            member.trained = min(data["trained_on"], member.trained or data["trained_on"])
        elif member.trained is None or data["trained_on"] < member.trained:
            self._findings.add("duties.untrained", entry.place, person=member.person, on=data["trained_on"])

    def _suspended(self, entry: Entry, book: Book, member: _Member) -> None:
        since, until = entry.data["since"], entry.data.get("until")
        member.state = "suspended"
        member.suspensions.append((since, until))
        for on in (since, *((until,) if until else ())):
            self._must_not_hold(entry, book, member, on)

    def _reinstated(self, entry: Entry, book: Book, member: _Member) -> None:
        since = entry.data["since"]
        member.state = "appointed"
        if not member.suspensions:
            self._findings.add("duties.order", entry.place, type=entry.type, state="appointed")
            return
        begun, _ = member.suspensions.pop()
        if begun < since:
            member.suspensions.append((begun, _day(since, -1)))
        if member.until is None or since <= member.until:
            self._must_hold(entry, book, member, since)

    def _exited(self, entry: Entry, book: Book, member: _Member) -> None:
        member.state = "exited"
        self._must_not_hold(entry, book, member, _day(entry.data["last_day"], 1))

    def _reported(self, entry: Entry) -> None:
        member = self._people.get(entry.data["reporter_id"])
        if member is None or member.state not in _SERVING:
            return
        on = day_of(entry.data["reported_at"])
        for since, until in member.suspensions:
            if since <= on and (until is None or on <= until):
                self._findings.add("duties.suspended", entry.place, person=member.person, on=on, since=since)
        if member.trained is None or on < member.trained:
            self._findings.add("duties.untrained", entry.place, person=member.person, on=on)

    def _must_hold(self, entry: Entry, book: Book, member: _Member, on: str) -> None:
        if not book.holds(member.person, ROLE, on, member.area):
            self._findings.add("duties.role_missing", entry.place, person=member.person, on=on)

    def _must_not_hold(self, entry: Entry, book: Book, member: _Member, on: str) -> None:
        if book.holds(member.person, ROLE, on, member.area):
            self._findings.add("duties.role_left", entry.place, person=member.person, on=on)

    def _order(self, entry: Entry, state: str) -> None:
        if state not in _BEFORE[entry.type]:
            self._findings.add("duties.order", entry.place, type=entry.type, state=state)

    def _signed(self, entry: Entry, named: str, part: str) -> None:
        if entry.by != named:
            self._findings.add("duties.signed_by_another", entry.place, part=part, named=named, by=entry.by)

    def _acted_twice(self, entry: Entry, person: str, first: str, second: str) -> None:
        self._findings.add("duties.acted_twice", entry.place, person=person, first=first, second=second)

    def finish(self, book: Book) -> None:  # noqa: ARG002
        """Point out who was made a member past the procedure, once there was one."""
        for (_, _, person), place in self._granted.items():
            self._findings.attend("duties.not_appointed", place, person=person)


def _other_roles(book: Book, member: _Member, since: str) -> list[str]:
    """The roles besides that the member holds within the time of his appointment, where its area is touched."""
    area, until = Division(member.area), member.until
    return sorted(
        {
            held.role
            for held in book.roles.get(member.person, ())
            if held.role != ROLE
            and (held.until is None or since <= held.until)
            and (until is None or held.since <= until)
            and (contains(Division(held.area), area) or contains(area, Division(held.area)))
        }
    )


def _day(text: str, days: int) -> str:
    return (date.fromisoformat(text) + timedelta(days=days)).isoformat()
