"""The register of incidents: what was reported, where it stands, and who must do something next.

Verified, handled and valid are three facts by three people; `status` and `awaits` are computed from them, never set.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.incidents import IncidentHandled, IncidentReported, IncidentVerified, ValidityDecided
from domain.incidents.events import (
    IncidentAccepted,
    IncidentArchived,
    IncidentArrived,
    IncidentClaimed,
    IncidentClosed,
    IncidentDeclined,
    IncidentDeliberated,
    IncidentDispatched,
    IncidentLocated,
    IncidentMerged,
    IncidentPosted,
    IncidentRated,
    IncidentReopened,
    IncidentWhistled,
)
from domain.kernel.calendar import day_in_china
from domain.kernel.places import Division, prefix
from domain.kernel.workflow_steps import ACTS
from journal.codec import Recorded
from projections.rows import Pending, Row, Table, WriteCursor, identity

Status = Literal["reported", "verified", "handled", "rejected", "valid", "invalid", "declined", "merged", "archived"]
Awaits = Literal["verification", "handling", "decision"]

NAME = "incidents"

DDL = """
CREATE TABLE incidents (
    incident_id     uuid PRIMARY KEY,
    division        text NOT NULL,
    grid            text,
    category        text NOT NULL,
    item            text,
    sensitive       boolean NOT NULL,
    latitude_e5     integer,
    longitude_e5    integer,
    workflow        text,
    reporter_id     uuid NOT NULL,
    report_transcriber_id uuid,
    source          text NOT NULL,
    source_ref      text,
    text_commitment text NOT NULL,
    photos          jsonb NOT NULL,
    reported_at     timestamptz NOT NULL,
    reported_on     date NOT NULL,
    log_index       bigint NOT NULL,
    verifier_id     uuid,
    confirmed       boolean,
    verify_reason   text,
    verified_on     date,
    handler_id      uuid,
    reply_commitment text,
    handled_at      timestamptz,
    handled_on      date,
    handling_transcriber_id uuid,
    decider_id      uuid,
    valid           boolean,
    validity_reason text,
    decided_on      date,
    handled         boolean,
    accepted        boolean,
    stars           integer,
    ended           text,
    merged_into     uuid,
    status text NOT NULL GENERATED ALWAYS AS (CASE
        WHEN valid THEN 'valid'
        WHEN NOT valid THEN 'invalid'
        WHEN ended IN ('declined', 'merged', 'archived') THEN ended
        WHEN NOT confirmed THEN 'rejected'
        WHEN handled THEN 'handled'
        WHEN confirmed THEN 'verified'
        ELSE 'reported' END) STORED,
    awaits text GENERATED ALWAYS AS (CASE
        WHEN valid IS NOT NULL OR ended IN ('declined', 'merged', 'archived') THEN NULL
        WHEN confirmed IS NULL THEN 'verification'
        WHEN confirmed AND handled IS NOT TRUE THEN 'handling'
        ELSE 'decision' END) STORED
);
CREATE INDEX incidents_register_idx ON incidents (reported_at, incident_id);
CREATE INDEX incidents_queue_idx ON incidents (awaits, reported_at, incident_id) WHERE awaits IS NOT NULL;
CREATE INDEX incidents_reporter_idx ON incidents (reporter_id, reported_at);
CREATE INDEX incidents_position_idx ON incidents (latitude_e5, longitude_e5) WHERE confirmed;

CREATE TABLE incident_events (
    log_index    bigint PRIMARY KEY,
    incident_id  uuid NOT NULL,
    event        text NOT NULL,
    type         text NOT NULL,
    actor_id     uuid NOT NULL,
    role         text NOT NULL,
    recorded_at  timestamptz NOT NULL,
    effective_on date NOT NULL
);
CREATE INDEX incident_events_incident_idx ON incident_events (incident_id, log_index);

CREATE TABLE incident_postings (
    log_index   bigint PRIMARY KEY,
    incident_id uuid NOT NULL,
    posted_on   date NOT NULL,
    last_day    date NOT NULL
);
CREATE INDEX incident_postings_incident_idx ON incident_postings (incident_id, log_index);
CREATE INDEX incident_postings_last_day_idx ON incident_postings (last_day);
"""

TYPES = frozenset({"incident.reported/1", *ACTS.values()})


@dataclass(frozen=True, slots=True)
class Incident:
    """One report and what became of it. Commitments stand for texts in the vault.

    Photos are {sha256, length, difference_hash, exif}. `handled` is False where it has to be done again; `accepted`:
    it was taken on, by that step or by one that presupposes it; `stars` are the latest rating; `ended` is declined,
    merged, archived, or reopened.
    """

    incident_id: UUID
    division: Division
    grid: str | None
    category: str
    item: str | None
    sensitive: bool
    latitude_e5: int | None
    longitude_e5: int | None
    workflow: str | None
    reporter_id: UUID
    report_transcriber_id: UUID | None
    source: str
    source_ref: str | None
    text_commitment: str
    photos: list[dict[str, Any]]
    reported_at: datetime
    reported_on: date
    log_index: int
    verifier_id: UUID | None
    confirmed: bool | None
    verify_reason: str | None
    verified_on: date | None
    handler_id: UUID | None
    reply_commitment: str | None
    handled_at: datetime | None
    handled_on: date | None
    handling_transcriber_id: UUID | None
    decider_id: UUID | None
    valid: bool | None
    validity_reason: str | None
    decided_on: date | None
    handled: bool | None
    accepted: bool | None
    stars: int | None
    ended: str | None
    merged_into: UUID | None
    status: Status
    awaits: Awaits | None

    def age_days(self, today: date) -> int:
        """Days since the report took effect, until it was decided, or until today."""
        return ((self.decided_on or today) - self.reported_on).days


INCIDENTS = Table.of("incidents", Incident, computed=("status", "awaits"))
EVENTS = Table(
    "incident_events",
    "log_index",
    ("incident_id", "event", "type", "actor_id", "role", "recorded_at", "effective_on"),
)
POSTINGS = Table("incident_postings", "log_index", ("incident_id", "posted_on", "last_day"))


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """Add reports, and what followed to the reports it belongs to; every event is a row of the timeline."""
    register = Pending(INCIDENTS)
    for recorded in events:
        _register(register, recorded)
    register.write(cursor)
    EVENTS.insert(cursor, [_timeline_row(recorded) for recorded in events])
    posted = [(one, one.event) for one in events]
    POSTINGS.insert(cursor, [_posting_row(one, event) for one, event in posted if isinstance(event, IncidentPosted)])


def _register(register: Pending, recorded: Recorded) -> None:
    incident_id, on = identity(recorded), recorded.line.on
    match recorded.event:
        case IncidentReported() as event:
            register.add(incident_id, _report_row(recorded, event))
        case IncidentVerified() as event:
            found: Row = {"verifier_id": event.verifier_id, "confirmed": event.confirmed}
            taken_on: Row = {"accepted": True} if event.confirmed else {}
            register.change(incident_id, {**found, **taken_on, "verify_reason": event.reason, "verified_on": on})
        case IncidentHandled() as event:
            done: Row = {"handler_id": event.handler_id, "handling_transcriber_id": event.transcribed_by}
            times: Row = {"handled_at": event.handled_at, "handled_on": on, "handled": True, "accepted": True}
            register.change(incident_id, {**done, **times, "reply_commitment": event.reply})
        case ValidityDecided() as event:
            decided: Row = {"decider_id": event.decider_id, "valid": event.valid}
            register.change(incident_id, {**decided, "validity_reason": event.reason, "decided_on": on})
        case IncidentClosed() as event if not event.solved:
            register.change(incident_id, {"handled": False})
        case IncidentDeclined():
            register.change(incident_id, {"ended": "declined"})
        case IncidentLocated() as event:
            register.change(incident_id, {"division": event.division})
        case IncidentMerged() as event:
            register.change(incident_id, {"ended": "merged", "merged_into": event.into})
        case IncidentArchived():
            register.change(incident_id, {"ended": "archived"})
        case IncidentReopened():
            register.change(incident_id, {"ended": "reopened", "handled": False})
        case (
            IncidentAccepted()
            | IncidentDeliberated()
            | IncidentDispatched()
            | IncidentClaimed()
            | IncidentWhistled()
            | IncidentArrived()
        ):
            register.change(incident_id, {"accepted": True})
        case IncidentRated() as event:
            register.change(incident_id, {"stars": event.stars})
        case _:
            pass  # every other act is a row of the timeline alone


def _report_row(recorded: Recorded, event: IncidentReported) -> Row:
    return {
        "division": event.division,
        "grid": event.grid,
        "category": event.category,
        "item": event.item,
        "sensitive": event.sensitive,
        "latitude_e5": event.position.latitude_e5 if event.position else None,
        "longitude_e5": event.position.longitude_e5 if event.position else None,
        "workflow": event.workflow,
        "reporter_id": event.reporter_id,
        "report_transcriber_id": event.transcribed_by,
        "source": event.source,
        "source_ref": event.source_ref,
        "text_commitment": event.text,
        "photos": [asdict(photo) for photo in event.photos],
        "reported_at": event.reported_at,
        "reported_on": recorded.line.on,
        "log_index": recorded.index,
    }


def _timeline_row(recorded: Recorded) -> Row:
    return {
        "log_index": recorded.index,
        "incident_id": identity(recorded),
        "event": recorded.name,
        "type": recorded.type,
        "actor_id": recorded.line.by,
        "role": recorded.role,
        "recorded_at": recorded.line.at,
        "effective_on": recorded.line.on,
    }


def _posting_row(recorded: Recorded, event: IncidentPosted) -> Row:
    """When it was public: from the day of the record, which is itself not counted (as the Civil Code counts days)."""
    posted_on = day_in_china(recorded.at)
    return {
        "log_index": recorded.index,
        "incident_id": identity(recorded),
        "posted_on": posted_on,
        "last_day": posted_on + timedelta(days=event.days),
    }


# Queries.


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One event of an incident: its name, who did it in which role, when it was recorded and takes effect."""

    event: str
    type: str
    actor_id: UUID
    role: str
    recorded_at: datetime
    effective_on: date
    log_index: int


@dataclass(frozen=True, slots=True)
class Counters:
    """How many incidents wait for each step, and the day of the oldest one."""

    verification: int
    handling: int
    decision: int
    oldest_on: date | None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which incidents to list; None leaves a condition out. Days are inclusive and judge the day of the report."""

    area: Division
    status: Status | None = None
    awaits: Awaits | None = None
    category: str | None = None
    source: str | None = None
    reporter_id: UUID | None = None
    since: date | None = None
    until: date | None = None


Key = tuple[datetime, UUID]
"""(reported_at, incident_id): where a page of the list ends and the next one begins."""

_COLUMNS = f"{INCIDENTS.all_columns}, status, awaits"

ONE = f"SELECT {_COLUMNS} FROM read.incidents WHERE incident_id = %s"  # noqa: S608 - columns of ours

TIMELINE = """
SELECT event, type, actor_id, role, recorded_at, effective_on, log_index
FROM read.incident_events WHERE incident_id = %s ORDER BY log_index
"""

QUEUE = f"""
SELECT {_COLUMNS} FROM read.incidents
WHERE awaits = %(awaits)s AND division LIKE %(prefix)s
    AND (%(actor_id)s::uuid IS NULL OR array_position(ARRAY[reporter_id, report_transcriber_id, verifier_id,
        handler_id, handling_transcriber_id], %(actor_id)s) IS NULL)
    AND (%(after_at)s::timestamptz IS NULL
        OR (reported_at, incident_id) > (%(after_at)s::timestamptz, %(after_id)s::uuid))
ORDER BY reported_at, incident_id LIMIT %(limit)s
"""  # noqa: S608 - columns of ours

_WANTED = """
FROM read.incidents
WHERE division LIKE %(prefix)s
    AND (%(status)s::text IS NULL OR status = %(status)s)
    AND (%(awaits)s::text IS NULL OR awaits = %(awaits)s)
    AND (%(category)s::text IS NULL OR category = %(category)s)
    AND (%(source)s::text IS NULL OR source = %(source)s)
    AND (%(reporter_id)s::uuid IS NULL OR reporter_id = %(reporter_id)s)
    AND (%(since)s::date IS NULL OR reported_on >= %(since)s)
    AND (%(until)s::date IS NULL OR reported_on <= %(until)s)
"""

LISTING = f"""
SELECT {_COLUMNS} {_WANTED}
    AND (%(after_at)s::timestamptz IS NULL
        OR (reported_at, incident_id) < (%(after_at)s::timestamptz, %(after_id)s::uuid))
ORDER BY reported_at DESC, incident_id DESC LIMIT %(limit)s
"""

LISTED = f"""
SELECT count(*), count(*) FILTER (WHERE %(after_at)s::timestamptz IS NOT NULL
    AND (reported_at, incident_id) >= (%(after_at)s::timestamptz, %(after_id)s::uuid)) {_WANTED}
"""

UNDECIDED_OF = "SELECT count(*) FROM read.incidents WHERE reporter_id = %s AND awaits IS NOT NULL"

COUNTERS = """
SELECT count(*) FILTER (WHERE awaits = 'verification') AS verification,
    count(*) FILTER (WHERE awaits = 'handling') AS handling,
    count(*) FILTER (WHERE awaits = 'decision') AS decision,
    min(reported_on) AS oldest_on
FROM read.incidents WHERE awaits IS NOT NULL AND division LIKE %s
"""


def one(conn: Connection[Any], incident_id: UUID) -> Incident | None:
    """One incident, or None."""
    with conn.cursor(row_factory=class_row(Incident)) as cursor:
        return cursor.execute(ONE, (incident_id,)).fetchone()


def timeline(conn: Connection[Any], incident_id: UUID) -> list[TimelineRow]:
    """The events of an incident, in log order."""
    with conn.cursor(row_factory=class_row(TimelineRow)) as cursor:
        return cursor.execute(TIMELINE, (incident_id,)).fetchall()


def queue(
    conn: Connection[Any],
    awaits: Awaits,
    *,
    area: Division,
    actor_id: UUID | None = None,
    after: Key | None = None,
    limit: int = 50,
) -> list[Incident]:
    """What waits for a step in an area, the oldest first; without those in whose chain `actor_id` has acted already.

    `after` is the key of the last incident of the page before.
    """
    values = {"awaits": awaits, "prefix": prefix(area) + "%", "actor_id": actor_id, "limit": limit}
    with conn.cursor(row_factory=class_row(Incident)) as cursor:
        return cursor.execute(QUEUE, {**values, **_after(after)}).fetchall()


def listing(conn: Connection[Any], wanted: Filter, *, after: Key | None = None, limit: int = 50) -> list[Incident]:
    """The register under a filter, the latest report first; `after` is the key of the last one of the page before."""
    with conn.cursor(row_factory=class_row(Incident)) as cursor:
        return cursor.execute(LISTING, {**_wanted(wanted), **_after(after), "limit": limit}).fetchall()


def listed(conn: Connection[Any], wanted: Filter, *, after: Key | None = None) -> tuple[int, int]:
    """How many the register holds under a filter, and how many of them up to and with `after`."""
    found = conn.execute(LISTED, {**_wanted(wanted), **_after(after)}).fetchone()
    return (int(found[0]), int(found[1])) if found else (0, 0)


def undecided_of(conn: Connection[Any], reporter_id: UUID) -> int:
    """How many reports of a person nobody has decided yet."""
    found = conn.execute(UNDECIDED_OF, (reporter_id,)).fetchone()
    return int(found[0]) if found else 0


def counters(conn: Connection[Any], *, area: Division) -> Counters:
    """How much work waits in an area."""
    with conn.cursor(row_factory=class_row(Counters)) as cursor:
        found = cursor.execute(COUNTERS, (prefix(area) + "%",)).fetchone()
    assert found is not None  # noqa: S101 - an aggregate always gives one row
    return found


def _wanted(wanted: Filter) -> Row:
    return {
        "prefix": prefix(wanted.area) + "%",
        "status": wanted.status,
        "awaits": wanted.awaits,
        "category": wanted.category,
        "source": wanted.source,
        "reporter_id": wanted.reporter_id,
        "since": wanted.since,
        "until": wanted.until,
    }


def _after(key: Key | None) -> Row:
    return {"after_at": key[0] if key else None, "after_id": key[1] if key else None}
