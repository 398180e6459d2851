"""The two committees of a village: the villagers' committee, and the supervision committee that watches over it.

What must not be broken: nobody sits in both, and no near relative of a member of the one reviews for the other. Source:
the Organic Law of Villagers' Committees (members of the villagers' committee and their near relatives do not sit on the
supervision committee).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal, assert_never, get_args
from uuid import UUID

from domain.kernel.events import event
from domain.kernel.ids import derived
from domain.kernel.places import Division, level
from domain.kernel.refusals import Refusal
from domain.kernel.states import known

Body = Literal["villagers", "supervision"]
BODIES: Final[tuple[Body, ...]] = get_args(Body)
KINSHIPS: Final = frozenset(
    {
        "spouse",
        "parent",
        "child",
        "sibling",
        "grandparent",
        "grandchild",
        "parent_in_law",
        "child_in_law",
        "sibling_in_law",
    }
)
"""Near relatives; what one is to the other, so that it holds both ways."""


@event("committee.seated/1")
class CommitteeSeated:
    """Somebody sits in a committee of the village (`body`: villagers or supervision) from a day on."""

    division: Division
    person_id: UUID
    body: str
    since: date


@event("committee.left/1")
class CommitteeLeft:
    """He sits there no longer after this day."""

    person_id: UUID
    body: str
    last_day: date


@event("committee.kinship_declared/1")
class KinshipDeclared:
    """Two are near relatives: `person_id` is the `kinship` of `other_id`, one of KINSHIPS."""

    division: Division
    person_id: UUID
    other_id: UUID
    kinship: str


@event("committee.kinship_withdrawn/1")
class KinshipWithdrawn:
    """It was declared in error."""

    person_id: UUID
    other_id: UUID


CommitteeEvent = CommitteeSeated | CommitteeLeft | KinshipDeclared | KinshipWithdrawn


@dataclass(frozen=True, slots=True)
class Seat:
    """Who sits where, from when to when (both included; `until` None: still)."""

    person_id: UUID
    body: str
    since: date
    until: date | None = None

    def held_on(self, day: date) -> bool:
        """Whether it is held on that day."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Kin:
    """Two near relatives."""

    person_id: UUID
    other_id: UUID
    kinship: str

    def other_than(self, person_id: UUID) -> UUID | None:
        """The relative of one of the two; None for anybody else."""
        if person_id not in (self.person_id, self.other_id):
            return None
        return self.other_id if person_id == self.person_id else self.person_id


@dataclass(frozen=True, slots=True)
class Committee:
    """Both committees of a village, with everybody who ever sat in them, and the kinships that were declared."""

    division: Division
    seats: tuple[Seat, ...] = ()
    kin: tuple[Kin, ...] = ()

    def sits(self, person_id: UUID, body: str, on: date) -> bool:
        """Whether somebody sits in a body on a day."""
        return any(seat.person_id == person_id and seat.body == body and seat.held_on(on) for seat in self.seats)

    def sits_from(self, person_id: UUID, body: str, day: date) -> bool:
        """Whether somebody sits in a body on a day or on a later one."""
        return any(
            seat.person_id == person_id and seat.body == body and (seat.until is None or seat.until >= day)
            for seat in self.seats
        )

    def relative_in(self, body: str, person_id: UUID, on: date) -> Kin | None:
        """A near relative of somebody who sits in a body on a day."""
        return next((kin for kin, other in self._relatives(person_id) if self.sits(other, body, on)), None)

    def relative_from(self, body: str, person_id: UUID, day: date) -> Kin | None:
        """A near relative of somebody who sits in a body on a day or on a later one."""
        return next((kin for kin, other in self._relatives(person_id) if self.sits_from(other, body, day)), None)

    def _relatives(self, person_id: UUID) -> Iterator[tuple[Kin, UUID]]:
        for kin in self.kin:
            other = kin.other_than(person_id)
            if other is not None:
                yield kin, other


def committee_id(division: Division) -> UUID:
    """The one stream of a village's committees."""
    return derived("committee", division)


# Decide: what may happen, judged by the rules in force.


def seat(
    committee: Committee | None, *, division: Division, person_id: UUID, person_known: bool, body: str, since: date
) -> CommitteeSeated:
    """Seat somebody.

    Refused, in this order: `committee.not_a_village`, `committee.body_unknown`, `person.unknown`,
    `committee.seated_already`, `committee.sits_in_both`, `committee.near_relative` (of a member of the other body):
    each on that day or on any later one, for a seat has no end yet.
    """
    if level(division) != "village":
        raise Refusal("committee.not_a_village", division=division)
    if body not in BODIES:
        raise Refusal("committee.body_unknown", body=body)
    if not person_known:
        raise Refusal("person.unknown")
    if committee is not None:
        other = _other(body)
        if committee.sits_from(person_id, body, since):
            raise Refusal("committee.seated_already", body=body)
        if committee.sits_from(person_id, other, since):
            raise Refusal("committee.sits_in_both")
        _refuse_relative(committee.relative_from(other, person_id, since))
    return CommitteeSeated(division=division, person_id=person_id, body=body, since=since)


def leave(committee: Committee | None, *, person_id: UUID, body: str, last_day: date) -> CommitteeLeft:
    """Let somebody leave.

    Refused, in this order: `committee.not_seated`, `committee.left_before_seated`.
    """
    held = [
        one
        for one in (committee.seats if committee else ())
        if (one.person_id, one.body, one.until) == (person_id, body, None)
    ]
    if not held:
        raise Refusal("committee.not_seated", body=body)
    if last_day < held[0].since:
        raise Refusal("committee.left_before_seated", last_day=last_day, since=held[0].since)
    return CommitteeLeft(person_id=person_id, body=body, last_day=last_day)


def declare_kinship(
    committee: Committee | None, *, division: Division, person_id: UUID, other_id: UUID, kinship: str
) -> KinshipDeclared:
    """Write down that two are near relatives. It unseats nobody: from now on neither reviews what the other's does.

    Refused, in this order: `committee.not_a_village`, `committee.kinship_unknown`, `committee.kin_of_oneself`,
    `committee.kinship_declared_already`.
    """
    if level(division) != "village":
        raise Refusal("committee.not_a_village", division=division)
    if kinship not in KINSHIPS:
        raise Refusal("committee.kinship_unknown", kinship=kinship)
    if person_id == other_id:
        raise Refusal("committee.kin_of_oneself")
    if any(kin.other_than(person_id) == other_id for kin in (committee.kin if committee else ())):
        raise Refusal("committee.kinship_declared_already")
    return KinshipDeclared(division=division, person_id=person_id, other_id=other_id, kinship=kinship)


def withdraw_kinship(committee: Committee | None, *, person_id: UUID, other_id: UUID) -> KinshipWithdrawn:
    """Take back what was declared in error. Refused: `committee.kinship_not_declared`."""
    if not any(kin.other_than(person_id) == other_id for kin in (committee.kin if committee else ())):
        raise Refusal("committee.kinship_not_declared")
    return KinshipWithdrawn(person_id=person_id, other_id=other_id)


def require_reviewer(committee: Committee | None, *, person_id: UUID, on: date) -> None:
    """Refuse whoever may not review for the village on that day.

    Refused, in this order: `committee.not_in_supervision`, `committee.sits_in_both`, `committee.near_relative`.
    """
    if committee is None or not committee.sits(person_id, "supervision", on):
        raise Refusal("committee.not_in_supervision")
    if committee.sits(person_id, "villagers", on):
        raise Refusal("committee.sits_in_both")
    _refuse_relative(committee.relative_in("villagers", person_id, on))


def _refuse_relative(kin: Kin | None) -> None:
    if kin is not None:
        raise Refusal("committee.near_relative", kinship=kin.kinship)


def _other(body: str) -> Body:
    return "villagers" if body == "supervision" else "supervision"


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(committee: Committee | None, event: CommitteeEvent) -> Committee:
    """The committees after an event."""
    match event:
        case CommitteeSeated():
            before = committee or Committee(event.division)
            return replace(before, seats=(*before.seats, Seat(event.person_id, event.body, event.since)))
        case CommitteeLeft():
            seats = tuple(_left(one, event) for one in known(committee).seats)
            return replace(known(committee), seats=seats)
        case KinshipDeclared():
            before = committee or Committee(event.division)
            return replace(before, kin=(*before.kin, Kin(event.person_id, event.other_id, event.kinship)))
        case KinshipWithdrawn():
            kin = tuple(one for one in known(committee).kin if one.other_than(event.person_id) != event.other_id)
            return replace(known(committee), kin=kin)
        case _:
            assert_never(event)


def _left(held: Seat, event: CommitteeLeft) -> Seat:
    if (held.person_id, held.body, held.until) != (event.person_id, event.body, None):
        return held
    return replace(held, until=event.last_day)
