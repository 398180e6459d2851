"""Sessions: a signed statement of who is in, in which role, until when; in a cookie for pages, in a token for programs.

The statement carries a random token, which alone opens the row in which the server keeps the session's keys
(`api.custody.unlocked`). A changed password or a removed account ends all sessions at the next request.
"""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal
from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer

from api.custody.unlocked import new_token
from api.web.accounts import Account

COOKIE: Final = "mz_session"
FORM_COOKIE: Final = "mz_form"
LIFETIME_S: Final = 12 * 3600
FIELDS: Final = 7

Kind = Literal["cookie", "bearer"]


@dataclass(frozen=True, slots=True)
class Session:
    """Who signed in. `role` is the acting role, None until one is chosen; `form_token` stands in every form.

    `token` opens the keys of the session: it stands in the cookie or bearer token and nowhere else.
    """

    login: str
    person_id: UUID
    credential: str
    role: str | None
    form_token: str
    expires_s: int
    token: str = field(repr=False)

    def in_role(self, role: str) -> "Session":
        """The same session, acting in another role; it does not last longer for it."""
        return replace(self, role=role)

    def owns_form(self, token: str) -> bool:
        """Whether a form was made for this session."""
        return hmac.compare_digest(self.form_token.encode(), token.encode())


class Sessions:
    """Writes and reads sessions. `secret` is the content of the session key file; `clock` gives POSIX seconds."""

    def __init__(self, secret: bytes, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        signing = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
        self._serializers = {
            kind: URLSafeSerializer(secret, salt=f"mingzhang {kind} 1", signer_kwargs=signing)
            for kind in ("cookie", "bearer")
        }

    def begin(self, account: Account, *, role: str | None) -> Session:
        """A session from now on for twelve hours."""
        return Session(
            login=account.login,
            person_id=account.person_id,
            credential=account.credential,
            role=role,
            form_token=secrets.token_urlsafe(24),
            expires_s=int(self._clock()) + LIFETIME_S,
            token=new_token(),
        )

    def write(self, session: Session, kind: Kind) -> str:
        """The session as signed text."""
        fields = [
            session.login,
            str(session.person_id),
            session.credential,
            session.role,
            session.form_token,
            session.expires_s,
            session.token,
        ]
        return str(self._serializers[kind].dumps(fields))

    def read(self, text: str | None, kind: Kind) -> Session | None:
        """The session of a text that we signed and that has not run out; None for anything else."""
        if not text:
            return None
        try:
            fields: Any = self._serializers[kind].loads(text)
        except BadData:
            return None
        if len(fields) != FIELDS:  # of an older version of the program
            return None
        login, person_id, credential, role, form_token, expires_s, token = fields
        if expires_s <= self._clock():
            return None
        return Session(login, UUID(person_id), credential, role, form_token, expires_s, token)
