"""Kinds of facilities (设施种类): the closed list of what the county counts, each word recorded and never reused."""

from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from domain.kernel.events import event
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.kernel.states import known


@event("facility_kind.admitted/1")
class FacilityKindAdmitted:
    """A kind is on the county's list under a permanent code; `document` says by which order."""

    division: Division
    code: str
    name: str
    document: str


@event("facility_kind.withdrawn/1")
class FacilityKindWithdrawn:
    """No facility of this kind is registered after this day; those that are there stay what they are."""

    code: str
    last_day: date


FacilityKindEvent = FacilityKindAdmitted | FacilityKindWithdrawn


@dataclass(frozen=True, slots=True)
class FacilityKind:
    """A kind; `last_day` is the last on which one can be registered, None without an end."""

    code: str
    name: str
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class FacilityKinds:
    """The list of one county."""

    division: Division
    kinds: tuple[FacilityKind, ...] = ()

    def named(self, code: str) -> FacilityKind | None:
        """The kind of a code."""
        return next((kind for kind in self.kinds if kind.code == code), None)

    def open(self, code: str, on: date) -> bool:
        """Whether a facility of this kind can be registered on a day."""
        kind = self.named(code)
        return kind is not None and (kind.last_day is None or on <= kind.last_day)


# Decide: what may happen, judged by the rules in force.


def admit(
    kinds: FacilityKinds | None, *, division: Division, division_known: bool, code: str, name: str, document: str
) -> FacilityKindAdmitted:
    """Put a kind on the list. Refused, in this order: `place.unknown`, `facility_kind.code_reused`."""
    if not division_known:
        raise Refusal("place.unknown", division=division)
    if kinds is not None and kinds.named(code) is not None:
        raise Refusal("facility_kind.code_reused", kind=code)
    return FacilityKindAdmitted(division=division, code=code, name=name, document=document)


def withdraw(kinds: FacilityKinds | None, *, code: str, last_day: date) -> FacilityKindWithdrawn:
    """Close a kind for new facilities. Refused, in this order: `facility_kind.unknown`, `facility_kind.withdrawn`."""
    kind = kinds.named(code) if kinds is not None else None
    if kind is None:
        raise Refusal("facility_kind.unknown", kind=code)
    if kind.last_day is not None:
        raise Refusal("facility_kind.withdrawn", kind=code, last_day=kind.last_day)
    return FacilityKindWithdrawn(code=code, last_day=last_day)


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(kinds: FacilityKinds | None, event: FacilityKindEvent) -> FacilityKinds:
    """The list after an event."""
    match event:
        case FacilityKindAdmitted():
            before = kinds if kinds is not None else FacilityKinds(event.division)
            return replace(before, kinds=(*before.kinds, FacilityKind(event.code, event.name)))
        case FacilityKindWithdrawn():
            before = known(kinds)
            ended = tuple(
                replace(kind, last_day=event.last_day) if kind.code == event.code else kind for kind in before.kinds
            )
            return replace(before, kinds=ended)
        case _:
            assert_never(event)
