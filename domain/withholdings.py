"""Withholdings: a report that counts and is not rewarded, because a cap was reached before it.

What must not be broken: the reason is recorded at once and stays. A cap never changes for days that have passed, so a
reward that was withheld is never granted later.
"""

from dataclasses import dataclass
from typing import assert_never
from uuid import UUID

from domain.kernel.events import event
from domain.kernel.ids import EventName
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal


@event("withholding.recorded/1")
class WithholdingRecorded:
    """The report is valid and earns nothing: under the cap that `cap` names, `used` reports were rewarded before it.

    `subject` says what the cap counts.
    """

    incident_id: UUID
    payee_id: UUID
    division: Division
    category: str
    cap: EventName
    subject: str
    used: int


WithholdingEvent = WithholdingRecorded


@dataclass(frozen=True, slots=True)
class Withholding:
    """A reward that is not granted, and the cap that says so."""

    cap: EventName
    used: int


# Decide: what may happen, judged by the rules in force.


def record(
    withholding: Withholding | None,
    *,
    rewarded: bool,
    incident_id: UUID,
    payee_id: UUID,
    division: Division,
    category: str,
    cap: EventName,
    subject: str,
    used: int,
) -> WithholdingRecorded:
    """Say that a valid report earns nothing.

    Refused, in this order: `reward.withheld` (it is said already), `reward.already_granted`.
    """
    refuse_withheld(withholding, incident_id=incident_id)
    if rewarded:
        raise Refusal("reward.already_granted", incident_id=incident_id)
    return WithholdingRecorded(
        incident_id=incident_id,
        payee_id=payee_id,
        division=division,
        category=category,
        cap=cap,
        subject=subject,
        used=used,
    )


def refuse_withheld(withholding: Withholding | None, *, incident_id: UUID) -> None:
    """Refuse (`reward.withheld`) what would reward a report that earns nothing."""
    if withholding is not None:
        raise Refusal("reward.withheld", incident_id=incident_id, cap=withholding.cap)


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(_withholding: Withholding | None, event: WithholdingEvent) -> Withholding:
    """The withholding after an event."""
    match event:
        case WithholdingRecorded():
            return Withholding(event.cap, event.used)
        case _:
            assert_never(event)
