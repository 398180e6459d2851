"""What is done for the village: each task, activity, praise, inspection and service, and everybody's part in it.

One table for all five, because a page that shows what waits for a second person asks for all of them alike. What was
taken back stays as a row that says so.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from domain.deeds.activities import (
    ActivityCancelled,
    ActivityCheckedIn,
    ActivityHoursConfirmed,
    ActivityHoursWithdrawn,
    ActivityPublished,
    ActivitySignedUp,
    ActivitySignUpWithdrawn,
)
from domain.deeds.commendations import CommendationRecorded
from domain.deeds.inspections import InspectionRecorded
from domain.deeds.party_activities import (
    PartyActivityCommunityConfirmed,
    PartyActivityRecorded,
    PartyActivityUnitConfirmed,
)
from domain.deeds.tasks import (
    TaskAccepted,
    TaskConfirmationWithdrawn,
    TaskConfirmed,
    TaskDone,
    TaskGivenUp,
    TaskOffered,
    TaskSentBack,
    TaskWithdrawn,
)
from journal.codec import Recorded
from projections.rows import MissingRow, WriteCursor, identity

NAME = "deeds"

DDL = """
CREATE TABLE deeds (
    deed_id     uuid PRIMARY KEY,
    kind        text NOT NULL,
    division    text NOT NULL,
    title       text,
    place       text,
    item        text NOT NULL,
    day         date NOT NULL,
    minutes     integer,
    seats       integer,
    body        text,
    document    text,
    result      text,
    inspectors  uuid[] NOT NULL,
    status      text NOT NULL,
    reason      text,
    opener_id   uuid NOT NULL,
    unit_by     uuid,
    community_by uuid,
    event       text NOT NULL,
    last_event  text NOT NULL,
    log_index   bigint NOT NULL
);
CREATE INDEX deeds_kind_idx ON deeds (kind, division text_pattern_ops, log_index DESC);
CREATE INDEX deeds_day_idx ON deeds (day) WHERE status = 'open';

CREATE TABLE deed_parts (
    deed_id      uuid NOT NULL,
    holder_id    uuid NOT NULL,
    holder_kind  text NOT NULL,
    status       text NOT NULL,
    day          date,
    minutes      integer,
    reason       text,
    recorder_id  uuid,
    confirmer_id uuid,
    event        text NOT NULL,
    log_index    bigint NOT NULL,
    PRIMARY KEY (deed_id, holder_id)
);
CREATE INDEX deed_parts_holder_idx ON deed_parts (holder_id, log_index DESC);
CREATE INDEX deed_parts_waiting_idx ON deed_parts (deed_id) WHERE status IN ('done', 'checked_in', 'recorded');
"""

# Events that turn a deed, or the one part of a commendation, inspection or service, into a status.
_TURNS: Final[Mapping[str, str]] = {
    "commendation.confirmed/1": "confirmed",
    "commendation.withdrawn/1": "withdrawn",
    "inspection.confirmed/1": "confirmed",
    "inspection.disputed/1": "disputed",
    "inspection.withdrawn/1": "withdrawn",
    "party_activity.rejected/1": "rejected",
    "party_activity.withdrawn/1": "withdrawn",
}

TYPES = frozenset(
    {
        "task.offered/1",
        "task.accepted/1",
        "task.given_up/1",
        "task.done/1",
        "task.sent_back/1",
        "task.confirmed/1",
        "task.confirmation_withdrawn/1",
        "task.withdrawn/1",
        "activity.published/1",
        "activity.signed_up/1",
        "activity.sign_up_withdrawn/1",
        "activity.checked_in/1",
        "activity.hours_confirmed/1",
        "activity.hours_withdrawn/1",
        "activity.cancelled/1",
        "commendation.recorded/1",
        "inspection.recorded/1",
        "party_activity.recorded/1",
        "party_activity.unit_confirmed/1",
        "party_activity.community_confirmed/1",
        *_TURNS,
    }
)

# A commendation, an inspection or a service that was taken back can be recorded anew: then its row begins again.
BEGIN = """
INSERT INTO deeds (deed_id, kind, division, title, place, item, day, minutes, seats, body, document, result, inspectors,
    status, opener_id, event, last_event, log_index)
VALUES (%(deed)s, %(kind)s, %(division)s, %(title)s, %(place)s, %(item)s, %(day)s, %(minutes)s, %(seats)s, %(body)s,
    %(document)s, %(result)s, %(inspectors)s, %(status)s, %(opener)s, %(event)s, %(event)s, %(index)s)
ON CONFLICT (deed_id) DO UPDATE SET division = EXCLUDED.division, title = EXCLUDED.title, item = EXCLUDED.item,
    day = EXCLUDED.day, minutes = EXCLUDED.minutes, body = EXCLUDED.body, unit_by = NULL, community_by = NULL,
    result = EXCLUDED.result, inspectors = EXCLUDED.inspectors, status = EXCLUDED.status, reason = NULL,
    opener_id = EXCLUDED.opener_id, event = EXCLUDED.event, last_event = EXCLUDED.last_event,
    log_index = EXCLUDED.log_index
"""
TURN = """
UPDATE deeds SET status = coalesce(%(status)s, status), reason = coalesce(%(reason)s, reason), last_event = %(event)s,
    unit_by = coalesce(%(unit)s, unit_by), community_by = coalesce(%(community)s, community_by)
WHERE deed_id = %(deed)s
"""
PART = """
INSERT INTO deed_parts (deed_id, holder_id, holder_kind, status, day, minutes, recorder_id, event, log_index)
VALUES (%(deed)s, %(holder)s, %(holder_kind)s, %(status)s, %(day)s, %(minutes)s, %(recorder)s, %(event)s, %(index)s)
ON CONFLICT (deed_id, holder_id) DO UPDATE SET status = EXCLUDED.status, day = coalesce(EXCLUDED.day, deed_parts.day),
    minutes = EXCLUDED.minutes, reason = NULL, recorder_id = EXCLUDED.recorder_id, confirmer_id = NULL,
    event = EXCLUDED.event, log_index = EXCLUDED.log_index
"""
CHANGE = """
UPDATE deed_parts SET status = %(status)s, minutes = coalesce(%(minutes)s, minutes), reason = %(reason)s,
    confirmer_id = coalesce(%(confirmer)s, confirmer_id), event = %(event)s
WHERE deed_id = %(deed)s AND (%(holder)s::uuid IS NULL OR holder_id = %(holder)s)
"""
LEAVE = "DELETE FROM deed_parts WHERE deed_id = %(deed)s AND holder_id = %(holder)s"

_Values = dict[str, object]
_NO_DEED: Final[_Values] = dict.fromkeys(
    ("title", "place", "minutes", "seats", "body", "document", "result", "inspectors"), None
)


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """A deed's row, and one for each who takes part."""
    for recorded in events:
        known = {"deed": identity(recorded), "event": recorded.name, "index": recorded.index}
        if (begun := _begun(recorded)) is not None:
            cursor.execute(BEGIN, {**_NO_DEED, "inspectors": [], "status": "recorded", **known, **begun})
            if "holder" in begun:
                _join(cursor, {**known, "recorder": begun["opener"], **begun}, status="recorded")
        elif recorded.type in _TURNS:
            _turned(cursor, recorded, known)
        else:
            _taken_part(cursor, recorded, known)


def _begun(recorded: Recorded) -> _Values | None:
    """The columns of a new deed; with `holder`, where it is of one person or household."""
    kind = recorded.type.partition(".")[0]
    match recorded.event:
        case TaskOffered() as event:
            offered = {"title": event.title, "place": event.place, "day": event.due_on, "seats": event.seats}
            more: _Values = {**offered, "opener": event.offerer_id, "status": "open"}
        case ActivityPublished() as event:
            published = {"title": event.title, "place": event.place, "day": event.held_on, "seats": event.seats}
            more = {**published, "minutes": event.minutes, "body": event.organiser, "opener": event.publisher_id}
            more["status"] = "open"
        case CommendationRecorded() as event:
            praise = {"title": event.title, "day": event.issued_on, "body": event.issuer, "document": event.document}
            more = {**praise, "opener": event.recorder_id}
            more |= {"holder": event.holder_id, "holder_kind": event.holder_kind}
        case InspectionRecorded() as event:
            seen = {"day": event.inspected_on, "result": event.result, "inspectors": list(event.inspectors)}
            more = {**seen, "opener": event.recorder_id, "holder": event.household_id, "holder_kind": "household"}
        case PartyActivityRecorded() as event:
            service = {"title": event.title, "day": event.held_on, "minutes": event.minutes, "body": event.unit}
            more = {**service, "opener": event.recorder_id, "holder": event.person_id, "holder_kind": "person"}
        case _:
            return None
    return {"kind": kind, "division": event.division, "item": event.item, **more}


def _turned(cursor: WriteCursor, recorded: Recorded, known: _Values) -> None:
    """A commendation, an inspection or a service comes into a status, and its one part with it."""
    status, event = _TURNS[recorded.type], recorded.event
    reason = getattr(event, "reason", None)
    _change_deed(cursor, known, status=status, reason=reason)
    _change(cursor, known, None, status=status, reason=reason, confirmer=getattr(event, "confirmer_id", None))


def _taken_part(cursor: WriteCursor, recorded: Recorded, known: _Values) -> None:
    match recorded.event:
        case TaskAccepted(person_id=person, accepted_on=day):
            _join(cursor, {**known, "holder": person, "day": day}, status="accepted")
        case TaskGivenUp(person_id=person) | ActivitySignUpWithdrawn(person_id=person):
            cursor.execute(LEAVE, {**known, "holder": person})
            _found(cursor, recorded)
        case TaskDone(person_id=person, done_on=day, recorder_id=recorder):
            _join(cursor, {**known, "holder": person, "day": day, "recorder": recorder}, status="done")
        case TaskSentBack(person_id=person, reason=reason):
            _change(cursor, known, person, status="accepted", reason=reason)
        case TaskConfirmed(person_id=person, confirmer_id=confirmer):
            _change(cursor, known, person, status="confirmed", confirmer=confirmer)
        case TaskConfirmationWithdrawn(person_id=person, reason=reason):
            _change(cursor, known, person, status="annulled", reason=reason)
        case ActivityHoursWithdrawn(person_id=person, reason=reason):
            _change(cursor, known, person, status="annulled", reason=reason)
        case ActivitySignedUp(person_id=person):
            _join(cursor, {**known, "holder": person}, status="signed_up")
        case ActivityCheckedIn(person_ids=people, recorder_id=recorder):
            for person in people:
                _join(cursor, {**known, "holder": person, "recorder": recorder}, status="checked_in")
        case ActivityHoursConfirmed(served=served, confirmer_id=confirmer):
            for one in served:
                _change(cursor, known, one.person_id, status="confirmed", minutes=one.minutes, confirmer=confirmer)
        case TaskWithdrawn(reason=reason):
            _change_deed(cursor, known, status="withdrawn", reason=reason)
        case ActivityCancelled(reason=reason):
            _change_deed(cursor, known, status="cancelled", reason=reason)
        case PartyActivityUnitConfirmed(confirmer_id=confirmer):
            _side_confirmed(cursor, known, unit=confirmer)
        case PartyActivityCommunityConfirmed(confirmer_id=confirmer):
            _side_confirmed(cursor, known, community=confirmer)
        case other:
            raise TypeError(f"{type(other).__name__} is not an event of this read model")


BOTH = """
UPDATE deeds SET status = 'confirmed' WHERE deed_id = %(deed)s AND unit_by IS NOT NULL AND community_by IS NOT NULL
"""


def _side_confirmed(
    cursor: WriteCursor, known: _Values, *, unit: UUID | None = None, community: UUID | None = None
) -> None:
    _change_deed(cursor, known, unit=unit, community=community)
    cursor.execute(BOTH, known)
    if cursor.rowcount:
        _change(cursor, known, None, status="confirmed", confirmer=unit or community)


def _join(cursor: WriteCursor, values: _Values, *, status: str) -> None:
    none: _Values = {"holder_kind": "person", "day": None, "minutes": None, "recorder": None}
    cursor.execute(PART, {**none, **values, "status": status})


def _change(
    cursor: WriteCursor,
    known: _Values,
    holder: UUID | None,
    *,
    status: str,
    minutes: int | None = None,
    reason: str | None = None,
    confirmer: UUID | None = None,
) -> None:
    said = {"status": status, "minutes": minutes, "reason": reason, "confirmer": confirmer}
    cursor.execute(CHANGE, {**known, "holder": holder, **said})
    if cursor.rowcount != 1:
        raise MissingRow(f"deeds: {known['event']} speaks of somebody who takes no part")


def _change_deed(
    cursor: WriteCursor,
    known: _Values,
    *,
    status: str | None = None,
    reason: str | None = None,
    unit: UUID | None = None,
    community: UUID | None = None,
) -> None:
    said = {"status": status, "reason": reason, "unit": unit, "community": community}
    cursor.execute(TURN, {**known, **said})
    if cursor.rowcount != 1:
        raise MissingRow(f"deeds: {known['event']} changes what is not there")


def _found(cursor: WriteCursor, recorded: Recorded) -> None:
    if cursor.rowcount != 1:
        raise MissingRow(f"deeds: {recorded.name} ends what is not there")
