"""Quotas: the rewarded reports of one person, class or place in one day or month, counted one by one.

What must not be broken: whoever grants a reward under a cap adds to its quota in the same append. Two who grant at once
meet in this stream, and the second decides anew; so no cap is passed by a race. A reward that is taken back still
counts: it frees no place for another.
"""

from dataclasses import dataclass
from typing import assert_never
from uuid import UUID

from domain.kernel.events import event
from domain.kernel.ids import EventName
from domain.kernel.places import Division


@event("quota.used/1")
class QuotaUsed:
    """One more report was rewarded under the cap that `cap` names; `subject` says what is counted.

    `division`, `kind` and `category` are the cap's: with the subject they name this stream.
    """

    division: Division
    kind: str
    category: str | None = None
    subject: str
    cap: EventName
    incident_id: UUID


QuotaEvent = QuotaUsed


@dataclass(frozen=True, slots=True)
class Quota:
    """How many reports were rewarded so far."""

    used: int = 0


# Decide: what may happen, judged by the rules in force. Whether there is room left `rewards` and `caps` say.


def use(
    *, division: Division, kind: str, category: str | None, subject: str, cap: EventName, incident_id: UUID
) -> QuotaUsed:
    """Count one more report."""
    return QuotaUsed(division=division, kind=kind, category=category, subject=subject, cap=cap, incident_id=incident_id)


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(quota: Quota | None, event: QuotaEvent) -> Quota:
    """The quota after an event."""
    before = quota if quota is not None else Quota()
    match event:
        case QuotaUsed():
            return Quota(before.used + 1)
        case _:
            assert_never(event)
