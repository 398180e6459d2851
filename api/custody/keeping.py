"""Where wrapped keys are kept: one lock a person, one row a key, everything else in the holder's head.

What must not be broken: no function here writes a seed, a secret or a wrapping key; a key is looked at only after it
opened and proved to be the one whose public half the journal knows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from api.custody.wrapping import Cost, Lock, unwrap, wrap
from domain.keys import SERVER_HELD
from journal.note import Ed25519Signer
from journal.store import Pool
from projections import persons

Connection = psycopg.Connection[Any]

_LOCK = "SELECT salt, memory_kib, passes, lanes FROM access.locks WHERE person_id = %s"
_SET_LOCK = (
    "INSERT INTO access.locks (person_id, salt, memory_kib, passes, lanes) VALUES (%s, %s, %s, %s, %s)"
    " ON CONFLICT (person_id) DO UPDATE SET salt = EXCLUDED.salt, memory_kib = EXCLUDED.memory_kib,"
    " passes = EXCLUDED.passes, lanes = EXCLUDED.lanes"
)
_ROWS = "SELECT key, person_id, role, sealed, made FROM access.wrapped_keys"
_OF_PERSON: Final = f"{_ROWS} WHERE person_id = %s ORDER BY made, key"
_ALL: Final = f"{_ROWS} ORDER BY made, key"
_KEEP = "INSERT INTO access.wrapped_keys (key, person_id, role, sealed) VALUES (%s, %s, %s, %s)"
_SEAL_AGAIN = "UPDATE access.wrapped_keys SET sealed = %s WHERE key = %s"
_DROP_KEYS = "DELETE FROM access.wrapped_keys WHERE key = ANY(%s)"
_DROP_PERSON = "DELETE FROM access.locks WHERE person_id = %s"
_WEAK = "SELECT count(*) FROM access.locks WHERE memory_kib < %s OR passes < %s"


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A key as it is kept. `key` is its verifier-key text."""

    key: str
    person_id: UUID
    role: str
    sealed: bytes = field(repr=False)
    made: datetime


@dataclass(frozen=True)
class Opened:
    """A person's keys, open: by role the one that speaks for him, or will once it is registered."""

    wrapping_key: bytes | None = field(repr=False)
    signers: Mapping[str, Ed25519Signer]


def begin_keys(
    connection: Connection, *, origin: str, person_id: UUID, roles: Iterable[str], secret: str, cost: Cost
) -> dict[str, Ed25519Signer]:
    """New keys for an officer under a new secret, all or none; whatever the old one wrapped is gone for ever."""
    lock = Lock.new(cost)
    wrapping_key = lock.key(secret)
    signers = {role: _new_signer(origin, person_id, role) for role in dict.fromkeys(roles) if role not in SERVER_HELD}
    with connection.transaction():
        connection.execute(_DROP_PERSON, (person_id,))
        _set_lock(connection, person_id, lock)
        for signer in signers.values():
            _keep(connection, person_id, signer, wrapping_key)
    return signers


def open_keys(pool: Pool, *, person_id: UUID, secret: str) -> Opened:
    """The keys of a person whose secret this is; none where he has none. Raises WrongSecret.

    Of several keys for one role the newest counts: an older one was ended, or never registered.
    """
    with pool.connection() as connection:
        lock, rows = _lock_of(connection, person_id), _rows_of(connection, person_id)
    if lock is None:
        return Opened(None, {})
    wrapping_key = lock.key(secret)
    return Opened(wrapping_key, {row.role: unwrap(row.sealed, wrapping_key, key=row.key) for row in rows})


def add_keys(
    pool: Pool, opened: Opened, *, origin: str, person_id: UUID, roles: Iterable[str]
) -> dict[str, Ed25519Signer]:
    """New keys for roles that have none, or whose key was ended, under the same secret. Nothing for closed ones."""
    if opened.wrapping_key is None:
        return {}
    signers = {role: _new_signer(origin, person_id, role) for role in roles}
    with pool.connection() as connection, connection.transaction():
        for signer in signers.values():
            _keep(connection, person_id, signer, opened.wrapping_key)
    return signers


def seal_again(connection: Connection, *, person_id: UUID, secret: str, new_secret: str, cost: Cost) -> int:
    """Wrap every key of a person under another secret, all or none; how many. Raises WrongSecret."""
    old = _lock_of(connection, person_id)
    if old is None:
        return 0
    before = old.key(secret)
    signers = [unwrap(row.sealed, before, key=row.key) for row in _rows_of(connection, person_id)]
    lock = Lock.new(cost)
    wrapping_key = lock.key(new_secret)
    with connection.transaction():
        _set_lock(connection, person_id, lock)
        for signer in signers:
            connection.execute(_SEAL_AGAIN, (wrap(signer, wrapping_key), str(signer.verifier_key)))
    return len(signers)


def drop_keys(connection: Connection, *, person_id: UUID) -> None:
    """Forget a person's keys: nobody can sign with them any more."""
    connection.execute(_DROP_PERSON, (person_id,))


def drop_ended(connection: Connection, keys: Sequence[str]) -> None:
    """Forget keys that the journal has ended."""
    connection.execute(_DROP_KEYS, (list(keys),))


def kept(pool: Pool, person_id: UUID | None = None) -> list[WrappedKey]:
    """Every wrapped key, or those of one person, in the order of making."""
    with pool.connection() as connection:
        if person_id is not None:
            return _rows_of(connection, person_id)
        with connection.cursor(row_factory=class_row(WrappedKey)) as cursor:
            return cursor.execute(_ALL).fetchall()


def requests(pool: Pool, reading: Connection) -> list[WrappedKey]:
    """Keys that wait for an administrator: wrapped here, and not known to the journal."""
    rows = kept(pool)
    known = {one.key for one in persons.keys_of_all(reading, list({row.person_id for row in rows}))}
    return [row for row in rows if row.key not in known]


def weak_locks(connection: Connection, *, than: Cost) -> int:
    """How many people's secrets cost less to guess."""
    row = connection.execute(_WEAK, (than.memory_kib, than.passes)).fetchone()
    return int(row[0]) if row is not None else 0


def _new_signer(origin: str, person_id: UUID, role: str) -> Ed25519Signer:
    return Ed25519Signer.generate(f"{origin}/{role}/{person_id}")


def _lock_of(connection: Connection, person_id: UUID) -> Lock | None:
    row = connection.execute(_LOCK, (person_id,)).fetchone()
    return Lock(row[0], Cost(*row[1:])) if row is not None else None


def _set_lock(connection: Connection, person_id: UUID, lock: Lock) -> None:
    cost = lock.cost
    connection.execute(_SET_LOCK, (person_id, lock.salt, cost.memory_kib, cost.passes, cost.lanes))


def _rows_of(connection: Connection, person_id: UUID) -> list[WrappedKey]:
    with connection.cursor(row_factory=class_row(WrappedKey)) as cursor:
        return cursor.execute(_OF_PERSON, (person_id,)).fetchall()


def _keep(connection: Connection, person_id: UUID, signer: Ed25519Signer, wrapping_key: bytes) -> None:
    key = signer.verifier_key
    role = key.name.rsplit("/", 2)[1]
    connection.execute(_KEEP, (str(key), person_id, role, wrap(signer, wrapping_key)))
