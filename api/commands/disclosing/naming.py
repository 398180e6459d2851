"""Whose names a posted version shows, and how: masked, or in full where the village's recorded setting says so.

What must not be broken: full names leave the vault only for a posting that shows them, and the opening is recorded. A
row that is about somebody bears a reference too, also where nobody's name can stand there.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final
from uuid import UUID

from api.commands.households import household_stream
from api.commands.shared import person_stream
from api.context import App
from domain import households, persons
from domain.disclosures.events import DisclosureRowsShown
from domain.disclosures.state import Disclosure, Version
from domain.kernel.documents import ShownName, row_name
from journal import disclosed_documents, shown_rows
from journal.facts import Actor
from journal.shown_rows import Named
from journal.vault import masked_names

REASON: Final = "disclosure.published"


def write_names(
    app: App, *, actor: Actor, disclosure: Disclosure, disclosure_id: UUID, version: Version, names: str, on: date
) -> DisclosureRowsShown | None:
    """Write down what a version that is about to be posted shows beside its rows; doing it again changes nothing.

    What the journal fixes it by; None for one whose rows are about nobody.
    """
    about = _about(app, version.document)
    people = _people(app, about, on)
    shown = _full(app, actor, people.values()) if names == "full" else _masked(app, people.values())
    references = shown_rows.references(app.vault).of_page(
        {identity for _, identity in about.values()},
        division=disclosure.division,
        kind=disclosure.kind,
        period=disclosure.period,
    )
    named = [
        Named(row, who if who in shown else None, ShownName(shown.get(who, "") if who else "", references[identity]))
        for row, (_, identity) in about.items()
        for who in (people.get(row),)
    ]
    if not named:
        return None
    digest = shown_rows.show(app.vault, disclosure_id, version.number, named)
    return DisclosureRowsShown(version=version.number, rows=digest, row_count=len(named))


def same_names(app: App, *, actor: Actor, disclosure_id: UUID, posted: int, digest: str, names: str, on: date) -> bool:
    """Whether a computed document would be posted today with the very names that a posted version shows.

    Where names are shown in full they are opened for that, as for a posting; nobody is shown them.
    """
    with app.reading.connection() as conn:
        before = disclosed_documents.names_of(conn, disclosure_id, posted)
    people = _people(app, _about(app, digest), on)
    shown = _full(app, actor, people.values()) if names == "full" else _masked(app, people.values())
    now = {row: shown[who] for row, who in people.items() if who in shown}
    # Not row by row: the same rows may stand in another order, and whom they are about was compared before.
    return sorted(now.values()) == sorted(one.name for one in before.values() if one.name)


def masked_in(app: App, digest: str, on: date) -> dict[str, ShownName]:
    """The masked names of whoever the rows of a computed document are about, by row: what staff sees before posting."""
    people = _people(app, _about(app, digest), on)
    shown = _masked(app, people.values())
    return {row: ShownName(shown[who], "") for row, who in people.items() if who in shown}


def _about(app: App, digest: str) -> Mapping[str, tuple[str, UUID]]:
    """Who each row is about: (`person` or `household`, identity); rows about nobody are left out."""
    with app.reading.connection() as conn:
        subjects = disclosed_documents.subjects_of(conn, digest)
    return {
        row_name(table, number): subject
        for table, rows in subjects.items()
        for number, subject in enumerate(rows, start=1)
        if subject is not None
    }


def _people(app: App, about: Mapping[str, tuple[str, UUID]], on: date) -> Mapping[str, UUID]:
    """The person whose name stands for each row: himself, or whoever speaks for the household on a day."""
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
