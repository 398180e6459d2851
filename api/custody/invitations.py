"""Invitations: a code on paper, good once, with which somebody chooses the secret that only he will know.

The administrator hands the code over and never learns the secret. Whoever accepts one begins with new keys: what an
older secret wrapped is gone, and the new keys speak for him only once an administrator has registered them.
"""

import hashlib
import secrets
from datetime import timedelta
from typing import Final
from uuid import UUID

from api.context import App
from api.custody import keeping
from api.custody.opening import cost_of, roles_held
from api.custody.unlocked import end_sessions
from api.web import accounts
from domain.kernel.refusals import Refusal
from domain.keys import SERVER_HELD
from journal.store import Pool

LIFETIME: Final = timedelta(days=7)

# Without the characters that people confuse when they copy a code from paper.
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP_CHARS = 4, 4

_KEEP = (
    "INSERT INTO access.invitations (login, person_id, code, expires) VALUES (%s, %s, %s, now() + %s)"
    " ON CONFLICT (login) DO UPDATE"
    " SET person_id = EXCLUDED.person_id, code = EXCLUDED.code, expires = EXCLUDED.expires"
)
_TAKE = "DELETE FROM access.invitations WHERE login = %s AND code = %s AND expires > now() RETURNING person_id"
_PERSON = "SELECT person_id FROM access.invitations WHERE login = %s AND expires > now()"
_OPEN = "SELECT login, person_id FROM access.invitations WHERE expires > now() ORDER BY login"
_FORGET = "DELETE FROM access.invitations WHERE login = %s"


def new_code() -> str:
    """Sixteen random letters and digits (79 bits) in groups of four."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_CHARS)) for _ in range(_GROUPS))


def invite(app: App, *, login: str, person_id: UUID) -> str:
    """A code for a login, which replaces an earlier one; it is kept nowhere but as its digest."""
    code = new_code()
    with app.writing.connection() as connection:
        connection.execute(_KEEP, (login, person_id, _digest(code), LIFETIME))
    return code


def accept(app: App, *, login: str, code: str, secret: str) -> None:
    """Choose the secret of a login, and make the keys that it wraps. Refuses `session.invitation_wrong`.

    Raises BadAccount for a secret that cannot be used; then the code is still good.
    """
    accounts.require_secret(secret)
    hashed = accounts.hash_of(login=login, password=secret, cost=cost_of(app))
    with app.writing.connection() as connection, connection.transaction():
        row = connection.execute(_TAKE, (login, _digest(code))).fetchone()
        if row is None:
            raise Refusal("session.invitation_wrong")
        (person_id,) = row
        accounts.write(connection, login=login, person_id=person_id, hashed=hashed)
        end_sessions(connection, login=login)
        if roles := sorted(roles_held(app, person_id) - SERVER_HELD):
            keeping.begin_keys(
                connection,
                origin=app.journal.origin,
                person_id=person_id,
                roles=roles,
                secret=secret,
                cost=cost_of(app),
            )


def invited(pool: Pool, login: str) -> UUID | None:
    """Whom an open invitation of that login is for."""
    with pool.connection() as connection:
        row = connection.execute(_PERSON, (login,)).fetchone()
    return row[0] if row is not None else None


def open_invitations(pool: Pool) -> list[tuple[str, UUID]]:
    """Every login with a code that was not used yet, and whom it is for."""
    with pool.connection() as connection:
        return [(login, person_id) for login, person_id in connection.execute(_OPEN).fetchall()]


def withdraw(app: App, *, login: str) -> None:
    """Make a login's code worthless."""
    with app.writing.connection() as connection:
        connection.execute(_FORGET, (login,))


def _digest(code: str) -> bytes:
    """The code has 79 random bits, so one plain digest keeps it."""
    return hashlib.sha256(code.strip().lower().encode()).digest()
