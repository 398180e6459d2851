"""Suggestions by the public form: anybody, about any village of the county, with or without a way to reach him."""

from typing import Annotated, Final

from fastapi import Depends, Request, Response
from fastapi import Form as Field

from api.commands.affairs import suggestions
from api.commands.affairs.suggestions import NewSuggestion
from api.commands.shared import today as today_of
from api.hearing.agent import agent
from api.hearing.asking import Form, Paced, received, shown, shown_again, take
from api.hearing.form import Said, said
from api.public.months import Read
from api.public.reading import Reading
from api.public.where import division_of, path_to
from api.staff.acting import Desk
from api.web.routes import Routes
from domain.kernel.ids import derived
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal

CHANNEL: Final = "web"

router = Routes(include_in_schema=False)


@router.get("/v/{code}/suggest")
def ask(code: str, read: Read, desk: Desk, large: bool = False) -> Response:
    """The form. Refuses `hearing.closed` before it was opened."""
    agent(desk.app)
    return shown(read, _form(read, division_of(code)), large=large)


@router.post("/v/{code}/suggest")
def suggest(
    request: Request,
    code: str,
    read: Read,
    desk: Desk,
    paced: Paced,
    given: Annotated[Said, Depends(said)],
    large: Annotated[bool, Field()] = False,
) -> Response:
    """Take a suggestion in, and lead to its number."""
    where = division_of(code)
    actor, form = agent(desk.app), _form(read, where)
    identity = derived("suggestion", desk.app.journal.origin, given.key)
    new = NewSuggestion(suggestion_id=identity, division=where, channel=CHANNEL, text=given.whole)
    try:
        take(request, paced, given, division=where)
        receipt = suggestions.open_one(desk.app, actor=actor, key=given.key, new=new, on=today_of(desk.app))
    except Refusal as refusal:
        return shown_again(read, form, given, refusal, large=large)
    desk.settle(receipt)
    return received("suggestion", identity, large=large)


def _form(read: Reading, where: Division) -> Form:
    with read.pool.connection() as conn:
        path = path_to(conn, read, where)
    return Form(
        path=path,
        heading=f"给{path[-1].name}提意见、建议",
        about="",
        question="您想说什么",
        readers="只有村里和上级负责答复的人看得到",
        answered="村里受理后，摘要和答复会公开。",
        action=f"/v/{where}/suggest",
        back=f"/v/{where}",
        slip=f"/v/{where}/suggestions/slip.pdf",
    )
