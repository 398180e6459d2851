"""Whose names a posted version shows, and how: masked, or in full where the village's recorded setting says so.

What must not be broken: full names leave the vault only for a posting that shows them, and the opening is recorded.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final
from uuid import UUID

from api.commands.households import household_stream
from api.commands.shared import person_stream
from api.context import App
from domain import households, persons
from domain.disclosures.state import Version
from domain.kernel.documents import row_name
from journal import disclosed_documents
from journal.disclosed_documents import Named
from journal.facts import Actor
from journal.vault import masked_names

REASON: Final = "disclosure.published"


def write_names(app: App, *, actor: Actor, disclosure_id: UUID, version: Version, names: str, on: date) -> None:
    """Write down the names of a version that is about to be posted; doing it again changes nothing."""
    people = _people(app, version.document, on)
    shown = _full(app, actor, people.values()) if names == "full" else _masked(app, people.values())
    named: list[Named] = [(row, who, shown[who]) for row, who in people.items() if who in shown]
    with app.writing.connection() as conn, conn.transaction():
        disclosed_documents.show_names(conn, disclosure_id, version.number, named)


def masked_in(app: App, digest: str, on: date) -> dict[str, str]:
    """The masked names of whoever the rows of a computed document are about, by row: what staff sees before posting."""
    people = _people(app, digest, on)
    shown = _masked(app, people.values())
    return {row: shown[who] for row, who in people.items() if who in shown}


def _people(app: App, digest: str, on: date) -> Mapping[str, UUID]:
    """The person whose name stands for each row: himself, or whoever speaks for the household on a day."""
    with app.reading.connection() as conn:
        subjects = disclosed_documents.subjects_of(conn, digest)
    about = {
        row_name(table, number): subject
        for table, rows in subjects.items()
        for number, subject in enumerate(rows, start=1)
        if subject is not None
    }
    heads = _heads(app, {who for kind, who in about.values() if kind == "household"}, on)
    people = {row: heads.get(who) if kind == "household" else who for row, (kind, who) in about.items()}
    return {row: who for row, who in people.items() if who is not None}


def _heads(app: App, household_ids: Iterable[UUID], on: date) -> Mapping[UUID, UUID]:
    """Who speaks for each household on a day."""
    streams = {household_stream(one): one for one in household_ids}
    found = app.journal.states(streams, households.evolve)
    heads = {streams[stream]: household.head_on(on) for stream, household in found.items() if household is not None}
    return {household: head for household, head in heads.items() if head is not None}


def _masked(app: App, people: Iterable[UUID]) -> Mapping[UUID, str]:
    with app.reading.connection() as conn:
        return masked_names(conn, list(set(people)))


def _full(app: App, actor: Actor, people: Iterable[UUID]) -> Mapping[UUID, str]:
    streams = {person_stream(one): one for one in people}
    found = app.journal.states(streams, persons.evolve)
    names = {person.name: streams[stream] for stream, person in found.items() if person is not None and person.name}
    opened = app.vault.open(names, by=str(actor.person_id), reason=REASON)
    return {names[commitment]: name for commitment, name in opened.items()}
