"""Caps: how many reports of one person, class or place are rewarded in one day or month.

What must not be broken: a cap never holds for days that have passed when it is set. So every report that it covers is
counted from the first, and whoever counts again offline comes to the same number.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal, assert_never, get_args
from uuid import UUID

from domain.kernel.calendar import month_of
from domain.kernel.events import event
from domain.kernel.ids import EventName, derived, event_name, stream_name
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal

Kind = Literal["person_day", "person_month", "class_day", "place_day"]
KINDS: Final[tuple[str, ...]] = get_args(Kind)
"""A person in a day or a month; a class of reports in a day; a place, as narrow as the report names it, in a day."""


@event("cap.set/1")
class CapSet:
    """Of the reports made in this division from `since` on, so many are rewarded: for each person, class or place.

    `category` limits the cap to reports of that class (None: a person's or a place's reports of any class together,
    and in `class_day` every class for itself).
    """

    division: Division
    kind: str
    category: str | None = None
    reports_max: int
    since: date
    document: str


CapEvent = CapSet


@dataclass(frozen=True, slots=True)
class Cap:
    """A cap as it holds from `since` on until the next one of the same kind and class; `name` is the event."""

    name: EventName
    division: Division
    kind: str
    category: str | None
    reports_max: int
    since: date


@dataclass(frozen=True, slots=True)
class Caps:
    """Every cap that one division has set, after `seq` events."""

    division: Division
    caps: tuple[Cap, ...] = ()
    seq: int = 0

    def in_force(self, on: date) -> Iterator[Cap]:
        """The caps in force on a day: of each kind and class the latest that had begun."""
        begun = [cap for cap in self.caps if cap.since <= on]
        for kind, category in dict.fromkeys((cap.kind, cap.category) for cap in begun):
            versions = [cap for cap in begun if (cap.kind, cap.category) == (kind, category)]
            yield max(versions, key=lambda cap: cap.since)


@dataclass(frozen=True, slots=True)
class Counted:
    """What a cap looks at in a report: who, what, where and on which day in China."""

    person_id: UUID
    category: str
    division: Division
    on: date


@dataclass(frozen=True, slots=True)
class Allowance:
    """A cap as it meets one report: what is counted (`subject`), and the quota that counts it."""

    cap: Cap
    subject: str

    @property
    def quota_id(self) -> UUID:
        """The count of rewarded reports; every version of the cap goes on counting in the same one."""
        cap = self.cap
        return derived("quota", cap.division, cap.kind, cap.category or "", self.subject)


def allowances(along: Iterable[Caps | None], *, report: Counted) -> tuple[Allowance, ...]:
    """Every cap that a report falls under, the narrowest division's first: it must be within each of them.

    `along` are the caps of `places.chain(report.division)`, in its order.
    """
    return tuple(
        Allowance(cap, subject_of(cap.kind, report))
        for caps in along
        if caps is not None
        for cap in caps.in_force(report.on)
        if cap.category in (None, report.category)
    )


def subject_of(kind: str, report: Counted) -> str:
    """What a kind of cap counts together, as one text."""
    match kind:
        case "person_day":
            return f"{report.person_id} {report.on}"
        case "person_month":
            return f"{report.person_id} {month_of(report.on)}"
        case "class_day":
            return f"{report.category} {report.on}"
        case _:
            return f"{report.division} {report.on}"


# Decide: what may happen, judged by the rules in force.


def set_cap(
    caps: Caps | None,
    *,
    division: Division,
    division_known: bool,
    kind: str,
    category: str | None,
    reports_max: int,
    since: date,
    document: str,
    today: date,
) -> CapSet:
    """Reward so many reports and no more, from a day on that is still to come.

    Refused, in this order: `place.unknown`, `cap.kind_unknown`, `cap.number_not_positive`, `cap.since_not_future`,
    `cap.since_not_month_start` (a month is counted whole), `cap.since_reused`.
    """
    if not division_known:
        raise Refusal("place.unknown", division=division)
    if kind not in KINDS:
        raise Refusal("cap.kind_unknown", cap_kind=kind)
    if reports_max < 1:
        raise Refusal("cap.number_not_positive", reports_max=reports_max)
    if since <= today:
        raise Refusal("cap.since_not_future", since=since)
    if kind == "person_month" and since.day != 1:
        raise Refusal("cap.since_not_month_start", since=since)
    taken = caps.caps if caps is not None else ()
    if any((cap.kind, cap.category, cap.since) == (kind, category, since) for cap in taken):
        raise Refusal("cap.since_reused", since=since)
    return CapSet(
        division=division,
        kind=kind,
        category=category,
        reports_max=reports_max,
        since=since,
        document=document,
    )


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(caps: Caps | None, event: CapEvent) -> Caps:
    """The division's caps after an event."""
    before = caps if caps is not None else Caps(event.division)
    seq = before.seq + 1
    match event:
        case CapSet():
            name = event_name(stream_name("cap", derived("cap", event.division)), seq)
            cap = Cap(name, event.division, event.kind, event.category, event.reports_max, event.since)
            return replace(before, caps=(*before.caps, cap), seq=seq)
        case _:
            assert_never(event)
