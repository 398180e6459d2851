"""公示单 of a disclosure: drawing the posted version, recording it, and fetching the file to print it."""

from typing import Annotated, Final
from urllib.parse import quote

from fastapi import Path
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel

from api.commands.shared import today
from api.posters import recording
from api.staff.acting import ByCookie, Desk
from api.staff.disclosing_read import period_texts
from api.staff.fields import Identifier
from api.staff.forms import FormSent
from api.web.disclosed.kinds import WORDS
from api.web.routes import Routes
from domain.kernel.refusals import Refusal
from journal import kept_posters
from projections import disclosure_queries, disclosures

router = Routes(prefix="/staff/disclosures", include_in_schema=False)

PDF: Final = "application/pdf"
Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]


class PosterForm(BaseModel):
    """On which paper."""

    paper: str = "A4"


@router.post("/{disclosure_id}/posters")
def render(disclosure_id: Identifier, form: FormSent) -> RedirectResponse:
    """Draw the version posted last, and record the sheet."""
    wanted = form.shaped(PosterForm)
    done = recording.render(
        form.app,
        actor=form.actor,
        key=form.key,
        disclosure_id=disclosure_id,
        version=None,
        paper=wanted.paper,
        on=form.on,
    )
    return form.done(done.receipt, at=f"/staff/disclosures/{disclosure_id}")


@router.get("/{disclosure_id}/posters/{sha256}.pdf")
def fetch(disclosure_id: Identifier, sha256: Digest, desk: Desk, who: ByCookie) -> Response:
    """The file of a sheet that was drawn. Refuses `disclosure.unknown`, `poster.not_kept`."""
    with desk.current(disclosures) as conn:
        found = disclosure_queries.one(conn, disclosure_id, on=today(desk.app))
        if found is None:
            raise Refusal("disclosure.unknown")
        who.require_area(found.division)
        drawn = next((one for one in disclosure_queries.posters(conn, disclosure_id) if one.sha256 == sha256), None)
        content = kept_posters.content_of(conn, sha256) if drawn is not None else None
    if drawn is None or content is None:
        raise Refusal("poster.not_kept")
    title = WORDS[found.kind].title if found.kind in WORDS else found.kind
    name = f"{period_texts(desk, [found.period])(found.period)}{title}公示-{drawn.paper}.pdf"
    headers = {"content-disposition": f"inline; filename*=UTF-8''{quote(name)}", "cache-control": "no-store"}
    return Response(content, media_type=PDF, headers=headers)
