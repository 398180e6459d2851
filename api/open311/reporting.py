"""Recording what a program sent: the same command as everybody's, by the person behind its key.

What must not be broken: the same body sent again on the same day is the same report. The command's name in the journal
is a keyed digest, from which nobody learns what was sent.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from api.commands import incidents as commands
from api.commands.shared import incident_stream, today
from api.open311.form import Sent, division_of
from api.open311.services import Service, Services
from api.staff.acting import roles_today
from api.staff.api_incidents import new_incident_id
from api.staff.office import Office
from domain import incidents
from domain.kernel.places import Division, level
from domain.kernel.refusals import Refusal
from journal.facts import Actor
from projections import places

SOURCE: Final = "open311"
SHOWN_WITHIN_S: Final = 3.0

NOTICE: Final = (
    "已登记，将由网格员核查、部门办理。凭编号可查询进展。姓名、电话、邮箱和设备编号不收取、不保存；"
    "描述和地址只供经办人查看，不公开。"
)
NOT_FETCHED: Final = "附件网址已作为文字记下，供经办人查看；本系统没有下载其中的照片，照片不算已经提交。"
UNLOCATED: Final = "没有指明在哪个村、社区，先由工作人员定位，再转当地网格员核查。"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of it: the incident, whether it can be read already, and where it was recorded."""

    incident_id: UUID
    shown: bool
    division: Division


def notice_of(made: Recorded, found: Sent) -> str:
    """What the sender is told: also what was not done with what he sent, so that nobody relies on it."""
    wide = level(made.division) != "village"
    return NOTICE + (UNLOCATED if wide else "") + (NOT_FETCHED if found.media_url else "")


def record(
    desk: Office,
    actor: Actor,
    found: Sent,
    *,
    services: Services,
    pairs: Sequence[tuple[str, str]],
    given_key: str | None,
) -> Recorded:
    """Report what was sent. `given_key` is the client's own idempotency key, if it has one.

    Refuses `open311.*` for what is wrong with the form, and whatever `commands.report` refuses.
    """
    service = _service(found, services)
    division = _division(desk, found, actor.person_id, actor.role)
    key = command_key(found.api_key, pairs, given=given_key, day=str(today(desk.app)))
    incident_id = new_incident_id(desk.app.journal.origin, actor.person_id, key)
    before = desk.app.journal.state(incident_stream(incident_id), incidents.evolve)
    report = commands.Report(
        incident_id=incident_id,
        reporter_id=actor.person_id,
        category=service.category,
        division=division,
        text=found.text(service),
        # Sent again, it must be the same command: with the moment of the first time.
        reported_at=desk.app.journal.now() if before is None else before.reported_at,
        source=SOURCE,
        grid=found.grid or None,
        item=service.item,
        position=found.position,
    )
    receipt = commands.report(desk.app, actor=actor, key=key, reports=[report])
    following = desk.following.running
    shown = following and desk.app.runner.wait_for(receipt.position, timeout_s=SHOWN_WITHIN_S)
    return Recorded(incident_id, shown, division)


def is_recorded(desk: Office, incident_id: UUID, *, hidden: frozenset[str]) -> bool:
    """Whether there is such a report that may be shown, though it cannot be read yet."""
    state = desk.app.journal.state(incident_stream(incident_id), incidents.evolve)
    return state is not None and not state.course.sensitive and not {state.category, state.item} & hidden


def command_key(api_key: str, pairs: Sequence[tuple[str, str]], *, given: str | None, day: str) -> str:
    """The command's name in the journal: of the client's own key, or of all that was sent and the day."""
    content = ["given", given] if given else ["sent", day, sorted(pair for pair in pairs if pair[0] != "api_key")]
    text = json.dumps(content, ensure_ascii=True)
    return f"open311:{hmac.new(api_key.encode(), text.encode(), hashlib.sha256).hexdigest()[:40]}"


def _service(found: Sent, services: Services) -> Service:
    if not found.service_code:
        raise Refusal("open311.service_missing")
    return services.named(found.service_code)


def _division(desk: Office, found: Sent, person_id: UUID, role: str) -> Division:
    """Where it is; somebody who holds the role no more is refused by the command."""
    areas = [one.area for one in roles_today(desk, person_id) if one.role == role]
    county = desk.app.log.division
    with desk.app.reading.connection() as conn:
        known = places.within(conn, county, on=today(desk.app))
    return division_of(found, known=known, area=areas[0] if areas else county)
