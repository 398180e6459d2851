"""Keys over JSON: whose they are, in whose custody, and how they come and go."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel, Field

from api.commands import keys as commands
from api.commands.keys import NewKey, fingerprint
from api.commands.shared import today
from api.custody import keeping
from api.staff.acting import ByToken, Desk
from api.staff.api_answers import RECORDED, recorded
from api.staff.fields import CommandKey, Identifier
from api.staff.key_shapes import KeyHeard, KeyRetirement, KeyRevocation, NewDeviceKey
from api.staff.shapes import ReceiptGiven
from api.web.routes import Routes
from domain.keys import SERVER_HELD
from domain.persons import ROLES
from projections import persons
from projections.persons import Key

router = Routes(prefix="/api/v1/keys", tags=["密钥"])


class KeyRead(BaseModel):
    """A registered key. `retired_at`, `revoked_from` are log indexes; `fingerprint` is what people compare."""

    person_id: UUID
    role: str = Field(examples=["grid_worker"])
    key: str
    fingerprint: str = Field(examples=["1f2e-3d4c-5b6a-7988-9706-1524"])
    custody: str | None = Field(examples=["password"])
    status: str = Field(examples=["live"])
    registered_at: int
    retired_at: int | None
    revoked_from: int | None
    reason: str | None


class Waiting(BaseModel):
    """A key that its holder has made and nobody has registered; its fingerprint is the holder's to read out."""

    person_id: UUID
    role: str = Field(examples=["grid_worker"])
    made: datetime


class OwnWaiting(BaseModel):
    """One's own key that waits, with what is to be read to an administrator."""

    role: str = Field(examples=["grid_worker"])
    fingerprint: str = Field(examples=["1f2e-3d4c-5b6a-7988-9706-1524"])


class OwnKeys(BaseModel):
    """One's own keys, and those that wait."""

    keys: list[KeyRead]
    waiting: list[OwnWaiting]


@router.get("", operation_id="listKeys", summary="密钥")
def listing(desk: Desk, who: ByToken, person_id: Annotated[Identifier | None, Query()] = None) -> list[KeyRead]:
    """Every officer's keys, or those of one person in any role."""
    who.require("register")
    with desk.app.reading.connection() as conn:
        if person_id is not None:
            return [_read(key) for key in persons.keys_of(conn, person_id)]
        return [_read(key) for key in persons.keys_in_roles(conn, sorted(ROLES - SERVER_HELD))]


@router.get("/mine", operation_id="myKeys", summary="我的密钥")
def mine(desk: Desk, who: ByToken) -> OwnKeys:
    """One's own keys."""
    with desk.app.reading.connection() as conn:
        known = persons.keys_of(conn, who.person_id)
    registered = {key.key for key in known}
    waiting = [row for row in keeping.kept(desk.app.writing, who.person_id) if row.key not in registered]
    return OwnKeys(
        keys=[_read(key) for key in known],
        waiting=[OwnWaiting(role=row.role, fingerprint=fingerprint(row.key)) for row in waiting],
    )


@router.get("/requests", operation_id="listKeyRequests", summary="等待登记的密钥")
def requests(desk: Desk, who: ByToken) -> list[Waiting]:
    """What waits for an administrator."""
    who.require("register")
    with desk.app.reading.connection() as conn:
        waiting = keeping.requests(desk.app.writing, conn)
    return [Waiting(person_id=row.person_id, role=row.role, made=row.made) for row in waiting]


@router.post("", responses=RECORDED, operation_id="registerKey", summary="登记密钥")
def register(wanted: KeyHeard, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> ReceiptGiven:
    """Register the key whose fingerprint its holder read out."""
    receipt = commands.register_requested(
        desk.app,
        actor=who.actor,
        key=key,
        person_id=wanted.person_id,
        role=wanted.role,
        heard=wanted.fingerprint,
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


@router.post("/device", responses=RECORDED, operation_id="registerDeviceKey", summary="登记设备密钥")
def register_device(
    wanted: NewDeviceKey, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Register a key whose private half never leaves its holder's device."""
    new = [NewKey(wanted.person_id, wanted.role, wanted.key, wanted.custody)]
    receipt = commands.register_keys(desk.app, actor=who.actor, key=key, new=new, on=today(desk.app))
    return recorded(desk, receipt, response)


@router.post("/retire", responses=RECORDED, operation_id="retireKey", summary="停用密钥")
def retire(wanted: KeyRetirement, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> ReceiptGiven:
    """Let a key sign nothing more."""
    receipt = commands.retire_key(
        desk.app,
        actor=who.actor,
        key=key,
        person_id=wanted.person_id,
        role=wanted.role,
        reason=wanted.reason,
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


@router.post("/revoke", responses=RECORDED, operation_id="revokeKey", summary="吊销密钥")
def revoke(wanted: KeyRevocation, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> ReceiptGiven:
    """Disbelieve a key from a record on."""
    receipt = commands.revoke_key(
        desk.app,
        actor=who.actor,
        key=key,
        person_id=wanted.person_id,
        role=wanted.role,
        from_index=wanted.from_index,
        confirmed=wanted.confirmed,
        reason=wanted.reason,
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


def _read(key: Key) -> KeyRead:
    return KeyRead(
        person_id=key.person_id,
        role=key.role,
        key=key.key,
        fingerprint=fingerprint(key.key),
        custody=key.custody,
        status=key.status,
        registered_at=key.registered_at,
        retired_at=key.retired_at,
        revoked_from=key.revoked_from,
        reason=key.reason,
    )
