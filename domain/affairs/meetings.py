"""Meetings (村民会议、村民代表会议): who was called, how many came, what was put to the vote and how it went.

What must not be broken: nothing is decided where too few came; no more votes are counted than people were present;
whoever wrote down who came does not write down the votes as well; and money is allowed only by a vote on what the
meeting was called for, written down soon after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, assert_never
from uuid import UUID

from domain.kernel.affairs import TITLE_CHARS_MAX, require_past, require_public, require_reason
from domain.kernel.events import Attachment, Sha256, event
from domain.kernel.ids import EventName
from domain.kernel.money import Fen
from domain.kernel.places import Division
from domain.kernel.quorums import MEETING_KINDS, MeetingRule
from domain.kernel.refusals import Refusal
from domain.kernel.separation import require_distinct
from domain.kernel.states import known

AGENDA_MAX: Final = 20
ATTENDANCE_MAX: Final = 1_000
"""By name: 1,000 identities are 39 KB of an event's 60."""
PEOPLE_MAX: Final = 100_000
LIMIT_FEN_MAX: Final = 10**12
DAYS_LATE_MAX: Final = 15
"""How many days after it a meeting may still be called, and its votes written down: later, nobody remembers them, and
whoever needs a resolution could make one.
"""
DAYS_AHEAD_MAX: Final = 92
SHEETS_MAX: Final = 20
"""Files of the signed attendance sheet, a page or more each."""
CANCELLING_REASONS: Final = frozenset({"no_quorum", "postponed", "no_longer_needed", "called_wrongly"})


@event("meeting.called/1")
class MeetingCalled:
    """A meeting is called for a day, with its agenda. `rule` is the event that says how many must come and agree."""

    division: Division
    kind: str
    title: str
    agenda: tuple[str, ...]
    held_on: date
    place: str
    rule: EventName
    caller_id: UUID


@event("meeting.held/1")
class MeetingHeld:
    """It was held: `eligible` might have come; `attendance` came and are registered here, `on_sheet` others signed.

    `sheet` is the number of the signed attendance sheet. Present are both together.
    """

    eligible: int
    attendance: tuple[UUID, ...]
    on_sheet: int
    sheet: str | None = None
    recorder_id: UUID


@event("meeting.eligible_explained/1")
class MeetingEligibleExplained:
    """Why as many might have come and not `before`, as to the last meeting of the kind there; `reason` is public."""

    before: int
    reason: str
    recorder_id: UUID


@event("meeting.resolved/1")
class MeetingResolved:
    """A vote and what came of it: the `number`-th of the meeting. `text` is public and names nobody."""

    number: int
    title: str
    text: str
    agreed: int
    opposed: int
    abstained: int
    passed: bool
    teller_id: UUID


@event("meeting.spending_allowed/1")
class MeetingSpendingAllowed:
    """Under the `number`-th vote so much may be spent: by vouchers in all, and by the budgets of projects in all.

    A vote without such an event allows no spending, and neither does one that failed.
    """

    number: int
    limit_fen: Fen
    teller_id: UUID


@event("meeting.cancelled/1")
class MeetingCancelled:
    """It was not held, for a reason; too few may have come."""

    canceller_id: UUID
    reason: str


@event("meeting.sheet_kept/1")
class MeetingSheetKept:
    """The signed attendance sheet, or more of it, is kept: what stands on it is the vault's, its digest everybody's."""

    files: tuple[Attachment, ...]
    keeper_id: UUID


MeetingEvent = (
    MeetingCalled
    | MeetingHeld
    | MeetingEligibleExplained
    | MeetingSheetKept
    | MeetingResolved
    | MeetingSpendingAllowed
    | MeetingCancelled
)


@dataclass(frozen=True, slots=True)
class Resolution:
    """A vote as later decisions refer to it: by the number of its event in the meeting's stream."""

    seq: int
    passed: bool
    title: str
    teller_id: UUID
    limit_fen: int = 0


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting. `status`: called, held or cancelled; `seq`: how many events its stream has; `sheets`: by digest, which
    `keepers` kept.
    """

    division: Division
    kind: str
    agenda: tuple[str, ...]
    held_on: date
    rule: EventName
    status: str = "called"
    eligible: int = 0
    present: int = 0
    recorder_id: UUID | None = None
    sheets: frozenset[Sha256] = frozenset()
    keepers: frozenset[UUID] = frozenset()
    resolutions: tuple[Resolution, ...] = ()
    seq: int = 1

    def witnessed(self, resolution: Resolution) -> bool:
        """Whether another than who wrote the vote down has kept the sheet that people signed: no money moves on the
        word of one.
        """
        return bool(self.keepers - {resolution.teller_id})


# Decide: what may happen, judged by the rules in force.


def call(
    meeting: Meeting | None,
    *,
    division: Division,
    division_known: bool,
    kind: str,
    title: str,
    agenda: Sequence[str],
    held_on: date,
    place: str,
    rule: MeetingRule | None,
    today: date,
    actor_id: UUID,
) -> MeetingCalled:
    """Call a meeting; `rule` is the one of its kind that is in force there. A day that has passed may be written down
    for `DAYS_LATE_MAX` days.

    Refused, in this order: `meeting.already_called`, `place.unknown`, `meeting.kind_unknown`, `affair.text_missing`,
    `affair.text_too_long`, `meeting.agenda_size`, `meeting.day_unsuited`, `meeting_rule.not_set`.
    """
    if meeting is not None:
        raise Refusal("meeting.already_called")
    if not division_known:
        raise Refusal("place.unknown", division=division)
    if kind not in MEETING_KINDS:
        raise Refusal("meeting.kind_unknown", kind=kind)
    for text in (title, place, *agenda):
        require_public(text, most=TITLE_CHARS_MAX)
    if not 1 <= len(agenda) <= AGENDA_MAX:
        raise Refusal("meeting.agenda_size", most=AGENDA_MAX)
    since, until = today - timedelta(days=DAYS_LATE_MAX), today + timedelta(days=DAYS_AHEAD_MAX)
    if not since <= held_on <= until:
        raise Refusal("meeting.day_unsuited", day=held_on, since=since, until=until)
    if rule is None:
        raise Refusal("meeting_rule.not_set", kind=kind, division=division)
    return MeetingCalled(
        division=division,
        kind=kind,
        title=title,
        agenda=tuple(agenda),
        held_on=held_on,
        place=place,
        rule=rule.event,
        caller_id=actor_id,
    )


def hold(
    meeting: Meeting | None,
    *,
    rule: MeetingRule,
    eligible: int,
    attendance: Sequence[UUID],
    unknown: int,
    on_sheet: int,
    sheet: str | None,
    today: date,
    actor_id: UUID,
) -> MeetingHeld:
    """Write down who came; `unknown` of those named are not registered, `rule` is the one it was called under.

    Refused, in this order: `meeting.unknown`, `meeting.not_called`, `affair.day_in_future`,
    `meeting.attendance_invalid` (somebody twice, or too many by name), `person.unknown`, `meeting.sheet_missing`
    (others signed, and no sheet is named), `meeting.more_present_than_eligible`, `meeting.no_quorum`.
    """
    existing = _called(meeting)
    require_past(existing.held_on, today=today)
    if len(set(attendance)) < len(attendance) or len(attendance) > ATTENDANCE_MAX or on_sheet < 0:
        raise Refusal("meeting.attendance_invalid", most=ATTENDANCE_MAX)
    if unknown:
        raise Refusal("person.unknown")
    if on_sheet and not sheet:
        raise Refusal("meeting.sheet_missing")
    present = len(attendance) + on_sheet
    if not present <= eligible <= PEOPLE_MAX:
        raise Refusal("meeting.more_present_than_eligible", present=present, eligible=eligible)
    if not present or not rule.quorate(present, eligible=eligible):
        raise Refusal("meeting.no_quorum", present=present, eligible=eligible)
    return MeetingHeld(
        eligible=eligible, attendance=tuple(attendance), on_sheet=on_sheet, sheet=sheet, recorder_id=actor_id
    )


def explain_eligible(held: MeetingHeld, *, before: int | None, reason: str | None) -> MeetingEligibleExplained | None:
    """Say in public why more or fewer might have come than `before`, to the last meeting of the kind there (None: to
    none yet); None where as many might have.

    Refused, in this order: `meeting.eligible_unexplained`, `affair.text_too_long`.
    """
    if before is None or before == held.eligible:
        return None
    if not (reason or "").strip():
        raise Refusal("meeting.eligible_unexplained", before=before, eligible=held.eligible)
    told = (reason or "").strip()
    require_public(told, most=TITLE_CHARS_MAX)
    return MeetingEligibleExplained(before=before, reason=told, recorder_id=held.recorder_id)


def keep_sheet(meeting: Meeting | None, *, files: Sequence[Attachment], actor_id: UUID) -> MeetingSheetKept:
    """Keep the attendance sheet of a meeting that was held, or more of it.

    Refused, in this order: `meeting.unknown`, `meeting.not_held`, `meeting.sheet_files_unsuited` (none, one twice, one
    that is kept already, or too many).
    """
    existing = _existing(meeting)
    if existing.status != "held":
        raise Refusal("meeting.not_held", status=existing.status)
    digests = {one.sha256 for one in files}
    new = len(digests - existing.sheets)
    if not files or new < len(files) or len(existing.sheets) + new > SHEETS_MAX:
        raise Refusal("meeting.sheet_files_unsuited", most=SHEETS_MAX)
    return MeetingSheetKept(files=tuple(files), keeper_id=actor_id)


def resolve(
    meeting: Meeting | None,
    *,
    rule: MeetingRule,
    title: str,
    text: str,
    agreed: int,
    opposed: int,
    abstained: int,
    today: date,
    actor_id: UUID,
) -> MeetingResolved:
    """Write down a vote; whether it passed follows from the rule.

    Refused, in this order: `meeting.unknown`, `meeting.not_held`, `meeting.vote_late` (more than `DAYS_LATE_MAX` days
    after the meeting), `affair.text_missing`, `affair.text_too_long`,
    `meeting.voted_already` (on the same matter in the same meeting), `meeting.votes_invalid` (none, or more than people
    were present), `chain.acted_twice` (who wrote down who came).
    """
    existing = _existing(meeting)
    if existing.status != "held":
        raise Refusal("meeting.not_held", status=existing.status)
    until = existing.held_on + timedelta(days=DAYS_LATE_MAX)
    if today > until:
        raise Refusal("meeting.vote_late", day=existing.held_on, until=until)
    require_public(title, most=TITLE_CHARS_MAX)
    require_public(text)
    if any(_matter(one.title) == _matter(title) for one in existing.resolutions):
        raise Refusal("meeting.voted_already", title=title)
    votes = agreed + opposed + abstained
    if min(agreed, opposed, abstained) < 0 or not 1 <= votes <= existing.present:
        raise Refusal("meeting.votes_invalid", votes=votes, present=existing.present)
    require_distinct(actor_id, acting_as="teller", acted=[("attendance_recorder", existing.recorder_id)])
    return MeetingResolved(
        number=len(existing.resolutions) + 1,
        title=title,
        text=text,
        agreed=agreed,
        opposed=opposed,
        abstained=abstained,
        passed=rule.passes(agreed, present=existing.present, eligible=existing.eligible),
        teller_id=actor_id,
    )


def allow_spending(meeting: Meeting, *, limit_fen: int, actor_id: UUID) -> MeetingSpendingAllowed | None:
    """Write down how much may be spent under the vote that was written down last; None where it failed.

    Refused, in this order: `project.amount_out_of_range`, `meeting.not_on_agenda` (people were called for something
    else, and whoever stayed away did not know).
    """
    if not 1 <= limit_fen <= LIMIT_FEN_MAX:
        raise Refusal("project.amount_out_of_range", amount_fen=limit_fen)
    vote = meeting.resolutions[-1]
    if _matter(vote.title) not in map(_matter, meeting.agenda):
        raise Refusal("meeting.not_on_agenda", title=vote.title)
    if not vote.passed:
        return None
    return MeetingSpendingAllowed(number=len(meeting.resolutions), limit_fen=Fen(limit_fen), teller_id=actor_id)


def _matter(title: str) -> str:
    """What is voted on, whatever the blanks between its words."""
    return "".join(title.split())


def cancel(meeting: Meeting | None, *, reason: str, actor_id: UUID) -> MeetingCancelled:
    """Say that it was not held.

    Refused, in this order: `meeting.unknown`, `meeting.not_called`, `affair.reason_unknown`.
    """
    _called(meeting)
    require_reason(reason, of=CANCELLING_REASONS)
    return MeetingCancelled(canceller_id=actor_id, reason=reason)


def _existing(meeting: Meeting | None) -> Meeting:
    if meeting is None:
        raise Refusal("meeting.unknown")
    return meeting


def _called(meeting: Meeting | None) -> Meeting:
    existing = _existing(meeting)
    if existing.status != "called":
        raise Refusal("meeting.not_called", status=existing.status)
    return existing


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(meeting: Meeting | None, event: MeetingEvent) -> Meeting:
    """The meeting after an event."""
    if isinstance(event, MeetingCalled):
        return Meeting(event.division, event.kind, event.agenda, event.held_on, event.rule)
    existing = replace(known(meeting), seq=known(meeting).seq + 1)
    match event:
        case MeetingHeld():
            present = len(event.attendance) + event.on_sheet
            return replace(
                existing,
                status="held",
                eligible=event.eligible,
                present=present,
                recorder_id=event.recorder_id,
            )
        case MeetingEligibleExplained():
            return existing
        case MeetingSheetKept(files=files, keeper_id=keeper_id):
            sheets = existing.sheets | {one.sha256 for one in files}
            return replace(existing, sheets=sheets, keepers=existing.keepers | {keeper_id})
        case MeetingResolved():
            vote = Resolution(existing.seq, event.passed, event.title, event.teller_id)
            return replace(existing, resolutions=(*existing.resolutions, vote))
        case MeetingSpendingAllowed(number=number, limit_fen=limit_fen):
            votes = list(existing.resolutions)
            votes[number - 1] = replace(votes[number - 1], limit_fen=limit_fen)
            return replace(existing, resolutions=tuple(votes))
        case MeetingCancelled():
            return replace(existing, status="cancelled")
        case _:
            assert_never(event)
