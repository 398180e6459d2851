"""Papers that come with a form, and a paper on its way to whoever may read it."""

from typing import Annotated
from urllib.parse import quote

from fastapi import File, UploadFile
from fastapi.responses import Response

from api import village_files
from api.staff.acting import Acting
from api.staff.office import Office

Papers = Annotated[list[UploadFile], File()]


def paper_answer(desk: Office, who: Acting, sha256: str, *, name: str, reason: str) -> Response:
    """A kept paper as a file to be saved; that it was opened is written down. Refuses as `village_files.read`."""
    content, media_type, ending = village_files.read(desk.app, sha256, by=str(who.person_id), reason=reason)
    called = quote(f"{name}-{sha256[:8]}.{ending}")
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{called}", "cache-control": "no-store"}
    return Response(content, media_type=media_type, headers=headers)
