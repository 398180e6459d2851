"""What somebody looks at before he judges a report: its text, its photos' places, and earlier reports like it.

Each opening of a text is on the record, with what it was opened for.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from api.likely_duplicates import Frequency, Likely
from api.staff.act_offers import Case
from api.staff.acting import Acting
from api.staff.api_duplicates import of_incident
from api.staff.office import Office
from api.web import act_words
from api.web.names import ERASED
from domain.duplicates import GROUNDS
from projections import incidents
from projections.incidents import Incident

COMPARED_MAX: Final = 3
"""So many earlier reports stand beside a report with their texts; the others are named only."""

COMPARING: Final = frozenset({"grid_worker", "grid_leader", "township_reviewer", "county_officer"})
"""Roles that judge whether a report repeats another."""


@dataclass(frozen=True, slots=True)
class Alike:
    """An earlier report that a report seems to repeat. `grounds` are codes; `why` says them, with their strength."""

    incident: Incident
    score: int
    grounds: tuple[str, ...]
    why: str
    text: str | None
    claims_earlier: bool
    recorded_earlier: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """Earlier reports like this one, the likeliest first, and how often its reporter reports."""

    alike: list[Alike]
    often: Frequency


def compared(desk: Office, who: Acting, case: Case) -> Compared | None:
    """What a report is compared with; None for roles that do not judge it."""
    if who.role not in COMPARING:
        return None
    found, often = of_incident(desk, who, case.incident.incident_id)
    with desk.current(incidents) as conn:
        known = {one.candidate.incident_id: incidents.one(conn, one.candidate.incident_id) for one in found}
    shown = [(one, incident) for one in found if (incident := known[one.candidate.incident_id]) is not None]
    texts = _texts(desk, who, [incident for _, incident in shown[:COMPARED_MAX]])
    return Compared([_alike(one, incident, texts) for one, incident in shown], often)


def _alike(one: Likely, incident: Incident, texts: dict[UUID, str]) -> Alike:
    return Alike(
        incident=incident,
        score=one.candidate.score,
        grounds=tuple(ground.code for ground in one.candidate.grounds if ground.code in GROUNDS),
        why="；".join(f"{act_words.GROUNDS[ground.code]}（{ground.score} 分）" for ground in one.candidate.grounds),
        text=texts.get(incident.incident_id),
        claims_earlier=one.candidate.claims_earlier,
        recorded_earlier=one.candidate.recorded_earlier,
    )


def _texts(desk: Office, who: Acting, wanted: list[Incident]) -> dict[UUID, str]:
    if not wanted or not who.may("texts"):
        return {}
    opened = desk.app.vault.open(
        [incident.text_commitment for incident in wanted],
        by=str(who.person_id),
        reason=f"incident.compare as {who.role}",
    )
    by_commitment = {str(commitment): text for commitment, text in opened.items()}
    return {incident.incident_id: by_commitment.get(incident.text_commitment, ERASED) for incident in wanted}
