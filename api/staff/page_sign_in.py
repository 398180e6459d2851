"""Signing in, choosing the acting role, signing out."""

import hmac
import re
import secrets
from typing import Annotated

from fastapi import Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.custody.unlocked import end_session
from api.staff.acting import Desk, roles_today, session_of
from api.staff.office import Office
from api.staff.page_today import place_names
from api.staff.signing_in import sign_in
from api.web.messages import sentence
from api.web.problems import status_of
from api.web.routes import Routes
from api.web.sessions import COOKIE, FORM_COOKIE, LIFETIME_S, Session
from domain.kernel.refusals import Refusal

router = Routes(prefix="/staff", include_in_schema=False)

START = "/staff"
_OWN = re.compile(r"/staff(/[A-Za-z0-9/._-]*)?", re.ASCII)


@router.get("/sign-in")
def ask(request: Request, desk: Desk, to: str = START) -> Response:
    """The sign-in page. `to` is the page to go to afterwards."""
    return _sign_in_page(request, desk, to=to)


@router.post("/sign-in")
def begin(
    request: Request,
    desk: Desk,
    login: Annotated[str, Form(max_length=64)] = "",
    password: Annotated[str, Form(max_length=256)] = "",
    form_token: Annotated[str, Form(max_length=200)] = "",
    to: Annotated[str, Form(max_length=500)] = START,
) -> Response:
    """Check the password; a wrong one shows the form again with the reason."""
    cookie = request.cookies.get(FORM_COOKIE, "")
    if not cookie or not hmac.compare_digest(cookie.encode(), form_token.encode()):
        return _sign_in_page(request, desk, to=to, login=login, refusal=Refusal("form.expired"))
    try:
        session = sign_in(request, desk, login=login.strip().lower(), password=password)
    except Refusal as refusal:
        return _sign_in_page(request, desk, to=to, login=login, refusal=refusal)
    target = own_path(to) if session.role is not None else "/staff/role"
    answer = RedirectResponse(target, status_code=303)
    _set_session(request, desk, answer, session)
    answer.delete_cookie(FORM_COOKIE, path="/staff/sign-in")
    return answer


@router.get("/role")
def ask_role(request: Request, desk: Desk) -> Response:
    """Somebody with several roles chooses the one to act in."""
    session = session_of(request, desk)
    if session is None:
        return RedirectResponse("/staff/sign-in", status_code=303)
    held = roles_today(desk, session.person_id)
    roles = {one.role: [other.area for other in held if other.role == one.role] for one in held}
    names = place_names(desk, {one.area for one in held})
    html = desk.templates.render("staff/role.html", {"session": session, "roles": roles, "places": names})
    return HTMLResponse(html, headers={"cache-control": "no-store"})


@router.post("/role")
def choose_role(
    request: Request,
    desk: Desk,
    role: Annotated[str, Form(max_length=32)],
    form_token: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Act in another role from now on. Refuses `form.expired`, `session.role_not_held`."""
    session = session_of(request, desk)
    if session is None:
        return RedirectResponse("/staff/sign-in", status_code=303)
    if not session.owns_form(form_token):
        raise Refusal("form.expired")
    if role not in {one.role for one in roles_today(desk, session.person_id)}:
        raise Refusal("session.role_not_held", role=role)
    answer = RedirectResponse(START, status_code=303)
    _set_session(request, desk, answer, session.in_role(role))
    return answer


@router.post("/sign-out")
def end(request: Request, desk: Desk, form_token: Annotated[str, Form(max_length=200)] = "") -> Response:
    """End the session: its cookie opens no key any more, in this browser or another."""
    session = session_of(request, desk)
    if session is not None and not session.owns_form(form_token):
        raise Refusal("form.expired")
    if session is not None:
        end_session(desk.app.writing, token=session.token)
    answer = RedirectResponse("/staff/sign-in", status_code=303)
    answer.delete_cookie(COOKIE, path="/staff")
    return answer


def own_path(to: str) -> str:
    """The path to go to after signing in, if it is one of our staff pages; otherwise their start."""
    return to if _OWN.fullmatch(to) and ".." not in to and "//" not in to else START


def _sign_in_page(
    request: Request, desk: Office, *, to: str, login: str = "", refusal: Refusal | None = None
) -> Response:
    token = secrets.token_urlsafe(24)
    problem = sentence(refusal.code, refusal.facts) if refusal is not None else None
    values = {"to": own_path(to), "login": login, "form_token": token, "problem": problem}
    html = desk.templates.render("staff/sign_in.html", values)
    status = status_of(refusal.code) if refusal is not None else 200
    answer = HTMLResponse(html, status_code=status, headers={"cache-control": "no-store"})
    answer.set_cookie(
        FORM_COOKIE, token, httponly=True, samesite="strict", secure=_secure(request, desk), path="/staff/sign-in"
    )
    return answer


def _set_session(request: Request, desk: Office, answer: Response, session: Session) -> None:
    answer.set_cookie(
        COOKIE,
        desk.sessions.write(session, "cookie"),
        max_age=LIFETIME_S,
        path="/staff",
        httponly=True,
        samesite="lax",
        secure=_secure(request, desk),
    )


def _secure(request: Request, desk: Office) -> bool:
    return request.url.scheme == "https" or desk.app.settings.base_url.startswith("https://")
