"""Who may sign in: a login, the person behind it, and a password that only its owner knows.

Passwords are kept as argon2id hashes; checking one takes the same time whether the login exists or not.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import psycopg
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from api.custody.wrapping import AT_ONCE, STRONG, Cost
from journal.store import Pool

LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}", re.ASCII)
PASSWORD_CHARS_MIN: Final = 8
PASSWORD_CHARS_MAX: Final = 256

SECRET_CHARS_MIN: Final = 12
"""Of a secret that wraps an officer's keys: somebody with the database may guess as long as he likes."""

_CHECKING: Final = PasswordHasher()

_FIND = "SELECT login, person_id, password FROM access.accounts WHERE login = %s"
_ALL = "SELECT login, person_id, password FROM access.accounts ORDER BY login"
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
    password: str = field(repr=False)

    @property
    def credential(self) -> str:
        """A short digest of the stored hash."""
        return hashlib.sha256(self.password.encode()).hexdigest()[:16]


def set_account(pool: Pool, *, login: str, person_id: UUID, password: str, cost: Cost = STRONG) -> None:
    """Make an account or give it another password; `pool` is the writer's. Raises BadAccount.

    The hash costs a guesser as much as the keys that the same secret may wrap: it must not be the cheaper way in.
    """
    hashed = hash_of(login=login, password=password, cost=cost)
    with pool.connection() as connection:
        write(connection, login=login, person_id=person_id, hashed=hashed)


def hash_of(*, login: str, password: str, cost: Cost) -> str:
    """What is kept of a password. Raises BadAccount for a login or a password that cannot be used."""
    if not LOGIN.fullmatch(login):
        raise BadAccount("账号应为 2 至 64 个小写字母、数字或 . _ -，并以字母或数字开头")
    if not PASSWORD_CHARS_MIN <= len(password) <= PASSWORD_CHARS_MAX:
        raise BadAccount(f"密码应为 {PASSWORD_CHARS_MIN} 至 {PASSWORD_CHARS_MAX} 个字符")
    hasher = PasswordHasher(time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=cost.lanes)
    with AT_ONCE:
        return hasher.hash(password)


def require_secret(secret: str) -> None:
    """Raises BadAccount for a secret that is too short to wrap keys."""
    if not SECRET_CHARS_MIN <= len(secret) <= PASSWORD_CHARS_MAX:
        raise BadAccount(f"口令应为 {SECRET_CHARS_MIN} 至 {PASSWORD_CHARS_MAX} 个字符，例如四个不相干的词")


def write(connection: psycopg.Connection[Any], *, login: str, person_id: UUID, hashed: str) -> None:
    """Make an account or replace its hash, within the caller's transaction."""
    connection.execute(_SET, (login, person_id, hashed))


def find(pool: Pool, login: str) -> Account | None:
    """The account of a login, or None."""
    if not LOGIN.fullmatch(login):
        return None
    with pool.connection() as connection:
        row = connection.execute(_FIND, (login,)).fetchone()
    return Account(*row) if row is not None else None


def all_accounts(pool: Pool) -> list[Account]:
    """Every account, in the order of logins."""
    with pool.connection() as connection:
        return [Account(*row) for row in connection.execute(_ALL).fetchall()]


def authenticate(pool: Pool, login: str, password: str) -> Account | None:
    """The account if the password is its own; None after the same work if not, or if there is no such login."""
    account = find(pool, login)
    with AT_ONCE:
        right = _is_right(account.password if account else _nobodys_hash(), password[:PASSWORD_CHARS_MAX])
    return account if right else None


def _is_right(hashed: str, password: str) -> bool:
    try:
        return _CHECKING.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


_NOBODY: list[str] = []


def _nobodys_hash() -> str:
    """A hash that no password of a real account has, made once: what unknown logins are checked against."""
    if not _NOBODY:
        _NOBODY.append(hash_of(login="nobody", password=secrets.token_hex(), cost=STRONG))
    return _NOBODY[0]
