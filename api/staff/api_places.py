"""One place over JSON: its history, another name, the end of its code."""

from typing import Annotated

from fastapi import Depends, Path, Response

from api.commands import places as commands
from api.commands.places import Renaming
from api.commands.shared import today
from api.staff.acting import ByToken, Desk, by_token
from api.staff.api_answers import RECORDED, recorded
from api.staff.fields import Code, CommandKey
from api.staff.place_shapes import Ending, NewName, PlaceRead
from api.staff.places import end_code, read_place
from api.staff.shapes import ReceiptGiven
from api.web.routes import Routes

router = Routes(prefix="/api/v1", tags=["县级设置"])

OfPlace = Annotated[Code, Path(description="区划代码", examples=["361125001000"])]


@router.get("/places/{code}", operation_id="readPlace", summary="一个区划的沿革", dependencies=[Depends(by_token)])
def read(code: OfPlace, desk: Desk) -> PlaceRead:
    """A code with its validity and history."""
    with desk.app.reading.connection() as conn, conn.transaction():
        return read_place(desk, conn, code)


@router.post("/places/{code}/name", responses=RECORDED, operation_id="renamePlace", summary="区划改名")
def rename(
    code: OfPlace, wanted: NewName, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Another name from a day on; the code stays."""
    one = Renaming(code, wanted.name, wanted.since, wanted.document)
    receipt = commands.rename_places(desk.app, actor=who.actor, key=key, renamings=[one], on=today(desk.app))
    return recorded(desk, receipt, response)


@router.post("/places/{code}/end", responses=RECORDED, operation_id="endPlace", summary="区划代码终止")
def end(code: OfPlace, wanted: Ending, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> ReceiptGiven:
    """The code ends on the day before `since`, and others follow."""
    return recorded(desk, end_code(desk, actor=who.actor, key=key, code=code, wanted=wanted), response)
