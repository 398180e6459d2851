"""The staff's logins as the command line manages them: listing, new passwords, removal.

What must not be broken: a password is shown once, when it is made, and nowhere kept but as its hash.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from psycopg.rows import class_row

from api.web import accounts
from api.web.accounts import BadAccount
from journal.store import Pool

# Without the characters that people confuse when they copy a password from paper.
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP_CHARS = 4, 4

_ALL = "SELECT login, person_id, created FROM access.accounts ORDER BY login"
_REMOVE = "DELETE FROM access.accounts WHERE login = %s"


@dataclass(frozen=True, slots=True)
class Login:
    """A login and the person that it stands for."""

    login: str
    person_id: UUID
    created: datetime


def new_password() -> str:
    """Sixteen random letters and digits (79 bits) in groups of four."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_CHARS)) for _ in range(_GROUPS))


def add(pool: Pool, *, login: str, person_id: UUID, password: str) -> None:
    """Make a login that nobody has yet. Raises BadAccount."""
    if accounts.find(pool, login) is not None:
        raise BadAccount(f"账号 {login} 已有人使用")
    accounts.set_account(pool, login=login, person_id=person_id, password=password)


def renew(pool: Pool, *, login: str, password: str) -> None:
    """Give a login another password. Raises BadAccount where there is none."""
    account = accounts.find(pool, login)
    if account is None:
        raise BadAccount(f"没有账号 {login}")
    accounts.set_account(pool, login=login, person_id=account.person_id, password=password)


def remove(pool: Pool, *, login: str) -> None:
    """Take a login away; the person and what was recorded stay. Raises BadAccount where there is none."""
    with pool.connection() as connection:
        if not connection.execute(_REMOVE, (login,)).rowcount:
            raise BadAccount(f"没有账号 {login}")


def listing(pool: Pool) -> list[Login]:
    """Every login, in order."""
    with pool.connection() as connection, connection.cursor(row_factory=class_row(Login)) as cursor:
        return cursor.execute(_ALL).fetchall()
