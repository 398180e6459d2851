"""Recording a report that a form brought, with the photos that were kept before it, safe to send again."""

from collections.abc import Sequence
from uuid import UUID

from api.commands import incidents as commands
from api.staff.api_incidents import new_incident_id
from api.staff.forms import Sent
from api.staff.report_shapes import ReportSent
from api.staff.reporting import chosen, require_may_report
from api.uploads import claimed
from domain.kernel.calendar import day_in_china
from journal.facts import Receipt


def record_report(
    form: Sent,
    wanted: ReportSent,
    *,
    reporter_id: UUID,
    source: str,
    source_ref: str | None = None,
    digests: Sequence[str] = (),
) -> tuple[UUID, Receipt]:
    """Record it under the form's key: the same form again meets the first.

    `digests` name its photos, which are kept already. Of a sensitive item the position is dropped, because it would
    name a house.
    """
    require_may_report(form.who, reporter_id=reporter_id)
    choice = chosen(form.desk, wanted.item, division=wanted.division, on=day_in_china(wanted.reported_at))
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
        photos=claimed(form.app, person_id=reporter_id, digests=digests, incident_id=incident_id),
    )
    return incident_id, commands.report(form.app, actor=form.actor, key=form.key, reports=[new])
