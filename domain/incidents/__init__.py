"""Incidents: what somebody saw, whether it is so, what was done, and whether it counts.

Verified, handled and valid are three decisions by three people; nobody acts twice in one chain, whatever workflow the
county has chosen.
"""

from domain.incidents.deciding import decide_validity, record_handling, report, verify
from domain.incidents.events import (
    DifferenceHash,
    IncidentEvent,
    IncidentHandled,
    IncidentReported,
    IncidentVerified,
    Photo,
    ValidityDecided,
)
from domain.incidents.reasons import SOURCES, VALIDITY_REASONS, VERIFICATION_REASONS
from domain.incidents.state import Course, Handling, Incident, Validity, Verification, evolve
from domain.incidents.turns import Turn, next_step, open_acts

__all__ = [
    "SOURCES",
    "VALIDITY_REASONS",
    "VERIFICATION_REASONS",
    "Course",
    "DifferenceHash",
    "Handling",
    "Incident",
    "IncidentEvent",
    "IncidentHandled",
    "IncidentReported",
    "IncidentVerified",
    "Photo",
    "Turn",
    "Validity",
    "ValidityDecided",
    "Verification",
    "decide_validity",
    "evolve",
    "next_step",
    "open_acts",
    "record_handling",
    "report",
    "verify",
]
