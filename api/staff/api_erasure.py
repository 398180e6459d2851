"""Erasing a person over JSON: what is destroyed cannot be brought back, what is recorded stays."""

from fastapi import Response

from api.commands.erasure import erase_person
from api.commands.shared import today
from api.staff.acting import ByToken, Desk
from api.staff.api_answers import once, recorded
from api.staff.erasure_shapes import Erased, Erasure
from api.staff.fields import CommandKey, Identifier
from api.web.routes import Routes

router = Routes(prefix="/api/v1", tags=["县级设置"])


@router.post(
    "/persons/{person_id}/erasure",
    status_code=201,
    responses=once(Erased),
    operation_id="erasePerson",
    summary="删除个人信息",
)
def erase(
    person_id: Identifier, wanted: Erasure, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> Erased:
    """End the person's roles and keys, and destroy every value that the vault keeps of him."""
    done = erase_person(
        desk.app,
        actor=who.actor,
        key=key,
        person_id=person_id,
        reason=wanted.reason,
        legal_basis=wanted.legal_basis,
        on=today(desk.app),
    )
    receipt = recorded(desk, done.receipt, response)
    return Erased(person_id=person_id, receipt=receipt, vouchers=list(done.vouchers))
