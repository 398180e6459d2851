"""Signing in by program: a login and a password for a bearer token of twelve hours."""

from datetime import UTC, datetime
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, ConfigDict

from api.staff.acting import ByToken, Desk, roles_today
from api.staff.shapes import SignIn
from api.staff.signing_in import sign_in
from api.web.routes import Routes
from domain.kernel.refusals import Refusal

router = Routes(prefix="/api/v1", tags=["登录"])


class Who(BaseModel):
    """Who is signed in, acting in which role, over which divisions, until when."""

    person_id: UUID
    login: str
    role: str
    roles: list[str]
    areas: list[str]
    expires_at: datetime


class SignedIn(BaseModel):
    """A token for `Authorization: Bearer …`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "token": "WyJsaWhlIiwi…",
                    "person_id": "0d4f3a52-5d0f-4b8e-9f6c-0a4a6b2d7c11",
                    "role": "grid_worker",
                    "expires_at": "2026-03-05T20:30:00Z",
                }
            ]
        }
    )
    token: str
    person_id: UUID
    role: str
    expires_at: datetime


@router.post("/session", status_code=201, operation_id="signIn", summary="登录")
def begin(request: Request, wanted: SignIn, desk: Desk) -> SignedIn:
    """A token for the acting role. Somebody with several roles names one."""
    session = sign_in(request, desk, login=wanted.login, password=wanted.password, role=wanted.role)
    if session.role is None:
        roles = dict.fromkeys(one.role for one in roles_today(desk, session.person_id))
        if not roles:
            raise Refusal("session.no_role")
        raise Refusal("session.role_needed", roles="、".join(roles))
    return SignedIn(
        token=desk.sessions.write(session, "bearer"),
        person_id=session.person_id,
        role=session.role,
        expires_at=datetime.fromtimestamp(session.expires_s, UTC),
    )


@router.get("/session", operation_id="whoAmI", summary="我是谁")
def who_am_i(who: ByToken) -> Who:
    """The person and role behind the token."""
    return Who(
        person_id=who.person_id,
        login=who.session.login,
        role=who.role,
        roles=list(who.roles),
        areas=list(who.areas),
        expires_at=datetime.fromtimestamp(who.session.expires_s, UTC),
    )
