"""API keys: by which a program reports for a person, in one role, until the key is taken back.

What must not be broken: the key is shown once and stands nowhere but as its digest. An officer's signing key lies
beside it wrapped under the API key, so that the database alone can neither report nor sign as him.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from psycopg.rows import class_row

from api.custody.wrapping import WrongSecret, unwrap, wrap
from domain import authority
from domain.kernel.refusals import Refusal
from journal.facts import Actor
from journal.note import Ed25519Signer
from journal.store import Pool

ROLES: Final = frozenset(authority.MAY["incident.reported/1"])
"""The roles that may report; a key is given for one of them."""

PROGRAM_CHARS_MAX: Final = 100
NUMBER_CHARS: Final = 12
_SECRET_BYTES: Final = 32
_KEY: Final = re.compile(r"mzk-[0-9a-f]{64}", re.ASCII)

_KEEP = """
INSERT INTO access.api_keys (digest, login, person_id, role, program, signing_key, sealed)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
_FIND = """
SELECT person_id, role, signing_key, sealed FROM access.api_keys JOIN access.accounts USING (login, person_id)
WHERE digest = %s AND ended IS NULL
"""
_ALL = f"""
SELECT left(encode(digest, 'hex'), {NUMBER_CHARS}) AS number, login, role, program, made, ended
FROM access.api_keys WHERE %(login)s::text IS NULL OR login = %(login)s ORDER BY made, digest
"""  # noqa: S608 - a number of ours
_END = f"""
UPDATE access.api_keys SET ended = now(), signing_key = NULL, sealed = NULL
WHERE login = %s AND left(encode(digest, 'hex'), {NUMBER_CHARS}) = %s AND ended IS NULL
"""  # noqa: S608 - a number of ours


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is listed. `number` is the head of its digest: what it is taken back by."""

    number: str
    login: str
    role: str
    program: str
    made: datetime
    ended: datetime | None


def issue(
    pool: Pool, *, login: str, person_id: UUID, role: str, program: str, signer: Ed25519Signer | None = None
) -> str:
    """A new key, which nobody can read again; `signer` is the role's own key where the server does not hold it."""
    raw = secrets.token_bytes(_SECRET_BYTES)
    signing_key = None if signer is None else str(signer.verifier_key)
    sealed = None if signer is None else wrap(signer, _wrapping_key(raw))
    with pool.connection() as connection:
        connection.execute(_KEEP, (digest_of(raw), login, person_id, role, program, signing_key, sealed))
    return f"mzk-{raw.hex()}"


def actor_of(pool: Pool, key: str) -> Actor:
    """Who acts by a key: the person of its account, in its role. Refuses `open311.key_unknown`."""
    if not _KEY.fullmatch(key):
        raise Refusal("open311.key_unknown")
    raw = bytes.fromhex(key.partition("-")[2])
    with pool.connection() as connection:
        row = connection.execute(_FIND, (digest_of(raw),)).fetchone()
    if row is None:
        raise Refusal("open311.key_unknown")
    person_id, role, signing_key, sealed = row
    if signing_key is None:
        return Actor(person_id, role)
    try:
        return Actor(person_id, role, unwrap(bytes(sealed), _wrapping_key(raw), key=signing_key))
    except WrongSecret:
        raise Refusal("open311.key_unknown") from None


def listing(pool: Pool, login: str | None = None) -> list[ApiKey]:
    """Every key, or those of one login, in the order in which they were made; also those that were taken back."""
    with pool.connection() as connection, connection.cursor(row_factory=class_row(ApiKey)) as cursor:
        return cursor.execute(_ALL, {"login": login}).fetchall()


def end(pool: Pool, *, login: str, number: str) -> bool:
    """Take a key back for good; False if the login has no such live key."""
    with pool.connection() as connection:
        return connection.execute(_END, (login, number)).rowcount == 1


def digest_of(raw: bytes) -> bytes:
    """What a key is found by: 32 random bytes need no slow hash; the prefix tells this digest from others."""
    return hashlib.sha256(b"mingzhang api key 1\n" + raw).digest()


def _wrapping_key(raw: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"mingzhang api key wrapping 1").derive(raw)
