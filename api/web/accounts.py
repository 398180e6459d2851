"""Who may sign in: a login, the person behind it, and a password that only its owner knows.

Passwords are kept as argon2id hashes; checking one takes the same time whether the login exists or not.
"""

import hashlib
import re
import threading
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import psycopg
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from psycopg_pool import ConnectionPool

Pool = ConnectionPool[psycopg.Connection[Any]]

LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}", re.ASCII)
PASSWORD_CHARS_MIN: Final = 8
PASSWORD_CHARS_MAX: Final = 256

# OWASP's second choice for argon2id: 19 MiB, 2 passes, 1 lane. Few at a time, so that sign-ins never take the machine.
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_AT_ONCE: Final = threading.BoundedSemaphore(4)

_FIND = "SELECT login, person_id, password FROM access.accounts WHERE login = %s"
_SET = (
    "INSERT INTO access.accounts (login, person_id, password) VALUES (%s, %s, %s)"
    " ON CONFLICT (login) DO UPDATE SET person_id = EXCLUDED.person_id, password = EXCLUDED.password"
)


class BadAccount(ValueError):
    """A login or a password that cannot be used; the message says what is expected."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it is stored. `credential` changes with the password, so that old sessions end with it."""

    login: str
    person_id: UUID
    password: str

    @property
    def credential(self) -> str:
        """A short digest of the stored hash."""
        return hashlib.sha256(self.password.encode()).hexdigest()[:16]


def set_account(pool: Pool, *, login: str, person_id: UUID, password: str) -> None:
    """Make an account or give it another password; `pool` is the writer's. Raises BadAccount."""
    if not LOGIN.fullmatch(login):
        raise BadAccount("账号应为 2 至 64 个小写字母、数字或 . _ -，并以字母或数字开头")
    if not PASSWORD_CHARS_MIN <= len(password) <= PASSWORD_CHARS_MAX:
        raise BadAccount(f"密码应为 {PASSWORD_CHARS_MIN} 至 {PASSWORD_CHARS_MAX} 个字符")
    with _AT_ONCE:
        hashed = _HASHER.hash(password)
    with pool.connection() as connection:
        connection.execute(_SET, (login, person_id, hashed))


def find(pool: Pool, login: str) -> Account | None:
    """The account of a login, or None."""
    if not LOGIN.fullmatch(login):
        return None
    with pool.connection() as connection:
        row = connection.execute(_FIND, (login,)).fetchone()
    return Account(*row) if row is not None else None


def authenticate(pool: Pool, login: str, password: str) -> Account | None:
    """The account if the password is its own; None after the same work if not, or if there is no such login."""
    account = find(pool, login)
    with _AT_ONCE:
        right = _is_right(account.password if account else _nobodys_hash(), password[:PASSWORD_CHARS_MAX])
    return account if right else None


def _is_right(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


_NOBODY: list[str] = []


def _nobodys_hash() -> str:
    """A hash that no password of a real account has, made once: what unknown logins are checked against."""
    if not _NOBODY:
        _NOBODY.append(_HASHER.hash("no account has this password"))
    return _NOBODY[0]
