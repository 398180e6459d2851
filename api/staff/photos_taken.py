"""The photos that came with a form: each kept at once, so that a form that is refused need not bring them again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from fastapi import Request, UploadFile

from api.context import App
from api.photos import PHOTOS_MAX
from api.uploads import upload
from api.web.frame import body_limit
from domain.kernel.refusals import Refusal


@dataclass(frozen=True, slots=True)
class PhotosTaken:
    """`digests` of the photos that are kept, those sent before among them; what was wrong with the first refused one.

    `which`: that photo as its sender knows it, empty where it is about all of them.
    """

    digests: list[str] = field(default_factory=list)
    refused: Refusal | None = None
    which: str = ""

    def require_all(self) -> None:
        """Refuse what a photo was refused for."""
        if self.refused is not None:
            raise self.refused


def take_photos(
    request: Request, app: App, *, person_id: UUID, files: Sequence[UploadFile], before: Sequence[str] = ()
) -> PhotosTaken:
    """Keep every photo that can be kept, under its reporter (`person_id`); nothing is raised.

    Too many are kept none of; of a form whose photos were too large together (`request.state.cut`) none came.
    """
    if getattr(request.state, "cut", False):
        limit = f"{body_limit(request.url.path) // 2**20} MB"
        return PhotosTaken(list(before), Refusal("request.too_large", limit=limit))
    sent = [file for file in files if file.filename]
    if len(sent) + len(before) > PHOTOS_MAX:
        return PhotosTaken(list(before), Refusal("photo.too_many", limit=f"{PHOTOS_MAX} 张"))
    kept, refused, which = list(before), None, ""
    for number, file in enumerate(sent, 1):
        try:
            kept.append(upload(app, person_id=person_id, content=file.file.read()).sha256)
        except Refusal as refusal:
            if refused is None:
                refused, which = refusal, f"第 {number} 张（{file.filename}）" if len(sent) > 1 else ""
    return PhotosTaken(list(dict.fromkeys(kept)), refused, which)
