"""What a report would earn if it counts, for the pages that say so before anything is decided."""

from api.commands.shared import tariff_stream
from api.staff.office import Office
from domain import policies, tariffs
from domain.kernel.places import chain
from projections.incidents import Incident


def tariff_fen_of(desk: Office, incident: Incident) -> int | None:
    """The tariff's amount, judged as the command will judge it; None where there is no tariff."""
    streams = [tariff_stream(code) for code in chain(incident.division)]
    found = desk.app.journal.states(streams, tariffs.evolve)
    in_force = policies.tariff_in_force(
        [found[stream] for stream in streams], category=incident.category, on=incident.reported_on, item=incident.item
    )
    return in_force.amount_fen if in_force is not None else None
