"""A session's keys: opened once with the secret, kept wrapped again under a token that only the holder's cookie has.

What must not be broken: the token is never stored and the row never opens without it, so any server process can serve
the session and the database alone cannot sign. Signing out, another secret, and time delete the row for good.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import psycopg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from api.custody.wrapping import NONCE_BYTES
from journal.note import Ed25519Signer
from journal.store import Pool

TOKEN_BYTES: Final = 32

_KEEP = "INSERT INTO access.sessions (id, login, expires, sealed) VALUES (%s, %s, %s, %s)"
_SWEEP = "DELETE FROM access.sessions WHERE expires < now()"
_FIND = "SELECT sealed FROM access.sessions WHERE id = %s AND login = %s AND expires > now()"
_END = "DELETE FROM access.sessions WHERE id = %s"
_END_ALL = "DELETE FROM access.sessions WHERE login = %s"


def new_token() -> str:
    """32 random bytes as hex: what the cookie carries."""
    return secrets.token_bytes(TOKEN_BYTES).hex()


def keep_session(pool: Pool, *, token: str, login: str, expires_s: int, signers: Mapping[str, Ed25519Signer]) -> None:
    """Keep a session's keys until `expires_s` (POSIX seconds), and forget those that have run out."""
    identity, wrapping_key = _halves(token)
    text = json.dumps({role: signer.private_text() for role, signer in signers.items()}).encode()
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = nonce + AESGCM(wrapping_key).encrypt(nonce, text, identity + login.encode())
    with pool.connection() as connection, connection.transaction():
        connection.execute(_SWEEP)
        connection.execute(_KEEP, (identity, login, datetime.fromtimestamp(expires_s, UTC), sealed))


def session_keys(pool: Pool, *, token: str, login: str) -> dict[str, Ed25519Signer] | None:
    """The keys of a session by role; None if it was ended, has run out, or was never ours."""
    try:
        identity, wrapping_key = _halves(token)
    except ValueError:
        return None
    with pool.connection() as connection:
        row = connection.execute(_FIND, (identity, login)).fetchone()
    if row is None:
        return None
    sealed = bytes(row[0])
    try:
        text = AESGCM(wrapping_key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], identity + login.encode())
    except InvalidTag:
        return None
    return {role: Ed25519Signer.parse(private) for role, private in json.loads(text).items()}


def end_session(pool: Pool, *, token: str) -> None:
    """Sign out: the cookie opens nothing any more, also one that somebody copied."""
    with pool.connection() as connection:
        connection.execute(_END, (_halves(token)[0],))


def end_sessions(connection: psycopg.Connection[Any], *, login: str) -> None:
    """Sign a login out everywhere."""
    connection.execute(_END_ALL, (login,))


def _halves(token: str) -> tuple[bytes, bytes]:
    """What the row is found by, and what opens it; neither leads to the other. Raises ValueError for no token."""
    raw = bytes.fromhex(token)
    if len(raw) != TOKEN_BYTES:
        raise ValueError("no token of ours")
    wrapping_key = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"mingzhang session key 1").derive(raw)
    return hashlib.sha256(b"mingzhang session 1\n" + raw).digest(), wrapping_key
