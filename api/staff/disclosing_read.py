"""What staff reads of disclosures: one of his area with everything about it, what is owed, what was objected."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from api.commands.shared import today
from api.staff.acting import Acting
from api.staff.office import Office
from api.web.disclosed.kinds import told_apart_text
from api.web.names import ERASED
from domain import authority
from domain.disclosures.deciding import parts_before_answer
from domain.kernel.documents import Document, ShownName
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from journal import disclosed_documents
from projections import committees, disclosure_calendar, disclosure_queries, disclosures, places
from projections.disclosed.titles import titles
from projections.disclosure_calendar import Due
from projections.disclosure_queries import Disclosure, Objection, Poster, Version

ANSWERS = "objection.answered/1"


@dataclass(frozen=True, slots=True)
class Whole:
    """A disclosure with all that was recorded of it."""

    disclosure: Disclosure
    versions: list[Version]
    objections: list[Objection]
    posters: list[Poster]


def readable(desk: Office, who: Acting, disclosure_id: UUID) -> Disclosure:
    """A disclosure of the role's area. Refuses `access.*`, `disclosure.unknown`."""
    who.require("disclosures")
    with desk.current(disclosures) as conn:
        found = disclosure_queries.one(conn, disclosure_id, on=today(desk.app))
    if found is None:
        raise Refusal("disclosure.unknown")
    who.require_area(found.division)
    return found


def whole(desk: Office, found: Disclosure) -> Whole:
    """Everything about it."""
    with desk.current(disclosures) as conn:
        return Whole(
            found,
            disclosure_queries.versions(conn, found.disclosure_id),
            disclosure_queries.objections(conn, found.disclosure_id),
            disclosure_queries.posters(conn, found.disclosure_id),
        )


def document_of(desk: Office, digest: str) -> Document:
    """A computed document. Refuses `disclosure.document_unknown`."""
    with desk.app.reading.connection() as conn:
        document = disclosed_documents.document_of(conn, digest)
    if document is None:
        raise Refusal("disclosure.document_unknown")
    return document


def period_texts(desk: Office, periods: Iterable[str]) -> Callable[[str], str]:
    """How periods are read; those that happened once by their own titles, as far as these may be told."""
    with desk.app.reading.connection() as conn:
        known = titles(conn, periods)
    return lambda period: told_apart_text(period, known.get(period))


def names_of_version(desk: Office, disclosure_id: UUID, version: int) -> dict[str, ShownName]:
    """The names and references that a posted version shows, by row."""
    with desk.app.reading.connection() as conn:
        return disclosed_documents.names_of(conn, disclosure_id, version)


def owed(desk: Office, area: Division) -> list[Due]:
    """What is owed in an area, and what was posted late, within the last year."""
    on, county = today(desk.app), desk.app.log.division
    with desk.current(disclosures, places) as conn:
        villages = [place.code for place in places.within(conn, area, on=on)]
        return disclosure_calendar.calendar(conn, area, villages, county=county, today=on)


def parted(who: Acting, all_: Whole, one: Objection) -> str | None:
    """The part that somebody has in what is objected to, so that another answers it: `objector`; None for none."""
    drafter = next(version.drafter_id for version in all_.versions if version.version == one.version)
    parts = parts_before_answer(objector_id=one.objector_id, drafter_id=drafter)
    return next((part for part, person_id in parts if person_id == who.person_id), None)


def _reads(desk: Office, who: Acting, all_: Whole, objections: Sequence[Objection]) -> list[Objection]:
    """Those whose words he may read: whoever may answer them, and the place's supervision committee.

    Whoever has a part in what is objected to reads none of it.
    """
    if not (authority.may(who.role, ANSWERS) or _supervises(desk, who, all_.disclosure.division)):
        return []
    return [one for one in objections if parted(who, all_, one) is None]


def _supervises(desk: Office, who: Acting, division: Division) -> bool:
    """Whether somebody sits in a place's supervision committee today."""
    with desk.current(committees) as conn:
        seats = committees.seats(conn, division)
    return any(
        (one.division, one.person_id, one.body) == (division, who.person_id, "supervision")
        and one.since <= today(desk.app) <= (one.until or date.max)
        for one in seats
    )


def text_of(desk: Office, who: Acting, all_: Whole, objection_id: UUID) -> str:
    """The words of one objection. Refuses `objection.unknown`, `access.may_not_read`, `objection.text_erased`."""
    found = next((one for one in all_.objections if one.objection_id == objection_id), None)
    if found is None:
        raise Refusal("objection.unknown")
    if not _reads(desk, who, all_, [found]):
        raise Refusal("access.may_not_read", role=who.role)
    if found.erased_on is not None:
        raise Refusal("objection.text_erased")
    return texts_of(desk, who, all_, [found]).get(objection_id, ERASED)


def texts_of(desk: Office, who: Acting, all_: Whole, objections: Sequence[Objection]) -> dict[UUID, str]:
    """What was objected, as far as he may read it; the opening is recorded. Erased ones are absent."""
    wanted = [one for one in _reads(desk, who, all_, objections) if one.erased_on is None]
    if not wanted:
        return {}
    by_text = {one.text: one.objection_id for one in wanted}
    opened = desk.app.vault.open(by_text, by=str(who.person_id), reason=f"objection.read as {who.role}")
    return {by_text[commitment]: text for commitment, text in opened.items()}
