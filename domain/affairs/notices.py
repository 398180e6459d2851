"""Notices (公告): what the village tells everybody, from a day to a day.

What must not be broken: a notice that was posted is never edited. What was wrong in it is withdrawn and posted anew.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, assert_never
from uuid import UUID

from domain.kernel.affairs import TITLE_CHARS_MAX, require_public, require_reason
from domain.kernel.events import event
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.kernel.states import known

DAYS_MAX: Final = 366
WITHDRAWAL_REASONS: Final = frozenset({"mistaken", "superseded", "no_longer_applies", "names_somebody"})


@event("notice.posted/1")
class NoticePosted:
    """A text that everybody may read, from `since` to `until` (both included). It names nobody."""

    division: Division
    title: str
    text: str
    since: date
    until: date
    poster_id: UUID


@event("notice.withdrawn/1")
class NoticeWithdrawn:
    """The notice comes down before its last day, for a reason."""

    withdrawer_id: UUID
    reason: str


NoticeEvent = NoticePosted | NoticeWithdrawn


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice. `status`: posted or withdrawn; that its days are over is seen from them."""

    division: Division
    since: date
    until: date
    poster_id: UUID
    status: str = "posted"


# Decide: what may happen, judged by the rules in force.


def post(
    notice: Notice | None,
    *,
    division: Division,
    division_known: bool,
    title: str,
    text: str,
    since: date,
    until: date,
    today: date,
    actor_id: UUID,
) -> NoticePosted:
    """Post a notice.

    Refused, in this order: `notice.already_posted`, `place.unknown`, `affair.text_missing`, `affair.text_too_long`,
    `notice.begins_in_past`, `notice.span`.
    """
    if notice is not None:
        raise Refusal("notice.already_posted")
    if not division_known:
        raise Refusal("place.unknown", division=division)
    require_public(title, most=TITLE_CHARS_MAX)
    require_public(text)
    if since < today:
        raise Refusal("notice.begins_in_past", since=since)
    if not since <= until <= since + timedelta(days=DAYS_MAX):
        raise Refusal("notice.span", since=since, until=until, most=DAYS_MAX)
    return NoticePosted(division=division, title=title, text=text, since=since, until=until, poster_id=actor_id)


def withdraw(notice: Notice | None, *, reason: str, actor_id: UUID) -> NoticeWithdrawn:
    """Take a notice down.

    Refused, in this order: `notice.unknown`, `notice.not_posted`, `affair.reason_unknown`.
    """
    if notice is None:
        raise Refusal("notice.unknown")
    if notice.status != "posted":
        raise Refusal("notice.not_posted", status=notice.status)
    require_reason(reason, of=WITHDRAWAL_REASONS)
    return NoticeWithdrawn(withdrawer_id=actor_id, reason=reason)


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(notice: Notice | None, event: NoticeEvent) -> Notice:
    """The notice after an event."""
    match event:
        case NoticePosted():
            return Notice(event.division, event.since, event.until, event.poster_id)
        case NoticeWithdrawn():
            return replace(known(notice), status="withdrawn")
        case _:
            assert_never(event)
