"""Why a deed is sent back, taken back or called off: closed lists, and the limits that all deeds share."""

from collections.abc import Collection
from datetime import date
from typing import Final
from uuid import UUID

from domain.kernel.refusals import Refusal

SENDING_BACK_REASONS: Final = frozenset({"not_done", "partly_done", "facts_missing"})
"""Why what somebody says he did is not confirmed."""

CORRECTION_REASONS: Final = frozenset({"untrue", "wrong_person", "recorded_twice", "wrong_amount"})
"""Why what was confirmed is taken back; its points are reversed with it."""

CALLING_OFF_REASONS: Final = frozenset(
    {"no_longer_needed", "bad_weather", "no_organiser", "too_few", "recorded_wrongly"}
)
"""Why an offer ends before its day."""

GIVING_UP_REASONS: Final = frozenset({"no_time", "ill", "cannot_do_it", "other"})
"""Why somebody gives a task back that he had accepted."""

SEATS_MAX: Final = 10_000
MINUTES_MAX: Final = 720
"""Twelve hours: nobody serves longer than that in one deed, nor in all that bring him points for one day."""


def require_reason(reason: str, *, of: Collection[str]) -> None:
    """Refuse a reason that is not on the list. Refused: `deed.reason_unknown`."""
    if reason not in of:
        raise Refusal("deed.reason_unknown", reason=reason, choices="、".join(sorted(of)))


def require_past(day: date, *, today: date) -> None:
    """Refuse what is said to have been done tomorrow. Refused: `deed.day_in_future`."""
    if day > today:
        raise Refusal("deed.day_in_future", day=day)


def require_day(person_id: UUID, *, day: date, used: int, minutes: int) -> None:
    """Refuse more minutes than a day has for one person; `used`: what was confirmed of it. Refused: `deed.day_full`."""
    if used + minutes > MINUTES_MAX:
        raise Refusal(
            "deed.day_full", person_id=person_id, day=day, used=used, minutes=minutes, minutes_max=MINUTES_MAX
        )
