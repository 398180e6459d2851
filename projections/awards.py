"""Which reports count for whom, as of any position of the log; the rules for stars, and what was proposed and granted.

What must not be broken: a report counts from the event that made it valid until one that takes that back (merged into
another, found invalid, its reward reversed, its reporter erased); both positions are kept, so that what counted at an
earlier position can be computed again at any time, and always gives the same stars. Queries: `award_queries`.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from domain.award_rules import AwardRulePublished
from domain.awards import AwardCountedListed, AwardGranted, AwardProposed, AwardRejected, AwardRevoked, stars_digest
from domain.incidents import IncidentReported, ValidityDecided
from domain.kernel.calendar import day_in_china
from domain.kernel.ids import derived
from domain.persons import RoleEnded, RoleGranted
from journal.codec import Recorded
from projections.rows import MissingRow, Row, Table, WriteCursor, identity, to_json

NAME = "awards"

DDL = """
CREATE TABLE award_reports (
    incident_id uuid PRIMARY KEY,
    reward_id   uuid NOT NULL,
    member_id   uuid NOT NULL,
    division    text NOT NULL,
    category    text NOT NULL,
    item        text,
    sensitive   boolean NOT NULL,
    reported_on date NOT NULL
);
CREATE INDEX award_reports_reward_idx ON award_reports (reward_id);

-- The days on which somebody is a mobile grid member, as far as the log knew when a decision was applied.
CREATE TABLE award_members (
    log_index bigint PRIMARY KEY,
    person_id uuid NOT NULL,
    area      text NOT NULL,
    since     date NOT NULL,
    until     date
);
CREATE INDEX award_members_person_idx ON award_members (person_id);

-- A report counts for positions above `counted_at`, up to and including `excluded_at`.
CREATE TABLE award_counts (
    counted_at  bigint PRIMARY KEY,
    event       text NOT NULL,
    incident_id uuid NOT NULL,
    member_id   uuid NOT NULL,
    division    text NOT NULL,
    category    text NOT NULL,
    item        text,
    sensitive   boolean NOT NULL,
    reported_on date NOT NULL,
    excluded_at bigint,
    excluded_by text
);
CREATE INDEX award_counts_period_idx ON award_counts (reported_on, division text_pattern_ops);
CREATE INDEX award_counts_incident_idx ON award_counts (incident_id);
CREATE INDEX award_counts_member_idx ON award_counts (member_id);
CREATE INDEX award_counts_event_idx ON award_counts (event);

CREATE TABLE award_rules (
    log_index    bigint PRIMARY KEY,
    event        text NOT NULL,
    division     text NOT NULL,
    period_kind  text NOT NULL,
    since        date NOT NULL,
    document     text NOT NULL,
    counts       text NOT NULL,
    points_each  bigint NOT NULL,
    weights      jsonb NOT NULL,
    reports_min  bigint NOT NULL,
    stars        integer NOT NULL,
    ties         text NOT NULL,
    published_by uuid NOT NULL
);
CREATE INDEX award_rules_event_idx ON award_rules (event);

-- One row a proposal; an award that was rejected may be proposed again.
CREATE TABLE awards (
    log_index      bigint PRIMARY KEY,
    award_id       uuid NOT NULL,
    event          text NOT NULL,
    division       text NOT NULL,
    period         text NOT NULL,
    rule           text NOT NULL,
    position       bigint NOT NULL,
    proposer_id    uuid NOT NULL,
    proposed_on    date NOT NULL,
    candidates     bigint NOT NULL,
    count_total    bigint NOT NULL,
    counted_digest text NOT NULL,
    stars_digest   text NOT NULL,
    status         text NOT NULL,
    decided_by     uuid,
    decided_on     date,
    decided_event  text,
    reason         text
);
CREATE INDEX awards_award_idx ON awards (award_id, log_index);

CREATE TABLE award_stars (
    proposal      bigint NOT NULL,
    member_id     uuid NOT NULL,
    rank          integer NOT NULL,
    score         bigint NOT NULL,
    count         bigint NOT NULL,
    events_digest text NOT NULL,
    revoked_on    date,
    revoked_event text,
    reason        text,
    PRIMARY KEY (proposal, member_id)
);

CREATE TABLE award_star_events (
    proposal  bigint NOT NULL,
    member_id uuid NOT NULL,
    event     text NOT NULL,
    PRIMARY KEY (proposal, member_id, event)
);
"""

TYPES = frozenset(
    {
        "person.role_granted/1",
        "person.role_ended/1",
        "person.erased/1",
        "incident.reported/1",
        "incident.located/1",
        "incident.validity_decided/1",
        "incident.merged/1",
        "reward.reversed/1",
        "award_rule.published/1",
        "award.proposed/1",
        "award.counted_listed/1",
        "award.granted/1",
        "award.rejected/1",
        "award.revoked/1",
    }
)

MEMBER: Final = "member"
REPORTS = Table(
    "award_reports",
    "incident_id",
    ("reward_id", "member_id", "division", "category", "item", "sensitive", "reported_on"),
)
MEMBERS = Table("award_members", "log_index", ("person_id", "area", "since", "until"))
RULES = Table(
    "award_rules",
    "log_index",
    (
        "event",
        "division",
        "period_kind",
        "since",
        "document",
        "counts",
        "points_each",
        "weights",
        "reports_min",
        "stars",
        "ties",
        "published_by",
    ),
)

# The same rule as `domain.persons`: what covers the last day and does not end on it.
END_ROLE = """
UPDATE award_members SET until = %(last_day)s
WHERE person_id = %(person_id)s AND area = %(area)s
    AND since <= %(last_day)s AND (until IS NULL OR until > %(last_day)s)
"""

_EXCLUDE = """
UPDATE award_counts counted SET excluded_at = given.log_index, excluded_by = given.event
FROM json_to_recordset(%s) AS given (key uuid, log_index bigint, event text)
WHERE counted.excluded_at IS NULL AND counted.{key}
"""
EXCLUDE_REPORTS = _EXCLUDE.format(key="incident_id = given.key")
EXCLUDE_MEMBERS = _EXCLUDE.format(key="member_id = given.key")
EXCLUDE_REWARDS = _EXCLUDE.format(
    key="incident_id = (SELECT incident_id FROM award_reports WHERE reward_id = given.key)"
)

COUNT = """
INSERT INTO award_counts (counted_at, event, incident_id, member_id, division, category, item, sensitive, reported_on)
SELECT given.log_index, given.event, incident_id, member_id, division, category, item, sensitive, reported_on
FROM json_to_recordset(%s) AS given (key uuid, log_index bigint, event text)
    JOIN award_reports ON incident_id = given.key
WHERE EXISTS (SELECT FROM award_members held WHERE person_id = member_id
    AND since <= reported_on AND (until IS NULL OR until >= reported_on))
"""

PROPOSE = """
INSERT INTO awards (log_index, award_id, event, division, period, rule, position, proposer_id, proposed_on,
    candidates, count_total, counted_digest, stars_digest, status)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'proposed')
"""
STAR = """
INSERT INTO award_stars (proposal, member_id, rank, score, count, events_digest) VALUES (%s, %s, %s, %s, %s, %s)
"""
_LATEST = "(SELECT max(log_index) FROM awards WHERE award_id = %(award_id)s)"
LIST = f"""
INSERT INTO award_star_events (proposal, member_id, event)
SELECT {_LATEST}, %(member_id)s, event FROM unnest(%(events)s::text[]) AS event
"""  # noqa: S608 - text of ours
DECIDE = f"""
UPDATE awards SET status = %(status)s, decided_by = %(by)s, decided_on = %(on)s, decided_event = %(event)s,
    reason = %(reason)s
WHERE log_index = {_LATEST}
"""  # noqa: S608 - text of ours
REVOKE = f"""
UPDATE award_stars SET revoked_on = %(on)s, revoked_event = %(event)s, reason = %(reason)s
WHERE proposal = {_LATEST} AND member_id = %(member_id)s
"""  # noqa: S608 - text of ours
NONE_LEFT = f"""
UPDATE awards SET status = 'revoked' WHERE log_index = {_LATEST}
    AND NOT EXISTS (SELECT FROM award_stars WHERE proposal = {_LATEST} AND revoked_on IS NULL)
"""  # noqa: S608 - text of ours


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """Reports first and in bulk: nothing is decided before its report. The rest in order, like steps together."""
    REPORTS.insert(cursor, [_report_row(one) for one in events if isinstance(one.event, IncidentReported)])
    later = (one for one in events if not isinstance(one.event, IncidentReported))
    for kind, group in groupby(later, key=lambda one: one.type):
        for together in _distinct(group):
            _apply_alike(cursor, kind, together)


def _distinct(group: Iterator[Recorded]) -> Iterator[list[Recorded]]:
    """Events of one type in runs that name no stream twice, so that one statement sees each once."""
    run: dict[str, Recorded] = {}
    for recorded in group:
        if recorded.stream in run:
            yield list(run.values())
            run = {}
        run[recorded.stream] = recorded
    yield list(run.values())


def _apply_alike(cursor: WriteCursor, kind: str, events: list[Recorded]) -> None:
    if kind == "incident.validity_decided/1":
        cursor.execute(EXCLUDE_REPORTS, (_given(events),))
        valid = [one for one in events if isinstance(one.event, ValidityDecided) and one.event.valid]
        cursor.execute(COUNT, (_given(valid),))
    elif kind == "incident.located/1":
        REPORTS.change(cursor, [{"incident_id": identity(one), "division": one.event.division} for one in events])
    elif kind == "incident.merged/1":
        cursor.execute(EXCLUDE_REPORTS, (_given(events),))
    elif kind == "reward.reversed/1":
        cursor.execute(EXCLUDE_REWARDS, (_given(events),))
    elif kind == "person.erased/1":
        cursor.execute(EXCLUDE_MEMBERS, (_given(events),))
    elif kind == "person.role_granted/1":
        MEMBERS.insert(cursor, [_member_row(one, one.event) for one in events if one.event.role == MEMBER])
    elif kind == "award_rule.published/1":
        RULES.insert(cursor, [_rule_row(one, one.event) for one in events])
    else:
        for recorded in events:
            _apply_one(cursor, recorded)


def _apply_one(cursor: WriteCursor, recorded: Recorded) -> None:
    award_id, on = identity(recorded), recorded.line.on
    named: Row = {"award_id": award_id, "event": recorded.name, "on": on, "by": recorded.line.by}
    match recorded.event:
        case RoleEnded(role=role, area=area, last_day=last) if role == MEMBER:
            cursor.execute(END_ROLE, {"person_id": award_id, "area": area, "last_day": last})
        case RoleEnded():
            pass
        case AwardProposed() as event:
            _propose(cursor, recorded, event)
        case AwardCountedListed() as event:
            cursor.execute(LIST, {"award_id": award_id, "member_id": event.member_id, "events": list(event.events)})
        case AwardGranted():
            _one_row(cursor, DECIDE, {**named, "status": "granted", "reason": None})
        case AwardRejected() as event:
            _one_row(cursor, DECIDE, {**named, "status": "rejected", "reason": event.reason})
        case AwardRevoked() as event:
            _one_row(cursor, REVOKE, {**named, "member_id": event.member_id, "reason": event.reason})
            cursor.execute(NONE_LEFT, {"award_id": award_id})
        case other:
            raise TypeError(f"{type(other).__name__} is not an event of this read model")


def _one_row(cursor: WriteCursor, statement: str, values: Row) -> None:
    cursor.execute(statement.encode(), values)
    if cursor.rowcount != 1:
        raise MissingRow(f"awards: nothing was proposed before {values['event']}")


def _propose(cursor: WriteCursor, recorded: Recorded, event: AwardProposed) -> None:
    facts = (event.division, event.period, event.rule, event.position, event.proposer_id, recorded.line.on)
    sums = (event.candidates, event.count_total, event.counted_digest, stars_digest(event.stars))
    cursor.execute(PROPOSE, (recorded.index, identity(recorded), recorded.name, *facts, *sums))
    rows = [(s.member_id, s.rank, s.score, s.count, s.events_digest) for s in event.stars]
    cursor.executemany(STAR, [(recorded.index, *row) for row in rows])


def _given(events: Sequence[Recorded]) -> str:
    return to_json([{"key": identity(one), "log_index": one.index, "event": one.name} for one in events])


def _report_row(recorded: Recorded) -> Row:
    event: IncidentReported = recorded.event
    incident_id = identity(recorded)
    return {
        "incident_id": incident_id,
        "reward_id": derived("reward", incident_id),
        "member_id": event.reporter_id,
        "division": event.division,
        "category": event.category,
        "item": event.item,
        "sensitive": event.sensitive,
        "reported_on": day_in_china(event.reported_at),
    }


def _member_row(recorded: Recorded, event: RoleGranted) -> Row:
    held = {"area": event.area, "since": event.since, "until": event.until}
    return {"log_index": recorded.index, "person_id": identity(recorded), **held}


def _rule_row(recorded: Recorded, event: AwardRulePublished) -> Row:
    return {
        "log_index": recorded.index,
        "event": recorded.name,
        "division": event.division,
        "period_kind": event.period_kind,
        "since": event.since,
        "document": event.document,
        "counts": event.counts,
        "points_each": event.points_each,
        "weights": [{"category": w.category, "item": w.item, "points": w.points} for w in event.weights],
        "reports_min": event.reports_min,
        "stars": event.stars,
        "ties": event.ties,
        "published_by": recorded.line.by,
    }
