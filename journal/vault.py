"""The vault: names, phones, accounts and free text, each encrypted under the key of the person it belongs to.

Events hold only commitments. Destroying a person's key and rows leaves every proof intact and every value gone; so
no value is ever written anywhere else. Every opening is recorded with who and why. A person whom the journal names as
erased is kept nothing of again: `destroy` runs until nothing is left, and `seal` refuses. What somebody said whom the
journal does not know lies under its own id in a person's place, and is erased by itself in the same way.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg

from domain.kernel.events import Attachment, Commitment, Sha256
from domain.kernel.names import mask_name
from domain.kernel.refusals import Refusal
from journal.errors import IntegrityError
from journal.store import Pool
from journal.vault_keys import KEY_BYTES, Candidates, KeyEncryption, decrypt, encrypt, fingerprint_secret

NAME: Final = "name"
"""The kind of value whose masked form public pages may show."""

SALT_BYTES: Final = 32
FILES: Final = UUID(int=0)
"""In place of a person: under this key stand files that are nobody's alone, such as those of a bank."""

# Whoever keeps a value holds its person's key until the end; erasing waits for that, and finds the value.
_KEYS = "SELECT person_id, wrapped FROM vault.person_keys WHERE person_id = ANY(%s) ORDER BY person_id FOR KEY SHARE"
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
_NOTE_OPENING = (
    "INSERT INTO vault.openings (actor, reason, subjects, persons) VALUES (%(actor)s, %(reason)s, %(subjects)s,"
    " ARRAY(SELECT person_id FROM vault.personal_values WHERE commitment = ANY(%(subjects)s)"
    " UNION SELECT person_id FROM vault.files WHERE sha256 = ANY(%(subjects)s) AND person_id IS NOT NULL))"
)
_ADD_FILE = (
    "INSERT INTO vault.files (sha256, length, kind, sealed, person_id) VALUES (%s, %s, %s, %s, %s)"
    " ON CONFLICT DO NOTHING"
)
# Two persons may have sent the same picture; whoever opens it sees the same bytes.
_FILE = (
    "SELECT f.sealed, f.person_id, k.wrapped FROM vault.files f"
    " JOIN vault.person_keys k ON k.person_id = coalesce(f.person_id, %(files)s)"
    " WHERE sha256 = %(digest)s AND (%(whose)s::uuid IS NULL OR f.person_id = %(whose)s)"
    " ORDER BY f.kept LIMIT 1"
)
_MASKED = "SELECT person_id FROM vault.masks WHERE masked = %s ORDER BY person_id LIMIT %s"
_MASKS = "SELECT person_id, masked FROM vault.masks WHERE person_id = ANY(%s)"
_DESTROYED = "SELECT person_id FROM vault.destroyed WHERE person_id = ANY(%s)"

_ERASED = "SELECT person_id FROM vault.erasures WHERE person_id = ANY(%s) ORDER BY 1"
_TO_DESTROY = (
    "SELECT e.person_id FROM vault.erasures e WHERE "
    "NOT EXISTS (SELECT FROM vault.destroyed d WHERE d.person_id = e.person_id)"
    " OR EXISTS (SELECT FROM vault.person_keys k WHERE k.person_id = e.person_id)"
    " OR EXISTS (SELECT FROM access.accounts a WHERE a.person_id = e.person_id) ORDER BY 1"
)
_DESTROY = "SELECT vault.destroy(%s)"

# An opening from before its persons were written down is found by the values that are still there.
_OPENINGS = """
SELECT id, opened, actor, reason, cardinality(subjects), whose FROM (
    SELECT o.*, coalesce(o.persons, ARRAY(
        SELECT DISTINCT person_id FROM vault.personal_values WHERE commitment = ANY(o.subjects))) AS whose
    FROM vault.openings o WHERE %(before)s::bigint IS NULL OR id < %(before)s) o
WHERE %(person)s::uuid IS NULL OR %(person)s = ANY(whose)
ORDER BY id DESC LIMIT %(limit)s
"""


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
    """Keeps and opens personal values. `key` is the 32-byte key-encryption key, which the database never sees.

    `candidates`: where the key is found after another process replaced it.
    """

    def __init__(self, pool: Pool, key: bytes, *, candidates: Candidates = tuple) -> None:
        self._pool = pool
        self._wrapping = KeyEncryption(key, candidates)

    @property
    def wrapping(self) -> KeyEncryption:
        """What wraps the persons' keys."""
        return self._wrapping

    @property
    def pool(self) -> Pool:
        """The writer's connections."""
        return self._pool

    def require_key(self) -> None:
        """Raise IntegrityError unless the key at hand is the one that this vault is kept under."""
        with self._pool.connection() as connection, connection.transaction():
            self._wrapping.require_in_use(connection)

    def fingerprints(self, values: Sequence[Personal]) -> list[str]:
        """Keyed digests (HMAC-SHA256, hex) by which a command that is sent again knows the same values.

        Each is keyed by its person: when that key is destroyed, nobody can try a guess on it. Refuses `person.erased`.
        """
        persons = sorted({value.person_id for value in values})
        with self._pool.connection() as connection:
            rows = connection.execute(_KEYS, (persons,), binary=True).fetchall()
            if len(rows) == len(persons):
                keys = self._unwrapped(connection, rows)
            else:
                with connection.transaction():
                    keys = self.person_keys(connection, persons)
        secrets_of = {person: fingerprint_secret(key) for person, key in keys.items()}
        return [hmac.digest(secrets_of[one.person_id], one.value.encode(), "sha256").hex() for one in values]

    def seal(self, values: Sequence[Personal]) -> list[Commitment]:
        """Keep values and return their commitments in order. Do it before the append that names them.

        If that append is refused, the value stays unnamed; it is erased with its person. Refuses `person.erased`.
        """
        persons = sorted({value.person_id for value in values})
        with self._pool.connection() as connection, connection.transaction():
            keys = self.person_keys(connection, persons)
            rows: list[tuple[bytes, UUID, str, bytes]] = []
            for value in values:
                salt = secrets.token_bytes(SALT_BYTES)
                commitment = bytes.fromhex(commitment_of(salt, value.value))
                sealed = encrypt(keys[value.person_id], salt + value.value.encode(), commitment)
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
        return {known: value for known, (_, value) in self.reveal(commitments, by=by, reason=reason).items()}

    def reveal(self, commitments: Iterable[str], *, by: str, reason: str) -> dict[Commitment, tuple[bytes, str]]:
        """The values with the random bytes that hide them, so that others can compute the commitments; as `open`."""
        wanted = [bytes.fromhex(commitment) for commitment in commitments]
        opened: dict[Commitment, tuple[bytes, str]] = {}
        with self._pool.connection() as connection, connection.transaction():
            note_opening(connection, by=by, reason=reason, subjects=wanted)
            for commitment, person_id, sealed, wrapped in connection.execute(
                _VALUES, (wanted,), binary=True
            ).fetchall():
                key = self._wrapping.unwrap(connection, person_id, wrapped)
                opened[Commitment(commitment.hex())] = salt_and_value(key, sealed, commitment)
        return opened

    def put_file(self, content: bytes, *, kind: str, person_id: UUID | None = None) -> Attachment:
        """Keep a file that holds personal values; the same file of the same person again changes nothing.

        `person_id`: the one person whom it belongs to, and with whom it is erased; None for a bank's file, which is a
        voucher about many and stays as long as the law wants vouchers kept. Refuses `person.erased`.
        """
        digest, under = hashlib.sha256(content).digest(), person_id or FILES
        with self._pool.connection() as connection, connection.transaction():
            key = self.person_keys(connection, [under])[under]
            connection.execute(_ADD_FILE, (digest, len(content), kind, encrypt(key, content, digest), person_id))
        return Attachment(Sha256(digest.hex()), len(content))

    def get_file(self, sha256: str, *, by: str, reason: str, person_id: UUID | None = None) -> bytes:
        """A kept file, of one person only if given; the opening is recorded with who and why.

        Raises KeyError for an unknown digest, IntegrityError where the bytes are not those kept.
        """
        digest = bytes.fromhex(sha256)
        with self._pool.connection() as connection, connection.transaction():
            note_opening(connection, by=by, reason=reason, subjects=[digest])
            wanted = {"files": FILES, "digest": digest, "whose": person_id}
            row = connection.execute(_FILE, wanted, binary=True).fetchone()
            if row is None:
                raise KeyError(sha256)
            sealed, owner, wrapped = row
            return file_content(self._wrapping.unwrap(connection, owner or FILES, wrapped), sealed, digest)

    def person_keys(self, connection: psycopg.Connection[Any], persons: Sequence[UUID]) -> dict[UUID, bytes]:
        """The persons' keys, in a transaction of the caller; whoever has none yet gets one. Refuses `person.erased`."""
        rows = connection.execute(_KEYS, (list(persons),), binary=True).fetchall()
        known = {person for person, _ in rows}
        new = [person for person in persons if person not in known]
        if new:
            if erased(connection, new):
                raise Refusal("person.erased")
            keys = {person: secrets.token_bytes(KEY_BYTES) for person in new}
            connection.execute(_ADD_KEYS, (new, self._wrapping.wrap(connection, keys)))
            rows = connection.execute(_KEYS, (list(persons),), binary=True).fetchall()
        return self._unwrapped(connection, rows)

    def _unwrapped(self, connection: psycopg.Connection[Any], rows: Iterable[tuple[UUID, bytes]]) -> dict[UUID, bytes]:
        return {person: self._wrapping.unwrap(connection, person, wrapped) for person, wrapped in rows}

    def destroy_erased(self) -> list[UUID]:
        """Destroy what is left of every person, and of every nameless word, that the journal names as erased; whose.

        May run at any time and any number of times: after the event, at every start, after a restored backup.
        """
        with self._pool.connection() as connection:
            persons = [person for (person,) in connection.execute(_TO_DESTROY).fetchall()]
            for person in persons:
                connection.execute(_DESTROY, (person,))
        return persons

    def openings(
        self, *, person_id: UUID | None = None, before: int | None = None, limit: int = 100
    ) -> "list[Opening]":
        """Who opened what, when and why, the latest first; of one person if given; `before`: the page's last id."""
        values = {"person": person_id, "before": before, "limit": limit}
        with self._pool.connection() as connection:
            return [Opening(*row) for row in connection.execute(_OPENINGS, values).fetchall()]


@dataclass(frozen=True, slots=True)
class Opening:
    """One line of the record of openings: how many values or files, and whose; never what they say.

    `persons` is empty for a file that is nobody's alone. `actor` is the id of whoever opened.
    """

    id: int
    opened: datetime
    actor: str
    reason: str
    subjects: int
    persons: list[UUID]


def note_opening(connection: psycopg.Connection[Any], *, by: str, reason: str, subjects: Sequence[bytes]) -> None:
    """Write down an opening, in the transaction that opens."""
    connection.execute(_NOTE_OPENING, {"actor": by, "reason": reason, "subjects": list(subjects)})


def salt_and_value(key: bytes, sealed: bytes, commitment: bytes) -> tuple[bytes, str]:
    """A sealed value and its salt. Raises IntegrityError where it is not what its commitment says."""
    raw = decrypt(key, sealed, commitment)
    salt, value = raw[:SALT_BYTES], raw[SALT_BYTES:].decode()
    if commitment_of(salt, value) != commitment.hex():
        raise IntegrityError(f"the vault's value for {commitment.hex()} is not the one committed to")
    return salt, value


def file_content(key: bytes, sealed: bytes, digest: bytes) -> bytes:
    """A kept file. Raises IntegrityError where the bytes are not those kept."""
    content = decrypt(key, sealed, digest)
    if hashlib.sha256(content).digest() != digest:
        raise IntegrityError(f"the kept file {digest.hex()} has other bytes")
    return content


def erased(connection: psycopg.Connection[Any], persons: Sequence[UUID]) -> list[UUID]:
    """Those whom the journal names as erased; the writer's connection."""
    return [person for (person,) in connection.execute(_ERASED, (list(persons),)).fetchall()]


def destroyed(connection: psycopg.Connection[Any], persons: Sequence[UUID]) -> set[UUID]:
    """Those whose values were destroyed; the reader may ask that."""
    return {person for (person,) in connection.execute(_DESTROYED, (list(persons),)).fetchall()}


def persons_masked(connection: psycopg.Connection[Any], masked: str, *, limit: int) -> list[UUID]:
    """Those whose masked name this is; the reader's connection."""
    return [person for (person,) in connection.execute(_MASKED, (masked, limit)).fetchall()]


def masked_names(connection: psycopg.Connection[Any], persons: Sequence[UUID]) -> dict[UUID, str]:
    """The masked names that public pages show; the reader role may see nothing else of the vault."""
    return dict(connection.execute(_MASKS, (list(persons),)).fetchall())
