"""Who holds which role where, which keys speak for whom, and whose payee account is at which version.

Names are not here: they are in the vault, and only there.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.kernel.events import Commitment
from domain.kernel.ids import EventName, derived
from domain.kernel.places import Division, prefix
from domain.keys import KeyRegistered, KeyRetired, KeyRevoked
from domain.log import LogOpened
from domain.persons import (
    PayeeAccountAcknowledged,
    PayeeAccountSet,
    PersonErased,
    PersonRegistered,
    RoleEnded,
    RoleGranted,
    RoleWithdrawn,
)
from journal.codec import Recorded
from projections.rows import Pending, Row, Table, WriteCursor, identity, to_json

NAME = "persons"

DDL = """
CREATE TABLE persons (
    person_id       uuid PRIMARY KEY,
    name            text NOT NULL,
    pseudonymous    boolean NOT NULL,
    registered_on   date NOT NULL,
    log_index       bigint NOT NULL,
    account_version integer,
    account_event   text,
    account_set_on  date,
    account_set_by  uuid,
    account_acknowledged integer, -- the version that a second person said is right
    erased_on       date
);
CREATE INDEX persons_register_idx ON persons (log_index);

-- One row a granting; `until` is the last day, of the granting or of its end.
CREATE TABLE person_roles (
    log_index bigint PRIMARY KEY,
    person_id uuid NOT NULL,
    role      text NOT NULL,
    area      text NOT NULL,
    since     date NOT NULL,
    until     date,
    department text
);
CREATE INDEX person_roles_department_idx ON person_roles (department) WHERE department IS NOT NULL;
CREATE INDEX person_roles_person_idx ON person_roles (person_id);
CREATE INDEX person_roles_role_idx ON person_roles (role, area text_pattern_ops);

CREATE TABLE person_keys (
    key_id        uuid PRIMARY KEY,
    person_id     uuid NOT NULL,
    role          text NOT NULL,
    key           text NOT NULL,
    custody       text,
    registered_at bigint NOT NULL,
    retired_at    bigint,
    revoked_from  bigint,
    reason        text
);
CREATE INDEX person_keys_person_idx ON person_keys (person_id);
"""

TYPES = frozenset(
    {
        "log.opened/1",
        "person.registered/1",
        "person.role_granted/1",
        "person.role_ended/1",
        "person.role_withdrawn/1",
        "person.payee_account_set/1",
        "person.payee_account_acknowledged/1",
        "person.erased/1",
        "key.registered/1",
        "key.retired/1",
        "key.revoked/1",
    }
)


@dataclass(frozen=True, slots=True)
class Person:
    """A person as the journal knows it. `name` is a commitment; `account_event` names the payee account in use.

    Once `erased_on` is set, nothing is left to open, and the account is in use no more.
    """

    person_id: UUID
    name: Commitment
    pseudonymous: bool
    registered_on: date
    log_index: int
    account_version: int | None
    account_event: EventName | None
    account_set_on: date | None
    account_set_by: UUID | None
    account_acknowledged: int | None
    erased_on: date | None


@dataclass(frozen=True, slots=True)
class Key:
    """A key, in whose custody it is (None: the genesis does not say), and the log indexes at which it came and went."""

    key_id: UUID
    person_id: UUID
    role: str
    key: str
    custody: str | None
    registered_at: int
    retired_at: int | None
    revoked_from: int | None
    reason: str | None

    @property
    def status(self) -> Literal["live", "retired", "revoked"]:
        """Whether the key may sign now."""
        if self.revoked_from is not None:
            return "revoked"
        return "live" if self.retired_at is None else "retired"


PERSONS = Table.of("persons", Person)
ROLES = Table("person_roles", "log_index", ("person_id", "role", "area", "since", "until", "department"))
KEYS = Table.of("person_keys", Key)

# The same rule as `domain.persons`: what covers the last day and does not end on it.
END_ROLE = """
UPDATE person_roles SET until = %(last_day)s
WHERE person_id = %(person_id)s AND role = %(role)s AND area = %(area)s
    AND since <= %(last_day)s AND (until IS NULL OR until > %(last_day)s)
"""

WITHDRAW_ROLE = "DELETE FROM person_roles WHERE person_id = %s AND role = %s AND area = %s AND since = %s"

# The genesis names the founder's key without its custody; if that key is registered as well, its row is completed.
REGISTER_KEYS = """
INSERT INTO person_keys (key_id, person_id, role, key, custody, registered_at)
SELECT key_id, person_id, role, key, custody, registered_at FROM json_populate_recordset(NULL::person_keys, %s)
ON CONFLICT (key_id) DO UPDATE SET key = EXCLUDED.key, custody = EXCLUDED.custody
"""

FOUNDER_ROLE = "administrator"


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """Persons and keys in bulk; roles in bulk up to each end, because that looks at what was granted before it."""
    persons, keys = Pending(PERSONS), Pending(KEYS)
    granted: list[Row] = []
    registered: dict[str, Row] = {}
    for recorded in events:
        match recorded.event:
            case RoleGranted() as event:
                granted.append(_role_row(recorded, event))
            case RoleEnded() as event:
                ROLES.insert(cursor, granted)
                granted = []
                values = {"role": event.role, "area": event.area, "last_day": event.last_day}
                cursor.execute(END_ROLE, {"person_id": identity(recorded), **values})
            case RoleWithdrawn() as event:
                ROLES.insert(cursor, granted)
                granted = []
                begins = (identity(recorded), event.role, event.area, event.since)
                cursor.execute(WITHDRAW_ROLE, begins)
            case PersonRegistered() | PayeeAccountSet() | PayeeAccountAcknowledged() | PersonErased():
                _apply_to_person(persons, recorded)
            case LogOpened() | KeyRegistered():
                row = _key_row(recorded)
                registered[str(row["key_id"])] = row
            case _:
                _apply_to_key(keys, recorded)
    ROLES.insert(cursor, granted)
    persons.write(cursor)
    if registered:
        cursor.execute(REGISTER_KEYS, (to_json(registered.values()),))
    keys.write(cursor)


def _role_row(recorded: Recorded, event: RoleGranted) -> Row:
    return {
        "log_index": recorded.index,
        "person_id": identity(recorded),
        "role": event.role,
        "area": event.area,
        "since": event.since,
        "until": event.until,
        "department": event.department,
    }


def _apply_to_person(persons: Pending, recorded: Recorded) -> None:
    person_id, on = identity(recorded), recorded.line.on
    match recorded.event:
        case PersonRegistered() as event:
            known = {"name": event.name, "pseudonymous": event.pseudonymous}
            persons.add(person_id, {**known, "registered_on": on, "log_index": recorded.index})
        case PayeeAccountSet(version=version):
            account = {"account_event": recorded.name, "account_set_on": on, "account_set_by": recorded.by}
            persons.change(person_id, {"account_version": version, **account})
        case PayeeAccountAcknowledged(version=version):
            persons.change(person_id, {"account_acknowledged": version})
        case PersonErased():
            persons.change(person_id, {"erased_on": on})


def _key_row(recorded: Recorded) -> Row:
    match recorded.event:
        case LogOpened(founder_id=founder_id, founder_key=key):
            key_id, role, custody = derived("key", founder_id, FOUNDER_ROLE, 1), FOUNDER_ROLE, None
            owner: Row = {"key_id": key_id, "person_id": founder_id, "role": role}
        case KeyRegistered(key=key, custody=custody) as event:
            owner = {"key_id": identity(recorded), "person_id": event.person_id, "role": event.role}
        case other:
            raise TypeError(f"{type(other).__name__} registers no key")
    return {**owner, "key": key, "custody": custody, "registered_at": recorded.index}


def _apply_to_key(keys: Pending, recorded: Recorded) -> None:
    match recorded.event:
        case KeyRetired(reason=reason):
            keys.change(identity(recorded), {"retired_at": recorded.index, "reason": reason})
        case KeyRevoked(from_index=from_index, reason=reason):
            keys.change(identity(recorded), {"revoked_from": from_index, "reason": reason})
        case other:
            raise TypeError(f"{type(other).__name__} is not an event of this read model")


# Queries.


@dataclass(frozen=True, slots=True)
class RoleHeld:
    """A role in an area, from `since` to `until`, both inclusive; None: without end."""

    person_id: UUID
    role: str
    area: Division
    since: date
    until: date | None
    department: str | None


_PERSON = f"SELECT {PERSONS.all_columns} FROM read.persons"  # noqa: S608 - columns of ours

ONE = f"{_PERSON} WHERE person_id = %s"

_IN_ROLE = """(%(role)s::text IS NULL OR EXISTS (
        SELECT FROM read.person_roles held WHERE held.person_id = person.person_id
            AND role = %(role)s AND since <= %(on)s AND (until IS NULL OR until >= %(on)s)))"""

REGISTER = f"""
{_PERSON} person WHERE log_index > %(after)s AND {_IN_ROLE} ORDER BY log_index LIMIT %(limit)s
"""

REGISTERED = f"""
SELECT count(*), count(*) FILTER (WHERE log_index <= %(after)s) FROM read.persons person WHERE {_IN_ROLE}
"""  # noqa: S608 - text of ours

ROLES_OF = """
SELECT person_id, role, area, since, until, department FROM read.person_roles WHERE person_id = %s ORDER BY log_index
"""

HOLDERS = """
SELECT person_id, role, area, since, until, department FROM read.person_roles
WHERE role = %(role)s AND area LIKE %(prefix)s
    AND since <= %(on)s AND (until IS NULL OR until >= %(on)s)
ORDER BY area, log_index
"""

HELD_WITHIN = """
SELECT person_id, role, area, since, until, department FROM read.person_roles
WHERE area LIKE %(prefix)s AND (until IS NULL OR until >= %(on)s) ORDER BY area, log_index
"""

HELD = """
SELECT person_id, role, area, since, until, department FROM read.person_roles
WHERE person_id = ANY (%s) AND since <= %s AND (until IS NULL OR until >= %s) ORDER BY log_index
"""

HANDLERS = """
SELECT DISTINCT person_id, department FROM read.person_roles
WHERE role = 'department_handler' AND department IS NOT NULL AND starts_with(%(division)s, rtrim(area, '0'))
    AND since <= %(on)s AND (until IS NULL OR until >= %(on)s)
"""

DEPARTMENTS = """
SELECT DISTINCT department FROM read.person_roles
WHERE department IS NOT NULL AND (until IS NULL OR until >= %(on)s) ORDER BY department
"""

KEYS_OF = f"""
SELECT {KEYS.all_columns} FROM read.person_keys WHERE person_id = ANY(%s) ORDER BY registered_at
"""  # noqa: S608 - columns of ours

KEY_HISTORY = f"""
SELECT {KEYS.all_columns} FROM read.person_keys WHERE role = ANY(%s) ORDER BY person_id, role, registered_at
"""  # noqa: S608 - columns of ours


def one(conn: Connection[Any], person_id: UUID) -> Person | None:
    """One person, or None."""
    with conn.cursor(row_factory=class_row(Person)) as cursor:
        return cursor.execute(ONE, (person_id,)).fetchone()


def register(
    conn: Connection[Any], *, on: date, role: str | None = None, after: int = -1, limit: int = 50
) -> list[Person]:
    """Persons in the order of registration, of those who hold a role on a day if one is given.

    `after` is the log index of the last person of the page before.
    """
    values = {"role": role, "on": on, "after": after, "limit": limit}
    with conn.cursor(row_factory=class_row(Person)) as cursor:
        return cursor.execute(REGISTER, values).fetchall()


def registered(conn: Connection[Any], *, on: date, role: str | None = None, after: int = -1) -> tuple[int, int]:
    """How many such persons there are, and how many of them up to and with the log index `after`."""
    found = conn.execute(REGISTERED, {"role": role, "on": on, "after": after}).fetchone()
    return (int(found[0]), int(found[1])) if found else (0, 0)


def roles_of(conn: Connection[Any], person_id: UUID) -> list[RoleHeld]:
    """Every role that a person holds or held, in the order of granting."""
    with conn.cursor(row_factory=class_row(RoleHeld)) as cursor:
        return cursor.execute(ROLES_OF, (person_id,)).fetchall()


def held(conn: Connection[Any], people: Sequence[UUID], *, on: date) -> dict[UUID, list[RoleHeld]]:
    """The roles that some persons hold on a day, in the order of granting; who holds none is left out."""
    found: dict[UUID, list[RoleHeld]] = {}
    with conn.cursor(row_factory=class_row(RoleHeld)) as cursor:
        for role in cursor.execute(HELD, (list(people), on, on)):
            found.setdefault(role.person_id, []).append(role)
    return found


def holders(conn: Connection[Any], role: str, *, area: Division, on: date) -> list[RoleHeld]:
    """Who holds a role on a day in an area or within it."""
    values = {"role": role, "prefix": prefix(area) + "%", "on": on}
    with conn.cursor(row_factory=class_row(RoleHeld)) as cursor:
        return cursor.execute(HOLDERS, values).fetchall()


def handlers_of(conn: Connection[Any], department: str, *, division: Division, on: date) -> frozenset[UUID]:
    """Who handles for a department where a report is, on a day."""
    found = conn.execute(HANDLERS, {"division": division, "on": on}).fetchall()
    return frozenset(person_id for person_id, of in found if of == department.strip())


def departments(conn: Connection[Any], *, on: date) -> list[str]:
    """Every department that has a handler on a day or later."""
    return [row[0] for row in conn.execute(DEPARTMENTS, {"on": on}).fetchall()]


def held_within(conn: Connection[Any], area: Division, *, on: date) -> list[RoleHeld]:
    """The roles in an area, or within it, that do not end before a day."""
    with conn.cursor(row_factory=class_row(RoleHeld)) as cursor:
        return cursor.execute(HELD_WITHIN, {"prefix": prefix(area) + "%", "on": on}).fetchall()


def keys_of(conn: Connection[Any], person_id: UUID) -> list[Key]:
    """Every key that speaks or spoke for a person, in the order of registration."""
    return keys_of_all(conn, [person_id])


def keys_of_all(conn: Connection[Any], person_ids: Sequence[UUID]) -> list[Key]:
    """Every key that speaks or spoke for any of these persons, in the order of registration."""
    with conn.cursor(row_factory=class_row(Key)) as cursor:
        return cursor.execute(KEYS_OF, (list(person_ids),)).fetchall()


def keys_in_roles(conn: Connection[Any], roles: Collection[str]) -> list[Key]:
    """Every key that speaks or spoke in one of these roles: a person's together, the oldest first."""
    with conn.cursor(row_factory=class_row(Key)) as cursor:
        return cursor.execute(KEY_HISTORY, (list(roles),)).fetchall()
