"""Incidents: what somebody saw, whether it is so, what was done, and whether it counts.

Verified, handled and valid are three decisions by three people; nobody acts twice in one chain.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import assert_never
from uuid import UUID

from domain.kernel.calendar import day_in_china
from domain.kernel.events import Attachment, Commitment, event
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.kernel.separation import Part, require_distinct, require_oneself
from domain.kernel.states import known


@event("incident.reported/1")
class IncidentReported:
    """A report. `source`: app, wechat, hotline or register; `source_ref` is the ticket or row it came from.

    `transcribed_by` is whoever wrote it down for the reporter (代录), if somebody did: he has acted in the
    chain.
    """

    reporter_id: UUID
    category: str
    division: Division
    grid: str | None = None
    text: Commitment
    source: str
    source_ref: str | None = None
    reported_at: datetime
    photos: tuple[Attachment, ...] = ()
    transcribed_by: UUID | None = None


@event("incident.verified/1")
class IncidentVerified:
    """A grid worker looked: it is so, or it is not, for a reason from a closed list."""

    verifier_id: UUID
    confirmed: bool
    reason: str


@event("incident.handled/1")
class IncidentHandled:
    """A department did what was to be done and answered. `transcribed_by`: as in the report."""

    handler_id: UUID
    reply: Commitment | None = None
    handled_at: datetime
    transcribed_by: UUID | None = None


@event("incident.validity_decided/1")
class ValidityDecided:
    """The county grid centre decided whether the report counts."""

    decider_id: UUID
    valid: bool
    reason: str


IncidentEvent = IncidentReported | IncidentVerified | IncidentHandled | ValidityDecided

SOURCES = frozenset({"app", "wechat", "hotline", "register"})

VERIFICATION_REASONS: Mapping[str, bool] = {
    "seen_on_site": True,
    "photo_matches": True,
    "confirmed_by_telephone": True,
    "confirmed_by_reply": True,
    "not_found": False,
    "wrong_place": False,
    "photo_does_not_match": False,
    "unclear": False,
}
"""Why a report was confirmed (True) or not confirmed (False)."""

VALIDITY_REASONS: Mapping[str, bool] = {
    "meets_catalogue": True,
    "not_in_catalogue": False,
    "not_confirmed": False,
    "duplicate": False,
    "own_duty": False,
    "untrue": False,
}
"""Why a report counts (True) or does not count (False)."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What the verifier found."""

    verifier_id: UUID
    confirmed: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Handling:
    """Who handled it, and when."""

    handler_id: UUID
    handled_at: datetime
    transcribed_by: UUID | None


@dataclass(frozen=True, slots=True)
class Validity:
    """Whether the report counts, and who said so."""

    decider_id: UUID
    valid: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Incident:
    """A report and what has become of it so far."""

    reporter_id: UUID
    category: str
    division: Division
    grid: str | None
    source: str
    reported_at: datetime
    transcribed_by: UUID | None = None
    verification: Verification | None = None
    handling: Handling | None = None
    validity: Validity | None = None

    @property
    def reported_on(self) -> date:
        """The day of the report in China: it chooses the tariff, the bands and the month of accrual."""
        return day_in_china(self.reported_at)

    def parts(self) -> tuple[Part, ...]:
        """Who has played which part so far, in the order of the chain."""
        verification, handling, validity = self.verification, self.handling, self.validity
        return (
            ("reporter", self.reporter_id),
            ("transcriber", self.transcribed_by),
            ("verifier", verification.verifier_id if verification else None),
            ("handler", handling.handler_id if handling else None),
            ("transcriber", handling.transcribed_by if handling else None),
            ("decider", validity.decider_id if validity else None),
        )


# Decide: what may happen, judged by the rules in force.


def report(
    incident: Incident | None,
    *,
    reporter_id: UUID,
    actor_id: UUID,
    category: str,
    division: Division,
    division_known: bool,
    text: Commitment,
    source: str,
    reported_at: datetime,
    now: datetime,
    grid: str | None = None,
    source_ref: str | None = None,
    photos: tuple[Attachment, ...] = (),
) -> IncidentReported:
    """Report something, or write down (代录) what another reported by WeChat, hotline or in a register.

    `now` and `reported_at` are aware moments. Refused, in this order: `incident.already_reported`,
    `incident.source_unknown`, `place.unknown`, `incident.reported_in_future`, `chain.not_oneself` (in the
    app everybody reports for himself).
    """
    if incident is not None:
        raise Refusal("incident.already_reported")
    if source not in SOURCES:
        raise Refusal("incident.source_unknown", source=source)
    if not division_known:
        raise Refusal("place.unknown", division=division)
    if reported_at > now:
        raise Refusal("incident.reported_in_future", reported_at=reported_at)
    if source == "app":
        require_oneself(actor_id, named_id=reporter_id, acting_as="reporter")
    return IncidentReported(
        reporter_id=reporter_id,
        category=category,
        division=division,
        grid=grid,
        text=text,
        source=source,
        source_ref=source_ref,
        reported_at=reported_at,
        photos=photos,
        transcribed_by=None if actor_id == reporter_id else actor_id,
    )


def verify(incident: Incident | None, *, actor_id: UUID, confirmed: bool, reason: str) -> IncidentVerified:
    """Say whether it is so; the actor is the verifier.

    Refused, in this order: `incident.unknown`, `incident.already_verified`, `incident.reason_unknown`,
    `incident.reason_contradicts`, `chain.acted_twice`.
    """
    reported = _existing(incident)
    if reported.verification is not None:
        raise Refusal("incident.already_verified", confirmed=reported.verification.confirmed)
    _require_reason(reason, outcome=confirmed, reasons=VERIFICATION_REASONS)
    require_distinct(actor_id, acting_as="verifier", acted=reported.parts())
    return IncidentVerified(verifier_id=actor_id, confirmed=confirmed, reason=reason)


def record_handling(
    incident: Incident | None,
    *,
    handler_id: UUID,
    actor_id: UUID,
    handled_at: datetime,
    now: datetime,
    reply: Commitment | None = None,
) -> IncidentHandled:
    """Say that it was dealt with; only a register's rows are recorded for the handler by another.

    Refused, in this order: `incident.unknown`, `incident.already_handled`, `incident.handled_in_future`,
    `incident.handled_before_reported`, `chain.not_oneself`, `chain.acted_twice` (handler, then transcriber,
    who may well be the one who wrote down the report).
    """
    reported = _existing(incident)
    if reported.handling is not None:
        raise Refusal("incident.already_handled", handled_at=reported.handling.handled_at)
    if handled_at > now:
        raise Refusal("incident.handled_in_future", handled_at=handled_at)
    if handled_at < reported.reported_at:
        raise Refusal("incident.handled_before_reported", handled_at=handled_at, reported_at=reported.reported_at)
    if reported.source != "register":
        require_oneself(actor_id, named_id=handler_id, acting_as="handler")
    require_distinct(handler_id, acting_as="handler", acted=reported.parts())
    if actor_id != handler_id:
        others = tuple(part for part in reported.parts() if part[0] != "transcriber")
        require_distinct(actor_id, acting_as="transcriber", acted=others)
    return IncidentHandled(
        handler_id=handler_id,
        reply=reply,
        handled_at=handled_at,
        transcribed_by=None if actor_id == handler_id else actor_id,
    )


def decide_validity(incident: Incident | None, *, actor_id: UUID, valid: bool, reason: str) -> ValidityDecided:
    """Say whether the report counts; the actor is the decider.

    What was confirmed must have been handled first; in what was not confirmed there is nothing to handle,
    and it can only be found invalid. Refused, in this order: `incident.unknown`,
    `incident.already_decided`, `incident.not_verified`, `incident.not_handled`, `incident.reason_unknown`,
    `incident.reason_contradicts`, `incident.not_confirmed`, `chain.acted_twice`.
    """
    reported = _existing(incident)
    if reported.validity is not None:
        raise Refusal("incident.already_decided", valid=reported.validity.valid)
    if reported.verification is None:
        raise Refusal("incident.not_verified")
    confirmed = reported.verification.confirmed
    if confirmed and reported.handling is None:
        raise Refusal("incident.not_handled")
    _require_reason(reason, outcome=valid, reasons=VALIDITY_REASONS)
    if valid and not confirmed:
        raise Refusal("incident.not_confirmed", reason=reported.verification.reason)
    require_distinct(actor_id, acting_as="decider", acted=reported.parts())
    return ValidityDecided(decider_id=actor_id, valid=valid, reason=reason)


def _existing(incident: Incident | None) -> Incident:
    if incident is None:
        raise Refusal("incident.unknown")
    return incident


def _require_reason(reason: str, *, outcome: bool, reasons: Mapping[str, bool]) -> None:
    if reason not in reasons:
        raise Refusal("incident.reason_unknown", reason=reason)
    if reasons[reason] is not outcome:
        raise Refusal("incident.reason_contradicts", reason=reason, outcome=outcome)


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(incident: Incident | None, event: IncidentEvent) -> Incident:
    """The incident after an event."""
    match event:
        case IncidentReported():
            return Incident(
                event.reporter_id,
                event.category,
                event.division,
                event.grid,
                event.source,
                event.reported_at,
                event.transcribed_by,
            )
        case IncidentVerified():
            verification = Verification(event.verifier_id, event.confirmed, event.reason)
            return replace(known(incident), verification=verification)
        case IncidentHandled():
            handling = Handling(event.handler_id, event.handled_at, event.transcribed_by)
            return replace(known(incident), handling=handling)
        case ValidityDecided():
            validity = Validity(event.decider_id, event.valid, event.reason)
            return replace(known(incident), validity=validity)
        case _:
            assert_never(event)
