"""What staff reads of disclosures: one of his area with everything about it, what is owed, what was objected."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from api.commands.shared import today
from api.staff.acting import Acting
from api.staff.office import Office
from api.web.disclosed.kinds import disclosed_period_text
from domain import authority
from domain.kernel.documents import Document, ShownName
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from journal import disclosed_documents
from projections import disclosure_calendar, disclosure_queries, disclosures, places
from projections.disclosed.titles import titles
from projections.disclosure_calendar import Due
from projections.disclosure_queries import Disclosure, Objection, Poster, Version

OBJECTION_READ = "objection.read"


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
    return lambda period: disclosed_period_text(period, known.get(period))


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


def texts_of(desk: Office, who: Acting, objections: list[Objection]) -> dict[UUID, str]:
    """What was objected, for whoever may answer it; the opening is recorded. Erased ones are absent."""
    if not objections or not authority.may(who.role, "objection.answered/1"):
        return {}
    by_text = {one.text: one.objection_id for one in objections if one.erased_on is None}
    opened = desk.app.vault.open(by_text, by=str(who.person_id), reason=OBJECTION_READ)
    return {by_text[commitment]: text for commitment, text in opened.items()}
