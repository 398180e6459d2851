"""The vault: names, phones, accounts and free text, each encrypted under the key of the person it belongs to.

Events hold only commitments. Destroying a person's key and rows leaves every proof intact and every value gone; so
no value is ever written anywhere else. Every opening is recorded with who and why.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import psycopg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.kernel.events import Attachment, Commitment, Sha256
from domain.kernel.names import mask_name
from journal.errors import IntegrityError
from journal.store import Pool

NAME: Final = "name"
"""The kind of value whose masked form public pages may show."""

_NONCE_BYTES = 12
_SALT_BYTES = 32
_FILES = UUID(int=0)

_KEYS = "SELECT person_id, wrapped FROM vault.person_keys WHERE person_id = ANY(%s)"
_ADD_KEYS = (
    "INSERT INTO vault.person_keys (person_id, wrapped) SELECT * FROM unnest(%s::uuid[], %s::bytea[])"
    " ON CONFLICT (person_id) DO NOTHING"
)
_ADD_VALUES = (
    "INSERT INTO vault.personal_values (commitment, person_id, kind, sealed)"
    " SELECT * FROM unnest(%s::bytea[], %s::uuid[], %s::text[], %s::bytea[])"
)
_ADD_MASKS = (
    "INSERT INTO vault.masks (person_id, masked) SELECT * FROM unnest(%s::uuid[], %s::text[])"
    " ON CONFLICT (person_id) DO UPDATE SET masked = EXCLUDED.masked"
)
_VALUES = (
    "SELECT v.commitment, v.person_id, v.sealed, k.wrapped FROM vault.personal_values v"
    " JOIN vault.person_keys k USING (person_id) WHERE v.commitment = ANY(%s)"
)
_NOTE_OPENING = "INSERT INTO vault.openings (actor, reason, subjects) VALUES (%s, %s, %s)"
_ADD_FILE = (
    "INSERT INTO vault.files (sha256, length, kind, sealed) VALUES (%s, %s, %s, %s) ON CONFLICT (sha256) DO NOTHING"
)
_FILE = "SELECT sealed FROM vault.files WHERE sha256 = %s"
_MASKS = "SELECT person_id, masked FROM vault.masks WHERE person_id = ANY(%s)"


@dataclass(frozen=True, slots=True)
class Personal:
    """A personal value to be kept: whose, of which kind (`name`, `account_number`, `report_text`, …), and the text."""

    person_id: UUID
    kind: str
    value: str


def commitment_of(salt: bytes, value: str) -> Commitment:
    """SHA-256(0x00 || 32 random bytes || value), in hex: binds to the value, tells nothing about it."""
    return Commitment(hashlib.sha256(b"\x00" + salt + value.encode()).hexdigest())


class Vault:
    """Keeps and opens personal values. `key` is the 32-byte key-encryption key, which the database never sees."""

    def __init__(self, pool: Pool, key: bytes) -> None:
        self._pool = pool
        self._wrapping = AESGCM(key)
        self._fingerprinting = hashlib.sha256(b"mingzhang fingerprint 1\n" + key).digest()

    def fingerprint(self, value: str) -> str:
        """A keyed digest (HMAC-SHA256, hex) by which a retried command knows the same value, and nobody else can."""
        return hmac.digest(self._fingerprinting, value.encode(), "sha256").hex()

    def seal(self, values: Sequence[Personal]) -> list[Commitment]:
        """Keep values and return their commitments in order. Do it before the append that names them.

        If that append is refused, the value stays unnamed; it is erased with its person.
        """
        persons = sorted({value.person_id for value in values})
        with self._pool.connection() as connection, connection.transaction():
            keys = self._person_keys(connection, persons)
            rows: list[tuple[bytes, UUID, str, bytes]] = []
            for value in values:
                salt = secrets.token_bytes(_SALT_BYTES)
                commitment = bytes.fromhex(commitment_of(salt, value.value))
                sealed = _encrypt(keys[value.person_id], salt + value.value.encode(), commitment)
                rows.append((commitment, value.person_id, value.kind, sealed))
            connection.execute(_ADD_VALUES, [list(column) for column in zip(*rows, strict=True)] or [[], [], [], []])
            masks = {value.person_id: mask_name(value.value) for value in values if value.kind == NAME}
            if masks:
                connection.execute(_ADD_MASKS, (list(masks), list(masks.values())))
        return [Commitment(commitment.hex()) for commitment, *_ in rows]

    def open(self, commitments: Iterable[str], *, by: str, reason: str) -> dict[Commitment, str]:
        """The values behind commitments; erased ones are absent. Recorded with who and why before anything is told.

        Raises IntegrityError where a row does not hold what its commitment says.
        """
        wanted = [bytes.fromhex(commitment) for commitment in commitments]
        opened: dict[Commitment, str] = {}
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(_NOTE_OPENING, (by, reason, wanted))
            for commitment, person_id, sealed, wrapped in connection.execute(_VALUES, (wanted,), binary=True):
                raw = _decrypt(self._unwrap(person_id, wrapped), sealed, commitment)
                salt, value = raw[:_SALT_BYTES], raw[_SALT_BYTES:].decode()
                if commitment_of(salt, value) != commitment.hex():
                    raise IntegrityError(f"the vault's value for {commitment.hex()} is not the one committed to")
                opened[Commitment(commitment.hex())] = value
        return opened

    def put_file(self, content: bytes, *, kind: str) -> Attachment:
        """Keep a file that holds personal values (of a bank, say); the same file again changes nothing."""
        digest = hashlib.sha256(content).digest()
        with self._pool.connection() as connection, connection.transaction():
            key = self._person_keys(connection, [_FILES])[_FILES]
            connection.execute(_ADD_FILE, (digest, len(content), kind, _encrypt(key, content, digest)))
        return Attachment(Sha256(digest.hex()), len(content))

    def get_file(self, sha256: str, *, by: str, reason: str) -> bytes:
        """A kept file. Raises KeyError for an unknown digest, IntegrityError where the bytes are not those kept."""
        digest = bytes.fromhex(sha256)
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(_NOTE_OPENING, (by, reason, [digest]))
            row = connection.execute(_FILE, (digest,), binary=True).fetchone()
            if row is None:
                raise KeyError(sha256)
            content = _decrypt(self._person_keys(connection, [_FILES])[_FILES], row[0], digest)
        if hashlib.sha256(content).digest() != digest:
            raise IntegrityError(f"the kept file {sha256} has other bytes")
        return content

    def _person_keys(self, connection: psycopg.Connection[Any], persons: Sequence[UUID]) -> dict[UUID, AESGCM]:
        """The persons' keys; whoever has none yet gets one."""
        known = {person for person, _ in connection.execute(_KEYS, (list(persons),), binary=True)}
        new = [person for person in persons if person not in known]
        if new:
            wrapped = [_encrypt(self._wrapping, AESGCM.generate_key(256), person.bytes) for person in new]
            connection.execute(_ADD_KEYS, (new, wrapped))
        rows = connection.execute(_KEYS, (list(persons),), binary=True)
        return {person: self._unwrap(person, wrapped) for person, wrapped in rows}

    def _unwrap(self, person_id: UUID, wrapped: bytes) -> AESGCM:
        return AESGCM(_decrypt(self._wrapping, wrapped, person_id.bytes))


def masked_names(connection: psycopg.Connection[Any], persons: Sequence[UUID]) -> dict[UUID, str]:
    """The masked names that public pages show; the reader role may see nothing else of the vault."""
    return dict(connection.execute(_MASKS, (list(persons),)).fetchall())


def _encrypt(key: AESGCM, value: bytes, bound_to: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + key.encrypt(nonce, value, bound_to)


def _decrypt(key: AESGCM, sealed: bytes, bound_to: bytes) -> bytes:
    try:
        return key.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to)
    except (InvalidTag, ValueError):  # ValueError: too short to hold a nonce
        raise IntegrityError("a sealed value does not open under its key: wrong vault key, or changed bytes") from None
