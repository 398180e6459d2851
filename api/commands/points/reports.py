"""Whenever a report counts, its reporter has the points of the rule of that day; whenever that is undone, he has not.

The item is the narrowest that the rule lists: `report:<item>` of the service catalogue, `report:<category>`, `report`.
"""

from uuid import UUID

from api.commands.points.crediting import Deed, Points
from api.commands.shared import incident_stream
from domain.incidents import Incident
from domain.points.rules import REPORT_ITEM


def deed_of(points: Points, incident: Incident, *, incident_id: UUID) -> Deed:
    """A valid report as a deed of its reporter, on its own day and place."""
    layers = points.rules_on(incident.division, incident.reported_on)
    narrow = [f"{REPORT_ITEM}:{word}" for word in (incident.item, incident.category) if word is not None]
    item = next((code for code in narrow if layers.find(code) is not None), REPORT_ITEM)
    return Deed(
        item=item,
        division=incident.division,
        on=incident.reported_on,
        cause=incident_stream(incident_id),
        person_id=incident.reporter_id,
    )
