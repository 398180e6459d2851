"""Likely duplicates over JSON: which earlier reports one seems to repeat, why, and how often its reporter reports."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from api.likely_duplicates import Frequency, Likely, frequency, likely_duplicates
from api.staff.acting import Acting, ByToken, Desk
from api.staff.fields import Identifier
from api.staff.office import Office
from api.staff.texts import require_visible
from api.web import words
from api.web.routes import Routes
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from projections import incidents, sightings

router = Routes(prefix="/api/v1", tags=["线索"])


class GroundRead(BaseModel):
    """One reason: its code, as a merging names it, what it means, and how strong it is, from 0 to 100."""

    code: str
    meaning: str
    score: int


class LikelyRead(BaseModel):
    """An earlier report. `merged_into` is set where it was found to repeat a still earlier one.

    `claims_earlier`: its own time is earlier; `recorded_earlier`: it stands before the other in the journal.
    """

    incident_id: UUID
    reported_at: datetime
    division: Division
    grid: str | None
    category: str
    merged_into: UUID | None
    claims_earlier: bool
    recorded_earlier: bool
    score: int
    grounds: list[GroundRead]


class FrequencyRead(BaseModel):
    """Reports of the reporter in the 30 days up to this one, and the number from which a reporter stands out."""

    reports: int
    flagged_from: int
    unusual: bool


class LikelyDuplicates(BaseModel):
    """The likeliest first. Nothing is decided here: a person looks, and merges or does not."""

    candidates: list[LikelyRead]
    reporter: FrequencyRead


@router.get("/incidents/{incident_id}/likely-duplicates", operation_id="listLikelyDuplicates", summary="疑似重复的线索")
def read(incident_id: Identifier, desk: Desk, who: ByToken) -> LikelyDuplicates:
    """Earlier reports in the caller's area that share a photo, a near photo, place and time, or near text."""
    likely, often = of_incident(desk, who, incident_id)
    return LikelyDuplicates(
        candidates=[_read(one) for one in likely],
        reporter=FrequencyRead(reports=often.reports, flagged_from=often.flagged_from, unusual=often.unusual),
    )


def of_incident(desk: Office, who: Acting, incident_id: UUID) -> tuple[list[Likely], Frequency]:
    """What a page shows beside a report: earlier ones that it seems to repeat, and how often its reporter reports.

    Refuses `access.may_not_read`, `access.outside_area`, `incident.unknown`. A member learns nothing of others.
    """
    who.require("incidents")
    if who.only_own:
        raise Refusal("access.may_not_read", role=who.role)
    with desk.current(incidents, sightings) as conn:
        incident = incidents.one(conn, incident_id)
        if incident is None:
            raise Refusal("incident.unknown")
        require_visible(who, incident)
        found = likely_duplicates(conn, desk.app.vault, incident_id)
        often = frequency(conn, incident.reporter_id, area=desk.app.log.division, until=incident.reported_on)
    inside = [one for one in found if who.covers(one.sighting.division)]
    return inside, often


def _read(one: Likely) -> LikelyRead:
    return LikelyRead(
        incident_id=one.candidate.incident_id,
        reported_at=one.candidate.reported_at,
        division=one.sighting.division,
        grid=one.sighting.grid,
        category=one.sighting.category,
        merged_into=one.sighting.merged_into,
        claims_earlier=one.candidate.claims_earlier,
        recorded_earlier=one.candidate.recorded_earlier,
        score=one.candidate.score,
        grounds=[
            GroundRead(code=ground.code, meaning=words.DUPLICATE_GROUNDS[ground.code], score=ground.score)
            for ground in one.candidate.grounds
        ],
    )
