"""Places: the divisions that this county knows, each under the code it had from a day until a day.

A code is never reused or moved: when a township is raised, merged or split, its code ends, and another begins. Roles,
tariffs and reports stay bound to the code that they were given; only further events carry anything over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import assert_never

from domain.kernel.events import event
from domain.kernel.places import Division, level
from domain.kernel.refusals import Refusal
from domain.kernel.states import known

SUCCESSIONS: Mapping[str, tuple[int, int | None]] = {
    "recoded": (1, 1),
    "raised": (1, 1),
    "merged": (1, 1),
    "split": (2, None),
    "abolished": (0, 0),
}
"""How a code can end -> how many codes follow it, at least and at most (None: any number).

Recoded: the same place under another code. Raised: 乡 became 镇, 镇 became 街道. Merged: into that place. Split: into
those. Abolished: nothing follows.
"""


@dataclass(frozen=True, slots=True)
class Predecessor:
    """What stood here before under another code, which may lie outside this county, until `last_day`."""

    code: Division
    name: str
    last_day: date


@event("place.registered/1")
class PlaceRegistered:
    """A division exists under this code and name since a day."""

    code: Division
    name: str
    since: date


@event("place.renamed/1")
class PlaceRenamed:
    """The code stays, the name is another from a day on."""

    code: Division
    name: str
    since: date
    document: str


@event("place.succeeded/1")
class PlaceSucceeded:
    """From `since` on the code is no longer valid; `kind` is a word of `SUCCESSIONS`."""

    code: Division
    kind: str
    successors: tuple[Division, ...] = ()
    since: date
    document: str


@event("place.traced_back/1")
class PlaceTracedBack:
    """The code is older than was registered; before `since` the same place had other codes, the latest first."""

    code: Division
    since: date
    predecessors: tuple[Predecessor, ...] = ()
    document: str


PlaceEvent = PlaceRegistered | PlaceRenamed | PlaceSucceeded | PlaceTracedBack


@dataclass(frozen=True, slots=True)
class Place:
    """A division that the county knows, under its latest name; valid from `since` until `last_day`, both included."""

    code: Division
    name: str
    since: date
    named_since: date
    last_day: date | None = None
    successors: tuple[Division, ...] = ()
    predecessors: tuple[Predecessor, ...] = ()

    def valid_on(self, on: date) -> bool:
        """Whether the code was this place's on that day."""
        return self.since <= on and not self.ended_by(on)

    def ended_by(self, on: date) -> bool:
        """Whether the code had ended before that day."""
        return self.last_day is not None and self.last_day < on


# Decide: what may happen, judged by the rules in force.


def register_place(place: Place | None, *, code: Division, name: str, since: date) -> PlaceRegistered:
    """Make a division known. Refused: `place.already_registered`."""
    if place is not None:
        raise Refusal("place.already_registered", division=place.code, name=place.name)
    return PlaceRegistered(code=code, name=name, since=since)


def rename(place: Place | None, *, code: Division, name: str, since: date, document: str) -> PlaceRenamed:
    """Give a place another name from a day on; its code stays.

    Refused, in this order: `place.unknown`, `place.ended`, `place.name_unchanged`, `place.since_too_early`.
    """
    standing = _standing(place, code)
    if name == standing.name:
        raise Refusal("place.name_unchanged", name=name)
    if since <= standing.named_since:
        raise Refusal("place.since_too_early", since=since, known=standing.named_since)
    return PlaceRenamed(code=code, name=name, since=since, document=document)


def succeed(
    place: Place | None,
    *,
    code: Division,
    county: Division,
    kind: str,
    successors: Mapping[Division, Place | None],
    since: date,
    document: str,
) -> PlaceSucceeded:
    """End a code on the day before `since`, and name what follows it. The journal's own county never ends in it.

    Refused, in this order: `place.unknown`, `place.ended`, `place.is_the_county`, `place.kind_unknown`,
    `place.successor_count`, `place.since_too_early`, then for each successor `place.level_differs`,
    `place.succeeds_itself`, `place.successor_not_valid`.
    """
    standing = _standing(place, code)
    if code == county:
        raise Refusal("place.is_the_county", division=code)
    if kind not in SUCCESSIONS:
        raise Refusal("place.kind_unknown", succession=kind)
    least, most = SUCCESSIONS[kind]
    if len(successors) < least or (most is not None and len(successors) > most):
        raise Refusal("place.successor_count", succession=kind, count=len(successors))
    if since <= standing.since:
        raise Refusal("place.since_too_early", since=since, known=standing.since)
    for following, found in successors.items():
        if level(following) != level(code):
            raise Refusal("place.level_differs", division=following)
        if following == code:
            raise Refusal("place.succeeds_itself", division=code)
        if found is None or not found.valid_on(since):
            raise Refusal("place.successor_not_valid", division=following, on=since)
    return PlaceSucceeded(code=code, kind=kind, successors=tuple(successors), since=since, document=document)


def trace_back(
    place: Place | None,
    *,
    code: Division,
    since: date,
    predecessors: Sequence[Predecessor],
    document: str,
) -> PlaceTracedBack:
    """Say since when a code has really been valid, and which codes the place had before; once for each place.

    Refused, in this order: `place.unknown`, `place.traced_already`, `place.not_earlier`,
    `place.predecessor_overlaps`.
    """
    if place is None:
        raise Refusal("place.unknown", division=code)
    if place.predecessors:
        raise Refusal("place.traced_already", division=code)
    if since > place.since or (since == place.since and not predecessors):
        raise Refusal("place.not_earlier", since=since, known=place.since)
    following = since
    for before in predecessors:
        if before.last_day >= following:
            raise Refusal("place.predecessor_overlaps", division=before.code, last_day=before.last_day, since=following)
        following = before.last_day
    return PlaceTracedBack(code=code, since=since, predecessors=tuple(predecessors), document=document)


def require_valid(lineage: Sequence[Place | None], *, code: Division, county: Division, on: date) -> None:
    """Refuse what is said to have happened at a code that was not valid on that day.

    `lineage` is the place and what is above it, below the county. A code ends with any place that it lies in. The
    county itself is as old as need be: it is registered on the day on which the journal begins.
    Refused, in this order: `place.unknown`, `place.not_valid_on`.
    """
    if code == county:
        return
    place, *above = lineage
    if place is None:
        raise Refusal("place.unknown", division=code)
    if not place.valid_on(on) or any(one is not None and one.ended_by(on) for one in above):
        raise Refusal("place.not_valid_on", division=code, on=on)


def _standing(place: Place | None, code: Division) -> Place:
    if place is None:
        raise Refusal("place.unknown", division=code)
    if place.last_day is not None:
        raise Refusal("place.ended", division=code, last_day=place.last_day)
    return place


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(place: Place | None, event: PlaceEvent) -> Place:
    """The place after an event."""
    match event:
        case PlaceRegistered():
            return Place(event.code, event.name, event.since, event.since)
        case PlaceRenamed():
            return replace(known(place), name=event.name, named_since=event.since)
        case PlaceSucceeded():
            return replace(known(place), last_day=event.since - timedelta(days=1), successors=event.successors)
        case PlaceTracedBack():
            before = known(place)
            named_since = event.since if before.named_since == before.since else before.named_since
            return replace(before, since=event.since, named_since=named_since, predecessors=event.predecessors)
        case _:
            assert_never(event)
