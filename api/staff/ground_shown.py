"""Where a report may be, for whoever has to say it: its position, and the villages where earlier reports near it were.

What is proposed is a guess from reports that grid workers confirmed, and says so; a person chooses.
"""

from dataclasses import dataclass

from api.staff.office import Office
from api.staff.page_today import place_names
from api.staff.reporting import PlaceGroup, place_groups
from domain.kernel.places import Division, Position
from projections import incident_places, incidents
from projections.incident_places import NearVillage, Unlocated
from projections.incidents import Incident

PROPOSED_MAX = 3


@dataclass(frozen=True, slots=True)
class NearShown:
    """A village as it is proposed: its name, and how far off the nearest confirmed report was."""

    village: NearVillage
    name: str


@dataclass(frozen=True, slots=True)
class Ground:
    """`groups`: the places inside the report's own, to choose from; `near`: the likeliest, the nearest first."""

    groups: list[PlaceGroup]
    near: list[NearShown]


def ground_of(desk: Office, incident: Incident) -> Ground:
    """The places in which a report may be, as they were on its day."""
    groups = place_groups(desk, [incident.division], on=incident.reported_on)
    inside = [group for group in groups if group.name or group.places[0].code != incident.division]
    return Ground(inside, near_to(desk, incident))


def near_to(desk: Office, report: Incident | Unlocated) -> list[NearShown]:
    """The villages of its place that earlier reports near its position were in; none where it has no position."""
    if report.latitude_e5 is None or report.longitude_e5 is None:
        return []
    return villages_near(desk, Position(report.latitude_e5, report.longitude_e5), area=report.division)


def villages_near(desk: Office, point: Position, *, area: Division) -> list[NearShown]:
    """The likeliest villages of an area for a point, at most three."""
    with desk.current(incidents) as conn:
        found = incident_places.villages_near(conn, point, area=area)[:PROPOSED_MAX]
    names = place_names(desk, {one.division for one in found})
    return [NearShown(one, names[one.division]) for one in found]
