"""Accepting an invitation: somebody with a code chooses the secret that only he knows, and gets his keys."""

import hmac
import math
import secrets
from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import HTMLResponse, Response

from api.commands.keys import fingerprint
from api.custody import invitations, keeping
from api.staff.acting import Desk
from api.staff.office import Office
from api.web import accounts
from api.web.accounts import BadAccount
from api.web.messages import sentence
from api.web.problems import status_of
from api.web.routes import Routes
from api.web.sessions import FORM_COOKIE
from domain.kernel.refusals import Refusal

router = Routes(prefix="/staff/invitation", include_in_schema=False)

Secret = Annotated[str, Form(max_length=256)]


@router.get("")
def ask(request: Request, desk: Desk) -> Response:
    """The form."""
    return _page(request, desk)


@router.post("")
def accept(
    request: Request,
    desk: Desk,
    login: Annotated[str, Form(max_length=64)] = "",
    code: Annotated[str, Form(max_length=64)] = "",
    new: Secret = "",
    again: Secret = "",
    form_token: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Take the code, keep the hash, make and wrap the keys; show what is to be read to an administrator."""
    name = login.strip().lower()
    cookie = request.cookies.get(FORM_COOKIE, "")
    try:
        if not cookie or not hmac.compare_digest(cookie.encode(), form_token.encode()):
            raise Refusal("form.expired")
        if new != again:
            raise BadAccount("两次输入的口令不一样")
        _accept(request, desk, login=name, code=code, secret=new)
    except BadAccount as error:
        return _page(request, desk, login=name, problem=str(error), status=400)
    except Refusal as refusal:
        problem = sentence(refusal.code, refusal.facts)
        return _page(request, desk, login=name, problem=problem, status=status_of(refusal.code))
    account = accounts.find(desk.app.writing, name)
    made = keeping.kept(desk.app.writing, account.person_id) if account is not None else []
    html = desk.templates.render("staff/invitation_accepted.html", {"made": made, "fingerprint": fingerprint})
    return HTMLResponse(html, headers={"cache-control": "no-store"})


def _accept(request: Request, desk: Office, *, login: str, code: str, secret: str) -> None:
    """With the same patience for guessers as at the sign-in."""
    address = request.client.host if request.client else ""
    wait_s = desk.throttle.wait_s(login, address)
    if wait_s > 0:
        raise Refusal("session.locked", minutes=math.ceil(wait_s / 60))
    try:
        invitations.accept(desk.app, login=login, code=code, secret=secret)
    except Refusal:
        desk.throttle.failed(login, address)
        raise
    desk.throttle.succeeded(login, address)


def _page(request: Request, desk: Office, *, login: str = "", problem: str = "", status: int = 200) -> Response:
    token = secrets.token_urlsafe(24)
    values = {"login": login, "form_token": token, "problem": problem, "chars_min": accounts.SECRET_CHARS_MIN}
    html = desk.templates.render("staff/invitation.html", values)
    answer = HTMLResponse(html, status_code=status, headers={"cache-control": "no-store"})
    secure = request.url.scheme == "https" or desk.app.settings.base_url.startswith("https://")
    answer.set_cookie(FORM_COOKIE, token, httponly=True, samesite="strict", secure=secure, path="/staff/invitation")
    return answer
