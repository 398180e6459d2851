"""Signing with a device over JSON: a command answers 202 with the lines to sign, and these are brought back here."""

from typing import Annotated

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import ConfigDict, Field

from api.staff.acting import ByToken, Desk
from api.staff.api_answers import RECORDED, recorded
from api.staff.fields import CommandKey
from api.staff.office import Office
from api.staff.shapes import ReceiptGiven, Shape
from api.web.problems import Problems
from api.web.routes import Routes
from domain.kernel.refusals import Refusal
from journal.drafts import SignatureNeeded

router = Routes(prefix="/api/v1", tags=["账本"])

Note = Annotated[str, Field(max_length=65_536)]


class Signed(Shape):
    """The ticket of a command that answered 202, and its lines, each as a signed note (C2SP signed-note)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"ticket": "WyJkMmMzY2M1OS…", "notes": ["{…}\n\n— mingzhang.example/… LwphwwFx…\n"]}]
        },
    )
    ticket: Annotated[str, Field(max_length=65_536, description="请求答 202 时给的票据")]
    notes: Annotated[
        list[Note], Field(min_length=1, max_length=64, description="逐条签好的原文（C2SP signed-note），次序同 lines")
    ]


@router.post("/signatures", responses=RECORDED, operation_id="submitSignatures", summary="提交设备签名")
def submit(wanted: Signed, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> ReceiptGiven:
    """Record what a device has signed, under the key of the command that asked for it."""
    notes = [one.encode() for one in wanted.notes]
    prepared = desk.tickets.redeem(wanted.ticket, notes, actor=who.actor, key=key)
    return recorded(desk, desk.app.journal.append_signed(prepared, notes), response)


def install(web: FastAPI, problems: Problems) -> None:
    """Answer a command whose actor's key is in a device: a program gets the lines, a page says that it cannot sign."""

    def needed(request: Request, error: Exception) -> Response:
        if not isinstance(error, SignatureNeeded):
            raise error
        if not request.url.path.startswith("/api/"):
            actor = error.prepared.command.actor
            refusal = Refusal("key.not_at_hand", person_id=actor.person_id, role=actor.role)
            return problems.answer(request, refusal.code, refusal.facts)
        desk: Office = request.app.state.office
        asked = desk.tickets.issue(error.prepared)
        content = {"lines": list(asked.lines), "key": asked.key, "ticket": asked.ticket}
        return JSONResponse(content, status_code=202, headers={"cache-control": "no-store"})

    web.add_exception_handler(SignatureNeeded, needed)
