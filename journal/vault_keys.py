"""The key-encryption key: it wraps every person's key, the database never sees it, and it can be replaced.

What must not be broken: one key at a time is in use, and the database says which by a keyed digest; whoever wraps a
new person's key holds a lock against a replacement under way, so that none is ever wrapped under a key that is gone.
"""

import hashlib
import hmac
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import psycopg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from journal.durable import sync_folder
from journal.errors import IntegrityError
from journal.keys import KeyFileError, create_secret, read_secret
from journal.store import Pool

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12

_LOCK: Final = 0x6D7A7661756C74  # "mzvault"
_SHARE_LOCK = f"SELECT pg_advisory_xact_lock_shared({_LOCK})"
_TAKE_LOCK = f"SELECT pg_advisory_xact_lock({_LOCK})"
_TAKE_FILES = f"SELECT pg_advisory_lock({_LOCK + 1})"
_RELEASE_FILES = f"SELECT pg_advisory_unlock({_LOCK + 1})"
_IN_USE = "SELECT fingerprint FROM vault.key_in_use"
_FIRST = "INSERT INTO vault.key_in_use (fingerprint) VALUES (%s) ON CONFLICT (one) DO NOTHING"
_REPLACED = "UPDATE vault.key_in_use SET fingerprint = %s, since = now()"
_ALL = "SELECT person_id, wrapped FROM vault.person_keys ORDER BY person_id FOR UPDATE"
_REWRAP = (
    "UPDATE vault.person_keys k SET wrapped = n.wrapped"
    " FROM unnest(%s::uuid[], %s::bytea[]) AS n(person_id, wrapped) WHERE k.person_id = n.person_id"
)

Candidates = Callable[[], Iterable[bytes]]
"""Where to look for the key that is in use, if it was replaced while this process ran."""


def encrypt(key: bytes, value: bytes, bound_to: bytes) -> bytes:
    """AES-256-GCM under a fresh nonce, which stands in front; it opens only together with `bound_to`."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, value, bound_to)


def decrypt(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    """What `encrypt` sealed. Raises IntegrityError for another key or changed bytes."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)
    except (InvalidTag, ValueError):  # ValueError: too short to hold a nonce
        raise IntegrityError("a sealed value does not open under its key: wrong vault key, or changed bytes") from None


def fingerprint_of(key: bytes) -> bytes:
    """By what a key-encryption key is recognised: HMAC-SHA256 under it, which tells nothing about it."""
    return hmac.digest(key, b"mingzhang vault key 1", "sha256")


class KeyEncryption:
    """Wraps and unwraps persons' keys. Safe to use from many threads."""

    def __init__(self, key: bytes, candidates: Candidates = tuple) -> None:
        self._key = key
        self._candidates = candidates

    @property
    def fingerprint(self) -> bytes:
        """The fingerprint of the key at hand."""
        return fingerprint_of(self._key)

    def wrap(self, connection: psycopg.Connection[Any], keys: dict[UUID, bytes]) -> list[bytes]:
        """Wrap new persons' keys, in a transaction of the caller; no replacement runs until it ends."""
        connection.execute(_SHARE_LOCK)
        self.require_in_use(connection)
        return [encrypt(self._key, key, person.bytes) for person, key in keys.items()]

    def unwrap(self, connection: psycopg.Connection[Any], person_id: UUID, wrapped: bytes) -> bytes:
        """A person's key. Raises IntegrityError where the key at hand and those in reach do not open it."""
        try:
            return decrypt(self._key, wrapped, person_id.bytes)
        except IntegrityError:
            if not self._replaced(connection):
                raise
            return decrypt(self._key, wrapped, person_id.bytes)

    def require_in_use(self, connection: psycopg.Connection[Any]) -> None:
        """Raise IntegrityError unless the key at hand, or one in reach, is in use; the first key ever is put in use."""
        in_use = fingerprint_in_use(connection)
        if in_use is None:
            connection.execute(_FIRST, (self.fingerprint,))
            in_use = fingerprint_in_use(connection)
        if in_use != self.fingerprint and not self._replaced(connection):
            raise IntegrityError("the vault is kept under another key: wrong vault key")

    def _replaced(self, connection: psycopg.Connection[Any]) -> bool:
        """Whether another key is in use and in reach; then it is the one at hand from now on."""
        in_use = fingerprint_in_use(connection)
        if in_use is None or in_use == self.fingerprint:
            return False
        found = next((key for key in self._candidates() if fingerprint_of(key) == in_use), None)
        if found is None:
            return False
        self._key = found
        return True


def fingerprint_in_use(connection: psycopg.Connection[Any]) -> bytes | None:
    """The fingerprint of the key by which persons' keys are wrapped; None in a vault that holds nothing yet."""
    row = connection.execute(_IN_USE, binary=True).fetchone()
    return bytes(row[0]) if row is not None else None


def rewrap(pool: Pool, *, old: bytes, new: bytes) -> int:
    """Wrap every person's key under another key-encryption key, all or none; the number of keys.

    What was wrapped before (in a backup, say) opens under the old key only, and whoever was erased is in none. Doing
    it again after it was done changes nothing. Raises IntegrityError where `old` is not the key in use.
    """
    with pool.connection() as connection, connection.transaction():
        connection.execute(_TAKE_LOCK)
        if fingerprint_in_use(connection) == fingerprint_of(new):
            return 0
        KeyEncryption(old).require_in_use(connection)
        rows = connection.execute(_ALL, binary=True).fetchall()
        wrapped = [encrypt(new, decrypt(old, bytes(sealed), person.bytes), person.bytes) for person, sealed in rows]
        connection.execute(_REWRAP, ([person for person, _ in rows], wrapped))
        connection.execute(_REPLACED, (fingerprint_of(new),))
    return len(rows)


# The key in a file, replaced by the program.


def next_of(path: Path) -> Path:
    """Where the new key stands while it takes the old one's place."""
    return path.with_name(path.name + ".next")


def read_key(path: Path) -> bytes:
    """A key-encryption key from its file. Raises KeyFileError."""
    key = read_secret(path)
    if len(key) != KEY_BYTES:
        raise KeyFileError(f"{path} holds {len(key)} bytes, not {KEY_BYTES}")
    return key


def in_reach(path: Path) -> list[bytes]:
    """The keys that a file and its successor hold, those that can be read."""
    return [key for one in (path, next_of(path)) if one.exists() and len(key := read_secret(one)) == KEY_BYTES]


def rotate_file(pool: Pool, path: Path) -> int:
    """Replace the key of a file by a new one, re-wrap every person's key, and wipe the old one; the number of keys.

    New key to disk, database, then the file's name: killed in between, `finish_rotation` goes on in the right
    direction, because the database says which of the two is in use.
    """
    finish_rotation(pool, path)
    with _files_to_oneself(pool):
        old, new = read_key(path), secrets.token_bytes(KEY_BYTES)
        create_secret(next_of(path), new)
        count = rewrap(pool, old=old, new=new)
        _take_over(path)
    return count


def finish_rotation(pool: Pool, path: Path) -> None:
    """Finish or take back a replacement that was interrupted. Raises KeyFileError where neither key is in use."""
    successor = next_of(path)
    if not successor.exists():
        return
    with _files_to_oneself(pool) as connection:
        if not successor.exists():  # whoever held the files before has finished
            return
        in_use = fingerprint_in_use(connection) or fingerprint_of(read_key(path))
        if fingerprint_of(read_secret(successor)) == in_use:
            _take_over(path)
        elif fingerprint_of(read_key(path)) == in_use:
            successor.unlink()
            sync_folder(path.parent)
        else:
            raise KeyFileError(f"neither {path} nor {successor} is the key of this vault")


@contextmanager
def _files_to_oneself(pool: Pool) -> Iterator[psycopg.Connection[Any]]:
    """While the files change hands nobody else touches them: a program that starts now must not take ours back."""
    with pool.connection() as connection:
        connection.execute(_TAKE_FILES)
        try:
            yield connection
        finally:
            connection.execute(_RELEASE_FILES)


def wipe(path: Path) -> None:
    """Overwrite a key that is in use no more, as far as a file system lets one do that, and remove it."""
    _overwrite(path)
    path.unlink()
    sync_folder(path.parent)


def _take_over(path: Path) -> None:
    """The successor becomes the key, in place of the old one's remains."""
    _overwrite(path)
    next_of(path).replace(path)
    sync_folder(path.parent)


def _overwrite(path: Path) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY), "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())


def fingerprint_secret(person_key: bytes) -> bytes:
    """The secret by which a person's values are recognised when a command is sent again; it goes with the key."""
    return hashlib.sha256(b"mingzhang fingerprint 2\n" + person_key).digest()
