"""Checking a password: the same for the page and the API, with the same patience for guessers."""

import math

from fastapi import Request

from api.custody.opening import keys_at_sign_in
from api.custody.unlocked import keep_session
from api.staff.acting import roles_today, sole_role
from api.staff.office import Office
from api.web import accounts
from api.web.sessions import Session
from domain.kernel.refusals import Refusal


def sign_in(request: Request, desk: Office, *, login: str, password: str, role: str | None = None) -> Session:
    """A session for the right password; the acting role is the given one, or the only one held.

    The same password opens the person's keys; the session keeps them under the token that only its holder gets.
    Refuses `session.locked`, `session.wrong_password`, and `session.role_not_held` for a given role.
    """
    address = request.client.host if request.client else ""
    wait_s = desk.throttle.wait_s(login, address)
    if wait_s > 0:
        raise Refusal("session.locked", minutes=math.ceil(wait_s / 60))
    account = accounts.authenticate(desk.app.writing, login, password)
    if account is None:
        desk.throttle.failed(login, address)
        raise Refusal("session.wrong_password")
    desk.throttle.succeeded(login, address)
    held = roles_today(desk, account.person_id)
    if role is not None and role not in {one.role for one in held}:
        raise Refusal("session.role_not_held", role=role)
    session = desk.sessions.begin(account, role=role or sole_role(held))
    roles = {one.role for one in held}
    signers = keys_at_sign_in(desk.app, person_id=account.person_id, secret=password, roles=roles)
    keep_session(
        desk.app.writing, token=session.token, login=account.login, expires_s=session.expires_s, signers=signers
    )
    return session
