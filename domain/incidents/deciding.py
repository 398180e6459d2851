"""Reporting, verifying, handling and deciding: the three decisions that a reward rests on, by three people."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from domain.incidents.events import IncidentHandled, IncidentReported, IncidentVerified, Photo, ValidityDecided
from domain.incidents.reasons import (
    OWN_SOURCES,
    SOURCES,
    TICKETED_SOURCES,
    VALIDITY_REASONS,
    VERIFICATION_REASONS,
)
from domain.incidents.state import Incident
from domain.incidents.turns import Turn, require_part, require_turn
from domain.kernel.events import Commitment
from domain.kernel.ids import EventName
from domain.kernel.places import Division, Position
from domain.kernel.refusals import Refusal
from domain.kernel.separation import require_distinct, require_oneself

OWN_REPORT_LATEST: Final = timedelta(hours=72)
"""How long after a sighting somebody may still report it himself: a draft waits on a phone for a weekend without
network. Longer would let whoever reports late claim to have been first, and choose the day whose tariff he likes.
"""


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
    item: str | None = None,
    sensitive: bool = False,
    grid: str | None = None,
    position: Position | None = None,
    source_ref: str | None = None,
    photos: tuple[Photo, ...] = (),
    workflow: EventName | None = None,
) -> IncidentReported:
    """Report something, or write down (代录) what another reported by WeChat, hotline or in a register.

    `now` and `reported_at` are aware moments; `sensitive`: the item is one whose place is kept to ourselves. Refused,
    in this order: `incident.already_reported`, `incident.source_unknown`, `place.unknown`,
    `incident.position_of_sensitive`, `incident.position_wrong`, `incident.photo_twice`, `incident.reported_in_future`,
    `chain.not_oneself` (in the app everybody reports for himself), `incident.source_not_own` (nobody writes down
    himself), `incident.reported_too_late` (72 hours for a report of one's own; whoever writes down another's may give
    an earlier time), `incident.ticket_missing` (the hotline numbers its calls).
    """
    if incident is not None:
        raise Refusal("incident.already_reported")
    if source not in SOURCES:
        raise Refusal("incident.source_unknown", source=source)
    if not division_known:
        raise Refusal("place.unknown", division=division)
    if position is not None and sensitive:
        raise Refusal("incident.position_of_sensitive")
    if position is not None and not position.lies_on_earth():
        raise Refusal("incident.position_wrong")
    if len({photo.sha256 for photo in photos}) < len(photos):
        raise Refusal("incident.photo_twice")
    if reported_at > now:
        raise Refusal("incident.reported_in_future", reported_at=reported_at)
    if source in OWN_SOURCES:
        require_oneself(actor_id, named_id=reporter_id, acting_as="reporter")
    if actor_id == reporter_id:
        _require_own(source, waited=now - reported_at, reported_at=reported_at)
    if source in TICKETED_SOURCES and not (source_ref or "").strip():
        raise Refusal("incident.ticket_missing", source=source)
    return IncidentReported(
        reporter_id=reporter_id,
        category=category,
        item=item,
        sensitive=sensitive,
        division=division,
        grid=grid,
        position=position,
        text=text,
        source=source,
        source_ref=source_ref,
        reported_at=reported_at,
        photos=photos,
        workflow=workflow,
        transcribed_by=None if actor_id == reporter_id else actor_id,
    )


def _require_own(source: str, *, waited: timedelta, reported_at: datetime) -> None:
    """Refuse what nobody says of a report of his own: that it came from elsewhere, or long ago."""
    if source not in OWN_SOURCES:
        raise Refusal("incident.source_not_own", source=source)
    if waited > OWN_REPORT_LATEST:
        raise Refusal(
            "incident.reported_too_late",
            reported_at=reported_at,
            hours_max=OWN_REPORT_LATEST // timedelta(hours=1),
        )


def verify(incident: Incident | None, *, turn: Turn, actor_id: UUID, confirmed: bool, reason: str) -> IncidentVerified:
    """Say whether it is so; the actor is the verifier.

    Refused, in this order: `incident.unknown`, `incident.already_verified`, then as `turns.require_turn`, then
    `incident.reason_unknown`, `incident.reason_contradicts`, `chain.acted_twice`.
    """
    reported = existing(incident)
    if reported.verification is not None:
        raise Refusal("incident.already_verified", confirmed=reported.verification.confirmed)
    require_turn(reported.course, turn, act="verify")
    require_reason(reason, outcome=confirmed, reasons=VERIFICATION_REASONS)
    require_part(reported, actor_id, acting_as="verifier", workflow=turn.workflow)
    return IncidentVerified(verifier_id=actor_id, confirmed=confirmed, reason=reason)


def record_handling(
    incident: Incident | None,
    *,
    turn: Turn,
    handler_id: UUID,
    actor_id: UUID,
    handled_at: datetime,
    now: datetime,
    reply: Commitment | None = None,
) -> IncidentHandled:
    """Say that it was dealt with; only a register's rows are recorded for the handler by another.

    Refused, in this order: `incident.unknown`, `incident.already_handled`, `incident.handled_in_future`,
    `incident.handled_before_reported`, then as `turns.require_turn`, then `incident.claimed_by_another` (names whose it
    is), `incident.other_department`, `chain.not_oneself`, `chain.acted_twice` (handler, then transcriber, who may well
    be the one who wrote down the report).
    """
    reported = existing(incident)
    if reported.handling is not None:
        raise Refusal("incident.already_handled", handled_at=reported.handling.handled_at)
    if handled_at > now:
        raise Refusal("incident.handled_in_future", handled_at=handled_at)
    if handled_at < reported.reported_at:
        raise Refusal("incident.handled_before_reported", handled_at=handled_at, reported_at=reported.reported_at)
    require_turn(reported.course, turn, act="handle")
    require_addressee(reported, handler_id)
    require_department(reported, turn)
    if reported.source != "register":
        require_oneself(actor_id, named_id=handler_id, acting_as="handler")
    require_part(reported, handler_id, acting_as="handler", workflow=turn.workflow)
    if actor_id != handler_id:
        require_part(reported, actor_id, acting_as="transcriber", workflow=turn.workflow)
    return IncidentHandled(
        handler_id=handler_id,
        reply=reply,
        handled_at=handled_at,
        transcribed_by=None if actor_id == handler_id else actor_id,
    )


def decide_validity(
    incident: Incident | None, *, turn: Turn, actor_id: UUID, valid: bool, reason: str
) -> ValidityDecided:
    """Say whether the report counts; the actor is the decider.

    What was confirmed must have been handled first; in what was not confirmed there is nothing to handle,
    and it can only be found invalid. Refused, in this order: `incident.unknown`,
    `incident.already_decided`, `incident.not_verified`, `incident.not_handled`, then as `turns.require_turn`, then
    `incident.reason_unknown`, `incident.reason_contradicts`, `incident.not_confirmed`, `chain.acted_twice`.
    """
    reported = existing(incident)
    if reported.validity is not None:
        raise Refusal("incident.already_decided", valid=reported.validity.valid)
    if reported.verification is None:
        raise Refusal("incident.not_verified")
    confirmed = reported.verification.confirmed
    if confirmed and reported.handling is None:
        raise Refusal("incident.not_handled")
    require_turn(reported.course, turn, act="decide")
    require_reason(reason, outcome=valid, reasons=VALIDITY_REASONS)
    if valid and not confirmed:
        raise Refusal("incident.not_confirmed", reason=reported.verification.reason)
    require_distinct(actor_id, acting_as="decider", acted=reported.parts())
    return ValidityDecided(decider_id=actor_id, valid=valid, reason=reason)


def existing(incident: Incident | None) -> Incident:
    """The incident. Refused: `incident.unknown`."""
    if incident is None:
        raise Refusal("incident.unknown")
    return incident


def require_reason(reason: str, *, outcome: bool, reasons: Mapping[str, bool]) -> None:
    """Refuse a reason outside the closed list, or one that says the opposite."""
    if reason not in reasons:
        raise Refusal("incident.reason_unknown", reason=reason)
    if reasons[reason] is not outcome:
        raise Refusal("incident.reason_contradicts", reason=reason, outcome=outcome)


def require_department(incident: Incident, turn: Turn) -> None:
    """Refuse `incident.other_department` (names it) where a report was sent to a department that is not the actor's."""
    course = incident.course
    if course.bound and course.department not in turn.departments:
        raise Refusal("incident.other_department", department=str(course.department))


def require_addressee(incident: Incident, person_id: UUID) -> None:
    """Refuse `incident.claimed_by_another` where it is somebody else's: who claimed it, or whom it was sent to."""
    owner = incident.course.claimed_by or incident.course.handler_id
    if owner is not None and owner != person_id:
        raise Refusal("incident.claimed_by_another", claimant_id=owner)
