"""Subsidy programmes with their standards, and the lists of who gets how much, in every version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.kernel.events import Sha256
from domain.kernel.ids import EventName
from domain.kernel.periods import Period
from domain.kernel.places import Division, chain, prefix
from domain.subsidies.lists import (
    Line,
    SubsidyListConfirmed,
    SubsidyListLinesAdded,
    SubsidyListProposed,
    SubsidyListRejected,
)
from domain.subsidies.programmes import (
    SubsidyProgrammeEnded,
    SubsidyProgrammePublished,
    SubsidyProgrammeStandardSet,
)
from journal.codec import Recorded
from projections.rows import MissingRow, WriteCursor, identity

NAME = "subsidies"

DDL = """
CREATE TABLE subsidy_programmes (
    programme_id uuid PRIMARY KEY,
    division     text NOT NULL,
    reference    text NOT NULL,
    title        text NOT NULL,
    issuer       text NOT NULL,
    unit         text NOT NULL,
    sensitive    boolean NOT NULL,
    last_day     date,
    event        text NOT NULL,
    log_index    bigint NOT NULL
);
CREATE INDEX subsidy_programmes_idx ON subsidy_programmes (division);

CREATE TABLE subsidy_standards (
    programme_id uuid NOT NULL,
    since        date NOT NULL,
    standard_fen bigint NOT NULL,
    document     text NOT NULL,
    event        text PRIMARY KEY
);
CREATE INDEX subsidy_standards_idx ON subsidy_standards (programme_id, since);

CREATE TABLE subsidy_lists (
    list_id       uuid NOT NULL,
    version       integer NOT NULL,
    division      text NOT NULL,
    programme_id  uuid NOT NULL,
    period        text NOT NULL,
    status        text NOT NULL,
    standard      text NOT NULL,
    standard_fen  bigint NOT NULL,
    line_count    integer NOT NULL,
    total_fen     bigint NOT NULL,
    lines_digest  text NOT NULL,
    reason        text,
    source        text,
    blinded       boolean NOT NULL,
    proposer_id   uuid NOT NULL,
    proposed_on   date NOT NULL,
    decider_id    uuid,
    decided_on    date,
    rejection     text,
    event         text NOT NULL,
    last_event    text NOT NULL,
    log_index     bigint NOT NULL,
    PRIMARY KEY (list_id, version)
);
CREATE INDEX subsidy_lists_idx ON subsidy_lists (division text_pattern_ops, log_index DESC);
CREATE INDEX subsidy_lists_programme_idx ON subsidy_lists (programme_id);

CREATE TABLE subsidy_lines (
    list_id        uuid NOT NULL,
    version        integer NOT NULL,
    kind           text NOT NULL,
    payee_id       uuid NOT NULL,
    quantity_milli bigint NOT NULL,
    amount_fen     bigint NOT NULL,
    PRIMARY KEY (list_id, version, payee_id)
);
CREATE INDEX subsidy_lines_payee_idx ON subsidy_lines (payee_id);
"""

TYPES: Final = frozenset(
    {
        "subsidy_programme.published/1",
        "subsidy_programme.standard_set/1",
        "subsidy_programme.ended/1",
        "subsidy_list.proposed/1",
        "subsidy_list.lines_added/1",
        "subsidy_list.confirmed/1",
        "subsidy_list.rejected/1",
    }
)

PUBLISH = """
INSERT INTO subsidy_programmes (programme_id, division, reference, title, issuer, unit, sensitive, event, log_index)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
STANDARD = """
INSERT INTO subsidy_standards (programme_id, since, standard_fen, document, event) VALUES (%s, %s, %s, %s, %s)
"""
ENDED = "UPDATE subsidy_programmes SET last_day = %s WHERE programme_id = %s"
PROPOSE = """
INSERT INTO subsidy_lists (list_id, version, division, programme_id, period, status, standard, standard_fen, line_count,
    total_fen, lines_digest, reason, source, blinded, proposer_id, proposed_on, event, last_event, log_index)
VALUES (%s, %s, %s, %s, %s, 'waiting', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
LINES = """
INSERT INTO subsidy_lines (list_id, version, kind, payee_id, quantity_milli, amount_fen)
SELECT %s, %s, * FROM unnest(%s::text[], %s::uuid[], %s::bigint[], %s::bigint[])
"""
SUPERSEDE = "UPDATE subsidy_lists SET status = 'superseded' WHERE list_id = %s AND status = 'holding'"
DECIDE = """
UPDATE subsidy_lists SET status = %s, decider_id = %s, decided_on = %s, rejection = %s, last_event = %s
WHERE list_id = %s AND version = %s AND status = 'waiting'
"""


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """A row for each programme and standard, each version of a list, and each of its lines."""
    for recorded in events:
        identity_, name = identity(recorded), recorded.name
        match recorded.event:
            case SubsidyProgrammePublished() as event:
                head = (identity_, event.division, event.reference, event.title, event.issuer, event.unit)
                cursor.execute(PUBLISH, (*head, event.sensitive, name, recorded.index))
                cursor.execute(STANDARD, (identity_, event.since, event.standard_fen, event.document, name))
            case SubsidyProgrammeStandardSet() as event:
                cursor.execute(STANDARD, (identity_, event.since, event.standard_fen, event.document, name))
            case SubsidyProgrammeEnded(last_day=last_day):
                cursor.execute(ENDED, (last_day, identity_))
                _found(cursor, recorded)
            case SubsidyListProposed() as event:
                _proposed(cursor, recorded, event)
            case SubsidyListLinesAdded() as event:
                _lines(cursor, identity_, event.version, event.lines)
            case SubsidyListConfirmed() as event:
                cursor.execute(SUPERSEDE, (identity_,))
                values = ("holding", event.confirmer_id, recorded.line.on, None, name, identity_, event.version)
                cursor.execute(DECIDE, values)
                _found(cursor, recorded)
            case SubsidyListRejected() as event:
                decided = ("rejected", event.rejecter_id, recorded.line.on, event.reason, name)
                cursor.execute(DECIDE, (*decided, identity_, event.version))
                _found(cursor, recorded)
            case other:
                raise TypeError(f"{type(other).__name__} is not an event of this read model")


def _proposed(cursor: WriteCursor, recorded: Recorded, event: SubsidyListProposed) -> None:
    list_id, name = identity(recorded), recorded.name
    what = (list_id, event.version, event.division, event.programme_id, event.period, event.standard)
    much = (event.standard_fen, event.line_count, event.total_fen, event.lines_digest, event.reason, event.source)
    who = (event.blinded is True, event.proposer_id, recorded.line.on)
    cursor.execute(PROPOSE, (*what, *much, *who, name, name, recorded.index))
    _lines(cursor, list_id, event.version, event.lines)


def _lines(cursor: WriteCursor, list_id: str, version: int, lines: Sequence[Line]) -> None:
    columns = (
        [one.kind for one in lines],
        [one.payee_id for one in lines],
        [one.quantity_milli for one in lines],
        [one.amount_fen for one in lines],
    )
    cursor.execute(LINES, (list_id, version, *columns))


def _found(cursor: WriteCursor, recorded: Recorded) -> None:
    if cursor.rowcount != 1:
        raise MissingRow(f"subsidies: {recorded.name} changes what is not there")


# Queries.


@dataclass(frozen=True, slots=True)
class SubsidyProgramme:
    """A programme and the standard in force on the day asked for (None: none yet, or no more), by which document."""

    programme_id: UUID
    division: Division
    reference: str
    title: str
    issuer: str
    unit: str
    sensitive: bool
    last_day: date | None
    standard_fen: int | None
    since: date | None
    document: str | None
    event: EventName
    log_index: int


@dataclass(frozen=True, slots=True)
class SubsidyStandard:
    """So much per unit from a day on, by which document."""

    since: date
    standard_fen: int
    document: str
    event: EventName


@dataclass(frozen=True, slots=True)
class SubsidyListVersion:
    """A version of a list. `status`: waiting, holding, superseded or rejected; `programme` is its title.

    `blinded`: the journal names its payees by blinded identities alone, and so do the lines here.
    """

    list_id: UUID
    version: int
    division: Division
    programme_id: UUID
    programme: str
    unit: str
    sensitive: bool
    period: Period
    status: str
    standard: EventName
    standard_fen: int
    line_count: int
    total_fen: int
    lines_digest: Sha256
    reason: str | None
    source: Sha256 | None
    blinded: bool
    proposer_id: UUID
    proposed_on: date
    decider_id: UUID | None
    decided_on: date | None
    rejection: str | None
    event: EventName
    last_event: EventName
    log_index: int


@dataclass(frozen=True, slots=True)
class SubsidyLine:
    """What one person or household gets by a version; the quantity is in thousandths of the unit."""

    kind: str
    payee_id: UUID
    quantity_milli: int
    amount_fen: int


_PROGRAMME = """
SELECT programme.programme_id, division, reference, title, issuer, unit, sensitive, last_day, standard.standard_fen,
    standard.since, standard.document, programme.event, log_index
FROM read.subsidy_programmes programme LEFT JOIN LATERAL (
    SELECT standard_fen, since, document FROM read.subsidy_standards standard
    WHERE standard.programme_id = programme.programme_id AND since <= %(on)s
        AND (programme.last_day IS NULL OR %(on)s <= programme.last_day)
    ORDER BY since DESC LIMIT 1
) standard ON true
"""
ONE_PROGRAMME = f"{_PROGRAMME} WHERE programme.programme_id = %(programme)s"
PROGRAMMES = f"""
{_PROGRAMME} WHERE (division LIKE %(prefix)s OR division = ANY (%(above)s)) ORDER BY log_index DESC LIMIT %(limit)s
"""
STANDARDS = """
SELECT since, standard_fen, document, event FROM read.subsidy_standards WHERE programme_id = %s ORDER BY since
"""
_LIST = """
SELECT list_id, version, list.division, programme_id, title AS programme, unit, sensitive, period, status, standard,
    standard_fen, line_count, total_fen, lines_digest, reason, source, blinded, proposer_id, proposed_on, decider_id,
    decided_on, rejection, list.event, last_event, list.log_index
FROM read.subsidy_lists list JOIN read.subsidy_programmes programme USING (programme_id)
"""
VERSIONS = f"{_LIST} WHERE list_id = %s ORDER BY version DESC"
LISTING = f"""
{_LIST} WHERE list.division LIKE %(prefix)s AND (%(status)s::text IS NULL OR status = %(status)s)
    AND (%(programme)s::uuid IS NULL OR programme_id = %(programme)s)
    AND (%(before)s::bigint IS NULL OR list.log_index < %(before)s)
ORDER BY list.log_index DESC LIMIT %(limit)s
"""
OF_VERSION = """
SELECT kind, payee_id, quantity_milli, amount_fen FROM read.subsidy_lines
WHERE list_id = %(list)s AND version = %(version)s AND (%(after)s::uuid IS NULL OR payee_id > %(after)s)
ORDER BY payee_id LIMIT %(limit)s
"""


def programme(conn: Connection[Any], programme_id: UUID, *, on: date) -> SubsidyProgramme | None:
    """A programme with its standard on a day, or None."""
    with conn.cursor(row_factory=class_row(SubsidyProgramme)) as cursor:
        return cursor.execute(ONE_PROGRAMME, {"programme": programme_id, "on": on}).fetchone()


def programmes(conn: Connection[Any], area: Division, *, on: date, limit: int = 200) -> list[SubsidyProgramme]:
    """The programmes that run in an area: its own, those below it and those of the places above it; latest first."""
    values = {"prefix": prefix(area) + "%", "above": list(chain(area)), "on": on, "limit": limit}
    with conn.cursor(row_factory=class_row(SubsidyProgramme)) as cursor:
        return cursor.execute(PROGRAMMES, values).fetchall()


def standards(conn: Connection[Any], programme_id: UUID) -> list[SubsidyStandard]:
    """Every standard of a programme, the first first."""
    with conn.cursor(row_factory=class_row(SubsidyStandard)) as cursor:
        return cursor.execute(STANDARDS, (programme_id,)).fetchall()


def versions(conn: Connection[Any], list_id: UUID) -> list[SubsidyListVersion]:
    """Every version of a list, the latest first."""
    with conn.cursor(row_factory=class_row(SubsidyListVersion)) as cursor:
        return cursor.execute(VERSIONS, (list_id,)).fetchall()


def listing(
    conn: Connection[Any],
    area: Division,
    *,
    programme_id: UUID | None = None,
    status: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[SubsidyListVersion]:
    """Versions of lists of an area, the latest first; `before`: the last log index of the page before."""
    values = {"prefix": prefix(area) + "%", "programme": programme_id, "status": status, "before": before}
    with conn.cursor(row_factory=class_row(SubsidyListVersion)) as cursor:
        return cursor.execute(LISTING, {**values, "limit": limit}).fetchall()


def lines(
    conn: Connection[Any], list_id: UUID, version: int, *, after: UUID | None = None, limit: int = 100
) -> list[SubsidyLine]:
    """The lines of a version by payee; `after`: the last payee of the page before."""
    values = {"list": list_id, "version": version, "after": after, "limit": limit}
    with conn.cursor(row_factory=class_row(SubsidyLine)) as cursor:
        return cursor.execute(OF_VERSION, values).fetchall()
