"""Objections by the public form: to what is posted or to one row of it, with or without a way to reach the objector.

What must not be broken: what he wrote goes to the vault and to nobody else; the answer is what everybody reads.
"""

from typing import Annotated, Final

from fastapi import Depends, Query, Request, Response
from fastapi import Form as Field

from api.commands.disclosing import objections
from api.commands.disclosing.objections import NewObjection
from api.commands.shared import today as today_of
from api.hearing.agent import agent
from api.hearing.asking import Form, Paced, received, shown, shown_again, take
from api.hearing.form import Said, said
from api.public.disclosures import Posted, posted_version
from api.public.months import Read
from api.public.where import division_of
from api.staff.acting import Desk
from api.web.disclosed.kinds import row_words
from api.web.routes import Routes
from domain.kernel.places import level
from domain.kernel.refusals import Refusal

CHANNEL: Final = "web"
ROW_CHARS_MAX: Final = 80

AT: Final = "/v/{code}/disclosures/{kind}/{of}/{version}/object"

router = Routes(include_in_schema=False)
Row = Annotated[str, Query(max_length=ROW_CHARS_MAX)]


@router.get(AT)
def ask(
    code: str, kind: str, of: str, version: str, read: Read, desk: Desk, row: Row = "", large: bool = False
) -> Response:
    """The form. Refuses `hearing.closed` before it was opened, `page.unknown` for what is not posted."""
    agent(desk.app)
    found = posted_version(read, division_of(code), kind, of, version)
    return shown(read, _form(found, row), large=large)


@router.post(AT)
def object_to(
    request: Request,
    code: str,
    kind: str,
    of: str,
    version: str,
    read: Read,
    desk: Desk,
    paced: Paced,
    given: Annotated[Said, Depends(said)],
    row: Row = "",
    large: Annotated[bool, Field()] = False,
) -> Response:
    """Take an objection in, and lead to its number."""
    actor = agent(desk.app)
    found = posted_version(read, division_of(code), kind, of, version)
    new = NewObjection(
        disclosure_id=found.version.disclosure_id,
        version=found.version.version,
        text=given.text,
        channel=CHANNEL,
        row=row or None,
        contact=given.contact,
    )
    try:
        take(request, paced, given, division=found.version.division)
        identity, receipt = objections.raise_one(desk.app, actor=actor, key=given.key, new=new, on=today_of(desk.app))
    except Refusal as refusal:
        return shown_again(read, _form(found, row), given, refusal, large=large)
    desk.settle(receipt)
    return received("objection", identity, large=large)


def _form(found: Posted, row: str) -> Form:
    """What it says. Refuses `page.unknown` for a row that the version does not have."""
    one = found.version
    at = f"/v/{one.division}/disclosures/{one.kind}/{one.period}/{one.version}"
    title = f"{found.title}（第 {one.version} 版）"
    about = title
    if row:
        told = found.reader.said_of(row)
        if told is None:
            raise Refusal("page.unknown")
        about = f"{title}，{row_words(one.kind, row)}：{told}"
    watched = "和本村村务监督委员会成员" if level(one.division) == "village" else ""
    return Form(
        path=found.path,
        heading="提出异议",
        about=about,
        question="哪里不对",
        readers=f"只有负责答复的人{watched}看得到，拟定这份公示的人看不到",
        answered="答复会写在这一项公示的下面。",
        action=f"{at}/object" + (f"?row={row}" if row else ""),
        back=at,
        slip=f"/v/{one.division}/posters/{one.kind}/{one.period}/slip.pdf",
    )
