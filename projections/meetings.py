"""Meetings and their rules: who was called, how many came, what was decided; and which rule holds where."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.affairs.meeting_rules import MeetingRuleSet
from domain.affairs.meetings import (
    MeetingCalled,
    MeetingCancelled,
    MeetingEligibleExplained,
    MeetingHeld,
    MeetingResolved,
    MeetingSheetKept,
    MeetingSpendingAllowed,
)
from domain.kernel.events import Attachment, Sha256
from domain.kernel.ids import EventName
from domain.kernel.places import Division, chain, prefix
from domain.kernel.quorums import MeetingRule, Share
from journal.codec import Recorded
from projections.rows import MissingRow, WriteCursor, identity, to_json

NAME = "meetings"

DDL = """
CREATE TABLE meeting_rules (
    event         text PRIMARY KEY,
    division      text NOT NULL,
    kind          text NOT NULL,
    quorum_part   integer NOT NULL,
    quorum_of     integer NOT NULL,
    quorum_more   boolean NOT NULL,
    passing_part  integer NOT NULL,
    passing_of    integer NOT NULL,
    passing_more  boolean NOT NULL,
    passed_by     text NOT NULL,
    since         date NOT NULL,
    document      text NOT NULL,
    log_index     bigint NOT NULL
);
CREATE INDEX meeting_rules_division_idx ON meeting_rules (division text_pattern_ops);

CREATE TABLE meetings (
    meeting_id  uuid PRIMARY KEY,
    division    text NOT NULL,
    kind        text NOT NULL,
    title       text NOT NULL,
    agenda      text[] NOT NULL,
    held_on     date NOT NULL,
    place       text NOT NULL,
    rule        text NOT NULL,
    status      text NOT NULL,
    eligible    integer,
    present     integer,
    on_sheet    integer,
    sheet       text,
    reason      text,
    recorder_id uuid,
    -- Where other numbers might have come than to the one before: how many to that, and why.
    eligible_before integer,
    eligible_reason text,
    held_index  bigint,
    event       text NOT NULL,
    log_index   bigint NOT NULL
);
CREATE INDEX meetings_division_idx ON meetings (division text_pattern_ops, log_index DESC);

-- Who came by name, and the files of the signed sheet: `[{"sha256", "length"}]`.
CREATE TABLE meeting_sheets (
    meeting_id uuid PRIMARY KEY REFERENCES meetings,
    attendance uuid[] NOT NULL,
    files      jsonb NOT NULL
);
CREATE INDEX meeting_sheets_files_idx ON meeting_sheets USING gin (files jsonb_path_ops);

CREATE TABLE resolutions (
    event      text PRIMARY KEY,
    meeting_id uuid NOT NULL,
    division   text NOT NULL,
    number     integer NOT NULL,
    title      text NOT NULL,
    text       text NOT NULL,
    agreed     integer NOT NULL,
    opposed    integer NOT NULL,
    abstained  integer NOT NULL,
    passed     boolean NOT NULL,
    held_on    date NOT NULL,
    limit_fen  bigint NOT NULL DEFAULT 0, -- what may be spent under it; nothing where it failed
    log_index  bigint NOT NULL
);
CREATE INDEX resolutions_meeting_idx ON resolutions (meeting_id, number);
CREATE INDEX resolutions_passed_idx ON resolutions (division text_pattern_ops, log_index DESC) WHERE passed;
"""

TYPES = frozenset(
    {
        "meeting_rule.set/1",
        "meeting.called/1",
        "meeting.held/1",
        "meeting.sheet_kept/1",
        "meeting.resolved/1",
        "meeting.spending_allowed/1",
        "meeting.eligible_explained/1",
        "meeting.cancelled/1",
    }
)

SET = """
INSERT INTO meeting_rules (event, division, kind, quorum_part, quorum_of, quorum_more, passing_part, passing_of,
    passing_more, passed_by, since, document, log_index)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
CALL = """
INSERT INTO meetings (meeting_id, division, kind, title, agenda, held_on, place, rule, status, event, log_index)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 'called', %s, %s)
"""
HOLD = """
UPDATE meetings SET status = 'held', eligible = %s, present = %s, on_sheet = %s, sheet = %s, recorder_id = %s,
    held_index = %s
WHERE meeting_id = %s
"""
CAME = "INSERT INTO meeting_sheets (meeting_id, attendance, files) VALUES (%s, %s, '[]')"
KEEP = "UPDATE meeting_sheets SET files = files || %s::jsonb WHERE meeting_id = %s"
CANCEL = "UPDATE meetings SET status = 'cancelled', reason = %s WHERE meeting_id = %s"
RESOLVE = """
INSERT INTO resolutions (event, meeting_id, division, number, title, text, agreed, opposed, abstained, passed, held_on,
    log_index)
SELECT %s, meeting_id, division, %s, %s, %s, %s, %s, %s, %s, held_on, %s FROM meetings WHERE meeting_id = %s
"""
EXPLAIN = "UPDATE meetings SET eligible_before = %s, eligible_reason = %s WHERE meeting_id = %s"
# A vote that failed allows nothing, whatever was written down with it.
ALLOW = "UPDATE resolutions SET limit_fen = CASE WHEN passed THEN %s ELSE 0 END WHERE meeting_id = %s AND number = %s"


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """A row a rule, a meeting, a vote."""
    for recorded in events:
        stream, name, index = identity(recorded), recorded.name, recorded.index
        match recorded.event:
            case MeetingRuleSet() as event:
                shares = [part for one in (event.quorum, event.passing) for part in (one.part, one.of, one.more)]
                tail = (event.passed_by, event.since, event.document, index)
                cursor.execute(SET, (name, event.division, event.kind, *shares, *tail))
            case MeetingCalled() as event:
                head = (stream, event.division, event.kind, event.title, list(event.agenda), event.held_on)
                cursor.execute(CALL, (*head, event.place, event.rule, name, index))
            case MeetingHeld() as event:
                present = len(event.attendance) + event.on_sheet
                came = (event.eligible, present, event.on_sheet, event.sheet, event.recorder_id, index)
                cursor.execute(HOLD, (*came, stream))
                if cursor.rowcount == 1:
                    cursor.execute(CAME, (stream, list(event.attendance)))
            case MeetingSheetKept(files=files):
                cursor.execute(KEEP, (to_json([asdict(one) for one in files]), stream))
            case MeetingResolved() as event:
                votes = (event.agreed, event.opposed, event.abstained, event.passed)
                cursor.execute(RESOLVE, (name, event.number, event.title, event.text, *votes, index, stream))
            case MeetingEligibleExplained(before=before, reason=reason):
                cursor.execute(EXPLAIN, (before, reason, stream))
            case MeetingSpendingAllowed(number=number, limit_fen=limit_fen):
                cursor.execute(ALLOW, (limit_fen, stream, number))
            case MeetingCancelled(reason=reason):
                cursor.execute(CANCEL, (reason, stream))
            case other:
                raise TypeError(f"{type(other).__name__} is not an event of this read model")
        if cursor.rowcount != 1:
            raise MissingRow(f"meetings: {name} speaks of a meeting that is not there")


# Queries.


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting; `present` of `eligible` came, `on_sheet` of them by their signature on the numbered sheet alone."""

    meeting_id: UUID
    division: Division
    kind: str
    title: str
    agenda: list[str]
    held_on: date
    place: str
    rule: EventName
    status: str
    eligible: int | None
    present: int | None
    on_sheet: int | None
    sheet: str | None
    reason: str | None
    recorder_id: UUID | None
    eligible_before: int | None
    eligible_reason: str | None
    event: EventName
    log_index: int


@dataclass(frozen=True, slots=True)
class Resolution:
    """A vote of a meeting; `event` is the name by which a project or a payment refers to it."""

    event: EventName
    meeting_id: UUID
    division: Division
    number: int
    title: str
    text: str
    agreed: int
    opposed: int
    abstained: int
    passed: bool
    held_on: date
    limit_fen: int
    log_index: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of meetings, where it holds, from which day on, and by which document."""

    rule: MeetingRule
    division: Division
    since: date
    document: str


_MEETING = """
SELECT meeting_id, division, kind, title, agenda, held_on, place, rule, status, eligible, present, on_sheet, sheet,
    reason, recorder_id, eligible_before, eligible_reason, event, log_index
FROM read.meetings
"""
ONE = f"{_MEETING} WHERE meeting_id = %s"
LISTING = f"""
{_MEETING} WHERE division LIKE %(prefix)s AND (%(before)s::bigint IS NULL OR log_index < %(before)s)
ORDER BY log_index DESC LIMIT %(limit)s
"""
_RESOLUTION = """
SELECT event, meeting_id, division, number, title, text, agreed, opposed, abstained, passed, held_on, limit_fen,
    log_index
FROM read.resolutions
"""
SHEETS = "SELECT files FROM read.meeting_sheets WHERE meeting_id = %s"
VILLAGES_WITH = """
SELECT DISTINCT division FROM read.meeting_sheets JOIN read.meetings USING (meeting_id) WHERE files @> %s::jsonb
"""
PEOPLE_ON = "SELECT DISTINCT unnest(attendance) FROM read.meeting_sheets WHERE files @> %s::jsonb"
RESOLUTIONS = f"{_RESOLUTION} WHERE meeting_id = %s ORDER BY number"
NAMED = f"{_RESOLUTION} WHERE event = ANY (%s)"
PASSED = f"{_RESOLUTION} WHERE passed AND division LIKE %s ORDER BY log_index DESC LIMIT %s"
_RULE = """
SELECT event, division, kind, quorum_part, quorum_of, quorum_more, passing_part, passing_of, passing_more, passed_by,
    since, document
FROM read.meeting_rules
"""
RULES = f"{_RULE} WHERE division LIKE %(prefix)s OR division = ANY (%(above)s) ORDER BY division, kind, since"
RULE = f"{_RULE} WHERE event = %s"
LAST_HELD = """
SELECT meeting_id FROM read.meetings WHERE division = %s AND kind = %s AND held_index IS NOT NULL
ORDER BY held_index DESC LIMIT 1
"""


def last_held(conn: Connection[Any], division: Division, kind: str) -> UUID | None:
    """The meeting of a kind that was last written down as held in a division."""
    found = conn.execute(LAST_HELD, (division, kind)).fetchone()
    return found[0] if found else None


def one(conn: Connection[Any], meeting_id: UUID) -> Meeting | None:
    """One meeting, or None."""
    with conn.cursor(row_factory=class_row(Meeting)) as cursor:
        return cursor.execute(ONE, (meeting_id,)).fetchone()


def listing(conn: Connection[Any], area: Division, *, before: int | None = None, limit: int = 50) -> list[Meeting]:
    """The meetings of an area, the latest first; `before`: the last log index of the page before."""
    with conn.cursor(row_factory=class_row(Meeting)) as cursor:
        values = {"prefix": prefix(area) + "%", "before": before, "limit": limit}
        return cursor.execute(LISTING, values).fetchall()


def sheets(conn: Connection[Any], meeting_id: UUID) -> list[Attachment]:
    """The files of a meeting's signed attendance sheet, in the order in which they were kept."""
    found = conn.execute(SHEETS, (meeting_id,)).fetchone()
    return [Attachment(Sha256(one["sha256"]), one["length"]) for one in found[0]] if found is not None else []


def villages_with(conn: Connection[Any], sha256: str) -> set[Division]:
    """The villages with a meeting whose attendance sheet a file is."""
    found = conn.execute(VILLAGES_WITH, (to_json([{"sha256": sha256}]),)).fetchall()
    return {division for (division,) in found}


def people_on(conn: Connection[Any], sha256: str) -> list[UUID]:
    """Who is known to have come to the meetings whose attendance sheet a file is."""
    found = conn.execute(PEOPLE_ON, (to_json([{"sha256": sha256}]),)).fetchall()
    return [person for (person,) in found]


def resolutions(conn: Connection[Any], meeting_id: UUID) -> list[Resolution]:
    """The votes of a meeting, in order."""
    with conn.cursor(row_factory=class_row(Resolution)) as cursor:
        return cursor.execute(RESOLUTIONS, (meeting_id,)).fetchall()


def named(conn: Connection[Any], events: Sequence[EventName]) -> dict[EventName, Resolution]:
    """Resolutions by the names of their events; a name without one is absent."""
    with conn.cursor(row_factory=class_row(Resolution)) as cursor:
        return {found.event: found for found in cursor.execute(NAMED, (list(events),)).fetchall()}


def passed(conn: Connection[Any], area: Division, *, limit: int = 50) -> list[Resolution]:
    """The passed resolutions of an area, the latest first: what a project or a payment may rest on."""
    with conn.cursor(row_factory=class_row(Resolution)) as cursor:
        return cursor.execute(PASSED, (prefix(area) + "%", limit)).fetchall()


def rules(conn: Connection[Any], area: Division) -> list[Rule]:
    """Every rule of the divisions of an area and of those above it."""
    values = {"prefix": prefix(area) + "%", "above": list(chain(area))}
    return [_rule(*row) for row in conn.execute(RULES, values).fetchall()]


def rule(conn: Connection[Any], event: EventName) -> Rule | None:
    """The rule that an event set, or None."""
    row = conn.execute(RULE, (event,)).fetchone()
    return _rule(*row) if row is not None else None


def _rule(
    event: EventName,
    division: Division,
    kind: str,
    quorum_part: int,
    quorum_of: int,
    quorum_more: bool,
    passing_part: int,
    passing_of: int,
    passing_more: bool,
    passed_by: str,
    since: date,
    document: str,
) -> Rule:
    quorum, passing = Share(quorum_part, quorum_of, quorum_more), Share(passing_part, passing_of, passing_more)
    return Rule(MeetingRule(kind, quorum, passing, passed_by, event), division, since, document)
