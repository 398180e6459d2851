"""Recording a report that a form brought: its photos first, then the report that names them, safe to send again."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import UploadFile

from api.commands import incidents as commands
from api.photos import PHOTOS_MAX
from api.staff.api_incidents import new_incident_id
from api.staff.forms import Sent
from api.staff.report_shapes import ReportSent
from api.staff.reporting import chosen, require_may_report
from api.uploads import claimed, upload
from domain.kernel.calendar import day_in_china
from domain.kernel.refusals import Refusal
from journal.facts import Receipt


def record_report(
    form: Sent,
    wanted: ReportSent,
    *,
    reporter_id: UUID,
    source: str,
    source_ref: str | None = None,
    files: Sequence[UploadFile] = (),
    digests: Sequence[str] = (),
) -> tuple[UUID, Receipt]:
    """Record it under the form's key: the same form again meets the first.

    `files` came with the form, `digests` name photos that were sent before. Of a sensitive item the position is
    dropped, because it would name a house.
    """
    require_may_report(form.who, reporter_id=reporter_id)
    choice = chosen(form.desk, wanted.item, division=wanted.division, on=day_in_china(wanted.reported_at))
    sent = [file for file in files if file.filename]
    if len(sent) + len(digests) > PHOTOS_MAX:
        raise Refusal("photo.too_many", limit=f"{PHOTOS_MAX} 张")
    kept = [upload(form.app, person_id=reporter_id, content=file.file.read()).sha256 for file in sent]
    incident_id = new_incident_id(form.app.journal.origin, form.who.person_id, form.key)
    new = commands.Report(
        incident_id=incident_id,
        reporter_id=reporter_id,
        category=choice.category,
        item=choice.item,
        division=wanted.division,
        text=wanted.text,
        reported_at=wanted.reported_at,
        source=source,
        grid=wanted.grid,
        source_ref=source_ref,
        position=None if choice.sensitive else wanted.position,
        photos=claimed(form.app, person_id=reporter_id, digests=[*digests, *kept], incident_id=incident_id),
    )
    return incident_id, commands.report(form.app, actor=form.actor, key=form.key, reports=[new])
