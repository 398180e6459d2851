"""Commendations (获表扬): who was praised by which document, for a person or a whole household.

What must not be broken: one holder is praised by one document once, and nobody writes down his own praise.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never
from uuid import UUID

from domain.kernel.deeds import CORRECTION_REASONS, require_past, require_reason
from domain.kernel.document_numbers import compared
from domain.kernel.events import event
from domain.kernel.ids import derived
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.kernel.separation import require_distinct
from domain.kernel.states import known

HOLDER_KINDS = frozenset({"person", "household"})


@event("commendation.recorded/1")
class CommendationRecorded:
    """A person or household (`holder_kind`, `holder_id`) was praised on a day, by a document with a number.

    `item`: the item of the points rule; `issuer` is the body that praised; `title` names nobody.
    """

    division: Division
    holder_kind: str
    holder_id: UUID
    title: str
    item: str
    document: str
    issuer: str
    issued_on: date
    recorder_id: UUID


@event("commendation.confirmed/1")
class CommendationConfirmed:
    """Another person has seen the document. Points follow by the rule that was in force on its day."""

    confirmer_id: UUID


@event("commendation.withdrawn/1")
class CommendationWithdrawn:
    """It was recorded by mistake, or taken back: it counts no more, and its points are reversed with it."""

    withdrawer_id: UUID
    reason: str


CommendationEvent = CommendationRecorded | CommendationConfirmed | CommendationWithdrawn


@dataclass(frozen=True, slots=True)
class Commendation:
    """A commendation. `status`: recorded, confirmed or withdrawn."""

    division: Division
    holder_kind: str
    holder_id: UUID
    item: str
    issued_on: date
    recorder_id: UUID
    status: str = "recorded"
    confirmer_id: UUID | None = None


def commendation_id(holder_id: UUID, document: str) -> UUID:
    """The id of the praise of one holder by one document: recording it twice meets the first, however it is written."""
    return derived("commendation", holder_id, compared(document))


# Decide: what may happen, judged by the rules in force.


def record(
    commendation: Commendation | None,
    *,
    division: Division,
    division_known: bool,
    holder_kind: str,
    holder_id: UUID,
    holder_known: bool,
    persons: frozenset[UUID],
    title: str,
    item: str,
    item_in_force: bool,
    document: str,
    issuer: str,
    issued_on: date,
    today: date,
    actor_id: UUID,
) -> CommendationRecorded:
    """Record a commendation; `persons`: who is praised by it (the person, or who belongs to the household).

    Refused, in this order: `commendation.already_recorded`, `place.unknown`, `commendation.holder_unknown`,
    `deed.day_in_future`, `deed.item_unknown`, `chain.acted_twice`.
    """
    if commendation is not None and commendation.status != "withdrawn":
        raise Refusal("commendation.already_recorded", document=document)
    if not division_known:
        raise Refusal("place.unknown", division=division)
    if holder_kind not in HOLDER_KINDS or not holder_known:
        raise Refusal("commendation.holder_unknown", holder_kind=holder_kind)
    require_past(issued_on, today=today)
    if not item_in_force:
        raise Refusal("deed.item_unknown", item=item)
    require_distinct(actor_id, acting_as="recorder", acted=[("praised", one) for one in sorted(persons)])
    return CommendationRecorded(
        division=division,
        holder_kind=holder_kind,
        holder_id=holder_id,
        title=title,
        item=item,
        document=document,
        issuer=issuer,
        issued_on=issued_on,
        recorder_id=actor_id,
    )


def confirm(commendation: Commendation | None, *, persons: frozenset[UUID], actor_id: UUID) -> CommendationConfirmed:
    """Confirm that the document says so.

    Refused, in this order: `commendation.unknown`, `commendation.not_recorded`, `chain.acted_twice`.
    """
    existing = _existing(commendation)
    if existing.status != "recorded":
        raise Refusal("commendation.not_recorded", status=existing.status)
    acted = [("recorder", existing.recorder_id), *(("praised", one) for one in sorted(persons))]
    require_distinct(actor_id, acting_as="confirmer", acted=acted)
    return CommendationConfirmed(confirmer_id=actor_id)


def withdraw(
    commendation: Commendation | None, *, persons: frozenset[UUID], actor_id: UUID, reason: str
) -> CommendationWithdrawn:
    """Take it back.

    Refused, in this order: `commendation.unknown`, `commendation.is_withdrawn`, `deed.reason_unknown`,
    `chain.acted_twice` (who is praised by it).
    """
    if _existing(commendation).status == "withdrawn":
        raise Refusal("commendation.is_withdrawn")
    require_reason(reason, of=CORRECTION_REASONS)
    require_distinct(actor_id, acting_as="withdrawer", acted=[("praised", one) for one in sorted(persons)])
    return CommendationWithdrawn(withdrawer_id=actor_id, reason=reason)


def _existing(commendation: Commendation | None) -> Commendation:
    if commendation is None:
        raise Refusal("commendation.unknown")
    return commendation


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(commendation: Commendation | None, event: CommendationEvent) -> Commendation:
    """The commendation after an event."""
    match event:
        case CommendationRecorded():
            return Commendation(
                event.division, event.holder_kind, event.holder_id, event.item, event.issued_on, event.recorder_id
            )
        case CommendationConfirmed():
            return replace(known(commendation), status="confirmed", confirmer_id=event.confirmer_id)
        case CommendationWithdrawn():
            return replace(known(commendation), status="withdrawn")
        case _:
            assert_never(event)
