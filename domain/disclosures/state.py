"""One disclosure as its events tell it: every version, every objection, and whether it is over."""

from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never
from uuid import UUID

from domain.disclosures.events import (
    DisclosureArchived,
    DisclosureClosed,
    DisclosureDrafted,
    DisclosureEvent,
    DisclosurePublished,
    DisclosureReviewed,
    DisclosureRowsShown,
    ObjectionAnswered,
    ObjectionRaised,
    ObjectionTextErased,
)
from domain.kernel.events import Sha256
from domain.kernel.ids import derived
from domain.kernel.places import Division
from domain.kernel.states import known


@dataclass(frozen=True, slots=True)
class Version:
    """One version. `passed`: None before it was reviewed; `since` and `until`: the days that it is posted."""

    number: int
    document: Sha256
    drafter_id: UUID
    corrects: int | None
    passed: bool | None = None
    reviewer_id: UUID | None = None
    since: date | None = None
    until: date | None = None

    @property
    def published(self) -> bool:
        """Whether it was posted."""
        return self.since is not None


@dataclass(frozen=True, slots=True)
class Objection:
    """An objection to a version. `upheld`: None before it was answered; `erased`: its words were destroyed;
    `answered_over`: the version that was posted last when it was answered.
    """

    objection_id: UUID
    version: int
    objector_id: UUID | None
    upheld: bool | None = None
    erased: bool = False
    answered_over: int = 0


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What is disclosed of one kind, place and period. `ended`: closed or archived, None before."""

    division: Division
    kind: str
    period: str
    versions: tuple[Version, ...] = ()
    objections: tuple[Objection, ...] = ()
    ended: str | None = None

    @property
    def latest(self) -> Version | None:
        """The version that was drafted last."""
        return self.versions[-1] if self.versions else None

    @property
    def posted(self) -> Version | None:
        """The version that was posted last."""
        return next((one for one in reversed(self.versions) if one.published), None)

    def version(self, number: int) -> Version | None:
        """A version by its number, or None."""
        return next((one for one in self.versions if one.number == number), None)

    def objection(self, objection_id: UUID) -> Objection | None:
        """An objection, or None."""
        return next((one for one in self.objections if one.objection_id == objection_id), None)


def disclosure_id(division: Division, kind: str, period: str) -> UUID:
    """The one stream of what is disclosed of a kind, a place and a period."""
    return derived("disclosure", division, kind, period)


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(disclosure: Disclosure | None, event: DisclosureEvent) -> Disclosure:
    """The disclosure after an event."""
    match event:
        case DisclosureDrafted():
            before = disclosure or Disclosure(event.division, event.kind, event.period)
            version = Version(event.version, event.document, event.drafter_id, event.corrects)
            return replace(before, versions=(*before.versions, version))
        case DisclosureReviewed():
            return _changed(known(disclosure), event.version, passed=event.passed, reviewer_id=event.reviewer_id)
        case DisclosurePublished():
            return _posted(known(disclosure), event)
        case DisclosureRowsShown():
            return known(disclosure)
        case ObjectionRaised():
            one = Objection(event.objection_id, event.version, event.objector_id)
            return replace(known(disclosure), objections=(*known(disclosure).objections, one))
        case ObjectionAnswered():
            return _answered(known(disclosure), event)
        case ObjectionTextErased():
            return _erased(known(disclosure), event.objection_id)
        case DisclosureClosed():
            return replace(known(disclosure), ended="closed")
        case DisclosureArchived():
            return replace(known(disclosure), ended="archived")
        case _:
            assert_never(event)


def _changed(disclosure: Disclosure, number: int, *, passed: bool, reviewer_id: UUID) -> Disclosure:
    versions = tuple(
        replace(one, passed=passed, reviewer_id=reviewer_id) if one.number == number else one
        for one in disclosure.versions
    )
    return replace(disclosure, versions=versions)


def _answered(disclosure: Disclosure, event: ObjectionAnswered) -> Disclosure:
    over = disclosure.posted.number if disclosure.posted else 0
    objections = tuple(
        replace(one, upheld=event.upheld, answered_over=over) if one.objection_id == event.objection_id else one
        for one in disclosure.objections
    )
    return replace(disclosure, objections=objections)


def _erased(disclosure: Disclosure, objection_id: UUID) -> Disclosure:
    objections = tuple(
        replace(one, erased=True) if one.objection_id == objection_id else one for one in disclosure.objections
    )
    return replace(disclosure, objections=objections)


def _posted(disclosure: Disclosure, event: DisclosurePublished) -> Disclosure:
    versions = tuple(
        replace(one, since=event.since, until=event.until) if one.number == event.version else one
        for one in disclosure.versions
    )
    return replace(disclosure, versions=versions)
