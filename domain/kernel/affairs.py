"""What the village's affairs share: texts that everybody may read, days, and reasons from closed lists."""

from collections.abc import Collection
from datetime import date
from typing import Final

from domain.kernel.refusals import Refusal

TITLE_CHARS_MAX: Final = 200
TEXT_CHARS_MAX: Final = 2_000
"""Of a public text: 6,000 bytes at most, so that an event of several stays far below its limit."""


def require_public(text: str, *, most: int = TEXT_CHARS_MAX) -> None:
    """Refuse a public text that says nothing, or more than fits.

    Refused, in this order: `affair.text_missing`, `affair.text_too_long`.
    """
    if not text.strip():
        raise Refusal("affair.text_missing")
    if len(text) > most:
        raise Refusal("affair.text_too_long", most=most)


def require_reason(reason: str, *, of: Collection[str]) -> None:
    """Refuse a reason that is not on the list. Refused: `affair.reason_unknown`."""
    if reason not in of:
        raise Refusal("affair.reason_unknown", reason=reason, choices="、".join(sorted(of)))


def require_past(day: date, *, today: date) -> None:
    """Refuse what is said to have happened tomorrow. Refused: `affair.day_in_future`."""
    if day > today:
        raise Refusal("affair.day_in_future", day=day)
