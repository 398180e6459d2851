"""Who applied to be a member, how far each has come, and every step with its author: the list and the file of each.

Names and phones are not here: they are in the vault, and only there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.kernel.events import Commitment
from domain.kernel.ids import EventName
from domain.kernel.places import Division, prefix
from domain.members import (
    MemberApplied,
    MemberAppointed,
    MemberExited,
    MemberReinstated,
    MemberSuspended,
    MemberTrained,
    MemberVetted,
)
from journal.codec import Recorded
from projections.rows import MissingRow, Table, WriteCursor, identity

NAME = "members"

DDL = """
-- One row a person: the latest application and what became of it.
CREATE TABLE members (
    member_id       uuid PRIMARY KEY,
    person_id       uuid NOT NULL UNIQUE,
    area            text NOT NULL,
    occupation      text NOT NULL,
    phone           text NOT NULL,
    status          text NOT NULL,
    applied_on      date NOT NULL,
    transcribed_by  uuid,
    vetter_id       uuid,
    since           date,
    until           date,
    other_roles     text[] NOT NULL DEFAULT '{}',
    before_duty_on  date,
    on_duty_on      date,
    backbone_on     date,
    suspended_since date,
    suspended_until date,
    last_day        date,
    log_index       bigint NOT NULL
);
CREATE INDEX members_area_idx ON members (area text_pattern_ops, log_index);

CREATE TABLE member_steps (
    log_index bigint PRIMARY KEY,
    member_id uuid NOT NULL,
    event     text NOT NULL,
    type      text NOT NULL,
    recorded_on date NOT NULL,
    by_id     uuid NOT NULL,
    reason    text,
    level     text,
    since     date,
    until     date,
    document  text
);
CREATE INDEX member_steps_member_idx ON member_steps (member_id, log_index);
"""

TYPES = frozenset(
    {
        "member.applied/1",
        "member.vetted/1",
        "member.appointed/1",
        "member.trained/1",
        "member.suspended/1",
        "member.reinstated/1",
        "member.exited/1",
    }
)


@dataclass(frozen=True, slots=True)
class Member:
    """A person's latest application. `phone` is a commitment; `status` is of the day that was asked for.

    `before_duty_on` is the first training of that level, the others are the latest.
    """

    person_id: UUID
    area: Division
    occupation: str
    phone: Commitment
    status: str
    applied_on: date
    transcribed_by: UUID | None
    vetter_id: UUID | None
    since: date | None
    until: date | None
    other_roles: list[str]
    before_duty_on: date | None
    on_duty_on: date | None
    backbone_on: date | None
    suspended_since: date | None
    suspended_until: date | None
    last_day: date | None
    log_index: int


@dataclass(frozen=True, slots=True)
class Step:
    """One event of a membership: what, when, by whom, and what it says. `since` and `until` are its days, if any."""

    event: EventName
    type: str
    recorded_on: date
    by_id: UUID
    reason: str | None
    level: str | None
    since: date | None
    until: date | None
    document: str | None


STEPS = Table(
    "member_steps",
    "log_index",
    ("member_id", "event", "type", "recorded_on", "by_id", "reason", "level", "since", "until", "document"),
)

APPLY = """
INSERT INTO members (member_id, person_id, area, occupation, phone, status, applied_on, transcribed_by, log_index)
VALUES (%(member)s, %(person)s, %(area)s, %(occupation)s, %(phone)s, 'applied', %(on)s, %(transcribed_by)s, %(index)s)
"""
FORGET = "DELETE FROM members WHERE member_id = %s"
VET = "UPDATE members SET status = %(status)s, vetter_id = %(vetter)s WHERE member_id = %(member)s"
APPOINT = """
UPDATE members SET status = 'appointed', area = %(area)s, since = %(since)s, until = %(until)s,
    other_roles = %(other_roles)s
WHERE member_id = %(member)s
"""
TRAIN = """
UPDATE members SET
    before_duty_on = CASE WHEN %(level)s = 'before_duty' THEN %(day)s::date ELSE before_duty_on END,
    on_duty_on = CASE WHEN %(level)s = 'on_duty' THEN greatest(on_duty_on, %(day)s::date) ELSE on_duty_on END,
    backbone_on = CASE WHEN %(level)s = 'backbone' THEN greatest(backbone_on, %(day)s::date) ELSE backbone_on END
WHERE member_id = %(member)s
"""
SUSPEND = """
UPDATE members SET status = 'suspended', suspended_since = %(since)s, suspended_until = %(until)s
WHERE member_id = %(member)s
"""
REINSTATE = """
UPDATE members SET status = 'appointed', suspended_since = NULL, suspended_until = NULL WHERE member_id = %(member)s
"""
EXIT = "UPDATE members SET status = 'exited', last_day = %(last_day)s WHERE member_id = %(member)s"


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """The row of each member event by event, the steps in bulk. There are hundreds of members, not millions."""
    for recorded in events:
        statement, values = _change(recorded)
        if isinstance(recorded.event, MemberApplied):
            cursor.execute(FORGET, (identity(recorded),))
        cursor.execute(statement, {"member": identity(recorded), **values})
        if cursor.rowcount != 1:
            raise MissingRow(f"members: {recorded.name} speaks of nobody who applied")
    STEPS.insert(cursor, [_step(recorded) for recorded in events])


def _change(recorded: Recorded) -> tuple[str, dict[str, object]]:
    match recorded.event:
        case MemberApplied() as event:
            given = {"person": event.person_id, "area": event.area, "occupation": event.occupation}
            more = {"phone": event.phone, "transcribed_by": event.transcribed_by, "index": recorded.index}
            return APPLY, {**given, **more, "on": recorded.line.on}
        case MemberVetted(passed=passed, vetter_id=vetter):
            return VET, {"status": "vetted" if passed else "rejected", "vetter": vetter}
        case MemberAppointed() as event:
            span = {"area": event.area, "since": event.since, "until": event.until}
            return APPOINT, {**span, "other_roles": list(event.other_roles)}
        case MemberTrained(level=level, trained_on=day):
            return TRAIN, {"level": level, "day": day}
        case MemberSuspended(since=since, until=until):
            return SUSPEND, {"since": since, "until": until}
        case MemberReinstated():
            return REINSTATE, {}
        case MemberExited(last_day=last_day):
            return EXIT, {"last_day": last_day}
        case other:
            raise TypeError(f"{type(other).__name__} is not an event of this read model")


def _step(recorded: Recorded) -> dict[str, object]:
    event = recorded.event
    since = getattr(event, "since", None) or getattr(event, "trained_on", None) or getattr(event, "last_day", None)
    return {
        "log_index": recorded.index,
        "member_id": identity(recorded),
        "event": recorded.name,
        "type": recorded.line.type,
        "recorded_on": recorded.line.on,
        "by_id": recorded.by,
        "reason": getattr(event, "reason", None),
        "level": getattr(event, "level", None),
        "since": since,
        "until": getattr(event, "until", None),
        "document": getattr(event, "document", None),
    }


# Queries.

_STANDING = """CASE WHEN status = 'suspended' AND (suspended_since > %(on)s OR suspended_until < %(on)s)
    THEN 'appointed' ELSE status END"""
_MEMBER = f"""
SELECT person_id, area, occupation, phone, {_STANDING} AS status, applied_on, transcribed_by, vetter_id, since, until,
    other_roles, before_duty_on, on_duty_on, backbone_on, suspended_since, suspended_until, last_day, log_index
FROM read.members
"""  # noqa: S608 - text of ours

ONE = f"{_MEMBER} WHERE person_id = %(person)s"
LIST = f"""
{_MEMBER} WHERE area LIKE %(prefix)s AND log_index > %(after)s
    AND (%(status)s::text IS NULL OR {_STANDING} = %(status)s) ORDER BY log_index LIMIT %(limit)s
"""
STANDINGS = f"SELECT person_id, {_STANDING} FROM read.members WHERE person_id = ANY (%(people)s)"  # noqa: S608
LISTED = f"""
SELECT count(*), count(*) FILTER (WHERE log_index <= %(after)s) FROM read.members
WHERE area LIKE %(prefix)s AND (%(status)s::text IS NULL OR {_STANDING} = %(status)s)
"""  # noqa: S608 - text of ours
COUNTS = f"""
SELECT {_STANDING} AS standing, count(*) FROM read.members WHERE area LIKE %(prefix)s GROUP BY standing
"""  # noqa: S608 - text of ours
STEPS_OF = """
SELECT event, type, recorded_on, by_id, reason, level, since, until, document FROM read.member_steps
WHERE member_id = (SELECT member_id FROM read.members WHERE person_id = %s) ORDER BY log_index
"""


def one(conn: Connection[Any], person_id: UUID, *, on: date) -> Member | None:
    """A person's membership as it stands on a day, or None."""
    with conn.cursor(row_factory=class_row(Member)) as cursor:
        return cursor.execute(ONE, {"person": person_id, "on": on}).fetchone()


def listing(
    conn: Connection[Any], area: Division, *, on: date, status: str | None = None, after: int = -1, limit: int = 50
) -> list[Member]:
    """Members of an area in the order of application, of those with a status on a day if one is given.

    `after` is the log index of the last member of the page before.
    """
    values = {"prefix": prefix(area) + "%", "on": on, "status": status, "after": after, "limit": limit}
    with conn.cursor(row_factory=class_row(Member)) as cursor:
        return cursor.execute(LIST, values).fetchall()


def listed(
    conn: Connection[Any], area: Division, *, on: date, status: str | None = None, after: int = -1
) -> tuple[int, int]:
    """How many such members there are, and how many of them up to and with the log index `after`."""
    values = {"prefix": prefix(area) + "%", "on": on, "status": status, "after": after}
    found = conn.execute(LISTED, values).fetchone()
    return (int(found[0]), int(found[1])) if found else (0, 0)


def standings(conn: Connection[Any], people: Sequence[UUID], *, on: date) -> dict[UUID, str]:
    """The status of some persons on a day; whoever never applied is left out."""
    return dict(conn.execute(STANDINGS, {"people": list(people), "on": on}).fetchall())


def counts(conn: Connection[Any], area: Division, *, on: date) -> dict[str, int]:
    """How many of an area have each status on a day."""
    return dict(conn.execute(COUNTS, {"prefix": prefix(area) + "%", "on": on}).fetchall())


def steps_of(conn: Connection[Any], person_id: UUID) -> list[Step]:
    """Everything that was recorded of a membership, earlier applications included, in order."""
    with conn.cursor(row_factory=class_row(Step)) as cursor:
        return cursor.execute(STEPS_OF, (person_id,)).fetchall()
