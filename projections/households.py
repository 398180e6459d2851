"""The households of each village, who belongs to them since when, and who speaks for them; history stays."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.households import HouseholdHeadNamed, HouseholdPersonJoined, HouseholdPersonLeft, HouseholdRegistered
from domain.kernel.ids import EventName
from domain.kernel.places import Division, prefix
from journal.codec import Recorded
from projections.rows import MissingRow, WriteCursor, identity

NAME = "households"

DDL = """
CREATE TABLE households (
    household_id  uuid PRIMARY KEY,
    division      text NOT NULL,
    reference     text NOT NULL,
    registered_on date NOT NULL,
    event         text NOT NULL,
    log_index     bigint NOT NULL
);
CREATE INDEX households_division_idx ON households (division text_pattern_ops, log_index);

CREATE TABLE household_persons (
    log_index    bigint PRIMARY KEY,
    household_id uuid NOT NULL,
    person_id    uuid NOT NULL,
    since        date NOT NULL,
    reason       text NOT NULL,
    event        text NOT NULL,
    until        date,
    left_reason  text
);
CREATE INDEX household_persons_household_idx ON household_persons (household_id);
CREATE INDEX household_persons_person_idx ON household_persons (person_id);

CREATE TABLE household_heads (
    log_index    bigint PRIMARY KEY,
    household_id uuid NOT NULL,
    head_id      uuid NOT NULL,
    since        date NOT NULL,
    event        text NOT NULL
);
CREATE INDEX household_heads_household_idx ON household_heads (household_id);
"""

TYPES = frozenset(
    {
        "household.registered/1",
        "household.person_joined/1",
        "household.person_left/1",
        "household.head_named/1",
    }
)

REGISTER = """
INSERT INTO households (household_id, division, reference, registered_on, event, log_index)
VALUES (%(household)s, %(division)s, %(reference)s, %(on)s, %(event)s, %(index)s)
"""
JOIN = """
INSERT INTO household_persons (log_index, household_id, person_id, since, reason, event)
VALUES (%(index)s, %(household)s, %(person)s, %(since)s, %(reason)s, %(event)s)
"""
LEAVE = """
UPDATE household_persons SET until = %(last_day)s, left_reason = %(reason)s
WHERE household_id = %(household)s AND person_id = %(person)s AND until IS NULL
"""
NAME_HEAD = """
INSERT INTO household_heads (log_index, household_id, head_id, since, event)
VALUES (%(index)s, %(household)s, %(head)s, %(since)s, %(event)s)
"""


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """One row an event, or one changed. There are a few events a household in years."""
    for recorded in events:
        statement, values = _change(recorded)
        known = {"household": identity(recorded), "index": recorded.index, "event": recorded.name}
        cursor.execute(statement, {**known, **values})
        if cursor.rowcount != 1:
            raise MissingRow(f"households: {recorded.name} speaks of somebody who does not belong to it")


def _change(recorded: Recorded) -> tuple[str, dict[str, object]]:
    match recorded.event:
        case HouseholdRegistered(division=division, reference=reference):
            return REGISTER, {"division": division, "reference": reference, "on": recorded.line.on}
        case HouseholdPersonJoined(person_id=person, since=since, reason=reason):
            return JOIN, {"person": person, "since": since, "reason": reason}
        case HouseholdPersonLeft(person_id=person, last_day=last_day, reason=reason):
            return LEAVE, {"person": person, "last_day": last_day, "reason": reason}
        case HouseholdHeadNamed(head_id=head, since=since):
            return NAME_HEAD, {"head": head, "since": since}
        case other:
            raise TypeError(f"{type(other).__name__} is not an event of this read model")


# Queries.


@dataclass(frozen=True, slots=True)
class Household:
    """A household; `persons` is how many belong to it on the day asked for, `head_id` who speaks for it then."""

    household_id: UUID
    division: Division
    reference: str
    registered_on: date
    persons: int
    head_id: UUID | None
    log_index: int


@dataclass(frozen=True, slots=True)
class Belonging:
    """A person's time in a household, both days included; `until` None: still."""

    household_id: UUID
    person_id: UUID
    since: date
    reason: str
    event: EventName
    until: date | None
    left_reason: str | None


@dataclass(frozen=True, slots=True)
class Head:
    """Who was named to speak for it, from when on, and until when: another was named, or he left. None: still."""

    head_id: UUID
    since: date
    event: EventName
    until: date | None


_THERE = "one.household_id = house.household_id AND one.since <= %(on)s AND (one.until IS NULL OR one.until >= %(on)s)"
_HOUSEHOLD = f"""
SELECT house.household_id, house.division, house.reference, house.registered_on,
    (SELECT count(*) FROM read.household_persons one WHERE {_THERE}) AS persons,
    (SELECT last.head_id FROM (
        SELECT named.head_id, named.since FROM read.household_heads named
        WHERE named.household_id = house.household_id AND named.since <= %(on)s
        ORDER BY named.log_index DESC LIMIT 1) last
    WHERE EXISTS (SELECT 1 FROM read.household_persons one
        WHERE {_THERE} AND one.person_id = last.head_id AND one.since <= last.since)) AS head_id,
    house.log_index
FROM read.households house
"""  # noqa: S608 - text of ours
ONE = f"{_HOUSEHOLD} WHERE house.household_id = %(household)s"
WITHIN = f"""
{_HOUSEHOLD} WHERE house.division LIKE %(prefix)s AND house.log_index > %(after)s
ORDER BY house.log_index LIMIT %(limit)s
"""
COUNTED = """
SELECT count(*), count(*) FILTER (WHERE log_index <= %(after)s) FROM read.households WHERE division LIKE %(prefix)s
"""
_BELONGING = "SELECT household_id, person_id, since, reason, event, until, left_reason FROM read.household_persons"
PERSONS_OF = f"{_BELONGING} WHERE household_id = %s ORDER BY log_index"
OF_PERSON = f"{_BELONGING} WHERE person_id = %s ORDER BY log_index"
DESERTED = """
SELECT DISTINCT household_id FROM read.household_persons gone JOIN read.households USING (household_id)
WHERE division LIKE %(prefix)s AND gone.until < %(on)s AND NOT EXISTS (
    SELECT FROM read.household_persons still WHERE still.household_id = gone.household_id
        AND (still.until IS NULL OR still.until >= %(on)s))
"""
REFERENCES = "SELECT household_id, reference FROM read.households WHERE household_id = ANY (%s)"
HEADS_OF = """
SELECT named.head_id, named.since, named.event, LEAST(
    (SELECT min(later.since) - 1 FROM read.household_heads later
     WHERE later.household_id = named.household_id AND later.log_index > named.log_index),
    (SELECT one.until FROM read.household_persons one
     WHERE one.household_id = named.household_id AND one.person_id = named.head_id
         AND one.since <= named.since AND (one.until IS NULL OR one.until >= named.since) LIMIT 1)) AS until
FROM read.household_heads named WHERE named.household_id = %s ORDER BY named.log_index
"""


def one(conn: Connection[Any], household_id: UUID, *, on: date) -> Household | None:
    """A household as it stands on a day, or None."""
    with conn.cursor(row_factory=class_row(Household)) as cursor:
        return cursor.execute(ONE, {"household": household_id, "on": on}).fetchone()


def within(conn: Connection[Any], area: Division, *, on: date, after: int = -1, limit: int = 50) -> list[Household]:
    """The households of an area in the order of registration; `after` is the last log index of the page before."""
    values = {"prefix": prefix(area) + "%", "on": on, "after": after, "limit": limit}
    with conn.cursor(row_factory=class_row(Household)) as cursor:
        return cursor.execute(WITHIN, values).fetchall()


def counted(conn: Connection[Any], area: Division, *, after: int = -1) -> tuple[int, int]:
    """How many households an area has, and how many of them up to and with the log index `after`."""
    found = conn.execute(COUNTED, {"prefix": prefix(area) + "%", "after": after}).fetchone()
    return (int(found[0]), int(found[1])) if found else (0, 0)


def persons_of(conn: Connection[Any], household_id: UUID) -> list[Belonging]:
    """Everybody who ever belonged to a household, in the order of joining."""
    with conn.cursor(row_factory=class_row(Belonging)) as cursor:
        return cursor.execute(PERSONS_OF, (household_id,)).fetchall()


def deserted(conn: Connection[Any], area: Division, *, on: date) -> frozenset[UUID]:
    """The households of an area to which somebody belonged once and nobody does on a day."""
    values = {"prefix": prefix(area) + "%", "on": on}
    return frozenset(row[0] for row in conn.execute(DESERTED, values).fetchall())


def of_person(conn: Connection[Any], person_id: UUID) -> list[Belonging]:
    """The households that a person belonged to, one after the other."""
    with conn.cursor(row_factory=class_row(Belonging)) as cursor:
        return cursor.execute(OF_PERSON, (person_id,)).fetchall()


def heads_of(conn: Connection[Any], household_id: UUID) -> list[Head]:
    """Who was named to speak for a household, in order."""
    with conn.cursor(row_factory=class_row(Head)) as cursor:
        return cursor.execute(HEADS_OF, (household_id,)).fetchall()


def references(conn: Connection[Any], household_ids: Collection[UUID]) -> dict[UUID, str]:
    """The villages' own numbers of some households."""
    return dict(conn.execute(REFERENCES, (list(household_ids),)).fetchall())
