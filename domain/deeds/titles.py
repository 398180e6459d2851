"""Titles of households (清洁户): held from a clean inspection until a later one finds something else.

What must not be broken: a title rests on a confirmed inspection and names it; it is never chosen.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never
from uuid import UUID

from domain.kernel.deeds import require_reason
from domain.kernel.events import event
from domain.kernel.ids import EventName, derived
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.kernel.states import known

CLEAN_HOUSEHOLD = "clean_household"
REVOCATION_REASONS = frozenset({"inspection_failed", "inspection_withdrawn", "household_ended", "rules_broken"})


@event("title.granted/1")
class TitleGranted:
    """A household holds a title (`kind`: clean_household) from a day on, by the confirmed `inspection`."""

    division: Division
    household_id: UUID
    kind: str
    since: date
    inspection: EventName


@event("title.revoked/1")
class TitleRevoked:
    """It holds it no longer after this day, for one of REVOCATION_REASONS; `inspection` is the one that says so."""

    last_day: date
    reason: str
    inspection: EventName | None = None


TitleEvent = TitleGranted | TitleRevoked


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when (both included; `until` None: still) it was held, and by which inspection."""

    since: date
    inspection: EventName
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Title:
    """A household's title of one kind, every time that it was held."""

    division: Division
    household_id: UUID
    spans: tuple[Span, ...] = ()

    @property
    def held(self) -> Span | None:
        """How it is held now, None where it is not."""
        return self.spans[-1] if self.spans and self.spans[-1].until is None else None


def title_id(household_id: UUID, kind: str = CLEAN_HOUSEHOLD) -> UUID:
    """The one stream of a household's title of a kind."""
    return derived("title", household_id, kind)


# Decide: what may happen, judged by the rules in force.


def follow(
    title: Title | None,
    *,
    division: Division,
    household_id: UUID,
    result: str,
    inspected_on: date,
    inspection: EventName,
) -> TitleGranted | TitleRevoked | None:
    """What a confirmed inspection does to the title: a clean home gets it, any other loses it; None: nothing changes.

    An inspection of a day before the title was granted or lost changes nothing: what was seen later holds.
    """
    latest = title.spans[-1] if title is not None and title.spans else None
    held = title.held if title is not None else None
    if latest is not None and inspected_on < (latest.until or latest.since):
        return None
    if result == "clean" and held is None:
        return TitleGranted(
            division=division,
            household_id=household_id,
            kind=CLEAN_HOUSEHOLD,
            since=inspected_on,
            inspection=inspection,
        )
    if result != "clean" and held is not None:
        return TitleRevoked(last_day=inspected_on, reason="inspection_failed", inspection=inspection)
    return None


def revoke(title: Title | None, *, last_day: date, reason: str, inspection: EventName | None = None) -> TitleRevoked:
    """Take the title back.

    Refused, in this order: `title.not_held`, `deed.reason_unknown`, `title.ends_before_it_began`.
    """
    held = title.held if title is not None else None
    if held is None:
        raise Refusal("title.not_held")
    require_reason(reason, of=REVOCATION_REASONS)
    if last_day < held.since:
        raise Refusal("title.ends_before_it_began", last_day=last_day, since=held.since)
    return TitleRevoked(last_day=last_day, reason=reason, inspection=inspection)


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(title: Title | None, event: TitleEvent) -> Title:
    """The title after an event."""
    match event:
        case TitleGranted():
            before = title if title is not None else Title(event.division, event.household_id)
            return replace(before, spans=(*before.spans, Span(event.since, event.inspection)))
        case TitleRevoked():
            *earlier, last = known(title).spans
            return replace(known(title), spans=(*earlier, replace(last, until=event.last_day)))
        case _:
            assert_never(event)
