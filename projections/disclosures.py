"""What was disclosed: every version of every kind, place and period, the objections to it, its posters, the settings.

What must not be broken: a version that was posted once stays here as it was posted, whatever came after it; so the
history of corrections is there for every villager. Queries: `disclosure_queries`, `disclosure_calendar`.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from domain.affairs.meetings import MeetingCalled, MeetingResolved
from domain.disclosures.events import (
    DisclosureArchived,
    DisclosureClosed,
    DisclosureDrafted,
    DisclosurePublished,
    DisclosureReviewed,
    DisclosureRowsShown,
    ObjectionAnswered,
    ObjectionRaised,
    ObjectionTextErased,
)
from domain.disclosures.posters import PosterRendered
from domain.disclosures.settings import DisclosureSettingsMade
from domain.subsidies.lists import SubsidyListConfirmed, SubsidyListProposed
from journal.codec import Recorded
from projections.rows import MissingRow, WriteCursor, identity, to_json

NAME: Final = "disclosures"

DDL = """
CREATE TABLE disclosures (
    disclosure_id uuid PRIMARY KEY,
    division      text NOT NULL,
    kind          text NOT NULL,
    period        text NOT NULL,
    latest        integer NOT NULL, -- the version drafted last
    posted        integer, -- the version posted last
    first_since   date, -- the day of its first posting
    ended         text, -- closed, archived
    ended_on      date,
    last_event    text NOT NULL,
    log_index     bigint NOT NULL,
    UNIQUE (division, kind, period)
);
CREATE INDEX disclosures_place_idx ON disclosures (division text_pattern_ops, log_index DESC);
CREATE INDEX disclosures_log_idx ON disclosures (log_index DESC);
CREATE INDEX disclosures_open_idx ON disclosures (log_index) WHERE ended IS NULL OR ended = 'closed';

CREATE TABLE disclosure_versions (
    disclosure_id   uuid NOT NULL REFERENCES disclosures,
    version         integer NOT NULL,
    query           text NOT NULL,
    parameters      jsonb NOT NULL,
    position        bigint NOT NULL,
    document        text NOT NULL,
    length          bigint NOT NULL,
    row_count       bigint NOT NULL,
    corrects        integer,
    reason          text,
    drafter_id      uuid NOT NULL,
    drafted_on      date NOT NULL,
    drafted_event   text NOT NULL,
    drafted_index   bigint NOT NULL,
    passed          boolean,
    opinion         text,
    reviewer_id     uuid,
    reviewed_on     date,
    reviewed_event  text,
    since           date,
    until           date,
    names           text,
    publisher_id    uuid,
    published_at    timestamptz,
    published_event text,
    published_index bigint,
    rows_shown      text, -- the digest of what stands beside its rows
    PRIMARY KEY (disclosure_id, version)
);
CREATE INDEX disclosure_versions_posted_idx ON disclosure_versions (published_index DESC) WHERE since IS NOT NULL;
CREATE INDEX disclosure_versions_until_idx ON disclosure_versions (until) WHERE since IS NOT NULL;
CREATE INDEX disclosure_versions_document_idx ON disclosure_versions (document);

CREATE TABLE disclosure_objections (
    objection_id   uuid PRIMARY KEY,
    disclosure_id  uuid NOT NULL REFERENCES disclosures,
    version        integer NOT NULL,
    row_name       text,
    channel        text NOT NULL,
    text           text NOT NULL, -- commitment
    anonymous      boolean NOT NULL,
    objector_id    uuid,
    raised_on      date NOT NULL,
    answer_by      date NOT NULL,
    raised_event   text NOT NULL,
    log_index      bigint NOT NULL,
    upheld         boolean,
    answer         text,
    answerer_id    uuid,
    answered_on    date,
    answered_event text,
    answered_over  integer, -- the version that was posted last when it was answered
    promised_on    date, -- the day on which it was found right, where that was taken back
    erased_on      date,
    erasure_basis  text,
    erased_event   text
);
CREATE INDEX disclosure_objections_of_idx ON disclosure_objections (disclosure_id, log_index);
CREATE INDEX disclosure_objections_open_idx ON disclosure_objections (answer_by) WHERE upheld IS NULL;

CREATE TABLE disclosure_posters (
    disclosure_id   uuid NOT NULL,
    version         integer NOT NULL,
    paper           text NOT NULL,
    sha256          text NOT NULL,
    length          bigint NOT NULL,
    tool            text NOT NULL,
    font_sha256     text NOT NULL,
    template_sha256 text NOT NULL,
    url             text NOT NULL,
    nameless        integer NOT NULL,
    rendered_on     date NOT NULL,
    event           text NOT NULL,
    PRIMARY KEY (disclosure_id, version, paper)
);

CREATE TABLE disclosure_settings (
    event           text PRIMARY KEY,
    division        text NOT NULL,
    since           date NOT NULL,
    document        text NOT NULL,
    publish_days    integer NOT NULL,
    answer_days     integer NOT NULL,
    due_days        integer NOT NULL,
    small_count_min integer NOT NULL,
    kinds           jsonb NOT NULL,
    log_index       bigint NOT NULL
);
CREATE INDEX disclosure_settings_division_idx ON disclosure_settings (division);

-- What may be owed at once: a meeting that decided something, a list of subsidies that was confirmed.
CREATE TABLE disclosure_occasions (
    occasion_id uuid PRIMARY KEY,
    kind        text NOT NULL,
    division    text NOT NULL,
    happened_on date
);
CREATE INDEX disclosure_occasions_idx ON disclosure_occasions (division text_pattern_ops) WHERE happened_on IS NOT NULL;
"""

TYPES = frozenset(
    {
        "disclosure_settings.made/1",
        "disclosure.drafted/1",
        "disclosure.reviewed/1",
        "disclosure.published/1",
        "disclosure.rows_shown/1",
        "disclosure.closed/1",
        "disclosure.archived/1",
        "objection.raised/1",
        "objection.answered/1",
        "objection.text_erased/1",
        "poster.rendered/1",
        "meeting.called/1",
        "meeting.resolved/1",
        "subsidy_list.proposed/1",
        "subsidy_list.confirmed/1",
    }
)

DRAFT: Final = """
INSERT INTO disclosures AS stored (disclosure_id, division, kind, period, latest, last_event, log_index)
VALUES (%(disclosure_id)s, %(division)s, %(kind)s, %(period)s, %(version)s, %(event)s, %(index)s)
ON CONFLICT (disclosure_id) DO UPDATE SET latest = EXCLUDED.latest, last_event = EXCLUDED.last_event
"""
VERSION: Final = """
INSERT INTO disclosure_versions (disclosure_id, version, query, parameters, position, document, length, row_count,
    corrects, reason, drafter_id, drafted_on, drafted_event, drafted_index)
VALUES (%(disclosure_id)s, %(version)s, %(query)s, %(parameters)s, %(position)s, %(document)s, %(length)s,
    %(row_count)s, %(corrects)s, %(reason)s, %(drafter_id)s, %(on)s, %(event)s, %(index)s)
"""
REVIEW: Final = """
UPDATE disclosure_versions SET passed = %s, opinion = %s, reviewer_id = %s, reviewed_on = %s, reviewed_event = %s
WHERE disclosure_id = %s AND version = %s
"""
PUBLISH: Final = """
UPDATE disclosure_versions SET since = %s, until = %s, names = %s, publisher_id = %s, published_at = %s,
    published_event = %s, published_index = %s
WHERE disclosure_id = %s AND version = %s
"""
POSTED: Final = """
UPDATE disclosures SET posted = %s, first_since = coalesce(first_since, %s) WHERE disclosure_id = %s
"""
SHOW: Final = "UPDATE disclosure_versions SET rows_shown = %s WHERE disclosure_id = %s AND version = %s"
FOLLOWED: Final = "UPDATE disclosures SET last_event = %s WHERE disclosure_id = %s"
END: Final = "UPDATE disclosures SET ended = %s, ended_on = coalesce(ended_on, %s) WHERE disclosure_id = %s"
RAISE: Final = """
INSERT INTO disclosure_objections (objection_id, disclosure_id, version, row_name, channel, text, anonymous,
    objector_id, raised_on, answer_by, raised_event, log_index)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
ANSWER: Final = """
UPDATE disclosure_objections o SET upheld = %s, answer = %s, answerer_id = %s, answered_on = %s, answered_event = %s,
    answered_over = d.posted, promised_on = CASE WHEN o.upheld THEN o.answered_on END
FROM disclosures d WHERE d.disclosure_id = o.disclosure_id AND o.objection_id = %s
"""
ERASE: Final = """
UPDATE disclosure_objections SET erased_on = %s, erasure_basis = %s, erased_event = %s WHERE objection_id = %s
"""
POSTER: Final = """
INSERT INTO disclosure_posters VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (disclosure_id, version, paper) DO UPDATE SET sha256 = EXCLUDED.sha256, length = EXCLUDED.length,
    tool = EXCLUDED.tool, font_sha256 = EXCLUDED.font_sha256, template_sha256 = EXCLUDED.template_sha256,
    url = EXCLUDED.url, nameless = EXCLUDED.nameless, rendered_on = EXCLUDED.rendered_on, event = EXCLUDED.event
"""
SETTLE: Final = "INSERT INTO disclosure_settings VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
MAY_COME: Final = "INSERT INTO disclosure_occasions VALUES (%s, %s, %s, NULL) ON CONFLICT (occasion_id) DO NOTHING"
HAPPENED: Final = """
UPDATE disclosure_occasions SET happened_on = coalesce(happened_on, %s) WHERE occasion_id = %s
"""


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """A row a version, objection, poster and setting; what follows changes it."""
    for recorded in events:
        match recorded.event:
            case DisclosureSettingsMade() as event:
                _settled(cursor, recorded, event)
            case PosterRendered() as event:
                _rendered(cursor, recorded, event)
            case MeetingCalled(division=division):
                cursor.execute(MAY_COME, (identity(recorded), "meetings", division))
            case SubsidyListProposed(division=division):
                cursor.execute(MAY_COME, (identity(recorded), "subsidies", division))
            case MeetingResolved() | SubsidyListConfirmed():
                _changed(cursor, recorded, HAPPENED, (recorded.line.on, identity(recorded)))
            case _:
                _of_disclosure(cursor, recorded)


def _of_disclosure(cursor: WriteCursor, recorded: Recorded) -> None:
    own = identity(recorded)
    match recorded.event:
        case DisclosureDrafted() as event:
            _drafted(cursor, recorded, event)
            return
        case DisclosureReviewed() as event:
            values = (event.passed, event.opinion, event.reviewer_id, recorded.line.on, recorded.name)
            _changed(cursor, recorded, REVIEW, (*values, own, event.version))
        case DisclosurePublished() as event:
            days = (event.since, event.until, event.names, event.publisher_id, recorded.at)
            _changed(cursor, recorded, PUBLISH, (*days, recorded.name, recorded.index, own, event.version))
            cursor.execute(POSTED, (event.version, event.since, own))
        case DisclosureRowsShown() as event:
            _changed(cursor, recorded, SHOW, (event.rows, own, event.version))
        case DisclosureClosed():
            cursor.execute(END, ("closed", recorded.line.on, own))
        case DisclosureArchived():
            cursor.execute(END, ("archived", recorded.line.on, own))
        case ObjectionRaised() as event:
            _raised(cursor, recorded, event)
        case ObjectionAnswered() as event:
            values = (event.upheld, event.answer, event.answerer_id, recorded.line.on, recorded.name)
            _changed(cursor, recorded, ANSWER, (*values, event.objection_id))
        case ObjectionTextErased() as event:
            erased = (recorded.line.on, event.legal_basis, recorded.name)
            _changed(cursor, recorded, ERASE, (*erased, event.objection_id))
        case other:
            raise TypeError(f"{type(other).__name__} is not an event of this read model")
    _changed(cursor, recorded, FOLLOWED, (recorded.name, own))


def _changed(cursor: WriteCursor, recorded: Recorded, sql: str, values: tuple[object, ...]) -> None:
    cursor.execute(sql.encode(), values)
    if cursor.rowcount != 1:
        raise MissingRow(f"disclosures: {recorded.name} speaks of what is not there")


def _drafted(cursor: WriteCursor, recorded: Recorded, event: DisclosureDrafted) -> None:
    values = {
        **{name: getattr(event, name) for name in _OF_DRAFT},
        "disclosure_id": identity(recorded),
        "parameters": to_json([asdict(one) for one in event.parameters]),
        "on": recorded.line.on,
        "event": recorded.name,
        "index": recorded.index,
    }
    cursor.execute(DRAFT, values)
    cursor.execute(VERSION, values)


_OF_DRAFT: Final = (
    "division",
    "kind",
    "period",
    "version",
    "query",
    "position",
    "document",
    "length",
    "row_count",
    "corrects",
    "reason",
    "drafter_id",
)


def _raised(cursor: WriteCursor, recorded: Recorded, event: ObjectionRaised) -> None:
    values = (
        event.objection_id,
        identity(recorded),
        event.version,
        event.row,
        event.channel,
        event.text,
        event.anonymous,
        event.objector_id,
        recorded.line.on,
        event.answer_by,
        recorded.name,
        recorded.index,
    )
    cursor.execute(RAISE, values)


def _rendered(cursor: WriteCursor, recorded: Recorded, event: PosterRendered) -> None:
    values = (
        event.disclosure_id,
        event.version,
        event.paper,
        event.sha256,
        event.length,
        event.tool,
        event.font_sha256,
        event.template_sha256,
        event.url,
        event.nameless,
        recorded.line.on,
        recorded.name,
    )
    cursor.execute(POSTER, values)


def _settled(cursor: WriteCursor, recorded: Recorded, event: DisclosureSettingsMade) -> None:
    values = (
        recorded.name,
        event.division,
        event.since,
        event.document,
        event.publish_days,
        event.answer_days,
        event.due_days,
        event.small_count_min,
        to_json([asdict(one) for one in event.kinds]),
        recorded.index,
    )
    cursor.execute(SETTLE, values)
