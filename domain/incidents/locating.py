"""Finding out in which village a report is, where whoever made it named only a township or the county.

What must not be broken: a report only ever moves inwards, and before anybody has verified it; whoever says where it is
says by whose tariff it is paid, so he neither verifies it nor decides on it.
"""

from uuid import UUID

from domain.incidents.deciding import existing
from domain.incidents.events import IncidentLocated
from domain.incidents.state import Incident
from domain.incidents.turns import Turn, require_part
from domain.kernel.places import Division, contains, level
from domain.kernel.refusals import Refusal


def locate(incident: Incident | None, *, turn: Turn, actor_id: UUID, division: Division) -> IncidentLocated:
    """Say that it is in a narrower place than the report says: a village, or at least the township.

    No template names this act: who may is a matter of roles and areas alone.
    Refused, in this order: `incident.unknown`, then as `require_open`, then `incident.place_not_within` (the place is
    not inside the report's own, or is that itself), `chain.acted_twice`.
    """
    reported = existing(incident)
    require_open(reported)
    if division == reported.division or not contains(reported.division, division):
        raise Refusal("incident.place_not_within", division=division, within=reported.division)
    require_part(reported, actor_id, acting_as="locate", workflow=turn.workflow)
    return IncidentLocated(actor_id=actor_id, division=division)


def require_open(incident: Incident) -> None:
    """Refuse a report of which it need not, or must not any more, be said where it is.

    Refused, in this order: `incident.ended`, `incident.already_verified`, `incident.already_located` (in a village).
    """
    if incident.course.ended is not None:
        raise Refusal("incident.ended", ended=incident.course.ended)
    if incident.verification is not None:
        raise Refusal("incident.already_verified", confirmed=incident.verification.confirmed)
    if level(incident.division) == "village":
        raise Refusal("incident.already_located", division=incident.division)
