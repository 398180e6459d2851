"""The staff's logins as the command line manages them: listing, members' new passwords, removal.

What must not be broken: a password is shown once, when it is made, and nowhere kept but as its hash. Officers choose
theirs (`api.custody.invitations`), because it opens their keys.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from api.custody import keeping
from api.custody.invitations import new_code
from api.web import accounts
from api.web.accounts import BadAccount
from journal.store import Pool

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
    return new_code()


def remove(pool: Pool, *, login: str) -> None:
    """Take a login and its person's wrapped keys away; what was recorded stays. Raises BadAccount where none is."""
    account = accounts.find(pool, login)
    with pool.connection() as connection, connection.transaction():
        if account is not None:
            keeping.drop_keys(connection, person_id=account.person_id)
        if not connection.execute(_REMOVE, (login,)).rowcount:
            raise BadAccount(f"没有账号 {login}")


def listing(pool: Pool) -> list[Login]:
    """Every login, in order."""
    with pool.connection() as connection, connection.cursor(row_factory=class_row(Login)) as cursor:
        return cursor.execute(_ALL).fetchall()
