"""Opening a report's photos: for whoever may read its text, one at a time, each on the record."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import File, Path, Query, Response, UploadFile
from pydantic import BaseModel, Field

from api.photos import BYTES_MAX
from api.staff.acting import Acting, ByCookie, ByToken, Desk
from api.staff.fields import CommandKey, Identifier
from api.staff.office import Office
from api.staff.reporting import require_may_report
from api.staff.texts import require_readable
from api.uploads import upload
from api.web.routes import Routes
from domain.kernel.refusals import Refusal
from projections import incidents

pages = Routes(prefix="/staff", include_in_schema=False)
router = Routes(prefix="/api/v1", tags=["线索"])

_JPEG: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}
}
Number = Annotated[int, Path(ge=1, le=99, description="第几张照片，从 1 起", examples=[1])]


class PhotoKept(BaseModel):
    """A photo that waits for its report; `sha256` is what the report names it by."""

    sha256: str = Field(examples=["3f" * 32])
    length: int
    width_px: int
    height_px: int
    difference_hash: str


@pages.get("/incidents/{incident_id}/photos/{number}")
def page(incident_id: Identifier, number: Number, desk: Desk, who: ByCookie) -> Response:
    """A photo for a page; the opening is recorded."""
    return opened_photo(desk, who, incident_id, number)


@router.get(
    "/incidents/{incident_id}/photos/{number}",
    operation_id="openPhoto",
    summary="打开线索的照片（留痕）",
    response_class=Response,
    responses=_JPEG,
)
def read(incident_id: Identifier, number: Number, desk: Desk, who: ByToken) -> Response:
    """The same for a program."""
    return opened_photo(desk, who, incident_id, number)


@router.post(
    "/photos",
    status_code=201,
    operation_id="uploadPhoto",
    summary="上传照片，供随后的上报使用",
)
def send(
    file: Annotated[UploadFile, File(description=f"照片：JPEG、PNG 或 WebP，最多 {BYTES_MAX // 2**20} MB")],
    _key: CommandKey,
    desk: Desk,
    who: ByToken,
    reporter_id: Annotated[Identifier | None, Query(description="替谁代录；本人上报不给")] = None,
) -> PhotoKept:
    """Keep a photo. What is sent decides, not the key: the same photo again is the same one."""
    owner = reporter_id or who.person_id
    require_may_report(who, reporter_id=owner)
    kept = upload(desk.app, person_id=owner, content=file.file.read())
    return PhotoKept(
        sha256=kept.sha256,
        length=len(kept.jpeg),
        width_px=kept.width_px,
        height_px=kept.height_px,
        difference_hash=kept.difference_hash,
    )


def opened_photo(desk: Office, who: Acting, incident_id: UUID, number: int) -> Response:
    """The photo as an answer that nobody keeps. Refuses `access.*`, `incident.unknown`, `photo.gone`."""
    with desk.app.reading.connection() as conn:
        incident = incidents.one(conn, incident_id)
    if incident is None:
        raise Refusal("incident.unknown")
    who.require("texts")
    require_readable(desk, who, incident)
    if number > len(incident.photos):
        raise Refusal("photo.gone")
    try:
        content = desk.app.vault.get_file(
            incident.photos[number - 1]["sha256"],
            by=str(who.person_id),
            reason=f"incident.photo as {who.role}",
            person_id=incident.reporter_id,
        )
    except KeyError:
        raise Refusal("photo.gone") from None
    headers = {"cache-control": "no-store", "content-disposition": "inline"}
    return Response(content, media_type="image/jpeg", headers=headers)
