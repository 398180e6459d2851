"""Subsidy programmes: by which document somebody gets how much for what.

What must not be broken: a standard holds from a day on and is never rewritten; a list names the standard that it used.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final, assert_never
from uuid import UUID

from domain.kernel.events import event
from domain.kernel.ids import EventName, StreamName, derived, stream_name
from domain.kernel.money import Fen
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.kernel.states import known

STANDARD_FEN_MAX: Final = 100_000_000
"""A million yuan for one unit: no standard of any programme is near it."""


@event("subsidy_programme.published/1")
class SubsidyProgrammePublished:
    """A programme under a `reference` of the place that runs it: so many fen per `unit` from a day on.

    `title`, `document` and `issuer` are public and name nobody. `sensitive`: who gets it is nobody else's business, so
    that pages show sums alone.
    """

    division: Division
    reference: str
    title: str
    document: str
    issuer: str
    unit: str
    standard_fen: Fen
    since: date
    sensitive: bool
    publisher_id: UUID


@event("subsidy_programme.standard_set/1")
class SubsidyProgrammeStandardSet:
    """Another document sets another standard from a day on."""

    standard_fen: Fen
    document: str
    since: date
    setter_id: UUID


@event("subsidy_programme.ended/1")
class SubsidyProgrammeEnded:
    """It is paid for no time after this day."""

    last_day: date
    ender_id: UUID


SubsidyProgrammeEvent = SubsidyProgrammePublished | SubsidyProgrammeStandardSet | SubsidyProgrammeEnded


@dataclass(frozen=True, slots=True)
class Standard:
    """So much per unit since a day, by which event."""

    event: EventName
    since: date
    standard_fen: Fen


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme and every standard that it ever had; `seq` counts its events."""

    division: Division
    reference: str
    unit: str
    sensitive: bool
    standards: tuple[Standard, ...]
    last_day: date | None = None
    seq: int = 1

    def standard_on(self, day: date) -> Standard | None:
        """The standard in force on a day: the latest set of those that had begun; None before the first or at an end.

        Whoever sets two for one day has meant the second.
        """
        if self.last_day is not None and day > self.last_day:
            return None
        begun = [one for one in self.standards if one.since <= day]
        return max(begun, key=lambda one: one.since) if begun else None


def programme_id(division: Division, reference: str) -> UUID:
    """The id of a place's programme of a reference: publishing it twice meets the first."""
    return derived("subsidy_programme", division, reference)


def programme_stream(programme_id: UUID) -> StreamName:
    """The stream of a programme."""
    return stream_name("subsidy_programme", programme_id)


# Decide: what may happen, judged by the rules in force.


def publish(
    programme: Programme | None,
    *,
    division: Division,
    division_known: bool,
    reference: str,
    title: str,
    document: str,
    issuer: str,
    unit: str,
    standard_fen: Fen,
    since: date,
    sensitive: bool,
    actor_id: UUID,
) -> SubsidyProgrammePublished:
    """Publish a programme.

    Refused, in this order: `subsidy_programme.already_published`, `place.unknown`,
    `subsidy_programme.standard_out_of_range`.
    """
    if programme is not None:
        raise Refusal("subsidy_programme.already_published", reference=reference)
    if not division_known:
        raise Refusal("place.unknown", division=division)
    _require_standard(standard_fen)
    return SubsidyProgrammePublished(
        division=division,
        reference=reference,
        title=title,
        document=document,
        issuer=issuer,
        unit=unit,
        standard_fen=standard_fen,
        since=since,
        sensitive=sensitive,
        publisher_id=actor_id,
    )


def set_standard(
    programme: Programme | None, *, standard_fen: Fen, document: str, since: date, actor_id: UUID
) -> SubsidyProgrammeStandardSet:
    """Set another standard from a later day on.

    Refused, in this order: `subsidy_programme.unknown`, `subsidy_programme.ended`,
    `subsidy_programme.standard_out_of_range`, `subsidy_programme.since_too_early`.
    """
    existing = _running(programme)
    _require_standard(standard_fen)
    latest = existing.standards[-1].since
    if since <= latest:
        raise Refusal("subsidy_programme.since_too_early", since=since, latest=latest)
    return SubsidyProgrammeStandardSet(standard_fen=standard_fen, document=document, since=since, setter_id=actor_id)


def end(programme: Programme | None, *, last_day: date, actor_id: UUID) -> SubsidyProgrammeEnded:
    """End it after a day.

    Refused, in this order: `subsidy_programme.unknown`, `subsidy_programme.ended`,
    `subsidy_programme.ends_before_it_began`.
    """
    existing = _running(programme)
    since = existing.standards[-1].since
    if last_day < since:
        raise Refusal("subsidy_programme.ends_before_it_began", last_day=last_day, since=since)
    return SubsidyProgrammeEnded(last_day=last_day, ender_id=actor_id)


def _require_standard(standard_fen: int) -> None:
    if not 0 < standard_fen <= STANDARD_FEN_MAX:
        raise Refusal("subsidy_programme.standard_out_of_range", standard_fen=standard_fen)


def _running(programme: Programme | None) -> Programme:
    if programme is None:
        raise Refusal("subsidy_programme.unknown")
    if programme.last_day is not None:
        raise Refusal("subsidy_programme.ended", last_day=programme.last_day)
    return programme


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(programme: Programme | None, event: SubsidyProgrammeEvent) -> Programme:
    """The programme after an event."""
    match event:
        case SubsidyProgrammePublished():
            stream = programme_stream(programme_id(event.division, event.reference))
            first = Standard(EventName(f"{stream}@1"), event.since, event.standard_fen)
            return Programme(event.division, event.reference, event.unit, event.sensitive, (first,))
        case SubsidyProgrammeStandardSet():
            return _standard_set(known(programme), event)
        case SubsidyProgrammeEnded(last_day=last_day):
            existing = known(programme)
            return replace(existing, last_day=last_day, seq=existing.seq + 1)
        case _:
            assert_never(event)


def _standard_set(programme: Programme, event: SubsidyProgrammeStandardSet) -> Programme:
    seq = programme.seq + 1
    stream = programme_stream(programme_id(programme.division, programme.reference))
    added = Standard(EventName(f"{stream}@{seq}"), event.since, event.standard_fen)
    return replace(programme, standards=(*programme.standards, added), seq=seq)
